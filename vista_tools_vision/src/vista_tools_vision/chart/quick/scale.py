"""Numbers as charts write them, the linear scale of an axis, and how far a pixel height supports a value."""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from vista_tools_vision.chart.quick.scene import Tick

_SUFFIX = {"": 1.0, "k": 1e3, "K": 1e3, "m": 1e6, "M": 1e6, "b": 1e9, "B": 1e9, "bn": 1e9}
_NUMBER = re.compile(
    r"([-+]?)\s*[$€£]?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(\.[0-9]+)?(?:[eE]([-+]?[0-9]{1,2}))?\s*(k|K|m|M|bn|b|B)?\s*%?"
)


SURE_PIXELS = 1.3  # px per step from which neighbouring values can be told apart


class Number(NamedTuple):
    """A number that was read: its value and how many decimals were written."""

    value: float
    decimals: int


def parse_number(text: str) -> Number | None:
    """Read "47", "-1,200", "12.5%", "$3", "1.5K"; None for anything else.

    Example:
        >>> parse_number("1,200").value, parse_number("12.50").decimals, parse_number("Mango")
        (1200.0, 2, None)
    """
    text = text.strip().replace("−", "-").replace("–", "-").replace(" ", "")
    match = _NUMBER.fullmatch(text)
    if not match or not (match[2] or match[3]):
        return None
    whole, fraction = (match[2] or "0").replace(",", ""), match[3] or ""
    value = float(whole + fraction) * 10.0 ** int(match[4] or 0) * _SUFFIX[match[5] or ""]
    value = -value if match[1] == "-" else value
    decimals = 0 if value == int(value) else max(0, len(fraction) - 1)
    return Number(value, decimals)


class Scale(NamedTuple):
    """value = (zero - y) / per_unit, with y in px down the picture.

    Attributes:
        zero: y of the value 0 (maybe outside the picture), px.
        per_unit: px per unit of value, positive upwards.
        error: largest distance of a tick that supports it, px.
        support: number of ticks that support it.
    """

    zero: float
    per_unit: float
    error: float
    support: int


def fit_scale(ticks: Sequence[Tick], slack: float = 2.5, base: float | None = None) -> tuple[Scale, list[Tick]] | None:
    """Fit a linear scale through the ticks that most others agree with; misread ones are left out.

    Args:
        ticks: at least two, with distinct rows.
        slack: how far a tick may be from its place, px.
        base: row of the base line's tick, px: when the scale's 0 falls there, it is held there.

    Returns:
        (scale, the ticks that support it), or None when no upward scale has two ticks on it.
    """
    best: list[Tick] = []
    for a, b in combinations(ticks, 2):
        if a.value == b.value or a.at == b.at:
            continue
        per_unit = (b.at - a.at) / (a.value - b.value)
        if per_unit <= 0:
            continue
        group = [t for t in ticks if abs(a.at - (t.value - a.value) * per_unit - t.at) <= slack]
        if len(group) > len(best):
            best = group
    if len(best) < 2:
        return None
    mean_value = sum(t.value for t in best) / len(best)
    mean_at = sum(t.at for t in best) / len(best)
    spread = sum((t.value - mean_value) ** 2 for t in best)
    per_unit = -sum((t.value - mean_value) * (t.at - mean_at) for t in best) / spread
    if per_unit <= 0:
        return None
    zero = mean_at + mean_value * per_unit
    if base is not None and abs(zero - base) <= 2.5:
        moved = [(t.value, base - t.at) for t in best if t.value]
        zero, per_unit = base, sum(v * h for v, h in moved) / sum(v * v for v, _ in moved)
    error = max(abs(zero - t.value * per_unit - t.at) for t in best)
    return Scale(zero, per_unit, error, len(best)), best


def common_scale(heights: Sequence[float], values: Sequence[float]) -> float | None:
    """Pixels per unit that most (height, value) pairs agree with, for bars that start at 0.

    Args:
        heights: of bars, px.
        values: of their labels.

    Returns:
        px per unit, or None when fewer than two pairs (or less than half of them) agree within 1.5 px.
    """
    pairs = [(h, v) for h, v in zip(heights, values, strict=True) if v > 0 and h > 0]
    best: list[tuple[float, float]] = []
    for height, value in pairs:
        group = [(h, v) for h, v in pairs if abs(v * height / value - h) <= 1.5 + 0.01 * h]
        if (len(group), sum(v for _, v in group)) > (len(best), sum(v for _, v in best)):
            best = group
    if len(best) < max(2, (len(pairs) + 1) // 2):
        return None
    return sum(h * v for h, v in best) / sum(v * v for _, v in best)


def fine_unit(values: Sequence[float], slacks: Sequence[float], per_unit: float, whole: bool) -> tuple[float, bool]:
    """Find the unit (1, 2 or 5 times a power of ten) that measured values are multiples of.

    The coarsest unit wins that all values fit within their slack, if that can hardly be chance; whole numbers are
    believed without that proof where the axis has only whole numbers. Without such a unit the values are good to
    the finest one that can still be seen.

    Args:
        values: as measured, in units of the axis.
        slacks: uncertainty of each, px.
        per_unit: px per unit of the axis.
        whole: the axis shows whole numbers only.

    Returns:
        (unit, whether all values fit it).
    """
    finest = 1.0
    units = sorted((m * 10.0**e for m in (1, 2, 5) for e in range(-6, 10)), reverse=True)
    for unit in (u for u in units if u * per_unit >= SURE_PIXELS):
        finest = unit
        chance = 1.0
        extra = 0.4 if whole and unit == 1 else 0.0
        for value, slack in zip(values, slacks, strict=True):
            if abs(value - round(value / unit) * unit) * per_unit > min(slack + extra, 0.49 * unit * per_unit):
                break
            chance *= min(1.0, 2 * slack / (unit * per_unit))
        else:
            if chance < 0.02 or (whole and unit == 1):
                return unit, True
    return finest, False
