"""Comparison of numbers."""

import re
from fractions import Fraction

from vista_core.scoring.text import without_lead
from vista_core.task import Score

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d{1,3})?"
_ANSWER = re.compile(
    rf"(?P<sign>[+-]?)\s*(?P<currency>[$€£¥]?)\s*(?P<number>{_NUMBER})(?:\s*/\s*(?P<below>{_NUMBER}))?"
    r"\s*(?P<unit>%|°[cf]?|[a-z]+(?:\^?[23]|[²³])?(?:[ /][a-z]+(?:\^?[23]|[²³])?)?)?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 80
# "12 or more" and "5 to 9" are hedges, "5 million" is another number.
_NOT_UNITS = set(
    "or to and not if maybe about of more less than plus minus vs times hundred thousand million billion trillion "
    "bn mn dozen half".split()
)


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
    return None if value is None else float(value)


def _exact(text: str, units: tuple[str, ...] | None = None) -> Fraction | None:
    """The number exactly as written: 36.67 is not the float nearest to it."""
    plain = without_lead(text).replace("−", "-").strip("\"'`* \t\r\n").removesuffix(".")
    match = _ANSWER.fullmatch(plain.strip()) if len(plain) <= _LONGEST else None
    if match is None:
        return None
    unit = (match["unit"] or "").strip().casefold()
    if unit and unit not in ("%", "°") and not _is_unit(unit, units):
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
    """Whether an answer is the gold number.

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
    """
    target = _exact(str(gold))
    if target is None:
        raise ValueError(f"the gold answer {gold!r} is not a number")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="numeric", why="there is no answer")
    value = _exact(prediction, units)
    if value is None:
        return Score(value=0.0, correct=False, rule="numeric", why=f"{prediction[:80]!r} is not one number")
    # Both are decimals as written, so that the limit itself is inside it: 36.68 is within 0.01 of 36.67.
    allowed = max(Fraction(str(tolerance)), Fraction(str(relative)) * abs(target))
    correct = abs(value - target) <= allowed
    near = f" within {float(allowed):g} of" if allowed else ""
    why = f"{prediction.strip()} is{'' if correct else ' not'}{near} {gold}"
    return Score(value=float(correct), correct=correct, rule="numeric", why=why)


def _is_unit(unit: str, units: tuple[str, ...] | None) -> bool:
    if units is not None:
        return unit in {known.casefold() for known in units}
    first = unit.split()[0]
    if len(first) == 1 and first not in "mgshlcfvw":  # "3x" and "5k" are other numbers
        return False
    return not _NOT_UNITS & set(re.findall("[a-z]+", unit))
