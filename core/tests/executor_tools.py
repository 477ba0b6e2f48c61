"""Tools that behave and misbehave, for the tests of the executors (loaded as `/…/executor_tools.py:Name`)."""

import asyncio
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from vista_core import Image, InfrastructureError, Tool, ToolArgumentError, ToolContext, ToolFailed, ToolUnavailable


class EchoArgs(BaseModel):
    """Say something again."""

    text: str = Field(description="the text")
    seconds: float = Field(0.0, description="how long to sleep first")


class EchoOutput(BaseModel):
    text: str


class Echo(Tool[EchoArgs, EchoOutput]):
    name = "echo"

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        time.sleep(args.seconds)
        return EchoOutput(text=args.text)


class Pid(Echo):
    """Tells which process ran it."""

    name = "pid"

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        return EchoOutput(text=str(os.getpid()))


class BadArgs(BaseModel):
    """Misbehave."""

    how: str = Field(description="in which way")


class Number(BaseModel):
    value: int


class Bad(Tool[BadArgs, Number]):
    name = "bad"

    def run(self, args: BadArgs, context: ToolContext) -> Any:
        return getattr(self, args.how)(context)

    def fine(self, context: ToolContext) -> Number:
        return Number(value=7)

    def raises(self, context: ToolContext) -> Number:
        raise ZeroDivisionError("a secret of the tool")

    def garbage(self, context: ToolContext) -> Any:
        return "not a Number"

    def nothing(self, context: ToolContext) -> Any:
        return None

    def exits(self, context: ToolContext) -> Any:
        sys.exit(3)

    def interrupts(self, context: ToolContext) -> Any:
        raise KeyboardInterrupt

    def fails(self, context: ToolContext) -> Any:
        raise ToolFailed("There is no chart.")

    def refuses(self, context: ToolContext) -> Any:
        raise ToolArgumentError("`how` must be another.", field="how")

    def prints(self, context: ToolContext) -> Number:
        print("\x00\x00\x00\x02hi" * 5000, flush=True)
        os.write(1, b"\xff" * 200_000)
        sys.__stdout__.write("more")
        return Number(value=1)

    def reads_stdin(self, context: ToolContext) -> Number:
        return Number(value=len(os.read(0, 10)))

    def threads(self, context: ToolContext) -> Number:
        for _ in range(20):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        return Number(value=20)

    def large(self, context: ToolContext) -> Number:
        return Number(value=10**40)

    def peeks(self, context: ToolContext) -> Number:
        return Number(value=len(context.question or ""))

    def unreachable(self, context: ToolContext) -> Number:
        raise InfrastructureError("the service does not answer")

    def hangs(self, context: ToolContext) -> Number:
        time.sleep(60)
        return Number(value=0)

    def holds_gil(self, context: ToolContext) -> Number:
        re.match(r"(a+)+$", "a" * 60 + "b")
        return Number(value=0)

    def dies(self, context: ToolContext) -> Number:
        sys.stderr.write("last words")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
        return Number(value=0)

    def closes_pipes(self, context: ToolContext) -> Number:
        os.closerange(3, 64)
        return Number(value=0)

    def eats(self, context: ToolContext) -> Number:
        hoard = []
        for _ in range(300):
            hoard.append(b"x" * (10 << 20))
            time.sleep(0.005)
        return Number(value=len(hoard))


class Where(BaseModel):
    marker: str


class DiesOnce(Tool[EchoArgs, EchoOutput]):
    """Kills its process unless the marker file is there; makes it first."""

    name = "dies_once"
    Config = Where

    def setup(self, config: Any, backend: Any) -> None:
        self.marker = Path(config.marker)

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        if not self.marker.exists():
            self.marker.write_text("")
            os._exit(9)
        return EchoOutput(text=args.text)


class FlipArgs(BaseModel):
    """Turn an image upside down."""

    image: int = Field(0, description="which")


class FlipOutput(BaseModel):
    flipped: Image
    original: Image
    mean: float


class Flip(Tool[FlipArgs, FlipOutput]):
    name = "flip"
    reads = frozenset({"image"})

    def run(self, args: FlipArgs, context: ToolContext) -> FlipOutput:
        import numpy as np

        image = context.image(args.image)
        flipped = Image.from_array(np.ascontiguousarray(image.array[::-1]))
        return FlipOutput(flipped=flipped, original=image, mean=float(image.array.mean()))


class NoArgs(BaseModel):
    """Count the calls of this trajectory."""


class Counter(Tool[NoArgs, Number]):
    name = "counter"
    reads = frozenset({"state"})

    def run(self, args: NoArgs, context: ToolContext) -> Number:
        context.state = {"calls": (context.state or {"calls": 0})["calls"] + 1}
        return Number(value=context.state["calls"])


class Hoarder(Tool[NoArgs, Number]):
    """Keeps more state than it may."""

    name = "hoarder"
    reads = frozenset({"state"})

    def run(self, args: NoArgs, context: ToolContext) -> Number:
        context.state = "x" * 100_000
        return Number(value=1)


class Together(Tool[EchoArgs, EchoOutput]):
    """Tells how many calls shared its batch; a text "raise" breaks its batch, "die" its process."""

    name = "together"

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        return self.run_batch([(args, context)])[0]

    def run_batch(self, calls: Any) -> Any:
        for args, _ in calls:
            time.sleep(args.seconds)
            if args.text == "raise":
                raise ValueError("the whole batch fails")
            if args.text == "die":
                os._exit(1)
        return [
            ToolFailed("as asked") if args.text == "fail" else EchoOutput(text=f"{args.text} of {len(calls)}")
            for args, _ in calls
        ]


class Waits(Tool[EchoArgs, EchoOutput]):
    """Waits for the marker file."""

    name = "waits"
    Config = Where

    def setup(self, config: Any, backend: Any) -> None:
        self.marker = Path(config.marker)

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        while args.text == "wait" and not self.marker.exists():
            time.sleep(0.01)
        return EchoOutput(text=args.text)


class Remote(Tool[EchoArgs, EchoOutput]):
    """A text "meet 5" waits until five such calls are under way."""

    name = "remote"
    met = 0

    async def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        await asyncio.sleep(args.seconds)
        if args.text.startswith("meet"):
            self.met += 1
            while self.met < int(args.text.split()[1]):
                await asyncio.sleep(0.01)
        if args.text == "raise":
            raise ValueError("broken")
        return EchoOutput(text=args.text)


class Counted(Tool[EchoArgs, EchoOutput]):
    """Each run adds a line to a file, whichever process it runs in."""

    name = "counted"
    Config = Where

    def setup(self, config: Any, backend: Any) -> None:
        self.marker = Path(config.marker)

    def run(self, args: EchoArgs, context: ToolContext) -> EchoOutput:
        with self.marker.open("a") as file:
            file.write(args.text + "\n")
        time.sleep(args.seconds)
        if args.text == "fail":
            raise ToolFailed("not possible")
        if args.text == "raise":
            raise ValueError("by accident")
        return EchoOutput(text=args.text)


class NoWeights(Echo):
    name = "no_weights"

    def setup(self, config: Any, backend: Any) -> None:
        raise ToolUnavailable("The weights are missing", remedy="fetch the weights")


class ExitsInSetup(Echo):
    name = "exits_in_setup"

    def setup(self, config: Any, backend: Any) -> None:
        sys.exit(1)


class DiesInSetup(Echo):
    name = "dies_in_setup"

    def setup(self, config: Any, backend: Any) -> None:
        sys.stderr.write("no such library")
        sys.stderr.flush()
        os._exit(5)


class SlowSetup(Echo):
    name = "slow_setup"

    def setup(self, config: Any, backend: Any) -> None:
        time.sleep(60)
