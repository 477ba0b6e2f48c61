"""The chart endpoints hold what every tool must hold, on a drawn chart; each backend that can run here."""

import http.server
import json
import threading

import PIL.Image
import PIL.ImageDraw
import pytest
from vista_core.testing import ToolConformance

BARS = {"Mango": 47, "Kiwi": 12, "Pear": 33}


def chart_picture():
    """A chart of three bars with numbers on the axis."""
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
    return picture


CHART = chart_picture()


class ChartConformance(ToolConformance):
    """What the suites below share; not collected itself."""

    backend = "classical"
    examples = ({},)
    images = (CHART,)


class ViewConformance(ChartConformance):
    """Of one more view of the same reading: the two checks that start processes are left to the slow tests."""

    @pytest.mark.slow
    def test_threads_and_processes_agree(self):
        super().test_threads_and_processes_agree()

    @pytest.mark.slow
    def test_without_weights_it_says_so(self):
        super().test_without_weights_it_says_so()


class TestUniChartToTable(ChartConformance):
    tool = "unichart_to_table"


class TestDePlotToTable(ViewConformance):
    tool = "deplot_to_table"


class TestChartMoEExtractData(ViewConformance):
    tool = "chartmoe_extract_data"


class TestOpenCVToSVG(ViewConformance):
    tool = "opencv_to_svg"
    examples = ({}, {"most": 3})


class TestChartDetToSVG(ViewConformance):
    tool = "chartdet_to_svg"
    config = {"rendering": {"picture": True}}


class TestChartOCRToSVG(ViewConformance):
    tool = "chartocr_to_svg"


class TestChartDetToGraph(ViewConformance):
    tool = "chartdet_to_scg"


class TestChartOCRToGraph(ViewConformance):
    tool = "chartocr_to_scg"


class TestChartAssistantCaption(ViewConformance):
    tool = "chartassistant_caption"


class TestChartVLMCaption(ViewConformance):
    tool = "chartvlm_caption"


class TestChartMoEAnswer(ChartConformance):
    tool = "chartmoe_answer"
    question = "Which bar is the highest?"
    examples = ({}, {"question": "What is the difference between Mango and Kiwi?"})


class TestChartMoEAnalyze(ViewConformance):
    tool = "chartmoe_analyze"


class TestChartMoEDescribe(ViewConformance):
    tool = "chartmoe_describe"


@pytest.fixture(scope="module")
def chat_checkpoint(tmp_path_factory):
    """A tiny random chat model in the hub's format, which writes words."""
    from vista_trainers.tiny import TinyConfig, build_model, build_processor

    config = TinyConfig(hidden=32, layers=1, vision_hidden=32, vision_layers=1, image_size=56)
    processor = build_processor(config, ["bars", "chart"], ["Give a"])
    model, tokenizer = build_model(config, processor), processor.tokenizer
    wordless = [i for i in range(len(tokenizer)) if not tokenizer.decode([i], skip_special_tokens=True).strip()]
    model.get_input_embeddings().weight.data[wordless] = 0
    folder = tmp_path_factory.mktemp("chat")
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.mark.slow
class TestCaptionByTransformers(ChartConformance):
    tool = "chartassistant_caption"
    backend = "transformers"

    @pytest.fixture
    def config(self, chat_checkpoint):
        return {"model": str(chat_checkpoint), "max_new_tokens": 4}


@pytest.fixture(scope="module")
def endpoint():
    """The address of a server of this machine that answers every chat with the same words."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            data = json.dumps({"choices": [{"message": {"content": "Three bars."}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Nothing on stderr."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


class TestDescribeByOpenAI(ViewConformance):
    tool = "chartmoe_describe"
    backend = "openai"
    network = True

    @pytest.fixture
    def config(self, endpoint):
        return {"base_url": endpoint, "model": "served", "max_retries": 0}
