"""Tools that behave and misbehave on purpose, for `ExecutorConformance`; an executor loads them by module and name."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from vista_core.context import ToolContext
from vista_core.errors import InfrastructureError, ToolArgumentError, ToolFailed, ToolUnavailable
from vista_core.images import Image
from vista_core.tools import Backend, Tool


class ProbeArgs(BaseModel):
    """Behave in a way."""

    text: str = Field("", description="what to say")
    how: str = Field("says", description="the way to behave")
    seconds: float = Field(0.0, description="how long to wait first")


class ProbeOutput(BaseModel):
    """What was said."""

    text: str


class Probe(Tool[ProbeArgs, ProbeOutput]):
    """Does what the argument `how` asks."""

    name = "probe"

    def run(self, args: ProbeArgs, context: ToolContext) -> Any:
        """Behave as asked."""
        time.sleep(args.seconds)
        if args.how == "says":
            return ProbeOutput(text=args.text)
        if args.how == "raises":
            raise ZeroDivisionError("sesame-7f3a")
        if args.how == "fails":
            raise ToolFailed("There is no chart.")
        if args.how == "refuses":
            raise ToolArgumentError("`text` must be another.", field="text")
        if args.how == "garbage":
            return "not an output"
        if args.how == "exits":
            raise SystemExit(3)
        if args.how == "unreachable":
            raise InfrastructureError("the service does not answer")
        if args.how == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if args.how == "prints":
            print("\x00\x00\x00\x02hi" * 2000, flush=True)
            return ProbeOutput(text="printed")
        raise ToolArgumentError(f"`how` cannot be {args.how!r}.", field="how")


class BatchProbe(Probe):
    """The same in batches; a batch with a text "break" raises as a whole."""

    name = "batch_probe"
    backends = (Backend("python", max_batch_size=4),)

    def run_batch(self, calls: Sequence[tuple[ProbeArgs, ToolContext]]) -> Any:
        """All at once."""
        if len(calls) > 1 and any(args.text == "break" for args, _ in calls):
            raise ValueError("the whole batch fails")
        return super().run_batch(calls)


class AsyncProbe(Tool[ProbeArgs, ProbeOutput]):
    """Waits without holding a thread."""

    name = "async_probe"

    async def run(self, args: ProbeArgs, context: ToolContext) -> ProbeOutput:
        """Wait, then say it."""
        await asyncio.sleep(args.seconds)
        return ProbeOutput(text=args.text)


class CountArgs(BaseModel):
    """Count the calls of this trajectory."""

    fail: bool = Field(False, description="change the state, then fail")


class CountOutput(BaseModel):
    """How many there were, this one included."""

    calls: int


class CountProbe(Tool[CountArgs, CountOutput]):
    """Counts in the state."""

    name = "count_probe"
    reads = frozenset({"state"})

    def run(self, args: CountArgs, context: ToolContext) -> CountOutput:
        """Count; a failing call must leave no trace."""
        calls = (context.state or {"calls": 0})["calls"] + 1
        context.state = {"calls": calls}
        if args.fail:
            raise ToolFailed("as asked")
        return CountOutput(calls=calls)


class FlipArgs(BaseModel):
    """Turn an image upside down."""

    image: int = Field(0, description="which image")


class FlipOutput(BaseModel):
    """The turned image, the image itself, and its mean."""

    flipped: Image
    original: Image
    mean: float


class FlipProbe(Tool[FlipArgs, FlipOutput]):
    """Returns two images: a new one and the one that it was given."""

    name = "flip_probe"
    reads = frozenset({"image"})

    def run(self, args: FlipArgs, context: ToolContext) -> FlipOutput:
        """Flip it."""
        image = context.image(args.image)
        return FlipOutput(
            flipped=Image.from_array(image.array[::-1].copy()), original=image, mean=float(image.array.mean())
        )


class UnavailableProbe(Probe):
    """Cannot be set up."""

    name = "unavailable_probe"

    def setup(self, config: Any, backend: Any) -> None:
        """Say what is missing."""
        raise ToolUnavailable("the weights are missing", remedy="fetch the weights")
