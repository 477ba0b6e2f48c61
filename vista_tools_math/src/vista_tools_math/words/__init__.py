"""Word problems that reduce to equations, solved exactly by rules: linear ones, systems, percent, rates, units.

    solve_words("The sum of two numbers is 20 and their difference is 4. Find the larger number.").exact   # "12"

A text is solved only where every sentence is understood; anything else is NotUnderstood, which says what was not.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from vista_tools_math.expressions import ExpressionError, evaluate, number_text
from vista_tools_math.words.equations import by_equations
from vista_tools_math.words.linear import NotUnderstood
from vista_tools_math.words.plain import MAX_LENGTH, plain
from vista_tools_math.words.ratios import by_ratio
from vista_tools_math.words.sentences import by_sentences

__all__ = ["MAX_LENGTH", "NotUnderstood", "WordSolution", "solve_words"]

_ARITHMETIC = re.compile(r"(?:what is|what's|compute|calculate|evaluate|find)? ?([0-9+\-*/^(). ]{1,300}?)[.?! ]*")


@dataclass(frozen=True, slots=True)
class WordSolution:
    """An answer with its steps.

    Attributes:
        value: as a float.
        exact: in the grammar of the tool `calculator`, such as "45/4" or "sqrt(2)".
        unit: such as "km/h" or "%", "" where the text asks for a bare number.
        steps: equations and computations, in order.
    """

    value: float
    exact: str
    unit: str
    steps: list[str]


def solve_words(text: str) -> WordSolution:
    """Solve a word problem.

    Args:
        text: English, at most MAX_LENGTH characters.

    Raises:
        NotUnderstood: a part of the text is outside of what these rules read, or it does not decide the answer.

    Example:
        >>> solve_words("What is 15% of 80?").exact
        '12'
    """
    said = plain(text)
    if found := _arithmetic(said) or by_ratio(said):
        return _solution(*found)
    if solved := by_equations(said):
        result, steps = solved
        return WordSolution(float(result), str(result).replace("**", "^"), "", steps)
    return _solution(*by_sentences(said))


def _arithmetic(said: str) -> tuple[Fraction, str, list[str]] | None:
    match = _ARITHMETIC.fullmatch(said)
    if match is None or not re.search(r"\d", match[1]):
        return None
    try:
        result = evaluate(match[1])
    except ExpressionError as error:
        raise NotUnderstood(f"{match[1].strip()[:60]!r}: {error}") from error
    if not isinstance(result, Fraction):
        raise NotUnderstood(f"{match[1].strip()[:60]!r} has no exact value")
    return result, "", [f"{match[1].strip()} = {number_text(result)}"]


def _solution(value: Fraction, unit: str, steps: list[str]) -> WordSolution:
    return WordSolution(float(value), str(value), unit, steps)
