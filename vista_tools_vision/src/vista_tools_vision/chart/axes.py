"""Axes from texts: which texts are ticks, and the scale through them."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from vista_tools_vision.chart.numbers import Number, parse_date, parse_number
from vista_tools_vision.chart.scene import Axis, Tick
from vista_tools_vision.chart.texts import TextLine

if TYPE_CHECKING:
    import numpy as np

MOST_TICKS = 60
Scale = Literal["linear", "log", "date"]


@dataclass(slots=True)
class Stack:
    """Tick labels of one axis.

    Attributes:
        lines: in order of `at`, those that support the scale only.
        at: middle of each label along the axis, px.
        values: of each label.
        scale: what they are.
        slope: per px, of the value (log10 of it on a log scale).
        offset: at px 0.
        error: largest distance of a label from its place, px.
        rejected: how many aligned labels do not fit.
    """

    lines: list[TextLine]
    at: list[float]
    values: list[float]
    scale: Scale
    slope: float
    offset: float
    error: float
    rejected: int = 0
    unit: str = ""
    others: list[TextLine] = field(default_factory=list)


def find_stack(
    image: "np.ndarray", lines: Sequence[TextLine], vertical: bool, letter: float, least: int = 3
) -> Stack | None:
    """Find the aligned numbers that lie on one scale and support it best.

    Args:
        image: RGB uint8; small raised digits are told from others in it.
        lines: texts that may be ticks.
        vertical: labels stand above each other (a y axis); else beside each other.
        letter: height of a usual line of text, px.
        least: labels that must agree.

    Returns:
        The stack with the most labels; of equal ones the one furthest out; None without one.
    """
    best: Stack | None = None
    for group in _aligned(lines, vertical, letter):
        stack = fit_stack(image, group, vertical, letter, least)
        if stack and (best is None or len(stack.lines) > len(best.lines)):
            best = stack
    return best


def _aligned(lines: Sequence[TextLine], vertical: bool, letter: float) -> list[list[TextLine]]:
    """Groups of lines that share an edge or a middle, each group once."""
    sides: list[Callable[[TextLine], float]] = (
        [lambda t: t.box.right, lambda t: t.box.left, lambda t: t.box.centre[0]]
        if vertical
        else [lambda t: t.box.centre[1], lambda t: t.box.top]
    )
    seen: set[tuple[int, ...]] = set()
    groups = []
    for side in sides:
        for anchor in lines:
            group = [t for t in lines if abs(side(t) - side(anchor)) <= 0.6 * letter]
            key = tuple(sorted(id(t) for t in group))
            if len(group) >= 2 and key not in seen:
                seen.add(key)
                groups.append(group)
    return groups


def fit_stack(
    image: "np.ndarray", group: Sequence[TextLine], vertical: bool, letter: float, least: int = 3
) -> Stack | None:
    """Fit a linear, logarithmic or date scale through aligned labels, leaving misread ones out."""
    at = places_of(group, vertical)
    numbers = [_tick_number(image, t) for t in group]
    known = [i for i, n in enumerate(numbers) if n is not None][:MOST_TICKS]
    values = {i: n.value for i, n in enumerate(numbers) if n is not None}
    tries: list[tuple[Scale, dict[int, float]]] = [("linear", {i: values[i] for i in known})]
    tries.append(("log", {i: math.log10(values[i]) for i in known if values[i] > 0}))
    days = {i: d for i, t in enumerate(group) if (d := parse_date(t.text)) is not None and re.search(r"[0-9]", t.text)}
    tries.append(("date", days))
    best: tuple[int, float, Scale, dict[int, float], tuple[float, float]] | None = None
    for scale, points in tries:
        fitted = fit_line([(at[i], v) for i, v in points.items()], slack=0.3 * letter)
        if fitted is None:
            continue
        slope, offset, kept, error = fitted
        if scale != "date" and vertical and slope > 0 and scale == "log":
            continue
        if scale == "log" and len(kept) < 3:
            continue
        inside = {i: v for i, v in points.items() if any(k == (at[i], v) for k in kept)}
        if not (round_on_log(list(inside.values())) if scale == "log" else regular(list(inside.values()))):
            continue
        if best is None or len(inside) > best[0]:
            best = len(inside), error, scale, inside, (slope, offset)
    if best is None or best[0] < least or best[0] < 0.6 * len(group):
        return None
    count, error, scale, inside, (slope, offset) = best
    order = sorted(inside, key=lambda i: at[i])
    units = [n.unit for i in order if (n := numbers[i]) is not None and n.unit]
    unit = max(set(units), key=units.count) if len(units) >= 0.5 * count else ""
    stack_values = [10.0 ** inside[i] if scale == "log" else inside[i] for i in order]
    return Stack(
        [group[i] for i in order],
        [at[i] for i in order],
        stack_values,
        scale,
        slope,
        offset,
        error,
        len(group) - count,
        unit,
        [t for i, t in enumerate(group) if i not in inside],
    )


def regular(values: Sequence[float]) -> bool:
    """Whether values step as ticks do: by multiples of one step that is not much smaller than their range."""
    order = sorted(values)
    steps = [b - a for a, b in pairwise(order)]
    least = min(steps, default=0.0)
    if least <= 0:
        return False
    span = (order[-1] - order[0]) / least
    odd = sum(abs(s / least - round(s / least)) > 0.12 for s in steps)
    return span <= 3 * len(order) + 3 and odd <= 0.34 * len(steps)


def round_on_log(logs: Sequence[float]) -> bool:
    """Whether most numbers, given as log10, are 1 to 9 (or 1.5) times a power of ten, and span a factor of 5."""
    mantissas = [10 ** (v - math.floor(v + 1e-9)) for v in logs]
    good = sum(abs(m - round(m)) < 0.02 or abs(m - 1.5) < 0.02 for m in mantissas)
    return good >= 0.75 * len(logs) and max(logs) - min(logs) > 0.69


def places_of(group: Sequence[TextLine], vertical: bool) -> list[float]:
    """Middle of each label along its axis, px; where they slant, the end that points at the axis."""
    if not vertical:
        return [t.box.centre[0] for t in group]
    # The tail of a comma hangs below the line, so that the middle of the digits is measured from above.
    heights = sorted(t.box.height for t in group)
    usual = heights[len(heights) // 3]
    return [t.box.top + usual / 2 if 0 <= t.box.height - usual <= 0.45 * usual else t.box.centre[1] for t in group]


def _tick_number(image: "np.ndarray", line: TextLine) -> Number | None:
    """The number of a tick; "102" with a small raised 2 is 100."""
    text = line.text.replace(" ", "")
    match = re.fullmatch(r"10([-−–]?[0-9]{1,2})", text)
    if match and line.level and raised(image, line):
        power = int(re.sub("[−–]", "-", match[1]))
        return Number(10.0**power, max(0, -power))
    if match := re.fullmatch(r"10([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text):
        power = int(match[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
        return Number(10.0**power, max(0, -power))
    # A tick mark beside a number is read as a dash or a plus; O, l and S between digits are misread digits.
    text = re.sub(r"(?<=.)[-−–—_+|]+$", "", text)
    text = re.sub(r"^[Oo](?=[kKMB%]?$)", "0", text)
    if re.search("[0-9]", text) and re.fullmatch(r"[-−–+$€£0-9OolIS.,%]+", text):
        text = text.translate(str.maketrans("OolIS", "00115"))
    return parse_number(text) or parse_number(line.text)


def raised(image: "np.ndarray", line: TextLine) -> bool:
    """Whether the last sign of a level line stands higher than the first one."""
    import cv2
    import numpy as np

    box = line.box
    part = image[int(box.top) : math.ceil(box.bottom), int(box.left) : math.ceil(box.right)].astype(np.int16)
    if part.size == 0:
        return False
    edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    contrast = np.abs(part - np.median(edge, axis=0)).max(axis=2)
    mask = (contrast > 0.4 * contrast.max()).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    glyphs = sorted((tuple(int(v) for v in s[:4]) for s in stats[1:count] if s[4] >= 3), key=lambda g: g[0])
    if len(glyphs) < 3:
        return False
    base = glyphs[0][1] + glyphs[0][3]
    last = glyphs[-1]
    return base - (last[1] + last[3]) >= 0.22 * part.shape[0]


def fit_line(
    points: Sequence[tuple[float, float]], slack: float
) -> tuple[float, float, list[tuple[float, float]], float] | None:
    """Fit value = offset + slope * px through the points that most others agree with.

    Args:
        points: (px, value).
        slack: how far a point may be from its place, px.

    Returns:
        (slope, offset, the points that agree, largest distance in px); None where no two points agree.
    """
    best: list[tuple[float, float]] = []
    spread = 0.0
    for (pa, va), (pb, vb) in combinations(points, 2):
        if va == vb or abs(pa - pb) <= 2 * slack:
            continue
        slope = (vb - va) / (pb - pa)
        group = [(p, v) for p, v in points if abs((v - va) / slope + pa - p) <= slack]
        width = abs(pa - pb)
        if (len(group), width) > (len(best), spread):
            best, spread = group, width
    if len(best) < 2:
        return None
    slope, offset = least_squares(best)
    if not slope:
        return None
    error = max(abs((v - offset) / slope - p) for p, v in best)
    return slope, offset, best, error


def least_squares(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(slope, offset) of value over px; (0, 0) where all px or all values are equal. The error is taken in px."""
    mean_p, mean_v = sum(p for p, _ in points) / len(points), sum(v for _, v in points) / len(points)
    mixed = sum((p - mean_p) * (v - mean_v) for p, v in points)
    square = sum((v - mean_v) ** 2 for _, v in points)
    if not mixed or not square:
        return 0.0, 0.0
    slope = square / mixed
    return slope, mean_v - slope * mean_p


def snapped(stack: Stack, places: Sequence[float], slack: float) -> Stack:
    """Move labels to the grid lines or tick marks beside them, and fit the scale again.

    Args:
        stack: at the middles of its labels.
        places: of lines or marks along the axis, px.
        slack: how far a label may be from its line, px.

    Returns:
        The stack itself where fewer than two thirds (or two) of the labels have a line.
    """
    matched = []
    for at, value in zip(stack.at, stack.values, strict=True):
        place = min(places, key=lambda p: abs(p - at), default=None)
        if place is not None and abs(place - at) <= slack:
            matched.append((at, place, value))
    if len(matched) < max(2, math.ceil(0.6 * len(stack.at))):
        return stack
    shift = median(place - at for at, place, _ in matched)
    points = [
        (place, math.log10(value) if stack.scale == "log" else value)
        for at, place, value in matched
        if abs(place - at - shift) <= 0.4 * slack + 1
    ]
    fitted = fit_line(points, slack=1.5)
    if fitted is None or len(fitted[2]) < max(2, math.ceil(0.5 * len(stack.at))):
        return stack
    slope, offset, _, error = fitted
    # Each label is where its value says, which is its line; those without a line are moved as well.
    at = [((math.log10(v) if stack.scale == "log" else v) - offset) / slope for v in stack.values]
    return Stack(
        stack.lines, at, stack.values, stack.scale, slope, offset, error, stack.rejected, stack.unit, stack.others
    )


def axis_of(stack: Stack, position: Literal["left", "right", "bottom", "top"]) -> Axis:
    """The axis that a stack of labels stands for."""
    ticks = [
        Tick(text=line.text, value=value, at=round(at, 2))
        for line, value, at in zip(stack.lines, stack.values, stack.at, strict=True)
    ]
    read = sum(line.confidence for line in stack.lines) / len(stack.lines)
    support = {1: 0.3, 2: 0.75, 3: 0.92}.get(len(ticks), 1.0)
    agreed = len(ticks) / (len(ticks) + stack.rejected)
    return Axis(
        position=position,
        scale=stack.scale,
        unit=stack.unit,
        ticks=ticks,
        offset=stack.offset,
        slope=stack.slope,
        confidence=round(min(1.0, read * support * (0.5 + 0.5 * agreed)), 3),
    )
