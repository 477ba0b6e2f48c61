"""What training data share with held-out data is found, what they do not share is not, and a recipe refuses it."""

import io
import json

import numpy as np
import pytest
from vista_core import Image, PluginError, Sample, load
from vista_trainers.assembly import Assembly
from vista_trainers.overlap import compare, fingerprint, look, refuse_overlap, spread
from vista_trainers.recipe import Recipe

TASK = '''
from vista_core import Card, DatasetTask, Gold, Layout, Sample
from vista_core.scoring import exact_text


class Pictures(DatasetTask):
    """Rows with a question and a picture beside the file."""

    name, licence, splits = "pictures", "CC0-1.0", ("train", "test")
    card = Card(tree="{split}.json", source="-", citation="-", manual="-")
    layouts = (Layout("original", {split: (f"{split}.json",) for split in ("train", "test")}, needs=("q", "p")),)

    def pictures(self, row):
        return [row["p"]]

    def to_sample(self, row):
        return Sample(key=row.key, question=row["q"], images=self.images(row))

    def to_gold(self, row):
        return Gold(answer="1")

    def judge(self, row, answer):
        return exact_text(answer, "1")
'''


@pytest.fixture(scope="module")
def charts():
    task = load("task", "synthetic_chart", level=2)
    return [task.sample("train", index).images[0] for index in range(12)]


def smaller(image, quality=40):
    """The picture at half its size as a JPEG."""
    buffer = io.BytesIO()
    picture = image.pil()
    picture.resize((picture.width // 2, picture.height // 2)).save(buffer, "JPEG", quality=quality)
    return Image.from_bytes(buffer.getvalue())


def side(place, *problems):
    """(place, sample) of (question, picture or None)."""
    for index, (question, image) in enumerate(problems):
        yield place, Sample(key=f"{index}", question=question, images=(image,) if image else ())


def test_a_scaled_and_compressed_picture_has_nearly_the_same_print(charts):
    for chart in charts:
        one, two = fingerprint(chart), fingerprint(smaller(chart))
        assert np.unpackbits(one[0] ^ two[0]).sum() <= 15
        assert np.abs(one[1].astype(int) - two[1]).mean() <= 3
    assert fingerprint(Image.from_array(np.full((50, 50, 3), 255, np.uint8))) is None


def test_shared_pictures_are_found_and_others_are_not(charts):
    ours = look(side("a/train", *[("a?", chart) for chart in charts[:6]]))
    others = look(
        side("b/test", ("b?", charts[0]), ("b?", smaller(charts[1])), *[("b?", chart) for chart in charts[6:]])
    )
    assert [tuple(pair) for pair in compare(ours, others)] == [("pictures", "a/train", "b/test", 2, "0 and 0")]
    blank = Image.from_array(np.full((40, 40, 3), 255, np.uint8))
    other = Image.from_array(np.full((60, 40, 3), 255, np.uint8))
    assert compare(look(side("a", ("", blank))), look(side("b", ("", other)))) == []
    assert compare(look(side("a", ("", blank))), look(side("b", ("", blank))))[0].count == 1


def test_near_equal_questions_are_found_and_short_ones_are_everybodys():
    long = "How many of the small green boats in the old harbour of Oslo were painted again before the autumn of 1987"
    area = "What is the area of the shaded part of the kite?"
    ours = look(side("a/train", ("How many bars are there?", None), (long, None), (area, None)))
    others = look(side("b/test", ("how many bars are there", None), (f"{long}, please?", None)))
    assert [tuple(pair) for pair in compare(ours, others)] == [("questions", "a/train", "b/test", 1, "1 and 1")]
    assert compare(ours, look(side("b/test", ("What is the area of the circle?", None)))) == []
    assert compare(ours, look(side("b/test", (area.upper(), None))))[0].example == "2 and 0"


def test_indices_are_spread_evenly():
    assert list(spread(10, 4)) == [0, 2, 5, 7] and list(spread(3, 4)) == [0, 1, 2]


def test_a_recipe_refuses_a_mixture_that_overlaps(tmp_path, charts):
    (tmp_path / "task.py").write_text(TASK)
    for split, found in (("train", charts[:4]), ("test", [*charts[4:8], smaller(charts[1])])):
        rows = []
        for number, chart in enumerate(found):
            (tmp_path / f"{split}{number}.png").write_bytes(chart.data)
            rows.append({"q": f"{split}{number}?", "p": f"{split}{number}.png"})
        (tmp_path / f"{split}.json").write_text(json.dumps(rows))
    entry = {"use": f"{tmp_path / 'task.py'}:Pictures", "config": {"root": str(tmp_path)}}
    data = {"tasks": [entry], "held_out": [{**entry, "split": "test"}], "policy": "scripted"}
    with Assembly(Recipe.model_validate(data)) as assembly:
        with pytest.raises(PluginError, match=r"1 pictures of .*test in Pictures/train .*allow_overlap: true"):
            refuse_overlap(assembly, assembly.jobs(4))
        refuse_overlap(assembly, assembly.jobs(1))  # what is not drawn does no harm
    with Assembly(Recipe.model_validate({**data, "allow_overlap": True})) as assembly:
        refuse_overlap(assembly, assembly.jobs(4))
    with Assembly(Recipe.model_validate({**data, "held_out": []})) as assembly:
        refuse_overlap(assembly, assembly.jobs(4))
