"""`vista doctor RECIPE`: can this recipe run here, and if not, what to do."""

from typing import Annotated

import typer

from ..output import hint, print_json, print_table, say, status_text

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    recipe: Annotated[str, typer.Argument(help="A recipe: a YAML file, or the name of a shipped one.")],
    overrides: Annotated[list[str] | None, typer.Argument(help="Changes to it as a.b=c.")] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds that the imports of one distribution may take.")
    ] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at everything that a recipe needs: plugins, backends, data, packages. Exits with 1 when one is not ok.

    Plugins are imported in child processes with a time limit; models are not loaded, and nothing is downloaded.
    """
    from vista_trainers.recipe import load_recipe

    from ..doctor import examine

    findings = examine(load_recipe(recipe, overrides or ()), timeout_s=timeout)
    bad = [finding for finding in findings if finding.status != "ok"]
    failed = any(finding.needed for finding in bad)
    if as_json:
        print_json({"recipe": recipe, "ok": not failed, "findings": findings})
    else:
        rows = [(one.what, one.name, status_text(one.status), one.detail) for one in findings]
        print_table(("what", "name", "status", "found"), rows)
        for one in bad:
            aside = "" if one.needed else " (the recipe does not need it)"
            say(f"{one.what} {one.name}: {one.problem.rstrip('.')}{aside}. Remedy: {one.remedy.rstrip('.')}.")
        if not failed:
            hint(f"This recipe can run here: vista train {recipe}, or vista eval {recipe}")
    if failed:
        raise typer.Exit(1)
