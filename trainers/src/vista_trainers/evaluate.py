"""Evaluation: accuracy with intervals, per kind of question, with the tools, without them, and with wrong observations.

Three arms over the same samples tell whether a policy *uses* its tools:

- `tools`: as trained.
- `no_tools`: the tools are taken away (a call is then a violation, and the prompt lists none).
- `shuffled`: each call gets an observation that the same tool gave for another sample. A policy that reads its
  observations falls to about the level without tools; one that ignores them does not.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from vista_core import PluginError, ToolErrorRecord, ToolResult, ToolSet, Trajectory, well_formed
from vista_core.calls import ToolCall

from vista_trainers.assembly import Assembly, trajectory_log
from vista_trainers.engine import Job
from vista_trainers.policies.base import Policy
from vista_trainers.recipe import Recipe
from vista_trainers.sampling import stream
from vista_trainers.statistics import Interval, paired_bootstrap, wilson

Arm = Literal["tools", "no_tools", "shuffled"]
_POOL = 4096


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EvalItem(_Model):
    """One sample's outcome. A faulted one has no verdict: `correct` and `reward` are None."""

    task: str
    key: str
    kind: str
    trajectory: str
    correct: bool | None
    well_formed: bool
    reward: float | None
    calls: int


class KindReport(_Model):
    """Accuracy on one kind of question."""

    n: int
    accuracy: float
    interval: tuple[float, float]


class EvalReport(_Model):
    """What a policy is worth on a set of samples, in one arm. Faulted samples are counted and left out of all shares.

    Attributes:
        task: name of the task (several are joined by +).
        split: where the samples come from.
        arm: `tools`, `no_tools` or `shuffled`.
        n: samples that were judged.
        accuracy: share of correct answers.
        interval: its 95% Wilson interval.
        per_kind: the same for each kind of question.
        well_formed: share of trajectories that kept to the protocol throughout.
        accuracy_well_formed: accuracy among those.
        reward: mean.
        reward_parts: mean of each part.
        calls: tool calls per trajectory.
        turns: turns per trajectory.
        faults: samples left out because the machine failed.
        temperature: of the sampling; 0 is greedy.
        items: the samples in the order in which they were asked, so that two reports pair up.
    """

    schema_version: int = 1
    task: str
    split: str
    arm: Arm
    n: int
    accuracy: float
    interval: tuple[float, float]
    per_kind: dict[str, KindReport]
    well_formed: float
    accuracy_well_formed: float
    reward: float
    reward_parts: dict[str, float]
    calls: float
    turns: float
    faults: int
    temperature: float
    items: list[EvalItem]

    def save(self, path: str | Path) -> None:
        """Writes the report as JSON."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    def __str__(self) -> str:
        return table([self])


def compare(before: EvalReport, after: EvalReport, *, seed: int = 0) -> Interval:
    """Difference of accuracy `after - before` over the samples that both judged, with a paired bootstrap interval.

    Raises:
        ValueError: the reports share no sample.
    """
    known = {(item.task, item.key): item.correct for item in before.items if item.correct is not None}
    pairs = [
        (known[item.task, item.key], item.correct)
        for item in after.items
        if item.correct is not None and (item.task, item.key) in known
    ]
    return paired_bootstrap([float(a) for a, _ in pairs], [float(b) for _, b in pairs], seed=seed)


def table(reports: Sequence[EvalReport]) -> str:
    """Reports as a plain-text table, a row for each and one for each kind of question."""
    rows = [("arm", "n", "accuracy", "95% interval", "well-formed", "acc. among", "calls", "faults")]
    for report in reports:
        rows.append(
            (
                report.arm,
                str(report.n),
                f"{report.accuracy:.3f}",
                _range(report.interval),
                f"{report.well_formed:.3f}",
                f"{report.accuracy_well_formed:.3f}",
                f"{report.calls:.2f}",
                str(report.faults),
            )
        )
        for kind, part in sorted(report.per_kind.items()):
            rows.append((f"  {kind}", str(part.n), f"{part.accuracy:.3f}", _range(part.interval), "", "", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if not i else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in (lines[0], "-" * len(lines[0]), *lines[1:]))


def report(trajectories: Sequence[Trajectory], kinds: Sequence[str], arm: Arm, temperature: float) -> EvalReport:
    """Sums up finished trajectories.

    Args:
        trajectories: one for each sample (or several rollouts of each: then every rollout is an item).
        kinds: the kind of question of each.
        arm: what they were given.
        temperature: how they were sampled.
    """
    items = [_item(trajectory, kind) for trajectory, kind in zip(trajectories, kinds, strict=True)]
    judged = [(t, i) for t, i in zip(trajectories, items, strict=True) if i.correct is not None]
    clean = [item for _, item in judged if item.well_formed]
    parts = sorted({part for t, _ in judged if t.reward for part in t.reward.parts})
    return EvalReport(
        task="+".join(dict.fromkeys(t.task for t in trajectories)),
        split="+".join(dict.fromkeys(t.split for t in trajectories)),
        arm=arm,
        n=len(judged),
        accuracy=_mean([bool(item.correct) for _, item in judged]),
        interval=wilson(sum(bool(item.correct) for _, item in judged), len(judged)),
        per_kind={kind: _kind([i for _, i in judged if i.kind == kind]) for kind in sorted(set(kinds)) if kind},
        well_formed=_mean([item.well_formed for _, item in judged]),
        accuracy_well_formed=_mean([bool(item.correct) for item in clean]),
        reward=_mean([item.reward for _, item in judged if item.reward is not None]),
        reward_parts={p: _mean([t.reward.parts.get(p, 0.0) for t, _ in judged if t.reward]) for p in parts},
        calls=_mean([item.calls for _, item in judged]),
        turns=_mean([len(t.turns) for t, _ in judged]),
        faults=len(items) - len(judged),
        temperature=temperature,
        items=items,
    )


def evaluate(
    assembly: Assembly,
    jobs: Sequence[Job],
    arms: Sequence[Arm] = ("tools",),
    *,
    temperature: float = 0.0,
    seed: int | None = None,
    out: str | Path | None = None,
    on_done: Callable[[Trajectory], None] | None = None,
    progress: bool = False,
) -> dict[Arm, EvalReport]:
    """Plays the jobs in each arm and reports.

    Args:
        assembly: tasks, tools and policy.
        jobs: the samples (`assembly.jobs`).
        arms: which; `shuffled` needs the observations of `tools`, which is played first (and reported) if it is not
            listed before.
        temperature: 0 is greedy.
        seed: of sampling and of the shuffling; the recipe's by default.
        out: folder for the trajectories, one sub-folder for each arm.
        on_done: called with each finished trajectory of the arms asked for.
        progress: show a bar on a terminal.
    """
    seed = assembly.recipe.seed if seed is None else seed
    wanted = list(dict.fromkeys(arms))
    if "shuffled" in wanted and "tools" not in wanted[: wanted.index("shuffled")]:
        wanted = ["tools", *(arm for arm in wanted if arm != "tools")]
    if out is not None:
        splits = {job.split for job in jobs}
        assembly.write_lock(out, seed=seed, split=splits.pop() if len(splits) == 1 else None)
    pool = ObservationPool(seed)
    reports: dict[Arm, EvalReport] = {}
    for arm in wanted:
        watch = {"tools": pool.record, "shuffled": pool.replace, "no_tools": None}[arm]
        with trajectory_log(Path(out) / arm if out is not None else None) as log:
            engine = assembly.engine(
                toolset=ToolSet() if arm == "no_tools" else None,
                temperature=temperature,
                seed=seed,
                log=log,
                intervene=watch if "shuffled" in wanted else None,
                progress=progress,
            )
            engine.keep_pictures = False
            played = engine.run_sync(jobs, on_done=on_done if arm in arms else None)
        kinds = [assembly.tasks[t.task].gold(t.key).kind for t in played]
        reports[arm] = report(played, kinds, arm, temperature)
    return reports


class ObservationPool:
    """Remembers what each tool has said, and for which sample, and gives it back for other samples.

    Args:
        seed: of the draws; which observation a call gets is a function of seed, sample, rollout and turn.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._said: dict[str, dict[tuple[str, str, int], ToolResult]] = {}

    def record(self, trajectory: Trajectory, call: ToolCall, result: ToolResult) -> ToolResult:
        """Remembers a successful result; passes it on unchanged."""
        said = self._said.setdefault(call.spec.name, {})
        if result.ok and len(said) < _POOL:
            said[trajectory.task, trajectory.key, call.turn] = result
        return result

    def replace(self, trajectory: Trajectory, call: ToolCall, result: ToolResult) -> ToolResult:
        """A result of the same tool for another sample, of the same turn where there is one; errors stay."""
        if not result.ok:
            return result
        own = (trajectory.task, trajectory.key)
        others = sorted(place for place in self._said.get(call.spec.name, {}) if place[:2] != own)
        others = [place for place in others if place[2] == call.turn] or others
        if not others:
            lost = ToolErrorRecord("failed", None, "The tool has no observation of another sample to give.")
            return ToolResult(error=lost, backend=result.backend)
        rng = stream(self._seed, "shuffled", *own, trajectory.rollout, call.turn)
        return self._said[call.spec.name][others[int(rng.integers(len(others)))]]


def evaluate_recipe(
    recipe: Recipe,
    *,
    checkpoint: str | Path | None = None,
    policy: Policy | None = None,
    split: str | None = None,
    n: int = 300,
    arm: Arm = "tools",
    out: str | Path | None = None,
    on_done: Callable[[Trajectory], None] | None = None,
    seed: int | None = None,
    temperature: float = 0.0,
    progress: bool = False,
) -> EvalReport:
    """Evaluates a recipe's policy in one arm; see `evaluate` for several at once.

    Args:
        recipe: tasks, tools, policy, episode.
        checkpoint: a model folder to take the place of the recipe's (`policy.config.path`).
        policy: a policy object to take the place of the recipe's.
        split: instead of the task entries' own.
        n: samples.
        arm: what the policy is given.
        out: folder for the trajectories.
        on_done: called with each finished trajectory.
        seed: instead of the recipe's, for sampling.
        temperature: 0 is greedy.
        progress: show a bar on a terminal.
    """
    with Assembly(with_checkpoint(recipe, checkpoint), policy) as assembly:
        jobs = assembly.jobs(n, split=split)
        reports = evaluate(
            assembly, jobs, [arm], temperature=temperature, seed=seed, out=out, on_done=on_done, progress=progress
        )
    return reports[arm]


def rollout_recipe(
    recipe: Recipe,
    *,
    n: int,
    rollouts: int = 1,
    split: str | None = None,
    policy: Policy | None = None,
    out: str | Path | None = None,
    on_done: Callable[[Trajectory], None] | None = None,
    progress: bool = False,
) -> list[Trajectory]:
    """Plays `n` samples, each `rollouts` times, sampled as the policy's settings say; returns the trajectories."""
    with Assembly(recipe, policy) as assembly:
        jobs = assembly.jobs(n, rollouts, split=split)
        if out is not None:
            assembly.write_lock(out, split=split)
        with trajectory_log(out) as log:
            engine = assembly.engine(log=log, progress=progress)
            engine.keep_pictures = False
            return engine.run_sync(jobs, on_done=on_done)


def with_checkpoint(recipe: Recipe, checkpoint: str | Path | None) -> Recipe:
    """The recipe with another model folder; unchanged for None.

    Raises:
        PluginError: the recipe's policy loads no model.
    """
    if checkpoint is None:
        return recipe
    if recipe.policy.use.rpartition(":")[2] != "hf":
        raise PluginError(f"The policy `{recipe.policy.use}` takes no checkpoint; set policy.use to hf.")
    entry = recipe.policy.model_copy(update={"config": recipe.policy.config | {"path": str(checkpoint)}})
    return recipe.model_copy(update={"policy": entry})


def _item(trajectory: Trajectory, kind: str) -> EvalItem:
    return EvalItem(
        task=trajectory.task,
        key=trajectory.key,
        kind=kind,
        trajectory=trajectory.id,
        correct=trajectory.score.correct if trajectory.score is not None else None,
        well_formed=well_formed(trajectory),
        reward=trajectory.reward.total if trajectory.reward is not None else None,
        calls=len(trajectory.calls),
    )


def _kind(items: Sequence[EvalItem]) -> KindReport:
    correct = sum(bool(item.correct) for item in items)
    accuracy = _mean([bool(item.correct) for item in items])
    return KindReport(n=len(items), accuracy=accuracy, interval=wilson(correct, len(items)))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.3f}-{interval[1]:.3f}"
