"""Lazy annotation files and the base of the data-set tasks."""

import io
import json
import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import vista_core.rows as files
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from vista_core import (
    Card,
    DatasetTask,
    Gold,
    Layout,
    Picked,
    PluginError,
    Row,
    Rows,
    Sample,
    TaskDataError,
)
from vista_core.scoring import exact_text

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text(max_size=4), json_values, max_size=3)
styles = st.sampled_from(
    [{}, {"indent": 2}, {"separators": (",", ":")}, {"indent": "\t", "separators": (" ,", " : ")}]
)  # fmt: skip


def spans(text: bytes, within: str = "") -> list[bytes]:
    return [text[start:end] for start, end in files._spans(io.BytesIO(text), within)]


@settings(max_examples=150, deadline=None)
@given(st.lists(json_values, max_size=5), styles, st.booleans(), st.integers(1, 40))
@example(["\\", '"', "[", "}{,:", '\\"'], {}, True, 1)
def test_an_array_is_cut_where_a_parser_cuts_it(values: list, style: dict, ascii_only: bool, chunk: int) -> None:
    text = json.dumps(values, ensure_ascii=ascii_only, **style).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        assert [json.loads(span) for span in spans(b"\xef\xbb\xbf \n" + text + b"\n")] == values


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5), styles, st.integers(1, 40))
def test_an_object_is_cut_where_a_parser_cuts_it(values: dict, style: dict, chunk: int) -> None:
    text = json.dumps(values, **style).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        found = [json.loads(b"{" + span + b"}") for span in spans(text)]
    assert found == [{name: value} for name, value in values.items()]


@settings(max_examples=150, deadline=None)
@given(records, st.text(max_size=5), st.lists(json_values, max_size=4), records, styles, st.integers(1, 40))
def test_a_list_within_an_object_is_found(
    before: dict, name: str, values: list, after: dict, style: dict, chunk: int
) -> None:
    whole = {**{key: value for key, value in before.items() if key != name}, name or "x": values, **after, name: values}
    text = json.dumps(whole, **style).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        if name:
            assert [json.loads(span) for span in spans(text, name)] == values


@settings(max_examples=60, deadline=None)
@given(st.lists(records, max_size=6), st.sampled_from([".json", ".jsonl"]))
def test_rows_are_what_was_written(tmp_path_factory: pytest.TempPathFactory, values: list, suffix: str) -> None:
    file = tmp_path_factory.mktemp("rows") / f"a{suffix}"
    file.write_text("\n\n".join(map(json.dumps, values)) + "\n" if suffix == ".jsonl" else json.dumps(values))
    rows = Rows(file, file)
    assert list(rows) == values * 2
    assert [row.number for row in rows] == [*range(1, len(values) + 1)] * 2


@pytest.mark.parametrize("text", ["", "3", '{"a": 1', '[{"a": "b}]', '[{"a": 1]', "[[1, 2]", "nonsense"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    with pytest.raises(TaskDataError, match="broken.json"):
        list(Rows(file))


@pytest.mark.parametrize("row", ['{"a" 1}', "[1]", "7", '{"a": ' + "[" * 5000 + "]" * 5000 + "}", "{'a': 1}"])
def test_a_broken_row_is_named_and_the_others_are_read(tmp_path: Path, row: str) -> None:
    file = tmp_path / "rows.json"
    file.write_text(f'[{{"a": 1}}, {row}, {{"a": 3}}]')
    rows = Rows(file)
    assert rows[2] == {"a": 3}
    with pytest.raises(TaskDataError, match="rows.json, line 2") as caught:
        rows[1]
    assert caught.value.line == 2
    with pytest.raises(IndexError):
        rows[-1]


def test_an_index_is_kept_and_dropped_when_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SMALL", 0)
    file = tmp_path / "a.json"
    file.write_text('[{"a": 1}, {"a": 2}]')
    assert Rows(file)[1] == {"a": 2}
    index = tmp_path / "a.json..vista-index"
    assert index.exists() and [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    with monkeypatch.context() as patch:
        patch.setattr(files, "_spans", None)  # the index is not made again
        assert Rows(file)[1] == {"a": 2}
    file.write_text('[{"a": 7}, {"a": 8}, {"a": 9}]')
    assert len(Rows(file)) == 3 and Rows(file)[2] == {"a": 9}
    file.write_text('[{"a": 4}, {"a": 5}, {"a": 6}]')  # as long as before; only the time tells
    os.utime(file, ns=(1, 1))
    assert Rows(file)[0] == {"a": 4}
    for rubbish in (b"", b"rubbish", pickle.dumps({"a": 1}), b"\x93NUMPY\x01\x00v\x00{}"):
        index.write_bytes(rubbish)
        assert len(Rows(file)) == 3


def test_a_read_only_folder_gets_its_index_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SMALL", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "data" / "a.jsonl"
    file.parent.mkdir()
    file.write_text('{"a": 1}\n')
    (file.parent / "a.jsonl..vista-index").mkdir()  # nobody can write a file there, root neither
    assert Rows(file)[0] == {"a": 1}
    kept = list((tmp_path / "cache" / "vista-gym").rglob("*.vista-index"))
    assert len(kept) == 1 and np.load(kept[0]).shape == (2, 2)
    assert Rows(file)[0] == {"a": 1}


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", (8, 6), "red").save(path)
    return path


class Riddles(DatasetTask):
    name, licence, splits = "riddles", "CC0-1.0", ("train", "test")
    card = Card(
        tree="train.json, pictures/", source="here", citation="us", repository="a/riddles", patterns=("*.json",)
    )
    layouts = (
        Layout("original", {s: (f"{s}.json",) for s in splits}, within="riddles", needs=("q", "a")),
        Layout("parquet", {s: (f"data/{s}-*.parquet",) for s in splits}, needs=("q", "a", "image")),
    )

    def pictures(self, row: Row) -> list:
        return [row["image"]] if "image" in row else []

    def to_sample(self, row: Row) -> Sample:
        return Sample(key=row.key, question=row.need("q", str), images=self.images(row))

    def to_gold(self, row: Row) -> Gold:
        return Gold(answer=row["a"], length=len(row["a"]))

    def judge(self, row: Row, answer: str | None):
        return exact_text(answer, row["a"])

    def row_id(self, row: Row) -> str:
        return str(row.get("id", ""))

    def outside(self, row: Row) -> str:
        return "" if row["a"].isascii() else f"the answer {row['a']!r} is not ASCII"


def written(root: Path, *rows: dict, split: str = "train") -> Path:
    root.mkdir(exist_ok=True)
    (root / f"{split}.json").write_text(json.dumps({"info": {"riddles": [1]}, "riddles": rows}))
    return root


GOOD = {"q": "What is it?", "a": "a piano", "id": 1}


def test_a_task_reads_its_rows(tmp_path: Path) -> None:
    task = Riddles(root=written(tmp_path, {**GOOD, "image": "p/a.png"}, GOOD))
    picture(tmp_path / "p" / "a.png")
    assert task.splits == ("train",) and len(task) == 2 and task.layout.name == "original"
    sample = task.sample("train", 0)
    assert (sample.key, sample.question, sample.images[0].size) == ("train/0", "What is it?", (8, 6))
    assert task.gold("train/0") == Gold(answer="a piano", length=7)
    assert task.score("train/0", "A piano").correct and not task.score("train/0", None).correct
    for key in ("train/2", "train/-1", "train/01", "train/x", "test/0", "train/٣", "0", "", "train/0/", "../train/0"):
        with pytest.raises(PluginError):
            task.gold(key)
    for index in (2, -1):
        with pytest.raises(IndexError):
            task.sample("train", index)
    with pytest.raises(PluginError, match="no split 'test'"):
        task.size("test")


def test_parquet_rows_and_their_pictures(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    data = picture(tmp_path / "a.png").read_bytes()
    (tmp_path / "data").mkdir()
    for shard in range(2):
        rows = [{**GOOD, "a": f"{shard}-{n}", "image": {"bytes": data, "path": "a.png"}} for n in range(5)]
        table = pyarrow.Table.from_pylist(rows)
        parquet.write_table(table, tmp_path / "data" / f"test-0000{shard}-of-00002.parquet", row_group_size=2)
    task = Riddles(root=tmp_path)
    assert task.layout.name == "parquet" and task.splits == ("test",) and task.size("test") == 10
    assert [task.gold(f"test/{n}").answer for n in range(10)] == [f"{s}-{n}" for s in range(2) for n in range(5)]
    assert task.sample("test", 7).images[0].data == data
    first = tmp_path / "data" / "test-00000-of-00002.parquet"
    whole = bytearray(first.read_bytes())
    whole[40:400] = bytes(360)  # the footer is whole, a page is not
    first.write_bytes(whole)
    with pytest.raises(TaskDataError, match="00000-of-00002.parquet, line 1: cannot be read"):
        Riddles(root=tmp_path)
    first.write_bytes(b"PAR1 rubbish PAR1")
    with pytest.raises(TaskDataError, match="no parquet file"):
        Riddles(root=tmp_path)


def test_errors_name_file_row_and_field(tmp_path: Path) -> None:
    outside = picture(tmp_path / "secret.png")
    root = written(
        tmp_path / "root", GOOD, {"q": 3, "a": "x"}, {"q": "?"}, {"q": "?", "a": 5}, {**GOOD, "image": "no.png"},
        {**GOOD, "image": "../secret.png"}, {**GOOD, "image": str(outside)}, {**GOOD, "image": None},
        {**GOOD, "image": {"bytes": b"x".decode(), "path": "rubbish.png"}}, {**GOOD, "image": "rubbish.png"},
    )  # fmt: skip
    (root / "rubbish.png").write_bytes(b"rubbish")
    task = Riddles(root=root)

    def said(call, *args) -> str:
        with pytest.raises(TaskDataError) as caught:
            call(*args)
        assert caught.value.file == str(root / "train.json")
        return str(caught.value)

    assert "line 2, field `q`: should be str, and is int" in said(task.sample, "train", 1)
    assert "line 3, field `a`: is missing" in said(task.gold, "train/2")
    assert "line 4" in said(task.gold, "train/3")
    assert "no.png is missing" in said(task.sample, "train", 4)
    for index in (5, 6):
        assert "not below" in said(task.sample, "train", index)
    for index in (7, 8, 9):
        assert f"line {index + 1}" in said(task.sample, "train", index)


def test_a_wrong_root_is_told_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(TaskDataError, match="no such folder.*vista tasks riddles --fetch"):
        Riddles(root=tmp_path / "none")
    with pytest.raises(TaskDataError, match="none of the layouts.*train.json, pictures/"):
        Riddles(root=tmp_path)
    with pytest.raises(TaskDataError, match="needs the setting `root`"):
        Riddles().sample("train", 0)
    written(tmp_path, {"question": "another version", "a": "x"})
    with pytest.raises(TaskDataError, match="no `original`: its first row has no q"):
        Riddles(root=tmp_path)
    (tmp_path / "train.json").write_text('{"data": []}')
    with pytest.raises(TaskDataError, match="riddles"):
        Riddles(root=tmp_path)


def test_check_reports_what_is_amiss(tmp_path: Path) -> None:
    rows = [GOOD, GOOD, {**GOOD, "id": 2, "image": "no.png"}, {"q": "?", "id": 3}, {**GOOD, "id": 4, "a": "é"}]
    root = written(tmp_path, *rows)
    report = Riddles().report(root)
    counts = {key: value for key, value in report.items() if isinstance(value, int)}
    assert report["layout"] == "original" and report["counts"] == {"train": 5}
    assert counts == {"duplicate_ids": 1, "outside_vocabulary": 1, "malformed": 1, "missing_pictures": 1}
    assert Riddles().check(root) == report["problems"] and len(report["problems"]) == 4
    assert Riddles().check(written(tmp_path / "good", GOOD)) == []
    assert "no such folder" in Riddles().check(tmp_path / "none")[0]


def test_a_held_out_task_has_no_training_split(tmp_path: Path) -> None:
    class HeldOut(Riddles):
        splits, held_out = ("test",), True

    task = HeldOut(root=written(tmp_path, GOOD, split="test"))
    with pytest.raises(PluginError, match="held out for evaluation"):
        task.sample("train", 0)


def test_the_fingerprint_follows_the_data_and_not_the_folder(tmp_path: Path) -> None:
    one, two = (Riddles(root=written(tmp_path / name, GOOD, GOOD)) for name in "ab")
    assert one.fingerprint("train") == two.fingerprint("train")
    other = Riddles(root=written(tmp_path / "c", GOOD, {**GOOD, "q": "Why?"}))
    assert other.fingerprint("train") != one.fingerprint("train")


def test_fetch_asks_the_hub_or_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    hub = types.SimpleNamespace(snapshot_download=lambda *args, **named: asked.append((args, named)))
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert "a/riddles" in Riddles.fetch(tmp_path)
    assert asked == [(("a/riddles",), {"repo_type": "dataset", "local_dir": tmp_path, "allow_patterns": ["*.json"]})]

    class ByHand(Riddles):
        card = Riddles.card.model_copy(update={"repository": "", "manual": "Ask the authors."})

    with pytest.raises(TaskDataError, match="Ask the authors"):
        ByHand.fetch(tmp_path)
    assert Riddles.describe()["source"] == "here" and json.dumps(Riddles.describe())


def test_rows_can_be_picked(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"11": {"a": 1}, "12": {"a": 2}}))
    rows = Rows(file)
    assert [row.name for row in rows] == ["11", "12"]
    assert list(Picked(rows, [1])) == [{"a": 2}]


def test_a_guess_is_blind_and_the_same_every_time(tmp_path: Path) -> None:
    task = Riddles(root=written(tmp_path, *({**GOOD, "a": f"answer {n}"} for n in range(30))))
    guesses = [task.expert(f"train/{n}", "guess").turn([]).answer for n in range(30)]
    assert guesses == [task.expert(f"train/{n}", "guess").turn([]).answer for n in range(30)]
    assert all(guess != task.gold(f"train/{n}").answer for n, guess in enumerate(guesses)) and len(set(guesses)) > 9
    with pytest.raises(PluginError):
        task.expert("train/0")


def test_a_file_can_be_one_record(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.json").write_text(json.dumps({"questions": [number], "a": {"b": 1}}, indent=1))
    rows = Rows(*sorted(tmp_path.glob("*.json")), within=".")
    assert [row["questions"] for row in rows] == [[1], [2]] and rows[1].file.name == "2.json"
