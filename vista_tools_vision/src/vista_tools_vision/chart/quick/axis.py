"""The value axis: tick labels, the exact pixel rows that they belong to, and the scale through them."""

import itertools
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from vista_tools_vision.chart.quick.labels import cut_box, tick_boxes
from vista_tools_vision.chart.quick.scale import Scale, fit_scale, parse_number
from vista_tools_vision.chart.quick.scene import Tick
from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.ocr_engine import PaddleOCR

MOST_TICKS = 24


def read_value_axis(
    image: "np.ndarray",
    ocr: "PaddleOCR",
    bars: Sequence[Box],
    page: "np.ndarray",
    panel: "np.ndarray",
    tolerance: float,
) -> tuple[Scale, list[Tick], bool] | None:
    """Read the tick labels left of the bars and fit their scale.

    Args:
        image: RGB uint8.
        ocr: the recogniser.
        bars: left to right, px.
        page: RGB around the plot.
        panel: RGB behind the bars.
        tolerance: grey levels within one colour.

    Returns:
        (scale, supporting ticks, whether all of their labels are whole numbers), or None without a trustworthy scale.
    """
    from vista_tools_vision.ocr_engine import NUMBER_ALPHABET

    region = Box(0, 0, bars[0].left - 1, min(image.shape[0], bars[0].bottom + 14))
    for stack in tick_boxes(image, region, page)[:2]:
        stack = stack[:MOST_TICKS]
        lines = ocr.recognize([cut_box(image, box, page) for box in stack], NUMBER_ALPHABET)
        height = median(box.height for box in stack)
        ticks, whole = [], True
        for box, line in zip(stack, lines, strict=True):
            number = parse_number(line.text) if line.confidence >= 0.5 else None
            if number is not None:
                ticks.append(Tick(number.value, box.top + height / 2))  # the tail of a comma hangs lower
                whole = whole and number.decimals == 0
        fitted = fit_scale(ticks)
        if fitted is None or len(fitted[1]) < max(2, round(0.6 * len(stack))):
            continue
        rows = line_rows(image, bars, panel, tolerance) or tick_mark_rows(
            image, Box(max(b.right for b in stack) + 2, 0, bars[0].left, region.bottom), fitted[1], page
        )
        base = bars[0].bottom + 0.5  # the tick of 0 lies on the base line, the pixel row below the bars
        exact = on_rows(fitted[1], [*rows, base] if rows else [], base)
        scale, ticks = fit_scale(exact, base=base) or fitted
        return scale, ticks, whole
    return None


def line_rows(image: "np.ndarray", bars: Sequence[Box], panel: "np.ndarray", tolerance: float) -> list[float]:
    """Rows of the gridlines, solid or dashed, seen between the bars; centres of pixel rows, px."""
    import numpy as np

    columns = np.zeros(image.shape[1], bool)
    for a, b in itertools.pairwise(bars):
        columns[int(a.right) + 3 : int(b.left) - 2] = True
    if columns.sum() < 4:
        return []
    bottom = int(bars[0].bottom)
    off = np.abs(image[:bottom, columns].astype(float) - panel).max(axis=2) > tolerance
    share = off.mean(axis=1)
    return [y + 0.5 for y in range(1, bottom - 1) if share[y] >= 0.3 and share[y] >= max(share[y - 1], share[y + 1])]


def tick_mark_rows(image: "np.ndarray", region: Box, ticks: Sequence[Tick], page: "np.ndarray") -> list[float]:
    """Rows of the tick marks: of the columns between labels and bars, the one whose short runs fit the labels best."""
    import numpy as np

    left, right, bottom = int(region.left), int(region.right), int(region.bottom)
    best: list[float] = []
    if right <= left:
        return best
    off = np.abs(image[:bottom, left:right].astype(float) - page).max(axis=2) > 40
    for column in off.T:
        turns = np.diff(np.concatenate([[0], column.astype(np.int8), [0]]))
        runs = list(zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True))
        rows = [float(a + b) / 2 for a, b in runs if b - a <= 3]
        matched = [row for row in rows if any(abs(row - t.at) <= 3 for t in ticks)]
        if len(matched) > len(best) and len(rows) <= 2 * len(ticks):
            best = matched
    return best


def on_rows(ticks: Sequence[Tick], rows: Sequence[float], base: float) -> list[Tick]:
    """Move ticks to the line rows (or to the base line) next to their labels.

    Args:
        ticks: at the middle of their labels.
        rows: of gridlines or tick marks, px; maybe empty.
        base: row of the base line, px.
    """
    moved = []
    for tick in ticks:
        nearest = min(rows, key=lambda y: abs(y - tick.at), default=None)
        if nearest is not None and abs(nearest - tick.at) <= 3:
            moved.append(Tick(tick.value, nearest))
    if len(moved) >= max(2, round(0.5 * len(ticks))):
        return moved
    # The middle of a label may lie a pixel off its tick; where 0 shows by how much, all are moved by that.
    shift = next((base - t.at for t in ticks if t.value == 0 and abs(base - t.at) <= 2.5), 0.0)
    return [Tick(t.value, t.at + shift) for t in ticks]
