"""Answers out of a closed set: multiple choice, yes or no."""

import re
from collections.abc import Sequence

from vista_core.scoring.numbers import read_number
from vista_core.scoring.text import normalised, without_lead
from vista_core.scoring.verdict import Score

_LETTER = re.compile(r"(?:option|choice)?\s*[(\[]?\s*([a-z])\s*[)\].:]?", re.IGNORECASE)
_LETTER_AND_TEXT = re.compile(r"[(\[]?\s*([a-z])\s*[)\].:]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
# "A 60" is the letter A and a text; in "A kiwi" the first word may be an article.
_LETTER_AND_NUMBER = re.compile(r"([a-z])\s+([\d\\√$.−-].*)", re.IGNORECASE | re.DOTALL)


def multiple_choice(prediction: str | None, gold: str | int, choices: Sequence[str]) -> Score:
    """Whether an answer names the right choice: by letter (`B`, `(B)`, `B.`), by its text, or by both when they agree.

    Where no choice has a figure in it, a figure is the index of one, from 0. A letter inside a sentence counts for
    nothing; an answer that names two choices is wrong.

    Args:
        prediction: The answer; None is wrong.
        gold: Letter, text or index (from 0) of the right choice.
        choices: The texts of the choices, in order A, B, C, ...

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: Gold is none of the choices.

    Example:
        >>> from vista_core.scoring import multiple_choice
        >>> fruits = ["Mango", "Kiwi"]
        >>> multiple_choice("(B)", "Kiwi", fruits).correct, multiple_choice("A or B", 1, fruits).correct
        (True, False)
    """
    right = gold if isinstance(gold, int) else _chosen(gold, choices)
    if right is None or not 0 <= right < len(choices):
        raise ValueError(f"the gold answer {gold!r} is none of the choices {list(choices)!r}")
    chosen = None if prediction is None else _chosen(prediction, choices)
    if chosen is None:
        shown = "there is no answer" if prediction is None else f"{prediction[:80]!r} names no single choice"
        return Score(value=0.0, correct=False, rule="multiple_choice", why=shown)
    correct = normalised(choices[chosen]) == normalised(choices[right])
    why = f"chose {chr(65 + chosen)}, right is {chr(65 + right)}"
    return Score(value=float(correct), correct=correct, rule="multiple_choice", why=why)


def yes_no(prediction: str | None, gold: bool | int | str) -> Score:
    """Whether an answer is the right one of yes and no; `I do not know` and `incorrect` are neither.

    Args:
        prediction: The answer: yes, no, true or false, alone or as the first word before a comma.
        gold: The right one, as a truth value, 0 or 1, or a word.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: Gold is neither yes nor no.

    Example:
        >>> from vista_core.scoring import yes_no
        >>> yes_no("Yes.", True).correct, yes_no("I do not know", "no").correct
        (True, False)
    """
    right = _truth(gold) if isinstance(gold, str) else {0: False, 1: True}.get(gold)
    if right is None:
        raise ValueError(f"the gold answer {gold!r} is neither yes nor no")
    given = None if prediction is None else _truth(prediction)
    if given is None:
        shown = "there is no answer" if prediction is None else f"{prediction[:80]!r} is neither yes nor no"
        return Score(value=0.0, correct=False, rule="yes_no", why=shown)
    why = f"said {'yes' if given else 'no'}, right is {'yes' if right else 'no'}"
    return Score(value=float(given is right), correct=given is right, rule="yes_no", why=why)


def _truth(text: str) -> bool | None:
    plain = without_lead(text)
    words = {"yes": True, "true": True, "no": False, "false": False}
    verdict = words.get(normalised(plain))
    if verdict is None and "," in plain:
        first, _, rest = plain.partition(",")
        # "Yes, it is larger" is an answer; "yes, or no" is a hedge.
        if not set(re.findall(r"[a-z]+", rest.casefold())) & {*words, "or", "maybe"}:
            verdict = words.get(normalised(first))
    return verdict


def _chosen(answer: str, choices: Sequence[str]) -> int | None:
    """Index of the choice that an answer names, or None."""
    for text in dict.fromkeys((answer.strip(), without_lead(answer).strip())):
        whole = text.casefold() in {choice.strip().casefold() for choice in choices}
        if not whole and (match := _LETTER_AND_NUMBER.fullmatch(text)):
            return _agreed(match, choices)
        matches = [index for index, choice in enumerate(choices) if normalised(choice) == normalised(text)]
        # The text comes first: a choice may itself be a single letter. Equal choices are the same answer.
        if matches and normalised(text):
            return matches[0]
        if match := _LETTER.fullmatch(text.strip("\"'`*. ")):
            index = ord(match[1].upper()) - 65
            return index if index < len(choices) else None
        match = _LETTER_AND_TEXT.fullmatch(text)
        if match and (agreed := _agreed(match, choices)) is not None:
            return agreed
    figure = without_lead(answer).strip()
    if not any(re.search(r"\d", choice) for choice in choices):
        return int(figure) if re.fullmatch(r"[0-9]", figure) and int(figure) < len(choices) else None
    number = read_number(answer)  # "40" means the choice "40°", when no other choice is that number
    same = [index for index, choice in enumerate(choices) if number is not None and read_number(choice) == number]
    return same[0] if len(same) == 1 else None


def _agreed(match: re.Match[str], choices: Sequence[str]) -> int | None:
    """The choice of a letter, when the text behind it is that choice's."""
    index = ord(match[1].upper()) - 65
    return index if index < len(choices) and normalised(choices[index]) == normalised(match[2]) else None
