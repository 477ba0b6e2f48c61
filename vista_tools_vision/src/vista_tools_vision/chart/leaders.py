"""Leader lines: thin lines from a label beside a pie to its slice."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vista_tools_vision.chart.circle import Disc, marks_mask
from vista_tools_vision.chart.colours import near
from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame

LONGEST_GAP = 3  # px that a line may be missing inside the disc
REACH = 6.0  # px between where a line ends outside and goes on inside: the rim may have a line of its own
ALIKE = 60.0  # grey levels; a line of 1 px is mixed with the slice below it


def leader_ends(frame: "Frame", disc: Disc, labels: Sequence[Box]) -> dict[int, tuple[float, float]]:
    """Follow the lines that begin beside labels.

    Args:
        frame: with its texts.
        disc: the pie.
        labels: boxes of the labels outside the disc, px.

    Returns:
        For each label with a line, by its index: where the line ends, px: at the rim of the disc, or inside it.
    """
    import cv2
    import numpy as np

    mask = marks_mask(frame)
    rows, columns = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    away = np.hypot(columns + 0.5 - disc.x, rows + 0.5 - disc.y)
    mask &= (away > disc.radius + 1.5) & (away < 3 * disc.radius)
    for text in frame.texts:
        box = text.box
        mask[max(0, int(box.top)) : math.ceil(box.bottom), max(0, int(box.left)) : math.ceil(box.right)] = False
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    out: dict[int, tuple[float, float]] = {}
    for i in range(1, count):
        long = math.hypot(stats[i, 2], stats[i, 3])
        if long < max(4.0, 0.05 * disc.radius) or stats[i, 4] > 4 * long:
            continue
        y, x = np.nonzero(pieces == i)
        far = away[y, x]
        if far.min() > disc.radius + 6:
            continue
        outer = int(far.argmax())
        reach = [_distance(box, float(x[outer]), float(y[outer])) for box in labels]
        label = int(np.argmin(reach)) if reach else -1
        if label >= 0 and reach[label] <= 1.2 * frame.letter and label not in out:
            out[label] = _inwards(frame, disc, x.astype(float), y.astype(float), far)
    return out


def _distance(box: Box, x: float, y: float) -> float:
    return math.hypot(max(box.left - x, 0, x - box.right), max(box.top - y, 0, y - box.bottom))


def _inwards(frame: "Frame", disc: Disc, x: "np.ndarray", y: "np.ndarray", far: "np.ndarray") -> tuple[float, float]:
    """Go on from where a line meets the rim to the farthest pixel of its colour that is joined to it."""
    import cv2
    import numpy as np

    first = int(far.argmin())
    at = (float(x[first]), float(y[first]))
    pixels = frame.image[y.astype(int), x.astype(int)].astype(float)
    contrast = np.linalg.norm(pixels - frame.page, axis=1)
    colour = np.median(pixels[contrast >= np.percentile(contrast, 70)], axis=0)
    left, top = max(0, int(disc.x - disc.radius)), max(0, int(disc.y - disc.radius))
    part = frame.image[top : int(disc.y + disc.radius) + 2, left : int(disc.x + disc.radius) + 2]
    rows, columns = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
    alike = near(part, colour, ALIKE) & (np.hypot(columns + 0.5 - disc.x, rows + 0.5 - disc.y) < disc.radius + 1)
    joined = cv2.dilate(alike.astype(np.uint8), np.ones((LONGEST_GAP, LONGEST_GAP), np.uint8))
    pieces = cv2.connectedComponents(joined, connectivity=8)[1]
    close = np.hypot(columns - at[0], rows - at[1]) <= REACH
    here = set(np.unique(pieces[close & (joined > 0)]).tolist())
    own = np.isin(pieces, list(here)) & alike
    count = int(own.sum())
    if not 2 <= count <= 8 * disc.radius:  # more is a slice, or the lines between the slices
        return at
    ys, xs = np.nonzero(own)
    away = np.hypot(xs + left - at[0], ys + top - at[1])
    end = int(away.argmax())
    return float(xs[end] + left), float(ys[end] + top)
