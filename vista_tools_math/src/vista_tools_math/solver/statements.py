"""The given facts as equations and facts of the scene."""

import itertools

from vista_tools_math.languages import Form, FormError, Node, to_text
from vista_tools_math.solver.problem import CORNERS, Fact, in_order, names, pairs, point_name
from vista_tools_math.solver.quantity import Quantity, quantity
from vista_tools_math.solver.records import Because, Record
from vista_tools_math.solver.scene import Scene
from vista_tools_math.solver.terms import Terms, Unbounded, constant_of

_INCIDENCE = frozenset({"PointLiesOnLine", "PointLiesOnCircle", "Line", "Ray", "Angle", "Arc", "Circle", "Point"})


class Statements:
    """States facts, one by one, in the order in which they are given.

    Attributes:
        unused: facts without a meaning for the solver.
    """

    def __init__(self, scene: Scene, terms: Terms) -> None:
        self.scene = scene
        self.terms = terms
        self.unused: list[str] = []

    def declare(self, fact: Fact) -> None:
        """Note named polygons, before any equation is made."""
        form = fact.form
        if form.head in ("Regular", "InscribedIn", "CircumscribedTo") and isinstance(form.args[0], Form):
            form = form.args[0]
        if form.head in CORNERS and len(names(form)) >= 3:
            self.polygon(form, fact.source)

    def polygon(self, form: Form, source: str) -> tuple[tuple[str, ...], Record]:
        """A polygon with its corners in order, written down once."""
        corners = tuple(in_order(names(form), self.scene.figure))
        for kind, known, record in self.scene.polygons:
            if kind == form.head and set(known) == set(corners):
                return known, record
        record = self.scene.fact(f"Given in the {source}", f"{''.join(corners)} is a {form.head.lower()}")
        self.scene.polygons.append((form.head, corners, record))
        return corners, record

    def state(self, fact: Fact) -> None:
        """Make one fact known.

        Raises:
            FormError: it speaks of what the figure does not have.
        """
        form = fact.form
        if form.head in _INCIDENCE or form.head in CORNERS:
            return
        method = getattr(self, f"_on_{form.head.lower()}", None)
        if method is None:
            self.unused.append(to_text(form))
        else:
            method(form, f"Given in the {fact.source}")

    def given(self, form: Form, source: str) -> Because:
        """A given fact as a premise."""
        return self.scene.because(self.scene.fact(source, to_text(form)))

    def _on_equals(self, form: Form, source: str) -> None:
        left, right = (self.terms.quantity(arg) for arg in form.args)
        value = constant_of(right)
        if value is not None and left.unit:
            right = quantity(value, left.unit)
        if value is not None and left.unit == "°" and 180 < float(value) < 360 and left.text.startswith("∠"):
            reflex = Quantity(f"reflex {left.text}", left.poly, "°", 2, left.named(), left.drawing)
            self.scene.say(source, 360 - reflex, right)
            if isinstance(form.args[0], Form) and isinstance(form.args[0].args[0], Form):
                self.scene.reflex.add(tuple(names(form.args[0].args[0])))  # type: ignore[arg-type]
            return
        if value is not None and left.text.startswith("arc ") and 180 < float(value) < 360:
            self.scene.say(source, self._larger(form.args[0], left), right)
            return
        if value is not None and not left.unit and float(value) <= 0 and self._is_length(form.args[0]):
            self.unused.append(to_text(form))  # two points of the drawing are not one
            return
        self.scene.say(source, left, right)

    def _larger(self, node: Node, arc: Quantity) -> Quantity:
        """The larger arc between two points, which a measure of more than 180 degrees must mean."""
        if isinstance(node, Form) and isinstance(node.args[0], Form) and len(names(node.args[0])) == 2:
            return 360 - arc
        return arc

    def _is_length(self, node: Node) -> bool:
        """Tell whether an expression is the length of a line."""
        return isinstance(node, Form) and node.head in ("LengthOf", "Line")

    def _on_parallel(self, form: Form, source: str) -> None:
        lines = [self._line(arg) for arg in form.args]
        if lines[0] is not None and lines[1] is not None:
            self.scene.parallel(lines[0], lines[1], source)
        else:
            self.unused.append(to_text(form))

    def _line(self, node: Node) -> int | None:
        own = names(node)
        return self.scene.figure.line(own[0], own[1]) if len(own) == 2 else None

    def _on_perpendicular(self, form: Form, source: str) -> None:
        lines = [self._line(arg) for arg in form.args]
        if lines[0] is None or lines[1] is None:
            self.unused.append(to_text(form))
            return
        self.perpendicular(lines[0], lines[1], source, to_text(form))

    def perpendicular(self, i: int, j: int, source: str, statement: str, because: tuple[Because, ...] = ()) -> None:
        """Two lines at right angles: an angle of 90° at their common point, or a fact if it has no name."""
        scene = self.scene
        foot = scene.figure.crossing(i, j)
        if foot is None:
            record = scene.fact(source, statement, because=because)
            scene.perpendicular[(min(i, j), max(i, j))] = record
            return
        a = next(p for p in scene.figure.lines[i] if p != foot)
        b = next(p for p in scene.figure.lines[j] if p != foot)
        scene.say(source, scene.angle(a, foot, b), 90, because=because)

    def _on_congruent(self, form: Form, source: str) -> None:
        self._match(form, source, self.scene.congruent)

    def _on_similar(self, form: Form, source: str) -> None:
        self._match(form, source, self.scene.similar)

    def _match(self, form: Form, source: str, known: dict[tuple[str, ...], Record]) -> None:
        one, two = (names(arg) for arg in form.args)
        heads = [arg.head if isinstance(arg, Form) else "" for arg in form.args]
        if len(one) != len(two):
            self.unused.append(to_text(form))
        elif heads[0] == "Angle":
            self.scene.say(source, self.scene.angle(*one), self.scene.angle(*two))
        elif heads[0] == "Line":
            self.scene.say(source, self.scene.length(*one), self.scene.length(*two))
        elif heads[0] == "Circle" and one and two:
            self.scene.say(source, self.scene.radius(one[0]), self.scene.radius(two[0]), [to_text(form)])
        elif heads[0] == "Arc":
            self.scene.say(source, self.terms.arc(one, form)[1], self.terms.arc(two, form)[1])
        elif len(one) >= 3:
            known[(*one, *two)] = self.scene.fact(source, to_text(form))
        else:
            self.unused.append(to_text(form))

    def _on_bisectsangle(self, form: Form, source: str) -> None:
        line, angle = names(form.args[0]), names(form.args[1])
        if len(line) == 2 and len(angle) == 3 and angle[1] in line:
            a, v, b = angle
            through = line[0] if line[1] == v else line[1]
            self.scene.say(source, self.scene.angle(a, v, through), self.scene.angle(through, v, b), [to_text(form)])
        else:
            self.unused.append(to_text(form))

    def _on_ismidpointof(self, form: Form, source: str) -> None:
        middle, ends = point_name(form.args[0]), names(form.args[1])
        self.scene.say(source, self.scene.length(ends[0], middle), self.scene.length(middle, ends[1]), [to_text(form)])

    def _on_isperpendicularbisectorof(self, form: Form, source: str) -> None:
        line, ends = names(form.args[0]), names(form.args[1])
        i, j = self._line(form.args[0]), self._line(form.args[1])
        if len(line) != 2 or i is None or j is None:
            self.unused.append(to_text(form))
            return
        self.perpendicular(i, j, source, to_text(form))
        foot = self.scene.figure.crossing(i, j)
        if foot is not None:
            because = (self.given(form, source),)
            halves = [self.scene.length(end, foot) for end in ends]
            self.scene.say("A perpendicular bisector halves its segment", halves[0], halves[1], because=because)
        for point in line:
            if point not in ends and self.scene.figure.line(point, ends[0]) is not None:
                distances = [self.scene.length(point, end) for end in ends]
                self.scene.say("Perpendicular bisector theorem", distances[0], distances[1], [to_text(form)])

    def _on_isradiusof(self, form: Form, source: str) -> None:
        line, circle = names(form.args[0]), names(form.args[1])[0]
        if circle in line and len(line) == 2:
            self.scene.say(source, self.scene.length(*line), self.scene.radius(circle), [to_text(form)])

    def _on_isdiameterof(self, form: Form, source: str) -> None:
        line, circle = names(form.args[0]), names(form.args[1])[0]
        self.scene.say(source, self.scene.length(*line), self.scene.radius(circle) * 2, [to_text(form)])

    def _on_ischordof(self, form: Form, source: str) -> None:
        """Incidences alone, which the figure holds already."""

    def _on_inscribedin(self, form: Form, source: str) -> None:
        """Incidences alone for a polygon in a circle; a circle in a polygon touches its sides."""
        inner, outer = form.args
        if isinstance(inner, Form) and inner.head == "Circle":
            self.touching(names(outer), names(inner)[0], self.scene.fact(source, to_text(form)))

    def _on_circumscribedto(self, form: Form, source: str) -> None:
        outer, inner = form.args
        if isinstance(inner, Form) and inner.head == "Circle":
            self.touching(names(outer), names(inner)[0], self.scene.fact(source, to_text(form)))

    def touching(self, corners: list[str], circle: str, record: Record) -> None:
        """Every side of a polygon touches a circle at the one point that they share."""
        for a, b in pairs(corners):
            self._contact(a, b, circle, record)

    def _contact(self, a: str, b: str, circle: str, record: Record) -> None:
        line = self.scene.figure.line(a, b)
        ring = self.scene.figure.circles.get(circle, [])
        if line is not None:
            shared = [p for p in self.scene.figure.lines[line] if p in ring]
            if len(shared) == 1:
                self.scene.tangents[(line, circle, shared[0])] = record

    def _on_tangent(self, form: Form, source: str) -> None:
        line, circle = names(form.args[0]), names(form.args[1])
        record = self.scene.fact(source, to_text(form))
        if isinstance(form.args[0], Form) and form.args[0].head == "Circle":
            self.unused.append(to_text(form))
        elif len(line) == 2 and circle:
            self._contact(line[0], line[1], circle[0], record)

    def _on_secant(self, form: Form, source: str) -> None:
        """Incidences alone."""

    def _on_ismedianof(self, form: Form, source: str) -> None:
        _, foot, (b, c) = self.cevian(form)
        if foot:
            self.scene.say(source, self.scene.length(b, foot), self.scene.length(foot, c), [to_text(form)])

    def _on_isaltitudeof(self, form: Form, source: str) -> None:
        top, foot, (b, c) = self.cevian(form)
        i, j = self.scene.figure.line(top, foot), self.scene.figure.line(b, c)
        if foot and i is not None and j is not None:
            self.perpendicular(i, j, source, to_text(form))

    def cevian(self, form: Form) -> tuple[str, str, tuple[str, str]]:
        """A line from a corner of a triangle: the corner, its other end, and the opposite side."""
        line, corners = names(form.args[0]), names(form.args[1])
        tops = [p for p in line if p in corners]
        if len(tops) != 1 or len(corners) != 3 or len(line) != 2:
            return "", "", ("", "")
        rest = [p for p in corners if p != tops[0]]
        return tops[0], next(p for p in line if p != tops[0]), (rest[0], rest[1])

    def _on_ismidsegmentof(self, form: Form, source: str) -> None:
        ends, corners = names(form.args[0]), names(form.args[1])
        for point in ends:
            for a, b in pairs(corners):
                if point in self.scene.figure.row(a, b)[1:-1]:
                    self.scene.say(source, self.scene.length(a, point), self.scene.length(point, b), [to_text(form)])

    def _on_iscentroidof(self, form: Form, source: str) -> None:
        middle, corners = point_name(form.args[0]), names(form.args[1])
        record = self.scene.fact(source, to_text(form))
        for top in corners:
            b, c = (p for p in corners if p != top)
            for foot in self.scene.figure.row(b, c)[1:-1]:
                i = self.scene.figure.line(top, foot)
                if i is not None and i == self.scene.figure.line(top, middle):
                    why = (self.scene.because(record),)
                    length = self.scene.length
                    self.scene.say("Centroid theorem", length(top, middle), length(middle, foot) * 2, because=why)
                    self.scene.say("A median halves the side", length(b, foot), length(foot, c), because=why)

    def _on_isincenterof(self, form: Form, source: str) -> None:
        middle, corners = point_name(form.args[0]), names(form.args[1])
        why = (self.given(form, source),)
        for top in corners:
            b, c = (p for p in corners if p != top)
            halves = [self.scene.angle(p, top, middle) for p in (b, c)]
            self.scene.say("The incenter is on the angle bisectors", halves[0], halves[1], because=why)

    def _on_equilateral(self, form: Form, source: str) -> None:
        corners = names(form.args[0])
        sides = [self.scene.length(a, b) for a, b in pairs(corners)] if len(corners) >= 3 else []
        for one, two in itertools.pairwise(sides):
            self.scene.say(source, one, two, [to_text(form)])

    def _on_regular(self, form: Form, source: str) -> None:
        self._on_equilateral(form, source)
        own = names(form.args[0])
        if len(own) >= 3:
            n = len(own)
            for i in range(n):
                angle = self.scene.angle(own[i - 1], own[i], own[(i + 1) % n])
                self.scene.say("Angle of a regular polygon", angle * n, 180 * (n - 2), [to_text(form)])

    def _on_isosceles(self, form: Form, source: str) -> None:
        own = names(form.args[0])
        record = self.scene.fact(source, to_text(form))
        if len(own) == 3:
            self.scene.isosceles.append((tuple(own), record))
        elif len(own) == 4:
            corners, _ = self.polygon(form.args[0], source) if isinstance(form.args[0], Form) else (tuple(own), record)
            self.scene.isosceles.append((corners, record))

    def _on_right(self, form: Form, source: str) -> None:
        """A right triangle; which corner is right, other forms say, or the drawing."""
        own = tuple(names(form.args[0]))
        if len(own) == 3:
            self.scene.right_given.append((own, self.scene.fact(source, to_text(form))))

    def _on_ishypotenuseof(self, form: Form, source: str) -> None:
        line, corners = names(form.args[0]), names(form.args[1])
        top = [p for p in corners if p not in line]
        if len(line) == 2 and len(corners) == 3 and len(top) == 1:
            self.scene.say(source, self.scene.angle(line[0], top[0], line[1]), 90, [to_text(form)])

    def _on_rightangle(self, form: Form, source: str) -> None:
        self.scene.say(source, self.terms.quantity(form.args[0]), 90)

    def _on_intersectat(self, form: Form, source: str) -> None:
        """Incidences alone."""


def stated(scene: Scene, terms: Terms, facts: list[Fact]) -> Statements:
    """State all facts; those that speak of what the figure lacks are listed as unused."""
    statements = Statements(scene, terms)
    for fact in facts:
        statements.declare(fact)
    for fact in facts:
        try:
            statements.state(fact)
        except Unbounded:
            raise
        except FormError as error:
            statements.unused.append(f"{to_text(fact.form)} ({error})")
    return statements
