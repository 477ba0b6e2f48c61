"""`ExecutorConformance` against executors with one fault each."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest
from vista_core import Executor, ToolCall, ToolErrorRecord, ToolFailed, ToolResult, ToolSpec, ToolTimeout
from vista_core.executors.runner import run_calls
from vista_core.testing import ExecutorConformance
from vista_core.testing import executor as suite_module


class Plain(Executor):
    """Runs each call in a thread of its own. Nothing is wrong with it; subclasses change one thing."""

    name = "plain"

    def __init__(self) -> None:
        self.tools: dict[str, Any] = {}
        self.closed = False

    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        for spec in specs:
            self.tools[spec.key] = spec.create()

    async def submit(self, call: ToolCall) -> ToolResult:
        from vista_core import InfrastructureError, PluginError

        if self.closed:
            raise InfrastructureError("closed")
        if call.spec.key not in self.tools:
            raise PluginError("not started")
        try:
            return await asyncio.wait_for(self.run(call), call.timeout_s)
        except TimeoutError:
            raise ToolTimeout("too long") from None

    async def run(self, call: ToolCall) -> ToolResult:
        outcome = (await asyncio.to_thread(run_calls, self.tools[call.spec.key], [call]))[0]
        if isinstance(outcome, ToolResult):
            return outcome
        raise outcome

    async def close(self) -> None:
        self.closed = True


class Mixes(Plain):
    """It answers with the result of the call before."""

    last: Any = None

    async def run(self, call: ToolCall) -> ToolResult:
        now, self.last = self.last, await super().run(call)
        return now or self.last


class RunsOnly(Plain):
    """What a tool raises goes through as it is."""

    async def run(self, call: ToolCall) -> ToolResult:
        tool = self.tools[call.spec.key]
        return ToolResult(observation=tool(**call.arguments))


class Tells(Plain):
    async def run(self, call: ToolCall) -> ToolResult:
        result = await super().run(call)
        if result.error is not None and result.error.detail:
            result.error = ToolErrorRecord("failed", "E5", result.error.detail)
        return result


class BlamesThePolicy(Plain):
    async def run(self, call: ToolCall) -> ToolResult:
        try:
            return await super().run(call)
        except Exception as error:
            return ToolResult(error=ToolErrorRecord.of(ToolFailed(str(error))))


class Waits(Plain):
    """It waits for a call as long as that takes."""

    async def submit(self, call: ToolCall) -> ToolResult:
        return await self.run(call)


class Hangs(Plain):
    async def run(self, call: ToolCall) -> ToolResult:
        return await asyncio.sleep(3600, ToolResult())


class Clings(Plain):
    """A cancelled call makes it give up."""

    async def submit(self, call: ToolCall) -> ToolResult:
        try:
            return await super().submit(call)
        except asyncio.CancelledError:
            self.tools.clear()
            raise


class KeepsState(Plain):
    def __init__(self) -> None:
        super().__init__()
        self.state: Any = None

    async def run(self, call: ToolCall) -> ToolResult:
        if self.state is not None:
            call.state = self.state
        result = await super().run(call)
        self.state = result.state
        return result


class ForgetsState(Plain):
    async def run(self, call: ToolCall) -> ToolResult:
        result = await super().run(call)
        result.state = None
        return result


class DropsImages(Plain):
    async def run(self, call: ToolCall) -> ToolResult:
        result = await super().run(call)
        if result.observation is not None:
            result.observation = result.observation.model_copy(update={"images": result.observation.images[:1]})
        return result


class BatchFails(Plain):
    """A neighbour's text tells on a call where the tool takes batches."""

    broken = False

    async def run(self, call: ToolCall) -> ToolResult:
        self.broken = self.broken or (call.spec.max_batch_size > 1 and call.arguments["text"] == "break")
        if self.broken and call.spec.max_batch_size > 1:
            return ToolResult(error=ToolErrorRecord.of(ToolFailed("the batch broke")))
        return await super().run(call)


class StartsAnything(Plain):
    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        for spec in specs:
            self.tools[spec.key] = spec.create(setup=False)


class LosesRemedies(Plain):
    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        try:
            await super().start(specs)
        except Exception as error:
            raise RuntimeError("no") from error


class ClosesOnce(Plain):
    async def close(self) -> None:
        assert not self.closed
        self.closed = True


class Unfit(Plain):
    async def submit(self, call: ToolCall) -> ToolResult:
        raise KeyError(call.id)


class Dies(Plain):
    """A killed worker becomes an error of the policy."""

    async def run(self, call: ToolCall) -> ToolResult:
        if call.arguments.get("how") == "dies":
            return ToolResult(error=ToolErrorRecord.of(ToolFailed("it died")))
        return await super().run(call)


PLACES, COSTS, TIME = (
    "calls_come_back_in_their_places",
    "a_tool_that_misbehaves_costs_its_own_call",
    "a_call_over_its_time",
)
STATE, ENDS = "state_travels_with_the_call", "starting_and_closing"
FAULTS = [
    (PLACES, Mixes, "some got no result or another's"),
    (PLACES, Unfit, "submit() gave KeyError"),
    (PLACES, Hangs, "Many calls at once: no result within"),
    (COSTS, RunsOnly, "A tool that raises: submit() gave ZeroDivisionError"),
    (COSTS, Tells, "The text of a tool's exception reaches the policy"),
    (COSTS, BlamesThePolicy, "An InfrastructureError of a tool became"),
    (f"{TIME}_ends_as_a_timeout", Waits, "A healthy call over its time ended as"),
    ("cancelled_calls_leave_the_rest_alone", Clings, "After cancelled calls an ordinary call does not work"),
    ("a_killed_worker_is_replaced", Dies, "A dead worker became"),
    (STATE, KeepsState, "Calls with the states None, 4 and None came back with"),
    (STATE, ForgetsState, "Calls with the states None, 4 and None came back with"),
    ("images_arrive_and_come_back", DropsImages, "An image that was flipped came back as"),
    ("batches_equal_single_calls", BatchFails, "In a batch {'text': 'break', 'how': 'says'} ended as"),
    (ENDS, StartsAnything, "start() says nothing about a tool that cannot be set up"),
    (ENDS, LosesRemedies, "A tool without weights makes start() raise RuntimeError: no"),
    (ENDS, ClosesOnce, "a second close() raises AssertionError"),
]
CHECKS = [name.removeprefix("test_") for name in dir(ExecutorConformance) if name.startswith("test_")]


def suite(executor: Any, **attributes: Any) -> Any:
    return type(f"Of{executor.__name__}", (ExecutorConformance,), {"executor": executor, **attributes})()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_module, "_PATIENCE_S", 3.0)


@pytest.mark.parametrize(("check", "executor", "sentence"), FAULTS, ids=[fault[1].__name__ for fault in FAULTS])
def test_each_fault_is_found(check: str, executor: Any, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = suite(executor)
    if executor is Waits:  # the sleeping thread cannot be stopped: let it be a short one
        monkeypatch.setattr(
            made, "call", lambda *args, **more: ExecutorConformance.call(made, *args, **shortened(more))
        )
    with pytest.raises(pytest.fail.Exception) as failed:
        getattr(made, f"test_{check}")()
    text = str(failed.value)
    assert re.search(r"^executor .+: .+[.?!)] Why it matters: .+[.?!)] To mend it: .+[.?!)]$", text, re.DOTALL), text
    assert sentence in text


def shortened(more: dict[str, Any]) -> dict[str, Any]:
    return {**more, "seconds": min(more.get("seconds", 0.0), 1.0)}


@pytest.mark.parametrize("check", [check for check in CHECKS if check != "a_call_over_its_time_ends_as_a_timeout"])
def test_nothing_is_wrong_with_a_good_executor(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_module, "_PATIENCE_S", 60.0)
    getattr(suite(Plain, isolates=False), f"test_{check}")()


def test_every_check_is_tested() -> None:
    shared = {"import_is_light", "its_distribution_asks_for_vista_core"}
    assert {check for check, _, _ in FAULTS} | shared == set(CHECKS)
