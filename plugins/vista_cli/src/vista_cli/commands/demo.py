"""`vista demo`: GRPO teaches a tiny policy to use its tools, in minutes, and every figure is from that run."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import hint, print_json, print_table, say

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder of everything that is written.")] = Path("runs/demo"),
    items: Annotated[int, typer.Option(min=2, help="Held-out questions of each evaluation.")] = 300,
    recipe: Annotated[str, typer.Option(help="The GRPO recipe: a file, or a shipped one.")] = "tiny.yaml",
    overrides: Annotated[list[str] | None, typer.Option("--set", help="A change to the recipe as a.b=c.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as JSON at the end.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
) -> None:
    """Watch GRPO teach a tiny policy to use its tools.

    It evaluates the shipped, warmed-up policy on held-out questions, trains it with GRPO under accelerate, evaluates it
    again with and without its tools, and writes a report. No GPU, no download, a few minutes.
    """
    from rich.console import Console

    from ..demo import DemoOptions, run_demo
    from ..demo.result import verdict_sentence
    from ..demo.run import story
    from .rollout import free_folder

    folder = free_folder(out)
    console = Console(stderr=True)
    if not as_json:
        console.print(story(), markup=False, highlight=False)
    result = run_demo(DemoOptions(folder, recipe, items, tuple(overrides or ())), console)
    if as_json:
        print_json(result)
    else:
        show(result)
        say(verdict_sentence(result))
        say(f"report: {result['files']['report']}")
        hint("Next: open the report, be the agent yourself (vista play synthetic_chart), see the tools (vista tools).")
    if open_:
        typer.launch(Path(result["files"]["report"]).resolve().as_uri())


def show(result: dict[str, Any]) -> None:
    """Print the demo's two tables and the curve of the reward."""
    from ..demo.progress import reward_parts, sparkline
    from .eval import interval, share

    print_table(
        ("policy", "right", "95% interval", "well-formed", "right among these", "calls", "reward"),
        [
            (row["label"], share(row["accuracy"]), interval(row["interval"]), share(row["well_formed"]),
             share(row["accuracy_well_formed"]), f"{row['calls']:.2f}", f"{row['reward']:+.2f}")
            for row in result["table"]
        ],
    )  # fmt: skip
    print_table(
        ("kind", "n", "before", "after", "after, no tools"),
        [
            (k["kind"], k["n"], share(k["before"]), share(k["after"]), share(k["after_no_tools"]))
            for k in result["kinds"]
        ],
    )
    rows = result["metrics"]
    if not rows:
        return
    say(f"reward over {result['steps']} steps of GRPO")
    print_table(
        ("part", "first", "last", ""),
        [
            (name, f"{values[0]:+.2f}", f"{values[-1]:+.2f}", sparkline(values, 60, (0, 1)))
            for name, values in (
                ("reward", [row["reward"] for row in rows]),
                *((part, [reward_parts(row).get(part, 0.0) for row in rows]) for part in reward_parts(rows[0])),
            )
        ],
    )
