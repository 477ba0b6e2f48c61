"""Pies and donuts drawn at test time, by PIL (exact angles) and matplotlib, read by the whole reader."""

import io
import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont
from vista_tools_vision.backends import paddle_engine
from vista_tools_vision.chart.circle import find_disc
from vista_tools_vision.chart.frame import read_frame
from vista_tools_vision.chart.lines import looks_like_lines
from vista_tools_vision.chart.pie import looks_like_pie, read_pie
from vista_tools_vision.chart.scatter import looks_like_scatter
from vista_tools_vision.chart.scene import ChartUnreadable, Mark

COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")
NAMES = ("Coal", "Wind", "Solar", "Hydro", "Nuclear", "Biomass")


@pytest.fixture(scope="module")
def engine():
    return paddle_engine(1).latin()


def draw(shares, *, hole=0.0, start=0.0, page="white", labels=None, legend=True, gap=0) -> np.ndarray:
    """A pie by PIL, clockwise from `start` degrees after the top; three times too large, then shrunk."""
    zoom, ink = 3, "white" if page != "white" else "black"
    picture = Image.new("RGB", (640 * zoom, 400 * zoom), page)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14 * zoom)
    x, y, radius = 220 * zoom, 210 * zoom, 140 * zoom
    box, at = (x - radius, y - radius, x + radius, y + radius), start - 90
    for i, share in enumerate(shares):
        end = at + 3.6 * share
        pen.pieslice(box, at, end, fill=COLOURS[i % 6], outline=page if gap else None, width=gap * zoom)
        if labels:
            middle = math.radians((at + end) / 2)
            far = 0.72 if hole else 0.65
            place = (x + far * radius * math.cos(middle), y + far * radius * math.sin(middle))
            pen.text(place, labels[i], fill="white", font=font, anchor="mm")
        at = end
    if hole:
        pen.ellipse((x - hole * radius, y - hole * radius, x + hole * radius, y + hole * radius), fill=page)
    if legend:
        for i in range(len(shares)):
            top = (100 + 26 * i) * zoom
            pen.rectangle((450 * zoom, top, 466 * zoom, top + 14 * zoom), fill=COLOURS[i % 6])
            pen.text((476 * zoom, top + 7 * zoom), NAMES[i], fill=ink, font=font, anchor="lm")
    return np.asarray(picture.resize((640, 400), Image.Resampling.LANCZOS))


def figure_pixels(figure) -> np.ndarray:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return np.asarray(Image.open(buffer).convert("RGB"))


def read(image, engine) -> tuple[str, dict[str, Mark]]:
    kind, _, marks = read_pie(read_frame(image, engine))
    return kind, {m.category: m for m in marks}


@pytest.mark.parametrize("hole", [0.0, 0.55])
@pytest.mark.parametrize("page", ["white", "#202028"])
def test_shares_are_angles_within_a_third_of_a_percent(engine, hole, page):
    shares = [31.0, 8.5, 22.0, 3.5, 35.0]
    kind, slices = read(draw(shares, hole=hole, start=40, page=page), engine)
    assert kind == ("donut" if hole else "pie")
    assert set(slices) == set(NAMES[:5])
    for name, share in zip(NAMES, shares, strict=False):
        assert slices[name].value == pytest.approx(share, abs=0.33)
        assert slices[name].source == "angle"


def test_lines_between_slices_are_no_slices(engine):
    _, slices = read(draw([50, 25, 15, 10], gap=3), engine)
    assert [round(slices[n].value) for n in NAMES[:4]] == [50, 25, 15, 10]


def test_percentages_that_agree_with_the_angles_are_taken(engine):
    _, slices = read(draw([40.2, 35.3, 24.5], labels=["40.2%", "35.3%", "24.5%"]), engine)
    assert [slices[n].value for n in NAMES[:3]] == [40.2, 35.3, 24.5]
    assert {m.source for m in slices.values()} == {"label"}


def test_numbers_in_proportion_to_the_angles_are_values(engine):
    _, slices = read(draw([50, 30, 20], labels=["250", "150", "100"], hole=0.5), engine)
    assert [slices[n].value for n in NAMES[:3]] == [250, 150, 100]


def test_a_label_that_contradicts_its_angle_is_not_believed(engine):
    frame = read_frame(draw([40, 35, 25], labels=["40%", "35%", "52%"]), engine)
    _, _, marks = read_pie(frame)
    last = next(m for m in marks if m.category == NAMES[2])
    assert last.value == pytest.approx(25, abs=0.4)
    assert last.source == "angle"
    assert last.confidence < 0.7
    assert any("52" in note for note in frame.notes)


def test_names_beside_the_slices(engine):
    figure = Figure(figsize=(6, 4.5), dpi=100)
    axes = figure.subplots()
    axes.pie([45, 30, 15, 10], labels=["North", "South", "East", "West"], autopct="%1.0f%%", startangle=90)
    axes.set_title("Share of sales")
    frame = read_frame(figure_pixels(figure), engine)
    assert looks_like_pie(frame) >= 0.9
    _, _, marks = read_pie(frame)
    assert {m.category: m.value for m in marks} == {"North": 45, "South": 30, "East": 15, "West": 10}
    assert frame.title == "Share of sales"


def test_a_slice_keeps_its_box_inside_the_disc(engine):
    frame = read_frame(draw([50, 50]), engine)
    disc = find_disc(frame)
    assert disc is not None
    assert (disc.x, disc.y, disc.radius) == pytest.approx((220, 210, 140), abs=1.0)
    _, _, marks = read_pie(frame)
    right = next(m for m in marks if m.category == "Coal")
    assert right.box == pytest.approx((220, 70, 360, 350), abs=2)


def test_lines_lead_from_labels_to_slices(engine):
    image = Image.fromarray(draw([40, 35, 13, 12], legend=False))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    # The slices' middles are at 72, 207, 293 and 338 degrees; the labels of the last two stand a slice too far on.
    for name, text, path in (
        ("Coal", (400, 180), [(396, 180), (340, 180)]),
        ("Wind", (60, 380), [(100, 372), (160, 320)]),
        ("Solar", (150, 14), [(147, 24), (104, 60), (94, 160)]),
        ("Hydro", (235, 30), [(232, 44), (183, 84)]),
    ):
        pen.text(text, name, fill="black", font=font, anchor="lm" if name == "Coal" else "lt")
        pen.line(path, fill="#444444", width=1)
    _, slices = read(np.asarray(image), engine)
    assert {n: round(m.value) for n, m in slices.items()} == {"Coal": 40, "Wind": 35, "Solar": 13, "Hydro": 12}


def test_a_legend_of_mere_dots(engine):
    image = Image.fromarray(draw([50, 30, 20], legend=False))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    for i, name in enumerate(NAMES[:3]):
        pen.ellipse((460, 100 + 26 * i, 464, 104 + 26 * i), fill=COLOURS[i])
        pen.text((474, 102 + 26 * i), name, fill="black", font=font, anchor="lm")
    _, slices = read(np.asarray(image), engine)
    assert {n: round(m.value) for n, m in slices.items()} == {"Coal": 50, "Wind": 30, "Solar": 20}


def test_without_names_it_is_unreadable(engine):
    with pytest.raises(ChartUnreadable, match="3 slices, but neither a legend nor labels"):
        read_pie(read_frame(draw([50, 30, 20], legend=False), engine))


def test_bars_and_texts_are_no_pie(engine):
    picture = Image.new("RGB", (500, 360), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(14)
    for i, height in enumerate((120, 200, 80)):
        pen.rectangle((80 + 120 * i, 300 - height, 150 + 120 * i, 300), fill=COLOURS[0])
        pen.text((115 + 120 * i, 320), NAMES[i], fill="black", font=font, anchor="mm")
    frame = read_frame(np.asarray(picture), engine)
    assert looks_like_pie(frame) < 0.5
    with pytest.raises(ChartUnreadable, match="no filled circle"):
        read_pie(frame)


def test_a_pie_is_neither_lines_nor_points(engine):
    frame = read_frame(draw([50, 30, 20]), engine)
    assert looks_like_pie(frame) > max(looks_like_lines(frame), looks_like_scatter(frame))


def test_values_are_not_taken_for_names(engine):
    with pytest.raises(ChartUnreadable, match="neither a legend nor labels that name"):
        read_pie(read_frame(draw([50, 30, 20], labels=["250", "150", "100"], legend=False), engine))
    _, slices = read(draw([50, 30, 20], labels=["2021", "2022", "2023"], legend=False), engine)
    assert {n: round(m.value) for n, m in slices.items()} == {"2021": 50, "2022": 30, "2023": 20}
