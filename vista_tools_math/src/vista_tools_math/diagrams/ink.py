"""From a picture to ink: a mask of what is drawn, at a size where thin strokes are some pixels wide."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WORKING_SIDE = 900  # px of the longer side of the working copy
MAX_ZOOM = 3.0
FAINT = 0.33  # share of the darkest ink's contrast under which a pixel is paper: squared paper, noise, shadows


@dataclass(frozen=True, slots=True)
class Ink:
    """A picture's ink.

    Attributes:
        mask: bool (height, width), True where there is ink.
        grey: uint8 (height, width), black ink on white paper whatever the picture's colours.
        zoom: px of the mask per px of the picture.
        stroke: thickness of a typical stroke, px of the mask.
    """

    mask: "np.ndarray"
    grey: "np.ndarray"
    zoom: float
    stroke: float


def find_ink(image: "np.ndarray") -> Ink:
    """Find what is drawn, light on dark or dark on light.

    Args:
        image: RGB uint8 (height, width, 3).
    """
    import cv2
    import numpy as np

    zoom = min(MAX_ZOOM, WORKING_SIDE / max(image.shape[:2]))
    size = [max(8, round(side * zoom)) for side in image.shape[1::-1]]
    how = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
    large = cv2.resize(np.ascontiguousarray(image), size, interpolation=how)
    large = cv2.GaussianBlur(large, (0, 0), 0.35 * max(1.0, zoom)).astype(np.float32)
    contrast = np.linalg.norm(large - _paper(image), axis=2)
    strong = float(np.sort(contrast, axis=None)[-max(20, contrast.size // 400) :].mean())
    mask = contrast > max(24.0, FAINT * strong)
    grey = 255 - np.clip(255 * contrast / max(strong, 1.0), 0, 255)
    return Ink(mask, grey.astype(np.uint8), zoom, _thickness(mask))


def _paper(image: "np.ndarray") -> "np.ndarray":
    """The colour of the paper: the most frequent one, to the mean of its near neighbours."""
    import numpy as np

    step = max(1, max(image.shape[:2]) // 300)  # a sample tells it
    pixels = np.ascontiguousarray(image[::step, ::step]).reshape(-1, 3)
    coarse = (pixels >> 4).astype(np.int32)
    codes = coarse[:, 0] * 256 + coarse[:, 1] * 16 + coarse[:, 2]
    common = np.bincount(codes, minlength=4096).argmax()
    near = pixels[codes == common].astype(np.float32).mean(axis=0)
    close = np.abs(pixels.astype(np.float32) - near).max(axis=1) < 20
    return np.asarray(pixels[close].astype(np.float32).mean(axis=0))


def _thickness(mask: "np.ndarray") -> float:
    """The usual thickness of strokes: an area is its length times its thickness, a ridge tells the half of it."""
    import cv2
    import numpy as np

    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    ridge = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8))) & (depth > 0)
    return float(2 * np.median(depth[ridge]) - 0.5) if ridge.any() else 1.0
