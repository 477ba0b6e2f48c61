"""A sketch that fits the forms, for problems without a drawing: only its order of points and its sides are used.

Coordinates are found by the Levenberg-Marquardt method from a seeded random start: incidences, given measures and the
names of figures are equations; that points stay apart, and angles off 0 and 180 degrees, are barriers.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vista_tools_math.languages import Constant, Form, Node, Number, Operation, Symbol
from vista_tools_math.languages import points as named_points
from vista_tools_math.solver.figure import Figure, Position
from vista_tools_math.solver.problem import CORNERS, Reading, in_order, names, pairs, point_name

MOST_POINTS = 16
ITERATIONS = 120
GOOD = 1e-4  # of any equation, relative to the sketch's size
APART = 0.12  # least distance of two points, of the sketch's size
LEAST_TURN = 12.0  # degrees of any angle of a named triangle or polygon

Residual = tuple[tuple[int, ...], Callable[[Sequence[float]], float], bool]  # variables, function, a barrier


class Unfit(Exception):
    """An expression that a sketch does not measure."""


@dataclass
class Sketcher:
    """The equations of one problem's sketch."""

    reading: Reading
    size: float = 10.0
    places: dict[str, int] = field(default_factory=dict)  # point -> index of its x; y follows
    extras: dict[str, int] = field(default_factory=dict)  # radii, variables and ratios
    residuals: list[Residual] = field(default_factory=list)

    def variable(self, name: str) -> int:
        """The index of a radius, a variable of the problem, or a ratio on a segment."""
        return self.extras.setdefault(name, 2 * len(self.places) + len(self.extras))

    def build(self) -> bool:
        """Collect the equations. Returns False if there are too many points."""
        reading = self.reading
        points = {p for triple in reading.between for p in triple} | {p for pair in reading.segments for p in pair}
        points |= set(reading.circles) | {p for ring in reading.circles.values() for p in ring}
        points |= set().union(*(named_points(form) for form in (reading.goal, *(fact.form for fact in reading.facts))))
        if not 3 <= len(points) <= MOST_POINTS:
            return False
        self.places = {p: 2 * i for i, p in enumerate(sorted(points))}
        figure = reading.figure()
        for line in figure.lines:
            for a, p, b in zip(line, line[1:], line[2:], strict=False):
                self.on_segment(a, p, b)
        for circle, ring in reading.circles.items():
            for p in dict.fromkeys(ring):
                self.add(
                    (circle, p),
                    (f"radius {circle}",),
                    lambda v, c=circle, q=p: self._far(v, c, q) - self._at(v, f"radius {c}"),
                )
        for fact in reading.facts:
            self.fact(fact.form, figure)
        if isinstance(reading.goal.args[0], Form):
            for part in reading.goal.args[0].args:
                if isinstance(part, Form):
                    self.fact(part, figure)
        ordered = sorted(points)
        for i, a in enumerate(ordered):
            for b in ordered[i + 1 :]:
                self.add((a, b), (), lambda v, a=a, b=b: max(0.0, APART * self.size - self._far(v, a, b)), barrier=True)
        return True

    def add(
        self, points: Sequence[str], extras: Sequence[str], f: Callable[[Sequence[float]], float], barrier: bool = False
    ) -> None:
        """One equation f = 0 with the points and other unknowns that it depends on."""
        touched = [k for p in points for k in (self.places[p], self.places[p] + 1)]
        self.residuals.append((tuple(touched + [self.variable(e) for e in extras]), f, barrier))

    def _at(self, v: Sequence[float], name: str) -> float:
        return v[self.extras[name]]

    def _xy(self, v: Sequence[float], p: str) -> Position:
        i = self.places[p]
        return v[i], v[i + 1]

    def _far(self, v: Sequence[float], a: str, b: str) -> float:
        return math.dist(self._xy(v, a), self._xy(v, b))

    def turn(self, v: Sequence[float], a: str, o: str, b: str) -> float:
        """The angle aob in degrees, from 0 to 180."""
        (ax, ay), (ox, oy), (bx, by) = self._xy(v, a), self._xy(v, o), self._xy(v, b)
        cross = (ax - ox) * (by - oy) - (ay - oy) * (bx - ox)
        dot = (ax - ox) * (bx - ox) + (ay - oy) * (by - oy)
        return math.degrees(math.atan2(abs(cross), dot))

    def on_segment(self, a: str, p: str, b: str) -> None:
        """One point between two others."""
        name = f"{a}{p}{b}"

        def off(v: Sequence[float], k: int) -> float:
            t = 0.5 + 0.42 * math.sin(self._at(v, name))
            return self._xy(v, p)[k] - self._xy(v, a)[k] * (1 - t) - self._xy(v, b)[k] * t

        for k in (0, 1):
            self.add((a, p, b), (name,), lambda v, k=k: off(v, k))

    def fact(self, form: Form, figure: Figure) -> None:
        """The equations of one given form, as far as a sketch needs them."""
        head, own = form.head, [names(arg) for arg in form.args]
        if head == "Equals":
            self.equal(form.args[0], form.args[1])
        elif head in ("Parallel", "Perpendicular") and all(len(o) == 2 for o in own):
            self.direction(own[0], own[1], head == "Parallel")
        elif head == "IsMidpointOf" and len(own[1]) == 2:
            m, (a, b) = point_name(form.args[0]), own[1]
            self.add((m, a, b), (), lambda v: self._far(v, a, m) - self._far(v, m, b))
        elif head == "BisectsAngle" and len(own[0]) == 2 and len(own[1]) == 3:
            a, o, b = own[1]
            d = own[0][0] if own[0][1] == o else own[0][1]
            self.add((a, o, b, d), (), lambda v: (self.turn(v, a, o, d) - self.turn(v, d, o, b)) / 10)
        elif head in ("Similar", "Congruent") and len(own[0]) == len(own[1]) >= 3:
            self.same_shape(own[0], own[1], head == "Congruent")
        elif head == "Tangent" and len(own[0]) == 2 and own[1]:
            t = next((p for p in own[0] if p in self.reading.circles.get(own[1][0], ())), None)
            if t is not None:
                self.direction([next(p for p in own[0] if p != t), t], [own[1][0], t], False)
        elif head in ("Isosceles", "Equilateral", "Regular", "Right") and isinstance(form.args[0], Form):
            self.shape(head, own[0])
        elif head in ("InscribedIn", "CircumscribedTo") and isinstance(form.args[0], Form):
            self.fact(form.args[0], figure)
        elif head in CORNERS:
            corners = names(form)
            if len(corners) >= 3 and set(corners) <= self.places.keys():
                self.polygon(head, in_order(corners, figure))

    def equal(self, left: Node, right: Node) -> None:
        """Two equal expressions."""
        touched: tuple[set[str], set[str]] = (set(), set())
        try:
            one, two = self.measure(left, touched), self.measure(right, touched)
        except Unfit:
            return
        weight = 0.1 if "MeasureOf" in str(left) or "Angle" in str(left) else 1.0

        def off(v: Sequence[float]) -> float:
            a, b = one(v), two(v)
            return weight * (a - b) * (1.0 if weight < 1 else self.size / (self.size + abs(b)))

        self.add(sorted(touched[0]), sorted(touched[1]), off)

    def measure(self, node: Node, touched: tuple[set[str], set[str]]) -> Callable[[Sequence[float]], float]:
        """An expression as a function of the coordinates; notes what it depends on.

        Raises:
            Unfit: a sketch does not measure it.
        """
        if isinstance(node, Number):
            value = float(node.value)
            return lambda v: value
        if isinstance(node, Constant):
            return lambda v: math.pi
        if isinstance(node, Symbol):
            return self.unknown(f"variable {node.name}", touched)
        if isinstance(node, Operation):
            args = [self.measure(arg, touched) for arg in node.args]
            return _arithmetic(node.sign, args)
        if not isinstance(node, Form):
            raise Unfit
        own = names(node.args[0]) if node.head in ("MeasureOf", "LengthOf", "RadiusOf", "DiameterOf") else names(node)
        inner = node.args[0] if node.head in ("MeasureOf", "LengthOf") else node
        kind = inner.head if isinstance(inner, Form) else ""
        if kind == "Line" and len(own) == 2 and set(own) <= self.places.keys():
            touched[0].update(own)
            return lambda v: self._far(v, own[0], own[1])
        if kind == "Angle" and len(own) == 3:
            touched[0].update(own)
            return lambda v: self.turn(v, own[0], own[1], own[2])
        if kind == "Angle" and isinstance(inner, Form) and not own:
            return self.unknown(f"variable angle {inner.args[0]}", touched)
        if kind == "Arc" and len(own) == 2:
            centre = next((c for c, ring in self.reading.circles.items() if set(own) <= set(ring)), None)
            if centre is not None:
                touched[0].update((*own, centre))
                return lambda v: self.turn(v, own[0], centre, own[1])
        if node.head in ("RadiusOf", "DiameterOf") and own:
            radius = self.unknown(f"radius {own[0]}", touched)
            factor = 1.0 if node.head == "RadiusOf" else 2.0
            return lambda v: factor * radius(v)
        raise Unfit

    def unknown(self, name: str, touched: tuple[set[str], set[str]]) -> Callable[[Sequence[float]], float]:
        """A radius or a variable of the problem."""
        touched[1].add(name)
        self.variable(name)
        return lambda v: self._at(v, name)

    def direction(self, one: Sequence[str], two: Sequence[str], parallel: bool) -> None:
        """Two lines that are parallel or at right angles."""

        def off(v: Sequence[float]) -> float:
            (ax, ay), (bx, by), (cx, cy), (dx, dy) = (self._xy(v, p) for p in (*one, *two))
            ux, uy, wx, wy = bx - ax, by - ay, dx - cx, dy - cy
            size = math.hypot(ux, uy) * math.hypot(wx, wy) + 1e-9
            return self.size * ((ux * wy - uy * wx) if parallel else (ux * wx + uy * wy)) / size

        self.add(list(dict.fromkeys((*one, *two))), (), off)

    def same_shape(self, one: Sequence[str], two: Sequence[str], congruent: bool) -> None:
        """Similar or congruent figures."""
        sides = list(zip(pairs(one), pairs(two), strict=True))
        (a, b), (c, d) = sides[0]
        for (p, q), (r, s) in sides[1:] if not congruent else sides:
            if congruent:
                self.add((p, q, r, s), (), lambda v, p=p, q=q, r=r, s=s: self._far(v, p, q) - self._far(v, r, s))
            else:
                self.add(
                    tuple(dict.fromkeys((a, b, c, d, p, q, r, s))),
                    (),
                    lambda v, p=p, q=q, r=r, s=s: (
                        self.size * math.log((self._far(v, p, q) + 1e-9) * (self._far(v, c, d) + 1e-9))
                        - self.size * math.log((self._far(v, r, s) + 1e-9) * (self._far(v, a, b) + 1e-9))
                    ),
                )

    def shape(self, head: str, corners: Sequence[str]) -> None:
        """Equal sides and angles of a figure with such an attribute, as far as they are certain."""
        if len(corners) >= 3 and head in ("Equilateral", "Regular"):
            sides = list(pairs(corners))
            for (a, b), (c, d) in itertools.pairwise(sides):
                self.add(
                    tuple(dict.fromkeys((a, b, c, d))),
                    (),
                    lambda v, a=a, b=b, c=c, d=d: self._far(v, a, b) - self._far(v, c, d),
                )

    def polygon(self, head: str, corners: Sequence[str]) -> None:
        """A convex polygon, counter-clockwise, with the equations of its kind."""
        n = len(corners)
        for i in range(n):
            a, o, b = corners[i - 1], corners[i], corners[(i + 1) % n]
            self.add((a, o, b), (), lambda v, a=a, o=o, b=b: self.bend(v, a, o, b, n > 3), barrier=True)
        if n != 4:
            return
        a, b, c, d = corners
        if head in ("Parallelogram", "Rectangle", "Rhombus", "Square"):
            self.direction((a, b), (d, c), True)
            self.direction((a, d), (b, c), True)
        if head in ("Rectangle", "Square"):
            self.direction((a, b), (b, c), False)
        if head in ("Rhombus", "Square"):
            self.add((a, b, c), (), lambda v: self._far(v, a, b) - self._far(v, b, c))

    def bend(self, v: Sequence[float], a: str, o: str, b: str, left: bool) -> float:
        """How much a corner is too flat, too sharp, or bent the wrong way."""
        angle = self.turn(v, a, o, b)
        if left:
            (ax, ay), (ox, oy), (bx, by) = self._xy(v, a), self._xy(v, o), self._xy(v, b)
            if (ox - ax) * (by - oy) - (oy - ay) * (bx - ox) < 0:
                angle = -angle
        return max(0.0, LEAST_TURN - angle, angle - (180 - LEAST_TURN)) / 10


def _arithmetic(sign: str, args: list[Callable[[Sequence[float]], float]]) -> Callable[[Sequence[float]], float]:
    if sign == "neg":
        return lambda v: -args[0](v)
    if sign == "sqrt":
        return lambda v: math.sqrt(max(args[0](v), 0.0))
    a, b = args
    if sign == "+":
        return lambda v: a(v) + b(v)
    if sign == "-":
        return lambda v: a(v) - b(v)
    if sign == "*":
        return lambda v: a(v) * b(v)
    if sign == "/":
        return lambda v: a(v) / (b(v) or 1e-9)
    return lambda v: min(max(a(v), -1e3), 1e3) ** min(max(round(b(v)), 0), 4)
