"""Pies and donuts: slices by colour around the centre, their names from labels or legend, their values."""

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tools_vision.chart.circle import Disc, find_disc, ring
from vista_tools_vision.chart.colours import from_hex, lab_distance, to_hex, to_lab
from vista_tools_vision.chart.legend import find_legend
from vista_tools_vision.chart.metrics import cheapest_matching
from vista_tools_vision.chart.pie_labels import SliceLabel, slice_labels, take_numbers_for_names
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.scene import Box, ChartUnreadable, LegendEntry, Mark, Series
from vista_tools_vision.chart.series import in_front, legend_names
from vista_tools_vision.chart.texts import TextLine, overlap

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame

MOST_SLICES = 40
DOT = 15.0  # distance in Lab of a dot in a legend from its slice
SWATCH_SIGNS = set("o0cd●■□◆▲")
SAME = 7.0  # distance in Lab within one slice


@dataclass(slots=True)
class Slice:
    """A sector of one colour.

    Attributes:
        start: degrees clockwise from the top, 0..360.
        sweep: degrees, above 0.
        colour: RGB float (3,).
        label: what is written on or beside it.
    """

    start: float
    sweep: float
    colour: "np.ndarray"
    label: SliceLabel = field(default_factory=SliceLabel)

    @property
    def middle(self) -> float:
        """Direction of its middle, degrees clockwise from the top."""
        return (self.start + self.sweep / 2) % 360

    @property
    def share(self) -> float:
        """Of the whole, percent."""
        return self.sweep / 3.6


def looks_like_pie(frame: "Frame") -> float:
    """How much the foreground looks like a pie or donut, 0..1."""
    disc = find_disc(frame)
    if disc is None or disc.support < 0.7:
        return 0.0
    slices = find_slices(frame, disc)
    return min(1.0, disc.support + 0.1) if 2 <= len(slices) <= MOST_SLICES else 0.4 * disc.support


def read_pie(frame: "Frame") -> tuple[str, list[Series], list[Mark]]:
    """Read a pie or donut.

    Returns:
        ("pie" or "donut", one unnamed series, slices clockwise from the top).

    Raises:
        ChartUnreadable: nothing round is there, or it has no slices, or they have no names.
    """
    disc = find_disc(frame)
    if disc is None or disc.support < 0.5:
        raise ChartUnreadable("found no filled circle or ring, as a pie chart has")
    slices = find_slices(frame, disc)
    if not 1 <= len(slices) <= MOST_SLICES:
        raise ChartUnreadable(f"found a circle with {len(slices)} slices; a pie chart has 1 to {MOST_SLICES}")
    frame.plot, frame.x, frame.y = None, None, None  # a column of legend texts may have been taken for ticks
    if any(_touches(disc, entry.box) for entry in frame.legend):  # labels with a slice beside them
        frame.legend = []
        for text in frame.texts:
            text.role = "" if text.role == "legend" else text.role
    if len(frame.legend) < len(slices):
        _complete_legend(frame, disc, slices)
    for one, label in zip(slices, slice_labels(frame, disc, [s.middle for s in slices]), strict=True):
        one.label = label
    _name_by_legend(frame, slices)
    unnamed = [s for s in slices if not s.label.name]
    for one, name in zip(unnamed, legend_names(frame, [s.colour for s in unnamed]), strict=True):
        one.label.name = name
    if _unit(slices)[0] != "number":  # numbers in proportion to the angles are values
        take_numbers_for_names([s.label for s in slices])
    if not any(s.label.name for s in slices):
        raise ChartUnreadable(f"found a pie of {len(slices)} slices, but neither a legend nor labels that name them")
    if any(not s.label.name for s in slices):
        frame.notes.append(f"{sum(not s.label.name for s in slices)} of {len(slices)} slices have no name")
    marks = _valued(frame, disc, slices)
    return "donut" if disc.hole else "pie", [Series(name="", colour=to_hex(slices[0].colour))], marks


# -- slices -----------------------------------------------------------------------------------------------------------


def find_slices(frame: "Frame", disc: Disc) -> list[Slice]:
    """Part the disc where its colour changes along the circle, or where a line runs between two slices.

    Returns:
        Slices clockwise from the top; lines between them are shared out to both sides.
    """
    import numpy as np

    count = max(720, 4 * math.ceil(math.pi * disc.radius))
    inner = max(disc.hole / disc.radius + 0.08, 0.5) if disc.hole else 0.5
    radii = np.linspace(min(inner, 0.9), 0.95, 15) * disc.radius
    rows, columns = ring(disc, radii, count, frame.image.shape)
    colours = to_lab(frame.image[rows, columns])
    seen = ~_text_mask(frame)[rows, columns]
    enough = seen.sum(axis=0) >= 3
    weights = np.where(seen, 1.0, np.nan)[..., None]
    with np.errstate(all="ignore"):
        middle = np.nanmedian(np.where(enough[None, :, None], colours * weights, colours), axis=0)
    runs = _runs(middle)
    least = 3.0 * count / (2 * math.pi * 0.75 * disc.radius) + 1  # samples that 3 px are: less is a line or an edge
    solid = [run for run in runs if run[1] - run[0] >= least]
    if not solid:
        return []
    joined = _joined(solid, middle, enough)
    out = []
    for i, (start, end) in enumerate(joined):
        before, after = joined[i - 1], joined[(i + 1) % len(joined)]
        low = start - ((start - before[1]) % count) / 2
        high = end + ((after[0] - end) % count) / 2
        sweep = (high - low) * 360 / count if len(joined) > 1 else 360.0
        span = np.arange(start, end) % count
        pixels = frame.image[rows[:, span], columns[:, span]][seen[:, span]]
        pixels = pixels if len(pixels) else frame.image[rows[:, span], columns[:, span]].reshape(-1, 3)
        out.append(Slice((low * 360 / count) % 360, sweep, np.median(pixels, axis=0).astype(float)))
    return sorted(out, key=lambda s: s.start)


def _text_mask(frame: "Frame") -> "np.ndarray":
    import cv2
    import numpy as np

    mask = np.zeros(frame.image.shape[:2], np.uint8)
    for line in frame.texts:
        cv2.fillPoly(mask, [np.round(line.quad).astype(np.int32)], 1)
    return mask.astype(bool)


def _runs(colours: "np.ndarray") -> list[tuple[int, int]]:
    """Cut a closed sequence of Lab colours into runs of one colour; (start, end), end may exceed the length."""
    import numpy as np

    count = len(colours)
    step = np.linalg.norm(colours - np.roll(colours, 1, axis=0), axis=1)
    cuts = [int(i) for i in np.flatnonzero(step > 0.6 * SAME)]
    if not cuts:
        return [(0, count)]
    return [(a, b if b > a else b + count) for a, b in zip(cuts, [*cuts[1:], cuts[0]], strict=True)]


def _joined(solid: list[tuple[int, int]], middle: "np.ndarray", seen: "np.ndarray") -> list[tuple[int, int]]:
    """Join neighbouring runs of one colour, unless lines between the slices part them as they do the others."""
    import numpy as np

    size, count = len(solid), len(middle)
    colours = [np.median(middle[np.arange(*run) % count], axis=0) for run in solid]

    def same(i: int) -> bool:
        return size > 1 and float(np.linalg.norm(colours[i] - colours[(i + 1) % size])) < SAME

    def lined(i: int) -> bool:
        """Whether a line of a third colour runs between run i and the next."""
        start, end = solid[i][1], solid[(i + 1) % size][0]
        places = np.arange(start, start + (end - start) % count) % count
        gap = middle[places[seen[places]]]  # under a text nothing is seen
        if not len(gap):
            return False
        off = [np.linalg.norm(gap - colours[k % size], axis=1) for k in (i, i + 1)]
        return float(np.minimum(*off).max()) > 2.5 * SAME

    others = [lined(i) for i in range(size) if not same(i)]
    parted = bool(others) and sum(others) >= 0.7 * len(others)
    joins = [same(i) and not (parted and lined(i)) for i in range(size)]
    if all(joins):
        return [(0, count)]
    first = joins.index(False) + 1  # begin after a boundary
    out: list[tuple[int, int]] = []
    for k in range(first, first + size):
        start, end = (v + count * (k >= size) for v in solid[k % size])
        if k > first and joins[(k - 1) % size]:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


# -- names and values -------------------------------------------------------------------------------------------------


def _complete_legend(frame: "Frame", disc: Disc, slices: list[Slice]) -> None:
    """Look for the legend among all texts beside the disc, those that were taken for ticks or titles included."""
    regions = [r for r in frame.regions if disc.distance(*r.box.centre) > 1]
    solid = [r for r in regions if r.fill > 0.7]  # a swatch may have been read as a sign
    signs = [t for t in frame.texts if len(t.text) < 2 or set(t.text.lower()) <= SWATCH_SIGNS]
    signs = [t for t in signs if any(overlap(r.box, t.box) > 0.6 for r in solid)]
    texts = [t for t in frame.texts if re.search(r"\w", t.text) and disc.distance(*t.box.centre) > 1]
    texts = [t for t in texts if not any(t is sign for sign in signs)]
    titles = [t for t in texts if t.role == "title"]
    for text in texts:
        text.role = ""
    grounds = [frame.page, frame.panel]  # lines close together make the usual line look higher than it is
    tries = [
        find_legend(frame.image, frame.engine, regions, list(texts), grounds, k * frame.letter) for k in (1.0, 0.6)
    ]
    entries = max(tries, key=len)
    fitting = [e for e in entries if min(float(lab_distance(e.colour, s.colour)) for s in slices) < 25]
    if len(entries) > len(frame.legend) and len(fitting) > 0.6 * len(entries):
        frame.legend = [
            LegendEntry(text=e.line.text, colour=to_hex(e.colour), box=union([e.line.box, e.swatch])) for e in entries
        ]
        frame.texts = [t for t in frame.texts if not any(t is sign for sign in signs)]
        for entry in entries:
            entry.line.role = "legend"
    if len(frame.legend) < len(slices):
        _dotted_legend(frame, texts, slices)
    for text in titles:
        text.role = text.role or "title"
    frame.title = " ".join(t.text for t in titles if t.role == "title") or frame.title * (not titles)


def _dotted_legend(frame: "Frame", texts: list[TextLine], slices: list[Slice]) -> None:
    """Find a legend whose patches are mere dots: texts with pixels of a slice's colour in front of them."""
    free = [t for t in texts if t.level and len(t.text) > 1 and "%" not in t.text]
    if len(free) < len(slices):
        return
    cost = [[in_front(frame, text, one.colour) for text in free] for one in slices]
    pairs = [(i, j) for i, j in cheapest_matching(cost) if cost[i][j] < DOT]
    if len(pairs) < len(slices):
        return
    frame.legend = []
    for i, j in pairs:
        free[j].role = "legend"
        frame.legend.append(LegendEntry(text=free[j].text, colour=to_hex(slices[i].colour), box=free[j].box))


def _touches(disc: Disc, box: Box) -> bool:
    x, y = max(box.left, min(disc.x, box.right)), max(box.top, min(disc.y, box.bottom))
    return disc.distance(x, y) < 1


def _name_by_legend(frame: "Frame", slices: list[Slice]) -> None:
    """Name slices by the legend's colours; a legend of another size names what it can."""
    entries = [e for e in frame.legend if e.text]
    if len(entries) < 2:
        return
    cost = [[float(lab_distance(s.colour, from_hex(e.colour))) for e in entries] for s in slices]
    pairs = cheapest_matching([[c + 0.01 * abs(i - j) for j, c in enumerate(row)] for i, row in enumerate(cost)])
    good = [(i, j) for i, j in pairs if cost[i][j] < 25]
    if len(good) < max(1, len(slices) // 2):
        return
    for i, j in good:
        slices[i].label.name = entries[j].text
        slices[i].label.name_confidence = 1.0 if cost[i][j] < 10 else 0.7


def _valued(frame: "Frame", disc: Disc, slices: list[Slice]) -> list[Mark]:
    """Give each slice what its label says, if its angle agrees; else what its angle says."""
    kind, rate = _unit(slices)
    marks = []
    for one in slices:
        measured = one.share * rate
        said = one.label.percent if kind == "percent" else one.label.number if kind == "number" else None
        slack = max(0.04 * measured, 1.2 * rate)  # a degree is 0.28%
        if said is not None and abs(said - measured) <= slack + 0.5 * one.label.step:
            value, source, confidence, step = said, "label", one.label.confidence, 0.0
        else:
            value, source, confidence = measured, "angle", 0.9 if disc.support > 0.9 else 0.7
            step = rate * 100 / (2 * math.pi * disc.radius)
            if said is not None:
                frame.notes.append(f"a label reads {said:g} where the slice's angle says {measured:.3g}")
                confidence *= 0.6
            value = round(value, max(0, 1 - math.floor(math.log10(step)))) if step > 0 else value
        confidence *= one.label.name_confidence if one.label.name else 0.3
        name = one.label.name or "unnamed"
        marks.append(
            Mark(
                kind="slice",
                category=name,
                value=value,
                box=_box(disc, one),
                confidence=round(min(1.0, confidence), 3),
                source=source,
                step=step,
            )
        )
    return marks


def _unit(slices: list[Slice]) -> tuple[str, float]:
    """What the labels give: ("percent", 1), ("number", units per percent) or ("", 1) where there are none to trust."""
    percents = [s for s in slices if s.label.percent is not None]
    if percents and sum(abs((s.label.percent or 0) - s.share) < 2.5 for s in percents) >= 0.6 * len(percents):
        return "percent", 1.0
    numbers = sorted((s.label.number or 0) / s.share for s in slices if s.label.number is not None)
    if len(numbers) >= max(2, 0.5 * len(slices)):
        rate = numbers[len(numbers) // 2]
        if rate > 0 and sum(abs(n / rate - 1) < 0.1 for n in numbers) >= 0.6 * len(numbers):
            return "number", rate
    return "", 1.0


def _box(disc: Disc, one: Slice) -> Box:
    """Around a slice, px."""
    steps = max(2, math.ceil(one.sweep / 5))
    angles = [math.radians(one.start + one.sweep * k / steps) for k in range(steps + 1)]
    points = [(disc.x + r * math.sin(a), disc.y - r * math.cos(a)) for a in angles for r in (disc.hole, disc.radius)]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return Box(*(round(v, 1) for v in (min(xs), min(ys), max(xs), max(ys))))
