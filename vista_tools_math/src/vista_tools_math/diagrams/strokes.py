"""Finds straight strokes in the figure's ink: each pixel votes for the lines that its surroundings run along."""

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.rounds import Round

if TYPE_CHECKING:
    import numpy as np

BINS = 180  # directions, one per degree
SPREAD = 5  # degrees that a pixel's vote is spread to either side
MOST = 60  # strokes


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight stroke from (x0, y0) to (x1, y1), px of the mask."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def length(self) -> float:
        """Length in px."""
        return ((self.x1 - self.x0) ** 2 + (self.y1 - self.y0) ** 2) ** 0.5

    @property
    def way(self) -> tuple[float, float]:
        """Unit vector from the first end to the second."""
        size = self.length or 1.0
        return (self.x1 - self.x0) / size, (self.y1 - self.y0) / size

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point's place along the stroke (px from the first end) and its distance from the line, signed."""
        ux, uy = self.way
        dx, dy = x - self.x0, y - self.y0
        return dx * ux + dy * uy, dy * ux - dx * uy

    def at(self, along: float) -> tuple[float, float]:
        """Return the point at a place along the stroke."""
        ux, uy = self.way
        return self.x0 + along * ux, self.y0 + along * uy


def find_strokes(
    figure: "np.ndarray", rounds: list[Round], thickness: float, tolerance: float, shortest: float, window: float
) -> list[Stroke]:
    """Find straight strokes, the longest first.

    Args:
        figure: bool mask.
        rounds: circles, whose ink is left out where it runs along them.
        thickness: of strokes, px.
        tolerance: how far ink may lie from a stroke's middle line, px.
        shortest: of a stroke, px.
        window: half the side of the surroundings that tell a pixel's direction, px.
    """
    import numpy as np

    ys, xs = np.nonzero(figure)
    directions = _directions(figure, window)[ys, xs]
    points = np.stack([xs, ys], axis=1).astype(np.float64)
    left = np.ones(len(points), bool)
    for circle in rounds:
        dx, dy = points[:, 0] - circle.x, points[:, 1] - circle.y
        off = np.abs(np.hypot(dx, dy) - circle.radius)
        turned = _between(directions, np.degrees(np.arctan2(dy, dx)) + 90)
        left &= ~((off < tolerance) & (turned < 16))
    found: list[Stroke] = []
    failures = 0
    further = 3 * window
    while len(found) < MOST and failures < 12 and left.sum() > shortest:
        peak = _peak(points[left], directions[left], figure.shape)
        if peak is None or peak[2] < 0.5 * shortest * thickness:
            break
        runs, used = _runs(points, directions, left, peak, figure, tolerance, shortest)
        left[used] = False
        failures = 0 if runs else failures + 1
        runs = [_to_the_end(run, figure, thickness, further) for run in runs]
        found += [run for run in runs if not any(_same(run, other, tolerance) for other in found)]
    return sorted(found, key=lambda s: -s.length)


def _directions(figure: "np.ndarray", window: float) -> "np.ndarray":
    """The direction in degrees (0..180) of the ink around each pixel: the main axis of its second moments."""
    import cv2
    import numpy as np

    ink = figure.astype(np.float32)
    height, width = ink.shape
    x = (np.arange(width, dtype=np.float32) - width / 2)[None, :]
    y = (np.arange(height, dtype=np.float32) - height / 2)[:, None]
    side = 2 * round(window) + 1

    def mean(values: "np.ndarray") -> "np.ndarray":
        return cv2.boxFilter(
            values.astype(np.float64), -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT
        )

    mass = np.maximum(mean(ink), 1)
    mx, my = mean(ink * x) / mass, mean(ink * y) / mass
    xx, yy = mean(ink * x * x) / mass - mx * mx, mean(ink * y * y) / mass - my * my
    xy = mean(ink * x * y) / mass - mx * my
    return np.asarray(np.degrees(0.5 * np.arctan2(2 * xy, xx - yy)) % 180)


def _between(one: "np.ndarray", two: "np.ndarray | float") -> "np.ndarray":
    """The angle between two directions, 0..90 degrees."""
    import numpy as np

    return np.asarray(np.abs((one - two + 90) % 180 - 90))


def _peak(points: "np.ndarray", directions: "np.ndarray", shape: tuple[int, ...]) -> tuple[float, float, float] | None:
    """The line with most votes: direction (degrees), distance from the origin (px), votes."""
    import numpy as np

    if not len(points):
        return None
    reach = int(np.hypot(*shape)) + 2
    step = 2.0
    votes = np.zeros((BINS, int(2 * reach / step) + 2))
    base = np.round(directions).astype(int)
    for shift in range(-SPREAD, SPREAD + 1):
        bins = (base + shift) % BINS
        turn = np.radians(bins.astype(np.float64))
        # a line of direction t has the normal (-sin t, cos t); directions lie in 0..180, so that it has one sign
        rho = points[:, 1] * np.cos(turn) - points[:, 0] * np.sin(turn)
        places = ((rho + reach) / step).astype(int)
        votes += np.bincount(bins * votes.shape[1] + places, minlength=votes.size).reshape(votes.shape)
    votes[:, :-1] += votes[:, 1:]
    index = int(votes.argmax())
    bin_, place = divmod(index, votes.shape[1])
    return float(bin_), (place + 1) * step - reach, float(votes.flat[index])


def _runs(
    points: "np.ndarray",
    directions: "np.ndarray",
    left: "np.ndarray",
    peak: tuple[float, float, float],
    figure: "np.ndarray",
    tolerance: float,
    shortest: float,
) -> tuple[list[Stroke], "np.ndarray"]:
    """The strokes on a voted line, and the numbers of the pixels that are done with."""
    import numpy as np

    turn = np.radians(peak[0])
    way = np.array([np.cos(turn), np.sin(turn)])
    origin = peak[1] * np.array([-way[1], way[0]])
    band = np.empty(0, int)
    for width in (1.6 * tolerance, 1.2 * tolerance, tolerance, tolerance):
        off = np.abs((points - origin) @ np.array([-way[1], way[0]]))
        band = np.flatnonzero(
            left & (off < width) & (_between(directions, np.degrees(np.arctan2(way[1], way[0]))) < 22)
        )
        if len(band) < 8:
            return [], np.flatnonzero(left & (off < tolerance))
        band = _longest_run(points, band, origin, way, figure, tolerance)
        origin, way = _fitted(points[band])
    line = Stroke(*origin, *(origin + way))
    places = (points[band] - origin) @ way
    start, end = float(places.min()), float(places.max())
    off = np.abs((points - origin) @ np.array([-way[1], way[0]]))
    along = (points - origin) @ way
    done = np.flatnonzero(left & (off < 1.25 * tolerance) & (along > start - 2) & (along < end + 2))
    if end - start < shortest:
        return [], done
    (x0, y0), (x1, y1) = line.at(start), line.at(end)
    return [Stroke(float(x0), float(y0), float(x1), float(y1))], done


def _fitted(points: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """The middle and direction of the least-squares line through points."""
    import numpy as np

    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=False)
    way = axes[0]
    return middle, way if way[0] > 0 or (way[0] == 0 and way[1] > 0) else -way


def _longest_run(
    points: "np.ndarray",
    band: "np.ndarray",
    origin: "np.ndarray",
    way: "np.ndarray",
    figure: "np.ndarray",
    tolerance: float,
) -> "np.ndarray":
    """The pixels of the longest stretch without a gap; over circles and other strokes there is ink, so no gap."""
    import numpy as np

    along = (points[band] - origin) @ way
    order = np.argsort(along, kind="stable")
    band, along = band[order], along[order]
    steps = [int(index) for index in np.flatnonzero(np.diff(along) > 1.5)]
    gaps = [i for i in steps if _gap(origin, way, float(along[i]), float(along[i + 1]), figure, tolerance)]
    cuts = [0, *(i + 1 for i in gaps), len(band)]
    sizes = [along[b - 1] - along[a] if b > a else 0 for a, b in itertools.pairwise(cuts)]
    best = int(np.argmax(sizes))
    return np.asarray(band[cuts[best] : cuts[best + 1]])


def _gap(
    origin: "np.ndarray", way: "np.ndarray", start: float, end: float, figure: "np.ndarray", tolerance: float
) -> bool:
    """Whether the paper shows between two places of a line for more than a little."""
    import numpy as np

    places = np.arange(start, end, 1.0)
    bare, longest = 0, 0
    normal = np.array([-way[1], way[0]])
    sides = np.linspace(-0.8, 0.8, 5) * tolerance
    spots = origin + places[:, None, None] * way + sides[None, :, None] * normal
    xs = np.clip(np.round(spots[..., 0]).astype(int), 0, figure.shape[1] - 1)
    ys = np.clip(np.round(spots[..., 1]).astype(int), 0, figure.shape[0] - 1)
    for inked in figure[ys, xs].any(axis=1):
        bare = 0 if inked else bare + 1
        longest = max(longest, bare)
    return longest > max(4.0, 0.8 * tolerance)


def _to_the_end(stroke: Stroke, figure: "np.ndarray", thickness: float, further: float) -> Stroke:
    """Follow the ink beyond both ends: near corners other strokes hide the direction of a stroke's last pixels."""
    rows, columns = figure.shape
    ux, uy = stroke.way
    sides = (0.0, 0.3 * thickness, -0.3 * thickness)

    def inked(along: float) -> bool:
        x, y = stroke.at(along)
        spots = ((round(x - side * uy), round(y + side * ux)) for side in sides)
        return any(0 <= column < columns and 0 <= row < rows and figure[row, column] for column, row in spots)

    start, end = 0.0, stroke.length
    while start > -further and inked(start - 1):
        start -= 1
    while end < stroke.length + further and inked(end + 1):
        end += 1
    return Stroke(*stroke.at(start), *stroke.at(end))


def _same(one: Stroke, other: Stroke, tolerance: float) -> bool:
    """Whether a stroke is only what was left over of another."""
    ends = [other.place(one.x0, one.y0), other.place(one.x1, one.y1)]
    if any(abs(off) > 1.8 * tolerance for _, off in ends):
        return False
    low, high = sorted(along for along, _ in ends)
    return min(high, other.length) - max(low, 0.0) > 0.5 * one.length
