"""The tool `image_rotate`: turn an image."""

import math

from pydantic import BaseModel, Field
from vista_core import Backend, Image, Observation, Tool, ToolContext, ToolFailed
from vista_core.images import MAX_PIXELS

from vista_tools_vision.pictures import pixels_of


class RotateArgs(BaseModel):
    """Turn an image by an angle."""

    angle: float = Field(description="degrees counter-clockwise; -90 is a quarter turn clockwise", ge=-3600, le=3600)
    expand: bool = Field(True, description="grow the image so that no corner is cut off")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class RotateOutput(BaseModel):
    """The turned image, the angle in degrees (-180..180] and its size in px."""

    image: Image
    angle: float
    size: tuple[int, int]


class ImageRotate(Tool[RotateArgs, RotateOutput]):
    """Turn an image by an angle."""

    name = "image_rotate"
    family = "perception"
    backends = (Backend("pillow", requires=("pillow>=10.3",)),)
    reads = frozenset({"image"})

    def run(self, args: RotateArgs, context: ToolContext) -> RotateOutput:
        """Turn the image; quarter turns are exact, others are interpolated, with white in the new corners."""
        import PIL.Image

        array = pixels_of(context, args.image)
        height, width = array.shape[:2]
        angle = args.angle % 360
        sin, cos = abs(math.sin(math.radians(angle))), abs(math.cos(math.radians(angle)))
        # Turned by 45 degrees a picture grows to twice its area and more: bound it before it is made.
        if args.expand and (width * cos + height * sin) * (width * sin + height * cos) > MAX_PIXELS * 1.001:
            raise ToolFailed(f"A picture of {width}x{height} px is too large to be turned so.")
        turned = PIL.Image.fromarray(array).rotate(
            angle, resample=PIL.Image.Resampling.BICUBIC, expand=args.expand, fillcolor=(255, 255, 255)
        )
        shown = angle if angle <= 180 else angle - 360
        return RotateOutput(image=Image.from_pil(turned), angle=shown, size=turned.size)

    def render(self, output: RotateOutput) -> Observation:
        """One line, and the turned image as a new image."""
        text = f"Turned by {output.angle:g} degrees, {output.size[0]}x{output.size[1]} px:"
        return Observation(text=text, images=(output.image,), data=output)
