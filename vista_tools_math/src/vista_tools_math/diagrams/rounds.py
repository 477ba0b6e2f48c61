"""Finds whole circles in the figure's ink."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TRIPLES = 3000  # tried at random (with a fixed seed): a circle that holds a sixth of the ink is hit some 14 times
COVERED = 0.82  # share of a circle's course that must be inked


@dataclass(frozen=True, slots=True)
class Round:
    """A circle: middle and radius, px of the mask."""

    x: float
    y: float
    radius: float


def find_rounds(figure: "np.ndarray", tolerance: float, most: int = 5) -> list[Round]:
    """Find circles, the best covered first.

    Args:
        figure: bool mask.
        tolerance: how far ink may lie from the course, px.
        most: stop after so many.
    """
    import numpy as np

    ys, xs = np.nonzero(figure)
    points = np.stack([xs, ys], axis=1).astype(np.float32)
    if len(points) < 50:
        return []
    extent = float(np.ptp(points, axis=0).max())
    found: list[Round] = []
    rng = np.random.default_rng(0)
    while len(found) < most:
        best = _best(points, extent, tolerance, rng)
        if best is None:
            break
        found.append(best)
        off = np.abs(np.hypot(points[:, 0] - best.x, points[:, 1] - best.y) - best.radius)
        points = points[off > tolerance]
        if len(points) < 50:
            break
    return found


def _best(points: "np.ndarray", extent: float, tolerance: float, rng: "np.random.Generator") -> Round | None:
    import numpy as np

    chosen = points[rng.integers(len(points), size=(TRIPLES, 3))].astype(np.float64)
    centres, radii = _through(chosen)
    good = np.isfinite(radii) & (radii > 0.07 * extent) & (radii < 0.75 * extent)
    centres, radii = centres[good], radii[good]
    if not len(radii):
        return None
    sample, middles = points[rng.permutation(len(points))[:300]], centres.astype(np.float32)
    across, down = (sample[None, :, axis] - middles[:, axis, None] for axis in (0, 1))
    distances = np.sqrt(across * across + down * down)
    hits = (np.abs(distances - radii[:, None]) < tolerance).sum(axis=1)
    for index in np.argsort(-hits, kind="stable")[:25]:
        circle = Round(float(centres[index, 0]), float(centres[index, 1]), float(radii[index]))
        for _ in range(4):
            circle = _refined(points, circle, tolerance)
        if circle.radius > 0.06 * extent and coverage(points, circle, tolerance) >= COVERED:
            return circle
    return None


def _through(triples: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """The circles through (n, 3, 2) points: (n, 2) middles and (n,) radii; not finite for points in a row."""
    import numpy as np

    a, b, c = triples[:, 0], triples[:, 1], triples[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        across = 2 * (a[:, 0] * (b[:, 1] - c[:, 1]) + b[:, 0] * (c[:, 1] - a[:, 1]) + c[:, 0] * (a[:, 1] - b[:, 1]))
        sa, sb, sc = ((p**2).sum(axis=1) for p in (a, b, c))
        x = (sa * (b[:, 1] - c[:, 1]) + sb * (c[:, 1] - a[:, 1]) + sc * (a[:, 1] - b[:, 1])) / across
        y = (sa * (c[:, 0] - b[:, 0]) + sb * (a[:, 0] - c[:, 0]) + sc * (b[:, 0] - a[:, 0])) / across
        radii = np.hypot(a[:, 0] - x, a[:, 1] - y)
    return np.stack([x, y], axis=1), radii


def _refined(points: "np.ndarray", circle: Round, tolerance: float) -> Round:
    """The least-squares circle (Kasa 1976) of the ink near a circle."""
    import numpy as np

    off = np.abs(np.hypot(points[:, 0] - circle.x, points[:, 1] - circle.y) - circle.radius)
    near = points[off < tolerance].astype(np.float64)
    if len(near) < 12:
        return circle
    matrix = np.column_stack([2 * near, np.ones(len(near))])
    (x, y, rest), *_ = np.linalg.lstsq(matrix, (near**2).sum(axis=1), rcond=None)
    square = rest + x * x + y * y
    return Round(float(x), float(y), float(np.sqrt(square))) if square > 0 else circle


def coverage(points: "np.ndarray", circle: Round, tolerance: float) -> float:
    """Return the share of a circle's course that has ink near it, 0..1."""
    import numpy as np

    dx, dy = points[:, 0] - circle.x, points[:, 1] - circle.y
    near = np.abs(np.hypot(dx, dy) - circle.radius) < tolerance
    bins = np.floor((np.arctan2(dy[near], dx[near]) / (2 * np.pi) + 0.5) * 90).astype(int) % 90
    return len(np.unique(bins)) / 90
