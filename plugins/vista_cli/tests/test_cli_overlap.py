"""`vista tasks overlap`: which data are compared, and what is printed."""

import json

import pytest
from typer.testing import CliRunner
from vista_cli.app import app
from vista_core import load


@pytest.fixture
def data(tmp_path):
    """Two splits of `chartqa` that share a picture."""
    task = load("task", "synthetic_chart", level=2)
    pictures = [task.sample("train", index).images[0].data for index in range(4)]
    for split, numbers in (("train", (0, 1)), ("test", (2, 3, 0))):
        folder = tmp_path / "chartqa" / split
        (folder / "png").mkdir(parents=True)
        for number in numbers:
            (folder / "png" / f"{number}.png").write_bytes(pictures[number])
        rows = [{"imgname": f"{number}.png", "query": "How many?", "label": "3"} for number in numbers]
        (folder / f"{split}_human.json").write_text(json.dumps(rows))
    return tmp_path


def overlap(*words):
    return CliRunner().invoke(app, ["tasks", "overlap", *map(str, words)])


def test_what_is_shared_is_printed_with_an_example(data):
    for roots in ((data,), (data / "chartqa",), (f"chartqa={data / 'chartqa'}",)):
        found = overlap(*roots, "--json")
        assert found.exit_code == 1
        told = json.loads(found.stdout)
        assert (told["training"], told["others"]) == (2, 3)
        (pair,) = told["pairs"]
        assert pair == {
            "kind": "pictures", "training": "chartqa/train", "other": "chartqa/test", "count": 1,
            "example": "train/0 and test/2",
        }  # fmt: skip
    assert "train/0 and test/2" in overlap(data).stdout


def test_a_limit_looks_at_fewer(data):
    found = overlap(data, "--limit", 1)
    assert found.exit_code == 0 and "1 training problems were compared with 1 others" in found.stdout
    assert "at most 1" in found.stderr


@pytest.mark.parametrize(
    ("words", "said"), [((), "Give folders"), (("/",), "named after no task"), (("nope=x",), "nope")]
)
def test_there_must_be_something_to_compare(words, said):
    found = overlap(*words)
    assert found.exit_code == 1 and said in found.output


def test_training_data_alone_are_not_enough(data):
    import shutil

    shutil.rmtree(data / "chartqa/test")
    found = overlap(data)
    assert found.exit_code == 1 and "evaluated on" in found.output
