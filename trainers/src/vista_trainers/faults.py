"""`FaultLedger`: counts the machine's faults, and stops a run that has too many."""

from collections import Counter, deque
from collections.abc import Sequence

from vista_core import InfrastructureError, Trajectory

WINDOW = 200


class FaultLedger:
    """Counts faulted trajectories by tool, and refuses to go on above a rate.

    A faulted trajectory is left out of training. That is harmless while it is rare and independent of what the policy
    does; above the rate the data are no longer what the recipe says, so the run stops and says why.

    Args:
        max_rate: share of the last 200 trajectories that may fault.
    """

    def __init__(self, max_rate: float = 0.05) -> None:
        self.max_rate = max_rate
        self.by_cause: Counter[str] = Counter()
        self.trajectories = 0
        self._recent: deque[str | None] = deque(maxlen=WINDOW)

    @property
    def faults(self) -> int:
        """Faulted trajectories so far."""
        return self.by_cause.total()

    def add(self, trajectory: Trajectory) -> None:
        """Counts a finished trajectory.

        Raises:
            InfrastructureError: more than `max_rate` of a window of 200 has faulted, whatever the rest of it does.
        """
        source = fault_source(trajectory)
        self.trajectories += 1
        self._recent.append(source)
        if source is None:
            return
        self.by_cause[source] += 1
        recent = Counter(cause for cause in self._recent if cause is not None)
        if recent.total() > self.max_rate * WINDOW:
            shares = ", ".join(f"{cause} {count}" for cause, count in recent.most_common())
            raise InfrastructureError(
                f"{recent.total()} of the last {len(self._recent)} trajectories faulted ({shares}), more than "
                f"max_fault_rate={self.max_rate:g} of {WINDOW} allows. The last cause: {trajectory.fault}. "
                "Nothing was learnt from them; mend the cause and resume."
            )


def fault_source(trajectory: Trajectory) -> str | None:
    """The tool that faulted, by the model's name for it; `policy` where no turn could be had; None without a fault."""
    if trajectory.status != "faulted":
        return None
    last = trajectory.turns[-1] if trajectory.turns else None
    return last.call.tool if last is not None and last.call is not None and last.observation is None else "policy"


def fault_levels(trajectories: Sequence[Trajectory]) -> dict[str, int]:
    """Faults by the reward level of their sample, so that a policy that seeks faults is seen.

    The level of a faulted trajectory is the mean reward of the other rollouts of its sample, rounded down: a policy
    that has learnt to crash a tool where it would fail does so on samples of low reward.

    Returns:
        `{"-1": 3, "2": 1}`; the level of samples without any reward is `none`.
    """
    rewards: dict[tuple[str, str, str], list[float]] = {}
    for trajectory in trajectories:
        if trajectory.reward is not None:
            rewards.setdefault(_sample(trajectory), []).append(trajectory.reward.total)
    levels: Counter[str] = Counter()
    for trajectory in trajectories:
        if trajectory.status == "faulted":
            others = rewards.get(_sample(trajectory))
            levels[str(int(sum(others) / len(others) // 1)) if others else "none"] += 1
    return dict(levels)


def _sample(trajectory: Trajectory) -> tuple[str, str, str]:
    return trajectory.task, trajectory.split, trajectory.key
