"""What a drawn geometry problem says, before it is drawn: points, strokes, circles, marks, labels, text and answer."""

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np

Xy = tuple[float, float]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Names of points; I is left out (a stroke in most fonts), O is kept for centres."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle: the name of its centre, its radius in the figure's units, the names of the points on it."""

    centre: str
    radius: float
    on: str


@dataclass(slots=True)
class Figure:
    """A figure in its own units, y upwards. Angles are named by three letters, the vertex in the middle."""

    points: dict[str, Xy] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    """Straight strokes, each with the names of all points on it in order: "ADB"."""
    rings: list[Ring] = field(default_factory=list)
    lengths: list[tuple[str, str]] = field(default_factory=list)
    """Two points, and the text beside the line between them."""
    angles: list[tuple[str, str]] = field(default_factory=list)
    """An angle and the text in it."""
    squares: list[str] = field(default_factory=list)
    """Angles that carry the mark of a right angle."""
    ticks: list[tuple[str, int]] = field(default_factory=list)
    """Two points, and how many ticks of equal length their line carries."""
    chevrons: list[tuple[str, int]] = field(default_factory=list)
    """Two points, and how many arrowheads of parallelism their line carries."""
    wedges: list[tuple[str, int]] = field(default_factory=list)
    """An angle without a text, and how many arcs of equal angles it carries."""


@dataclass(slots=True)
class Plan:
    """A problem: its figure, its English text, what the text says as logic forms, the goal and the answer.

    Attributes:
        figure: what is drawn.
        text: the problem in English, goal included.
        goal: what is asked, as a logic form without the `Find(...)`, such as "LengthOf(Line(A, B))" or "x".
        exact: the answer, such as "5*sqrt(3)".
        value: the same as a number.
        givens: what the text says beside the goal, as logic forms.
    """

    figure: Figure
    text: str
    goal: str
    exact: str
    value: float
    givens: list[str] = field(default_factory=list)


def polar(radius: float, degrees: float, centre: Xy = (0.0, 0.0)) -> Xy:
    """Return the point at a distance and direction (degrees, counter-clockwise from the right) from a centre."""
    turn = math.radians(degrees)
    return centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)


def along(a: Xy, b: Xy, share: float) -> Xy:
    """Return the point that lies the given share of the way from a to b; beyond b for a share over 1."""
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def triangle(names: str, at_first: float, at_second: float, base: float = 1.0) -> dict[str, Xy]:
    """Return a triangle with its base between the first two names and the given angles (degrees) there."""
    side = base * math.sin(math.radians(at_second)) / math.sin(math.radians(at_first + at_second))
    return {names[0]: (0.0, 0.0), names[1]: (base, 0.0), names[2]: polar(side, at_first)}


def triangle_of_sides(names: str, opposite: tuple[float, float, float]) -> dict[str, Xy]:
    """Return a triangle from the lengths opposite its first, second and third corner."""
    a, b, c = opposite
    cos = (b * b + c * c - a * a) / (2 * b * c)
    return {names[0]: (0.0, 0.0), names[1]: (float(c), 0.0), names[2]: (b * cos, b * math.sqrt(1 - cos * cos))}


def outline(names: str) -> list[str]:
    """Return the sides of a polygon: "ABC" -> AB, BC, CA."""
    return [a + b for a, b in zip(names, names[1:] + names[0], strict=True)]


def line(pair: str) -> str:
    """Write a segment as a logic form."""
    return f"Line({pair[0]}, {pair[1]})"


def length_of(pair: str) -> str:
    """Write a segment's length as a logic form."""
    return f"LengthOf({line(pair)})"


def angle_of(three: str) -> str:
    """Write an angle's measure as a logic form."""
    return f"MeasureOf(Angle({', '.join(three)}))"


def shape_of(kind: str, names: str) -> str:
    """Write a polygon as a logic form, such as "Rhombus(A, B, C, D)"."""
    return f"{kind}({', '.join(names)})"


def degrees(text: object) -> str:
    """Write an angle's label: 40 -> 40°, 2x+3 -> (2x+3)°."""
    plain = str(text)
    return f"({plain})°" if "+" in plain or "-" in plain else f"{plain}°"


def asked(rng: "np.random.Generator", what: str, question: str) -> str:
    """Word a goal: `what` as in "Find AB.", `question` as in "What is the length of AB?"."""
    return pick(rng, (f"Find {what}.", f"Find {what}.", f"What is {question}?", f"Determine {what}."))


def ask_length(rng: "np.random.Generator", pair: str) -> str:
    """Word the question for a length."""
    return asked(rng, pick(rng, (pair, f"the length of {pair}")), f"the length of {pair}")


def ask_angle(rng: "np.random.Generator", three: str) -> str:
    """Word the question for an angle."""
    sign = pick(rng, ("\\angle ", "∠", "\\angle "))
    return asked(rng, f"m {sign}{three}", f"the measure of {sign}{three}")


def ask_value(rng: "np.random.Generator", name: str) -> str:
    """Word the question for a variable."""
    return pick(
        rng, (f"Find {name}.", f"Find the value of {name}.", f"What is the value of {name}?", f"Solve for {name}.")
    )


def linear(rng: "np.random.Generator", value: int, x: int, name: str = "x") -> str:
    """Hide a number in an expression of a variable: 17 with x = 6 -> "2x+5"."""
    factors = [k for k in range(1, 6) if abs(value - k * x) <= 30 and (k > 1 or value != x)]
    factor = pick(rng, factors) if factors else max(1, value // x)
    rest = value - factor * x
    head = name if factor == 1 else f"{factor}{name}"
    return head if rest == 0 else f"{head}{'+' if rest > 0 else '-'}{abs(rest)}"


def two_linear(rng: "np.random.Generator", one: int, two: int) -> tuple[str, str, int]:
    """Hide two numbers in expressions of x that together have one solution; returns both and x."""
    while True:
        x = between(rng, 3, 15)
        a, b = linear(rng, one, x), linear(rng, two, x)
        if chance(rng, 0.35):
            b = str(two)
        if factor_of(a) != factor_of(b):
            return a, b, x


def factor_of(expression: str) -> int:
    """Return the factor of the variable of what `linear` wrote; 0 for a number."""
    head = expression.partition("x")[0]
    return 0 if "x" not in expression else int(head or 1)


def root_text(square: int) -> str:
    """Write a square root exactly: 75 -> "5*sqrt(3)", 49 -> "7"."""
    outer = max(k for k in range(1, math.isqrt(square) + 1) if square % (k * k) == 0)
    inner = square // (outer * outer)
    if inner == 1:
        return str(outer)
    return f"sqrt({inner})" if outer == 1 else f"{outer}*sqrt({inner})"
