"""Running a tool's calls in a test: one by one here, through an executor, and in a comparable form."""

import asyncio
import concurrent.futures
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from vista_core.calls import ToolCall, ToolResult, ToolSpec
from vista_core.executors.base import Executor, background_loop
from vista_core.executors.composite import make_executor
from vista_core.schema import canonical_json

T = TypeVar("T")
PATIENCE_S = 60.0
"""A wait in a test that is longer than this is taken for ever."""


class WaitedTooLong(Exception):
    """Nothing came back within PATIENCE_S."""


@contextmanager
def running(specs: Sequence[ToolSpec], **settings: Any) -> Iterator[Executor]:
    """A started executor without a cache: each call is a call."""
    executor = make_executor(specs, cache=False, **settings)
    executor.start_sync()
    try:
        yield executor
    finally:
        executor.close_sync()


def submit(executor: Executor, calls: Sequence[ToolCall], patience_s: float = PATIENCE_S) -> list[Any]:
    """The results of calls that run together; an exception takes the place of its call's result.

    Raises:
        WaitedTooLong: they did not come back.
    """

    async def together() -> list[Any]:
        return await asyncio.gather(*[executor.submit(call) for call in calls], return_exceptions=True)

    return wait(together(), patience_s)


def cancelled(executor: Executor, calls: Sequence[ToolCall], patience_s: float = PATIENCE_S) -> None:
    """Begin calls and cancel them a moment later, as an engine does that is stopped."""

    async def begin() -> None:
        tasks = [asyncio.ensure_future(executor.submit(call)) for call in calls]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    wait(begin(), patience_s)


def wait(work: Coroutine[Any, Any, T], patience_s: float = PATIENCE_S) -> T:
    """Run a coroutine on the background loop, for a limited time.

    Raises:
        WaitedTooLong: it did not come to an end.
    """
    future = asyncio.run_coroutine_threadsafe(work, background_loop())
    try:
        return future.result(patience_s)
    except concurrent.futures.TimeoutError:
        future.cancel()
        raise WaitedTooLong from None


def comparable(result: ToolResult) -> dict[str, Any]:
    """What a result says, without clocks: equal results have equal values.

    Example:
        >>> from vista_core import Observation
        >>> comparable(ToolResult(observation=Observation(text="84")))["text"]
        '84'
    """
    seen, error = result.observation, result.error
    return {
        "text": seen.text if seen else None,
        "images": [image.id for image in seen.images] if seen else [],
        "data": canonical_json(seen.data) if seen else None,
        "error": (error.kind, error.code, error.message) if error else None,
        "fault": result.fault,
        "state": canonical_json(result.state),
    }


def difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    """The first part in which two comparable results differ, as "text: 'a' and then 'b'"; empty when equal.

    Example:
        >>> difference({"text": "a"}, {"text": "b"})
        "text: 'a' and then 'b'"
    """
    from vista_core.testing.report import short

    return next((f"{key}: {short(one[key])} and then {short(other[key])}" for key in one if one[key] != other[key]), "")


def close_to(one: Any, other: Any, tolerance: float) -> bool:
    """Whether two JSON values are equal but for numbers that differ by at most a tolerance.

    Example:
        >>> close_to({"a": [1.0, "x"]}, {"a": [1.05, "x"]}, 0.1), close_to([1], [1, 2], 0.1)
        (True, False)
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other or abs(one - other) <= tolerance
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close_to(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(close_to(a, b, tolerance) for a, b in zip(one, other, strict=True))
    return bool(one == other)
