"""Congruent and similar triangles: found by equal keys, then used."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations

from vista_tools_math.solver.polynomials import add, variable, variables
from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.records import Because
from vista_tools_math.solver.scene import Scene

Triangle = tuple[str, str, str]
MOST_IN_CLASS = 5  # of a class of similar triangles, all pairs are compared; of a larger one, those with the first


def sides(scene: Scene, t: Triangle) -> list[Quantity]:
    """The sides, each opposite the corner of the same place."""
    a, b, c = t
    return [scene.length(b, c), scene.length(a, c), scene.length(a, b)]


def angles(scene: Scene, t: Triangle) -> list[Quantity]:
    """The angles in the order of the corners."""
    a, b, c = t
    return [scene.angle(b, a, c), scene.angle(a, b, c), scene.angle(a, c, b)]


def find(scene: Scene) -> None:
    """Look for congruent triangles (SSS, SAS, ASA, AAS, HL) and similar ones (AA)."""
    classes: dict[tuple[object, ...], list[Triangle]] = defaultdict(list)
    for t in scene.triangles:
        side = [scene.key(q) for q in sides(scene, t)]
        angle = [scene.key(q) for q in angles(scene, t)]
        classes[("SSS", *sorted(side))].append(t)
        classes[("AA", *sorted(angle))].append(t)
        for i in range(3):
            j, k = (i + 1) % 3, (i + 2) % 3
            classes[("SAS", angle[i], *sorted((side[j], side[k])))].append(t)
            classes[("AAS", side[i], angle[i], *sorted((angle[j], angle[k])))].append(t)
            if angle[i] == (("", 90),):
                for leg in (j, k):
                    classes[("HL", side[i], side[leg])].append(t)
    for rule in ("SSS", "SAS", "AAS", "HL", "AA"):
        for key, members in classes.items():
            if key[0] == rule and len(members) > 1:
                for s, t in _pairs(list(dict.fromkeys(members))):
                    _matched(scene, rule, s, t)


def _pairs(members: list[Triangle]) -> Iterator[tuple[Triangle, Triangle]]:
    if len(members) <= MOST_IN_CLASS:
        yield from combinations(members, 2)
    else:
        yield from ((members[0], other) for other in members[1:])


_NEEDS = {"SSS": ("s0", "s1", "s2"), "SAS": ("a0", "s1", "s2"), "AAS": ("s0", "a0", "a1"), "HL": ("a0", "s0", "s1")}
_NAMES = {"SSS": "SSS congruence", "SAS": "SAS congruence", "AAS": "AAS/ASA congruence", "HL": "HL congruence"}


def _matched(scene: Scene, rule: str, s: Triangle, t: Triangle) -> None:
    """Find the correspondence of two triangles with equal keys, and write it down."""
    known = scene.similar if rule == "AA" else scene.congruent
    if frozenset((s, t)) in scene.matched[rule == "AA"] or frozenset((s, t)) in scene.matched[False]:
        return
    orders = [(0, 1, 2)] if rule in ("SSS", "AA") else list(permutations(range(3)))
    for order in orders:
        one = (s[order[0]], s[order[1]], s[order[2]])
        for two in permutations(t):
            why = _reasons(scene, ("a0", "a1") if rule == "AA" else _NEEDS[rule], one, two)
            if why is None:
                continue
            sign, theorem = ("~", "AA similarity") if rule == "AA" else ("≅", _NAMES[rule])
            text = f"△{''.join(one)} {sign} △{''.join(two)}"
            record = scene.fact(theorem, text, [w for w, _ in why], [b for _, b in why])
            known[(*one, *two)] = record
            scene.matched[rule == "AA"].add(frozenset((s, t)))
            return


def _reasons(
    scene: Scene, needs: tuple[str, ...], one: Triangle, two: tuple[str, ...]
) -> list[tuple[str, Because]] | None:
    """Why the named sides (s) and angles (a) of two triangles are equal; None if one is not."""
    found = []
    other = (two[0], two[1], two[2])
    for need in needs:
        of = sides if need[0] == "s" else angles
        p, q = of(scene, one)[int(need[1])], of(scene, other)[int(need[1])]
        why = scene.equal(p, q)
        if why is None:
            return None
        found.append((f"{p.text} = {q.text}" if p.poly != q.poly else f"{p.text} in common", why))
    return found


def find_by_ratios(scene: Scene) -> None:
    """Look for triangles that are similar by two ratios and the angle between (SAS), or by three ratios (SSS)."""
    by_angle: dict[object, list[tuple[Triangle, int]]] = defaultdict(list)
    for t in scene.triangles:
        for i, angle in enumerate(angles(scene, t)):
            by_angle[scene.key(angle)].append((t, i))
    for members in by_angle.values():
        for (s, i), (t, j) in combinations(members[:12], 2):
            if s == t or frozenset((s, t)) in scene.matched[True] or frozenset((s, t)) in scene.matched[False]:
                continue
            one = (s[i], s[(i + 1) % 3], s[(i + 2) % 3])
            for two in ((t[j], t[(j + 1) % 3], t[(j + 2) % 3]), (t[j], t[(j + 2) % 3], t[(j + 1) % 3])):
                p, q = sides(scene, one), sides(scene, two)
                ratio = product_zero(scene, p[1] * q[2], p[2] * q[1])
                why = scene.equal(angles(scene, one)[0], angles(scene, two)[0])
                if ratio is None or why is None:
                    continue
                text = f"△{''.join(one)} ~ △{''.join(two)}"
                premises = [f"{p[1].text} : {p[2].text} = {q[1].text} : {q[2].text}"]
                record = scene.fact("SAS similarity", text, premises, [why, *ratio])
                scene.similar[(*one, *two)] = record
                scene.matched[True].add(frozenset((s, t)))
                break


def product_zero(scene: Scene, left: Quantity, right: Quantity) -> list[Because] | None:
    """Why two products of lengths are equal; None if that is not known."""
    poly = add(left.poly, right.poly, -1)
    if scene.algebra.zero(poly) is None:
        return None
    rows = scene.algebra.linear.rows
    return [Because(rows[n][1], add(variable(n), rows[n][0], -1)) for n in sorted(variables(poly)) if n in rows]


def use(scene: Scene) -> None:
    """Corresponding parts of congruent and similar figures."""
    for six, record in list(scene.congruent.items()):
        if scene.once("congruent", six):
            _use(scene, six, record.statement, (scene.because(record),), True)
    for six, record in list(scene.similar.items()):
        if scene.once("similar", six):
            _use(scene, six, record.statement, (scene.because(record),), False)


def _use(scene: Scene, both: tuple[str, ...], statement: str, why: tuple[Because, ...], congruent: bool) -> None:
    n = len(both) // 2
    one, two = both[:n], both[n:]
    word = "congruent" if congruent else "similar"
    kind = "triangles" if n == 3 else "polygons"
    p = [scene.length(one[i], one[(i + 1) % n]) for i in range(n)]
    q = [scene.length(two[i], two[(i + 1) % n]) for i in range(n)]
    if congruent:
        for a, b in zip(p, q, strict=True):
            scene.say(f"Corresponding sides of congruent {kind}", a, b, [statement], why)
    for i in range(n):
        a = scene.angle(one[i - 1], one[i], one[(i + 1) % n])
        b = scene.angle(two[i - 1], two[i], two[(i + 1) % n])
        scene.say(f"Corresponding angles of {word} {kind}", a, b, [statement], why)
    if not congruent:
        for i, j in combinations(range(n), 2) if n == 3 else ((0, k) for k in range(1, n)):
            scene.say(f"Corresponding sides of similar {kind}", p[i] * q[j], p[j] * q[i], [statement], why)
