"""The executor that episodes and engines use: routing, cache, retries and the poison rule in one place."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vista_core.cache import ContentCache
from vista_core.calls import ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolError, ToolFailed
from vista_core.executors.base import Executor, WorkerDied, wait_for
from vista_core.executors.pool import PATIENCE_S
from vista_core.executors.process import ProcessExecutor
from vista_core.executors.thread import ThreadExecutor


def make_executor(
    specs: Sequence[ToolSpec],
    *,
    cache: ContentCache | bool | str | Path = True,
    batch_wait_ms: float = 2.0,
    max_retries: int = 2,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> "CompositeExecutor":
    """An executor for these tools; call its `start` (or `start_sync`) before the first call.

    Args:
        specs: the tools; each runs on the executor that its spec names (`thread`, `process`, or a plugin's).
        cache: True for a content cache in memory, False for none, a folder for one that outlives the run,
            or a ContentCache.
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.
        max_retries: how often a call is run again after an InfrastructureError.
        options: settings of executors by name, e.g. `{"process": {"recycle_after": 500, "memory_mb": 4096}}`.

    Raises:
        PluginError: there is no such executor, or it has no such setting.

    Example:
        >>> executor = make_executor([], options={"process": {"memory_mb": 4096}})
        >>> executor.run_sync([])
        []
        >>> executor.close_sync()
    """
    kept = cache if isinstance(cache, ContentCache) else None
    if kept is None and cache is not False:
        kept = ContentCache(folder=None if cache is True else Path(str(cache)))
    return CompositeExecutor(
        specs, cache=kept, batch_wait_ms=batch_wait_ms, max_retries=max_retries, options=options or {}
    )


class CompositeExecutor(Executor):
    """Routes each call to its spec's executor; see `make_executor`.

    Nothing is raised but PluginError: what a tool or a machine does wrong is in the ToolResult. A call
    that meets an InfrastructureError is retried; one that kills two workers is an error of its own
    ("poison"), since a third worker would not fare better; the rest ends as `fault`.

    Example:
        >>> executor = CompositeExecutor([])
        >>> executor.start_sync()
        >>> executor.close_sync()
    """

    def __init__(
        self,
        specs: Sequence[ToolSpec],
        *,
        cache: ContentCache | None = None,
        batch_wait_ms: float = 2.0,
        max_retries: int = 2,
        options: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.cache = cache
        self._specs = tuple(specs)
        self._batch_wait_ms = batch_wait_ms
        self._max_retries = max_retries
        self._options = options or {}
        self._executors: dict[str, Executor] = {}
        for spec in specs:
            self._executor(spec.executor)

    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools of the constructor, and these, each kind of executor beside the others."""
        parts = self._by_executor((*self._specs, *specs))
        await asyncio.gather(*[executor.start(part) for executor, part in parts])

    def start_sync(self, specs: Sequence[ToolSpec] = ()) -> None:
        """`start` for synchronous code."""
        for executor, part in self._by_executor((*self._specs, *specs)):
            executor.start_sync(part)

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
            result = ToolResult(error=ToolErrorRecord.of(error), backend=call.spec.backend)
        except InfrastructureError as error:
            result = wait_for(self._run(call, [error]))
        if self.cache is not None and key is not None:
            self.cache.put(key, result)
        return [result]

    async def close(self) -> None:
        """Close every executor."""
        await asyncio.gather(*[executor.close() for executor in self._executors.values()])

    def close_sync(self) -> None:
        """`close` for synchronous code."""
        for executor in self._executors.values():
            executor.close_sync()

    async def _run(self, call: ToolCall, failures: list[InfrastructureError]) -> ToolResult:
        """Run a call until it has a result, or has failed too often."""
        executor = self._executor(call.spec.executor)
        while (verdict := self._verdict(call, failures)) is None:
            if failures and not isinstance(failures[-1], WorkerDied):  # a service may need a moment
                await asyncio.sleep(0.05 * 4 ** len(failures))
            try:
                async with asyncio.timeout(2 * PATIENCE_S + call.timeout_s):  # for executors that are not ours
                    result = await executor.submit(call)
                if result.fault is not None:
                    raise InfrastructureError(result.fault)
            except ToolError as error:
                result = ToolResult(error=ToolErrorRecord.of(error), backend=call.spec.backend)
            except InfrastructureError as error:
                failures.append(error)
                continue
            except TimeoutError:
                failures.append(InfrastructureError(f"the {call.spec.executor} executor gave no answer"))
                continue
            result.attempts = len(failures) + 1
            return result
        return verdict

    def _verdict(self, call: ToolCall, failures: Sequence[InfrastructureError]) -> ToolResult | None:
        """What the failures so far mean: the end of the call, or None: try (again)."""
        end = ToolResult(backend=call.spec.backend, attempts=len(failures))
        if sum(isinstance(failure, WorkerDied) for failure in failures) >= 2:
            poison = ToolFailed(f"The tool `{call.spec.name}` breaks down on this call.", code="E5")
            end.error = ToolErrorRecord.of(poison, "\n".join(map(str, failures)))
            return end
        if len(failures) > self._max_retries:
            end.fault = f"{call.spec.name}: {failures[-1]} (tried {len(failures)} times)"
            return end
        return None

    def _by_executor(self, specs: Sequence[ToolSpec]) -> list[tuple[Executor, list[ToolSpec]]]:
        names = dict.fromkeys(spec.executor for spec in specs)
        return [(self._executor(name), [spec for spec in specs if spec.executor == name]) for name in names]

    def _executor(self, name: str) -> Executor:
        if name not in self._executors:
            self._executors[name] = self._make(name)
        return self._executors[name]

    def _make(self, name: str) -> Executor:
        settings = dict(self._options.get(name, {}))
        ours: dict[str, type[Executor]] = {"thread": ThreadExecutor, "process": ProcessExecutor}
        try:
            if name in ours:
                return ours[name](**{"batch_wait_ms": self._batch_wait_ms, **settings})
        except TypeError as error:
            raise PluginError(f"The executor `{name}` does not have these settings: {error}.") from error
        from vista_core.discovery import load

        executor = load("executor", name, **settings)
        if not isinstance(executor, Executor):
            raise PluginError(f"The executor `{name}` is no vista_core.Executor.")
        return executor
