"""Colour words: how well a colour fits "red", "brown" or "light grey", and where in a picture a word may apply.

Words are ranges of hue, saturation and value with soft edges, after the basic colour terms of Berlin and Kay. Shading
moves value and saturation much and hue little: objects are cut out by hue alone, and named by their colour as a whole.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

_SOFT = 12.0  # degrees of hue over which a word fades out beyond its range
CHROMA = 0.12  # chroma (max - min of RGB, 0..1) from which a pixel has a hue


class Word(NamedTuple):
    """Where a colour word applies.

    Attributes:
        hue: range in degrees, it may pass 360; None for black, grey and white.
        saturation: range 0..1.
        value: range 0..1.
    """

    hue: tuple[float, float] | None
    saturation: tuple[float, float] = (0.0, 1.0)
    value: tuple[float, float] = (0.0, 1.0)


WORDS = {
    "red": Word((342, 372), (0.45, 1.0)),
    "orange": Word((15, 42), (0.5, 1.0), (0.72, 1.0)),
    "yellow": Word((42, 68), (0.3, 1.0), (0.6, 1.0)),
    "green": Word((68, 165)),
    "cyan": Word((165, 197)),
    "blue": Word((197, 256)),
    "purple": Word((256, 296)),
    "magenta": Word((290, 336), (0.5, 1.0), (0.7, 1.0)),
    "pink": Word((305, 370), (0.1, 0.62), (0.75, 1.0)),
    "brown": Word((12, 45), (0.25, 1.0), (0.15, 0.72)),
    "black": Word(None, value=(0.0, 0.22)),
    "grey": Word(None, value=(0.25, 0.87)),
    "white": Word(None, value=(0.92, 1.0)),
}
SAME = {"gray": "grey", "violet": "purple", "turquoise": "cyan", "teal": "cyan", "gold": "yellow", "navy": "blue"}
"""Other words for the same; light and dark shades are not told apart."""


def fit(rgb: "np.ndarray", word: str) -> float:
    """How well one colour fits a word.

    Args:
        rgb: (3,), 0..255.
        word: a key of WORDS.

    Returns:
        0..1; two words can share a colour half and half at their border.
    """
    rule = WORDS[word]
    hue, saturation, value, chroma = _hsv(rgb)
    if rule.hue is None:
        pale = _inside(chroma, 0.0, CHROMA, 0.05)
        return pale * _inside(value, *rule.value, 0.05)
    coloured = _inside(chroma, CHROMA, 1.0, 0.05)
    low, high = rule.hue
    away = min(_beyond(hue + turn, low, high) for turn in (-360.0, 0.0, 360.0))
    tone = max(0.0, 1 - away / _SOFT)
    return coloured * tone * _inside(saturation, *rule.saturation, 0.1) * _inside(value, *rule.value, 0.1)


def pixels(image: "np.ndarray", word: str) -> "np.ndarray":
    """Where an object of a colour could be: by hue, whatever its light and shade; by lightness for grey ones.

    Args:
        image: RGB uint8 (height, width, 3), smoothed.
        word: a key of WORDS.

    Returns:
        Boolean (height, width).
    """
    import cv2
    import numpy as np

    high = image.max(axis=2)
    chroma = high.astype(np.int16) - image.min(axis=2)
    rule = WORDS[word]
    if rule.hue is None:
        low, top = (round(255 * v) for v in rule.value)
        return (chroma <= 255 * (CHROMA + 0.025)) & (high >= low - 8) & (high <= top + 8)
    hue = cv2.cvtColor(image, cv2.COLOR_RGB2HSV_FULL)[:, :, 0].astype(np.float32) * (360 / 256)
    start, end = rule.hue[0] - _SOFT, rule.hue[1] + _SOFT
    near = ((hue >= start) & (hue <= end)) | (hue <= end - 360) | (hue >= start + 360)
    # In deep shade a hue is kept by the ratio of the channels when its chroma is small already.
    coloured = (chroma > 255 * (CHROMA - 0.025)) | ((high > 24) & (chroma > 0.45 * high))
    return near & coloured


def _hsv(rgb: "np.ndarray") -> tuple[float, float, float, float]:
    """Hue in degrees, saturation, value and chroma, 0..1."""
    import colorsys

    red, green, blue = (float(c) / 255 for c in rgb)
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return 360 * hue, saturation, value, saturation * value


def _beyond(x: float, low: float, high: float) -> float:
    """How far x lies outside a range; 0 inside."""
    return max(low - x, x - high, 0.0)


def _inside(x: float, low: float, high: float, soft: float) -> float:
    """1 inside a range, falling to 0 over `soft` beyond it."""
    return max(0.0, 1 - _beyond(x, low, high) / soft)
