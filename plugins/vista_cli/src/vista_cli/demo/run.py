"""The demo from start to end: evaluate, train with live progress, evaluate again, write the report."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..commands.info import versions
from ..launch import ONE_PROCESS, run_training, train_command
from ..output import jsonable, quiet_libraries
from .progress import TrainingProgress
from .result import ARMS, build_charts, build_result, plot_of_reward

SAMPLES_PER_KIND = 2
SAMPLE_RULE = (
    f"The first {SAMPLES_PER_KIND} held-out questions of each kind, in their order: not chosen by how they went."
)


@dataclass
class DemoOptions:
    """What a person may choose.

    Attributes:
        out: folder of everything that is written; must not hold an earlier run.
        recipe: the GRPO recipe, a file or a shipped name.
        items: held-out questions of each evaluation.
        overrides: `a.b=c` changes to the recipe.
    """

    out: Path
    recipe: str = "tiny.yaml"
    items: int = 300
    overrides: tuple[str, ...] = ()


def run_demo(options: DemoOptions, console: Any) -> dict[str, Any]:
    """Run the demo and write demo.json, reward.svg and report.html into `options.out`.

    Args:
        options: see DemoOptions.
        console: a rich Console for the progress.

    Returns:
        The demo's JSON document, with "files" naming what was written.

    Raises:
        VistaError: the recipe is wrong, training failed, or the folder is taken.
    """
    from vista_trainers.evaluate import compare
    from vista_trainers.recipe import load_recipe

    quiet_libraries()
    started = time.monotonic()
    run = options.out / "train"
    recipe = load_recipe(options.recipe, [*options.overrides, f"output={run}"])
    recipe.check_plugins()
    arms: dict[str, Any] = {}
    evaluating = _evaluate(recipe, None, "before", arms, options, console)
    saved = recipe.save(options.out)
    training = time.monotonic()
    with TrainingProgress(console) as progress:
        command = train_command(saved, launch=(*ONE_PROCESS, "--cpu"))
        rows = run_training(command, run / "metrics.jsonl", options.out / "train.log", progress.update)
    trained = time.monotonic() - training
    evaluating += _evaluate(recipe, run / "final", "after", arms, options, console)
    result = build_result(
        {name: jsonable(report) for name, report in arms.items()},
        rows,
        compare(arms["before"], arms["after"], seed=recipe.seed),
        compare(arms["after_no_tools"], arms["after"], seed=recipe.seed),
        story=story(),
        recipe=saved.read_text(encoding="utf-8"),
        machine=versions(),
        command=f"vista demo --recipe {options.recipe} --items {options.items}",
        sample_rule=SAMPLE_RULE,
        seconds={"train": trained, "evaluate": evaluating, "total": time.monotonic() - started},
    )
    return _write(result, options)


def story() -> str:
    """Return the two sentences that tell a newcomer which story this is; they belong to the shipped policy."""
    import vista_demo_policy

    return vista_demo_policy.STORY


def _evaluate(
    recipe: Any, checkpoint: Path | None, name: str, arms: dict[str, Any], options: DemoOptions, console: Any
) -> float:
    """Evaluate `name` (before or after) with and without tools, into `arms`. Returns the seconds it took."""
    from ..commands.eval import evaluate_arms

    started = time.monotonic()
    out = options.out / "eval" / name
    reports = evaluate_arms(
        recipe,
        ("tools", "no_tools"),
        checkpoint=checkpoint,
        split="test",
        n=options.items,
        out=out,
        label=f"evaluating {name} GRPO",
    )
    for arm, key in (("tools", name), ("no_tools", f"{name}_no_tools")):
        arms[key] = reports[arm]
        console.print(
            f"{ARMS[key]}: {100 * arms[key].accuracy:.1f}% right", markup=False, highlight=False, soft_wrap=True
        )
    return time.monotonic() - started


def _write(result: dict[str, Any], options: DemoOptions) -> dict[str, Any]:
    from ..report import demo_page

    files = {"report": "report.html", "plot": "reward.svg", "data": "demo.json"}
    result["files"] = {name: str(options.out / file) for name, file in files.items()}
    page = demo_page(result, _pairs(result, options.out / "eval"), build_charts(result))
    (options.out / files["report"]).write_text(page, encoding="utf-8")
    (options.out / files["plot"]).write_text(plot_of_reward(result), encoding="utf-8")
    (options.out / files["data"]).write_text(
        json.dumps(result, indent=2, ensure_ascii=False, default=str), encoding="utf-8"
    )
    return result


def _pairs(result: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return the sample questions, each with its trajectory before and after."""
    from ..commands.view import image_lookup, read_log
    from ..report import trajectory_view

    chosen: dict[str, list[str]] = {}
    for item in result["arms"]["before"]["items"]:
        keys = chosen.setdefault(item["kind"], [])
        if len(keys) < SAMPLES_PER_KIND:
            keys.append(item["key"])
    views: dict[str, dict[str, Any]] = {}
    wanted = {key for keys in chosen.values() for key in keys}
    for name in ("before", "after"):
        trajectories, _ = read_log(folder / name / "tools" / "trajectories.jsonl")
        look = image_lookup(folder / name / "tools")
        views[name] = {t.key: trajectory_view(t, look) for t in trajectories if t.key in wanted}
    return [
        {"kind": kind, "before": views["before"][key], "after": views["after"][key]}
        for kind, keys in chosen.items()
        for key in keys
    ]
