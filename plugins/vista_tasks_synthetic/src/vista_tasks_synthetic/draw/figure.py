"""Geometry figures: strokes, circles, angle marks and labels, drawn to scale in any position."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.canvas import Canvas, Xy, text_size
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.styles import DARK, LIGHT, Colour, Theme, apart, colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

INKS = ("#1a1a1a", "#1a1a1a", "#0b3d91", "#7a1f1f", "#14532d", "#4a2c7a")
CHALK = ("#f5f5f5", "#f5f5f5", "#ffe08a", "#a8e6cf", "#9ad0ff")


@dataclass(slots=True)
class Sketch:
    """A figure in its own units, y upwards. Points are named by one letter; names starting with "_" are not written."""

    points: dict[str, Xy] = field(default_factory=dict)
    strokes: list[str] = field(default_factory=list)
    """Pairs of point names joined by a line, such as "AB" (or "A_x" for a hidden point)."""
    circles: list[tuple[str, float]] = field(default_factory=list)
    """Centre and radius."""
    lengths: list[tuple[str, str, str]] = field(default_factory=list)
    """Two points and the text beside the line between them."""
    angles: list[tuple[str, str, str, str]] = field(default_factory=list)
    """First arm, vertex, second arm, text ("" for a mark without one)."""
    squares: list[tuple[str, str, str]] = field(default_factory=list)
    """First arm, vertex, second arm of a right angle."""
    ticks: list[tuple[str, str]] = field(default_factory=list)
    """Lines that carry the mark of equal length."""
    dots: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FigureStyle:
    """How a figure looks. Lengths are in pixels, the turn in degrees."""

    size: tuple[int, int]
    theme: Theme
    ink: Colour
    family: str
    text_size: int
    width: float
    """Thickness of strokes."""
    turn: float
    mirror: bool
    paper: bool
    """Squared paper behind the figure."""
    noise: int
    jpeg: int | None


def figure_style(rng: "np.random.Generator", level: int, canvas: tuple[int, int] | None) -> FigureStyle:
    """Draw a figure's look; see chart_style for the arguments."""
    theme = pick(rng, DARK if chance(rng, 0.15) else LIGHT)
    return FigureStyle(
        size=canvas or (between(rng, 320, 440), between(rng, 280, 360)),
        theme=theme,
        ink=colour(pick(rng, CHALK if theme.dark else INKS)),
        family=pick(rng, ("sans", "sans", "serif", "sans bold") + (("times", "times bold") if level > 1 else ())),
        text_size=between(rng, 16, 20),
        width=float(rng.uniform(1.4, 2.6)),
        turn=float(rng.uniform(0, 360)) if level > 1 else float(90 * between(rng, 0, 3) + rng.uniform(-12, 12)),
        mirror=chance(rng, 0.5),
        paper=level > 1 and chance(rng, 0.2),
        noise=between(rng, 1, (4, 6, 10)[level - 1]) if chance(rng, 0.25) else 0,
        jpeg=between(rng, 75, 92) if level == 3 and chance(rng, 0.3) else None,
    )


class _Plot:
    """A sketch moved onto a canvas: turned, mirrored and scaled to fit inside the margin."""

    def __init__(self, sketch: Sketch, style: FigureStyle):
        margin = 2.4 * style.text_size
        turn, sign = math.radians(style.turn), -1 if style.mirror else 1
        cos, sin = math.cos(turn), math.sin(turn)
        moved = {n: (sign * (x * cos - y * sin), -(x * sin + y * cos)) for n, (x, y) in sketch.points.items()}
        spread = [(x, y, 0.0) for x, y in moved.values()] + [(*moved[c], r) for c, r in sketch.circles]
        left, right = min(x - r for x, _, r in spread), max(x + r for x, _, r in spread)
        top, bottom = min(y - r for _, y, r in spread), max(y + r for _, y, r in spread)
        width, height = style.size
        self.scale = min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top))
        shift_x = width / 2 - self.scale * (left + right) / 2
        shift_y = height / 2 - self.scale * (top + bottom) / 2
        self.at = {n: (self.scale * x + shift_x, self.scale * y + shift_y) for n, (x, y) in moved.items()}
        xs, ys = [x for x, _ in self.at.values()], [y for _, y in self.at.values()]
        self.centre = (sum(xs) / len(xs), sum(ys) / len(ys))

    def direction(self, start: str, end: str) -> float:
        """Return the angle from one point to another on the canvas, in radians, clockwise from the right."""
        (x0, y0), (x1, y1) = self.at[start], self.at[end]
        return math.atan2(y1 - y0, x1 - x0)


def draw_figure(sketch: Sketch, style: FigureStyle, rng: "np.random.Generator") -> "Image.Image":
    """Draw a figure: the same arguments give the same pixels."""
    canvas = Canvas(style.size, style.theme.page)
    width, height = style.size
    if style.paper:
        faint = style.theme.grid if apart(style.theme.grid, style.theme.page) > 30 else (215, 225, 235)
        for x in range(12, width, 24):
            canvas.line((x, 0), (x, height), faint)
        for y in range(12, height, 24):
            canvas.line((0, y), (width, y), faint)
    plot = _Plot(sketch, style)

    def paint(pen: "ImageDraw", scale: float) -> None:
        _strokes(pen, scale, sketch, plot, style)

    canvas.smooth(paint, style.ink, (0, 0, width, height))
    for text, place in _labels(sketch, plot, style):
        canvas.text(place, text, style.family, style.text_size, style.theme.text)
    return canvas.finish(rng, style.noise, style.jpeg)


def collisions(sketch: Sketch, style: FigureStyle) -> int:
    """Return how many labels touch another label, a stroke, a circle or the picture's edge: 0 for a legible figure."""
    plot = _Plot(sketch, style)
    boxes = []
    for text, (x, y) in _labels(sketch, plot, style):
        half, high = text_size(text, style.family, style.text_size)[0] / 2 + 1, 0.42 * style.text_size
        boxes.append((x - half, y - high, x + half, y + high))
    ink: list[Xy] = []
    for pair in sketch.strokes:
        (x0, y0), (x1, y1) = (plot.at[name] for name in split_pair(pair))
        count = int(math.hypot(x1 - x0, y1 - y0) / 3) + 1
        ink += [(x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(count + 1)]
    for name, radius in sketch.circles:
        (x, y), reach = plot.at[name], radius * plot.scale
        count = int(2 * math.pi * reach / 3) + 1
        turns = [2 * math.pi * i / count for i in range(count)]
        ink += [(x + reach * math.cos(turn), y + reach * math.sin(turn)) for turn in turns]
    found, (width, height) = 0, style.size
    for index, (left, top, right, bottom) in enumerate(boxes):
        others = boxes[index + 1 :]
        found += any(left < o[2] and o[0] < right and top < o[3] and o[1] < bottom for o in others)
        found += any(left < x < right and top < y < bottom for x, y in ink)
        found += left < 2 or top < 2 or right > width - 2 or bottom > height - 2
    return found


def _labels(sketch: Sketch, plot: _Plot, style: FigureStyle) -> list[tuple[str, Xy]]:
    """Return every text with the place of its middle, in pixels."""
    lengths = [(text, _beside(plot, a, b, text, style)) for a, b, text in sketch.lengths]
    angles = [(text, _inside(plot, a, v, b, text, style)) for a, v, b, text in sketch.angles if text]
    points = [(name, _outside(plot, sketch, name, style)) for name in sketch.points if name[0] != "_"]
    return lengths + angles + points


def split_pair(pair: str) -> tuple[str, str]:
    """Return the two point names of a stroke: "AB" -> A, B; "A_x" -> A, _x."""
    cut = 2 if pair[0] == "_" else 1
    return pair[:cut], pair[cut:]


def _strokes(pen: "ImageDraw", scale: float, sketch: Sketch, plot: _Plot, style: FigureStyle) -> None:
    thick = round(style.width * scale)
    place = {name: (x * scale, y * scale) for name, (x, y) in plot.at.items()}
    for pair in sketch.strokes:
        a, b = split_pair(pair)
        pen.line((place[a], place[b]), fill=255, width=thick)
        for end in (a, b):
            x, y = place[end]
            pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
    for name, radius in sketch.circles:
        (x, y), reach = place[name], radius * plot.scale * scale
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=255, width=thick)
    for name in sketch.dots:
        (x, y), reach = place[name], 3.2 * scale
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)
    for a, vertex, b, _ in sketch.angles:
        start, sweep = _sweep(plot, a, vertex, b)
        (x, y), reach = place[vertex], style.text_size * 1.05 * scale
        first, last = sorted((math.degrees(start), math.degrees(start + sweep)))
        pen.arc((x - reach, y - reach, x + reach, y + reach), first, last, fill=255, width=max(1, round(0.7 * thick)))
    for a, vertex, b in sketch.squares:
        (x, y), reach = place[vertex], 0.75 * style.text_size * scale
        one, two = plot.direction(vertex, a), plot.direction(vertex, b)
        p = (x + reach * math.cos(one), y + reach * math.sin(one))
        q = (x + reach * math.cos(two), y + reach * math.sin(two))
        pen.line((p, (p[0] + q[0] - x, p[1] + q[1] - y), q), fill=255, width=max(1, round(0.7 * thick)))
    for a, b in sketch.ticks:
        (x0, y0), (x1, y1) = place[a], place[b]
        across, reach = plot.direction(a, b) + math.pi / 2, 6 * scale
        dx, dy = reach * math.cos(across), reach * math.sin(across)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        pen.line(((x - dx, y - dy), (x + dx, y + dy)), fill=255, width=thick)


def _sweep(plot: _Plot, a: str, vertex: str, b: str) -> tuple[float, float]:
    """Return the direction of the first arm and the turn to the second, the short way round, in radians."""
    start = plot.direction(vertex, a)
    sweep = (plot.direction(vertex, b) - start + math.pi) % (2 * math.pi) - math.pi
    return start, sweep


def _beside(plot: _Plot, a: str, b: str, text: str, style: FigureStyle) -> Xy:
    """Return the place of a length: beside the line's middle, away from the figure's centre."""
    (x0, y0), (x1, y1) = plot.at[a], plot.at[b]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    across = math.atan2(y1 - y0, x1 - x0) + math.pi / 2
    dx, dy = math.cos(across), math.sin(across)
    if (plot.centre[0] - x) * dx + (plot.centre[1] - y) * dy > 0:
        dx, dy = -dx, -dy
    width = text_size(text, style.family, style.text_size)[0]
    away = abs(dx) * width / 2 + abs(dy) * style.text_size / 2 + 6
    return x + dx * away, y + dy * away


def _inside(plot: _Plot, a: str, vertex: str, b: str, text: str, style: FigureStyle) -> Xy:
    """Return the place of an angle's size: on the bisector, far enough from the vertex that it clears both arms."""
    start, sweep = _sweep(plot, a, vertex, b)
    middle, half = start + sweep / 2, abs(sweep) / 2
    width = text_size(text, style.family, style.text_size)[0]
    reach = 0.5 * math.hypot(width * math.sin(middle), style.text_size * math.cos(middle)) + 5
    far = max(style.text_size * 1.25 + 0.5 * abs(math.cos(middle)) * width + 5, reach / math.sin(min(half, 1.4)) + 6)
    x, y = plot.at[vertex]
    return x + far * math.cos(middle), y + far * math.sin(middle)


def _outside(plot: _Plot, sketch: Sketch, name: str, style: FigureStyle) -> Xy:
    """Return the place of a point's letter: in the widest gap between the lines that leave the point."""
    pairs = [split_pair(pair) for pair in sketch.strokes]
    ways = [plot.direction(name, other) for a, b in pairs for one, other in ((a, b), (b, a)) if one == name]
    x, y = plot.at[name]
    if not ways:
        return x - style.text_size * 0.75, y + style.text_size * 0.6
    ways.sort()
    after = [*ways[1:], ways[0]]
    gaps = [((b - a) % (2 * math.pi) or 2 * math.pi, a) for a, b in zip(ways, after, strict=True)]
    width, start = max(gaps)
    middle = start + width / 2
    reach = style.text_size * 0.85
    return x + reach * math.cos(middle), y + reach * math.sin(middle)
