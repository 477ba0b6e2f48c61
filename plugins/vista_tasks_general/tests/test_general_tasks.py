"""ThinkVL and A-OKVQA: every layout, every field, the odd ones too."""

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


def test_the_layouts_of_aokvqa_hold_the_same_problems(copies):
    for setting in ("multiple_choice", "direct"):
        tasks = [
            load("task", "aokvqa", root=copies["aokvqa", name], setting=setting)
            for name in ("original", "coco", "parquet")
        ]
        for task in tasks:
            assert task.splits == ("train", "val")
            for index in range(6):
                mine, first = task.sample("val", index), tasks[0].sample("val", index)
                assert (mine.question, mine.choices) == (first.question, first.choices)
                assert mine.images[0].size == (90, 60)
                assert task.gold(mine.key) == tasks[0].gold(mine.key)


def test_coco_names_have_twelve_digits(copies):
    task = load("task", "aokvqa", root=copies["aokvqa", "original"])
    paths = [path.name for path in task.pictures(task.row("train/0"))]
    assert paths == ["000000000299.jpg"]


def test_rationales_are_gold_only(copies):
    task = load("task", "aokvqa", root=copies["aokvqa", "original"])
    gold, sample = task.gold("train/2"), task.sample("train", 2)
    assert len(gold.rationales) == 3 and gold.difficult_direct_answer is True and len(gold.direct_answers) == 10
    assert "Reason" not in sample.model_dump_json()


def test_letters_and_texts_count_in_multiple_choice(copies):
    task = load("task", "aokvqa", root=copies["aokvqa", "original"])
    assert task.gold("train/0").answer == "cab"
    for answer in ("D", "(d)", "cab", "D. cab", "The answer is (D)"):
        assert task.score("train/0", answer).correct, answer
    for answer in ("A", "train", "A or D", "4", "not cab", "cab or train"):
        assert not task.score("train/0", answer).correct, answer


def test_direct_answers_need_three_people(copies):
    task = load("task", "aokvqa", root=copies["aokvqa", "original"], setting="direct")
    assert task.sample("train", 2).choices is None and task.gold("train/2").answer == "hiding"
    assert task.score("train/2", "hiding").value == 1
    assert task.score("train/2", "something").value == pytest.approx(1 / 3)
    assert task.score("train/2", "C").value == 0


def test_the_authors_subset_is_what_their_script_counts(copies):
    config = {"root": copies["aokvqa", "original"], "authors_subset": True}
    assert load("task", "aokvqa", **config).size("val") == 5
    assert load("task", "aokvqa", **config, setting="direct").size("val") == 6


def test_choices_in_the_text_are_found_and_asked_for(copies):
    task = load("task", "thinkvl", root=copies["thinkvl", "parquet"])
    assert task.splits == ("train", "test")
    sample = task.sample("train", 0)
    assert sample.choices is None and "(B) 40°" in sample.question and "<image>" not in sample.question
    for answer in ("A", "(A)", "70°", "70", "A. 70°"):
        assert task.score("train/0", answer).correct, answer
    for answer in ("B", "40", "A or B", "140°", "a base angle"):
        assert not task.score("train/0", answer).correct, answer
    assert [task.gold(f"train/{index}").kind for index in (0, 1, 4, 5)] == ["choice", "number", "text", "choice"]


@pytest.mark.parametrize(
    ("index", "answer", "right"),
    [
        (1, "3", True),
        (1, "$3$", True),
        (1, "3 or 4", False),
        (2, "2\\sqrt{2}", True),
        (2, "2√2", True),
        (2, "\\boxed{2\\sqrt{2}}", True),
        (2, "\\sqrt{2}", False),
        (3, "3/4", True),
        (3, "0.75", True),
        (3, "0.7", False),
        (4, "Triangle", True),
        (4, "not a triangle", False),
    ],
)
def test_other_answers_of_thinkvl_are_numbers_formulas_or_texts(copies, index, answer, right):
    task = load("task", "thinkvl", root=copies["thinkvl", "parquet"])
    assert task.score(f"train/{index}", answer).correct is right


def test_vlaa_thinking_comes_without_its_held_out_parts(copies):
    task = load("task", "thinkvl", root=copies["thinkvl", "vlaa"])
    assert task.splits == ("train",) and task.size("train") == 5
    assert not any("clevr_math" in task.gold(f"train/{index}").source for index in range(5))
    assert load("task", "thinkvl", root=copies["thinkvl", "vlaa"], keep_held_out=True).size("train") == 6
    assert task.sample("train", 0).images[0].size == (90, 60) and task.check(copies["thinkvl", "vlaa"]) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("choices", ["a", "b", "c"], "should be four"),
        ("correct_choice_idx", 4, "there are 4 choices"),
        ("direct_answers", "no list", "should be a list"),
        ("direct_answers", "[" * 5000, "should be a list"),
        ("image_id", 5, "missing"),
        ("image_id", "5", "should be int"),
    ],
)
def test_a_malformed_row_is_named(copy, field, value, said):
    folder = copy("aokvqa")
    file = folder / "aokvqa_v1p0_train.json"
    rows = json.loads(file.read_text())
    rows[1][field] = value
    file.write_text(json.dumps(rows))
    task = load("task", "aokvqa", root=folder)
    assert any(said in problem for problem in task.check(folder)), task.check(folder)
    if field != "choices":
        with pytest.raises(TaskDataError, match=said) as told:
            task.sample("train", 1), task.gold("train/1")
        assert str(file) in str(told.value) and "line 2" in str(told.value)


def test_the_hub_library_reads_the_parquet_fixture(copies):
    datasets = pytest.importorskip("datasets")
    files = str(copies["thinkvl", "parquet"] / "data/train-*.parquet")
    # As EasyR1's RLHFDataset does: load_dataset("parquet"), then problem, images, answer of a row.
    row = datasets.load_dataset("parquet", data_files=files, split="train")[0]
    assert row["problem"].count("<image>") == len(row["images"]) == 1 and row["answer"] == "A"


def test_annotations_and_coco_may_lie_in_folders_of_their_own(copies, tmp_path):
    shutil.copytree(copies["aokvqa", "coco"] / "coco", tmp_path / "coco")
    (tmp_path / "aokvqa").mkdir()
    for file in copies["aokvqa", "coco"].glob("*.json"):
        shutil.copy(file, tmp_path / "aokvqa")
    task = load("task", "aokvqa", root=tmp_path)
    assert task.size("val") == 6 and task.check(tmp_path) == []
