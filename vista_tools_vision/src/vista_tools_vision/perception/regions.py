"""Regions of a page: its background, lines of text, ruled or aligned tables, and figures."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vista_tools_vision.perception.boxes import BoxPx, area, common
from vista_tools_vision.table import Word, crossing, find_grid, group_rows

if TYPE_CHECKING:
    import numpy as np


def page_mask(image: "np.ndarray") -> "np.ndarray":
    """The background: what is coloured like most of the border and like each other.

    Args:
        image: RGB uint8 (height, width, 3).

    Returns:
        Boolean (height, width); nothing where the border has no one colour (a photo).
    """
    import numpy as np

    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    bins = (border // 8).astype(np.int32) @ np.array([1024, 32, 1])
    values, counts = np.unique(bins, return_counts=True)
    common_bin = values[counts.argmax()]
    if counts.max() < 0.3 * len(border):
        return np.zeros(image.shape[:2], bool)
    page = border[bins == common_bin].mean(axis=0)
    return np.abs(image.astype(np.int16) - page.astype(np.int16)).max(axis=2) <= 14


def texts(words: Sequence[Word], quoted: str | None, numbers: bool = False) -> list[tuple[BoxPx, float]]:
    """Boxes of texts.

    Args:
        words: lines of the picture.
        quoted: only what says this, by whole words and whatever the case; the box is narrowed to its share of a line.
        numbers: only lines that are a number.
    """
    chosen = [w for w in words if not numbers or re.fullmatch(r"[-+−–]?[$€£]?\s*\d[\d.,\s]*\s*[%°KkMBbm]?", w.text)]
    if quoted is None:
        return [(w.box, w.confidence) for w in chosen]
    wanted = re.escape(quoted).replace(r"\ ", r"\s+")
    pattern = re.compile(rf"(?<!\w){wanted}(?!\w)", re.IGNORECASE)
    return [(_share(w, *match.span()), w.confidence) for w in chosen for match in pattern.finditer(w.text)]


def _share(word: Word, start: int, end: int) -> BoxPx:
    """The part of a line's box that some of its characters take, by their usual widths."""
    widths = [_width(character) for character in word.text]
    whole, left, right = sum(widths), sum(widths[:start]), sum(widths[:end])
    x, y, x2, y2 = word.box
    if y2 - y > 2 * (x2 - x):  # it runs up or down the page; which end is first is not known here
        return word.box
    return x + (x2 - x) * left / whole, y, x + (x2 - x) * right / whole, y2


def _width(character: str) -> float:
    """About how wide a character of a sans-serif face is, in ems."""
    if character in "iljtfrI.,:;'|!()[] ":
        return 0.3
    return 0.85 if character in "mwMW@%" else 0.65 if character.isupper() else 0.55


def ink(image: "np.ndarray") -> "np.ndarray":
    """Everything that is not background, boolean (height, width)."""
    return ~page_mask(image)


def tables(image: "np.ndarray", words: Sequence[Word]) -> list[tuple[BoxPx, float]]:
    """Tables: ruled ones by their grid of lines, others by at least three lines of text with the same columns."""
    found = _ruled(image, words)
    free = [w for w in words if not any(common(w.box, box) > 0 for box, _ in found)]
    return found + _aligned(image, free)


def _ruled(image: "np.ndarray", words: Sequence[Word]) -> list[tuple[BoxPx, float]]:
    """Boxes around lines that cross each other at least thrice each way, with text in several cells."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    step = np.abs(np.diff(grey.astype(np.int16), axis=0, prepend=grey[:1].astype(np.int16))) > 12
    across = np.abs(np.diff(grey.astype(np.int16), axis=1, prepend=grey[:, :1].astype(np.int16))) > 12
    length = max(16, round(0.05 * min(grey.shape)))
    flat = cv2.morphologyEx(step.astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    steep = cv2.morphologyEx(across.astype(np.uint8), cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    grid = cv2.dilate(flat | steep, np.ones((5, 5), np.uint8))
    crossings = cv2.dilate(flat, np.ones((5, 5), np.uint8)) & cv2.dilate(steep, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
    found: list[tuple[BoxPx, float]] = []
    for index in range(1, count):
        x, y, w, h = (int(v) for v in stats[index, :4])
        if w < 2 * length or h < length:
            continue
        knots = cv2.connectedComponentsWithStats(
            crossings[y : y + h, x : x + w] * (labels[y : y + h, x : x + w] == index)
        )
        centres = knots[3][1:]
        rows, columns = _levels(centres[:, 1]), _levels(centres[:, 0])
        box = (float(x), float(y), float(x + w), float(y + h))
        inside = sum(common(word.box, box) > 0.5 * area(word.box) for word in words)
        cells = max(1, (rows - 1) * (columns - 1))
        # A grid of lines behind a chart holds hardly any text; cells do.
        if rows >= 3 and columns >= 2 and len(centres) >= 0.6 * rows * columns and inside >= max(3, 0.4 * cells):
            found.append((box, min(0.95, 0.6 + 0.4 * inside / cells)))
    return found


def _levels(values: "np.ndarray") -> int:
    """How many different positions there are, within 6 px."""
    import numpy as np

    return int((np.diff(np.sort(values)) > 6).sum() + 1) if len(values) else 0


def _aligned(image: "np.ndarray", words: Sequence[Word]) -> list[tuple[BoxPx, float]]:
    """Blocks of lines of text, each with several texts, that one set of gaps parts."""
    if len(words) < 6:
        return []
    tolerance = 0.5 * sorted(w.height for w in words)[len(words) // 2]
    blocks: list[list[list[Word]]] = [[]]
    for row in group_rows(words, tolerance):
        last = blocks[-1][-1] if blocks[-1] else None
        near = last is None or row[0].centre[1] - last[0].centre[1] < 3.5 * max(w.height for w in [*row, *last])
        if len(row) < 2 or not near:
            blocks.append([row] if len(row) > 1 else [])
        else:
            blocks[-1].append(row)
    found: list[tuple[BoxPx, float]] = []
    for rows in blocks:
        if len(rows) < 3:
            continue
        members = [w for row in rows for w in row]
        left, top, right, bottom = around([w.box for w in members])
        y = max(0, round(top) - 4)  # what stands elsewhere on the page must not pass for a line of this table
        columns = find_grid(image[y : round(bottom) + 4], [_lifted(w, y) for w in members], tolerance).columns
        whole = [row for row in rows if len(row) == len(columns) + 1 and not any(crossing(w, columns) for w in row)]
        if columns and len(whole) >= max(3, 0.7 * len(rows)):
            found.append(((left, top, right, bottom), 0.7))
    return found


def around(boxes: Sequence[BoxPx]) -> BoxPx:
    """The smallest box that holds some boxes; at least one."""
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def _lifted(word: Word, by: float) -> Word:
    left, top, right, bottom = word.box
    return Word(word.text, word.confidence, (left, top - by, right, bottom - by))


def figures(
    image: "np.ndarray", words: Sequence[Word], tables: Sequence[tuple[BoxPx, float]]
) -> list[tuple[BoxPx, float]]:
    """Figures (charts, drawings, photos): large parts of the page that hold more than text.

    The parts are what ink runs together when gaps of 2% of the page are closed, tables left out.
    """
    import cv2
    import numpy as np

    marks = ink(image)
    height, width = marks.shape
    if not marks.any():
        return []
    if not page_mask(image).any():
        return [((0.0, 0.0, float(width), float(height)), 0.6)]  # no page around it: the picture is one figure
    drawn = marks.astype(np.uint8)
    for box, _ in tables:
        left, top, right, bottom = (round(v) for v in box)
        drawn[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3] = 0
    text = np.zeros_like(drawn)
    for word in words:
        left, top, right, bottom = (round(v) for v in word.box)
        text[max(0, top - 1) : bottom + 2, max(0, left - 1) : right + 2] = 1
    reach = max(3, round(0.02 * max(height, width))) | 1
    joined = cv2.morphologyEx(np.pad(drawn, reach), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    joined = joined[reach:-reach, reach:-reach]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: list[tuple[BoxPx, float]] = []
    for index in range(1, count):
        x, y, w, h = (int(v) for v in stats[index, :4])
        part = labels[y : y + h, x : x + w] == index
        pictured = drawn[y : y + h, x : x + w] * (text[y : y + h, x : x + w] == 0) * part
        if w * h < 0.02 * height * width or not pictured.any():
            continue
        ys, xs = np.nonzero(pictured)
        spread = float((np.ptp(xs) + 1) * (np.ptp(ys) + 1)) / (w * h)
        if spread > 0.3 and min(np.ptp(xs), np.ptp(ys)) > 0.05 * min(height, width):
            box = _with_labels((float(x), float(y), float(x + w), float(y + h)), words)
            found.append((box, min(0.9, 0.5 + 0.4 * spread)))
    return found


def _with_labels(box: BoxPx, words: Sequence[Word]) -> BoxPx:
    """A figure's box with the text close beside it, as tick labels are."""
    left, top, right, bottom = box
    close = [box]
    for word in words:
        (x, y), high = word.centre, word.height
        beside = top <= y <= bottom and max(left - word.box[2], word.box[0] - right) < 1.5 * high
        above = left <= x <= right and max(top - word.box[3], word.box[1] - bottom) < 0.5 * high
        if beside or above:
            close.append(word.box)
    return around(close)
