"""Relaxed accuracy: ChartQA and PlotQA."""

import re

from vista_core.scoring.verdict import Score

# What Python's float() reads beyond this (`1_000`, other scripts' digits, `nan`, `infinity`) is no number on a chart.
_FLOAT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?\s*%*", re.IGNORECASE | re.ASCII)
_LONGEST = 400


def relaxed_accuracy(prediction: str | None, gold: str | int | float, *, tolerance: float = 0.05) -> Score:
    """Whether a number is within 5% of the gold one, or a text equals it but for case.

    A number that ends in % is divided by 100 first, so that `52%` and `0.52` are the same, and `52` is another. The
    gold number 0 asks for the very text. Nothing is searched for: `100 or 101` is a text.

    Source: Masry et al. 2022 (ChartQA), section 5.1, after Methani et al. 2020 (PlotQA); `relaxed_correctness` of
    Qwen-VL's eval_mm/evaluate_vqa.py and of lmms-eval's tasks/chartqa/utils.py, to which this is equal but for spaces
    around an answer, and texts that only Python takes for numbers.

    Args:
        prediction: The answer; None is wrong.
        gold: The right one.
        tolerance: Largest relative difference, inclusive.

    Returns:
        A score of 0 or 1.

    Example:
        >>> from vista_core.scoring import relaxed_accuracy
        >>> relaxed_accuracy("105", "100").correct, relaxed_accuracy("109.9", "100").correct
        (True, False)
        >>> relaxed_accuracy("0.52", "52%").correct, relaxed_accuracy("2100 or 3100", "100").correct
        (True, False)
    """
    if prediction is None:
        return Score(value=0.0, correct=False, rule="relaxed_accuracy", why="there is no answer")
    given, wanted = prediction.strip(), str(gold).strip()
    number, target = _number(given), _number(wanted)
    if number is not None and target:
        change = abs(number - target) / abs(target)
        correct = change <= tolerance
        why = f"{given[:80]} is {change:.4%} from {wanted}, and {tolerance:.0%} are allowed"
    else:
        correct = bool(given) and given.lower() == wanted.lower()
        why = f"{given[:80]!r} is{'' if correct else ' not'} the text {wanted!r}"
    return Score(value=float(correct), correct=correct, rule="relaxed_accuracy", why=why)


def _number(text: str) -> float | None:
    if len(text) > _LONGEST or _FLOAT.fullmatch(text) is None:
        return None
    return float(text.rstrip("%")) / 100.0 if text.endswith("%") else float(text)
