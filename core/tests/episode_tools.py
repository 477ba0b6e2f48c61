"""Tools for the tests of toolset, episode and environments (loaded as `/.../episode_tools.py:Name`)."""

from typing import Any

import numpy as np
from pydantic import BaseModel, Field
from vista_core import Box, Image, Point, Tool, ToolArgumentError, ToolContext, tool


class BoxArgs(BaseModel):
    """Find what is in a box."""

    box: Box = Field(description="x1, y1, x2, y2")
    image: int = Field(0, description="which picture")


class BoxOutput(BaseModel):
    box: Box
    corners: list[Point]


class Locate(Tool[BoxArgs, BoxOutput]):
    """Gives the box back, with its corners: stored pixels in and out."""

    name = "locate"
    reads = frozenset({"image"})

    def run(self, args: BoxArgs, context: ToolContext) -> BoxOutput:
        context.image(args.image)
        x1, y1, x2, y2 = args.box
        return BoxOutput(box=args.box, corners=[(x1, y1), (x2, y2)])


class CropOutput(BaseModel):
    picture: Image
    size: str


class Crop(Tool[BoxArgs, CropOutput]):
    name = "crop"
    reads = frozenset({"image"})

    def run(self, args: BoxArgs, context: ToolContext) -> CropOutput:
        x1, y1, x2, y2 = map(int, args.box)
        part = context.image(args.image).array[y1:y2, x1:x2]
        if part.size == 0:
            raise ToolArgumentError("The box is empty.", field="box")
        return CropOutput(picture=Image.from_array(np.ascontiguousarray(part)), size=f"{part.shape[1]}x{part.shape[0]}")


class NoArgs(BaseModel):
    """Read the chart as a table."""


class Text(BaseModel):
    text: str


class ToTable(Tool[NoArgs, Text]):
    name = "chartmoe_to_table"
    aliases = (("chartmoe", "to_table"), ("echo", "table"))

    def run(self, args: NoArgs, context: ToolContext) -> Text:
        return Text(text="Mango 47\nKiwi 12\nPear 33")


class OcrArgs(BaseModel):
    """Read the text."""

    task: str = Field("detect", description="what to do")
    min_confidence: float = Field(0.5, ge=0, le=1, description="threshold")


class Ocr(Tool[OcrArgs, Text]):
    name = "easyocr"

    def run(self, args: OcrArgs, context: ToolContext) -> Text:
        return Text(text=f"{args.task} {args.min_confidence}")


class Seeded(Tool[NoArgs, Text]):
    """Says what it may read."""

    name = "seeded"
    reads = frozenset({"seed", "question", "choices", "state"})

    def run(self, args: NoArgs, context: ToolContext) -> Text:
        context.state = [*(context.state or []), context.seed]
        return Text(text=f"{context.seed} {context.question} {context.choices} {len(context.state)}")


@tool
def echo(text: str) -> str:
    """Say a text again.

    Args:
        text: What to say.
    """
    return text


@tool
def misbehave(how: str) -> Any:
    """Misbehave.

    Args:
        how: raise, or garbage.
    """
    if how == "raise":
        raise ZeroDivisionError("inside")
    return object()
