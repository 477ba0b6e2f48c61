"""Intervals for evaluation: Wilson's for a share, a paired bootstrap for a difference."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_Z95 = 1.959963984540054


class Interval(NamedTuple):
    """A difference of means with its 95% interval."""

    difference: float
    low: float
    high: float


def wilson(successes: int, n: int, z: float = _Z95) -> tuple[float, float]:
    """Wilson's score interval of a share, 95% by default; (0, 1) when nothing was counted.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Example:
        >>> [round(x, 3) for x in wilson(8, 10)]
        [0.49, 0.943]
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be between 0 and n={n}, got {successes}")
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def paired_bootstrap(
    before: Sequence[float], after: Sequence[float], *, seed: int = 0, resamples: int = 10_000, level: float = 0.95
) -> Interval:
    """Mean of `after - before` over the same items, with a percentile bootstrap interval over items.

    Args:
        before: a value for each item, such as 0 or 1 for wrong or right; shape `(n,)`.
        after: the same items in the same order.
        seed: of the resampling.
        resamples: bootstrap samples.
        level: coverage.

    Raises:
        ValueError: the two do not pair up, or are empty.

    Example:
        >>> paired_bootstrap([0, 0, 1, 0] * 25, [1, 1, 1, 0] * 25).difference
        0.5
    """
    if len(before) != len(after) or not len(before):
        raise ValueError(f"a paired comparison needs the same items twice, got {len(before)} and {len(after)}")
    difference = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    # Drawing n items with replacement is drawing how often each distinct difference occurs: a multinomial.
    values, counts = np.unique(difference, return_counts=True)
    rng = np.random.Generator(np.random.Philox(key=seed))
    means = rng.multinomial(len(difference), counts / len(difference), size=resamples) @ values / len(difference)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(difference.mean()), float(low), float(high))
