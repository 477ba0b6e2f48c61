"""`vista plugins`: every plugin of every kind, what is wrong with it, and what to do."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..from_files import short_version
from ..output import hint, print_json, print_table, say, status_text

if TYPE_CHECKING:
    from vista_core import PluginRow

app = typer.Typer(add_completion=False)

KINDS = ("tool", "task", "reward", "policy", "executor", "hook")
USABLE = ("found", "ok", "prints")


@app.command()
def plugins(
    check: Annotated[
        bool, typer.Option("--check", help="Import each one, in a child process with a time limit.")
    ] = False,
    kind: Annotated[str | None, typer.Option(help="Only this kind: " + ", ".join(KINDS) + ".")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="With --check: seconds that the imports of one distribution may take.")
    ] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every plugin and what is wrong with it. Exits with 1 when --check finds one that does not import."""
    from vista_core.errors import VistaError

    if kind is not None and kind not in KINDS:
        raise VistaError(f"There is no kind {kind!r} of plugin. The kinds are {', '.join(KINDS)}.")
    rows = list_rows([kind] if kind else KINDS, check=check, timeout_s=timeout)
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, with_kind=True)
        if not check:
            hint("This was read from metadata. `vista plugins --check` imports each one and says how long that takes.")
    if check and any(row.status not in (*USABLE, "disabled") for row in rows):
        raise typer.Exit(1)


class Listed(NamedTuple):
    """A plugin as it is listed.

    Attributes:
        kind: tool, task, reward, policy, executor or hook.
        name: its name.
        provides: both, as the table shows it.
        distribution: what gives it.
        version: of the distribution.
        entry_point: `module:object`.
        status: from metadata, or with --check from its import.
        problem: what is wrong.
        remedy: what to do about it.
        load_time_s: seconds of its import, where it was imported.
    """

    kind: str
    name: str
    provides: str
    distribution: str
    version: str
    entry_point: str
    status: str
    problem: str
    remedy: str
    load_time_s: float | None = None


def list_rows(
    kinds: Sequence[str], *, check: bool = False, timeout_s: float = 30.0, extra: Iterable["PluginRow"] = ()
) -> list[Listed]:
    """Return the plugins of these kinds, sorted; with `check`, after importing each in a child process.

    `extra` are plugins that are not installed, such as those of a file; they come first.
    """
    from vista_core import available

    rows = [*extra, *(row for kind in kinds for row in available(kind))]
    if not check:
        return [_listed(row, row.status, row.problem, row.remedy) for row in rows]
    from ..check import check as import_each

    return [
        _listed(found.row, found.status, found.problem, found.remedy, found.seconds)
        for found in import_each(rows, timeout_s=timeout_s)
    ]


def _listed(row: "PluginRow", status: str, problem: str, remedy: str, seconds: float | None = None) -> Listed:
    provides = f"{row.kind} {row.name}"
    return Listed(
        row.kind, row.name, provides, row.distribution, row.version, row.target, status, problem, remedy, seconds
    )


def print_rows(rows: Sequence[Listed], *, with_kind: bool) -> None:
    """Print plugins as a table, and under it a line for each that has a problem, with its remedy."""
    if not rows:
        say("None is installed. `pip install vista-gym` brings the first ones.")
        return
    cells: dict[str, list[object]] = {
        "provides" if with_kind else "name": [row.provides if with_kind else row.name for row in rows],
        "distribution": [row.distribution for row in rows],
        "version": [short_version(row.version) for row in rows],
    }
    if with_kind:
        cells["entry point"] = [row.entry_point for row in rows]
    cells["status"] = [status_text(row.status) for row in rows]
    if any(row.load_time_s is not None for row in rows):
        cells["load time"] = ["" if row.load_time_s is None else f"{row.load_time_s:.2f} s" for row in rows]
    print_table(list(cells), zip(*cells.values(), strict=True))
    for row in rows:
        if row.problem:
            remedy = f" Remedy: {row.remedy.rstrip('.')}." if row.remedy else ""
            where = "" if f"`{row.name}`" in row.problem else f"{row.name} ({row.distribution} {row.version}): "
            say(f"{where}{row.problem.rstrip('.')}.{remedy}")
