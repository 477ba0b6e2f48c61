"""A reward: what a finished trajectory earns."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from vista_core.schema import NoConfig, read_config
from vista_core.task import Score

if TYPE_CHECKING:
    from vista_core.trajectory import Trajectory


class RewardBreakdown(BaseModel):
    """A reward with its named parts, so that curves show which part moved.

    Attributes:
        parts: Value of each part.
        total: What the policy is trained on.
        why: One sentence, for the log.

    Example:
        >>> from vista_core import RewardBreakdown
        >>> RewardBreakdown(parts={"format": 1.0, "correct": 1.0}, total=2.0).total
        2.0
    """

    parts: dict[str, float] = {}
    total: float
    why: str = ""


class Reward(ABC):
    """Base of all rewards: one method, called once for each finished trajectory.

    Attributes:
        name: Short snake_case name; the entry point has the same.
        Config: pydantic model of its settings; keyword arguments of the constructor.
        config: The settings in force.

    Example:
        >>> from vista_core import Reward, RewardBreakdown, Score
        >>> class Plain(Reward):
        ...     name = "plain"
        ...     def __call__(self, trajectory, score):
        ...         return RewardBreakdown(parts={"correct": score.value}, total=score.value)
        >>> Plain()(None, Score(value=1, correct=True, rule="r")).total
        1.0
    """

    name: ClassVar[str] = ""
    Config: ClassVar[type[BaseModel]] = NoConfig

    def __init__(self, **config: Any) -> None:
        self.config: Any = read_config(self.Config, config, f"reward `{self.name or type(self).__name__}`")

    @abstractmethod
    def __call__(self, trajectory: "Trajectory", score: Score) -> RewardBreakdown:
        """The reward of a finished trajectory. Correctness is `float(score.correct)` unless the reward says otherwise.

        Only what the policy wrote may earn anything; observations earn nothing.
        """

    def rescale(self, group: Sequence[RewardBreakdown]) -> list[RewardBreakdown]:
        """Adjust the rewards of a whole GRPO group, e.g. by its difficulty. By default nothing changes."""
        return list(group)
