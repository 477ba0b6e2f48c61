"""Expressions of the language as quantities of the figure."""

from fractions import Fraction

from vista_tools_math.languages import Constant, Form, FormError, Label, Node, Number, Operation, Symbol, to_text
from vista_tools_math.solver import exact, problem
from vista_tools_math.solver.polynomials import TooLarge, variables
from vista_tools_math.solver.quantity import Quantity, quantity, total
from vista_tools_math.solver.scene import Scene

MOST_POWER = 4
LARGEST = 1e12
_ROLES = ("AltitudeOf", "HypotenuseOf", "SideOf", "WidthOf", "HeightOf", "BaseOf", "MedianOf")
_BINARY = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "^", "RatioOf": "/"}


class Unbounded(FormError):
    """Arithmetic that is not defined or too large, wherever it stands."""


class Terms:
    """Turns expressions into quantities; areas and perimeters that play a part are noted in the scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def quantity(self, node: Node) -> Quantity:
        """An expression as a quantity.

        Raises:
            FormError: it has no meaning in this figure.
        """
        if isinstance(node, Number):
            return quantity(node.value)
        if isinstance(node, Symbol):
            return self.scene.symbol(node.name)
        if isinstance(node, Constant):
            return quantity(exact.PI)
        if isinstance(node, Operation):
            return self.bounded(node.sign, [self.quantity(arg) for arg in node.args], node)
        if isinstance(node, Form):
            return self.form(node)
        raise self.meaningless(node)

    def meaningless(self, node: Node, why: str = "it has no measure in this figure") -> FormError:
        """An error about an expression."""
        return FormError(f"{to_text(node)}: {why}", 1)

    def bounded(self, sign: str, args: list[Quantity], node: Node) -> Quantity:
        """Arithmetic whose result must not be too large."""
        try:
            result = self.operation(sign, args, node)
        except TooLarge:
            raise Unbounded(f"{to_text(node)[:60]}: the expression is too large", 1) from None
        for c in result.poly.values():
            if not abs(float(c)) < LARGEST or (isinstance(c, Fraction) and c.denominator.bit_length() > 200):
                raise Unbounded(f"{to_text(node)[:60]}: numbers must be below {LARGEST:g}", 1)
        return result

    def operation(self, sign: str, args: list[Quantity], node: Node) -> Quantity:
        """Arithmetic; a quotient and a root of unknowns become quantities of their own."""
        a = args[0]
        if sign == "neg":
            return a * -1
        if sign == "sqrt":
            if not variables(a.poly):
                return quantity(exact.sqrt(self.number(a, node)))
            root = self.scene.other(f"√({a.text})", "length")
            self.scene.say("Definition of the root", root**2, a)
            return root
        b = args[1]
        if sign == "+":
            return a + b
        if sign == "-":
            return a - b
        if sign == "*":
            return (
                b * self.number(a, node)
                if not variables(a.poly)
                else (a * self.number(b, node) if not variables(b.poly) else a * b)
            )
        if sign == "^":
            power = self.number(b, node) if not variables(b.poly) else None
            if not isinstance(power, Fraction) or power.denominator != 1 or not 0 <= power <= MOST_POWER:
                raise Unbounded(f"{to_text(node)[:60]}: powers must be whole numbers from 0 to {MOST_POWER}", 1)
            return quantity(self.number(a, node) ** int(power)) if not variables(a.poly) else a ** int(power)
        if not variables(b.poly):
            below = self.number(b, node)
            if exact.is_zero(below):
                raise Unbounded(f"{to_text(node)[:60]}: division by zero", 1)
            if not variables(a.poly):
                return quantity(self.number(a, node) / below)
            return a * exact.inverse(below)
        ratio = self.scene.other(f"{a.inside(2)}/{b.inside(2)}", "ratio")
        self.scene.say("Definition of the ratio", ratio * b, a)
        return ratio

    def number(self, a: Quantity, node: Node) -> exact.Number:
        """The value of an expression without unknowns."""
        if variables(a.poly):
            raise self.meaningless(node, "a number is wanted here")
        return a.poly.get((), Fraction(0))

    def form(self, node: Form) -> Quantity:
        """A measure of a figure, or arithmetic in words."""
        head, args = node.head, node.args
        if head in ("MeasureOf", "LengthOf"):
            return self.measure(args[0], head)
        if head in ("Line", "Angle", "Arc", *_ROLES):
            return self.measure(node, "LengthOf" if head == "Line" else "MeasureOf")
        if head in _BINARY and len(args) == 2:
            return self.bounded(_BINARY[head], [self.quantity(arg) for arg in args], node)
        if head in ("SumOf", "Add"):
            return total([self.quantity(arg) for arg in args])
        if head == "Mul":
            result = self.quantity(args[0])
            for arg in args[1:]:
                result = self.bounded("*", [result, self.quantity(arg)], node)
            return result
        if head == "AverageOf":
            return total([self.quantity(arg) for arg in args]) * Fraction(1, len(args))
        if head == "RatioOf":
            return self.quantity(args[0])
        if head == "HalfOf":
            return self.quantity(args[0]) * Fraction(1, 2)
        if head == "SquareOf":
            return self.bounded("^", [self.quantity(args[0]), quantity(2)], node)
        if head == "SqrtOf":
            return self.bounded("sqrt", [self.quantity(args[0])], node)
        if head in ("SinOf", "CosOf", "TanOf"):
            return self.trigonometric(head[:3].lower(), args[0])
        if head in ("RadiusOf", "DiameterOf", "CircumferenceOf"):
            return self.round(head, args[0], node)
        if head in ("AreaOf", "PerimeterOf"):
            return self.extent(head, args[0], node)
        if head == "ScaleFactorOf":
            return self.scale_factor(args[0], args[1], node)
        raise self.meaningless(node)

    def measure(self, figure: Node, head: str) -> Quantity:
        """The length of a line or an arc, or the measure of an angle or an arc."""
        own = problem.names(figure)
        kind = figure.head if isinstance(figure, Form) else ""
        if kind in ("Line", "Ray") and len(own) == 2:
            return self.scene.length(own[0], own[1])
        if kind == "Angle":
            return self.angle(figure)
        if kind == "Arc" and len(own) in (2, 3):
            circle, arc = self.arc(own, figure)
            if head == "MeasureOf":
                return arc
            length = self.scene.other(f"length of {arc.text}", "length")
            self.scene.say(
                "Arc length", length * 180, self.scene.radius(circle) * arc * exact.PI, [f"{arc.text} is on ⊙{circle}"]
            )
            return length
        if isinstance(figure, Form) and figure.head in _ROLES:
            return self.role(figure)
        raise self.meaningless(figure)

    def role(self, line: Form) -> Quantity:
        """A line that is named by its role in a figure, such as the height of a triangle."""
        figure = line.args[0]
        own = tuple(problem.names(figure))
        if not isinstance(figure, Form) or figure.head not in problem.CORNERS or len(own) < 3:
            raise self.meaningless(line)
        corners = tuple(problem.in_order(own, self.scene.figure))
        found = self.scene.other(f"{line.head[:-2].lower()} of {figure.head.lower()} {''.join(corners)}", "length")
        return self.scene.roles.setdefault((line.head, figure.head, corners), found)

    def arc(self, own: list[str], node: Node) -> tuple[str, Quantity]:
        """An arc and the circle it is on."""
        ends, through = (own[0], own[-1]), own[1] if len(own) == 3 else ""
        for circle, ring in self.scene.figure.circles.items():
            if ends[0] in ring and ends[1] in ring:
                arc = self.scene.arc(circle, *ends, through=through if through in ring else "")
                if arc is not None:
                    return circle, arc
        raise self.meaningless(node, "no circle has these points, or the drawing does not tell the two arcs apart")

    def angle(self, node: Node) -> Quantity:
        """An angle by three points, by a number, or by its vertex where only one is meant."""
        own = problem.names(node)
        if len(own) == 3:
            return self.scene.angle(own[0], own[1], own[2])
        if len(own) == 1:
            sides = self.corner(own[0])
            if sides is not None:
                return self.scene.angle(sides[0], own[0], sides[1])
            raise self.meaningless(node, "several angles have this vertex")
        label = node.args[0] if isinstance(node, Form) else None
        if isinstance(label, Label):
            return self.scene.other(f"∠{label.name}", "angle", "°")
        raise self.meaningless(node)

    def corner(self, vertex: str) -> tuple[str, str] | None:
        """The sides of the one angle that a single letter can mean."""
        figure = self.scene.figure
        for _, corners, _ in self.scene.polygons:
            if vertex in corners:
                at = corners.index(vertex)
                return corners[at - 1], corners[(at + 1) % len(corners)]
        rays = figure.rays(vertex)
        through = [figure.on_ray(vertex, ray)[-1] for ray in rays]
        if len(rays) == 2:
            return through[0], through[1]
        turns = [
            ((self.scene.direction(rays[i]) - self.scene.direction(rays[i - 1])) % 360, i) for i in range(len(rays))
        ]
        if turns and max(turns)[0] > 180:  # the widest angle, with all other rays inside
            i = max(turns)[1]
            return through[i - 1], through[i]
        return None

    def trigonometric(self, function: str, node: Node) -> Quantity:
        """The sine, cosine or tangent of an angle."""
        angle = self.quantity(node)
        poly = self.scene.algebra.link(function, angle.text, angle.poly)
        return Quantity(f"{function}{angle.text}", poly)

    def round(self, head: str, figure: Node, node: Node) -> Quantity:
        """Radius, diameter or circumference of a circle."""
        own = problem.names(figure)
        if not own or not isinstance(figure, Form) or figure.head != "Circle":
            raise self.meaningless(node)
        radius = self.scene.radius(own[0])
        if head == "RadiusOf":
            return radius
        if head == "DiameterOf":
            return radius * 2
        around = self.scene.other(f"circumference of ⊙{own[0]}")
        self.scene.say("Circumference of a circle", around, radius * (exact.PI * 2))
        return around

    def extent(self, head: str, figure: Node, node: Node) -> Quantity:
        """Area or perimeter of a figure, as a quantity that theorems will tie to lengths."""
        own = tuple(problem.names(figure))
        if not isinstance(figure, Form):
            raise self.meaningless(node)
        if figure.head in ("Shaded", "Red", "Blue", "Green", "Regular", "Right", "Isosceles", "Equilateral"):
            return self.extent(head, figure.args[0], node)
        if figure.head == "Shape" and len(own) >= 3:
            figure = Form("Polygon", figure.args)
        if figure.head == "Circle" and own:
            if head == "PerimeterOf":
                return self.round("CircumferenceOf", figure, node)
            area = self.scene.other(f"area of ⊙{own[0]}")
            self.scene.say("Area of a circle", area, self.scene.radius(own[0]) ** 2 * exact.PI)
            return area
        if figure.head in problem.CORNERS and len(own) >= 3:
            own = tuple(problem.in_order(own, self.scene.figure))
        elif figure.head != "Sector" or len(own) != 3:
            raise self.meaningless(node, "the forms do not say which figure this is")
        what = "area" if head == "AreaOf" else "perimeter"
        found = self.scene.other(f"{what} of {figure.head.lower()} {''.join(own)}")
        self.scene.measured.setdefault((what, figure.head, own), found)
        return found

    def scale_factor(self, one: Node, two: Node, node: Node) -> Quantity:
        """How many times larger the first of two similar figures is."""
        a, b = problem.names(one), problem.names(two)
        if len(a) != len(b) or len(a) < 3:
            raise self.meaningless(node)
        factor = self.scene.other(f"scale factor of {''.join(a)} to {''.join(b)}", "length")
        for (p, q), (r, s) in zip(problem.pairs(a), problem.pairs(b), strict=True):
            self.scene.say("Definition of the scale factor", factor * self.scene.length(r, s), self.scene.length(p, q))
        return factor


def constant_of(value: Quantity) -> exact.Number | None:
    """The number that a quantity without unknowns is."""
    return None if variables(value.poly) else value.poly.get((), Fraction(0))
