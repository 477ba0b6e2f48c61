"""Angles at a point, in triangles and polygons, and at parallel lines."""

from collections.abc import Iterator
from itertools import combinations

from vista_tools_math.solver.figure import Ray
from vista_tools_math.solver.problem import pairs
from vista_tools_math.solver.quantity import Quantity, total
from vista_tools_math.solver.scene import Scene

NEARLY_PARALLEL = 20.0  # degrees in the drawing; pairs of lines beyond it are not tried
MOST_LINES = 40  # beyond it, whether lines are parallel is not searched for
LONGEST_CYCLE = 8  # corners of a polygon that the forms do not name


def at_points(scene: Scene) -> None:
    """Vertical angles, linear pairs and full turns."""
    for v in scene.figure.points:
        rays = scene.figure.rays(v)
        straight = [i for i, side in rays if side == 1 and (i, -1) in rays]
        for i, j in combinations(straight, 2):
            for side in (1, -1):
                one = _angle(scene, v, (i, 1), (j, side))
                scene.say("Vertical angles are equal", one, _angle(scene, v, (i, -1), (j, -side)))
        for i in straight:
            for ray in rays:
                if ray[0] != i:
                    two = _angle(scene, v, (i, 1), ray) + _angle(scene, v, ray, (i, -1))
                    scene.say("Linear pair", two, 180)
        if not straight and len(rays) >= 3:
            around = [_sector(scene, v, one, two) for one, two in zip(rays, [*rays[1:], rays[0]], strict=True)]
            whole = [part for part in around if part is not None]
            if len(whole) == len(around):
                scene.say("Angles around a point", total(whole), 360, drawing=f"order of the rays at {v}")


def _angle(scene: Scene, v: str, one: Ray, two: Ray) -> Quantity:
    return scene.angle(scene.figure.on_ray(v, one)[0], v, scene.figure.on_ray(v, two)[0])


def _sector(scene: Scene, v: str, one: Ray, two: Ray) -> Quantity | None:
    """The angle between neighbouring rays, unless it is more than a straight one."""
    turn = (scene.direction(two) - scene.direction(one)) % 360
    return _angle(scene, v, one, two) if turn < 180 else None


def triangle_sums(scene: Scene) -> None:
    """The angles of a triangle make 180 degrees."""
    for a, b, c in scene.triangles:
        three = scene.angle(b, a, c) + scene.angle(a, b, c) + scene.angle(a, c, b)
        scene.say("Angle sum of a triangle", three, 180, [f"△{a}{b}{c}"])


def polygon_sums(scene: Scene) -> None:
    """The angles of a polygon make (n - 2) * 180 degrees."""
    named = [corners for _, corners, _ in scene.polygons if len(corners) > 3]
    for corners in [*named, *cycles(scene)]:
        angles = interior_angles(scene, corners)
        if angles is not None:
            n = len(corners)
            scene.say(f"Angle sum of a polygon of {n} sides", total(angles), 180 * (n - 2), ["".join(corners)])


def interior_angles(scene: Scene, corners: tuple[str, ...]) -> list[Quantity] | None:
    """The inner angles of a polygon, reflex ones as 360 degrees less the other side; None if that cannot be told."""
    n = len(corners)
    turns = [scene.figure.side(corners[(i + 1) % n], corners[i - 1], corners[i]) for i in range(n)]
    if 0 in turns or len(set(corners)) < n:
        return None
    inward = 1 if sum(turns) > 0 else -1
    if sum(turns) * inward < n - 2 - (n - 4):
        return None
    return [
        angle if turns[i] == inward else 360 - angle
        for i in range(n)
        for angle in [scene.angle(corners[i - 1], corners[i], corners[(i + 1) % n])]
    ]


def cycles(scene: Scene) -> Iterator[tuple[str, ...]]:
    """Polygons that the drawn segments make and no drawn segment cuts."""
    figure = scene.figure
    names = figure.points
    if len(figure.lines) > MOST_LINES:
        return
    next_to = {a: [b for b in names if b != a and figure.line(a, b) is not None] for a in names}
    for start in names:
        paths = [(start, b) for b in next_to[start] if b > start]
        while paths:
            path = paths.pop()
            for c in next_to[path[-1]]:
                if c <= start or c in path:
                    continue
                if len(path) >= 2 and any(figure.line(p, c) is not None for p in path[1:-1]):
                    continue
                closes = figure.line(start, c) is not None
                if not closes and len(path) < LONGEST_CYCLE - 1:
                    paths.append((*path, c))
                elif closes and len(path) >= 3 and path[1] < c:
                    yield (*path, c)


def at_parallels(scene: Scene) -> None:
    """Angles where a line crosses two parallel lines."""
    for (i, j), record in list(scene.parallels.items()):
        for p, q in _crossings(scene, i, j):
            if not scene.once("parallel", i, j, p, q):
                continue
            why = (scene.because(record),)
            for name, one, two, straight in _pairs(scene, i, j, p, q):
                if straight:
                    scene.say(name, one + two, 180, [record.statement], why)
                else:
                    scene.say(name, one, two, [record.statement], why)


def _crossings(scene: Scene, i: int, j: int) -> list[tuple[str, str]]:
    """Points of two lines that a third line joins."""
    lines = scene.figure.lines
    return [
        (p, q)
        for p in lines[i]
        for q in lines[j]
        if p != q and (t := scene.figure.line(p, q)) is not None and t not in (i, j)
    ]


def _pairs(scene: Scene, i: int, j: int, p: str, q: str) -> Iterator[tuple[str, Quantity, Quantity, bool]]:
    """The pairs of angles at a transversal: name, both, and whether they make 180 degrees instead of being equal."""
    figure = scene.figure
    forward, backward = figure.ray(p, q), figure.ray(q, p)
    if forward is None or backward is None:
        return
    same = _same_way(scene, i, j)
    rays = {p: figure.rays(p), q: figure.rays(q)}
    beyond_p, beyond_q = (forward[0], -forward[1]), (backward[0], -backward[1])
    for side in (1, -1):
        at_p, with_q, against_q = (i, side), (j, side * same), (j, -side * same)
        if at_p not in rays[p]:
            continue
        if against_q in rays[q]:
            yield (
                "Alternate interior angles are equal",
                _angle(scene, p, forward, at_p),
                _angle(scene, q, backward, against_q),
                False,
            )
            if beyond_p in rays[p] and beyond_q in rays[q]:
                yield (
                    "Alternate exterior angles are equal",
                    _angle(scene, p, beyond_p, at_p),
                    _angle(scene, q, beyond_q, against_q),
                    False,
                )
        if with_q in rays[q]:
            if beyond_q in rays[q]:
                yield (
                    "Corresponding angles are equal",
                    _angle(scene, p, forward, at_p),
                    _angle(scene, q, beyond_q, with_q),
                    False,
                )
            if beyond_p in rays[p]:
                yield (
                    "Corresponding angles are equal",
                    _angle(scene, p, beyond_p, at_p),
                    _angle(scene, q, backward, with_q),
                    False,
                )
            yield (
                "Consecutive interior angles are supplementary",
                _angle(scene, p, forward, at_p),
                _angle(scene, q, backward, with_q),
                True,
            )


def _same_way(scene: Scene, i: int, j: int) -> int:
    """1 if two nearly parallel lines run the same way in their order of points, else -1."""
    turn = abs((scene.direction((i, 1)) - scene.direction((j, 1)) + 180) % 360 - 180)
    return 1 if turn < 90 else -1


def find_parallels(scene: Scene) -> None:
    """Lines are parallel if the angles at a line that crosses both say so."""
    lines = scene.figure.lines
    if len(lines) > MOST_LINES:
        return
    for i, j in combinations(range(len(lines)), 2):
        if (i, j) in scene.parallels or set(lines[i]) & set(lines[j]):
            continue
        turn = abs((scene.direction((i, 1)) - scene.direction((j, 1)) + 90) % 180 - 90)
        if turn > NEARLY_PARALLEL:
            continue
        for p, q in _crossings(scene, i, j):
            if _converse(scene, i, j, p, q):
                break


def _converse(scene: Scene, i: int, j: int, p: str, q: str) -> bool:
    for name, one, two, straight in _pairs(scene, i, j, p, q):
        why = scene.equal(one + two, 180) if straight else scene.equal(one, two)
        if why is not None:
            text = name.replace(" are equal", "").replace(" are supplementary", "").lower()
            relation = f"{one.text} + {two.text} = 180°" if straight else f"{one.text} = {two.text}"
            statement = f"{scene.line_name(i)} ∥ {scene.line_name(j)}, since {relation}"
            scene.parallel(i, j, f"Converse of {text}", (why,), statement)
            return True
    return False


def sides(corners: tuple[str, ...]) -> list[tuple[str, str]]:
    """The sides of a polygon."""
    return list(pairs(corners))
