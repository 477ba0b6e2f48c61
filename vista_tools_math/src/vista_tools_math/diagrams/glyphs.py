"""Parts the ink into the figure and the small pieces beside it: characters in groups, and dots."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.ink import Ink

if TYPE_CHECKING:
    import numpy as np

Xy = tuple[float, float]
FIGURE_SHARE = 0.11  # of the picture's diagonal: larger pieces of ink are figure, smaller ones characters


@dataclass(slots=True)
class Glyph:
    """A small connected piece of ink: its box (left, top, right, bottom; px of the mask), area and number."""

    box: tuple[int, int, int, int]
    area: int
    number: int

    @property
    def height(self) -> int:
        """Height in px of the mask."""
        return self.box[3] - self.box[1]

    @property
    def width(self) -> int:
        """Width in px of the mask."""
        return self.box[2] - self.box[0]

    @property
    def middle(self) -> tuple[float, float]:
        """Middle of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(slots=True)
class Word:
    """Glyphs that stand together, from left to right."""

    glyphs: list[Glyph] = field(default_factory=list)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The box around all glyphs."""
        boxes = [glyph.box for glyph in self.glyphs]
        return (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )

    @property
    def middle(self) -> tuple[float, float]:
        """Middle of the box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(slots=True)
class Pieces:
    """The ink's parts.

    Attributes:
        figure: bool mask of strokes, circles and the marks that touch them.
        words: characters in groups.
        dots: middles of round dots that stand alone.
        height: height of a capital or figure, px of the mask; 0 without text.
        numbers: int32 mask: the number of the piece that a pixel belongs to.
    """

    figure: "np.ndarray"
    words: list[Word]
    dots: list[tuple[float, float]]
    height: float
    numbers: "np.ndarray"


def part(ink: Ink) -> Pieces:
    """Part the ink into figure, words and dots."""
    import cv2
    import numpy as np

    count, numbers, stats, _ = cv2.connectedComponentsWithStats(ink.mask.astype(np.uint8), connectivity=8)
    limit = FIGURE_SHARE * float(np.hypot(*ink.mask.shape))
    figure = np.zeros(count, bool)
    small = []
    for number in range(1, count):
        left, top, width, height, area = (int(v) for v in stats[number])
        if float(np.hypot(width, height)) > limit:
            figure[number] = True
        elif area >= max(4.0, 0.35 * ink.stroke**2):
            small.append(Glyph((left, top, left + width, top + height), area, number))
    depth = cv2.distanceTransform(ink.mask.astype(np.uint8), cv2.DIST_L2, 5)
    dots, glyphs = _split_dots(small, depth, numbers)
    height = _usual_height(glyphs)
    glyphs = [g for g in glyphs if g.height <= 2.6 * height]
    return Pieces(figure[numbers], _words(glyphs, height, numbers), dots, height, numbers)


def _split_dots(small: list[Glyph], depth: "np.ndarray", numbers: "np.ndarray") -> tuple[list[Xy], list[Glyph]]:
    """Part round filled dots that stand alone from characters, from degree signs and from the points of decimals."""
    dots, glyphs = [], []
    for glyph in small:
        left, top, right, bottom = glyph.box
        inside = depth[top:bottom, left:right][numbers[top:bottom, left:right] == glyph.number]
        size = max(glyph.width, glyph.height)
        solid = size <= 1.35 * min(glyph.width, glyph.height) and 2 * float(inside.max()) >= 0.7 * size
        if solid and glyph.height >= 4 and not any(_follows(glyph, other) for other in small if other is not glyph):
            dots.append(glyph.middle)
        else:
            glyphs.append(glyph)
    return dots, glyphs


def _follows(dot: Glyph, other: Glyph) -> bool:
    """Whether a dot stands close behind a larger character, as a decimal point or a degree sign does."""
    gap = dot.box[0] - other.box[2]
    beside = other.box[1] - 0.2 * other.height <= dot.middle[1] <= other.box[3]
    return other.height >= 1.4 * dot.height and -1 <= gap <= 0.35 * other.height and beside


def _usual_height(glyphs: list[Glyph]) -> float:
    """The height of capitals and figures: the upper middle of all heights, signs such as ° and - left out."""
    import numpy as np

    heights = [g.height for g in glyphs]
    if not heights:
        return 0.0
    top = float(np.percentile(heights, 75))
    return float(np.median([h for h in heights if h >= 0.75 * top]))


def _words(glyphs: list[Glyph], height: float, numbers: "np.ndarray") -> list[Word]:
    """Join glyphs that stand side by side, or over each other within one line, to words."""
    parent = list(range(len(glyphs)))
    signs = {g.number for g in glyphs if _operator(g, numbers, height)}

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for i, one in enumerate(glyphs):
        for j in range(i):
            if _together(one, glyphs[j], height, signs):
                parent[root(i)] = root(j)
    groups: dict[int, Word] = {}
    for index, glyph in enumerate(glyphs):
        groups.setdefault(root(index), Word()).glyphs.append(glyph)
    words = []
    for word in groups.values():
        word.glyphs.sort(key=lambda g: g.box[0])
        if max(g.height for g in word.glyphs) >= 0.45 * height:
            words.append(word)
    return sorted(words, key=lambda w: (w.box[1], w.box[0]))


def _operator(glyph: Glyph, numbers: "np.ndarray", height: float) -> bool:
    """Whether a glyph is a minus or a plus: flat, or a cross of an upright and a level stroke with empty corners."""
    if glyph.height < 0.3 * height and glyph.width > 0.35 * height:
        return True
    if not 0.75 < glyph.width / glyph.height < 1.33 or glyph.height > 0.95 * height:
        return False
    left, top, right, bottom = glyph.box
    own = numbers[top:bottom, left:right] == glyph.number
    level, upright = own[glyph.height // 2].mean(), own[:, glyph.width // 2].mean()
    side = max(1, min(glyph.height, glyph.width) // 4)
    corners = (
        own[:side, :side].any() or own[-side:, -side:].any() or own[:side, -side:].any() or own[-side:, :side].any()
    )
    return bool(level > 0.85 and upright > 0.85 and not corners)


def _together(one: Glyph, two: Glyph, height: float, signs: set[int]) -> bool:
    gap_x = max(one.box[0] - two.box[2], two.box[0] - one.box[2])
    gap_y = max(one.box[1] - two.box[3], two.box[1] - one.box[3])
    left, right = (one, two) if one.box[0] < two.box[0] else (two, one)
    if left.height < 0.6 * height and left.box[3] < right.middle[1]:
        return gap_x <= 0.1 * height and gap_y <= 0.1 * height  # a degree sign ends a word
    sign = min(one.height, two.height) < 0.62 * height  # an operator stands with more room around it
    if (one.number in signs) != (two.number in signs) and gap_x <= 1.1 * height and gap_y <= 0.1 * height:
        return True
    near = gap_x <= (0.85 if sign else 0.42) * height or abs(one.middle[0] - two.middle[0]) <= 0.95 * height  # 11
    return near and gap_y <= 0.1 * height
