"""Where the vertices of the lines are along the x axis, and how high each line is there."""

import itertools
import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.chart.scene import Axis
from vista_tools_vision.chart.traces import Piece, Trace, fit_piece

if TYPE_CHECKING:
    import numpy as np

EPOCH = date(1970, 1, 1)
PARTS = (1, 2, 3, 4, 5, 6, 7, 10, 12)  # in how many equal parts data divide the distance of two ticks
NAMED_PARTS = (1, 2, 3, 4)
MOST_TRIED = 3  # lines that a step is tried on
DENSE = 5.0  # px; vertices closer than that are not told apart


class Height(NamedTuple):
    """Height of a line at a place.

    Attributes:
        y: px.
        support: 0..1, how far the line is seen on both sides.
        agreement: distance of what its two sides say, px.
    """

    y: float
    support: float
    agreement: float


def bends(line: Trace, slack: float) -> list[float]:
    """Columns where a trace changes its direction, its ends included, px (Douglas and Peucker, 1973)."""
    import numpy as np

    x, y = _path(line)
    if len(x) < 3:
        return [float(v) for v in x]
    keep = {0, len(x) - 1}
    stack = [(0, len(x) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        off = np.abs((x[a:b] - x[a]) * dy - (y[a:b] - y[a]) * dx) / max(1e-9, math.hypot(dx, dy))
        worst = int(off.argmax())
        if off[worst] > slack:
            keep.add(a + worst)
            stack += [(a, a + worst), (a + worst, b)]
    return [float(x[i]) for i in sorted(keep)]


def _path(line: Trace) -> tuple["np.ndarray", "np.ndarray"]:
    """One point a column: the run next to the one before it."""
    import numpy as np

    xs, first = np.unique(line.x, return_index=True)
    bounds = [*first, len(line.x)]
    ys = []
    for a, b in itertools.pairwise(bounds):
        runs = line.y[a:b]
        tall = line.height[a:b]
        if not ys:
            ys.append(float(runs[tall.argmax()]))
        else:
            gap = np.maximum(0, np.abs(runs - ys[-1]) - tall / 2)
            ys.append(float(runs[gap.argmin()]))
    return xs, np.array(ys)


def places_on(axis: Axis, lines: Sequence[Trace], slack: float, reach: float) -> list[tuple[float, float]]:
    """Find the x values that the vertices of lines stand at, on a numeric or date axis.

    Data mostly come in even steps: the coarsest step is taken that divides the distance of ticks and between whose
    places the lines are straight. Without such a step the bends that are seen are the places.

    Args:
        axis: "linear", "log" or "date", with at least two ticks.
        lines: traces of all series.
        slack: how far a line may be off a straight piece, px.
        reach: how far the first and the last marker may stick out, px.

    Returns:
        (px, value) pairs, left to right.
    """
    lines = [line for line in lines if len(line.x)]
    if not lines:
        return []
    left, right = min(line.extent[0] for line in lines), max(line.extent[1] for line in lines)
    if axis.scale != "log":
        wide = max(reach, 0.05 * (right - left))
        grids = _month_grids(axis, left - wide, right + wide) if axis.scale == "date" else []
        grids += _even_grids(axis, left - wide, right + wide)
        widest = sorted(lines, key=lambda line: line.extent[0] - line.extent[1])[:MOST_TRIED]
        explained: list[tuple[float, list[tuple[float, float]]]] = []
        for grid in sorted(grids, key=len):
            fitted = _to_ends(grid, left, right, reach)
            if fitted:
                explained.append((_explained(widest, [px for px, _ in fitted]), fitted))
        most = max((share for share, _ in explained), default=0.0)
        if most >= 0.6:
            return next(grid for share, grid in explained if share >= most - 0.04)
    inner = sorted(x for line in lines for x in bends(line, slack)[1:-1])
    return _distinct([(x, axis.value_at(x)) for x in [left, *inner, right]], max(DENSE, 4 * slack))


def between(places: Sequence[float], lines: Sequence[Trace]) -> int:
    """In how many equal parts the data divide the distance of named ticks, where not every place has its name.

    Returns:
        The least number of parts between whose ends the lines are straight.
    """
    if len(places) < 2:
        return 1
    widest = sorted((line for line in lines if len(line.x)), key=lambda line: line.extent[0] - line.extent[1])
    shares = []
    for parts in NAMED_PARTS:
        finer = divided(places, parts)
        if parts == 1 or (finer[-1] - finer[0]) / (len(finer) - 1) >= 2 * DENSE:
            shares.append((_explained(widest[:MOST_TRIED], finer), parts))
    most = max(share for share, _ in shares)
    return next(parts for share, parts in shares if share >= most - 0.1)


def moved(places: Sequence[float], lines: Sequence[Trace]) -> list[float]:
    """Move named places to where the lines have their vertices: slanted names may stand to one side of their ticks.

    Args:
        places: of the names, px.
        lines: traces of the series.

    Returns:
        The places as they are, or shifted or stretched to the ends of the lines where that explains the lines better.
    """
    lines = sorted((line for line in lines if len(line.x)), key=lambda line: line.extent[0] - line.extent[1])
    if len(places) < 3 or not lines:
        return list(places)
    before = min(line.extent[0] for line in lines) - places[0]
    after = max(line.extent[1] for line in lines) - places[-1]
    span = places[-1] - places[0]
    if max(abs(before), abs(after)) > 0.6 * span / (len(places) - 1):
        return list(places)
    shifted = [p + (before + after) / 2 for p in places]
    stretched = [p + before + (after - before) * (p - places[0]) / span for p in places]
    tries = [list(places), shifted, stretched]
    shares = [_explained(lines[:MOST_TRIED], t) for t in tries]
    best = max(range(3), key=lambda k: shares[k] - 0.04 * (k > 0))
    return tries[best]


def divided(places: Sequence[float], parts: int) -> list[float]:
    """Places with `parts` - 1 more between each two, px."""
    out = [a + (b - a) * k / parts for a, b in itertools.pairwise(places) for k in range(parts)]
    return [*out, places[-1]]


def _to_ends(
    grid: Sequence[tuple[float, float]], left: float, right: float, reach: float
) -> list[tuple[float, float]] | None:
    """Fit a grid to the ends of the lines, as labels at the ends of an axis may be moved inwards.

    Returns:
        Its places from the first to the last that the lines reach; None where they do not end at places of it.
    """
    if len(grid) < 2:
        return None
    step = (grid[-1][0] - grid[0][0]) / (len(grid) - 1)
    if step < DENSE:
        return None
    first, last = (min(range(len(grid)), key=lambda i, x=x: abs(grid[i][0] - x)) for x in (left, right))
    if last <= first:
        return None
    off = [left - grid[first][0], right - grid[last][0]]
    if max(abs(o) for o in off) > max(reach, 0.3 * step):
        return None
    start, end = (o if abs(o) > reach else 0.0 for o in off)
    inner = grid[first : last + 1]
    return [(px + start + (end - start) * i / (last - first), value) for i, (px, value) in enumerate(inner)]


def _explained(lines: Sequence[Trace], pixels: Sequence[float]) -> float:
    """Share of the lines' columns that lie on straight pieces between the places of a grid, 0..1."""
    total = on = 0.0
    for line in lines:
        for a, b in itertools.pairwise(pixels):
            width = min(b, line.extent[1]) - max(a, line.extent[0])
            if width > 0.5 * (b - a):
                piece = fit_piece(line, a, b)
                total += width
                on += width * (piece.support if piece else 0.0)
    return on / total if total else 0.0


def _even_grids(axis: Axis, left: float, right: float) -> list[list[tuple[float, float]]]:
    """Even steps that divide the distance of the ticks, or hold it a few times, from coarse to fine."""
    values = sorted(t.value for t in axis.ticks if t.value is not None)
    if len(values) < 2 or axis.slope == 0:
        return []
    gap = min(b - a for a, b in itertools.pairwise(values))
    if gap <= 0:
        return []
    whole = all(float(v).is_integer() for v in values) and gap <= 20 and axis.scale == "linear"
    steps = [gap / part for part in PARTS if not whole or (gap / part).is_integer() or part == 1]
    out = []
    low, high = sorted((axis.value_at(left), axis.value_at(right)))
    for step in steps:
        first, last = math.ceil((low - values[0]) / step), math.floor((high - values[0]) / step)
        if last - first < 400:
            grid = [values[0] + k * step for k in range(first, last + 1)]
            out.append(sorted((axis.pixel_of(v), round(v, 9)) for v in grid))
    return out


def _month_grids(axis: Axis, left: float, right: float) -> list[list[tuple[float, float]]]:
    """First days of years, quarters and months."""
    days = sorted((axis.value_at(left), axis.value_at(right)))
    if not -700000 < days[0] < days[1] < 900000:
        return []
    years = [date.fromordinal(EPOCH.toordinal() + math.floor(d)).year for d in days]
    out = []
    for months in ((1,), (1, 4, 7, 10), tuple(range(1, 13))):
        if (years[1] - years[0] + 1) * len(months) > 400:
            continue
        starts = [
            float((date(year, month, 1) - EPOCH).days)
            for year in range(max(1, years[0]), years[1] + 2)
            for month in months
        ]
        out.append(sorted((axis.pixel_of(d), d) for d in starts if days[0] <= d <= days[1]))
    return out


def _distinct(pairs: Sequence[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """Leave out places closer to the one before than `least` px."""
    out: list[tuple[float, float]] = []
    for pair in pairs:
        if not out or pair[0] - out[-1][0] >= least:
            out.append(pair)
    return out


def heights(line: Trace, places: Sequence[float], slack: float) -> list[Height | None]:
    """How high a line is at each of its vertices.

    Straight pieces are fitted between neighbouring places; a vertex is where two of them meet. So neither the width of
    the line, nor a marker, nor a crossing line shifts it.

    Args:
        line: of one series.
        places: columns of the vertices, left to right, px.
        slack: how far a place may be off, px.

    Returns:
        One Height for each place; None where the line is not seen on either side.
    """
    if len(line.x) == 0:
        return [None] * len(places)
    pieces = [fit_piece(line, a, b) for a, b in itertools.pairwise(places)]
    shift = _shift(pieces, places, slack)
    out: list[Height | None] = []
    for i, place in enumerate(places):
        left, right = pieces[i - 1] if i > 0 else None, pieces[i] if i < len(pieces) else None
        if left is not None and right is not None:
            out.append(_meeting(line, left, right, place, shift, slack))
        elif left is not None or right is not None:
            piece = left or right
            assert piece is not None
            end = line.extent[1] if left is not None else line.extent[0]
            x = place + shift
            if abs(end - x) <= slack:  # the line ends here: caps reach half a width over
                x = min(x, end) if left is not None else max(x, end)
            out.append(Height(piece.y(x), 0.6 * piece.support, 0.0))
        else:
            out.append(_lone(line, place, slack))
    return out


def _shift(pieces: Sequence[Piece | None], places: Sequence[float], slack: float) -> float:
    """By how much the vertices are off their places, px: the middle of labels need not be that of their ticks."""
    off = []
    for left, right, place in zip(pieces, pieces[1:], places[1:], strict=False):
        if left is not None and right is not None and abs(left.slope - right.slope) > 0.8:
            x = _crossing(left, right)
            if abs(x - place) <= slack:
                off.append(x - place)
    off.sort()
    return off[len(off) // 2] if len(off) >= 3 else 0.0


def _crossing(left: Piece, right: Piece) -> float:
    return (right.y(0.0) - left.y(0.0)) / (left.slope - right.slope)


def _meeting(line: Trace, left: Piece, right: Piece, place: float, shift: float, slack: float) -> Height:
    import numpy as np

    support = (left.support + right.support) / 2
    if abs(left.slope - right.slope) > 0.5:
        x = _crossing(left, right)
        if abs(x - place - shift) <= slack:
            return Height(left.y(x), support, 0.0)
    x = place + shift
    ys = [left.y(x), right.y(x)]
    apart = abs(ys[0] - ys[1])
    weights = [p.support / (1 + p.slope**2) for p in (left, right)]
    if apart <= 2.5 + 0.02 * (abs(left.slope) + abs(right.slope)) * slack:
        return Height(float(np.average(ys, weights=weights)), support, apart)
    # The two sides disagree: one follows another line, or the line has a gap. What is seen here decides.
    near = np.abs(line.x - x) <= 2
    votes = [float(np.sum(np.abs(line.y[near] - y) <= line.height[near] / 2 + 1.5)) + p.support
             for y, p in zip(ys, (left, right), strict=True)]  # fmt: skip
    chosen = 0 if votes[0] >= votes[1] else 1
    return Height(ys[chosen], 0.5 * support, apart)


def _lone(line: Trace, place: float, slack: float) -> Height | None:
    """A vertex that no piece reaches: a marker, or a line too short to fit."""
    import numpy as np

    near = np.abs(line.x - place) <= max(1.5, 0.6 * slack)
    if not near.any():
        return None
    ys = line.y[near]
    return Height(float(np.median(ys)), 0.4, float(np.ptp(ys)))
