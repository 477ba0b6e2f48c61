"""Boxes and points: tools speak pixels of the stored image, models do not always."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from vista_core.errors import VistaError

Space = Literal["pixel", "resized", "norm1000"]
"""How a model family writes coordinates: stored pixels, pixels of the resized picture, or a 0-1000 grid."""


@dataclass(frozen=True)
class Coordinate:
    """Marks a field as coordinates in an image: `box` (x1, y1, x2, y2) or `point` (x, y).

    Use the ready-made types `Box` and `Point`.

    Example:
        >>> from pydantic import BaseModel
        >>> from vista_core import Box
        >>> class Args(BaseModel):
        ...     box: Box
        >>> Args.model_fields["box"].metadata
        [Coordinate(kind='box')]
    """

    kind: Literal["box", "point"]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # The plain form: several providers' function schemas do not know `prefixItems`.
        length = 4 if self.kind == "box" else 2
        return {"type": "array", "items": {"type": "number"}, "minItems": length, "maxItems": length}


_Finite = Annotated[float, Field(allow_inf_nan=False)]
Box = Annotated[tuple[_Finite, _Finite, _Finite, _Finite], Coordinate("box")]
"""x1, y1, x2, y2 in pixels of the stored image; the episode converts it from and to the policy's coordinates."""
Point = Annotated[tuple[_Finite, _Finite], Coordinate("point")]
"""x, y in pixels of the stored image; the episode converts it from and to the policy's coordinates."""


def convert_arguments(
    model_type: type[BaseModel],
    values: Mapping[str, Any],
    size: tuple[int, int],
    space: Space,
    resized: tuple[int, int] | None = None,
    to: Literal["stored", "policy"] = "stored",
) -> dict[str, Any]:
    """Convert every `Box` and `Point` of some values between the policy's coordinates and stored pixels.

    Fields are found by their type, also in lists, tuples, dicts, optional fields and nested models. Towards the policy
    the `resized` and `norm1000` spaces are rounded to whole numbers, as those model families write them. Values of the
    wrong form are left as they are: validation reports them.

    Args:
        model_type: The model that describes the values.
        values: Field values as plain JSON (lists, numbers, dicts). It is not changed.
        size: (width, height) of the stored image.
        space: The policy's coordinates.
        resized: (width, height) of the picture as the policy sees it; needed for the space `resized`.
        to: `stored` for arguments that come from the policy, `policy` for what goes to it.

    Returns:
        A new dict.

    Raises:
        VistaError: The space is unknown, or `resized` is missing.

    Example:
        >>> from pydantic import BaseModel
        >>> from vista_core import Box, convert_arguments
        >>> class Args(BaseModel):
        ...     box: Box
        >>> convert_arguments(Args, {"box": [0, 0, 500, 1000]}, (200, 100), "norm1000")
        {'box': [0.0, 0.0, 100.0, 100.0]}
    """
    if space == "pixel":
        return dict(values)
    grid = (1000, 1000) if space == "norm1000" else resized
    if space not in ("norm1000", "resized") or grid is None:
        raise VistaError(f"Coordinates {space!r}: use pixel, norm1000, or resized with the size that the policy sees.")
    width, height = size[0] / grid[0], size[1] / grid[1]
    scale = (width, height) if to == "stored" else (1 / width, 1 / height)
    return cast("dict[str, Any]", _convert(model_type, values, partial(_moved, scale=scale, rounded=to == "policy")))


@lru_cache(maxsize=1024)
def has_coordinates(annotation: Any) -> bool:
    """Whether a model (or any annotation) holds a `Box` or a `Point`.

    Example:
        >>> from vista_core import Point
        >>> from vista_core.coordinates import has_coordinates
        >>> has_coordinates(list[Point]), has_coordinates(list[float])
        (True, False)
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(has_coordinates(field.rebuild_annotation()) for field in annotation.model_fields.values())
    return isinstance(annotation, Coordinate) or any(has_coordinates(part) for part in get_args(annotation))


def _convert(annotation: Any, value: Any, move: Callable[[Any, Coordinate], Any]) -> Any:
    """The value with its coordinates moved, followed along its type; where the two part it is returned as it is."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        mark = next((part for part in parts if isinstance(part, Coordinate)), None)
        return move(value, mark) if mark else _convert(parts[0], value, move)
    if origin is None and isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not isinstance(value, Mapping):
            return value
        fields = {name: field.rebuild_annotation() for name, field in annotation.model_fields.items()}
        fields |= {field.alias: fields[name] for name, field in annotation.model_fields.items() if field.alias}
        return {key: _convert(fields.get(key), item, move) for key, item in value.items()}
    if origin in (Union, UnionType):
        moved = (_convert(part, value, move) for part in parts)
        return next((item for item in moved if item is not value), value)
    if parts and isinstance(value, Mapping):
        return {key: _convert(parts[-1], item, move) for key, item in value.items()}
    if parts and isinstance(value, (list, tuple)):
        return [_convert(parts[0], item, move) for item in value]
    return value


def _moved(value: Any, mark: Coordinate, scale: tuple[float, float], rounded: bool) -> Any:
    formed = isinstance(value, (list, tuple)) and len(value) == (4 if mark.kind == "box" else 2)
    if not formed or not all(type(x) in (int, float) and abs(x) < 1e9 for x in value):
        return value
    moved = [x * scale[index % 2] for index, x in enumerate(value)]
    return [round(x) for x in moved] if rounded else moved
