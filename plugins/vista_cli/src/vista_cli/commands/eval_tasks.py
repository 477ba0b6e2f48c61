"""`vista eval --tasks a,b --root FOLDER`: one policy over many data sets, a row of results for each."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..output import hint, jsonable, print_json, print_table

EVALUATED = ("test", "testmini", "val", "validation", "dev", "validation1")
"""Names of splits that are evaluated on; of those a task has, the first."""


def evaluate_tasks(
    names: str,
    root: Path,
    config: str | None,
    options: dict[str, Any],
    arms: Sequence[str],
    *,
    checkpoint: Path | None,
    split: str | None,
    n: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Evaluate a policy on each task in turn and print one table.

    Args:
        names: of tasks, with commas, or `all`: every installed task over a data set with a folder below `root`.
        root: the folder with a folder for each task, named after it.
        config: a recipe to start from, or None.
        options: of `make_recipe`, beside task and split.
        arms: what the policy is given.
        checkpoint: a model folder in place of the recipe's.
        split: to evaluate on; each task's own where None.
        n: samples of each task at most.
        out: folder for the reports and the trajectories, a folder for each task; or None.
        as_json: print JSON.

    Raises:
        VistaError: no such task, no data, or a recipe that cannot run.
    """
    from vista_core import load, wait_for
    from vista_trainers.evaluate import with_checkpoint

    from .eval import evaluate_arms, interval, share

    reports: dict[str, dict[str, Any]] = {}
    policy: Any = None
    try:
        for name, task in chosen_tasks(names, root):
            part = split or evaluation_split(task)
            recipe = recipe_for(name, root / name, part, config, options)
            if policy is None:  # a model is loaded once for all tasks
                entry = with_checkpoint(recipe, checkpoint).policy
                policy = load("policy", entry.use, **entry.config)
            count, folder = min(n, task.size(part)), out / name if out is not None else None
            reports[name] = evaluate_arms(
                recipe, arms, checkpoint=checkpoint, split=part, n=count, out=folder, label=name, quiet=as_json,
                policy=policy,
            )  # fmt: skip
    finally:
        if policy is not None:
            wait_for(policy.close())
    if out is not None:
        (out / "eval.json").write_text(json.dumps(jsonable(reports), indent=2, ensure_ascii=False), encoding="utf-8")
    if as_json:
        print_json(reports)
        return
    rows = [
        (name, report.split, report.n, arm, share(report.accuracy), interval(report.interval),
         share(report.well_formed), f"{report.calls:.2f}", report.faults)
        for name, found in reports.items()
        for arm, report in found.items()
    ]  # fmt: skip
    print_table(("task", "split", "n", "arm", "right", "95% interval", "well-formed", "calls", "faults"), rows)
    hint(f"{len(reports)} tasks.{f' Written to {out}.' if out is not None else ''}")


def chosen_tasks(names: str, root: Path) -> list[tuple[str, Any]]:
    """Return (name, task over its data) for each wanted task, and tell which are left out.

    Raises:
        VistaError: an unknown name, or no data below `root` for a task named, or for any.
    """
    from vista_core import available, load
    from vista_core.errors import VistaError

    from .plugins import USABLE
    from .tasks_data import card_of

    wanted = list(dict.fromkeys(word.strip() for word in names.split(",") if word.strip()))
    every = wanted == ["all"]
    if every:
        wanted = [row.name for row in available("task") if row.status in USABLE]
    found, lacking = [], []
    for name in wanted:
        try:
            bare = load("task", name)
        except VistaError as error:
            if not every:
                raise
            hint(f"Without {name}: {error}")
            continue
        if card_of(bare) is None:
            if not every:
                raise VistaError(f"The task {name!r} is over no data set; evaluate it with --task {name}.")
        elif every and not (root / name).is_dir():
            lacking.append(name)
        else:
            found.append((name, load("task", name, root=str(root / name))))
    if lacking:
        hint(f"Without {', '.join(lacking)}: no such folder below {root}.")
    if not found:
        raise VistaError(f"No task has its data below {root}. Put each into a folder of its name: {root / 'chartqa'}.")
    return found


def evaluation_split(task: Any) -> str:
    """Return the split of a task that is evaluated on: the first known one that it has, else its last."""
    return next((split for split in EVALUATED if split in task.splits), str(task.splits[-1]))


def recipe_for(name: str, root: Path, split: str, config: str | None, options: dict[str, Any]) -> Any:
    """Return the recipe that evaluates one task over its data.

    The scripted policy plays a task's expert. Data of the world have no expert that solves them, only one that guesses
    blindly, so its habit is `guess` unless the recipe or --set says otherwise.
    """
    from .rollout import make_recipe

    recipe = make_recipe(config, task=name, split=split, **options)
    data = recipe.dump()
    data["tasks"] = [{**entry, "config": {**entry["config"], "root": str(root)}} for entry in data["tasks"]]
    if data["policy"]["use"].rpartition(":")[2] == "scripted" and "habit" not in data["policy"]["config"]:
        data["policy"]["config"] = {**data["policy"]["config"], "habit": "guess"}
    if config is None and options.get("tools") is None:
        data["allow_duplicates"] = True  # every usable tool: some are two names of one engine
    return type(recipe).model_validate(data)
