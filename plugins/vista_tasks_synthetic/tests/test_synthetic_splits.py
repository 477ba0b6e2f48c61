"""Splits cannot overlap; everything is a function of settings and key."""

import os
import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_helpers import TASKS, all_tasks
from vista_core import PluginError
from vista_core.schema import canonical_json
from vista_tasks_synthetic.base import SPLITS, split_of


def contents(task, split, count):
    return [canonical_json(task.identity(task._content(split, i))) for i in range(count)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.integers(0, 2**40), st.sampled_from(TASKS), st.integers(1, 3))
def test_splits_are_disjoint_whatever_the_seeds(seed, other, kind, level):
    one, two = kind(seed=seed, level=level), kind(seed=other, level=level)
    drawn = {split: set(contents(one, split, 12)) | set(contents(two, split, 12)) for split in SPLITS}
    assert not drawn["train"] & drawn["validation"]
    assert not drawn["train"] & drawn["test"]
    assert not drawn["validation"] & drawn["test"]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from(TASKS), st.integers(1, 3), st.sampled_from(SPLITS), st.integers(0, 10**6))
def test_each_content_lies_in_its_splits_share(seed, kind, level, split, image):
    task = kind(seed=seed, level=level)
    assert split_of(task.name, task.identity(task._content(split, image))) == split


def test_order_and_style_do_not_make_a_chart_another_one():
    from dataclasses import replace
    from decimal import Decimal

    from vista_tasks_synthetic.chart import SyntheticChart

    task = SyntheticChart(level=2)
    content = next(c for c in (task._content("train", i) for i in range(50)) if len(c.series) == 1)
    turned = replace(content, names=content.names[::-1], values=(content.values[0][::-1],), form="lines", title="x")
    longer = replace(turned, values=(tuple(value + Decimal("0.00") for value in turned.values[0]),))
    assert task.identity(content) == task.identity(turned) == task.identity(longer)


def test_shares_are_about_eight_one_one():
    counts = dict.fromkeys(SPLITS, 0)
    for i in range(5000):
        counts[split_of("synthetic_chart", [["Mango", "", str(i)]])] += 1
    assert 3800 < counts["train"] < 4200
    assert 400 < counts["validation"] < 600


@pytest.mark.parametrize("task", all_tasks(seed=3), ids=lambda t: f"{t.name}-{t.config.level}")
def test_the_same_key_gives_the_same_bytes(task):
    again = pickle.loads(pickle.dumps(task))
    for split in SPLITS:
        for index in (0, 7, 123_456):
            one, two = task.sample(split, index), again.sample(split, index)
            assert one.images[0].data == two.images[0].data
            assert one == two
            assert task.gold(one.key) == again.gold(one.key)


def test_access_order_does_not_matter():
    from vista_tasks_synthetic.table import SyntheticTable

    forward, backward = SyntheticTable(level=3), SyntheticTable(level=3)
    one = {i: forward.sample("test", i) for i in range(8)}
    two = {i: backward.sample("test", i) for i in reversed(range(8))}
    assert one == two


def test_bytes_are_the_same_in_another_process():
    code = (
        "from vista_tasks_synthetic.chart import SyntheticChart as C; from vista_tasks_synthetic.geometry import "
        "SyntheticGeometry as G; print(*(t.sample('train', 5).images[0].id for t in (C(level=3), G(level=3))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": h},
        ).stdout
        for h in ("0", "1")
    }
    assert len(outputs) == 1


def test_seeds_and_indices_give_different_pictures():
    for task in all_tasks():
        other = type(task)(seed=1, level=task.config.level)
        ids = {t.sample(split, i).images[0].id for t in (task, other) for split in SPLITS for i in range(10)}
        assert len(ids) == 60


@pytest.mark.parametrize("kind", TASKS)
def test_the_images_setting_gives_several_questions_on_one_picture(kind):
    task = kind(images=5, size=40)
    samples = [task.sample("train", i) for i in range(40)]
    assert len({sample.images[0].id for sample in samples}) == 5
    assert samples[3].images[0] == samples[8].images[0]
    assert task.image_key("train/3") == task.image_key("train/8") == "train/3"
    if task.name != "synthetic_geometry":
        for image in range(5):
            kinds = [task.gold(f"train/{image + 5 * q}").kind for q in range(len(task.kinds))]
            assert sorted(kinds) == sorted(task.kinds), "kinds take turns on a picture"


def test_kinds_come_about_equally_often():
    task = TASKS[0]()
    kinds = [task.gold(f"train/{i}").kind for i in range(1000)]
    assert all(140 < kinds.count(kind) < 260 for kind in task.kinds)


@pytest.mark.parametrize("kind", [kind for kinds in TASKS[0].all_kinds.values() for kind in kinds])
def test_a_single_kind_can_always_be_asked(kind):
    for family in TASKS[:2]:
        task = family(level=3, kinds=(kind,))
        assert {task.gold(f"test/{i}").kind for i in range(40)} == {kind}


def test_mistakes_are_told():
    chart = TASKS[0]
    with pytest.raises(PluginError, match="levle"):
        chart(levle=2)
    with pytest.raises(PluginError, match="asks no 'ratio' at level 1"):
        chart(kinds=("ratio",))
    for level, canvas in ((1, (64, 64)), (3, (320, 240))):
        with pytest.raises(PluginError, match="the text does not fit"):
            chart(level=level, canvas=canvas)
    task = chart(size=10)
    with pytest.raises(IndexError, match="no number 10"):
        task.sample("train", 10)
    with pytest.raises(PluginError, match="no split 'dev'"):
        task.size("dev")
    for key in ("dev/1", "train/x", "train", "train/-1", "train/²"):
        with pytest.raises(PluginError, match="no key"):
            task.gold(key)
    with pytest.raises(PluginError, match="habits"):
        task.expert("train/1", "lazy")
