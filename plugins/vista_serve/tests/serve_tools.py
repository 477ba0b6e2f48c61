"""Tools for the tests of the server; named by path, as a user's own file would be."""

import time

import numpy as np
from pydantic import BaseModel, Field
from vista_core import Image, Observation, Tool, ToolContext, ToolFailed, tool


@tool
def brightness(image: Image, scale: float = 1.0) -> float:
    """Mean brightness of the first picture.

    Args:
        scale: factor on the result
    """
    return float(image.array.mean()) * scale


@tool
def nap(seconds: float) -> str:
    """Sleep.

    Args:
        seconds: how long
    """
    print("zzz, to stdout")
    time.sleep(seconds)
    return "awake"


@tool
def refuse(why: str) -> str:
    """Fail.

    Args:
        why: `bug` for a fault of the tool's own
    """
    if why == "bug":
        raise ZeroDivisionError("secret detail")
    raise ToolFailed(why)


@tool
def recite(context: ToolContext) -> str:
    """Say what the context holds."""
    return f"{context.question} {context.choices} {context.seed}"


class MirrorArgs(BaseModel):
    """Mirror a picture, and count how often that was done."""

    image: int = Field(0, description="which image")


class MirrorOutput(BaseModel):
    count: int
    mirrored: Image


class Mirror(Tool[MirrorArgs, MirrorOutput]):
    """Stateful, and returns a picture."""

    name = "mirror"
    reads = frozenset({"image", "state"})

    def run(self, args: MirrorArgs, context: ToolContext) -> MirrorOutput:
        """Mirror it."""
        context.state = (context.state or 0) + 1
        return MirrorOutput(
            count=context.state, mirrored=Image.from_array(np.fliplr(context.image(args.image).array).copy())
        )


class AskArgs(BaseModel):
    """A tool whose own arguments bear the names of the server's."""

    question: str
    images: list[int] = Field(description="which images")


class AskOutput(BaseModel):
    said: str


class Ask(Tool[AskArgs, AskOutput]):
    """Reads the question and the pictures, and has arguments of these names."""

    name = "ask"
    reads = frozenset({"image", "question"})

    def run(self, args: AskArgs, context: ToolContext) -> Observation:
        """Answer with an observation of its own."""
        return Observation(text=f"{args.question}|{context.question}|{args.images}|{len(context.images)}")
