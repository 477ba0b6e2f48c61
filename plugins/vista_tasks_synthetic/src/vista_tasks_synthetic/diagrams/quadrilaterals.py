"""Problems on quadrilaterals: parallelograms, rectangles, rhombi, squares, trapezoids."""

import math
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams.plan import (
    Figure,
    Plan,
    Xy,
    along,
    angle_of,
    ask_angle,
    ask_length,
    ask_value,
    degrees,
    length_of,
    outline,
    polar,
    root_text,
    shape_of,
    two_linear,
)
from vista_tasks_synthetic.figures import triples
from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np


def _slanted(names: str, base: float, side: float, size: float) -> dict[str, Xy]:
    """Return a parallelogram with the given sides and the angle at its first corner in degrees."""
    a, b, c, d = names[:4]
    up = polar(side, size)
    return {a: (0.0, 0.0), b: (base, 0.0), c: (base + up[0], up[1]), d: up}


def _said(rng: "np.random.Generator", kind: str, names: str) -> str:
    """Say what a quadrilateral is."""
    low = kind.lower()
    return pick(rng, (f"{names} is a {low}. ", f"Quadrilateral {names} is a {low}. ", f"In {low} {names}, "))


def _joined(said: str, question: str) -> str:
    """Join "In rhombus ABCD, " and a question with one capital letter."""
    return said + (question[0].lower() + question[1:] if said.endswith(", ") else question)


def parallelogram_angles(rng: "np.random.Generator", p: str) -> Plan:
    """An angle given, another asked."""
    a, b, c, d = p[:4]
    size = pick(rng, (between(rng, 48, 78), between(rng, 102, 132)))
    figure = Figure(_slanted(p, 1.5, 1.0, size), outline(p[:4]))
    figure.angles = [(d + a + b, degrees(size))]
    wanted, value = pick(rng, ((a + b + c, 180 - size), (b + c + d, size), (c + d + a, 180 - size)))
    text = _joined(_said(rng, "Parallelogram", p[:4]), ask_angle(rng, wanted))
    return Plan(figure, text, angle_of(wanted), str(value), value, [shape_of("Parallelogram", p[:4])])


def parallelogram_sides(rng: "np.random.Generator", p: str) -> Plan:
    """Opposite sides as expressions of x."""
    a, b, c, d = p[:4]
    side = between(rng, 12, 40)
    one, two, x = two_linear(rng, side, side)
    figure = Figure(_slanted(p, 1.5, 1.0, between(rng, 50, 75)), outline(p[:4]))
    pairs = pick(rng, ((a + b, c + d), (b + c, d + a)))
    figure.lengths = [(pairs[0], one), (pairs[1], two)]
    text = _joined(_said(rng, "Parallelogram", p[:4]), ask_value(rng, "x"))
    return Plan(figure, text, "x", str(x), x, [shape_of("Parallelogram", p[:4])])


def parallelogram_diagonals(rng: "np.random.Generator", p: str) -> Plan:
    """The diagonals bisect each other; halves as expressions of x."""
    a, b, c, d, e = p[:5]
    half = between(rng, 12, 40)
    one, two, x = two_linear(rng, half, half)
    points = _slanted(p, 1.5, 1.1, between(rng, 52, 75))
    points[e] = along(points[a], points[c], 0.5)
    figure = Figure(points, [*outline(p[:4]), a + e + c, b + e + d])
    ends = pick(rng, (a + c, b + d))
    figure.lengths = [(ends[0] + e, one), (e + ends[1], two)]
    text = _joined(_said(rng, "Parallelogram", p[:4]), ask_value(rng, "x"))
    return Plan(figure, text, "x", str(x), x, [shape_of("Parallelogram", p[:4])])


def rectangle_diagonal(rng: "np.random.Generator", p: str) -> Plan:
    """Two sides of a rectangle given, a diagonal asked."""
    a, b, c = p[:3]
    run, rise, slant = pick(rng, triples()[:30])
    figure = Figure(_slanted(p, run, rise, 90), [*outline(p[:4]), a + c])
    if chance(rng, 0.5):
        figure.lengths = [(a + b, str(run)), (b + c, str(rise))]
        wanted, size = a + c, slant
    else:
        figure.lengths = [(a + b, str(run)), (a + c, str(slant))]
        wanted, size = b + c, rise
    text = _joined(_said(rng, "Rectangle", p[:4]), ask_length(rng, wanted))
    return Plan(figure, text, length_of(wanted), str(size), size, [shape_of("Rectangle", p[:4])])


def rhombus_diagonals(rng: "np.random.Generator", p: str) -> Plan:
    """Half diagonals of a rhombus given, a side asked."""
    a, b, c, d, e = p[:5]
    one, two, side = pick(rng, [t for t in triples()[:40] if t[1] < 2 * t[0]])
    points = {e: (0.0, 0.0), a: (-float(one), 0.0), c: (float(one), 0.0), b: (0.0, -float(two)), d: (0.0, float(two))}
    figure = Figure(points, [*outline(p[:4]), a + e + c, b + e + d])
    figure.lengths = [(a + e, str(one)), (e + d, str(two))]
    wanted = pick(rng, (a + b, b + c))
    text = _joined(_said(rng, "Rhombus", p[:4]), ask_length(rng, wanted))
    return Plan(figure, text, length_of(wanted), str(side), side, [shape_of("Rhombus", p[:4])])


def square_diagonal(rng: "np.random.Generator", p: str) -> Plan:
    """The side of a square given, the diagonal asked."""
    a, b, c, d = p[:4]
    side = between(rng, 3, 30)
    figure = Figure(_slanted(p, side, side, 90), [*outline(p[:4]), b + d])
    figure.lengths = [(pick(rng, (a + b, c + d)), str(side))]
    text = _joined(_said(rng, "Square", p[:4]), ask_length(rng, b + d))
    given = [shape_of("Square", p[:4])]
    return Plan(figure, text, length_of(b + d), root_text(2 * side * side), side * math.sqrt(2), given)


def trapezoid_midsegment(rng: "np.random.Generator", p: str) -> Plan:
    """The line between the midpoints of a trapezoid's legs is the mean of its bases."""
    a, b, c, d, e, f = p[:6]
    short = between(rng, 5, 25)
    long = short + 2 * between(rng, 3, 12)
    points = {a: (0.0, 0.0), b: (2.4, 0.0), c: (1.8, 1.4), d: (rng.uniform(0.3, 0.7), 1.4)}
    points[e], points[f] = along(points[a], points[d], 0.5), along(points[b], points[c], 0.5)
    figure = Figure(points, [a + b, c + d, a + e + d, b + f + c, e + f], chevrons=[(a + b, 1), (c + d, 1)])
    figure.ticks = [(a + e, 1), (e + d, 1), (b + f, 2), (f + c, 2)]
    sizes = {a + b: long, c + d: short, e + f: (short + long) // 2}
    wanted = pick(rng, list(sizes))
    figure.lengths = [(pair, str(size)) for pair, size in sizes.items() if pair != wanted]
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), str(sizes[wanted]), sizes[wanted])


def quadrilateral_angles(rng: "np.random.Generator", p: str) -> Plan:
    """Three angles of a quadrilateral given, the fourth asked."""
    a, b, c, d = p[:4]
    figure = Figure({}, outline(p[:4]))
    while True:
        turns = sorted(rng.uniform(0, 360) for _ in range(4))
        gaps = [(turns[(i + 1) % 4] - turns[i]) % 360 for i in range(4)]
        if min(gaps) < 55 or max(gaps) > 140:
            continue
        points = {n: polar(rng.uniform(0.85, 1.15), t) for n, t in zip(p[:4], turns, strict=True)}
        sizes = _corners(points, p[:4])
        if min(sizes) >= 55 and max(sizes) <= 128:
            break
    whole = [round(size) for size in sizes[:3]]
    whole.append(360 - sum(whole))
    figure.points = points
    names = [d + a + b, a + b + c, b + c + d, c + d + a]
    asked = between(rng, 0, 3)
    figure.angles = [(n, degrees(s)) for i, (n, s) in enumerate(zip(names, whole, strict=True)) if i != asked]
    wanted = names[asked]
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(whole[asked]), whole[asked])


def _corners(points: dict[str, Xy], names: str) -> list[float]:
    """Return the inner angles of a convex polygon in degrees."""
    sizes = []
    for i in range(len(names)):
        before, at, after = (points[names[(i + k) % len(names)]] for k in (-1, 0, 1))
        one = math.atan2(before[1] - at[1], before[0] - at[0])
        two = math.atan2(after[1] - at[1], after[0] - at[0])
        size = math.degrees(abs(one - two)) % 360
        sizes.append(min(size, 360 - size))
    return sizes


def rectangle_area(rng: "np.random.Generator", p: str) -> Plan:
    """Two sides of a rectangle given, its area or perimeter asked."""
    a, b, c, d = p[:4]
    run = between(rng, 5, 40)
    rise = between(rng, max(4, run // 2), 2 * run)
    figure = Figure(_slanted(p, run, rise, 90), outline(p[:4]), squares=[d + a + b, b + c + d])
    figure.lengths = [(a + b, str(run)), (b + c, str(rise))]
    what, value = pick(rng, (("area", run * rise), ("perimeter", 2 * (run + rise))))
    text = pick(rng, (f"Find the {what} of rectangle {p[:4]}.", f"What is the {what} of rectangle {p[:4]}?"))
    goal = f"{what.capitalize()}Of({shape_of('Rectangle', p[:4])})"
    return Plan(figure, text, goal, str(value), value, [shape_of("Rectangle", p[:4])])


FAMILIES = {
    "parallelogram_angles": parallelogram_angles,
    "parallelogram_sides": parallelogram_sides,
    "parallelogram_diagonals": parallelogram_diagonals,
    "rectangle_diagonal": rectangle_diagonal,
    "rhombus_diagonals": rhombus_diagonals,
    "square_diagonal": square_diagonal,
    "trapezoid_midsegment": trapezoid_midsegment,
    "quadrilateral_angles": quadrilateral_angles,
    "rectangle_area": rectangle_area,
}
"""The kinds of problem of this file."""
