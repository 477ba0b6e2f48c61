"""Where a figure and its labels go on the canvas; a figure that would not be legible is refused."""

import itertools
import math
from dataclasses import dataclass

from vista_tasks_synthetic.diagrams.looks import Look
from vista_tasks_synthetic.diagrams.plan import Figure, Ring, Xy, along
from vista_tasks_synthetic.draw.canvas import text_size
from vista_tasks_synthetic.fonts import font

Box = tuple[float, float, float, float]
CLEAR = 3.0
"""Room around a label, px."""


class NotLegible(Exception):
    """A figure in this position has no room for its labels."""


@dataclass(frozen=True, slots=True)
class Label:
    """A placed text: what it says, where its middle is (px), its font family, and what it names.

    Attributes:
        kind: "point", "length" or "angle".
        target: the names of the points: "A", "AB" or "BAC".
    """

    text: str
    at: Xy
    family: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Layout:
    """A figure on the canvas: points and radii in px, y downwards."""

    points: dict[str, Xy]
    rings: list[tuple[Ring, float]]
    labels: list[Label]


def lay_out(figure: Figure, look: Look) -> Layout:
    """Turn, mirror and scale a figure to fit the canvas, and place its labels.

    Raises:
        NotLegible: points or lines come too close to each other, or a label has no room.
    """
    points, scale = _fitted(figure, look)
    rings = [(ring, ring.radius * scale) for ring in figure.rings]
    _apart(figure, points, rings)
    ink = list(_ink(figure, points, rings, look))
    labels: list[Label] = []
    boxes: list[Box] = []
    wanted = [("angle", target, text) for target, text in figure.angles]
    wanted += [("length", target, text) for target, text in figure.lengths]
    wanted += [("point", name, name) for name in figure.points]
    for kind, target, text in wanted:
        family = look.letters if kind == "point" else look.numbers
        half = text_size(text, family, look.text_size)[0] / 2, _half_height(text, family, look.text_size)
        for x, y in _places(kind, target, half, figure, points, look):
            box = (x - half[0], y - half[1], x + half[0], y + half[1])
            if _free(box, ink, boxes, look.size) and _plain(kind, target, (x, y), figure, points):
                labels.append(Label(text, (x, y), family, kind, target))
                boxes.append(box)
                break
        else:
            raise NotLegible(f"no room for {text!r}")
    return Layout(points, rings, labels)


def _half_height(text: str, family: str, size: int) -> float:
    """Return the room that a text needs over and under the middle of capitals, px: more where letters descend."""
    under = font(family, size).getbbox(text, anchor="ls")[3]
    return 0.40 * size + max(0.0, under - 0.04 * size)


def _fitted(figure: Figure, look: Look) -> tuple[dict[str, Xy], float]:
    """Return the points in px and the scale."""
    margin = 2.1 * look.text_size
    turn, sign = math.radians(look.turn), -1 if look.mirror else 1
    cos, sin = math.cos(turn), math.sin(turn)
    moved = {n: (sign * (x * cos - y * sin), -(x * sin + y * cos)) for n, (x, y) in figure.points.items()}
    spread = [(x, y, 0.0) for x, y in moved.values()] + [(*moved[r.centre], r.radius) for r in figure.rings]
    left, right = min(x - r for x, _, r in spread), max(x + r for x, _, r in spread)
    top, bottom = min(y - r for _, y, r in spread), max(y + r for _, y, r in spread)
    width, height = look.size
    scale = min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top))
    dx, dy = width / 2 - scale * (left + right) / 2, height / 2 - scale * (top + bottom) / 2
    return {n: (scale * x + dx, scale * y + dy) for n, (x, y) in moved.items()}, scale


def _apart(figure: Figure, points: dict[str, Xy], rings: list[tuple[Ring, float]]) -> None:
    """Refuse points that come close to each other or to a stroke that they are not on."""
    for one, two in itertools.combinations(points, 2):
        if math.dist(points[one], points[two]) < 38:
            raise NotLegible(f"{one} and {two} are too close")
    for name, at in points.items():
        for stroke in figure.lines:
            if name not in stroke and gap_to(at, points[stroke[0]], points[stroke[-1]]) < 16:
                raise NotLegible(f"{name} is too close to {stroke}")
        for ring, radius in rings:
            if name not in ring.on and name != ring.centre and abs(math.dist(at, points[ring.centre]) - radius) < 16:
                raise NotLegible(f"{name} is too close to the circle")


def gap_to(at: Xy, a: Xy, b: Xy) -> float:
    """Return the distance of a point from a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy)
    return math.dist(at, along(a, b, min(1.0, max(0.0, share))))


def _ink(figure: Figure, points: dict[str, Xy], rings: list[tuple[Ring, float]], look: Look) -> "list[Xy]":
    """Points every 2 px along everything that a label must not touch."""
    found: list[Xy] = []
    for stroke in figure.lines:
        a, b = points[stroke[0]], points[stroke[-1]]
        count = int(math.dist(a, b) / 2) + 1
        found += [along(a, b, i / count) for i in range(count + 1)]
    for ring, radius in rings:
        x, y = points[ring.centre]
        count = int(math.pi * radius) + 1
        found += [
            (x + radius * math.cos(t), y + radius * math.sin(t)) for t in (math.tau * i / count for i in range(count))
        ]
        found += [(x + dx, y + dy) for dx in (-3, 0, 3) for dy in (-3, 0, 3)]
    for three in figure.squares:
        found += square_corners(three, points, look)
    arcs = [(three, 1) for three, _ in figure.angles if look.arcs] + figure.wedges
    for three, count in arcs:
        for ring_number in range(count):
            found += arc_points(three, points, arc_radius(look, ring_number))
    for pair, count in figure.ticks + figure.chevrons:
        middle = along(points[pair[0]], points[pair[1]], 0.5)
        reach = tick_reach(look) + 3 * (count - 1)
        found += [(middle[0] + reach * dx, middle[1] + reach * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return found


def tick_reach(look: Look) -> float:
    """Return half the length of a tick, px."""
    return 5.0 + 1.2 * look.width


def arc_radius(look: Look, number: int) -> float:
    """Return the radius of an angle's first, second, ... arc, px."""
    return 1.05 * look.text_size + number * (3.5 + look.width)


def direction(a: Xy, b: Xy) -> float:
    """Return the direction from a to b on the canvas, in radians, clockwise from the right."""
    return math.atan2(b[1] - a[1], b[0] - a[0])


def sweep(three: str, points: dict[str, Xy]) -> tuple[float, float]:
    """Return the direction of an angle's first arm and the turn to the second, the short way round, in radians."""
    start = direction(points[three[1]], points[three[0]])
    turn = direction(points[three[1]], points[three[2]]) - start
    return start, (turn + math.pi) % math.tau - math.pi


def arc_points(three: str, points: dict[str, Xy], radius: float) -> list[Xy]:
    """Return points along an angle's arc."""
    start, turn = sweep(three, points)
    x, y = points[three[1]]
    steps = max(4, int(abs(turn) * radius / 2))
    turns = [start + turn * i / steps for i in range(steps + 1)]
    return [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in turns]


def square_corners(three: str, points: dict[str, Xy], look: Look) -> list[Xy]:
    """Return the three corners of a right angle's mark that are not the vertex."""
    x, y = points[three[1]]
    reach = 0.6 * look.text_size
    ways = [direction(points[three[1]], points[end]) for end in (three[0], three[2])]
    one, two = ((x + reach * math.cos(way), y + reach * math.sin(way)) for way in ways)
    return [one, (one[0] + two[0] - x, one[1] + two[1] - y), two]


def _free(box: Box, ink: list[Xy], boxes: list[Box], size: tuple[int, int]) -> bool:
    left, top, right, bottom = box[0] - CLEAR, box[1] - CLEAR, box[2] + CLEAR, box[3] + CLEAR
    if left < 2 or top < 2 or right > size[0] - 2 or bottom > size[1] - 2:
        return False
    if any(left < x < right and top < y < bottom for x, y in ink):
        return False
    room = 5  # labels side by side would read as one
    return not any(left - room < b[2] and b[0] < right + room and top < b[3] and b[1] < bottom for b in boxes)


def _plain(kind: str, target: str, at: Xy, figure: Figure, points: dict[str, Xy]) -> bool:
    """Whether a person would take the label for what it names, and for nothing else."""
    if kind == "point":
        own = math.dist(at, points[target])
        return all(own < 0.75 * math.dist(at, points[n]) for n in points if n != target)
    if kind == "angle":
        own = math.dist(at, points[target[1]])
        return all(math.dist(at, points[n]) > (0.9 if n in target else 1.1) * own for n in points if n != target[1])
    own = gap_to(at, points[target[0]], points[target[1]])
    others = [p for stroke in figure.lines for p in map("".join, itertools.pairwise(stroke)) if set(p) != set(target)]
    return all(1.4 * own < gap_to(at, points[a], points[b]) for a, b in others)


def _places(kind: str, target: str, half: Xy, figure: Figure, points: dict[str, Xy], look: Look) -> "list[Xy]":
    """Return places for a label's middle, the best first."""
    if kind == "angle":
        start, turn = sweep(target, points)
        x, y = points[target[1]]
        middle = start + turn / 2
        first = arc_radius(look, 1) if look.arcs else 0.9 * look.text_size
        tilts = (0.0, -0.12, 0.12, -0.22, 0.22)
        reaches = [first + step * 3 for step in range(22)]
        ways = [(r, middle + tilt * turn) for r in reaches for tilt in tilts]
        return [(x + r * math.cos(t), y + r * math.sin(t)) for r, t in ways]
    if kind == "length":
        a, b = points[target[0]], points[target[1]]
        across = direction(a, b) + math.pi / 2
        dx, dy = math.cos(across), math.sin(across)
        away = abs(dx) * half[0] + abs(dy) * half[1] + look.gap + look.width / 2
        centre = [sum(p[i] for p in points.values()) / len(points) for i in (0, 1)]
        middle = along(a, b, 0.5)
        outer = -1 if (centre[0] - middle[0]) * dx + (centre[1] - middle[1]) * dy > 0 else 1
        found = []
        for more in (0.0, 3.0):
            for share in (0.5, 0.44, 0.56, 0.38, 0.62):
                for side in (outer, -outer):
                    x, y = along(a, b, share)
                    found.append((x + side * dx * (away + more), y + side * dy * (away + more)))
        return found
    x, y = points[target]
    ways = _directions(target, figure, points)
    found = []
    for more in (0.0, 3.0, 7.0):
        for way in ways:
            # from the point to the near edge of the text's box
            edge = min(half[0] / max(abs(math.cos(way)), 1e-9), half[1] / max(abs(math.sin(way)), 1e-9))
            reach = edge + look.gap + more + (3.5 if look.dots else 0)
            found.append((x + reach * math.cos(way), y + reach * math.sin(way)))
    return found


def _directions(name: str, figure: Figure, points: dict[str, Xy]) -> list[float]:
    """Return directions for a point's letter, the farthest from all strokes at the point first."""
    at = points[name]
    used = []
    for stroke in figure.lines:
        if name in stroke:
            used += [direction(at, points[end]) for end in (stroke[0], stroke[-1]) if end != name]
    for ring in figure.rings:
        if name in ring.on:
            inward = direction(at, points[ring.centre])
            used += [inward + math.pi / 2, inward - math.pi / 2, inward]
    ways = [math.tau * i / 24 for i in range(24)]
    return sorted(ways, key=lambda way: -min((abs((way - u + math.pi) % math.tau - math.pi) for u in used), default=1))
