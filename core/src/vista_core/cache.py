"""Results by content: the rollouts of a group ask the same things of the same picture."""

import asyncio
import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from vista_core.calls import ToolCall, ToolResult, ToolSpec
from vista_core.errors import VistaError
from vista_core.schema import canonical_json


class ContentCache:
    """Results of calls, by what the tool is and all that it reads.

    Cached: successes, and the errors that a tool gives on purpose (kinds `argument` and `failed`), of tools
    that are deterministic and without state. Never: faults, timeouts, E5. A result that is handed out is
    shared: do not change it.

    Args:
        max_bytes: what the results in memory may take, the least recently used going first.
        folder: also keep results as files here, for later runs; it is never cleaned up.

    Example:
        >>> from vista_core import ToolCall, ToolSpec
        >>> spec = ToolSpec(name="t", target="m:T")
        >>> cache = ContentCache()
        >>> cache.key(ToolCall("1", spec, {"x": 1})) == cache.key(ToolCall("2", spec, {"x": 1}))
        True
        >>> cache.key(ToolCall("1", spec.model_copy(update={"stateful": True}), {"x": 1})) is None
        True
    """

    def __init__(self, max_bytes: int = 256 << 20, folder: Path | None = None) -> None:
        self.hits = 0
        self.misses = 0
        self._max_bytes = max_bytes
        self._folder = folder
        self._bytes = 0
        self._results: OrderedDict[str, tuple[ToolResult, int]] = OrderedDict()
        self._flights: dict[str, Future[None]] = {}
        self._engines: dict[str, str] = {}
        self._lock = threading.Lock()

    def key(self, call: ToolCall) -> str | None:
        """The call's key; None if its result must not be cached."""
        spec = call.spec
        if spec.stateful or not spec.deterministic:
            return None
        reads = spec.reads
        if spec.key not in self._engines:
            self._engines[spec.key] = _engine(spec)
        try:
            text = canonical_json(
                [
                    self._engines[spec.key],
                    call.arguments,
                    [image.id for image in call.images] if "image" in reads else None,
                    call.question if "question" in reads else None,
                    call.choices if "choices" in reads else None,
                    call.seed if "seed" in reads else None,
                ]
            )
        except (TypeError, ValueError):  # arguments that JSON cannot say
            return None
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> ToolResult | None:
        """The result with this key, marked as cached."""
        with self._lock:
            found = self._results.get(key)
            if found is not None:
                self._results.move_to_end(key)
        result = found[0] if found is not None else self._read(key)
        if result is None:
            self.misses += 1
            return None
        self.hits += 1
        return replace(result, cached=True, seconds=0.0)

    def put(self, key: str, result: ToolResult) -> bool:
        """Keep a result, if it may be kept; says whether it was."""
        if not _lasting(result):
            return False
        self._keep(key, result)
        self._write(key, result)
        return True

    async def through(self, key: str, run: Callable[[], Awaitable[ToolResult]]) -> ToolResult:
        """The result with this key: from the cache, from an equal call that is under way, or from `run`."""
        if (hit := self.get(key)) is not None:
            return hit
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                mine = self._flights[key] = Future[None]()
        if flight is not None:
            # Shielded: giving up on this wait must not end it for the others, perhaps in other event loops.
            await asyncio.shield(asyncio.wrap_future(flight))
            if (hit := self.get(key)) is not None:
                return hit
            return await run()  # it came to nothing that lasts; all who waited go on, side by side
        try:
            result = await run()
            self.put(key, result)
            return result
        finally:
            del self._flights[key]
            mine.set_result(None)

    def _read(self, key: str) -> ToolResult | None:
        if self._folder is None:
            return None
        from vista_core.executors.wire import outcome_from_wire, unpack

        try:
            result = outcome_from_wire(unpack((self._folder / key[:2] / key).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, VistaError):  # not there, or not whole: run the tool
            return None
        if not isinstance(result, ToolResult):
            return None
        self._keep(key, result)
        return result

    def _write(self, key: str, result: ToolResult) -> None:
        if self._folder is None:
            return
        from vista_core.executors.wire import HEADER, outcome_to_wire, pack

        folder = self._folder / key[:2]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            file.write(pack(outcome_to_wire(result))[HEADER.size :])
        os.replace(file.name, folder / key)  # whole or not at all, whoever else writes

    def _keep(self, key: str, result: ToolResult) -> None:
        size = _size(result)
        with self._lock:
            if key not in self._results and size <= self._max_bytes:
                self._results[key] = result, size
                self._bytes += size
            while self._bytes > self._max_bytes:
                self._bytes -= self._results.popitem(last=False)[1][1]


def _lasting(result: ToolResult) -> bool:
    """Whether an equal call would surely give this again."""
    if result.observation is not None:
        return True
    return result.error is not None and result.error.kind in ("argument", "failed") and result.error.code != "E5"


def _size(result: ToolResult) -> int:
    """About how many bytes a result takes."""
    seen = result.observation
    if seen is None:
        return 1000
    return 1000 + len(seen.text) + len(str(seen.data)) + sum(len(image.data) for image in seen.images)


def _engine(spec: ToolSpec) -> str:
    """What computes the result: the tool, its version (for a file: its text), backend and settings."""
    path = Path(spec.target.rpartition(":")[0])
    code = hashlib.sha256(path.read_bytes()).hexdigest() if path.suffix == ".py" and path.exists() else ""
    return canonical_json(
        [spec.name, spec.target, code, spec.distribution, spec.version, spec.backend, spec.config, spec.python]
    )
