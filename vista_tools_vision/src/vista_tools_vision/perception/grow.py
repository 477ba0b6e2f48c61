"""Segmentation without weights: region growing from points, GrabCut from a box or from what was grown.

Each mask is judged by its outline: the share of it that runs along a visible edge. That is a measure of how the mask
fits the picture, not of whether it is the region that was meant.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.perception.boxes import BoxPx
from vista_tools_vision.perception.regions import page_mask
from vista_tools_vision.pictures import shrunk

if TYPE_CHECKING:
    import numpy as np

MAX_SIDE = 480  # px; GrabCut's time grows faster than the picture
TOLERANCES = (6.0, 18.0)  # how far a colour may lie from that of the point, in units of CIELAB
STEP = 3.0  # how much neighbours may differ where a region is followed through its shading, in units of CIELAB
MIN_AREA = 6  # px of the searched copy; less is a speckle
EDGE = 8.0  # CIELAB difference across an outline from which it counts as an edge


class Prompt(NamedTuple):
    """What to segment.

    Attributes:
        points: (x, y), px.
        labels: 1 inside, 0 outside, one per point.
        box: left, top, right, bottom, px, or None.
    """

    points: Sequence[tuple[float, float]]
    labels: Sequence[int]
    box: BoxPx | None


def segment(image: "np.ndarray", prompt: Prompt, several: bool) -> list[tuple["np.ndarray", float]]:
    """Segment what a prompt points at.

    Args:
        image: RGB uint8 (height, width, 3).
        prompt: at least a box, or one point that is inside.
        several: up to three readings instead of the best one.

    Returns:
        (mask, score), the best first: boolean (height, width), 0..1. Empty when nothing parts from its surroundings.
    """
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    small = np.ascontiguousarray(shrunk(image, MAX_SIDE)[0])
    ratio = (small.shape[1] / width, small.shape[0] / height)
    scaled = _scaled(prompt, ratio, small.shape[1], small.shape[0])
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    candidates = _candidates(small, lab, scaled)
    judged: list[tuple[np.ndarray, float]] = []
    for mask in candidates:
        if mask.sum() < min(MIN_AREA, mask.size) or any(_overlap(mask, other) > 0.95 for other, _ in judged):
            continue
        judged.append((mask, _edge_share(lab, mask) * _obeys(mask, scaled)))
    judged = [(mask, score) for mask, score in judged if score > 0]
    judged.sort(key=lambda item: -item[1])
    wanted = judged[: 3 if several else 1]
    return [(_enlarged(mask, (width, height)), score) for mask, score in wanted]


def _scaled(prompt: Prompt, ratio: tuple[float, float], width: int, height: int) -> Prompt:
    points = [(min(x * ratio[0], width - 1), min(y * ratio[1], height - 1)) for x, y in prompt.points]
    box = None
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        box = (left * ratio[0], top * ratio[1], right * ratio[0], bottom * ratio[1])
    return Prompt(points, prompt.labels, box)


def _candidates(small: "np.ndarray", lab: "np.ndarray", prompt: Prompt) -> list["np.ndarray"]:
    """Masks of several kinds: grown from the points by small and larger steps, and cut out by GrabCut."""
    import numpy as np

    inside = [p for p, label in zip(prompt.points, prompt.labels, strict=True) if label]
    outside = [p for p, label in zip(prompt.points, prompt.labels, strict=True) if not label]
    found: list[np.ndarray] = []
    ways = [partial(_grown, lab, tolerance=tolerance) for tolerance in TOLERANCES] + [partial(_followed, lab)]
    regions = [np.logical_or.reduce([way(point) for point in inside]) for way in ways] if inside else []
    if inside:
        regions.append(_touching(~page_mask(small), inside))  # the whole thing that stands on the page
    for grown in regions:
        if prompt.box is not None:
            grown &= _filled_box(grown.shape, prompt.box)
        found.append(_closed(grown))
    seed = found[0] if found else None
    away = np.logical_or.reduce([_grown(lab, point, TOLERANCES[0]) for point in outside]) if outside else None
    cut = _grab_cut(small, prompt.box, seed, away)
    if cut is not None:
        found.append(_touching(cut, inside) if inside else cut)
    return found


def _grown(lab: "np.ndarray", point: tuple[float, float], tolerance: float) -> "np.ndarray":
    """Pixels that hang together with a point and differ from its surroundings' colour by at most a tolerance."""
    import cv2
    import numpy as np

    x, y = int(point[0]), int(point[1])
    around = lab[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].reshape(-1, 3)
    seed = np.median(around, axis=0)
    near = (np.linalg.norm(lab - seed, axis=2) <= tolerance).astype(np.uint8)
    near[y, x] = 1
    labels = cv2.connectedComponents(near, connectivity=4)[1]
    return labels == labels[y, x]


def _followed(lab: "np.ndarray", point: tuple[float, float]) -> "np.ndarray":
    """Pixels that can be reached from a point by small steps of colour: a shaded face up to its edges."""
    import cv2
    import numpy as np

    height, width = lab.shape[:2]
    marks = np.zeros((height + 2, width + 2), np.uint8)
    step = (STEP, STEP, STEP)
    cv2.floodFill(lab.copy(), marks, (int(point[0]), int(point[1])), 0, step, step, 4 | cv2.FLOODFILL_MASK_ONLY)
    return marks[1:-1, 1:-1].astype(bool)


def _touching(mask: "np.ndarray", points: Sequence[tuple[float, float]]) -> "np.ndarray":
    """The connected parts of a mask that hold one of the points."""
    import cv2
    import numpy as np

    labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[1]
    return mask & np.isin(labels, [labels[int(y), int(x)] for x, y in points])


def _grab_cut(
    small: "np.ndarray",
    box: BoxPx | None,
    seed: "np.ndarray | None",
    away: "np.ndarray | None",
) -> "np.ndarray | None":
    """GrabCut from a box, a seed that is surely inside, or both; None where there is nothing to tell it from."""
    import cv2
    import numpy as np

    height, width = small.shape[:2]
    if min(height, width) < 3:
        return None
    marks = np.full((height, width), cv2.GC_BGD if box is not None else cv2.GC_PR_BGD, np.uint8)
    if box is not None:
        marks[_filled_box((height, width), box)] = cv2.GC_PR_FGD
    else:
        edge = max(1, round(0.01 * min(height, width)))
        for side in (marks[:edge], marks[-edge:], marks[:, :edge], marks[:, -edge:]):
            side[:] = cv2.GC_BGD
    if seed is not None:
        marks[seed] = cv2.GC_FGD
    if away is not None:
        marks[away & (marks != cv2.GC_FGD)] = cv2.GC_BGD
    front = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if front.all() or not front.any():
        return None
    cv2.setRNGSeed(0)  # its colour models start from a random clustering
    try:
        cv2.grabCut(small, marks, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # fewer colours than it needs
        return None
    return np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD))


def _filled_box(shape: tuple[int, int], box: BoxPx) -> "np.ndarray":
    import numpy as np

    inside = np.zeros(shape, bool)
    left, top, right, bottom = (round(side) for side in box)
    inside[max(0, top) : max(top + 1, bottom), max(0, left) : max(left + 1, right)] = True
    return inside


def _closed(mask: "np.ndarray") -> "np.ndarray":
    """Without the pinholes that noise and anti-aliasing leave."""
    import cv2
    import numpy as np

    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool) | mask


def _edge_share(lab: "np.ndarray", mask: "np.ndarray") -> float:
    """Share of the outline that lies on an edge; where it runs along the picture's border it does not count.

    Returns:
        0..1; 0 when the mask is the whole picture.
    """
    import cv2
    import numpy as np

    kernel = np.ones((3, 3), np.uint8)
    whole = mask.astype(np.uint8)
    padded = np.pad(whole, 1, mode="edge")
    outer = (cv2.dilate(padded, kernel, iterations=2)[1:-1, 1:-1] - whole).astype(bool)
    inner = (whole - cv2.erode(padded, kernel)[1:-1, 1:-1]).astype(bool)
    if not outer.any() or not inner.any():
        return 0.0
    # For each pixel of the outline: the largest step to anything that lies just outside of it.
    step = np.zeros(mask.shape, np.float32)
    for dx, dy in ((2, 0), (-2, 0), (0, 2), (0, -2)):
        shifted = np.roll(lab, (dy, dx), axis=(0, 1))
        other = np.roll(outer, (dy, dx), axis=(0, 1))
        step = np.maximum(step, np.where(other, np.linalg.norm(lab - shifted, axis=2), 0))
    return float((step[inner] > EDGE).mean())


def _obeys(mask: "np.ndarray", prompt: Prompt) -> float:
    """Share of the points that a mask has on the right side; 1 without points."""
    if not prompt.points:
        return 1.0
    right = sum(
        bool(mask[int(y), int(x)]) == bool(label) for (x, y), label in zip(prompt.points, prompt.labels, strict=True)
    )
    return right / len(prompt.points)


def _overlap(a: "np.ndarray", b: "np.ndarray") -> float:
    import numpy as np

    return float(np.logical_and(a, b).sum() / max(1, np.logical_or(a, b).sum()))


def _enlarged(mask: "np.ndarray", size: tuple[int, int]) -> "np.ndarray":
    """A mask of the searched copy at the picture's own size (width, height), its edge smoothed."""
    import cv2
    import numpy as np

    if mask.shape == size[::-1]:
        return mask
    return cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR) > 0.5
