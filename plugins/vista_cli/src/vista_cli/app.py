"""The command group. A sub-command's module is imported only when that sub-command runs: `vista --help` stays fast."""

import importlib
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from .output import explain, fail


class Entry(NamedTuple):
    """One sub-command: its module in `vista_cli.commands`, its section of the help and its line there."""

    module: str
    section: str
    help: str


COMMANDS: dict[str, Entry] = {
    "demo": Entry("demo", "Start here", "Watch GRPO teach a tiny policy to use its tools; ends with a report."),
    "play": Entry("play", "Start here", "Be the agent yourself, in a task's environment."),
    "tools": Entry("tools", "Look", "List the tools, or show one: arguments, backends, where it comes from."),
    "tasks": Entry("tasks", "Look", "List the tasks, or show one with a sample."),
    "plugins": Entry("plugins", "Look", "List every plugin and what is wrong with it; --check imports each."),
    "doctor": Entry("doctor", "Look", "Can this recipe run here? Everything it needs, with a remedy for each lack."),
    "info": Entry("info", "Look", "Versions and machine, for a bug report."),
    "tool": Entry("tool", "Run", "Call a tool on an image: vista tool call NAME --image P --arg k=v."),
    "rollout": Entry("rollout", "Run", "Roll a policy out in a task and keep the trajectories."),
    "replay": Entry("replay", "Run", "Run a log's tool calls again and compare what comes back."),
    "view": Entry("view", "Run", "Turn trajectories into one self-contained HTML page."),
    "serve": Entry("serve", "Run", "Offer tools to other programs: vista serve --mcp [--http] --tools a,b."),
    "train": Entry("train", "Run", "Train by a recipe: accelerate launch -m vista_trainers CONFIG."),
    "eval": Entry("eval", "Run", "Evaluate a policy on held-out samples, with and without tools."),
    "new": Entry("new", "Write", "Write a package with a tool, task or reward of your own."),
}


class LazyGroup(TyperGroup):
    """A group that knows its commands' names and help by heart and imports a command when it is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Swap the stub for the real command, then resolve as usual (unknown names get the nearest ones)."""
        if args and args[0] in COMMANDS:
            module = importlib.import_module(f"vista_cli.commands.{COMMANDS[args[0]].module}")
            real = typer.main.get_command(module.app)
            real.name = args[0]
            self.commands[args[0]] = real
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a user's error becomes one sentence on stderr and exit code 1, never a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            leaving = hasattr(error, "exit_code") or isinstance(error, typer.Abort)  # typer's own: usage errors, exits
            sentence = None if leaving else explain(error)
            if sentence is None:
                raise
            fail(sentence)
            raise typer.Exit(1) from None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help in sections. Plain on purpose: rich's help renderer alone costs half of the 0.3 s budget."""
        width = max(map(len, COMMANDS)) + 2
        lines = [
            typer.style("vista", bold=True) + "  train vision-language models that think with tools",
            "",
            "Usage: vista [--version] COMMAND [ARGUMENTS]",
        ]
        for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
            lines += ["", typer.style(section, bold=True)]
            for name, entry in COMMANDS.items():
                if entry.section == section:
                    lines.append("  " + typer.style(name.ljust(width), fg="cyan") + entry.help)
        lines += ["", "`vista COMMAND --help` tells more about one. New here? Try `vista demo`, then `vista tools`."]
        formatter.write("\n".join(lines) + "\n")


app = typer.Typer(
    cls=LazyGroup, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=True
)


def _version(value: bool) -> None:
    if value:
        from . import __version__

        typer.echo(f"vista {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Train vision-language models that think with tools."""


def _register_stubs() -> None:
    for name, entry in COMMANDS.items():

        def stub() -> None:
            """Replaced by the real command before it can run."""

        app.command(name, help=entry.help)(stub)


_register_stubs()


def command() -> Any:
    """Return the click command of the whole program (`.main(args=..., prog_name="vista")` runs it)."""
    return typer.main.get_command(app)
