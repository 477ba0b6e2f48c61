"""From lines of text with boxes to the rows and columns of a table, helped by the ruling lines of the picture."""

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.pictures import smoothed

if TYPE_CHECKING:
    import numpy as np


@dataclass(slots=True)
class Word:
    """A piece of text with its axis-aligned box.

    Attributes:
        text: what was read.
        confidence: 0..1.
        box: left, top, right, bottom, px.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, text: str, confidence: float, quad: "np.ndarray") -> "Word":
        """A word with the box around a quadrilateral of shape (4, 2), px."""
        low, high = quad.min(axis=0), quad.max(axis=0)
        return cls(text, confidence, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box (x, y), px."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        """Height of the box, px."""
        return self.box[3] - self.box[1]


class Rule(NamedTuple):
    """A straight separator: `at` is its x (or y), `start` and `end` are its extent along the other axis, px."""

    at: float
    start: float
    end: float


class Grid(NamedTuple):
    """What parts the columns and, where the picture shows it, the rows."""

    columns: list[Rule]
    rows: list[float]


def find_rules(image: "np.ndarray", least: float, horizontal: bool = False, contrast: float = 10.0) -> list[Rule]:
    """Find long straight edges: ruling lines, and borders between differently coloured cells.

    Args:
        image: RGB uint8 (height, width, 3).
        least: shortest run that counts, px.
        horizontal: look for horizontal ones instead of vertical ones.
        contrast: least step between neighbouring pixels, grey levels.

    Returns:
        Rules in order of position; the two edges of one thin line count once.
    """
    import cv2
    import numpy as np

    pixels = image.transpose(1, 0, 2) if horizontal else image
    step = np.abs(np.diff(pixels.astype(np.int16), axis=1)).max(axis=2) > contrast
    # An edge may wander by a pixel (anti-aliasing), and it stops where another line of its colour crosses it.
    step[:, 1:] |= step[:, :-1]
    closed = cv2.morphologyEx(step.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 1), np.uint8))
    found: list[Rule] = []
    for at in np.flatnonzero(closed.sum(axis=0) >= least):
        turns = np.diff(np.concatenate([[0], closed[:, at].astype(np.int8), [0]]))
        starts, ends = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
        longest = int(np.argmax(ends - starts))
        start, end = float(starts[longest]), float(ends[longest])
        if end - start < least:
            continue
        if found and at - found[-1].at <= 5:
            last = found.pop()
            found.append(Rule((last.at + at) / 2, min(last.start, start), max(last.end, end)))
        else:
            found.append(Rule(float(at), start, end))
    return found


def group_rows(words: Sequence[Word], tolerance: float, breaks: Sequence[float] = ()) -> list[list[Word]]:
    """Group words into rows.

    Args:
        words: in any order.
        tolerance: a word joins the row whose mean centre is within this many px of its own.
        breaks: y of the row separators, px; when given they alone decide, so a wrapped header stays one row.

    Returns:
        Rows top to bottom, each in reading order.
    """
    if breaks:
        bands: dict[int, list[Word]] = {}
        for word in words:
            bands.setdefault(bisect(breaks, word.centre[1]), []).append(word)
        return [[w for line in group_rows(bands[k], tolerance) for w in line] for k in sorted(bands)]
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.centre[1]):
        if rows and abs(word.centre[1] - sum(w.centre[1] for w in rows[-1]) / len(rows[-1])) <= tolerance:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.box[0]) for row in rows]


def _gap_separators(rows: Sequence[Sequence[Word]], least: float) -> list[tuple[float, float]]:
    """Vertical white gaps (from, to), at least `least` px wide, that no word of a many-worded row covers."""
    spans = sorted((w.box[0], w.box[2]) for row in rows if len(row) > 1 for w in row)
    found: list[tuple[float, float]] = []
    reach = None
    for left, right in spans:
        if reach is not None and left - reach > least:
            found.append((reach, left))
        reach = right if reach is None else max(reach, right)
    return found


def find_grid(image: "np.ndarray", words: Sequence[Word], tolerance: float) -> Grid:
    """Find what parts columns and rows: ruling lines where the table has them, else white gaps (columns only).

    Args:
        image: RGB uint8 (height, width, 3).
        words: at least one.
        tolerance: as in group_rows, px.
    """
    left, right = min(w.box[0] for w in words), max(w.box[2] for w in words)
    top, bottom = min(w.box[1] for w in words), max(w.box[3] for w in words)
    height = median(w.height for w in words)
    lines = group_rows(words, tolerance)
    flat, contrast = smoothed(image)
    rules = find_rules(flat, max(2.5 * height, 0.4 * (bottom - top)), contrast=contrast)
    columns = [r for r in rules if left + 0.3 * height < r.at < right - 0.3 * height]
    # A line between columns runs through no words (but a title, and words that were found as one).
    columns = [r for r in columns if sum(bool(crossing(w, [r])) for w in words) <= 1 + 0.2 * len(lines)]
    # Gaps without a line part columns too; beside lines only wide ones, as letters in a cell may be spaced out.
    gaps = _gap_separators(lines, (1.0 if columns else 0.25) * height)
    gaps = [(a, b) for a, b in gaps if not any(a - 0.3 * height < r.at < b + 0.3 * height for r in columns)]
    start, end = (columns[0].start, columns[0].end) if columns else (0.0, float(image.shape[0]))
    columns = sorted([*columns, *(Rule((a + b) / 2, start, end) for a, b in gaps)])
    across = find_rules(flat, 0.8 * (right - left), horizontal=True, contrast=contrast)
    breaks = [r.at for r in across if top + 0.3 * height < r.at < bottom - 0.3 * height]
    breaks = [y for y in breaks if sum(abs(w.centre[1] - y) < 0.2 * w.height for w in words) < 2]
    # Lines between a few rows only (a rule under the header) do not part the others.
    bands = {bisect(breaks, w.centre[1]) for w in words}
    return Grid(columns, breaks if len(bands) > 0.6 * len(lines) else [])


def join_first_line(words: Sequence[Word], tolerance: float) -> list[Word]:
    """Join the words of the top line that all but touch: a title found word by word would hide the gaps below it."""
    rows = group_rows(words, tolerance)
    joined: list[Word] = []
    for word in rows[0] if rows else []:
        last = joined[-1] if joined else None
        if last is not None and word.box[0] - last.box[2] < 0.3 * word.height:
            (l, t, _, b), (_, t2, r2, b2) = last.box, word.box  # noqa: E741
            box = (l, min(t, t2), r2, max(b, b2))
            joined[-1] = Word(f"{last.text} {word.text}", min(last.confidence, word.confidence), box)
        else:
            joined.append(word)
    return [*joined, *(word for row in rows[1:] for word in row)]


def crossing(word: Word, columns: Sequence[Rule]) -> list[float]:
    """Separators (x, px) that run through a word: it is really the text of several cells."""
    y, margin = word.centre[1], 0.4 * word.height
    return [r.at for r in columns if r.start <= y <= r.end and word.box[0] + margin < r.at < word.box[2] - margin]


def build_rows(words: Sequence[Word], grid: Grid, tolerance: float) -> tuple[str, list[list[str]]]:
    """Arrange words into cells.

    A leading line that stands over the columns is the title. In a stem-and-leaf table (a column headed "Leaf") the
    leaves, single digits by definition, are written "1, 3, 4".

    Returns:
        (title or "", rows of equal length, header row included, "" for an empty cell).
    """
    xs = [r.at for r in grid.columns]
    cells: list[list[list[Word]]] = []
    title: list[str] = []
    for row in _lines(group_rows(words, tolerance, grid.rows), xs, tolerance):
        if not cells and xs and _is_title(row, grid.columns):
            title.append(" ".join(w.text for w in row))
            continue
        line: list[list[Word]] = [[] for _ in range(len(xs) + 1)]
        for word in row:
            line[bisect(xs, word.centre[0])].append(word)
        cells.append(line)
    texts = [[" ".join(w.text for w in cell).strip() for cell in line] for line in cells]
    used = [c for c in range(len(xs) + 1) if any(line[c] for line in texts)]
    table = [[line[c] for c in used] for line in texts]
    for column, header in enumerate(table[0] if table else []):
        if header.strip().lower() != "leaf":
            continue
        for row_texts in table[1:]:
            if re.fullmatch(r"[\d ]+", row_texts[column]):
                row_texts[column] = ", ".join(re.findall(r"\d", row_texts[column]))
    return " ".join(title), table


def _lines(rows: Sequence[Sequence[Word]], xs: Sequence[float], tolerance: float) -> list[list[Word]]:
    """Part bands between ruling lines that hold several rows, as one line was not seen.

    A wrapped text is one row still: it stacks words, and no number below a word, in every column it wraps in.
    """
    out: list[list[Word]] = []
    for row in rows:
        lines = group_rows(row, tolerance)
        filled = [{bisect(xs, word.centre[0]) for word in line} for line in lines]
        whole = len(xs) > 0 and len(lines) > 1 and all(len(columns) == len(xs) + 1 for columns in filled)
        numbers = [sum(bool(re.search(r"\d", word.text)) for word in line) for line in lines]
        if whole and any(numbers[1:]):
            out += lines
        else:
            out.append(list(row))
    return out


def _is_title(row: Sequence[Word], columns: Sequence[Rule]) -> bool:
    """Whether a top line belongs to no column: no separator reaches it, or its only word crosses one."""
    y = sum(w.centre[1] for w in row) / len(row)
    if not any(r.start <= y <= r.end for r in columns):
        return True
    return len(row) == 1 and bool(crossing(row[0], columns))
