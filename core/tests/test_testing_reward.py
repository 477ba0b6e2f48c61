"""`RewardConformance` against rewards with one fault each."""

import math
import random
import re
import time
from typing import Any

import pytest
from vista_core import Reward, RewardBreakdown
from vista_core.scoring.rewards import VistaReward
from vista_core.testing import RewardConformance


class Plain(VistaReward):
    """The reward `vista` with one thing changed."""

    name = "plain"

    def __call__(self, trajectory: Any, score: Any) -> Any:
        value = super().__call__(trajectory, score)
        return value.model_copy(update={"total": value.total + self.more(trajectory, score)})

    def more(self, trajectory: Any, score: Any) -> float:
        return 0.0


class PaysCalls(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return float(len(trajectory.calls))


class PaysMess(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return 5.0 if any(turn.violations for turn in trajectory.turns) and score.correct else 0.0


class PaysSilence(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return 2.5 if trajectory.answer is None else 0.0


class PaysTools(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return 0.1 * any("answer" in turn.observation.text for turn in trajectory.turns if turn.observation)


class Gambles(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return random.random() / 100


class Clocks(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return -0.01 * trajectory.runtime.get("seconds", 0.0)


class Edits(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        trajectory.turns[0].text = trajectory.turns[0].text.strip() + " "
        return 0.0


class Infinite(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return math.inf if score.correct else 0.0


class NumberOnly(Plain):
    def __call__(self, trajectory: Any, score: Any) -> Any:
        return 1.0


class Raises(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return 0.0 * len(trajectory.answer)


class Drops(Plain):
    def rescale(self, group: Any) -> Any:
        return [one for one in group if one.total > 0]


class Normalises(Plain):
    def rescale(self, group: Any) -> Any:
        mean = sum(one.total for one in group) / len(group)
        return [RewardBreakdown(total=one.total - mean) for one in group]


class DividesByZero(Plain):
    def rescale(self, group: Any) -> Any:
        spread = max((one.total for one in group), default=0) - min((one.total for one in group), default=0)
        return [RewardBreakdown(total=one.total / spread if spread else math.nan) for one in group]


class Flips(Plain):
    def rescale(self, group: Any) -> Any:
        return [RewardBreakdown(total=-one.total) for one in group]


class Ranks(Plain):
    def rescale(self, group: Any) -> Any:
        return [one.model_copy(update={"total": one.total - 0.001 * place}) for place, one in enumerate(group)]


class InPlace(Plain):
    def rescale(self, group: Any) -> Any:
        for one in group:
            one.total *= 0.5
        return list(group)


class NoReward:
    name = "plain"


class SlowReward(Plain):
    def more(self, trajectory: Any, score: Any) -> float:
        return (time.time_ns() % 1000) / 1e6


MOST, SAME, SCALES = (
    "a_clean_right_answer_earns_most",
    "the_same_trajectory_earns_the_same",
    "rescaling_keeps_the_order",
)
FAULTS = [
    (MOST, PaysCalls, "It pays 2 for a wrong answer, and 2 for a clean right answer after 0 calls"),
    (MOST, PaysMess, "for a malformed right answer, and 2 for a clean one"),
    (MOST, Infinite, "which is not finite"),
    (MOST, NumberOnly, "It returns 1.0, which is no RewardBreakdown"),
    (MOST, Raises, "It raises on an ordinary finished trajectory. TypeError"),
    (MOST, NoReward, "is no vista_core.Reward"),
    ("no_answer_earns_no_more_than_a_wrong_one", PaysSilence, "It pays 1.5 for no answer, and 1 for a wrong one"),
    ("tool_output_earns_nothing", PaysTools, "It pays 2.1 instead of 2 when a tool says"),
    (SAME, Gambles, "for the same trajectory the second time"),
    (SAME, SlowReward, "for the same trajectory"),
    (SAME, Clocks, "for the same trajectory with other clocks, id, rollout and seed"),
    (SAME, Edits, "It changes the trajectory that it judges"),
    (f"{SCALES}_of_a_group", Drops, "results for a group of"),
    (f"{SCALES}_of_a_group", Normalises, "Its rescale raises on a group of 0. ZeroDivisionError"),
    (f"{SCALES}_of_a_group", DividesByZero, "Its rescale gives what is not finite, for a group of 1"),
    (f"{SCALES}_of_a_group", Flips, "Its rescale turns 2 > "),
    (f"{SCALES}_of_a_group", Ranks, "Its rescale depends on the order of the group"),
    (f"{SCALES}_of_a_group", InPlace, "Its rescale changes the breakdowns that it is given"),
]


def suite(reward: Any) -> Any:
    return type(f"Of{reward.__name__}", (RewardConformance,), {"reward": reward})()


def complaint(made: Any, check: str) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        getattr(made, f"test_{check}")()
    text = str(failed.value)
    assert re.search(r"^reward .+: .+[.?!)] Why it matters: .+[.?!)] To mend it: .+[.?!)]$", text, re.DOTALL), text
    return text


@pytest.mark.parametrize(("check", "reward", "sentence"), FAULTS, ids=[fault[1].__name__ for fault in FAULTS])
def test_each_fault_is_found(check: str, reward: Any, sentence: str) -> None:
    assert sentence in complaint(suite(reward), check)


def test_a_reward_that_pays_faults_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    made = suite(Plain)
    made.test_a_fault_earns_nothing()

    def pays(trajectory: Any, task: Any, reward: Reward) -> Any:
        trajectory.reward = RewardBreakdown(total=1.0)
        return trajectory

    monkeypatch.setattr("vista_core.testing.reward.finish", pays)
    assert "A faulted trajectory got a reward" in complaint(made, "a_fault_earns_nothing")


def test_names_must_agree(vista_isolated: Any) -> None:
    code = "from vista_core.scoring.rewards import VistaReward\nclass Mine(VistaReward):\n    name = 'mine'\n"
    vista_isolated.install("my-rewards", rewards={"yours": "my_rewards:Mine"}, files={"my_rewards.py": code})
    made = type("Mine", (RewardConformance,), {"reward": "yours"})()
    assert "Its class is named 'mine', its entry point 'yours'" in complaint(made, "its_name_is_its_entry_points")
