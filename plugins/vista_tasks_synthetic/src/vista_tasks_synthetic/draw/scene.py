"""Scenes: cubes, spheres and cylinders on a plain ground, lit from the upper left."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vista_tasks_synthetic.draw.canvas import SMOOTH, Canvas
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.styles import Colour, colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image, ImageDraw

PAINTS: dict[str, tuple[str, ...]] = {
    "red": ("#d62828", "#e0312d", "#c81d25"),
    "green": ("#2f9e44", "#3aa655", "#1f8a3b"),
    "blue": ("#1c5fd4", "#2b6de0", "#2451b8"),
    "yellow": ("#f2c616", "#ffd32a", "#eec20f"),
    "purple": ("#8338c9", "#7b2cbf", "#8f47d1"),
    "cyan": ("#17b8cf", "#22c3d6", "#12a9bd"),
}
"""The paints that each colour word may stand for."""
SHAPES: tuple[str, ...] = ("cube", "sphere", "cylinder")
GROUNDS: tuple[str, ...] = ("#e9e9e6", "#dfe3e6", "#f2efe9", "#d6d6d2", "#eef1ee")


class Thing(NamedTuple):
    """One object: what it is, where its middle is (shares of width and height), its half size (share of height)."""

    colour: str
    shape: str
    x: float
    y: float
    radius: float


def _shade(ink: Colour, factor: float) -> Colour:
    """Darken (below 1) or lighten (above 1) a colour."""
    red, green, blue = (round(c * factor) if factor <= 1 else round(c + (255 - c) * (factor - 1)) for c in ink)
    return red, green, blue


def draw_scene(
    things: Sequence[Thing], rng: "np.random.Generator", level: int, canvas: tuple[int, int] | None
) -> "Image.Image":
    """Draw objects, the farther ones (higher up) first.

    Args:
        things: the objects; they do not overlap.
        rng: keyed generator of ground, paints and noise.
        level: from 2 on the ground grows lighter towards the viewer; at 3 objects throw a shadow.
        canvas: (width, height) in pixels, or None for a random one.
    """
    from PIL import Image, ImageDraw

    width, height = canvas or (between(rng, 360, 520), between(rng, 280, 380))
    ground = colour(pick(rng, GROUNDS))
    big = Image.new("RGB", (width * SMOOTH, height * SMOOTH), ground)
    pen = ImageDraw.Draw(big)
    if level > 1:
        for y in range(big.height):
            pen.line((0, y, big.width, y), fill=_shade(ground, 0.92 + 0.08 * y / big.height))
    for thing in sorted(things, key=lambda thing: thing.y):
        x, y, r = thing.x * big.width, thing.y * big.height, thing.radius * big.height
        if level == 3:
            pen.ellipse((x - r, y + 0.65 * r, x + 1.35 * r, y + 1.1 * r), fill=_shade(ground, 0.82))
        _PAINTERS[thing.shape](pen, x, y, r, colour(pick(rng, PAINTS[thing.colour])))
    page = Canvas((width, height), ground)
    page.image = big.reduce(SMOOTH)
    noise = between(rng, 1, (3, 5, 8)[level - 1]) if chance(rng, 0.3) else 0
    return page.finish(rng, noise, between(rng, 80, 94) if level == 3 and chance(rng, 0.3) else None)


def _cube(pen: "ImageDraw.ImageDraw", x: float, y: float, r: float, ink: Colour) -> None:
    a, d = 0.68 * r, 0.68 * r  # half of the front, depth
    left, right, top, bottom = x - a - d / 2, x + a - d / 2, y - a + d / 2, y + a + d / 2
    pen.polygon([(left, top), (left + d, top - d), (right + d, top - d), (right, top)], fill=_shade(ink, 1.3))
    pen.polygon([(right, top), (right + d, top - d), (right + d, bottom - d), (right, bottom)], fill=_shade(ink, 0.7))
    pen.rectangle((left, top, right, bottom), fill=ink)


def _sphere(pen: "ImageDraw.ImageDraw", x: float, y: float, r: float, ink: Colour) -> None:
    steps = 24
    for step in range(steps):
        share = step / steps
        size, off = r * (1 - share), 0.35 * r * share
        fill = _shade(ink, 0.72 + 0.28 * share * 1.6 if share < 0.62 else 1 + (share - 0.62) * 1.3)
        pen.ellipse((x - off - size, y - off - size, x - off + size, y - off + size), fill=fill)


def _cylinder(pen: "ImageDraw.ImageDraw", x: float, y: float, r: float, ink: Colour) -> None:
    half, flat, top, bottom = 0.72 * r, 0.24 * r, y - 0.72 * r, y + 0.72 * r
    columns = max(2, round(2 * half))
    for column in range(columns):
        share = column / (columns - 1)
        at = x - half + column
        bow = flat * (1 - (2 * share - 1) ** 2) ** 0.5
        pen.line((at, top, at, bottom + bow), fill=_shade(ink, 1.05 - 0.4 * abs(share - 0.35)))
    pen.ellipse((x - half, top - flat, x + half, top + flat), fill=_shade(ink, 1.3))


_PAINTERS = {"cube": _cube, "sphere": _sphere, "cylinder": _cylinder}
