"""Demonstrations for SFT: played by a task's experts now, or read from a trajectory log that somebody recorded.

Both give trajectories with token segments. A log may have been written by a policy of text (a large model behind an
endpoint), or with another tokenizer: its turns are then tokenised here, once, with the family that will be trained.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from vista_core import (
    Episode,
    Image,
    ImageStore,
    Observation,
    PluginError,
    Sample,
    Trajectory,
    TrajectoryWriter,
    load,
    read_trajectories,
    well_formed,
)

from vista_trainers.assembly import Assembly
from vista_trainers.batches import Row, row_of
from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest
from vista_trainers.policies.scripted import ScriptedPolicy
from vista_trainers.recipe import PluginEntry, Recipe
from vista_trainers.tokens import TokenStream

if TYPE_CHECKING:
    from vista_trainers.families.chat import ChatFamily

_NO_IDS = np.empty(0, np.int32)
_AT_ONCE = 512


class Demonstrations(BaseModel):
    """Where demonstrations come from, and which of them are learnt from."""

    model_config = ConfigDict(extra="forbid")

    samples: int | None = Field(None, ge=1, description="how many: samples to play, or trajectories to read at most")
    policy: PluginEntry = Field(default_factory=lambda: PluginEntry(use="scripted"), description="who plays them")
    trajectories: str | None = Field(None, description="folder of a trajectory log to read instead of playing")
    keep: Literal["correct", "well_formed", "all"] = Field("correct", description="the paper keeps correct ones only")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.trajectories is None and self.samples is None:
            raise ValueError("say how many `samples` to play, or name a log in `trajectories`")
        return self

    def wants(self, trajectory: Trajectory) -> bool:
        """Whether a trajectory is learnt from; a faulted one never is."""
        if trajectory.status == "faulted" or not trajectory.turns:
            return False
        correct = trajectory.score is not None and trajectory.score.correct
        return {"correct": correct and well_formed(trajectory), "well_formed": well_formed(trajectory), "all": True}[
            self.keep
        ]


def demonstration_rows(
    settings: Demonstrations, recipe: Recipe, family: "ChatFamily", log: str | Path | None = None
) -> list[Row]:
    """Plays or reads the demonstrations.

    Args:
        settings: which.
        recipe: its tasks, tools and episode.
        family: whose tokens the rows have.
        log: folder in which played trajectories are written down.

    Raises:
        PluginError: nothing is left to learn from.
    """
    rows = _read(settings, recipe, family) if settings.trajectories else _play(settings, recipe, family, log)
    if not rows:
        raise PluginError(f"There are no demonstrations to learn from: none is kept by keep: {settings.keep}.")
    return rows


def _play(settings: Demonstrations, recipe: Recipe, family: "ChatFamily", log: str | Path | None) -> list[Row]:
    entry = settings.policy
    policy: Policy
    if entry.use.rpartition(":")[2] == "scripted":
        policy = ScriptedPolicy(family=family, **entry.config)
    else:
        policy = load("policy", entry.use, **entry.config)
    writer = TrajectoryWriter(log) if log is not None else None
    rows: list[Row] = []
    pictures: dict[str, Image] = {}
    with Assembly(recipe, policy) as assembly:
        engine = assembly.engine(log=writer, progress=True)
        jobs = assembly.jobs(settings.samples or 0, shuffle=True)
        for start in range(0, len(jobs), _AT_ONCE):
            played = engine.run_sync(jobs[start : start + _AT_ONCE])
            # Stored bytes only: decoded pictures of a whole data set would not fit into memory.
            for name, image in engine.pictures.items():
                pictures.setdefault(name, Image.from_bytes(image.data, id=name))
            rows += [_row(one, pictures, assembly, family) for one in played if settings.wants(one)]
    if writer is not None:
        writer.close()
    return rows


def _read(settings: Demonstrations, recipe: Recipe, family: "ChatFamily") -> list[Row]:
    folder = Path(settings.trajectories or "")
    store = ImageStore((folder if folder.is_dir() else folder.parent) / "images")
    rows: list[Row] = []
    with Assembly(recipe, ScriptedPolicy(family=family)) as assembly:
        for trajectory in read_trajectories(folder):
            if settings.samples is not None and len(rows) >= settings.samples:
                break
            if settings.wants(trajectory):
                names = [*trajectory.images]
                for turn in trajectory.turns:
                    names += turn.observation.images if turn.observation is not None else []
                rows.append(_row(trajectory, {name: store.get(name) for name in names}, assembly, family))
    return rows


def _row(trajectory: Trajectory, pictures: Mapping[str, Image], assembly: Assembly, family: "ChatFamily") -> Row:
    if not trajectory.segments:
        tokenise(trajectory, pictures, assembly, family)
    return row_of(trajectory, pictures)


def tokenise(trajectory: Trajectory, pictures: Mapping[str, Image], assembly: Assembly, family: "ChatFamily") -> None:
    """Gives a trajectory that was recorded as text its token segments, as if `family` had sampled the turns.

    Args:
        trajectory: finished; its prompt is rendered with the assembly's tools and episode settings.
        pictures: by id.
        assembly: of the recipe that it is to be learnt under.
        family: renders and encodes.
    """
    question = [pictures[name] for name in trajectory.images]
    sample = Sample(
        key=trajectory.key,
        question=trajectory.question,
        images=tuple(question),
        choices=tuple(trajectory.choices) if trajectory.choices is not None else None,
        answer_format=trajectory.answer_format,
    )
    engine = assembly.engine()
    episode = Episode(sample, assembly.toolset, engine.episode, resized=family.resized)
    stream = TokenStream(family, family.prompt(episode.messages, question), question, engine.max_tokens)
    for number, turn in enumerate(trajectory.turns):
        ids = family.encode(turn.text)
        request = TurnRequest(
            trajectory.id, trajectory.task, trajectory.split, trajectory.key, trajectory.rollout, number, 0, _NO_IDS
        )
        stream.add_turn(request, SampledTurn(ids, np.zeros(len(ids), np.float32), turn.text))
        seen = turn.observation
        if seen is not None and number + 1 < len(trajectory.turns):
            shown: Sequence[Image] = [pictures[name] for name in seen.images]
            if not stream.add_observation(Observation(text=seen.text, images=tuple(shown))):
                break
    trajectory.segments = stream.segments
