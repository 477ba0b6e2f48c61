"""The tools of this package hold what every tool must hold."""

import PIL.Image
import PIL.ImageDraw
import pytest
from vista_core.testing import ToolConformance

BARS = {"Mango": 47, "Kiwi": 12, "Pear": 33}


def text_picture():
    """Two lines of text."""
    picture = PIL.Image.new("RGB", (240, 100), "white")
    draw = PIL.ImageDraw.Draw(picture)
    draw.text((12, 10), "Total 47", fill="black", font_size=28)
    draw.text((12, 54), "Mean 12", fill="black", font_size=28)
    return picture


def chart_picture():
    """A bar chart with a value over each bar."""
    picture = PIL.Image.new("RGB", (420, 320), "white")
    draw = PIL.ImageDraw.Draw(picture)
    draw.line([(60, 20), (60, 270), (400, 270)], fill="black", width=2)
    for value in range(0, 51, 10):
        draw.text((52, 270 - 5 * value), str(value), fill="black", font_size=15, anchor="rm")
        draw.line([(56, 270 - 5 * value), (60, 270 - 5 * value)], fill="black")
    for number, (name, value) in enumerate(BARS.items()):
        left = 90 + 100 * number
        draw.rectangle([left, 270 - 5 * value, left + 60, 269], fill=(60, 110, 180))
        draw.text((left + 30, 280), name, fill="black", font_size=17, anchor="ma")
        draw.text((left + 30, 262 - 5 * value), str(value), fill="black", font_size=15, anchor="mb")
    return picture


class TestImageZoomIn(ToolConformance):
    tool = "image_zoom_in"
    examples = ({"bbox_2d": [10, 10, 120, 60]}, {"bbox_2d": [0, 0, 5, 5], "image": 1})
    wrong = (({"bbox_2d": [120, 60, 10, 10]}, "bbox_2d"), ({"bbox_2d": [500, 500, 600, 600]}, "bbox_2d"))

    @pytest.fixture
    def images(self):
        return [text_picture(), chart_picture()]


class TestImageRotate(ToolConformance):
    tool = "image_rotate"
    examples = ({"angle": 90}, {"angle": -12.5})

    @pytest.fixture
    def images(self):
        return [text_picture()]


class TestEasyOCR(ToolConformance):
    tool = "easyocr"
    examples = ({}, {"task": "detect_only"}, {"task": "extract_by_region", "region": [0, 0, 200, 50]})
    wrong = (({"task": "extract_by_region"}, "region"),)
    weights_env = ("EASYOCR_MODULE_PATH", "MODULE_PATH")

    @pytest.fixture
    def images(self):
        return [text_picture()]


class TestChartMoEToTable(ToolConformance):
    tool = "chartmoe_to_table"
    examples = ({},)

    @pytest.fixture
    def images(self):
        return [chart_picture()]
