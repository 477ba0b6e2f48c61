"""Scatter charts drawn at test time by matplotlib, read against their points."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from vista_tools_vision.backends import paddle_engine
from vista_tools_vision.chart.frame import Frame, read_frame
from vista_tools_vision.chart.lines import looks_like_lines
from vista_tools_vision.chart.metrics import point_similarity
from vista_tools_vision.chart.pie import looks_like_pie
from vista_tools_vision.chart.scatter import looks_like_scatter, read_scatter
from vista_tools_vision.chart.scene import ChartUnreadable

XS = [1.0, 2.5, 3.2, 4.8, 5.5, 6.1, 7.7, 8.4, 9.0]
YS = [12, 30, 22, 41, 35, 55, 48, 62, 70]


@pytest.fixture(scope="module")
def engine():
    return paddle_engine(1).latin()


def framed(engine, paint) -> Frame:
    figure = Figure(figsize=(6.4, 4.4), dpi=100)
    axes = figure.subplots()
    paint(axes)
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return read_frame(np.asarray(Image.open(buffer).convert("RGB")), engine)


def points(frame) -> list[tuple[str, float, float]]:
    series, marks = read_scatter(frame)
    return [(series[m.series].name, m.x, m.value) for m in marks]


@pytest.mark.parametrize(
    "how", [{"s": 20}, {"s": 60, "marker": "^"}, {"s": 40, "facecolors": "none", "edgecolors": "C3"}]
)
def test_each_point_is_where_it_was_put(engine, how):
    frame = framed(engine, lambda axes: (axes.scatter(XS, YS, **how), axes.grid(True)))
    assert looks_like_scatter(frame) > max(0.6, looks_like_lines(frame), looks_like_pie(frame))
    read = points(frame)
    assert len(read) == len(XS)
    assert [p[1] for p in read] == pytest.approx(XS, abs=0.05)
    assert [p[2] for p in read] == pytest.approx(YS, abs=0.6)


def test_series_are_told_by_the_colours_of_the_legend(engine):
    def paint(axes):
        axes.scatter(XS, YS, s=40, label="North")
        axes.scatter(XS, YS[::-1], s=40, label="South")
        axes.set_ylim(0, 100)
        axes.legend(loc="upper center", ncols=2)

    true = [
        *(("North", x, y) for x, y in zip(XS, YS, strict=True)),
        *(("South", x, y) for x, y in zip(XS, YS[::-1], strict=True)),
    ]
    assert point_similarity(points(framed(engine, paint)), true).f1 > 0.9


def test_points_that_overlap_are_counted(engine):
    xs, ys = [1, 2, 3, 3.12, 4, 5, 5.1, 5.2], [10, 14, 20, 21, 16, 12, 11, 13]
    read = points(framed(engine, lambda axes: axes.scatter(xs, ys, s=80)))
    assert len(read) == len(xs)
    assert (
        point_similarity([("", x, y) for _, x, y in read], [("", x, y) for x, y in zip(xs, ys, strict=True)]).f1 > 0.8
    )


def test_a_line_is_no_scatter(engine):
    frame = framed(engine, lambda axes: axes.plot(XS, YS))
    assert looks_like_scatter(frame) < 0.5
    assert looks_like_lines(frame) > 0.6


def test_without_numbers_along_both_axes_it_is_unreadable(engine):
    frame = framed(engine, lambda axes: axes.scatter(["Mon", "Tue", "Wed", "Thu"], [3, 8, 5, 9], s=40))
    with pytest.raises(ChartUnreadable, match="numbers along both axes"):
        read_scatter(frame)
