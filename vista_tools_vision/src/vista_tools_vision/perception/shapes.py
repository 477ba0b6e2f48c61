"""Which shape a silhouette has: the figure of each kind that fits it best, compared by area."""

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

LEAST = 8  # px; the short side of the smallest silhouette that is named (a line may be thinner)
SOLIDS = frozenset({"cube", "sphere", "cylinder"})


class Silhouette(NamedTuple):
    """A connected region, its holes filled.

    Attributes:
        contour: outer contour, int32 (n, 1, 2), px of the picture.
        box: left, top, right, bottom, px (right and bottom exclusive).
        mask: uint8 0/1, the size of the box.
    """

    contour: "np.ndarray"
    box: tuple[int, int, int, int]
    mask: "np.ndarray"


def silhouettes(mask: "np.ndarray", least_area: float) -> list[Silhouette]:
    """Connected regions of a boolean mask, holes filled, largest first; at most 200."""
    import cv2
    import numpy as np

    contours = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    found = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:200]:
        x, y, w, h = cv2.boundingRect(contour)
        filled = np.zeros((h, w), np.uint8)
        cv2.drawContours(filled, [contour - [x, y]], -1, 1, cv2.FILLED)
        if filled.sum() >= least_area:
            found.append(Silhouette(contour, (x, y, x + w, y + h), filled))
    return found


def kinds(shape: Silhouette) -> dict[str, float]:
    """How well each flat shape fits a silhouette.

    Returns:
        Name -> 0..1 for those that fit at all; the area in common with the best figure of that kind, over the area of
        both together, and 1 for a perfect one. Empty for what is too small to tell.
    """
    import cv2

    height, width = shape.mask.shape
    rectangle = cv2.minAreaRect(shape.contour)
    long, short = max(rectangle[1]) + 1, min(rectangle[1]) + 1
    if long >= 8 * short and long >= 12:
        return {"line": min(1.0, float(shape.mask.sum()) / (long * short))}
    if min(height, width) < LEAST:
        return {}
    area = float(shape.mask.sum())
    hull = cv2.convexHull(shape.contour)
    solidity = area / max(1.0, cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1)
    # Drawing to whole pixels costs about a third of a pixel along the outline; forgive small shapes that much.
    grain = 0.3 * cv2.arcLength(hull, True) / area
    fits: dict[str, float] = {}

    def offer(name: str, fit: float) -> None:
        fits[name] = max(fits.get(name, 0.0), min(1.0, fit + min(0.08, grain)))

    round_fit, ratio = _ellipse_fit(shape.mask)
    offer("circle" if ratio > 0.9 else "ellipse", round_fit)
    if solidity > 0.85:
        if polygon := _named_polygon(shape, hull):
            offer(*polygon)
    else:
        points = _spikes(shape, hull)
        if points >= 4:
            offer("cross" if _is_cross(shape, area) else "star", 0.9)
    best = max(fits.values(), default=0.0)
    # Only what fits clearly, and best: a circle fits a hexagon by nine tenths.
    return {name: fit for name, fit in fits.items() if fit >= 0.85 and fit >= best - 0.005}


def solid(
    image: "np.ndarray", shape: Silhouette, own: "np.ndarray", flat: dict[str, float]
) -> tuple[str, float] | None:
    """The solid body that a shaded silhouette shows: sphere, cube or cylinder.

    Args:
        image: RGB uint8 (height, width, 3).
        shape: its silhouette.
        own: boolean, the size of its box: pixels of its own colour, so without what is written on it.
        flat: what `kinds` says of it.

    Returns:
        (name, 0..1), or None for a flat shape, be it even or filled with a gradient.
    """
    import cv2
    import numpy as np

    left, top, right, bottom = shape.box
    if min(right - left, bottom - top) < 16:
        return None
    light = image[top:bottom, left:right].mean(axis=2)
    whole, inner = _eroded(shape.mask), _eroded(shape.mask & own)
    if inner.sum() < 60:
        return None
    disc = flat.get("circle", 0.0)
    if disc >= 0.93 and _glossy(light, whole):
        return "sphere", 0.9 * disc
    low, high = np.percentile(light[inner], (10, 90))
    if high - low < 10:
        return None
    if disc >= 0.93:
        return "sphere", disc
    hull = cv2.convexHull(shape.contour)
    if float(shape.mask.sum()) < 0.9 * cv2.contourArea(hull):
        return None
    ends = _round_ends(shape)
    if ends >= 0.9 and ends > max(flat.values(), default=0.0):
        return "cylinder", min(0.9, ends)
    # The hexagon of a cube seen from its corner is nearly an ellipse, whose ends would be round.
    cornered = {"pentagon", "hexagon"} | ({"ellipse"} if ends < 0.5 else set())
    if not flat.keys() - cornered and _has_faces(light, inner, high - low):
        return "cube", 0.8
    return None


def _eroded(mask: "np.ndarray") -> "np.ndarray":
    """A mask without the two px along its outline, boolean."""
    import cv2
    import numpy as np

    padded = np.pad(mask.astype(np.uint8), 1)
    return cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=2)[1:-1, 1:-1].astype(bool)


def _has_faces(light: "np.ndarray", inner: "np.ndarray", spread: float) -> bool:
    """Whether an edge between a lighter and a darker face runs through a silhouette; a gradient has none."""
    import cv2
    import numpy as np

    cross = np.ones((3, 3), np.uint8)
    step = cv2.dilate(light.astype(np.float32), cross) - cv2.erode(light.astype(np.float32), cross)
    edges = (inner & (step > max(6.0, 0.2 * spread))).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    longest = max((float(np.hypot(*stats[i, 2:4])) for i in range(1, count)), default=0.0)
    return longest > 0.3 * float(np.hypot(*light.shape))


def _glossy(light: "np.ndarray", inner: "np.ndarray") -> bool:
    """Whether an even disc bears one highlight, beside its middle: a number on a disc lies over the middle."""
    import cv2
    import numpy as np

    bright = (inner & (light > np.median(light[inner]) + 20)).astype(np.uint8)
    count, _, stats, centres = cv2.connectedComponentsWithStats(bright, connectivity=8)
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > 0.005 * inner.sum()]
    if len(large) != 1 or stats[large[0], cv2.CC_STAT_AREA] > 0.2 * inner.sum():
        return False
    middle = np.array(inner.shape[::-1]) / 2
    return bool(np.linalg.norm(centres[large[0]] - middle) > 0.1 * sum(inner.shape) / 2)


def _ellipse_fit(mask: "np.ndarray") -> tuple[float, float]:
    """(area in common over both areas, short axis over long axis) with the ellipse of the same moments."""
    import cv2
    import numpy as np

    moments = cv2.moments(mask, binaryImage=True)
    area = moments["m00"]
    cx, cy = moments["m10"] / area, moments["m01"] / area
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]) / area
    # A uniform ellipse has the variance a^2/4 along an axis; a pixel's own 1/12 is part of it.
    lengths, directions = np.linalg.eigh(spread + np.eye(2) / 12)
    axes = 2 * np.sqrt(np.maximum(lengths, 1e-6))
    ys, xs = np.mgrid[: mask.shape[0], : mask.shape[1]]
    along = np.stack([xs - cx, ys - cy], axis=-1) @ directions / axes
    ellipse = (along**2).sum(axis=-1) <= 1
    both = np.logical_and(ellipse, mask).sum()
    either = np.logical_or(ellipse, mask).sum()
    return float(both / either), float(axes[0] / axes[1])


def _polygons(shape: Silhouette, hull: "np.ndarray") -> dict[int, tuple["np.ndarray", float]]:
    """By number of corners, three to six: the best polygon on the hull (corners (n, 2), px) and how well it fits."""
    import cv2
    import numpy as np

    length = cv2.arcLength(hull, True)
    tried: dict[int, tuple[np.ndarray, float]] = {}
    for share in np.linspace(0.015, 0.12, 22):  # anti-aliased and noisy outlines have more corners than the shape
        corners = cv2.approxPolyDP(hull, max(1.0, share * length), True)[:, 0].astype(float)
        if 3 <= len(corners) <= 6:
            fit = _polygon_fit(shape, corners)
            if fit > tried.get(len(corners), (corners, 0.0))[1]:
                tried[len(corners)] = corners, fit
    return tried


def _named_polygon(shape: Silhouette, hull: "np.ndarray") -> tuple[str, float] | None:
    """Name and fit of the polygon with the fewest corners that fits about as well as the best that has a name."""
    named = [
        (name, fit)
        for _, (corners, fit) in sorted(_polygons(shape, hull).items())
        if (name := _polygon_name(corners)) is not None
    ]
    best = max((fit for _, fit in named), default=0.0)
    return next(((name, fit) for name, fit in named if fit > best - 0.05), None)


def _polygon_name(corners: "np.ndarray") -> str | None:
    """What a polygon is called, if it has a name here."""
    if len(corners) == 4:
        return _four_sided(corners)
    if len(corners) in (5, 6):
        return {5: "pentagon", 6: "hexagon"}[len(corners)] if _even(corners) else None
    return "triangle" if len(corners) == 3 else None


def _polygon_fit(shape: Silhouette, corners: "np.ndarray") -> float:
    """Area in common with a polygon, brought to the same area, over the area of both."""
    import cv2
    import numpy as np

    middle = corners.mean(axis=0)
    grown = max(1.0, float(shape.mask.sum())) / max(1.0, cv2.contourArea(corners.astype(np.float32)))
    fitted = middle + (corners - middle) * math.sqrt(min(1.5, grown)) - shape.box[:2]
    drawn = np.zeros_like(shape.mask)
    cv2.fillPoly(drawn, [np.round(16 * fitted).astype(np.int32)], 1, shift=4)
    return float(np.logical_and(drawn, shape.mask).sum() / np.logical_or(drawn, shape.mask).sum())


def _four_sided(corners: "np.ndarray") -> str | None:
    """Square, rectangle or diamond, by angles and sides; a square that stands on a corner is a diamond."""
    import numpy as np

    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 1:
        return None
    ways = sides / lengths[:, None]
    cosines = np.abs((ways * np.roll(ways, -1, axis=0)).sum(axis=1))
    even = lengths.min() / lengths.max() > 0.85
    tilt = abs(math.degrees(math.atan2(*ways[0][::-1]))) % 90
    if cosines.max() < 0.17:  # right angles, within 10 degrees
        if not even:
            return "rectangle"
        return "diamond" if 30 < tilt < 60 else "square"
    return "diamond" if even else None


def _even(corners: "np.ndarray") -> bool:
    """Whether a polygon is about regular: its corners lie at about one distance from the middle."""
    import numpy as np

    away = np.linalg.norm(corners - corners.mean(axis=0), axis=1)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return bool(away.min() / away.max() > 0.75 and sides.min() / sides.max() > 0.5)


def _spikes(shape: Silhouette, hull: "np.ndarray") -> int:
    """How many deep bays the outline has between it and its hull."""
    import cv2

    indices = cv2.convexHull(shape.contour, returnPoints=False)
    try:
        defects = cv2.convexityDefects(shape.contour, indices)
    except cv2.error:  # an outline that crosses itself
        return 0
    depth = 0.08 * cv2.arcLength(hull, True) / 3
    return 0 if defects is None else int(sum(d[-1] / 256 > depth for d in defects.reshape(-1, 4)))


def _is_cross(shape: Silhouette, area: float) -> bool:
    """Two bars across each other: four bays, and both bars as long as the box."""
    height, width = shape.mask.shape
    rows = (shape.mask.sum(axis=1) > 0.9 * width).sum()
    columns = (shape.mask.sum(axis=0) > 0.9 * height).sum()
    bars = rows * width + columns * height - rows * columns
    return bool(rows and columns and 0.85 < bars / area < 1.15)


def _round_ends(shape: Silhouette) -> float:
    """How well straight sides with bulging ends fit: the outline of an upright cylinder.

    Returns:
        Area in common over both areas, with the best depth of the bulge; 0 when straight ends fit as well.
    """
    import numpy as np

    height, width = shape.mask.shape
    xs = (np.arange(width) + 0.5 - width / 2) / (width / 2)
    arch = np.sqrt(np.maximum(0.0, 1 - xs**2))
    rows = np.arange(height)[:, None] + 0.5
    fits = []
    for share in np.linspace(0.0, 0.3, 13):
        depth = share * width / 2 * 2
        if 2 * depth > height:
            break
        top, bottom = depth - depth * arch, height - depth + depth * arch
        body = (rows >= top) & (rows <= bottom)
        fits.append(float(np.logical_and(body, shape.mask).sum() / np.logical_or(body, shape.mask).sum()))
    best = int(np.argmax(fits)) if fits else 0
    return fits[best] if best >= 1 and fits[best] > fits[0] + 0.01 else 0.0
