"""Where things are: grid and axis lines, tick labels, the plot area, titles."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from vista_tools_vision.chart.axes import Stack, axis_of, find_stack, snapped
from vista_tools_vision.chart.categories import (
    category_axis,
    category_column,
    first_row,
    joined_rows,
    split_wide,
    unevenness,
)
from vista_tools_vision.chart.colours import near
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.rules import Rule, common_end, find_rules, tick_marks
from vista_tools_vision.chart.scene import Axis, Box
from vista_tools_vision.chart.texts import TextLine, overlap, read_missed

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine


@dataclass(slots=True)
class Layout:
    """What was found around the marks; see `Frame`."""

    texts: list[TextLine]
    letter: float
    size: tuple[int, int]
    rows: list[Rule] = field(default_factory=list)
    columns: list[Rule] = field(default_factory=list)
    plot: Box | None = None
    x: Axis | None = None
    y: Axis | None = None
    title: str = ""
    notes: list[str] = field(default_factory=list)

    def name_titles(self) -> None:
        """Give the titles their roles, among the texts that have none yet."""
        plot = self.plot or Box(0, 0.12 * self.size[1], *self.size)
        free = [t for t in self.texts if not t.role]
        upright = [t for t in free if abs(abs(t.angle) - 90) <= 12]
        for axis, role in ((self.y, "y title"),):
            beside = [t for t in upright if plot.top - t.box.height < t.box.centre[1] < plot.bottom + t.box.height]
            outside = [t for t in beside if t.box.right <= plot.left or t.box.left >= plot.right]
            if axis and outside:
                best = max(outside, key=lambda t: len(t.text))
                best.role, axis.title = role, best.text
        level = [t for t in free if t.level and not t.role]
        ticks = [t.box.bottom for t in self.texts if t.role == "x tick"]
        if self.x and self.plot and self.x.position == "bottom":
            floor = max([plot.bottom, *ticks])
            below = [t for t in level if t.box.top >= floor - 0.3 * self.letter]
            middle = [t for t in below if plot.left < t.box.centre[0] < plot.right]
            if middle:
                first = min(middle, key=lambda t: t.box.top)
                first.role, self.x.title = "x title", first.text
        above = [t for t in level if not t.role and t.box.bottom <= plot.top + 0.5 * self.letter]
        above = [t for t in above if len(t.text) >= 3]
        if above:
            # A title is written larger than the rest; of a title on two lines both count.
            first = max(above, key=lambda t: (round(t.height / self.letter, 1), -t.box.top))
            lines = [t for t in above if abs(t.height - first.height) <= 0.2 * first.height + 1]
            lines = [t for t in lines if abs(t.box.centre[1] - first.box.centre[1]) <= 2.2 * first.height * len(lines)]
            for line in lines:
                line.role = "title"
            self.title = " ".join(t.text for t in sorted(lines, key=lambda t: (round(t.box.top), t.box.left)))


def lay_out(
    image: "np.ndarray",
    engine: "TextEngine",
    texts: list[TextLine],
    letter: float,
    page: "np.ndarray",
    panel: "np.ndarray",
    panel_box: Box | None,
    legend: Sequence[Box],
    tolerance: float,
) -> Layout:
    """Find lines, plot and axes.

    Args:
        image: RGB uint8.
        engine: reads what the detector missed beside the axes.
        texts: all lines of text that were found; more may be added, and roles are given.
        letter: height of a usual line of text, px.
        page: RGB of the paper.
        panel: RGB behind the marks.
        panel_box: area of a panel with a colour of its own.
        legend: boxes of the legend's entries, px.
        tolerance: largest channel difference within one colour.
    """
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    out = Layout(texts, letter, (width, height))
    ground = (near(image, page, tolerance) | near(image, panel, tolerance)).astype(np.uint8)
    for t in texts:
        if not t.level:
            cv2.fillPoly(ground, [np.round(t.quad).astype(np.int32)], 1)
        else:
            ground[
                max(0, int(t.box.top) - 1) : int(t.box.bottom) + 2, max(0, int(t.box.left) - 1) : int(t.box.right) + 2
            ] = True
    if legend:  # its frame is no axis
        around = union(legend)
        low, high = max(0, int(around.top - letter)), int(around.bottom + letter)
        ground[low:high, max(0, int(around.left - letter)) : int(around.right + letter)] = True
    ground = ground.astype(bool)
    out.rows, out.columns = find_rules(ground, True), find_rules(ground, False)
    level = [t for t in texts if t.level and not t.role]
    y_stack = find_stack(image, level, True, letter)
    rest = [t for t in texts if not t.role and not (y_stack and any(t is s for s in y_stack.lines))]
    x_stack = find_stack(image, rest, False, letter)
    out.plot = plot_area(out, y_stack, x_stack, panel_box, ground)
    if out.plot is None:
        return out
    _split_row(image, out, y_stack, engine)
    if not any(r.length >= 0.3 * width for r in out.rows):
        out.plot = _widened(out, out.plot, y_stack)
    below = Box(0, out.plot.bottom + 1, width, min(height, out.plot.bottom + 4 * letter))
    ticks = y_stack.lines if y_stack else []
    row = first_row([t for t in _below(out, letter) if all(t is not s for s in ticks)], letter)
    if row:
        top = min(t.box.top for t in row) - 0.3 * letter if len(row) > 1 else below.top
        below = below._replace(top=max(below.top, top), bottom=max(t.box.bottom for t in row) + 0.3 * letter)
    beside = Box(0, out.plot.top - letter, out.plot.left - 1, out.plot.bottom + letter)
    ends = (out.plot.left - 2.5 * letter, out.plot.left + 0.6 * letter)
    rows = (out.plot.top - letter, out.plot.bottom - 0.3 * letter)
    labels = [t for t in level if ends[0] <= t.box.right <= ends[1] and rows[0] <= t.box.centre[1] <= rows[1]]
    if len(labels) > 1:
        beside = beside._replace(left=min(t.box.left for t in labels) - letter)
    strips = [below, beside] if y_stack is None or y_stack.lines[0].box.left < out.plot.left else [below]
    for strip in strips:
        found = read_missed(image, strip, page, letter, texts, engine)
        strokes = [t for t in found if t.box.width <= 0.3 * t.box.height]
        if len(strokes) > 2:  # tick marks, read as ones
            found = [t for t in found if all(t is not s for s in strokes)]
        texts += found
    _set_y(image, out, ground)
    _set_x(image, out, ground)
    _apply_offsets(out)
    return out


def _apply_offsets(out: Layout) -> None:
    """Take factors and summands into account that are written once at the end of an axis ("1e6", "x10^3", "+2e3")."""
    plot, letter = out.plot, out.letter
    if plot is None:
        return
    for t in [t for t in out.texts if not t.role and t.level]:
        match = re.fullmatch(
            r"(\+)?\s*(?:1\s*)?(?:[xX×]\s*10\^?|([0-9.]*)e)\s*([-−+]?[0-9]{1,2})", t.text.replace(" ", "")
        )
        if match is None:
            continue
        factor = float(match[2] or 1) * 10.0 ** int(match[3].replace("−", "-"))
        above = t.box.bottom <= plot.top + 0.3 * letter and t.box.left <= plot.left + 6 * letter
        below = t.box.top >= plot.bottom and t.box.right >= plot.right - 6 * letter
        axis, role = (out.y, "y tick") if above else (out.x, "x tick") if below else (None, "")
        if axis is None or axis.scale not in ("linear", "log"):
            continue
        t.role = role
        add, times = (factor, 1.0) if match[1] else (0.0, factor)
        for tick in axis.ticks:
            tick.value = (tick.value or 0.0) * times + add
        if axis.scale == "log":
            axis.offset += math.log10(times)
        else:
            axis.offset, axis.slope = axis.offset * times + add, axis.slope * times


def _split_row(image: "np.ndarray", out: Layout, y_stack: Stack | None, engine: "TextEngine") -> None:
    """Part tick labels below the plot that were detected as one line of text."""
    if out.plot is None:
        return
    known = y_stack.lines if y_stack else []
    under = [t for t in out.texts if not t.role and t.box.top >= out.plot.bottom - 0.6 * out.letter]
    row = first_row([t for t in under if all(t is not s for s in known)], out.letter)
    split = split_wide(image, row, out.letter, engine)
    if len(split) != len(row):
        out.texts[:] = [t for t in out.texts if all(t is not r for r in row)] + split


def _widened(out: Layout, plot: Box, y_stack: Stack | None) -> Box:
    """Without lines across the plot: its sides where the tick labels below it end."""
    ticks = y_stack.lines if y_stack else []
    under = [t for t in out.texts if not t.role and t.box.top >= plot.bottom - 0.6 * out.letter]
    row = first_row([t for t in under if all(t is not s for s in ticks)], out.letter)
    at = sorted(t.box.centre[0] for t in row)
    if len(at) < 3 or unevenness(at) > 0.1 * (at[1] - at[0]):
        return plot
    return plot._replace(left=min(plot.left, at[0]), right=max(plot.right, at[-1]))


def plot_area(
    out: Layout, y_stack: Stack | None, x_stack: Stack | None, panel: Box | None, ground: "np.ndarray"
) -> Box | None:
    """The area inside the axes: the panel, or what long lines span, or what tick labels leave.

    Returns:
        A box in px; None when there are neither lines nor ticks.
    """
    import numpy as np

    width, height = out.size
    rows = [r for r in out.rows if r.length >= 0.3 * width]
    columns = [c for c in out.columns if c.length >= 0.3 * height]
    if not (rows or columns or panel or y_stack or x_stack):
        return None
    slack = 0.012 * max(width, height)
    # Lines along an axis end where those across it stand, if there are such.
    across, along = ([c.at for c in columns] if rows else []), ([r.at for r in rows] if columns else [])
    left = common_end([*(r.start for r in rows), *across], slack, -1)
    right = common_end([*(r.end for r in rows), *across], slack, 1)
    top = common_end([*(c.start for c in columns), *along], slack, -1)
    bottom = common_end([*(c.end for c in columns), *along], slack, 1)
    ink = np.argwhere(~ground)
    content = Box(0, 0, width, height)
    if len(ink):
        (y1, x1), (y2, x2) = np.percentile(ink, 0.2, axis=0), np.percentile(ink, 99.8, axis=0)
        content = Box(float(x1), float(y1), float(x2) + 1, float(y2) + 1)
    ys = [r.at for r in rows] + (y_stack.at if y_stack else [])
    xs = [c.at for c in columns] + (x_stack.at if x_stack else [])
    if top is None or bottom is None:
        top, bottom = (min(ys), max(ys)) if ys else (content.top, content.bottom)
        if not rows and x_stack:
            bottom = max(bottom, min(t.box.top for t in x_stack.lines) - 0.3 * out.letter)
    # Grid lines may run on below the axis line, as its tick marks.
    floors = [
        r.at for r in rows if 0 < bottom - r.at <= 1.2 * out.letter and r.length > 0.6 * max(q.length for q in rows)
    ]
    bottom = max(floors, default=bottom)
    if left is None or right is None:
        left, right = (min(xs), max(xs)) if xs else (content.left, content.right)
    if panel:
        left, top, right, bottom = panel
    if y_stack:
        top, bottom = min(top, *y_stack.at), max(bottom, *y_stack.at)
        edge = max(t.box.right for t in y_stack.lines)
        if edge < (left + right) / 2:
            left = max(left, edge + 1) if left > edge - out.letter else edge + 1
    if x_stack and not rows:
        left, right = min(left, *x_stack.at), max(right, *x_stack.at)
    left, top, right, bottom = _grown(ground, Box(left, top, right, bottom))
    if right - left < 0.1 * width or bottom - top < 0.1 * height:
        return None
    return Box(left, top, right, bottom)


def _grown(ground: "np.ndarray", plot: Box) -> Box:
    """Move sides outwards over marks that are cut by them: bars that hide the line at which they begin."""
    left, top, right, bottom = (round(v) for v in plot)
    height, width = ground.shape
    if right - left < 2 or bottom - top < 2:
        return plot
    share = 0.06
    while left > 0 and (~ground[top:bottom, left - 1]).mean() > share:
        left -= 1
    while right < width and (~ground[top:bottom, right]).mean() > share:
        right += 1
    while top > 0 and (~ground[top - 1, left:right]).mean() > share:
        top -= 1
    while bottom < height and (~ground[bottom, left:right]).mean() > share:
        bottom += 1
    moved = (left, top, right, bottom)
    # Half pixels of lines are kept where nothing was found.
    return Box(*(old if abs(old - new) <= 0.5 else float(new) for old, new in zip(plot, moved, strict=True)))


def _below(out: Layout, letter: float) -> list[TextLine]:
    """Texts below the plot that may be tick labels of the horizontal axis."""
    plot = out.plot
    if plot is None:
        return []
    reach = 0.1 * plot.width
    return [
        t
        for t in out.texts
        if not t.role
        and t.box.bottom > plot.bottom + 0.4 * letter
        and t.box.top >= plot.bottom - (0.6 if t.level else 4) * letter
        and plot.left - reach <= t.box.centre[0] <= plot.right + reach
    ]


def _set_y(image: "np.ndarray", out: Layout, ground: "np.ndarray") -> None:
    """Find the vertical axis: numbers left or right of the plot, else names at its left."""
    plot, letter = out.plot, out.letter
    if plot is None:
        return
    free = [t for t in out.texts if t.level and not t.role]
    rows = [t for t in free if plot.top - letter <= t.box.centre[1] <= plot.bottom + letter]
    sides: list[tuple[Literal["left", "right"], list[TextLine]]] = [
        ("left", [t for t in rows if t.box.right <= plot.left + 0.6 * letter]),
        ("right", [t for t in rows if t.box.left >= plot.right - 0.6 * letter]),
    ]
    for position, lines in sides:
        first = find_stack(image, lines, True, letter) or find_stack(image, lines, True, letter, least=2)
        if first is None:
            continue
        stack = snapped(first, [r.at for r in out.rows], 0.5 * letter)
        inner = max(t.box.right for t in stack.lines) if position == "left" else plot.right - 1
        outer = plot.left + 1 if position == "left" else min(t.box.left for t in stack.lines)
        if not any(abs(r.at - a) < 1 for r in out.rows for a in stack.at):
            strip = Box(inner + 1, plot.top - letter, outer, plot.bottom + letter)
            stack = snapped(stack, tick_marks(ground, strip, stack.at, 0.5 * letter, True), 0.5 * letter)
        if stack is first and len(stack.lines) < (3 if position == "left" else 4):
            continue  # two numbers without lines or marks beside them may be anything
        if out.y is None:
            out.y = axis_of(stack, position)
        else:
            out.notes.append("a second value axis on the right is not used")
        for t in [*stack.lines, *stack.others]:
            t.role = "y tick"
    if out.y is None:
        names = category_column([t for t in sides[0][1] if t.box.top < plot.bottom - 0.2 * letter], letter)
        if len(names) >= 2:
            out.y = category_axis(names, "left")
            for t in sides[0][1]:
                if any(overlap(t.box, n.box) > 0.9 for n in names):
                    t.role = "y tick"


def _set_x(image: "np.ndarray", out: Layout, ground: "np.ndarray") -> None:
    """Find the horizontal axis below the plot: numbers or dates on a scale, else names."""
    plot, letter = out.plot, out.letter
    if plot is None:
        return
    lines = _below(out, letter)
    row = first_row(lines, letter)
    if not row:
        return
    floor = min(t.box.top for t in row)
    stack = find_stack(image, [t for t in row if t.level], False, letter)
    strip = Box(plot.left - letter, plot.bottom - 1, plot.right + letter, floor)
    if stack and len(stack.lines) >= 0.6 * len(row):
        marks = tick_marks(ground, strip, stack.at, 0.5 * letter, False)
        places = [c.at for c in out.columns]
        snap = snapped(stack, places, 0.6 * letter)
        out.x = axis_of(snap if snap is not stack else snapped(stack, marks, 0.6 * letter), "bottom")
        used = [*stack.lines, *stack.others]
    else:
        below = [t for t in lines if t.level and all(t is not r for r in row) and t.box.top > floor]
        names = joined_rows(row, below, letter)
        used = [t for t in [*row, *below] if any(overlap(t.box, n.box) > 0.9 for n in names)]
        marks = tick_marks(ground, strip, [n.box.centre[0] for n in names], 2.0 * letter, False)
        out.x = category_axis(names, "bottom", marks)
    for t in used:
        t.role = "x tick"
