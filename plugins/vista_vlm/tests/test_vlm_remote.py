"""A chat model behind an endpoint: what is sent, what comes back, and whose fault a failure is."""

import base64
import io

import PIL.Image
import pytest
import vista_core as vista
from vista_core import InfrastructureError, PluginError, ToolArgumentError, ToolFailed, ToolUnavailable
from vista_core.tools import set_up
from vista_vlm import remote


def made(look, url, **config):
    tool = look()
    set_up(tool, "openai", {"base_url": url, "model": "some-vlm", "timeout_s": 5, "max_retries": 1, **config})
    return tool


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(remote, "_FIRST_WAIT_S", 0.0)


def test_what_is_sent_and_what_comes_back(look, endpoint, red, monkeypatch):
    url, served = endpoint
    served.say(" red all over \n")
    monkeypatch.setenv("MY_KEY", "k-123")
    seen = made(look, url, api_key_env="MY_KEY", extra_body={"top_k": 1})(images=[red], about="colours")
    assert seen.text == '{"text": "red all over", "about": "colours"}' and seen.data.text == "red all over"
    path, body = served.asked[0]
    assert path == "/v1/chat/completions" and served.headers[0]["Authorization"] == "Bearer k-123"
    assert (body["model"], body["temperature"], body["top_k"]) == ("some-vlm", 0, 1)
    system, user = body["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert user["content"][1] == {"type": "text", "text": "Describe colours."}
    kind, data = user["content"][0]["image_url"]["url"].split(";base64,")
    assert kind == "data:image/png" and PIL.Image.open(io.BytesIO(base64.b64decode(data))).size == (60, 40)


def test_large_and_animated_pictures_are_made_fit(look, endpoint):
    url, served = endpoint
    served.say("fine")
    frames = io.BytesIO()
    PIL.Image.new("RGB", (300, 100), "blue").save(
        frames, "GIF", save_all=True, append_images=[PIL.Image.new("RGB", (300, 100))]
    )
    tool = made(look, url, max_side=150)
    tool(images=[frames.getvalue()])
    url_sent = served.asked[0][1]["messages"][1]["content"][0]["image_url"]["url"]
    sent = PIL.Image.open(io.BytesIO(base64.b64decode(url_sent.split(",")[1])))
    assert (sent.format, sent.size) == ("PNG", (150, 50))
    whole = io.BytesIO()
    PIL.Image.effect_noise((200, 200), 80).save(whole, "PNG")
    with pytest.raises(ToolArgumentError, match="Image 0 cannot be read"):
        tool(images=[whole.getvalue()[:9000]])
    assert len(served.asked) == 1, "a broken picture is not sent"


def test_what_may_pass_is_tried_again(look, endpoint, red):
    url, served = endpoint
    served.replies.append((503, {"error": "loading"}))
    served.say("red")
    assert made(look, url)(images=[red]).data.text == "red"
    assert len(served.asked) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((500, {}), InfrastructureError),
        ((200, {"choices": []}), InfrastructureError),
        ((401, {"error": "no such key"}), PluginError),
        ((404, {"error": "no such model"}), PluginError),
        ((400, {"error": "too many tokens"}), ToolFailed),
        ((200, {"choices": [{"message": {"content": "  "}}]}), ToolFailed),
        ((200, {"choices": [{"message": {"content": "REFUSED"}}]}), ToolFailed),
    ],
)
def test_whose_fault_it_is(look, endpoint, red, reply, error):
    url, served = endpoint
    served.replies.append(reply)
    with pytest.raises(error):
        made(look, url)(images=[red])


def test_an_endpoint_that_is_not_there_is_no_fault_of_the_policy(look, red):
    with pytest.raises(InfrastructureError, match="did not answer"):
        made(look, "http://127.0.0.1:9/v1")(images=[red])


def test_without_an_address_it_says_so(look):
    with pytest.raises(ToolUnavailable, match="no base_url and no model"):
        set_up(look(), "openai", {})
    with pytest.raises(ToolUnavailable, match="is no address"):
        made(look, "file:///etc/passwd")


def test_executors_run_it_side_by_side(endpoint, red, tmp_path):
    """Over the thread executor, several calls are in flight at once; a dead endpoint is a fault, not an error."""
    url, served = endpoint
    served.say("one")
    file = tmp_path / "look_tool.py"
    file.write_text(
        "from pydantic import BaseModel, Field\n"
        "from vista_vlm import OpenAIBackend, Prompt, VLMTool\n"
        "class Args(BaseModel):\n"
        '    """Look."""\n'
        '    image: int = Field(0, description="which")\n'
        "class Out(BaseModel):\n"
        "    text: str\n"
        "class Look(VLMTool[Args, Out]):\n"
        "    name = 'look'\n"
        "    reads = frozenset({'image'})\n"
        "    backends = (OpenAIBackend(),)\n"
        "    def prompt(self, args, context):\n"
        "        return Prompt('Look.', (self.picture(context, args.image),))\n"
        "    def parse(self, text, args):\n"
        "        return Out(text=text)\n"
    )
    config = {"base_url": url, "model": "m", "max_retries": 0}
    for executor in ("thread", "process"):
        spec = vista.tool_spec(f"{file}:Look", config=config, executor=executor)
        dead = spec.model_copy(update={"name": "dead", "config": {**spec.config, "base_url": "http://127.0.0.1:9/v1"}})
        runner = vista.make_executor([spec, dead], max_retries=0)
        image = vista.Image.of(red)
        calls = [vista.ToolCall(str(n), s, {}, (image,)) for n, s in enumerate([spec, spec, dead])]
        runner.start_sync([spec, dead])
        one, two, fault = runner.run_sync(calls)
        runner.close_sync()
        assert one.observation.text == two.observation.text == "one" and not one.cached
        assert fault.fault and fault.error is None
