"""CLEVR: every layout, every field, the odd ones too."""

import json
import shutil

import pytest
from vista_core import TaskDataError, load
from vista_tasks_spatial.clevr import ANSWERS


@pytest.fixture
def copy(copies, tmp_path):
    shutil.copytree(copies["clevr", "original"], tmp_path / "copy")
    return tmp_path / "copy"


def test_there_are_28_answers():
    assert len(set(ANSWERS)) == 28


def test_the_layouts_hold_the_same_problems(copies):
    tasks = [load("task", "clevr", root=copies["clevr", name]) for name in ("original", "generated", "inside")]
    for task in tasks:
        assert task.splits == ("train", "val")  # the test split has no public answers
        for index in range(task.size("val")):
            mine, first = task.sample("val", index), tasks[0].sample("val", index)
            assert mine.question == first.question and mine.images == first.images
            gold, first = task.gold(mine.key), tasks[0].gold(mine.key)
            assert (gold.answer, gold.kind, len(gold.program)) == (first.answer, first.kind, len(first.program))


def test_programs_and_scenes_are_gold_only(copies, copy):
    task = load("task", "clevr", root=copies["clevr", "original"], scenes=True)
    gold, sample = task.gold("val/5"), task.sample("val", 5)
    assert gold.program[-1]["function"] == gold.kind == "exist" and gold.question_family_index == 1
    assert gold.scene["image_index"] == 4 and gold.scene["objects"][0]["shape"]
    assert "function" not in sample.model_dump_json() and "objects" not in sample.model_dump_json()
    assert not hasattr(load("task", "clevr", root=copies["clevr", "original"]).gold("val/5"), "scene")
    shutil.rmtree(copy / "scenes")
    assert load("task", "clevr", root=copy, scenes=True).gold("val/5").scene is None


@pytest.mark.parametrize("answer", ["I do not know", "incorrect", "yes or no", "yes, no", "maybe", "", None, "not yes"])
def test_only_the_word_counts(copies, answer):
    task = load("task", "clevr", root=copies["clevr", "original"])
    for index in range(task.size("train")):
        assert not task.score(f"train/{index}", answer).correct
        assert task.score(f"train/{index}", f"The answer is {task.gold(f'train/{index}').answer}.").correct


def test_an_answer_outside_the_28_is_found(copy):
    file = copy / "questions/CLEVR_val_questions.json"
    data = json.loads(file.read_text())
    data["questions"][1]["answer"] = "eleven"
    data["questions"][2]["image_filename"] = "CLEVR_val_999999.png"
    data["questions"][3]["question_index"] = 0
    file.write_text(json.dumps(data))
    task = load("task", "clevr", root=copy)
    report = task.report(copy)
    assert report["missing_pictures"] == report["duplicate_ids"] == report["malformed"] == 1
    with pytest.raises(TaskDataError, match=r"CLEVR_val_questions\.json, line 2, field `answer`.*eleven"):
        task.gold("val/1")
    assert "CLEVR_v1.0.zip" in " ".join(report["problems"])  # how to get what is missing


def test_rows_without_a_program_are_read(copy):
    file = copy / "questions/CLEVR_train_questions.json"
    data = json.loads(file.read_text())
    for row in data["questions"]:
        del row["program"], row["question_family_index"], row["question_index"]
    file.write_text(json.dumps(data))
    task = load("task", "clevr", root=copy)
    assert task.gold("train/0").kind == "" and task.check(copy) == []


def test_of_two_copies_one_is_read(copies, copy):
    shutil.copytree(copies["clevr", "original"], copy / "CLEVR_v1.0")
    assert load("task", "clevr", root=copy).size("train") == 12
