"""Problems on triangles: angle sums, isosceles ones, medians, midsegments, bisectors, cevians, parallels to a side."""

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
    line,
    linear,
    outline,
    triangle,
    triangle_of_sides,
    two_linear,
)
from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np


def corner_angles(rng: "np.random.Generator") -> tuple[int, int, int]:
    """Return the angles of a triangle, in degrees, none so small that its label has no room."""
    while True:
        one, two = between(rng, 32, 100), between(rng, 32, 100)
        if 180 - one - two >= 32:
            return one, two, 180 - one - two


def angle_sum(rng: "np.random.Generator", p: str) -> Plan:
    """Two angles given, the third asked."""
    one, two, three = corner_angles(rng)
    a, b, c = p[:3]
    figure = Figure(triangle(p[:3], one, two), outline(p[:3]))
    figure.angles = [(b + a + c, degrees(one)), (a + b + c, degrees(two))]
    wanted = a + c + b
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(three), three)


def angle_sum_unknown(rng: "np.random.Generator", p: str) -> Plan:
    """Three angles as expressions of x."""
    a, b, c = p[:3]
    one, two, three = corner_angles(rng)
    x = between(rng, 5, 20)
    texts = [linear(rng, size, x) for size in (one, two)] + [str(three)]
    figure = Figure(triangle(p[:3], one, two), outline(p[:3]))
    figure.angles = [(v, degrees(t)) for v, t in zip((b + a + c, a + b + c, a + c + b), texts, strict=True)]
    return Plan(figure, ask_value(rng, "x"), "x", str(x), x)


def exterior(rng: "np.random.Generator", p: str) -> Plan:
    """Two angles given, the exterior angle at the third corner asked."""
    one, two, _ = corner_angles(rng)
    a, b, c, d = p[:4]
    points = triangle(p[:3], one, two)
    points[d] = along(points[b], points[c], 1.55)
    figure = Figure(points, [a + b, b + c + d, a + c])
    figure.angles = [(b + a + c, degrees(one)), (a + b + c, degrees(two))]
    wanted = a + c + d
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(one + two), one + two)


def isosceles(rng: "np.random.Generator", p: str) -> Plan:
    """Two equal sides marked; the apex or a base angle given, the other asked."""
    a, b, c = p[:3]
    base = between(rng, 35, 72)
    figure = Figure(triangle(b + c + a, base, base), outline(p[:3]), ticks=[(a + b, 1), (a + c, 1)])
    if chance(rng, 0.5):
        figure.angles = [(b + a + c, degrees(180 - 2 * base))]
        wanted, size = a + b + c, base
    else:
        figure.angles = [(a + b + c, degrees(base))]
        wanted, size = b + a + c, 180 - 2 * base
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(size), size)


def isosceles_sides(rng: "np.random.Generator", p: str) -> Plan:
    """Two equal sides marked and labelled with expressions."""
    a, b, c = p[:3]
    side = between(rng, 12, 40)
    one, two, x = two_linear(rng, side, side)
    base = between(rng, 40, 70)
    figure = Figure(triangle(b + c + a, base, base), outline(p[:3]), ticks=[(a + b, 1), (a + c, 1)])
    figure.lengths = [(a + b, one), (a + c, two)]
    return Plan(figure, ask_value(rng, "x"), "x", str(x), x)


def median(rng: "np.random.Generator", p: str) -> Plan:
    """The two halves of a side, marked equal, labelled with expressions."""
    a, b, c, d = p[:4]
    half = between(rng, 12, 40)
    one, two, x = two_linear(rng, half, half)
    at_b, at_c, _ = corner_angles(rng)
    points = triangle(b + c + a, at_b, at_c)
    points[d] = along(points[b], points[c], 0.5)
    figure = Figure(points, [a + b, b + d + c, a + c, a + d], ticks=[(b + d, 1), (d + c, 1)])
    figure.lengths = [(b + d, one), (d + c, two)]
    text, givens = "", []
    if chance(rng, 0.5):
        figure.ticks = []
        text = f"{a}{d} is a median of \\triangle {a}{b}{c}. "
        givens = [f"IsMedianOf({line(a + d)}, Triangle({a}, {b}, {c}))"]
    if chance(rng, 0.5):
        return Plan(figure, text + ask_value(rng, "x"), "x", str(x), x, givens)
    return Plan(figure, text + ask_length(rng, b + c), length_of(b + c), str(2 * half), 2 * half, givens)


def midsegment(rng: "np.random.Generator", p: str) -> Plan:
    """Midpoints of two sides, marked; the line between them or the third side given, the other asked."""
    a, b, c, d, e = p[:5]
    one, two, _ = corner_angles(rng)
    points = triangle(b + c + a, one, two)
    points[d], points[e] = along(points[a], points[b], 0.5), along(points[a], points[c], 0.5)
    figure = Figure(points, [a + d + b, a + e + c, b + c, d + e])
    figure.ticks = [(a + d, 1), (d + b, 1), (a + e, 2), (e + c, 2)]
    short = between(rng, 4, 50)
    if chance(rng, 0.5):
        figure.lengths = [(d + e, str(short))]
        return Plan(figure, ask_length(rng, b + c), length_of(b + c), str(2 * short), 2 * short)
    figure.lengths = [(b + c, str(2 * short))]
    return Plan(figure, ask_length(rng, d + e), length_of(d + e), str(short), short)


def bisector(rng: "np.random.Generator", p: str) -> Plan:
    """An angle's bisector cuts the far side in the ratio of the near ones."""
    a, b, c, d = p[:4]
    while True:
        left, right, scale = between(rng, 2, 6), between(rng, 2, 6), between(rng, 2, 5)
        near_b, near_c = left * scale, right * scale
        part_b, part_c = left * (scale - 1), right * (scale - 1)
        third = part_b + part_c
        if left != right and 1.2 * third < near_b + near_c and third > 1.25 * abs(near_b - near_c):
            break
    points = triangle_of_sides(b + c + a, (near_c, near_b, third))
    points[d] = along(points[b], points[c], part_b / third)
    figure = Figure(points, [a + b, b + d + c, a + c, a + d])
    figure.lengths = [(a + b, str(near_b)), (a + c, str(near_c)), (b + d, str(part_b))]
    text, givens = "", []
    if chance(rng, 0.5):
        figure.wedges = [(b + a + d, 1), (d + a + c, 1)]
    else:
        text = f"{a}{d} bisects \\angle {b}{a}{c}. "
        givens = [f"BisectsAngle({line(a + d)}, Angle({b}, {a}, {c}))"]
    return Plan(figure, text + ask_length(rng, d + c), length_of(d + c), str(part_c), part_c, givens)


def cevian(rng: "np.random.Generator", p: str) -> Plan:
    """A line from a corner to the far side; two angles of one part given, one beside it asked."""
    a, b, c, d = p[:4]
    at_b, at_c, at_a = corner_angles(rng)
    part = round(at_a * rng.uniform(0.4, 0.6)) if at_a >= 60 else None
    if part is None:
        return cevian(rng, p)
    points = triangle(b + c + a, at_b, at_c)
    near = math.dist(points[a], points[b]) * math.sin(math.radians(part)) / math.sin(math.radians(part + at_b))
    points[d] = along(points[b], points[c], near)
    figure = Figure(points, [a + b, b + d + c, a + c, a + d])
    figure.angles = [(a + b + d, degrees(at_b)), (b + a + d, degrees(part))]
    if chance(rng, 0.5):
        wanted, size = a + d + c, at_b + part
    else:
        figure.angles.append((a + c + d, degrees(at_c)))
        wanted, size = d + a + c, 180 - at_b - part - at_c
    return Plan(figure, ask_angle(rng, wanted), angle_of(wanted), str(size), size)


def parallel_to_side(rng: "np.random.Generator", p: str) -> Plan:
    """A line parallel to a side cuts the other two in proportion."""
    a, b, c, d, e = p[:5]
    while True:
        over, under = pick(rng, ((1, 1), (2, 1), (3, 2), (2, 3), (1, 2), (3, 1)))
        m, n = between(rng, 2, 9), between(rng, 2, 9)
        if m != n and max(m, n) <= 2 * min(m, n):
            break
    one, two, _ = corner_angles(rng)
    points = triangle(b + c + a, one, two)
    share = over / (over + under)
    points[d], points[e] = along(points[a], points[b], share), along(points[a], points[c], share)
    figure = Figure(points, [a + d + b, a + e + c, b + c, d + e])
    text, givens = "", []
    if chance(rng, 0.5):
        figure.chevrons = [(d + e, 1), (b + c, 1)]
    else:
        text = pick(rng, (f"{d}{e} \\parallel {b}{c}. ", f"{d}{e} is parallel to {b}{c}. ", f"{d}{e} ∥ {b}{c}. "))
        givens = [f"Parallel({line(d + e)}, {line(b + c)})"]
    figure.lengths = [(a + d, str(over * m)), (d + b, str(under * m))]
    if chance(rng, 0.5):
        figure.lengths.append((a + e, str(over * n)))
        wanted, size = e + c, under * n
    else:
        figure.lengths.append((d + e, str(over * n)))
        wanted, size = b + c, (over + under) * n
    return Plan(figure, text + ask_length(rng, wanted), length_of(wanted), str(size), size, givens)


def perimeter(rng: "np.random.Generator", p: str) -> Plan:
    """Three sides given, the perimeter asked."""
    a, b, c = p[:3]
    while True:
        sides = tuple(between(rng, 6, 40) for _ in range(3))
        if max(sides) * 1.25 < sum(sides) - max(sides) and max(sides) < 2.2 * min(sides):
            break
    figure = Figure(triangle_of_sides(p[:3], sides), outline(p[:3]))
    figure.lengths = [(pair, str(size)) for pair, size in zip((b + c, a + c, a + b), sides, strict=True)]
    text = pick(rng, ("Find the perimeter of \\triangle {}.", "What is the perimeter of triangle {}?")).format(
        a + b + c
    )
    return Plan(figure, text, f"PerimeterOf(Triangle({a}, {b}, {c}))", str(sum(sides)), sum(sides))


FAMILIES = {
    "angle_sum": angle_sum,
    "angle_sum_unknown": angle_sum_unknown,
    "exterior": exterior,
    "isosceles": isosceles,
    "isosceles_sides": isosceles_sides,
    "median": median,
    "midsegment": midsegment,
    "bisector": bisector,
    "cevian": cevian,
    "parallel_to_side": parallel_to_side,
    "perimeter": perimeter,
}
"""The kinds of problem of this file."""
