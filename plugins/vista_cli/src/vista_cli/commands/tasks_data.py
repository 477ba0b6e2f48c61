"""What `vista tasks NAME` says of a data set: its card, whether a copy is whole, and how to get one."""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ..output import hint, print_json, print_table, say


def card_of(task: Any) -> dict[str, Any] | None:
    """Return what a task says of its data set; None for a task that is over none."""
    return dict(task.describe()) if hasattr(task, "describe") and hasattr(task, "card") else None


def warn_of_licence(task: Any) -> None:
    """Tell, on stderr, when a task's data may not be used commercially."""
    card = card_of(task)
    if card and card.get("non_commercial"):
        hint(f"The data of {task.name} ({task.licence}) forbid commercial use, also of what is trained on them.")


def print_card(task: Any, card: dict[str, Any]) -> None:
    """Print what a user should know of a data set."""
    about = inspect.cleandoc(type(task).__doc__ or "").split("\n\nExample:")[0]
    say(f"{task.name}: {about}")
    say()
    held = "; held out: evaluation only" if card.get("held_out") else ""
    say(f"licence: {card['licence']}{' (NON-COMMERCIAL)' if card['non_commercial'] else ''}{held}")
    say(f"source: {card['source']}")
    say(f"cite: {card['citation']}")
    say(f"expected below the root: {card['tree']}")
    print_table(("split", "problems of the release"), [(s, card["sizes"].get(s, "–")) for s in card["splits"]])
    print_table(("field", "what it holds"), card["fields"].items())
    if card["notes"]:
        say(f"note: {card['notes']}")
    if card["repository"]:
        say(f"fetch: vista tasks {task.name} --fetch FOLDER takes {card['repository']} from the Hugging Face hub")
    if card["manual"]:
        say(f"by hand: {card['manual']}")
    warn_of_licence(task)


def check_copy(name: str, root: Path, settings: Sequence[str], *, as_json: bool) -> None:
    """Check a copy of a task's data and print a report; leave with 1 when something is wrong.

    Args:
        name: of the task.
        root: the copy.
        settings: `k=v` words for the task's Config.
        as_json: print JSON.

    Raises:
        VistaError: unknown task, or no copy of its data at all.
    """
    from .tasks import load_task

    task = load_task(name, settings)
    if not hasattr(task, "report"):
        problems = task.check(root)
        report: dict[str, Any] = {"problems": problems}
    else:
        report = dict(task.report(root))
        problems = report["problems"]
    expected = (card_of(task) or {}).get("sizes", {})
    if as_json:
        print_json({"name": task.name, "root": str(root), "expected": expected, **report})
    else:
        _print_report(report, expected)
        warn_of_licence(task)
    if problems:
        raise typer.Exit(1)


def _print_report(report: dict[str, Any], expected: dict[str, int]) -> None:
    counts = report.get("counts", {})
    if counts:
        say(f"layout: {report.get('layout', '')}")
        rows = [(split, count, expected.get(split, "–")) for split, count in counts.items()]
        print_table(("split", "problems here", "in the release"), rows)
        kinds = ("missing_pictures", "duplicate_ids", "outside_vocabulary", "malformed")
        print_table(("what is amiss", "rows"), [(kind.replace("_", " "), report.get(kind, 0)) for kind in kinds])
    for problem in report["problems"]:
        say(problem)
    if not report["problems"]:
        say("Nothing is amiss.")


def fetch_copy(name: str, root: Path, *, as_json: bool) -> None:
    """Fetch a task's data into a folder and tell what is left to do by hand.

    Args:
        name: of the task.
        root: the folder; it is made when needed.
        as_json: print JSON.

    Raises:
        VistaError: unknown task, one without data, or a release that a program may not take; says what to do.
    """
    from vista_core.errors import VistaError

    from .tasks import load_task

    task = load_task(name, ())
    if not hasattr(task, "fetch"):
        raise VistaError(f"The task {name!r} needs no data.")
    warn_of_licence(task)
    try:
        said = task.fetch(root)
    except VistaError:
        raise
    except Exception as error:  # whatever the hub's client raises: no network, no such revision, no space
        text = str(error).strip().splitlines() or [""]
        manual = card_of(task) or {}
        raise VistaError(
            f"Fetching {manual.get('repository', name)} failed: {type(error).__name__}: {text[0][:200]}. "
            f"{manual.get('manual') or 'Try again, or download it by hand: ' + manual.get('source', '')}"
        ) from error
    if as_json:
        print_json({"name": task.name, "root": str(root), "said": said})
        return
    say(said)
    hint(f"Check it: vista tasks {name} --check {root}")
