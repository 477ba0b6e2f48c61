"""`ScriptedPolicy`: a task's own expert plays; makes demonstrations, oracles and tests."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from vista_core import PluginError, render_turn

from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest
from vista_trainers.sampling import choice

if TYPE_CHECKING:
    from vista_core import EpisodeConfig, Task

    from vista_trainers.families.base import ModelFamily


class ScriptedConfig(BaseModel):
    """Settings of the `scripted` policy.

    `habits` mixes: `{"careful": 0.7, "guess": 0.3}` draws one of the two for each trajectory. `kinds` gives another
    mix to some kinds of question, so that demonstrations of uneven quality can be made.
    """

    model_config = ConfigDict(extra="forbid")

    habit: str = Field("careful", description="how the expert behaves, where `habits` does not say")
    habits: dict[str, float] = Field(default_factory=dict, description="habit -> weight")
    kinds: dict[str, dict[str, float]] = Field(default_factory=dict, description="kind of question -> habit -> weight")


class ScriptedPolicy(Policy):
    """Turns of `task.expert(key, habit)`, rendered in the episode's dialect.

    The habit of a trajectory is a keyed draw: the same seed, sample and rollout give the same habit. With a `family`
    the turns are tokenised once and the trajectories get segments just as a model's do (log-probabilities are zero).
    """

    name = "scripted"
    Config = ScriptedConfig

    def __init__(self, *, family: "ModelFamily | None" = None, **config: Any) -> None:
        super().__init__(**config)
        self.family = family
        self._tasks: Mapping[str, Task] = {}
        self._episode: EpisodeConfig | None = None

    def bind(self, tasks: Mapping[str, "Task"], episode: "EpisodeConfig") -> None:
        """Takes the tasks whose experts will play."""
        self._tasks = tasks
        self._episode = episode

    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """One turn of the expert for each request."""
        return [self._turn(request) for request in requests]

    def habit(self, request: TurnRequest) -> str:
        """The habit that this trajectory's expert has."""
        weights = self.config.habits
        if self.config.kinds:
            kind = self._tasks[request.task].gold(request.key).kind
            weights = self.config.kinds.get(kind, weights)
        if not weights:
            return str(self.config.habit)
        return choice((request.seed, "habit", request.task, request.split, request.key, request.rollout), weights)

    def _turn(self, request: TurnRequest) -> SampledTurn:
        if self._episode is None:
            raise PluginError("policy scripted (vista-trainers) was asked for a turn before bind(tasks, episode)")
        expert = self._tasks[request.task].expert(request.key, self.habit(request))
        # An expert may keep notes between turns, so a fresh one is led through the turns again.
        for turn in range(request.turn + 1):
            step = expert.turn(request.observations[:turn])
        text = render_turn(step, self._episode.dialect, self._episode.reasoning)
        if self.family is None:
            return SampledTurn.of_text(text)
        ids = self.family.encode(text)
        # What is parsed is what the ids say: a tokenizer may put a space before a word.
        return SampledTurn(ids, np.zeros(len(ids), np.float32), self.family.decode(ids))
