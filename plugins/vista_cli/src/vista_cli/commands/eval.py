"""`vista eval`: accuracy on held-out samples, with intervals, per kind of question, with and without tools."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ..from_files import FileTools, FromOption
from ..output import hint, jsonable, print_json, print_table, say

app = typer.Typer(add_completion=False)

ARMS = ("tools", "no_tools", "shuffled")


@app.command(name="eval")
def evaluate(
    config: Annotated[
        str | None, typer.Argument(help="A recipe; its task, tools, policy and episode are used.")
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint for the recipe's policy.")] = None,
    task: Annotated[str | None, typer.Option(help="A task's name.")] = None,
    tasks: Annotated[
        str | None,
        typer.Option(help="Tasks with commas, or all: each over its data in ROOT/name, in turn."),
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="With --tasks: the folder that holds a folder for each task.")
    ] = None,
    policy: Annotated[str | None, typer.Option(help="A policy's name.")] = None,
    tools: Annotated[str | None, typer.Option(help="Tools, with commas.")] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Split to evaluate on: test when not given; with --tasks each task's own last one."),
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many samples.")] = 300,
    arms: Annotated[
        str, typer.Option(help="With commas: tools, no_tools, shuffled (each call gets another sample's observation).")
    ] = "tools",
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of every random draw.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", help="A change to the recipe as a.b=c.")] = None,
    from_: FromOption = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report (eval.json) and the trajectories.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Evaluate a policy on held-out samples.

    Example: vista eval tiny.yaml --arms tools,no_tools; vista eval --tasks all --root data --policy scripted
    """
    from vista_core.errors import VistaError

    from .rollout import make_recipe

    wanted = list(dict.fromkeys(arm.strip() for arm in arms.split(",") if arm.strip()))
    if not wanted or any(arm not in ARMS for arm in wanted):
        raise VistaError(f"--arms takes {', '.join(ARMS)}, with commas between them; not {arms!r}.")
    if tasks is not None:
        from .eval_tasks import evaluate_tasks

        if task is not None or root is None:
            raise VistaError("--tasks goes with --root, and without --task.")
        options = {
            "policy": policy,
            "tools": tools,
            "seed": seed,
            "overrides": overrides or (),
            "files": FileTools(from_),
        }
        evaluate_tasks(
            tasks, root, config, options, wanted, checkpoint=checkpoint, split=split, n=n, out=out, as_json=as_json
        )
        return
    if root is not None:
        raise VistaError("--root goes with --tasks. One task's data: --set tasks.0.config.root=FOLDER.")
    split = split or "test"
    recipe = make_recipe(
        config,
        task=task,
        policy=policy,
        tools=tools,
        split=split,
        seed=seed,
        overrides=overrides or (),
        files=FileTools(from_),
    )
    reports = evaluate_arms(
        recipe, wanted, checkpoint=checkpoint, split=split, n=n, out=out, label="evaluating", quiet=as_json
    )
    if out is not None:
        (out / "eval.json").write_text(json.dumps(jsonable(reports), indent=2, ensure_ascii=False), encoding="utf-8")
    if as_json:
        print_json(reports)
        return
    print_reports(reports)
    if out is not None:
        hint(f"Written to {out}. See the trajectories: vista view {out / wanted[0]}")


def evaluate_arms(
    recipe: Any,
    arms: Sequence[str],
    *,
    checkpoint: Path | None,
    split: str,
    n: int,
    out: Path | None,
    label: str,
    quiet: bool = False,
    policy: Any = None,
) -> dict[str, Any]:
    """Evaluate a recipe's policy, loaded once, in several arms over the same samples, with a progress bar.

    Args:
        recipe: tasks, tools, policy and episode.
        arms: some of ARMS. `shuffled` brings `tools` along, whose observations it shuffles.
        checkpoint: a model folder in place of the recipe's.
        split: of the task.
        n: samples.
        out: folder that gets a log for each arm, or None.
        label: of the progress bar.
        quiet: show no bar.
        policy: takes the place of the recipe's; it is not closed.

    Returns:
        An EvalReport for each arm.

    Raises:
        VistaError: `out` already holds a log, or the recipe cannot run here.
    """
    from vista_trainers.assembly import Assembly
    from vista_trainers.evaluate import evaluate as play_arms
    from vista_trainers.evaluate import with_checkpoint

    from .rollout import counter, fresh_folder

    if out is not None:
        for arm in arms:
            fresh_folder(out / arm)
    recipe = with_checkpoint(recipe, checkpoint)
    with Assembly(recipe, policy) as assembly, counter(n * len(arms), label, quiet=quiet) as tick:
        reports: Any = play_arms(assembly, assembly.jobs(n, split=split), cast(Any, arms), out=out, on_done=tick)
    return dict(reports)


def print_reports(reports: dict[str, Any]) -> None:
    """Print a table of the arms and one of the kinds of question."""
    print_table(
        ("arm", "right", "95% interval", "well-formed", "right among these", "calls", "reward", "faults"),
        [
            (name, share(r.accuracy), interval(r.interval), share(r.well_formed), share(r.accuracy_well_formed),
             f"{r.calls:.2f}", f"{r.reward:+.2f}", r.faults)
            for name, r in reports.items()
        ],
    )  # fmt: skip
    kinds = sorted({kind for report in reports.values() for kind in report.per_kind})
    if len(kinds) > 1:
        rows = []
        for kind in kinds:
            cells = [report.per_kind.get(kind) for report in reports.values()]
            rows.append(
                (kind, cells[0].n if cells[0] else 0, *(share(cell.accuracy) if cell else "–" for cell in cells))
            )
        print_table(("kind", "n", *reports), rows)
    first = next(iter(reports.values()))
    say(f"{first.n} samples of {first.task}, split {first.split}")


def share(value: float | None) -> str:
    """Return a share as a percentage, `–` for None."""
    return "–" if value is None else f"{100 * value:.1f}%"


def interval(value: Any) -> str:
    """Return (low, high) as percentages."""
    low, high = value[0], value[1]
    return f"{100 * low:.1f} to {100 * high:.1f}%"
