"""`vista new tool|task|reward NAME`: a package of one's own that works as it is written."""

import os
import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..output import hint, say

app = typer.Typer(add_completion=False)


class Kind(StrEnum):
    """What can be made."""

    tool = "tool"
    task = "task"
    reward = "reward"


LOOK = {"tool": "vista tools {}", "task": "vista tasks {}", "reward": "vista plugins --kind reward"}


@app.command()
def new(
    kind: Annotated[Kind, typer.Argument(metavar="tool|task|reward", help="What to make.")],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name in snake_case; the package is then vista-tools-NAME.")
    ],
    into: Annotated[Path, typer.Option(file_okay=False, help="The folder that gets the package's folder.")] = Path("."),
) -> None:
    """Write a package with a new tool, task or reward: it installs, passes its own tests, and is found.

    Nothing is ever overwritten. Example: vista new tool count_dark
    """
    from ..scaffold import write_package

    written = write_package(kind.value, name, into)
    for file in written.files:
        say(os.path.join(written.folder, file))
    hint(f"This is {written.distribution}. What to do next:")
    for line in (
        f"cd {shlex.quote(str(written.folder))}",
        'pip install -e ".[test]"',
        "pytest",
        LOOK[kind.value].format(name),
    ):
        hint(f"  {line}")
    hint(f"It works as it is. Now make it yours, in {written.source}.")
