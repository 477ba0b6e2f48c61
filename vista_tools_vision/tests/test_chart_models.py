"""DePlot and UniChart over tiny random checkpoints in the hub's format: from_pretrained to an observation."""

import http.server
import json
import os
import threading

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
import vista_core as vista
from vista_core import Image, ToolArgumentError, ToolContext, ToolFailed, ToolTimeout, ToolUnavailable
from vista_core.tools import set_up
from vista_tools_vision.endpoints import models
from vista_tools_vision.endpoints.tables import DePlotToTable, UniChartToTable

PIECES = [
    "TITLE",
    "Name",
    "Value",
    "Mango",
    "Kiwi",
    "47",
    "12",
    "|",
    "<0x0A>",
    "&",
    "<extract_data_table>",
    "<s_answer>",
]


@pytest.fixture(scope="module")
def deplot(tmp_path_factory):
    """A Pix2Struct of a few thousand weights, as `save_pretrained` writes it."""
    import torch
    from transformers import (
        Pix2StructConfig,
        Pix2StructForConditionalGeneration,
        Pix2StructImageProcessor,
        Pix2StructProcessor,
        T5Tokenizer,
    )

    vocabulary = [
        ("<pad>", 0.0),
        ("</s>", 0.0),
        ("<unk>", 0.0),
        ("▁", -2.0),
        *((f"▁{piece}", -1.0) for piece in PIECES),
    ]
    tokenizer = T5Tokenizer(vocab=vocabulary, extra_ids=0)
    torch.manual_seed(0)
    side = {"num_layers": 1, "num_hidden_layers": 1, "hidden_size": 16, "d_ff": 16, "d_kv": 8, "num_heads": 2}
    config = Pix2StructConfig(
        text_config={
            **side,
            "vocab_size": len(tokenizer),
            "decoder_start_token_id": 0,
            "pad_token_id": 0,
            "eos_token_id": 1,
        },
        vision_config={**side, "seq_len": 512, "num_attention_heads": 2},
        is_vqa=True,
    )
    folder = tmp_path_factory.mktemp("deplot")
    Pix2StructForConditionalGeneration(config).save_pretrained(folder)
    Pix2StructProcessor(Pix2StructImageProcessor(is_vqa=True, max_patches=64), tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def unichart(tmp_path_factory):
    """A Donut of a few thousand weights, as `save_pretrained` writes it."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        DonutImageProcessor,
        DonutProcessor,
        DonutSwinConfig,
        MBartConfig,
        PreTrainedTokenizerFast,
        VisionEncoderDecoderConfig,
        VisionEncoderDecoderModel,
    )

    words = {word: number for number, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", *PIECES])}
    plain = Tokenizer(models.WordLevel(words, "<unk>"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    torch.manual_seed(1)
    config = VisionEncoderDecoderConfig(
        encoder=DonutSwinConfig(
            image_size=[64, 64], patch_size=4, embed_dim=8, depths=[1, 1], num_heads=[1, 2], window_size=4
        ).to_dict(),
        decoder=MBartConfig(
            vocab_size=len(words),
            d_model=16,
            decoder_layers=1,
            decoder_attention_heads=2,
            decoder_ffn_dim=16,
            max_position_embeddings=32,
            is_decoder=True,
            add_cross_attention=True,
            pad_token_id=1,
            eos_token_id=2,
            bos_token_id=0,
        ).to_dict(),
        decoder_start_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
    )
    folder = tmp_path_factory.mktemp("unichart")
    VisionEncoderDecoderModel(config).save_pretrained(folder)
    size = {"height": 64, "width": 64}
    DonutProcessor(DonutImageProcessor(size=size, do_thumbnail=True), tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(params=["deplot", "unichart"])
def made(request):
    """(the tool, set up with its model)."""
    kind = {"deplot": DePlotToTable, "unichart": UniChartToTable}[request.param]
    tool = kind()
    set_up(
        tool,
        request.param,
        {"model": str(request.getfixturevalue(request.param)), "max_new_tokens": 12, "max_patches": 64},
    )
    return tool


def charts(*sizes):
    generator = np.random.default_rng(0)
    return [generator.integers(0, 255, (height, width, 3), dtype=np.uint8) for width, height in sizes]


def test_from_pretrained_to_text(made):
    """The user's own path: the weights are loaded, the picture and the prompt go in, greedy text comes out."""
    one, two = charts((90, 60), (50, 70))
    texts = made.reader.read([one, two, one], 12, 64)
    assert texts[0] == texts[2] and len(texts) == 3
    assert made.reader.read([two], 12, 64) == [texts[1]], "a batch changes nothing"
    assert all(isinstance(text, str) and len(text) < 400 for text in texts)
    assert made.backend.weights[0].repo == made.config.model


def test_calls_end_as_a_table_or_as_none(made, monkeypatch):
    """What random weights write is no table, and is not made one; what they might write is one."""
    (chart,) = charts((80, 60))
    calls = [
        (made.args_model(), ToolContext(images=(Image.from_array(chart),))),
        (made.args_model(image=3), ToolContext()),
    ]
    read = type(made.reader).read
    wrote = []

    def beside(self, *args):
        wrote.extend(read(self, *args))
        return wrote

    monkeypatch.setattr(type(made.reader), "read", beside)
    first, second = made.run_batch(calls)
    assert len(wrote) == 1 and isinstance(second, ToolArgumentError)
    if wrote[0].count("|") < 2:
        assert isinstance(first, ToolFailed) and first.code == "E5"
    monkeypatch.setattr(type(made.reader), "read", lambda *a: ["TITLE | Fruit <0x0A> Name | Boxes <0x0A> Mango | 47"])
    seen = made(images=[chart])
    assert seen.data.rows == [["Mango", "47"]] and seen.data.confidence is None
    assert seen.text.endswith("Name | Boxes\nMango | 47")
    assert seen.text.startswith("TITLE | Fruit") == (made.name == "deplot_to_table")


def test_no_time_is_a_timeout(made):
    (chart,) = charts((80, 60))
    (late,) = made.reader.read([chart], 400, 64, 0.0)
    assert isinstance(late, ToolTimeout) or "</s>" not in late


def test_no_font_is_fetched(deplot, monkeypatch, tmp_path):
    """transformers would take DePlot's font from the hub."""
    import huggingface_hub

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", lambda *a, **k: pytest.fail("the hub was asked"))
    models._font.cache_clear()
    tool = DePlotToTable()
    set_up(tool, "deplot", {"model": str(deplot), "max_new_tokens": 2, "max_patches": 64})
    tool.reader.read(charts((40, 40)), 2, 64)
    models._font.cache_clear()


def test_weights_are_named_and_their_absence_too(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    for name, backend in (("deplot_to_table", "deplot"), ("unichart_to_table", "unichart")):
        with pytest.raises(ToolUnavailable, match=f"vista tools {name} --fetch --backend {backend}"):
            vista.load("tool", name, backend=backend)
        weights = vista.load("tool", name, setup=False).backends[0].weights[0]
        assert weights.repo and weights.bytes > 10**8 and weights.licence


@pytest.mark.parametrize(
    "name", ["chartmoe_answer", "chartmoe_extract_data", "chartvlm_caption", "chartassistant_caption"]
)
def test_chat_models_must_be_named(name):
    with pytest.raises(ToolUnavailable, match="no model is named"):
        vista.load("tool", name, backend="transformers")
    with pytest.raises(ToolUnavailable, match="no base_url"):
        vista.load("tool", name, backend="openai")


@pytest.fixture
def endpoint():
    """(address, requests, replies) of a server that speaks chat completions."""
    asked, replies = [], []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            data = json.dumps({"choices": [{"message": {"content": replies.pop(0)}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Nothing on stderr."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", asked, replies
    server.shutdown()
    server.server_close()


def test_a_served_model_answers_the_chart_endpoints(endpoint):
    """The prompt holds what the call asks, and the answer must have the form that the endpoint asks for."""
    url, asked, replies = endpoint
    (chart,) = charts((80, 60))

    def call(name, reply, **arguments):
        replies.append(reply)
        tool = vista.load("tool", name, config={"base_url": url, "model": "served"})
        assert tool.backend.name == "openai", "`auto` takes what the settings name"
        return tool(images=[chart], **arguments)

    table = call("chartmoe_to_table", "| Name | Boxes |\n|---|---|\n| Mango | 47 |")
    assert table.text == "Mango 47" and table.data.marks == []
    assert call("chartmoe_answer", "35", question="How much more?").data.answer == "35"
    assert "How much more?" in asked[-1]["messages"][0]["content"][1]["text"]
    points = call("chartmoe_extract_data", '[{"name": "Mango", "series": "", "value": 47}]')
    assert points.text == "Mango: 47" and points.data.points[0].confidence is None
    for name in ("chartmoe_analyze", "chartvlm_caption", "chartassistant_caption"):
        assert call(name, "Mango leads.").text == "Mango leads."
    for name in ("chartmoe_to_table", "chartmoe_extract_data"):
        with pytest.raises(ToolFailed) as refused:
            call(name, "I see a chart.")
        assert refused.value.code == "E5"
