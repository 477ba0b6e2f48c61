"""The `thread` executor: tools in this process; quick, and unable to stop a call that hangs."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from vista_core.calls import ToolCall, ToolSpec
from vista_core.executors.pool import Pool, PoolExecutor, Runner
from vista_core.executors.runner import AnyTool, Outcome, run_calls

ASYNC_LANES = 64  # calls of one async tool that are under way at once


class ThreadExecutor(PoolExecutor):
    """Runs tools in threads of this process; `async def run` on the background loop, 64 calls at once.

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

    def make_pool(self, spec: ToolSpec) -> Pool:
        """Set the tool up here and make its pool."""
        tool = spec.create()
        if inspect.iscoroutinefunction(tool.run):  # a lane only waits for the loop: many cost little
            spec = spec.model_copy(update={"workers": max(spec.workers, ASYNC_LANES), "max_batch_size": 1})
        return Pool(spec, lambda: _Local(tool), self._batch_wait_s)


@dataclass(eq=False)
class _Local(Runner):
    """Runs calls with a tool object of this process, which is set up already and cannot be stopped."""

    _tool: AnyTool

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        return run_calls(self._tool, calls)
