"""The tool `image_zoom_in`: cut a box out of an image and enlarge it."""

from pydantic import BaseModel, Field
from vista_core import Backend, Box, Image, Observation, Tool, ToolArgumentError, ToolContext

from vista_tools_vision.pictures import clamped, pixels_of, whole

MAX_ASPECT = 100
MIN_SIDE = 28  # px; one patch pair of common vision encoders
GOOD_SIDE = 224  # px; a smaller crop is enlarged up to this short side ...
MAX_ZOOM = 4.0  # ... by at most this factor,
MAX_SIDE = 1024  # ... and to at most this long side, px


class ZoomArgs(BaseModel):
    """Cut a box out of an image and look at it enlarged."""

    bbox_2d: Box = Field(description="left, top, right, bottom")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class ZoomOutput(BaseModel):
    """The crop, and the box (px of the source image) that it shows."""

    image: Image
    bbox_used: Box
    size: tuple[int, int]


class ImageZoomIn(Tool[ZoomArgs, ZoomOutput]):
    """Cut a box out of an image and enlarge it."""

    name = "image_zoom_in"
    family = "perception"
    backends = (Backend("pillow", requires=("pillow>=10.3",)),)
    reads = frozenset({"image"})

    def run(self, args: ZoomArgs, context: ToolContext) -> ZoomOutput:
        """Clamp the box to the image, widen it where it is very small, cut and enlarge."""
        import PIL.Image

        array = pixels_of(context, args.image)
        height, width = array.shape[:2]
        left, top, right, bottom = clamped(args.bbox_2d, (width, height), "bbox_2d")
        long, short = max(right - left, bottom - top), min(right - left, bottom - top)
        if long > MAX_ASPECT * short:
            raise ToolArgumentError(
                f"bbox_2d is {long / short:.0f} times as long as wide; the limit is {MAX_ASPECT}.", field="bbox_2d"
            )
        left, right = _widened(left, right, width)
        top, bottom = _widened(top, bottom, height)
        crop = PIL.Image.fromarray(array[top:bottom, left:right])
        short, long = min(crop.size), max(crop.size)
        zoom = min(MAX_ZOOM, max(1.0, GOOD_SIDE / short), max(1.0, MAX_SIDE / long))
        if zoom > 1:
            size = (max(1, round(crop.width * zoom)), max(1, round(crop.height * zoom)))
            crop = crop.resize(size, PIL.Image.Resampling.LANCZOS)
        return ZoomOutput(image=Image.from_pil(crop), bbox_used=(left, top, right, bottom), size=crop.size)

    def render(self, output: ZoomOutput) -> Observation:
        """One line, and the crop as a new image."""
        text = f"Crop of {whole(output.bbox_used)}, {output.size[0]}x{output.size[1]} px:"
        return Observation(text=text, images=(output.image,), data=output)


def _widened(low: int, high: int, limit: int) -> tuple[int, int]:
    """Grow a side to MIN_SIDE px around its middle, as far as the picture allows."""
    if high - low >= MIN_SIDE:
        return low, high
    low = max(0, min((low + high - MIN_SIDE) // 2, limit - MIN_SIDE))
    return low, min(limit, low + MIN_SIDE)
