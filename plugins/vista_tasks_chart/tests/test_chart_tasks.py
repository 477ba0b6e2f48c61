"""ChartQA and FigureQA: every layout, every field, the odd ones too."""

import json
import shutil

import pytest
from vista_core import TaskDataError, load


def golds(task, split):
    return [task.gold(f"{split}/{index}") for index in range(task.size(split))]


def questions(task, split):
    return [task.sample(split, index).question for index in range(task.size(split))]


@pytest.fixture
def copy(copies, tmp_path):
    """A copy that a test may damage."""

    def of(task, layout="original"):
        shutil.copytree(copies[task, layout], tmp_path / "copy")
        return tmp_path / "copy"

    return of


def test_the_layouts_of_chartqa_hold_the_same_problems(copies):
    tasks = {name: load("task", "chartqa", root=copies["chartqa", name]) for name in ("original", "parquet", "lmms")}
    assert tasks["original"].splits == tasks["parquet"].splits == ("train", "val", "test")
    assert tasks["lmms"].splits == ("test",)
    for split in ("train", "val", "test"):
        # The release lists people's questions first, the hub's copies mix them.
        assert sorted(questions(tasks["original"], split)) == sorted(questions(tasks["parquet"], split))
    told = [sorted((g.answer, g.kind) for g in golds(task, "test")) for task in tasks.values()]
    assert told[0] == told[1] == told[2]
    kinds = {gold.kind for gold in golds(tasks["original"], "val")}
    assert kinds == {"human", "augmented"}


def test_the_release_may_lie_in_its_folder(copies, tmp_path):
    shutil.copytree(copies["chartqa", "original"], tmp_path / "ChartQA Dataset")
    task = load("task", "chartqa", root=tmp_path)
    assert len(task) == 18 and task.sample("test", 0).images[0].size == (120, 90)


def test_tables_and_annotations_are_gold_only_and_optional(copies):
    task = load("task", "chartqa", root=copies["chartqa", "original"])
    gold = task.gold("train/0")
    assert gold.table[0] == ["Fruit", "Votes"] and gold.annotation["type"] == "v_bar"
    assert "Votes" not in task.sample("train", 0).model_dump_json()
    assert set(task.gold("val/0").model_dump()) == {"answer", "kind"}


@pytest.mark.parametrize(
    ("answer", "right"),
    [("90.5%", True), ("0.905", True), ("0.95", True), ("90.5", False), ("99%", False), ("90.5% or 10%", False)],
)
def test_chartqa_scores_by_relaxed_accuracy(copies, answer, right):
    task = load("task", "chartqa", root=copies["chartqa", "lmms"])
    assert task.gold("test/2").answer == "90.5%"
    assert task.score("test/2", answer).correct is right


def test_figureqa_has_one_or_two_colours(copies):
    task = load("task", "figureqa", root=copies["figureqa", "original"])
    assert task.splits == ("train1", "validation1", "validation2")  # the test sets have no answers
    one, two = task.gold("train1/0"), task.gold("train1/1")
    assert [colour["name"] for colour in one.colours] == ["Teal"]
    assert [colour["name"] for colour in two.colours] == ["Teal", "Coral"]
    assert {gold.answer for gold in golds(task, "train1")} == {"yes", "no"}
    assert not hasattr(one, "annotation")


def test_figureqa_finds_the_annotation_of_its_figure(copies, copy):
    task = load("task", "figureqa", root=copies["figureqa", "original"], annotations=True)
    for index in range(task.size("validation2")):
        gold = task.gold(f"validation2/{index}")
        assert gold.annotation["image_index"] == index // 2 and gold.annotation["type"] == "vbar_categorical"
    folder = copy("figureqa")
    (folder / "train1/annotations.json").unlink()
    without = load("task", "figureqa", root=folder, annotations=True)
    assert without.gold("train1/0").annotation is None
    notes = json.loads((folder / "validation1/annotations.json").read_text())
    (folder / "validation1/annotations.json").write_text(json.dumps(notes[::-1]))
    with pytest.raises(TaskDataError, match="order of its figures"):
        load("task", "figureqa", root=folder, annotations=True).gold("validation1/0")


@pytest.mark.parametrize(
    ("task", "file", "field", "value", "said"),
    [
        ("chartqa", "test/test_human.json", "label", None, "should be str or list or int or float"),
        ("chartqa", "test/test_human.json", "label", ["a", "b"], "a list of one text"),
        ("chartqa", "test/test_human.json", "query", 7, "should be str"),
        ("chartqa", "test/test_human.json", "imgname", "../../../etc/passwd", "not below"),
        ("chartqa", "test/test_human.json", "imgname", "none.png", "missing"),
        ("figureqa", "train1/qa_pairs.json", "answer", 2, "should be 0 or 1"),
        ("figureqa", "train1/qa_pairs.json", "answer", "yes", "should be int"),
        ("figureqa", "train1/qa_pairs.json", "image_index", True, "should be int"),
    ],
)
def test_a_malformed_row_is_named_with_file_row_and_field(copy, task, file, field, value, said):
    folder = copy(task)
    data = json.loads((folder / file).read_text())
    (data if isinstance(data, list) else data["qa_pairs"])[1][field] = value
    (folder / file).write_text(json.dumps(data))
    made = load("task", task, root=folder)
    split = file.split("/")[0]
    with pytest.raises(TaskDataError, match=said) as told:
        made.sample(split, 1), made.gold(f"{split}/1")
    assert str(folder / file) in str(told.value) and "line 2" in str(told.value)
    if field != "query":  # `check` reads answers and looks for pictures; it does not build the samples
        assert any(said in problem for problem in made.check(folder))


def test_check_counts_what_is_amiss(copy):
    folder = copy("chartqa")
    (folder / "train/png/0000.png").unlink()
    rows = json.loads((folder / "val/val_human.json").read_text())
    rows[0]["label"] = " "
    (folder / "val/val_human.json").write_text(json.dumps(rows))
    report = load("task", "chartqa").report(folder)
    assert report["counts"] == {"train": 6, "val": 6, "test": 6}
    assert report["missing_pictures"] == 1 and report["outside_vocabulary"] == 1 and len(report["problems"]) == 2


def test_another_version_is_told_from_the_right_one(copy):
    folder = copy("figureqa")
    for file in folder.glob("*/qa_pairs.json"):
        file.write_text(json.dumps({"questions": []}))
    with pytest.raises(TaskDataError, match="qa_pairs"):
        load("task", "figureqa", root=folder)


def test_figureqa_may_lie_in_a_folder_of_its_own(copies, tmp_path):
    shutil.copytree(copies["figureqa", "original"], tmp_path / "FigureQA")
    task = load("task", "figureqa", root=tmp_path)
    assert task.size("train1") == 8 and task.check(tmp_path) == []


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("100", "105", True),
        ("100", "109.9", False),
        ("100", "2100 or 3100", False),
        ("1", "201", False),
        ("4", "14", False),
        ("52%", "0.52", True),
        ("52%", "52", False),
        ("0", "0", True),
        ("0", "0.01", False),
        ("Yes", "yes", True),
        ("Mango", "not Mango", False),
    ],
)
def test_what_the_original_checkers_got_wrong(copy, gold, answer, right):
    folder = copy("chartqa")
    file = folder / "test/test_human.json"
    rows = json.loads(file.read_text())
    rows[0]["label"] = gold
    file.write_text(json.dumps(rows))
    assert load("task", "chartqa", root=folder).score("test/0", answer).correct is right


@pytest.mark.parametrize("answer", ["yes or no", "yes, no", "I do not know", "incorrect", "", None])
def test_neither_yes_nor_no_is_wrong_in_figureqa(copies, answer):
    task = load("task", "figureqa", root=copies["figureqa", "original"])
    assert not any(task.score(f"train1/{index}", answer).correct for index in range(task.size("train1")))
