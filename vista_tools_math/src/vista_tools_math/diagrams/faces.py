"""The smallest regions of a figure, named by their borders: what FormalGeo's `Shape` says."""

import itertools
import math
from dataclasses import dataclass

from vista_tools_math.diagrams.scene import Circle, Scene, Xy

MOST = 40  # regions


@dataclass(frozen=True, slots=True)
class _Edge:
    """A border walked from one point to another: its name, the direction in which it leaves, its middle."""

    start: str
    end: str
    name: str
    way: float
    middle: Xy


def faces(scene: Scene) -> list[list[str]]:
    """Return the borders of each smallest region, walked counter-clockwise.

    Args:
        scene: a diagram.

    Returns:
        Lists of "AB" (a stretch from A to B) and "OAB" (the arc around O, counter-clockwise from A to B), each list
        from its smallest name on, sorted.
    """
    edges = _edges(scene)
    leaving: dict[str, list[_Edge]] = {}
    for edge in edges:
        leaving.setdefault(edge.start, []).append(edge)
    for ways in leaving.values():
        ways.sort(key=lambda e: e.way)
    back = {(e.start, e.end, e.name if len(e.name) == 3 else ""): e for e in edges}
    seen: set[_Edge] = set()
    found = []
    for first in edges:
        walk: list[_Edge] = []
        edge = first
        while edge not in seen:
            seen.add(edge)
            walk.append(edge)
            ways = leaving[edge.end]
            reverse = back[edge.end, edge.start, edge.name if len(edge.name) == 3 else ""]
            edge = ways[ways.index(reverse) - 1]  # the next way clockwise keeps the region on the left
        if len(walk) >= 2 and edge is first and _area(walk, scene) > 1.0:
            names = [e.name for e in walk]
            cut = names.index(min(names))
            found.append(names[cut:] + names[:cut])
    return sorted(found)[:MOST]


def _edges(scene: Scene) -> list[_Edge]:
    """All stretches of lines and circles, in both directions; y upwards."""
    at = {name: (x, -y) for name, (x, y) in scene.points.items()}
    found = []
    for line in scene.lines:
        for one, two in itertools.pairwise(line):
            for a, b in ((one, two), (two, one)):
                way = math.atan2(at[b][1] - at[a][1], at[b][0] - at[a][0])
                found.append(_Edge(a, b, a + b, way, ((at[a][0] + at[b][0]) / 2, (at[a][1] + at[b][1]) / 2)))
    for circle in scene.circles:
        found += _arcs(circle, at)
    return found


def _arcs(circle: Circle, at: dict[str, Xy]) -> list[_Edge]:
    centre = circle.at[0], -circle.at[1]
    turn = {name: math.atan2(at[name][1] - centre[1], at[name][0] - centre[0]) for name in circle.on}
    order = sorted(circle.on, key=turn.__getitem__)
    found = []
    if len(order) < 2:
        return found
    for one, two in zip(order, order[1:] + order[:1], strict=True):
        half = turn[one] + ((turn[two] - turn[one]) % math.tau) / 2
        middle = centre[0] + circle.radius * math.cos(half), centre[1] + circle.radius * math.sin(half)
        name = circle.centre + one + two
        # a tangent leaves in the same direction; the arc bends to the left of it, or walked back to the right
        found.append(_Edge(one, two, name, _wrapped(turn[one] + math.pi / 2 + 1e-3), middle))
        found.append(_Edge(two, one, name, _wrapped(turn[two] - math.pi / 2 - 1e-3), middle))
    return found


def _wrapped(way: float) -> float:
    return (way + math.pi) % math.tau - math.pi


def _area(walk: list[_Edge], scene: Scene) -> float:
    """The area to the left of a walk; middles of arcs stand for their bends."""
    corners = []
    for edge in walk:
        x, y = scene.points[edge.start]
        corners += [(x, -y), edge.middle]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True)) / 2
