"""Every field of the six held-out data sets, the odd ones too, and how their answers are scored."""

import itertools
import json

import pytest
import vista_core as vista
from fixtures_heldout import LAYOUTS, drawn, dumped, png
from vista_core import PluginError, TaskDataError

EVERY = [(task, layout) for task, layouts in LAYOUTS.items() for layout in layouts]


@pytest.fixture
def opened(copies):
    return lambda task, layout: vista.load("task", task, root=copies[task, layout])


def keys(task):
    return [f"{split}/{index}" for split in task.splits for index in range(task.size(split))]


@pytest.mark.parametrize("name,layout", EVERY)
def test_a_copy_is_whole_and_recognised(opened, copies, name, layout):
    task = opened(name, layout)
    report = task.report(copies[name, layout])
    assert task.layout.name == layout and report["problems"] == []
    assert report["counts"] == {split: task.size(split) for split in task.splits} and len(task) > 6
    assert task.splits == type(task).splits


@pytest.mark.parametrize("name,layout", EVERY)
def test_gold_is_right_and_the_train_split_is_refused(opened, name, layout):
    task = opened(name, layout)
    for key in keys(task):
        answer = task.gold(key).answer
        assert task.score(key, answer if isinstance(answer, str) else str(answer)).correct, key
        assert not task.score(key, None).correct and not task.score(key, f"not {answer}").correct
    for call in (lambda: task.sample("train", 0), lambda: task.size("train")):
        with pytest.raises(PluginError, match="held out for evaluation"):
            call()


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_card_says_what_a_user_needs(name):
    task = type(vista.load("task", name))
    told = task.describe()
    assert told["held_out"] and told["licence"] == task.licence
    for field in ("tree", "source", "citation", "fields"):
        assert told[field], field
    assert told["repository"] or told["manual"]
    assert told["non_commercial"] == ("NC" in task.licence)
    assert json.dumps(told)


def test_tabmwp(opened, copies):
    task = opened("tabmwp", "original")
    kinds = {}
    for key in keys(task):
        sample, gold = task.sample(*key.split("/")[:1], int(key.split("/")[1])), task.gold(key)
        kinds.setdefault("money" if gold.unit == "$" else gold.ans_type, (key, sample, gold))
        assert gold.table.startswith("Day | Sold") and gold.solution and gold.table_for_pd["Day"]
        assert "table" not in sample.model_dump_json().replace("Look at table", "") and len(sample.images) == 1
    key, sample, gold = kinds["integer_number"]
    assert sample.answer_format == "a number (unit: bottles)" and sample.choices is None
    for text in (gold.answer, gold.answer.replace(",", ""), f"{gold.answer} bottles", f"The answer is {gold.answer}."):
        assert task.score(key, text).correct, text
    assert not task.score(key, f"{gold.answer} or 7").correct
    key, sample, gold = kinds["money"]
    assert task.score(key, f"${gold.answer}").correct and gold.unit == "$"
    key, sample, gold = kinds["extractive_text"]
    assert task.score(key, "ABCD"[sample.choices.index(gold.answer)]).correct
    assert not any(task.score(key, text).correct for text in (".", "s", "day", ""))
    assert "other_text" in kinds and "boolean_text" in kinds
    one = opened("tabmwp", "one file")
    assert {one.row(key)["split"] for key in keys(one)} == {"dev", "test"}  # the third of it that is train is left out


@pytest.mark.parametrize("layout", LAYOUTS["tabmwp"])
def test_tabmwp_gives_nothing_to_the_answers_of_others(opened, layout):
    task = opened("tabmwp", layout)
    golds = {key: task.gold(key) for key in keys(task)}
    coincidences = set()
    for one, other in itertools.permutations(golds, 2):
        same_kind = golds[one].kind == golds[other].kind
        if same_kind and task.score(one, golds[other].answer).correct:
            coincidences.add((golds[one].answer, golds[other].answer))
    # True coincidences: another problem has the very same answer.
    assert all(one == other for one, other in coincidences), coincidences


def test_ai2d_draws_the_letters_of_a_question(opened, copies):
    task = opened("ai2d", "original")
    assert task.size("test") == 16  # 8 of 12 pictures are listed for testing, with two questions each
    plain = next(key for key in keys(task) if not task.row(key)["abcLabel"])
    named = next(key for key in keys(task) if task.row(key)["abcLabel"])
    files = {
        key: (copies["ai2d", "original"] / "images" / task.row(key).file.stem).read_bytes() for key in (plain, named)
    }
    index = {key: int(key.split("/")[1]) for key in files}
    assert task.sample("test", index[plain]).images[0].data == files[plain]
    shown = task.sample("test", index[named]).images[0]
    assert shown.data != files[named] and shown.size == (96, 72)
    assert (shown.array[9:25, 9:35] == 255).all(axis=-1).mean() > 0.4  # the white box over the word
    assert task.sample("test", index[named]).images[0] == shown  # drawn the same every time
    assert task.sample("test", 0).question.startswith("What is A in diagram")


def test_ai2d_needs_the_list_of_test_pictures(tmp_path):
    LAYOUTS["ai2d"]["original"](tmp_path)
    (tmp_path / "ai2d_test_ids.csv").unlink()
    with pytest.raises(TaskDataError, match="ai2d_test_ids.csv is missing"):
        vista.load("task", "ai2d", root=tmp_path).size("test")


def test_plotqa_scores_as_chartqa_does(opened):
    task = opened("plotqa", "version 2")
    answers = {type(task.row(key)["answer"]): (key, task.row(key)["answer"]) for key in keys(task)}
    key, value = answers[float]
    assert task.score(key, str(value * 1.049)).correct and not task.score(key, str(value * 1.051)).correct
    key, value = answers[int]
    assert task.score(key, str(value)).correct and task.gold(key).answer == str(value)
    key = next(key for key in keys(task) if task.row(key)["answer"] == "No")
    assert task.score(key, "no").correct and not task.score(key, "I do not know").correct
    assert task.gold(key).template and task.row_id(task.row(key))


def test_clevr_math_asks_for_the_very_number(opened):
    task = opened("clevr_math", "original")
    key = next(key for key in keys(task) if task.gold(key).answer == 5)
    assert all(task.score(key, text).correct for text in ("5", "5.", "5 objects", "The answer is 5"))
    assert not any(task.score(key, text).correct for text in ("5 or 6", "6", "five or so", "", "55"))
    assert task.gold(key).kind in ("addition", "subtraction", "adversarial", "subtraction-multihop")
    parquet = opened("clevr_math", "parquet")
    assert parquet.gold("val/0").kind == "adversarial" and parquet.splits == ("val", "test")


@pytest.mark.parametrize("layout", LAYOUTS["iconqa"])
def test_iconqa_shows_up_to_five_pictures_to_choose_from(opened, layout):
    task = opened("iconqa", layout)
    seen = set()
    for key in keys(task):
        split, index = key.split("/")
        sample, gold = task.sample(split, int(index)), task.gold(key)
        seen.add((gold.kind, len(sample.images)))
        if gold.kind == "choose_img":
            assert len(sample.images) == 1 + len(sample.choices) and sample.choices[0] == "first picture"
            right = sample.choices.index(gold.answer)
            assert task.score(key, f"({'ABCDE'[right]})").correct and not task.score(key, "a cat").correct
        elif gold.kind == "choose_txt":
            assert sample.choices == ("turn", "slide", "flip") and gold.answer in sample.choices
        else:
            assert sample.choices is None
    pictures = {count for kind, count in seen if kind == "choose_img"}
    assert max(pictures) == (6 if layout != "parquet" else 3) and {kind for kind, _ in seen} == set(
        ("choose_img", "choose_txt", "fill_in_blank")
    )


def test_iconqa_blanks(opened):
    task = opened("iconqa", "original")
    blanks = {task.gold(key).answer: key for key in keys(task) if task.gold(key).kind == "fill_in_blank"}
    assert set(blanks) == {"14", "7:30", "six"}
    assert task.score(blanks["14"], "14").correct and not task.score(blanks["14"], "4").correct
    assert task.score(blanks["7:30"], "7:30").correct and not task.score(blanks["7:30"], "7").correct
    assert task.score(blanks["six"], "Six.").correct and not task.score(blanks["six"], "sixteen").correct


@pytest.mark.parametrize("layout", LAYOUTS["mathvista"])
def test_mathvista_is_read_strictly_and_scored_as_its_authors_do(opened, layout):
    task = opened("mathvista", layout)
    found = {}
    for key in keys(task):
        found.setdefault(task.gold(key).kind, key)
    assert set(found) == {"multi_choice/text", "free_form/integer", "free_form/float", "free_form/list"}
    key = found["multi_choice/text"]
    sample, right = task.sample("testmini", int(key.split("/")[1])), task.gold(key).answer
    assert task.score(key, "ABCD"[sample.choices.index(right)]).correct and task.score(key, right).correct
    # As an extraction each of these would be the nearest choice; as an answer it names none.
    assert not any(
        task.score(key, text).correct for text in ("I cannot say", "", "Yes or No", "135° or 140°", "(A) or (B)")
    )
    key = found["free_form/integer"]
    right = task.gold(key).answer
    assert task.score(key, f"{right}.0").correct and task.score(key, f"${right}").correct
    assert not task.score(key, f"{right} or 3").correct
    key = found["free_form/float"]
    assert task.score(key, f"{float(task.gold(key).answer) + 0.004:.4f}").correct
    key = found["free_form/list"]
    right = json.loads(task.gold(key).answer)
    assert task.score(key, json.dumps(right, separators=(",", ":"))).correct
    assert not task.score(key, json.dumps([*right, 1])).correct and not task.score(key, "[" * 5000).correct
    assert any("(Unit: " in task.sample("testmini", index).question for index in range(6))


def test_what_is_amiss_is_told(tmp_path):
    LAYOUTS["iconqa"]["original"](tmp_path)
    file = tmp_path / "problems.json"
    problems = json.loads(file.read_text())
    problems["1"]["answer"], problems["3"]["ques_type"] = 9, "guess"
    (tmp_path / "iconqa" / "val" / "choose_img" / "0" / "choice_1.png").unlink()
    del problems["4"]["question"]
    dumped(problems, file)
    report = vista.load("task", "iconqa").report(tmp_path)
    assert report["missing_pictures"] == 1 and report["malformed"] >= 1 and len(report["problems"]) >= 3
    with pytest.raises(TaskDataError, match="problems.json, line 5, field `question`"):
        vista.load("task", "iconqa", root=tmp_path).sample("val", 4)
    with pytest.raises(TaskDataError, match="choice_1.png is missing"):
        vista.load("task", "iconqa", root=tmp_path).sample("val", 0)


def test_a_picture_that_is_none_is_told(tmp_path):
    LAYOUTS["tabmwp"]["original"](tmp_path)
    (tmp_path / "tables" / "100.png").write_bytes(png(drawn(1))[:40])
    with pytest.raises(TaskDataError, match="line 1"):
        vista.load("task", "tabmwp", root=tmp_path).sample("dev", 0)


def test_another_version_is_told(tmp_path):
    dumped({"1": {"question": "?", "answer": "3"}}, tmp_path / "problems_test.json")
    with pytest.raises(TaskDataError, match="its first row has no choices, unit, table"):
        vista.load("task", "tabmwp", root=tmp_path)
