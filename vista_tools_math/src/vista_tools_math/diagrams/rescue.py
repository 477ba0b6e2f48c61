"""Letters that touch a stroke went with the figure: what is left of it beside strokes and marks is looked at again."""

import math
import re
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.bind import Bound, box_gap
from vista_tools_math.diagrams.construct import Construction
from vista_tools_math.diagrams.glyphs import Glyph, Pieces, Word
from vista_tools_math.diagrams.ink import Ink
from vista_tools_math.diagrams.labels import Text
from vista_tools_math.diagrams.marks import Marks
from vista_tools_math.diagrams.missed import known_ink
from vista_tools_math.diagrams.ocr import Reader
from vista_tools_math.diagrams.strokes import Stroke

if TYPE_CHECKING:
    import numpy as np

SURE = 0.8  # least confidence of a letter that was cut free
MOST = 6  # points that are looked at


def rescue_letters(
    ink: Ink, pieces: Pieces, what: Construction, marks: Marks, bound: Bound, strokes: list[Stroke], read: Reader
) -> int:
    """Name points whose letters touch the figure; only where most points have letters of their own.

    Args:
        ink: the picture's ink.
        pieces: its parts.
        what: the construction.
        marks: its marks, which look like letters when they are cut free.
        bound: what the labels name; gets the letters that are found.
        strokes: the straight strokes.
        read: the text recogniser.

    Returns:
        How many were found.
    """
    import cv2
    import numpy as np

    bare = [p for p in range(len(what.points)) if p not in bound.names and p not in {r[1] for r in marks.rights}]
    if len(bound.names) < 2 * len(bare) or not bare or len(bare) > MOST:
        return 0
    rest = pieces.figure & ~known_ink(pieces.figure, strokes, what.rounds, ink.stroke + 1.5 * ink.zoom)
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
    high = pieces.height
    glyphs = []
    for number in range(1, count):
        left, top, width, tall, area = (int(v) for v in stats[number])
        if 0.5 * high <= tall <= 1.4 * high and 0.15 * high <= width <= 1.8 * high and area > 0.08 * high * high:
            glyphs.append(Glyph((left, top, left + width, top + tall), area, number))
    found = 0
    taken = {text.text for text in bound.names.values()}
    for point in bare:
        near = [g for g in glyphs if box_gap(g.box, what.points[point]) < 0.9 * high]
        if not near:
            continue
        glyph = min(near, key=lambda g: math.dist(g.middle, what.points[point]))
        text, sure = read([_cut(ink.grey, numbers == glyph.number, glyph, round(0.3 * high))])[0]
        letter = text.strip().upper()
        if re.fullmatch(r"[A-HJ-Z]", letter) and sure >= SURE and letter not in taken:
            bound.names[point] = Text(letter, Word([glyph]), sure)
            taken.add(letter)
            found += 1
    return found


def _cut(grey: "np.ndarray", own: "np.ndarray", glyph: Glyph, margin: int) -> "np.ndarray":
    """The glyph alone on white, grown by the pixels that went with the stroke."""
    import cv2
    import numpy as np

    grown = cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    alone = np.where(grown, grey, 255).astype(np.uint8)
    left, top, right, bottom = glyph.box
    padded = np.pad(alone, margin, constant_values=255)
    cut = padded[top : bottom + 2 * margin, left : right + 2 * margin]
    return np.repeat(cut[:, :, None], 3, axis=2)
