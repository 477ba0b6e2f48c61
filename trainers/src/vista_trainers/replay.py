"""Replaying a log: the logged turns are fed to new episodes, their calls run again, and the observations compared.

The policy is not needed, and neither is the task: a trajectory holds its question, and the log its pictures. Replay is
refused where the tools are not the ones that the log was made with.
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from vista_core import (
    Done,
    Episode,
    EpisodeConfig,
    Executor,
    ExpertTurn,
    Image,
    ImageError,
    ImageStore,
    PluginError,
    Sample,
    ToolCall,
    ToolSet,
    Trajectory,
    Turn,
    VistaError,
    build_toolset,
    make_executor,
    read_trajectories,
    render_turn,
    wait_for,
)

from vista_trainers.assembly import unbatched
from vista_trainers.lock import LOCK, differences, listed, lock_tools, read_lock

_TOGETHER = 32
_CUT = re.compile(r"\n\[cut here: (\d+) of \d+ characters\](?:\n\[image \d+\])*$")


class ReplayRefused(PluginError):
    """The tools here are not those of the log; `differences` says what differs."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            f"This log cannot be replayed here, since the tools differ: {listed(found)}. "
            "Install what the log was made with (it is in its run.lock.json)."
        )
        self.differences = list(found)


class Difference(BaseModel):
    """A turn whose replay came out otherwise; what follows it in its trajectory was not replayed.

    Attributes:
        trajectory: its id.
        key: the sample's key.
        turn: from 0.
        tool: which was called; empty for a malformed turn.
        deterministic: False where the tool's backend promises no equal results.
        what: `call`, `text`, `images`, `data`, `error_kind`, `error_code`, or `end`: the replay ended here.
        logged: that, as the log has it.
        replayed: that, as the replay gave it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trajectory: str
    key: str
    turn: int
    tool: str
    deterministic: bool
    what: str
    logged: Any
    replayed: Any


class ReplayReport(BaseModel):
    """What came of a replay.

    Attributes:
        trajectories: how many were replayed.
        calls: how many tool calls.
        same: how many of them gave the same observation.
        differences: the others.
        not_replayed: trajectories that could not be, and why.
        locked: whether there was a lock; without one, tools run with their default settings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trajectories: int
    calls: int
    same: int
    differences: list[Difference]
    not_replayed: dict[str, str]
    locked: bool


def replay(
    path: str | Path, *, limit: int | None = None, on_done: Callable[[Trajectory], None] | None = None
) -> ReplayReport:
    """Replays a log's tool calls and compares the observations.

    Args:
        path: a trajectories.jsonl or its folder; `run.lock.json` lies there or in the folder above.
        limit: only so many trajectories.
        on_done: called with each logged trajectory once it is replayed.

    Raises:
        ReplayRefused: the tools here differ from the log's.
        VistaError: there is no log, or it cannot be read.
    """
    folder = Path(path) if Path(path).is_dir() else Path(path).parent
    lock = next((place / LOCK for place in (folder, folder.resolve().parent) if (place / LOCK).is_file()), None)
    if lock is not None:
        toolset = _locked_tools(read_lock(lock)["tools"])
    else:
        toolset = _logged_tools(islice(read_trajectories(path), limit))
    toolset = unbatched(toolset)
    replayed = _Replay(toolset, ImageStore(folder / "images"))
    log = islice(read_trajectories(path), limit)
    executor = make_executor(toolset.specs)
    try:
        executor.start_sync()
        while part := list(islice(log, _TOGETHER)):
            wait_for(replayed.run(part, executor))
            for trajectory in part if on_done is not None else ():
                on_done(trajectory)  # type: ignore[misc]
    finally:
        executor.close_sync()
    return replayed.report(locked=lock is not None)


def _locked_tools(locked: dict[str, Any]) -> ToolSet:
    """The tools of a lock, resolved here.

    Raises:
        ReplayRefused: they are not the same here.
    """
    keys = ("use", "backend", "executor", "timeout_s", "config")
    try:
        toolset = build_toolset([{"as": name} | {key: tool[key] for key in keys} for name, tool in locked.items()])
    except VistaError as error:
        raise ReplayRefused([str(error).rstrip(".")]) from error
    found = differences(locked, lock_tools(toolset, [tool["use"] for tool in locked.values()]), "tools")
    if found:
        raise ReplayRefused(found)
    return toolset


def _logged_tools(trajectories: Iterator[Trajectory]) -> ToolSet:
    """The tools that trajectories name, with default settings: for a log without a lock."""
    known = {tool.name: tool for trajectory in trajectories for tool in trajectory.tools}
    try:
        return build_toolset(
            [{"use": f"{tool.distribution}:{tool.name}", "backend": tool.backend or "auto"} for tool in known.values()]
        )
    except VistaError as error:
        raise ReplayRefused([str(error).rstrip(".")]) from error


class _Replay:
    """Counts and differences, over all trajectories of a log."""

    def __init__(self, toolset: ToolSet, images: ImageStore) -> None:
        self.toolset = toolset
        self.images = images
        self.trajectories = self.calls = 0
        self.differences: list[Difference] = []
        self.not_replayed: dict[str, str] = {}
        self._subsets: dict[tuple[str, ...], ToolSet] = {}

    def report(self, *, locked: bool) -> ReplayReport:
        """What came of it."""
        return ReplayReport(
            trajectories=self.trajectories,
            calls=self.calls,
            same=self.calls - sum(bool(one.tool) for one in self.differences),
            differences=self.differences,
            not_replayed=self.not_replayed,
            locked=locked,
        )

    async def run(self, trajectories: Sequence[Trajectory], executor: Executor) -> None:
        """Replays some trajectories side by side."""
        await asyncio.gather(*(self._one(trajectory, executor) for trajectory in trajectories))

    async def _one(self, logged: Trajectory, executor: Executor) -> None:
        toolset = self._tools(logged)
        try:
            pictures = [self.images.get(image) for image in logged.images]
        except ImageError as error:
            self.not_replayed[logged.id] = str(error)
            return
        cuts: list[int] = []
        episode = self._episode(logged, toolset, pictures, cuts)
        self.trajectories += 1
        for turn in logged.turns:
            if turn.observation is None:  # its end: an answer, a budget, a fault
                return
            cut = _CUT.search(turn.observation.text)
            cuts[:] = [int(cut[1])] if cut else []
            self.calls += turn.call is not None
            step = episode.feed(_text(turn, logged))
            if isinstance(step, ToolCall):
                step = episode.observe(await executor.submit(step))
            if not self._same(turn, episode, step, logged):
                return

    def _tools(self, logged: Trajectory) -> ToolSet:
        """The tools that a trajectory was offered: some of the run's.

        Raises:
            ReplayRefused: one of them is another here.
        """
        then = {tool.name: tool.model_dump() for tool in logged.tools}
        here = {tool.name: tool.model_dump() for tool in self.toolset.provenance if tool.name in then}
        found = differences(then, here, "tools")
        if found:
            raise ReplayRefused(found)
        names = tuple(then)
        if names not in self._subsets:
            self._subsets[names] = ToolSet(self.toolset[name].spec for name in names)
        return self._subsets[names]

    @staticmethod
    def _episode(logged: Trajectory, toolset: ToolSet, pictures: list[Image], cuts: list[int]) -> Episode:
        """A new episode of the logged sample; where a text is too long it is cut where the log cut it."""
        config = EpisodeConfig.model_validate(logged.episode)
        if config.coordinates == "resized":  # the sizes belong to the policy's family; see _text
            config = config.model_copy(update={"coordinates": "pixel"})
        sample = Sample(
            key=logged.key,
            question=logged.question,
            images=tuple(pictures),
            choices=None if logged.choices is None else tuple(logged.choices),
            answer_format=logged.answer_format,
        )
        return Episode(
            sample,
            toolset,
            config,
            task=logged.task,
            split=logged.split,
            rollout=logged.rollout,
            seed=logged.seed,
            cut=lambda text, _: text[: cuts[0]] if cuts else text,
        )

    def _same(self, turn: Turn, episode: Episode, step: Any, logged: Trajectory) -> bool:
        """Compares a turn with its replay, and writes down the first thing that differs."""
        new = episode.trajectory.turns[-1]
        then, now = turn.model_dump(mode="json"), new.model_dump(mode="json")
        pairs = [("call", then["call"], now["call"])]
        if isinstance(step, Done) or now["observation"] is None:
            pairs.append(("end", None, episode.trajectory.fault or episode.trajectory.status))
        else:
            seen, again = then["observation"], now["observation"]
            fields = [name for name in seen if name != "text"]
            if logged.episode.get("coordinates") != "resized":
                fields.append("text")
            pairs += [(name, seen[name], again[name]) for name in fields]
        for what, before, after in pairs:
            if before != after:
                place = {"trajectory": logged.id, "key": logged.key, "turn": turn.index}
                tool = turn.call.tool if turn.call is not None else ""
                exact = not tool or episode.toolset[tool].spec.deterministic
                self.differences.append(
                    Difference(**place, tool=tool, deterministic=exact, what=what, logged=before, replayed=after)
                )
                return False
        return True


def _text(turn: Turn, logged: Trajectory) -> str:
    """The text to feed: the logged one; with coordinates `resized` the same call, written in stored pixels."""
    if turn.call is None or logged.episode.get("coordinates") != "resized":
        return turn.text
    again = ExpertTurn(think=turn.think, tool=turn.call.tool, arguments=turn.call.arguments)
    return render_turn(again, logged.episode["dialect"], logged.episode["reasoning"])
