"""Colours of a chart: its page, its panel, and how far two colours are apart for the eye."""

from typing import TYPE_CHECKING

from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

ALIKE = 14.0  # distance in Lab below which two colours of a chart are taken for one


def to_hex(colour: "np.ndarray") -> str:
    """RGB (3,) 0..255 -> "#rrggbb"."""
    return "#" + "".join(f"{max(0, min(255, round(float(v)))):02x}" for v in colour)


def from_hex(text: str) -> "np.ndarray":
    """Turn "#rrggbb" into RGB float (3,)."""
    import numpy as np

    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], float)


def to_lab(colours: "np.ndarray") -> "np.ndarray":
    """RGB (..., 3), 0..255 -> CIE Lab float32 (..., 3), where distances are about what the eye sees."""
    import cv2
    import numpy as np

    array = np.asarray(colours, np.float32) / 255
    flat = np.ascontiguousarray(array.reshape(-1, 1, 3))
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab)).reshape(array.shape)


def lab_distance(a: "np.ndarray", b: "np.ndarray") -> "np.ndarray":
    """Distance in Lab of RGB colours (..., 3) and (3,) or (..., 3)."""
    import numpy as np

    return np.asarray(np.linalg.norm(to_lab(a) - to_lab(b), axis=-1))


def noise_tolerance(image: "np.ndarray") -> float:
    """Largest channel difference that is noise and no colour: 3 for a clean picture, more for a noisy one."""
    import numpy as np

    step = np.abs(np.diff(image.astype(np.int16), axis=1)).max(axis=2)
    return 3.0 + 2.5 * float(np.percentile(step, 60))


def commonest(pixels: "np.ndarray") -> tuple["np.ndarray", float]:
    """The colour that most pixels have.

    Args:
        pixels: RGB uint8 (n, 3), n >= 1.

    Returns:
        (median RGB of the pixels near it, float (3,); their share, 0..1).
    """
    import numpy as np

    coarse = (pixels.astype(np.int32) + 4) >> 3
    keys = (coarse[:, 0] << 12) | (coarse[:, 1] << 6) | coarse[:, 2]
    values, counts = np.unique(keys, return_counts=True)
    peak = values[counts.argmax()]
    centre = np.array([peak >> 12, (peak >> 6) & 63, peak & 63]) * 8
    near = np.abs(pixels.astype(np.int32) - centre).max(axis=1) <= 8
    return np.median(pixels[near], axis=0).astype(float), float(near.mean())


def near(image: "np.ndarray", colour: "np.ndarray", tolerance: float) -> "np.ndarray":
    """Pixels whose channels are all within `tolerance` of a colour; bool (height, width)."""
    import cv2
    import numpy as np

    low, high = np.clip(np.floor(colour - tolerance), 0, 255), np.clip(np.ceil(colour + tolerance), 0, 255)
    return cv2.inRange(image, low.astype(np.uint8), high.astype(np.uint8)) > 0


def page_colour(image: "np.ndarray") -> "np.ndarray":
    """Colour of the paper: the commonest of the outermost pixels."""
    import numpy as np

    return commonest(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]))[0]


def find_panel(image: "np.ndarray", page: "np.ndarray", tolerance: float) -> tuple["np.ndarray", Box] | None:
    """Find a plot area with a colour of its own: the largest even region whose rim is mostly of its own colour.

    Returns:
        (RGB, its box) or None where the plot lies on the bare page.
    """
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    inner = image[height // 10 : -height // 10, width // 10 : -width // 10].reshape(-1, 3)
    off = inner[np.abs(inner.astype(np.int16) - page).max(axis=1) > tolerance]
    for _ in range(4):
        if len(off) < 0.08 * len(inner):
            return None
        colour, _ = commonest(off)
        apart = float(np.abs(colour - page).max())
        mask = near(image, colour, min(tolerance + 1, 0.49 * apart)).astype(np.uint8)
        # Grid lines part the panel into cells: closing joins them.
        reach = max(3, round(0.012 * min(width, height))) | 1
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
        x, y, w, h = (int(v) for v in stats[1:][stats[1:, 4].argmax()][:4]) if len(stats) > 1 else (0, 0, 0, 0)
        if w > 0.4 * width and h > 0.3 * height:
            paper = near(image, page, min(tolerance + 1, 0.49 * apart))
            box = _trimmed(mask, paper, Box(x, y, x + w, y + h))
            x, y, x2, y2 = (int(v) for v in box)
            # Bars may hide much of the side that they stand on; two close bars have steps at the others.
            top, side = mask[y + 1, x:x2].mean(), mask[y:y2, x2 - 2].mean()
            if x2 - x > 0.4 * width and y2 - y > 0.3 * height and min(top, side) > 0.5:
                return colour, box
        off = off[np.abs(off.astype(np.int16) - colour).max(axis=1) > max(8.0, tolerance)]
    return None


def _trimmed(panel: "np.ndarray", page: "np.ndarray", box: Box) -> Box:
    """Take off rows and columns at the rim that are rather the page's: tick labels that touch the panel."""
    left, top, right, bottom = (int(v) for v in box)

    def outside(part: tuple[slice, slice]) -> bool:
        return bool(panel[part].mean() < 0.3 and page[part].mean() > 0.3)

    while bottom - top > 8 and outside((slice(top, top + 1), slice(left, right))):
        top += 1
    while bottom - top > 8 and outside((slice(bottom - 1, bottom), slice(left, right))):
        bottom -= 1
    while right - left > 8 and outside((slice(top, bottom), slice(left, left + 1))):
        left += 1
    while right - left > 8 and outside((slice(top, bottom), slice(right - 1, right))):
        right -= 1
    return Box(left, top, right, bottom)
