"""ScienceQA and VizWiz: every layout, every field, the odd ones too."""

import json
import shutil

import pytest
from vista_core import TaskDataError, load


@pytest.fixture
def copy(copies, tmp_path):
    def of(task, layout="original"):
        shutil.copytree(copies[task, layout], tmp_path / "copy")
        return tmp_path / "copy"

    return of


def test_the_layouts_of_scienceqa_hold_the_same_problems(copies):
    tasks = [load("task", "scienceqa", root=copies["scienceqa", name]) for name in ("original", "flat", "parquet")]
    for task in tasks:
        assert task.splits == ("train", "val", "test")
        for index in range(task.size("val")):
            mine, first = task.sample("val", index), tasks[0].sample("val", index)
            assert (mine.question, mine.choices) == (first.question, first.choices)
            assert [image.array.tobytes() for image in mine.images] == [image.array.tobytes() for image in first.images]
            assert task.gold(mine.key) == tasks[0].gold(mine.key)


def test_rows_without_a_picture_stay_unless_they_are_not_wanted(copies):
    for layout in ("original", "parquet"):
        task = load("task", "scienceqa", root=copies["scienceqa", layout])
        assert [len(task.sample("test", index).images) for index in range(6)] == [1, 0, 1, 1, 0, 1]
        shown = load("task", "scienceqa", root=copies["scienceqa", layout], context="image")
        assert shown.size("test") == 4 and all(shown.sample("test", index).images for index in range(4))
        assert len(task.sample("test", 4).choices) == 5 and len(task.sample("test", 1).choices) == 2


def test_lecture_and_solution_are_gold_only_and_the_hint_is_context(copies):
    task = load("task", "scienceqa", root=copies["scienceqa", "original"])
    gold, sample = task.gold("train/3"), task.sample("train", 3)
    assert gold.lecture and gold.solution and gold.index == 1 and gold.kind == "natural science"
    assert gold.lecture not in sample.model_dump_json() and gold.solution not in sample.model_dump_json()
    assert sample.question.startswith("Context: Two poles face each other.\nWhat does")
    assert not task.sample("train", 0).question.startswith("Context")


def test_letters_and_texts_count_and_hedges_do_not(copies):
    task = load("task", "scienceqa", root=copies["scienceqa", "original"])
    for answer in ("B", "(b)", "The answer is (B)", "a heron", "B. a heron", "heron"):
        assert task.score("train/0", answer).correct, answer
    for answer in ("A", "a newt", "A or B", "not a heron", "It is a moon", "2", None):
        assert not task.score("train/0", answer).correct, answer


def test_splits_come_from_pid_splits_and_else_from_the_problems(copy):
    folder = copy("scienceqa")
    lists = json.loads((folder / "pid_splits.json").read_text())
    lists["test"] = lists["test"][::-1][:3]
    (folder / "pid_splits.json").write_text(json.dumps(lists))
    task = load("task", "scienceqa", root=folder)
    assert task.size("test") == 3 and "layer of the Earth" in task.sample("test", 0).question
    lists["val"].append("no such problem")
    (folder / "pid_splits.json").write_text(json.dumps(lists))
    with pytest.raises(TaskDataError, match=r"pid_splits\.json.*no such problem"):
        load("task", "scienceqa", root=folder)


def test_the_layouts_of_vizwiz_hold_the_same_problems(copies):
    tasks = [load("task", "vizwiz", root=copies["vizwiz", name]) for name in ("original", "small", "parquet")]
    assert [task.splits for task in tasks] == [("train", "val"), ("train", "val"), ("val",)]
    for task in tasks:
        for index in range(6):
            mine, first = task.sample("val", index), tasks[0].sample("val", index)
            assert mine.question == first.question and mine.images[0].size == (100, 70)
            assert task.gold(mine.key).answers == tasks[0].gold(mine.key).answers
            assert task.gold(mine.key).kind == tasks[0].gold(mine.key).kind


def test_unanswerable_is_an_answer_and_can_be_left_out(copies):
    task = load("task", "vizwiz", root=copies["vizwiz", "original"])
    assert task.gold("val/1").answer == "unanswerable" and task.score("val/1", "Unanswerable.").value == 1
    assert task.score("val/1", "soup can").value == 0
    few = load("task", "vizwiz", root=copies["vizwiz", "original"], questions="answerable")
    assert few.size("val") == 5 and "unanswerable" not in {few.gold(f"val/{index}").kind for index in range(5)}


def test_vizwiz_gives_partial_credit_as_its_evaluation_does(copies):
    task = load("task", "vizwiz", root=copies["vizwiz", "original"])
    # Five said 10, three ten, which is the same after normalising, and one $10, which is another answer.
    assert task.score("val/3", "ten").value == task.score("val/3", "10").value == 1
    # Two of ten: each of the eight others sees two matches (2/3), the two see one (1/3).
    assert task.score("val/5", "laptop").value == pytest.approx((8 * 2 / 3 + 2 * 1 / 3) / 10)
    # "a pc" and "pc" are the same; one of ten.
    assert task.score("val/5", "pc").value == pytest.approx(9 * (1 / 3) / 10)
    assert task.score("val/0", "a").value == 0 and task.score("val/5", "").value == 0


def test_empty_answers_of_the_release_are_kept_and_never_gold(copies, copy):
    task = load("task", "vizwiz", root=copies["vizwiz", "original"])
    assert "" in task.gold("train/5").answers and task.gold("train/5").answer == "laptop"
    assert task.gold("train/0").confidences[:3] == ["yes", "maybe", "no"]
    folder = copy("vizwiz")
    file = folder / "Annotations/val.json"
    rows = json.loads(file.read_text())
    rows[2]["answers"] = [{"answer": "", "answer_confidence": "no"}] * 10
    file.write_text(json.dumps(rows))
    assert load("task", "vizwiz", root=folder).report(folder)["malformed"] == 1


@pytest.mark.parametrize(
    ("task", "file", "field", "value", "said"),
    [
        ("scienceqa", "problems.json", "answer", 9, "there are 5 choices"),
        ("scienceqa", "problems.json", "choices", ["one"], "two or more"),
        ("scienceqa", "problems.json", "image", "other.png", "missing"),
        ("vizwiz", "Annotations/train.json", "answers", [], "not empty"),
        ("vizwiz", "Annotations/train.json", "image", "gone.jpg", "missing"),
    ],
)
def test_a_malformed_row_is_named(copy, task, file, field, value, said):
    folder = copy(task)
    data = json.loads((folder / file).read_text())
    row = data[4] if isinstance(data, list) else next(one for one in data.values() if "word rhymes" in one["question"])
    row[field] = value
    (folder / file).write_text(json.dumps(data))
    made = load("task", task, root=folder)
    with pytest.raises(TaskDataError, match=said) as told:
        made.sample("train", 4), made.gold("train/4")
    assert str(folder / file) in str(told.value) and "line " in str(told.value)
    assert any(said in problem for problem in made.check(folder))


def test_the_hub_library_reads_the_parquet_fixture(copies):
    datasets = pytest.importorskip("datasets")
    files = str(copies["scienceqa", "parquet"] / "data/test-*.parquet")
    rows = datasets.load_dataset("parquet", data_files=files, split="train").cast_column("image", datasets.Image())
    wanted = "image question choices answer hint task grade subject topic category skill lecture solution"
    assert set(rows.column_names) == set(wanted.split())  # the card of derek-thomas/ScienceQA
    assert [row["image"] is None for row in rows] == [False, True, False, False, True, False]


def test_of_two_parquet_folders_one_is_read(copies, tmp_path):
    for folder in ("ScienceQA-FULL", "ScienceQA-IMG"):  # lmms-lab/ScienceQA has both
        shutil.copytree(copies["scienceqa", "parquet"] / "data", tmp_path / folder)
    assert load("task", "scienceqa", root=tmp_path).size("test") == 6


def test_pictures_of_vizwiz_may_lie_in_one_folder(copy):
    folder = copy("vizwiz")
    (folder / "images").mkdir()
    for split in ("train", "val"):
        for path in (folder / split).iterdir():
            path.rename(folder / "images" / path.name)
    assert load("task", "vizwiz", root=folder).check(folder) == []
