"""Average normalised Levenshtein similarity: DocVQA and InfographicVQA."""

from collections.abc import Sequence

from vista_core.scoring.verdict import Score


def anls(prediction: str | None, golds: str | Sequence[str], *, threshold: float = 0.5) -> Score:
    """How near an answer is to the nearest of the accepted ones: 1 - edit distance / length of the longer; 0 below 0.5.

    Case and repeated spaces do not matter. `correct` asks for an accepted answer to the letter, `value` has
    the measure.

    Source: Biten et al. 2019, and the evaluation of the Robust Reading Competition; `anls` of lmms-eval's
    api/metrics.py, to which it is equal but for one thing: that code takes the lengths before it takes out repeated
    spaces, so that an answer of a few letters and many spaces is near to everything.

    Args:
        prediction: The answer; None is worth 0.
        golds: The accepted answers.
        threshold: Similarities below it are worth 0.

    Returns:
        A score from 0 to 1.

    Raises:
        ValueError: There is no accepted answer.

    Example:
        >>> from vista_core.scoring import anls
        >>> anls("University of Californa", ["University of California"]).value > 0.9, anls("42", ["17"]).value
        (True, 0.0)
    """
    from rapidfuzz.distance import Levenshtein

    accepted = [golds] if isinstance(golds, str) else list(golds)
    if not accepted:
        raise ValueError("there is no accepted answer")
    if prediction is None:
        return Score(value=0.0, correct=False, rule="anls", why="there is no answer")
    given = " ".join(prediction.strip().lower().split())
    best, nearest = 0.0, accepted[0]
    for gold in accepted:
        wanted = " ".join(gold.strip().lower().split())
        length = max(len(wanted.upper()), len(given.upper()))
        # An empty answer is never earned, though two empty texts are equal.
        similarity = 1 - Levenshtein.distance(wanted, given) / length if length and given else 0.0
        if similarity > best:
            best, nearest = similarity, gold
    value = min(max(best, 0.0), 1.0) if best >= threshold else 0.0
    why = f"{prediction[:80]!r} is {best:.3f} like {nearest[:80]!r}" + ("" if value else f", below {threshold}")
    return Score(value=value, correct=value == 1.0, rule="anls", why=why)
