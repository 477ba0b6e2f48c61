"""Marks on a figure: squares of right angles, ticks of equal lengths, arrowheads of parallels, arcs of equal angles."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.construct import Construction

if TYPE_CHECKING:
    import numpy as np

Xy = tuple[float, float]
Inked = Callable[[float, float], bool]
STRAIGHT = 176.0  # degrees from which two ways are one line


@dataclass(slots=True)
class Marks:
    """Marks by the numbers of points.

    Attributes:
        rights: (arm, vertex, arm) of each marked right angle.
        ticks: (point, point) of a stretch -> how many ticks.
        chevrons: the same with arrowheads.
        arcs: (arm, vertex, arm) of an angle between neighbouring ways -> how many arcs.
    """

    rights: list[tuple[int, int, int]]
    ticks: dict[tuple[int, int], int]
    chevrons: dict[tuple[int, int], int]
    arcs: dict[tuple[int, int, int], int]


def find_marks(figure: "np.ndarray", what: Construction, thickness: float, zoom: float, height: float) -> Marks:
    """Find all marks.

    Args:
        figure: bool mask of the figure.
        what: its construction.
        thickness: of strokes, px of the mask.
        zoom: px of the mask per px of the picture.
        height: of capitals, px of the mask: marks are sized like text.
    """
    rows, columns = figure.shape

    def inked(x: float, y: float) -> bool:
        column, row = round(x), round(y)
        return 0 <= row < rows and 0 <= column < columns and bool(figure[row, column])

    rights = [r for vertex in range(len(what.points)) for r in _rights(inked, what, vertex, thickness, zoom)]
    ticks, chevrons = {}, {}
    for pair in what.pieces():
        count, pointed = _across(figure, what.points[pair[0]], what.points[pair[1]], thickness, zoom)
        if count:
            (chevrons if pointed else ticks)[pair] = count
    arcs = {}
    squared = {right[1] for right in rights}  # a square's corner looks like an arc to the angles that it spans
    for vertex in set(range(len(what.points))) - squared:
        for wedge, start, size, room in wedges(what, vertex):
            reach = min(room * 0.72, 2.6 * height)
            count = _arcs(
                inked, what.points[vertex], start, size, (0.45 * height, reach), thickness / 2 + 1.5 * zoom, zoom
            )
            if count:
                arcs[wedge] = count
    return Marks(rights, ticks, chevrons, arcs)


def wedges(what: Construction, vertex: int) -> list[tuple[tuple[int, int, int], float, float, float]]:
    """Return the angles between neighbouring ways from a point.

    Returns:
        (arm, vertex, arm), direction of the first arm (radians), size (radians, under pi), length of the shorter arm.
    """
    rays = what.rays(vertex)
    found = []
    for index, (start, one, room_one) in enumerate(rays):
        end, two, room_two = rays[(index + 1) % len(rays)]
        size = (end - start) % math.tau
        if one != two and 0 < size < math.radians(STRAIGHT):
            found.append(((one, vertex, two), start, size, min(room_one, room_two)))
    return found


def _rights(inked: Inked, what: Construction, vertex: int, thickness: float, zoom: float) -> list[tuple[int, int, int]]:
    found = []
    rays = what.rays(vertex)
    for (start, one, room_one), (end, two, room_two) in itertools.permutations(rays, 2):
        size, room = (end - start) % math.tau, min(room_one, room_two)
        if abs(math.degrees(size) - 90) > 10:
            continue
        x, y = what.points[vertex]
        u = (math.cos(start), math.sin(start))
        v = (math.cos(start + size), math.sin(start + size))
        sides = [s * 0.5 for s in range(round(2 * 5 * zoom), round(2 * min(26 * zoom, 0.85 * room)))]
        inner = [(math.cos(way), math.sin(way)) for way, other, _ in rays if other not in (one, two)]

        def other_ink(spot: Xy, x: float = x, y: float = y, inner: list[Xy] = inner) -> bool:
            on_round = any(
                abs(math.dist((x + spot[0], y + spot[1]), (c.x, c.y)) - c.radius) < 0.5 * thickness + 2.5
                for c in what.rounds
            )
            return on_round or any(_near(spot, way, thickness) for way in inner)

        if any(_square(inked, (x, y), u, v, side, thickness, other_ink) for side in sides):
            found.append((one, vertex, two))
    return found


def _square(inked: Inked, at: Xy, u: Xy, v: Xy, side: float, thickness: float, other_ink: Callable[[Xy], bool]) -> bool:
    """Whether a square's two outer sides are inked, and the paper shows inside and outside of them.

    Where other ink runs through (the altitude on a hypotenuse, a circle at its tangent) nothing is asked.
    """
    shares = [0.25 + 0.65 * i / 9 for i in range(10)]

    def hits(across: float, where: list[float], skip: bool) -> list[float]:
        """Share of the inked spots on each outer side, moved in or out."""
        found = []
        for along, aside in ((u, v), (v, u)):
            spots = [(across * along[0] + s * aside[0], across * along[1] + s * aside[1]) for s in where]
            if skip:
                spots = [spot for spot in spots if not other_ink(spot)]
            found.append(sum(inked(at[0] + x, at[1] + y) for x, y in spots) / max(1, len(spots)))
        return found

    # a vertex may be found some px off, along either side
    on = [hits(side + shift, [share * side for share in shares], skip=False) for shift in (-1.5, 0.0, 1.5)]
    if min(max(sides) for sides in zip(*on, strict=True)) < 0.8:
        return False
    if not _bulges(inked, at, u, v, side, other_ink):
        return False
    between = [share * side for share in shares if thickness < share * side < side - thickness - 1]
    if len(between) < 3:
        return False  # smaller than the strokes are thick: their own ink would pass for a square
    within = hits(max(0.35 * side, side - thickness - 2.5), between, skip=True)
    beyond = hits(side + thickness + 2.5, [share * side for share in shares], skip=True)
    return max(within) <= 0.4 and max(beyond) <= 0.4


def _bulges(inked: Inked, at: Xy, u: Xy, v: Xy, side: float, other_ink: Callable[[Xy], bool]) -> bool:
    """Whether the ink is farther from the vertex towards the corner, as a square's is; an arc's is not."""
    ratios = []
    for along, aside in ((u, v), (v, u)):
        middles = []
        for turn in (math.radians(15), math.radians(30)):
            way = [math.cos(turn) * a + math.sin(turn) * b for a, b in zip(along, aside, strict=True)]
            reaches = [side * (0.75 + 0.01 * step) for step in range(76)]
            spots = [(r, (r * way[0], r * way[1])) for r in reaches]
            hit = [r for r, spot in spots if not other_ink(spot) and inked(at[0] + spot[0], at[1] + spot[1])]
            if hit:
                middles.append(sum(hit) / len(hit))
        if len(middles) == 2:
            ratios.append(middles[1] / middles[0])
    return not ratios or max(ratios) > 1.06  # cos 15 / cos 30 is 1.12; other lines may hide both sides


def _near(spot: Xy, way: Xy, thickness: float) -> bool:
    """Whether a spot lies on a line that leaves the origin."""
    return abs(spot[0] * way[1] - spot[1] * way[0]) < 0.5 * thickness + 2.5 and spot[0] * way[0] + spot[1] * way[1] > 0


def _across(figure: "np.ndarray", a: Xy, b: Xy, thickness: float, zoom: float) -> tuple[int, bool]:
    """Count short strokes across the middle of a stretch; True where they are arrowheads."""
    import numpy as np

    size = math.dist(a, b)
    ux, uy = (b[0] - a[0]) / size, (b[1] - a[1]) / size
    near, far, beyond = (thickness / 2 + k * zoom for k in (1.5, 3.0, 11.0))
    steps = np.arange(round(0.2 * size), round(0.8 * size))
    if len(steps) < 8:
        return 0, False
    course = _course(figure, a, (ux, uy), steps, thickness / 2 + 2.5 * zoom)

    def inked_at(places: "np.ndarray", off: float) -> "np.ndarray":
        """Whether there is ink at places along the stretch, at a distance from its (perhaps shaky) course."""
        aside = off + np.interp(places, steps, course)
        xs = np.clip(np.round(a[0] + places * ux - aside * uy).astype(int), 0, figure.shape[1] - 1)
        ys = np.clip(np.round(a[1] + places * uy + aside * ux).astype(int), 0, figure.shape[0] - 1)
        return np.asarray(figure[ys, xs])

    def profile(off: float) -> list[float]:
        """Middles of the inked stretches on a parallel at a distance, as places along the stretch."""
        runs: list[list[float]] = []
        for step in steps[inked_at(steps, off)]:
            if runs and step - runs[-1][-1] <= 3:
                runs[-1].append(float(step))
            else:
                runs.append([float(step)])
        return [sum(run) / len(run) for run in runs if len(run) < max(6 * zoom, 3 * thickness)]

    left, right, left_far, right_far = (profile(off) for off in (near, -near, far, -far))
    places, pointed = [], 0
    for place in left:
        facing = [p for p in right if abs(p - place) < 3 * zoom]
        if not facing:
            continue
        other = min(facing, key=lambda p: abs(p - place))
        one_far = [p - place for p in left_far if abs(p - place) < 4.5 * zoom]
        two_far = [p - other for p in right_far if abs(p - other) < 4.5 * zoom]
        if not one_far or not two_far:
            continue
        one, two = min(one_far, key=abs), min(two_far, key=abs)
        stretch = (beyond - near) / (far - near)
        spots = ((place + stretch * one, beyond), (other + stretch * two, -beyond))
        if all(inked_at(np.array([spot]), off)[0] for spot, off in spots):
            continue  # it goes on: a line that crosses, not a mark
        places.append((place + other) / 2)
        pointed += one * two > 0 and min(abs(one), abs(two)) > 0.45 * (far - near)
    if not places or abs(sum(places) / len(places) / size - 0.5) > 0.17:
        return 0, False
    return len(places), pointed > len(places) / 2


def _course(figure: "np.ndarray", a: Xy, way: Xy, steps: "np.ndarray", reach: float) -> "np.ndarray":
    """How far the ink strays from the straight line at each step, smoothed: a hand's stroke is not straight."""
    import numpy as np

    offs = np.arange(-round(reach), round(reach) + 1)
    xs = np.round(a[0] + steps[:, None] * way[0] - offs[None, :] * way[1]).astype(int)
    ys = np.round(a[1] + steps[:, None] * way[1] + offs[None, :] * way[0]).astype(int)
    ink = figure[np.clip(ys, 0, figure.shape[0] - 1), np.clip(xs, 0, figure.shape[1] - 1)]
    count = ink.sum(axis=1)
    middle = np.where(count > 0, (ink * offs).sum(axis=1) / np.maximum(count, 1), 0.0)
    wide = min(len(middle) // 2 * 2 - 1, 31)
    padded = np.pad(middle, wide // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, wide), axis=1)


def _arcs(
    inked: Inked, at: Xy, start: float, size: float, reach: tuple[float, float], clear: float, zoom: float
) -> int:
    """Count arcs around a vertex: radii at which nearly every way between the arms meets ink.

    Near the vertex of a narrow angle the outer ways still run through the arms' own ink: ways less than `clear` px
    from an arm are not asked.
    """
    shares = [0.2 + 0.6 * i / 8 for i in range(9)]
    hits = []
    for radius in [0.5 * step for step in range(round(2 * reach[0]), round(2 * reach[1]))]:
        ways = [start + size * s for s in shares if radius * math.sin(min(size * min(s, 1 - s), 1.5)) > clear]
        met = 0
        for way in ways:
            near = (radius, radius - 0.7 * zoom, radius + 0.7 * zoom)
            met += any(inked(at[0] + r * math.cos(way), at[1] + r * math.sin(way)) for r in near)
        hits.append(len(ways) >= 3 and met >= len(ways) - (len(ways) > 5))
    runs, longest = 0, 0
    length = 0
    for hit in [*hits, False]:
        if hit:
            length += 1
        elif length:
            runs, longest, length = runs + 1, max(longest, length), 0
    return runs if longest * 0.5 < 7 * zoom else 0
