"""Exact comparison of short texts."""

import re
import unicodedata
from collections.abc import Sequence

from vista_core.scoring.verdict import Score

_ARTICLE = re.compile(r"^(the|a|an)\s+")
_LEAD = re.compile(r"^(?:the\s+)?(?:final\s+)?answer\s*(?:is|:)\s*:?\s*", re.IGNORECASE)
_TRIM = " \t\r\n.,;:!?\"'`*“”‘’"


def normalised(text: str) -> str:
    """A text for comparison: Unicode NFC, lower case, single spaces, no outer punctuation, no leading article.

    Example:
        >>> from vista_core.scoring import normalised
        >>> normalised(' The  "Blue Bar". ')
        'blue bar'
    """
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return _ARTICLE.sub("", folded.strip(_TRIM)).strip(_TRIM)


def without_lead(text: str) -> str:
    """An answer without an opening such as `The answer is`.

    Example:
        >>> from vista_core.scoring.text import without_lead
        >>> without_lead("The answer is: 84")
        '84'
    """
    return _LEAD.sub("", text.strip(), count=1)


def exact_text(prediction: str | None, gold: str | Sequence[str]) -> Score:
    """Whether an answer is the gold text, or one of several accepted ones.

    Case, outer and repeated spaces and one final full stop do not matter; everything else does. The whole answer is
    compared: a text that merely contains the gold one is wrong.

    Args:
        prediction: The answer; None is wrong.
        gold: The text, or all texts that count as right.

    Returns:
        A score of 0 or 1.

    Example:
        >>> from vista_core.scoring import exact_text
        >>> exact_text(" mango. ", "Mango").correct, exact_text("mango or kiwi", "Mango").correct
        (True, False)
    """
    accepted = [gold] if isinstance(gold, str) else list(gold)
    if prediction is None:
        return Score(value=0.0, correct=False, rule="exact_text", why="there is no answer")
    given = _folded(prediction)
    for text in accepted:
        if given and _folded(text) == given:
            return Score(value=1.0, correct=True, rule="exact_text", why=f"equals {text!r}")
    return Score(value=0.0, correct=False, rule="exact_text", why=f"{prediction[:80]!r} is none of {accepted!r}")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()).removesuffix(".").rstrip()
