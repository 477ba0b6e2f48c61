"""`vista play TASK`: a person acts as the agent, with the tools, the budget and the score that a policy gets."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import hint, say

app = typer.Typer(add_completion=False)

HELP = """Type one of:
  answer TEXT            end the episode with this answer
  TOOL name=value …      call a tool; pictures are numbered from 0:  image_zoom_in bbox_2d=[0,0,80,60]
  think TEXT             what the next turn's <think> says
  <think>…</think>…      a whole turn, exactly as a policy would write it
  tools, tool NAME       what there is, and one tool's arguments
  image [N]              where picture N is saved
  help, quit"""


@app.command()
def play(
    name: Annotated[str, typer.Argument(metavar="TASK", help="A task's name.")],
    split: Annotated[str | None, typer.Option(help="Split; the task's first when not given.")] = None,
    index: Annotated[int, typer.Option(min=0, help="Which sample.")] = 0,
    tools: Annotated[
        str | None, typer.Option(help="Tools, with commas; every usable one when not given; '' for none.")
    ] = None,
    config: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of the task as k=v, such as level=2.")
    ] = None,
    turns: Annotated[int, typer.Option(min=1, help="How many turns there are, the answer's included.")] = 5,
    reward: Annotated[str, typer.Option(help="The reward to show at the end.")] = "vista",
    out: Annotated[
        Path | None, typer.Option(help="Folder for pictures and the log; a new temporary one when not given.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the picture with the system's viewer.")] = False,
) -> None:
    """Be the agent yourself: read the question, call tools, answer, and see the score.

    Lines are read from standard input, so a pipe plays too: echo "answer 47" | vista play synthetic_chart
    """
    import tempfile

    from vista_core import Episode, EpisodeConfig, build_toolset, finish, load, make_executor

    from .rollout import usable_tools
    from .tasks import check_index, open_task

    task, chosen = open_task(name, config or (), split)
    sample = task.sample(chosen, check_index(task, chosen, index))
    toolset = build_toolset(usable_tools(tools))
    rewarder = load("reward", reward)
    folder = out or Path(tempfile.mkdtemp(prefix="vista-play-"))
    episode = Episode(sample, toolset, EpisodeConfig(max_turns=turns), task=name, split=chosen)
    table = Table(sample, folder, {definition.name: definition.parameters for definition in toolset.definitions})
    table.show(sample, turns)
    if open_ and table.paths:
        typer.launch(str(table.paths[0]))
    executor = make_executor(toolset.specs)
    executor.start_sync()
    try:
        ended = _loop(episode, executor, table)
    finally:
        executor.close_sync()
    if not ended:
        hint("Left before the end: nothing was scored.")
        return
    trajectory = episode.trajectory
    finish(trajectory, task, rewarder)
    _verdict(trajectory, task.gold(sample.key))
    _keep(trajectory, episode, folder)


def _loop(episode: Any, executor: Any, table: "Table") -> bool:
    """Feed typed turns to the episode until it is done. Returns False when the person (or the pipe) left first."""
    from vista_core import Observation, ToolCall, VistaError

    from ..turns import understand

    thought = ""
    while True:
        line = table.ask()
        if line is None:
            return False
        try:
            typed = understand(line, thought, table.schemas)
        except VistaError as error:
            say(error, error=True)
            continue
        if typed.kind == "quit":
            return False
        if typed.kind == "think":
            thought = typed.text
            continue
        if typed.kind != "turn":
            table.command(typed.kind, typed.text)
            continue
        thought = ""
        event = episode.feed(typed.text)
        if isinstance(event, ToolCall):
            event = episode.observe(executor.run_sync([event])[0])
        if isinstance(event, Observation):
            table.observe(event)
        if episode.trajectory.status != "running":
            return True


class Table:
    """The person's side of the table: what is printed, what is saved, what was typed."""

    def __init__(self, sample: Any, folder: Path, schemas: dict[str, Any]) -> None:
        self.schemas = schemas
        self.folder = folder
        self.paths: list[Path] = []
        self._save(sample.images)

    def show(self, sample: Any, turns: int) -> None:
        """Print the question, where its pictures are, and what can be typed."""
        say(sample.question)
        if sample.choices:
            say("choices: " + " | ".join(sample.choices))
        if sample.answer_format:
            say(f"answer format: {sample.answer_format}")
        for number, path in enumerate(self.paths):
            say(f"picture {number}: {path}")
        say(f"tools: {', '.join(self.schemas) or 'none'}")
        hint(f"{turns} turns. `answer TEXT` ends it, `TOOL name=value` calls a tool, `help` tells the rest.")

    def ask(self) -> str | None:
        """Return the next line typed, or None at the end of the input."""
        if sys.stdin.isatty():
            typer.secho("> ", nl=False, bold=True, err=True)
        line = sys.stdin.readline()
        return line or None

    def observe(self, observation: Any) -> None:
        """Print an observation and save the pictures that it adds."""
        say(observation.text)
        first = len(self.paths)
        self._save(observation.images)
        for number in range(first, len(self.paths)):
            say(f"picture {number}: {self.paths[number]}")

    def command(self, kind: str, text: str) -> None:
        """Answer a command that is no turn: help, tools, tool NAME, image [N]."""
        if kind == "help":
            say(HELP)
        elif kind == "tools":
            say(", ".join(self.schemas) or "none")
        elif kind == "tool":
            from .tools import arguments_of

            if text not in self.schemas:
                say(
                    f"{text!r} is not a tool of this episode. There is: {', '.join(self.schemas) or 'none'}.",
                    error=True,
                )
                return
            for row in arguments_of(self.schemas[text]):
                say(f"  {row['name']} ({row['type']}, {row['default']}): {row['description']}")
        elif kind == "image":
            number = int(text) if text.isascii() and text.isdigit() else 0
            say(
                self.paths[number]
                if number < len(self.paths)
                else f"There are {len(self.paths)} pictures, counted from 0."
            )

    def _save(self, images: Any) -> None:
        from .tool import save_pictures

        self.paths += save_pictures(images, self.folder / "pictures")


def _verdict(trajectory: Any, gold: Any) -> None:
    if trajectory.status == "faulted":
        say(f"The machinery failed, so nothing is scored: {trajectory.fault}")
        return
    right = trajectory.score is not None and trajectory.score.correct
    ending = "out of turns" if trajectory.status == "truncated" else f"answered {trajectory.answer!r}"
    typer.secho("right" if right else "wrong", fg="green" if right else "red", bold=True, nl=False)
    say(f"  {ending}; the answer is {gold.answer!r}")
    if trajectory.reward is not None:
        parts = ", ".join(f"{name} {value:+.2f}" for name, value in trajectory.reward.parts.items())
        say(f"reward {trajectory.reward.total:+.2f}  ({parts})")


def _keep(trajectory: Any, episode: Any, folder: Path) -> None:
    from vista_core import TrajectoryWriter

    with TrajectoryWriter(folder) as writer:
        writer.append(trajectory, episode.images)
    hint(f"See it as a page: vista view {folder}")
