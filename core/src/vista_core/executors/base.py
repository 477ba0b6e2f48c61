"""What every executor is: start tools, run calls, close; async, with synchronous twins."""

import abc
import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from functools import cache
from typing import Any, TypeVar

from vista_core.calls import ToolCall, ToolResult, ToolSpec

T = TypeVar("T")


@cache
def background_loop() -> asyncio.AbstractEventLoop:
    """The event loop of this process's one background thread.

    Async tools and the synchronous twins live there: it works from a notebook, whose own loop is
    running already, and outlives every `asyncio.run` of the caller.

    Example:
        >>> background_loop() is background_loop()
        True
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="vista-loop", daemon=True).start()
    return loop


os.register_at_fork(after_in_child=background_loop.cache_clear)  # a forked child has no such thread


def wait_for(work: Coroutine[Any, Any, T], timeout_s: float | None = None) -> T:
    """Run a coroutine on the background loop and wait for it from synchronous code; it is cancelled at its time.

    Example:
        >>> wait_for(asyncio.sleep(0, "done"))
        'done'
    """
    future = asyncio.run_coroutine_threadsafe(work, background_loop())
    try:
        return future.result(timeout_s)
    except BaseException:
        future.cancel()  # Ctrl-C while waiting: the work must not go on unseen
        raise


class Executor(abc.ABC):
    """Runs tool calls somewhere: in threads, in worker processes, on other machines.

    An executor is given a `ToolSpec`, never a tool object, so that the tool can be made where it runs.
    `submit` returns a ToolResult for everything that is the tool's or the policy's doing. It may raise
    ToolError (becomes the result's error), InfrastructureError or TimeoutError (the call did not get its
    chance: it is retried), WorkerDied (retried; twice for one call makes it poison) and PluginError (a
    developer's mistake, which reaches the caller). Every wait inside it must be finite.

    Example:
        >>> from vista_core.executors import ThreadExecutor
        >>> issubclass(ThreadExecutor, Executor)
        True
    """

    @abc.abstractmethod
    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools; those set up already are left alone.

        Raises:
            ToolUnavailable: a tool cannot work here; its remedy says what to do.
            PluginError: the tool's code is at fault.
        """

    @abc.abstractmethod
    async def submit(self, call: ToolCall) -> ToolResult:
        """Run one call of a tool that was started."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Stop everything; calls that wait end as faults. Closing twice is fine."""

    def start_sync(self, specs: Sequence[ToolSpec] = ()) -> None:
        """`start` for synchronous code."""
        wait_for(self.start(specs))

    def run_sync(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """`submit` for synchronous code: the calls run together, results come in their order."""

        async def together() -> list[ToolResult]:
            return await asyncio.gather(*[self.submit(call) for call in calls])

        return wait_for(together())

    def close_sync(self) -> None:
        """`close` for synchronous code."""
        wait_for(self.close())
