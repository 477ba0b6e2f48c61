"""A reward: right answers pay, and short turns pay a little more."""

from pydantic import BaseModel, Field
from vista_core import Reward, RewardBreakdown, Score, Trajectory, well_formed


class ConciseConfig(BaseModel):
    """Settings of the reward."""

    free: int = Field(400, ge=0, description="characters of all turns together that cost nothing")
    worst: float = Field(0.2, ge=0, le=0.5, description="the most that length can cost")


class Concise(Reward):
    """1 for a right answer, 0.25 for keeping to the protocol, and up to `worst` less for long turns.

    Length can never make a wrong answer worth more than a right one: it costs 0.5 at most, and only the policy's own
    text counts.
    """

    name = "concise"
    Config = ConciseConfig

    def __call__(self, trajectory: Trajectory, score: Score) -> RewardBreakdown:
        """The parts `correct`, `format` and `length`, and their sum; a malformed trajectory earns nothing."""
        if not well_formed(trajectory):
            parts = {"correct": 0.0, "format": 0.0, "length": -self.config.worst}
            return RewardBreakdown(parts=parts, total=-self.config.worst, why="malformed or without an answer")
        written = sum(len(turn.text) for turn in trajectory.turns)
        beyond = max(0, written - self.config.free) / max(self.config.free, 1)
        length = -self.config.worst * min(beyond, 1.0)
        parts = {"correct": float(score.correct), "format": 0.25, "length": length}
        why = f"{'right' if score.correct else 'wrong'} answer, {written} characters"
        return RewardBreakdown(parts=parts, total=sum(parts.values()), why=why)
