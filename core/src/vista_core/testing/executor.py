"""`ExecutorConformance`: what every executor must hold."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

import pytest

from vista_core.calls import ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.discovery.metadata import Kind
from vista_core.errors import InfrastructureError, PluginError, ToolError, ToolUnavailable
from vista_core.executors.base import Executor
from vista_core.images import Image
from vista_core.testing.base import Conformance
from vista_core.testing.report import short
from vista_core.testing.running import WaitedTooLong, cancelled, comparable, submit, wait
from vista_core.testing.subjects import made

_ONE = "A rollout of thousands of calls would hang or end because of a single one."
_PATIENCE_S = 60.0


class ExecutorConformance(Conformance):
    """Inherit it in a class `Test...`, and pytest checks an executor.

    Attributes:
        executor: an installed name, "distribution:name", "./file.py:object", the class, or a function that makes one.
        options: its settings.
        isolates: whether a tool that kills its process leaves this one alive; False skips those checks.

    `executor` and `options` may be pytest fixtures instead.

    Example:
        >>> from vista_core.testing import ExecutorConformance
        >>> class TestThread(ExecutorConformance):
        ...     executor = "thread"
        ...     isolates = False
        >>> TestThread().options
        {}
    """

    kind: ClassVar[Kind] = "executor"
    given: ClassVar[tuple[str, ...]] = ("executor", "options")

    executor: Any = ""
    options: Mapping[str, Any] = {}
    isolates: bool = True

    def spec(self, tool: str = "Probe", **fields: Any) -> ToolSpec:
        """The spec of one of the probes."""
        values = {
            "name": tool,
            "target": f"vista_core.testing.probes:{tool}",
            "backend": "python",
            "executor": self.row.name,
            "timeout_s": 30.0,
        }
        return ToolSpec(**{**values, **fields})

    def call(self, spec: ToolSpec, timeout_s: float = 30.0, **arguments: Any) -> ToolCall:
        """A call of a probe."""
        return ToolCall(id="conformance", spec=spec, arguments=arguments, timeout_s=timeout_s)

    @contextmanager
    def started(self, *specs: ToolSpec) -> Iterator[Executor]:
        """The executor, with these tools set up."""
        _ = self.row
        with self.blames("It cannot be made.", "No recipe can name it."):
            executor = made("executor", self.executor, self.options)
        with self.blames("Its start fails for an ordinary tool.", "No run can begin."):
            wait(executor.start(specs), _PATIENCE_S)
        try:
            yield executor
        except BaseException:  # what was found first is the complaint
            with suppress(Exception):
                wait(executor.close(), _PATIENCE_S)
            raise
        self._waits(executor.close(), "close()")

    def results(self, executor: Executor, calls: Sequence[ToolCall], what: str) -> list[Any]:
        """What `submit` gave or raised, for calls that run together."""
        try:
            outcomes = submit(executor, calls, _PATIENCE_S)
        except WaitedTooLong:
            self.fail(
                f"{what}: no result within {_PATIENCE_S:.0f} s.",
                _ONE,
                "Make every wait inside submit() finite, and end calls at call.timeout_s.",
            )
        for outcome in outcomes:
            if not isinstance(outcome, ToolResult | ToolError | InfrastructureError | PluginError):
                self.fail(
                    f"{what}: submit() gave {type(outcome).__name__}: {outcome}",
                    "The engine knows what to do with results and our own errors; another ends the run.",
                    "Return a ToolResult, or raise ToolError, InfrastructureError, WorkerDied or PluginError.",
                )
        return [ToolResult(error=ToolErrorRecord.of(one)) if isinstance(one, ToolError) else one for one in outcomes]

    def one(self, executor: Executor, call: ToolCall, what: str) -> Any:
        """The outcome of one call."""
        return self.results(executor, [call], what)[0]

    def works(self, executor: Executor, spec: ToolSpec, after: str) -> None:
        """Complain unless an ordinary call works."""
        result = self.one(executor, self.call(spec, text="still here"), f"An ordinary call after {after}")
        if _text(result) != "still here":
            self.fail(
                f"After {after} an ordinary call does not work: {short(result)}.",
                _ONE,
                "Give each call a healthy worker; replace the one that was lost.",
            )

    def test_calls_come_back_in_their_places(self) -> None:
        """Many calls at once: each gets its own result."""
        spec, waiting = self.spec(), self.spec("AsyncProbe")
        texts = [f"text {number} ٣ 😀 \n" for number in range(24)]
        with self.started(spec, waiting) as executor:
            for to in (spec, waiting):
                calls = [self.call(to, text=text, seconds=0.02 * (number % 3)) for number, text in enumerate(texts)]
                found = [_text(one) for one in self.results(executor, calls, "Many calls at once")]
                if found != texts:
                    self.fail(
                        f"Of {len(texts)} calls at once, some got no result or another's: {short(found)}.",
                        "A policy would be trained on the answer to somebody else's question.",
                        "Keep a result with its call; do not rely on the order of completion.",
                    )
            again = executor.run_sync([self.call(spec, text=text) for text in texts[:5]])
            if [_text(one) for one in again] != texts[:5]:
                self.fail("run_sync mixes up its calls.", "VistaEnv uses it.", "Return results in the calls' order.")

    def test_a_tool_that_misbehaves_costs_its_own_call(self) -> None:
        """Exceptions, wrong outputs, prints and sys.exit end their call with a text for the policy, and no other."""
        spec = self.spec()
        ends = {
            "raises": ("failed", "E5"),
            "garbage": ("failed", "E5"),
            "exits": ("failed", "E5"),
            "fails": ("failed", None),
            "refuses": ("argument", "E3"),
        }
        with self.started(spec) as executor:
            for how, wanted in ends.items():
                result = self.one(executor, self.call(spec, how=how), f"A tool that {how}")
                error = result.error if isinstance(result, ToolResult) else None
                if error is None or (error.kind, error.code) != wanted:
                    self.fail(
                        f"A tool that {how} should end as an error {wanted}; it ended as {short(result)}.",
                        "Whose fault it was decides whether the trajectory is trained on.",
                        "Run calls with vista_core.executors.runner.run_calls, which sorts them out.",
                    )
                if "sesame-7f3a" in error.message:
                    self.fail(
                        "The text of a tool's exception reaches the policy.",
                        "It may hold paths, hosts or gold answers.",
                        "Put it into ToolErrorRecord.detail, which only the log shows.",
                    )
                self.works(executor, spec, f"a tool that {how}")
            printed = self.one(executor, self.call(spec, how="prints"), "A tool that prints")
            if _text(printed) != "printed":
                self.fail(
                    f"A tool that prints breaks its call: {short(printed)}.",
                    "Libraries print; a rollout must not depend on it.",
                    "Keep the tool's standard output apart from the executor's own pipes.",
                )
            outcome = self.one(executor, self.call(spec, how="unreachable"), "An InfrastructureError")
            if isinstance(outcome, ToolResult) and outcome.fault is None:
                self.fail(
                    f"An InfrastructureError of a tool became {short(outcome)}.",
                    "The policy would be punished for the machine's failure.",
                    "Raise it, or set ToolResult.fault.",
                )

    def test_a_call_over_its_time_ends_as_a_timeout(self) -> None:
        """A hanging call comes back as ToolTimeout, and others go on."""
        spec = self.spec(timeout_s=0.5, workers=2)
        with self.started(spec) as executor:
            hung = self.call(spec, timeout_s=0.5, seconds=20.0)
            result = self.one(executor, hung, "A call over its time")
            error = result.error if isinstance(result, ToolResult) else None
            if error is None or error.kind != "timeout":
                self.fail(
                    f"A healthy call over its time ended as {short(result)}, not as a ToolTimeout.",
                    "The policy asked for too much and must be told so; as a fault it would never learn.",
                    "End it at call.timeout_s with ToolTimeout.",
                )
            self.works(executor, spec, "a call over its time")

    def test_cancelled_calls_leave_the_rest_alone(self) -> None:
        """Calls that nobody waits for any more do not disturb the next."""
        spec = self.spec(workers=2)
        with self.started(spec) as executor:
            try:
                cancelled(executor, [self.call(spec, text="x", seconds=0.2) for _ in range(4)], _PATIENCE_S)
            except WaitedTooLong:
                self.fail("A cancelled submit() does not come back.", _ONE, "Let asyncio.CancelledError pass.")
            self.works(executor, spec, "cancelled calls")

    def test_a_killed_worker_is_replaced(self) -> None:
        """A tool that kills its process is an InfrastructureError of its call, and the next call works."""
        if not self.isolates:
            pytest.skip("its tools run in this process, which a kill would end")
        spec = self.spec()
        with self.started(spec) as executor:
            outcome = self.one(executor, self.call(spec, how="dies"), "A tool that kills its process")
            faulted = isinstance(outcome, ToolResult) and outcome.fault is not None
            if not isinstance(outcome, InfrastructureError) and not faulted:
                self.fail(
                    f"A dead worker became {short(outcome)}.",
                    "The call did not get its chance: it must be retried, and never be held against the policy.",
                    "Raise WorkerDied when a worker dies.",
                )
            self.works(executor, spec, "a worker's death")

    def test_state_travels_with_the_call(self) -> None:
        """The state goes with the call and comes back with its result; a failure commits nothing."""
        spec = self.spec("CountProbe", stateful=True, reads=("state",), workers=2)
        with self.started(spec) as executor:
            seen = []
            for state in (None, {"calls": 4}, None):
                call = self.call(spec)
                call.state = state
                result = self.one(executor, call, "A stateful call")
                seen.append(result.state if isinstance(result, ToolResult) and result.ok else result)
            if seen != [{"calls": 1}, {"calls": 5}, {"calls": 1}]:
                self.fail(
                    f"Calls with the states None, 4 and None came back with {short(seen)}.",
                    "Any worker serves any turn: state that stays behind leaks into other trajectories.",
                    "Send call.state to the tool and return what context.commit() gives; keep nothing.",
                )
            call = self.call(spec, fail=True)
            call.state = {"calls": 4}
            result = self.one(executor, call, "A stateful call that fails")
            if call.state != {"calls": 4} or (isinstance(result, ToolResult) and result.state):
                self.fail(
                    "A call that failed changed the state.",
                    "A retried call would count twice.",
                    "Commit the state only on success.",
                )

    def test_images_arrive_and_come_back(self) -> None:
        """Images keep their identity and pixels on both ways, also when they are sent again."""
        import numpy as np

        picture = np.arange(40 * 30 * 3, dtype=np.uint8).reshape(40, 30, 3)
        images = (Image.from_array(picture), Image.from_array(picture[:7]))
        spec = self.spec("FlipProbe", reads=("image",))
        with self.started(spec) as executor:
            for number in (0, 1, 0):
                call = self.call(spec, image=number)
                call.images = images
                result = self.one(executor, call, "A call with images")
                seen = result.observation if isinstance(result, ToolResult) else None
                back = seen.images if seen is not None else ()
                fine = len(back) == 2 and back[1] == images[number]
                if not fine or not np.array_equal(back[0].array, images[number].array[::-1]):
                    self.fail(
                        f"An image that was flipped came back as {short(result)}.",
                        "The policy would look at another picture than the tool made.",
                        "Send the stored bytes, never decoded and encoded again, and keep the order.",
                    )

    def test_batches_equal_single_calls(self) -> None:
        """Calls that share a batch get what they would get alone; one that breaks its batch costs itself."""
        batching, single = self.spec("BatchProbe", max_batch_size=4), self.spec("BatchProbe")
        texts = ("a", "b", "break", "c", "d")
        with self.started(batching, single) as executor:
            for ways in ({}, {"b": "fails", "c": "raises"}):
                calls: list[dict[str, Any]] = [{"text": text, "how": ways.get(text, "says")} for text in texts]
                many = self.results(executor, [self.call(batching, **one) for one in calls], "A batch")
                alone = [self.one(executor, self.call(single, **one), "A single call") for one in calls]
                for arguments, one, two in zip(calls, alone, many, strict=True):
                    if _plain(one) != _plain(two):
                        self.fail(
                            f"In a batch {short(arguments)} ended as {short(two)}, alone as {short(one)}.",
                            "A result would depend on which other rollouts call at that moment.",
                            "Where a batch fails as a whole, run its calls one by one.",
                        )

    def test_starting_and_closing(self) -> None:
        """Starting twice is fine, as is closing twice; a tool that cannot work says so at the start."""
        spec, lacking = self.spec(), self.spec("UnavailableProbe")
        with self.started(spec) as executor:
            self._waits(executor.start([spec]), "a second start()")
            self.works(executor, spec, "a second start")
            try:
                wait(executor.start([lacking]), _PATIENCE_S)
            except ToolUnavailable as error:
                if "fetch the weights" not in f"{error} {error.remedy}":
                    self.fail(
                        f"ToolUnavailable lost its remedy: {error}",
                        "The user must be told what to install.",
                        "Hand problem and remedy on.",
                    )
            except Exception as error:
                self.fail(
                    f"A tool without weights makes start() raise {type(error).__name__}: {error}",
                    "The user must be told what to install.",
                    "Raise the tool's own ToolUnavailable.",
                )
            else:
                self.fail(
                    "start() says nothing about a tool that cannot be set up.",
                    "The run would begin, and every call of that tool fault.",
                    "Set tools up in start(), and raise ToolUnavailable.",
                )
            self.works(executor, spec, "a tool that could not be set up")
            unknown = self.one(executor, self.call(self.spec("AsyncProbe")), "A call of a tool that was not started")
            if isinstance(unknown, ToolResult) and unknown.error is not None:
                self.fail(
                    "A call of a tool that was never started became the policy's error.",
                    "A mistake in a program would be trained on.",
                    "Raise PluginError.",
                )
            self._waits(executor.close(), "close()")
            self._waits(executor.close(), "a second close()")
            late = self.one(executor, self.call(spec, text="late"), "A call after close()")
            if isinstance(late, ToolResult) and late.error is not None:
                self.fail(
                    "A call after close() became the policy's error.",
                    "At the end of a run trajectories would be punished for it.",
                    "Raise InfrastructureError.",
                )

    def _waits(self, work: Any, what: str) -> None:
        try:
            wait(work, _PATIENCE_S)
        except WaitedTooLong:
            self.fail(f"{what} hangs.", "Runs would never end.", "Stop workers with a time limit, then kill them.")
        except Exception as error:
            self.fail(f"{what} raises {type(error).__name__}: {error}", "Runs would end with an error.", "Allow it.")


def _text(result: Any) -> str | None:
    return result.observation.text if isinstance(result, ToolResult) and result.observation is not None else None


def _plain(result: Any) -> Any:
    return comparable(result) if isinstance(result, ToolResult) else repr(result)
