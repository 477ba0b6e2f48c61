"""A chat checkpoint in the process: loading, one generation, batches, and what is said when it cannot work."""

import numpy as np
import PIL.Image
import pytest
import vista_core as vista
from vista_core import Image, ToolArgumentError, ToolContext, ToolTimeout, ToolUnavailable
from vista_core.tools import set_up
from vista_vlm.config import VLMConfig


def made(look, **config):
    tool = look()
    set_up(tool, "transformers", config)
    return tool


def calls(tool, pictures):
    args = tool.args_model
    return [(args(about=f"thing {n}"), ToolContext(images=(Image.of(p),))) for n, p in enumerate(pictures)]


def test_from_pretrained_to_an_observation(look, checkpoint, red):
    tool = made(look, model=str(checkpoint), max_new_tokens=8)
    seen = tool(images=[red], about="colours")
    assert seen.text.strip() and seen.data.about == "colours"
    assert tool(images=[red], about="colours").text == seen.text, "greedy answers repeat"
    assert tool.backend.weights[0].repo == str(checkpoint), "what is loaded is what is said"


def test_batches_answer_each_call(look, checkpoint, red):
    tool = made(look, model=str(checkpoint), max_new_tokens=6)
    wide = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 90, 3), dtype=np.uint8))
    asked = calls(tool, [red, wide, red])
    together = tool.run_batch(asked)
    alone = [tool.run(*one) for one in asked]
    assert [t.about for t in together] == ["thing 0", "thing 1", "thing 2"]
    assert [t.text for t in together] == [a.text for a in alone]


def test_a_bad_picture_costs_its_own_call(look, checkpoint, red):
    tool = made(look, model=str(checkpoint), max_new_tokens=4)
    asked = calls(tool, [red, red])
    asked[0] = (asked[0][0], ToolContext(images=()))
    first, second = tool.run_batch(asked)
    assert isinstance(first, ToolArgumentError) and second.text


def test_two_tools_share_one_model(look, checkpoint):
    one, two = made(look, model=str(checkpoint)), made(look, model=str(checkpoint), max_new_tokens=3)
    assert one.chat is two.chat


def test_no_time_is_a_timeout(look, checkpoint, red):
    tool = made(look, model=str(checkpoint), max_new_tokens=400)
    with pytest.raises(ToolTimeout):
        tool(images=[red], timeout_s=0.0)


def test_without_weights_it_says_what_to_fetch(look, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ToolUnavailable, match="hf download some/model"):
        made(look, model="some/model")
    with pytest.raises(ToolUnavailable, match="set the config's `model`"):
        made(look)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ToolUnavailable, match="cannot load"):
        made(look, model=str(tmp_path))


def test_code_of_a_checkpoint_runs_only_when_it_is_named():
    with pytest.raises(ValueError, match="name the checkpoint"):
        VLMConfig(trust_remote_code=True)
    assert VLMConfig(trust_remote_code=True, model="a/b").trust_remote_code


def test_the_hub_cache_is_found(look, checkpoint, red, tmp_path, monkeypatch):
    """The folder layout of a fetched repo: refs/main names a snapshot."""
    repo = tmp_path / "models--some--model"
    (repo / "refs").mkdir(parents=True)
    (repo / "snapshots").mkdir()
    (repo / "refs" / "main").write_text("abc123")
    (repo / "snapshots" / "abc123").symlink_to(checkpoint, target_is_directory=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert made(look, model="some/model", max_new_tokens=2)(images=[red]).text
    with pytest.raises(ToolUnavailable, match="--revision v2"):
        made(look, model="some/model", revision="v2")


def test_import_is_light():
    from vista_core.testing.child import in_child

    report = in_child("import", {"module": "vista_vlm", "kind": "tool"})
    assert not report["heavy"], report
    assert vista.Backend("x").probe() is None


def test_the_first_backend_that_the_settings_allow_is_taken(look, checkpoint, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    chosen = {}
    for name, config in {
        "transformers": {"model": str(checkpoint)},
        "openai": {"model": "served", "base_url": "http://127.0.0.1:9/v1"},
    }.items():
        tool = look()
        set_up(tool, "auto", config)
        chosen[name] = tool.backend.name
    assert list(chosen) == list(chosen.values())
    with pytest.raises(ToolUnavailable, match="(?s)no model is named.*no base_url"):
        set_up(look(), "auto", {})
