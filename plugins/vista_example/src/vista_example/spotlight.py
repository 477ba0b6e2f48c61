"""A tool that returns an image."""

import math

from pydantic import BaseModel, Field
from vista_core import Backend, Box, Image, Observation, Tool, ToolArgumentError, ToolContext

DIMMED = 4
"""Outside of the box, pixels keep one part in this many of their brightness."""


class SpotlightArgs(BaseModel):
    """Show an image again with everything outside of a box dimmed, to look at one part in its place."""

    box: Box = Field(description="left, top, right and bottom of the part that stays bright")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class SpotlightOutput(BaseModel):
    """The dimmed image, and the share of it that stayed bright."""

    picture: Image
    bright: float


class Spotlight(Tool[SpotlightArgs, SpotlightOutput]):
    """Dims everything outside of a box."""

    name = "spotlight"
    family = "perception"
    backends = (Backend("numpy"),)
    reads = frozenset({"image"})

    def run(self, args: SpotlightArgs, context: ToolContext) -> SpotlightOutput:
        """Dim a copy of the image: its own array is shared with every other call.

        Raises:
            ToolArgumentError: There is no such image, or nothing of it is in the box.
        """
        seen = context.image(args.image)
        width, height = seen.size
        left, right = (math.floor(min(max(x, 0), width)) for x in (args.box[0], args.box[2]))
        top, bottom = (math.floor(min(max(y, 0), height)) for y in (args.box[1], args.box[3]))
        if left >= right or top >= bottom:
            raise ToolArgumentError(
                f"`box` must hold at least one pixel of image {args.image}, which is {width} wide and {height} high; "
                "write left, top, right, bottom.",
                field="box",
            )
        pixels = seen.array // DIMMED
        pixels[top:bottom, left:right] = seen.array[top:bottom, left:right]
        bright = (right - left) * (bottom - top) / (width * height)
        return SpotlightOutput(picture=Image.from_array(pixels), bright=round(bright, 4))

    def render(self, output: SpotlightOutput) -> Observation:
        """The text and the picture that the policy gets; numbers it has no use for stay in the typed output."""
        return Observation(text="Everything outside of the box is dimmed.", images=(output.picture,), data=output)
