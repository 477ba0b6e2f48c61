"""`vista tasks [NAME]`: the list from metadata, or one task with a sample."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import hint, print_json, print_table, say

app = typer.Typer(add_completion=False)


@app.command()
def tasks(
    name: Annotated[str | None, typer.Argument(help="Show this one, with a sample.")] = None,
    split: Annotated[str | None, typer.Option(help="Split of the sample; the task's first when not given.")] = None,
    index: Annotated[int, typer.Option(min=0, help="Which sample.")] = 0,
    config: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of the task as k=v, such as level=2.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Folder to write the sample's pictures to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the tasks, or show one: its splits, sizes, licence and a sample as an agent sees it."""
    if name is None:
        from .plugins import list_rows, print_rows

        rows = list_rows(["task"])
        if as_json:
            print_json(rows)
            return
        print_rows(rows, with_kind=False)
        hint("`vista tasks NAME` shows a sample; `vista play NAME` lets you answer one.")
        return
    task, chosen = open_task(name, config or (), split)
    sample = task.sample(chosen, check_index(task, chosen, index))
    facts: dict[str, Any] = {
        "name": task.name,
        "licence": task.licence,
        "splits": {each: task.size(each) for each in task.splits},
        "sample": {
            "split": chosen, "key": sample.key, "question": sample.question, "choices": sample.choices,
            "answer_format": sample.answer_format,
            "images": [{"id": picture.id, "size": list(picture.size)} for picture in sample.images],
        },
    }  # fmt: skip
    if save is not None:
        from .tool import save_pictures

        facts["saved"] = [str(path) for path in save_pictures(sample.images, save)]
    if as_json:
        print_json(facts)
        return
    say(f"{task.name}  (licence {task.licence})")
    print_table(("split", "samples"), facts["splits"].items())
    say(f"sample {sample.key} of {chosen}: {sample.question}")
    if sample.choices:
        say("choices: " + " | ".join(sample.choices))
    for picture in sample.images:
        say(f"picture {picture.id[:12]}, {picture.size[0]} x {picture.size[1]} pixels")
    for path in facts.get("saved", ()):
        say(path)
    hint(f"Answer it yourself: vista play {name} --split {chosen} --index {index}")


def open_task(name: str, settings: Any, split: str | None) -> tuple[Any, str]:
    """Load a task with its settings and settle on a split.

    Args:
        name: of the task.
        settings: `k=v` words for the task's Config.
        split: a split of it; the first when None.

    Raises:
        VistaError: unknown task, bad setting, or a split that it does not have.
    """
    from vista_core import load
    from vista_core.errors import VistaError

    from .tool import parse_pairs

    task = load("task", name, **parse_pairs(settings, {}))
    chosen = split or task.splits[0]
    if chosen not in task.splits:
        raise VistaError(f"The task {name!r} has no split {chosen!r}. It has {', '.join(task.splits)}.")
    return task, chosen


def check_index(task: Any, split: str, index: int) -> int:
    """Return `index` if the split has so many samples.

    Raises:
        VistaError: it has fewer.
    """
    from vista_core.errors import VistaError

    size = task.size(split)
    if index >= size:
        raise VistaError(
            f"The split {split!r} of {task.name!r} has {size} samples, so the index is at most {size - 1}."
        )
    return index
