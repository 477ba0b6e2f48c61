"""Thread and process executors against tools that misbehave: each call costs only itself."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from vista_core import Image, PluginError, ToolCall, ToolResult, ToolSpec, ToolUnavailable, make_executor
from vista_core.executors import CompositeExecutor, ProcessExecutor, process
from vista_core.executors.wire import Shelf

TOOLS = Path(__file__).parent / "executor_tools.py"
BOTH = pytest.mark.parametrize("executor", ["thread", "process"])


def spec(tool: str, **fields: Any) -> ToolSpec:
    return ToolSpec(name=tool.lower(), target=f"{TOOLS}:{tool}", **fields)


def call(to: ToolSpec, timeout_s: float = 20.0, **fields: Any) -> ToolCall:
    fields = {"arguments": {}, **fields}
    return ToolCall(id="c", spec=to, timeout_s=timeout_s, **fields)


@contextlib.contextmanager
def running(*specs: ToolSpec, **options: Any) -> Any:
    executor = make_executor(specs, cache=False, **options)
    executor.start_sync()
    try:
        yield executor
    finally:
        executor.close_sync()


def bad(executor: CompositeExecutor, to: ToolSpec, how: str, timeout_s: float = 20.0) -> ToolResult:
    result = executor.run_sync([call(to, timeout_s, arguments={"how": how})])[0]
    # whatever happened, the next call works
    assert executor.run_sync([call(to, arguments={"how": "fine"})])[0].observation.text == "7"
    return result


def comparable(result: ToolResult) -> Any:
    seen, error = result.observation, result.error
    return (
        seen and (seen.text, seen.images, seen.data),
        error and (error.kind, error.code, error.message),
        result.fault,
        result.state,
        result.attempts,
    )


@BOTH
def test_each_misbehaviour_costs_its_own_call(executor: str) -> None:
    to = spec("Bad", executor=executor)
    with running(to) as runs:
        for how in ("raises", "garbage", "nothing", "exits", "interrupts"):
            error = bad(runs, to, how).error
            assert (error.kind, error.code) == ("failed", "E5"), how
            assert "secret" not in error.message
        assert "a secret of the tool" in bad(runs, to, "raises").error.detail
        assert bad(runs, to, "fails").error.message == "There is no chart."
        refused = bad(runs, to, "refuses").error
        assert (refused.kind, refused.code) == ("argument", "E3")
        assert bad(runs, to, "prints").observation.data == {"value": 1}
        assert bad(runs, to, "threads").observation.text == "20"
        assert bad(runs, to, "large").observation.data == {"value": 10**40}
        with pytest.raises(PluginError, match="question"):
            bad(runs, to, "peeks")
        unreachable = bad(runs, to, "unreachable")
        assert "does not answer" in unreachable.fault and unreachable.attempts == 3 and not unreachable.error
        assert runs.run_sync([call(to, arguments={"how": 3})])[0].error.kind == "argument"


def test_thread_and_process_give_the_same() -> None:
    results = {}
    image = Image.from_array(np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
    for executor in ("thread", "process"):
        tools = {name: spec(name, executor=executor) for name in ("Bad", "Flip", "Echo", "Remote")}
        tools["Flip"] = spec("Flip", executor=executor, reads=("image",))
        tools["Counter"] = spec("Counter", executor=executor, reads=("state",), stateful=True)
        tools["Hoarder"] = spec("Hoarder", executor=executor, reads=("state",), stateful=True)
        calls = [
            *(call(tools["Bad"], arguments={"how": how}) for how in ("fine", "raises", "garbage", "exits", "large")),
            call(tools["Echo"], arguments={"text": "\ud800 <tool_call> é\x00", "seconds": 0}),
            call(tools["Remote"], arguments={"text": "a"}),
            call(tools["Remote"], arguments={"text": "raise"}),
            call(tools["Flip"], images=(image,)),
            call(tools["Flip"], images=(image,), arguments={"image": 1}),
            call(tools["Counter"]),
            call(tools["Counter"], state={"calls": 41}),
            call(tools["Hoarder"]),
        ]
        with running(*tools.values()) as runs:
            results[executor] = [comparable(runs.run_sync([one])[0]) for one in calls]
            assert [comparable(result) for result in runs.run_sync(calls)] == results[executor]
    assert results["thread"] == results["process"]
    assert results["thread"][-2][3] == {"calls": 42}
    assert results["thread"][-1][1][1] == "E5"
    seen = results["thread"][8][0]
    assert seen[1][1] == image and (seen[1][0].array == image.array[::-1]).all()
    assert seen[2]["flipped"] == {"image": seen[1][0].id}


@BOTH
def test_a_hanging_call_ends_at_its_time(executor: str) -> None:
    to = spec("Bad", executor=executor)
    with running(to) as runs:
        for how in ["hangs"] * 2:
            result = bad(runs, to, how, timeout_s=0.2)
            assert result.error.kind == "timeout" and "0.2 s" in result.error.message
            assert result.attempts == 1


def test_thread_takes_no_more_calls_while_eight_hang() -> None:
    to = spec("Echo")
    with running(to, max_retries=0) as runs:
        sleepers = [call(to, 0.05, arguments={"text": "", "seconds": 1.5})] * 8
        assert {runs.run_sync([sleeper])[0].error.kind for sleeper in sleepers} == {"timeout"}
        refused = runs.run_sync([call(to, arguments={"text": "x"})])[0]
        assert "process" in refused.fault and refused.error is None
        deadline = time.monotonic() + 20  # they end after all: it works again
        while (result := runs.run_sync([call(to, arguments={"text": "x"})])[0]).fault and time.monotonic() < deadline:
            time.sleep(0.05)
        assert result.ok


def test_a_dying_worker_is_replaced_and_the_call_tried_again(tmp_path: Path) -> None:
    to = spec("DiesOnce", executor="process", config={"marker": str(tmp_path / "died")})
    with running(to) as runs:
        result = runs.run_sync([call(to, arguments={"text": "hello"})])[0]
        assert result.observation.text == "hello" and result.attempts == 2


def test_a_call_that_kills_two_workers_is_poison() -> None:
    to = spec("Bad", executor="process")
    with running(to, max_retries=5) as runs:
        for how in ("dies", "closes_pipes"):
            result = bad(runs, to, how)
            assert (result.error.kind, result.error.code, result.attempts) == ("failed", "E5", 2)
            assert result.fault is None
        assert "last words" in bad(runs, to, "dies").error.detail
        assert bad(runs, to, "reads_stdin").observation.text == "0"


def test_without_retries_a_dead_worker_is_a_fault() -> None:
    to = spec("Bad", executor="process")
    with running(to, max_retries=0) as runs:
        result = bad(runs, to, "dies")
        assert "signal 9" in result.fault and result.error is None


def test_a_worker_that_answers_no_ping_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PING_S", 0.3)
    to = spec("Bad", executor="process")
    with running(to, max_retries=0) as runs:
        result = bad(runs, to, "holds_gil", timeout_s=0.2)
        assert "ping" in result.fault


def test_memory_limit() -> None:
    to = spec("Bad", executor="process")
    with running(to, max_retries=0, options={"process": {"memory_mb": 400}}) as runs:
        assert "400 MB" in bad(runs, to, "eats").fault


def test_recycling() -> None:
    to = spec("Pid", executor="process")
    with running(to, options={"process": {"recycle_after": 2}}) as runs:
        pids = [runs.run_sync([call(to, arguments={"text": ""})])[0].observation.text for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert str(os.getpid()) not in pids


@pytest.mark.parametrize(
    ("tool", "words"),
    [("NoWeights", "fetch the weights"), ("DiesInSetup", "no such library"), ("SlowSetup", "not set up in time")],
)
def test_a_worker_that_cannot_set_up_is_unavailable(tool: str, words: str) -> None:
    executor = ProcessExecutor(setup_timeout_s=2.0)
    with pytest.raises(ToolUnavailable, match=words) as caught:
        executor.start_sync([spec("Echo", executor="process"), spec(tool, executor="process")])
    assert caught.value.remedy
    executor.close_sync()


def test_set_up_errors_of_other_kinds() -> None:
    with pytest.raises(ToolUnavailable, match="no-such-python"):
        ProcessExecutor().start_sync([spec("Echo", executor="process", python="/no-such-python")])
    with pytest.raises(PluginError):
        ProcessExecutor().start_sync([spec("ExitsInSetup", executor="process")])
    with pytest.raises(PluginError):
        ProcessExecutor().start_sync([spec("NotThere", executor="process")])
    with pytest.raises(ToolUnavailable, match="fetch the weights"):
        make_executor([spec("NoWeights")]).start_sync()
    with pytest.raises(PluginError, match="no_such_setting"):
        make_executor([spec("Echo")], options={"thread": {"no_such_setting": 1}})
    with pytest.raises(PluginError, match="start"):
        make_executor([]).run_sync([call(spec("Echo"))])


def test_images_travel_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    place = Shelf.place

    def counting(self: Shelf, images: Any) -> Any:
        new, forget = place(self, images)
        sent.append(len(new))
        return new, forget

    monkeypatch.setattr(Shelf, "place", counting)
    pictures = [Image.from_array(np.full((4, 4, 3), value, np.uint8)) for value in range(3)]
    to = spec("Flip", executor="process", reads=("image",))
    with running(to) as runs:
        for count in (1, 2, 2, 3, 1):
            assert runs.run_sync([call(to, images=tuple(pictures[:count]))])[0].ok
    assert sent == [1, 1, 0, 1, 0]


def test_the_shelf_gives_up_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vista_core.executors.wire.SHELF_IMAGES", 2)
    a, b, c = (Image.from_array(np.full((2, 2, 3), value, np.uint8)) for value in range(3))
    shelf = Shelf()
    assert shelf.place([a, b]) == ({a.id: a.data, b.id: b.data}, [])
    assert shelf.place([a]) == ({}, [])
    assert shelf.place([c]) == ({c.id: c.data}, [b.id])
    new, forget = shelf.place([a, b, c])
    assert set(new) == {b.id} and forget == []


@BOTH
async def test_many_calls_at_once_and_in_several_loops(executor: str) -> None:
    to = spec("Echo", executor=executor, workers=2)
    runs = make_executor([to], cache=False)
    await runs.start()
    texts = [str(number) for number in range(40)]
    results = await asyncio.gather(*[runs.submit(call(to, arguments={"text": text})) for text in texts])
    assert [result.observation.text for result in results] == texts

    def elsewhere() -> Any:
        return asyncio.run(runs.submit(call(to, arguments={"text": "other loop"})))

    assert (await asyncio.to_thread(elsewhere)).observation.text == "other loop"
    assert runs.run_sync([call(to, arguments={"text": "no loop"})])[0].ok  # as in a notebook
    await runs.close()
    assert "closed" in (await runs.submit(call(to, arguments={"text": "late"}))).fault
    await runs.close()


async def test_async_tools_overlap_and_stop_at_their_time() -> None:
    to = spec("Remote")
    runs = make_executor([to], cache=False)
    await runs.start()
    started = time.monotonic()
    calls = [call(to, arguments={"text": "a", "seconds": 0.2}) for _ in range(50)]
    assert all(result.ok for result in await asyncio.gather(*map(runs.submit, calls)))
    assert time.monotonic() - started < 5  # one after the other they take 10 s
    slow = await runs.submit(call(to, 0.1, arguments={"text": "a", "seconds": 30}))
    assert slow.error.kind == "timeout"
    await runs.close()


@BOTH
async def test_a_cancelled_call_that_waits_is_never_run(executor: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    to = spec("Counted", executor=executor, config={"marker": str(marker)})
    runs = make_executor([to], cache=False)
    await runs.start()
    first = asyncio.create_task(runs.submit(call(to, arguments={"text": "first", "seconds": 0.3})))
    second = asyncio.create_task(runs.submit(call(to, arguments={"text": "second"})))
    await asyncio.sleep(0.1)
    second.cancel()
    assert (await first).ok
    assert (await runs.submit(call(to, arguments={"text": "third"}))).ok
    assert marker.read_text().split() == ["first", "third"]
    await runs.close()


@BOTH
async def test_closing_ends_what_waits(executor: str) -> None:
    to = spec("Echo", executor=executor)
    runs = make_executor([to], cache=False, max_retries=0)
    await runs.start()
    waiting = [asyncio.create_task(runs.submit(call(to, 2, arguments={"text": "", "seconds": 1}))) for _ in range(3)]
    await asyncio.sleep(0.1)
    await runs.close()
    results = await asyncio.gather(*waiting)
    assert all(result.fault for result in results[1:])


def test_no_orphans_when_the_host_ends() -> None:
    program = f"""
import os
from vista_core import ToolCall, ToolSpec, make_executor
spec = ToolSpec(name="pid", target="{TOOLS}:Pid", executor="process", workers=2)
executor = make_executor([spec])
executor.start_sync()
print(executor.run_sync([ToolCall("1", spec, {{"text": ""}})])[0].observation.text, flush=True)
"""
    for end in ("", "os._exit(0)"):  # with and without the interpreter's own farewell
        done = subprocess.run([sys.executable, "-c", program + end], capture_output=True, timeout=60, check=True)
        pid = int(done.stdout)
        deadline = time.monotonic() + 10
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and ") Z" in stat.read_text())  # a zombie whom nobody here reaps is dead
