"""A figure with its quantities: every length, angle and arc as a sum of elementary ones, ready for equations."""

import itertools
import math
import time
from collections.abc import Sequence
from fractions import Fraction

from vista_tools_math.solver.algebra import Algebra
from vista_tools_math.solver.exact import Number
from vista_tools_math.solver.figure import Figure, Ray
from vista_tools_math.solver.polynomials import Poly, add, const, total, variables
from vista_tools_math.solver.quantity import Quantity, quantity
from vista_tools_math.solver.records import Because, Record


class OutOfTime(Exception):
    """The time that was given is over."""


class Scene:
    """What theorems work on.

    Attributes:
        figure: incidences and orders.
        algebra: equations.
        parallels: pairs of lines (smaller first) known to be parallel, with the record that says so.
        perpendicular: pairs of lines at right angles whose common point has no name.
        similar: pairs of triangles in corresponding order known to be similar; congruent: the same.
        polygons: corners of figures that the forms name, by kind.
        triangles: all triangles; right: those with a right angle, whose corner comes first.
        matched: pairs of triangles known to be similar (True) and congruent (False).
        measured: quantities of the figures whose area or perimeter plays a part, by (what, kind, corners).
        roles: lines that the forms name by their role, such as the height of a triangle, by (role, kind, corners).
        drawn_quadrilaterals: convex quadrilaterals that the segments make, once they are looked for.
        reflex: angles that are given as more than 180 degrees.
        isosceles: figures said to be isosceles; right_given: triangles said to be right. Their sides may be left open.
        tangents: (line, circle, point of contact).
    """

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        self.deadline = math.inf  # of time.monotonic()
        self.algebra = Algebra()
        self.parallels: dict[tuple[int, int], Record] = {}
        self.perpendicular: dict[tuple[int, int], Record] = {}
        self.similar: dict[tuple[str, ...], Record] = {}
        self.congruent: dict[tuple[str, ...], Record] = {}
        self.polygons: list[tuple[str, tuple[str, ...], Record]] = []
        self.isosceles: list[tuple[tuple[str, ...], Record]] = []
        self.right_given: list[tuple[tuple[str, ...], Record]] = []
        self.tangents: dict[tuple[int, str, str], Record] = {}
        self.done: set[tuple[object, ...]] = set()
        self.triangles: list[tuple[str, str, str]] = figure.triangles()
        self.right: dict[tuple[str, str, str], tuple[str, str, str]] = {}
        self.matched: dict[bool, set[frozenset[tuple[str, str, str]]]] = {True: set(), False: set()}
        self.measured: dict[tuple[str, str, tuple[str, ...]], Quantity] = {}
        self.roles: dict[tuple[str, str, tuple[str, ...]], Quantity] = {}
        self.drawn_quadrilaterals: list[tuple[str, ...]] | None = None
        self.reflex: set[tuple[str, str, str]] = set()

    def once(self, *key: object) -> bool:
        """True the first time that a theorem is tried on something."""
        if key in self.done:
            return False
        self.done.add(key)
        return True

    # quantities

    def length(self, a: str, b: str) -> Quantity:
        """The length of a segment, as the sum of its pieces."""
        row = self.figure.row(a, b)
        names = ["".join(sorted(pair)) for pair in itertools.pairwise(row)]
        poly = total(self.algebra.declare(name, "length") for name in names)
        return Quantity(f"{a}{b}", poly)

    def radius(self, circle: str) -> Quantity:
        """The radius of a circle."""
        name = f"radius of ⊙{circle}"
        return Quantity(name, self.algebra.declare(name, "length"))

    def symbol(self, name: str) -> Quantity:
        """A variable of the problem."""
        return Quantity(name, self.algebra.declare(name, "symbol"))

    def other(self, name: str, kind: str = "area", unit: str = "") -> Quantity:
        """A named quantity of another kind."""
        return Quantity(name, self.algebra.declare(name, kind), unit)

    def angle(self, a: str, v: str, b: str) -> Quantity:
        """The angle avb (less than a straight one), as the sum of the sectors between neighbouring rays."""
        text = f"∠{a}{v}{b}"
        self.figure.join(v, a)
        self.figure.join(v, b)
        first, last = self.figure.ray(v, a), self.figure.ray(v, b)
        if first == last or first is None or last is None:
            return Quantity(text, {}, "°")
        if first[0] == last[0]:
            return Quantity(text, const(180), "°")
        rays = self.figure.rays(v)
        if first not in rays or last not in rays:
            return Quantity(text, self.algebra.declare(self.sector_name(v, first, last), "angle"), "°")
        sectors = self.between(v, first, last)
        poly = total(self.algebra.declare(self.sector_name(v, r, s), "angle") for r, s in sectors)
        return Quantity(text, poly, "°", drawing=self._seen(v, first, last, [s for _, s in sectors[:-1]]))

    def between(self, v: str, first: Ray, last: Ray) -> list[tuple[Ray, Ray]]:
        """The sectors from one ray to another, on the side where they make less than 180 degrees in the drawing."""
        rays = self.figure.rays(v)
        i, j = rays.index(first), rays.index(last)
        turn = (self.direction(last) - self.direction(first)) % 360
        if turn > 180:
            i, j = j, i
        steps = (j - i) % len(rays)
        path = [rays[(i + k) % len(rays)] for k in range(steps + 1)]
        return list(itertools.pairwise(path))

    def direction(self, ray: Ray) -> float:
        """The direction of a ray that has one."""
        return self.figure.direction(ray) or 0.0

    def sector_name(self, v: str, r: Ray, s: Ray) -> str:
        """The name of the angle between two neighbouring rays."""
        a, b = sorted(min(self.figure.on_ray(v, ray)) for ray in (r, s))
        return f"∠{a}{v}{b}"

    def _seen(self, v: str, first: Ray, last: Ray, middle: Sequence[Ray]) -> str:
        """Which of the rays between two others only the drawing puts there."""
        on_ray = self.figure.on_ray

        def said(ray: Ray) -> bool:
            return any(
                (i := self.figure.line(a, b)) is not None
                and i not in (first[0], last[0])
                and any(p in self.figure.row(a, b)[1:-1] for p in on_ray(v, ray))
                for a in on_ray(v, first)
                for b in on_ray(v, last)
            )

        seen = [f"{v}{on_ray(v, ray)[0]}" for ray in middle if not said(ray)]
        ends = [f"{v}{on_ray(v, ray)[0]}" for ray in (first, last)]
        return f"ray {', '.join(seen)} between {ends[0]} and {ends[1]}" if seen else ""

    def arc(self, circle: str, a: str, b: str, through: str = "", avoiding: str = "") -> Quantity | None:
        """An arc of a circle: through a point, avoiding one, or the smaller one.

        Returns:
            None if the circle lacks the points, or which arc is smaller cannot be said.
        """
        ring = self.figure.circles.get(circle, [])
        if a not in ring or b not in ring or a == b:
            return None
        i, j, n = ring.index(a), ring.index(b), len(ring)
        ways = [[ring[(start + k) % n] for k in range((stop - start) % n + 1)] for start, stop in ((i, j), (j, i))]
        drawing = ""
        if through or avoiding:
            fitting = [way for way in ways if (through in way[1:-1] if through else avoiding not in way[1:-1])]
            if len(fitting) != 1:
                return None
            way = fitting[0]
        else:
            side = self._minor(circle, a, b)
            if side is None:
                return None
            way, drawing = ways[side], f"arc {a}{b} is the smaller arc"
        text = f"arc {a}{through}{b}"
        if avoiding and len(way) > 2 and self._minor(circle, a, b) != ways.index(way):
            text = f"arc {a}{way[1]}{b}"
        pieces = [self.arc_name(circle, p, q) for p, q in itertools.pairwise(way)]
        return Quantity(text, total(self.algebra.declare(name, "arc") for name in pieces), "°", drawing=drawing)

    def half(self, circle: str, a: str, b: str) -> Quantity:
        """One of the arcs between the ends of a diameter."""
        ring = self.figure.circles[circle]
        i, j, n = ring.index(a), ring.index(b), len(ring)
        way = [ring[(i + k) % n] for k in range((j - i) % n + 1)]
        pieces = [self.arc_name(circle, p, q) for p, q in itertools.pairwise(way)]
        text = f"arc {''.join(way)}" if len(way) > 2 else f"arc {a}{b}"
        return Quantity(text, total(self.algebra.declare(name, "arc") for name in pieces), "°")

    def _minor(self, circle: str, a: str, b: str) -> int | None:
        """Which way around from a to b is the smaller in the drawing: 0 with the ring's order, 1 against it."""
        place = self.figure.positions
        if not {circle, a, b} <= place.keys():
            return None
        (x, y), (ax, ay), (bx, by) = (place[name] for name in (circle, a, b))
        cross = (ax - x) * (by - y) - (ay - y) * (bx - x)
        return 0 if cross >= 0 else 1

    def arc_name(self, circle: str, a: str, b: str) -> str:
        """The name of the arc between neighbours; with two points on a circle the two arcs need telling apart."""
        ring = self.figure.circles[circle]
        name = f"arc {a}{b}" if len(ring) == 2 else f"arc {''.join(sorted((a, b)))}"
        return name if len(self.figure.circles) == 1 else f"{name} of ⊙{circle}"

    # statements

    def say(
        self,
        theorem: str,
        left: Quantity,
        right: "Quantity | Number | int",
        premises: Sequence[str] = (),
        because: Sequence[Because] = (),
        drawing: str = "",
    ) -> bool:
        """State left = right. Returns whether it is new.

        Raises:
            OutOfTime: the time of the search is over.
        """
        if time.monotonic() > self.deadline:
            raise OutOfTime
        other = quantity(right, left.unit)
        poly = add(left.poly, other.poly, -1)
        seen = "; ".join(dict.fromkeys(d for d in (left.drawing, other.drawing, drawing) if d))
        text = f"{left.text} = {other.text}"
        notes = [*premises]
        for name, part in dict((*left.named(), *other.named())).items():
            if len(part.poly) > 1 and name != part.text:
                continue
            if len(part.poly) > 1:
                notes.append(f"{name} = {' + '.join(m[0] if m else '180°' for m in part.poly)}")
        parts = [(part.text, part.poly) for part in dict((*left.named(), *other.named())).values()]
        return self.algebra.state(theorem, text, poly, notes, because, seen, parts)

    def fact(
        self, theorem: str, statement: str, premises: Sequence[str] = (), because: Sequence[Because] = ()
    ) -> Record:
        """Write down a fact that is no equation."""
        return self.algebra.ledger.add(theorem, statement, premises=premises, because=because)

    def parallel(self, i: int, j: int, theorem: str, because: Sequence[Because] = (), text: str = "") -> bool:
        """Write down that two lines are parallel, and with them all that are parallel to either."""
        pair = (min(i, j), max(i, j))
        if i == j or pair in self.parallels:
            return False
        name = [self.line_name(k) for k in pair]
        self.parallels[pair] = self.fact(theorem, text or f"{name[0]} ∥ {name[1]}", because=because)
        for one, two in ((i, j), (j, i)):
            for (a, b), record in list(self.parallels.items()):
                if one in (a, b) and two not in (a, b):
                    third = b if a == one else a
                    why = (self.because(record), self.because(self.parallels[pair]))
                    self.parallel(third, two, "Lines parallel to one line are parallel", why)
        return True

    def line_name(self, i: int) -> str:
        """A line by its first and last point."""
        return f"{self.figure.lines[i][0]}{self.figure.lines[i][-1]}"

    def equal(self, a: Quantity, b: "Quantity | Number | int") -> Because | None:
        """Why two linear quantities are equal; None if that is not known."""
        return self.algebra.zero(add(a.poly, quantity(b).poly, -1))

    def value(self, a: Quantity) -> Number | None:
        """The value of a quantity, if it is determined."""
        return self.algebra.value(a.poly)

    def key(self, a: Quantity) -> tuple[tuple[str, object], ...]:
        """A key that two linear quantities share when they are known to be equal."""
        reduced, _ = self.algebra.linear.reduce(a.poly)
        return tuple(
            sorted(("·".join(m), c if isinstance(c, Fraction) else round(float(c), 6)) for m, c in reduced.items())
        )

    def because(self, record: Record) -> Because:
        """A fact as a premise."""
        return Because(1 << record.id)

    def unknowns(self, a: Quantity) -> set[str]:
        """The free quantities that a linear one depends on."""
        reduced: Poly = self.algebra.linear.reduce(a.poly)[0]
        return variables(reduced)
