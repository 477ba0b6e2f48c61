import asyncio
import base64
import io
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest
from aiohttp import web
from vista_core import Image, InfrastructureError, PluginError, load
from vista_trainers.policies.base import TurnRequest
from vista_trainers.policies.openai import OpenAIPolicy, chat_messages, close_tag, cut, data_url
from vista_trainers.policies.scripted import ScriptedPolicy


def request(messages=(), images=(), **settings):
    values = {"trajectory": "t", "task": "sums", "split": "train", "key": "train/3", "rollout": 0, "turn": 0, "seed": 0}
    return TurnRequest(**(values | settings), ids=np.empty(0, np.int32), messages=list(messages), images=tuple(images))


def picture(width=3):
    return Image.from_array(np.zeros((2, width, 3), np.uint8))


class Endpoint:
    """A chat endpoint on a port of this machine; `plan` is a list of replies, the last one for ever after."""

    def __init__(self, plan):
        self.plan, self.bodies, self.headers, self.in_flight, self.most = list(plan), [], [], 0, 0

    async def answer(self, http):
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        self.bodies.append(await http.json())
        self.headers.append(dict(http.headers))
        step = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        await asyncio.sleep(0.01)
        self.in_flight -= 1
        if step == "hang":
            await asyncio.sleep(5)
        if step == "drop":
            http.transport.close()
            return web.Response()
        if isinstance(step, int):
            return web.Response(status=step, text="no")
        return web.json_response(step)

    async def run(self, work, **config):
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        policy = OpenAIPolicy(
            model="m", base_url=f"http://127.0.0.1:{port}/v1", **({"retry_wait_s": 0.01, "timeout_s": 1.0} | config)
        )
        try:
            return await work(policy)
        finally:
            await policy.close()
            await runner.cleanup()


def says(text, reason="stop", **extra):
    return {"choices": [{"message": {"content": text}, "finish_reason": reason, **extra}]}


def ask(plan, requests=None, **config):
    endpoint = Endpoint(plan)
    requests = requests or [request([{"role": "user", "content": "hi"}])]
    turns = asyncio.run(endpoint.run(lambda policy: policy.generate(requests), **config))
    return endpoint, turns


class TestOpenAI:
    def test_a_turn(self, monkeypatch):
        monkeypatch.setenv("VISTA_TEST_KEY", "secret")
        asked = request(
            [
                {"role": "system", "content": "s"},
                {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "q"}]},
                {"role": "assistant", "content": "turn"},
                {"role": "tool", "content": [{"type": "image"}, {"type": "text", "text": "o"}]},
            ],
            [picture(3), picture(4)],
            max_new_tokens=77,
            temperature=0.3,
        )
        endpoint, (turn,) = ask([says("<think>x</think><answer>4")], [asked], api_key_env="VISTA_TEST_KEY")
        assert turn.text == "<think>x</think><answer>4</answer>"
        assert (turn.finish_reason, len(turn.ids)) == ("stop", 0)
        (body,) = endpoint.bodies
        assert endpoint.headers[0]["Authorization"] == "Bearer secret"
        assert (body["model"], body["max_tokens"], body["temperature"]) == ("m", 77, 0.3)
        assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]
        for message, width in ((body["messages"][1], 3), (body["messages"][3], 4)):
            url = message["content"][0]["image_url"]["url"]
            data = base64.b64decode(url.removeprefix("data:image/png;base64,"))
            assert PIL.Image.open(io.BytesIO(data)).size == (width, 2)
        assert body["messages"][3]["content"][1] == {"type": "text", "text": "o"}

    def test_seeds_are_keyed(self):
        endpoint, _ = ask([says("a")], [request(rollout=r, turn=t) for r in (0, 1) for t in (0, 1)])
        again, _ = ask([says("a")], [request(rollout=1, turn=1)])
        seeds = [body["seed"] for body in endpoint.bodies]
        assert len(set(seeds)) == 4
        assert again.bodies[0]["seed"] in seeds

    @pytest.mark.parametrize("trouble", [503, 429, "drop", "hang"])
    def test_trouble_that_passes_is_retried(self, trouble):
        endpoint, (turn,) = ask([trouble, says("<answer>1</answer>")], timeout_s=0.3)
        assert turn.text == "<answer>1</answer>"
        assert len(endpoint.bodies) == 2

    def test_trouble_that_stays_is_a_fault_after_finitely_many_attempts(self):
        endpoint = Endpoint([503])
        with pytest.raises(InfrastructureError, match="after 3 attempts: HTTP 503"):
            asyncio.run(endpoint.run(lambda p: p.generate([request()]), max_retries=2))
        assert len(endpoint.bodies) == 3

    def test_a_refused_request_is_a_fault_and_not_repeated(self):
        endpoint = Endpoint([400])
        with pytest.raises(InfrastructureError, match="HTTP 400"):
            asyncio.run(endpoint.run(lambda p: p.generate([request()])))
        assert len(endpoint.bodies) == 1

    @pytest.mark.parametrize("status", [401, 404])
    def test_a_wrong_set_up_says_what_to_check(self, status):
        with pytest.raises(PluginError, match=r"policy\.config\.base_url"):
            ask([status])

    def test_a_reply_that_is_no_completion(self):
        with pytest.raises(InfrastructureError, match="no chat completion"):
            ask([{"choices": []}])

    def test_no_more_in_flight_than_allowed(self):
        endpoint, turns = ask([says("a")], [request(rollout=r) for r in range(12)], concurrency=3)
        assert len(turns) == 12
        assert endpoint.most <= 3

    def test_length_and_stop(self):
        assert ask([says("<answer>1", "length")])[1][0].finish_reason == "length"
        # vLLM names the stop string, or null for the end-of-turn token: nothing is to be put back then.
        assert ask([says("<answer>1", stop_reason=None)])[1][0].text == "<answer>1"
        assert ask([says("<answer>1", stop_reason="</answer>")])[1][0].text == "<answer>1</answer>"
        endpoint, (turn,) = ask([says("<answer>1</answer> bla")], send_stop=False)
        assert turn.text == "<answer>1</answer>"
        assert "stop" not in endpoint.bodies[0]

    def test_tags(self):
        assert close_tag("no tag") == "no tag"
        assert close_tag("<think>a</think><tool_call>{}") == "<think>a</think><tool_call>{}</tool_call>"
        assert close_tag("<answer>1</answer>") == "<answer>1</answer>"
        assert cut("a</tool_call>b</answer>") == "a</tool_call>"

    def test_pictures_and_places_must_pair_up(self):
        with pytest.raises(ValueError, match="no place"):
            chat_messages([{"role": "user", "content": "q"}], [picture()])
        with pytest.raises(ValueError, match="more picture places"):
            chat_messages([{"role": "user", "content": [{"type": "image"}]}], [])

    def test_formats_that_endpoints_do_not_read_become_png(self):
        buffer = io.BytesIO()
        PIL.Image.new("RGB", (5, 4), "red").save(buffer, "BMP")
        assert data_url(Image.from_bytes(buffer.getvalue())).startswith("data:image/png;base64,iVBOR")
        buffer = io.BytesIO()
        PIL.Image.new("RGB", (5, 4), "red").save(buffer, "JPEG")
        jpeg = Image.from_bytes(buffer.getvalue())
        assert data_url(jpeg) == "data:image/jpeg;base64," + base64.b64encode(jpeg.data).decode()

    def test_through_the_engine(self, make_engine, jobs, helpers):
        """Two turns with a call between them, over HTTP."""

        async def work(policy):
            return await make_engine(policy).run(jobs(3, 1))

        endpoint = Endpoint([says(helpers.call("add", a=1, b=2).removesuffix("</tool_call>"))])
        original = endpoint.answer

        async def answer(http):
            body = await http.json()
            if len(body["messages"]) > 1:
                endpoint.bodies.append(body)
                return web.json_response(says(helpers.answer(3)))
            return await original(http)

        endpoint.answer = answer
        played = asyncio.run(endpoint.run(work))
        assert [t.answer for t in played] == ["3"] * 3
        assert not played[0].segments
        last = endpoint.bodies[-1]["messages"]
        assert [m["role"] for m in last] == ["user", "assistant", "user"]
        assert last[2]["content"] == "3"


class TestScripted:
    def test_habits_are_a_keyed_mix(self, make_engine, jobs):
        def answers(**config):
            engine = make_engine(ScriptedPolicy(**config), seed=1)
            return [len(t.turns) for t in engine.run_sync(jobs(40, 2))]

        assert set(answers(habit="guess")) == {1}
        mixed = answers(habits={"careful": 0.5, "guess": 0.5})
        assert mixed == answers(habits={"guess": 1, "careful": 1})
        assert 20 < mixed.count(1) < 60

    def test_kinds_have_their_own_mix(self, make_engine, jobs):
        config = {"habits": {"careful": 1}, "kinds": {"even": {"guess": 1}}}
        played = make_engine(ScriptedPolicy(**config)).run_sync(jobs(10, 1))
        assert [len(t.turns) for t in played] == [2, 1] * 5

    def test_through_discovery(self):
        assert isinstance(load("policy", "scripted", habit="guess"), ScriptedPolicy)
        with pytest.raises(PluginError, match="habbit"):
            load("policy", "scripted", habbit="guess")

    def test_not_bound(self):
        with pytest.raises(PluginError, match="bind"):
            asyncio.run(ScriptedPolicy().generate([request()]))


def test_policies_of_text_import_no_torch():
    code = (
        "import sys, vista_trainers\n"
        "assert not {'numpy', 'torch', 'vista_core'} & set(sys.modules), 'import vista_trainers is heavy'\n"
        "import vista_trainers.evaluate, vista_trainers.recipe, vista_trainers.policies.openai\n"
        "import vista_core; vista_core.load('policy', 'scripted'); vista_core.load('policy', 'openai', model='m')\n"
        "heavy = {'torch', 'transformers', 'trl', 'cv2', 'gymnasium', 'aiohttp'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
