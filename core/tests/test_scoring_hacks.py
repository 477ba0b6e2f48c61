"""What the original checkers wrongly accept and reject (reference/vista-gym.md, 2.3), and other cheats."""

import itertools
import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core import Score
from vista_core.scoring import (
    anls,
    exact_set,
    geometry_choice,
    math_equal,
    mathvista,
    multiple_choice,
    numeric,
    read_value,
    relaxed_accuracy,
    tabmwp,
    vocabulary,
    vqa_accuracy,
    yes_no,
)

ROOTS = ["\\sqrt{3}", "2\\sqrt{3}", "3", "6"]
ANGLES = ["30°", "40°", "50°", "60°"]
NUMBERS = ["15", "58", "99", "120"]
DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday"]
STATES = "Alabama Alaska Arizona Ohio Texas Virginia Vermont Wyoming".split()
CLEVR = "yes no red blue cube sphere rubber metal 0 1 2 3".split()
BOTTLE = ["bottle"] * 8 + ["a bottle", "unanswerable"]

# rule, wrong answer, right answer (None where there is none)
ACCEPTED: list[tuple[str, Callable[[str], Score], str, str]] = [
    ("ChartQA: within 5%, not 10%", lambda a: relaxed_accuracy(a, "100"), "109.9", "105"),
    ("ChartQA: one number", lambda a: relaxed_accuracy(a, "100"), "2100 or 3100", "100"),
    ("ChartQA: not text that contains it", lambda a: relaxed_accuracy(a, "1"), "201", "1"),
    ("ChartQA: nor this", lambda a: relaxed_accuracy(a, "4"), "14", "4"),
    ("ChartQA: nor a sentence", lambda a: relaxed_accuracy(a, "blue"), "red, blue and green", "Blue"),
    ("Geometry3K: one number", lambda a: geometry_choice(a, "B", NUMBERS), "15 or 58 or 99", "58"),
    ("Geometry3K: the whole surd", lambda a: geometry_choice(a, "B", ROOTS), "\\sqrt{3}", "2\\sqrt{3}"),
    ("Geometry3K: the whole surd, in plain text", lambda a: numeric(a, "2\\sqrt{3}"), "sqrt3", "2 sqrt3"),
    ("Geometry3K: no number is right for its size", lambda a: geometry_choice(a, "D", NUMBERS), "1000000", "120"),
    ("GeoQA: an A in a sentence", lambda a: geometry_choice(a, 0, ANGLES), "I am not sure", "A"),
    ("MapQA: all states", lambda a: exact_set(a, ["Ohio", "Texas"]), ", ".join(STATES), "Texas, Ohio"),
    ("MapQA: one besides", lambda a: exact_set(a, STATES[:5]), ", ".join(STATES[:6]), ", ".join(STATES[:5])),
    ("MapQA: one missing", lambda a: exact_set(a, STATES[:5]), ", ".join(STATES[:4]), "; ".join(STATES[:5])),
    ("MapQA: another state's name", lambda a: exact_set(a, "Virginia"), "West Virginia", "virginia"),
    ("TABMWP: a full stop", lambda a: tabmwp(a, "Sunday", choices=DAYS), ".", "Sunday"),
    ("TABMWP: a letter of it", lambda a: tabmwp(a, "Sunday", choices=DAYS), "s", "A"),
    ("TABMWP: nothing", lambda a: tabmwp(a, "5"), "", "5"),
    ("TABMWP: a share", lambda a: tabmwp(a, "20"), "20%", "20"),
    ("TABMWP: another unit", lambda a: tabmwp(a, "20", unit="bottles"), "20 cups", "20 bottles."),
    ("VizWiz: a letter of it", lambda a: vqa_accuracy(a, BOTTLE), "a", "bottle"),
    ("VizWiz: a text around it", lambda a: vqa_accuracy(a, BOTTLE), "bottle or can", "A bottle."),
    ("CLEVR: no in know", lambda a: vocabulary(a, "no", CLEVR), "I do not know", "no"),
    ("CLEVR: correct in incorrect", lambda a: vocabulary(a, "yes", CLEVR), "incorrect", "yes"),
    ("CLEVR: all words", lambda a: vocabulary(a, "red", CLEVR), " ".join(CLEVR), "red"),
    ("PlotQA: no in know", lambda a: relaxed_accuracy(a, "No"), "I do not know", "no"),
    ("FigureQA: no in know", lambda a: yes_no(a, 0), "I do not know", "no"),
    ("FigureQA: correct in incorrect", lambda a: yes_no(a, 1), "incorrect", "yes"),
    ("FigureQA: both", lambda a: yes_no(a, 1), "yes no", "Yes."),
    ("IconQA: an article", lambda a: multiple_choice(a, "A", ["a dog", "a fish"]), "a cat", "a dog"),
    ("AI2D: an A in a sentence", lambda a: multiple_choice(a, "A", ["sun", "moon"]), "It is a moon", "A. sun"),
    ("DocVQA: letters and many spaces", lambda a: anls(a, ["University"]), "zz" + " " * 500, "university"),
]

REJECTED: list[tuple[str, Score]] = [
    ("GeoQA: The answer is C", geometry_choice("The answer is C", 2, ANGLES)),
    ("GeoQA: The answer is (C)", geometry_choice("The answer is (C).", 2, ANGLES)),
    ("Geometry3K: 3.464 for 2√3", geometry_choice("3.464", "B", ROOTS)),
    ("Geometry3K: 3.464 for 2√3, as numbers", numeric("3.464", "2\\sqrt{3}")),
    ("Geometry3K: 2√3 for 3.46", numeric("2√3", "3.46")),
    ("UniGeo: 40 for 40°", geometry_choice("40", 1, ANGLES)),
    ("UniGeo: a letter", geometry_choice("B", 1, ANGLES)),
    ("UniGeo: 40 degrees", geometry_choice("40 degrees", 1, ANGLES)),
    ("UniGeo: ^\\circ", geometry_choice("$40^\\circ$", 1, ANGLES)),
    ("A-OKVQA: a letter", multiple_choice("C", 2, ["cat", "dog", "bird", "fish"])),
    ("A-OKVQA: an index", multiple_choice("2", 2, ["cat", "dog", "bird", "fish"])),
    ("A-OKVQA: the text", multiple_choice("bird", 2, ["cat", "dog", "bird", "fish"])),
    ("ChartQA: 0.52 for 52%", relaxed_accuracy("0.52", "52%")),
    ("ChartQA: 52% for 0.52", relaxed_accuracy("52%", "0.52")),
    ("TABMWP: money", tabmwp("$1,374", "1374", unit="$")),
    ("TABMWP: a unit", tabmwp("2,626 bottles", "2,626", unit="bottles")),
    ("TABMWP: a fraction", tabmwp("0.171", "71/416")),
    ("TABMWP: zeros", tabmwp("5.4", "5.40", unit="$")),
    ("MapQA: a JSON list", exact_set('["Ohio", "Texas"]', ["Texas", "Ohio"])),
    (
        "MapQA: names with and",
        exact_set("Cuba, Trinidad and Tobago and Haiti", ["Cuba", "Trinidad and Tobago", "Haiti"]),
    ),
    ("VizWiz: unanswerable", vqa_accuracy("Unanswerable", ["unanswerable"] * 10)),
]


@pytest.mark.parametrize("name,rule,wrong,right", ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_what_was_wrongly_accepted(name: str, rule: Callable[[str], Score], wrong: str, right: str) -> None:
    refused, accepted = rule(wrong), rule(right)
    assert not refused.correct and refused.value < 0.5 and refused.why and refused.rule
    assert accepted.correct and accepted.value >= 0.9 and accepted.why


@pytest.mark.parametrize("name,score", REJECTED, ids=[row[0] for row in REJECTED])
def test_what_was_wrongly_rejected(name: str, score: Score) -> None:
    assert score.correct and score.value == 1 and score.why, score


RULES: dict[str, Callable[[str | None], Score]] = {
    "relaxed_accuracy": lambda a: relaxed_accuracy(a, "4.5"),
    "anls": lambda a: anls(a, ["the report", "report"]),
    "vqa_accuracy": lambda a: vqa_accuracy(a, ["bottle"] * 10),
    "vqa_direct": lambda a: vqa_accuracy(a, ["bottle"] * 10, metric="direct"),
    "multiple_choice": lambda a: multiple_choice(a, 1, ROOTS),
    "geometry_choice": lambda a: geometry_choice(a, 1, ROOTS, [3**0.5, 12**0.5, None, 6]),
    "math_equal": lambda a: math_equal(a, "x+1"),
    "numeric": lambda a: numeric(a, "2\\sqrt{3}"),
    "exact_set": lambda a: exact_set(a, ["Ohio", "Trinidad and Tobago"]),
    "vocabulary": lambda a: vocabulary(a, "red", CLEVR),
    "yes_no": lambda a: yes_no(a, True),
    "tabmwp": lambda a: tabmwp(a, "1/4", unit="cups"),
    "mathvista": lambda a: mathvista(a, "1.45", "free_form", "float", precision=2),
}
STRANGE = ["\x00", "\ud800", "9" * 100_000, "[" * 5000, "(" * 100, "\\frac{" * 30, "\\sqrt" * 30, "1/0", "nan", "-inf"]
STRANGE += [
    "٣",
    "²",
    "½",
    "4.5" + " " * 99_999 + "x",
    ",".join("a" * 5000),
    " and " * 3000,
    "%",
    "-",
    "1e400%",
    "1e999",
]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_strange_answers_are_wrong_and_no_error(rule: Callable[[str | None], Score]) -> None:
    for answer in [None, "", " ", *STRANGE]:
        score = rule(answer)
        assert not score.correct and score.value < 0.5 and score.why


@given(st.text(max_size=40) | st.text("0123456789.,%$°√π/\\{}()+-^ sqrtfacpi", max_size=30))
def test_no_text_breaks_a_rule(answer: str) -> None:
    for rule in RULES.values():
        assert 0 <= rule(answer).value <= 1


@pytest.mark.parametrize(
    "text,number",
    [("2√3", 12**0.5), ("5√2/2", 12.5**0.5), ("\\frac{5 \\sqrt{3}}{2}", 18.75**0.5), ("3\\frac12", 3.5), ("1 1/2", 1.5),
     ("\\sqrt[3]{8}", 2), ("40^{\\circ}", 40), ("x = 58", 58), ("m∠A=40°", 40), ("2+\\sqrt{4}", 4), ("-\\sqrt{9}", -3),
     ("\\frac{\\sqrt{16}}{2}", 2), ("8\\sqrt{4} \\text{ units}", 16), ("1,250 m", 1250), ("(2)", 2), ("√12", 12**0.5),
     ("2\\times\\sqrt{3}", 12**0.5), ("6 \\div \\sqrt 9", 2), ("$\\boxed{7}$", 7), ("2\\sqrt { 3 } cm", 12**0.5)],
)  # fmt: skip
def test_closed_forms(text: str, number: float) -> None:
    value = read_value(text)
    assert value is not None and value.number == pytest.approx(number, rel=1e-12)


NO_NUMBERS = ["84-85", "3+4", "1 or 2", "3x", "84 85", "2 3/4 5", "\\frac{1}{0}", "\\sqrt{-1}", "[84]", "", "2^3", "a"]
NO_NUMBERS += ["\\sqrt{}", "√", "(2", "2)", "{2]", "84 or", "5 million", "exp(1)", "1,2", "٣", "√٣"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_no_closed_forms(text: str) -> None:
    assert read_value(text) is None


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 12), st.integers(2, 5))
def test_a_surd_equals_itself_and_its_decimal_and_nothing_else(a: int, b: int, c: int, places: int) -> None:
    value = a * b**0.5 / c
    gold = f"\\frac{{{a}\\sqrt{{{b}}}}}{{{c}}}"
    for text in (gold, f"{a}√{b}/{c}", f"{a} \\sqrt{{{b}}} / {c}", f"${a}\\cdot\\sqrt{b}\\div{c}$" if b < 10 else gold):
        assert numeric(text, gold).correct, text
    if value >= 1:
        assert numeric(f"{value:.{places}f}", gold).correct
        assert not numeric(f"{value + 2 * 10**-places:.{places}f}", gold).correct
    assert not numeric(f"{a + 1}√{b}/{c}", gold).correct


def test_sets_in_any_order_and_form() -> None:
    names = ["Ohio", "Trinidad and Tobago", "Washington, D.C."]
    for order in itertools.permutations(names):
        for text in (", ".join(order), "; ".join(order), "\n".join(order), " and ".join(order), json.dumps(order)):
            assert exact_set(text, names).correct, text
        assert not exact_set(", ".join(order[:2]), names).correct
        assert not exact_set(", ".join([*order, "Texas"]), names).correct
    assert not exact_set("Trinidad", ["Trinidad and Tobago"]).correct
    assert not exact_set("Trinidad and Tobago", ["Tobago"]).correct
    assert not exact_set("West Virginia, Ohio", ["Virginia", "Ohio"]).correct
    with pytest.raises(ValueError, match="names nothing"):
        exact_set("a", [])


def test_gold_that_cannot_be() -> None:
    for call in (
        lambda: vocabulary("red", "green", CLEVR),
        lambda: anls("a", []),
        lambda: vqa_accuracy("a", []),
        lambda: geometry_choice("A", "E", ROOTS),
    ):
        with pytest.raises(ValueError):
            call()


def test_partial_credit() -> None:
    assert vqa_accuracy("can", ["can"] * 2 + ["bottle"] * 8).value == pytest.approx(0.6)
    assert vqa_accuracy("can", ["can"] + ["bottle"] * 9).value == pytest.approx(0.3)
    assert vqa_accuracy("can", ["can", "can", "x"], metric="direct").value == pytest.approx(2 / 3)
    assert vqa_accuracy("Can", ["can", "can", "x"], metric="direct").value == 0  # A-OKVQA compares the very texts
    near = anls("Universitv of California", ["University of California"])
    assert 0.9 < near.value < 1 and not near.correct
    assert anls("Univ", ["University of California"]).value == 0


def test_choices_that_begin_with_an_article_and_a_figure() -> None:
    choices = ["a 5-sided shape", "a 6-sided shape", "60", "8"]
    assert multiple_choice("A 6-sided shape", 1, choices).correct
    assert not multiple_choice("A 60", 2, choices).correct and not multiple_choice("A 60", 0, choices).correct
    assert multiple_choice("C 60", 2, choices).correct


EQUAL = [
    ("0.5", "\\frac{1}{2}"),
    ("$x + 1$", "x+1"),
    ("(2, 3)", "(2,3)"),
    ("\\dfrac{a}{b}", "\\frac{a}{b}"),
    ("x^{2}", "x^2"),
]
EQUAL += [("\\text{yes}", "Yes"), ("3\\sqrt{2}", "\\sqrt{18}"), ("40^\\circ", "40")]
OTHER = [("1+x", "x+1"), ("2", "(2,3)"), ("5 or 6", "5"), ("", "x"), ("x" * 500, "x"), (None, "1")]


@pytest.mark.parametrize("one,two,same", [(*pair, True) for pair in EQUAL] + [(*pair, False) for pair in OTHER])
def test_math_equal(one: str | None, two: str, same: bool) -> None:
    assert math_equal(one, two).correct is same


def test_mathvista_is_the_authors_rule() -> None:
    options = ["Yes", "No"]
    assert mathvista("(a) Yes", "Yes", "multi_choice", "text", options).correct
    assert mathvista("Noo", "No", "multi_choice", "text", options).correct  # the nearest option, as theirs
    assert (
        mathvista("3.9", "3", "free_form", "integer").correct
        and not mathvista("4", "3", "free_form", "integer").correct
    )
    assert mathvista("1.4499", "1.45", "free_form", "float", precision=2).correct
    assert mathvista("[1, 2]", "[1, 2]", "free_form", "list").correct
    assert not mathvista("[1,2]", "[1, 2]", "free_form", "list").correct
    assert not mathvista("I cannot say", "3", "free_form", "integer").correct


def test_rules_do_not_depend_on_what_came_before() -> None:
    draw = random.Random(0)
    answers = ["5", "A", "", "a bottle", "2√3", "Ohio", *draw.choices(STRANGE, k=6)]
    first = [rule(answer) for rule in RULES.values() for answer in answers]
    assert first == [rule(answer) for rule in RULES.values() for answer in answers]
