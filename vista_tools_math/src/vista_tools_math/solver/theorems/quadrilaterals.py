"""Quadrilaterals of each kind: what their names say, and how they are recognised."""

import itertools
import math
from collections.abc import Sequence

from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.records import Because, Record
from vista_tools_math.solver.scene import Scene

Corners = tuple[str, ...]
_PARALLELOGRAMS = frozenset({"Parallelogram", "Rectangle", "Rhombus", "Square"})
MOST_FOUND = 40  # quadrilaterals that are looked at to recognise parallelograms


def named(scene: Scene) -> None:
    """The properties of the quadrilaterals that are named."""
    for kind, corners, record in list(scene.polygons):
        if len(corners) != 4 or not scene.once("named", kind, corners):
            continue
        why = (scene.because(record),)
        if kind in _PARALLELOGRAMS:
            _parallelogram(scene, corners, record, why)
        if kind in ("Rectangle", "Square"):
            _rectangle(scene, corners, record, why)
        if kind in ("Rhombus", "Square"):
            _rhombus(scene, corners, record, why)
        if kind == "Kite":
            _kite(scene, corners, record, why)


def corner_angles(scene: Scene, corners: Corners) -> list[Quantity]:
    """The four inner angles in the order of the corners."""
    return [scene.angle(corners[i - 1], corners[i], corners[(i + 1) % 4]) for i in range(4)]


def crossing(scene: Scene, corners: Corners) -> str | None:
    """The named point where the diagonals cross."""
    a, b, c, d = corners
    i, j = scene.figure.line(a, c), scene.figure.line(b, d)
    return None if i is None or j is None else scene.figure.crossing(i, j)


def _parallelogram(scene: Scene, corners: Corners, record: Record, why: tuple[Because, ...]) -> None:
    a, b, c, d = corners
    text = [record.statement]
    scene.say("Opposite sides of a parallelogram are equal", scene.length(a, b), scene.length(d, c), text, why)
    scene.say("Opposite sides of a parallelogram are equal", scene.length(a, d), scene.length(b, c), text, why)
    angles = corner_angles(scene, corners)
    scene.say("Opposite angles of a parallelogram are equal", angles[0], angles[2], text, why)
    scene.say("Opposite angles of a parallelogram are equal", angles[1], angles[3], text, why)
    scene.say("Consecutive angles of a parallelogram", angles[0] + angles[1], 180, text, why)
    middle = crossing(scene, corners)
    if middle:
        for p, q in ((a, c), (b, d)):
            halves = scene.length(p, middle), scene.length(middle, q)
            scene.say("Diagonals of a parallelogram bisect each other", *halves, text, why)
    for (p, q), (r, s) in (((a, b), (d, c)), ((a, d), (b, c))):
        i, j = scene.figure.line(p, q), scene.figure.line(r, s)
        if i is not None and j is not None:
            scene.parallel(i, j, "Opposite sides of a parallelogram are parallel", why)


def _rectangle(scene: Scene, corners: Corners, record: Record, why: tuple[Because, ...]) -> None:
    text = [record.statement]
    for angle in corner_angles(scene, corners):
        scene.say("Angles of a rectangle are right", angle, 90, text, why)
    a, b, c, d = corners
    scene.say("Diagonals of a rectangle are equal", scene.length(a, c), scene.length(b, d), text, why)


def _rhombus(scene: Scene, corners: Corners, record: Record, why: tuple[Because, ...]) -> None:
    a, b, c, d = corners
    text = [record.statement]
    sides = [scene.length(a, b), scene.length(b, c), scene.length(c, d), scene.length(d, a)]
    for one, two in itertools.pairwise(sides):
        scene.say("Sides of a rhombus are equal", one, two, text, why)
    middle = crossing(scene, corners)
    if middle:
        scene.say("Diagonals of a rhombus are perpendicular", scene.angle(a, middle, b), 90, text, why)
    for i in range(4):
        before, here, after, across = (corners[(i + k) % 4] for k in (-1, 0, 1, 2))
        if scene.figure.line(here, across) is not None:
            halves = scene.angle(before, here, across), scene.angle(across, here, after)
            scene.say("A diagonal of a rhombus bisects its angles", *halves, text, why)


def trapezoid_bases(scene: Scene) -> None:
    """The bases of a trapezoid are parallel; where nothing says which sides they are, the drawing does."""
    for kind, corners, record in list(scene.polygons):
        if kind != "Trapezoid" or len(corners) != 4:
            continue
        a, b, c, d = corners
        options = []
        for (p, q), (r, s) in (((a, b), (d, c)), ((a, d), (b, c))):
            i, j = scene.figure.line(p, q), scene.figure.line(r, s)
            if i is not None and j is not None and scene.figure.direction((i, 1)) is not None:
                turn = abs((scene.direction((i, 1)) - scene.direction((j, 1)) + 90) % 180 - 90)
                options.append((turn, i, j, f"{p}{q} ∥ {r}{s}"))
        if len(options) < 2 or any((min(i, j), max(i, j)) in scene.parallels for _, i, j, _ in options):
            continue
        _, i, j, text = min(options)
        why = (scene.because(record),)
        text += " (the drawing shows which sides are the bases)"
        scene.parallel(i, j, "Bases of a trapezoid are parallel", why, text)


def trapezoid_medians(scene: Scene) -> None:
    """The median of a trapezoid is half the sum of its bases; legs that are equal make equal base angles."""
    named_ones = [(corners, record) for kind, corners, record in scene.polygons if kind == "Trapezoid"]
    drawn: list[tuple[Corners, Record | None]] = [(corners, None) for corners in quadrilaterals(scene)]
    for corners, record in [*((c, r) for c, r in named_ones if len(c) == 4), *drawn]:
        for a, b, c, d in (corners, (*corners[1:], corners[0])):  # bases ab and dc
            i, j = scene.figure.line(a, b), scene.figure.line(d, c)
            parallel = None if i is None or j is None else scene.parallels.get((min(i, j), max(i, j)))
            if parallel is None:
                continue
            _median(scene, (a, b, c, d), parallel)
            equal = scene.equal(scene.length(a, d), scene.length(b, c))
            if equal is not None and record is not None and scene.once("isosceles trapezoid", corners):
                why = (scene.because(record), equal)
                text = [record.statement, f"{a}{d} = {b}{c}"]
                angles = corner_angles(scene, (a, b, c, d))
                scene.say("Base angles of an isosceles trapezoid", angles[0], angles[1], text, why)
                scene.say("Base angles of an isosceles trapezoid", angles[2], angles[3], text, why)
                diagonals = scene.length(a, c), scene.length(b, d)
                scene.say("Diagonals of an isosceles trapezoid are equal", *diagonals, text, why)


def _median(scene: Scene, corners: Corners, parallel: Record) -> None:
    a, b, c, d = corners
    for m in scene.figure.row(a, d)[1:-1]:
        for n in scene.figure.row(b, c)[1:-1]:
            first = scene.equal(scene.length(a, m), scene.length(m, d))
            second = scene.equal(scene.length(b, n), scene.length(n, c))
            if first and second and scene.once("median", corners, m, n):
                why = (scene.because(parallel), first, second)
                text = [parallel.statement, f"{a}{m} = {m}{d}", f"{b}{n} = {n}{c}"]
                bases = scene.length(a, b) + scene.length(d, c)
                scene.say("Trapezoid midsegment theorem", scene.length(m, n) * 2, bases, text, why)
                lines = [scene.figure.line(m, n), scene.figure.line(a, b)]
                if lines[0] is not None and lines[1] is not None:
                    scene.parallel(lines[0], lines[1], "Trapezoid midsegment theorem", why)


def _kite(scene: Scene, corners: Corners, record: Record, why: tuple[Because, ...]) -> None:
    """Two pairs of neighbouring sides are equal; which corner they meet in, equations or the drawing say."""
    a, b, c, d = corners
    text = [record.statement]
    sides = {pair: scene.length(*pair) for pair in ((a, b), (b, c), (c, d), (d, a))}
    on_ac = scene.equal(sides[(a, b)], sides[(d, a)]) or scene.equal(sides[(b, c)], sides[(c, d)])
    on_bd = scene.equal(sides[(a, b)], sides[(b, c)]) or scene.equal(sides[(c, d)], sides[(d, a)])
    drawing = ""
    if not on_ac and not on_bd:
        if not set(corners) <= scene.figure.positions.keys():
            return
        p = {name: scene.figure.positions[name] for name in corners}
        skew = [
            abs(math.log(math.dist(p[top], p[q]) / math.dist(p[top], p[r])))
            + abs(math.log(math.dist(p[end], p[q]) / math.dist(p[end], p[r])))
            for top, end, q, r in ((a, c, b, d), (b, d, a, c))
        ]
        on_ac = Because(0) if skew[0] < skew[1] else None
        drawing = f"equal sides of the kite meet in {f'{a} and {c}' if on_ac else f'{b} and {d}'}"
    if not on_ac:
        a, b, c, d = b, c, d, a
    length = scene.length
    scene.say("Sides of a kite", length(a, b), length(a, d), text, why, drawing)
    scene.say("Sides of a kite", length(c, b), length(c, d), text, why, drawing)
    scene.say("Angles of a kite", scene.angle(a, b, c), scene.angle(a, d, c), text, why, drawing)
    middle = crossing(scene, corners)
    if middle:
        scene.say("Diagonals of a kite are perpendicular", scene.angle(a, middle, b), 90, text, why)
        scene.say(
            "The axis of a kite bisects the other diagonal", length(b, middle), length(middle, d), text, why, drawing
        )
    if scene.figure.line(a, c) is not None:
        for top in (a, c):
            other = c if top == a else a
            halves = scene.angle(b, top, other), scene.angle(other, top, d)
            scene.say("The axis of a kite bisects its angles", *halves, text, why, drawing)


def recognise(scene: Scene) -> None:
    """Quadrilaterals that are parallelograms by their sides, angles or diagonals."""
    for corners in quadrilaterals(scene):
        if any(kind in _PARALLELOGRAMS and set(known) == set(corners) for kind, known, _ in scene.polygons):
            continue
        found = _why_parallelogram(scene, corners)
        if found is not None:
            theorem, why = found
            record = scene.fact(theorem, f"{''.join(corners)} is a parallelogram", because=why)
            scene.polygons.append(("Parallelogram", corners, record))
    for kind, corners, record in list(scene.polygons):
        if kind == "Parallelogram":
            _special(scene, corners, record)


def _why_parallelogram(scene: Scene, corners: Corners) -> tuple[str, Sequence[Because]] | None:
    a, b, c, d = corners
    lines = [scene.figure.line(p, q) for p, q in ((a, b), (b, c), (c, d), (d, a))]
    parallel = []
    for i, j in ((lines[0], lines[2]), (lines[1], lines[3])):
        parallel.append(None if i is None or j is None else scene.parallels.get((min(i, j), max(i, j))))
    equal = [
        scene.equal(scene.length(a, b), scene.length(c, d)),
        scene.equal(scene.length(b, c), scene.length(d, a)),
    ]
    if parallel[0] and parallel[1]:
        return "Parallelogram: both pairs of opposite sides parallel", [scene.because(r) for r in parallel if r]
    if equal[0] and equal[1]:
        return "Parallelogram: both pairs of opposite sides equal", [e for e in equal if e]
    for record, why in zip(parallel, equal, strict=True):
        if record and why:
            return "Parallelogram: one pair of opposite sides parallel and equal", [scene.because(record), why]
    angles = corner_angles(scene, corners)
    opposite = [scene.equal(angles[0], angles[2]), scene.equal(angles[1], angles[3])]
    if opposite[0] and opposite[1]:
        return "Parallelogram: both pairs of opposite angles equal", [e for e in opposite if e]
    middle = crossing(scene, corners)
    if middle:
        halves = [scene.equal(scene.length(p, middle), scene.length(middle, q)) for p, q in ((a, c), (b, d))]
        if halves[0] and halves[1]:
            return "Parallelogram: diagonals bisect each other", [e for e in halves if e]
    return None


def _special(scene: Scene, corners: Corners, record: Record) -> None:
    """A parallelogram with a right angle is a rectangle, one with equal neighbouring sides a rhombus."""
    known = {kind for kind, other, _ in scene.polygons if set(other) == set(corners)}
    a, b, c, d = corners
    tests = [
        ("Rectangle", [scene.equal(angle, 90) for angle in corner_angles(scene, corners)[:1]]),
        ("Rectangle", [scene.equal(scene.length(a, c), scene.length(b, d))] if crossing(scene, corners) else []),
        ("Rhombus", [scene.equal(scene.length(a, b), scene.length(b, c))]),
    ]
    for kind, reasons in tests:
        for why in reasons:
            if why is not None and not known & {kind, "Square"}:
                known.add(kind)
                fact = scene.fact(
                    f"Parallelogram that is a {kind.lower()}",
                    f"{''.join(corners)} is a {kind.lower()}",
                    because=(scene.because(record), why),
                )
                scene.polygons.append((kind, corners, fact))


def quadrilaterals(scene: Scene) -> list[Corners]:
    """Drawn quadrilaterals, convex in the drawing."""
    if scene.drawn_quadrilaterals is None:
        scene.drawn_quadrilaterals = _quadrilaterals(scene)
    return scene.drawn_quadrilaterals


def _quadrilaterals(scene: Scene) -> list[Corners]:
    figure, found = scene.figure, []
    names = figure.points
    next_to = {a: [b for b in names if b != a and figure.line(a, b) is not None] for a in names}
    for a in names:
        for b in next_to[a]:
            for c in next_to[b]:
                for d in next_to[c] if a < min(b, c) else ():
                    if a < d and b < d and a in next_to[d] and len({a, b, c, d}) == 4 and _convex(scene, (a, b, c, d)):
                        found.append((a, b, c, d))
                        if len(found) >= MOST_FOUND:
                            return found
    return found


def _convex(scene: Scene, corners: Corners) -> bool:
    turns = {scene.figure.side(corners[(i + 1) % 4], corners[i - 1], corners[i]) for i in range(4)}
    lines = [scene.figure.line(corners[i - 1], corners[i]) for i in range(4)]
    return len(set(lines)) == 4 and len(turns) == 1 and 0 not in turns
