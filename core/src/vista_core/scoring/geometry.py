"""Geometry with four choices, by letter, text or value: Geometry3K, GeoQA, UniGeo."""

from collections.abc import Sequence

from vista_core.scoring.choices import multiple_choice
from vista_core.scoring.numbers import last_place
from vista_core.scoring.values import read_value
from vista_core.scoring.verdict import Score

NEAR = 0.001
"""A value may be so far from a choice, as a share of it: what comes of reckoning with 3.14 for π."""


def geometry_choice(
    prediction: str | None, gold: str | int, choices: Sequence[str], values: Sequence[float | None] | None = None
) -> Score:
    r"""Whether an answer names the right choice: by letter, text or value (`3.464` is the choice `2\sqrt{3}`).

    A value names the choice nearest to it, when it is within 0.1% of it, or is what the choice is when it is rounded to
    three digits or more.

    Sources: symbolic_solver/test.py of lupantech/InterGPS takes the nearest choice, however far (here it has to be
    near, so that no number earns anything by being large); NGS_Aux.py of chen-judge/GeoQA, which UniGeo shares, takes
    the choice within 0.001 of the program's result. Models that answer in words are scored by the letter.

    Args:
        prediction: The answer; None, two choices or a sentence is wrong.
        gold: Letter, text or index (from 0) of the right choice.
        choices: The texts of the choices.
        values: Their values, where the data set has them; None for a choice without one.

    Returns:
        A score of 0 or 1.

    Raises:
        ValueError: Gold is none of the choices.

    Example:
        >>> from vista_core.scoring import geometry_choice
        >>> lengths = ["\\sqrt{3}", "2\\sqrt{3}", "3", "6"]
        >>> geometry_choice("3.464", "B", lengths).correct, geometry_choice("15 or 58", "B", lengths).correct
        (True, False)
    """
    score = multiple_choice(prediction, gold, choices)
    found = read_value(prediction) if prediction is not None and not score.correct else None
    if found is None or not score.why.endswith("names no single choice"):
        return score.model_copy(update={"rule": "geometry_choice"})
    known = [read_value(choice) for choice in choices]
    numbers = [
        values[place] if values is not None and values[place] is not None else value.number if value else None
        for place, value in enumerate(known)
    ]
    units = [value.unit if value else "" for value in known]
    near = [
        (abs(found.number - number), place)
        for place, number in enumerate(numbers)
        if number is not None
        and abs(found.number - number) <= max(NEAR * abs(number), float(last_place(prediction or "")))
        if not (found.unit and units[place]) or found.unit == units[place]
    ]
    least = min((distance for distance, _ in near), default=0.0)
    named = [place for distance, place in near if distance == least]
    if len(named) != 1:
        why = f"{found.number:g} is the value of no single choice"
        return Score(value=0.0, correct=False, rule="geometry_choice", why=why)
    return multiple_choice(chr(65 + named[0]), gold, choices).model_copy(
        update={"rule": "geometry_choice", "why": f"{found.number:g} is nearest to choice {chr(65 + named[0])}"}
    )
