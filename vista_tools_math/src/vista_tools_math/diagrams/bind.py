"""Says what each label names: a point, a stretch of a line, an angle or an arc."""

import itertools
import math
import re
from dataclasses import dataclass, field, replace

from vista_tools_math.diagrams.construct import Construction
from vista_tools_math.diagrams.labels import Text
from vista_tools_math.diagrams.marks import Marks, wedges

Box = tuple[int, int, int, int]


@dataclass(slots=True)
class Bound:
    """What the labels name, by the numbers of points.

    Attributes:
        names: letter of each point.
        lengths: text -> the two ends of what it measures, in the order of the texts.
        angles: likewise arm, vertex, arm.
        arcs: likewise the two ends, counter-clockwise on the canvas.
        loose: texts that name nothing.
    """

    names: dict[int, Text] = field(default_factory=dict)
    lengths: list[tuple[Text, tuple[int, int]]] = field(default_factory=list)
    angles: list[tuple[Text, tuple[int, int, int]]] = field(default_factory=list)
    arcs: list[tuple[Text, tuple[int, int]]] = field(default_factory=list)
    loose: list[Text] = field(default_factory=list)


def bind(texts: list[Text], what: Construction, marks: Marks, height: float) -> Bound:
    """Bind every label.

    Args:
        texts: the labels.
        what: the construction.
        marks: its marks: an angle with an arc is more likely to be labelled.
        height: of capitals, px of the mask.
    """
    bound = Bound()
    letters = [t for t in texts if t.letter]
    named = _name_points(letters, what, height)
    bound.names = {point: letters[index] for index, point in named.items()}
    bound.loose = [t for index, t in enumerate(letters) if index not in named]
    # where points have letters, a length is hardly measured from a crossing without one
    absent = what.free - set(bound.names) if bound.names else set()
    claims: list[tuple[float, int, str, tuple[int, ...]]] = []
    others = [t for t in texts if not t.letter]
    for index, text in enumerate(others):
        claims += [(cost, index, kind, target) for cost, kind, target in _claims(text, what, marks, absent, height)]
    done: set[int] = set()
    used: set[tuple[str, tuple[int, ...]]] = set()
    for _, index, kind, target in sorted(claims):
        if index in done or (kind, target) in used:
            continue
        done.add(index)
        used.add((kind, target))
        getattr(bound, kind).append((others[index], target))
    bound.loose += [t for index, t in enumerate(others) if index not in done]
    _name_the_rest(bound, what, height)
    return bound


def _name_the_rest(bound: Bound, what: Construction, height: float) -> None:
    """Take a small letter that names nothing, close to a point without a name, for that point's capital."""
    for text in list(bound.loose):
        if re.fullmatch(r"[a-z]", text.text) is None:
            continue
        gaps = [(box_gap(text.word.box, at), point) for point, at in enumerate(what.points) if point not in bound.names]
        gap, point = min(gaps, default=(math.inf, -1))
        name = text.text.upper()
        if gap < height and name not in {t.text for t in bound.names.values()}:
            bound.names[point] = replace(text, text=name)
            bound.loose.remove(text)


def _claims(
    text: Text, what: Construction, marks: Marks, absent: set[int], height: float
) -> list[tuple[float, str, tuple[int, ...]]]:
    """All that a label could name, with the cost: "angles", "lengths" or "arcs", and the numbers of the points."""
    angles = _angles(text, what, marks, height)
    if text.degrees:
        found = [(cost, "angles", wedge) for cost, wedge in angles]
        arc = _arc(text, what, height)
        if arc and (not angles or arc[0] < 0.5 * angles[0][0]):
            found.append((0.5 * arc[0], "arcs", arc[1]))
        return found
    lengths = _lengths(text, what, absent, height)
    if angles and _is_angle(text, angles[0], lengths[0][0] if lengths else None, marks, height):
        return [(cost, "angles", wedge) for cost, wedge in angles]
    return [(cost, "lengths", pair) for cost, pair in lengths]


def box_gap(box: Box, at: tuple[float, float]) -> float:
    """Return the distance of a point from a box; 0 inside."""
    dx = max(box[0] - at[0], 0.0, at[0] - box[2])
    dy = max(box[1] - at[1], 0.0, at[1] - box[3])
    return math.hypot(dx, dy)


def _name_points(letters: list[Text], what: Construction, height: float) -> dict[int, int]:
    """Match letters and points so that the sum of distances is least (augmenting swaps from a greedy start)."""
    costs: dict[tuple[int, int], float] = {}
    for index, text in enumerate(letters):
        for point, at in enumerate(what.points):
            gap = box_gap(text.word.box, at) + 0.15 * math.dist(text.word.middle, at)
            if gap < 2.2 * height:
                costs[index, point] = gap + (0.5 * height if point in what.free else 0.0)
    match: dict[int, int] = {}
    for index, point in sorted(costs, key=lambda pair: costs[pair]):
        if index not in match and point not in match.values():
            match[index] = point
    far = 3.0 * height  # what a letter costs that names nothing

    def cost(index: int, point: int | None) -> float:
        return far if point is None else costs.get((index, point), math.inf)

    for _ in range(20):
        changed = False
        free = set(range(len(what.points))) - set(match.values())
        for index in range(len(letters)):
            for point in sorted(p for i, p in costs if i == index):
                here = match.get(index)
                if point in free and cost(index, point) < cost(index, here):
                    match[index] = point
                    free = set(range(len(what.points))) - set(match.values())
                    changed = True
                    continue
                other = next((i for i, p in match.items() if p == point and i != index), None)
                if other is None:
                    continue
                options = [here, *sorted(free), None]
                best = min(options, key=lambda o, other=other: cost(other, o))
                before = cost(index, here) + cost(other, point)
                if cost(index, point) + cost(other, best) < before - 1e-9:
                    match[index] = point
                    match.pop(other)
                    if best is not None:
                        match[other] = best
                    free = set(range(len(what.points))) - set(match.values())
                    changed = True
        if not changed:
            break
    return match


def _lengths(text: Text, what: Construction, absent: set[int], height: float) -> list[tuple[float, tuple[int, int]]]:
    """The stretches beside which a label stands, the likeliest first: cost, ends."""
    found = []
    for line in what.lines:
        for i, j in itertools.combinations(range(len(line)), 2):
            a, b = what.points[line[i]], what.points[line[j]]
            size = math.dist(a, b)
            ux, uy = (b[0] - a[0]) / size, (b[1] - a[1]) / size
            x, y = text.word.middle
            along = ((x - a[0]) * ux + (y - a[1]) * uy) / size
            foot = (a[0] + along * size * ux, a[1] + along * size * uy)
            gap = box_gap(text.word.box, foot)
            if not 0.08 < along < 0.92 or gap > 2.2 * height:
                continue
            inner = [what.points[k] for k in line[i + 1 : j] if k not in absent]
            # a label over a point in the middle is one of the whole; beside it, of the part
            over = abs(along - 0.5) < 0.12 and any(math.dist(p, foot) < 0.4 * height for p in inner)
            more = 0.0 if not inner else 0.1 * height if over else 3 * height
            more += 0.6 * height * len({line[i], line[j]} & absent)
            cost = gap + 0.3 * math.dist((x, y), foot) + 0.25 * abs(along - 0.5) * size + more
            found.append((cost, (line[i], line[j])))
    return sorted(found)


def _angles(text: Text, what: Construction, marks: Marks, height: float) -> list[tuple[float, tuple[int, int, int]]]:
    """The angles in which a label stands, the likeliest first: cost (px from the vertex, more off the middle), arms."""
    found = []
    x, y = text.word.middle
    for vertex, at in enumerate(what.points):
        reach = math.dist(at, (x, y))
        way = math.atan2(y - at[1], x - at[0])
        for wedge, start, size, room in wedges(what, vertex):
            turn = (way - start) % math.tau
            if turn >= size or reach > max(1.3 * room, 8 * height):
                continue
            off = abs(turn / size - 0.5) * 2
            found.append((reach * (1 + 0.8 * off * off) * (0.6 if wedge in marks.arcs else 1.0), wedge))
    return sorted(found)


def _is_angle(
    text: Text,
    angle: tuple[float, tuple[int, int, int]],
    beside: float | None,
    marks: Marks,
    height: float,
) -> bool:
    """Whether a label without a degree sign stands in an angle, not beside a line: small, close, or at an arc."""
    reach, wedge = angle
    if beside is None:
        return reach < 5 * height
    if wedge in marks.arcs and reach < 2.2 * height and beside > 0.35 * height:
        return True
    return re.fullmatch(r"\d", text.text) is not None and reach < 2.2 * height and beside > 0.8 * height


def _arc(text: Text, what: Construction, height: float) -> tuple[float, tuple[int, int]] | None:
    """The arc outside of which a label stands: cost, ends."""
    best: tuple[float, tuple[int, int]] | None = None
    x, y = text.word.middle
    for number, circle in enumerate(what.rounds):
        off = math.dist((x, y), (circle.x, circle.y)) - circle.radius
        if not 0 < off < 2.6 * height or len(what.on[number]) < 2:
            continue
        way = math.atan2(y - circle.y, x - circle.x)
        turns = sorted(
            (math.atan2(what.points[i][1] - circle.y, what.points[i][0] - circle.x), i) for i in what.on[number]
        )
        for (start, one), (end, two) in zip(turns, turns[1:] + turns[:1], strict=True):
            size = (end - start) % math.tau or math.tau
            turn = (way - start) % math.tau
            if turn < size:
                cost = off + 0.3 * abs(turn - size / 2) * circle.radius
                if best is None or cost < best[0]:
                    best = cost, (one, two)
    return best
