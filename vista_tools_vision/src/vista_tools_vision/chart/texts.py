"""All lines of text in a chart: where they are, what they say, at which angle."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from vista_tools_vision.chart.quick.labels import text_lines, union, words_of_line
from vista_tools_vision.chart.scene import Box
from vista_tools_vision.ocr_engine import PaddleOCR

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine

LEAST_CONFIDENCE = 0.5  # of a line, to be believed
LEAST_SCORE = 0.3  # of a box of the PP-OCR detector: what it takes for text at small sizes
SURE = 0.9  # a line read with this confidence is not tried another way round


@dataclass(slots=True, eq=False)
class TextLine:
    """One line of text.

    Attributes:
        text: what it says.
        confidence: of the recogniser, 0..1.
        quad: float32 (4, 2) px, clockwise from the corner where the text begins, on its upper side.
        box: tight around its ink, px; the bounding box of a slanted line.
        angle: direction of reading, degrees, counter-clockwise: 0 for upright text, 90 for text that runs up the page,
            45 for one that rises to the right, -45 for one that falls.
        height: of the line across its direction, px.
        role: "title", "x tick", "y tick", "x title", "y title", "legend" or "".
    """

    text: str
    confidence: float
    quad: "np.ndarray"
    box: Box
    angle: float = 0.0
    height: float = 0.0
    role: str = ""

    @property
    def level(self) -> bool:
        """Whether it is written horizontally."""
        return abs(self.angle) <= 8

    @property
    def start(self) -> tuple[float, float]:
        """Middle of the side where the text begins, px."""
        return float(self.quad[[0, 3], 0].mean()), float(self.quad[[0, 3], 1].mean())

    @property
    def end(self) -> tuple[float, float]:
        """Middle of the side where the text ends, px."""
        return float(self.quad[[1, 2], 0].mean()), float(self.quad[[1, 2], 1].mean())


def read_texts(image: "np.ndarray", engine: "TextEngine") -> list[TextLine]:
    """Find and read every line of text.

    Args:
        image: RGB uint8 (height, width, 3).
        engine: finds and reads.

    Returns:
        Lines in the detector's reading order, without those that could not be read.
    """
    lines = read_quads(image, _detected(image, engine), engine)
    usual = median([t.height for t in lines] or [0.0])
    # A bar is now and then taken for a letter; no letter is that large, and no line is without letters and digits.
    lines = [t for t in lines if t.height <= (2 if len(t.text) < 3 else 5) * usual and re.search(r"\w", t.text)]
    return [t for t in lines if not _is_tick_mark(t, lines)]


def _is_tick_mark(line: TextLine, lines: Sequence[TextLine]) -> bool:
    """Whether a line is one of several strokes beside each other, too thin for the digit that they were read as."""
    thin = [t for t in lines if len(t.text) == 1 and t.level and t.box.width <= 0.27 * t.box.height]
    row = [t for t in thin if abs(t.box.top - line.box.top) <= 2 and abs(t.box.bottom - line.box.bottom) <= 2]
    return len(row) > 2 and any(t is line for t in row)


def _continues(first: TextLine, second: TextLine) -> bool:
    if not (first.level and second.level):
        return False
    a, b = first.box, second.box
    high = min(a.height, b.height)
    same_line = min(a.bottom, b.bottom) - max(a.top, b.top) >= 0.7 * high
    return same_line and max(a.height, b.height) <= 1.6 * high and -0.5 * high <= b.left - a.right <= 0.6 * high


def _detected(image: "np.ndarray", engine: "TextEngine") -> list["np.ndarray"]:
    """Quadrilaterals around lines of text; PP-OCR looks at two sizes, since small words show at one or the other."""
    import cv2
    import numpy as np

    if not isinstance(engine, PaddleOCR):
        found = list(engine.detect(image))
    else:
        found = [*engine.detect(image, threshold=LEAST_SCORE), *engine.detect(image, 0, threshold=LEAST_SCORE)]
    quads = [np.asarray(quad, np.float32) for quad, _ in sorted(found, key=lambda item: -item[1])]
    areas = [max(1.0, abs(cv2.contourArea(q))) for q in quads]
    lying = [_length(q[0], q[1]) > _length(q[1], q[2]) for q in quads]
    shorts = [min(_length(q[0], q[1]), _length(q[1], q[2])) for q in quads]
    usual = median(shorts or [0.0])
    kept: list[np.ndarray] = []
    for i, quad in enumerate(quads):
        if shorts[i] > 4 * usual:  # a plot, a bar
            continue
        # What stands and holds several lying lines is a column of them.
        shared = [cv2.intersectConvexConvex(quad, o)[0] if o is not quad else 0.0 for o in quads]
        inner = [j for j, s in enumerate(shared) if s > 0.7 * areas[j] and lying[j] and not lying[i]]
        before = [s / min(areas[i], areas[j]) for j, s in enumerate(shared) if any(quads[j] is k for k in kept)]
        if len(inner) < 2 and all(share < 0.4 for share in before):
            kept.append(quad)
    return sorted(kept, key=lambda q: (float(q[:, 1].min()), float(q[:, 0].min())))


def read_quads(image: "np.ndarray", quads: Sequence["np.ndarray"], engine: "TextEngine") -> list[TextLine]:
    """Read quadrilaterals; upright ones are tried up and down the page, short ones (a digit) as they are too.

    Args:
        image: RGB uint8.
        quads: (4, 2) px each, clockwise from the top left.
        engine: reads.

    Returns:
        One line for each quad that says something.
    """
    import numpy as np

    tries: list[tuple[int, float, np.ndarray]] = []  # which quad, angle of reading, its corners from where text begins
    for i, quad in enumerate(quads):
        across, down = _length(quad[0], quad[1]), _length(quad[1], quad[2])
        if down < 1.5 * across:
            tries.append((i, _angle(quad[0], quad[1]), quad))
            continue
        if down < 3 * across:
            tries.append((i, _angle(quad[0], quad[1]), quad))
        up = quad[[3, 0, 1, 2]]
        tries.append((i, _angle(up[0], up[1]), up))
    lines = engine.recognize([straight(image, quad) for _, _, quad in tries])
    unsure = [n for n, (i, angle, _) in enumerate(tries) if abs(angle) > 40 and lines[n].confidence < SURE]
    turned = [(tries[n][0], tries[n][1] - 180, tries[n][2][[2, 3, 0, 1]]) for n in unsure]
    if turned:
        lines = [*lines, *engine.recognize([straight(image, quad) for _, _, quad in turned])]
    best: dict[int, tuple[float, TextLine]] = {}
    for (i, angle, quad), line in zip([*tries, *turned], lines, strict=True):
        text = line.text.strip()
        # The right way round reads more signs, or the same with more confidence.
        score = line.confidence - 0.05 * (abs(angle) > 8)
        if abs(angle) < 30 and abs(math.sin(math.radians(angle))) * _length(quad[0], quad[1]) < 0.6 * _length(
            quad[1], quad[2]
        ):
            angle = 0.0  # the direction of a short word is noise
        if text and line.confidence >= LEAST_CONFIDENCE and (i not in best or score > best[i][0]):
            best[i] = score, TextLine(text, line.confidence, quad, _bounds(quad), angle, _length(quad[1], quad[2]))
    found = [best[i][1] for i in sorted(best)]
    cut_into: list[TextLine] = []
    for text_line in (t for t in found if t.level):
        rough = text_line.box
        text_line.box = tight(image, rough)
        text_line.height = text_line.box.height
        gap = max(text_line.box.left - rough.left, rough.right - text_line.box.right)
        if gap > 0.7 * text_line.height:
            cut_into.append(text_line)
    if cut_into:
        _read_closely(image, cut_into, engine)
    return found


def _read_closely(image: "np.ndarray", lines: Sequence[TextLine], engine: "TextEngine") -> None:
    """Read lines again whose quads held more than their ink, as a part of a bar: it may have hidden a letter."""
    margin = 2.0
    quads = [
        quad_of(Box(t.box.left - margin, t.box.top - margin, t.box.right + margin, t.box.bottom + margin))
        for t in lines
    ]
    read = engine.recognize([straight(image, quad) for quad in quads])
    for line, quad, new in zip(lines, quads, read, strict=True):
        if new.confidence >= LEAST_CONFIDENCE and len(new.text.strip()) >= len(line.text):
            line.text, line.confidence, line.quad = new.text.strip(), new.confidence, quad


def straight(image: "np.ndarray", quad: "np.ndarray") -> "np.ndarray":
    """Cut a quadrilateral out so that its first side is on top.

    Args:
        image: RGB uint8 (height, width, 3).
        quad: (4, 2) px, clockwise from the corner where the text begins.

    Returns:
        RGB uint8, at least 1x1 px.
    """
    import cv2
    import numpy as np

    width = max(1, round(max(_length(quad[0], quad[1]), _length(quad[3], quad[2]))))
    height = max(1, round(max(_length(quad[0], quad[3]), _length(quad[1], quad[2]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), corners)
    return cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)


def _length(a: "np.ndarray", b: "np.ndarray") -> float:
    return math.hypot(float(a[0] - b[0]), float(a[1] - b[1]))


def _angle(a: "np.ndarray", b: "np.ndarray") -> float:
    """Direction from a to b, degrees counter-clockwise from the x axis (y runs down), -180..180."""
    return math.degrees(math.atan2(float(a[1] - b[1]), float(b[0] - a[0])))


def _bounds(quad: "np.ndarray") -> Box:
    return Box(*(float(v) for v in (*quad.min(axis=0), *quad.max(axis=0))))


def tight(image: "np.ndarray", box: Box) -> Box:
    """Shrink a box around level text to its ink; unchanged where text and ground cannot be told apart."""
    import numpy as np

    left, top = max(0, int(box.left)), max(0, int(box.top))
    right, bottom = min(image.shape[1], math.ceil(box.right)), min(image.shape[0], math.ceil(box.bottom))
    part = image[top:bottom, left:right].astype(np.int16)
    if part.size == 0:
        return box
    edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
    contrast = np.abs(part - np.median(edge, axis=0)).max(axis=2)
    ink = contrast > max(28.0, 0.35 * float(contrast.max()))
    ink[ink.mean(axis=1) > 0.95] = False  # a line through the box
    for side in (ink, ink[::-1], ink.T, ink.T[::-1]):  # a bar or an axis that the box cuts into
        for line in side[: max(1, len(side) // 3)]:
            if line.mean() < 0.85:
                break
            line[:] = False
    _keep_middle_line(ink)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows) or rows[-1] - rows[0] < 3:
        return box
    return Box(float(left + columns[0]), float(top + rows[0]), float(left + columns[-1] + 1), float(top + rows[-1] + 1))


def _keep_middle_line(ink: "np.ndarray") -> None:
    """Leave only the line of text at the middle of a mask: no tick mark over it, no line below it."""
    import numpy as np

    turns = np.diff(np.concatenate([[0], ink.any(axis=1).astype(np.int8), [0]]))
    runs = list(zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True))
    if len(runs) < 2:
        return
    middle = len(ink) / 2
    main = max(runs, key=lambda r: (r[1] - r[0]) - 0.8 * max(0.0, r[0] - middle, middle - r[1]))
    for first, last in runs:
        if max(first - main[1], main[0] - last) > 1:
            ink[first:last] = False


def usual_height(lines: Sequence[TextLine]) -> float | None:
    """Height of a usual line of text, px; signs alone are rather markers and count where there is nothing else."""
    heights = [t.height for t in lines if t.level and len(t.text) > 1] or [t.height for t in lines if t.level]
    return median(heights) if heights else None


def overlap(a: Box, b: Box) -> float:
    """Share of the smaller box that the other one covers, 0..1."""
    wide = min(a.right, b.right) - max(a.left, b.left)
    high = min(a.bottom, b.bottom) - max(a.top, b.top)
    least = min(a.width * a.height, b.width * b.height)
    return wide * high / least if wide > 0 and high > 0 and least > 0 else 0.0


def read_missed(
    image: "np.ndarray",
    region: Box,
    page: "np.ndarray",
    letter: float,
    known: Sequence[TextLine],
    engine: "TextEngine",
) -> list[TextLine]:
    """Read the level words in a region that the detector missed: single digits and letters, mostly.

    A word that goes on where a known line stops becomes part of that line.

    Args:
        image: RGB uint8.
        region: where to look, px.
        page: RGB behind the text.
        letter: height of a usual line of text, px.
        known: lines that were read already; what touches them is left out.
        engine: reads.
    """
    import cv2
    import numpy as np

    left, top = max(0, int(region.left)), max(0, int(region.top))
    right, bottom = min(image.shape[1], math.ceil(region.right)), min(image.shape[0], math.ceil(region.bottom))
    if right - left < 4 or bottom - top < 4:
        return []
    contrast = np.abs(image[top:bottom, left:right].astype(np.int16) - page.astype(np.int16)).max(axis=2)
    mask = (contrast > max(40.0, 0.35 * float(np.percentile(contrast, 99.8)))).astype(np.uint8)
    for line in known:  # painted out, so that no part of a word is taken for another
        cv2.fillPoly(mask, [np.round(line.quad - (left, top)).astype(np.int32)], 0)
        b = line.box
        mask[
            max(0, int(b.top) - top) : max(0, int(b.bottom) - top),
            max(0, int(b.left) - left) : max(0, int(b.right) - left),
        ] *= line.level ^ 1
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    blobs = [Box(left + x, top + y, left + x + w, top + y + h) for x, y, w, h in stats[1:count, :4].astype(float)]
    inner = (b for b in blobs if b.left > left and b.right < right and b.top > top and b.bottom < bottom)
    blobs = [b for b in inner if b.height <= 1.6 * letter and b.width <= 2.5 * letter]
    high = [b for b in blobs if b.height >= 0.45 * letter]
    words = [w for line in text_lines(high) for w in words_of_line(line, gap=0.6 * letter)]
    grown = [union([w, *(b for b in blobs if _beside(b, w, letter))]) for w in words]
    boxes = [w for w in grown if w.width >= 0.15 * letter and not any(overlap(w, t.box) > 0.3 for t in known)]
    margin = max(2.0, 0.25 * letter)
    quads = [quad_of(Box(b.left - margin, b.top - margin, b.right + margin, b.bottom + margin)) for b in boxes]
    crops = [_padded(straight(image, quad), page) for quad in quads]
    read = zip(boxes, quads, engine.recognize(crops) if crops else [], strict=True)
    found = []
    for box, quad, line in read:
        text = line.text.strip()
        if not re.search(r"\w", text) or line.confidence < LEAST_CONFIDENCE:
            continue
        new = TextLine(text, line.confidence, quad, box, 0.0, box.height)
        if not _continued(image, known, new, engine):
            found.append(new)
    return found


def _continued(image: "np.ndarray", known: Sequence[TextLine], new: TextLine, engine: "TextEngine") -> bool:
    """Whether a new word was the rest of a known line, which was read again then."""
    for line in known:
        if not _continues(line, new) and not _continues(new, line):
            continue
        room = union([line.box, new.box])
        read = read_quads(image, [quad_of(Box(room.left - 2, room.top - 2, room.right + 2, room.bottom + 2))], engine)
        if read and len(read[0].text) > len(line.text):
            line.text, line.confidence, line.quad, line.box = (
                read[0].text,
                read[0].confidence,
                read[0].quad,
                read[0].box,
            )
            return True
    return False


def _beside(blob: Box, word: Box, letter: float) -> bool:
    """Whether a small blob (a minus sign, a point, the dot of an "i") belongs to a word."""
    low = blob.top >= word.top - 0.3 * letter and blob.bottom <= word.bottom + 0.2 * letter
    return low and blob.height < 0.45 * letter and -0.5 * letter <= word.left - blob.left <= 0.9 * letter


def quad_of(box: Box) -> "np.ndarray":
    """Corners of a box, float32 (4, 2), clockwise from the top left."""
    import numpy as np

    l, t, r, b = box  # noqa: E741
    return np.array([[l, t], [r, t], [r, b], [l, b]], np.float32)


def _padded(crop: "np.ndarray", page: "np.ndarray") -> "np.ndarray":
    """Give a narrow crop room at its sides: the recogniser reads lone digits better so."""
    import numpy as np

    side = max(0, (crop.shape[0] - crop.shape[1] + 1) // 2)
    pad = np.broadcast_to(np.clip(page, 0, 255).astype(np.uint8), (crop.shape[0], side, 3))
    return np.ascontiguousarray(np.concatenate([pad, crop, pad], axis=1))
