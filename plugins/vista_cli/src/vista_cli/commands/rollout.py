"""`vista rollout`: roll a policy out in a task and keep the trajectories."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..from_files import FileTools, FromOption
from ..output import hint, print_json, print_table, quiet_libraries

app = typer.Typer(add_completion=False)


@app.command()
def rollout(
    config: Annotated[
        str | None, typer.Argument(help="A recipe to start from; the options below then override it.")
    ] = None,
    task: Annotated[str | None, typer.Option(help="A task's name.")] = None,
    policy: Annotated[str | None, typer.Option(help="A policy's name: hf, openai, scripted, …")] = None,
    tools: Annotated[
        str | None, typer.Option(help="Tools, with commas; '' for none; every usable one when not given.")
    ] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="How many samples.")] = 8,
    rollouts: Annotated[int, typer.Option(min=1, help="Rollouts of each sample.")] = 1,
    split: Annotated[str | None, typer.Option(help="Split of the task.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of every random draw.")] = None,
    overrides: Annotated[list[str] | None, typer.Option("--set", help="A change to the recipe as a.b=c.")] = None,
    from_: FromOption = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the log; runs/rollout, or the next free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Roll a policy out in a task and keep the trajectories.

    Example: vista rollout --task synthetic_chart --policy scripted --tools chartmoe_to_table,calculator -n 8
    """
    from vista_trainers.evaluate import rollout_recipe

    from ..report.view import trajectory_view

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
    if out is None:
        out = free_folder(Path("runs/rollout"))
    fresh_folder(out)
    with counter(n * rollouts, "rolling out", quiet=as_json) as tick:
        trajectories = rollout_recipe(recipe, n=n, rollouts=rollouts, out=out, on_done=tick)
    views = [trajectory_view(trajectory, lambda _: None) for trajectory in trajectories]
    if as_json:
        print_json({"out": str(out), **totals(views)})
    else:
        columns = ("sample", "rollout", "ended", "answer", "calls", "reward")
        rows = [(v["key"], v["rollout"], v["verdict"], v["answer"] or "", v["calls"], v["reward"]) for v in views[:20]]
        print_table(columns, rows)
        if len(views) > 20:
            hint(f"… and {len(views) - 20} more.")
        hint(f"The log is in {out}. See it as a page: vista view {out}")
    if views and all(view["verdict"] == "faulted" for view in views):
        from vista_core.errors import VistaError

        raise VistaError(f"Every trajectory faulted; the first cause: {views[0]['fault']}")


def totals(views: Any) -> dict[str, Any]:
    """Return the counts that a program wants: how many, how they ended, mean reward and calls."""
    from ..report.view import summary

    return summary(views)


def make_recipe(
    config: str | None,
    *,
    task: str | None = None,
    policy: str | None = None,
    tools: str | None = None,
    split: str | None = None,
    seed: int | None = None,
    overrides: Any = (),
    files: FileTools | None = None,
) -> Any:
    """Make a Recipe from a file and options, or from options alone.

    Args:
        config: a recipe file or a shipped recipe's name; None to build one from the options.
        task: a task to use instead of the recipe's.
        policy: a policy to use instead of the recipe's.
        tools: tools with commas to use instead of the recipe's; without a recipe, None means every usable tool.
        split: split of every task.
        seed: of the run.
        overrides: `a.b=c` words, applied before the names of the tools are looked up in `files`.
        files: tools of --from.

    Raises:
        VistaError: neither a recipe nor both task and policy were given, or the recipe is wrong.
    """
    from vista_core.errors import VistaError
    from vista_trainers.recipe import Recipe, load_recipe

    quiet_libraries()

    if config is None:
        if task is None or policy is None:
            raise VistaError("Give a recipe, or both --task and --policy. `vista tasks` lists the tasks.")
        data: dict[str, Any] = {"tasks": [{"use": task}], "policy": {"use": policy}, "tools": usable_tools(tools)}
        data["allow_duplicates"] = tools is None  # every usable tool: some are views of one engine
    else:
        data = load_recipe(config).dump()
        if task is not None:
            data["tasks"] = [{"use": task}]
        if policy is not None:
            data["policy"] = {"use": policy}
        if tools is not None:
            data["tools"] = usable_tools(tools)
    if split is not None:
        data["tasks"] = [{**entry, "split": split} for entry in data["tasks"]]
    if seed is not None:
        data["seed"] = seed
    recipe = Recipe.model_validate(data).with_overrides(overrides)
    return with_files(recipe, files, all_of_them=config is None and tools is None) if files else recipe


def with_files(recipe: Any, files: FileTools, *, all_of_them: bool = False) -> Any:
    """Return a recipe that has tools of files under their names; see `FileTools.entries`."""
    files.tell()
    data = recipe.dump()
    data["tools"] = files.entries(data["tools"], all_of_them=all_of_them)
    return type(recipe).model_validate(data)


def usable_tools(wanted: str | None) -> list[str]:
    """Return the tools that a comma-separated wish means; every usable one when the wish is None.

    Args:
        wanted: names with commas, '' for none, None for all that metadata says can work.
    """
    if wanted is not None:
        return [word for word in (part.strip() for part in wanted.split(",")) if word]
    from vista_core import ToolUnavailable, available, tool_spec

    from .plugins import USABLE

    names = []
    for row in available("tool"):
        if row.status not in USABLE:
            continue
        try:
            tool_spec(row.full_name)
        except ToolUnavailable as error:
            hint(f"Without {row.name}: {error}")
            continue
        names.append(row.name)
    return names


def free_folder(wanted: Path) -> Path:
    """Return `wanted`, or `wanted-2`, `wanted-3`, … when something is in it: no run overwrites another."""
    folder, number = wanted, 1
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder


def fresh_folder(folder: Path) -> None:
    """Refuse a folder that already holds a log, so that two runs are never mixed in one file.

    Raises:
        VistaError: it does.
    """
    from vista_core.errors import VistaError

    if (folder / "trajectories.jsonl").exists():
        raise VistaError(f"{folder} already holds trajectories. Give another folder with --out, or move that one away.")


class counter:
    """A progress bar on stderr that counts calls of `tick`; silent when quiet or when nobody watches."""

    def __init__(self, total: int, label: str, *, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, disable=quiet or not console.is_terminal, transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(label, total=total)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda *_: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
