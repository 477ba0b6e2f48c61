"""Masks as numbers and as a picture."""

from typing import TYPE_CHECKING

from pydantic import BaseModel
from vista_core import Box, Point

if TYPE_CHECKING:
    import numpy as np


class Mask(BaseModel):
    """A segmented region.

    Attributes:
        score: how good it is by the engine's own measure, 0..1.
        area: pixels.
        coverage: share of the picture, 0..1.
        box: around it, px; right and bottom exclusive. None when it is empty.
        centroid: mean of its pixels, px. None when it is empty.
        contours: connected parts.
    """

    score: float
    area: int
    coverage: float
    box: Box | None
    centroid: Point | None
    contours: int


def measure(mask: "np.ndarray", score: float) -> Mask:
    """Measure a boolean mask (height, width)."""
    import cv2
    import numpy as np

    area = int(mask.sum())
    score = round(float(min(1.0, max(0.0, score))), 4)
    if not area:
        return Mask(score=score, area=0, coverage=0.0, box=None, centroid=None, contours=0)
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    moments = cv2.moments(mask.astype(np.uint8), binaryImage=True)
    parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0] - 1
    return Mask(
        score=score,
        area=area,
        coverage=round(area / mask.size, 5),
        box=(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1),
        centroid=(round(moments["m10"] / area, 1), round(moments["m01"] / area, 1)),
        contours=int(parts),
    )
