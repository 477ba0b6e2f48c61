"""What is said of an answer, a Score, and of a rollout, a Reward; and the end of an episode, where both are given."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from vista_core.errors import PluginError
from vista_core.schema import NoConfig, read_config

if TYPE_CHECKING:
    from vista_core.hooks import HookCaller
    from vista_core.task import Task
    from vista_core.trajectory import Trajectory


class Score(BaseModel):
    """The verdict on an answer.

    Attributes:
        value: 0 to 1; partial credit where the rule gives some.
        correct: Whether it counts as right.
        rule: Name of the rule.
        why: One sentence. It is logged, never shown to the policy.

    Example:
        >>> from vista_core import Score
        >>> Score(value=1.0, correct=True, rule="numeric", why="84 equals 84").correct
        True
    """

    model_config = ConfigDict(frozen=True)

    value: float = Field(ge=0.0, le=1.0)
    correct: bool
    rule: str
    why: str = ""


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


def finish(trajectory: "Trajectory", task: "Task", reward: Reward, hooks: "HookCaller | None" = None) -> "Trajectory":
    """Score and reward a trajectory that has ended, and call `vista_episode_end`; a faulted one earns neither.

    Args:
        trajectory: Ended: answered, truncated or faulted. It is filled in.
        task: Knows the gold.
        reward: What it earns.
        hooks: Observers of the end.

    Raises:
        PluginError: The trajectory still runs.

    Example:
        >>> from vista_core import Trajectory
        >>> from vista_core.scoring.rewards import VistaReward
        >>> finish(Trajectory(id="t", status="faulted"), None, VistaReward()).reward is None
        True
    """
    if trajectory.status == "running":
        raise PluginError(f"Trajectory {trajectory.id} still runs; it is scored at its end.")
    if trajectory.status != "faulted":
        trajectory.score = task.score(trajectory.key, trajectory.answer)
        trajectory.reward = reward(trajectory, trajectory.score)
    if hooks is not None:
        hooks.episode_end(trajectory)
    return trajectory
