"""Line charts drawn at test time, by matplotlib and by PIL (whose pixels are known), read against their data."""

import datetime
import io
import itertools

import numpy as np
import pytest
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure
from PIL import Image
from vista_tools_vision.backends import paddle_engine
from vista_tools_vision.chart.frame import read_frame
from vista_tools_vision.chart.lines import looks_like_lines, read_lines
from vista_tools_vision.chart.pie import looks_like_pie
from vista_tools_vision.chart.scatter import looks_like_scatter
from vista_tools_vision.chart.scene import Axis, ChartUnreadable, Tick
from vista_tools_vision.chart.traces import Trace, connected, fit_piece, trace
from vista_tools_vision.chart.vertices import bends, heights, places_on

WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]


@pytest.fixture(scope="module")
def engine():
    return paddle_engine(1).latin()


def drawn(paint, *, size=(6.4, 4.2), dpi=100) -> np.ndarray:
    figure = Figure(figsize=size, dpi=dpi)
    axes = figure.subplots()
    paint(axes)
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return np.asarray(Image.open(buffer).convert("RGB"))


def table(frame) -> dict[str, dict[object, float]]:
    series, marks = read_lines(frame)
    out: dict[str, dict[object, float]] = {s.name: {} for s in series}
    for mark in marks:
        out[series[mark.series].name][mark.category or mark.x] = mark.value
    return out


# -- the parts, on pixels that are known --------------------------------------------------------------------------


def polyline(points, width=2.0, size=(120, 200)) -> Trace:
    """A line through points, covered pixel by pixel; its centre is exact."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]] + 0.5
    cover = np.zeros(size, np.float32)
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2
        t = np.clip(((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length2, 0, 1)
        off = np.hypot(columns - x0 - t * (x1 - x0), rows - y0 - t * (y1 - y0))
        cover = np.maximum(cover, np.clip(width / 2 + 0.5 - off, 0, 1))
    return trace(cover)


ZIGZAG = [(10, 20), (50, 100), (90, 30), (130, 30), (190, 95)]


def test_vertices_are_found_to_a_fraction_of_a_pixel():
    found = heights(polyline(ZIGZAG), [p[0] for p in ZIGZAG], 4.0)
    assert [h.y for h in found] == pytest.approx([p[1] for p in ZIGZAG], abs=0.35)


def test_vertices_are_found_though_the_places_are_two_pixels_off():
    found = heights(polyline(ZIGZAG), [p[0] + 2 for p in ZIGZAG], 4.0)
    assert [h.y for h in found[1:-1]] == pytest.approx([p[1] for p in ZIGZAG[1:-1]], abs=0.35)


def test_a_crossing_line_that_hides_a_part_shifts_nothing():
    line = polyline(ZIGZAG, width=3)
    keep = (line.x < 64) | (line.x > 76)
    broken = Trace(line.x[keep], line.y[keep], line.height[keep])
    found = heights(broken, [p[0] for p in ZIGZAG], 4.0)
    assert [h.y for h in found] == pytest.approx([p[1] for p in ZIGZAG], abs=0.4)


def test_where_a_line_is_not_seen_it_has_no_height():
    found = heights(polyline([(10, 20), (100, 80)]), [10, 100, 180], 4.0)
    assert found[0] is not None and found[1] is not None
    assert found[2] is None
    assert heights(Trace(*(np.zeros(0),) * 3), [1.0, 2.0], 3.0) == [None, None]


def test_straight_pieces_outvote_what_is_beside_them():
    line = polyline([(10, 20), (190, 80)])
    mixed = Trace(*(np.concatenate([a, b]) for a, b in zip(line, polyline([(80, 100), (190, 110)]), strict=True)))
    order = np.argsort(mixed.x, kind="stable")
    piece = fit_piece(Trace(mixed.x[order], mixed.y[order], mixed.height[order]), 10, 190)
    assert piece is not None
    assert (piece.y(10), piece.y(190)) == pytest.approx((20, 80), abs=0.4)


def test_lines_go_on_and_dots_do_not():
    line = polyline(ZIGZAG)
    assert connected(line, 5) > 0.95
    dots = (line.x // 25) % 2 == 0
    assert connected(Trace(line.x[dots], line.y[dots], line.height[dots]), 5) < 0.6


def test_bends_are_seen():
    found = bends(polyline(ZIGZAG), 1.5)
    assert all(min(abs(x - b) for b in found) < 3 for x, _ in ZIGZAG)


def test_the_coarsest_even_step_that_explains_the_line_is_taken():
    ticks = [Tick(text=str(year), value=year, at=10 + 60 * i) for i, year in enumerate((2000, 2003, 2006, 2009))]
    axis = Axis(position="bottom", scale="linear", ticks=ticks, offset=2000 - 10 / 20, slope=1 / 20)
    yearly = [(10 + 20 * i, y) for i, y in enumerate((60, 20, 70, 30, 90, 40, 40, 85, 15, 50))]
    assert [v for _, v in places_on(axis, [polyline(yearly)], 1.5, 5.0)] == list(range(2000, 2010))
    every_third = [(10, 60), (70, 20), (130, 90), (190, 30)]
    assert [v for _, v in places_on(axis, [polyline(every_third)], 1.5, 5.0)] == [2000, 2003, 2006, 2009]


# -- whole charts -------------------------------------------------------------------------------------------------


def test_one_line_over_names(engine):
    values = [12, 47, 33, 33, 8, 25]
    frame = read_frame(drawn(lambda axes: (axes.plot(WEEK, values), axes.set_title("Visitors"))), engine)
    assert looks_like_lines(frame) > max(0.6, looks_like_scatter(frame), looks_like_pie(frame))
    read = table(frame)
    assert list(read) == [""]
    assert [str(name).lower() for name in read[""]] == [name.lower() for name in WEEK]
    assert list(read[""].values()) == pytest.approx(values, abs=0.25)


def test_crossing_lines_with_a_legend_markers_and_dashes(engine):
    data = {"Alpha": [10, 40, 20, 55, 30, 60], "Beta": [60, 35, 50, 15, 45, 20], "Gamma": [30, 30, 42, 42, 12, 38]}

    def paint(axes):
        for (name, values), how in zip(data.items(), ("o-", "s--", "-"), strict=True):
            axes.plot(WEEK, values, how, label=name, linewidth=2)
        axes.set_ylim(0, 90)
        axes.legend(loc="upper center", ncols=3)

    read = table(read_frame(drawn(paint), engine))
    assert list(read) == list(data)
    for name, values in data.items():
        assert list(read[name].values()) == pytest.approx(values, abs=1.0), name


def test_years_between_the_ticks_are_read_too(engine):
    years, values = list(range(2010, 2020)), [5, 9, 4, 6, 12, 7, 11, 3, 8, 10]
    read = table(read_frame(drawn(lambda axes: axes.plot(years, values, "o-")), engine))
    assert list(read[""]) == years
    assert list(read[""].values()) == pytest.approx(values, abs=0.15)


def test_months_on_a_date_axis(engine):
    days = [datetime.date(2021, month, 1) for month in range(1, 9)]
    values = [30, 42, 36, 50, 61, 44, 58, 70]

    def paint(axes):
        axes.plot(days, values)
        axes.xaxis.set_major_locator(MonthLocator(interval=2))
        axes.xaxis.set_major_formatter(DateFormatter("%Y-%m"))

    read = table(read_frame(drawn(paint, size=(7.5, 4.2)), engine))
    epoch = datetime.date(1970, 1, 1)
    assert list(read[""]) == pytest.approx([(day - epoch).days for day in days], abs=3)
    assert list(read[""].values()) == pytest.approx(values, abs=0.8)


def test_names_at_every_other_place_only(engine):
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep"]
    values = [10, 60, 20, 15, 70, 40, 55, 5, 35]

    def paint(axes):
        axes.plot(range(9), values)
        axes.set_xticks(range(0, 9, 2), months[::2])

    read = table(read_frame(drawn(paint), engine))
    assert [str(name).lower() for name in read[""]] == [name.lower() for name in months[::2]]
    assert list(read[""].values()) == pytest.approx(values[::2], abs=0.5)


def test_a_line_that_the_legend_lacks_is_read_all_the_same(engine):
    data = {"Alpha": [10, 40, 20, 55, 30, 60], "Beta": [60, 35, 50, 15, 45, 20]}

    def paint(axes):
        for name, values in data.items():
            axes.plot(WEEK, values, label=name, linewidth=2)
        axes.plot(WEEK, [25, 28, 32, 30, 26, 35], color="purple", linewidth=2)
        axes.set_ylim(0, 90)
        axes.legend(loc="upper center", ncols=2)

    read = table(read_frame(drawn(paint), engine))
    assert list(read) == ["Alpha", "Beta", ""]
    assert list(read[""].values()) == pytest.approx([25, 28, 32, 30, 26, 35], abs=0.7)


def test_a_number_at_a_point_is_its_value_where_the_height_agrees(engine):
    values = [30.25, 31.5, 30.75, 32.25]

    def paint(axes):
        axes.plot(WEEK[:4], values, "o-")
        axes.set_ylim(0, 60)
        for i, value in enumerate(values):
            axes.annotate(f"{value}", (i, value), textcoords="offset points", xytext=(0, 8), ha="center")

    series, marks = read_lines(read_frame(drawn(paint), engine))
    labelled = {m.category: m.value for m in marks if m.source == "label"}
    assert len(labelled) >= 3
    assert labelled.items() <= dict(zip(WEEK, values, strict=False)).items()
    assert len(series) == 1


def test_without_a_value_axis_nothing_is_made_up(engine):
    def paint(axes):
        axes.plot(WEEK, [1, 5, 2, 4, 3, 6])
        axes.set_yticks([])

    with pytest.raises(ChartUnreadable, match="no value axis"):
        read_lines(read_frame(drawn(paint), engine))
