"""Category axes: rows of names below a plot, columns of names beside it."""

import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from vista_tools_vision.chart.numbers import parse_number
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.scene import Axis, Box, Tick
from vista_tools_vision.chart.texts import TextLine, read_quads

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine


def first_row(lines: Sequence[TextLine], letter: float) -> list[TextLine]:
    """The tick labels of a horizontal axis: of the lines below a plot those that begin at the same height.

    Args:
        lines: below the plot.
        letter: height of a usual line of text, px.

    Returns:
        Left to right; [] without any.
    """
    best: list[TextLine] = []
    for anchor in sorted(lines, key=lambda t: t.box.top)[:4]:
        # Labels hang from the axis; turned ones may be centred below their ticks instead.
        row = [t for t in lines if abs(t.box.top - anchor.box.top) <= 0.8 * letter and _turned_alike(t, anchor)]
        if not anchor.level:
            middle = anchor.box.centre[1]
            centred = [t for t in lines if abs(t.box.centre[1] - middle) <= 0.8 * letter and _turned_alike(t, anchor)]
            row = max(row, centred, key=len)
        if len(row) > len(best) + (1 if best else 0):  # what is further down needs more than one label more
            best = row
    return _staggered(_without_stray(sorted(best, key=lambda t: t.box.centre[0])), lines, letter)


def _without_stray(row: list[TextLine]) -> list[TextLine]:
    """Leave a number out that stands between evenly spaced names: the label of a mark at the bottom of the plot."""
    numbers = [t for t in row if parse_number(t.text) is not None]
    names = [t for t in row if all(t is not n for n in numbers)]
    if len(numbers) != 1 or len(names) < 3:
        return row
    at = [t.box.centre[0] for t in names]
    return names if unevenness(at) < 0.05 * (at[1] - at[0]) < unevenness([t.box.centre[0] for t in row]) else row


def _staggered(row: list[TextLine], lines: Sequence[TextLine], letter: float) -> list[TextLine]:
    """Add the second of two rows that take turns, so that long names have room."""
    if len(row) < 2 or not all(t.level for t in row):
        return row
    at = [t.box.centre[0] for t in row]
    slot = median(b - a for a, b in pairwise(at))
    floor = max(t.box.bottom for t in row)
    below = [t for t in lines if t.level and -0.3 * letter < t.box.top - floor <= 1.2 * letter]
    between = [t for t in below if 0.35 * slot < min(abs(t.box.centre[0] - x) for x in at) < 0.65 * slot]
    if len(between) == len(below) and len(row) - 1 <= len(between) <= len(row) and len(between) > 1:
        return sorted([*row, *between], key=lambda t: t.box.centre[0])
    return row


def _turned_alike(a: TextLine, b: TextLine) -> bool:
    # Short slanted words are often detected as level ones.
    return abs(abs(a.angle) - abs(b.angle)) <= 25 or min(len(a.text), len(b.text)) <= 3


def split_wide(image: "np.ndarray", lines: Sequence[TextLine], letter: float, engine: "TextEngine") -> list[TextLine]:
    """Part level lines at gaps that are wider than a space: neighbouring labels that were detected as one."""
    import numpy as np

    out: list[TextLine] = []
    for line in lines:
        words = line.text.split()
        count = len(words) if sum(parse_number(w) is not None for w in words) > max(1, 0.5 * len(words)) else 1
        parts = _parts(image, line.box, letter, count) if line.level and line.box.width > 2.5 * letter else []
        if len(parts) < 2:
            out.append(line)
            continue
        margin = 0.2 * letter
        quads = [
            np.array(
                [
                    [b.left - margin, b.top - margin],
                    [b.right + margin, b.top - margin],
                    [b.right + margin, b.bottom + margin],
                    [b.left - margin, b.bottom + margin],
                ],
                np.float32,
            )
            for b in parts
        ]
        read = read_quads(image, quads, engine)
        out += read if len(read) == len(parts) else [line]
    return out


def _parts(image: "np.ndarray", box: Box, letter: float, count: int) -> list[Box]:
    """Boxes of the words of a line that stand further apart than words of one label do; at least `count` of them."""
    import numpy as np

    left, top = max(0, int(box.left)), max(0, int(box.top))
    part = image[top : math.ceil(box.bottom), left : math.ceil(box.right)].astype(np.int16)
    edge = np.concatenate([part[0], part[-1]])
    contrast = np.abs(part - np.median(edge, axis=0)).max(axis=2)
    ink = (contrast > max(28.0, 0.35 * float(contrast.max()))).any(axis=0)
    turns = np.diff(np.concatenate([[0], ink.astype(np.int8), [0]]))
    runs = [(int(a), int(b)) for a, b in zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True)]
    gaps = sorted((b[0] - a[1] for a, b in pairwise(runs)), reverse=True)
    least = 0.85 * letter
    if 1 < count <= len(gaps) + 1 and (count == len(gaps) + 1 or gaps[count - 2] > gaps[count - 1]):
        least = min(least, gaps[count - 2])
    words: list[tuple[int, int]] = []
    for start, end in runs:
        if words and start - words[-1][1] < least:
            words[-1] = words[-1][0], end
        else:
            words.append((start, end))
    return [Box(float(left + a), box.top, float(left + b), box.bottom) for a, b in words]


def joined_rows(row: Sequence[TextLine], below: Sequence[TextLine], letter: float) -> list[TextLine]:
    """Join the second and third lines of wrapped names to the first.

    Args:
        row: first lines, left to right.
        below: level lines further down.
        letter: height of a usual line of text, px.
    """
    names = [[t] for t in row]
    if len(row) < 2 or not all(t.level for t in row):
        return list(row)
    slot = min(b.box.centre[0] - a.box.centre[0] for a, b in pairwise(row))
    floor = max(t.box.bottom for t in row)
    rest = sorted(below, key=lambda t: t.box.top)
    while rest:
        level = [t for t in rest if t.box.top - floor <= 0.75 * letter and t.box.top > floor - 0.6 * letter]
        places = [min(range(len(names)), key=lambda i: abs(row[i].box.centre[0] - t.box.centre[0])) for t in level]
        near = [
            (i, t)
            for i, t in zip(places, level, strict=True)
            if abs(row[i].box.centre[0] - t.box.centre[0]) <= 0.25 * slot and t.box.width < 1.1 * slot
        ]
        # One line alone under the middle is rather the title of the axis.
        if not near or len(near) != len(level) or (len(near) == 1 and level[0].box.top - floor > 0.45 * letter):
            break
        for i, t in near:
            names[i].append(t)
        floor = max(t.box.bottom for t in level)
        rest = [t for t in rest if t.box.top > floor - 0.6 * letter and all(t is not o for o in level)]
    return [_merged(lines) for lines in names]


def category_column(lines: Sequence[TextLine], letter: float) -> list[TextLine]:
    """The tick labels of a vertical axis that names categories: aligned lines, wrapped ones joined; top to bottom."""
    sides: list[Callable[[TextLine], float]] = [
        lambda t: t.box.right,
        lambda t: t.box.left,
        lambda t: t.box.centre[0],
    ]
    lines = _joined_words(lines, letter)
    best: list[TextLine] = []
    for side in sides:
        for anchor in lines:
            group = [t for t in lines if abs(side(t) - side(anchor)) <= 0.6 * letter]
            if len(group) > len(best):
                best = group
    order = sorted(best, key=lambda t: t.box.centre[1])
    gaps = [b.box.top - a.box.bottom for a, b in pairwise(order)]
    wide = max(gaps, default=0.0) > 0.9 * letter
    names: list[list[TextLine]] = []
    for i, t in enumerate(order):
        if i and wide and gaps[i - 1] < 0.5 * letter and gaps[i - 1] < 0.4 * max(gaps):
            names[-1].append(t)
        else:
            names.append([t])
    return [_merged(group) for group in names]


def _joined_words(lines: Sequence[TextLine], letter: float) -> list[TextLine]:
    """Join pieces of a name that stand on one line, no further apart than words are."""
    out: list[TextLine] = []
    for line in sorted(lines, key=lambda t: t.box.left):
        b = line.box
        for i, other in enumerate(out):
            a = other.box
            same = min(a.bottom, b.bottom) - max(a.top, b.top) >= 0.6 * min(a.height, b.height)
            gap = b.left - a.right
            if same and -0.5 * letter <= gap <= 0.8 * letter:
                text = other.text + (" " if gap > 0.25 * letter else "") + line.text
                sure = min(other.confidence, line.confidence)
                out[i] = TextLine(text, sure, other.quad, union([a, b]), 0.0, other.height, other.role)
                break
        else:
            out.append(line)
    return out


def _merged(lines: list[TextLine]) -> TextLine:
    """One label of several lines."""
    if len(lines) == 1:
        return lines[0]
    box = union([t.box for t in lines])
    lines = sorted(lines, key=lambda t: (round((t.box.centre[1] - box.top) / max(1.0, 0.9 * t.height)), t.box.left))
    text = " ".join(t.text for t in lines)
    confidence = min(t.confidence for t in lines)
    return TextLine(text, confidence, lines[0].quad, box, lines[0].angle, lines[0].height, lines[0].role)


def category_axis(
    lines: Sequence[TextLine], position: Literal["left", "right", "bottom", "top"], marks: Sequence[float] = ()
) -> Axis:
    """The axis of names; each stands at the tick mark or the end of its text that makes their spacing the most even.

    Args:
        lines: at least one.
        position: side of the plot.
        marks: tick marks beside the names, px; used when there is one for each name.
    """
    vertical = position in ("left", "right")
    tries = [[t.box.centre[1 if vertical else 0] for t in lines]]
    if not vertical and any(not t.level for t in lines):
        tries += [[t.end[0] for t in lines], [t.start[0] for t in lines]]
    at = min(tries, key=unevenness)
    if len(marks) == len(lines) > 1:
        at = sorted(marks)
    order = sorted(range(len(lines)), key=lambda i: at[i])
    confidence = sum(t.confidence for t in lines) / len(lines)
    ticks = [Tick(text=_name(lines[i].text, vertical), at=round(at[i], 2)) for i in order]
    return Axis(position=position, scale="category", ticks=ticks, confidence=round(confidence, 3))


def _name(text: str, beside: bool) -> str:
    """A name without the tick mark beside it, which was read as a dash or a point after it."""
    return re.sub(r"(?<=\w)\s*[-−–—_.·]+$", "", text) if beside else text


def unevenness(places: Sequence[float]) -> float:
    """How far places are from even spacing: the median distance from it in px; 0 for two."""
    if len(places) < 3:
        return 0.0
    order = sorted(places)
    slot = median(b - a for a, b in pairwise(order))
    if slot <= 0:
        return math.inf
    start = median(p - i * slot for i, p in enumerate(order))
    return median(abs(p - start - i * slot) for i, p in enumerate(order))
