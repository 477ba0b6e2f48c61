"""`vista tasks [NAME]`: the list from metadata, or one task with its data set's card, a check, a fetch, or a sample."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import hint, print_json, print_table, say

app = typer.Typer(add_completion=False)


@app.command()
def tasks(
    name: Annotated[str | None, typer.Argument(help="Show this one, with a sample; or the word overlap.")] = None,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="ROOT", help="After overlap: folders with data, each named after its task."),
    ] = None,
    split: Annotated[str | None, typer.Option(help="Split of the sample; the task's first when not given.")] = None,
    index: Annotated[int, typer.Option(min=0, help="Which sample.")] = 0,
    config: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of the task as k=v, such as level=2.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Folder to write the sample's pictures to.")] = None,
    check: Annotated[
        Path | None,
        typer.Option(help="A copy of the task's data: count rows, look for pictures, ids and answers that are wrong."),
    ] = None,
    fetch: Annotated[
        Path | None, typer.Option(help="Folder to fetch the task's data into, where its release allows it.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="With overlap: look at so many samples of a split.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the tasks, or show one: its data, splits, sizes, licence and a sample as an agent sees it.

    Example: vista tasks chartqa; vista tasks chartqa --fetch data/chartqa; vista tasks chartqa --check data/chartqa;
    vista tasks chartqa --set root=data/chartqa; vista tasks overlap data/chartqa data/plotqa
    """
    if name == "overlap":
        from .tasks_overlap import overlap

        overlap(folders or [], limit=limit, as_json=as_json)
        return
    if folders:
        from vista_core.errors import VistaError

        raise VistaError(f"`vista tasks` shows one task; after {name!r} came {str(folders[0])!r}.")
    if name is None:
        _list(as_json)
    elif check is not None or fetch is not None:
        from .tasks_data import check_copy, fetch_copy

        if fetch is not None:
            fetch_copy(name, fetch, as_json=as_json and check is None)
        if check is not None:
            check_copy(name, check, config or (), as_json=as_json)
    else:
        _show(name, split, index, config or (), save, as_json)


def _list(as_json: bool) -> None:
    from .plugins import list_rows, print_rows

    rows = list_rows(["task"])
    if as_json:
        print_json(rows)
        return
    print_rows(rows, with_kind=False)
    hint("`vista tasks NAME` shows a sample, or what data a task needs; `vista play NAME` lets you answer one.")


def _show(name: str, split: str | None, index: int, config: Any, save: Path | None, as_json: bool) -> None:
    """One task: its card where it is over a data set, and a sample where its data are there."""
    from .tasks_data import card_of, print_card

    task = load_task(name, config)
    card = card_of(task)
    if card is not None and task.config.root is None:
        if as_json:
            print_json(card)
            return
        print_card(task, card)
        hint(f"With its data: vista tasks {name} --set root=FOLDER, or --check FOLDER.")
        return
    chosen = settle(task, name, split)
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
    if card is not None:
        facts["card"] = card
    if save is not None:
        from .tool import save_pictures

        facts["saved"] = [str(path) for path in save_pictures(sample.images, save)]
    if as_json:
        print_json(facts)
        return
    if card is None:
        say(f"{task.name}  (licence {task.licence})")
    else:
        print_card(task, card)
    print_table(("split", "samples"), facts["splits"].items())
    say(f"sample {sample.key} of {chosen}: {sample.question}")
    if sample.choices:
        say("choices: " + " | ".join(sample.choices))
    for picture in sample.images:
        say(f"picture {picture.id[:12]}, {picture.size[0]} x {picture.size[1]} pixels")
    for path in facts.get("saved", ()):
        say(path)
    hint(f"Answer it yourself: vista play {name} --split {chosen} --index {index}")


def load_task(name: str, settings: Any) -> Any:
    """Load a task with its settings.

    Args:
        name: of the task.
        settings: `k=v` words for the task's Config.

    Raises:
        VistaError: unknown task or bad setting.
    """
    from vista_core import load

    from .tool import parse_pairs

    return load("task", name, **parse_pairs(settings, {}))


def open_task(name: str, settings: Any, split: str | None) -> tuple[Any, str]:
    """Load a task with its settings and settle on a split.

    Args:
        name: of the task.
        settings: `k=v` words for the task's Config.
        split: a split of it; the first when None.

    Raises:
        VistaError: unknown task, bad setting, or a split that it does not have.
    """
    task = load_task(name, settings)
    return task, settle(task, name, split)


def settle(task: Any, name: str, split: str | None) -> str:
    """Return a split of a task; the first when None.

    Raises:
        VistaError: it has no such split.
    """
    from vista_core.errors import VistaError

    chosen = split or task.splits[0]
    if chosen not in task.splits:
        raise VistaError(f"The task {name!r} has no split {chosen!r}. It has {', '.join(task.splits)}.")
    return str(chosen)


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
