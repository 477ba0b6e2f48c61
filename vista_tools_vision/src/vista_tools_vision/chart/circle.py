"""The circle of a pie chart: where it is, how far it is filled, and the colours along it."""

import math
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.chart.colours import near

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame

LEAST_RADIUS = 0.08  # of the picture's short side


class Disc(NamedTuple):
    """A filled circle or ring.

    Attributes:
        x: centre, px.
        y: centre, px.
        radius: outer, px.
        hole: inner radius, px; 0 without a hole.
        support: share of the outer circle that is seen as an edge, 0..1.
    """

    x: float
    y: float
    radius: float
    hole: float
    support: float

    def angle(self, x: float, y: float) -> float:
        """Direction of a point from the centre, degrees clockwise from the top, 0..360."""
        return math.degrees(math.atan2(x - self.x, self.y - y)) % 360

    def distance(self, x: float, y: float) -> float:
        """Distance of a point from the centre, in radii."""
        return math.hypot(x - self.x, y - self.y) / self.radius


def marks_mask(frame: "Frame") -> "np.ndarray":
    """Pixels that are neither ground nor legend, in the whole picture; bool (height, width).

    `frame.foreground` will not do: a legend's box may have been taken for axes, and texts on slices are cut out of it.
    """
    mask = ~(near(frame.image, frame.page, frame.tolerance + 2) | near(frame.image, frame.panel, frame.tolerance + 2))
    for entry in frame.legend:
        left, top, right, bottom = entry.box
        mask[max(0, int(top) - 1) : math.ceil(bottom) + 1, max(0, int(left) - 1) : math.ceil(right) + 1] = False
    return mask


def find_disc(frame: "Frame") -> Disc | None:
    """Find the largest filled circle or ring.

    Returns:
        None where nothing round covers at least a few percent of the picture.
    """
    import cv2
    import numpy as np

    mask = marks_mask(frame).astype(np.uint8)
    height, width = mask.shape
    letter = min(frame.letter, 0.05 * min(width, height))
    thin = max(3, round(0.35 * letter)) | 1  # leader lines, outlines of legends
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((thin, thin), np.uint8))
    gap = max(5, round(0.02 * min(width, height))) | 1  # slices may be parted by lines of the page's colour
    padded = cv2.copyMakeBorder(opened, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[gap:-gap, gap:-gap]
    contours = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    contours = [c for c in contours if cv2.contourArea(c) > 0.01 * width * height]
    best: Disc | None = None
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
        disc = _fitted(contour[:, 0].astype(float), min(width, height))
        if disc is not None and (best is None or disc.radius * disc.support > best.radius * best.support):
            best = disc
    if best is None:
        return None
    return best._replace(hole=_hole(best, closed > 0))


def _fitted(points: "np.ndarray", side: int) -> Disc | None:
    """The circle that most points of a closed contour lie on."""
    import numpy as np

    rng = np.random.default_rng(0)
    slack = max(1.5, 0.006 * side)
    picks = points[rng.integers(0, len(points), (200, 3))]
    a, b, c = picks[:, 0], picks[:, 1], picks[:, 2]
    cross = 2 * ((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    good = np.abs(cross) > 1e-6
    a, b, c, cross = a[good], b[good], c[good], cross[good]
    if not len(a):
        return None
    bb, cc = ((b - a) ** 2).sum(axis=1), ((c - a) ** 2).sum(axis=1)
    x = a[:, 0] + ((c[:, 1] - a[:, 1]) * bb - (b[:, 1] - a[:, 1]) * cc) / cross
    y = a[:, 1] + ((b[:, 0] - a[:, 0]) * cc - (c[:, 0] - a[:, 0]) * bb) / cross
    radius = np.hypot(a[:, 0] - x, a[:, 1] - y)
    fit = (radius > LEAST_RADIUS * side) & (radius < 0.6 * side)
    x, y, radius = x[fit], y[fit], radius[fit]
    if not len(x):
        return None
    sample = points[:: max(1, len(points) // 400)]
    off = np.abs(np.hypot(sample[:, 0] - x[:, None], sample[:, 1] - y[:, None]) - radius[:, None])
    best = int((off <= slack).sum(axis=1).argmax())
    circle = (float(x[best]), float(y[best]), float(radius[best]))
    for _ in range(2):  # least squares over the points that lie on it
        on = points[np.abs(np.hypot(points[:, 0] - circle[0], points[:, 1] - circle[1]) - circle[2]) <= slack]
        rows = np.column_stack([2 * on, np.ones(len(on))])
        px, py, rest = np.linalg.lstsq(rows, (on**2).sum(axis=1), rcond=None)[0]
        circle = (float(px), float(py), math.sqrt(max(0.0, rest + px * px + py * py)))
    on = points[np.abs(np.hypot(points[:, 0] - circle[0], points[:, 1] - circle[1]) - circle[2]) <= slack]
    seen = np.unique((np.degrees(np.arctan2(on[:, 1] - circle[1], on[:, 0] - circle[0])) // 3).astype(int))
    # Pixel centres lie half a pixel inside the edge.
    return Disc(circle[0] + 0.5, circle[1] + 0.5, circle[2] + 0.5, 0.0, len(seen) / 120)


def ring(disc: Disc, radii: "np.ndarray", count: int, shape: tuple[int, ...]) -> tuple["np.ndarray", "np.ndarray"]:
    """Rows and columns of the pixels at `count` angles (clockwise from the top) and some radii (px); (radii, count)."""
    import numpy as np

    angles = (np.arange(count) + 0.5) * 2 * math.pi / count
    columns = np.clip(np.floor(disc.x + np.outer(radii, np.sin(angles))), 0, shape[1] - 1).astype(int)
    rows = np.clip(np.floor(disc.y - np.outer(radii, np.cos(angles))), 0, shape[0] - 1).astype(int)
    return rows, columns


def _hole(disc: Disc, mask: "np.ndarray") -> float:
    """Radius up to which the disc is empty, px."""
    import numpy as np

    radii = np.arange(0.02, 0.98, 0.01) * disc.radius
    rows, columns = ring(disc, radii, 180, mask.shape)
    filled = mask[rows, columns].mean(axis=1) > 0.5
    first = int(filled.argmax()) if filled.any() else 0
    return float(radii[first]) if first > 10 else 0.0
