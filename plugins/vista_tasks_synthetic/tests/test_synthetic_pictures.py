"""Pictures are varied, legible and quick to look at."""

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from synthetic_helpers import LEVELS, all_tasks
from vista_tasks_synthetic.base import LEAST_CANVAS
from vista_tasks_synthetic.chart import SyntheticChart
from vista_tasks_synthetic.draw.axes import Words, lay_out, number, tick_step
from vista_tasks_synthetic.draw.canvas import text_size
from vista_tasks_synthetic.draw.figure import collisions, figure_style
from vista_tasks_synthetic.fonts import FAMILIES, font, font_folder
from vista_tasks_synthetic.geometry import SyntheticGeometry
from vista_tasks_synthetic.keyed import generator
from vista_tasks_synthetic.names import MORE_NAMES, NAMES
from vista_tasks_synthetic.styles import DARK, LIGHT, apart, chart_style, palette

DARK_TOO = ("synthetic_chart", "synthetic_table", "synthetic_geometry")


@pytest.mark.parametrize("task", all_tasks(seed=11), ids=lambda t: f"{t.name}-{t.config.level}")
def test_pictures_vary(task):
    samples = [task.sample("train", i) for i in range(40)]
    arrays = [sample.images[0].array for sample in samples]
    corners = {tuple(array[2, 2]) for array in arrays}
    assert len({sample.images[0].id for sample in samples}) == 40
    assert len({array.shape for array in arrays}) > 20
    assert len(corners) >= 6, "themes differ, some with noise"
    assert task.name not in DARK_TOO or any(array.mean() < 90 for array in arrays), "some are dark"
    assert any(array.mean() > 200 for array in arrays)


@pytest.mark.parametrize("task", all_tasks(seed=2), ids=lambda t: f"{t.name}-{t.config.level}")
def test_a_fixed_canvas_is_kept_and_nothing_is_cut_off(task):
    least = LEAST_CANVAS[task.config.level]
    fixed = type(task)(level=task.config.level, canvas=least)
    for index in range(12):
        array = fixed.sample("train", index).images[0].array.astype(int)
        assert array.shape == (least[1], least[0], 3)
        rim = np.concatenate([array[0], array[-1], array[:, 0], array[:, -1]])
        assert np.abs(rim - np.median(rim, axis=0)).max() <= 75, (
            "the page's edge is empty but for noise or squared paper"
        )


@pytest.mark.parametrize("level", LEVELS)
def test_one_step_of_value_is_visible_and_names_do_not_touch(level):
    task = SyntheticChart(level=level)
    for index in range(150):
        data = task._content("validation", index)
        if data.form == "pie":
            continue
        for canvas in (None, LEAST_CANVAS[level]):
            style = chart_style(generator(index, level), level, canvas)
            words = Words(data.names, data.series, data.title, data.axis_title)
            frame = lay_out(style.size, style, words, data.peak, data.resolution, data.form == "lying")
            assert frame.scale * data.resolution >= Decimal("1.4" if canvas is None else "1.0")
            if not frame.horizontal and frame.name_angle == 0:
                widest = max(text_size(name, style.family, frame.name_size)[0] for name in data.names)
                assert widest < frame.slot(len(data.names))
            if level == 1:
                assert frame.name_angle == 0
            assert {tick % data.resolution for tick in frame.ticks} == {0}
            assert 3 <= len(frame.ticks) <= 14


@pytest.mark.parametrize("level", LEVELS)
def test_labels_of_figures_touch_nothing(level):
    task, touching = SyntheticGeometry(level=level), 0
    for index in range(120):
        sketch, rng = task._content("validation", index).sketch, generator("look", index)
        touching += min(collisions(sketch, figure_style(rng, level, None)) for _ in range(8)) > 0
    assert touching <= 4


def test_colours_stand_out():
    for theme in (*LIGHT, *DARK):
        assert apart(theme.text, theme.page) > 250
        for seed in range(5):
            colours = palette(generator(seed), theme, 6)
            assert all(apart(ink, theme.panel) >= 110 for ink in colours)
            assert all(apart(a, b) >= 60 for a, b in combinations(colours, 2))


def test_fonts_are_those_that_matplotlib_carries():
    assert all((font_folder() / file).is_file() for file in FAMILIES.values())
    assert font("sans", 12) is font("sans", 12)


def test_names_are_single_different_words():
    assert len(set(NAMES)) == 40
    assert len(set(MORE_NAMES)) == len(MORE_NAMES)
    assert all(name.isalpha() and name.isascii() and name.istitle() for name in MORE_NAMES)


@pytest.mark.parametrize(
    ("top", "step", "expected"),
    [("99", "1", "20"), ("47", "1", "10"), ("7", "1", "2"), ("9.9", "0.1", "2"), ("4950", "50", "1000")],
)
def test_ticks_are_round(top, step, expected):
    assert tick_step(Decimal(top), Decimal(step), 6) == Decimal(expected)


def test_numbers_are_written_plainly():
    written = [number(Decimal(text)) for text in ("1E+2", "12.50", "100", "-3.0", "0.05")]
    assert written == ["100", "12.5", "100", "-3", "0.05"]
