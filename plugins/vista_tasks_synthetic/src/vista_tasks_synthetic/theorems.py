"""How each kind of geometry figure is asked and answered.

The symbols are so chosen that a reader needs no positions: `a`, `b`, `c` are the lengths from the smallest to the
largest, `x`, `y` the angles (degrees) from the smallest to the largest.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from vista_tasks_synthetic.questions import rounded

LENGTHS = ("a", "b", "c")
"""Symbols of lengths, in rising order of their values."""

ANGLES = ("x", "y")
"""Symbols of angles, in rising order of their values."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """How a kind of figure is asked and answered."""

    lengths: int
    """How many lengths the figure shows."""
    angles: int
    """How many angles the figure shows."""
    expression: str
    """The answer in the calculator's grammar; symbols in braces."""
    formula: Callable[..., float]
    """The answer in Python; takes the symbols by name."""
    wordings: tuple[str, ...]
    """Questions with the figure's letters by number; level 1 uses the first."""
    decimals: int = 0
    """Decimals of the answer where it is rounded; 0 for exact answers."""


def root(square: int) -> float:
    """Return a square root, exact where it is whole."""
    whole = math.isqrt(square)
    return whole if whole * whole == square else math.sqrt(square)


def sin(degrees: float) -> float:
    """Return the sine of an angle in degrees."""
    return math.sin(math.radians(degrees))


def cos(degrees: float) -> float:
    """Return the cosine of an angle in degrees."""
    return math.cos(math.radians(degrees))


THEOREMS: dict[str, Theorem] = {
    "triangle_angle": Theorem(
        0,
        2,
        "180 - {x} - {y}",
        lambda x, y: 180 - x - y,
        (
            "What is the measure of angle {2} in degrees?",
            "Two angles of the triangle are given; how many degrees has the angle at {2}?",
        ),
    ),
    "line_angle": Theorem(
        0,
        2,
        "180 - {x} - {y}",
        lambda x, y: 180 - x - y,
        (
            "What is the measure of angle {1}{0}{3} in degrees?",
            "Three angles make up a straight line; how many degrees has angle {1}{0}{3}?",
        ),
    ),
    "hypotenuse": Theorem(
        2,
        0,
        "sqrt({a}^2 + {b}^2)",
        lambda a, b: root(a * a + b * b),
        (
            "What is the length of {0}{1}?",
            "Find the hypotenuse {0}{1}.",
        ),
    ),
    "perimeter": Theorem(
        3,
        0,
        "{a} + {b} + {c}",
        lambda a, b, c: a + b + c,
        (
            "What is the perimeter of triangle {0}{1}{2}?",
            "How long is the way around triangle {0}{1}{2}?",
        ),
    ),
    "rectangle_area": Theorem(
        2,
        0,
        "{a} * {b}",
        lambda a, b: a * b,
        (
            "What is the area of rectangle {0}{1}{2}{3}?",
            "How large is the area of rectangle {0}{1}{2}{3}?",
        ),
    ),
    "leg": Theorem(
        2,
        0,
        "sqrt({b}^2 - {a}^2)",
        lambda a, b: root(b * b - a * a),
        (
            "What is the length of {0}{2}?",
            "Find the length of side {0}{2}.",
        ),
    ),
    "right_area": Theorem(
        2,
        0,
        "{a} * {b} / 2",
        lambda a, b: a * b / 2,
        (
            "What is the area of triangle {0}{1}{2}?",
            "How large is the area of the right triangle {0}{1}{2}?",
        ),
    ),
    "rectangle_perimeter": Theorem(
        2,
        0,
        "2 * ({a} + {b})",
        lambda a, b: 2 * (a + b),
        (
            "What is the perimeter of rectangle {0}{1}{2}{3}?",
            "How long is the way around rectangle {0}{1}{2}{3}?",
        ),
    ),
    "isosceles": Theorem(
        0,
        1,
        "(180 - {x}) / 2",
        lambda x: (180 - x) // 2,
        (
            "Sides {0}{1} and {0}{2} are equal. What is the measure of angle {1} in degrees?",
            "In the isosceles triangle with apex {0}, how many degrees has the angle at {1}?",
        ),
    ),
    "exterior_angle": Theorem(
        0,
        2,
        "{x} + {y}",
        lambda x, y: x + y,
        (
            "What is the measure of the exterior angle {0}{2}{3} in degrees?",
            "How many degrees has angle {0}{2}{3}?",
        ),
    ),
    "circle_area": Theorem(
        1,
        0,
        "pi * {a}^2",
        lambda a: math.pi * a * a,
        (
            "What is the area of the circle? Round to two decimals.",
            "How large is the circle's area, to two decimals?",
        ),
        decimals=2,
    ),
    "circumference": Theorem(
        1,
        0,
        "pi * {a}",
        lambda a: math.pi * a,
        (
            "{0}{1} is a diameter. What is the circumference of the circle? Round to two decimals.",
            "{0}{1} goes through the centre. How long is the circle's edge, to two decimals?",
        ),
        decimals=2,
    ),
    "triangle_area": Theorem(
        2,
        1,
        "{a} * {b} * sin(radians({x})) / 2",
        lambda a, b, x: a * b * sin(x) / 2,
        (
            "What is the area of triangle {0}{1}{2}? Round to two decimals.",
            "How large is triangle {0}{1}{2}, to two decimals?",
        ),
        decimals=2,
    ),
    "third_side": Theorem(
        2,
        1,
        "sqrt({a}^2 + {b}^2 - 2 * {a} * {b} * cos(radians({x})))",
        lambda a, b, x: math.sqrt(a * a + b * b - 2 * a * b * cos(x)),
        (
            "What is the length of {0}{1}? Round to two decimals.",
            "How long is side {0}{1}, to two decimals?",
        ),
        decimals=2,
    ),
    "opposite_side": Theorem(
        1,
        1,
        "{a} * sin(radians({x}))",
        lambda a, x: a * sin(x),
        (
            "What is the length of {0}{2}? Round to two decimals.",
            "How long is side {0}{2}, to two decimals?",
        ),
        decimals=2,
    ),
    "inscribed_angle": Theorem(
        0,
        1,
        "{x} / 2",
        lambda x: x // 2,
        (
            "O is the centre of the circle. What is the measure of angle {0}{2}{1} in degrees?",
            "How many degrees has the inscribed angle {0}{2}{1}? O is the centre.",
        ),
    ),
    "chord": Theorem(
        1,
        1,
        "2 * {a} * sin(radians({x} / 2))",
        lambda a, x: 2 * a * sin(x / 2),
        (
            "O is the centre of the circle. What is the length of chord {0}{1}? Round to two decimals.",
            "How long is chord {0}{1}, to two decimals? O is the centre.",
        ),
        decimals=2,
    ),
    "sector_area": Theorem(
        1,
        1,
        "pi * {a}^2 * {x} / 360",
        lambda a, x: math.pi * a * a * x / 360,
        (
            "O is the centre of the circle. What is the area of the smaller sector {0}O{1}? Round to two decimals.",
            "How large is the smaller sector {0}O{1}, to two decimals? O is the centre.",
        ),
        decimals=2,
    ),
    "tangent_length": Theorem(
        2,
        0,
        "sqrt({b}^2 - {a}^2)",
        lambda a, b: math.sqrt(b * b - a * a),
        (
            "{0}{1} touches the circle at {1}; O is its centre. What is the length of {0}{1}? Round to two decimals.",
            "How long is the tangent {0}{1}, to two decimals? O is the centre.",
        ),
        decimals=2,
    ),
}
"""The kinds of figure."""

KINDS: dict[int, tuple[str, ...]] = {
    1: ("triangle_angle", "hypotenuse", "perimeter", "rectangle_area", "line_angle"),
    2: ("leg", "right_area", "rectangle_perimeter", "isosceles", "exterior_angle", "circle_area", "circumference"),
    3: ("triangle_area", "third_side", "opposite_side", "inscribed_angle", "chord", "sector_area", "tangent_length"),
}
"""Kinds of figure that each level adds; a figure carries one question."""


def exact(kind: str, lengths: tuple[int, ...], angles: tuple[int, ...]) -> Decimal:
    """Return a figure's answer, rounded (half up) to two decimals where its kind is a rounded one.

    Args:
        kind: one of THEOREMS.
        lengths: the lengths shown, in rising order.
        angles: the angles shown in degrees, in rising order.
    """
    theorem = THEOREMS[kind]
    known = dict(zip(LENGTHS, lengths, strict=False)) | dict(zip(ANGLES, angles, strict=False))
    value = theorem.formula(**known)
    return rounded(Decimal(value)) if theorem.decimals else Decimal(str(value)).normalize()
