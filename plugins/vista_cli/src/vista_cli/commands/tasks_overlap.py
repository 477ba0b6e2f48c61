"""`vista tasks overlap ROOT...`: pictures and questions that training data share with what is evaluated on."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer

from ..output import hint, print_json, print_table, say


def overlap(roots: Sequence[Path], *, limit: int | None = None, as_json: bool = False) -> None:
    """Compare data sets with each other and print what they share; leave with 1 when they share something.

    The training splits of all that may be trained on are compared with every split that is evaluated on.

    Args:
        roots: folders with data, each named after its task or written `task=folder`; or folders that hold such folders.
        limit: look at so many samples of each split, evenly spaced; None for all.
        as_json: print JSON.

    Raises:
        VistaError: no training split and something to compare it with, an unknown task, or no data.
    """
    from vista_core.errors import VistaError
    from vista_trainers.overlap import compare, look

    tasks = open_sets(roots)
    train = [(task, split) for task in tasks for split in task.splits if split.startswith("train")]
    rest = [(task, split) for task in tasks for split in task.splits if not split.startswith("train")]
    if not train or not rest:
        raise VistaError("Give at least one data set with a training split, and one that is evaluated on.")
    ours, others = look(problems(train, limit)), look(problems(rest, limit))
    pairs = compare(ours, others)
    if as_json:
        print_json({"pairs": pairs, "training": len(ours.places), "others": len(others.places)})
    else:
        if pairs:
            print_table(("shared", "training", "with", "problems", "such as"), pairs)
        say(f"{len(ours.places)} training problems were compared with {len(others.places)} others.")
    if limit is not None:
        hint(f"Of each split at most {limit} were looked at.")
    if pairs:
        raise typer.Exit(1)


def open_sets(roots: Sequence[Path]) -> list[Any]:
    """Return the tasks over the data in some folders.

    Raises:
        VistaError: no folder, or one that belongs to no task.
    """
    from vista_core import available, load
    from vista_core.errors import VistaError

    known = {row.name for row in available("task")}
    wanted: list[tuple[str, Path]] = []
    for root in roots:
        name, sign, folder = str(root).partition("=")
        if sign:
            wanted.append((name, Path(folder)))
        elif root.name in known:
            wanted.append((root.name, root))
        elif inside := [path for path in sorted(root.glob("*/")) if path.name in known]:
            wanted += [(path.name, path) for path in inside]
        else:
            raise VistaError(f"{root} is named after no task, nor holds such a folder. Write task={root}.")
    if not wanted:
        raise VistaError("Give folders with data: vista tasks overlap data/chartqa data/plotqa")
    return [load("task", name, root=str(folder)) for name, folder in wanted]


def problems(parts: Iterable[tuple[Any, str]], limit: int | None) -> Iterator[tuple[str, Any]]:
    """Yield (task/split, sample) of the problems of some splits."""
    from vista_trainers.overlap import spread

    for task, split in parts:
        size = task.size(split)
        for index in spread(size, size if limit is None else limit):
            yield f"{task.name}/{split}", task.sample(split, index)
