"""What geometry figures say: for each kind a maker of its numbers, drawn to scale as a sketch."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.figure import Sketch
from vista_tasks_synthetic.keyed import between, pick, pick_several

if TYPE_CHECKING:
    import numpy as np

LETTERS = "ABCDEFGHKLMNPQRSTVWXYZ"
"""Names of points; I, J, O and U are left out as hard to tell from other signs (O is a circle's centre)."""


@dataclass(frozen=True, slots=True)
class FigureData:
    """What a figure says."""

    kind: str
    lengths: tuple[int, ...]
    """In rising order."""
    angles: tuple[int, ...]
    """In degrees, in rising order."""
    letters: tuple[str, ...]
    sketch: Sketch
    unit: str = ""


@lru_cache(maxsize=1)
def triples() -> tuple[tuple[int, int, int], ...]:
    """Return the right triangles with whole sides up to 150 that are not too flat to label."""
    found = []
    for a in range(3, 150):
        for b in range(a + 1, min(150, 3 * a)):
            c = math.isqrt(a * a + b * b)
            if c * c == a * a + b * b and c <= 150:
                found.append((a, b, c))
    return tuple(found)


def figure_data(rng: "np.random.Generator", kind: str) -> FigureData:
    """Draw the content of a figure of one kind."""
    letters = pick_several(rng, LETTERS, 6)
    lengths, angles, sketch = MAKERS[kind](rng, letters)
    return FigureData(kind, tuple(sorted(lengths)), tuple(sorted(angles)), letters, sketch)


Made = tuple[tuple[int, ...], tuple[int, ...], Sketch]


def _polar(radius: float, degrees: float) -> tuple[float, float]:
    return radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))


def _degrees(angle: int) -> str:
    return f"{angle}°"


def _triangle(names: tuple[str, ...], at_a: float, at_b: float) -> Sketch:
    """Return a triangle with AB of length 1 and the given angles at A and B, in degrees."""
    a, b, c = names[:3]
    side = math.sin(math.radians(at_b)) / math.sin(math.radians(at_a + at_b))
    return Sketch({a: (0.0, 0.0), b: (1.0, 0.0), c: _polar(side, at_a)}, [a + b, b + c, c + a])


def _two_angles(rng: "np.random.Generator") -> tuple[int, int]:
    """Return two angles of a triangle, in degrees, whose labels have room."""
    while True:
        one, two = between(rng, 35, 95), between(rng, 35, 95)
        if one + two <= 150:
            return one, two


def triangle_angle(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Two angles given, the third asked."""
    one, two = _two_angles(rng)
    sketch = _triangle(p, one, two)
    sketch.angles = [(p[1], p[0], p[2], _degrees(one)), (p[0], p[1], p[2], _degrees(two))]
    return (), (one, two), sketch


def exterior_angle(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Two angles given, the exterior angle at the third corner asked."""
    one, two = _two_angles(rng)
    sketch = _triangle(p, one, two)
    (bx, by), (cx, cy) = sketch.points[p[1]], sketch.points[p[2]]
    sketch.points[p[3]] = (cx + 0.5 * (cx - bx), cy + 0.5 * (cy - by))
    sketch.strokes.append(p[2] + p[3])
    sketch.angles = [(p[1], p[0], p[2], _degrees(one)), (p[0], p[1], p[2], _degrees(two)), (p[0], p[2], p[3], "")]
    return (), (one, two), sketch


def line_angle(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Three angles on a straight line, two of them given."""
    while True:
        one, two = between(rng, 35, 100), between(rng, 35, 100)
        if 180 - one - two >= 35:
            break
    order = pick(rng, ((0, 1, 2), (0, 2, 1), (2, 0, 1)))
    sizes = (one, two, 180 - one - two)
    turns = [0, sizes[order[0]], sizes[order[0]] + sizes[order[1]], 180]
    ends = ["", "", "", ""]
    # p[1] and p[3] bound the asked angle; the other two ends of the rays take the letters that are left
    asked = order.index(2)
    ends[asked], ends[asked + 1] = p[1], p[3]
    rest = iter((p[4], p[5]))
    ends = [name or next(rest) for name in ends]
    points = {p[0]: (0.0, 0.0)} | {n: _polar(1, t) for n, t in zip(ends, turns, strict=True)}
    sketch = Sketch(points, [p[0] + n for n in ends])
    for index, which in enumerate(order):
        if which != 2:
            sketch.angles.append((ends[index], p[0], ends[index + 1], _degrees(sizes[which])))
    return (), (one, two), sketch


def _right(p: tuple[str, ...], run: float, rise: float) -> Sketch:
    """Return a right triangle with its right angle at the third letter."""
    a, b, c = p[:3]
    return Sketch({c: (0.0, 0.0), a: (run, 0.0), b: (0.0, rise)}, [a + b, b + c, c + a], squares=[(a, c, b)])


def hypotenuse(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Both legs given."""
    a, b, _ = pick(rng, triples())
    sketch = _right(p, a, b)
    sketch.lengths = [(p[2], p[0], str(a)), (p[2], p[1], str(b))]
    return (a, b), (), sketch


def leg(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The hypotenuse and one leg given."""
    a, b, c = pick(rng, triples())
    known, asked = (a, b) if rng.random() < 0.5 else (b, a)
    sketch = _right(p, asked, known)
    sketch.lengths = [(p[0], p[1], str(c)), (p[2], p[1], str(known))]
    return (known, c), (), sketch


def right_area(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Both legs given, the area asked."""
    a, b = _two_lengths(rng)
    sketch = _right(p, a, b)
    sketch.lengths = [(p[2], p[0], str(a)), (p[2], p[1], str(b))]
    return (a, b), (), sketch


def _two_lengths(rng: "np.random.Generator") -> tuple[int, int]:
    """Return two different lengths, neither more than twice and a half the other."""
    while True:
        a, b = between(rng, 3, 60), between(rng, 3, 60)
        if a != b and max(a, b) <= 2.5 * min(a, b):
            return a, b


def perimeter(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Three sides given."""
    while True:
        a, b, c = sorted(between(rng, 5, 60) for _ in range(3))
        if a + b > 1.2 * c and c <= 2.5 * a:
            break
    cos = (b * b + c * c - a * a) / (2 * b * c)
    sketch = Sketch(
        {p[0]: (0.0, 0.0), p[1]: (float(c), 0.0), p[2]: (b * cos, b * math.sqrt(1 - cos * cos))},
        [p[0] + p[1], p[1] + p[2], p[2] + p[0]],
        lengths=[(p[0], p[1], str(c)), (p[0], p[2], str(b)), (p[1], p[2], str(a))],
    )
    return (a, b, c), (), sketch


def rectangle(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """Two sides of a rectangle given."""
    a, b = _two_lengths(rng)
    corners = {p[0]: (0.0, 0.0), p[1]: (float(a), 0.0), p[2]: (float(a), float(b)), p[3]: (0.0, float(b))}
    strokes = [p[i] + p[(i + 1) % 4] for i in range(4)]
    marks = [(p[(i - 1) % 4], p[i], p[(i + 1) % 4]) for i in range(4)]
    return (a, b), (), Sketch(corners, strokes, lengths=[(p[0], p[1], str(a)), (p[1], p[2], str(b))], squares=marks)


def isosceles(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The angle at the apex given; an even number, so that the answer is whole."""
    apex = 2 * between(rng, 18, 60)
    b, c = _polar(1, -90 - apex / 2), _polar(1, -90 + apex / 2)
    sketch = Sketch({p[0]: (0.0, 0.0), p[1]: b, p[2]: c}, [p[0] + p[1], p[1] + p[2], p[2] + p[0]])
    sketch.ticks = [(p[0], p[1]), (p[0], p[2])]
    sketch.angles = [(p[1], p[0], p[2], _degrees(apex))]
    return (), (apex,), sketch


def _two_sides(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    a, b = _two_lengths(rng)
    angle = between(rng, 40, 130)
    points = {p[2]: (0.0, 0.0), p[0]: (float(a), 0.0), p[1]: _polar(b, angle)}
    sketch = Sketch(points, [p[2] + p[0], p[2] + p[1], p[0] + p[1]])
    sketch.lengths = [(p[2], p[0], str(a)), (p[2], p[1], str(b))]
    sketch.angles = [(p[0], p[2], p[1], _degrees(angle))]
    return (a, b), (angle,), sketch


def opposite_side(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The hypotenuse and an acute angle given, the side opposite it asked: the right angle is at the third letter."""
    side, angle = between(rng, 5, 99), between(rng, 30, 60)
    sketch = _right(p, side * math.sin(math.radians(angle)), side * math.cos(math.radians(angle)))
    sketch.lengths = [(p[0], p[1], str(side))]
    sketch.angles = [(p[2], p[1], p[0], _degrees(angle))]
    return (side,), (angle,), sketch


def circle_area(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The radius given."""
    r = between(rng, 2, 400)
    ends = {"O": (0.0, 0.0), p[0]: (1.0, 0.0)}
    return (r,), (), Sketch(ends, ["O" + p[0]], [("O", 1.0)], [("O", p[0], str(r))], dots=["O"])


def circumference(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The diameter given."""
    d = between(rng, 3, 400)
    ends = {"_o": (0.0, 0.0), p[0]: (-1.0, 0.0), p[1]: (1.0, 0.0)}
    return (d,), (), Sketch(ends, [p[0] + p[1]], [("_o", 1.0)], [(p[0], p[1], str(d))], dots=["_o"])


def inscribed_angle(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The angle at the centre given; an even number, so that the answer is whole."""
    angle = 2 * between(rng, 25, 75)
    top = 90 + between(rng, -25, 25)
    ends = {"O": (0.0, 0.0), p[0]: _polar(1, 270 - angle / 2), p[1]: _polar(1, 270 + angle / 2), p[2]: _polar(1, top)}
    sketch = Sketch(ends, ["O" + p[0], "O" + p[1], p[2] + p[0], p[2] + p[1]], [("O", 1.0)], dots=["O"])
    sketch.angles = [(p[0], "O", p[1], _degrees(angle))]
    return (), (angle,), sketch


def _sector(rng: "np.random.Generator", p: tuple[str, ...], chord: bool) -> Made:
    r, angle = between(rng, 3, 60), between(rng, 50, 140)
    ends = {"O": (0.0, 0.0), p[0]: _polar(1, 0), p[1]: _polar(1, angle)}
    strokes = ["O" + p[0], "O" + p[1]] + [p[0] + p[1]] * chord
    sketch = Sketch(ends, strokes, [("O", 1.0)], [("O", p[0], str(r))], dots=["O"])
    sketch.angles = [(p[0], "O", p[1], _degrees(angle))]
    return (r,), (angle,), sketch


def tangent_length(rng: "np.random.Generator", p: tuple[str, ...]) -> Made:
    """The radius and the distance from the centre given."""
    r = between(rng, 3, 40)
    distance = between(rng, round(1.5 * r) + 1, round(2.4 * r) + 2)
    touch = math.degrees(math.acos(r / distance))
    ends = {"O": (0.0, 0.0), p[0]: (float(distance), 0.0), p[1]: _polar(r, touch)}
    sketch = Sketch(ends, ["O" + p[0], "O" + p[1], p[0] + p[1]], [("O", float(r))], dots=["O"])
    sketch.lengths = [("O", p[0], str(distance)), ("O", p[1], str(r))]
    sketch.squares = [("O", p[1], p[0])]
    return (r, distance), (), sketch


MAKERS: dict[str, Callable[["np.random.Generator", tuple[str, ...]], Made]] = {
    "triangle_angle": triangle_angle,
    "line_angle": line_angle,
    "hypotenuse": hypotenuse,
    "perimeter": perimeter,
    "rectangle_area": rectangle,
    "leg": leg,
    "right_area": right_area,
    "rectangle_perimeter": rectangle,
    "isosceles": isosceles,
    "exterior_angle": exterior_angle,
    "circle_area": circle_area,
    "circumference": circumference,
    "triangle_area": _two_sides,
    "third_side": _two_sides,
    "opposite_side": opposite_side,
    "inscribed_angle": inscribed_angle,
    "chord": lambda rng, p: _sector(rng, p, chord=True),
    "sector_area": lambda rng, p: _sector(rng, p, chord=False),
    "tangent_length": tangent_length,
}
"""What draws each kind's content."""
