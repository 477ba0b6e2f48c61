"""Draws a laid-out figure: strokes, circles, marks and labels, by ruler or by hand."""

import itertools
import math
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams.looks import Look
from vista_tasks_synthetic.diagrams.place import (
    Label,
    Layout,
    arc_points,
    arc_radius,
    direction,
    square_corners,
    tick_reach,
)
from vista_tasks_synthetic.diagrams.plan import Figure, Xy, along
from vista_tasks_synthetic.draw.canvas import Canvas
from vista_tasks_synthetic.fonts import font

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image
    from PIL.ImageDraw import ImageDraw

GRID = (205, 222, 238)
"""Colour of squared paper's lines."""


def paint(figure: Figure, layout: Layout, look: Look, rng: "np.random.Generator") -> "Image.Image":
    """Draw a picture: the same arguments give the same pixels."""
    from PIL import ImageFilter

    canvas = Canvas(look.size, look.style.page)
    width, height = look.size
    if look.style.paper:
        for x in range(12, width, 24):
            canvas.line((x, 0), (x, height), GRID)
        for y in range(12, height, 24):
            canvas.line((0, y), (width, y), GRID)
    thin = max(1.0, 0.75 * look.width)
    figure_courses, mark_courses = _strokes(figure, layout), _marks(figure, layout, look)
    for courses, thickness, ink in ((figure_courses, look.width, look.ink), (mark_courses, thin, look.marks)):
        shaky = [_by_hand(course, look.style.wobble, rng) for course in courses]
        dots = _dots(layout, look) if courses is figure_courses else []

        def stroke(
            pen: "ImageDraw", scale: float, lines: list = shaky, wide: float = thickness, spots: list = dots
        ) -> None:
            for line in lines:
                _line(pen, [(x * scale, y * scale) for x, y in line], wide * scale)
            for x, y in spots:
                reach = (1.6 + look.width) * scale
                pen.ellipse((x * scale - reach, y * scale - reach, x * scale + reach, y * scale + reach), fill=255)

        canvas.smooth(stroke, ink, (0, 0, width, height))
    for label in layout.labels:
        _write(canvas, label, look, rng)
    if look.style.blur:
        canvas.image = canvas.image.filter(ImageFilter.GaussianBlur(look.style.blur))
    quality = None if look.style.jpeg is None else int(rng.integers(look.style.jpeg, 95))
    return canvas.finish(rng, look.style.noise, quality)


def _line(pen: "ImageDraw", course: list[Xy], wide: float) -> None:
    pen.line(course, fill=255, width=round(wide), joint="curve")
    for x, y in (course[0], course[-1]):
        pen.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=255)


def _strokes(figure: Figure, layout: Layout) -> list[list[Xy]]:
    """The courses of lines and circles."""
    courses = [[layout.points[stroke[0]], layout.points[stroke[-1]]] for stroke in figure.lines]
    for ring, radius in layout.rings:
        x, y = layout.points[ring.centre]
        turns = [math.tau * i / 180 for i in range(181)]
        courses.append([(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns])
    return courses


def _marks(figure: Figure, layout: Layout, look: Look) -> list[list[Xy]]:
    """The courses of right angles, arcs, ticks and arrowheads."""
    points = layout.points
    courses = [square_corners(three, points, look) for three in figure.squares]
    if look.arcs:
        courses += [arc_points(three, points, arc_radius(look, 0)) for three, _ in figure.angles]
    for three, count in figure.wedges:
        courses += [arc_points(three, points, arc_radius(look, number)) for number in range(count)]
    reach = tick_reach(look)
    for pair, count in figure.ticks:
        for x, y, way in _spread(points, pair, count, 3.5 + look.width):
            dx, dy = -reach * math.sin(way), reach * math.cos(way)
            courses.append([(x - dx, y - dy), (x + dx, y + dy)])
    for pair, count in figure.chevrons:
        for x, y, way in _spread(points, pair, count, 4.5 + look.width):
            ends = [(x - reach * math.cos(way + side), y - reach * math.sin(way + side)) for side in (-0.7, 0.7)]
            courses.append([ends[0], (x, y), ends[1]])
    return courses


def _spread(points: dict[str, Xy], pair: str, count: int, step: float) -> list[tuple[float, float, float]]:
    """Places of a line's marks around its middle, with the line's direction (rightwards, or downwards)."""
    a, b = sorted((points[pair[0]], points[pair[1]]), key=lambda p: p[0] + 0.01 * p[1])
    way, length = direction(a, b), math.dist(a, b)
    shares = [0.5 + (number - (count - 1) / 2) * step / length for number in range(count)]
    return [(*along(a, b, share), way) for share in shares]


def _dots(layout: Layout, look: Look) -> list[Xy]:
    """Points with a dot: all of them in some looks, else the centres of circles."""
    return list(layout.points.values()) if look.dots else [layout.points[ring.centre] for ring, _ in layout.rings]


def _by_hand(course: list[Xy], wobble: float, rng: "np.random.Generator") -> list[Xy]:
    """Let a course stray as a hand does: slowly, across its direction, its ends a little off."""
    if not wobble:
        return course
    fine = [course[0]]
    for a, b in itertools.pairwise(course):
        steps = max(1, int(math.dist(a, b) / 4))
        fine += [along(a, b, (i + 1) / steps) for i in range(steps)]
    total = sum(math.dist(a, b) for a, b in itertools.pairwise(fine))
    size = min(wobble, 0.02 * total)
    waves = [(rng.uniform(30, 110), rng.uniform(0, math.tau), rng.uniform(0.2, 0.6)) for _ in range(3)]
    strayed, way, done = [], 0.0, 0.0
    for index, (x, y) in enumerate(fine):
        if index + 1 < len(fine):
            way = direction(fine[index], fine[index + 1])
            done += math.dist(fine[index], fine[index + 1])
        off = size * sum(share * math.sin(done / period * math.tau + phase) for period, phase, share in waves)
        strayed.append((x - off * math.sin(way), y + off * math.cos(way)))
    return strayed


def _write(canvas: Canvas, label: Label, look: Look, rng: "np.random.Generator") -> None:
    """Write a label; by hand it is a little off its place and aslant."""
    from PIL import Image, ImageDraw

    x, y = label.at
    face = font(label.family, look.text_size)
    slant = float(rng.uniform(-5, 5)) if look.style.wobble else 0.0
    if look.style.wobble:
        x, y = x + float(rng.uniform(-1, 1)), y + float(rng.uniform(-1, 1))
    side = 2 * (round(face.getlength(label.text)) // 2 + look.text_size)
    mask = Image.new("L", (side, side), 0)
    # anchored by the middle of capitals' height, so that every letter sits where its box was planned
    top, bottom = face.getbbox("H", anchor="ls")[1::2]
    ImageDraw.Draw(mask).text((side / 2, side / 2 - (top + bottom) / 2), label.text, font=face, fill=255, anchor="ms")
    if slant:
        mask = mask.rotate(slant, resample=Image.Resampling.BICUBIC)
    canvas.image.paste(look.style.text, (round(x - side / 2), round(y - side / 2)), mask)
