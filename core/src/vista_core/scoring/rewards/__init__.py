"""The rewards of the paper (arXiv:2511.19773): `vista`, and the three it was compared with (Figure 4c).

`vista`: repetition dominates, then format, then correctness. In `vista_dense` and `vista_sparse`, R_f is 1 for a
well-formed trajectory free of repetition, else 0, and R_c is 1 for a right answer, else 0; the paper gives the formulas
without the ranges. `docs/rewards.md` has the table of totals.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vista_core.scoring.rewards.repetition import Repetition, find_repetition
from vista_core.scoring.verdict import Reward, RewardBreakdown, Score
from vista_core.trajectory import Trajectory, well_formed

__all__ = ["DenseReward", "DifficultyReward", "Repetition", "SparseReward", "VistaReward", "find_repetition"]


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
    Source: arXiv:2511.19773, section 5.2; the repetition rule is ours (`vista_core.scoring.rewards.repetition`).

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


class DenseReward(Reward):
    """-1 + 0.5 R_f + 0.5 R_c + R_f R_c: partial credit for each half.

    Example:
        >>> DenseReward.name
        'vista_dense'
    """

    name = "vista_dense"

    def __call__(self, trajectory: Trajectory, score: Score) -> RewardBreakdown:
        """The parts `base`, `format`, `correctness` and `both`, and their sum."""
        penalty, formed, correct, why = judge(trajectory, score)
        clean = formed and not penalty
        parts = {"base": -1.0, "format": 0.5 * clean, "correctness": 0.5 * correct, "both": float(clean and correct)}
        return RewardBreakdown(parts=parts, total=sum(parts.values()), why=why)


class SparseReward(Reward):
    """R_f R_c: 1 for a clean correct trajectory, else 0.

    Example:
        >>> SparseReward.name
        'vista_sparse'
    """

    name = "vista_sparse"

    def __call__(self, trajectory: Trajectory, score: Score) -> RewardBreakdown:
        """The one part `both`."""
        penalty, formed, correct, why = judge(trajectory, score)
        both = float(formed and correct and not penalty)
        return RewardBreakdown(parts={"both": both}, total=both, why=why)


class DifficultyReward(VistaReward):
    """The reward `vista` times w = 0.5 clamp(2 - D, 0, 1) + 0.5, where D is the mean reward of the group.

    A group whose mean reward reaches 2 (every rollout right) weighs half, one with a mean of 1 or less counts in full.
    The weight is the same for the whole group, so it changes no order within it.

    Example:
        >>> group = [RewardBreakdown(parts={"format": 1.0, "correctness": 1.0}, total=2.0, why="")] * 8
        >>> DifficultyReward().rescale(group)[0].total
        1.0
    """

    name = "vista_difficulty"

    def rescale(self, group: Sequence[RewardBreakdown]) -> list[RewardBreakdown]:
        """Weigh every part of every breakdown; faulted rollouts have none and do not belong in the group."""
        if not group:
            return []
        mean = sum(breakdown.total for breakdown in group) / len(group)
        weight = 0.5 * min(max(2.0 - mean, 0.0), 1.0) + 0.5
        return [
            RewardBreakdown(
                parts={name: weight * part for name, part in breakdown.parts.items()},
                total=weight * breakdown.total,
                why=f"{breakdown.why}; times {weight:.3g} for a group of mean {mean:.3g}",
            )
            for breakdown in group
        ]
