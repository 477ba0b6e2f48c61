"""What vision tools do with a picture first: decode it, clamp a region to it, take its noise off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vista_core import Image, ImageError, ToolArgumentError, ToolContext

from vista_tools_vision.rendering import draw_boxes

if TYPE_CHECKING:
    import numpy as np

MAX_SHOWN = 1600  # px; long side of a picture that a policy is shown


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


def shrunk(image: "np.ndarray", side: int) -> tuple["np.ndarray", float]:
    """A copy whose long side has at most so many px; a picture that is small enough comes back as it is.

    Args:
        image: RGB uint8 (height, width, 3).
        side: px.

    Returns:
        (the picture, how many times larger the original is: 1 or more).
    """
    import cv2

    scale = max(image.shape[:2]) / side
    if scale <= 1:
        return image, 1.0
    size = [max(1, round(length / scale)) for length in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale


def with_boxes(image: "np.ndarray", boxes: Sequence[Sequence[float]], labels: Sequence[str] = ()) -> Image:
    """The picture with boxes (px) drawn, smaller where it is very large: it is looked at, not measured."""
    shown, scale = shrunk(image, MAX_SHOWN)
    return draw_boxes(shown, [[side / scale for side in box] for box in boxes], labels)


def smoothed(image: "np.ndarray") -> tuple["np.ndarray", float]:
    """Take noise off without blurring edges.

    Args:
        image: RGB uint8 (height, width, 3).

    Returns:
        (the picture, the largest difference of neighbouring pixels that still counts as one colour, grey levels).
    """
    import cv2
    import numpy as np

    step = np.abs(np.diff(image.astype(np.int16), axis=1)).max(axis=2)
    noise = float(np.percentile(step, 60)) if step.size else 0.0
    if noise < 1:
        return image, 10.0
    # A filter of this width flattens the noise and keeps steps of twice its size, so that it cannot bridge two colours.
    flat = cv2.bilateralFilter(image, 5, 2.5 * noise + 4, 2.0)
    left = float(np.percentile(np.abs(np.diff(flat.astype(np.int16), axis=1)).max(axis=2), 75))
    return flat, 9.0 + left
