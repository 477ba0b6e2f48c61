"""Tools for the tests of the integrations; named by path, as a user's own file would be."""

import time
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field
from vista_core import Box, Image, Tool, ToolContext, ToolFailed, tool


@tool
def add(a: int, b: int = 2) -> int:
    """Add two numbers.

    Args:
        a: one
        b: the other
    """
    return a + b


@tool
def dot(side: int) -> Image:
    """Draw a grey square. Returns: a picture.

    Args:
        side: pixels of its side (choices: many)
    """
    return Image.from_array(np.full((side, side, 3), 128, np.uint8))


@tool
def refuse(why: str) -> str:
    """Fail."""
    if why == "bug":
        raise ZeroDivisionError("secret detail")
    raise ToolFailed(why)


@tool
def nap(seconds: float) -> str:
    """Sleep."""
    time.sleep(seconds)
    return "awake"


class Part(BaseModel):
    """One part."""

    size: int = Field(description="how large")


class EverythingArgs(BaseModel):
    """Take arguments of every kind."""

    box: Box = Field(description="left, top, right, bottom")
    mode: Literal["fast", "slow"]
    parts: list[Part] = []
    level: int | None = Field(None, ge=0, le=9)
    factor: int | float = 1
    names: list[str] = Field(default=[], max_length=3, description="some names")


class EverythingOutput(BaseModel):
    said: str


class Everything(Tool[EverythingArgs, EverythingOutput]):
    """Has arguments of every kind."""

    name = "everything"

    def run(self, args: EverythingArgs, context: ToolContext) -> EverythingOutput:
        """Say them."""
        return EverythingOutput(said=args.model_dump_json())


class MarkArgs(BaseModel):
    """Cut a box out of the picture, and count how often that was done."""

    box: Box = Field(description="left, top, right, bottom")
    image: int = Field(0, ge=0, description="which image")


class MarkOutput(BaseModel):
    count: int
    box: Box
    cut: Image


class Mark(Tool[MarkArgs, MarkOutput]):
    """Stateful, and returns a picture and a box."""

    name = "mark"
    reads = frozenset({"image", "state"})

    def run(self, args: MarkArgs, context: ToolContext) -> MarkOutput:
        """Cut it."""
        context.state = (context.state or 0) + 1
        left, top, right, bottom = (int(x) for x in args.box)
        array = context.image(args.image).array[top:bottom, left:right]
        if not array.size:
            raise ToolFailed("The box is empty.")
        return MarkOutput(count=context.state, box=args.box, cut=Image.from_array(array.copy()))
