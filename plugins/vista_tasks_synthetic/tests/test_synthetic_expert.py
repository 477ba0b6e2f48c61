"""Experts: right when the reader is right, honest when it is not, deterministic always."""

from collections import Counter

import pytest
from synthetic_helpers import all_tasks, calculate, perfect_text, play
from vista_core import ExpertTurn, Observation
from vista_tasks_synthetic.chart import SyntheticChart
from vista_tasks_synthetic.geometry import read_labels
from vista_tasks_synthetic.reading import closest, read_rows
from vista_tasks_synthetic.table import SyntheticTable


@pytest.mark.parametrize("task", all_tasks(seed=5), ids=lambda t: f"{t.name}-{t.config.level}")
def test_careful_experts_are_right_when_reading_is_perfect(task):
    for index in range(200):
        key = f"train/{index}"
        turns, answer = play(task.expert(key), perfect_text(task, key))
        assert task.score(key, answer).correct, (task.sample("train", index).question, turns, task.gold(key))
        assert turns[0].tool in ("chartmoe_to_table", "easyocr", "grounding_dino")
        assert len(turns) <= 3


def level_one(kind):
    task = SyntheticChart(kinds=(kind,))
    text = perfect_text(task, "train/2")
    turns, _ = play(task.expert("train/2"), text)
    rows = dict(line.split() for line in text.splitlines())
    names = task.gold("train/2").model_dump()["names"]
    return turns, rows, names


def test_level_one_thoughts_are_the_agreed_words():
    look = ExpertTurn(think="look", tool="chartmoe_to_table", arguments={})
    turns, rows, (a,) = level_one("value")
    assert turns == [look, ExpertTurn(think=f"value of {a} {rows[a]}", answer=rows[a])]
    for kind, function in (("largest", "max"), ("smallest", "min")):
        turns, rows, _ = level_one(kind)
        expression = f"{function}({', '.join(rows.values())})"
        assert turns[:2] == [look, ExpertTurn(f"{kind} value", "calculator", {"expression": expression})]
        assert turns[2] == ExpertTurn(f"{kind} value {calculate(expression)}", answer=calculate(expression))
    for kind, word, sign in (("difference", "minus", "-"), ("sum", "plus", "+")):
        turns, rows, (a, b) = level_one(kind)
        call = {"expression": f"{rows[a]} {sign} {rows[b]}"}
        assert turns[:2] == [look, ExpertTurn(f"value of {a} {rows[a]} {word} {b} {rows[b]}", "calculator", call)]
        assert turns[2].think == turns[2].answer == calculate(call["expression"])


@pytest.mark.parametrize("task", all_tasks(), ids=lambda t: f"{t.name}-{t.config.level}")
def test_guessers_answer_at_once_and_are_mostly_wrong(task):
    right, answers = 0, Counter()
    for index in range(200):
        key = f"train/{index}"
        turn = task.expert(key, "guess").turn([])
        assert turn.think == "guess" and turn.tool is None and turn.answer
        assert turn == task.expert(key, "guess").turn([]), "the same key, the same guess"
        right += task.score(key, turn.answer).correct
        answers[turn.answer] += 1
    assert right < (40 if task.name == "synthetic_scene" else 30)  # one of three shapes is soon guessed
    assert len(answers) > (8 if task.name == "synthetic_scene" else 40)


def test_numbers_come_from_the_observation_and_nowhere_else():
    """A reader that says something else is believed: the expert knows no number of its own."""
    for task in all_tasks():
        if task.name == "synthetic_geometry":
            continue
        for index in range(60):
            key = f"train/{index}"
            text = perfect_text(task, key)
            turns, _ = play(task.expert(key), text)
            other = {digit: str((int(digit) + 3) % 10) for digit in "0123456789"}
            lines = text.splitlines()
            start = 0 if " | " not in text else 1
            changed = [
                " ".join(w if i == 0 else "".join(other.get(c, c) for c in w) for i, w in enumerate(line.split(" ")))
                for line in lines[start:]
            ]
            first = task.expert(key).turn([Observation(text="\n".join(lines[:start] + changed))])
            if first.tool == "calculator" and turns[1].tool == "calculator":
                assert first.arguments != turns[1].arguments


@pytest.mark.parametrize("task", all_tasks(), ids=lambda t: f"{t.name}-{t.config.level}")
@pytest.mark.parametrize("text", ["", "No chart was found in image 0.", "Mango", "????", "a | b | c", "| | |\n|||"])
def test_experts_survive_what_tools_say_when_they_fail(task, text):
    for index in range(30):
        expert = task.expert(f"train/{index}")
        turns, answer = play(expert, text)
        assert answer, "it answers with its best reading"
        assert "so" in turns[-1].think


def test_a_missing_name_is_said():
    task = SyntheticChart(kinds=("value",))
    name = task.gold("train/0").model_dump()["names"][0]
    turn = task.expert("train/0").turn([Observation(text="Zzzzz 12\nQqqqq 40")])
    assert turn.think == f"there is no {name} in what I read, so this is a guess"
    assert turn.answer == "12"


def test_a_failing_calculator_is_replaced_by_own_work():
    task = SyntheticChart(kinds=("sum",))
    text = perfect_text(task, "train/1")
    expert = task.expert("train/1")
    turn = expert.turn([Observation(text=text), Observation(text="The calculator is not available.")])
    assert task.score("train/1", turn.answer).correct


def test_rows_are_read_in_every_layout():
    assert read_rows("Mango 47\nKiwi 12").rows == {"Mango": [47], "Kiwi": [12]}
    titled = read_rows("Annual report\nItem | Price\nMango | $1,250.50\nKiwi | 12%")
    assert titled.header == ["Price"]
    assert [str(row[0]) for row in titled.rows.values()] == ["1250.50", "12"]
    years = read_rows("Name | 2019 | 2020\nMango | 1 | 2\nKiwi | 3 | -4")
    assert years.header == ["2019", "2020"]
    assert years.rows["Kiwi"] == [3, -4]
    bare = read_rows("Summary of entries\nLabel Price Share\nRuby 4.6 1,200%\nFig 6.6 3,780%")
    assert bare.header == ["Price", "Share"]
    assert [str(value) for value in bare.rows["Ruby"]] == ["4.6", "1200"]
    assert read_rows(" | Results | \nItem | A B | C\nKenya | 960 1,900 | 180", words=True).rows == {
        "Kenya": [960, 1900, 180]
    }
    assert not read_rows("No bar chart could be read in image 0: found 4 filled rectangles.").rows


def test_a_column_that_was_not_read_is_said():
    task = SyntheticTable(level=2, kinds=("largest",))
    index = next(i for i in range(50) if task.gold(f"train/{i}").model_dump()["column"])
    column = task.gold(f"train/{index}").model_dump()["column"]
    turn = task.expert(f"train/{index}").turn([Observation(text="Name | Zz | Qq\nMango | 1 | 2\nKiwi | 3 | 4")])
    assert turn.think.startswith(f"there is no {column} in what I read")


def test_names_that_were_misread_slightly_are_found():
    assert closest("Quartz", ["Quarlz", "Kiwi"]) == "Quarlz"
    assert closest("Lemon", ["melon", "Lem0n"]) == "Lem0n"
    assert closest("Elm", ["Falcon", "Otter"]) is None


def test_labels_are_sorted_into_lengths_and_angles():
    assert read_labels("A B 12\n36° 9", 2, 1) == ([9, 12], [36])
    assert read_labels("36o\n76", 0, 2) == ([], [36, 76])
    assert read_labels("360 76°", 0, 2) == ([], [36, 76])
    assert read_labels("B\n1\n63°\n40°", 0, 2) == ([], [40, 63])
