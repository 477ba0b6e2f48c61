"""Problems on lines: parallels with a transversal, vertical angles, angles side by side."""

import math
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams.plan import (
    Figure,
    Plan,
    angle_of,
    ask_angle,
    ask_value,
    degrees,
    line,
    polar,
    two_linear,
)
from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np


def _crossed(rng: "np.random.Generator", p: str) -> tuple[Figure, str, list[str], int]:
    """Two parallels A-G-B and C-H-D with the transversal E-G-H-F; the angle EGB is returned in degrees."""
    a, b, c, d, e, f, g, h = p[:8]
    size = between(rng, 50, 130)
    step = 0.8 / math.tan(math.radians(size))
    points = {
        g: (0.0, 0.0),
        h: (-step, -0.8),
        a: (-1.0, 0.0),
        b: (1.0, 0.0),
        c: (-1.0 - step, -0.8),
        d: (1.0 - step, -0.8),
    }
    points[e], points[f] = polar(0.6, size), polar(0.6, size + 180, points[h])
    figure = Figure(points, [a + g + b, c + h + d, e + g + h + f])
    if chance(rng, 0.5):
        figure.chevrons = [(a + g, 1), (c + h, 1)]
        return figure, "", [], size
    text = pick(rng, (f"{a}{b} \\parallel {c}{d}. ", f"{a}{b} ∥ {c}{d}. ", f"Line {a}{b} is parallel to line {c}{d}. "))
    return figure, text, [f"Parallel({line(a + b)}, {line(c + d)})"], size


def _angles(p: str, size: int) -> dict[str, int]:
    """The eight angles at the two crossings, in degrees."""
    a, b, c, d, e, f, g, h = p[:8]
    near = {e + g + b: size, a + g + h: size, e + g + a: 180 - size, h + g + b: 180 - size}
    far = {g + h + d: size, c + h + f: size, g + h + c: 180 - size, f + h + d: 180 - size}
    return near | far


def transversal(rng: "np.random.Generator", p: str) -> Plan:
    """One angle at a transversal given, one at the other parallel asked."""
    figure, text, givens, size = _crossed(rng, p)
    sizes = _angles(p, size)
    names = list(sizes)
    given, wanted = pick(rng, names[:4]), pick(rng, names[4:])
    if chance(rng, 0.5):
        given, wanted = wanted, given
    figure.angles = [(given, degrees(sizes[given]))]
    return Plan(figure, text + ask_angle(rng, wanted), angle_of(wanted), str(sizes[wanted]), sizes[wanted], givens)


def transversal_unknown(rng: "np.random.Generator", p: str) -> Plan:
    """An angle at each parallel as an expression of x."""
    figure, text, givens, size = _crossed(rng, p)
    sizes = _angles(p, size)
    names = list(sizes)
    one, two = pick(rng, names[:4]), pick(rng, names[4:])
    while True:
        first, second, x = two_linear(rng, sizes[one], sizes[two])
        # with angles that make 180 the factors must not cancel out
        if sizes[one] == sizes[two] or "-" not in first + second:
            break
    figure.angles = [(one, degrees(first)), (two, degrees(second))]
    return Plan(figure, text + ask_value(rng, "x"), "x", str(x), x, givens)


def vertical(rng: "np.random.Generator", p: str) -> Plan:
    """Two lines cross: an angle given, the opposite or a neighbouring one asked."""
    a, b, c, d, e = p[:5]
    size = between(rng, 50, 130)
    points = {e: (0.0, 0.0), a: polar(1, 180), b: polar(1, 0), c: polar(1, 180 + size), d: polar(1, size)}
    figure = Figure(points, [a + e + b, c + e + d])
    if chance(rng, 0.5):
        figure.angles = [(d + e + b, degrees(size))]
        wanted, value = pick(rng, ((a + e + c, size), (a + e + d, 180 - size), (c + e + b, 180 - size)))
        return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(value), value)
    one, two, x = two_linear(rng, size, size)
    figure.angles = [(d + e + b, degrees(one)), (a + e + c, degrees(two))]
    return Plan(figure, ask_value(rng, "x"), "x", str(x), x)


def straight(rng: "np.random.Generator", p: str) -> Plan:
    """Rays from a point of a straight line; the last angle asked."""
    a, b, c, d, e = p[:5]
    one, two = between(rng, 38, 75), between(rng, 38, 75)
    points = {e: (0.0, 0.0), a: polar(1, 0), b: polar(1, one), c: polar(1, one + two), d: polar(1, 180)}
    figure = Figure(points, [a + e + d, e + b, e + c])
    sizes = {a + e + b: one, b + e + c: two, c + e + d: 180 - one - two}
    wanted = pick(rng, list(sizes))
    figure.angles = [(name, degrees(size)) for name, size in sizes.items() if name != wanted]
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(sizes[wanted]), sizes[wanted])


FAMILIES = {
    "transversal": transversal,
    "transversal_unknown": transversal_unknown,
    "vertical": vertical,
    "straight": straight,
}
"""The kinds of problem of this file."""
