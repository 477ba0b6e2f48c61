"""Comparison of numbers."""

import re
from fractions import Fraction
from typing import NamedTuple

from vista_core.scoring.text import without_lead
from vista_core.scoring.values import is_unit, read_value
from vista_core.scoring.verdict import Score

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?"
_ANSWER = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<currency>[$€£¥]?)\s*(?P<number>{_NUMBER})(?:\s*/\s*(?P<below>{_NUMBER}))?"
    r"\s*(?P<unit>%|°[cf]?|[a-z]+(?:\^?[23]|[²³])?(?:[ /][a-z]+(?:\^?[23]|[²³])?)?)?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 80


def read_number(text: str, *, units: tuple[str, ...] | None = None) -> float | None:
    """The number that a whole answer is, or None when it is anything else.

    Thousands separators, a currency sign, a percent or degree sign, a plain fraction and one unit are understood.
    An answer with a second number, or a sentence, is not a number; nor is one of more than 80 characters.

    Args:
        text: The answer.
        units: The units that are allowed after the number; None allows any single short one.

    Example:
        >>> from vista_core.scoring import read_number
        >>> read_number("$1,250.50"), read_number("3/4"), read_number("12 cm"), read_number("15 or 58")
        (1250.5, 0.75, 12.0, None)
    """
    value = _exact(text, units)
    try:
        return None if value is None else float(value)
    except OverflowError:  # 1e999
        return None


def _exact(text: str, units: tuple[str, ...] | None = None) -> Fraction | None:
    """The number exactly as written: 36.67 is not the float nearest to it."""
    plain = without_lead(text).replace("−", "-").strip("\"'`* \t\r\n").removesuffix(".")
    match = _ANSWER.fullmatch(plain.strip()) if len(plain) <= _LONGEST else None
    if match is None:
        return None
    unit = (match["unit"] or "").strip().casefold()
    if unit and unit not in ("%", "°") and not is_unit(unit, units):
        return None
    value = Fraction(match["number"].replace(",", ""))
    if match["below"] is not None:
        below = Fraction(match["below"].replace(",", ""))
        if below == 0:
            return None
        value /= below
    return -value if match["sign"] == "-" else value


def numeric(
    prediction: str | None,
    gold: float | int | str,
    *,
    tolerance: float = 0.0,
    relative: float = 0.0,
    units: tuple[str, ...] | None = None,
) -> Score:
    r"""Whether an answer is the gold number.

    Decimals and fractions are compared as written. Where a root or π is in one of them (`read_value` has the forms), it
    has to equal the other to nine digits, or to all of its digits, when that is a decimal of three digits or more.

    Args:
        prediction: The answer; None, a sentence, or more than one number is wrong.
        gold: The number.
        tolerance: Largest difference that counts as right, inclusive; 0 asks for the very number.
        relative: The same as a share of the gold number; the larger of the two is allowed.
        units: The units that are allowed after the number; None allows any single short one.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: Gold is no number.

    Example:
        >>> from vista_core.scoring import numeric
        >>> numeric("84", 84).correct, numeric("84 or 85", 84).correct, numeric("85", 84, tolerance=1).correct
        (True, False, True)
        >>> numeric("3.464", "2\\sqrt{3}").correct, numeric("\\sqrt{3}", "2\\sqrt{3}").correct
        (True, False)
    """
    target = _read(str(gold), None)
    if target is None:
        raise ValueError(f"the gold answer {gold!r} is not a number")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="numeric", why="there is no answer")
    value = _read(prediction, units)
    if value is None:
        return Score(value=0.0, correct=False, rule="numeric", why=f"{prediction[:80]!r} is not one number")
    # Both are decimals as written, so that the limit itself is inside it: 36.68 is within 0.01 of 36.67.
    allowed = max(Fraction(str(tolerance)), Fraction(str(relative)) * abs(target.number))
    if target.computed or value.computed:
        allowed = max(allowed, Fraction(1, 10**9) * abs(target.number))
    if target.closed != value.closed:  # 3.464 is what 2√3 is, to three places
        allowed = max(allowed, last_place(prediction if target.closed else str(gold)))
    correct = abs(value.number - target.number) <= allowed
    near = f" within {float(allowed):g} of" if allowed else ""
    why = f"{prediction.strip()} is{'' if correct else ' not'}{near} {gold}"
    return Score(value=float(correct), correct=correct, rule="numeric", why=why)


class _Number(NamedTuple):
    number: Fraction
    computed: bool  # in floating point
    closed: bool  # with a root or π


def _read(text: str, units: tuple[str, ...] | None) -> _Number | None:
    exact = _exact(text, units)
    if exact is not None:
        return _Number(exact, computed=False, closed=False)
    value = read_value(text)
    if value is None or not (units is None or not value.unit or is_unit(value.unit, units)):
        return None
    return _Number(Fraction(value.number), computed=True, closed=value.closed)


def last_place(text: str) -> Fraction:
    """Half a unit of the last place of a decimal with three digits or more; 0 for anything coarser.

    Example:
        >>> from vista_core.scoring.numbers import last_place
        >>> last_place("3.46"), last_place("3.5")
        (Fraction(1, 200), Fraction(0, 1))
    """
    digits = re.search(r"(\d+)\.(\d+)", text)
    if digits is None or len((digits[1] + digits[2]).lstrip("0")) < 3:
        return Fraction(0)
    return Fraction(1, 2 * 10 ** len(digits[2]))
