"""Every field of Geometry3K, GeoQA and UniGeo, the odd ones too, and how their answers are scored."""

import json
import math
import pickle

import numpy as np
import pytest
import vista_core as vista
from fixtures_geometry import LAYOUTS, diagram, pickled
from vista_core import PluginError, TaskDataError
from vista_tasks_geometry import pickles

EVERY = [(task, layout, {}) for task, layouts in LAYOUTS.items() for layout in layouts]
EVERY.append(("unigeo", "calculation", {"form": "proving"}))


@pytest.fixture
def opened(copies):
    return lambda task, layout, **config: vista.load("task", task, root=copies[task, layout], **config)


def keys(task):
    return [f"{split}/{index}" for split in task.splits for index in range(task.size(split))]


def sample(task, key):
    split, index = key.split("/")
    return task.sample(split, int(index))


@pytest.mark.parametrize("name,layout,config", EVERY)
def test_a_copy_is_whole_and_recognised(opened, copies, name, layout, config):
    task = opened(name, layout, **config)
    report = task.report(copies[name, layout])
    assert task.layout.name == config.get("form", layout) and report["problems"] == []
    assert report["counts"] == {split: task.size(split) for split in task.splits}
    for key in keys(task):
        answer = task.gold(key).answer
        assert task.score(key, answer).correct and not task.score(key, f"not {answer}").correct
        assert not task.score(key, None).correct and len(sample(task, key).images) == 1


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_card_says_what_a_user_needs(name):
    told = type(vista.load("task", name)).describe()
    assert all(told[field] for field in ("tree", "source", "citation", "fields", "licence")) and json.dumps(told)


def test_a_choice_is_named_by_letter_text_or_value(opened):
    task = opened("geometry3k", "original")
    roots = [key for key in keys(task) if "sqrt" in task.gold(key).answer]
    assert len(roots) > 6
    for key in roots:
        choices, gold = sample(task, key).choices, task.gold(key)
        place = choices.index(gold.answer)
        value = gold.precise_value[place]
        for text in (
            gold.letter,
            f"({gold.letter})",
            f"The answer is {gold.letter}",
            gold.answer,
            f"{value:.3f}",
            gold.answer.replace(" ", ""),
            f"$x = {gold.answer}$",
            f"{value:.5f} cm",
            f"{gold.letter}. {gold.answer}",
        ):
            assert task.score(key, text).correct, text  # fmt: skip
        others = [choice for choice in choices if choice != gold.answer]
        for text in (
            *others,
            f"{gold.answer} or {others[0]}",
            "I am not sure",
            f"{value + 0.02:.3f}",
            "99999",
            "15 or 58",
        ):
            assert not task.score(key, text).correct, text


def test_geometry3k_gold_has_the_logic_forms_where_there_are_some(opened):
    task = opened("geometry3k", "original")
    golds = [task.gold(key) for key in keys(task)]
    assert any(gold.diagram_logic_form is None for gold in golds)  # the file is optional
    whole = next(gold for gold in golds if gold.diagram_logic_form)
    assert whole.text_logic_form == ["Find(x)"] and whole.point_positions == {"A": [1.0, 2.0]}
    assert {gold.kind for gold in golds} == {"Angle", "Length"}
    assert "Line" not in sample(task, "train/0").model_dump_json()
    first = task.row("train/0")
    assert sample(task, "train/0").images[0].data == (first.file.parent / "img_diagram.png").read_bytes()


def test_geometry3k_in_parquet_asks_for_the_value(opened):
    task = opened("geometry3k", "parquet")
    assert task.splits == ("train", "val", "test") and not sample(task, "val/0").question.startswith("<image>")
    key = next(key for key in keys(task) if "sqrt" in task.gold(key).answer)
    answer = task.gold(key).answer
    head, root = int(answer.split()[0]), int(answer.split("{")[1].split("}")[0])
    for text in (answer, f"{head}√{root}", f"{head * math.sqrt(root):.3f}", f"${head}\\sqrt{{{root}}}$"):
        assert task.score(key, text).correct, text
    for text in (f"\\sqrt{{{root}}}", f"{head}", f"{answer} or 3", "", "A"):
        assert not task.score(key, text).correct, text


def test_geoqa_reads_chinese_tokens_and_missing_texts(opened):
    task = opened("geoqa", "original")
    assert sample(task, "train/1").question.startswith("如图,在图形1中")
    assert sample(task, "val/2").question == "如图图形22∠A=62°求∠B"  # no subject: the tokens, with their numbers
    bare = task.row("train/0")
    assert bare["choices"] == [] and sample(task, "train/0").choices == ("30", "47", "65", "83")
    odd = next(key for key in keys(task) if task.row(key)["choice_nums"][3] is None)
    assert task.gold(odd).choice_nums[3] is None and task.score(odd, "A").correct
    gold = task.gold("train/1")
    assert (
        gold.manual_program == ["g_minus", "C_3", "N_0"] and gold.formal_point == ["圆周角"] and gold.kind == "length"
    )
    assert gold.solution == "解:第1题"
    image = sample(task, "train/1").images[0]
    assert image.size == (100, 80) and (image.array[..., 0] == np.asarray(diagram(1).convert("L"))).all()


def test_geoqa_without_its_optional_file(tmp_path):
    LAYOUTS["geoqa"]["original"](tmp_path)
    (tmp_path / "GeoQA2.2" / "sub_dataset_dict.pk").unlink()
    assert vista.load("task", "geoqa", root=tmp_path).gold("train/1").kind == ""


def test_geoqa_in_parquet(opened):
    task = opened("geoqa", "parquet")
    assert task.splits == ("train",) and sample(task, "train/0").choices is None
    assert "<answer>" in task.gold("train/0").solution and "<" not in task.gold("train/0").answer
    with pytest.raises(PluginError, match="no split 'test'"):
        task.size("test")


def test_unigeo_calculation(opened):
    task = opened("unigeo", "calculation")
    question = sample(task, "test/0").question
    assert question == "As shown in figure 40, angle A = 80 ° and BC = 2.5, then angle B is ()"
    key = next(key for key in keys(task) if task.gold(key).answer.isdigit())
    degrees = task.gold(key).answer
    number = sample(task, key).choices.index(degrees)
    for text in (degrees, f"{degrees}°", f"{degrees} degrees", f"${degrees}^\\circ$", "ABCD"[number]):
        assert task.score(key, text).correct, text
    assert not task.score(key, str(int(degrees) + 1)).correct and task.gold(key).kind == "angle"


def test_unigeo_proving_asks_for_the_proof(opened):
    task = opened("unigeo", "calculation", form="proving")
    gold = task.gold("train/5")
    assert gold.kind in ("parallel", "congruent") and gold.answer.split() == task.row("train/5")["proving_sequence"]
    assert task.score("train/5", gold.answer).correct
    assert not task.score("train/5", " ".join(reversed(gold.answer.split()))).correct
    colour = sample(task, "train/0").images[0].array
    assert (colour == np.asarray(diagram(50))[..., ::-1]).all()  # OpenCV's order is turned around
    with pytest.raises(PluginError):
        vista.load("task", "unigeo", form="guessing")


class Evil:
    """A pickle that runs a command when it is loaded."""

    def __init__(self, call):
        self.call = call

    def __reduce__(self):
        return self.call


def attacks(mark):
    import builtins
    import os
    import subprocess

    yield os.system, (f"touch {mark}",)
    yield builtins.eval, (f"open({str(mark)!r}, 'w')",)
    yield builtins.exec, (f"open({str(mark)!r}, 'w')",)
    yield builtins.open, (str(mark), "w")
    yield subprocess.Popen, (["touch", str(mark)],)
    yield np.save, (str(mark), np.zeros(1))
    yield builtins.getattr, ("a", "__class__")
    yield builtins.__import__, ("os",)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_malicious_pickle_does_not_run(tmp_path, protocol):
    mark = tmp_path / "mark"
    for number, (function, arguments) in enumerate(attacks(mark)):
        root = tmp_path / str(number)
        for place in ({"image": Evil((function, arguments))}, Evil((function, arguments))):
            pickled([place], root / "train.pk", protocol)
            with pytest.raises(TaskDataError, match="cannot be read"):
                vista.load("task", "geoqa", root=root).size("train")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("mark")]


def test_what_arrays_need_cannot_be_turned_against_the_reader(tmp_path):
    file = tmp_path / "a.pk"
    head = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n"
    for text in (
        b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00rot\x86R.",  # another codec
        b"\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85R.",  # an array of objects
        b"\x80\x02cnumpy\ndtype\nX\x05\x00\x00\x00V9999\x85R.",
        b"\x80\x02cnumpy\nload\nX\x01\x00\x00\x00a\x85R.",
        b"\x80\x02cnumpy.core.multiarray\nfromfile\n.",
        b"\x80\x02cnumpy.core.numeric\nload\n.",
        b"\x80\x02cbuiltins\neval\n.",
        b"\x80\x02P1\n.",  # a persistent id
        b"\x80\x02\x82\x01.",  # an extension code
        head[:-3],
        b"\x80\x05garbage",
        b"",
    ):
        file.write_bytes(text)
        with pytest.raises(TaskDataError, match="a.pk"):
            pickles.rows(file)


@pytest.mark.parametrize("protocol", range(2, 6))
def test_arrays_and_plain_values_are_read(tmp_path, protocol):
    arrays = [np.arange(12, dtype=np.uint8).reshape(3, 4), np.asfortranarray(np.eye(3)), np.arange(3, dtype=">f4")]
    rows = [{"image": array, "n": [1.5, None, np.float64(2.5)], "t": "切线", "b": b"\xff"} for array in arrays]
    (tmp_path / "a.pk").write_bytes(pickle.dumps(rows, protocol))
    for row, array in zip(pickles.rows(tmp_path / "a.pk", "image"), arrays, strict=True):
        assert (row["image"] == array).all() and row["image"].shape == array.shape
        assert row["n"] == [1.5, None, 2.5] and row["t"] == "切线" and row["b"] == b"\xff"


@pytest.mark.parametrize(
    "rows,said",
    [
        ([], "no list of problems"),
        ({"a": 1}, "no list"),
        ([1], "no record"),
        ([{"id": 1}], "field `image`: is missing"),
    ],
)
def test_another_version_is_told(tmp_path, rows, said):
    pickled(rows, tmp_path / "train.pk")
    with pytest.raises(TaskDataError, match=said):
        vista.load("task", "geoqa", root=tmp_path).size("train")


def test_broken_rows_are_told(tmp_path):
    LAYOUTS["geoqa"]["original"](tmp_path)
    file = tmp_path / "GeoQA2.2" / "train.pk"
    rows = pickle.loads(file.read_bytes())
    rows[1]["label"], rows[2]["image"], rows[3]["numbers"] = 7, np.zeros((0, 4)), []
    rows[4]["image"] = "no array"
    del rows[3]["subject"]
    pickled(rows, file)
    task = vista.load("task", "geoqa", root=tmp_path)
    for index, said in (
        (1, "line 2, field `label`"),
        (2, "field `image`"),
        (3, "line 4"),
        (4, "line 5, field `image`"),
    ):
        with pytest.raises(TaskDataError, match=said):
            (task.gold if index == 1 else lambda key: sample(task, key))(f"train/{index}")
    assert task.report(tmp_path)["malformed"] == 3  # pictures that are no pictures, and the label
