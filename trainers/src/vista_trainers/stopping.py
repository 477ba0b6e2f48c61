"""`EndOfTurn`: where a sampled turn ends."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from vista_trainers.families.base import ModelFamily


class EndOfTurn:
    """A stopping criterion that ends a row at an end-of-turn token, at a stop string, or at its own length.

    A stop string may be several tokens, and a token may carry more than its end (`>` and a line break): the row ends at
    the token that completes it and keeps that token whole. Only what was generated is looked at, never the prompt.

    Args:
        family: knows the stop strings, the end-of-turn tokens and how to decode.
        prompt_length: padded length of the prompts, in tokens.
        limits: most tokens of each of the B rows.
        closers: a memory, shared by the calls of one policy, of which tokens can complete a stop string; decoding is
            then needed only where such a token was sampled.
        ended: called once for each row when it ends, with its sampled ids (int32, shape `(n,)`) and why it ended.
    """

    def __init__(
        self,
        family: "ModelFamily",
        prompt_length: int,
        limits: Sequence[int],
        closers: dict[int, bool],
        ended: Callable[[int, NDArray[np.int32], Literal["stop", "length"]], None],
    ) -> None:
        self._family = family
        self._start = prompt_length
        self._limits = list(limits)
        self._stops = family.stop_strings
        self._eos = frozenset(family.eos_ids)
        # Every token that adds to a text adds at least one byte of it, so this many hold any stop string.
        self._tail = max((len(stop.encode()) for stop in self._stops), default=0)
        self._closers = closers
        self._ended = ended
        self._done = [False] * len(limits)

    def __call__(self, input_ids: "torch.Tensor", scores: Any, **kwargs: Any) -> "torch.Tensor":
        """Which rows have ended; bool of shape `(B,)`."""
        import torch

        length = input_ids.shape[1] - self._start
        for row, token in enumerate(input_ids[:, -1].tolist()):
            if self._done[row]:
                continue
            stop = token in self._eos or (self._may_complete(token) and self._completes(input_ids[row]))
            if stop or length >= self._limits[row]:
                self._done[row] = True
                self._ended(row, _ids(input_ids[row, self._start :]), "stop" if stop else "length")
        return torch.tensor(self._done, dtype=torch.bool, device=input_ids.device)

    def _may_complete(self, token: int) -> bool:
        known = self._closers.get(token)
        if known is None:
            text = self._family.decode(np.array([token], np.int32))
            known = self._closers[token] = any(stop[-1] in text for stop in self._stops)
        return known

    def _completes(self, row: "torch.Tensor") -> bool:
        text = self._family.decode(_ids(row[self._start :][-self._tail :]))
        return any(stop in text for stop in self._stops)


def _ids(tensor: "torch.Tensor") -> NDArray[np.int32]:
    return np.array(tensor.cpu().numpy(), dtype=np.int32)
