"""From strokes and circles to a construction: points, the points on each line and circle."""

import itertools
import math
from dataclasses import dataclass, replace

from vista_tools_math.diagrams.rounds import Round
from vista_tools_math.diagrams.strokes import Stroke

Xy = tuple[float, float]


@dataclass(slots=True)
class Construction:
    """Points without names yet.

    Attributes:
        points: places, px of the mask.
        lines: numbers of the points on each straight line, in order.
        rounds: circles.
        on: numbers of the points on each circle.
        centres: number of each circle's centre among the points.
        free: numbers of points that nothing but a crossing or a circle made.
    """

    points: list[Xy]
    lines: list[list[int]]
    rounds: list[Round]
    on: list[list[int]]
    centres: list[int]
    free: set[int]

    def pieces(self) -> list[tuple[int, int]]:
        """Return the stretches of lines between points that follow each other."""
        return [pair for line in self.lines for pair in itertools.pairwise(line)]

    def rays(self, point: int) -> list[tuple[float, int, float]]:
        """Return the ways that lines leave a point, by direction: radians (-pi..pi), next point, distance."""
        found = []
        for line in self.lines:
            if point in line:
                place = line.index(point)
                for other in line[max(0, place - 1) : place] + line[place + 1 : place + 2]:
                    dx, dy = (
                        self.points[other][0] - self.points[point][0],
                        self.points[other][1] - self.points[point][1],
                    )
                    found.append((math.atan2(dy, dx), other, math.hypot(dx, dy)))
        return sorted(found)


def construct(
    strokes: list[Stroke], rounds: list[Round], dots: list[Xy], zoom: float, tolerance: float
) -> Construction:
    """Find the points of a figure and what they lie on.

    Args:
        strokes: straight strokes, px of the mask.
        rounds: circles.
        dots: round dots that stand alone.
        zoom: px of the mask per px of the picture.
        tolerance: how far ink may lie from the course of a stroke, px of the mask.
    """
    merge, reach = 8.0 * zoom, 7.0 * zoom
    strokes = [_to_tangency(stroke, rounds, tolerance, reach) for stroke in strokes]
    crossings = _crossings(strokes, reach) + _circle_crossings(strokes, rounds, tolerance, reach)
    ends = [end for s in strokes for end in ((s.x0, s.y0), (s.x1, s.y1))]
    points, firm = _clusters(crossings, ends, merge)
    centres = []
    for circle in rounds:
        near = [i for i, at in enumerate(points) if math.dist(at, (circle.x, circle.y)) < merge]
        if near:
            centres.append(min(near, key=lambda i: math.dist(points[i], (circle.x, circle.y))))
        else:
            dot = [d for d in dots if math.dist(d, (circle.x, circle.y)) < merge]
            points.append(dot[0] if dot else (circle.x, circle.y))
            firm.append(bool(dot))
            centres.append(len(points) - 1)
    lines = []
    for stroke in strokes:
        places = [(stroke.place(*at), i) for i, at in enumerate(points)]
        on = sorted(
            (along, i)
            for (along, off), i in places
            if abs(off) < 5 * zoom and -1.4 * merge < along < stroke.length + 1.4 * merge
        )
        if len(on) >= 2:
            lines.append([i for _, i in on])
    on_rounds = [
        [
            i
            for i, at in enumerate(points)
            if i not in centres and abs(math.dist(at, (circle.x, circle.y)) - circle.radius) < 5 * zoom
        ]
        for circle in rounds
    ]
    free = {i for i, sure in enumerate(firm) if not sure}
    return Construction(points, _joined(lines, points), rounds, on_rounds, centres, free)


def _to_tangency(stroke: Stroke, rounds: list[Round], tolerance: float, reach: float) -> Stroke:
    """Lengthen a stroke that touches a circle to the point of contact: along the circle its ink was taken for that."""
    for circle in rounds:
        along, off = stroke.place(circle.x, circle.y)
        if abs(abs(off) - circle.radius) > 1.2 * tolerance:
            continue
        slack = math.sqrt(4 * circle.radius * tolerance) + reach
        foot = stroke.at(along)
        if -slack < along < min(slack, stroke.length / 2):
            stroke = replace(stroke, x0=foot[0], y0=foot[1])
        elif max(stroke.length - slack, stroke.length / 2) < along < stroke.length + slack:
            stroke = replace(stroke, x1=foot[0], y1=foot[1])
    return stroke


def _crossings(strokes: list[Stroke], reach: float) -> list[Xy]:
    """Where strokes cross or meet."""
    found = []
    for one, two in itertools.combinations(strokes, 2):
        (ux, uy), (vx, vy) = one.way, two.way
        sine = ux * vy - uy * vx
        if abs(sine) < math.sin(math.radians(7)):
            continue
        dx, dy = two.x0 - one.x0, two.y0 - one.y0
        along_one, along_two = (dx * vy - dy * vx) / sine, (dx * uy - dy * ux) / sine
        slack = min(3.0, 1 / abs(sine)) * reach  # lines at a narrow angle miss their meeting by more
        if -slack < along_one < one.length + slack and -slack < along_two < two.length + slack:
            found.append(one.at(along_one))
    return found


def _circle_crossings(strokes: list[Stroke], rounds: list[Round], tolerance: float, reach: float) -> list[Xy]:
    """Where strokes cross, touch or meet circles."""
    found = []
    for stroke, circle in itertools.product(strokes, rounds):
        along, off = stroke.place(circle.x, circle.y)
        inside = circle.radius - abs(off)
        if inside < -1.2 * tolerance:
            continue
        half = math.sqrt(circle.radius**2 - off**2) if inside > 1.2 * tolerance else 0.0
        places = sorted({along - half, along + half})
        found += [stroke.at(place) for place in places if -reach < place < stroke.length + reach]
    return found


def _clusters(crossings: list[Xy], ends: list[Xy], merge: float) -> tuple[list[Xy], list[bool]]:
    """Merge what lies together; crossings tell a point's place better than ends do."""
    groups: list[list[Xy]] = []
    for at in crossings:
        near = [g for g in groups if math.dist(_mean(g), at) < merge]
        if near:
            min(near, key=lambda g: math.dist(_mean(g), at)).append(at)
        else:
            groups.append([at])
    points = [_mean(group) for group in groups]
    firm = [False] * len(points)
    loose: list[list[Xy]] = []
    for at in ends:
        near_points = [i for i, p in enumerate(points) if math.dist(p, at) < 1.3 * merge]
        if near_points:
            firm[min(near_points, key=lambda i: math.dist(points[i], at))] = True
            continue
        near = [g for g in loose if math.dist(_mean(g), at) < merge]
        if near:
            near[0].append(at)
        else:
            loose.append([at])
    return points + [_mean(group) for group in loose], firm + [True] * len(loose)


def _mean(group: list[Xy]) -> Xy:
    return sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)


def _joined(lines: list[list[int]], points: list[Xy]) -> list[list[int]]:
    """Join lines that go on as one: they share an end and run the same way."""
    lines = sorted(lines, key=lambda line: -math.dist(points[line[0]], points[line[-1]]))
    joined: list[list[int]] = []
    for line in lines:
        for index, other in enumerate(joined):
            both = set(line) | set(other)
            if set(line) & set(other) and _straight(both, points):
                joined[index] = _ordered(both, points)
                break
        else:
            joined.append(line)
    return joined


def _ordered(numbers: set[int], points: list[Xy]) -> list[int]:
    first, _ = max(itertools.combinations(sorted(numbers), 2), key=lambda p: math.dist(points[p[0]], points[p[1]]))
    return sorted(numbers, key=lambda i: math.dist(points[first], points[i]) if i != first else -1.0)


def _straight(numbers: set[int], points: list[Xy]) -> bool:
    """Whether all points lie on the line through the two that are farthest apart, to 2% of its length."""
    order = _ordered(numbers, points)
    (x0, y0), (x1, y1) = points[order[0]], points[order[-1]]
    size = math.dist((x0, y0), (x1, y1))
    off = [abs((x1 - x0) * (points[i][1] - y0) - (y1 - y0) * (points[i][0] - x0)) / size for i in order]
    return max(off) < 0.02 * size
