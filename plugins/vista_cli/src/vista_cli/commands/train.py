"""`vista train CONFIG`: the trainers under `accelerate launch`."""

import json
import shlex
import subprocess
from typing import Annotated

import typer

from ..from_files import FileTools, FromOption
from ..output import fail, hint, say

app = typer.Typer(add_completion=False)


@app.command()
def train(
    config: Annotated[
        str, typer.Argument(help="A recipe: a YAML file, or the name of a shipped one such as tiny.yaml.")
    ],
    overrides: Annotated[list[str] | None, typer.Argument(help="Changes to it as a.b=c.")] = None,
    launch: Annotated[
        str, typer.Option(help='Options for accelerate, in quotes: "--num_processes 8 --config_file fsdp.yaml".')
    ] = "",
    from_: FromOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check the recipe, print the command, and start nothing.")
    ] = False,
) -> None:
    """Train by a recipe: `accelerate launch LAUNCH -m vista_trainers CONFIG OVERRIDES`, under one name.

    The recipe is checked first, so a wrong key is told at once and not after the models are loaded.

    Tools of --from become part of the recipe, by the file's path: every process loads them from there.
    """
    from vista_trainers.recipe import load_recipe

    from ..launch import environment, train_command

    recipe = load_recipe(config, overrides or ())
    recipe.check_plugins()
    changes = list(overrides or ())
    if from_:
        from .rollout import with_files

        recipe = with_files(recipe, FileTools(from_))
        changes.append("tools=" + json.dumps(recipe.dump()["tools"], ensure_ascii=False))
    command = train_command(config, changes, shlex.split(launch))
    if dry_run:
        say(shlex.join(command))
        hint(f"The run would write to {recipe.output}.")
        return
    code = subprocess.run(command, env=environment(), check=False).returncode
    if code:
        fail(f"Training ended with exit code {code}; what it printed above says why.")
        raise typer.Exit(1)
    hint(f"The run is in {recipe.output}. Look at it: vista view {recipe.output}")
