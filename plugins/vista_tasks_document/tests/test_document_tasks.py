"""DocVQA: every layout, every field, the odd ones too."""

import json
import shutil

import pytest
from vista_core import PluginError, TaskDataError, load


def open_copy(copies, layout, **config):
    return load("task", "docvqa", root=copies["docvqa", layout], **config)


@pytest.fixture
def copy(copies, tmp_path):
    shutil.copytree(copies["docvqa", "original"], tmp_path / "copy")
    return tmp_path / "copy"


def test_the_layouts_hold_the_same_problems(copies):
    tasks = [open_copy(copies, layout) for layout in ("original", "task1", "parquet")]
    for task in tasks:
        assert task.splits == ("train", "val")  # the test split has no public answers
        for split in task.splits:
            for index in range(task.size(split)):
                mine, first = task.sample(split, index), tasks[0].sample(split, index)
                assert mine.question == first.question and mine.images[0].size == (180, 120)
                assert task.gold(mine.key) == tasks[0].gold(mine.key)


def test_the_test_split_is_refused(copies):
    with pytest.raises(PluginError, match="no split 'test'"):
        open_copy(copies, "original").sample("test", 0)


def test_files_without_question_types_are_read_and_those_with_win(copies, copy):
    data = json.loads((copy / "train_v1.0_withQT.json").read_text())
    for row in data["data"]:
        del row["question_types"]
    (copy / "train_v1.0.json").write_text(json.dumps(data))
    both = load("task", "docvqa", root=copy)
    assert both.size("train") == 6 and both.gold("train/0").kind == "form"
    (copy / "train_v1.0_withQT.json").unlink()
    assert load("task", "docvqa", root=copy).gold("train/0").question_types == []


def test_every_accepted_answer_counts_and_the_best_one_decides(copies):
    task = open_copy(copies, "original")
    assert task.gold("train/2").answer == ["$1274.50", "1274.50", "1274,50"]
    assert all(task.score("train/2", text).correct for text in task.gold("train/2").answer)
    near = task.score("train/0", "Ada Marlov")
    assert not near.correct and near.value == pytest.approx(0.9)
    assert task.score("train/0", "Ada Marlow or Bo Marlow").correct is False
    assert task.score("train/0", "nobody").value == 0


def test_ocr_is_gold_only_on_request_and_optional(copies):
    task = open_copy(copies, "task1", ocr=True)
    assert task.gold("train/0").ocr[0] == "Invoice 0" and task.gold("val/0").ocr is None
    assert open_copy(copies, "original", ocr=True).gold("train/0").ocr == task.gold("train/0").ocr
    assert not hasattr(open_copy(copies, "original").gold("train/0"), "ocr")
    assert "Ref 7-A" not in task.sample("train", 0).model_dump_json()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("answers", [], "not empty"), ("answers", "text", "should be list"), ("image", "documents/no.png", "missing"),
     ("image", "/etc/passwd", "not below"), ("questionId", None, "int or str")],
)  # fmt: skip
def test_a_malformed_row_is_named(copy, field, value, said):
    file = copy / "val_v1.0_withQT.json"
    data = json.loads(file.read_text())
    data["data"][2][field] = value
    file.write_text(json.dumps(data))
    task = load("task", "docvqa", root=copy)
    assert any(said in problem for problem in task.check(copy)), task.check(copy)
    if field != "questionId":
        with pytest.raises(TaskDataError, match="line 3"):
            task.sample("val", 2), task.gold("val/2")


def test_an_id_that_comes_twice_is_counted(copy):
    file = copy / "train_v1.0_withQT.json"
    data = json.loads(file.read_text())
    data["data"].append(data["data"][0])
    file.write_text(json.dumps(data))
    assert load("task", "docvqa").report(copy)["duplicate_ids"] == 1


def test_the_hub_library_reads_the_parquet_fixture(copies):
    datasets = pytest.importorskip("datasets")
    files = {"train": str(copies["docvqa", "parquet"] / "DocVQA/train-*.parquet")}
    rows = datasets.load_dataset("parquet", data_files=files, split="train").cast_column("image", datasets.Image())
    # The columns of the card of lmms-lab/DocVQA, configuration DocVQA.
    wanted = "questionId question question_types image docId ucsf_document_id ucsf_document_page_no answers data_split"
    assert set(rows.column_names) == set(wanted.split())
    task = open_copy(copies, "parquet")
    assert rows[3]["image"].size == task.sample("train", 3).images[0].size and rows[3]["answers"] == ["$1311.50"]


def test_documents_may_lie_beside_the_questions(copy):
    (copy / "documents").mkdir()
    for split in ("train", "val"):
        for path in (copy / split / "documents").iterdir():
            path.rename(copy / "documents" / path.name)
    assert load("task", "docvqa", root=copy).check(copy) == []
