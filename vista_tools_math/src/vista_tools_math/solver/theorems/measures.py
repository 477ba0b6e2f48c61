"""Perimeters and areas of the figures whose measure plays a part."""

from fractions import Fraction
from itertools import combinations

from vista_tools_math.solver import exact
from vista_tools_math.solver.problem import pairs
from vista_tools_math.solver.quantity import Quantity, total
from vista_tools_math.solver.records import Because
from vista_tools_math.solver.scene import Scene

Corners = tuple[str, ...]
_HALF = Fraction(1, 2)


def perimeters(scene: Scene) -> None:
    """A perimeter is the sum of the sides."""
    for (what, kind, corners), measure in scene.measured.items():
        if what != "perimeter" or not scene.once("perimeter", kind, corners):
            continue
        if kind == "Sector":
            circle, a, b = corners
            arc = scene.arc(circle, a, b)
            if arc is not None:
                around = scene.radius(circle) * arc * exact.PI * Fraction(1, 180)
                scene.say("Perimeter of a sector", measure, scene.radius(circle) * 2 + around)
        else:
            scene.say("Definition of the perimeter", measure, total([scene.length(a, b) for a, b in pairs(corners)]))


def areas(scene: Scene) -> None:
    """Areas of triangles, quadrilaterals, sectors and regular polygons."""
    for (what, kind, corners), measure in scene.measured.items():
        if what != "area":
            continue
        if kind == "Sector":
            _sector(scene, corners, measure)
        elif len(corners) == 3:
            _triangle(scene, corners, measure)
        elif len(corners) == 4:
            _quadrilateral(scene, kind, corners, measure)
        if len(corners) >= 4:
            _regular(scene, corners, measure)
    _similar(scene)


def _sector(scene: Scene, corners: Corners, measure: Quantity) -> None:
    circle, a, b = corners
    arc = scene.arc(circle, a, b)
    if arc is not None and scene.once("sector", corners):
        scene.say("Area of a sector", measure * 360, scene.radius(circle) ** 2 * arc * exact.PI)


def heights(scene: Scene, top: str, a: str, b: str) -> list[tuple[Quantity, Because, str]]:
    """Segments from a point that stand at right angles on the line ab."""
    base = scene.figure.line(a, b)
    found = []
    for foot in scene.figure.lines[base] if base is not None else ():
        if scene.figure.line(top, foot) is None or foot == top:
            continue
        other = next(p for p in scene.figure.lines[base] if p != foot)  # type: ignore[index]
        why = scene.equal(scene.angle(top, foot, other), 90)
        if why is not None:
            found.append((scene.length(top, foot), why, f"{top}{foot} ⟂ {a}{b}"))
    return found


def _triangle(scene: Scene, corners: Corners, measure: Quantity) -> None:
    a, b, c = corners
    for top, p, q in ((a, b, c), (b, a, c), (c, a, b)):
        for height, why, text in heights(scene, top, p, q):
            if scene.once("area", corners, height.text):
                right = scene.length(p, q) * height * _HALF
                scene.say("Area of a triangle: half of base times height", measure, right, [text], (why,))
        angle = scene.angle(p, top, q)
        known = scene.algebra.known(angle.poly)
        if known is not None and 0 < float(known[0]) < 180 and scene.once("area by sine", corners, top):
            right = scene.length(top, p) * scene.length(top, q) * (exact.sine(known[0]) * _HALF)
            premises = [f"{angle.text} = {exact.text(known[0])}°"]
            scene.say(
                "Area of a triangle: two sides and the sine of their angle", measure, right, premises, (known[1],)
            )
    scene.algebra.progress()
    if scene.value(measure) is not None:
        return
    sides = [scene.algebra.known(scene.length(p, q).poly) for p, q in pairs(corners)]
    if all(side is not None for side in sides) and scene.once("heron", corners):
        x, y, z = (side[0] for side in sides if side is not None)
        half = (x + y + z) * _HALF
        under = half * (half - x) * (half - y) * (half - z)
        if float(under) > 0:
            why = tuple(side[1] for side in sides if side is not None)
            text = ", ".join(
                f"{p}{q} = {exact.text(s[0])}" for (p, q), s in zip(pairs(corners), sides, strict=True) if s
            )
            scene.say("Heron's formula", measure, exact.sqrt(under), [text], why)


def _quadrilateral(scene: Scene, kind: str, corners: Corners, measure: Quantity) -> None:
    a, b, c, d = corners
    kinds = {kind} | {k for k, known, _ in scene.polygons if set(known) == set(corners)}
    text = [f"{''.join(corners)} is a {'/'.join(sorted(k.lower() for k in kinds))}"]
    if kinds & {"Rectangle", "Square"} and scene.once("rectangle", corners):
        name = "square" if "Square" in kinds else "rectangle"
        scene.say(f"Area of a {name}", measure, scene.length(a, b) * scene.length(b, c), text)
    if kinds & {"Parallelogram", "Rectangle", "Rhombus", "Square"}:
        _by_base(scene, corners, measure, text)
    if kinds & {"Kite", "Rhombus", "Square"} and scene.once("diagonals", corners):
        scene.say("Area by the diagonals", measure, scene.length(a, c) * scene.length(b, d) * _HALF, text)
    for one, two, three, four in (corners, (b, c, d, a)):
        _by_bases(scene, (one, two, three, four), measure, text)


def _by_base(scene: Scene, corners: Corners, measure: Quantity, text: list[str]) -> None:
    """A parallelogram: base times height, or two sides and the sine of their angle."""
    for p, q in pairs(corners):
        for top in corners:
            if top in (p, q):
                continue
            for height, why, right in heights(scene, top, p, q):
                if scene.once("area", corners, height.text):
                    scene.say(
                        "Area of a parallelogram: base times height",
                        measure,
                        scene.length(p, q) * height,
                        [*text, right],
                        (why,),
                    )
    for i in range(4):
        before, here, after = corners[i - 1], corners[i], corners[(i + 1) % 4]
        angle = scene.angle(before, here, after)
        known = scene.algebra.known(angle.poly)
        if known is not None and 0 < float(known[0]) < 180 and scene.once("area by sine", corners, here):
            product = scene.length(here, before) * scene.length(here, after) * exact.sine(known[0])
            premises = [*text, f"{angle.text} = {exact.text(known[0])}°"]
            scene.say(
                "Area of a parallelogram: two sides and the sine of their angle",
                measure,
                product,
                premises,
                (known[1],),
            )


def _by_bases(scene: Scene, corners: Corners, measure: Quantity, text: list[str]) -> None:
    """A trapezoid with bases ab and dc: half of their sum times the height."""
    a, b, c, d = corners
    i, j = scene.figure.line(a, b), scene.figure.line(d, c)
    parallel = None if i is None or j is None else scene.parallels.get((min(i, j), max(i, j)))
    if parallel is None:
        return
    for top, p, q in ((d, a, b), (c, a, b), (a, d, c), (b, d, c)):
        for height, why, right in heights(scene, top, p, q):
            if scene.once("area", corners, height.text):
                product = (scene.length(a, b) + scene.length(d, c)) * height * _HALF
                premises = [*text, parallel.statement, right]
                reasons = (why, scene.because(parallel))
                scene.say(
                    "Area of a trapezoid: half of the bases' sum times height", measure, product, premises, reasons
                )


def _regular(scene: Scene, corners: Corners, measure: Quantity) -> None:
    """A regular polygon from its side."""
    n = len(corners)
    sides = [scene.length(p, q) for p, q in pairs(corners)]
    angles = [scene.angle(corners[i - 1], corners[i], corners[(i + 1) % n]) for i in range(n)]
    why = [scene.equal(sides[0], side) for side in sides[1:]]
    why += [scene.equal(angle, Fraction(180 * (n - 2), n)) for angle in angles]
    if all(w is not None for w in why) and scene.once("regular", corners):
        factor = Fraction(n, 4) / exact.tangent(Fraction(180, n))
        scene.say("Area of a regular polygon", measure, sides[0] ** 2 * factor, [], [w for w in why if w])


def _similar(scene: Scene) -> None:
    """Areas of similar figures are as the squares of their sides, perimeters as the sides."""
    for both, record in list(scene.similar.items()):
        n = len(both) // 2
        one, two = both[:n], both[n:]
        for what, power in (("area", 2), ("perimeter", 1)):
            p = [m for (w, _, c), m in scene.measured.items() if w == what and set(c) == set(one)]
            q = [m for (w, _, c), m in scene.measured.items() if w == what and set(c) == set(two)]
            if p and q and scene.once("similar", what, both):
                a, b = scene.length(one[0], one[1]), scene.length(two[0], two[1])
                name = f"{what.capitalize()}s of similar figures"
                why = (scene.because(record),)
                scene.say(name, p[0] * b**power, q[0] * a**power, [record.statement], why)


def sums(scene: Scene) -> None:
    """The area of a triangle or quadrilateral that a segment cuts is the sum of the parts."""
    area = {corners: m for (what, _, corners), m in scene.measured.items() if what == "area" and len(corners) == 3}
    for (one, a), (two, b) in combinations(area.items(), 2):
        shared = set(one) & set(two)
        apart = sorted(set(one) ^ set(two))
        if len(shared) != 2 or len(apart) != 2:
            continue
        for cut, top in (sorted(shared), sorted(shared)[::-1]):
            if cut in scene.figure.row(*apart)[1:-1]:
                for whole, m in area.items():
                    if set(whole) == {top, *apart} and scene.once("sum", whole, cut):
                        scene.say("Area addition", m, a + b)
