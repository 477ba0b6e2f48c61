"""Which problems of which task a run draws: shares by weight, limits, and difficulty by recorded pass rates."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from vista_core import PluginError, Task, read_trajectories

from vista_trainers.recipe import TaskEntry

Problem = tuple[str, str, str]
"""Name of the task, split, key of the sample."""


def shares(n: int, weights: Sequence[float], sizes: Sequence[int]) -> list[int]:
    """How many of `n` samples each task gives, in proportion to its weight and no more than it has.

    The largest remainders take what rounding leaves. What a small task cannot give, the others do.

    Raises:
        PluginError: together they have fewer.

    Example:
        >>> shares(10, [2, 1, 1], [100, 100, 100]), shares(10, [2, 1, 1], [100, 1, 100])
        ([5, 3, 2], [6, 1, 3])
    """
    if n > sum(sizes):
        raise PluginError(f"The tasks of this recipe have {sum(sizes)} samples to draw from; {n} were asked for.")
    counts = [0] * len(weights)
    open_ = list(range(len(weights)))
    while True:
        left = n - sum(counts[i] for i in range(len(weights)) if i not in open_)
        exact = {i: left * weights[i] / sum(weights[j] for j in open_) for i in open_}
        full = [i for i in open_ if exact[i] > sizes[i]]
        if not full:
            break
        for i in full:
            counts[i] = sizes[i]
        open_ = [i for i in open_ if i not in full]
    for i in open_:
        counts[i] = int(exact[i])
    rest = n - sum(counts)
    for i in sorted(open_, key=lambda i: counts[i] - exact[i]):
        if rest and counts[i] < sizes[i]:
            counts[i], rest = counts[i] + 1, rest - 1
    return counts


def candidates(entry: TaskEntry, name: str, task: Task, split: str) -> Sequence[int]:
    """Indices of the problems of a split that an entry of a recipe draws from.

    Args:
        entry: of the recipe, with its difficulty where it has one.
        name: of the task, as trajectories carry it.
        task: the task.
        split: its split.

    Raises:
        PluginError: none is in the band, or the log names no problem of this task.
    """
    size = task.size(split)
    if entry.difficulty is None:
        return range(size)
    band = entry.difficulty
    rates = {key: rate for (of, part, key), rate in pass_rates(band.log).items() if of == name and part == split}
    wanted = {key for key, rate in rates.items() if band.min <= rate <= band.max}
    if not wanted:
        raise PluginError(
            f"Of {len(rates)} problems of task `{name}`, split {split!r}, in {band.log}, none has a pass rate from "
            f"{band.min:g} to {band.max:g}. Remedy: log several rollouts of each (vista rollout), or widen the band."
        )
    # Keys mostly end in the index; where they do not, each sample is asked for its key.
    named = [key.rpartition("/")[2] for key in wanted]
    guessed = sorted(int(part) for part in named if part.isdecimal() and int(part) < size)
    found = [index for index in guessed if task.sample(split, index).key in wanted]
    if len(found) < len(wanted):
        found = [index for index in range(size) if task.sample(split, index).key in wanted]
    return found


def pass_rates(log: str | Path) -> dict[Problem, float]:
    """The share of right answers of each problem in a trajectory log; faulted trajectories are left out.

    Raises:
        VistaError: there is no such log, or it cannot be read.
    """
    path = Path(log)
    file = path / "trajectories.jsonl" if path.is_dir() else path
    return _pass_rates(file, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=4)
def _pass_rates(file: Path, changed: int) -> dict[Problem, float]:
    right: defaultdict[Problem, list[bool]] = defaultdict(list)
    for trajectory in read_trajectories(file):
        if trajectory.score is not None:
            right[trajectory.task, trajectory.split, trajectory.key].append(trajectory.score.correct)
    return {problem: sum(verdicts) / len(verdicts) for problem, verdicts in right.items()}
