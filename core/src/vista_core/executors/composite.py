"""The executor that episodes and engines use: routing, cache, retries and the poison rule in one place."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from vista_core.cache import ContentCache
from vista_core.calls import ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.discovery import load
from vista_core.errors import InfrastructureError, ToolError, ToolFailed
from vista_core.executors.base import Executor, wait_for
from vista_core.executors.pool import PATIENCE_S
from vista_core.executors.runner import WorkerDied

FAILURES = (InfrastructureError, TimeoutError)  # the call did not get its chance


class CompositeExecutor(Executor):
    """Routes each call to the executor that its spec names (`thread`, `process`, or a plugin's).

    Nothing is raised but PluginError: what a tool or a machine does wrong is in the ToolResult. A call
    that meets an InfrastructureError is retried; one that kills two workers is an error of its own
    ("poison"), since a third worker would not fare better; the rest ends as `fault`.
    Also known as `make_executor`. Call `start` (or `start_sync`) before the first call.

    Args:
        specs: the tools.
        cache: True for a content cache of the usual size, False for none, or one to share.
        max_retries: how often a call is run again after an InfrastructureError.
        options: settings of executors by name, e.g. `{"process": {"recycle_after": 500, "memory_mb": 4096}}`.

    Raises:
        UnknownName: there is no such executor.

    Example:
        >>> from vista_core import make_executor
        >>> executor = make_executor([], options={"process": {"memory_mb": 4096}})
        >>> executor.start_sync()
        >>> executor.run_sync([])
        []
        >>> executor.close_sync()
    """

    def __init__(
        self,
        specs: Sequence[ToolSpec],
        *,
        cache: ContentCache | bool = True,
        max_retries: int = 2,
        options: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.cache = ContentCache() if cache is True else cache or None
        self._specs = tuple(specs)
        self._max_retries = max_retries
        self._options = options or {}
        self._executors: dict[str, Executor] = {}
        for spec in specs:
            self._executor(spec.executor)

    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools of the constructor, and these."""
        specs = (*self._specs, *specs)
        for name in dict.fromkeys(spec.executor for spec in specs):
            await self._executor(name).start([spec for spec in specs if spec.executor == name])

    async def submit(self, call: ToolCall) -> ToolResult:
        """Run one call, or take its result from the cache. Raises PluginError only."""
        if self.cache is None or (key := self.cache.key(call)) is None:
            return await self._run(call, [])
        return await self.cache.through(key, lambda: self._run(call, []))

    def run_sync(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """Run the calls together. One call alone, the environment's step, takes a path without an event loop."""
        if len(calls) != 1:
            return super().run_sync(calls)
        call = calls[0]
        key = self.cache.key(call) if self.cache is not None else None
        if self.cache is not None and key is not None and (hit := self.cache.get(key)) is not None:
            return [hit]
        try:
            result = self._executor(call.spec.executor).run_sync(calls)[0]
        except ToolError as error:
            result = self._told(call, error)
        except FAILURES as error:
            result = wait_for(self._run(call, [error]))
        if self.cache is not None and key is not None:
            self.cache.put(key, result)
        return [result]

    async def close(self) -> None:
        """Close every executor."""
        for executor in self._executors.values():
            await executor.close()

    def close_sync(self) -> None:
        """Close every executor; without a loop, so that it can be done while the interpreter ends."""
        for executor in self._executors.values():
            executor.close_sync()

    async def _run(self, call: ToolCall, failures: list[Exception]) -> ToolResult:
        """Run a call until it has a result, or has failed too often."""
        executor = self._executor(call.spec.executor)
        while (deaths := sum(isinstance(f, WorkerDied) for f in failures)) < 2 and len(failures) <= self._max_retries:
            if len(failures) > deaths:  # a service may need a moment
                await asyncio.sleep(0.05 * 4 ** len(failures))
            try:
                result = await asyncio.wait_for(executor.submit(call), 2 * PATIENCE_S + call.timeout_s)
            except ToolError as error:
                result = self._told(call, error)
            except FAILURES as error:
                failures.append(error)
                continue
            result.attempts = len(failures) + 1
            return result
        told = "\n".join(str(failure) or "there was no answer in time" for failure in failures)
        if deaths < 2:
            fault = f"{call.spec.name}, tried {len(failures)} times: {told}"
            return ToolResult(fault=fault, backend=call.spec.backend, attempts=len(failures))
        poison = ToolFailed(f"The tool `{call.spec.name}` breaks down on this call.", code="E5")
        return self._told(call, poison, told, len(failures))

    def _told(self, call: ToolCall, error: ToolError, detail: str = "", attempts: int = 1) -> ToolResult:
        return ToolResult(error=ToolErrorRecord.of(error, detail), backend=call.spec.backend, attempts=attempts)

    def _executor(self, name: str) -> Executor:
        if name not in self._executors:
            self._executors[name] = load("executor", name, **self._options.get(name, {}))
        return self._executors[name]


make_executor = CompositeExecutor
