"""What every vision tool does with its picture first: decode it, and cut a region out."""

from typing import TYPE_CHECKING, Any

from vista_core import ImageError, ToolArgumentError, ToolContext

if TYPE_CHECKING:
    import numpy as np


def pixels_of(context: ToolContext, index: int) -> "np.ndarray":
    """Decode one image of the call.

    Returns:
        RGB uint8 (height, width, 3), read-only.

    Raises:
        ToolArgumentError: there is no such image, or it is corrupt, truncated or too large.
    """
    image = context.image(index)
    try:
        return image.array
    except ImageError as error:
        raise ToolArgumentError(f"Image {index} cannot be read: {error}", field="image") from error


def clamped(box: tuple[float, float, float, float], size: tuple[int, int], field: str) -> tuple[int, int, int, int]:
    """Clamp a box to a picture and round it to whole pixels.

    Args:
        box: left, top, right, bottom, px.
        size: (width, height) of the picture, px.
        field: name of the argument, for the message.

    Returns:
        left, top, right, bottom, px, at least 1 px wide and high.

    Raises:
        ToolArgumentError: the box is empty, upside down, or beside the picture.
    """
    left, top, right, bottom = box
    shown = "[" + ", ".join(f"{v:g}" for v in box) + "]"
    if left >= right or top >= bottom:
        raise ToolArgumentError(
            f"{field} {shown} is empty: it must be [left, top, right, bottom] with left < right and top < bottom.",
            field=field,
        )
    width, height = size
    inside = (max(0, round(left)), max(0, round(top)), min(width, round(right)), min(height, round(bottom)))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise ToolArgumentError(f"{field} {shown} lies outside the picture of {width}x{height} px.", field=field)
    return inside


def whole(box: Any) -> str:
    """Write a box for the model: "[12, 3, 48, 20]"."""
    return "[" + ", ".join(str(round(v)) for v in box) + "]"
