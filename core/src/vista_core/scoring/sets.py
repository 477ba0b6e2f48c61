"""Sets of names (MapQA) and closed vocabularies (CLEVR)."""

import json
import re
from collections.abc import Collection, Sequence

from vista_core.scoring.text import normalised, without_lead
from vista_core.scoring.verdict import Score

_LONGEST = 10_000


def exact_set(prediction: str | None, gold: str | Sequence[str]) -> Score:
    """Whether an answer lists exactly the gold names: none missing, none besides; in any order.

    Names are separated by commas, semicolons, lines, `and`, or lie in a JSON list. A gold name that has a comma or
    `and` in it (`Trinidad and Tobago`) is read as one name.

    Source: MapQA (Chang et al. 2022) states answers as one name or a list of names and reports accuracy; no code of its
    evaluation is public. That the whole set must be right follows from the answers (reference/vista-gym.md, 2.2).

    Args:
        prediction: The answer; None is wrong.
        gold: The name, or all names.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: There is no gold name.

    Example:
        >>> from vista_core.scoring import exact_set
        >>> exact_set("Ohio and Texas", ["Texas", "Ohio"]).correct, exact_set("West Virginia", "Virginia").correct
        (True, False)
    """
    names = [gold] if isinstance(gold, str) else list(gold)
    wanted = {normalised(name): name for name in names if normalised(name)}
    if not wanted:
        raise ValueError(f"the gold answer {gold!r} names nothing")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="exact_set", why="there is no answer")
    given = _names(prediction[:_LONGEST], wanted)
    missing, besides = wanted.keys() - given, given - wanted.keys()
    correct = not missing and not besides
    why = f"all {len(wanted)} names and no other" if correct else f"{len(missing)} missing, {len(besides)} too many"
    return Score(value=float(correct), correct=correct, rule="exact_set", why=why)


def vocabulary(prediction: str | None, gold: str, words: Collection[str]) -> Score:
    """Whether an answer is the gold word of a closed vocabulary.

    Source: CLEVR (Johnson et al. 2017) has 28 answers and reports accuracy: the answer is the word or it is not.

    Args:
        prediction: The answer: one word of the vocabulary; None and everything else is wrong.
        gold: The right word.
        words: The vocabulary.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: The gold word is not in the vocabulary.

    Example:
        >>> from vista_core.scoring import vocabulary
        >>> colours = ["red", "blue"]
        >>> vocabulary("Red.", "red", colours).correct, vocabulary("red or blue", "red", colours).correct
        (True, False)
    """
    known = {normalised(word) for word in words}
    if normalised(gold) not in known:
        raise ValueError(f"the gold answer {gold!r} is not in the vocabulary")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="vocabulary", why="there is no answer")
    given = normalised(without_lead(prediction))
    correct = given == normalised(gold)
    why = f"said {given[:80]!r}, right is {gold!r}"
    if given not in known:
        why = f"{prediction[:80]!r} is no word of the vocabulary"
    return Score(value=float(correct), correct=correct, rule="vocabulary", why=why)


def _names(text: str, wanted: Collection[str]) -> set[str]:
    """The names of an answer, normalised."""
    plain = without_lead(text)
    try:
        listed = json.loads(plain) if plain.startswith("[") else None
    except (ValueError, RecursionError):
        listed = None
    if isinstance(listed, list) and all(isinstance(name, str) for name in listed):
        return {normalised(name) for name in listed} - {""}
    # Names that hold a separator are taken out first, the longest first; each only as a whole entry of the list.
    found = set()
    for name in sorted((name for name in wanted if re.search(r",|;|\band\b", name)), key=len, reverse=True):
        whole = re.compile(rf"(^|[,;\n]|\band\b)\s*{re.escape(name)}\s*(?=$|[,;\n.]|\band\b)", re.IGNORECASE)
        plain, times = whole.subn(r"\1 , ", plain)
        found |= {name} if times else set()
    pieces = re.split(r"[,;\n]|\band\b|&", plain, flags=re.IGNORECASE)
    return found | {normalised(piece) for piece in pieces} - {""}
