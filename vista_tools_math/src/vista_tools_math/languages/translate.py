"""Translation between CDL and the logic forms of Inter-GPS, where meaning carries over.

The rules are pairs of patterns, written in the two languages: capitals stand for points, small letters for numbers.
What has no rule is left out and listed, never bent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from vista_tools_math.languages.nodes import Constant, Form, Node, Number, Operation, Point, Points, Symbol
from vista_tools_math.languages.parser import parse_cdl, parse_inter_gps

_NUMBERS = """
LengthOfLine(AB) = LengthOf(Line(A, B))
MeasureOfAngle(ABC) = MeasureOf(Angle(A, B, C))
RadiusOfCircle(O) = RadiusOf(Circle(O))
DiameterOfCircle(O) = DiameterOf(Circle(O))
PerimeterOfCircle(O) = CircumferenceOf(Circle(O))
AreaOfCircle(O) = AreaOf(Circle(O))
AreaOfSector(OAB) = AreaOf(Sector(O, A, B))
PerimeterOfSector(OAB) = PerimeterOf(Sector(O, A, B))
AreaOfTriangle(ABC) = AreaOf(Triangle(A, B, C))
PerimeterOfTriangle(ABC) = PerimeterOf(Triangle(A, B, C))
AreaOfQuadrilateral(ABCD) = AreaOf(Quadrilateral(A, B, C, D))
PerimeterOfQuadrilateral(ABCD) = PerimeterOf(Quadrilateral(A, B, C, D))
RatioOfSimilarTriangle(ABC,DEF) = ScaleFactorOf(Triangle(A, B, C), Triangle(D, E, F))
Add(x,y) = Add(x, y)
Mul(x,y) = Mul(x, y)
Sub(x,y) = Sub(x, y)
Div(x,y) = Div(x, y)
Pow(x,y) = Pow(x, y)
Sin(x) = SinOf(x)
Cos(x) = CosOf(x)
Tan(x) = TanOf(x)
Sqrt(x) = SqrtOf(x)
"""

_STATEMENTS = """
Equal(x,y) = Equals(x, y)
Value(x) = Find(x)
ParallelBetweenLine(AB,CD) = Parallel(Line(A, B), Line(C, D))
PerpendicularBetweenLine(AB,CD) = Perpendicular(Line(A, B), Line(C, D))
IsPerpendicularBisectorOfLine(AB,CD) = IsPerpendicularBisectorOf(Line(A, B), Line(C, D))
IsMidpointOfLine(M,AB) = IsMidpointOf(M, Line(A, B))
IsBisectorOfAngle(BD,ABC) = BisectsAngle(Line(B, D), Angle(A, B, C))
IsMedianOfTriangle(AD,ABC) = IsMedianOf(Line(A, D), Triangle(A, B, C))
IsAltitudeOfTriangle(AD,ABC) = IsAltitudeOf(Line(A, D), Triangle(A, B, C))
IsMidsegmentOfTriangle(DE,ABC) = IsMidsegmentOf(Line(D, E), Triangle(A, B, C))
IsMidsegmentOfQuadrilateral(EF,ABCD) = IsMidsegmentOf(Line(E, F), Trapezoid(A, B, C, D))
IsCentroidOfTriangle(O,ABC) = IsCentroidOf(O, Triangle(A, B, C))
IsIncenterOfTriangle(O,ABC) = IsIncenterOf(O, Triangle(A, B, C))
CongruentBetweenTriangle(ABC,DEF) = Congruent(Triangle(A, B, C), Triangle(D, E, F))
SimilarBetweenTriangle(ABC,DEF) = Similar(Triangle(A, B, C), Triangle(D, E, F))
CongruentBetweenQuadrilateral(ABCD,EFGH) = Congruent(Quadrilateral(A, B, C, D), Quadrilateral(E, F, G, H))
SimilarBetweenQuadrilateral(ABCD,EFGH) = Similar(Quadrilateral(A, B, C, D), Quadrilateral(E, F, G, H))
IsDiameterOfCircle(AB,O) = IsDiameterOf(Line(A, B), Circle(O))
IsTangentOfCircle(PA,O) = Tangent(Line(P, A), Circle(O))
Circle(O) = Circle(O)
Triangle(ABC) = Triangle(A, B, C)
RightTriangle(ABC) = Right(Triangle(A, B, C)) & Perpendicular(Line(A, B), Line(B, C))
IsoscelesTriangle(ABC) = Isosceles(Triangle(A, B, C)) & Equals(LengthOf(Line(A, B)), LengthOf(Line(A, C)))
EquilateralTriangle(ABC) = Equilateral(Triangle(A, B, C))
Quadrilateral(ABCD) = Quadrilateral(A, B, C, D)
Kite(ABCD) = Kite(A, B, C, D)
Parallelogram(ABCD) = Parallelogram(A, B, C, D)
Rhombus(ABCD) = Rhombus(A, B, C, D)
Rectangle(ABCD) = Rectangle(A, B, C, D)
Square(ABCD) = Square(A, B, C, D)
Trapezoid(ABCD) = Trapezoid(A, B, C, D) & Parallel(Line(A, D), Line(B, C))
"""

_ARCS = {"MeasureOfArc": "MeasureOf", "LengthOfArc": "LengthOf"}
Patterns = Mapping[str, tuple[tuple[Form, tuple[Form, ...]], ...]]


@dataclass(frozen=True, slots=True)
class Translation:
    """Forms of the other language, and the forms that say what it cannot."""

    forms: tuple[Form, ...]
    left_out: tuple[Form, ...]


@cache
def _rules() -> tuple[Patterns, Patterns]:
    """The patterns by the head they begin with: from CDL, and to CDL (a rule whose right side is one form)."""
    forth: dict[str, list[tuple[Form, tuple[Form, ...]]]] = {}
    back: dict[str, list[tuple[Form, tuple[Form, ...]]]] = {}
    for line in (_NUMBERS + _STATEMENTS).strip().splitlines():
        left, right = line.split(" = ") if " = " in line else ("", "")
        if not left:
            continue
        cdl = _form(parse_cdl, left)
        logic = tuple(_form(parse_inter_gps, part) for part in right.split(" & "))
        forth.setdefault(cdl.head, []).append((cdl, logic))
        back.setdefault(logic[0].head, []).append((logic[0], (cdl,)))
    return {k: tuple(v) for k, v in forth.items()}, {k: tuple(v) for k, v in back.items()}


def _form(parse: object, text: str) -> Form:
    """A pattern: a statement, or a number."""
    try:
        return parse(text)  # type: ignore[operator, no-any-return]
    except ValueError:
        wrapped = parse(f"Value({text})" if parse is parse_cdl else f"Find({text})")  # type: ignore[operator]
        return wrapped.args[0]  # type: ignore[no-any-return]


class _Translator:
    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        self.circle_of: dict[frozenset[str], str] = {}

    def all_of(self, form: Form) -> tuple[Form, ...] | None:
        """What one form becomes; None when meaning does not carry over."""
        if (special := self.special(form)) is not None:
            return (special,)
        for pattern, results in self.patterns.get(form.head, ()):
            found: dict[str, Node] = {}
            if self.matches(pattern, form, found):
                return tuple(_filled(result, found) for result in results)  # type: ignore[misc]
        return None

    def special(self, form: Form) -> Form | None:
        """Arcs, which CDL names with their circle and Inter-GPS without."""
        if form.head in _ARCS and isinstance(form.args[0], Points):
            ends = [Point(name) for name in form.args[0].names[1:]]
            return Form(_ARCS[form.head], (Form("Arc", tuple(ends)),))
        if form.head in _ARCS.values() and isinstance(form.args[0], Form) and form.args[0].head == "Arc":
            names = tuple(arg.name for arg in form.args[0].args if isinstance(arg, Point))
            circle = self.circle_of.get(frozenset(names))
            if circle is not None and len(names) == 2:
                head = "MeasureOfArc" if form.head == "MeasureOf" else "LengthOfArc"
                return Form(head, (Points((circle, *names)),))
        return None

    def number(self, node: Node) -> Node | None:
        """A number of the other language."""
        if isinstance(node, (Number, Symbol, Constant)):
            return node
        if isinstance(node, Operation):
            args = [self.number(arg) for arg in node.args]
            return None if None in args else Operation(node.sign, tuple(args))  # type: ignore[arg-type]
        if isinstance(node, Form):
            if node.head == "Line":
                node = Form("LengthOf", (node,))
            elif node.head in ("Angle", "Arc"):
                node = Form("MeasureOf", (node,))
            forms = self.all_of(node)
            return forms[0] if forms is not None else None
        return None

    def matches(self, pattern: Node, node: Node, found: dict[str, Node]) -> bool:
        """Match a pattern, with the numbers inside translated on the way."""
        if isinstance(pattern, Symbol):
            number = self.number(node)
            if number is None:
                return False
            found[pattern.name] = number
            return True
        if isinstance(pattern, Point):
            return isinstance(node, Point) and found.setdefault(pattern.name, node) == node
        if isinstance(pattern, Points):
            if not isinstance(node, Points) or len(node.names) != len(pattern.names):
                return False
            return all(
                found.setdefault(letter, Point(name)) == Point(name)
                for letter, name in zip(pattern.names, node.names, strict=True)
            )
        if not isinstance(node, Form) or not isinstance(pattern, Form) or node.head != pattern.head:
            return False
        args = node.args
        if node.head == "Circle" and len(args) == 2:  # the second names a radius that the diagram does not use
            args = args[:1]
        if len(args) != len(pattern.args):
            return False
        return all(self.matches(p, a, found) for p, a in zip(pattern.args, args, strict=True))


def _filled(pattern: Node, found: Mapping[str, Node]) -> Node:
    if isinstance(pattern, (Symbol, Point)):
        return found[pattern.name]
    if isinstance(pattern, Points):
        return Points(tuple(found[letter].name for letter in pattern.names))  # type: ignore[union-attr]
    if isinstance(pattern, Form):
        return Form(pattern.head, tuple(_filled(arg, found) for arg in pattern.args))
    return pattern


def cdl_to_inter_gps(forms: Iterable[Form]) -> Translation:
    """Translate CDL statements to logic forms.

    A circle is named by its centre in logic forms: IsCentreOfCircle(P,O) renames circle O to P. Arcs lose their circle.
    Shapes say which segments are drawn; their arcs are left out, and so are statements without a counterpart.

    Example:
        >>> from vista_tools_math.languages import parse_cdl, to_text
        >>> [to_text(f) for f in cdl_to_inter_gps([parse_cdl("Collinear(ABC)")]).forms]
        ['PointLiesOnLine(B, Line(A, C))']
    """
    forms = list(forms)
    centres = {_names(f, 1)[0]: _names(f, 0)[0] for f in forms if f.head == "IsCentreOfCircle"}
    translator = _Translator(_rules()[0])
    done: list[Form] = []
    left_out: list[Form] = []
    for form in forms:
        made = _construction(form, centres)
        if made is None:
            made = translator.all_of(form)
        if made is None:
            left_out.append(form)
        else:
            done += [_renamed(f, centres) for f in made]  # type: ignore[misc]
    return Translation(tuple(done), tuple(left_out))


def _names(form: Form, index: int) -> tuple[str, ...]:
    word = form.args[index]
    return word.names if isinstance(word, Points) else ()


def _line(a: str, b: str) -> Form:
    return Form("Line", (Point(a), Point(b)))


def _construction(form: Form, centres: Mapping[str, str]) -> tuple[Form, ...] | None:
    """Construction statements, which say in one form what logic forms say in several."""
    if form.head == "Collinear":
        row = _names(form, 0)
        triples = zip(row, row[1:], row[2:], strict=False)
        return tuple(Form("PointLiesOnLine", (Point(b), _line(a, c))) for a, b, c in triples)
    if form.head == "Cocircular":
        circle = Form("Circle", (Point(_names(form, 0)[0]),))
        return tuple(Form("PointLiesOnCircle", (Point(name), circle)) for name in _names(form, 1))
    if form.head == "Shape":
        words = [_names(form, i) for i in range(len(form.args))]
        return tuple(_line(*word) for word in words if len(word) == 2)
    if form.head == "IsCentreOfCircle":
        return (Form("Circle", (Point(centres[_names(form, 1)[0]]),)),)
    return None


def _renamed(node: Node, centres: Mapping[str, str]) -> Node:
    """The same with circles named by their centres."""
    if not isinstance(node, Form):
        return node
    if node.head == "Circle" and isinstance(node.args[0], Point):
        return Form("Circle", (Point(centres.get(node.args[0].name, node.args[0].name)), *node.args[1:]))
    return Form(node.head, tuple(_renamed(arg, centres) for arg in node.args))


def inter_gps_to_cdl(forms: Iterable[Form]) -> Translation:
    """Translate logic forms to CDL statements.

    Perpendicular lines are written with their common point last, as FormalGeo does. Angles named by one letter or a
    number, arcs through a third point and unnamed figures have no counterpart and are left out.

    Example:
        >>> from vista_tools_math.languages import parse_inter_gps, to_text
        >>> [to_text(f) for f in inter_gps_to_cdl([parse_inter_gps("Equals(LengthOf(Line(A, B)), 3)")]).forms]
        ['Equal(LengthOfLine(AB), 3)']
    """
    forms = list(forms)
    translator = _Translator(_rules()[1])
    on: dict[str, set[str]] = {}
    for form in forms:
        if form.head == "PointLiesOnCircle" and isinstance(form.args[0], Point) and isinstance(form.args[1], Form):
            centre = form.args[1].args[0]
            if isinstance(centre, Point):
                on.setdefault(centre.name, set()).add(form.args[0].name)
    for centre_name, members in on.items():
        for a in members:
            for b in members:
                translator.circle_of.setdefault(frozenset((a, b)), centre_name)
    done: list[Form] = []
    left_out: list[Form] = []
    for form in forms:
        made = _deconstruction(form)
        made = translator.all_of(form) if made is None else made
        if made is None:
            left_out.append(form)
        else:
            done += made
    return Translation(tuple(done), tuple(left_out))


def _deconstruction(form: Form) -> tuple[Form, ...] | None:
    """Incidences, and perpendicular lines that share a point."""
    first, second = form.args[0], form.args[-1]
    if form.head == "PointLiesOnLine" and isinstance(second, Form) and len(second.args) == 2:
        a, b = second.args
        if isinstance(first, Point) and isinstance(a, Point) and isinstance(b, Point):
            return (Form("Collinear", (Points((a.name, first.name, b.name)),)),)
    on_circle = form.head == "PointLiesOnCircle" and isinstance(second, Form) and isinstance(second.args[0], Point)
    if on_circle and isinstance(first, Point):
        return (Form("Cocircular", (Points((second.args[0].name,)), Points((first.name,)))),)
    if form.head == "Perpendicular" and isinstance(first, Form) and isinstance(second, Form):
        names = [[p.name for p in line.args if isinstance(p, Point)] for line in (first, second)]
        if len(names[0]) == len(names[1]) == 2 and (shared := set(names[0]) & set(names[1])):
            foot = shared.pop()
            words = [Points((line[0] if line[1] == foot else line[1], foot)) for line in names]
            return (Form("PerpendicularBetweenLine", tuple(words)),)
    return None
