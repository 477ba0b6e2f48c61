"""Problems on right triangles: Pythagoras, ratios, the special ones, the altitude and the median on the hypotenuse."""

import math
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams.plan import (
    Figure,
    Plan,
    along,
    angle_of,
    ask_angle,
    ask_length,
    ask_value,
    degrees,
    length_of,
    outline,
    root_text,
)
from vista_tasks_synthetic.figures import triples
from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np


def right_triangle(names: str, run: float, rise: float) -> Figure:
    """Return a right triangle, marked, its right angle at the first name."""
    corner, one, two = names[:3]
    points = {corner: (0.0, 0.0), one: (float(run), 0.0), two: (0.0, float(rise))}
    return Figure(points, outline(names[:3]), squares=[one + corner + two])


def pythagoras(rng: "np.random.Generator", p: str) -> Plan:
    """Two sides given, the third asked; exact, with a root where there is one."""
    c, a, b = p[:3]
    if chance(rng, 0.5):
        run, rise, _ = pick(rng, triples()[:30])
    else:
        run = between(rng, 4, 20)
        rise = between(rng, max(3, run // 2), 2 * run)
    figure = right_triangle(p, run, rise)
    known = {c + a: run * run, c + b: rise * rise, a + b: run * run + rise * rise}
    whole = [pair for pair in known if math.isqrt(known[pair]) ** 2 == known[pair]]
    wanted = pick(rng, list(known) if len(whole) == 3 else [a + b])
    figure.lengths = [(pair, root_text(square)) for pair, square in known.items() if pair != wanted]
    exact, value = root_text(known[wanted]), math.sqrt(known[wanted])
    if chance(rng, 0.5):
        figure.lengths.append((wanted, "x"))
        return Plan(figure, ask_value(rng, "x"), "x", exact, value)
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), exact, value)


def ratio(rng: "np.random.Generator", p: str) -> Plan:
    """The hypotenuse and an acute angle given, a leg asked."""
    c, a, b = p[:3]
    size, side = between(rng, 31, 59), between(rng, 6, 40)
    turn = math.radians(size)
    figure = right_triangle(p, side * math.cos(turn), side * math.sin(turn))
    figure.lengths = [(a + b, str(side))]
    figure.angles = [(c + a + b, degrees(size))]
    if chance(rng, 0.5):
        wanted, exact, value = c + b, f"{side}*sin({size}*pi/180)", side * math.sin(turn)
    else:
        wanted, exact, value = c + a, f"{side}*cos({size}*pi/180)", side * math.cos(turn)
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), exact, value)


def special(rng: "np.random.Generator", p: str) -> Plan:
    """A 30-60-90 or 45-45-90 triangle with one side given."""
    c, a, b = p[:3]
    short = between(rng, 3, 30)
    if chance(rng, 0.5):
        squares = {c + b: short * short, c + a: 3 * short * short, a + b: 4 * short * short}
        label = pick(rng, ((c + a + b, degrees(30)), (c + b + a, degrees(60))))
        given = pick(rng, (c + b, a + b))
    else:
        squares = {c + b: short * short, c + a: short * short, a + b: 2 * short * short}
        label, given = (c + a + b, degrees(45)), c + b
    figure = right_triangle(p, math.sqrt(squares[c + a]), short)
    figure.angles = [label]
    figure.lengths = [(given, root_text(squares[given]))]
    wanted = pick(rng, [pair for pair in squares if pair != given])
    exact, value = root_text(squares[wanted]), math.sqrt(squares[wanted])
    if chance(rng, 0.6):
        name = pick(rng, ("x", "y"))
        figure.lengths.append((wanted, name))
        return Plan(figure, ask_value(rng, name), name, exact, value)
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), exact, value)


def altitude(rng: "np.random.Generator", p: str) -> Plan:
    """The altitude on the hypotenuse is the geometric mean of the parts."""
    c, a, b, d = p[:4]
    k, m, n = between(rng, 1, 3), *pick(rng, ((2, 3), (3, 4), (4, 5), (3, 2), (4, 3)))
    left, right, high = k * m * m, k * n * n, k * m * n
    points = {d: (0.0, 0.0), a: (-float(left), 0.0), b: (float(right), 0.0), c: (0.0, float(high))}
    figure = Figure(points, [a + d + b, a + c, b + c, c + d], squares=[a + c + b, c + d + b])
    if chance(rng, 0.5):
        figure.lengths = [(a + d, str(left)), (d + b, str(right))]
        wanted, size = c + d, high
    else:
        figure.lengths = [(a + d, str(left)), (c + d, str(high))]
        wanted, size = d + b, right
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), str(size), size)


def hypotenuse_median(rng: "np.random.Generator", p: str) -> Plan:
    """The median on the hypotenuse is half of it."""
    c, a, b, m = p[:4]
    figure = right_triangle(p, 1.0, rng.uniform(0.6, 1.6))
    figure.points[m] = along(figure.points[a], figure.points[b], 0.5)
    figure.lines = [c + a, c + b, a + m + b, c + m]
    figure.ticks = [(a + m, 1), (m + b, 1)]
    half = between(rng, 4, 40)
    figure.lengths = [(a + m, str(half))]
    return Plan(figure, ask_length(rng, c + m), length_of(c + m), str(half), half)


def acute_pair(rng: "np.random.Generator", p: str) -> Plan:
    """The acute angles of a right triangle make 90 degrees."""
    c, a, b = p[:3]
    size = between(rng, 33, 57)
    figure = right_triangle(p, 1.0, math.tan(math.radians(size)))
    figure.angles = [(c + a + b, degrees(size))]
    wanted = a + b + c
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(90 - size), 90 - size)


def right_area(rng: "np.random.Generator", p: str) -> Plan:
    """Both legs given, the area asked."""
    c, a, b = p[:3]
    run = between(rng, 5, 30)
    rise = between(rng, max(4, run // 2), 2 * run)
    figure = right_triangle(p, run, rise)
    figure.lengths = [(c + a, str(run)), (c + b, str(rise))]
    text = pick(rng, ("Find the area of \\triangle {}.", "What is the area of triangle {}?")).format(a + b + c)
    exact = str(run * rise // 2) if run * rise % 2 == 0 else f"{run * rise}/2"
    return Plan(figure, text, f"AreaOf(Triangle({a}, {b}, {c}))", exact, run * rise / 2)


FAMILIES = {
    "pythagoras": pythagoras,
    "ratio": ratio,
    "special": special,
    "altitude": altitude,
    "hypotenuse_median": hypotenuse_median,
    "acute_pair": acute_pair,
    "right_area": right_area,
}
"""The kinds of problem of this file."""
