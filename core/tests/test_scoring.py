"""Answer rules: what is right, and what a policy would try instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core.scoring import exact_text, multiple_choice, numeric, read_number, yes_no

FRUITS = ["Mango", "Kiwi", "Pear", "A fig"]


@pytest.mark.parametrize(
    "text,number",
    [
        ("84", 84), (" 84. ", 84), ("-3", -3), ("−3", -3), ("+47", 47), ("1,250", 1250), ("$12.50", 12.5), ("35%", 35),
        ("40°", 40), (".5", 0.5), ("3/4", 0.75), ("12 cm", 12), ("1e3", 1000), ("The answer is 84", 84), ("`7`", 7),
        ("answer: -2", -2), ("5 m^2", 5), ("5 cm²", 5),
        ("60 km/h", 60), ("21 °C", 21), ("3 square feet", 3),
    ],
)  # fmt: skip
def test_a_whole_answer_is_a_number(text: str, number: float) -> None:
    assert read_number(text) == number
    assert numeric(text, number).correct


@pytest.mark.parametrize(
    "text",
    ["", ".", "s", "84 or 85", "15 or 58 or 99", "about 47", "47 12", "nan", "inf", "1,25", "12,34,5", "1/0", "--3",
     "84 to 90", "84-85", "84, 85", "[84]", "I do not know", "84\n85", "5²", "٣", "1e9999", "9" * 200, "12 or more",
     "x84", "8 4", "0x10", "forty", "84 more or less", "84x", "84k", "84 million", "84 cm 3"],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert read_number(text) is None
    assert not numeric(text, 84).correct


def test_decimals_are_compared_as_written() -> None:
    assert numeric("36.68", "36.67", tolerance=0.01).correct and numeric("36.66", "36.67", tolerance=0.01).correct
    assert not numeric("36.681", "36.67", tolerance=0.01).correct
    assert numeric("0.3", "0.30").correct and not numeric("0.30000000000000004", "0.3").correct
    assert numeric("105", 100, relative=0.05).correct and not numeric("105.01", 100, relative=0.05).correct
    assert not numeric(None, 1).correct and not numeric("7 kg", 7, units=("cm",)).correct
    with pytest.raises(ValueError, match="gold"):
        numeric("1", "one")


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_only_the_right_number_is_right(given_number: int, gold: int) -> None:
    assert numeric(str(given_number), gold).correct == (given_number == gold)
    assert numeric(f"{gold:,}", gold).correct and not numeric(f"{gold} or {gold + 1}", gold).correct


@pytest.mark.parametrize(
    "text,right",
    [
        ("mango", True), (" Mango. ", True), ("MANGO", True), ("the mango", False), ("mango or kiwi", False),
        ("mang", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_exact_text(text: str | None, right: bool) -> None:
    assert exact_text(text, "Mango").correct is right
    assert exact_text(text, ["Kiwi", "Mango"]).correct is right


def test_an_empty_gold_text_is_never_earned() -> None:
    assert not exact_text("", "").correct and not exact_text(".", ".").correct


@pytest.mark.parametrize("text,right", [
    ("B", True), ("b", True), ("(B)", True), ("B.", True), ("B) Kiwi", True), ("Kiwi", True),
    ("The answer is (B)", True), ("option B", True), ("kiwi.", True), ("A", False), ("A or B", False),
    ("I am not sure", False), ("A kiwi", True),
    ("B) Mango", False), ("Kiwi and Mango", False), ("Z", False), ("", False), (None, False), ("ABCD", False),
    ("ANSWER", False), ("It is B because A is red", False),
])  # fmt: skip
def test_multiple_choice(text: str | None, right: bool) -> None:
    for gold in ("B", "Kiwi", 1):
        assert multiple_choice(text, gold, FRUITS).correct is right


def test_a_choice_that_looks_like_a_letter_counts_as_its_text() -> None:
    assert multiple_choice("B", 0, ["B", "A"]).correct
    assert multiple_choice("2", 2, ["4", "3", "2", "1"]).correct
    assert multiple_choice("40", "B", ["30°", "40°"]).correct and multiple_choice("40°", "B", ["30", "40"]).correct
    assert not multiple_choice("40", 0, ["40 cm", "40 m"]).correct
    with pytest.raises(ValueError, match="none of the choices"):
        multiple_choice("A", "Plum", FRUITS)
    with pytest.raises(ValueError):
        multiple_choice("A", 7, FRUITS)


@pytest.mark.parametrize("text,verdict", [
    ("yes", True), ("Yes.", True), ("true", True), ("No", False), ("false", False), ("Yes, it is larger", True),
    ("The answer is no", False), ("incorrect", None), ("I do not know", None), ("yes or no", None),
    ("yes, or no", None), ("no, yes", None), ("", None), (None, None), ("yes no", None), ("1", None),
])  # fmt: skip
def test_yes_no(text: str | None, verdict: bool | None) -> None:
    for gold in (True, "yes", 1):
        assert yes_no(text, gold).correct is (verdict is True)
    for gold in (False, "no", 0):
        assert yes_no(text, gold).correct is (verdict is False)


def test_a_gold_that_is_neither_is_an_error() -> None:
    with pytest.raises(ValueError, match="neither"):
        yes_no("yes", "maybe")


@given(st.text(max_size=60))
def test_rules_never_fail_on_a_text(text: str) -> None:
    for score in (numeric(text, 84), exact_text(text, "Mango"), multiple_choice(text, 1, FRUITS), yes_no(text, True)):
        assert score.value in (0.0, 1.0) and score.why and score.correct == (score.value == 1.0)
