"""Problems on circles: inscribed and central angles, tangents, chords, secants, inscribed quadrilaterals, areas."""

import math
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams.plan import (
    Figure,
    Plan,
    Ring,
    along,
    angle_of,
    ask_angle,
    ask_length,
    ask_value,
    degrees,
    length_of,
    line,
    outline,
    polar,
    root_text,
    two_linear,
)
from vista_tasks_synthetic.figures import triples
from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np


def _in_circle(rng: "np.random.Generator", question: str) -> tuple[str, list[str]]:
    """Word the circle of the text, or leave it out."""
    said = pick(rng, ("", "In \\odot O, ", "O is the center of the circle. "))
    if said.endswith(", "):
        question = question[0].lower() + question[1:]
    return said + question, ["Circle(O)"] if said else []


def inscribed_central(rng: "np.random.Generator", p: str) -> Plan:
    """A central and an inscribed angle over one arc; one given, the other asked."""
    a, b, c = p[:3]
    half = between(rng, 28, 65)
    points = {
        "O": (0.0, 0.0),
        a: polar(1, 270 - half),
        b: polar(1, 270 + half),
        c: polar(1, 90 + between(rng, -20, 20)),
    }
    figure = Figure(points, ["O" + a, "O" + b, c + a, c + b], [Ring("O", 1.0, a + b + c)])
    central, inscribed = a + "O" + b, a + c + b
    given, size, wanted, value = pick(rng, ((central, 2 * half, inscribed, half), (inscribed, half, central, 2 * half)))
    figure.angles = [(given, degrees(size))]
    text, givens = _in_circle(rng, ask_angle(rng, wanted))
    return Plan(figure, text, angle_of(wanted), str(value), value, givens)


def same_arc(rng: "np.random.Generator", p: str) -> Plan:
    """Two inscribed angles over one arc are equal."""
    a, b, c, d, e = p[:5]
    half = between(rng, 35, 60)
    points = {"O": (0.0, 0.0), a: polar(1, 270 - half), b: polar(1, 270 + half)}
    points[c], points[d] = polar(1, 90 + between(rng, 25, 45)), polar(1, 90 - between(rng, 25, 45))
    points[e] = _crossing(points[a], points[d], points[b], points[c])
    figure = Figure(points, [a + c, a + e + d, b + e + c, b + d], [Ring("O", 1.0, a + b + c + d)])
    figure.angles = [(a + c + b, degrees(half))]
    wanted = a + d + b
    text, givens = _in_circle(rng, ask_angle(rng, wanted))
    return Plan(figure, text, angle_of(wanted), str(half), half, givens)


def _crossing(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> tuple[float, float]:
    """Return where the lines ab and cd cross."""
    across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    share = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across
    return along(a, b, share)


def diameter_angle(rng: "np.random.Generator", p: str) -> Plan:
    """An angle over a diameter is right."""
    a, b, c = p[:3]
    size = between(rng, 32, 58)
    points = {"O": (0.0, 0.0), a: (-1.0, 0.0), b: (1.0, 0.0), c: polar(1, 2 * size)}
    figure = Figure(points, [a + "O" + b, a + c, b + c], [Ring("O", 1.0, a + b + c)])
    figure.angles = [(c + a + b, degrees(size))]
    wanted = a + b + c
    text = f"{a}{b} is a diameter of \\odot O. " + ask_angle(rng, wanted)
    given = [f"IsDiameterOf({line(a + b)}, Circle(O))"]
    return Plan(figure, text, angle_of(wanted), str(90 - size), 90 - size, given)


def tangent_radius(rng: "np.random.Generator", p: str) -> Plan:
    """A tangent is at right angles to the radius: two sides of the triangle given, the third asked."""
    a, b = p[:2]
    one, two, three = pick(rng, [t for t in triples()[:40] if t[1] < 2.2 * t[0]])
    radius, reach = (one, two) if chance(rng, 0.5) else (two, one)
    points = {"O": (0.0, 0.0), b: (float(radius), 0.0), a: (float(radius), float(reach))}
    figure = Figure(points, ["O" + a, "O" + b, a + b], [Ring("O", float(radius), b)])
    sizes = {"O" + b: radius, a + b: reach, "O" + a: three}
    wanted = pick(rng, list(sizes))
    figure.lengths = [(pair, str(size)) for pair, size in sizes.items() if pair != wanted]
    text, givens = "", []
    if chance(rng, 0.4):
        figure.squares = ["O" + b + a]
    else:
        text = pick(rng, (f"{a}{b} is tangent to \\odot O at {b}. ", f"{a}{b} is a tangent to circle O at {b}. "))
        givens = [f"Tangent({line(a + b)}, Circle(O))"]
    return Plan(figure, text + ask_length(rng, wanted), length_of(wanted), str(sizes[wanted]), sizes[wanted], givens)


def chord_distance(rng: "np.random.Generator", p: str) -> Plan:
    """The line from the centre at right angles to a chord halves it."""
    a, b, d = p[:3]
    rise, half, radius = pick(rng, [t for t in triples()[:40] if t[1] < 2.5 * t[0]])
    points = {"O": (0.0, 0.0), a: (-float(half), -float(rise)), b: (float(half), -float(rise)), d: (0.0, -float(rise))}
    figure = Figure(points, [a + d + b, "O" + d, "O" + a], [Ring("O", float(radius), a + b)], squares=["O" + d + b])
    sizes = {"O" + a: radius, "O" + d: rise}
    figure.lengths = [(pair, str(size)) for pair, size in sizes.items()]
    text, givens = _in_circle(rng, ask_length(rng, a + b))
    return Plan(figure, text, length_of(a + b), str(2 * half), 2 * half, givens)


def crossing_chords(rng: "np.random.Generator", p: str) -> Plan:
    """The parts of two crossing chords have equal products."""
    a, b, c, d, e = p[:5]
    while True:
        m, n, k = between(rng, 2, 7), between(rng, 2, 7), between(rng, 2, 5)
        one, two, three, four = m * k, n * k, m * n, k * k
        sizes = (one, two, three, four)
        if max(sizes) <= 2.4 * min(sizes) and three != one and three != two:
            break
    # E at the origin, AB along x, CD turned; the circle through A, B, C is centred over the middle of AB
    turn = between(rng, 60, 120)
    points = {
        e: (0.0, 0.0),
        a: (-float(one), 0.0),
        b: (float(two), 0.0),
        c: polar(three, turn),
        d: polar(four, turn + 180),
    }
    centre, radius = _circle(points[a], points[b], points[c])
    points["O"] = centre
    figure = Figure(points, [a + e + b, c + e + d], [Ring("O", radius, a + b + c + d)])
    parts = {a + e: one, e + b: two, c + e: three, e + d: four}
    wanted = pick(rng, list(parts))
    figure.lengths = [(pair, str(size)) for pair, size in parts.items() if pair != wanted]
    if chance(rng, 0.6):
        figure.lengths.append((wanted, "x"))
        return Plan(figure, ask_value(rng, "x"), "x", str(parts[wanted]), parts[wanted])
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), str(parts[wanted]), parts[wanted])


def _circle(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """Return the centre and radius of the circle through three points."""
    d = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    squares = [q[0] ** 2 + q[1] ** 2 for q in (a, b, c)]
    x = (squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1])) / d
    y = (squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0])) / d
    return (x, y), math.dist((x, y), a)


def two_tangents(rng: "np.random.Generator", p: str) -> Plan:
    """Two tangents from a point are equally long."""
    a, b, c = p[:3]
    side = between(rng, 12, 40)
    one, two, x = two_linear(rng, side, side)
    half = between(rng, 28, 40)
    reach = 1 / math.sin(math.radians(half))
    points = {"O": (0.0, 0.0), a: (reach, 0.0), b: polar(1, 90 - half), c: polar(1, half - 90)}
    figure = Figure(points, [a + b, a + c], [Ring("O", 1.0, b + c)])
    figure.lengths = [(a + b, one), (a + c, two)]
    text = f"{a}{b} and {a}{c} are tangent to \\odot O. " + ask_value(rng, "x")
    givens = [f"Tangent({line(a + b)}, Circle(O))", f"Tangent({line(a + c)}, Circle(O))"]
    return Plan(figure, text, "x", str(x), x, givens)


def two_secants(rng: "np.random.Generator", p: str) -> Plan:
    """Two secants from a point: the products of outer part and whole are equal."""
    a, b, c, d, e = p[:5]
    while True:
        out_one, out_two, whole_one = between(rng, 4, 14), between(rng, 4, 14), between(rng, 12, 36)
        whole_two, rest = divmod(out_one * whole_one, out_two)
        inner = (whole_one - out_one, whole_two - out_two)
        near = min(*inner, out_one, out_two)
        if rest == 0 and near >= 4 and max(whole_one, whole_two) <= 4 * near and abs(out_one - out_two) <= 6:
            break
    turn = between(rng, 32, 50)
    points = {a: (0.0, 0.0), b: (float(out_one), 0.0), d: (float(whole_one), 0.0)}
    points[c], points[e] = polar(out_two, turn), polar(whole_two, turn)
    centre, radius = _circle(points[b], points[d], points[c])
    points["O"] = centre
    figure = Figure(points, [a + b + d, a + c + e], [Ring("O", radius, b + c + d + e)])
    parts = {a + b: out_one, b + d: inner[0], a + c: out_two, c + e: inner[1]}
    wanted = pick(rng, (b + d, c + e))
    figure.lengths = [(pair, str(size)) for pair, size in parts.items() if pair != wanted]
    if chance(rng, 0.6):
        figure.lengths.append((wanted, "x"))
        return Plan(figure, ask_value(rng, "x"), "x", str(parts[wanted]), parts[wanted])
    return Plan(figure, ask_length(rng, wanted), length_of(wanted), str(parts[wanted]), parts[wanted])


def inscribed_quadrilateral(rng: "np.random.Generator", p: str) -> Plan:
    """Opposite angles of an inscribed quadrilateral make 180 degrees."""
    a, b, c, d = p[:4]
    while True:
        turns = sorted(2 * between(rng, 0, 179) for _ in range(4))
        gaps = [(turns[(i + 1) % 4] - turns[i]) % 360 for i in range(4)]
        if min(gaps) >= 56 and max(gaps) <= 130:
            break
    points = {"O": (0.0, 0.0)} | {name: polar(1, turn) for name, turn in zip(p[:4], turns, strict=True)}
    at_a = (gaps[1] + gaps[2]) // 2
    figure = Figure(points, outline(p[:4]), [Ring("O", 1.0, p[:4])])
    figure.angles = [(d + a + b, degrees(at_a))]
    wanted = b + c + d
    text, givens = _in_circle(rng, ask_angle(rng, wanted))
    return Plan(figure, text, angle_of(wanted), str(180 - at_a), 180 - at_a, givens)


def circle_size(rng: "np.random.Generator", p: str) -> Plan:
    """The radius or the diameter given, the area or the circumference asked."""
    a, b = p[:2]
    radius = between(rng, 2, 40)
    points = {"O": (0.0, 0.0), a: (1.0, 0.0)}
    figure = Figure(points, ["O" + a], [Ring("O", 1.0, a)], lengths=[("O" + a, str(radius))])
    if chance(rng, 0.5):
        points[b] = (-1.0, 0.0)
        figure = Figure(points, [a + "O" + b], [Ring("O", 1.0, a + b)], lengths=[("O" + a, str(radius))])
    what, form, exact, value = pick(
        rng,
        (
            ("area", "AreaOf(Circle(O))", f"{radius * radius}*pi", math.pi * radius * radius),
            ("circumference", "CircumferenceOf(Circle(O))", f"{2 * radius}*pi", 2 * math.pi * radius),
        ),
    )
    text = pick(rng, (f"Find the {what} of \\odot O.", f"What is the {what} of circle O?"))
    return Plan(figure, text, form, exact, value)


def equal_chords(rng: "np.random.Generator", p: str) -> Plan:
    """The radius and the central angle of a chord of a right or equilateral triangle."""
    a, b = p[:2]
    radius = between(rng, 4, 30)
    angle, square = pick(rng, ((60, radius**2), (90, 2 * radius**2), (120, 3 * radius**2)))
    points = {"O": (0.0, 0.0), a: polar(1, 270 - angle / 2), b: polar(1, 270 + angle / 2)}
    figure = Figure(points, ["O" + a, "O" + b, a + b], [Ring("O", 1.0, a + b)])
    figure.angles = [(a + "O" + b, degrees(angle))]
    figure.lengths = [("O" + a, str(radius))]
    text, givens = _in_circle(rng, ask_length(rng, a + b))
    return Plan(figure, text, length_of(a + b), root_text(square), math.sqrt(square), givens)


FAMILIES = {
    "inscribed_central": inscribed_central,
    "same_arc": same_arc,
    "diameter_angle": diameter_angle,
    "tangent_radius": tangent_radius,
    "chord_distance": chord_distance,
    "crossing_chords": crossing_chords,
    "two_tangents": two_tangents,
    "two_secants": two_secants,
    "inscribed_quadrilateral": inscribed_quadrilateral,
    "circle_size": circle_size,
    "equal_chords": equal_chords,
}
"""The kinds of problem of this file."""
