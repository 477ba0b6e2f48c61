"""Results by content: the rollouts of a group ask the same things of the same picture."""

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import replace

from vista_core.calls import ToolCall, ToolResult
from vista_core.schema import canonical_json


class ContentCache:
    """Results of calls, by what the tool is and all that it reads.

    Cached: successes, and the errors that a tool gives on purpose (kinds `argument` and `failed`), of tools
    that are deterministic and without state. Never: faults, timeouts, E5. A result that is handed out is
    shared: do not change it.

    Args:
        max_bytes: what the results in memory may take, the least recently used going first.

    Example:
        >>> from vista_core import ToolCall, ToolSpec
        >>> spec = ToolSpec(name="t", target="m:T")
        >>> cache = ContentCache()
        >>> cache.key(ToolCall("1", spec, {"x": 1})) == cache.key(ToolCall("2", spec, {"x": 1}))
        True
        >>> cache.key(ToolCall("1", spec.model_copy(update={"stateful": True}), {"x": 1})) is None
        True
    """

    def __init__(self, max_bytes: int = 256 << 20) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._results: OrderedDict[str, tuple[ToolResult, int]] = OrderedDict()
        self._flights: dict[str, Future[None]] = {}
        self._lock = threading.Lock()

    def key(self, call: ToolCall) -> str | None:
        """The call's key; None if its result must not be cached."""
        spec = call.spec
        if spec.stateful or not spec.deterministic:
            return None
        images = [image.id for image in call.images]
        parts = {"image": images, "question": call.question, "choices": call.choices, "seed": call.seed}
        try:
            text = canonical_json([spec.key, call.arguments, {name: parts.get(name) for name in spec.reads}])
        except (TypeError, ValueError):  # arguments that JSON cannot say
            return None
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> ToolResult | None:
        """The result with this key, marked as cached."""
        with self._lock:
            if (found := self._results.get(key)) is None:
                return None
            self._results.move_to_end(key)
        return replace(found[0], cached=True, seconds=0.0)

    def put(self, key: str, result: ToolResult) -> None:
        """Keep a result, if an equal call would surely give it again and it is not too large."""
        seen, error = result.observation, result.error
        size = 1000
        if seen is not None:
            size += len(seen.text) + len(str(seen.data)) + sum(len(image.data) for image in seen.images)
        elif error is None or error.kind not in ("argument", "failed") or error.code == "E5":
            return
        with self._lock:
            if key not in self._results and size <= self._max_bytes:
                self._results[key] = result, size
                self._bytes += size
            while self._bytes > self._max_bytes:
                self._bytes -= self._results.popitem(last=False)[1][1]

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
