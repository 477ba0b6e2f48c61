"""Quantities with the text that people read: AB, ∠ABC, 2·x + 3. Arithmetic keeps both sides in step."""

from dataclasses import dataclass
from fractions import Fraction

from vista_tools_math.solver import polynomials as p
from vista_tools_math.solver import writing
from vista_tools_math.solver.exact import Number

_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An expression and how it is written.

    Attributes:
        text: for people.
        poly: in elementary quantities.
        unit: "°" for angles and arcs, else "".
        level: how the text binds: 0 a sum, 1 a product, 2 a name.
        parts: the named quantities inside, name -> expression.
        drawing: what was read off the drawing to write it in elementary quantities; "" if nothing was.
    """

    text: str
    poly: p.Poly
    unit: str = ""
    level: int = 2
    parts: tuple[tuple[str, "Quantity"], ...] = ()
    drawing: str = ""

    def _with(self, other: "Quantity", text: str, poly: p.Poly, level: int) -> "Quantity":
        named = dict((*self.named(), *other.named()))
        drawing = "; ".join(dict.fromkeys(d for d in (self.drawing, other.drawing) if d))
        return Quantity(text, poly, self.unit or other.unit, level, tuple(named.items()), drawing)

    def named(self) -> tuple[tuple[str, "Quantity"], ...]:
        """The named quantities of an expression; itself if it is one."""
        if self.parts or not p.variables(self.poly):
            return self.parts
        return ((self.text, self),)

    def inside(self, level: int) -> str:
        """The text, in brackets where it binds less than its place asks."""
        return self.text if self.level >= level else f"({self.text})"

    def __add__(self, other: "Quantity | Number | int") -> "Quantity":
        other = quantity(other, self.unit)
        return self._with(other, f"{self.text} + {other.text}", p.add(self.poly, other.poly), 0)

    def __sub__(self, other: "Quantity | Number | int") -> "Quantity":
        other = quantity(other, self.unit)
        return self._with(other, f"{self.text} - {other.inside(1)}", p.add(self.poly, other.poly, -1), 0)

    def __rsub__(self, other: Number | int) -> "Quantity":
        return quantity(other, self.unit) - self

    def __mul__(self, other: "Quantity | Number | int") -> "Quantity":
        if not isinstance(other, Quantity):
            if other == 1:
                return self
            poly = p.scale(self.poly, other)
            return self._with(self, f"{quantity(other).inside(1)}·{self.inside(1)}", poly, 1)
        return self._with(other, f"{self.inside(1)}·{other.inside(1)}", p.multiply(self.poly, other.poly), 1)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> "Quantity":
        text = f"{self.inside(2)}{str(exponent).translate(_POWERS)}"
        return self._with(self, text, p.power(self.poly, exponent), 1)


def quantity(value: "Quantity | Number | int", unit: str = "") -> Quantity:
    """A number as a quantity; a quantity as it is."""
    if isinstance(value, Quantity):
        return value
    value = Fraction(value) if isinstance(value, int) else value
    written = writing.number(value)
    level = 2 if all(sign not in written for sign in "+- /*") else 0
    return Quantity(written + unit, p.const(value), "", level)


def total(parts: "list[Quantity]") -> Quantity:
    """The sum of at least one quantity."""
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result
