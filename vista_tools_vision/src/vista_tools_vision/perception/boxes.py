"""What detectors are asked and what they find: requests, boxes, overlap, non-maximum suppression."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

BoxPx = tuple[float, float, float, float]


class Request(NamedTuple):
    """One detection.

    Attributes:
        image: RGB uint8 (height, width, 3).
        key: the same for the same picture.
        caption: what to look for.
        box_threshold: least score of a box, 0..1.
        text_threshold: least score of a word for a box, 0..1.
    """

    image: "np.ndarray"
    key: str
    caption: str
    box_threshold: float
    text_threshold: float


class Found(NamedTuple):
    """One thing that was found.

    Attributes:
        box: left, top, right, bottom, px.
        phrase: the words of the caption that it answers.
        score: 0..1.
    """

    box: BoxPx
    phrase: str
    score: float


class Answer(NamedTuple):
    """What was found for a request, and the phrases that the detector does not know."""

    found: list[Found]
    unknown: list[str]


def area(box: BoxPx) -> float:
    """Area of a box, px²; 0 for one that is upside down."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def common(a: BoxPx, b: BoxPx) -> float:
    """Area that two boxes share, px²."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def iou(a: BoxPx, b: BoxPx) -> float:
    """Intersection over union, 0..1."""
    shared = common(a, b)
    return shared / max(1e-9, area(a) + area(b) - shared)


def suppress(found: Sequence[Found], limit: float) -> list[Found]:
    """Non-maximum suppression: of boxes that overlap by more than `limit` (IoU) only the surest stays.

    Returns:
        What is left, the surest first.
    """
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: -f.score):
        if all(iou(one.box, other.box) <= limit for other in kept):
            kept.append(one)
    return kept
