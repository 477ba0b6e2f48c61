"""The pixels of the marks, and their colours."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vista_tools_vision.chart.colours import ALIKE, commonest, near, to_lab
from vista_tools_vision.chart.layout import Layout
from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

MOST_COLOURS = 16
LEAST_SHARE = 0.004  # of the foreground's pixels: fewer are edges between colours


def foreground_of(
    image: "np.ndarray",
    layout: Layout,
    legend: Sequence[Box],
    page: "np.ndarray",
    panel: "np.ndarray",
    tolerance: float,
) -> "np.ndarray":
    """Pixels of marks: see `Frame.foreground`."""
    import numpy as np

    height, width = image.shape[:2]
    mask = ~(near(image, page, tolerance + 2) | near(image, panel, tolerance + 2))
    for line in layout.texts:
        _clear(mask, line.box)
    for box in legend:
        _clear(mask, box)
    if layout.plot is None:
        return mask
    inside = np.zeros((height, width), bool)
    left, top, right, bottom = layout.plot
    inside[max(0, int(top)) : math.ceil(bottom), max(0, int(left)) : math.ceil(right)] = True
    mask &= inside
    # A grid line is cut where the ground is on both its sides; what crosses it stays.
    ground = ~mask
    for rule, horizontal in [*((r, True) for r in layout.rows), *((r, False) for r in layout.columns)]:
        field, body = (mask, ground) if horizontal else (mask.T, ground.T)
        half = rule.thickness / 2 + 1
        low, high = max(0, int(rule.at - half)), min(field.shape[0], math.ceil(rule.at + half))
        above, below = max(0, low - 1), min(field.shape[0] - 1, high)
        clear = body[above] & body[below]
        field[low:high, clear] = False
    return mask


def _clear(mask: "np.ndarray", box: Box) -> None:
    mask[max(0, int(box.top) - 1) : math.ceil(box.bottom) + 1, max(0, int(box.left) - 1) : math.ceil(box.right) + 1] = (
        False
    )


def palette_of(image: "np.ndarray", foreground: "np.ndarray", legend: Sequence["np.ndarray"]) -> list["np.ndarray"]:
    """Colours of the series, RGB float (3,): the legend's, else the commonest of the foreground, one after the other.

    Edges between two colours are mixtures: a colour that lies between two commoner ones is left out.
    """
    import numpy as np

    if legend:
        return list(legend)
    pixels = image[foreground]
    total = len(pixels)
    found: list[np.ndarray] = []
    while len(pixels) > max(12, LEAST_SHARE * total) and len(found) < MOST_COLOURS:
        colour, _ = commonest(pixels)
        apart = np.linalg.norm(to_lab(pixels) - to_lab(colour), axis=1)
        if (apart < ALIKE).sum() > max(12, LEAST_SHARE * total) and not _mixture(colour, found):
            found.append(colour)
        rest = pixels[apart >= ALIKE]
        if len(rest) == len(pixels):
            break
        pixels = rest
    return found


def _mixture(colour: "np.ndarray", others: Sequence["np.ndarray"]) -> bool:
    """Whether a colour lies on the straight line between two others, well inside."""
    import numpy as np

    for i, a in enumerate(others):
        for b in others[i + 1 :]:
            span = b - a
            share = float((colour - a) @ span / max(1.0, float(span @ span)))
            if 0.15 < share < 0.85 and float(np.abs(a + share * span - colour).max()) < 8:
                return True
    return False
