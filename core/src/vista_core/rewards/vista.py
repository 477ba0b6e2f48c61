"""The reward `vista`: repetition dominates, then format, then correctness."""

from __future__ import annotations

from typing import NamedTuple

from vista_core.reward import Reward, RewardBreakdown
from vista_core.rewards.repetition import find_repetition
from vista_core.task import Score
from vista_core.trajectory import Trajectory, well_formed


class Judgement(NamedTuple):
    """The facts that every reward of this package is made of.

    Attributes:
        penalty: For repetition: 0, -1.5, -2 or -3.
        well_formed: Every turn follows the protocol and the tools' schemas, and the last one answers.
        correct: An answer was given and the task's rule accepts it.
        why: The same in words.
    """

    penalty: float
    well_formed: bool
    correct: bool
    why: str


def judge(trajectory: Trajectory, score: Score) -> Judgement:
    """Read the facts off a finished trajectory. Only the policy's own text counts, never an observation.

    Example:
        >>> from vista_core import Score
        >>> judge(Trajectory(id="t"), Score(value=1, correct=True, rule="exact")).why
        'malformed or without an answer'
    """
    repetition = find_repetition(turn.text for turn in trajectory.turns)
    formed = well_formed(trajectory)
    correct = score.correct and trajectory.answer is not None
    why = f"well-formed, {'right' if correct else 'wrong'} answer" if formed else "malformed or without an answer"
    if repetition.penalty:
        why = f"{repetition.level} repetition: {repetition.unit[:40]!r} {repetition.times} times in a row"
    return Judgement(repetition.penalty, formed, correct, why)


class VistaReward(Reward):
    """The paper's reward: R_rep + R_format + R_correct, where each part counts only if those before it are clean.

    Totals: 2 correct, 1 well-formed but wrong, -1 malformed or unfinished, -1.5, -2 or -3 repetitive.
    Source: arXiv:2511.19773, section 5.2; the repetition rule is ours (`vista_core.rewards.repetition`).

    Example:
        >>> VistaReward.name
        'vista'
    """

    name = "vista"

    def __call__(self, trajectory: Trajectory, score: Score) -> RewardBreakdown:
        """The parts `repetition`, `format` and `correctness`, and their sum."""
        penalty, formed, correct, why = judge(trajectory, score)
        parts = {"repetition": penalty, "format": 1.0 if formed else -1.0, "correctness": float(formed and correct)}
        if penalty:
            parts |= {"format": 0.0, "correctness": 0.0}
        return RewardBreakdown(parts=parts, total=sum(parts.values()), why=why)
