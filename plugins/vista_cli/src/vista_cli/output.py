"""What the commands share in speaking to a person or a program: sentences, tables, JSON, errors."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import typer

# What a tool, a plugin or a model could use to move the cursor or recolour the terminal; tab and newline stay.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

BROUGHT_BY = {
    "vista_trainers": "vista-trainers",
    "vista_demo_policy": "vista-demo-policy",
    "vista_serve": "vista-serve",
}
STATUS_STYLE = {"ok": "green", "found": "green", "disabled": "yellow", "prints": "yellow"}


def plain(text: object) -> str:
    """Return `text` as a terminal may show it: escape sequences and other control characters become visible dots."""
    return _CONTROL.sub("·", str(text))


def say(text: object = "", *, error: bool = False) -> None:
    """Print one line, cleaned of control characters, to stdout (or stderr)."""
    typer.echo(plain(text), err=error)


def hint(text: str) -> None:
    """Say what to do next, dimmed, on stderr: a pipe that reads stdout does not see it."""
    typer.secho(plain(text), err=True, dim=True)


def fail(sentence: str) -> None:
    """Print an error sentence to stderr. The caller leaves with a non-zero exit code."""
    typer.secho("Error: ", err=True, fg="red", bold=True, nl=False)
    typer.echo(plain(sentence), err=True)


def print_json(value: Any) -> None:
    """Print a JSON document to stdout. pydantic models are dumped; non-ASCII stays as it is."""
    typer.echo(json.dumps(jsonable(value), indent=2, ensure_ascii=False, default=str))


def jsonable(value: Any) -> Any:
    """Turn pydantic models, named tuples and paths, at any depth, into what JSON has."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return value


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table with rich. Cells are plain text: markup in a plugin's name stays literal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        *columns, title=title, box=box.SIMPLE_HEAD, show_edge=False, title_justify="left", header_style="bold"
    )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(plain(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def status_text(status: str) -> Any:
    """Return a status word in its colour (green: usable; yellow: switched off; red: anything else) as rich Text."""
    from rich.text import Text

    return Text(plain(status), style=STATUS_STYLE.get(status, "red"))


def quiet_libraries() -> None:
    """Keep the progress bars of libraries (weights loading, …) off the terminal: a command shows one of its own."""
    os.environ.setdefault("TQDM_DISABLE", "1")


def explain(error: BaseException) -> str | None:
    """Return the sentence for an error that the user can act on; None for a defect, which keeps its traceback."""
    from vista_core.errors import VistaError

    if isinstance(error, VistaError):
        return str(error)
    if isinstance(error, ModuleNotFoundError) and error.name in BROUGHT_BY:
        package = BROUGHT_BY[error.name]
        return f"This command needs {package}, which is not installed: pip install {package}."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"There is no file {error.filename!s}. Check the path."
    if isinstance(error, IsADirectoryError) and error.filename:
        return f"{error.filename!s} is a folder, and a file is needed here."
    if isinstance(error, PermissionError) and error.filename:
        return f"The system does not allow access to {error.filename!s}. Check its permissions."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename!s} cannot be used: {error.strerror}."
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the value"
        return f"{getattr(error, 'title', 'The input')}: {where}: {first['msg']}."
    return None
