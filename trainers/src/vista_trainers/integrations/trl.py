"""Tools and environments for TRL's GRPOTrainer: its arguments `tools` and `environment_factory` (TRL 1.16).

TRL parses the calls from the model's own chat format, runs them, and masks what they return. What it leaves no place
for: a fault of the machine (it becomes an error that the policy reads, and a reward of 0), and the model's thoughts,
which the environment never sees. `vista train` has both.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from vista_core import (
    Episode,
    EpisodeConfig,
    Executor,
    Image,
    PluginError,
    Reward,
    Task,
    ToolDefinition,
    ToolError,
    TrajectoryWriter,
    load,
)

from vista_trainers.integrations.calls import Caller, Entries, call_text, content
from vista_trainers.integrations.functions import as_function

if TYPE_CHECKING:
    from datasets import Dataset

_RESERVED = ("reset", "get_reward", "answer")
_ALONE = {"seed"}  # what a call outside of an episode can still be given

ANSWER = ToolDefinition(
    name="answer",
    description="Give the final answer to the question. The episode ends with it.",
    parameters={
        "type": "object",
        "properties": {"answer": {"type": "string", "description": "the answer, and nothing else"}},
        "required": ["answer"],
    },
    schema_hash="",
)
"""The tool through which the policy answers; the reward is then the task's and not a function over texts."""


def tools(
    names: Entries, *, episode: EpisodeConfig | Mapping[str, Any] | None = None, executor: Executor | None = None
) -> list[Callable[..., Any]]:
    """Tools as the plain functions that `GRPOTrainer(tools=...)` takes.

    A ToolError is raised, and TRL shows its text to the policy. Pictures that a tool makes come back as parts of the
    message.

    Args:
        names: What `build_toolset` takes: names, mappings, specs.
        episode: Coordinates and length of observations.
        executor: Runs the calls; by default each tool runs where its spec says.

    Raises:
        PluginError: Unknown tools, or tools that read the trajectory's images, question, choices or state: TRL gives
            functions none of these, `environment_factory` does.
        ToolUnavailable: A tool cannot work here.

    Example:
        >>> tools([])
        []
    """
    caller = Caller(names, episode, executor)
    for spec in caller.toolset.specs:
        if needs := sorted(set(spec.reads) - _ALONE):
            raise PluginError(
                f"Tool `{spec.name}` reads {', '.join(needs)}, and TRL gives a function nothing but its arguments. "
                "Remedy: environment_factory(task, tools) has the sample at hand."
            )

    def bound(name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> str | list[dict[str, Any]]:
            seen = caller.call(name, arguments)
            return content(seen.text, seen.images)

        return call

    return [as_function(definition, bound(definition.name)) for definition in caller.toolset.definitions]


def environment_factory(
    task: Task | str,
    tools: Entries = (),
    *,
    split: str = "train",
    reward: Reward | str = "vista",
    episode: EpisodeConfig | Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    log: TrajectoryWriter | str | None = None,
    hooks: Sequence[Any] = (),
    seed: int = 0,
    **task_config: Any,
) -> Callable[[], Any]:
    """What `GRPOTrainer(environment_factory=...)` takes: a maker of environments over a task and tools.

    An environment has a method per tool, `answer(answer)` which ends the episode, `reset`, which returns the sample
    named by the row's `index` (see `dataset`) as text, or with its pictures as parts of the message, and `get_reward`:
    the reward of the task, of an episode that was not answered too. All environments share task, tools and executor.

    Args:
        task: A task or the name of one.
        tools: What `build_toolset` takes.
        split: Split of the samples.
        reward: A reward or the name of one. `get_reward` returns its total.
        episode: The rules; dialect and reasoning are TRL's affair here. Leave `max_turns` at least one above TRL's
            `max_tool_calling_iterations`.
        executor: Runs the calls; by default each tool runs where its spec says.
        log: Folder or writer that finished trajectories go to.
        hooks: Names of hook plugins, or hook objects.
        seed: Seeds the calls of tools that draw random numbers.
        **task_config: Settings of the task, where it is given by name.

    Raises:
        PluginError: Something that is named does not exist, or a tool is called `reset`, `get_reward` or `answer`.
        ToolUnavailable: A tool cannot work here.

    Example:
        >>> environment_factory("no_such_task_at_all")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        vista_core.errors.UnknownName: No task is named 'no_such_task_at_all'...
    """
    from vista_core import HookCaller, VistaEnv

    caller = Caller(tools, episode, executor)
    config = caller.config.model_copy(update={"max_turns": EpisodeConfig.model_validate(episode or {}).max_turns})
    made_task = load("task", task, **task_config) if isinstance(task, str) else task
    shared: dict[str, Any] = {
        "task": made_task,
        "split": split,
        "tools": caller.toolset,
        "reward": load("reward", reward) if isinstance(reward, str) else reward,
        "episode": config,
        "executor": caller.executor,
        "log": TrajectoryWriter(log) if isinstance(log, str) else log,
        "hooks": HookCaller(hooks),
    }
    body: dict[str, Any] = {}
    for definition in caller.toolset.definitions:
        if definition.name in _RESERVED or definition.name.startswith("_"):
            raise PluginError(
                f"An environment of TRL cannot have a tool named `{definition.name}`. Remedy: "
                f'{{"use": "{definition.name}", "as": "another_name"}}.'
            )
        body[definition.name] = as_function(definition, _method(definition.name), method=True)
    body["answer"] = as_function(ANSWER, TrlEnvironment._answer, method=True)
    # The name of the class is the name of the reward's column in TRL's logs.
    kind = type(f"vista_{made_task.name}", (TrlEnvironment,), body)
    numbers = count()
    return lambda: kind(VistaEnv(**shared), seed, next(numbers))


class TrlEnvironment:
    """One environment of TRL: a VistaEnv whose turns arrive as method calls. Made by `environment_factory`.

    Args:
        env: The environment.
        seed: Seed of the run.
        number: Number of this environment in the run.
    """

    def __init__(self, env: Any, seed: int, number: int) -> None:
        self._env = env
        self._seed: int | None = (seed + number) % (1 << 31)
        self._number = number
        self._reward: float | None = None

    def reset(self, *, index: int | None = None, **row: Any) -> str | list[dict[str, Any]]:
        """Begin an episode with the sample `index` of the split; TRL calls it with the columns of the row.

        Returns:
            The question, for the last user message: a text, or parts with the pictures first.

        Raises:
            PluginError: The row has no `index`; a group of GRPO would then compare answers to different questions.
        """
        if index is None:
            raise PluginError(
                "The rows of the dataset need a column `index`. Remedy: integrations.trl.dataset(task, split)."
            )
        self._env.reset(seed=self._seed, options={"index": int(index), "rollout": self._number})
        self._seed, self._reward = None, None
        asked, images = self._episode.messages[-1]["content"], iter(self._episode.images)
        if isinstance(asked, str):
            return asked
        return [part if part["type"] == "text" else {**part, "image": next(images).pil()} for part in asked]

    def get_reward(self) -> float | None:
        """The reward of the episode; one that was not answered ends here as truncated. None after a fault."""
        if self._reward is None and self._episode.trajectory.status == "running":
            self._finish(self._env.end_step(self._episode.truncate("turns")))
        return self._reward

    @property
    def trajectory(self) -> Any:
        """The trajectory of the running, or the last, episode."""
        return self._episode.trajectory

    @property
    def _episode(self) -> Episode:
        if self._env.episode is None:
            raise PluginError("There is no episode: call reset first.")
        episode: Episode = self._env.episode
        return episode

    def _turn(self, text: str) -> tuple[str, Sequence[Image]]:
        if self._episode.trajectory.status != "running":
            raise ToolError("The episode is over: no further call is taken.")
        before = len(self._episode.images)
        self._finish(step := self._env.step(text))
        trajectory = self._episode.trajectory
        if trajectory.status == "running":
            seen = trajectory.turns[-1].observation
            if seen is not None and seen.error_kind is not None:
                raise ToolError(seen.text, code=seen.error_code)
            return step[0]["text"], self._episode.images[before:]
        if trajectory.status == "answered":
            return "The answer is taken; the episode is over.", ()
        over = (
            "The tool is out of order." if trajectory.status == "faulted" else "There is no turn left to use a result."
        )
        raise ToolError(f"{over} The episode is over.")

    def _finish(self, step: tuple[Any, float, bool, bool, dict[str, Any]]) -> None:
        _, reward, terminated, truncated, info = step
        if (terminated or truncated) and info["fault"] is None:
            self._reward = reward

    def _answer(self, answer: Any = None, **unknown: Any) -> str:
        if not isinstance(answer, str) or unknown:
            raise ToolError("`answer` takes one argument, `answer`, a string.")
        return self._turn(f"<answer>{answer}</answer>")[0]


def dataset(
    task: Task | str, split: str = "train", size: int | None = None, *, system: str = "", start: int = 0, **config: Any
) -> "Dataset":
    """The dataset that goes with `environment_factory`: a row is the number of a sample and the message it is added to.

    Args:
        task: A task or the name of one.
        split: Its split.
        size: Rows; by default all of the split.
        system: A system message, where the model should get one.
        start: First sample.
        **config: Settings of the task, where it is given by name.

    Raises:
        PluginError: The split has not that many samples.

    Example:
        >>> dataset("no_such_task_at_all")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        vista_core.errors.UnknownName: No task is named 'no_such_task_at_all'...
    """
    made = load("task", task, **config) if isinstance(task, str) else task
    stop = made.size(split) if size is None else start + size
    if not 0 <= start <= stop <= made.size(split):
        raise PluginError(f"Split {split!r} of task `{made.name}` has {made.size(split)} samples, not {stop}.")
    from datasets import Dataset

    prompt = ([{"role": "system", "content": system}] if system else []) + [{"role": "user", "content": ""}]
    return Dataset.from_dict({"prompt": [prompt] * (stop - start), "index": list(range(start, stop))})


def _method(name: str) -> Callable[..., Any]:
    def call(environment: TrlEnvironment, /, **arguments: Any) -> str | list[dict[str, Any]]:
        return content(*environment._turn(call_text(name, arguments)))

    return call
