"""The parts of the chart reader and of the table builder that work on numbers and boxes alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_tools_vision.chart.quick.scale import common_scale, fine_unit, fit_scale, parse_number
from vista_tools_vision.chart.quick.scene import Tick
from vista_tools_vision.table import Grid, Rule, Word, build_rows, group_rows, join_first_line


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("47", 47),
        ("-3.5", -3.5),
        ("−12", -12),
        ("1,200", 1200),
        ("15%", 15),
        ("$3.50", 3.5),
        ("1.5K", 1500),
        ("2M", 2e6),
        ("1e3", 1000),
        (".5", 0.5),
    ],
)
def test_numbers_as_charts_write_them(text, value):
    assert parse_number(text).value == value


@pytest.mark.parametrize("text", ["", "Mango", "4 apples", "1,20", "--3", "1.2.3", "٣", "$"])
def test_other_texts_are_no_numbers(text):
    assert parse_number(text) is None


@given(
    zero=st.floats(200, 400),
    per_unit=st.floats(0.05, 20),
    step=st.sampled_from([1, 2, 5, 10, 25, 100]),
    count=st.integers(3, 9),
    wrong=st.integers(0, 8),
)
def test_a_scale_survives_rounding_and_one_misread_tick(zero, per_unit, step, count, wrong):
    ticks = [Tick(i * step, round(zero - i * step * per_unit)) for i in range(count)]
    if per_unit * step < 12:
        return
    if count > 3:
        at = wrong % count
        ticks[at] = Tick(ticks[at].value * 10 + 7 * step, ticks[at].at)
    scale, kept = fit_scale(ticks)
    assert len(kept) >= count - 1
    assert scale.per_unit == pytest.approx(per_unit, rel=1.2 / (per_unit * step))


def test_a_scale_needs_two_ticks_that_rise():
    assert fit_scale([Tick(10, 50)]) is None
    assert fit_scale([Tick(10, 50), Tick(20, 90)]) is None


@given(per_unit=st.floats(1.5, 20), values=st.lists(st.integers(5, 99), min_size=4, max_size=6))
def test_labels_and_heights_give_the_scale_though_one_is_misread(per_unit, values):
    heights = [round(v * per_unit) for v in values]
    labels = [float(values[0] * 10), *map(float, values[1:])]
    assert common_scale(heights, labels) == pytest.approx(per_unit, abs=2.2 / min(values))


@given(per_unit=st.floats(1.6, 12), values=st.lists(st.integers(1, 99), min_size=3, max_size=8))
def test_whole_numbers_come_back_from_rounded_heights(per_unit, values):
    raw = [round(v * per_unit) / per_unit for v in values]
    unit, _ = fine_unit(raw, [0.65] * len(raw), per_unit, whole=True)
    assert [round(round(v / unit) * unit, 6) for v in raw] == values


def test_values_are_not_made_finer_than_a_pixel():
    unit, _ = fine_unit([4817.3, 1203.9], [0.65, 0.65], 0.05, whole=True)
    assert unit >= 1.3 / 0.05 / 2.5


def word(text: str, x: float, y: float, width: float = 30.0) -> Word:
    return Word(text, 1.0, (x, y - 6, x + width, y + 6))


def test_words_of_like_height_are_one_row():
    rows = group_rows([word("b", 90, 14), word("a", 10, 10), word("c", 10, 40)], tolerance=10)
    assert [[w.text for w in row] for row in rows] == [["a", "b"], ["c"]]


def test_a_wrapped_header_is_one_row_where_lines_part_the_rows():
    words = [
        word("Number of", 10, 10),
        word("shelves", 10, 26),
        word("Books", 100, 18),
        word("1", 10, 60),
        word("20", 100, 60),
    ]
    grid = Grid([Rule(80, 0, 80)], [42.0])
    assert build_rows(words, grid, 10) == ("", [["Number of shelves", "Books"], ["1", "20"]])


def test_a_line_that_no_column_reaches_is_the_title():
    words = [word("Books sold", 50, 10, 60), word("Day", 10, 40), word("Books", 100, 40), word("Friday", 10, 70)]
    grid = Grid([Rule(80, 25, 90)], [])
    assert build_rows(words, grid, 10) == ("Books sold", [["Day", "Books"], ["Friday", ""]])


def test_a_title_found_word_by_word_is_joined():
    words = [word("Books", 50, 10, 42), word("sold", 90, 10), word("Day", 10, 40), word("Books", 100, 40)]
    assert [w.text for w in join_first_line(words, 10)] == ["Books sold", "Day", "Books"]


def test_rows_between_two_lines_are_parted_where_a_line_was_not_seen():
    words = [
        word(text, x, y)
        for y, row in ((30, ("Elm", "4")), (55, ("Fig", "7")))
        for x, text in zip((10, 100), row, strict=True)
    ]
    grid = Grid([Rule(80, 0, 90)], [15.0, 70.0])
    assert build_rows(words, grid, 10) == ("", [["Elm", "4"], ["Fig", "7"]])
