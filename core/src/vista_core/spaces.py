"""Gymnasium spaces for what policies and tools exchange: text of any length, and any number of pictures of any size.

gymnasium's own `Text` needs a finite alphabet and `Sequence(Box)` needs one shape; neither describes a turn of a
language model or the pictures of a question.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from gymnasium.spaces import Space
from numpy.typing import NDArray

T = TypeVar("T", covariant=True)

# Blocks to sample from: Latin, Greek, Cyrillic, CJK, emoji. Every code point in them is a character, none a surrogate.
_BLOCKS = ((0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3A1), (0x410, 0x44F), (0x4E00, 0x4FFF), (0x1F600, 0x1F64F))


class _OpenSpace(Space[T]):
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
