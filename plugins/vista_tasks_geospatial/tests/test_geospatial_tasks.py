"""MapQA and InfographicVQA: every layout, every field, the odd ones too."""

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


@pytest.fixture
def maps(copies):
    return load("task", "mapqa", root=copies["mapqa", "original"])


def test_subsets_are_joined_and_can_be_chosen(copies):
    task = load("task", "mapqa", root=copies["mapqa", "all"])
    assert [task.size(split) for split in task.splits] == [36, 36, 36]
    assert {task.gold(f"train/{index}").subset for index in range(36)} == {"MapQA_S", "MapQA_U", "MapQA_V"}
    assert load("task", "mapqa", root=copies["mapqa", "all"], subsets=["MapQA_V"]).size("test") == 12
    assert load("task", "mapqa", root=copies["mapqa", "alone"]).size("test") == 12
    assert len({task.row_id(task.row(f"dev/{index}")) for index in range(36)}) == 36


def test_the_question_mark_stands_close_and_gold_keeps_the_delexicalised_form(maps):
    assert maps.sample("train", 0).question == "Name the states in the range 30-40 on map 0?"
    gold = maps.gold("train/0")
    assert gold.oracle_delexicalized_question == "Name the states in the range legend_1 on map 0 ?"
    assert gold.metadata["legend_type"] == "Discrete" and gold.kind == "retrieval"
    assert "legend_1" not in maps.sample("train", 0).model_dump_json()


@pytest.mark.parametrize(
    ("index", "answer", "right"),
    [
        (0, "Maine, Texas", True),
        (0, "texas and Maine", True),
        (0, '["Texas", "Maine"]', True),
        (0, "Maine", False),
        (0, "Maine, Texas, Utah", False),
        (0, "California, Florida, Maine, Texas, Oregon, Utah", False),
        (1, "30-40", True),
        (1, "30 – 40", True),
        (1, "30-40, 50-60", False),
        (2, "no", True),
        (2, "No, California", False),
        (2, "I do not know", False),
        (5, "3", True),
        (5, "2 or 3", False),
    ],
)
def test_mapqa_asks_for_the_very_answer(maps, index, answer, right):
    assert maps.score(f"train/{index}", answer).correct is right


def test_numbers_and_lists_of_one_are_answers_too(copy):
    folder = copy("mapqa")
    file = folder / "MapQA_U/questions/test-QA.json"
    rows = json.loads(file.read_text())
    rows[0]["answer"], rows[1]["answer"], rows[2]["answer"] = ["Virginia"], 1234, ["1,231,000-4,782,400", "1-2"]
    file.write_text(json.dumps(rows))
    task = load("task", "mapqa", root=folder)
    assert task.score("test/0", "virginia").correct and not task.score("test/0", "West Virginia").correct
    assert task.score("test/1", "1,234").correct
    assert task.score("test/2", "1-2, 1,231,000-4,782,400").correct
    assert not task.score("test/2", "1,231,000-4,782,400").correct


def test_metadata_is_optional(copy):
    folder = copy("mapqa")
    shutil.rmtree(folder / "MapQA_U/metadata")
    (folder / "MapQA_U/usa_geo.json").unlink()
    (folder / "MapQA_U/questions/answer_vocab.json").unlink()
    task = load("task", "mapqa", root=folder)
    assert not hasattr(task.gold("dev/0"), "metadata") and task.check(folder) == []


def test_the_layouts_of_infographicvqa_hold_the_same_problems(copies):
    names = ("original", "task3", "parquet")
    tasks = [load("task", "infographicvqa", root=copies["infographicvqa", name]) for name in names]
    for task in tasks:
        assert task.splits == ("train", "val")
        for index in range(6):
            mine, first = task.sample("val", index), tasks[0].sample("val", index)
            assert mine.question == first.question and mine.images[0].size == (110, 160)
            assert task.gold(mine.key).answer == tasks[0].gold(mine.key).answer
            assert task.gold(mine.key).kind == tasks[0].gold(mine.key).kind


def test_several_spans_count_in_any_order(copies):
    task = load("task", "infographicvqa", root=copies["infographicvqa", "original"])
    assert task.gold("val/1").kind == "Multi span" and task.gold("val/1").answer[0] == "Trains, Sleep"
    assert task.score("val/1", "Sleep, Trains").correct
    assert task.score("train/1", "sleep, trains").correct  # the training file does not name the kinds
    assert task.score("val/1", "Trains").correct is False


def test_ocr_of_infographics_is_gold_only(copies):
    for layout in ("original", "task3"):
        task = load("task", "infographicvqa", root=copies["infographicvqa", layout], ocr=True)
        assert task.gold("train/0").ocr["LINE"][0]["Text"] == "Tea 10000" and task.gold("val/0").ocr is None
    assert load("task", "infographicvqa", root=copies["infographicvqa", "parquet"], ocr=True).gold("val/0").ocr == []


@pytest.mark.parametrize(
    ("task", "file", "field", "value", "said"),
    [
        ("mapqa", "MapQA_U/questions/dev-QA.json", "answer", [], "not empty"),
        ("mapqa", "MapQA_U/questions/dev-QA.json", "answer", None, "should be str"),
        ("mapqa", "MapQA_U/questions/dev-QA.json", "map_id", "map_99.png", "missing"),
        ("mapqa", "MapQA_U/questions/dev-QA.json", "map_id", "../../../../../../etc/passwd", "not below"),
        ("infographicvqa", "infographicsVQA_val_v1.0_withQT.json", "answers", None, "should be list"),
        ("infographicvqa", "infographicsVQA_val_v1.0_withQT.json", "image_local_name", 5, "should be str"),
    ],
)
def test_a_malformed_row_is_named(copy, task, file, field, value, said):
    folder = copy(task)
    data = json.loads((folder / file).read_text())
    (data if isinstance(data, list) else data["data"])[3][field] = value
    (folder / file).write_text(json.dumps(data))
    made, split = load("task", task, root=folder), "dev" if task == "mapqa" else "val"
    with pytest.raises(TaskDataError, match=said) as told:
        made.sample(split, 3), made.gold(f"{split}/3")
    assert str(folder / file) in str(told.value) and "line 4" in str(told.value)
    assert any(said in problem for problem in made.check(folder))


def test_naming_every_state_earns_nothing(maps):
    everything = "California, Florida, Maine, Texas, Oregon, Utah, Ohio, Nevada, Alaska, Hawaii"
    assert not any(maps.score(f"train/{index}", everything).correct for index in range(maps.size("train")))
