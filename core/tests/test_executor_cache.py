"""Batching across trajectories, and the content cache."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from vista_core import Image, Observation, ToolCall, ToolErrorRecord, ToolResult, ToolSpec, make_executor
from vista_core.cache import ContentCache

TOOLS = Path(__file__).parent / "executor_tools.py"
BOTH = pytest.mark.parametrize("executor", ["thread", "process"])


def spec(tool: str, **fields: Any) -> ToolSpec:
    return ToolSpec(name=tool.lower(), target=f"{TOOLS}:{tool}", **fields)


def say(to: ToolSpec, text: str, seconds: float = 0.0, timeout_s: float = 20.0) -> ToolCall:
    return ToolCall("c", to, {"text": text, "seconds": seconds}, timeout_s=timeout_s)


@BOTH
def test_calls_of_several_trajectories_share_batches(executor: str) -> None:
    to = spec("Together", executor=executor, max_batch_size=4)
    runs = make_executor([to], cache=False, options={"thread": {"batch_wait_ms": 300}})
    runs.start_sync()
    texts = [result.observation.text for result in runs.run_sync([say(to, name) for name in "abcdefgh"])]
    assert texts == [f"{name} of 4" for name in "abcdefgh"]
    assert runs.run_sync([say(to, "x")])[0].observation.text == "x of 1"
    runs.close_sync()


@BOTH
def test_a_bad_call_in_a_batch_costs_only_itself(executor: str) -> None:
    to = spec("Together", executor=executor, max_batch_size=3)
    runs = make_executor([to], cache=False, options={"thread": {"batch_wait_ms": 300}})
    runs.start_sync()
    good, fail, other = runs.run_sync([say(to, text) for text in ("a", "fail", "b")])
    assert good.observation.text == "a of 3" and fail.error.message == "as asked" and other.ok
    good, broken, other = runs.run_sync([say(to, text) for text in ("a", "raise", "b")])
    assert (good.observation.text, broken.error.code, other.observation.text) == ("a of 1", "E5", "b of 1")
    good, slow = runs.run_sync([say(to, "a", timeout_s=0.6), say(to, "b", seconds=3, timeout_s=0.6)])
    assert good.observation.text == "a of 1" and slow.error.kind == "timeout"
    if executor == "process":
        good, deadly, other = runs.run_sync([say(to, text) for text in ("a", "die", "b")])
        assert good.ok and good.attempts == 1 and deadly.error.code == "E5" and other.ok
    runs.close_sync()


def counted(tmp_path: Path, **fields: Any) -> tuple[ToolSpec, Path]:
    marker = tmp_path / "runs"
    marker.write_text("")
    return spec("Counted", config={"marker": str(marker)}, **fields), marker


@BOTH
async def test_equal_calls_in_flight_run_once(executor: str, tmp_path: Path) -> None:
    to, marker = counted(tmp_path, executor=executor, workers=2)
    runs = make_executor([to])
    await runs.start()
    results = await asyncio.gather(*[runs.submit(say(to, "a", 0.1)) for _ in range(8)])
    assert [result.observation.text for result in results] == ["a"] * 8
    assert sum(result.cached for result in results) == 7
    assert marker.read_text().split() == ["a"]
    assert runs.run_sync([say(to, "a", 0.1)])[0].cached
    assert not runs.run_sync([say(to, "b", 0.1)])[0].cached
    await runs.close()


async def test_what_is_cached_and_what_not(tmp_path: Path) -> None:
    to, marker = counted(tmp_path)
    runs = make_executor([to])
    await runs.start()
    for text, count in (("fine", 1), ("fail", 1), ("raise", 3)):
        marker.write_text("")
        results = [
            runs.run_sync([say(to, text)])[0],
            await runs.submit(say(to, text)),
            await runs.submit(say(to, text)),
        ]
        assert len(marker.read_text().split()) == count, text
        assert [result.cached for result in results] == [False, count == 1, count == 1]
        assert len({(result.ok, result.error and result.error.message) for result in results}) == 1
    await runs.close()


async def test_a_flight_that_fails_or_is_cancelled_does_not_stop_the_others(tmp_path: Path) -> None:
    to, marker = counted(tmp_path, workers=4)
    runs = make_executor([to])
    await runs.start()
    results = await asyncio.gather(*[runs.submit(say(to, "raise", 0.05)) for _ in range(3)])
    assert [result.error.code for result in results] == ["E5"] * 3
    marker.write_text("")
    leader, follower = (asyncio.create_task(runs.submit(say(to, "b", 0.1))) for _ in range(2))
    await asyncio.sleep(0.05)
    leader.cancel()
    assert (await follower).ok
    leader, follower = (asyncio.create_task(runs.submit(say(to, "c", 0.1))) for _ in range(2))
    await asyncio.sleep(0.05)
    follower.cancel()
    assert (await leader).ok
    await runs.close()


def test_keys() -> None:
    cache = ContentCache()
    to = ToolSpec(name="t", target="m:T", reads=("image", "seed"))
    red, blue = (Image.from_array(np.full((2, 2, 3), value, np.uint8)) for value in (1, 2))

    def key(spec: ToolSpec = to, **fields: Any) -> str | None:
        return cache.key(
            ToolCall(**{"id": "i", "spec": spec, "arguments": {"a": 1, "b": 2}, "images": (red,), **fields})
        )

    same = key()
    assert same == key(id="j", trajectory="other", turn=2, timeout_s=1, question="not read", state={"not": "read"})
    assert same == key(arguments={"b": 2, "a": 1})
    different = [
        key(arguments={"a": 1, "b": 3}),
        key(images=(blue,)),
        key(images=(red, blue)),
        key(seed=1),
        key(to.model_copy(update={"reads": ("image", "seed", "question")}), question="read"),
        *(
            key(ToolSpec(**{**to.model_dump(), field: value}))
            for field, value in {"name": "u", "version": "2", "backend": "b", "config": {"x": 1}}.items()
        ),
    ]
    assert len({same, *different}) == len(different) + 1
    for field in ({"stateful": True}, {"deterministic": False}):
        assert key(ToolSpec(**{**to.model_dump(), **field})) is None
    assert key(arguments={"a": float("nan")}) is None


def test_the_cache_is_bounded_and_keeps_the_latest() -> None:
    cache = ContentCache(max_bytes=10_000)
    for number in range(20):
        cache.put(str(number), ToolResult(observation=Observation(text="x" * 1000)))
        assert cache.get("0") is not None  # used all the time
    assert cache.get("19") is not None and cache.get("1") is None
    cache.put("timeout", ToolResult(error=ToolErrorRecord("timeout", None, "late")))
    cache.put("fault", ToolResult(fault="worker died"))
    cache.put("huge", ToolResult(observation=Observation(text="x" * 20_000)))
    assert cache.get("timeout") is cache.get("fault") is cache.get("huge") is None
