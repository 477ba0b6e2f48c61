"""The legend: texts with a patch of colour at their left."""

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.chart.colours import ALIKE, commonest, lab_distance, to_lab
from vista_tools_vision.chart.numbers import parse_number
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.quick.regions import Region
from vista_tools_vision.chart.scene import Box
from vista_tools_vision.chart.texts import TextLine, overlap, quad_of, read_missed, read_quads

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine


class Entry(NamedTuple):
    """A text, its swatch (px) and the swatch's colour, RGB float (3,)."""

    line: TextLine
    swatch: Box
    colour: "np.ndarray"


def find_legend(
    image: "np.ndarray",
    engine: "TextEngine",
    regions: Sequence[Region],
    texts: list[TextLine],
    grounds: Sequence["np.ndarray"],
    letter: float,
) -> list[Entry]:
    """Find the legend's entries.

    Args:
        image: RGB uint8.
        engine: reads texts again that were detected together with their swatch.
        regions: of uniform colour, in the whole picture.
        texts: all; those that are no ticks may be in the legend, and missed ones are added.
        grounds: RGB of page and panel.
        letter: height of a usual line of text, px.

    Returns:
        Entries in reading order; at least one, or [] without a legend.
    """
    swatches = [r for r in regions if r.box.height <= 1.9 * letter and 0.35 * letter <= r.box.width <= 7 * letter]
    swatches = [r for r in swatches if all(float(lab_distance(r.colour, g)) > 6 for g in grounds)]
    free = [t for t in texts if not t.role]
    level = [t for t in free if t.level]
    for line in list(level):
        more = _part(image, engine, line, swatches)
        texts += more
        level += more
    swatches = [r for r in swatches if not any(overlap(r.box, t.box) > 0.6 and not _is_sign(t, r) for t in texts)]
    level = [t for t in level if not any(_is_sign(t, r) for r in swatches)]
    level += _missed(image, engine, regions, swatches, texts, letter)
    entries = []
    for line in level:
        beside = [r for r in swatches if _beside(r.box, line.box, letter)]
        if not beside:
            continue
        # Of a frame and its filling the one that shows: a filling may be hardly more than the ground.
        main = max(beside, key=lambda r: _weight(r, beside, grounds))
        alike = [r for r in beside if float(lab_distance(r.colour, main.colour)) < ALIKE]
        swatch = union([r.box for r in alike])
        entries.append(Entry(line, swatch, _rim_colour(image, swatch, main.colour, grounds)))
    for entry in entries:  # the rim of a swatch is read as a sign
        if entry.line.box.left < entry.swatch.right + 1:
            room = entry.line.box._replace(left=entry.swatch.right + 2, right=entry.line.box.right + 2)
            _reread(image, engine, entry.line, room)
    groups = [g for g in _groups(entries, letter) if _is_legend(g, regions)]
    best = max(groups, key=len, default=[])
    rows: list[list[Entry]] = []
    for entry in sorted(best, key=lambda e: e.line.box.centre[1]):
        if rows and entry.line.box.centre[1] - rows[-1][0].line.box.centre[1] <= 0.7 * letter:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    return [e for row in rows for e in sorted(row, key=lambda e: e.line.box.left)]


def _rim_colour(
    image: "np.ndarray", swatch: Box, colour: "np.ndarray", grounds: Sequence["np.ndarray"]
) -> "np.ndarray":
    """The colour of a swatch, or of its rim where its filling is hardly more than the ground."""
    faint = min(float(lab_distance(colour, g)) for g in grounds)
    if faint > 18:
        return colour
    left, top = max(0, int(swatch.left) - 3), max(0, int(swatch.top) - 3)
    pixels = image[top : int(swatch.bottom) + 3, left : int(swatch.right) + 3].reshape(-1, 3)
    apart = lab_distance(pixels, grounds[0])
    strong = pixels[apart > max(2 * faint, 0.6 * float(apart.max()))]
    return commonest(strong)[0] if len(strong) >= 0.05 * len(pixels) else colour


def _weight(region: Region, beside: Sequence[Region], grounds: Sequence["np.ndarray"]) -> float:
    """How much a colour shows beside a text: its pixels, times how far it is from the ground."""
    area = sum(r.area for r in beside if float(lab_distance(r.colour, region.colour)) < ALIKE)
    return area * min(float(lab_distance(region.colour, g)) for g in grounds)


def _groups(entries: Sequence[Entry], letter: float) -> list[list[Entry]]:
    """Entries that are aligned with one another, directly or through others: a legend may have rows and columns."""
    groups: list[list[Entry]] = []
    for entry in entries:
        joined = [g for g in groups if any(_aligned(e.swatch, entry.swatch, letter) for e in g)]
        merged = [entry, *(e for g in joined for e in g)]
        groups = [g for g in groups if all(g is not j for j in joined)] + [merged]
    return groups


def _is_sign(line: TextLine, region: Region) -> bool:
    """Whether a text is a marker or a swatch that was taken for a letter."""
    solid = region.fill > 0.6 and region.area > 0.4 * line.box.width * line.box.height
    return len(line.text) == 1 and solid and overlap(region.box, line.box) > 0.6


def _part(image: "np.ndarray", engine: "TextEngine", line: TextLine, swatches: Sequence[Region]) -> list[TextLine]:
    """Part a line at the swatches in it: entries that were detected as one, or a swatch that was read as a sign.

    Returns:
        The further lines; `line` itself is changed to the first one.
    """
    box = line.box
    solid = [
        (r.box.left, r.box.right)
        for r in swatches
        if overlap(r.box, box) > 0.6 and r.fill > 0.9 and min(r.box.width, r.box.height) >= 0.5 * box.height
    ]
    cuts = sorted([*solid, *_coloured_runs(image, box)])
    if not cuts or sum(b - a for a, b in cuts) > 0.8 * box.width:
        return []
    starts, ends = [box.left - 2, *(b + 1 for _, b in cuts)], [*(a - 1 for a, _ in cuts), box.right + 2]
    rooms = [
        Box(a, box.top - 2, b, box.bottom + 2) for a, b in zip(starts, ends, strict=True) if b - a > 0.5 * box.height
    ]
    read = [t for t in read_quads(image, [quad_of(room) for room in rooms], engine) if t.level]
    if not read:
        return []
    line.text, line.confidence, line.quad, line.box = read[0].text, read[0].confidence, read[0].quad, read[0].box
    return read[1:]


def _coloured_runs(image: "np.ndarray", box: Box) -> list[tuple[float, float]]:
    """Where (x, px) a line of text has something of another colour than its last signs, as wide as a thin sign."""
    import numpy as np

    left, top = max(0, int(box.left) - 2), max(0, int(box.top))
    part = image[top : math.ceil(box.bottom), left : math.ceil(box.right)]
    if part.size == 0:
        return []
    lab = to_lab(part)
    edge = np.median(lab.reshape(-1, 3), axis=0)
    apart = np.linalg.norm(lab - edge, axis=2)
    # A line ends with text: the strongest pixels there have its colour, and its blurred ones lie between that and the
    # ground. Only hue and chroma count.
    end = lab.shape[1] - max(1, int(0.4 * lab.shape[1]))
    signs = lab[:, end:][apart[:, end:] >= 0.8 * apart[:, end:].max()]
    span = np.median(signs, axis=0)[1:] - edge[1:]
    tint = lab[..., 1:] - edge[1:]
    along = np.clip((tint @ span) / max(1.0, float(span @ span)), 0, 1)[..., None] * span
    coloured = (apart > 20) & (np.linalg.norm(tint - along, axis=2) > 14)
    ink = coloured.any(axis=0)
    turns = np.diff(np.concatenate([[0], ink.astype(np.int8), [0]]))
    runs: list[tuple[float, float]] = []
    for start, end in zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True):
        if runs and left + start - runs[-1][1] <= 0.4 * box.height:
            runs[-1] = runs[-1][0], float(left + end)
        else:
            runs.append((float(left + start), float(left + end)))
    return [(a, b) for a, b in runs if b - a >= 0.3 * box.height]


def _reread(image: "np.ndarray", engine: "TextEngine", line: TextLine, room: Box) -> None:
    """Read a line again from a part of its box."""
    read = read_quads(image, [quad_of(room)], engine)
    if read and read[0].level:
        line.text, line.confidence, line.quad, line.box = read[0].text, read[0].confidence, read[0].quad, read[0].box


def _missed(
    image: "np.ndarray",
    engine: "TextEngine",
    regions: Sequence[Region],
    swatches: Sequence[Region],
    texts: list[TextLine],
    letter: float,
) -> list[TextLine]:
    """Read the names that the detector missed: right of solid patches in the colour of something larger."""
    import numpy as np

    found: list[TextLine] = []
    for patch in (r for r in swatches if r.fill > 0.85 and min(r.box.width, r.box.height) >= 0.4 * letter):
        if any(_beside(patch.box, t.box, letter) for t in texts):
            continue
        large = (r for r in regions if r.area > 3 * patch.area and float(lab_distance(r.colour, patch.colour)) < 4)
        if next(large, None) is None:
            continue
        x, y = patch.box.right, patch.box.centre[1]
        around = image[int(y) : int(y) + 1, int(x) + 1 : int(x + letter) + 2].reshape(-1, 3)
        if not len(around):
            continue
        ground = np.median(around, axis=0)
        room = Box(x + 1, y - 0.9 * letter, x + 14 * letter, y + 0.9 * letter)
        words = read_missed(image, room, ground, letter, [*texts, *found], engine)
        # The words of a name stand on one line, less than two letters apart.
        name: list[TextLine] = []
        for word in sorted(words, key=lambda t: t.box.left):
            if word.box.left - (name[-1].box.right if name else x) <= (1.5 if name else 2.5) * letter:
                name.append(word)
        if name:
            box = union([t.box for t in name])
            text, sure = " ".join(t.text for t in name), min(t.confidence for t in name)
            found.append(TextLine(text, sure, quad_of(box), box, 0.0, box.height))
    texts += found
    return found


def _beside(swatch: Box, text: Box, letter: float) -> bool:
    gap = text.left - swatch.right
    middle = abs(swatch.centre[1] - text.centre[1])
    return -0.5 * letter <= gap <= 2.5 * letter and middle <= 0.5 * letter and text.left - swatch.left <= 8 * letter


def _aligned(a: Box, b: Box, letter: float) -> bool:
    """Whether two swatches are of like size, and stand above or beside each other."""
    alike = abs(a.width - b.width) <= 0.35 * max(a.width, b.width, letter)
    return alike and (abs(a.left - b.left) <= 0.5 * letter or abs(a.centre[1] - b.centre[1]) <= 0.5 * letter)


def _is_legend(group: Sequence[Entry], regions: Sequence[Region]) -> bool:
    """Whether a group of aligned entries is a legend, and not bars with numbers beside them."""
    import numpy as np

    if not group:
        return False
    if len(group) == 1:
        entry = group[0]
        like = [r for r in regions if float(lab_distance(r.colour, entry.colour)) < ALIKE]
        if float(np.ptp(entry.colour)) < 30:  # grey, as texts and grid lines are: only a filled shape can be meant
            like = [r for r in like if r.fill > 0.6 and min(r.box.width, r.box.height) > entry.swatch.height]
        elsewhere = sum(r.area for r in like if overlap(r.box, entry.swatch) == 0)
        return (
            len(entry.line.text) > 1
            and parse_number(entry.line.text) is None
            and elsewhere > 2 * entry.swatch.width * entry.swatch.height
        )
    first = group[0].colour
    if all(float(lab_distance(e.colour, first)) < 3 for e in group):
        return False
    numbers = all(parse_number(e.line.text) is not None for e in group)
    usual = median(e.swatch.width for e in group)
    return not numbers or all(abs(e.swatch.width - usual) <= 0.3 * usual for e in group)
