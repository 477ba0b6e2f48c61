"""More tools with one fault each: batches, time, hostile text, missing weights (see `broken_tools.py`)."""

import asyncio
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from vista_core import Backend, Remedy, Tool, ToolContext, ToolFailed, ToolUnavailable


class Args(BaseModel):
    """Say something."""

    text: str = Field(description="what to say", max_length=20_000)
    times: int = Field(1, ge=1, le=3, description="how often")


class Out(BaseModel):
    text: str


class Good(Tool[Args, Out]):
    """Nothing is wrong with it."""

    name = "good"

    def run(self, args: Args, context: ToolContext) -> Any:
        return Out(text=args.text * args.times or "(nothing)")


class Batching(Good):
    name = "batching"
    backends = (Backend("python", max_batch_size=4),)


class BatchLoses(Batching):
    name = "batch_loses"

    def run_batch(self, calls: Sequence[Any]) -> Any:
        return super().run_batch(calls)[:-1]


class BatchRaises(Batching):
    name = "batch_raises"

    def run_batch(self, calls: Sequence[Any]) -> Any:
        raise ValueError("no batches today")


class BatchMixes(Batching):
    name = "batch_mixes"

    def run_batch(self, calls: Sequence[Any]) -> Any:
        return super().run_batch(calls)[::-1]


class BatchUnused(Good):
    name = "batch_unused"

    def run_batch(self, calls: Sequence[Any]) -> Any:
        return super().run_batch(calls)


class Number(BaseModel):
    value: float


class BatchDrifts(Tool[Args, Number]):
    """A batch moves its numbers by more than it says."""

    name = "batch_drifts"
    backends = (Backend("python", max_batch_size=4, batch_tolerance=0.01),)

    def run(self, args: Args, context: ToolContext) -> Number:
        return Number(value=0.5)

    def run_batch(self, calls: Sequence[Any]) -> Any:
        return [Number(value=0.6) for _ in calls]


class BatchRounds(BatchDrifts):
    """A batch moves its numbers by no more than it says: nothing is wrong with it."""

    name = "batch_rounds"

    def run_batch(self, calls: Sequence[Any]) -> Any:
        return [Number(value=0.505) for _ in calls]


class Holds(Good):
    """A call that is short of time never gives its lock back."""

    name = "holds"

    def setup(self, config: Any, backend: Any) -> None:
        self.lock = threading.Lock()

    def run(self, args: Args, context: ToolContext) -> Out:
        self.lock.acquire()
        if context.time_left() < 0.5:
            raise ToolFailed("No time.")
        self.lock.release()
        return Out(text=args.text)


class Hurries(Good):
    name = "hurries"

    def run(self, args: Args, context: ToolContext) -> Out:
        if context.time_left() < 0.5:
            raise ValueError("no time")
        return Out(text=args.text)


class Stubborn(Good):
    """It does not let itself be cancelled."""

    name = "stubborn"

    async def run(self, args: Args, context: ToolContext) -> Out:
        for _ in range(20):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                await asyncio.sleep(3600)
        return Out(text=args.text)


class Quick(Good):
    """Its suite says that a call takes long."""

    name = "quick"


class Sleeps(Good):
    """A text "sleep" takes long: nothing is wrong with it."""

    name = "sleeps"

    def run(self, args: Args, context: ToolContext) -> Out:
        if args.text == "sleep":
            time.sleep(30)
        return Out(text=args.text)


class Opens(Good):
    name = "opens"

    def run(self, args: Args, context: ToolContext) -> Out:
        try:
            return Out(text=Path(args.text).read_text())
        except (OSError, ValueError):
            return Out(text="no such file")


class Evaluates(Good):
    name = "evaluates"

    def run(self, args: Args, context: ToolContext) -> Out:
        try:
            return Out(text=str(eval(args.text, {})))
        except BaseException:
            return Out(text="no value")


class Shells(Good):
    name = "shells"

    def run(self, args: Args, context: ToolContext) -> Out:
        if args.text.startswith(("$", "`", ";", "|")):
            subprocess.run("true " + args.text, shell=True, check=False)
        return Out(text="done")


class Fetches(Good):
    name = "fetches"

    def run(self, args: Args, context: ToolContext) -> Out:
        if args.text.startswith("http"):
            with socket.socket() as found:
                found.settimeout(0.2)
                found.connect_ex(("127.0.0.1", 9))
        return Out(text="done")


class Phones(Good):
    """An ordinary call uses the network."""

    name = "phones"

    def run(self, args: Args, context: ToolContext) -> Out:
        with socket.socket() as found:
            found.settimeout(0.2)
            found.connect_ex(("127.0.0.1", 9))
        return Out(text=args.text)


class Chokes(Good):
    """Control characters are too much for it."""

    name = "chokes"

    def run(self, args: Args, context: ToolContext) -> Out:
        if "\x00" in args.text:
            raise ValueError("embedded null byte")
        return Out(text=args.text)


class NeedsSympy(Good):
    name = "needs_sympy"

    def setup(self, config: Any, backend: Any) -> None:
        import sympy  # noqa: F401


class Helpless(Good):
    name = "helpless"

    def setup(self, config: Any, backend: Any) -> None:
        if not Path.home().joinpath(".bashrc").exists() and not any(Path.home().iterdir()):
            raise ToolUnavailable("The weights are missing")


class Downloads(Good):
    name = "downloads"

    def setup(self, config: Any, backend: Any) -> None:
        import contextlib

        if not any(Path.home().iterdir()):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", 9), timeout=0.2)


class HelpfulBackend(Backend):
    def probe(self) -> Remedy | None:
        return None if any(Path.home().iterdir()) else Remedy("the weights are missing", "fetch the weights")


class Helpful(Good):
    """It says what is missing: nothing is wrong with it."""

    name = "helpful"
    backends = (HelpfulBackend("weights"),)
