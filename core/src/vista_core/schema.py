"""Schemas: what the model reads about a tool, and the strict check of what it writes."""

import contextlib
import difflib
import hashlib
import json
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from vista_core.errors import PluginError, ToolArgumentError

M = TypeVar("M", bound=BaseModel)
_encode = json.JSONEncoder(allow_nan=False).encode

# At the first model pydantic reads every installed entry_points.txt, and fails when any package's is malformed. It
# looks once only, so a first model that may fail keeps a stranger's broken package from stopping everybody.
with contextlib.suppress(Exception):
    create_model("First")


class NoConfig(BaseModel):
    """The settings of a plugin that has none: any key is an error.

    Example:
        >>> from vista_core.schema import NoConfig
        >>> NoConfig()
        NoConfig()
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_config(model: type[BaseModel], values: dict[str, Any], owner: str) -> BaseModel:
    """Check the settings of a plugin; unknown keys are errors whatever the model says about extra keys.

    Raises:
        PluginError: With the owner, the key and the reason.

    Example:
        >>> from pydantic import BaseModel
        >>> from vista_core.schema import read_config
        >>> class Config(BaseModel):
        ...     level: int = 1
        >>> read_config(Config, {"level": 2}, "task `x`")
        Config(level=2)
    """
    for key in values:
        if key not in _names(model):
            raise PluginError(f"The {owner} has no setting {key!r}; {_hint(key, model)}")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise PluginError(f"The settings of the {owner} are wrong. {_sentence(error)}") from error


def parameters_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of a tool's arguments, as the model reads it: references inlined, no titles, no extra keys.

    Raises:
        PluginError: The model holds itself, which cannot be written without references.

    Example:
        >>> from pydantic import BaseModel, Field
        >>> from vista_core import parameters_schema
        >>> class Args(BaseModel):
        ...     angle: float = Field(description="degrees, counter-clockwise")
        >>> parameters_schema(Args)["properties"]
        {'angle': {'description': 'degrees, counter-clockwise', 'type': 'number'}}
    """
    raw = model.model_json_schema()
    schema = _inline(raw, raw.get("$defs", {}), (), model.__name__)
    schema.pop("description", None)
    schema.setdefault("properties", {})
    schema["additionalProperties"] = False
    return schema


def schema_hash(name: str, description: str, parameters: dict[str, Any]) -> str:
    """sha256 (hex) of what the model reads about a tool; it goes into every trajectory.

    Example:
        >>> from vista_core import schema_hash
        >>> schema_hash("calculator", "Calculate.", {"type": "object"})[:8]
        '18fee6c1'
    """
    text = canonical_json({"name": name, "description": description, "parameters": parameters})
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text.

    Raises:
        ValueError: NaN or infinity. TypeError: something that JSON cannot say.

    Example:
        >>> from vista_core import canonical_json
        >>> canonical_json({"b": 1, "a": [1.5, None]})
        '{"a":[1.5,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def validate_arguments(model: type[M], raw: Any) -> M:
    """Check a call's arguments strictly against the tool's arguments model.

    Strictly means by the JSON types of the schema: `"3"` is not a number and `true` is not an integer.

    Args:
        model: The arguments model of the tool.
        raw: What the policy wrote, as parsed JSON.

    Raises:
        ToolArgumentError: One sentence; code E2 for an unknown argument (with the nearest name), E3 for a bad value.

    Example:
        >>> from pydantic import BaseModel
        >>> from vista_core import validate_arguments
        >>> class Args(BaseModel):
        ...     angle: float
        >>> validate_arguments(Args, {"angle": 90})
        Args(angle=90.0)
        >>> validate_arguments(Args, {"angel": 90})
        Traceback (most recent call last):
        vista_core.errors.ToolArgumentError: There is no argument `angel`; did you mean `angle`?
    """
    if not isinstance(raw, dict):
        raise ToolArgumentError(f"The arguments must be a JSON object, not {type(raw).__name__}.")
    for key in raw:
        if key not in _names(model):
            shown = str(key)[:60]
            raise ToolArgumentError(f"There is no argument `{shown}`; {_hint(shown, model)}", field=shown, code="E2")
    try:
        return model.model_validate_json(_encode(raw), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        code = "E2" if first["type"] == "extra_forbidden" else "E3"
        field = str(first["loc"][0]) if first["loc"] else None
        raise ToolArgumentError(_sentence(error), field=field, code=code) from None
    except (TypeError, ValueError, RecursionError):  # NaN, an integer of thousands of digits, endless nesting, bytes
        problem = "what plain JSON cannot carry: NaN, infinity, a giant number, too deep nesting"
        raise ToolArgumentError(f"The arguments hold {problem}.") from None


@lru_cache(maxsize=1024)
def _names(model: type[BaseModel]) -> frozenset[str]:
    """The keys under which a model takes its fields."""
    by_name = model.model_config.get("validate_by_name") or model.model_config.get("populate_by_name")
    aliases = {field.alias or name for name, field in model.model_fields.items()}
    return frozenset(aliases.union(model.model_fields) if by_name else aliases)


def _hint(key: str, model: type[BaseModel]) -> str:
    known = sorted(_names(model))
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"it has {', '.join(f'`{name}`' for name in known) or 'none'}."


def _sentence(error: ValidationError) -> str:
    """The first complaint of pydantic as one sentence with the place and the value."""
    first, *others = error.errors()
    place = ".".join(map(str, first["loc"]))[:60] or "arguments"
    more = f" ({len(others)} more problems)" if others else ""
    if first["type"] == "missing":
        return f"`{place}` is missing{more}."
    message = first["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")
    return f"Bad value for `{place}`: {message}; got {first['input']!r:.60}{more}."


def _inline(node: Any, definitions: dict[str, Any], path: tuple[str, ...], owner: str) -> dict[str, Any]:
    """A schema node with its references replaced and its titles gone; names of properties are left alone."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in path:
            raise PluginError(f"The arguments model {owner} holds itself (through {name}); a tool's arguments cannot.")
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _inline({**definitions[name], **beside}, definitions, (*path, name), owner)
    inlined: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            inlined[key] = {name: _inline(child, definitions, path, owner) for name, child in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            inlined[key] = _inline(value, definitions, path, owner)
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            inlined[key] = [_inline(child, definitions, path, owner) for child in value]
        elif key not in ("title", "$defs", "discriminator"):
            inlined[key] = value
    return inlined
