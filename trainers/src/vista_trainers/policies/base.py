"""`Policy`: writes the next turn of many trajectories at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from vista_core import NoConfig, Remedy, read_config

if TYPE_CHECKING:
    from vista_core import EpisodeConfig, Image, Observation, Task

    from vista_trainers.families.base import ModelFamily

FinishReason = Literal["stop", "length"]


@dataclass(slots=True)
class TurnRequest:
    """One turn to be written.

    Attributes:
        trajectory: id of the trajectory, unique in a run of the engine.
        task: name of the task.
        split: its split.
        key: the sample's key.
        rollout: which rollout of that sample this is; together with the key it names the random stream.
        turn: 0 for the first turn.
        seed: the run's seed.
        ids: everything so far as the model must read it, int32 of shape `(n,)`; empty for policies of text.
        images: the pictures in `ids` in the order of their placeholders.
        messages: the same conversation as messages, for chat endpoints.
        max_new_tokens: most tokens this turn may have.
        temperature: 0 is greedy.
        observations: what the tools have said so far, for scripted experts.
    """

    trajectory: str
    task: str
    split: str
    key: str
    rollout: int
    turn: int
    seed: int
    ids: NDArray[np.int32]
    images: tuple["Image", ...] = ()
    messages: list[dict[str, Any]] = field(default_factory=list)
    max_new_tokens: int = 512
    temperature: float = 1.0
    observations: tuple["Observation", ...] = ()

    @property
    def stream_key(self) -> tuple[str | int, ...]:
        """The key of this turn's random stream."""
        return (self.seed, "policy", self.task, self.split, self.key, self.rollout, self.turn)


@dataclass(slots=True)
class SampledTurn:
    """A turn as the policy wrote it.

    Attributes:
        ids: the sampled ids, int32 of shape `(n,)`; empty for policies of text.
        logprobs: log-probability of each sampled id, float32 of shape `(n,)`.
        text: the same as text; this is what is parsed.
        finish_reason: `length` when the turn was cut by `max_new_tokens`.
        seen: the prompt ids as they reached the model, where the policy can tell; the engine compares them with
            the request's, so that a server that expands pictures its own way is found out at once.
    """

    ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    text: str
    finish_reason: FinishReason = "stop"
    seen: NDArray[np.int32] | None = None

    @classmethod
    def of_text(cls, text: str, finish_reason: FinishReason = "stop") -> "SampledTurn":
        """A turn of a policy that gives text only."""
        return cls(np.empty(0, np.int32), np.empty(0, np.float32), text, finish_reason)


Deliver = Callable[[int, SampledTurn], None]
"""Takes the place of a request in its batch, and its turn."""


class Policy(ABC):
    """Writes turns. A subclass is an entry point of the group `vista.policies`, made with its own `Config`.

    Attributes:
        name: the plugin's name.
        Config: pydantic model of its settings.
        family: the model family whose tokens it speaks; None for policies of text, whose trajectories have no segments.
        continuous: True when the policy batches by itself (an endpoint): the engine then hands over each turn as soon
            as it is ready. False: the engine gathers the ready turns and waits for each call before the next.
    """

    name: ClassVar[str]
    Config: ClassVar[type[BaseModel]] = NoConfig
    family: "ModelFamily | None" = None
    continuous: ClassVar[bool] = False

    def __init__(self, **config: Any) -> None:
        self.config: Any = read_config(self.Config, config, f"policy `{self.name}`")

    @classmethod
    def probe(cls, config: Any) -> Remedy | None:
        """Whether it can work here with these settings, without loading anything: None, or what is missing.

        Args:
            config: an instance of `Config`.
        """
        return None

    @property
    def max_batch_size(self) -> int | None:
        """Most turns of one call of `generate`, where there is a limit."""
        return getattr(self.config, "max_batch_size", None)

    @property
    def temperature(self) -> float:
        """The temperature that its settings name; 1 without one."""
        return float(getattr(self.config, "temperature", 1.0))

    def bind(self, tasks: Mapping[str, "Task"], episode: "EpisodeConfig") -> None:  # noqa: B027
        """Told once by the engine which tasks and episode settings it will be asked about; by default not needed."""

    @abstractmethod
    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """Writes one turn for each request, in order.

        Raises:
            InfrastructureError: these turns could not be written (their trajectories are marked faulted).
        """

    async def stream(self, requests: Sequence[TurnRequest], deliver: Deliver) -> None:
        """Writes one turn for each request and hands each over as soon as it is there.

        Override it where some turns of a batch are done before others: their tools then start early. The engine calls
        this; by default all turns are handed over at the end.

        Args:
            requests: as for `generate`.
            deliver: takes a request's place and its turn; called once for each, in the thread of the event loop.
        """
        for place, turn in enumerate(await self.generate(requests)):
            deliver(place, turn)

    async def close(self) -> None:  # noqa: B027
        """Lets go of connections and threads; may be called twice."""
