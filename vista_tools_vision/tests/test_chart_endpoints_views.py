"""The views of a scene: SVG, scene graph, captions, analysis; on scenes and pictures that are known to the pixel."""

import math
import xml.etree.ElementTree as xml

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from vista_core import ToolFailed
from vista_tools_vision.chart.scene import Axis, Box, ChartScene, LegendEntry, Mark, Series, Tick
from vista_tools_vision.endpoints.asking import analysis, description
from vista_tools_vision.endpoints.caption import long_caption, short_caption
from vista_tools_vision.endpoints.data import data_of
from vista_tools_vision.endpoints.graph import text_graph, visual_graph
from vista_tools_vision.endpoints.looks import colour_name, looks_of
from vista_tools_vision.endpoints.shapes import Drawing, Shape
from vista_tools_vision.endpoints.tables import parse_points, parse_table, points_of
from vista_tools_vision.endpoints.texts import ChartText, role_of
from vista_tools_vision.endpoints.tracing import trace
from vista_tools_vision.endpoints.vector import drawing_of, svg_output
from vista_tools_vision.rendering import Rendering

RED, BLUE, GREEN = "#d62728", "#1f77b4", "#2ca02c"
SVG = "{http://www.w3.org/2000/svg}"


def grouped():
    """Two series over three categories: (scene, picture). One unit is 4 px."""
    picture = PIL.Image.new("RGB", (400, 300), "white")
    pen = PIL.ImageDraw.Draw(picture)
    marks = []
    for place, (name, values) in enumerate({"Mango": (47, 20), "Kiwi": (12, 31), "R&D <x>": (33, 5)}.items()):
        for series, (value, colour) in enumerate(zip(values, (RED, BLUE), strict=True)):
            left, top = 70 + 100 * place + 35 * series, 250 - 4 * value
            pen.rectangle((left, top, left + 29, 249), fill=colour)
            mark = {"kind": "bar", "series": series, "category": name, "value": value, "source": "scale"}
            marks.append(Mark(**mark, box=Box(left, top, left + 30, 250), confidence=0.9, text=str(value)))
    pen.line((60, 250, 390, 250), fill="#333333")
    pen.line((60, 30, 60, 250), fill="#333333")
    names = [Tick(text=m.category, at=(m.box.left + 33)) for m in marks[::2]]
    numbers = [Tick(text=str(v), value=v, at=250 - 4 * v) for v in (0, 20, 40)]
    legend = [
        LegendEntry(text=t, colour=c, box=Box(320, y, 380, y + 12))
        for t, c, y in (("2019", RED, 10), ("2020", BLUE, 24))
    ]
    for entry in legend:
        pen.rectangle((320, entry.box.top + 2, 328, entry.box.bottom - 3), fill=entry.colour)
    scene = ChartScene(
        kind="bar",
        orientation="vertical",
        arrangement="grouped",
        width=400,
        height=300,
        title='Fruit "sold"',
        plot=Box(60, 30, 390, 250),
        x=Axis(position="bottom", title="Fruit", scale="category", ticks=names),
        y=Axis(position="left", title="Boxes", scale="linear", ticks=numbers, offset=62.5, slope=-0.25),
        legend=legend,
        series=[Series(name="2019", colour=RED), Series(name="2020", colour=BLUE)],
        marks=marks,
        confidence=0.9,
    )
    return scene, np.asarray(picture)


def line():
    """One line over four years."""
    values = {"2010": 5, "2011": 8, "2012": 9, "2013": 14}
    at = {name: 60 + 80 * i for i, name in enumerate(values)}
    points = [(at[name], 200 - 10 * value) for name, value in values.items()]
    picture = PIL.Image.new("RGB", (360, 240), "#101010")
    PIL.ImageDraw.Draw(picture).line(points, fill=GREEN, width=2)
    scene = ChartScene(
        kind="line",
        width=360,
        height=240,
        theme="dark",
        page="#101010",
        panel="#101010",
        plot=Box(40, 20, 340, 200),
        x=Axis(
            position="bottom",
            scale="linear",
            ticks=[Tick(text=n, value=float(n), at=a) for n, a in at.items()],
            slope=1 / 80,
        ),
        y=Axis(position="left", scale="linear", unit="$", ticks=[], slope=-0.1),
        series=[Series(name="", colour=GREEN)],
        marks=[
            Mark(
                kind="point",
                x=float(n),
                value=v,
                box=Box(x - 1, y - 1, x + 1, y + 1),
                confidence=0.8,
                source="scale",
                text=str(v),
            )
            for (n, v), (x, y) in zip(values.items(), points, strict=True)
        ],
    )
    return scene, np.asarray(picture)


def pie(hole=0, first=-90):
    """Three slices, clockwise from the top."""
    shares, colours = {"Rent": 50, "Food": 30, "Fun": 20}, (RED, BLUE, GREEN)
    picture = PIL.Image.new("RGB", (300, 300), "white")
    pen = PIL.ImageDraw.Draw(picture)
    start, marks = float(first), []
    for (name, share), colour in zip(shares.items(), colours, strict=True):
        end = start + 3.6 * share
        pen.pieslice((50, 50, 250, 250), start, end, fill=colour)
        turns = [math.radians(start + (end - start) * i / 50) for i in range(51)]
        xs, ys = [150, *(150 + 100 * math.cos(t) for t in turns)], [150, *(150 + 100 * math.sin(t) for t in turns)]
        box = Box(min(xs), min(ys), max(xs), max(ys))
        marks.append(
            Mark(kind="slice", category=name, value=share, box=box, confidence=0.9, source="angle", text=str(share))
        )
        start = end
    if hole:
        pen.ellipse((150 - hole, 150 - hole, 150 + hole, 150 + hole), fill="white")
    kind = "donut" if hole else "pie"
    scene = ChartScene(kind=kind, width=300, height=300, series=[Series(name="", colour=RED)], marks=marks)
    return scene, np.asarray(picture)


def likeness(image, drawn):
    """Share of pixels that look alike."""
    return float((np.abs(image.astype(int) - np.asarray(drawn.array).astype(int)).max(axis=2) < 40).mean())


@pytest.mark.parametrize(
    ("made", "least"), [(grouped(), 0.985), (line(), 0.985), (pie(), 0.97), (pie(hole=50), 0.97), (pie(first=20), 0.97)]
)
def test_the_svg_of_a_chart_renders_back_alike(made, least):
    scene, image = made
    drawing = drawing_of(scene, looks_of(scene, image))
    assert likeness(image, drawing.picture()) >= least
    root = xml.fromstring(drawing.svg()[0])
    assert root.attrib["viewBox"] == f"0 0 {scene.width} {scene.height}"


def test_groups_of_the_svg():
    scene, image = grouped()
    root = xml.fromstring(drawing_of(scene, looks_of(scene, image)).svg()[0])
    groups = {g.attrib["id"]: list(g) for g in root.iter(f"{SVG}g")}
    assert [r.attrib["fill"] for r in groups["marks"]] == [RED, BLUE] * 3
    assert groups["marks"][0].attrib | {"fill": ""} == {
        "x": "70",
        "y": "62",
        "width": "30",
        "height": "188",
        "fill": "",
    }
    assert len(groups["legend"]) == 2 and len(groups["axes"]) == 2 + 3 + 3


@pytest.mark.parametrize("most", [200, 400, 800, 3000])
def test_a_short_svg_is_whole_and_keeps_the_marks(most):
    scene, image = grouped()
    output = svg_output(drawing_of(scene, looks_of(scene, image)), Rendering(max_chars=most))
    assert len(output.shown) <= max(most, 250)
    root = xml.fromstring(output.shown)
    kept = sum(1 for _ in root.iter(f"{SVG}rect"))
    assert kept >= {200: 1, 400: 2}.get(most, 7), "bars weigh more than ticks"
    assert bool(output.left_out) == ("more shapes" in output.shown)


def test_text_in_an_svg_is_text():
    shape = Shape("text", [(5, 20)], "#000000", text="<script>&\"'", size=12, angle=90, anchor="middle", group="label")
    drawing = Drawing((80, 40), "#ffffff", [shape])
    root = xml.fromstring(drawing.svg()[0])
    assert next(root.iter(f"{SVG}text")).text == "<script>&\"'"
    assert np.asarray(drawing.picture().array).min() < 128


def test_primitives_of_any_picture():
    picture = PIL.Image.new("RGB", (200, 160), "#eeeeee")
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 59, 49), fill=RED)
    pen.ellipse((80, 20, 140, 80), fill=BLUE)
    pen.line((10, 120, 190, 100), fill=GREEN, width=4)
    pen.polygon([(20, 90), (60, 90), (40, 60)], fill="#ff7f0e")
    pen.ellipse((150, 10, 190, 50), fill="#9467bd")
    pen.ellipse((160, 20, 180, 40), fill="#eeeeee")
    image = np.asarray(picture)
    drawing = trace(image, 60)
    kinds = {shape.fill or shape.stroke: shape.kind for shape in drawing.shapes}
    assert drawing.ground == "#eeeeee"
    assert (kinds[RED], kinds[BLUE], kinds[GREEN], kinds["#ff7f0e"]) == ("rect", "circle", "line", "polygon")
    assert next(s for s in drawing.shapes if s.fill == "#9467bd").holes, "a ring has a hole"
    assert likeness(image, drawing.picture()) > 0.97
    assert len(trace(image, 2).shapes) == 2
    assert not trace(np.full((30, 40, 3), 9, np.uint8), 60).shapes


def test_the_graph_of_the_visual_parts():
    scene, image = grouped()
    graph = visual_graph(scene, looks_of(scene, image), Rendering())
    ids = {node.id for node in graph.nodes}
    assert all(edge.source in ids and edge.target in ids for edge in graph.edges)
    edges = {(e.source, e.relation, e.target, e.text) for e in graph.edges}
    assert {("m2", "member_of", "s2", ""), ("m2", "placed_on", "x", "Mango"), ("m2", "measured_on", "y", "20")} <= edges
    assert ("l2", "binds_colour", "s2", BLUE) in edges
    assert 'm1 bar of s1 at x "Mango" value 47 [70, 62, 100, 250]' in graph.shown
    assert f's2 series "2020" {BLUE} blue colour bound by legend l2' in graph.shown


def test_the_graph_of_the_texts():
    scene, _ = grouped()
    spoken = [
        ('Fruit "sold"', (150, 2, 250, 14)),
        ("Mango", (80, 255, 125, 268)),
        ("40", (35, 84, 52, 96)),
        ("2020", (335, 25, 375, 36)),
    ]
    texts = []
    for text, box in [
        *spoken,
        ("Boxes", (2, 100, 14, 150)),
        ("47", (75, 45, 92, 58)),
        ("source: us", (5, 285, 80, 297)),
    ]:
        role, of = role_of(text, box, scene)
        texts.append(ChartText(text=text, box=box, height=10, confidence=1, role=role, of=of))
    assert [t.role for t in texts] == ["title", "x tick", "y tick", "legend", "y title", "label", "other"]
    graph = text_graph(scene, texts, Rendering(boxes=False))
    edges = {(e.source, e.relation, e.target, e.text) for e in graph.edges}
    assert {("t1", "titles", "chart", ""), ("t2", "labels", "x", "Mango"), ("t4", "names", "s2", "2020")} <= edges
    assert 't6 "47" labels mark at chart "Mango"' in graph.shown and "[" not in graph.shown.split("\n")[1]


def test_captions_say_what_was_read():
    scene, image = grouped()
    table = data_of(scene)
    short = short_caption(scene, table)
    assert short == (
        'A grouped vertical bar chart of 2 series and 3 categories titled "Fruit "sold"". '
        "The highest value is 47 (Mango, 2019), the lowest 5 (R&D <x>, 2020)."
    )
    long = long_caption(scene, table, looks_of(scene, image))
    for part in (
        "2019 red, 2020 blue",
        '"Boxes" is linear',
        "ticks from 0 to 40",
        "2020 ranges from 5 (R&D <x>) to 31 (Kiwi)",
        "white page",
    ):
        assert part in long
    scene, image = line()
    assert "The value rises throughout, from 5 (2010) to 14 (2013)." in short_caption(scene, data_of(scene))
    assert "The line is green" in long_caption(scene, data_of(scene), looks_of(scene, image))
    scene, image = pie()
    assert "Rent red, Food blue, Fun green" in long_caption(scene, data_of(scene), looks_of(scene, image))


def test_analysis_and_description():
    scene, _ = grouped()
    done = analysis(data_of(scene), Rendering())
    first, second = done.series
    assert (first.total, first.mean, first.median, first.difference, first.ratio) == (
        92,
        30.6666666667,
        33,
        35,
        3.91666666667,
    )
    assert (second.highest.row, second.lowest.row) == ("Kiwi", "R&D <x>")
    assert done.between == [
        "2019 has the largest total, 36 above 2020.",
        "The series are furthest apart at R&D <x>: 28.",
    ]
    text = description(scene, data_of(scene), Rendering())
    assert 'y axis (left): "Boxes", linear, 3 ticks from 0 to 40' in text and "legend: 2019 (red), 2020 (blue)" in text


def test_data_points_and_rows():
    scene, _ = line()
    table = data_of(scene)
    assert table.ordered and table.rows == ["2010", "2011", "2012", "2013"]
    assert [(p.name, p.value) for p in points_of(scene)] == [("2010", 5), ("2011", 8), ("2012", 9), ("2013", 14)]


@pytest.mark.parametrize(
    "text",
    [
        "TITLE | Fruit <0x0A> Name | 2019 <0x0A> Mango | 47 <0x0A> Kiwi | 12",
        "| TITLE | Fruit |\n| Name | 2019 |\n|---|:--:|\n| Mango | 47 |\n| Kiwi | 12 |",
        "Title | Fruit & Name | 2019 & Mango | 47 & Kiwi | 12",
    ],
)
def test_tables_that_models_write(text):
    table = parse_table(text)
    assert (table.title, table.columns, table.rows) == ("Fruit", ["Name", "2019"], [["Mango", "47"], ["Kiwi", "12"]])


@pytest.mark.parametrize("text", ["", "no table here", "Name | Value", "a\nb\nc", "|"])
def test_what_is_no_table_is_not_made_one(text):
    with pytest.raises(ToolFailed, match="no table"):
        parse_table(text)
    with pytest.raises(ToolFailed):
        parse_points(text)


def test_points_that_models_write():
    points = parse_points('Here: ```json\n[{"name": "Mango", "series": null, "value": 47}]\n``` done')
    assert [(p.name, p.series, p.value, p.source) for p in points] == [("Mango", "", 47, "model")]
    for wrong in ('[{"name": "x", "value": "many"}]', '[{"value": 3}]', "[1, 2]", "[]", "[" * 5000 + "]" * 5000):
        with pytest.raises(ToolFailed):
            parse_points(wrong)


def test_colours_have_everyday_names():
    names = {
        "#ff0000": "red",
        "#1f77b4": "blue",
        "#2ca02c": "green",
        "#fefefe": "white",
        "#ff7f0e": "orange",
        "#333333": "dark gray",
    }
    assert {code: colour_name(code) for code in names} == names
