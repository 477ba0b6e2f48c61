"""Long thin straight lines: grid lines, axis lines, tick marks; and the plot area that they span."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

SHORTEST = 0.2  # of the picture's side: shorter lines are no grid lines
LEAST_INK = 0.3  # share of a line that is drawn: dashes and dots have gaps


@dataclass(slots=True)
class Rule:
    """A straight line along an axis.

    Attributes:
        at: its place across its direction (y of a horizontal one), centre, px.
        start: where it begins along its direction, px.
        end: where it ends, px.
        thickness: px.
    """

    at: float
    start: float
    end: float
    thickness: float

    @property
    def length(self) -> float:
        """End to end, px."""
        return self.end - self.start


def find_rules(ground: "np.ndarray", horizontal: bool) -> list[Rule]:
    """Find long thin lines on the ground.

    A pixel is of a line when it is no ground, but what lies a few pixels to both sides of it is: that holds for thin
    lines of any faintness between bars and for none of a bar's own pixels.

    Args:
        ground: bool (height, width): page or panel (texts counted in).
        horizontal: look for horizontal lines; else for vertical ones.

    Returns:
        Lines in order of `at`.
    """
    import numpy as np

    field = ground if horizontal else ground.T
    rows, columns = field.shape
    reach = max(3, round(0.005 * max(ground.shape)))
    padded = np.pad(field, ((reach, reach), (0, 0)), constant_values=True)
    clear = padded[: -2 * reach] & padded[2 * reach :]
    line = clear & ~field
    counts = line.sum(axis=1)
    least = SHORTEST * columns * LEAST_INK
    found: list[Rule] = []
    y = 0
    while y < rows:
        if counts[y] < least:
            y += 1
            continue
        top = y
        while y < rows and counts[y] >= 0.5 * least:
            y += 1
        weights = counts[top:y].astype(float)
        peak = top + int(weights.argmax())
        places = np.flatnonzero(line[peak])
        # Stray pixels beyond the ends (a letter, a marker) are not of the line.
        first, last = int(0.005 * len(places)), int(0.995 * (len(places) - 1))
        gap = float(np.percentile(np.diff(places), 90)) + 1 if len(places) > 1 else 1.0  # of its dashes
        while first > 0 and places[first] - places[first - 1] <= gap:
            first -= 1
        while last < len(places) - 1 and places[last + 1] - places[last] <= gap:
            last += 1
        low, high = int(places[first]), int(places[last])
        drawn = line[peak, low : high + 1].sum() / max(1, clear[peak, low : high + 1].sum())
        if y - top <= 2 * reach and high - low >= SHORTEST * columns and drawn >= LEAST_INK:
            strong = weights >= 0.6 * weights.max()
            rows_of = np.arange(top, y)[strong]
            found.append(Rule(float(rows_of.mean()) + 0.5, float(low), float(high) + 1.0, float(len(rows_of))))
    edge = 0.008 * rows  # a frame around the whole picture says nothing
    return [r for r in found if edge < r.at < rows - edge]


def common_end(values: Sequence[float], slack: float, outward: int) -> float | None:
    """The value that most others are near to, of equals the outermost; None for none.

    Args:
        values: px.
        slack: values as near as this are one, px.
        outward: 1 where larger is further out, -1 where smaller is.
    """
    best = max(values, key=lambda v: (sum(abs(v - o) <= slack for o in values), outward * v), default=None)
    if best is None:
        return None
    close = sorted(v for v in values if abs(v - best) <= slack)
    return close[len(close) // 2]


def tick_marks(
    ground: "np.ndarray", strip: Box, places: Sequence[float], slack: float, horizontal: bool
) -> list[float]:
    """Places of tick marks beside an axis.

    Args:
        ground: bool (height, width): page or panel.
        strip: between labels and plot, px.
        places: centres of the labels along the axis, px.
        slack: how far a mark may be from the centre of its label, px.
        horizontal: marks are short horizontal lines (of a vertical axis).

    Returns:
        Centres of the marks that lie beside labels, px; of the pixel line across the strip that fits the labels best.
    """
    import numpy as np

    left, top, right, bottom = (int(v) for v in strip)
    part = ~ground[max(0, top) : bottom, max(0, left) : right]
    if not horizontal:
        part = part.T
    first = max(0, top) if horizontal else max(0, left)
    best: list[float] = []
    for column in part.T:
        turns = np.diff(np.concatenate([[0], column.astype(np.int8), [0]]))
        runs = zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True)
        marks = [first + float(a + b) / 2 for a, b in runs if b - a <= max(3.0, 0.3 * slack)]
        matched = [m for m in marks if any(abs(m - p) <= slack for p in places)]
        if len(matched) > len(best) and len(matched) <= 1.2 * len(places):
            best = matched
    return best
