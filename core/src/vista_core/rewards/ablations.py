"""The rewards that the paper compares with its own (arXiv:2511.19773, Figure 4c).

In `vista_dense` and `vista_sparse`, R_f is 1 for a well-formed trajectory free of repetition, else 0, and R_c is 1 for
a right answer, else 0; the paper gives the formulas without the ranges.
"""

from __future__ import annotations

from collections.abc import Sequence

from vista_core.reward import Reward, RewardBreakdown
from vista_core.rewards.vista import VistaReward, judge
from vista_core.task import Score
from vista_core.trajectory import Trajectory


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
