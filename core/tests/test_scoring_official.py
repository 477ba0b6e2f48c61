"""Our rules beside those of lmms-eval: equal on thousands of answer pairs, or different for a reason that is listed.

lmms-eval is a test-only dependency (`pip install --no-deps lmms-eval`). Its modules import half of the field, so the
metric functions are taken out of its files one by one.
"""

import ast
import importlib.metadata
import math
import random
import re
import statistics
import string
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import pytest
from rapidfuzz.distance import Levenshtein
from vista_core.scoring import (
    anls,
    geometry_choice,
    math_equal,
    mathvista,
    multiple_choice,
    relaxed_accuracy,
    vocabulary,
    vqa_accuracy,
    yes_no,
)
from vista_core.scoring.math_vista import mathvista_normalised
from vista_core.scoring.vqa import vqa_normalised

PAIRS = 4000


def official(file: str, *names: str, **known: Any) -> dict[str, Any]:
    """Functions and classes of a file of lmms-eval, without the rest of it."""
    try:
        path = Path(str(importlib.metadata.distribution("lmms-eval").locate_file(f"lmms_eval/{file}")))
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("lmms-eval is not installed: pip install --no-deps lmms-eval")
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            node.decorator_list = []
            found.append(node)
    space: dict[str, Any] = {"re": re, "statistics": statistics, "Any": Any, "distance": Levenshtein.distance, **known}
    exec(compile(ast.Module(found, []), str(path), "exec"), space)
    return space


WORDS = (
    "yes no Yes Red blue the a an Germany United States of America San Francisco 2,100 New York don't dont it's none "
    "two ten bottle unanswerable can't café Straße"
).split()


def number(draw: random.Random) -> str:
    value = draw.choice([draw.randint(-50, 50), draw.uniform(-1000, 1000), draw.uniform(0, 2), 0, 100])
    text = draw.choice(["{:.0f}", "{:.1f}", "{:.2f}", "{:.4f}", "{:,.0f}", "{:.1e}"]).format(value)
    return text + draw.choice(["", "", "", "%", " %", "%%", ".", " kg"])


def near(text: str, draw: random.Random) -> str:
    """A text that is equal, nearly equal, or another."""
    try:
        value = float(text.rstrip("%").replace(",", ""))
    except ValueError:
        value = None
    if value is not None and draw.random() < 0.7:
        changed = value * (1 + draw.choice([0, 0.01, 0.0499, 0.05, 0.0501, 0.1, -0.05, -0.049]))
        return draw.choice(["{:.6g}", "{}", "{:.2f}", "{:.4g}%"]).format(changed)
    kind = draw.randrange(9)
    at = draw.randrange(len(text) + 1)
    if kind < 2:
        return text
    changes = [
        text.upper(),
        text[:at] + text[at + 1 :],
        text[:at] + draw.choice("abé 1.,") + text[at:],
        f" {text}  ",
        text.replace(" ", "   "),
        f"{text} or {draw.choice(WORDS)}",
        draw.choice(["", "nan", "inf", "1_000", "٣", ".", "%", " ".join(draw.choices(WORDS, k=3))]),
    ]
    return changes[kind - 2]


def texts(seed: int) -> list[tuple[str, str]]:
    draw = random.Random(seed)
    golds = [
        number(draw) if draw.random() < 0.5 else " ".join(draw.choices(WORDS, k=draw.randint(1, 4)))
        for _ in range(PAIRS)
    ]
    return [(near(gold, draw), gold) for gold in golds]


def test_relaxed_accuracy() -> None:
    theirs = official("tasks/chartqa/utils.py", "relaxed_correctness")["relaxed_correctness"]
    reasons: Counter[str] = Counter()
    for prediction, gold in texts(1):
        ours = relaxed_accuracy(prediction, gold).correct
        if ours == bool(theirs(prediction, gold)):
            reasons["equal"] += 1
        elif prediction != prediction.strip():
            assert ours == bool(theirs(prediction.strip(), gold)) and ours
            reasons["spaces around an answer are no part of it"] += 1
        else:
            assert not ours and re.search(r"_|[^\x00-\x7f]|nan|inf", prediction), (prediction, gold)
            reasons["a number for Python's float() only"] += 1
    assert reasons["equal"] > 0.9 * PAIRS, reasons


def test_anls() -> None:
    theirs = official("api/metrics.py", "levenshtein_distance", "anls")["anls"]
    reasons: Counter[str] = Counter()
    draw = random.Random(2)
    for prediction, gold in texts(2):
        golds = [gold, *draw.choices(WORDS, k=draw.randint(0, 2))]
        ours, official_value = anls(prediction, golds).value, theirs(golds, [prediction])["anls"]
        if ours == pytest.approx(official_value, abs=1e-12):
            reasons["equal"] += 1
        elif not prediction.strip():
            assert ours == 0
            reasons["nothing is worth nothing"] += 1
        else:
            clean = [" ".join(text.split()) for text in (prediction, *golds)]
            assert ours == pytest.approx(theirs(clean[1:], clean[:1])["anls"], abs=1e-12), (prediction, golds)
            reasons["their lengths count the spaces that they took out"] += 1
    assert reasons["equal"] > 0.8 * PAIRS, reasons
    assert theirs(["Paris"], ["Rome" + " " * 99])["anls"] > 0.9 and anls("Rome" + " " * 99, ["Paris"]).value == 0


def test_vqa_normaliser_and_accuracy() -> None:
    processor = official("tasks/_task_utils/vqa_eval_metric.py", "EvalAIAnswerProcessor")["EvalAIAnswerProcessor"]
    theirs = official("tasks/vizwiz_vqa/utils.py", "vizwiz_vqa_process_results", EvalAIAnswerProcessor=processor)
    draw = random.Random(3)
    different = []
    for prediction, gold in texts(3)[:2100]:
        for text in (prediction, gold):
            assert vqa_normalised(text) == processor()(text), text
        answers = [draw.choice([gold, gold, near(gold, draw), draw.choice(WORDS)]) for _ in range(10)]
        asked = {"answers": list(answers), "question_id": 1}
        value = theirs["vizwiz_vqa_process_results"](asked, [prediction])["exact_match"]
        if vqa_accuracy(prediction, answers).value != pytest.approx(value, abs=1e-12):
            different.append((prediction, value))
    # An answer of which nothing is left is nobody's; theirs takes it for equal to others of which nothing is left.
    assert all(vqa_normalised(prediction) == "" for prediction, _ in different), different
    assert len(different) < 0.1 * PAIRS
    words = [*processor.CONTRACTIONS, *processor.NUMBER_MAP, *processor.PUNCTUATIONS, "a.b. 1.5 e.", "." * 40]
    for word in words:
        for text in (word, f"x {word} y", f"x{word}y", f"1,000 {word}"):
            assert vqa_normalised(text) == processor()(text)


def test_mathvista() -> None:
    names = ("get_most_similar", "normalize_extracted_answer", "safe_equal")
    theirs = official("tasks/mathvista/mathvista_evals.py", *names)

    class Evaluator:
        get_most_similar = theirs["get_most_similar"]
        normalize_extracted_answer = theirs["normalize_extracted_answer"]
        safe_equal = theirs["safe_equal"]

    evaluator, draw = Evaluator(), random.Random(4)
    for prediction, gold in texts(4):
        kind = draw.choice(["multi_choice", "integer", "float", "list", "text"])
        question = "multi_choice" if kind == "multi_choice" else "free_form"
        choices = [gold, *draw.choices(WORDS, k=draw.randint(1, 4))] if question == "multi_choice" else None
        precision = draw.choice([1, 2]) if kind == "float" else None
        if choices and draw.random() < 0.6:
            prediction = draw.choice(["A", "B", "(B)", "(b) x", "(Z)", "Z", "b", "A. x", "", prediction[:3]])
        normal = evaluator.normalize_extracted_answer(prediction, choices, question, kind, precision)
        assert mathvista_normalised(prediction, question, kind, choices, precision) == normal
        for answer in (gold, str(normal), "A"):
            score = mathvista(prediction, answer, question, kind, choices, precision)
            assert score.correct == (normal is not None and evaluator.safe_equal(normal, answer))


def letters(draw: random.Random, choices: list[str]) -> str:
    letter, text = draw.choice("ABCDabcdE"), draw.choice(choices)
    shapes = ["{0}", "({0})", "{0}.", "{0}. {1}", "{1}", "The answer is {0}", "{0} {1}", "{0} or B", "{1}?", "", "1"]
    return draw.choice(shapes).format(letter, text)


def test_multiple_choice() -> None:
    theirs = official("tasks/scienceqa/utils.py", "sqa_doc_to_target", "sqa_process_results")["sqa_process_results"]
    draw, reasons = random.Random(5), Counter[str]()
    choices = ["the heart", "a lung", "blood vessels", "none of these"]
    for _ in range(PAIRS):
        prediction, gold = letters(draw, choices), draw.randrange(4)
        ours = multiple_choice(prediction, gold, choices).correct
        if ours == bool(theirs({"choices": choices, "answer": gold}, [prediction])["exact_match"]):
            reasons["equal"] += 1
        elif ours:
            assert re.fullmatch(
                r"\(\w\)|\w\.|The answer is \w|1|[a-d]\. .*|.*(heart|lung|vessels|these)\??", prediction
            )
            reasons["(B), b., a lead, an index or the text names a choice too"] += 1
        else:
            assert re.fullmatch(r"[A-D]\. .+", prediction), prediction
            reasons["a letter with the text of another choice names two"] += 1
    assert reasons["equal"] > 0.6 * PAIRS, reasons


def test_geometry_choice() -> None:
    names = ("_extract_answer_letter", "geometry3k_process_results")
    theirs = official("tasks/geometry3k/utils.py", *names)["geometry3k_process_results"]
    draw, reasons = random.Random(6), Counter[str]()
    choices = ["30", "2\\sqrt{3}", "60", "8.5"]
    for _ in range(PAIRS):
        prediction, gold = letters(draw, choices), draw.choice("ABCD")
        ours = geometry_choice(prediction, gold, choices).correct
        if ours == bool(theirs({"choices": choices, "ground_truth": gold}, [prediction])["exact_match"]):
            reasons["equal"] += 1
        elif ours:
            assert prediction == "1"
            reasons["an index names a choice too"] += 1
        else:
            assert re.fullmatch(r"[A-Ea-e]( or B|\. .+| .+|\.?)", prediction), prediction
            reasons["a letter anywhere, and the last of several, is taken for the answer"] += 1
    assert reasons["equal"] > 0.6 * PAIRS, reasons


def test_closed_answers() -> None:
    """`vocabulary` and `yes_no` beside the exact match that lmms-eval configures for short answers."""
    space = {"np": numpy, "string": string}
    theirs = official("api/metrics.py", "exact_match_hf_evaluate", **space)["exact_match_hf_evaluate"]
    words, draw, reasons = ["yes", "no", "red", "blue", "cube", "0", "10"], random.Random(7), Counter[str]()
    shapes = ["{}", "{}.", "{} ", '"{}"', "the {}", "The answer is {}", "{} or no", "in{}", "{}, it is", "not {}"]
    for _ in range(PAIRS):
        word, gold = draw.choice(words), draw.choice(words)
        prediction = draw.choice([str.upper, str.lower, str.title])(draw.choice(shapes).format(word))
        official_value = theirs([prediction], [gold], ignore_case=True, ignore_punctuation=True)["exact_match"] == 1
        rules = [vocabulary(prediction, gold, words)]
        rules += [yes_no(prediction, gold)] if gold in ("yes", "no") else []
        for score in rules:
            if score.correct == official_value:
                reasons["equal"] += 1
                continue
            # Spaces, an article, a lead and what follows "yes," are no part of an answer.
            assert score.correct and word == gold, (prediction, gold)
            assert re.fullmatch(rf"{word} |the {word}|the answer is {word}|(yes|no), it is", prediction.lower())
            reasons["an article, a lead or a space is left out"] += 1
    assert reasons["equal"] > 0.9 * PAIRS, reasons


def closed_form(draw: random.Random) -> tuple[str, float]:
    """A number as LaTeX, and its value."""
    a, b, c = draw.randint(1, 9), draw.choice([2, 3, 5, 6, 7, 8, 12]), draw.randint(2, 6)
    root, pi = a * b**0.5, a * math.pi
    return draw.choice([
        (f"{a}\\sqrt{{{b}}}", root), (f"\\frac{{{a}\\sqrt{{{b}}}}}{{{c}}}", root / c), (f"\\sqrt{{{b * a * a}}}", root),
        (f"{a}\\pi", pi), (f"\\frac{{{a}\\pi}}{{{c}}}", pi / c), (f"{a}+\\sqrt{{{b}}}", a + b**0.5), (f"-{a}", -a),
        (f"\\frac{{{a}}}{{{c}}}", a / c), (f"{a}.{b}", float(f"{a}.{b}")), (str(a * b), a * b),
    ])  # fmt: skip


@pytest.mark.slow
def test_numbers_beside_math_verify() -> None:
    verifier = pytest.importorskip("math_verify", reason="pip install math-verify")
    draw, reasons, parsed = random.Random(8), Counter[str](), {}

    def read(text: str) -> Any:
        return parsed.setdefault(text, verifier.parse(f"${text}$"))

    for _ in range(2500):
        gold, value = closed_form(draw)
        other, other_value = closed_form(draw) if draw.random() < 0.5 else (gold, value)
        if draw.random() < 0.3:
            other, other_value = f"{other_value:.3f}", round(other_value, 3)
        ours, theirs = math_equal(other, gold).correct, bool(verifier.verify(read(gold), read(other)))
        if ours == theirs:
            reasons["equal"] += 1
        else:
            assert ours and abs(other_value - value) <= 0.0005000001 and re.search(r"sqrt|pi", gold + other), (
                other,
                gold,
            )
            reasons["a decimal that is the number to all of its three digits or more"] += 1
    assert reasons["equal"] > 2000, reasons
