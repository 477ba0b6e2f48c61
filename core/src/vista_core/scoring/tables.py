"""TABMWP: word problems over a table."""

import re
from collections.abc import Sequence

from vista_core.scoring.choices import multiple_choice
from vista_core.scoring.numbers import read_number
from vista_core.scoring.text import without_lead
from vista_core.scoring.verdict import Score

_LONGEST = 200


def tabmwp(
    prediction: str | None, answer: str, *, choices: Sequence[str] | None = None, unit: str | None = None
) -> Score:
    """Whether an answer to a TABMWP problem is right.

    Numbers, fractions and amounts of money are rounded to three decimals and compared; a unit behind them is left out.
    With choices the answer has to name the right one.

    Source: normalize_answer of lupantech/PromptPG, run_gpt3/utilities.py. Its extract_prediction takes the most similar
    option for whatever was said (`.` for Sunday); here an option has to be named. Accepted besides: `2,626 bottles`,
    where that code takes out the unit and leaves the comma.

    Args:
        prediction: The answer; None is wrong.
        answer: The right one.
        choices: The options of a `multi_choice` problem.
        unit: The unit of the answer, e.g. `$` or `bottles`.

    Returns:
        A score of 0 or 1.

    Example:
        >>> from vista_core.scoring import tabmwp
        >>> tabmwp("$5.4", "5.40", unit="$").correct, tabmwp("0.1", "1/10").correct
        (True, True)
        >>> tabmwp(".", "Sunday", choices=["Sunday", "Monday"]).correct
        False
    """
    if choices:
        return multiple_choice(prediction, answer, choices).model_copy(update={"rule": "tabmwp"})
    if prediction is None:
        return Score(value=0.0, correct=False, rule="tabmwp", why="there is no answer")
    given, wanted = (_normalised(text, unit) for text in (prediction, answer))
    correct = bool(given) and given == wanted
    why = f"{prediction[:80]!r} is{'' if correct else ' not'} {wanted!r}"
    return Score(value=float(correct), correct=correct, rule="tabmwp", why=why)


def _normalised(text: str, unit: str | None) -> str:
    plain = without_lead(text).strip("\"'`* \t\r\n")
    if len(plain) > _LONGEST:
        return ""
    plain = re.sub(r"[,./]$", "", re.sub(r"^([-−]?)\$\s*", r"\1", plain)).replace("−", "-")
    if re.fullmatch(r"[-+]?[\d,]*\.?\d+(?:/\d+)?", plain, re.ASCII) is None and unit:
        plain = re.sub(rf"^{re.escape(unit)}\s*|\s*{re.escape(unit)}$", "", plain, flags=re.IGNORECASE).strip()
    number = plain.replace(",", "")
    try:
        if re.fullmatch(r"[-+]?\d+", number, re.ASCII):
            return str(int(number))
        if re.fullmatch(r"[-+]?\d+(?:\.\d+)?/\d+(?:\.\d+)?", number, re.ASCII):
            above, below = map(float, number.split("/"))
            return _plain(round(above / below, 3))
        if re.fullmatch(r"[-+]?(?:\d+\.\d*|\.\d+)", number, re.ASCII):
            return _plain(round(float(number), 3))
    except (ZeroDivisionError, ValueError):
        return ""
    # Another unit than the one asked for is another answer, and so is a share.
    value = None if "%" in plain else read_number(plain, units=(unit,) if unit else None)
    return plain.casefold() if value is None else _plain(round(value, 3))


def _plain(number: float) -> str:
    return re.sub(r"\.0+$", "", str(number))
