"""Reads the words beside a figure: letters of points, lengths, angles, variables."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.glyphs import Glyph, Pieces, Word
from vista_tools_math.diagrams.ink import Ink
from vista_tools_math.diagrams.ocr import Reader

if TYPE_CHECKING:
    import numpy as np

ALIKE = "cosuvwxz"
"""Letters whose small form is the large one drawn smaller: only their height tells which it is."""
_SIGNS = str.maketrans("º˚–—−一·•×（）［］", "°°----**x()[]")


@dataclass(frozen=True, slots=True)
class Text:
    """A read word.

    Attributes:
        text: what it says, such as "(2x+3)°", "A", "5√3".
        word: where it stands.
        confidence: 0..1.
    """

    text: str
    word: Word
    confidence: float

    @property
    def degrees(self) -> bool:
        """Whether it ends in a degree sign."""
        return self.text.endswith("°")

    @property
    def letter(self) -> bool:
        """Whether it is one capital letter, perhaps with a prime: the name of a point."""
        return re.fullmatch(r"[A-Z]'?", self.text) is not None


def read_labels(ink: Ink, pieces: Pieces, read: Reader) -> list[Text]:
    """Read all words beside the figure; a word that says nothing is left out.

    Args:
        ink: the picture's ink.
        pieces: its parts.
        read: the text recogniser.
    """
    bodies = [_without_degree(word, pieces.height) for word in pieces.words]
    raw = read([_crop(ink, pieces, body) for body, _ in bodies])
    height = _letter_height(raw, [body for body, _ in bodies], pieces.height)
    found = []
    for word, (body, degree), (text, confidence) in zip(pieces.words, bodies, raw, strict=True):
        plain = _tidy(text, body, height, degree)
        if plain:
            if plain in ("1", "I") and not degree and _hooked(pieces, body[0]):
                plain = "J"
            found.append(Text(plain, word, confidence))
    return found


def _without_degree(word: Word, height: float) -> tuple[list[Glyph], bool]:
    """Part a small ring at the upper right from the word: an OCR network takes it for an o or a 0."""
    last = word.glyphs[-1]
    rest = word.glyphs[:-1]
    if not rest:
        return word.glyphs, False
    top = min(g.box[1] for g in rest if g.height > 0.5 * height) if any(g.height > 0.5 * height for g in rest) else None
    if top is None or last.height > 0.58 * height or last.width < 0.5 * last.height:
        return word.glyphs, False
    high = last.middle[1] < top + 0.4 * height and last.box[1] < top + 0.3 * height
    return (rest, True) if high and last.width <= 1.6 * last.height else (word.glyphs, False)


def _crop(ink: Ink, pieces: Pieces, glyphs: list[Glyph]) -> "np.ndarray":
    """The word alone on white paper, with a margin: neighbours would be read with it."""
    import cv2
    import numpy as np

    margin = max(6, round(0.3 * pieces.height))
    box = Word(list(glyphs)).box
    left, top = max(0, box[0] - margin), max(0, box[1] - margin)
    cut = (slice(top, box[3] + margin), slice(left, box[2] + margin))
    own = np.isin(pieces.numbers[cut], [g.number for g in glyphs])
    near = cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    alone = np.where(near, ink.grey[cut], 255).astype(np.uint8)
    pads = [
        (max(0, margin - box[1]), max(0, box[3] + margin - ink.grey.shape[0])),
        (max(0, margin - box[0]), max(0, box[2] + margin - ink.grey.shape[1])),
    ]
    alone = np.pad(alone, pads, constant_values=255)
    return np.repeat(alone[:, :, None], 3, axis=2)


def _hooked(pieces: Pieces, glyph: Glyph) -> bool:
    """Whether a single upright stroke ends in a hook to the left, as a J does that is read as a 1 or an I."""
    import numpy as np

    left, top, right, bottom = glyph.box
    own = pieces.numbers[top:bottom, left:right] == glyph.number
    rows = [np.flatnonzero(row) for row in own]
    upper, lower = rows[glyph.height // 8 : glyph.height // 2], rows[-max(1, glyph.height // 6) :]
    if not all(len(row) for row in (*upper, *lower)):
        return False
    stem = float(np.median([row.min() for row in upper]))
    flagged = min(row.min() for row in upper[: max(1, len(upper) // 2)]) < stem - 0.1 * glyph.height  # a 1's flag
    return (
        not flagged and min(row.min() for row in lower) < stem - 0.1 * glyph.height and glyph.width < 0.8 * glyph.height
    )


def _letter_height(raw: list[tuple[str, float]], bodies: list[list[Glyph]], fallback: float) -> float:
    """The height of capitals, or else of figures, from those that were read."""
    import numpy as np

    capitals, figures = [], []
    for (text, _), glyphs in zip(raw, bodies, strict=True):
        plain = text.replace(" ", "")
        if len(plain) == len(glyphs):
            pairs = list(zip(plain, glyphs, strict=True))
            figures += [g.height for c, g in pairs if c.isdigit()]
            capitals += [g.height for c, g in pairs if c.isupper() and c.lower() not in ALIKE and c not in "JQ"]
    return float(np.median(capitals or figures)) if capitals or figures else fallback


def _tidy(text: str, glyphs: list[Glyph], height: float, degree: bool) -> str:
    """Write a word as mathematics does."""
    plain = text.translate(_SIGNS).replace(" ", "").strip(".,:;'\"`")
    degree = degree or plain.endswith("°")
    plain = plain.rstrip("°")
    if len(plain) == 1:
        plain = _single(plain, glyphs, height, degree)
    elif plain:
        plain = _expression(plain)
    return plain + "°" if degree and plain else plain


def _single(sign: str, glyphs: list[Glyph], height: float, degree: bool) -> str:
    """One character: its height tells capitals from small letters where the shape does not."""
    tall = max(g.height for g in glyphs) >= 0.83 * height
    if sign in "0Oo" and not degree:
        return "O" if tall else "o"
    if sign.lower() in ALIKE:
        return sign.upper() if tall and not degree else sign.lower()
    if sign in "pk" and not degree:
        return sign.upper()  # alone on its line nothing tells them from capitals, and points are many, such lengths few
    if sign in "Il|":
        return "1" if degree else "I"
    return sign.lower() if degree else sign


def _expression(text: str) -> str:
    """Several characters: figures, small letters and signs, unless it is a word of capitals only."""
    if re.fullmatch(r"[A-Z]'?|[A-Z]{2,}", text):
        return text
    text = text.lower() if re.search(r"[\d+\-=()√]", text) else text
    text = re.sub(r"(?<=\d)[o](?!\w)|(?<![a-z])o(?=\d)|(?<=\d)o(?=\d)", "0", text)
    text = re.sub(r"(?<=\d)[l|](?=\d|$)|(?<![a-z\d])[l|](?=\d)", "1", text)
    text = re.sub(r"[v√]/?(?=\d)", "√", text) if "√" in text else text
    if text.count("(") != text.count(")"):
        text = text.replace("(", "").replace(")", "")
    return text
