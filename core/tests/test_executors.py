"""Thread and process executors against tools that misbehave: each call costs only itself."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core import (
    Image,
    Observation,
    PluginError,
    ToolCall,
    ToolErrorRecord,
    ToolResult,
    ToolSpec,
    ToolUnavailable,
    make_executor,
)
from vista_core.executors import Executor, ProcessExecutor, process, worker
from vista_core.executors.worker import outcome_from_wire, outcome_to_wire, pack, unpack

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


def bad(executor: Executor, to: ToolSpec, how: str, timeout_s: float = 20.0) -> ToolResult:
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


def test_thread_takes_no_more_calls_while_eight_hang(tmp_path: Path) -> None:
    to = spec("Waits", config={"marker": str(tmp_path / "go on")})
    with running(to, max_retries=0) as runs:
        for _ in range(8):
            assert runs.run_sync([call(to, 0.05, arguments={"text": "wait"})])[0].error.kind == "timeout"
        refused = runs.run_sync([call(to, arguments={"text": "x"})])[0]
        assert "process" in refused.fault and refused.error is None
        (tmp_path / "go on").write_text("")  # they end after all: the tool takes calls again
        deadline = time.monotonic() + 20
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
        result = bad(runs, to, "dies")
        assert (result.error.kind, result.error.code, result.attempts) == ("failed", "E5", 2)
        assert result.fault is None and "last words" in result.error.detail
        assert bad(runs, to, "reads_stdin").observation.text == "0"


def test_without_retries_a_dead_worker_is_a_fault() -> None:
    to = spec("Bad", executor="process")
    with running(to, max_retries=0) as runs:
        result = bad(runs, to, "closes_pipes")
        assert "worker of bad died" in result.fault and result.error is None


def test_a_worker_that_answers_no_ping_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PING_S", 0.3)
    to = spec("Bad", executor="process")
    with running(to, max_retries=0) as runs:
        result = bad(runs, to, "holds_gil", timeout_s=0.2)
        assert "ping" in result.fault


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces the limit")
def test_memory_limit() -> None:
    to = spec("Bad", executor="process")
    with running(to, max_retries=0, options={"process": {"memory_mb": 400}}) as runs:
        assert "out of memory" in bad(runs, to, "eats").fault


def test_recycling() -> None:
    to = spec("Pid", executor="process")
    with running(to, options={"process": {"recycle_after": 2}}) as runs:
        pids = [runs.run_sync([call(to, arguments={"text": ""})])[0].observation.text for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert str(os.getpid()) not in pids


def test_setting_up_a_new_worker_takes_no_time_from_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PING_S", 0.1)
    (tmp_path / "tool.py").write_text(
        "import time\nfrom pydantic import BaseModel\nfrom vista_core import Tool\n"
        "class Args(BaseModel):\n    'Wait.'\nclass Out(BaseModel):\n    text: str = 'done'\n"
        "class Heavy(Tool[Args, Out]):\n    name = 'heavy'\n"
        "    def setup(self, config, backend): time.sleep(1.5)\n"
        "    def run(self, args, context): return Out()\n"
    )
    to = ToolSpec(name="heavy", target=f"{tmp_path}/tool.py:Heavy", executor="process")
    with running(to, max_retries=0, options={"process": {"recycle_after": 1}}) as runs:
        results = [runs.run_sync([call(to, 0.5)])[0] for _ in range(2)]
    assert [result.fault for result in results] == [None, None]


@pytest.mark.parametrize(
    ("tool", "words"),
    [("NoWeights", "fetch the weights"), ("DiesInSetup", "no such library"), ("SlowSetup", "not set up within 3 s")],
)
def test_a_worker_that_cannot_set_up_is_unavailable(tool: str, words: str) -> None:
    executor = ProcessExecutor(setup_timeout_s=3.0 if tool == "SlowSetup" else 60.0)
    with pytest.raises(ToolUnavailable, match=words) as caught:
        executor.start_sync([spec(tool, executor="process")])
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
    with pytest.raises(PluginError, match="start"):
        make_executor([]).run_sync([call(spec("Echo"))])


def test_a_tool_under_an_interpreter_of_its_own(tmp_path: Path) -> None:
    venv.create(tmp_path / "other", with_pip=False, symlinks=True)
    packages = next((tmp_path / "other").glob("lib/python*/site-packages"))
    (packages / "engine.py").write_text("version = 2")  # an engine that cannot be installed beside ours
    (tmp_path / "tool.py").write_text(
        "from vista_core import tool\n@tool\ndef ask() -> int:\n    'Version of the engine.'\n"
        "    import engine\n    return engine.version\n"
    )
    python = str(tmp_path / "other" / "bin" / "python")
    to = ToolSpec(name="ask", target=f"{tmp_path}/tool.py:ask", executor="process", python=python)
    with pytest.raises(ToolUnavailable, match="vista_core") as caught:  # it has no vista-core yet
        make_executor([to]).start_sync()
    assert python in caught.value.remedy
    (packages / "ours.pth").write_text("\n".join(path for path in sys.path if path.endswith(("src", "site-packages"))))
    with running(to) as runs:
        assert runs.run_sync([call(to)])[0].observation.text == "2"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(text=st.text(st.characters(codec=None)), data=JSON, state=JSON, error=st.booleans())
def test_results_survive_the_wire(text: str, data: Any, state: Any, error: bool) -> None:
    shared, made = (Image.from_array(np.full((2, 2, 3), value, np.uint8)) for value in (1, 2))
    seen = None if error else Observation(text=text, images=(made, shared), data=data)
    told = ToolErrorRecord("failed", "E5", text, "detail") if error else None
    result = ToolResult(observation=seen, error=told, state=state, backend="b")
    message = unpack(pack(outcome_to_wire(result, [shared])))
    assert outcome_from_wire(message, [shared]) == result
    if seen is not None:
        assert message["images"] == [made.data, shared.id]


@pytest.mark.parametrize(("held", "sent"), [(1 << 20, [1, 1, 0, 1, 0]), (0, [1, 2, 2, 3, 1])])
def test_images_travel_once_while_there_is_room(held: int, sent: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def packing(message: Any) -> bytes:
        if message["kind"] == "run":
            seen.append(len(message["images"]))
        return pack(message)

    monkeypatch.setattr(worker, "pack", packing)
    monkeypatch.setattr(process, "MAX_HELD", held)
    pictures = [Image.from_array(np.full((4, 4, 3), value, np.uint8)) for value in range(3)]
    to = spec("Flip", executor="process", reads=("image",))
    with running(to) as runs:
        for count in (1, 2, 2, 3, 1):
            result = runs.run_sync([call(to, images=tuple(pictures[:count]), arguments={"image": count - 1})])[0]
            assert result.observation.images[1] == pictures[count - 1]
    assert seen == sent


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
    await runs.start()
    assert (await runs.submit(call(to, arguments={"text": "again"}))).ok
    await runs.close()


async def test_async_tools_overlap_and_stop_at_their_time() -> None:
    to = spec("Remote")
    runs = make_executor([to], cache=False)
    await runs.start()
    calls = [call(to, arguments={"text": "meet 50"}) for _ in range(50)]
    assert all(result.ok for result in await asyncio.gather(*map(runs.submit, calls)))
    slow = await runs.submit(call(to, 0.1, arguments={"text": "a", "seconds": 30}))
    assert slow.error.kind == "timeout"
    await runs.close()


@BOTH
async def test_a_cancelled_call_that_waits_is_never_run(executor: str, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    to = spec("Counted", executor=executor, config={"marker": str(marker)})
    runs = make_executor([to], cache=False)
    await runs.start()
    first = asyncio.create_task(runs.submit(call(to, arguments={"text": "first", "seconds": 0.6})))
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
spec = ToolSpec(name="pid", target="{TOOLS}:Pid", executor="process")
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
