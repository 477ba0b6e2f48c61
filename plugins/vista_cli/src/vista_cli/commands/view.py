"""`vista view PATH`: trajectories as one self-contained HTML page."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import fail, hint, print_json, say

app = typer.Typer(add_completion=False)


@app.command()
def view(
    path: Annotated[Path, typer.Argument(help="A trajectories.jsonl, or the folder that holds one.")],
    out: Annotated[Path | None, typer.Option(help="The HTML file to write; beside the log when not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many trajectories on the page.")] = 200,
    only: Annotated[
        str | None, typer.Option(help="Only those that ended so: right, wrong, truncated, faulted.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Turn trajectories into one self-contained HTML page.

    The page loads nothing: pictures and styles are inside it, and whatever a model or a tool wrote is shown as text.
    """
    from ..report import trajectories_page
    from ..report.view import verdict

    source = find_log(path)
    read, problems = read_log(source)
    kept = [trajectory for trajectory in read if only is None or verdict(trajectory) == only]
    if not kept:
        ending = f" that ended {only}" if only and read else ""
        fail(f"{source} holds no trajectory{ending}. " + (" ".join(problems) or "Write some with `vista rollout`."))
        raise typer.Exit(1)
    target = out or source.with_suffix(".html")
    page = trajectories_page(
        kept[:limit],
        image_lookup(source.parent),
        title=source.parent.name or "trajectories",
        left_out=max(0, len(kept) - limit),
        problems=problems,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    if as_json:
        print_json({"page": str(target), "shown": min(len(kept), limit), "read": len(read), "problems": problems})
    else:
        say(f"{target}: {min(len(kept), limit)} of {len(read)} trajectories, {target.stat().st_size / 1e6:.1f} MB")
        for problem in problems:
            hint(problem)
    if open_:
        typer.launch(target.resolve().as_uri())


def find_log(path: Path) -> Path:
    """Return the trajectories.jsonl that `path` is or holds (at any depth, when there is exactly one).

    Raises:
        VistaError: there is none, or there are several.
    """
    from vista_core.errors import VistaError

    if not path.exists():
        raise VistaError(f"There is no {path}. Give a trajectories.jsonl or the folder of a run.")
    if path.is_file():
        return path
    direct = path / "trajectories.jsonl"
    found = [direct] if direct.exists() else sorted(path.rglob("trajectories.jsonl"))
    if len(found) == 1:
        return found[0]
    if not found:
        raise VistaError(f"{path} holds no trajectories.jsonl. `vista rollout --out {path}` writes one.")
    listed = ", ".join(str(item.parent) for item in found[:6])
    raise VistaError(f"{path} holds {len(found)} logs; give one of them: {listed}.")


def read_log(source: Path) -> tuple[list[Any], list[str]]:
    """Read a whole log. Returns (trajectories, sentences about lines that could not be read)."""
    import warnings

    from vista_core import read_trajectories

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trajectories = list(read_trajectories(source))
    return trajectories, [str(item.message) for item in caught]


def image_lookup(folder: Path) -> Any:
    """Return a function from an image id to the Image that the log's folder holds, or None where it holds none."""
    from vista_core import ImageStore

    store = ImageStore(folder / "images")

    def look(image_id: str) -> Any:
        try:
            return store.get(image_id)
        except (KeyError, OSError, ValueError):
            return None

    return look
