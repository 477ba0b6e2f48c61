"""Isosceles and right triangles, and lines that cut triangles: midsegments, medians, bisectors, parallels."""

from collections.abc import Iterator
from itertools import combinations

from vista_tools_math.solver.records import Because
from vista_tools_math.solver.scene import Scene

Triangle = tuple[str, str, str]


def corners(triangle: Triangle) -> Iterator[Triangle]:
    """Each corner of a triangle with the two others."""
    a, b, c = triangle
    yield a, b, c
    yield b, a, c
    yield c, a, b


def isosceles(scene: Scene) -> None:
    """Equal sides face equal angles, and the other way round."""
    for triangle in scene.triangles:
        for top, b, c in corners(triangle):
            one, two = scene.length(top, b), scene.length(top, c)
            first, second = scene.angle(top, b, c), scene.angle(top, c, b)
            if why := scene.equal(one, two):
                premises = [f"△{top}{b}{c}", f"{one.text} = {two.text}"]
                scene.say("Base angles of an isosceles triangle", first, second, premises, (why,))
            elif why := scene.equal(first, second):
                premises = [f"△{top}{b}{c}", f"{first.text} = {second.text}"]
                scene.say("Converse of the base angles theorem", one, two, premises, (why,))


def right(scene: Scene) -> None:
    """Pythagoras, and the median to the hypotenuse."""
    for triangle in scene.triangles:
        for top, b, c in corners(triangle):
            angle = scene.angle(b, top, c)
            why = scene.equal(angle, 90)
            if why is None or not scene.once("pythagoras", triangle, top):
                continue
            premises = [f"△{top}{b}{c}", f"{angle.text} = 90°"]
            legs = scene.length(top, b) ** 2 + scene.length(top, c) ** 2
            scene.say("Pythagorean theorem", legs, scene.length(b, c) ** 2, premises, (why,))
            scene.right[triangle] = (top, b, c)


def right_converse(scene: Scene) -> None:
    """Sides that satisfy the Pythagorean equation make a right angle."""
    for triangle in scene.triangles:
        if triangle in scene.right:
            continue
        for top, b, c in corners(triangle):
            sides = [scene.length(top, b), scene.length(top, c), scene.length(b, c)]
            known = [scene.algebra.known(side.poly) for side in sides]
            if any(k is None for k in known):
                break
            values = [k[0] for k in known if k is not None]
            if (
                abs(float(values[0]) ** 2 + float(values[1]) ** 2 - float(values[2]) ** 2)
                < 1e-7 * float(values[2]) ** 2
            ):
                text = f"{sides[0].text}² + {sides[1].text}² = {sides[2].text}²"
                why = tuple(k[1] for k in known if k is not None)
                scene.say("Converse of the Pythagorean theorem", scene.angle(b, top, c), 90, [text], why)


def hypotenuse_median(scene: Scene) -> None:
    """The median to the hypotenuse is half of it."""
    for triangle, (top, b, c) in list(scene.right.items()):
        for d in scene.figure.row(b, c)[1:-1]:
            if scene.figure.line(top, d) is None:
                continue
            half = scene.equal(scene.length(b, d), scene.length(d, c))
            if half is not None and scene.once("median", triangle, d):
                why = (half, *_right_angle(scene, top, b, c))
                text = [f"∠{b}{top}{c} = 90°", f"{b}{d} = {d}{c}"]
                scene.say("Median to the hypotenuse", scene.length(top, d), scene.length(b, d), text, why)


def _right_angle(scene: Scene, top: str, b: str, c: str) -> tuple[Because, ...]:
    why = scene.equal(scene.angle(b, top, c), 90)
    return () if why is None else (why,)


def cut_triangles(scene: Scene) -> None:
    """A line between two sides: midsegments, and the side splitter theorem for parallels."""
    figure = scene.figure
    for triangle in scene.triangles:
        for top, b, c in corners(triangle):
            for d in figure.row(top, b)[1:-1]:
                for e in figure.row(top, c)[1:-1]:
                    cut, base = figure.line(d, e), figure.line(b, c)
                    if cut is None or base is None or cut == base:
                        continue
                    _midsegment(scene, (top, b, c), d, e)
                    record = scene.parallels.get((min(cut, base), max(cut, base)))
                    if record is not None and scene.once("splitter", top, b, c, d, e):
                        left = scene.length(top, d) * scene.length(e, c)
                        right_side = scene.length(top, e) * scene.length(d, b)
                        premises = [f"△{top}{b}{c}", record.statement]
                        why = (scene.because(record),)
                        scene.say("Triangle proportionality theorem", left, right_side, premises, why)


def _midsegment(scene: Scene, triangle: Triangle, d: str, e: str) -> None:
    top, b, c = triangle
    first = scene.equal(scene.length(top, d), scene.length(d, b))
    second = scene.equal(scene.length(top, e), scene.length(e, c))
    if first is None or second is None or not scene.once("midsegment", triangle, d, e):
        return
    why = (first, second)
    premises = [f"{top}{d} = {d}{b}", f"{top}{e} = {e}{c}"]
    scene.say("Midsegment theorem", scene.length(d, e) * 2, scene.length(b, c), premises, why)
    i, j = scene.figure.line(d, e), scene.figure.line(b, c)
    if i is not None and j is not None:
        scene.parallel(i, j, "Midsegment theorem", why)


def bisectors(scene: Scene) -> None:
    """The bisector of an angle cuts the opposite side in the ratio of the other sides."""
    for triangle in scene.triangles:
        for top, b, c in corners(triangle):
            for d in scene.figure.row(b, c)[1:-1]:
                if scene.figure.line(top, d) is None:
                    continue
                one, two = scene.angle(b, top, d), scene.angle(d, top, c)
                why = scene.equal(one, two)
                if why is not None and scene.once("bisector", top, b, c, d):
                    left = scene.length(b, d) * scene.length(top, c)
                    right_side = scene.length(d, c) * scene.length(top, b)
                    premises = [f"△{top}{b}{c}", f"{one.text} = {two.text}"]
                    scene.say("Angle bisector theorem", left, right_side, premises, (why,))


def parallel_cuts(scene: Scene) -> None:
    """Three parallel lines cut all lines that cross them in the same ratio."""
    lines = scene.figure.lines
    families = _families(scene)
    for family in families:
        if len(family) < 3:
            continue
        crossing = []
        for t in range(len(lines)):
            if t in family:
                continue
            cuts = {i: scene.figure.crossing(i, t) for i in family}
            crossing.append((t, {i: p for i, p in cuts.items() if p is not None}))
        for (s, one), (t, two) in combinations([c for c in crossing if len(c[1]) >= 3], 2):
            shared = sorted(one.keys() & two.keys())
            for i, j, k in combinations(shared, 3):
                i, j, k = (n for _, n in sorted((lines[s].index(one[n]), n) for n in (i, j, k)))
                if not scene.once("cuts", s, t, i, j, k):
                    continue
                left = scene.length(one[i], one[j]) * scene.length(two[j], two[k])
                right_side = scene.length(one[j], one[k]) * scene.length(two[i], two[j])
                records = [scene.parallels[(min(a, b), max(a, b))] for a, b in ((i, j), (j, k))]
                why = tuple(scene.because(record) for record in records)
                premises = [record.statement for record in records]
                scene.say("Parallel lines cut transversals proportionally", left, right_side, premises, why)


def _families(scene: Scene) -> list[list[int]]:
    """Lines sorted by direction, as far as they are known to be parallel."""
    families: list[list[int]] = []
    for i, j in sorted(scene.parallels):
        for family in families:
            if i in family or j in family:
                family += [k for k in (i, j) if k not in family]
                break
        else:
            families.append([i, j])
    return families
