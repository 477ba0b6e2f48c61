"""Line charts: one or several lines, with or without markers, solid or dashed."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vista_tools_vision.chart.colours import lab_distance, to_hex
from vista_tools_vision.chart.numbers import parse_number
from vista_tools_vision.chart.scene import Box, ChartUnreadable, Mark, Series
from vista_tools_vision.chart.series import legend_names, series_colours
from vista_tools_vision.chart.traces import Trace, connected, covers, marks_in_plot, on_own_ground, trace
from vista_tools_vision.chart.vertices import Height, between, divided, heights, moved, places_on

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame
    from vista_tools_vision.chart.texts import TextLine

LEAST_CONNECTED = 0.55  # of its extent that a line goes on smoothly
LEAST_WIDTH = 0.25  # of the plot that a line reaches over, or of the longest line
MOST_LINES = 12


def looks_like_lines(frame: "Frame") -> float:
    """How much the foreground looks like lines, 0..1: thin, and going on from column to column."""
    if frame.plot is None or not frame.palette:
        return 0.0
    frame, known = _with_series(frame)
    found = _traces(frame, known)
    if not found:
        return 0.0
    goes_on = max(connected(line, _reach(frame)) for _, line in found)
    return float(goes_on * _thin_share(frame))


def read_lines(frame: "Frame") -> tuple[list[Series], list[Mark]]:
    """Read a line chart.

    Returns:
        Series in order of the legend, and their points, series by series, left to right.

    Raises:
        ChartUnreadable: without axes with a scale, or without lines.
    """
    if frame.plot is None or frame.y is None:
        raise ChartUnreadable("found no value axis beside the lines")
    if frame.y.scale == "category":
        raise ChartUnreadable("found names, and no numbers, beside the lines")
    if frame.x is None or not frame.x.ticks:
        raise ChartUnreadable("found lines, but nothing to read along the x axis below them")
    frame, known = _with_series(frame)
    found = _traces(frame, known)
    if not found:
        raise ChartUnreadable("found no line that goes on through the plot")
    slack = max(2.5, 0.35 * frame.letter)
    lines = [line for _, line in found]
    sure = [line for i, line in found if i < known] or lines
    names: list[str]
    values: list[float | None]
    parts = 1
    if frame.x.scale == "category":
        places = moved([t.at for t in frame.x.ticks], sure)
        names, values = [t.text for t in frame.x.ticks], [None] * len(places)
        parts = between(places, sure)
    else:
        pairs = places_on(frame.x, sure, max(1.5, 0.12 * frame.letter), max(5.0, 0.6 * frame.letter))
        places, names, values = [p for p, _ in pairs], [""] * len(pairs), [v for _, v in pairs]
    colours = [frame.palette[i] for i, _ in found]
    named = zip(_names(frame, found, colours), colours, strict=True)
    series = [Series(name=name, colour=to_hex(colour)) for name, colour in named]
    marks: list[Mark] = []
    finer = divided(places, parts)
    gap = min((b - a for a, b in itertools.pairwise(finer)), default=frame.plot.width)
    for number, line in enumerate(lines):
        read = heights(line, finer, min(slack, 0.3 * gap))[::parts]
        unseen = 0
        for place, name, value, height in zip(places, names, values, read, strict=True):
            if height is None:
                unseen += line.extent[0] - slack < place < line.extent[1] + slack
                continue
            marks.append(_mark(frame, number, place, name, value, height))
        if unseen:
            frame.notes.append(f"{series[number].name or 'a line'} is not seen at {unseen} of {len(places)} places")
    _take_labels(frame, marks)
    return series, marks


def _with_series(frame: "Frame") -> tuple["Frame", int]:
    """The frame with the colours of all lines as its palette, and how many of them the legend names."""
    frame = on_own_ground(frame)
    colours, known = series_colours(frame)
    frame = replace(frame, palette=colours)
    if not known or len(colours) == known:
        return frame, known
    # A see-through patch in the legend is paler than its line: such a colour gives way to the line's.
    found = _seen(frame, list(range(len(colours))), known)
    own = [(i, line) for i, line in found if i < known]
    gone: set[int] = set()
    for i, line in own:
        stronger = [(len(o.x), j) for j, o in found if j >= known and j not in gone and _shadow(frame, i, line, j, o)]
        if stronger:
            colours[i] = colours[max(stronger)[1]]
            gone |= {j for _, j in stronger}
    return replace(frame, palette=[c for j, c in enumerate(colours) if j not in gone]), known


def _traces(frame: "Frame", known: int) -> list[tuple[int, Trace]]:
    """(number in the palette, trace) of each colour that runs through the plot as a line.

    Args:
        frame: with the colours that may be lines as its palette.
        known: how many of them, in front, the legend names.
    """
    assert frame.plot is not None
    numbers = list(range(min(MOST_LINES, len(frame.palette))))
    contrast = [float(lab_distance(c, frame.panel)) for c in frame.palette]
    # What hardly stands out beside the rest is left over from a grid.
    numbers = [i for i in numbers if i < known or contrast[i] >= min(12.0, 0.3 * max(contrast))]
    found = _seen(frame, numbers, known)
    shadows = {
        i for i, line in found if i >= known and any(_shadow(frame, i, line, j, other) for j, other in found if j != i)
    }
    if shadows:
        found = _seen(frame, [i for i in numbers if i not in shadows], known)
    found = [(i, line) for i, line in found if i < known or not _grid_line(frame, line)] or found
    if not found:
        return []
    found = [(i, line) for i, line in found if i < known or not _faint(frame, contrast, i, line, found)]
    widths = {i: line.extent[1] - line.extent[0] for i, line in found}
    least = LEAST_WIDTH * max(max(widths.values()), 0.3 * frame.plot.width)
    reach = _reach(frame)

    def is_line(i: int, line: Trace) -> bool:
        if i < known:  # what the legend names is a line, however little of it is seen
            return widths[i] >= 0.5 * least
        return widths[i] >= (2 if known else 1) * least and connected(line, reach) >= LEAST_CONNECTED

    return [(i, line) for i, line in found if is_line(i, line)]


def _seen(frame: "Frame", numbers: Sequence[int], known: int) -> list[tuple[int, Trace]]:
    mask = marks_in_plot(frame, digits=False)
    found = zip(numbers, covers(frame, [frame.palette[i] for i in numbers], mask), strict=True)
    traces = [(i, trace(cover)) for i, cover in found if i < known or not _grid(frame, cover)]
    return [(i, line) for i, line in traces if len(line.x) >= 4]


def _grid(frame: "Frame", cover: "np.ndarray") -> bool:
    """Whether the pixels of a colour are a grid that was left over: nearly all on long level or upright lines."""
    assert frame.plot is not None
    left, top, right, bottom = (max(0, int(v)) for v in frame.plot)
    mask = cover[top:bottom, left:right] > 0
    total = int(mask.sum())
    if not total:
        return False
    rows, columns = mask.mean(axis=1) > 0.4, mask.mean(axis=0) > 0.4
    on = mask[rows].sum() + mask[:, columns].sum() - mask[rows][:, columns].sum()
    return bool(rows.sum() + columns.sum() >= 2 and on > 0.7 * total)


def _shadow(frame: "Frame", i: int, line: Trace, j: int, other: Trace) -> bool:
    """Whether a colour is only the edge of a stronger one: a mixture of it and the ground, right beside it."""
    import numpy as np

    weak, strong = frame.palette[i] - frame.panel, frame.palette[j] - frame.panel
    share = float(weak @ strong / max(1.0, float(strong @ strong)))
    if not 0.05 < share < 0.97 or np.linalg.norm(weak - share * strong) > max(25.0, 0.2 * np.linalg.norm(weak)):
        return False
    return _beside(line, other) > 0.6


def _beside(line: Trace, other: Trace) -> float:
    """Share of a trace that lies right beside another one, 0..1."""
    import numpy as np

    at = np.searchsorted(other.x, line.x)
    beside = np.zeros(len(line.x), bool)
    for shift in (-2, -1, 0, 1):
        k = np.clip(at + shift, 0, len(other.x) - 1)
        gap = np.abs(other.y[k] - line.y) - (other.height[k] + line.height) / 2
        beside |= (np.abs(other.x[k] - line.x) <= 1) & (gap <= 2)
    return float(beside.mean())


def _grid_line(frame: "Frame", line: Trace) -> bool:
    """Whether a trace is a grid line that was left over: level, thin, from edge to edge of the plot."""
    import numpy as np

    assert frame.plot is not None
    left, right = line.extent
    whole = left - frame.plot.left <= 3 and frame.plot.right - right <= 3
    off = np.abs(line.y - np.median(line.y))
    return bool(whole and np.median(line.height) <= 3 and (off <= 1).mean() > 0.9)


def _faint(frame: "Frame", contrast: Sequence[float], i: int, line: Trace, found: Sequence[tuple[int, Trace]]) -> bool:
    """Whether a colour that no legend names is grey, pale and thin beside another line: pieces of a grid or a frame."""
    import numpy as np

    thick = max(float(np.median(other.height)) for _, other in found)
    grey = float(np.ptp(frame.palette[i])) < 16
    return bool(
        grey and np.median(line.height) < 0.7 * thick and contrast[i] < 0.7 * max(contrast[j] for j, _ in found)
    )


def _reach(frame: "Frame") -> float:
    """Widest gap of a dashed line, px."""
    return max(4.0, 0.9 * frame.letter)


def _thin_share(frame: "Frame") -> float:
    """Share of the foreground that goes away when all that is thinner than a marker is taken off."""
    import cv2
    import numpy as np

    mask = frame.foreground.astype(np.uint8)
    total = int(mask.sum())
    if not total:
        return 0.0
    side = max(7, round(1.1 * frame.letter)) | 1
    thick = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return 1.0 - float(thick.sum()) / total


def _names(frame: "Frame", found: list[tuple[int, Trace]], colours: Sequence["np.ndarray"]) -> list[str]:
    """Names of the series: the legend's, else what is written at the right end of a line, else ""."""
    if frame.legend:
        named = [frame.legend[i].text if i < len(frame.legend) else "" for i, _ in found]
        more = legend_names(frame, [c for c, name in zip(colours, named, strict=True) if not name])
        return [name or more.pop(0) for name in named]
    if len(found) == 1:
        return [""]
    names = []
    for _, line in found:
        end, y = line.extent[1], float(line.y[-1])
        beside = [t for t in frame.texts if not t.role and t.level and parse_number(t.text) is None]
        beside = [t for t in beside if -frame.letter < t.box.left - end < 3 * frame.letter]
        best = min(beside, key=lambda t: abs(t.box.centre[1] - y), default=None)
        names.append(best.text if best and abs(best.box.centre[1] - y) < frame.letter else "")
    return names


def _mark(frame: "Frame", number: int, place: float, name: str, value: float | None, height: Height) -> Mark:
    assert frame.y is not None
    axis = frame.y
    step = abs(axis.value_at(height.y + 0.5) - axis.value_at(height.y - 0.5))
    sure = min(1.0, 0.55 + 0.5 * height.support) * max(0.4, 1 - 0.04 * max(0.0, height.agreement - 2)) * axis.confidence
    box = Box(*(round(v, 1) for v in (place - 1, height.y - 1, place + 1, height.y + 1)))
    return Mark(
        kind="point",
        series=number,
        category=name,
        x=value,
        value=axis.value_at(height.y),
        box=box,
        confidence=round(sure, 3),
        source="scale",
        step=step,
    )


def _take_labels(frame: "Frame", marks: list[Mark]) -> None:
    """Take the number written at a point for its value where the point's height agrees with it."""
    labels = [(t, n) for t in frame.texts if not t.role and (n := parse_number(t.text)) is not None]
    for text, number in labels:
        near = [m for m in marks if _written_at(frame, text, m)]
        near = [m for m in near if abs(number.value - m.value) <= 4 * m.step + 0.5 * 10.0**-number.decimals]
        if near:
            x, y = text.box.centre
            best = min(near, key=lambda m: abs(m.box.centre[0] - x) + abs(m.box.centre[1] - y))
            best.value, best.source, best.step = number.value, "label", 0.0
            best.confidence = max(best.confidence, round(text.confidence, 3))


def _written_at(frame: "Frame", text: "TextLine", mark: Mark) -> bool:
    x, y = mark.box.centre
    wide = max(0.0, text.box.left - x, x - text.box.right)
    high = max(0.0, text.box.top - y, y - text.box.bottom)
    return wide <= 0.8 * frame.letter and high <= 1.2 * frame.letter
