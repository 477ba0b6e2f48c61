"""The parts of the chart reader that need no text recognition: numbers, dates, scales, rules, tables."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_tools_vision.chart.axes import find_stack, fit_line, regular
from vista_tools_vision.chart.bars import _even_groups
from vista_tools_vision.chart.colours import find_panel, from_hex, page_colour, to_hex
from vista_tools_vision.chart.numbers import date_text, number_text, parse_date, parse_number
from vista_tools_vision.chart.rules import find_rules, tick_marks
from vista_tools_vision.chart.scene import Axis, Box, ChartScene, Mark, Series, Tick
from vista_tools_vision.chart.texts import TextLine


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("47", 47, ""),
        ("−1,200", -1200, ""),
        ("12.5%", 12.5, "%"),
        ("$1.2M", 1.2e6, "$"),
        ("-$4", -4, "$"),
        ("(5)", -5, ""),
        ("80k", 80000, ""),
        ("3 kg", 3, "kg"),
        ("1e3", 1000, ""),
        ("2bn", 2e9, ""),
    ],
)
def test_numbers_with_units_and_suffixes(text, value, unit):
    number = parse_number(text)
    assert number.value == pytest.approx(value)
    assert number.unit == unit


@pytest.mark.parametrize("text", ["", "Mango", "18-24", "Q1", "1,20", "(5", "1.2.3", "9" * 40, "$"])
def test_other_texts_are_no_numbers(text):
    assert parse_number(text) is None


@given(st.floats(-1e9, 1e9, allow_nan=False), st.floats(1e-4, 1e4))
def test_a_number_is_written_no_worse_than_its_step(value, step):
    assert float(number_text(value, step)) == pytest.approx(value, abs=step, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2021-03-04", "2021-03-04"),
        ("Mar 4, 2021", "2021-03-04"),
        ("March 2021", "2021-03-01"),
        ("03/2021", "2021-03-01"),
    ],
)
def test_dates_in_several_hands(text, written):
    assert date_text(parse_date(text)) == written


def test_no_dates():
    assert [parse_date(t) for t in ("Mango", "Marble 3", "2021", "31 Feb 2020", "")] == [None] * 5


@given(
    slope=st.floats(0.01, 50),
    offset=st.floats(-1000, 1000),
    step=st.integers(15, 60),
    count=st.integers(4, 9),
    wrong=st.integers(0, 8),
)
def test_a_line_through_ticks_survives_rounding_and_a_misread_one(slope, offset, step, count, wrong):
    points = [(20 + i * step, offset + slope * (20 + i * step)) for i in range(count)]
    at = wrong % count
    points[at] = (points[at][0], points[at][1] + 4 * slope * step)
    found_slope, found_offset, kept, error = fit_line(points, slack=2.0)
    assert len(kept) == count - 1
    assert found_slope == pytest.approx(slope, rel=1e-6)
    assert found_offset == pytest.approx(offset, abs=1e-3 * slope * 600 + 1e-6)
    assert error < 0.1


def test_ticks_step_evenly_and_data_labels_do_not():
    assert regular([0, 20, 40, 80])
    assert not regular([0.8, 0.77, 0.79, 0.62])
    assert not regular([5])


def line(text: str, x: float, y: float) -> TextLine:
    box = Box(x - 4 * len(text), y - 5, x + 4 * len(text), y + 5)
    return TextLine(text, 0.99, np.zeros((4, 2), np.float32), box, 0.0, 10.0)


def test_a_stack_of_numbers_is_found_among_other_texts():
    blank = np.zeros((400, 400, 3), np.uint8)
    numbers = [line(f"{v}K", 40, 300 - 2 * v) for v in (0, 25, 50, 75, 100)]
    others = [line("Mango", 120, 320), line("7", 200, 33), line("91", 210, 140)]
    stack = find_stack(blank, [*others, *numbers], True, 10.0)
    assert stack.values == [100000, 75000, 50000, 25000, 0]
    assert stack.scale == "linear"


def test_powers_of_ten_are_logarithmic():
    blank = np.zeros((400, 400, 3), np.uint8)
    stack = find_stack(
        blank, [line(t, 40, y) for t, y in (("1000", 50), ("100", 150), ("10", 250), ("1", 350))], True, 10
    )
    assert stack.scale == "log"
    assert 10 ** (stack.offset + stack.slope * 200) == pytest.approx(10**1.5)


@given(st.floats(0.001, 100), st.floats(-500, 500), st.floats(0, 800))
def test_axes_go_both_ways(slope, offset, px):
    for scale in ("linear", "date", "log"):
        s, o = (slope / 5000, offset / 100) if scale == "log" else (slope, offset)
        axis = Axis(position="left", scale=scale, ticks=[], slope=-s, offset=o)
        assert axis.pixel_of(axis.value_at(px)) == pytest.approx(px, abs=1e-3)


def test_a_log_axis_has_no_zero():
    with pytest.raises(ValueError, match="no place for 0"):
        Axis(position="left", scale="log", ticks=[], slope=-0.01).pixel_of(0)


def test_a_category_axis_names_the_nearest_tick():
    axis = Axis(position="bottom", scale="category", ticks=[Tick(text="a", at=50), Tick(text="b", at=150)])
    assert [axis.text_at(px) for px in (0, 90, 110, 400)] == ["a", "a", "b", "b"]
    assert axis.pixel_of(1) == 150


def mark(category: str, value: float, series: int = 0, **more) -> Mark:
    return Mark(kind="bar", series=series, category=category, value=value, box=Box(0, 0, 1, 1), confidence=1,
                source="scale", **more)  # fmt: skip


def scene(marks: list[Mark], names: list[str], **more) -> ChartScene:
    series = [Series(name=n, colour="#000000") for n in names]
    return ChartScene(kind="bar", width=10, height=10, series=series, marks=marks, **more)


def test_a_table_has_a_column_per_series_and_a_row_per_category():
    marks = [mark("a", 1), mark("a", 2, 1), mark("b", 3.04, step=0.1)]
    assert scene(marks, ["x", "y"]).table() == (["Name", "x", "y"], [["a", "1", "2"], ["b", "3.04", ""]])


def test_two_categories_of_one_name_stay_two_rows():
    assert scene([mark("Group", 1), mark("Group", 2)], [""]).table()[1] == [["Group", "1"], ["Group", "2"]]


def test_titles_of_axes_head_the_columns():
    axes = {"x": Axis(position="bottom", title="Fruit", scale="category", ticks=[])}
    axes["y"] = Axis(position="left", title="Sold", scale="linear", ticks=[])
    assert scene([mark("Kiwi", 4)], [""], **axes).table()[0] == ["Fruit", "Sold"]
    assert scene([mark("Kiwi", 4)], [""], orientation="horizontal", **axes).table()[0] == ["Sold", "Fruit"]


def test_a_numeric_axis_gives_sorted_rows():
    x = Axis(position="bottom", scale="linear", ticks=[], slope=0.01, offset=2000)
    marks = [
        Mark(kind="point", x=v, value=v - 2000, box=Box(0, 0, 1, 1), confidence=1, source="scale") for v in (2003, 2001)
    ]
    table = ChartScene(
        kind="line", width=9, height=9, x=x, series=[Series(name="", colour="#000000")], marks=marks
    ).table()
    assert table[1] == [["2001", "1"], ["2003", "3"]]


def test_groups_are_parted_at_the_widest_gaps():
    assert _even_groups([0, 10, 20, 50, 60, 70], 2) == [0, 0, 0, 1, 1, 1]
    assert _even_groups([0, 10, 20, 30], 2) == []
    assert _even_groups([5, 6, 9], 3) == [0, 1, 2]


def test_grid_lines_are_found_between_bars_and_bars_are_not():
    ground = np.ones((200, 300), bool)
    ground[60, 20:280:1] = False  # solid
    ground[100, 20:280] = np.arange(260) % 8 >= 4  # dashed
    ground[40:180, 50:90] = ground[80:180, 150:190] = False  # bars over both
    rows = find_rules(ground, horizontal=True)
    assert [r.at for r in rows] == [60.5, 100.5]
    assert (rows[0].start, rows[0].end) == (20, 280)
    assert find_rules(ground, horizontal=False) == []


def test_tick_marks_stand_beside_their_labels():
    ground = np.ones((200, 100), bool)
    for y in (20, 60, 100, 140):
        ground[y, 40:46] = False
    assert tick_marks(ground, Box(36, 0, 50, 200), [21, 59, 101, 141], 5.0, True) == [20.5, 60.5, 100.5, 140.5]


def test_page_and_panel_are_told_apart():
    image = np.full((200, 300, 3), 255, np.uint8)
    image[20:170, 40:280] = (229, 236, 246)
    image[60:170, 80:120] = image[90:170, 180:220] = (31, 119, 180)
    assert to_hex(page_colour(image)) == "#ffffff"
    colour, box = find_panel(image, page_colour(image), 3.0)
    assert to_hex(colour) == "#e5ecf6"
    assert box == (40, 20, 280, 170)
    assert find_panel(np.full((200, 300, 3), 255, np.uint8), np.array([255.0] * 3), 3.0) is None


def test_colours_as_text():
    assert to_hex(from_hex("#1f77b4")) == "#1f77b4"
    assert not math.isnan(from_hex("#000000").sum())
