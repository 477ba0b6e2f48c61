from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_cli.demo.progress import reward_parts, sparkline
from vista_cli.report.charts import (
    LARGEST,
    IntervalRow,
    Series,
    interval_chart,
    line_chart,
    number,
    panel,
    smooth,
    ticks,
)

finite = st.floats(min_value=-1e6, max_value=1e6)
anything = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))


@given(finite, finite)
def test_ticks_cover_the_range_with_few_round_steps(a, b):
    low, high = min(a, b), max(a, b)
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 8
    slack = 1e-6 + 1e-8 * (high - low)
    assert marks[0] <= low + slack and marks[-1] >= high - slack
    steps = {round(y - x, 6) for x, y in pairwise(marks)}
    assert max(steps) - min(steps) < 1e-5 * max(1.0, abs(high), abs(low))
    assert marks[-1] > marks[0]


@given(st.lists(anything, max_size=30), st.text(max_size=20), st.integers(1, 9))
def test_a_line_chart_is_wellformed_xml_whatever_the_points(ys, name, window):
    svg = line_chart([Series(name, range(len(ys)), ys)], window=window, title="reward")
    root = ElementTree.fromstring(_xml_only(svg))
    finite_points = [y for y in ys if y is not None and abs(y) < LARGEST]
    assert len(root.findall("circle")) == len(finite_points)
    for circle in root.findall("circle"):
        assert -1 <= float(circle.get("cx")) <= 641 and -1 <= float(circle.get("cy")) <= 261


def test_a_higher_value_is_drawn_higher_and_a_later_step_further_right():
    root = ElementTree.fromstring(line_chart([Series("r", [1, 2, 3], [0.0, 1.0, 2.0])]))
    spots = [(float(c.get("cx")), float(c.get("cy"))) for c in root.findall("circle")]
    assert spots[0][0] < spots[1][0] < spots[2][0]
    assert spots[0][1] > spots[1][1] > spots[2][1]


def test_names_of_series_and_rows_are_escaped():
    hostile = "<script>alert('x')</script>"
    for svg in (
        line_chart([Series(hostile, [1], [1.0])], title=hostile, x_label=hostile),
        interval_chart([hostile], [IntervalRow(hostile, [(0.5, 0.4, 0.6)])]),
    ):
        assert "<script" not in svg
        ElementTree.fromstring(svg)


def test_interval_chart_leaves_out_what_was_not_measured():
    root = ElementTree.fromstring(interval_chart(["a", "b"], [IntervalRow("sum", [(0.5, 0.4, 0.6), None])]))
    assert len(root.findall("g")) == 1


def test_a_panel_stands_alone_without_css_variables():
    charts = [line_chart([Series("r", [1, 2], [0.0, 1.0])]) for _ in range(3)]
    svg = panel(charts)
    root = ElementTree.fromstring(svg)
    assert "var(" not in svg and root.get("viewBox") == "0 0 1280 520"


def test_smooth_never_looks_ahead():
    assert smooth([1.0, 2.0, 3.0, 4.0], 2) == [1.0, 1.5, 2.5, 3.5]
    assert smooth([5.0], 9) == [5.0]


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5"), (-1.0, "−1"), (1234.5, "1.23e+03"), (0, "0")])
def test_numbers_on_axes_are_short(value, text):
    assert number(value) == text


@given(st.lists(finite, max_size=200), st.integers(1, 80))
def test_sparkline_is_as_wide_as_asked(values, width):
    assert len(sparkline(values, width)) == min(width, len(values))


def test_sparkline_and_parts():
    assert sparkline([0, 1, 2, 3]) == "▁▃▆█"
    assert reward_parts({"reward": 1, "reward/format": 2.0, "loss": 3}) == {"format": 2.0}


def _xml_only(svg: str) -> str:
    """Drop characters that XML 1.0 cannot hold and HTML can: the charts are inlined into HTML."""
    return "".join(
        c for c in svg if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )
