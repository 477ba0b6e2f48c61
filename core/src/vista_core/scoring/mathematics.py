"""Equality of answers to mathematics problems: numbers in any form, else the same expression."""

import re

from vista_core.scoring.numbers import numeric
from vista_core.scoring.text import normalised, without_lead
from vista_core.scoring.verdict import Score

_LONGEST = 400
_DECORATION = re.compile(r"\\(?:left|right|displaystyle|,|!|;|:|quad|\s)|\$|\\\(|\\\)|\\\[|\\\]|~")
_WRAPPED = re.compile(r"\\(?:boxed|text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}")
_BRACED = re.compile(r"([_^])\{(\w)\}")


def math_equal(prediction: str | None, gold: str) -> Score:
    r"""Whether an answer is the gold number in another form (`\frac{1}{2}`, `0.5`), or the same expression.

    Numbers are compared by `numeric`. Everything else (`x+1`, `(2, 3)`, words) has to be the same text, once spaces and
    the decorations of LaTeX are taken out; it is not simplified, so `1+x` is another text than `x+1`.

    Source: what EasyR1 and MathVerse-like rewards call math equality, without their search for the answer in a text.
    math-verify would parse hostile LaTeX without a bound on its cost.

    Args:
        prediction: The answer; None is wrong.
        gold: The right one.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: There is no gold answer.

    Example:
        >>> from vista_core.scoring import math_equal
        >>> math_equal("0.5", "\\frac{1}{2}").correct, math_equal("$x + 1$", "x+1").correct
        (True, True)
    """
    wanted = _plain(gold)
    if not wanted:
        raise ValueError("there is no gold answer")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="math_equal", why="there is no answer")
    try:
        score = numeric(prediction, gold)
    except ValueError:  # gold is no number
        correct = _plain(prediction) == wanted
        why = f"{prediction[:80]!r} is{'' if correct else ' not'} the expression {gold!r}"
        return Score(value=float(correct), correct=correct, rule="math_equal", why=why)
    return score.model_copy(update={"rule": "math_equal"})


def _plain(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    plain = _WRAPPED.sub(r"\1", _DECORATION.sub("", without_lead(text)))
    plain = plain.replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac").replace("−", "-")
    return re.sub(r"\s+", "", normalised(_BRACED.sub(r"\1\2", plain)))
