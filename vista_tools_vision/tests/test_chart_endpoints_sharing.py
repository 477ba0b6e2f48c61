"""The chart endpoints share one engine and one reading, and say so."""

import json
import threading

import PIL.Image
import PIL.ImageDraw
import pytest
import vista_core as vista
from vista_core import Image
from vista_tools_vision.chart import reader
from vista_tools_vision.chart.scene import ChartUnreadable

VIEWS = (
    "unichart_to_table deplot_to_table chartmoe_extract_data chartdet_to_svg chartocr_to_svg chartdet_to_scg "
    "chartocr_to_scg chartassistant_caption chartvlm_caption chartmoe_answer chartmoe_analyze chartmoe_describe"
).split()


@pytest.fixture
def counted(monkeypatch):
    """The pictures that were read, in order."""
    read, seen = reader.read_chart, []

    def counting(pixels, *rest, **options):
        seen.append(pixels.shape)
        return read(pixels, *rest, **options)

    monkeypatch.setattr(reader, "read_chart", counting)
    return seen


def unlike(number, bars):
    """A chart with a size of its own: one that no other test has read."""
    picture = bars(["Mango", "Kiwi", "Pear"], [47, 12, 33], labels=False, size=(448, 320 + number))
    return Image.from_pil(picture)


def test_they_name_one_engine():
    engines = {
        name: vista.load("tool", name, setup=False).backends[-1].engine for name in [*VIEWS, "chartmoe_to_table"]
    }
    assert len(set(engines.values())) == 1 and all(engines.values())
    assert vista.load("tool", "opencv_to_svg", setup=False).backends[0].engine == ""


def test_twelve_endpoints_cost_one_reading(bars, counted):
    chart = unlike(1, bars)
    texts = {
        name: vista.load("tool", name, backend="classical")(images=[chart], question="Which is lowest?").text
        for name in VIEWS
    }
    assert len(counted) == 1
    assert texts["chartmoe_answer"].startswith("Kiwi") and "Mango | 47" in texts["deplot_to_table"]


def test_at_the_same_time_too(bars, counted):
    chart, tools = unlike(2, bars), [vista.load("tool", name, backend="classical") for name in VIEWS[:2] * 3]
    texts = []
    threads = [threading.Thread(target=lambda t=tool: texts.append(t(images=[chart]).text)) for tool in tools]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == 1 and len(set(texts)) == 1 and len(texts) == 6


def test_what_cannot_be_read_is_read_once(counted):
    blank = Image.from_pil(PIL.Image.new("RGB", (301, 207), "white"))
    for name in VIEWS[:3]:
        with pytest.raises(vista.ToolFailed, match="No chart could be read in image 0: found"):
            vista.load("tool", name, backend="classical")(images=[blank])
    assert len(counted) == 1


def test_the_policy_reads_what_the_rendering_says(bars):
    chart = unlike(3, bars)

    def text(name, **rendering):
        tool = vista.load("tool", name, backend="classical", config={"rendering": rendering})
        return tool(images=[chart]).text

    assert "[" in text("chartmoe_extract_data") and "[" not in text("chartmoe_extract_data", boxes=False)
    assert text("chartmoe_extract_data", max_rows=1).endswith("... (2 more points)")
    assert "(0." in text("chartmoe_extract_data", confidence=True) or "(1." in text(
        "chartmoe_extract_data", confidence=True
    )
    assert text("chartmoe_analyze", digits=2).split("mean ")[1].startswith("31,")
    assert len(text("chartocr_to_scg", max_chars=120)) <= 120
    drawn = vista.load("tool", "chartdet_to_svg", config={"rendering": {"picture": True}})(images=[chart])
    assert drawn.images[0].size == chart.size and not vista.load("tool", "chartdet_to_svg")(images=[chart]).images


def test_stacked_bars_are_not_read_as_their_lowest_parts(chart):
    """The short cut of `chartmoe_to_table` sees bars on one base line; what stands on them belongs to them."""
    picture = PIL.Image.new("RGB", (420, 320), "white")
    draw = PIL.ImageDraw.Draw(picture)
    draw.line([(60, 20), (60, 270), (400, 270)], fill="black", width=2)
    for value in range(0, 51, 10):
        draw.text((52, 270 - 5 * value), str(value), fill="black", font_size=15, anchor="rm")
    for number, (name, low, high) in enumerate((("Mango", 20, 15), ("Kiwi", 10, 30), ("Pear", 12, 9))):
        left = 90 + 100 * number
        draw.rectangle([left, 270 - 5 * low, left + 60, 269], fill=(60, 110, 180))
        draw.rectangle([left, 270 - 5 * (low + high), left + 60, 269 - 5 * low], fill=(200, 80, 40))
        draw.text((left + 30, 280), name, fill="black", font_size=17, anchor="ma")
    try:
        rows = {row[0]: row[1:] for row in chart(images=[picture]).data.rows}
    except vista.ToolFailed:
        return
    assert all(len(values) == 2 for values in rows.values()), rows


def test_unreadable_says_what_was_found():
    assert issubclass(ChartUnreadable, Exception)
    with pytest.raises(vista.ToolArgumentError, match="no image 4"):
        vista.load("tool", "chartmoe_describe", backend="classical")(images=[], image=4)
    tool = vista.load("tool", "chartmoe_answer", backend="classical")
    with pytest.raises(vista.ToolArgumentError, match="There is no question"):
        tool(images=[PIL.Image.new("RGB", (60, 60))])
    assert json.dumps(tool.definition().parameters)
