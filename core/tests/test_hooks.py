"""Hooks: each is called, and a plugin that fails is named."""

import inspect
import sys
import types

import pytest
from vista_core import HookCaller, PluginError, ToolCall, ToolResult, ToolSpec, Trajectory, hookimpl, hookspecs

TRAJECTORY = Trajectory(id="t")
CALL = ToolCall("1", ToolSpec(name="calculator", target="m:C"), {})


class Recorder:
    def __init__(self) -> None:
        self.seen: list[str] = []

    @hookimpl
    def vista_episode_start(self, trajectory: Trajectory) -> None:
        self.seen.append(f"start {trajectory.id}")

    @hookimpl
    def vista_before_tool_call(self, call: ToolCall) -> None:
        self.seen.append(f"before {call.id}")

    @hookimpl
    def vista_after_tool_call(self, trajectory: Trajectory, call: ToolCall, result: ToolResult) -> None:
        self.seen.append(f"after {result.fault}")

    @hookimpl
    def vista_episode_end(self) -> None:
        self.seen.append("end")

    @hookimpl
    def vista_log(self, record: dict[str, float], step: int) -> None:
        self.seen.append(f"log {step} {record}")


def run(hooks: HookCaller) -> None:
    hooks.episode_start(TRAJECTORY)
    hooks.before_tool_call(TRAJECTORY, CALL)
    hooks.after_tool_call(TRAJECTORY, CALL, ToolResult(fault="died"))
    hooks.episode_end(TRAJECTORY)
    hooks.log({"reward": 1.0}, step=3)


def test_every_hook_reaches_every_plugin_in_order() -> None:
    first, second = Recorder(), Recorder()
    second.seen = first.seen
    run(HookCaller([first, second]))
    once = ["start t", "before 1", "after died", "end", "log 3 {'reward': 1.0}"]
    assert first.seen == [line for line in once for _ in range(2)]


def test_every_hook_of_the_file_is_tested_here_and_documented() -> None:
    names = {name for name, value in vars(hookspecs).items() if name.startswith("vista_") and callable(value)}
    assert names == {name for name in vars(Recorder) if name.startswith("vista_")}
    for name in names:
        assert "Example:" in inspect.getdoc(getattr(hookspecs, name))
        assert hasattr(HookCaller, name.removeprefix("vista_"))


def test_no_hooks_cost_nothing_and_callers_can_be_shared() -> None:
    run(HookCaller())
    assert not HookCaller()
    recorder = Recorder()
    caller = HookCaller([recorder])
    assert caller
    run(HookCaller(caller))
    assert len(recorder.seen) == 5


def test_a_failing_hook_is_named() -> None:
    class Bad:
        @hookimpl
        def vista_episode_end(self, trajectory: Trajectory) -> None:
            raise KeyError("x")

    with pytest.raises(PluginError, match="`Bad` failed in vista_episode_end: KeyError"):
        run(HookCaller([Bad()]))


def test_a_plugin_that_does_not_fit_is_refused() -> None:
    class Unknown:
        @hookimpl
        def vista_no_such_hook(self) -> None:
            """Nothing calls this."""

    class Wrong:
        @hookimpl
        def vista_log(self, gold: str) -> None:
            """Asks for what there is not."""

    for plugin in (Unknown(), Wrong()):
        with pytest.raises(PluginError, match="does not fit"):
            HookCaller([plugin])
    with pytest.raises(PluginError, match="implements no hook"):
        HookCaller([object()])
    with pytest.raises(PluginError, match="No hook is named"):
        HookCaller(["no_such_hook"])


def test_a_module_and_a_class_are_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    module = types.ModuleType("my_hooks")

    @hookimpl
    def vista_log(step: int) -> None:
        seen.append(step)

    module.vista_log = vista_log  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "my_hooks", module)
    HookCaller([module, Recorder]).log({}, step=7)
    assert seen == [7]


def test_a_file_of_hooks_is_a_plugin(tmp_path) -> None:
    path = tmp_path / "my_file_hooks.py"
    path.write_text(
        "from vista_core import hookimpl\nseen = []\n@hookimpl\ndef vista_log(record, step):\n    seen.append(step)\n"
    )
    HookCaller([str(path)]).log({}, step=3)
    module = next(module for name, module in sys.modules.items() if name.startswith("vista_file_my_file_hooks"))
    assert module.seen == [3]
