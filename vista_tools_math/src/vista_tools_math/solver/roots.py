"""Real roots of polynomials in one unknown, exact up to the second degree and wherever they are rational."""

import itertools
import math
from fractions import Fraction

from vista_tools_math.solver.exact import Number, decimal, is_zero, sqrt


def real_roots(coefficients: list[Number]) -> list[Number]:
    """The distinct real roots, in order.

    Args:
        coefficients: from the constant one up; at most of degree 8.

    Example:
        >>> real_roots([Fraction(-6), Fraction(1), Fraction(1)])
        [Fraction(-3, 1), Fraction(2, 1)]
    """
    while coefficients and is_zero(coefficients[-1]):
        coefficients = coefficients[:-1]
    if len(coefficients) <= 1:
        return []
    if is_zero(coefficients[0]):
        rest = real_roots(coefficients[1:])
        return sorted([*(r for r in rest if not is_zero(r)), Fraction(0)], key=float)
    if len(coefficients) == 2:
        return [-coefficients[0] / coefficients[1]]
    if len(coefficients) == 3:
        return _quadratic(*coefficients)
    if all(is_zero(c) for c in coefficients[1::2]):  # in the square of the unknown
        squares = real_roots(coefficients[::2])
        found = [sqrt(s) for s in squares if float(s) > 0]
        return sorted([r for root in found for r in (root, -root)], key=float)
    return _numeric(coefficients)


def _quadratic(c: Number, b: Number, a: Number) -> list[Number]:
    under = b * b - a * c * 4
    if is_zero(under):
        return [-b / (a * 2)]
    if float(under) < 0:
        return []
    root = sqrt(under)
    return sorted([(-b - root) / (a * 2), (-b + root) / (a * 2)], key=float)


def _numeric(coefficients: list[Number]) -> list[Number]:
    """Roots of a higher degree: rational ones exactly, the rest as decimals."""
    floats = [float(c) for c in coefficients]
    found: list[Number] = []
    for value in _float_roots(floats):
        near = Fraction(value).limit_denominator(1000)
        total: Number = Fraction(0)
        for c in reversed(coefficients):
            total = total * near + c
        found.append(near if is_zero(total) else decimal(value))
    return found


def _float_roots(c: list[float]) -> list[float]:
    """Real roots by bisection between the roots of the derivative."""
    if len(c) == 2:
        return [-c[0] / c[1]]
    turning = _float_roots([i * v for i, v in enumerate(c)][1:])
    bound = 1 + max(abs(v / c[-1]) for v in c[:-1])
    edges = [-bound, *turning, bound]
    found: list[float] = []
    size = sum(abs(v) for v in c)
    for low, high in itertools.pairwise(edges):
        a, b = _at(c, low), _at(c, high)
        if abs(b) <= 1e-11 * size * max(1.0, abs(high)) ** (len(c) - 1) and high != bound:
            found.append(high)  # a double root
        elif a * b < 0:
            for _ in range(200):
                middle = (low + high) / 2
                value = _at(c, middle)
                if value == 0 or high - low < 1e-15 * max(1.0, abs(middle)):
                    break
                low, high = (middle, high) if a * value > 0 else (low, middle)
            found.append((low + high) / 2)
    distinct: list[float] = []
    for root in found:
        if not distinct or not math.isclose(root, distinct[-1], rel_tol=1e-9, abs_tol=1e-12):
            distinct.append(root)
    return distinct


def _at(c: list[float], x: float) -> float:
    total = 0.0
    for v in reversed(c):
        total = total * x + v
    return total
