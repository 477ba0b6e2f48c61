"""Checks of a tool: results, seeds, state, batches, time, and the way through an executor."""

from collections.abc import Sequence
from typing import Any

import pytest

from vista_core.calls import ToolCall, ToolResult
from vista_core.executors.runner import run_calls
from vista_core.executors.worker import call_from_wire, call_to_wire, outcome_from_wire, outcome_to_wire
from vista_core.images import Image
from vista_core.testing.base import disturb_randomness, jsonable
from vista_core.testing.report import short
from vista_core.testing.running import WaitedTooLong, cancelled, close_to, comparable, difference, running, submit
from vista_core.testing.tool_calls import ToolSuite, plain


class RunChecks(ToolSuite):
    """Calls that work, and go on working."""

    def test_examples_work(self) -> None:
        """Each example gives an observation that can be read and logged."""
        for example in self.asked:
            result = self.works(example)
            seen = result.observation
            assert seen is not None
            if not seen.text.strip() and not seen.images:
                self.fail(
                    f"The observation of {short(example)} is empty.",
                    "The policy sees nothing, and learns that the tool is silent.",
                    "Say in words what there is, or raise ToolFailed when there is nothing.",
                )
            if not jsonable(seen.data) or not jsonable(result.state):
                self.fail(
                    f"The output of {short(example)} holds NaN, infinity or what JSON cannot say.",
                    "Trajectories are written as JSON lines; this one could not be.",
                    "Use None for a number that there is not, and raise ToolFailed where there is no result.",
                )

    def test_the_same_call_gives_the_same_result(self) -> None:
        """With one seed the result is one: again, with another tool object, whatever the global random state."""
        if not self.spec.deterministic:
            pytest.skip(f"backend `{self.spec.backend}` does not claim to be deterministic")
        self._warmed()
        for example in self.asked:
            disturb_randomness(1)
            first = comparable(self.works(example))
            for number, tool in enumerate((self.made, self.fresh()), start=2):
                disturb_randomness(number)
                differs = difference(first, comparable(self.works(example, tool)))
                if differs:
                    self.fail(
                        f"The call {short(example)} gave another result the second time ({differs}).",
                        "Its backend claims to be deterministic, so results are cached and replays compared: the "
                        "policy would be trained on what it did not see.",
                        "Draw random numbers from context.seed, sort what comes out of sets, keep nothing between "
                        "calls; or declare Backend(..., deterministic=False).",
                    )

    def test_nothing_leaks_between_trajectories(self) -> None:
        """What one trajectory did changes nothing for another; what is kept is in the state."""
        if not self.spec.deterministic:
            pytest.skip(f"backend `{self.spec.backend}` does not claim to be deterministic")
        used, examples = self.fresh(), self.asked
        self._played(used, examples * 3, "a")  # the trajectory that came before
        other = self._played(used, examples, "b")
        alone = self._played(self.fresh(), examples, "b")
        why = "A trajectory's reward would depend on what other rollouts did on the same worker."
        for example, one, two in zip(examples, alone, other, strict=True):
            if differs := difference(comparable(one), comparable(two)):
                self.fail(
                    f"After another trajectory's calls, {short(example)} gives another result ({differs}).",
                    why,
                    'Keep what belongs to a trajectory in context.state (with reads = {"state"}), not in the tool.',
                )
        if self.spec.stateful:
            state, moved = None, []
            for example in examples:  # each turn may be served by another worker
                moved.append(self.works(example, self.fresh(), state=plain(state)))
                state = moved[-1].state
            for example, one, two in zip(examples, alone, moved, strict=True):
                if differs := difference(comparable(one), comparable(two)):
                    self.fail(
                        f"Served by another worker, {short(example)} gives another result ({differs}).",
                        "Turns of one trajectory are served by any worker, and retried on others.",
                        "Keep everything that a later call needs in context.state.",
                    )

    def test_images_survive(self) -> None:
        """Images that go in are left as they are; images that come out survive JSON and the wire."""
        for example in self.asked:
            images = self.pictures
            before = [image.array.tobytes() for image in images]
            result = self.works(example, images=images if "image" in self.spec.reads else ())
            changed = [
                number
                for number, (image, pixels) in enumerate(zip(images, before, strict=True))
                if image.array.tobytes() != pixels
            ]
            if changed:
                self.fail(
                    f"The call {short(example)} changed image {changed[0]} in place.",
                    "The array is shared: every later call, and other rollouts of the group, would see the change.",
                    "Work on a copy: image.array.copy(), or image.pil().",
                )
            seen = result.observation
            assert seen is not None
            back = outcome_from_wire(outcome_to_wire(result, images), images)
            same = isinstance(back, ToolResult) and not difference(comparable(result), comparable(back))
            wrong = [image for image in seen.images if Image.from_bytes(image.data).array.shape != image.array.shape]
            if not same or wrong:
                self.fail(
                    f"The result of {short(example)} is not the same after serialisation.",
                    "Under the process executor the policy would see another observation than under thread.",
                    "Make images with Image.from_array or Image.from_pil, and outputs of plain JSON types.",
                )
            call = self.call(example)
            sent = call_from_wire(call_to_wire(call), self.spec, {image.id: image for image in images})
            if sent.arguments != plain(call.arguments):
                self.fail(
                    f"The arguments {short(example)} are not plain JSON.",
                    "A worker would be given others than the policy wrote.",
                    "Write the example with lists, texts, numbers and booleans only.",
                )

    def test_missing_and_tiny_images_are_refused_or_answered(self) -> None:
        """No image, or one of a single pixel, never makes the tool raise what it did not mean."""
        if "image" not in self.spec.reads:
            pytest.skip("it reads no image")
        dot = Image.from_array(_pixel())
        for example in self.asked:
            self.survives(example, self.run(example, images=()), "A question without images")
            tiny = tuple(dot for _ in self.pictures) or (dot,)
            self.survives(example, self.run(example, images=tiny), "An image of one pixel")

    def test_a_batch_equals_its_calls(self) -> None:
        """`run_batch` gives what `run` gives, item by item, within the backend's tolerance."""
        tool, examples = self.made, self.asked
        size = max(2, min(4, self.spec.max_batch_size))
        arguments = [examples[number % len(examples)] for number in range(size)]
        if not self.spec.deterministic:
            pytest.skip(f"backend `{self.spec.backend}` does not claim to be deterministic")
        if tool.backend is not None and tool.backend.max_batch_size == 1:
            if type(tool).run_batch is _default_batch():
                pytest.skip("it takes no batches")
            self.fail(
                "It has a run_batch and max_batch_size = 1, so run_batch is never called.",
                "Rollouts wait for calls one by one.",
                "Give its Backend a max_batch_size, or remove run_batch.",
            )
        for order in (arguments, arguments[::-1]):
            calls = [self.call(one) for one in order]
            prepared = [self.prepared(call.arguments) for call in calls]
            with self.blames(
                f"run_batch raises for {len(calls)} calls that work one by one.",
                "The batch is then run again call by call: rollouts slow down without a sign.",
                "Return one output or ToolError for each call.",
            ):
                outputs = list(tool.run_batch(prepared))
            if len(outputs) != len(calls):
                self.fail(
                    f"run_batch gave {len(outputs)} results for {len(calls)} calls.",
                    "A policy could be shown the result of another policy's call.",
                    "Return exactly one output or ToolError for each call, in their order.",
                )
            together = [self.settled(one, {}) for one in run_calls(tool, calls)]
            for call, one in zip(calls, together, strict=True):
                self._close(call, one)

    def test_calls_over_their_time_cost_only_themselves(self) -> None:
        """A call without time ends as an answer or a timeout, and the next call works as ever."""
        self._still_works(
            lambda executor, calls: submit(executor, calls),
            "A call with no time left",
            "Look at context.time_left() before long work, release locks in `finally`, and let CancelledError pass.",
        )
        if self.slow is None:
            return
        spec = self.spec.model_copy(update={"executor": "process", "timeout_s": 1.0})
        call = self.call(self.slow, timeout_s=1.0)
        call.spec = spec
        with running([spec]) as executor:
            result = self.settled(submit(executor, [call])[0], self.slow)
        if result.error is None or result.error.kind != "timeout":
            self.fail(
                f"The slow call {short(self.slow)} was not stopped at its time.",
                "One call could hold up a whole batch of rollouts.",
                "Do not swallow signals in native code; give an example that takes longer than two seconds.",
            )

    def test_cancelled_calls_leave_nothing_behind(self) -> None:
        """Calls that nobody waits for any more do not disturb the next."""
        self._still_works(
            cancelled,
            "A cancelled call",
            "Release locks and connections in `finally`, and let asyncio.CancelledError pass.",
        )

    def test_threads_and_processes_agree(self) -> None:
        """In a worker process, with another hash seed, the results are the same."""
        examples = self.asked
        spec = self.spec.model_copy(update={"executor": "process"})
        calls = [self.call(example) for example in examples]
        for call in calls:
            call.spec = spec
        with (
            self.blames("It cannot be set up in a worker process.", "Long runs use worker processes."),
            running([spec]) as executor,
        ):
            there = [submit(executor, [call])[0] for call in calls]
        for example, outcome in zip(examples, there, strict=True):
            result = self.settled(outcome, example)
            self.survives(example, result, "Running in a worker process")
            if not self.here or not self.spec.deterministic:
                continue
            if differs := difference(comparable(self.works(example)), comparable(result)):
                self.fail(
                    f"In a worker process {short(example)} gives another result ({differs}).",
                    "A run would depend on where its tools run, and no log could be replayed.",
                    "Sort what comes out of sets, and read neither the environment nor the working directory.",
                )

    def _played(self, tool: Any, examples: Sequence[Any], trajectory: str) -> list[ToolResult]:
        """The results of calls of one trajectory, its state handed on."""
        results, state = [], None
        for example in examples:
            results.append(self.works(example, tool, state=plain(state), trajectory=trajectory))
            state = results[-1].state
        return results

    def _still_works(self, disturb: Any, what: str, mend: str) -> None:
        """Run the examples, disturb the executor, run them again: nothing may have changed."""
        calls = [self.call(example) for example in self.asked]
        hurried = [self.call(example, timeout_s=0.001) for example in self.asked]
        why = "In a run of days calls are cut short every minute; the tool must work on afterwards."
        with running([self.spec]) as executor:
            before = [self.settled(result, {}) for result in submit(executor, calls)]
            try:
                outcomes = disturb(executor, hurried) or []
                after = [self.settled(result, {}) for result in submit(executor, calls)]
            except WaitedTooLong:
                self.fail(f"{what} hangs, or makes the next one hang.", why, mend)
            for call, outcome in zip(hurried, outcomes, strict=False):
                self.survives(call.arguments, self.settled(outcome, call.arguments), what)
        for call, one, two in zip(calls, before, after, strict=True):
            differs = difference(comparable(one), comparable(two)) if self.spec.deterministic else two.error
            if differs:
                self.fail(f"{what} changes the next call {short(call.arguments)} ({differs}).", why, mend)

    def _warmed(self) -> None:
        """Libraries that draw random numbers while they are loaded have done so."""
        self.works(self.asked[0])

    def _close(self, call: ToolCall, batched: ToolResult) -> None:
        """Complain unless a result of a batch is the result of its call."""
        tool = self.made
        tolerance = tool.backend.batch_tolerance if tool.backend is not None else 0.0
        one, many = comparable(self.works(call.arguments)), comparable(batched)
        differs = difference(one, many)
        alone = self.run(call.arguments).observation
        if differs and tolerance and alone and batched.observation:
            if close_to(alone.data, batched.observation.data, tolerance):
                return
            differs += f", beyond its tolerance of {tolerance:g}"
        if differs:
            self.fail(
                f"In a batch {short(call.arguments)} gives another result ({differs}).",
                "What a policy sees would depend on which other rollouts happen to call at that moment.",
                "Keep the order of the calls, pad so that neighbours do not matter, or state a batch_tolerance.",
            )


def _pixel() -> Any:
    import numpy as np

    return np.full((1, 1, 3), 200, np.uint8)


def _default_batch() -> Any:
    from vista_core.tools import Tool

    return Tool.run_batch
