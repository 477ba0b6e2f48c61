"""The `thread` executor: tools in this process; quick, and unable to stop a call that hangs."""

import asyncio
import inspect
import os
import threading
import time
import weakref
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from typing import ClassVar

from vista_core.calls import ToolCall, ToolResult, ToolSpec
from vista_core.executors.base import background_loop
from vista_core.executors.pool import Pool, PoolExecutor, Runner, Ticket, overtime
from vista_core.executors.runner import AnyTool, Outcome, run_async, run_calls

WATCH_S = 0.05  # how often the deadlines are looked at, seconds
MAX_ABANDONED = 8  # threads of one tool that are over their time and still run


class ThreadExecutor(PoolExecutor):
    """Runs tools in threads of this process; `async def run` on the background loop, all calls at once.

    It bounds the waiting, not the work: a call over its time ends as ToolTimeout while its thread goes on.
    With 8 such threads at work the tool takes no more calls: they become faults whose text names the
    `process` executor. One tool object serves all `workers` of a spec, so with more than one of them its
    `run` has to be thread-safe.

    Args:
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.

    Example:
        >>> executor = ThreadExecutor()
        >>> executor.run_sync([])
        []
        >>> executor.close_sync()
    """

    name: ClassVar[str] = "thread"

    def make_pool(self, spec: ToolSpec) -> Pool:
        """Set the tool up here and make its pool."""
        tool = spec.create()
        if inspect.iscoroutinefunction(tool.run):
            return _LoopPool(spec, tool)
        pool = Pool(spec, lambda: _Local(tool), self._batch_wait_s)
        _watched().add(pool)
        return pool


class _Local(Runner):
    """Runs calls with a tool object of this process, which is set up already and cannot be stopped."""

    def __init__(self, tool: AnyTool) -> None:
        self._tool = tool

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        return run_calls(self._tool, calls)


class _LoopPool(Pool):
    """The calls of an async tool: each a task on the background loop, cancelled at its time."""

    def __init__(self, spec: ToolSpec, tool: AnyTool) -> None:
        super().__init__(spec, lambda: _Local(tool), 0.0)
        self._tool = tool
        self._running: set[Future[None]] = set()

    def begin(self) -> None:
        """Nothing to start: the loop is there."""

    def put(self, ticket: Ticket) -> None:
        if self.closed:
            super().put(ticket)
            return
        running = asyncio.run_coroutine_threadsafe(self._run(ticket), background_loop())
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def close(self) -> None:
        super().close()
        for running in list(self._running):
            running.cancel()

    async def _run(self, ticket: Ticket) -> None:
        started = time.monotonic()
        try:
            outcome = await asyncio.wait_for(run_async(self._tool, ticket.call), ticket.call.timeout_s)
        except TimeoutError:
            outcome = overtime(ticket.call)
        except asyncio.CancelledError:
            super().put(ticket)  # the pool closed
            raise
        if isinstance(outcome, ToolResult):
            outcome.seconds = time.monotonic() - started
        ticket.settle(outcome)


@cache
def _watched() -> "weakref.WeakSet[Pool]":
    """The thread pools of this process; one thread looks after their deadlines."""
    pools: weakref.WeakSet[Pool] = weakref.WeakSet()

    def watch() -> None:
        while True:
            time.sleep(WATCH_S)
            for pool in list(pools):
                pool.reap(time.monotonic(), MAX_ABANDONED)

    threading.Thread(target=watch, name="vista-watch", daemon=True).start()
    return pools


os.register_at_fork(after_in_child=_watched.cache_clear)
