"""Scatter charts: points of one or several series, where they overlap too."""

import math
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.chart.colours import lab_distance, to_hex
from vista_tools_vision.chart.scene import Box, ChartUnreadable, Mark, Series
from vista_tools_vision.chart.traces import connected, covers, marks_in_plot, on_own_ground, trace

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame

MOST_POINTS = 2000


def looks_like_scatter(frame: "Frame") -> float:
    """How much the foreground looks like points, 0..1: many small blobs of one size that no line joins."""
    if frame.plot is None or any(axis is None or axis.scale == "category" for axis in (frame.x, frame.y)):
        return 0.0
    frame = on_own_ground(frame)
    mask = _points_mask(frame)
    blobs = [b for b in _blobs(mask)[0] if b.pixels >= 5]
    size = _usual(blobs)
    if len(blobs) < 3 or size is None or not 0.15 * frame.letter <= size <= 2.5 * frame.letter:
        return 0.0
    fitting = sum(b.pixels for b in blobs if max(b.width, b.height) <= 3.2 * size and _thick(b, size))
    share = fitting / sum(b.pixels for b in blobs)
    goes_on = max(
        (connected(trace(c), 0.9 * frame.letter) for c in covers(frame, frame.palette[:6], mask)), default=0.0
    )
    return float(share * (1 - 0.8 * max(0.0, goes_on - 0.35)))


def read_scatter(frame: "Frame") -> tuple[list[Series], list[Mark]]:
    """Read a scatter chart.

    Returns:
        Series in order of the legend, and their points, series by series, left to right.

    Raises:
        ChartUnreadable: without two numeric axes, or without points.
    """
    if frame.x is None or frame.y is None or "category" in (frame.x.scale, frame.y.scale):
        raise ChartUnreadable("found points, but no numbers along both axes to read them against")
    frame = on_own_ground(frame)
    points = _points(frame)
    if not 1 <= len(points) <= MOST_POINTS:
        raise ChartUnreadable(f"found {len(points)} points; a scatter chart has 1 to {MOST_POINTS}")
    series, marks = [], []
    for number, (name, colour, own) in enumerate(_by_colour(frame, points)):
        series.append(Series(name=name, colour=to_hex(colour)))
        for x, y, size, sure, _ in sorted(own, key=lambda p: p.x):
            step = abs(frame.y.value_at(y + 0.5) - frame.y.value_at(y - 0.5))
            marks.append(
                Mark(
                    kind="point",
                    series=number,
                    x=frame.x.value_at(x),
                    value=frame.y.value_at(y),
                    box=Box(*(round(v, 1) for v in (x - size / 2, y - size / 2, x + size / 2, y + size / 2))),
                    confidence=round(sure * min(frame.x.confidence, frame.y.confidence), 3),
                    source="scale",
                    step=step,
                )
            )
    return series, marks


class Blob(NamedTuple):
    """A connected region: its label, box and number of pixels."""

    label: int
    left: int
    top: int
    width: int
    height: int
    pixels: int


class Point(NamedTuple):
    """A point: centre and diameter, px; confidence; RGB float (3,)."""

    x: float
    y: float
    size: float
    sure: float
    colour: "np.ndarray"


def _points_mask(frame: "Frame") -> "np.ndarray":
    """The foreground with markers that were taken for signs, without grid lines that were left over."""
    import numpy as np

    assert frame.plot is not None
    mask = marks_in_plot(frame, digits=True)
    left, top, right, bottom = (int(v) for v in frame.plot)
    for field, low, high in ((mask, left, right), (mask.T, top, bottom)):
        long = np.flatnonzero(field[:, low:high].mean(axis=1) > 0.5)
        for group in np.split(long, np.flatnonzero(np.diff(long) > 1) + 1) if len(long) else []:
            a, b = int(group[0]), int(group[-1]) + 1
            if b - a <= 4:  # what goes on above and below the line is a marker in front of it
                clear = ~(field[max(0, a - 1)] & field[min(len(field) - 1, b)])
                field[a:b, clear] = False
    return mask


def _blobs(mask: "np.ndarray") -> tuple[list[Blob], "np.ndarray"]:
    """Connected regions, and the label of each pixel."""
    import cv2
    import numpy as np

    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [Blob(i, *(int(v) for v in stats[i])) for i in range(1, count)], labels


def _usual(blobs: list[Blob]) -> float | None:
    """Usual diameter of the blobs that are about as wide as high, px; None where hardly any are.

    Blobs count by their pixels: left-over crossings of grid lines may be many, but are small.
    """
    blobs = [b for b in blobs if b.pixels >= 7 and min(b.width, b.height) >= 3]  # smaller: where grid lines crossed
    even = sorted((b for b in blobs if 0.6 <= b.width / b.height <= 1.7), key=lambda b: b.width + b.height)
    if len(even) < max(2, 0.3 * len(blobs)):
        return None
    half, seen = sum(b.pixels for b in even) / 2, 0
    for blob in even:
        seen += blob.pixels
        if seen >= half:
            return (blob.width + blob.height) / 2
    return None


def _thick(blob: Blob, size: float) -> bool:
    return min(blob.width, blob.height) >= 0.5 * size


def _points(frame: "Frame") -> list[Point]:
    """All points, whatever their series.

    A blob of the usual size is a point, of the colour that stands out most in it. A larger one is several that overlap:
    colour by colour, the usual marker is laid over it where it covers most that is not yet explained.
    """
    import numpy as np

    mask = _points_mask(frame)
    blobs, labels = _blobs(mask)
    size = _usual(blobs)
    if size is None:
        return []
    alone = [b for b in blobs if abs(b.width - size) <= 0.2 * size + 1 and abs(b.height - size) <= 0.2 * size + 1]
    area = float(np.median([b.pixels for b in alone])) if alone else math.pi / 4 * size * size
    shape = _marker(alone, labels, size)
    out: list[Point] = []
    crowds = np.zeros_like(mask)
    for blob in blobs:
        if not _thick(blob, size) or blob.pixels < 0.35 * area:
            continue
        rows, columns = slice(blob.top, blob.top + blob.height), slice(blob.left, blob.left + blob.width)
        own = labels[rows, columns] == blob.label
        if blob.pixels <= 1.4 * area and max(blob.width, blob.height) <= 1.35 * size + 1:
            colour, weight = _core(frame, frame.image[rows, columns], own)
            x = float((weight.sum(axis=0) * (np.arange(blob.width) + 0.5)).sum() / weight.sum())
            y = float((weight.sum(axis=1) * (np.arange(blob.height) + 0.5)).sum() / weight.sum())
            out.append(Point(blob.left + x, blob.top + y, size, 0.95, colour))
        else:
            crowds[rows, columns] |= own
    if crowds.any():
        seen = [p.colour for p in out] or frame.palette
        colours = [c for c in frame.palette if min(float(lab_distance(c, s)) for s in seen) < 30] or frame.palette
        for colour, cover in zip(colours, covers(frame, colours, crowds), strict=True):
            for blob, part in _parts(cover > 0, 0.35 * area):
                single = max(blob.width, blob.height) <= 1.35 * size + 1
                places = [(blob.width / 2, blob.height / 2)] if single else _apart(part, shape, size)
                out += [Point(blob.left + x, blob.top + y, size, 0.7, colour) for x, y in places]
    return out


def _parts(mask: "np.ndarray", least: float) -> list[tuple[Blob, "np.ndarray"]]:
    blobs, labels = _blobs(mask)
    return [
        (b, labels[b.top : b.top + b.height, b.left : b.left + b.width] == b.label) for b in blobs if b.pixels >= least
    ]


def _core(frame: "Frame", pixels: "np.ndarray", own: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """The colour of a marker, and how far each pixel is covered by it, 0..1; its edge is mixed with the ground."""
    import numpy as np

    off = np.linalg.norm(pixels.astype(float) - frame.panel, axis=2) * own
    strongest = float(np.percentile(off[own], 90))
    colour = np.median(pixels[own & (off >= 0.85 * strongest)], axis=0).astype(float)
    return colour, np.minimum(1.0, off / max(1.0, strongest))


def _by_colour(frame: "Frame", points: list[Point]) -> list[tuple[str, "np.ndarray", list[Point]]]:
    """Give the points to the legend's series, or to groups of one colour: (name, RGB, points)."""
    import numpy as np

    centres = [np.asarray(c, float) for c in frame.palette[: len(frame.legend)]]
    names = [e.text for e in frame.legend]
    strange = [p for p in points if all(float(lab_distance(p.colour, c)) > 30 for c in centres)]
    if len(strange) > 0.15 * len(points):  # without a legend, or with one that does not name them all
        for point in points:
            if all(float(lab_distance(point.colour, c)) > 20 for c in centres):
                centres.append(point.colour)
        counts = [sum(float(lab_distance(p.colour, c)) <= 20 for p in points) for c in centres]
        kept = [n >= 0.15 * max(counts) or i < len(names) for i, n in enumerate(counts)]
        centres = [c for c, keep in zip(centres, kept, strict=True) if keep]
        names += [""] * (len(centres) - len(names))
    groups: list[list[Point]] = [[] for _ in centres]
    for point in points:
        groups[int(np.argmin([float(lab_distance(point.colour, c)) for c in centres]))].append(point)
    return [(n, c, g) for n, c, g in zip(names, centres, groups, strict=True) if g]


def _marker(alone: list[Blob], labels: "np.ndarray", size: float) -> "np.ndarray":
    """The usual marker as float32 0/1, taken from a blob that stands alone, else a disc; hollow ones are filled."""
    import cv2
    import numpy as np

    if not alone:
        side = max(3, round(size))
        return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
    one = min(alone, key=lambda b: abs(b.width - size) + abs(b.height - size))
    own = labels[one.top : one.top + one.height, one.left : one.left + one.width] == one.label
    return _filled(own).astype(np.float32)


def _filled(mask: "np.ndarray") -> "np.ndarray":
    import cv2
    import numpy as np

    out = np.zeros(mask.shape, np.uint8)
    outlines = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    cv2.drawContours(out, outlines, -1, 1, cv2.FILLED)
    return out


def _apart(blob: "np.ndarray", shape: "np.ndarray", size: float) -> list[tuple[float, float]]:
    """Centres of markers that overlap, found one by one, px of the blob's box.

    Args:
        blob: bool, the pixels of one colour.
        shape: the usual marker, float32.
        size: its diameter, px.
    """
    import cv2
    import numpy as np

    height, width = shape.shape
    pad = max(height, width, math.ceil(size))
    field = np.pad(_filled(blob).astype(np.float32), pad)
    left_over = field.copy()
    total = float(shape.sum())
    out: list[tuple[float, float]] = []
    for _ in range(40):
        fit = cv2.matchTemplate(field, shape, cv2.TM_CCORR) / total
        new = cv2.matchTemplate(left_over, shape, cv2.TM_CCORR) / total
        score = np.where(fit >= 0.88, new, 0.0)
        y, x = np.unravel_index(int(score.argmax()), score.shape)
        if score[y, x] < 0.3:
            break
        tied = np.argwhere(score >= score[y, x] - 1e-3)
        close = tied[np.abs(tied - (y, x)).max(axis=1) <= 2]
        cy, cx = close.mean(axis=0)
        out.append((float(cx + width / 2 - pad), float(cy + height / 2 - pad)))
        y, x = round(float(cy)), round(float(cx))
        left_over[y : y + height, x : x + width] *= 1 - shape
    return out
