"""`vista replay PATH`: run the tool calls of a log again and compare what comes back."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import fail, hint, print_json, print_table, say

app = typer.Typer(add_completion=False)

SHOWN = 10


@app.command()
def replay(
    path: Annotated[Path, typer.Argument(help="A trajectories.jsonl, or the folder of a run that holds one.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many trajectories.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Run the tool calls of a log again, through the same tools, and compare what comes back.

    Refuses, and says what differs, where the tools are not the ones in the log's run.lock.json. Exits with 1 when it
    refuses, or when an observation differs.
    """
    from vista_core.errors import VistaError
    from vista_trainers.replay import ReplayRefused
    from vista_trainers.replay import replay as run_again

    from .rollout import counter
    from .view import find_log

    log = find_log(path)
    with log.open("rb") as lines:
        total = sum(1 for _ in lines)
    try:
        with counter(min(total, limit or total), "replaying", quiet=as_json) as tick:
            report = run_again(log, limit=limit, on_done=tick)
    except ReplayRefused as refusal:
        if as_json:
            print_json({"refused": refusal.differences})
        raise
    if as_json:
        print_json(report)
    else:
        show(report)
    different, lost = len(report.differences), len(report.not_replayed)
    if different or lost:
        raise VistaError(
            f"{different} of {report.trajectories} trajectories came out otherwise, and {lost} could not be replayed."
        )


def show(report: Any) -> None:
    """Print a ReplayReport."""
    if report.differences:
        rows = [
            (one.key, one.turn, one.tool, one.what, short(one.logged), short(one.replayed))
            for one in report.differences[:SHOWN]
        ]
        print_table(("sample", "turn", "tool", "what", "logged", "replayed"), rows)
    for tool in sorted({one.tool for one in report.differences if not one.deterministic}):
        say(f"{tool}: its backend promises no equal results.")
    for trajectory, why in list(report.not_replayed.items())[:SHOWN]:
        fail(f"Trajectory {trajectory} was not replayed: {why}")
    say(f"{report.trajectories} trajectories, {report.calls} calls: {report.same} gave the same observation.")
    if not report.locked:
        hint("There is no run.lock.json beside the log, so the tools ran with their default settings.")


def short(value: Any) -> str:
    """Return a value as one line that fits a table."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
