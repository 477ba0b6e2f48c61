"""MathVista's own scoring of an extracted answer."""

import re
from collections.abc import Sequence

from vista_core.scoring.verdict import Score

_LONGEST = 10_000


def mathvista(
    prediction: str | None,
    answer: str,
    question_type: str,
    answer_type: str,
    choices: Sequence[str] | None = None,
    precision: float | None = None,
) -> Score:
    """What MathVista's scorer says of an extracted answer: normalised by its kind, then compared as text.

    Multiple choice: a letter in brackets, else a letter, is the option of that letter; anything else is the option with
    the least edit distance. Whole numbers are cut, decimals rounded to the precision, lists compared as written.
    The rule is for text that was extracted from a response: it takes anything, nothing too, for some option. The task
    `mathvista` therefore reads the answer strictly before it asks this rule.

    Source: lupantech/MathVista, evaluation/calculate_score.py (normalize_extracted_answer and safe_equal).

    Args:
        prediction: The extracted text; None is wrong.
        answer: The right answer.
        question_type: `multi_choice` or `free_form`.
        answer_type: `text`, `integer`, `float` or `list`.
        choices: The options, where there are some.
        precision: Decimals of a `float`.

    Returns:
        A score of 0 or 1.

    Example:
        >>> from vista_core.scoring import mathvista
        >>> mathvista("(B)", "No", "multi_choice", "text", ["Yes", "No"]).correct
        True
        >>> mathvista("1.449", "1.45", "free_form", "float", precision=2.0).correct
        True
    """
    normal = mathvista_normalised(prediction, question_type, answer_type, choices, precision)
    correct = normal is not None and normal.strip() == str(answer).strip()
    why = f"{(prediction or '')[:80]!r} is taken as {normal!r}, right is {answer!r}"
    return Score(value=float(correct), correct=correct, rule="mathvista", why=why)


def mathvista_normalised(
    extraction: str | None,
    question_type: str,
    answer_type: str,
    choices: Sequence[str] | None = None,
    precision: float | None = None,
) -> str | None:
    """The text that MathVista compares with the answer; None where the extracted one makes no sense.

    Args:
        extraction: As `prediction` of `mathvista`, like the others.
        question_type: See there.
        answer_type: See there.
        choices: See there.
        precision: See there.

    Example:
        >>> from vista_core.scoring.math_vista import mathvista_normalised
        >>> mathvista_normalised("3.7", "free_form", "integer")
        '3'
    """
    if extraction is None:
        return None
    text = extraction[:_LONGEST]
    if question_type == "multi_choice":
        return _option(text.strip(), list(choices or ()))
    return _typed(text, answer_type, precision)


def _option(text: str, options: list[str]) -> str | None:
    from rapidfuzz.distance import Levenshtein

    letters = re.findall(r"\(([a-zA-Z])\)", text)
    chosen = letters[0].upper() if letters else text
    index = ord(chosen) - ord("A") if len(chosen) == 1 else -1
    if 0 <= index < len(options):
        return options[index]
    return min(options, key=lambda option: Levenshtein.distance(chosen, option), default=None)


def _typed(text: str, answer_type: str, precision: float | None) -> str | None:
    try:
        if answer_type == "integer":
            return str(int(float(text)))
        if answer_type == "float":
            return str(round(float(text), None if precision is None else int(precision)))
    except (ValueError, OverflowError):
        return None
    return text
