"""The perception tools hold what every tool must hold, with each backend that can run here."""

import PIL.Image
import PIL.ImageDraw
import pytest
from vista_core.testing import ToolConformance


def scene() -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", (320, 200), "white")
    draw = PIL.ImageDraw.Draw(picture)
    draw.rectangle((20, 20, 90, 90), fill=(210, 30, 30))
    draw.ellipse((120, 20, 200, 100), fill=(30, 60, 200))
    draw.text((30, 140), "Total 47", fill="black", font_size=28)
    return picture


DETECT = ({"caption": "red square. blue circle."}, {"caption": "text", "box_threshold": 0.5})
DETECT_WRONG = (({"caption": ""}, "caption"), ({"caption": "red square", "box_threshold": 2}, "box_threshold"))
SEGMENT = ({"point_prompts": [[50, 50]]}, {"box_prompt": [110, 10, 210, 110], "multimask_output": False}, {})
SEGMENT_WRONG = (
    ({"point_prompts": [[900, 50]]}, "point_prompts"),
    ({"point_prompts": [[50, 50]], "point_labels": [1, 0]}, "point_labels"),
    ({"point_prompts": [[50, 50]], "point_labels": [0]}, "point_labels"),
    ({"box_prompt": [90, 10, 20, 110]}, "box_prompt"),
)


class OnTheScene:
    @pytest.fixture
    def images(self):
        return [scene()]


class WithTinyWeights(OnTheScene):
    weights_env = ("HF_HUB_CACHE",)

    @pytest.fixture(autouse=True)
    def hub(self, tiny_hub, monkeypatch):
        monkeypatch.setenv("HF_HUB_CACHE", str(tiny_hub))


class TestGroundingDINOClassical(OnTheScene, ToolConformance):
    tool = "grounding_dino"
    backend = "classical"
    examples = DETECT
    wrong = DETECT_WRONG


class TestSAMClassical(OnTheScene, ToolConformance):
    tool = "sam"
    backend = "classical"
    examples = SEGMENT[1:] + SEGMENT[:1]
    wrong = SEGMENT_WRONG


class TestEasyOCRByRapidOCR(OnTheScene, ToolConformance):
    tool = "easyocr"
    backend = "rapidocr"
    examples = ({"task": "recognize_only", "region": [20, 130, 180, 180]}, {"task": "extract_table"})
    wrong = (({"task": "extract_by_region"}, "region"),)
    weights_env = ("EASYOCR_MODULE_PATH", "MODULE_PATH")


@pytest.mark.slow
class TestGroundingDINOModel(WithTinyWeights, ToolConformance):
    tool = "grounding_dino"
    backend = "transformers"
    examples = ({"caption": "red cube.", "box_threshold": 0.3}, {"caption": "red. cube.", "box_threshold": 0.1})
    wrong = DETECT_WRONG


@pytest.mark.slow
class TestSAMModel(WithTinyWeights, ToolConformance):
    tool = "sam"
    backend = "transformers"
    examples = SEGMENT
    wrong = SEGMENT_WRONG
