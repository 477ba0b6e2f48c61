"""A problem as it is given, its forms read, and the figure that they draw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from vista_tools_math.languages import Form, FormError, Label, Node, Point, is_goal, parse_inter_gps, to_text, walk
from vista_tools_math.solver.figure import Figure, Position

CORNERS = {"Triangle": 3, "Quadrilateral": 4, "Parallelogram": 4, "Square": 4, "Rectangle": 4, "Rhombus": 4}
CORNERS |= {"Trapezoid": 4, "Kite": 4, "Pentagon": 5, "Hexagon": 6, "Heptagon": 7, "Octagon": 8, "Polygon": 0}
_WHOLE = frozenset({"Parallelogram", "Square", "Rectangle", "Rhombus"})


@dataclass(slots=True)
class Problem:
    """A geometry problem in logic forms of Inter-GPS.

    Attributes:
        text: forms of the question's text, the goal Find(...) among them.
        diagram: forms of the diagram.
        positions: of points in the drawing, in any unit.
        lines: segments that are drawn, as two names ("AB").
        circles: centres of drawn circles.
    """

    text: Sequence[str]
    diagram: Sequence[str] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)
    lines: Sequence[str] = ()
    circles: Sequence[str] = ()


@dataclass(slots=True)
class Fact:
    """A form that was given: where, and how it was written."""

    form: Form
    source: str


@dataclass(slots=True)
class Reading:
    """The forms of a problem, and what they say about incidence."""

    facts: list[Fact]
    goal: Form
    positions: dict[str, Position]
    between: list[tuple[str, str, str]] = field(default_factory=list)
    segments: list[tuple[str, str]] = field(default_factory=list)
    circles: dict[str, list[str]] = field(default_factory=dict)

    def figure(self) -> Figure:
        """The figure of these incidences; radii count as drawn."""
        radii = [
            (centre, p)
            for centre, ring in self.circles.items()
            if centre in self.positions or not self.positions
            for p in ring
            if p != centre
        ]
        return Figure(self.positions, self.between, [*self.segments, *radii], self.circles)


def read(problem: Problem) -> Reading:
    """Parse the forms of a problem and collect its incidences.

    Raises:
        FormError: a form that is not of the language, no goal, or several.
    """
    facts: list[Fact] = []
    goals: list[Form] = []
    for source, texts in (("text", problem.text), ("diagram", problem.diagram)):
        for text in texts:
            if not text.strip():
                continue
            form = parse_inter_gps(text)
            if is_goal(form):
                goals.append(form)
            else:
                facts.append(Fact(form, source))
    if not goals:
        raise FormError("no goal: one form must be Find(...)", 1)
    if len(set(goals)) > 1:
        raise FormError(f"{len(set(goals))} goals; one is answered at a time", 1, to_text(goals[1]))
    centres = {
        names(n)[0] for f in facts for n in walk(f.form) if isinstance(n, Form) and n.head == "Circle" and names(n)
    }
    only = sorted(centres | {c for c in problem.circles if c})
    if len(only) == 1:
        facts = [Fact(_named(fact.form, only[0]), fact.source) for fact in facts]
        goals[0] = _named(goals[0], only[0])
    reading = Reading(facts, goals[0], dict(problem.positions))
    for line in problem.lines:
        reading.segments += [pair for pair in [_two_names(line, problem.positions)] if pair]
    for centre in problem.circles:
        if centre:
            reading.circles.setdefault(centre, [])
    for form in [fact.form for fact in facts] + [goals[0]]:
        for node in walk(form):
            if isinstance(node, Form):
                _incidence(node, reading)
    for centre, ring in reading.circles.items():
        placed = [reading.positions[p] for p in dict.fromkeys(ring) if p in reading.positions]
        if centre not in reading.positions and len(placed) >= 3:
            reading.positions[centre] = _middle(*placed[:3])
    return reading


def _named(node: Node, centre: str) -> Any:
    """A form in which the circle without a name, Circle($), is the only one that there is."""
    if not isinstance(node, Form):
        return node
    if node.head == "Circle" and isinstance(node.args[0], Label):
        return Form("Circle", (Point(centre),))
    return Form(node.head, tuple(_named(arg, centre) for arg in node.args))


def _middle(a: Position, b: Position, c: Position) -> Position:
    """The centre of the circle through three points of the drawing, to tell sides and orders."""
    (ax, ay), (bx, by), (cx, cy) = a, b, c
    d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if abs(d) < 1e-9:
        return (ax + bx + cx) / 3, (ay + by + cy) / 3
    p, q, r = ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy
    return (p * (by - cy) + q * (cy - ay) + r * (ay - by)) / d, (p * (cx - bx) + q * (ax - cx) + r * (bx - ax)) / d


def _two_names(line: str, positions: Mapping[str, Position]) -> tuple[str, str] | None:
    """The two points of a segment written as one word."""
    for i in range(1, len(line)):
        if line[:i] in positions and line[i:] in positions:
            return line[:i], line[i:]
    return (line[0], line[1]) if len(line) == 2 and line.isalpha() else None


def names(node: Node) -> list[str]:
    """The points that are arguments of a form."""
    return [arg.name for arg in node.args if isinstance(arg, Point)] if isinstance(node, Form) else []


def point_name(node: Node) -> str:
    """A point's name, written P or Point(P)."""
    if isinstance(node, Form) and node.head == "Point" and node.args:
        node = node.args[0]
    return node.name if isinstance(node, Point) else ""


def pairs(points: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The sides of a polygon."""
    yield from zip(points, [*points[1:], points[0]], strict=True)


def _incidence(form: Form, reading: Reading) -> None:
    """What one form says about which points are joined, in line, or on a circle."""
    own = names(form)
    first, last = (form.args[0], form.args[-1]) if form.args else (None, None)
    if form.head in ("Line", "Ray") and len(own) == 2:
        reading.segments.append((own[0], own[1]))
    elif form.head == "Angle" and len(own) == 3:
        reading.segments += [(own[1], own[0]), (own[1], own[2])]
    elif form.head == "Circle" and own:
        reading.circles.setdefault(own[0], [])
    elif form.head == "Sector" and len(own) == 3:
        reading.circles.setdefault(own[0], []).extend(own[1:])
    elif form.head in CORNERS and len(own) >= 3:
        _place(form.head, own, reading)
        if len(own) == 3:
            reading.segments += pairs(own)
    elif form.head in ("PointLiesOnLine", "IsMidpointOf") and last is not None and len(names(last)) == 2:
        reading.between.append((names(last)[0], point_name(form.args[0]), names(last)[1]))
    elif form.head == "PointLiesOnCircle" and names(last):
        reading.circles.setdefault(names(last)[0], []).append(point_name(form.args[0]))
    elif form.head in ("IsRadiusOf", "IsDiameterOf", "IsChordOf") and names(last) and len(names(first)) == 2:
        _on_circle(form.head, names(first), names(last)[0], reading)
    elif form.head in ("InscribedIn",) and names(last):
        reading.circles.setdefault(names(last)[0], []).extend(names(first))
    elif form.head in ("IsCentroidOf", "IsIncenterOf"):
        reading.segments += [(point_name(form.args[0]), corner) for corner in names(last)]
    elif form.head == "IntersectAt":
        for line in form.args[:-1]:
            ends = names(line)
            if len(ends) == 2 and point_name(form.args[-1]) not in ends:
                reading.between.append((ends[0], point_name(form.args[-1]), ends[1]))


def _on_circle(head: str, line: list[str], centre: str, reading: Reading) -> None:
    ring = reading.circles.setdefault(centre, [])
    ring += [p for p in line if p != centre]
    if head == "IsDiameterOf" and centre not in line:
        reading.between.append((line[0], centre, line[1]))


def _place(head: str, corners: list[str], reading: Reading) -> None:
    """Place the one corner of a parallelogram that the drawing lacks."""
    missing = [c for c in corners if c not in reading.positions]
    if head in _WHOLE and len(missing) == 1 and len(set(corners)) == 4:
        at = corners.index(missing[0])
        before, across, after = (reading.positions[corners[(at + k) % 4]] for k in (1, 2, 3))
        reading.positions[missing[0]] = (before[0] + after[0] - across[0], before[1] + after[1] - across[1])


def in_order(corners: Sequence[str], figure: Figure) -> list[str]:
    """The corners of a polygon in order around it: as given if that makes no sides cross, else as the drawing shows."""
    if len(corners) != 4 or len(set(corners)) != 4:
        return list(corners)
    options = [[corners[0], *rest] for rest in permutations(corners[1:]) if rest[0] < rest[2]]
    given = list(corners) if corners[1] < corners[3] else [corners[0], *reversed(corners[1:])]

    def faults(order: list[str]) -> tuple[int, int, bool]:
        crossed = sum(_cross(figure, *order[i:], *order[:i]) for i in (0, 1))
        undrawn = sum(figure.line(a, b) is None for a, b in pairs(order))
        return crossed, undrawn, order != given

    best = min(options, key=faults)
    return list(corners) if best == given else best


def _cross(figure: Figure, a: str, b: str, c: str, d: str) -> bool:
    """Whether the sides ab and cd cross: a named point lies on both, or they do in the drawing."""
    if set(figure.row(a, b)[1:-1]) & set(figure.row(c, d)[1:-1]):
        return True
    one, two = figure.side(c, a, b) * figure.side(d, a, b), figure.side(a, c, d) * figure.side(b, c, d)
    return one < 0 and two < 0
