"""The figure without measures: which points lie on which lines and circles, and in which order.

Positions are used for order only: along a line where the forms leave it open, of rays around a point, of points around
a circle. No length or angle is taken from them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, permutations

Position = tuple[float, float]
Ray = tuple[int, int]  # line, side: +1 towards its last point, -1 towards its first
MOST_POINTS = 60
MOST_OFF = 0.15  # of the drawing's size, that a point may be off the line that the forms put it on


class Figure:
    """Points, lines and circles.

    Args:
        positions: of points, in any unit, y up or down.
        between: (a, p, b) for every p that is said to lie on a segment ab.
        segments: pairs of points that are joined.
        circles: points on each circle, by its centre's name.

    Attributes:
        lines: the points of each line, in order.
        doubts: incidences that cannot be as the forms say.
    """

    def __init__(
        self,
        positions: Mapping[str, Position],
        between: Sequence[tuple[str, str, str]],
        segments: Iterable[tuple[str, str]],
        circles: Mapping[str, Sequence[str]],
    ) -> None:
        self.positions = dict(positions)
        places = self.positions.values()
        self._size = max((math.dist(a, b) for a, b in combinations(places, 2)), default=1.0)
        self.between = [t for t in between if len(set(t)) == 3]
        self.lines: list[list[str]] = [self._ordered(points) for points in self._merged()]
        self._line_of: dict[frozenset[str], int] = {}
        for i, line in enumerate(self.lines):
            for a, b in combinations(line, 2):
                self._line_of[frozenset((a, b))] = i
        for a, b in segments:
            self.join(a, b)
        self.circles = {centre: self._around(centre, list(dict.fromkeys(points))) for centre, points in circles.items()}
        self._rays: dict[str, list[Ray]] = {}
        self.doubts = self._doubts()

    def _merged(self) -> list[set[str]]:
        """The lines as sets: two with two points in common are one."""
        sets: list[set[str]] = []
        for triple in self.between:
            new = set(triple)
            grown = True
            while grown:
                grown = False
                for old in sets:
                    if len(old & new) >= 2 and (old <= new or self._straight(old | new)):
                        sets.remove(old)
                        new |= old
                        grown = True
                        break
            sets.append(new)
        return sets

    def _doubts(self) -> list[str]:
        """Incidences that cannot be as they are said: lines with two points in common, points far off their line."""
        found = [
            f"{p} on line {a}{b}, but not in the drawing" for a, p, b in self.between if not self._straight({a, p, b})
        ]
        for one, two in combinations(self.lines, 2):
            if len(set(one) & set(two)) >= 2:
                found.append(f"lines {''.join(one)} and {''.join(two)} have two points in common")
        return found

    def _straight(self, points: set[str]) -> bool:
        """Whether points can be on one line as far as the drawing shows: a slip in the forms must not bend lines."""
        placed = [self.positions[p] for p in sorted(points) if p in self.positions]
        if len(placed) < 3:
            return True
        (x, y), (u, v) = max(combinations(placed, 2), key=lambda pair: math.dist(*pair))
        length = math.dist((x, y), (u, v)) or 1.0
        off = max(abs((u - x) * (q - y) - (v - y) * (p - x)) / length for p, q in placed)
        return off <= MOST_OFF * self._size

    def _ordered(self, points: set[str]) -> list[str]:
        """The points of a line in order: by position, mended where the forms say otherwise."""
        triples = [t for t in self.between if points.issuperset(t)]
        placed = sorted(p for p in points if p in self.positions)
        if len(placed) >= 2:
            far = max(combinations(placed, 2), key=lambda pair: math.dist(*(self.positions[p] for p in pair)))
            (x, y), (u, v) = (self.positions[p] for p in far)
            along = {p: (self.positions[p][0] - x) * (u - x) + (self.positions[p][1] - y) * (v - y) for p in placed}
            order = sorted(placed, key=lambda p: along[p])
        else:
            order = placed
        for point in sorted(points - set(order)):
            options = [[*order[:i], point, *order[i:]] for i in range(len(order) + 1)]
            order = min(options, key=lambda o: _violations(o, triples))
        if _violations(order, triples) and len(order) <= 6:
            order = min(([*o] for o in permutations(order)), key=lambda o: (_violations(o, triples), _moves(o, order)))
        return order

    def join(self, a: str, b: str) -> None:
        """Make sure that two points are on a common line."""
        key = frozenset((a, b))
        if a != b and key not in self._line_of:
            self._line_of[key] = len(self.lines)
            self.lines.append(sorted((a, b)))

    def line(self, a: str, b: str) -> int | None:
        """The line through two points, if they are joined."""
        return self._line_of.get(frozenset((a, b)))

    @property
    def points(self) -> list[str]:
        """All points on lines and circles."""
        found = {p for line in self.lines for p in line} | {p for c in self.circles.values() for p in c}
        return sorted(found)

    def row(self, a: str, b: str) -> list[str]:
        """The points from a to b along their line, both included."""
        i = self.line(a, b)
        if i is None:
            return [a, b]
        line = self.lines[i]
        m, n = line.index(a), line.index(b)
        return line[m : n + 1] if m < n else line[n : m + 1][::-1]

    def ray(self, vertex: str, through: str) -> Ray | None:
        """The ray from a point through another."""
        i = self.line(vertex, through)
        if i is None:
            return None
        line = self.lines[i]
        return (i, 1 if line.index(through) > line.index(vertex) else -1)

    def on_ray(self, vertex: str, ray: Ray) -> list[str]:
        """The points of a ray, the nearest first, without its vertex."""
        line = self.lines[ray[0]]
        at = line.index(vertex)
        return line[at + 1 :] if ray[1] > 0 else line[:at][::-1]

    def rays(self, vertex: str) -> list[Ray]:
        """The rays from a point, in their order around it; those without positions are left out."""
        if vertex not in self._rays:
            found = []
            for i, line in enumerate(self.lines):
                if vertex in line:
                    at = line.index(vertex)
                    if at < len(line) - 1:
                        found.append((i, 1))
                    if at > 0:
                        found.append((i, -1))
            turned = [(angle, ray) for ray in found if (angle := self.direction(ray)) is not None]
            self._rays[vertex] = [ray for _, ray in sorted(turned)]
        return self._rays[vertex]

    def direction(self, ray: Ray) -> float | None:
        """The direction of a ray in the drawing, 0..360, for the order of rays only."""
        placed = [p for p in self.lines[ray[0]] if p in self.positions]
        if len(placed) < 2:
            return None
        (x, y), (u, v) = self.positions[placed[0]], self.positions[placed[-1]]
        return math.degrees(math.atan2(v - y, u - x) + (0 if ray[1] > 0 else math.pi)) % 360

    def side(self, point: str, a: str, b: str) -> int:
        """On which side of the line ab a point lies in the drawing: 1, -1, or 0 if that cannot be said."""
        if not {point, a, b} <= self.positions.keys():
            return 0
        (px, py), (ax, ay), (bx, by) = (self.positions[name] for name in (point, a, b))
        cross = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        size = math.dist((ax, ay), (bx, by)) * max(math.dist((px, py), (ax, ay)), 1e-9)
        return 0 if abs(cross) <= 1e-3 * size else (1 if cross > 0 else -1)

    def _around(self, centre: str, points: list[str]) -> list[str]:
        """The points of a circle in order around it, as far as they have positions."""
        middle = self.positions.get(centre)
        placed = [p for p in points if p in self.positions]
        if middle is None or len(placed) < len(points):
            if not placed:
                return points
            xs, ys = zip(*(self.positions[p] for p in placed), strict=True)
            middle = middle or (sum(xs) / len(xs), sum(ys) / len(ys))
        x, y = middle
        order = {p: math.atan2(self.positions[p][1] - y, self.positions[p][0] - x) for p in placed}
        return sorted(placed, key=lambda p: order[p]) + [p for p in points if p not in order]

    def triangles(self) -> list[tuple[str, str, str]]:
        """Triples of points that are joined two by two and not on one line."""
        names = self.points[:MOST_POINTS]
        found = []
        for a, b in combinations(names, 2):
            i = self.line(a, b)
            if i is None:
                continue
            for c in names[names.index(b) + 1 :]:
                j, k = self.line(a, c), self.line(b, c)
                if j is not None and k is not None and j != i:
                    found.append((a, b, c))
        return found

    def crossing(self, i: int, j: int) -> str | None:
        """The named point that two lines have in common."""
        shared = [p for p in self.lines[i] if p in self.lines[j]]
        return shared[0] if len(shared) == 1 else None


def _violations(order: Sequence[str], triples: Sequence[tuple[str, str, str]]) -> int:
    """How many statements of betweenness an order breaks."""
    at = {p: i for i, p in enumerate(order)}
    broken = 0
    for a, p, b in triples:
        if a in at and p in at and b in at and not min(at[a], at[b]) < at[p] < max(at[a], at[b]):
            broken += 1
    return broken


def _moves(order: Sequence[str], before: Sequence[str]) -> int:
    """How far two orders differ."""
    return min(
        sum(abs(order.index(p) - i) for i, p in enumerate(before)),
        sum(abs(order.index(p) - i) for i, p in enumerate(reversed(before))),
    )
