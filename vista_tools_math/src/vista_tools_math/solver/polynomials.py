"""Polynomials over named quantities: a dict from monomials (sorted tuples of names) to numbers."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from vista_tools_math.solver.exact import Number, is_zero

Monomial = tuple[str, ...]
Poly = dict[Monomial, Number]
MOST_TERMS = 600  # of one polynomial
MOST_DEGREE = 16


class TooLarge(ArithmeticError):
    """A polynomial outgrew its bound."""


def const(value: Number | int) -> Poly:
    """A constant polynomial."""
    return {(): Fraction(value) if isinstance(value, int) else value} if value != 0 else {}


def variable(name: str) -> Poly:
    """A single quantity."""
    return {(name,): Fraction(1)}


def add(p: Poly, q: Poly, factor: Number | int = 1) -> Poly:
    """The sum p + factor * q."""
    result = dict(p)
    for monomial, c in q.items():
        total = result.get(monomial, Fraction(0)) + c * factor
        if is_zero(total):
            result.pop(monomial, None)
        else:
            result[monomial] = total
    return result


def scale(p: Poly, factor: Number | int) -> Poly:
    """The multiple factor * p."""
    return {} if factor == 0 else {monomial: c * factor for monomial, c in p.items()}


def multiply(p: Poly, q: Poly) -> Poly:
    """The product p * q.

    Raises:
        TooLarge: the product has too many terms.
    """
    if len(p) * len(q) > 50 * MOST_TERMS or degree(p) + degree(q) > MOST_DEGREE:
        raise TooLarge
    result: Poly = {}
    for m, c in p.items():
        for n, d in q.items():
            key = tuple(sorted(m + n)) if m and n else m or n
            result[key] = result.get(key, Fraction(0)) + c * d
    if len(result) > MOST_TERMS:
        raise TooLarge
    return {m: c for m, c in result.items() if not is_zero(c)}


def power(p: Poly, exponent: int) -> Poly:
    """Raise p to a small whole power."""
    result = const(1)
    for _ in range(exponent):
        result = multiply(result, p)
    return result


def variables(p: Poly) -> set[str]:
    """The names in a polynomial."""
    return {name for monomial in p for name in monomial}


def degree(p: Poly) -> int:
    """The total degree; 0 for a constant."""
    return max((len(m) for m in p), default=0)


def substitute(p: Poly, value: Callable[[str], Poly | None]) -> Poly:
    """Replace names by polynomials; None keeps a name.

    Raises:
        TooLarge: the result has too many terms.
    """
    result: Poly = {}
    for monomial, c in p.items():
        kept = tuple(name for name in monomial if value(name) is None)
        part: Poly = {kept: c}
        for name in monomial:
            replacement = value(name)
            if replacement is not None:
                part = multiply(part, replacement)
        result = add(result, part)
        if len(result) > MOST_TERMS:
            raise TooLarge
    return result


def common_factor(p: Poly, may_divide: Callable[[str], bool]) -> Poly:
    """Divide p by the names that every term has and that are known not to be zero."""
    if not p or () in p:
        return p
    shared = [name for name in sorted(set(min(p, key=len))) if may_divide(name)]
    for name in shared:
        while all(name in monomial for monomial in p):
            p = {_without(monomial, name): c for monomial, c in p.items()}
    return p


def _without(monomial: Monomial, name: str) -> Monomial:
    at = monomial.index(name)
    return monomial[:at] + monomial[at + 1 :]


def evaluate(p: Poly, values: dict[str, float]) -> float:
    """The float value of p, every name of which has a value."""
    total = 0.0
    for monomial, c in p.items():
        term = float(c)
        for name in monomial:
            term *= values[name]
        total += term
    return total


def coefficients(p: Poly, name: str) -> list[Poly]:
    """Take p as a polynomial in one name: the coefficients from the constant one up."""
    result: list[Poly] = []
    for monomial, c in p.items():
        at = monomial.count(name)
        while len(result) <= at:
            result.append({})
        rest = tuple(n for n in monomial if n != name)
        result[at][rest] = result[at].get(rest, Fraction(0)) + c
    return result


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of polynomials."""
    result: Poly = {}
    for part in parts:
        result = add(result, part)
    return result
