"""The gymnasium environment: one task, one episode at a time, text (and pictures) in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from vista_core.calls import Observation, ToolCall, ToolSpec
from vista_core.discovery import available, load
from vista_core.episode import Done, Episode, EpisodeConfig
from vista_core.errors import PluginError
from vista_core.executors import Executor, make_executor
from vista_core.hooks import HookCaller
from vista_core.images import Image
from vista_core.log import TrajectoryWriter
from vista_core.scoring.verdict import Reward, finish
from vista_core.task import Task
from vista_core.toolset import ToolSet, build_toolset

Seen = dict[str, Any]
"""An observation: `text`, a str, and `images`, a tuple of uint8 arrays of shape (height, width, 3)."""
T = TypeVar("T", covariant=True)

# gymnasium's own `Text` needs a finite alphabet and its `Sequence(Box)` one shape; neither describes a turn of a
# language model or the pictures of a question: hence two spaces of our own.

# Blocks to sample from: Latin, Greek, Cyrillic, CJK, emoji. Every code point in them is a character, none a surrogate.
_BLOCKS = ((0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3A1), (0x410, 0x44F), (0x4E00, 0x4FFF), (0x1F600, 0x1F64F))


class _OpenSpace(spaces.Space[T]):
    """A space without a fixed length, so without masks and without a flat form."""

    @property
    def is_np_flattenable(self) -> bool:
        return False

    def sample(self, mask: None = None, probability: None = None) -> T:
        """A random member; `mask` and `probability` are not supported."""
        if mask is not None or probability is not None:
            raise ValueError("this space has no finite alphabet: sample() takes neither mask nor probability")
        return self._sample()

    def _sample(self) -> T:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and repr(other) == repr(self)


class UnicodeText(_OpenSpace[str]):
    """Every valid Unicode text up to a length; a text with a lone surrogate is none.

    Args:
        max_length: Longest member, in characters.
        seed: Seed of `sample()`, which gives at most 64 characters.

    Example:
        >>> space = UnicodeText(seed=0)
        >>> space.sample() in space, "é <think>" in space, chr(0xD800) in space
        (True, True, False)
    """

    def __init__(self, max_length: int = 1 << 20, seed: int | np.random.Generator | None = None) -> None:
        self.max_length = max_length
        super().__init__(seed=seed)

    def _sample(self) -> str:
        length = int(self.np_random.integers(0, min(self.max_length, 64) + 1))
        blocks = self.np_random.integers(0, len(_BLOCKS), length)
        return "".join(chr(self.np_random.integers(_BLOCKS[block][0], _BLOCKS[block][1] + 1)) for block in blocks)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a str, not too long, that UTF-8 can encode."""
        try:
            return isinstance(x, str) and len(x) <= self.max_length and x.encode() is not None
        except UnicodeEncodeError:
            return False

    def __repr__(self) -> str:
        return f"UnicodeText(max_length={self.max_length})"


class Images(_OpenSpace[tuple[NDArray[np.uint8], ...]]):
    """Tuples of RGB pictures: any count, each a uint8 array of shape (height, width, 3) of any size.

    `sample()` gives up to three random pictures of 1 to 32 pixels a side.

    Example:
        >>> space = Images(seed=0)
        >>> space.sample() in space, () in space, (np.zeros((2, 3), np.uint8),) in space
        (True, True, False)
    """

    def _sample(self) -> tuple[NDArray[np.uint8], ...]:
        sizes = self.np_random.integers(1, 33, (int(self.np_random.integers(0, 4)), 2))
        return tuple(self.np_random.integers(0, 256, (height, width, 3), np.uint8) for height, width in sizes)

    def contains(self, x: Any) -> bool:
        """Whether `x` is a tuple of non-empty uint8 arrays of shape (height, width, 3)."""
        return isinstance(x, tuple) and all(
            isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.shape[2:] == (3,) and image.size > 0
            for image in x
        )

    def __repr__(self) -> str:
        return "Images()"


class VistaEnv(gymnasium.Env[Seen, str]):
    """A task as a gymnasium environment. The action is a turn of the policy, the observation what it reads next.

    `reset` draws a sample (`options={"index": 3}` picks one) and returns the system and the user message. A step is one
    turn: its observation is the tool's result, the error of a malformed turn, or empty at the end. `terminated` means
    answered, `truncated` that the turns are spent or, with `info["fault"]`, that the infrastructure failed: then the
    reward is 0 and `info["reward"]` is None. The reward is 0 before the end.

    Args:
        task: A task or the name of one.
        split: Split that `reset` draws from.
        tools: What `build_toolset` takes: names, mappings, specs, or a ToolSet.
        reward: A reward or the name of one.
        episode: The rules.
        executor: Runs the calls; one that is given is started for these tools, and closed by whoever made it. By
            default each tool runs where its spec says.
        log: Folder or writer that finished trajectories go to.
        hooks: Names of hook plugins, or hook objects.
        render_mode: `ansi`: `render()` returns the episode as text.
        **task_config: Settings of the task, where it is given by name.

    Raises:
        PluginError: Something that is named does not exist or is wrongly set.
        ToolUnavailable: A tool cannot work here.

    Example:
        >>> import vista_core as vista
        >>> class Sums(vista.Task):
        ...     name = "sums"
        ...     def size(self, split): return 9
        ...     def sample(self, split, index): return vista.Sample(key=str(index), question=f"{index} + 1?")
        ...     def gold(self, key): return vista.Gold(answer=int(key) + 1)
        ...     def score(self, key, answer):
        ...         right = answer == str(self.gold(key).answer)
        ...         return vista.Score(value=right, correct=right, rule="equal")
        >>> env = VistaEnv(Sums())
        >>> _ = env.reset(options={"index": 3})
        >>> env.step("<think>3 + 1</think><answer>4</answer>")[1:4]
        (2.0, True, False)
    """

    metadata = {"render_modes": ["ansi"]}

    def __init__(
        self,
        task: Task | str,
        split: str = "train",
        tools: Sequence[str | Mapping[str, Any] | ToolSpec] | ToolSet = (),
        reward: Reward | str = "vista",
        episode: EpisodeConfig | Mapping[str, Any] | None = None,
        executor: Executor | None = None,
        log: TrajectoryWriter | str | Path | None = None,
        hooks: Sequence[Any] | HookCaller = (),
        render_mode: str | None = None,
        **task_config: Any,
    ) -> None:
        self.task = load("task", task, **task_config) if isinstance(task, str) else task
        if task is self.task and task_config:
            raise PluginError(f"The settings {sorted(task_config)} have no effect on a task that is made already.")
        if split not in self.task.splits:
            raise PluginError(f"Task `{self.task.name}` has no split {split!r}; it has {', '.join(self.task.splits)}.")
        self.split = split
        self.toolset = build_toolset(tools)
        self.reward = load("reward", reward) if isinstance(reward, str) else reward
        self.config = EpisodeConfig.model_validate(episode or {})
        self.hooks = HookCaller(hooks)
        self.log = TrajectoryWriter(log) if isinstance(log, str | Path) else log
        self.render_mode = render_mode
        self.observation_space = spaces.Dict({"text": UnicodeText(), "images": Images()})
        self.action_space = UnicodeText()
        self.episode: Episode | None = None
        self._owns_executor = executor is None
        self.executor = executor or make_executor(self.toolset.specs)
        self.executor.start_sync(self.toolset.specs)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds the choice of samples and, through it, the calls of tools.
            options: `index`: number of the sample, instead of a random one; `rollout`: number of the rollout.

        Returns:
            The first observation, and `info` with `task`, `split`, `key`, `index` and `trajectory` (its id).
        """
        super().reset(seed=seed)
        options = options or {}
        size = self.task.size(self.split)
        drawn = int(self.np_random.integers(max(size, 1)))
        index = int(options.get("index", drawn))
        if not 0 <= index < size:
            raise PluginError(f"Split {self.split!r} of task `{self.task.name}` has {size} samples, no {index}.")
        self.episode = Episode(
            self.task.sample(self.split, index),
            self.toolset,
            self.config,
            task=self.task.name,
            split=self.split,
            rollout=int(options.get("rollout", 0)),
            seed=int(self.np_random.integers(1 << 31)),
            hooks=self.hooks,
        )
        text = "\n\n".join(_text(message["content"]) for message in self.episode.messages)
        key, trajectory = self.episode.sample.key, self.episode.trajectory.id
        info = {"task": self.task.name, "split": self.split, "key": key, "index": index, "trajectory": trajectory}
        return {"text": text, "images": _arrays(self.episode.images)}, info

    def step(self, action: str) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """Take one turn of the policy: parse it, run its call, return what the policy reads next.

        Returns:
            The exact five: observation, reward, terminated, truncated, info. At the end, `info` has `status`, `answer`,
            `score`, `reward` (its parts and total; None for a fault) and `fault`.

        Raises:
            gymnasium.error.ResetNeeded: There is no running episode.
        """
        event = self.begin_step(action)
        if isinstance(event, ToolCall):
            event = self.running.observe(self.executor.run_sync((event,))[0])
        return self.end_step(event)

    @property
    def running(self) -> Episode:
        """The running episode.

        Raises:
            gymnasium.error.ResetNeeded: There is none.
        """
        if self.episode is None or self.episode.trajectory.status != "running":
            raise gymnasium.error.ResetNeeded("The episode is over, or none was begun. Call env.reset() first.")
        return self.episode

    def begin_step(self, action: str) -> ToolCall | Observation | Done:
        """The first half of a step, up to the tool call; the vector environment runs the calls of all together."""
        if not isinstance(action, str):
            raise TypeError(f"An action is a str, the text of one turn; got {type(action).__name__}.")
        return self.running.feed(action)

    def end_step(self, event: Observation | Done) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """The second half of a step: the five-tuple, and at the end score, reward, log and hooks."""
        assert self.episode is not None
        trajectory = self.episode.trajectory
        info: dict[str, Any] = {"turn": len(trajectory.turns)}
        if isinstance(event, Observation):
            return {"text": event.text, "images": _arrays(event.images)}, 0.0, False, False, info
        finish(trajectory, self.task, self.reward, self.hooks)
        if self.log is not None:
            self.log.append(trajectory, self.episode.images)
        score, reward = trajectory.score, trajectory.reward
        info |= {"status": event.status, "answer": event.answer, "fault": trajectory.fault}
        info["score"] = score.model_dump() if score is not None else None
        info["reward"] = {**reward.parts, "total": reward.total} if reward is not None else None
        total = float(reward.total) if reward is not None else 0.0
        answered = event.status == "answered"
        return {"text": "", "images": ()}, total, answered, not answered, info

    def render(self) -> str | None:
        """The episode so far as text, in the render mode `ansi`."""
        if self.render_mode != "ansi" or self.episode is None:
            return None
        return "\n".join(f"[{message['role']}]\n{_text(message['content'])}" for message in self.episode.messages)

    def close(self) -> None:
        """Close the executor, if this environment made it."""
        if self._owns_executor:
            self.executor.close_sync()


def register_envs() -> list[str]:
    """Register `vista/<task>-v0` for every task that is installed; returns all their ids. Imports no plugin.

    Example:
        >>> all(name.startswith("vista/") for name in register_envs())
        True
    """
    tasks = {f"vista/{row.name}-v0": row.name for row in available("task") if row.status == "found"}
    for name in sorted(tasks.keys() - gymnasium.registry.keys()):
        gymnasium.register(
            name,
            entry_point="vista_core.env:VistaEnv",
            vector_entry_point="vista_core.vector:VistaVectorEnv",
            kwargs={"task": tasks[name]},
        )
    return sorted(tasks)


def _text(content: str | list[dict[str, str]]) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _arrays(images: Sequence[Image]) -> tuple[NDArray[np.uint8], ...]:
    """Copies: the shared pixels of an image stay read-only, what the user gets is the user's."""
    return tuple(np.array(image.array) for image in images)
