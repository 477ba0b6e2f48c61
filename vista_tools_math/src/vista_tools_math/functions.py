"""The functions and constants that expressions may use; each is bounded in time and memory."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

Number = Fraction | float

MANY = 10_000  # arguments: more than the longest expression has
MAX_FACTORIAL = 200
MAX_BITS = 4096  # size of numerator and denominator of any result
_EPSILON = 2.0**-50


@dataclass(frozen=True, slots=True)
class Function:
    """A function with the least and the greatest number of arguments that it takes."""

    compute: Callable[..., Number]
    least: int = 1
    most: int = 1


def ratio(a: Number, b: Number) -> Number:
    """Quotient of two numbers, exact where both are.

    Raises:
        ZeroDivisionError: b is 0.
    """
    return a / b


def power(base: Number, exponent: Number, most: int = 1000) -> Number:
    """Power with real result, exact where it can be.

    Args:
        base: any number.
        exponent: any number, at most `most` in absolute value where base is not 0, 1 or -1.
        most: see exponent.

    Raises:
        ValueError: 0 to a negative power, or a negative base to a broken power.
        OverflowError: the result would be too large.
    """
    if base == 0 and exponent < 0:
        raise ZeroDivisionError
    if isinstance(exponent, Fraction) and isinstance(base, Fraction):
        if exponent.denominator == 1:
            if base in (0, 1):
                return Fraction(1) if exponent == 0 else base
            if base == -1:
                return Fraction(-1 if exponent.numerator % 2 else 1)
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(exponent) > most or size * abs(exponent) > 2 * MAX_BITS:
                raise OverflowError("the power is too large")
            return base**exponent.numerator
        if exponent.denominator == 2 and base >= 0 and abs(exponent) <= 20:
            root = square_root(base)
            if isinstance(root, Fraction):
                return power(root, Fraction(exponent.numerator), most)
    if base < 0 and not (isinstance(exponent, Fraction) and exponent.denominator == 1):
        raise ValueError("a negative number has no real power with a broken exponent")
    if not -10_000 <= exponent <= 10_000:
        raise OverflowError("the power is too large")
    return math.pow(_float(base), _float(exponent))


def square_root(x: Number) -> Number:
    """Square root, exact for squares of fractions.

    Raises:
        ValueError: x is negative.
    """
    if x < 0:
        raise ValueError("a negative number has no real square root")
    if isinstance(x, Fraction):
        top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
        if top * top == x.numerator and bottom * bottom == x.denominator:
            return Fraction(top, bottom)
    return math.sqrt(_float(x))


def _float(x: Number) -> float:
    """As a float; OverflowError for what is too large for one."""
    return float(x)


def _integer(x: Number, name: str) -> int:
    if x != int(x):
        raise ValueError(f"{name} takes whole numbers only")
    return int(x)


def _trigonometric(name: str) -> Callable[[Number], Number]:
    """sin, cos or tan of radians; what is 0 within the precision of the argument is 0."""

    def compute(x: Number) -> Number:
        angle = _float(x)
        if abs(angle) > 1e9:
            raise ValueError(f"{name} takes radians up to 1e9")
        if x == 0:
            return Fraction(1 if name == "cos" else 0)
        slack = _EPSILON * max(1.0, abs(angle))
        if name == "tan" and abs(math.cos(angle)) < slack:
            raise ValueError("tan is not defined there")
        value: float = getattr(math, name)(angle)
        return 0.0 if abs(value) < slack else value

    return compute


def _inverse(name: str) -> Callable[[Number], Number]:
    def compute(x: Number) -> Number:
        if name != "atan" and not -1 <= x <= 1:
            raise ValueError(f"{name} takes numbers from -1 to 1")
        value: float = getattr(math, name)(_float(x))
        return value

    return compute


def _logarithm(x: Number, base: Number | None = None) -> Number:
    if x <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise ValueError("log takes positive numbers, and a positive base other than 1")
    if base is None:
        return Fraction(0) if x == 1 else _log(x)
    value = _log(x) / _log(base)
    nearest = round(value)
    # log(8, 2) is 3 exactly: confirmed with whole numbers, not by rounding.
    if isinstance(x, Fraction) and isinstance(base, Fraction) and _bits(base) * abs(nearest) <= 2 * MAX_BITS:
        return Fraction(nearest) if base**nearest == x else value
    return value


def _log(x: Number) -> float:
    if isinstance(x, Fraction):
        if abs(x - 1) < Fraction(1, 2):
            return math.log1p(float(x - 1))
        # Numerator and denominator apart: each may be too large for a float.
        return math.log(x.numerator) - math.log(x.denominator)
    return math.log(x)


def _rounded(x: Number, places: Number = Fraction(0)) -> Number:
    """Round half away from zero, as at school."""
    digits = _integer(places, "round")
    if abs(digits) > 30:
        raise ValueError("round takes at most 30 places")
    exact = Fraction(x)
    scale = Fraction(10) ** digits
    scaled = abs(exact) * scale
    return Fraction(math.floor(scaled + Fraction(1, 2)), 1) / scale * (1 if exact >= 0 else -1)


def _factorial(x: Number) -> Number:
    n = _integer(x, "factorial")
    if not 0 <= n <= MAX_FACTORIAL:
        raise ValueError(f"factorial takes whole numbers from 0 to {MAX_FACTORIAL}")
    return Fraction(math.factorial(n))


def _bits(x: Fraction) -> int:
    return max(x.numerator.bit_length(), x.denominator.bit_length())


def _total(*values: Number) -> Number:
    """Sum that stops as soon as an exact result grows out of bounds."""
    total: Number = Fraction(0)
    for value in values:
        total = total + value
        if isinstance(total, Fraction) and _bits(total) > 2 * MAX_BITS:
            raise OverflowError("the sum has too many digits")
    return total


def _least_common(*values: Number) -> Number:
    multiple = 1
    for value in values:
        multiple = math.lcm(multiple, _integer(value, "lcm"))
        if multiple.bit_length() > 2 * MAX_BITS:
            raise OverflowError("the lcm has too many digits")
    return Fraction(multiple)


def _median(*values: Number) -> Number:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _exponential(x: Number) -> Number:
    return Fraction(1) if x == 0 else math.exp(_float(x))


FUNCTIONS: dict[str, Function] = {
    "abs": Function(abs),
    "acos": Function(_inverse("acos")),
    "asin": Function(_inverse("asin")),
    "atan": Function(_inverse("atan")),
    "ceil": Function(lambda x: Fraction(math.ceil(x))),
    "cos": Function(_trigonometric("cos")),
    "degrees": Function(lambda x: x * 180 / math.pi),
    "exp": Function(_exponential),
    "factorial": Function(_factorial),
    "floor": Function(lambda x: Fraction(math.floor(x))),
    "gcd": Function(lambda *v: Fraction(math.gcd(*(_integer(x, "gcd") for x in v))), 2, MANY),
    "lcm": Function(_least_common, 2, MANY),
    "ln": Function(_logarithm),
    "log": Function(_logarithm, 1, 2),
    "log10": Function(lambda x: _logarithm(x, Fraction(10))),
    "log2": Function(lambda x: _logarithm(x, Fraction(2))),
    "max": Function(lambda *v: max(v), 1, MANY),
    "mean": Function(lambda *v: _total(*v) / len(v), 1, MANY),
    "median": Function(_median, 1, MANY),
    "min": Function(lambda *v: min(v), 1, MANY),
    "radians": Function(lambda x: x * math.pi / 180),
    "round": Function(_rounded, 1, 2),
    "sin": Function(_trigonometric("sin")),
    "sqrt": Function(square_root),
    "sum": Function(_total, 1, MANY),
    "tan": Function(_trigonometric("tan")),
}

CONSTANTS: dict[str, Number] = {"pi": math.pi, "e": math.e}
