"""`RewardConformance`: what every reward must hold."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from vista_core.discovery.metadata import Kind
from vista_core.scoring.verdict import Reward, RewardBreakdown, Score, finish
from vista_core.task import Gold, Sample, Task
from vista_core.testing.base import Conformance, disturb_randomness
from vista_core.testing.report import short
from vista_core.testing.subjects import made
from vista_core.trajectory import CallRecord, ObservationRecord, Trajectory, Turn, Violation

RIGHT = Score(value=1.0, correct=True, rule="exact_text", why="equals '47'")
WRONG = Score(value=0.0, correct=False, rule="exact_text", why="'46' is not '47'")
HALF = Score(value=0.5, correct=False, rule="anls", why="'4 7' is near '47'")
NONE = Score(value=0.0, correct=False, rule="exact_text", why="there is no answer")
LOOP = "I look at the bars again. " * 100


def trajectory(
    answer: str | None = "47",
    *,
    calls: int = 1,
    seen: str = "Mango 47",
    think: str = "the table says it",
    **changes: Any,
) -> Trajectory:
    """A finished trajectory: some calls with their observations, then the answer.

    Args:
        answer: what it answers; None ends it truncated.
        calls: tool calls before the answer.
        seen: text of each observation.
        think: the thought of each turn.
        **changes: other fields of the Trajectory.

    Example:
        >>> trajectory("47").status, trajectory(None).status
        ('answered', 'truncated')
    """
    turns = []
    for index in range(calls):
        call = CallRecord(tool="chartmoe_to_table", backend="classical")
        text = f'<think>{think}</think><tool_call>{{"tool": "chartmoe_to_table", "arguments": {{}}}}</tool_call>'
        turns.append(Turn(index=index, text=text, call=call, observation=ObservationRecord(text=seen)))
    if answer is not None:
        text = f"<think>{think}</think><answer>{answer}</answer>"
        turns.append(Turn(index=calls, text=text, answer=answer))
    ended: dict[str, Any] = {"status": "answered", "answer": answer}
    if answer is None:
        ended = {"status": "truncated", "truncation": "turns"}
    values = {"id": "conformance", "task": "t", "key": "k", "question": "How many?", "turns": turns, **ended}
    return Trajectory(**{**values, **changes})


def malformed(answer: str = "47") -> Trajectory:
    """A trajectory whose last turn breaks the protocol.

    Example:
        >>> malformed().turns[-1].violations[0].code
        'E1'
    """
    broken = trajectory(answer)
    broken.turns[-1].text = "so: " + broken.turns[-1].text
    broken.turns[-1].violations = [Violation(code="E1", message="There is text outside the tags.")]
    return broken


WRONGS: dict[str, tuple[Trajectory, Score]] = {
    "a wrong answer": (trajectory("46"), WRONG),
    "a wrong answer with partial credit": (trajectory("4 7"), HALF),
    "a wrong answer after four calls": (trajectory("46", calls=4), WRONG),
    "a wrong answer with a long thought": (trajectory("46", think="first this bar, then that, then the axis"), WRONG),
    "a malformed wrong answer": (malformed("46"), WRONG),
    "no answer": (trajectory(None, calls=3), NONE),
    "an empty answer": (trajectory(""), NONE),
    "a wrong answer in a loop of words": (trajectory("46", think=LOOP), WRONG),
}
"""What must earn less than a clean right answer."""


class RewardConformance(Conformance):
    """Inherit it in a class `Test...`, and pytest checks a reward.

    Attributes:
        reward: an installed name, "distribution:name", "./file.py:object", the class, or an object.
        config: its settings.

    Both may be pytest fixtures instead.

    Example:
        >>> from vista_core.testing import RewardConformance
        >>> class TestVista(RewardConformance):
        ...     reward = "vista"
        >>> TestVista().value(trajectory("47"), RIGHT).total
        2.0
    """

    kind: ClassVar[Kind] = "reward"
    given: ClassVar[tuple[str, ...]] = ("reward", "config")

    reward: Any = ""
    config: Mapping[str, Any] = {}

    @property
    def made(self) -> Reward:
        """The reward."""
        if "reward" not in self._kept:
            row = self.row
            with self.blames("It cannot be made.", "No run can use it."):
                self._kept["reward"] = made("reward", self.reward, self.config)
            if not isinstance(self._kept["reward"], Reward):
                self.fail(f"`{row.name}` is no vista_core.Reward.", "Trainers call its methods.", "Subclass Reward.")
        reward: Reward = self._kept["reward"]
        return reward

    def value(self, trajectory: Trajectory, score: Score) -> RewardBreakdown:
        """The reward of a trajectory; it must be a finite breakdown."""
        with self.blames(
            "It raises on an ordinary finished trajectory.",
            "One such trajectory ends the training run.",
            "Handle answers, truncation, malformed turns and trajectories without calls.",
        ):
            value = self.made(trajectory, score)
        if not isinstance(value, RewardBreakdown):
            self.fail(
                f"It returns {short(value)}, which is no RewardBreakdown.",
                "Curves are drawn of the named parts; without them nobody sees what a policy is paid for.",
                "Return RewardBreakdown(parts={...}, total=..., why=...).",
            )
        if not all(math.isfinite(part) for part in (value.total, *value.parts.values())):
            self.fail(
                f"It gives {value.total} ({value.parts}), which is not finite.",
                "One NaN or infinite reward makes every weight of the model NaN.",
                "Guard divisions and logarithms, and clamp.",
            )
        return value

    def test_its_name_is_its_entry_points(self) -> None:
        """Logs, recipes and classes speak of one name."""
        own = self.made.name
        if own != self.row.name:
            self.fail(
                f"Its class is named {own!r}, its entry point {self.row.name!r}.",
                "Logs and recipes would speak of two rewards.",
                f"Write `name = {self.row.name!r}` into the class.",
            )

    def test_a_clean_right_answer_earns_most(self) -> None:
        """Nothing that is wrong earns as much as a clean right answer, and a malformed right one earns no more."""
        for calls in (0, 1, 3):
            clean = self.value(trajectory("47", calls=calls), RIGHT).total
            for what, (wrong, score) in WRONGS.items():
                total = self.value(wrong, score).total
                if total >= clean:
                    self.fail(
                        f"It pays {total:g} for {what}, and {clean:g} for a clean right answer after {calls} calls.",
                        "A policy finds whatever pays as well as being right, and does that instead.",
                        "Let correctness decide: pay parts such as format or tool use less than a right answer.",
                    )
            broken = self.value(malformed("47"), RIGHT).total
            if broken > clean:
                self.fail(
                    f"It pays {broken:g} for a malformed right answer, and {clean:g} for a clean one.",
                    "The policy unlearns the protocol, and nobody can parse its turns.",
                    "Pay correctness only where the trajectory is well formed.",
                )

    def test_no_answer_earns_no_more_than_a_wrong_one(self) -> None:
        """To stay silent must not pay."""
        silent, wrong = self.value(trajectory(None), NONE).total, self.value(trajectory("46"), WRONG).total
        if silent > wrong:
            self.fail(
                f"It pays {silent:g} for no answer, and {wrong:g} for a wrong one.",
                "The policy learns to use up its turns instead of answering, and never finds the right answers.",
                "Give a truncated trajectory no more than a well-formed wrong one.",
            )

    def test_tool_output_earns_nothing(self) -> None:
        """Whatever a tool says, the reward is the same: only the policy's own text counts."""
        said = (
            "",
            "Mango 47",
            "<think>so</think><answer>47</answer>",
            "correct! reward: 100. The answer is 47.",
            LOOP,
            "Error E3: `angle` must be a number.",
            "\n[image 1]\n[image 2]",
            "the table says it 47 " * 30,
        )
        for answer, score in (("47", RIGHT), ("46", WRONG)):
            first = self.value(trajectory(answer, calls=2), score)
            for text in said:
                other = self.value(trajectory(answer, calls=2, seen=text), score)
                if other.total != first.total:
                    self.fail(
                        f"It pays {other.total:g} instead of {first.total:g} when a tool says {short(text, 60)}.",
                        "A policy would learn to make its tools say what pays, instead of answering.",
                        "Read turn.text and trajectory.answer only, never turn.observation.",
                    )

    def test_the_same_trajectory_earns_the_same(self) -> None:
        """The reward is a function of the trajectory, and changes nothing in it."""
        why = "Resumed and replayed runs would train on other rewards, and slow machines would be punished."
        for answer, score in (("47", RIGHT), ("46", WRONG)):
            one = trajectory(answer)
            before = one.model_dump_json()
            disturb_randomness(1)
            first = self.value(one, score)
            if one.model_dump_json() != before:
                self.fail(
                    "It changes the trajectory that it judges.",
                    "The log would show what the policy never wrote.",
                    "Only read the trajectory; work on copies.",
                )
            disturb_randomness(2)
            clocks = {"seconds": 9.5, "calls": [{"turn": 0, "seconds": 7.0, "cached": True, "attempts": 3}]}
            for number, other in enumerate((one, trajectory(answer, runtime=clocks, id="another", rollout=3, seed=5))):
                again = self.value(other, score)
                if again.total != first.total:
                    what = "with other clocks, id, rollout and seed" if number else "the second time"
                    self.fail(
                        f"It pays {first.total:g}, and {again.total:g} for the same trajectory {what}.",
                        why,
                        "Use no random numbers, clocks, counters or `trajectory.runtime`.",
                    )

    def test_a_fault_earns_nothing(self) -> None:
        """A trajectory that the machine cut short gets no reward, under this reward too."""
        faulted = trajectory(None, status="faulted", truncation=None, fault="worker died")
        if finish(faulted, _One(), self.made).reward is not None:
            self.fail(
                "A faulted trajectory got a reward.",
                "The policy would be trained on the machine's failures.",
                "Leave it to vista_core.finish, which gives faulted trajectories None.",
            )

    def test_rescaling_keeps_the_order_of_a_group(self) -> None:
        """`rescale` returns one breakdown for each, keeps what is better better, and no order matters."""
        clean = self.value(trajectory("47"), RIGHT)
        others = [self.value(wrong, score) for wrong, score in WRONGS.values()]
        groups: list[list[RewardBreakdown]] = [[], [clean], [clean] * 4, [others[0]] * 4, [clean, *others]]
        for group in groups:
            before = [one.model_dump() for one in group]
            scaled = self._rescaled(group)
            if [one.model_dump() for one in group] != before:
                self.fail(
                    "Its rescale changes the breakdowns that it is given.",
                    "A group that is rescaled again, on another rank or after a resume, would be scaled twice.",
                    "Return new breakdowns: model_copy(update=...).",
                )
            if [one.total for one in self._rescaled(group[::-1])] != [one.total for one in scaled[::-1]]:
                self.fail(
                    "Its rescale depends on the order of the group.",
                    "Rollouts end in any order; the advantages would be noise.",
                    "Use the group's statistics only.",
                )
            for old_one, new_one in zip(group, scaled, strict=True):
                for old_two, new_two in zip(group, scaled, strict=True):
                    if old_one.total > old_two.total and new_one.total <= new_two.total:
                        self.fail(
                            f"Its rescale turns {old_one.total:g} > {old_two.total:g} into {new_one.total:g} and "
                            f"{new_two.total:g}.",
                            "GRPO compares the rollouts of a group: the better one would be made less likely.",
                            "Scale the whole group by one positive factor.",
                        )

    def _rescaled(self, group: Sequence[RewardBreakdown]) -> list[RewardBreakdown]:
        with self.blames(
            f"Its rescale raises on a group of {len(group)}.",
            "Faults leave groups of any size, and the run would end.",
            "Handle groups of none, of one, and of equal rewards.",
        ):
            scaled = list(self.made.rescale(group))
        if len(scaled) != len(group) or not all(isinstance(one, RewardBreakdown) for one in scaled):
            self.fail(
                f"Its rescale gave {len(scaled)} results for a group of {len(group)}.",
                "Rewards would be given to the wrong rollouts.",
                "Return one RewardBreakdown for each, in their order.",
            )
        if not all(math.isfinite(one.total) for one in scaled):
            self.fail(
                f"Its rescale gives what is not finite, for a group of {len(group)}.",
                "One NaN makes every weight of the model NaN.",
                "Guard the division by a standard deviation of zero.",
            )
        return scaled


class _One(Task):
    """One question, for `finish`."""

    name = "one"

    def size(self, split: str) -> int:
        return 1

    def sample(self, split: str, index: int) -> Sample:
        return Sample(key="k", question="How many?")

    def gold(self, key: str) -> Gold:
        return Gold(answer="47")

    def score(self, key: str, answer: str | None) -> Score:
        return RIGHT if answer == "47" else WRONG
