"""Circles: radii, arcs, central and inscribed angles, chords, secants and tangents."""

from itertools import combinations

from vista_tools_math.solver.quantity import Quantity, total
from vista_tools_math.solver.records import Because
from vista_tools_math.solver.scene import Scene

Line = tuple[int, list[str]]


def basics(scene: Scene) -> None:
    """Radii are equal, arcs make a full turn, a central angle has the measure of its arc."""
    for circle, ring in scene.figure.circles.items():
        for p in ring:
            if scene.figure.line(circle, p) is not None:
                scene.say(
                    "Radii of a circle are equal",
                    scene.length(circle, p),
                    scene.radius(circle),
                    [f"{p} is on ⊙{circle}"],
                )
        if len(ring) < 2:
            continue
        pieces = zip(ring, [*ring[1:], ring[0]], strict=True)
        arcs = [scene.other(scene.arc_name(circle, p, q), "arc", "°") for p, q in pieces]
        scene.say(
            "Arcs of a circle", total(arcs), 360, drawing=f"order of the points on ⊙{circle}" if len(ring) > 3 else ""
        )
        for p, q in combinations(ring, 2):
            i = scene.figure.line(p, q)
            if i is not None and circle in scene.figure.row(p, q)[1:-1]:
                scene.say("A diameter halves the circle", scene.half(circle, p, q), 180, [f"{p}{q} is a diameter"])
            elif scene.figure.line(circle, p) is not None and scene.figure.line(circle, q) is not None:
                arc = scene.arc(circle, p, q)
                if arc is not None:
                    scene.say("Central angle", scene.angle(p, circle, q), arc, [f"⊙{circle}"])


def inscribed(scene: Scene) -> None:
    """An inscribed angle is half of its arc."""
    for circle, ring in scene.figure.circles.items():
        for v in ring:
            for a, b in combinations(ring, 2):
                if v in (a, b) or scene.figure.line(v, a) is None or scene.figure.line(v, b) is None:
                    continue
                arc = scene.arc(circle, a, b, avoiding=v)
                if arc is not None and scene.once("inscribed", circle, a, v, b):
                    scene.say(
                        "Inscribed angle theorem", scene.angle(a, v, b) * 2, arc, [f"{a}, {v}, {b} are on ⊙{circle}"]
                    )


def chords_and_secants(scene: Scene) -> None:
    """Two lines that cut a circle and cross: the angle between them and the products of their pieces."""
    for circle, ring in scene.figure.circles.items():
        cuts: list[Line] = []
        for i, line in enumerate(scene.figure.lines):
            on = [p for p in line if p in ring]
            if len(on) == 2:
                cuts.append((i, on))
        for (i, one), (j, two) in combinations(cuts, 2):
            p = scene.figure.crossing(i, j)
            if p is None or p in ring or p == circle or not scene.once("power", circle, i, j):
                continue
            inside = p in scene.figure.row(*one)[1:-1]
            name = "Intersecting chords theorem" if inside else "Two secants theorem"
            left = scene.length(p, one[0]) * scene.length(p, one[1])
            right = scene.length(p, two[0]) * scene.length(p, two[1])
            scene.say(name, left, right, [f"{''.join([*one, *two])} are on ⊙{circle}"])
            _angle_of_lines(scene, circle, p, one, two, inside)


def _angle_of_lines(scene: Scene, circle: str, p: str, one: list[str], two: list[str], inside: bool) -> None:
    ring = scene.figure.circles[circle]
    if inside:
        for a, b in ((one[0], two[0]), (one[0], two[1])):
            c, d = (one[1], two[1]) if b == two[0] else (one[1], two[0])
            near, far = _clear_arc(scene, circle, a, b, {c, d}), _clear_arc(scene, circle, c, d, {a, b})
            if near and far:
                angle = scene.angle(a, p, b) * 2
                scene.say("Angle of intersecting chords", angle, near + far, [f"chords of ⊙{circle} cross in {p}"])
        return
    a, c = sorted(one, key=lambda q: len(scene.figure.row(p, q)))
    b, d = sorted(two, key=lambda q: len(scene.figure.row(p, q)))
    near, far = _clear_arc(scene, circle, a, b, {c, d}), _clear_arc(scene, circle, c, d, {a, b})
    if near and far and len(ring) >= 4:
        scene.say("Angle of two secants", scene.angle(a, p, b) * 2, far - near, [f"secants of ⊙{circle} meet in {p}"])


def _clear_arc(scene: Scene, circle: str, a: str, b: str, others: set[str]) -> Quantity | None:
    """The arc from a to b on which none of the other points lies."""
    arcs = [scene.arc(circle, a, b, avoiding=o) for o in sorted(others)]
    if any(arc is None for arc in arcs) or len({str(sorted(arc.poly)) for arc in arcs if arc}) != 1:
        return None
    return arcs[0]


def find_tangents(scene: Scene) -> None:
    """A line at right angles to a radius at its end touches the circle."""
    for circle, ring in scene.figure.circles.items():
        for t in ring:
            radius = scene.figure.line(circle, t)
            if radius is None:
                continue
            for i, line in enumerate(scene.figure.lines):
                if t not in line or i == radius or (i, circle, t) in scene.tangents:
                    continue
                other = next(p for p in line if p != t)
                why = scene.equal(scene.angle(circle, t, other), 90)
                if why is not None:
                    text = f"{scene.line_name(i)} touches ⊙{circle} at {t}"
                    scene.tangents[(i, circle, t)] = scene.fact(
                        "Tangent: perpendicular to a radius", text, because=(why,)
                    )


def tangents(scene: Scene) -> None:
    """A tangent is perpendicular to the radius; two from a point are equal; with chords and secants."""
    for (i, circle, t), record in list(scene.tangents.items()):
        why = (scene.because(record),)
        text = [record.statement]
        for p in scene.figure.lines[i]:
            if p == t:
                continue
            if scene.figure.line(circle, t) is not None:
                scene.say("A tangent is perpendicular to the radius", scene.angle(p, t, circle), 90, text, why)
            _from_outside(scene, i, circle, t, p, why, text)
            _with_chords(scene, circle, t, p, why, text)


def _from_outside(scene: Scene, i: int, circle: str, t: str, p: str, why: tuple[Because, ...], text: list[str]) -> None:
    """A tangent from p that touches at t, with every other tangent and secant through p."""
    ring = scene.figure.circles[circle]
    for (j, other_circle, u), record in list(scene.tangents.items()):
        if other_circle == circle and u != t and p in scene.figure.lines[j]:
            reasons, texts = (*why, scene.because(record)), [*text, record.statement]
            scene.say("Tangents from a point are equal", scene.length(p, t), scene.length(p, u), texts, reasons)
            if len(ring) >= 3:
                arcs = [arc for q in ring if q not in (t, u) for arc in [scene.arc(circle, t, u, through=q)] if arc]
                small = scene.arc(circle, t, u)
                if arcs and small is not None:
                    total_turn = scene.angle(t, p, u) + small
                    scene.say("Angle of two tangents", total_turn, 180, texts, reasons)
            elif (small := scene.arc(circle, t, u)) is not None:
                scene.say("Angle of two tangents", scene.angle(t, p, u) + small, 180, texts, reasons)
    for j, line in enumerate(scene.figure.lines):
        on = [q for q in line if q in ring]
        if j == i or p not in line or len(on) != 2 or p in on or t in on or p in scene.figure.row(*on):
            continue
        near, far = sorted(on, key=lambda q: len(scene.figure.row(p, q)))
        square = scene.length(p, t) ** 2
        scene.say("Tangent-secant theorem", square, scene.length(p, near) * scene.length(p, far), text, why)
        small, large = _clear_arc(scene, circle, t, near, {far}), _clear_arc(scene, circle, t, far, {near})
        if small and large:
            angle = scene.angle(t, p, near) * 2
            scene.say("Angle of a tangent and a secant", angle, large - small, text, why)


def _with_chords(scene: Scene, circle: str, t: str, p: str, why: tuple[Because, ...], text: list[str]) -> None:
    """The angle between a tangent and a chord is half of the arc inside it."""
    ring = scene.figure.circles[circle]
    for q in ring:
        if q == t or scene.figure.line(t, q) is None:
            continue
        side = scene.figure.side(p, t, q)
        inside = [r for r in ring if r not in (t, q) and scene.figure.side(r, t, q) == side]
        outside = [r for r in ring if r not in (t, q) and scene.figure.side(r, t, q) == -side]
        arc = None
        if side and inside:
            arc = scene.arc(circle, t, q, through=inside[0])
        elif side and outside:
            arc = scene.arc(circle, t, q, avoiding=outside[0])
        if arc is not None:
            drawing = f"arc {t}{q} is inside ∠{p}{t}{q}"
            scene.say("Tangent-chord angle", scene.angle(p, t, q) * 2, arc, text, why, drawing)


def equal_chords(scene: Scene) -> None:
    """Equal chords have equal arcs, and the other way round, in one circle or in equal ones."""
    chords = []
    for circle, ring in scene.figure.circles.items():
        for a, b in combinations(ring, 2):
            if scene.figure.line(a, b) is not None:
                arc = scene.arc(circle, a, b)
                if arc is not None:
                    chords.append((circle, scene.length(a, b), arc))
    for (c, one, arc_one), (d, two, arc_two) in combinations(chords, 2):
        radii: tuple[Because, ...] = ()
        if c != d:
            same = scene.equal(scene.radius(c), scene.radius(d))
            if same is None:
                continue
            radii = (same,)
        if why := scene.equal(one, two):
            scene.say("Equal chords have equal arcs", arc_one, arc_two, [f"{one.text} = {two.text}"], (why, *radii))
        elif why := scene.equal(arc_one, arc_two):
            premises = [f"{arc_one.text} = {arc_two.text}"]
            scene.say("Equal arcs have equal chords", one, two, premises, (why, *radii))


def bisected_chords(scene: Scene) -> None:
    """A line through the centre halves a chord and its arcs if it is perpendicular to it, and the other way round."""
    for circle, ring in scene.figure.circles.items():
        for a, b in combinations(ring, 2):
            chord = scene.figure.line(a, b)
            if chord is None or circle in scene.figure.lines[chord]:
                continue
            for m in scene.figure.row(a, b)[1:-1]:
                through = scene.figure.line(circle, m)
                if through is None:
                    continue
                right = scene.equal(scene.angle(circle, m, a), 90)
                half = scene.equal(scene.length(a, m), scene.length(m, b))
                if right is not None and half is None:
                    text = [f"{circle}{m} ⟂ {a}{b}"]
                    scene.say(
                        "A radius perpendicular to a chord halves it",
                        scene.length(a, m),
                        scene.length(m, b),
                        text,
                        (right,),
                    )
                elif half is not None and right is None:
                    text = [f"{a}{m} = {m}{b}"]
                    scene.say(
                        "A radius that halves a chord is perpendicular", scene.angle(circle, m, a), 90, text, (half,)
                    )
                why = right or half
                if why is None:
                    continue
                for r in scene.figure.lines[through]:
                    if r in ring:
                        _halved_arc(scene, circle, a, b, r, why)


def _halved_arc(scene: Scene, circle: str, a: str, b: str, r: str, why: Because) -> None:
    one, two = scene.arc(circle, a, r, avoiding=b), scene.arc(circle, r, b, avoiding=a)
    if one and two:
        scene.say("A radius perpendicular to a chord halves its arc", one, two, [f"{circle}{r} ⟂ {a}{b}"], (why,))


def equal_distances(scene: Scene) -> None:
    """Chords at equal distances from the centre are equal, and the other way round."""
    found = []
    for circle, ring in scene.figure.circles.items():
        for a, b in combinations(ring, 2):
            for m in scene.figure.row(a, b)[1:-1]:
                if scene.figure.line(circle, m) is not None and m != circle:
                    right = scene.equal(scene.angle(circle, m, a), 90)
                    if right is not None:
                        found.append((circle, scene.length(a, b), scene.length(circle, m), right))
    for (c, one, d_one, why_one), (d, two, d_two, why_two) in combinations(found, 2):
        if c != d or one.poly == two.poly:
            continue
        if why := scene.equal(d_one, d_two):
            scene.say(
                "Chords equally far from the centre are equal",
                one,
                two,
                [f"{d_one.text} = {d_two.text}"],
                (why, why_one, why_two),
            )
        elif why := scene.equal(one, two):
            scene.say(
                "Equal chords are equally far from the centre",
                d_one,
                d_two,
                [f"{one.text} = {two.text}"],
                (why, why_one, why_two),
            )
