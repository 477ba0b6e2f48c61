"""Exact plane geometry on sympy numbers; imported only when the tool `sympy_geometry` is set up."""

import re
from fractions import Fraction
from typing import Any

import sympy  # type: ignore[import-untyped]
from sympy import Rational, acos, pi, sqrt

Given = tuple[Fraction | float, str | None]
"""A number, and the text of its expression where its value is not rational."""
_SURD = re.compile(r"\s*(?:([0-9]{1,9})\s*\*\s*)?sqrt\(\s*([0-9]{1,9})\s*\)\s*(?:/\s*([0-9]{1,9}))?\s*")


class Figures:
    """The functions of the tool. Each returns ({name: sympy number}, kind), or raises ValueError with the reason."""

    def compute(self, function: str, values: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Call one function by name.

        Args:
            function: name of a public method below.
            values: its arguments: numbers (see Given), lists of them, or the name of a corner.
        """
        if len(radicands(list(values.values()))) > 1:
            values = {name: without_roots(value) for name, value in values.items()}
        return getattr(self, function)(**values)  # type: ignore[no-any-return]

    # -- numbers ------------------------------------------------------------------------------------------------

    def number(self, given: Given) -> Any:
        """As a sympy number: exact for fractions and for texts like "3*sqrt(2)/2", else the float's own fraction."""
        value, surd = given
        if surd is None and not isinstance(value, Fraction):
            return sympy.Float(value, 30)
        if isinstance(value, Fraction):
            return Rational(value.numerator, value.denominator)
        match = _SURD.fullmatch(surd or "")
        if match:
            return Rational(int(match[1] or 1), int(match[3] or 1)) * sqrt(int(match[2]))
        return sympy.Float(value, 30)

    def point(self, given: list[Given]) -> tuple[Any, Any]:
        """As a pair of sympy numbers."""
        return self.number(given[0]), self.number(given[1])

    def decimal(self, value: Any) -> float:
        """10 significant digits."""
        return float(f"{float(value.evalf(20)):.10g}")

    def exact(self, value: Any) -> str | None:
        """Written exactly, or None where a float is inside or the text is long."""
        if value.has(sympy.Float):
            return None
        text = str(value)
        return text if len(text) <= 60 else None

    def _degrees(self, cosine: Any) -> Any:
        """Angle in degrees from its cosine; exact for the angles whose cosines sympy knows."""
        return acos(sympy.radsimp(cosine)) * 180 / pi

    def _angle(self, u: tuple[Any, Any], v: tuple[Any, Any]) -> Any:
        dot = u[0] * v[0] + u[1] * v[1]
        lengths = (u[0] ** 2 + u[1] ** 2) * (v[0] ** 2 + v[1] ** 2)
        return self._degrees(dot / sqrt(sympy.expand(lengths)))

    def _triangle(self, A: list[Given], B: list[Given], C: list[Given]) -> tuple[Any, ...]:
        """Corners and twice the signed area."""
        a, b, c = self.point(A), self.point(B), self.point(C)
        double = sympy.expand((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
        if _zero(double):
            raise ValueError("the three points lie on one line, so they make no triangle")
        return a, b, c, double

    # -- functions ----------------------------------------------------------------------------------------------

    def triangle_angle(self, A: Any, B: Any, C: Any, vertex: str) -> tuple[dict[str, Any], str]:
        """The angle at one corner, degrees."""
        a, b, c, _ = self._triangle(A, B, C)
        at, one, other = {"A": (a, b, c), "B": (b, a, c), "C": (c, a, b)}[vertex]
        return {f"angle {vertex}": self._angle(_from(at, one), _from(at, other))}, ""

    def triangle_all_angles(self, A: Any, B: Any, C: Any) -> tuple[dict[str, Any], str]:
        """The three angles, degrees."""
        a, b, c, _ = self._triangle(A, B, C)
        return {
            "angle A": self._angle(_from(a, b), _from(a, c)),
            "angle B": self._angle(_from(b, a), _from(b, c)),
            "angle C": self._angle(_from(c, a), _from(c, b)),
        }, ""

    def triangle_area(self, A: Any, B: Any, C: Any) -> tuple[dict[str, Any], str]:
        """The area."""
        return {"area": abs(self._triangle(A, B, C)[3]) / 2}, ""

    def triangle_type(self, A: Any, B: Any, C: Any) -> tuple[dict[str, Any], str]:
        """Kind by sides and by the largest angle, and the squared sides that show it."""
        a, b, c, _ = self._triangle(A, B, C)
        squares = {"AB": _square(a, b), "BC": _square(b, c), "CA": _square(c, a)}
        x, y, z = sorted(squares.values(), key=lambda s: float(s.evalf(20)))
        equal = sum(_zero(p - q) for p, q in ((x, y), (y, z), (x, z)))
        sides = {0: "scalene", 1: "isosceles", 3: "equilateral"}.get(equal, "isosceles")
        rest = x + y - z
        corner = "right" if _zero(rest) else "acute" if float(rest.evalf(20)) > 0 else "obtuse"
        return {name: sqrt(s) for name, s in squares.items()}, f"{corner} {sides}"

    def circle_from_points(self, p1: Any, p2: Any, p3: Any) -> tuple[dict[str, Any], str]:
        """Centre and radius of the circle through three points."""
        a, b, c, double = self._triangle(p1, p2, p3)
        # Relative to a: the centre solves two linear equations.
        (bx, by), (cx, cy) = _from(a, b), _from(a, c)
        bb, cc = bx**2 + by**2, cx**2 + cy**2
        ux = sympy.radsimp(sympy.expand(cy * bb - by * cc) / (2 * double))
        uy = sympy.radsimp(sympy.expand(bx * cc - cx * bb) / (2 * double))
        return {"center x": a[0] + ux, "center y": a[1] + uy, "radius": sqrt(sympy.expand(ux**2 + uy**2))}, ""

    def inscribed_angle(self, center: Any, radius: Any, angle_degrees: Any) -> tuple[dict[str, Any], str]:
        """The inscribed angle over the arc of a central angle, degrees, and the arc's length."""
        r, central = self.number(radius), self.number(angle_degrees)
        if r <= 0 or not 0 < central < 360:
            raise ValueError("the radius must be positive and the central angle between 0 and 360 degrees")
        self.point(center)
        return {"inscribed angle": central / 2, "arc length": pi * r * central / 180}, ""

    def polygon_area(self, vertices: Any) -> tuple[dict[str, Any], str]:
        """Area and perimeter of a polygon that does not cross itself."""
        corners = [self.point(vertex) for vertex in vertices]
        sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
        if _crosses(corners):
            raise ValueError("the sides of the polygon cross each other; give the corners in order")
        double = sympy.expand(sum((p[0] * q[1] - q[0] * p[1] for p, q in sides), sympy.Integer(0)))
        perimeter = sum((sqrt(_square(p, q)) for p, q in sides), sympy.Integer(0))
        return {"area": abs(double) / 2, "perimeter": perimeter}, ""

    def angle_between_lines(self, p1: Any, p2: Any, p3: Any, p4: Any) -> tuple[dict[str, Any], str]:
        """The smaller angle between two lines, degrees."""
        u, v = _from(self.point(p1), self.point(p2)), _from(self.point(p3), self.point(p4))
        if all(map(_zero, u)) or all(map(_zero, v)):
            raise ValueError("the two points of a line are the same")
        dot = abs(u[0] * v[0] + u[1] * v[1])
        lengths = (u[0] ** 2 + u[1] ** 2) * (v[0] ** 2 + v[1] ** 2)
        return {"angle": self._degrees(dot / sqrt(sympy.expand(lengths)))}, ""

    def distance_point_to_line(self, point: Any, line_p1: Any, line_p2: Any) -> tuple[dict[str, Any], str]:
        """Shortest distance from a point to the line through two points."""
        p, a, b = self.point(point), self.point(line_p1), self.point(line_p2)
        direction, to = _from(a, b), _from(a, p)
        if all(map(_zero, direction)):
            raise ValueError("the two points of the line are the same")
        cross = abs(sympy.expand(direction[0] * to[1] - direction[1] * to[0]))
        return {"distance": sympy.radsimp(cross / sqrt(_square(a, b)))}, ""

    def triangle_angle_from_two(self, angle1: Any, angle2: Any) -> tuple[dict[str, Any], str]:
        """The third angle of a triangle, degrees."""
        one, two = self.number(angle1), self.number(angle2)
        if one <= 0 or two <= 0 or one + two >= 180:
            raise ValueError("two angles of a triangle are positive and add up to less than 180 degrees")
        return {"angle": 180 - one - two}, ""

    def pythagorean(self, a: Any = None, b: Any = None, c: Any = None) -> tuple[dict[str, Any], str]:
        """The third side of a right triangle."""
        known = {name: self.number(value) for name, value in (("a", a), ("b", b), ("c", c)) if value is not None}
        if any(value <= 0 for value in known.values()):
            raise ValueError("sides must be positive")
        if "c" not in known:
            return {"c": sqrt(sympy.expand(known["a"] ** 2 + known["b"] ** 2))}, ""
        leg = "a" if "a" in known else "b"
        if known["c"] <= known[leg]:
            raise ValueError("the hypotenuse c must be longer than the leg")
        return {"b" if leg == "a" else "a": sqrt(sympy.expand(known["c"] ** 2 - known[leg] ** 2))}, ""


def radicands(given: Any) -> set[str]:
    """Numbers under the roots of arguments: exact arithmetic on one root is quick, on several it can take seconds."""
    if isinstance(given, list):
        return set().union(*(radicands(item) for item in given))
    if isinstance(given, tuple) and given[1] is not None:
        match = _SURD.fullmatch(given[1])
        return {match[2]} if match else {given[1]}
    return set()


def without_roots(given: Any) -> Any:
    """The same arguments with roots as decimals."""
    if isinstance(given, list):
        return [without_roots(item) for item in given]
    return (given[0], None) if isinstance(given, tuple) else given


def _from(a: tuple[Any, Any], b: tuple[Any, Any]) -> tuple[Any, Any]:
    """Vector from a to b."""
    return b[0] - a[0], b[1] - a[1]


def _square(a: tuple[Any, Any], b: tuple[Any, Any]) -> Any:
    """Squared distance."""
    return sympy.expand((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2)


def _zero(value: Any) -> bool:
    """Whether a number is 0: exactly for rational ones, else to 20 digits."""
    if value.is_Rational:
        return bool(value == 0)
    return bool(abs(value.evalf(25)) < 1e-12)


def _crosses(corners: list[tuple[Any, Any]]) -> bool:
    """Whether two sides of a polygon that share no corner meet (in floats: a figure, not a proof)."""
    points = [(float(x), float(y)) for x, y in corners]

    def side(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
        return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])

    count = len(points)
    for i in range(count):
        a, b = points[i], points[(i + 1) % count]
        for j in range(i + 2, count - (i == 0)):
            c, d = points[j], points[(j + 1) % count]
            if side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0:
                return True
    return False
