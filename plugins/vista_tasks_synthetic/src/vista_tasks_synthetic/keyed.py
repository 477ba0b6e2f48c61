"""Random numbers that are a function of a key, never of what was drawn before."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")


def digest(*parts: object) -> int:
    """Return 128 bits of the sha256 of the parts' texts.

    Args:
        parts: numbers and strings; their order counts, and `"a", "b"` differs from `"ab"`.
    """
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def generator(*parts: object) -> "np.random.Generator":
    """Return a counter-based generator (Philox) keyed by the parts: equal parts, equal numbers.

    Example:
        >>> int(generator(0, "train", 5).integers(100)) == int(generator(0, "train", 5).integers(100))
        True
    """
    import numpy as np

    return np.random.Generator(np.random.Philox(key=digest(*parts)))


def pick(rng: "np.random.Generator", items: Sequence[T]) -> T:
    """Return one of the items, each as likely."""
    return items[int(rng.integers(len(items)))]


def pick_several(rng: "np.random.Generator", items: Sequence[T], count: int) -> tuple[T, ...]:
    """Return `count` different items in random order."""
    return tuple(items[int(i)] for i in rng.permutation(len(items))[:count])


def chance(rng: "np.random.Generator", probability: float) -> bool:
    """Return True with the given probability."""
    return bool(rng.random() < probability)


def between(rng: "np.random.Generator", low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return int(rng.integers(low, high + 1))
