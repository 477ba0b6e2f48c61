"""The tool `chartmoe_to_table` on charts drawn here with Pillow and, where it is there, with matplotlib."""

import io

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import vista_core as vista

NAMES = ["Mango", "Kiwi", "Pear", "Tiger", "Cedar", "Wolf"]


def read(chart, image) -> dict[str, float]:
    return {mark.name: mark.value for mark in chart(images=[image]).data.marks}


def test_the_default_text_is_one_row_per_bar(chart, bars):
    seen = chart(images=[bars(["Mango", "Kiwi", "Pear"], [47, 12, 33])])
    assert seen.text == "Mango 47\nKiwi 12\nPear 33"
    assert seen.data.columns == ["Name", "Value"]
    assert {mark.source for mark in seen.data.marks} == {"label"}
    assert all(mark.confidence > 0.9 for mark in seen.data.marks)


def test_bars_are_placed_to_the_pixel(chart, bars):
    image = bars(["Mango", "Kiwi"], [40, 20], labels=False)
    first = chart(images=[image]).data.marks[0].box
    dark = np.all(np.asarray(image) == (0x1F, 0x77, 0xB4), axis=2)
    ys, xs = np.nonzero(dark[:, : image.width // 2])
    assert first == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


STYLES = [
    {"labels": True, "ticks": False},
    {"labels": False},
    {"labels": False, "grid": True, "panel": "#ebebef"},
    {"labels": True, "page": "#101418", "panel": "#1a2026", "text": "#e8eef2", "ink": "#5ec962"},
    {"labels": False, "page": "#262626", "text": "#f2f2f2", "ink": "#e9a820"},
    {"labels": False, "noise": 4, "ink": ["#d62728", "#2ca02c", "#9467bd"]},
    {"labels": True, "noise": 4, "outline": "#0a3050", "grid": True},
    {"labels": False, "outline": "#0a3050", "share": 0.85},
    {"labels": True, "ink": "black", "share": 0.45},
    {"labels": False, "ink": "black"},
    {"labels": False, "size": (800, 600)},
    {"labels": False, "size": (340, 300)},
]


@pytest.mark.parametrize("style", STYLES, ids=[" ".join(f"{k}={v}" for k, v in style.items()) for style in STYLES])
def test_whole_numbers_are_read_exactly_in_every_style(chart, bars, style):
    rng = np.random.default_rng(len(str(style)))
    for count in (3, 5):
        values = [int(v) for v in rng.integers(1, 100, count)]
        assert read(chart, bars(NAMES[:count], values, top_value=99, **style)) == dict(zip(NAMES, values, strict=False))


def test_data_labels_give_what_pixels_cannot(chart, bars):
    values = [4817, 1203.5, 977]
    assert read(chart, bars(NAMES[:3], values)) == dict(zip(NAMES, values, strict=False))


def test_without_labels_a_value_is_no_finer_than_its_pixels(chart, bars):
    values = [4817, 1203, 977]
    seen = read(chart, bars(NAMES[:3], values, labels=False))
    for name, value in zip(NAMES, values, strict=False):
        assert seen[name] == pytest.approx(value, abs=30)
        assert seen[name] % 10 == 0


def test_a_bar_too_low_to_be_seen_is_not_dropped(chart, bars):
    values = [47, 0, 33]
    seen = chart(images=[bars(["Mango", "Kiwi", "Pear"], values)]).data
    assert [mark.value for mark in seen.marks] == values
    assert any("no bar" in note for note in seen.notes)


def test_the_title_is_read_where_the_settings_ask_for_it(bars):
    tool = vista.load("tool", "chartmoe_to_table", config={"title": True})
    image = bars(["Mango", "Kiwi"], [47, 12], title="Fruit sold")
    assert tool(images=[image]).text == "Fruit sold\nMango 47\nKiwi 12"
    assert tool(images=[bars(["Mango", "Kiwi"], [47, 12])]).text == "Mango 47\nKiwi 12"


def test_grouped_bars_have_a_column_per_series():
    image = PIL.Image.new("RGB", (480, 340), "white")
    pen = PIL.ImageDraw.Draw(image)
    face = __import__("PIL.ImageFont").ImageFont.load_default(14)
    inks, base, scale = ("#1f77b4", "#ff7f0e"), 300, 2
    values = {"Mango": (40, 75), "Kiwi": (90, 22), "Pear": (13, 58)}
    for i in range(0, 101, 20):
        pen.text((44, base - i * scale), str(i), font=face, fill="black", anchor="rm")
    for n, (name, pair) in enumerate(values.items()):
        for s, value in enumerate(pair):
            x = 70 + 130 * n + 40 * s
            pen.rectangle((x, base - value * scale, x + 37, base - 1), fill=inks[s])
        pen.text((70 + 130 * n + 39, base + 6), name, font=face, fill="black", anchor="mt")
    for s, series in enumerate(("North", "South")):
        pen.rectangle((150 + 100 * s, 20, 160 + 100 * s, 30), fill=inks[s])
        pen.text((168 + 100 * s, 25), series, font=face, fill="black", anchor="lm")
    tool = vista.load("tool", "chartmoe_to_table")
    assert tool(images=[image]).text == "Name | North | South\nMango | 40 | 75\nKiwi | 90 | 22\nPear | 13 | 58"


def test_pictures_of_no_chart_fail_and_say_what_was_found(chart, table_picture):
    for image in (PIL.Image.new("RGB", (300, 200), "white"), table_picture([["a", "b"], ["1", "2"]])):
        with pytest.raises(vista.ToolFailed, match="No chart could be read in image 0: found"):
            chart(images=[image])


def test_bars_without_any_number_fail_rather_than_guess(chart, bars):
    with pytest.raises(vista.ToolFailed, match="found 3 bars, but no"):
        chart(images=[bars(NAMES[:3], [40, 20, 30], labels=False, ticks=False)])


def test_bars_without_names_fail_rather_than_guess(chart, bars):
    image = bars(["", "", ""], [40, 20, 30])
    with pytest.raises(vista.ToolFailed, match="found 3 bars, but no names"):
        chart(images=[image])


def test_odd_pictures_give_tool_errors_only(chart, odd_picture):
    with pytest.raises(vista.ToolError) as caught:
        chart(images=[odd_picture])
    assert str(caught.value)


def test_a_large_chart_is_read_from_a_smaller_copy(chart, bars):
    image = bars(["Mango", "Kiwi", "Pear"], [47, 12, 33]).resize((2688, 2016), PIL.Image.Resampling.LANCZOS)
    seen = chart(images=[image])
    assert seen.text == "Mango 47\nKiwi 12\nPear 33"
    assert seen.data.marks[0].box[2] - seen.data.marks[0].box[0] > 300


@pytest.mark.parametrize("style", ["default", "ggplot", "dark_background", "seaborn-v0_8-whitegrid", "grayscale"])
@pytest.mark.parametrize("rotation", [0, 45, 90])
def test_matplotlib_charts(chart, style, rotation):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names, values = ["Norway", "Japan", "Kenya", "Peru"], [23, 61, 8, 47]
    with plt.style.context(style):
        figure, axes = plt.subplots(figsize=(5.2, 4), dpi=100)
        drawn = axes.bar(names, values)
        axes.bar_label(drawn)
        axes.tick_params(axis="x", rotation=rotation)
        figure.tight_layout()
        stored = io.BytesIO()
        figure.savefig(stored)
        plt.close(figure)
    assert read(chart, stored.getvalue()) == dict(zip(names, values, strict=True))
