"""Finds strokes that the votes missed, between points that are known: short tangents, strokes along others."""

import itertools
import math
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.construct import Construction
from vista_tools_math.diagrams.rounds import Round
from vista_tools_math.diagrams.strokes import Stroke

if TYPE_CHECKING:
    import numpy as np

COVERED = 0.95  # share of the way that must be inked
OWN = 0.4  # share of the way that must be inked by nothing that is known already


def missed_strokes(
    figure: "np.ndarray", what: Construction, strokes: list[Stroke], thickness: float, zoom: float, shortest: float
) -> list[Stroke]:
    """Find strokes between known points.

    Args:
        figure: bool mask of the figure.
        what: the construction of the strokes that were found.
        strokes: these strokes.
        thickness: of strokes, px of the mask.
        zoom: px of the mask per px of the picture.
        shortest: of a stroke, px of the mask.
    """
    import numpy as np

    new = figure & ~known_ink(figure, strokes, what.rounds, thickness + 2.4 * zoom)
    joined = {frozenset(pair) for line in what.lines for pair in itertools.combinations(line, 2)}
    found: list[Stroke] = []
    pairs = itertools.combinations(range(len(what.points)), 2)
    for one, two in sorted(pairs, key=lambda p: math.dist(what.points[p[0]], what.points[p[1]])):
        (x0, y0), (x1, y1) = what.points[one], what.points[two]
        size = math.dist((x0, y0), (x1, y1))
        if size < shortest or frozenset((one, two)) in joined:
            continue
        way = np.array([(x1 - x0) / size, (y1 - y0) / size])
        steps = np.arange(0.06 * size, 0.94 * size, 1.0)
        sides = np.linspace(-0.5, 0.5, 5) * (thickness + zoom)
        spots = np.array([x0, y0]) + steps[:, None, None] * way + sides[None, :, None] * np.array([-way[1], way[0]])
        xs = np.clip(np.round(spots[..., 0]).astype(int), 0, figure.shape[1] - 1)
        ys = np.clip(np.round(spots[..., 1]).astype(int), 0, figure.shape[0] - 1)
        if figure[ys, xs].any(axis=1).mean() < COVERED or new[ys, xs].any(axis=1).mean() < OWN:
            continue
        stroke = Stroke(x0, y0, x1, y1)
        found.append(stroke)
        new &= ~known_ink(figure, [stroke], [], thickness + 2.4 * zoom)
    return found


def known_ink(figure: "np.ndarray", strokes: list[Stroke], rounds: list[Round], wide: float) -> "np.ndarray":
    """Return the mask of what strokes and circles explain.

    Args:
        figure: bool mask, for its size.
        strokes: straight strokes.
        rounds: circles.
        wide: how thick they are taken to be, px.
    """
    import cv2
    import numpy as np

    mask = np.zeros(figure.shape, np.uint8)
    for s in strokes:
        cv2.line(mask, (round(s.x0), round(s.y0)), (round(s.x1), round(s.y1)), 1, round(wide))
    for c in rounds:
        cv2.circle(mask, (round(c.x), round(c.y)), round(c.radius), 1, round(wide))
    return mask.astype(bool)
