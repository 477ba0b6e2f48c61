"""Filled rectangles in the plot: what may be bars, whole again where lines or labels cut them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_vision.chart.colours import lab_distance
from vista_tools_vision.chart.frame import Frame
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.quick.regions import Region
from vista_tools_vision.chart.scene import Box
from vista_tools_vision.chart.texts import TextLine, overlap

if TYPE_CHECKING:
    import numpy as np

SOLID = 0.82  # share of its box that a bar covers, labels on it counted in
SEEN = 5.0  # distance in Lab from the ground at which a colour is a mark's


@dataclass(slots=True)
class Rectangle:
    """A filled upright rectangle: its box (px), its RGB colour, the number of its pixels."""

    box: Box
    colour: "np.ndarray"
    area: float


def find_rectangles(frame: Frame) -> list[Rectangle]:
    """Find the filled rectangles in the plot, whatever they are; largest first."""
    width, height = frame.size
    plot = frame.plot or Box(0, 0, width, height)
    grounds = [frame.page, frame.panel]
    inside = []
    for region in frame.regions:
        x, y = region.box.centre
        if not (plot.left - 2 <= x <= plot.right + 2 and plot.top - 2 <= y <= plot.bottom + 2):
            continue
        if any(overlap(region.box, e.box) > 0.5 and e.box.width >= region.box.width for e in frame.legend):
            continue
        if min(float(lab_distance(region.colour, g)) for g in grounds) < SEEN:
            continue
        inside.append(region)
    texts = [t for t in frame.texts if t.level and not t.role]
    found: list[Rectangle] = []
    for region in inside:
        box = region.box
        if min(box.width, box.height) < 2 or _is_letter(box, texts):
            continue
        if region.area + _written(box, texts) >= SOLID * box.width * box.height:
            found.append(Rectangle(box, region.colour, region.area))
        elif region.area >= 4 * frame.letter:
            found += _opened(frame, region)
    gap = max(3.0, 0.25 * frame.letter)
    for axis in (1, 0):
        found = _joined(found, texts, gap, axis, frame)
    # A shade of the ground between lines is no bar; a strong colour is one, be it as low as a line.
    strong = [min(float(lab_distance(r.colour, g)) for g in grounds) > 20 for r in found]
    kept = [r for r, s in zip(found, strong, strict=True) if s or _in_front(frame, r.box, texts)]
    return sorted(kept, key=lambda r: -r.area)


def _in_front(frame: Frame, box: Box, texts: Sequence[TextLine]) -> bool:
    """Whether most of a box is foreground, not counting texts on it."""
    left, top, right, bottom = (int(v) for v in box)
    seen = float(frame.foreground[top:bottom, left:right].sum()) + _written(box, texts)
    return seen >= 0.6 * box.width * box.height


def _opened(frame: Frame, region: Region) -> list[Rectangle]:
    """Rectangles of a region that thin lines of its own colour (outlines, an axis, a grid) tie together."""
    import cv2
    import numpy as np

    left, top, right, bottom = (int(v) for v in region.box)
    mask = (frame.region_of[top:bottom, left:right] == region.label).astype(np.uint8)
    size = max(4, round(0.4 * frame.letter))
    opened = cv2.morphologyEx(np.pad(mask, size), cv2.MORPH_OPEN, np.ones((size, size), np.uint8))[
        size:-size, size:-size
    ]
    count, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    out = []
    for x, y, w, h, area in stats[1:count].astype(float):
        if area >= SOLID * w * h:
            out.append(Rectangle(Box(left + x, top + y, left + x + w, top + y + h), region.colour, area))
    return out


def _is_letter(box: Box, texts: Sequence[TextLine]) -> bool:
    return any(
        overlap(box, t.box) > 0.8 and box.height <= 1.1 * t.box.height and box.width <= t.box.width for t in texts
    )


def _written(box: Box, texts: Sequence[TextLine]) -> float:
    """Pixels of a box that are covered by texts."""
    total = 0.0
    for t in texts:
        wide = min(box.right, t.box.right) - max(box.left, t.box.left)
        high = min(box.bottom, t.box.bottom) - max(box.top, t.box.top)
        total += max(0.0, wide) * max(0.0, high)
    return total


def _joined(
    rectangles: list[Rectangle], texts: Sequence[TextLine], gap: float, axis: int, frame: Frame
) -> list[Rectangle]:
    """Join pieces of one rectangle that a line or a label on it cuts apart.

    Args:
        rectangles: pieces.
        texts: labels in the plot.
        gap: thickness of the thickest line, px.
        axis: 1 joins pieces above each other, 0 pieces beside each other.
        frame: its ground colours part bars, and do not join them.
    """
    import numpy as np

    joined: list[Rectangle] = []
    for piece in sorted(rectangles, key=lambda r: r.box[axis]):
        b = piece.box
        for other in joined:
            a = other.box
            aligned = abs(a[1 - axis] - b[1 - axis]) <= 1.5 and abs(a[3 - axis] - b[3 - axis]) <= 1.5
            space = b[axis] - a[axis + 2]
            # What touches is parted by nothing but its colour; pieces beside a line may have its shine.
            apart = float(lab_distance(other.colour, piece.colour))
            if not aligned or space < -1.5 or apart > (2.5 if space <= 0 else 8):
                continue
            cut = list(b)
            cut[axis], cut[axis + 2] = a[axis + 2], b[axis]
            if space > gap and _written(Box(*cut), texts) < 0.4 * space * (b[3 - axis] - b[1 - axis]):
                continue
            lines, middle_of_cut = (frame.rows if axis else frame.columns), (cut[axis] + cut[axis + 2]) / 2
            if 0 < space <= gap and not any(abs(at - middle_of_cut) <= 1.5 for at in lines):
                patch = frame.image[int(cut[1]) : int(cut[3]), int(cut[0]) : int(cut[2])].reshape(-1, 3)
                middle = np.median(patch, axis=0) if len(patch) else piece.colour
                if min(float(lab_distance(middle, g)) for g in (frame.page, frame.panel)) < SEEN:
                    continue
            if a[axis + 2] < b[axis + 2]:
                other.box = union([a, b])
            if piece.area > other.area:
                other.colour = piece.colour
            other.area += piece.area
            break
        else:
            joined.append(Rectangle(b, piece.colour, piece.area))
    return joined


def edge_at(image: "np.ndarray", rectangle: Rectangle, side: int, grounds: Sequence["np.ndarray"], reach: int) -> float:
    """Place one side of a rectangle to a fraction of a pixel: in the middle of its outline, or by its blurred edge.

    Args:
        image: RGB uint8.
        rectangle: its box holds whole pixels of its colour.
        side: index into the box: 0 left, 1 top, 2 right, 3 bottom.
        grounds: RGB of page and panel.
        reach: an outline is at most this thick, px.

    Returns:
        Its place, px.
    """
    import numpy as np

    box = rectangle.box
    edge = box[side]
    horizontal = side in (0, 2)
    low, high = (int(box.top), int(box.bottom)) if horizontal else (int(box.left), int(box.right))
    inset = max(0, (high - low) // 5)
    low, high = low + inset, max(low + inset + 1, high - inset)
    outward = -1 if side < 2 else 1
    limit = image.shape[1] if horizontal else image.shape[0]
    first = round(edge) - 1 if side < 2 else round(edge)
    profile = []
    for i in range(reach + 1):
        at = first + outward * i
        if not 0 <= at < limit:
            break
        line = image[low:high, at] if horizontal else image[at, low:high]
        profile.append(np.median(line.astype(float), axis=0))
    if not profile:
        return edge
    strange = []
    for colour in profile:
        if min(float(np.abs(colour - g).max()) for g in grounds) <= 12:
            break
        strange.append(colour)
    if not strange or len(strange) > reach:
        return edge
    ground = (
        min(grounds, key=lambda g: float(np.abs(profile[len(strange)] - g).max()))
        if len(strange) < len(profile)
        else grounds[0]
    )
    span = ground - rectangle.colour
    share = float((strange[0] - ground) @ -span / max(1.0, float(span @ span)))
    blurred = float(np.abs(ground - share * span - strange[0]).max()) < 25 and 0 <= share <= 1
    if len(strange) == 1 and blurred:
        return edge + outward * share
    return edge + outward * len(strange) / 2
