"""Cases that the forms leave open and the drawing decides: tried when nothing else leads on, and said in the step."""

import math
from collections.abc import Sequence

from vista_tools_math.solver import writing
from vista_tools_math.solver.exact import Number
from vista_tools_math.solver.polynomials import evaluate, variable, variables
from vista_tools_math.solver.problem import pairs
from vista_tools_math.solver.scene import Scene

CLEARER = 1.5  # how much better one case must fit than the next


def isosceles_legs(scene: Scene) -> None:
    """The legs of an isosceles trapezoid are equal; they are the sides that are not parallel."""
    for corners, record in scene.isosceles:
        if len(corners) != 4:
            continue
        for a, b, c, d in (corners, (*corners[1:], corners[0])):
            i, j = scene.figure.line(a, b), scene.figure.line(d, c)
            if i is not None and j is not None and (min(i, j), max(i, j)) in scene.parallels:
                why = (scene.because(record),)
                scene.say(
                    "Legs of an isosceles trapezoid", scene.length(a, d), scene.length(b, c), [record.statement], why
                )


def isosceles_sides(scene: Scene) -> None:
    """Which sides of a triangle that is said to be isosceles are equal."""
    for corners, record in scene.isosceles:
        if len(corners) != 3 or not set(corners) <= scene.figure.positions.keys():
            continue
        sides = list(pairs(corners))
        options = [(one, two) for i, one in enumerate(sides) for two in sides[i + 1 :]]
        if any(scene.equal(scene.length(*one), scene.length(*two)) for one, two in options):
            continue
        one, two = min(options, key=lambda o: abs(math.log(_drawn(scene, *o[0]) / _drawn(scene, *o[1]))))
        drawing = f"{''.join(one)} and {''.join(two)} are the legs"
        why = (scene.because(record),)
        scene.say("Isosceles triangle", scene.length(*one), scene.length(*two), [record.statement], why, drawing)


def _drawn(scene: Scene, a: str, b: str) -> float:
    return max(math.dist(scene.figure.positions[a], scene.figure.positions[b]), 1e-9)


def right_corner(scene: Scene) -> None:
    """Which corner of a triangle that is said to be right has the right angle."""
    for corners, record in scene.right_given:
        if not set(corners) <= scene.figure.positions.keys():
            continue
        if any(set(corners) == set(triangle) for triangle in scene.right):
            continue

        def off(i: int, corners: Sequence[str] = corners) -> float:
            return abs(drawn_angle(scene, corners[i - 1], corners[i], corners[(i + 1) % 3]) - 90)

        i = min(range(3), key=off)
        a, v, b = corners[i - 1], corners[i], corners[(i + 1) % 3]
        why = (scene.because(record),)
        scene.say("Right triangle", scene.angle(a, v, b), 90, [record.statement], why, f"the right angle is at {v}")


def drawn_angle(scene: Scene, a: str, v: str, b: str) -> float:
    """An angle of the drawing in degrees, to choose between cases only."""
    (ax, ay), (vx, vy), (bx, by) = (scene.figure.positions[name] for name in (a, v, b))
    turn = math.degrees(math.atan2(by - vy, bx - vx) - math.atan2(ay - vy, ax - vx))
    return abs((turn + 180) % 360 - 180)


def roots(scene: Scene) -> None:
    """Of several roots that fit an equation, the one whose lengths and angles look like the drawing."""

    def choose(name: str, fitting: Sequence[Number]) -> tuple[Number, str] | None:
        errors = sorted((_misfit(scene, name, root), i) for i, root in enumerate(fitting))
        if math.isinf(errors[0][0]) or errors[0][0] * CLEARER > errors[1][0]:
            return None
        best = fitting[errors[0][1]]
        return best, f"of the roots {', '.join(map(writing.number, fitting))}, {writing.number(best)} fits its shape"

    scene.algebra.choose(choose)


def _misfit(scene: Scene, name: str, root: Number) -> float:
    """How much the quantities that depend on one unknown differ from the drawing, up to its scale."""
    algebra = scene.algebra
    values = {name: float(root)}
    lengths, angles = [], []
    for other, kind in list(algebra.kinds.items()):
        row = algebra.linear.rows[other][0] if other in algebra.linear.rows else variable(other)
        if not variables(row) <= {name}:
            continue
        seen = _seen(scene, other, kind)
        if seen is None:
            continue
        size = evaluate(row, values)
        if kind == "angle":
            angles.append(abs(size - seen) / 30)
        elif size > 0:
            lengths.append(math.log(seen / size))
    if not angles and len(lengths) < 2:
        return math.inf
    middle = sorted(lengths)[len(lengths) // 2] if lengths else 0.0
    errors = angles + [abs(v - middle) for v in lengths]
    return sum(errors) / len(errors)


def _seen(scene: Scene, name: str, kind: str) -> float | None:
    """A length or angle of the drawing."""
    place = scene.figure.positions
    if kind == "angle" and name.startswith("∠"):
        for split in ((a, v, b) for a in place for v in place for b in place if f"∠{a}{v}{b}" == name):
            return drawn_angle(scene, *split)
    if kind == "length":
        for a in place:
            if name.startswith(a) and name[len(a) :] in place:
                return _drawn(scene, a, name[len(a) :])
    return None
