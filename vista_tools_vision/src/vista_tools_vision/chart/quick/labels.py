"""Finding the words around bars by their ink, so that only small crops go to the text recogniser."""

import itertools
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np


def find_ink(image: "np.ndarray", region: Box, background: "np.ndarray", share: float = 0.3) -> list[Box]:
    """Find connected blobs (letters, mostly) that stand out from a background.

    Args:
        image: RGB uint8 (height, width, 3).
        region: where to look, px.
        background: RGB behind the text.
        share: a pixel is ink from this share of the strongest contrast in the region on; it keeps gridlines out.

    Returns:
        Boxes in px of the picture, in no order; empty where nothing stands out by at least 40 grey levels.
    """
    import cv2
    import numpy as np

    left, top = max(0, int(region.left)), max(0, int(region.top))
    right, bottom = min(image.shape[1], int(region.right)), min(image.shape[0], int(region.bottom))
    if right - left < 2 or bottom - top < 2:
        return []
    contrast = np.abs(image[top:bottom, left:right].astype(np.int16) - background.astype(np.int16)).max(axis=2)
    strongest = float(np.percentile(contrast, 99.8))
    if strongest < 40:
        return []
    mask = (contrast > max(28.0, share * strongest)).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return [
        Box(left + x, top + y, left + x + w, top + y + h)
        for x, y, w, h in (tuple(int(v) for v in stats[i, :4]) for i in range(1, count))
    ]


def union(boxes: Sequence[Box]) -> Box:
    """Smallest box around all of the boxes (at least one)."""
    return Box(
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )


def text_lines(blobs: Sequence[Box]) -> list[list[Box]]:
    """Group blobs into horizontal lines of text, top to bottom: blobs that overlap vertically share a line."""
    lines: list[list[Box]] = []
    spans: list[tuple[float, float]] = []
    for blob in sorted(blobs, key=lambda b: (b.top + b.bottom) / 2):
        for i, (top, bottom) in enumerate(spans):
            if min(bottom, blob.bottom) - max(top, blob.top) > 0.4 * min(blob.height, bottom - top):
                lines[i].append(blob)
                spans[i] = (min(top, blob.top), max(bottom, blob.bottom))
                break
        else:
            lines.append([blob])
            spans.append((blob.top, blob.bottom))
    order = sorted(range(len(lines)), key=lambda i: spans[i][0])
    merged: list[list[Box]] = []
    for i in order:  # the dots of "i" alone are no line
        above = union(merged[-1]) if merged else None
        if above and spans[i][0] - above.bottom <= 3 and min(above.height, spans[i][1] - spans[i][0]) <= 3:
            merged[-1] += lines[i]
        else:
            merged.append(list(lines[i]))
    return merged


def words_of_line(blobs: Sequence[Box], gap: float) -> list[Box]:
    """Join the blobs of one line whose horizontal gap is at most `gap` px; left to right."""
    words: list[list[Box]] = []
    reach = 0.0
    for blob in sorted(blobs, key=lambda b: b.left):
        if words and blob.left - reach <= gap:
            words[-1].append(blob)
            reach = max(reach, blob.right)
        else:
            words.append([blob])
            reach = blob.right
    return [union(word) for word in words]


def cut_box(image: "np.ndarray", box: Box, background: "np.ndarray", margin: int = 3) -> "np.ndarray":
    """Cut a word out with a margin; what lies outside `box` is painted over, so no neighbour is read with it.

    Args:
        image: RGB uint8.
        box: tight around the word, px.
        background: colour of the margin, RGB.
        margin: px; narrow words get more at the sides, since the recogniser reads lone digits better with room.

    Returns:
        RGB uint8.
    """
    import numpy as np

    left, top, right, bottom = int(box.left), int(box.top), round(box.right), round(box.bottom)
    height, width = bottom - top + 2 * margin, right - left + 2 * margin
    side = margin + max(0, (height - width + 1) // 2)
    out = np.empty((height, right - left + 2 * side, 3), np.uint8)
    out[:] = np.clip(background, 0, 255).astype(np.uint8)
    inner = image[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
    y, x = margin - (top - max(0, top - 1)), side - (left - max(0, left - 1))
    out[y : y + inner.shape[0], x : x + inner.shape[1]] = inner
    return out


def name_boxes(blobs: Sequence[Box], centres: Sequence[float], slot: float) -> list[Box] | None:
    """Find the horizontal word (or words, one over the other) under each bar.

    Args:
        blobs: ink below the base line, without axis line and tick marks.
        centres: x of the bars or groups, px, left to right.
        slot: distance of two centres, px.

    Returns:
        A box for each centre; None where the words are slanted, upright, crowded or not one below each bar.
    """
    letters = [b.height for b in blobs if b.height >= 4]
    if not letters:
        return None
    letter = median(letters)
    reach = (centres[0] - 0.6 * slot, centres[-1] + 0.6 * slot)
    lines = [[b for b in line if reach[0] < b.centre[0] < reach[1]] for line in text_lines(blobs)]
    lines = [line for line in lines if line]
    if not lines or union(lines[0]).height > 2.6 * letter:
        return None
    boxes = _by_centre(lines[0], centres, slot, letter) or _by_gap(lines[0], centres, slot, letter)
    for above, line in itertools.pairwise(lines):
        if boxes is None or union(line).top - union(above).bottom > 0.6 * letter:
            break
        # A further line belongs to the names when it is broken up as they are; a title of the axis is one run.
        words = words_of_line(line, gap=0.75 * letter)
        places = [_nearest(centres, word) for word in words]
        far = [abs(centres[i] - word.centre[0]) > 0.3 * slot for i, word in zip(places, words, strict=True)]
        if len(set(places)) < 2 or any(far):
            break
        for i, word in zip(places, words, strict=True):
            boxes[i] = union([boxes[i], word])
    return boxes


def has_name(blobs: Sequence[Box], at: float, slot: float) -> bool:
    """Whether the first line of text below the base line has a word centred at x = `at` px, where no bar is seen."""
    lines = text_lines([b for b in blobs if b.height >= 4])
    line = lines[0] if lines else []
    words = words_of_line(line, gap=0.75 * median(b.height for b in line)) if line else []
    return any(abs(w.centre[0] - at) <= 0.1 * slot and 4 <= w.width <= 0.95 * slot for w in words)


def _nearest(centres: Sequence[float], box: Box) -> int:
    """Index of the centre that a box is nearest to."""
    return min(range(len(centres)), key=lambda i: abs(centres[i] - box.centre[0]))


def _centred(boxes: Sequence[Box], centres: Sequence[float], slot: float, letter: float) -> bool:
    """Whether each box lies under its bar and clear of its neighbours."""
    close = all(abs(b.centre[0] - x) <= max(3.0, 0.12 * slot) for b, x in zip(boxes, centres, strict=True))
    return close and all(b.left - a.right >= max(2.0, 0.35 * letter) for a, b in itertools.pairwise(boxes))


def _by_centre(line: Sequence[Box], centres: Sequence[float], slot: float, letter: float) -> list[Box] | None:
    """Give each letter to the nearest bar."""
    taken: list[list[Box]] = [[] for _ in centres]
    for blob in line:
        taken[_nearest(centres, blob)].append(blob)
    if not all(taken):
        return None
    boxes = [union(blobs) for blobs in taken]
    return boxes if _centred(boxes, centres, slot, letter) else None


def _by_gap(line: Sequence[Box], centres: Sequence[float], slot: float, letter: float) -> list[Box] | None:
    """Part the line at its widest gaps: for names that are wider than their slot."""
    ordered = sorted(line, key=lambda b: b.left)
    gaps, reach = [], ordered[0].right
    for i, blob in enumerate(ordered[1:], start=1):
        gaps.append((blob.left - reach, i))
        reach = max(reach, blob.right)
    if len(gaps) < len(centres) - 1:
        return None
    cuts = sorted(i for _, i in sorted(gaps, reverse=True)[: len(centres) - 1])
    boxes = [union(ordered[a:b]) for a, b in zip([0, *cuts], [*cuts, len(ordered)], strict=True)]
    return boxes if _centred(boxes, centres, slot, letter) else None


def label_boxes(
    image: "np.ndarray", bars: Sequence[Box], rooms: Sequence[Box], background: "np.ndarray"
) -> list[Box | None]:
    """Find the data label over each bar.

    Args:
        image: RGB uint8.
        bars: the bars, px.
        rooms: where the label of each bar may be: the strip above it, px.
        background: RGB of the panel.

    Returns:
        A tight box, or None, for each bar.
    """
    found: list[Box | None] = []
    for bar, room in zip(bars, rooms, strict=True):
        blobs = [b for b in find_ink(image, room, background) if 4 <= b.height <= 30 or (b.height < 4 and b.width <= 8)]
        blobs = [b for b in blobs if b.width < 0.9 * room.width or b.height > 6]
        lines = [line for line in text_lines(blobs) if union(line).height >= 5]
        near = [line for line in lines if 0 <= bar.top - union(line).bottom <= 10]
        if not near:
            found.append(None)
            continue
        line = near[-1]
        words = words_of_line(line, gap=union(line).height)
        word = min(words, key=lambda w: abs(w.centre[0] - bar.centre[0]))
        # What is 2 px wide is a dash of a vertical gridline: even a "1" has more.
        fits = word.width > 2 and abs(word.centre[0] - bar.centre[0]) <= max(4.0, 0.25 * bar.width)
        found.append(word if fits else None)
    return found


def tick_boxes(image: "np.ndarray", region: Box, background: "np.ndarray") -> list[list[Box]]:
    """Find stacks of words left of a vertical axis that may be its tick labels.

    Args:
        image: RGB uint8.
        region: between the left edge of the picture and the first bar, px.
        background: RGB of the page.

    Returns:
        Stacks of at least two words that overlap horizontally, the one nearest to the axis first; top to bottom.
    """
    blobs = [b for b in find_ink(image, region, background) if b.height <= 30 and b.width <= 40]
    digits = [b for b in blobs if b.height >= 5]
    if not digits:
        return []
    letter = median(b.height for b in digits)
    small = [b for b in blobs if b.height < 5 and b.width <= 0.8 * letter]  # points, minus signs, tick marks
    words = []
    for line in text_lines(digits):
        span = union(line)
        # A tick mark stands right of the last digit; a point or a sign does not.
        line = line + [b for b in small if span.top <= b.centre[1] <= span.bottom and b.right <= span.right]
        words += words_of_line(line, gap=0.6 * letter)
    words = [w for w in words if w.height >= 5]
    stacks: list[list[Box]] = []
    for word in sorted(words, key=lambda w: -w.right):
        for stack in stacks:
            if min(stack[0].right, word.right) - max(min(b.left for b in stack), word.left) > 0:
                stack.append(word)
                break
        else:
            stacks.append([word])
    return [sorted(stack, key=lambda b: b.top) for stack in stacks if len(stack) >= 2]
