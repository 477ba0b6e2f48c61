"""`TokenStream`: the token ids of one trajectory as they grow. Ids are kept as sampled; only suffixes are rendered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from vista_core import Image, Observation, Segment

from vista_trainers.families.base import ModelFamily, Rendered
from vista_trainers.invariants import check_seen
from vista_trainers.policies.base import SampledTurn, TurnRequest


class TokenStream:
    """Segments of a live trajectory: prompt, policy, template, observation, policy, ...

    Args:
        family: renders prompts and observations.
        prompt: the rendered first prompt.
        images: the question's pictures.
        max_tokens: budget of the whole trajectory, the prompt included.

    Attributes:
        segments: what there is so far.
        images: the pictures shown so far, in the order of their placeholders.
        seen: what the model had and sampled up to the end of the last turn, as far as the policy tells; int32.
    """

    def __init__(self, family: ModelFamily, prompt: Rendered, images: Sequence[Image], max_tokens: int) -> None:
        self._family = family
        self._max_tokens = max_tokens
        self.images = list(images)
        self.segments = [Segment("prompt", prompt.ids, images=tuple(image.id for image in images))]
        self.seen: NDArray[np.int32] | None = None

    @property
    def room(self) -> int:
        """Tokens left in the budget."""
        return self._max_tokens - sum(map(len, self.segments))

    def ids(self) -> NDArray[np.int32]:
        """All ids so far, int32 of shape `(n,)`."""
        return np.concatenate([segment.ids for segment in self.segments])

    def add_turn(self, request: TurnRequest, turn: SampledTurn) -> None:
        """Appends a sampled turn.

        Raises:
            InvariantError: the model had another prompt than the request's.
        """
        check_seen(request.trajectory, request.ids, turn.seen)
        if turn.seen is not None:
            self.seen = np.concatenate([turn.seen, turn.ids])
        self.segments.append(Segment("policy", turn.ids, logprobs=turn.logprobs))

    def add_observation(self, observation: Observation) -> bool:
        """Appends the rest of the turn and an observation; False, and nothing appended, where no turn fits after it."""
        closing = self._family.after_turn(self.segments[-1].ids)
        rendered = self._family.observation(observation.text, observation.images)
        if len(closing) + len(rendered.ids) >= self.room:
            return False
        self.segments.append(Segment("template", closing))
        self.segments.append(
            Segment("observation", rendered.ids, images=tuple(image.id for image in observation.images))
        )
        self.images.extend(observation.images)
        return True

    def untrained(self) -> list[Segment]:
        """The segments with an all-zero loss mask, for a faulted trajectory."""
        return [
            Segment(segment.kind, segment.ids, np.zeros(len(segment), bool), segment.logprobs, segment.images)
            for segment in self.segments
        ]
