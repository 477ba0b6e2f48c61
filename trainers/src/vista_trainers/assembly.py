"""`Assembly`: from a recipe to the objects that run it, which `run.lock.json` pins (see lock.py)."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from vista_core import (
    Backend,
    Executor,
    HookCaller,
    PluginError,
    Reward,
    Task,
    ToolSet,
    ToolSpec,
    TrajectoryWriter,
    build_toolset,
    load,
    make_executor,
)

from vista_trainers.engine import Intervene, Job, RolloutEngine
from vista_trainers.lock import hold, make_lock
from vista_trainers.mixture import candidates, shares
from vista_trainers.policies.base import Policy
from vista_trainers.recipe import Recipe, ToolEntry
from vista_trainers.sampling import stream


class Assembly:
    """The tasks, tools, reward, policy and executor of a recipe. Use it as a context manager, or call `close_sync`.

    Args:
        recipe: the run.
        policy: takes the place of the recipe's policy (a trainer's, over the model that it trains).

    Raises:
        PluginError: a plugin is missing, clashing, broken or wrongly configured.
        ToolUnavailable: a tool cannot work here.
    """

    def __init__(self, recipe: Recipe, policy: Policy | None = None) -> None:
        recipe.check_plugins()
        self.recipe = recipe
        self.tasks = _load_tasks(recipe)
        self.toolset = load_tools(recipe)
        self.reward: Reward = load("reward", recipe.reward.use, **recipe.reward.config)
        self.policy: Policy = policy or load("policy", recipe.policy.use, **recipe.policy.config)
        self.hooks = HookCaller(recipe.hooks)
        self.executor: Executor = make_executor(self.toolset.specs)
        self._owns_policy = policy is None

    def engine(
        self,
        *,
        toolset: ToolSet | None = None,
        temperature: float | None = None,
        seed: int | None = None,
        log: TrajectoryWriter | None = None,
        intervene: Intervene | None = None,
        progress: bool = False,
    ) -> RolloutEngine:
        """A rollout engine with the recipe's settings; the arguments differ from them where they are given."""
        settings = self.recipe.episode
        return RolloutEngine(
            self.policy,
            self.tasks,
            self.toolset if toolset is None else toolset,
            self.executor,
            settings.config(),
            self.reward,
            seed=self.recipe.seed if seed is None else seed,
            temperature=temperature,
            scheduling=settings.scheduling,
            concurrency=settings.concurrency,
            max_tokens=settings.max_tokens,
            max_fault_rate=settings.max_fault_rate,
            log=log,
            hooks=self.hooks,
            intervene=intervene,
            progress=progress,
        )

    def jobs(self, n: int, rollouts: int = 1, *, split: str | None = None, shuffle: bool = False) -> list[Job]:
        """`n` samples of the recipe's tasks in proportion to their weights, each `rollouts` times.

        A function of the recipe's seed, tasks and `n` alone: a run that is resumed draws the same ones again.

        Args:
            n: samples in all.
            rollouts: of each.
            split: instead of each task entry's own.
            shuffle: draw the samples by the recipe's seed; otherwise the first ones of each split.

        Raises:
            PluginError: the tasks have fewer samples, or none of the difficulty that is asked for.
        """
        entries = [(name, entry, split or entry.split) for name, entry in self._entries()]
        pools = [candidates(entry, name, self.tasks[name], part) for name, entry, part in entries]
        sizes = [min(len(pool), entry.limit or len(pool)) for (_, entry, _), pool in zip(entries, pools, strict=True)]
        places = []
        counts = shares(n, [entry.weight for _, entry, _ in entries], sizes)
        for (name, _, part), pool, count in zip(entries, pools, counts, strict=True):
            rng = stream(self.recipe.seed, "samples", name, part)
            picked = rng.choice(len(pool), count, replace=False).tolist() if shuffle else range(count)
            places += [(name, part, pool[place]) for place in picked]
        return [Job(*place, rollout) for place in places for rollout in range(rollouts)]

    def write_lock(self, folder: str | Path, *, seed: int | None = None, split: str | None = None) -> None:
        """Writes `run.lock.json`, or checks the one that is there.

        Args:
            folder: of the run.
            seed: instead of the recipe's.
            split: instead of the task entries' own.

        Raises:
            PluginError: the folder's run was made with other tools, data or another seed; says what differs.
        """
        hold(folder, make_lock(self.recipe, self.toolset, self.tasks, seed=seed, split=split))

    async def close(self) -> None:
        """Closes the executor and, unless it was given, the policy."""
        await self.executor.close()
        if self._owns_policy:
            await self.policy.close()

    def close_sync(self) -> None:
        """`close` for synchronous code."""
        from vista_core import wait_for

        self.executor.close_sync()
        if self._owns_policy:
            wait_for(self.policy.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close_sync()

    def _entries(self) -> list[tuple[str, Any]]:
        return list(zip(self.tasks, self.recipe.tasks, strict=True))


@contextmanager
def trajectory_log(folder: str | Path | None) -> Iterator[TrajectoryWriter | None]:
    """A writer for trajectories, closed at the end; None where no folder is given."""
    if folder is None:
        yield None
        return
    with TrajectoryWriter(folder) as writer:
        yield writer


def _load_tasks(recipe: Recipe) -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for entry in recipe.tasks:
        task = load("task", entry.use, **entry.config)
        name = entry.use.rpartition(":")[2]
        if name in tasks:
            name = f"{name}#{len(tasks)}"
        if entry.split not in task.splits:
            raise PluginError(f"Task `{entry.use}` has no split {entry.split!r}; it has {', '.join(task.splits)}.")
        card = getattr(task, "card", None)
        if card is not None and card.non_commercial:
            told = f"The data of `{name}` ({task.licence}) forbid commercial use, also of what is trained on them."
            logging.getLogger(__name__).warning(told)
        tasks[name] = task
    return tasks


def load_tools(recipe: Recipe) -> ToolSet:
    """The tools of a recipe, with their backends resolved.

    Raises:
        PluginError: one is missing, clashing, broken or wrongly configured, or two of them are the same engine.
        ToolUnavailable: one cannot work here.
    """
    toolset = build_toolset([_entry(tool) for tool in recipe.tools])
    if recipe.episode.scheduling == "lockstep":
        toolset = unbatched(toolset)
    if not recipe.allow_duplicates:
        _refuse_duplicates(toolset)
    return toolset


def unbatched(toolset: ToolSet) -> ToolSet:
    """The tools without batching where a batch changes a tool's numbers: results must not depend on who asks beside."""
    exact = {spec.name: _backend(toolset, spec).batch_tolerance == 0 for spec in toolset.specs}
    single = {"max_batch_size": 1}
    return ToolSet(spec if exact[spec.name] else spec.model_copy(update=single) for spec in toolset.specs)


def _backend(toolset: ToolSet, spec: ToolSpec) -> Backend:
    return next(backend for backend in toolset[spec.name].tool.backends if backend.name == spec.backend)


def _entry(tool: ToolEntry) -> dict[str, Any]:
    return {name: value for name, value in tool.model_dump(by_alias=True).items() if value is not None}


def _refuse_duplicates(toolset: ToolSet) -> None:
    seen: dict[str, str] = {}
    for spec in toolset.specs:
        own = f"{spec.target}, backend {spec.backend}, settings {json.dumps(spec.config, sort_keys=True)}"
        engine = _backend(toolset, spec).engine or own
        other = seen.setdefault(engine, spec.name)
        if other != spec.name:
            raise PluginError(
                f"The tools `{other}` and `{spec.name}` of this recipe are the same engine ({engine}): the second one "
                "sees no more than the first. Leave one out, or set allow_duplicates: true."
            )
