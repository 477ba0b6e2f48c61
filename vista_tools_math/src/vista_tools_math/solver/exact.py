"""Real numbers kept twice: exactly, as sums of products of roots and named constants, and as a float.

A number is a Fraction as long as it is rational; else a Real, a sum of terms c * sqrt(n) * atoms with rational c, a
square-free n and atoms such as pi, sin(40°) or the root of a longer sum. Decisions (signs, zeros) look at the float,
answers are written from the exact part.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

MOST_TERMS = 40  # of one sum; a longer one goes on as a decimal
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)


@dataclass(frozen=True, order=True)
class Atom:
    """A constant that is not taken apart.

    Attributes:
        name: how it is written.
        value: as a float.
        square: its square, where that is simpler.
        arc: ("acos", x) for the angle with cosine x, and likewise for asin and atan.
    """

    name: str
    value: float = field(compare=False)
    square: "Number | None" = field(compare=False, default=None)
    arc: "tuple[str, Number] | None" = field(compare=False, default=None)


Key = tuple[int, tuple[tuple[Atom, int], ...]]
_ONE: Key = (1, ())


class Real:
    """A sum of terms; immutable. Made by the functions of this module and by arithmetic."""

    __slots__ = ("terms", "value")

    def __init__(self, terms: dict[Key, Fraction]) -> None:
        self.terms = terms
        self.value = math.fsum(float(c) * _size(key) for key, c in terms.items())

    def __float__(self) -> float:
        return self.value

    def __neg__(self) -> "Number":
        return Real({key: -c for key, c in self.terms.items()})

    def __add__(self, other: "Number") -> "Number":
        terms = dict(self.terms)
        for key, c in _terms(other).items():
            terms[key] = terms.get(key, Fraction(0)) + c
        return _tidy(terms)

    __radd__ = __add__

    def __sub__(self, other: "Number") -> "Number":
        return self + (-other)

    def __rsub__(self, other: "Number") -> "Number":
        return (-self) + other

    def __mul__(self, other: "Number") -> "Number":
        if isinstance(other, (int, Fraction)):
            return _tidy({key: c * other for key, c in self.terms.items()})
        total: Number = Fraction(0)
        plain: dict[Key, Fraction] = {}
        for (n, a), c in self.terms.items():
            for (m, b), d in other.terms.items():
                shared = math.gcd(n, m)
                atoms, extra = _joined(a, b)
                key = ((n // shared) * (m // shared), atoms)
                if extra is None:
                    plain[key] = plain.get(key, Fraction(0)) + c * d * shared
                else:
                    total = total + extra * Real({key: c * d * shared})
        return total + _tidy(plain)

    __rmul__ = __mul__

    def __truediv__(self, other: "Number") -> "Number":
        return self * inverse(other)

    def __rtruediv__(self, other: "Number") -> "Number":
        return inverse(self) * other

    def __pow__(self, exponent: int) -> "Number":
        result: Number = Fraction(1)
        for _ in range(abs(exponent)):
            result = result * self
        return result if exponent >= 0 else inverse(result)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Real) and abs(self.value - other.value) <= 1e-10 * max(1.0, abs(self.value))

    def __hash__(self) -> int:
        return hash(round(self.value, 7))


Number = Fraction | Real


def _terms(x: Number) -> dict[Key, Fraction]:
    return x.terms if isinstance(x, Real) else {_ONE: Fraction(x)}


def _size(key: Key) -> float:
    size = math.sqrt(key[0])
    for atom, exponent in key[1]:
        size *= atom.value**exponent
    return size


def _tidy(terms: dict[Key, Fraction]) -> Number:
    terms = {key: c for key, c in terms.items() if c}
    if not terms:
        return Fraction(0)
    if len(terms) == 1 and _ONE in terms:
        return terms[_ONE]
    if len(terms) > MOST_TERMS or any(
        c.numerator.bit_length() + c.denominator.bit_length() > 400 for c in terms.values()
    ):
        return decimal(Real(terms).value)
    return Real(terms)


def _joined(
    a: tuple[tuple[Atom, int], ...], b: tuple[tuple[Atom, int], ...]
) -> tuple[tuple[tuple[Atom, int], ...], "Number | None"]:
    """The product of two lists of atoms, and the factor that squares of roots give, if any."""
    if not a or not b:
        return a or b, None
    powers = dict(a)
    for atom, exponent in b:
        powers[atom] = powers.get(atom, 0) + exponent
    extra: Number | None = None
    for atom, exponent in list(powers.items()):
        if atom.square is not None and abs(exponent) >= 2:
            factor = atom.square ** (exponent // 2) if exponent > 0 else inverse(atom.square) ** (-exponent // 2)
            extra = factor if extra is None else extra * factor
            powers[atom] = exponent - 2 * (exponent // 2) if exponent > 0 else exponent + 2 * (-exponent // 2)
    return tuple(sorted((atom, e) for atom, e in powers.items() if e)), extra


def decimal(value: float) -> Number:
    """A number known only as a decimal of 12 digits."""
    return Real({(1, ((Atom(f"{value:.12g}", value), 1),)): Fraction(1)})


def constant(name: str, value: float, square: "Number | None" = None) -> Number:
    """A named constant as a number."""
    return Real({(1, ((Atom(name, value, square), 1),)): Fraction(1)})


PI = constant("pi", math.pi)


def is_zero(x: Number, tolerance: float = 1e-9) -> bool:
    """Tell whether a number is 0: exactly for a fraction, else by its float, in proportion to its terms."""
    if isinstance(x, Real):
        scale = max(1.0, *(abs(float(c)) * _size(key) for key, c in x.terms.items()))
        return abs(x.value) <= tolerance * scale
    return x == 0


def inverse(x: Number) -> Number:
    """1/x.

    Raises:
        ZeroDivisionError: x is 0.
    """
    if not isinstance(x, Real):
        return 1 / Fraction(x)
    if is_zero(x):
        raise ZeroDivisionError("a number that is zero")
    if len(x.terms) == 1:
        (((n, atoms), c),) = x.terms.items()
        return Real({(n, tuple((atom, -e) for atom, e in atoms)): 1 / (c * n)})
    if len(x.terms) == 2 and not any(atoms for _, atoms in x.terms):
        (k1, c1), (k2, c2) = x.terms.items()
        conjugate = Real({k1: c1, k2: -c2})
        return conjugate / (c1 * c1 * k1[0] - c2 * c2 * k2[0])
    return Real({(1, ((Atom(f"({text(x)})", x.value), -1),)): Fraction(1)})


def sqrt(x: Number) -> Number:
    """The square root, exact: 12 gives 2*sqrt(3).

    Raises:
        ValueError: x is negative.
    """
    if float(x) < 0:
        if is_zero(x):
            return Fraction(0)
        raise ValueError("the root of a negative number")
    if isinstance(x, Real):
        if len(x.terms) == 1:
            (((n, atoms), c),) = x.terms.items()
            if n == 1 and all(e % 2 == 0 for _, e in atoms):
                return sqrt(c) * Real({(1, tuple((atom, e // 2) for atom, e in atoms)): Fraction(1)})
        if (simple := _denested(x)) is not None:
            return simple
        return constant(f"sqrt({text(x)})", math.sqrt(x.value), x)
    x = Fraction(x)
    whole, rest = _square_part(x.numerator * x.denominator)
    outside = Fraction(whole, x.denominator)
    return outside if rest == 1 or not outside else Real({(rest, ()): outside})


def _denested(x: Real) -> Number | None:
    """sqrt(a + b sqrt(n)) as a sum of two simple roots, where that exists."""
    if len(x.terms) != 2 or _ONE not in x.terms or any(atoms for _, atoms in x.terms):
        return None
    a = x.terms[_ONE]
    (((n, _), b),) = ((key, c) for key, c in x.terms.items() if key != _ONE)
    inner = a * a - b * b * n
    if inner < 0:
        return None
    root = sqrt(inner)
    if isinstance(root, Real):
        return None
    first, second = (a + root) / 2, (a - root) / 2
    if first < 0 or second < 0:
        return None
    return sqrt(first) + (sqrt(second) if b > 0 else -sqrt(second))


@lru_cache(maxsize=4096)
def _square_part(n: int) -> tuple[int, int]:
    """Write n as whole**2 * rest, with the squares of small primes and a square rest taken out."""
    whole, rest = 1, n
    for p in _PRIMES:
        while rest % (p * p) == 0:
            rest //= p * p
            whole *= p
    root = math.isqrt(rest)
    return (whole * root, 1) if root * root == rest else (whole, rest)


_SPECIAL = {0: Fraction(0), 30: Fraction(1, 2), 45: None, 60: None, 90: Fraction(1)}


def sine(degrees: Number) -> Number:
    """The sine of an angle in degrees between 0 and 180: exact for multiples of 30 and 45, and of known arcs."""
    if isinstance(degrees, Real):
        parts = _of_arc(degrees)
        return parts[0] if parts else constant(f"sin(({text(degrees)})°)", math.sin(math.radians(degrees.value)))
    angle = degrees if degrees <= 90 else 180 - degrees
    if angle in _SPECIAL:
        simple = _SPECIAL[int(angle)]
        return simple if simple is not None else sqrt(Fraction(1, 2) if angle == 45 else Fraction(3, 4))
    return constant(f"sin({_degrees(angle)})", math.sin(math.radians(float(angle))))


def cosine(degrees: Number) -> Number:
    """The cosine of an angle in degrees between 0 and 180: exact for multiples of 30 and 45, and of known arcs."""
    if isinstance(degrees, Real):
        parts = _of_arc(degrees)
        return parts[1] if parts else constant(f"cos(({text(degrees)})°)", math.cos(math.radians(degrees.value)))
    if degrees > 90:
        return -cosine(180 - degrees)
    if degrees in _SPECIAL:
        return sine(90 - degrees)
    return constant(f"cos({_degrees(degrees)})", math.cos(math.radians(float(degrees))))


def tangent(degrees: Number) -> Number:
    """The tangent of an angle in degrees between 0 and 180, not 90: exact where sine and cosine are."""
    if isinstance(degrees, Real):
        parts = _of_arc(degrees)
        if parts and not is_zero(parts[1]):
            return parts[0] / parts[1]
        return constant(f"tan(({text(degrees)})°)", math.tan(math.radians(degrees.value)))
    if degrees > 90:
        return -tangent(180 - degrees)
    if degrees in _SPECIAL:
        return sine(degrees) / cosine(degrees)
    return constant(f"tan({_degrees(degrees)})", math.tan(math.radians(float(degrees))))


def _of_arc(degrees: Real) -> tuple[Number, Number] | None:
    """Sine and cosine of an angle that is 0, 90 or 180 degrees plus or minus acos, asin or atan of a number."""
    rest = {key: c for key, c in degrees.terms.items() if key != _ONE}
    turn = degrees.terms.get(_ONE, Fraction(0))
    if len(rest) != 1 or turn not in (0, 90, 180):
        return None
    (((root, atoms), c),) = rest.items()
    if root != 1 or len(atoms) != 1 or atoms[0][1] != 1 or atoms[0][0].arc is None or abs(c) != 1:
        return None
    name, x = atoms[0][0].arc
    if name == "atan":
        cos = inverse(sqrt(x * x + 1))
        sin = x * cos
    else:
        other = sqrt(1 - x * x)
        sin, cos = (other, x) if name == "acos" else (x, other)
    sin = sin if c > 0 else -sin
    return {0: (sin, cos), 90: (cos, -sin), 180: (-sin, -cos)}[int(turn)]


def _degrees(angle: Fraction) -> str:
    return f"{rational(angle)}°" if angle.denominator == 1 else f"({rational(angle)})°"


_ARCS = {"acos": math.acos, "asin": math.asin, "atan": math.atan}


def arc_function(name: str, x: Number) -> Number:
    """acos, asin or atan in degrees: exact where it is a multiple of 15.

    Raises:
        ValueError: no angle has this cosine or sine.
    """
    function = _ARCS[name]
    value = float(x)
    if name != "atan" and abs(value) > 1 and abs(value) < 1 + 1e-12:
        value = math.copysign(1.0, value)
    degrees = math.degrees(function(value))
    near = Fraction(round(degrees / 15) * 15)
    if abs(degrees - float(near)) < 1e-9:
        return near
    sign = "-" if name != "acos" and degrees < 0 else ""
    argument = text(-x) if sign else text(x)
    atom = Atom(f"degrees({name}({argument}))", abs(degrees), None, (name, -x if sign else x))
    return Real({(1, ((atom, 1),)): Fraction(-1 if sign else 1)})


def rational(x: Fraction) -> str:
    """A fraction: 7, 2.5 (where a decimal is short), or 5/3."""
    if x.denominator == 1:
        return str(x.numerator)
    if 1000 % x.denominator == 0:
        return f"{float(x):.3f}".rstrip("0")
    return f"{x.numerator}/{x.denominator}"


def text(x: Number) -> str:
    """Write a number exactly, in the grammar of the tool `calculator`: "5*sqrt(3)/2", "degrees(acos(1/3))"."""
    if not isinstance(x, Real):
        return rational(Fraction(x))
    written = ""
    for key, c in sorted(x.terms.items(), key=lambda item: (len(item[0][1]), item[0][0], item[0][1])):
        term = _term(abs(c), key)
        written += (f" {'-' if c < 0 else '+'} " if written else ("-" if c < 0 else "")) + term
    return written


def _term(c: Fraction, key: Key) -> str:
    factors = [f"sqrt({key[0]})"] if key[0] != 1 else []
    below = []
    for atom, exponent in key[1]:
        power = f"{atom.name}^{abs(exponent)}" if abs(exponent) > 1 else atom.name
        (factors if exponent > 0 else below).append(power)
    if c.numerator != 1 or not factors:
        factors.insert(0, str(c.numerator))
    if c.denominator != 1:
        below.insert(0, str(c.denominator))
    over = "*".join(factors)
    return f"{over}/{below[0]}" if len(below) == 1 else (f"{over}/({'*'.join(below)})" if below else over)
