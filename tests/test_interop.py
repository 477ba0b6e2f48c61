"""One tool in other people's programs: a function of ten lines works in each without a further line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import vista_core as vista

ROOT = Path(__file__).parent.parent
TEN_LINES = '''\
from typing import Annotated

from pydantic import Field
from vista_core import tool


@tool
def double(x: Annotated[float, Field(description="a number")]) -> float:
    """Double a number."""
    return 2 * x
'''


class Doubling(vista.Task):
    """Asks for the double of the sample's number."""

    name = "doubling"

    def size(self, split):
        return 9

    def sample(self, split, index):
        return vista.Sample(key=str(index), question=f"What is twice {index}?")

    def gold(self, key):
        return vista.Gold(answer=2 * int(key))

    def score(self, key, answer):
        right = answer == str(self.gold(key).answer)
        return vista.Score(value=float(right), correct=right, rule="equal")


@pytest.fixture
def tool_file(tmp_path):
    assert len(TEN_LINES.splitlines()) == 10
    path = tmp_path / "double.py"
    path.write_text(TEN_LINES)
    return str(path)


def test_in_vista_env(tool_file):
    env = vista.VistaEnv(Doubling(), tools=[tool_file])
    env.reset(options={"index": 4})
    seen, *_ = env.step('<think>a</think><tool_call>{"tool": "double", "arguments": {"x": 4}}</tool_call>')
    assert seen["text"] == "8"
    _, reward, terminated, _, info = env.step("<think>b</think><answer>8</answer>")
    assert terminated and reward > 0 and info["score"]["correct"]


def test_in_trl(tool_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    from tiny_chat import tiny_chat
    from trl import GRPOConfig, GRPOTrainer
    from vista_trainers.integrations.trl import dataset, environment_factory, tools

    model, tokenizer = tiny_chat()
    settings = GRPOConfig(
        str(tmp_path), num_generations=2, per_device_train_batch_size=2, max_steps=1, report_to="none", use_cpu=True
    )
    rows = dataset(Doubling())
    alone = GRPOTrainer(
        model, lambda completions, **_: [0.0] * len(completions), settings, rows, processing_class=tokenizer,
        tools=tools([tool_file]),
    )  # fmt: skip
    assert [tool.__name__ for tool in alone.tools] == ["double"] and alone.tools[0](x=4.0) == "8"
    within = GRPOTrainer(
        model, None, settings, rows, processing_class=tokenizer,
        environment_factory=environment_factory(Doubling(), [tool_file]),
    )  # fmt: skip
    names = {tool.__name__: tool for tool in within.tools}
    assert set(names) == {"answer", "double"} and within.reward_func_names == ["vista_doubling"]
    environment = names["double"].__self__
    environment.reset(**rows[4])
    assert environment.double(x=4) == "8" and environment.answer(answer="8")
    assert environment.get_reward() > 0


async def test_in_mcp(tool_file):
    from mcp import Client
    from vista_serve import ToolServer

    server = ToolServer([tool_file])
    await server.start()
    async with Client(server.mcp()) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["double"]
        result = await client.call_tool("double", {"x": 4})
        assert result.content[0].text == "8" and result.structured_content == {"value": 8.0}
    await server.close()


async def test_in_verl_as_far_as_it_goes_without_verl(tool_file):
    from vista_trainers.integrations.verl import TrajectoryTool, verl_schema

    tool = TrajectoryTool({"type": "native", "tool": tool_file})
    assert verl_schema(tool.definition)["function"]["parameters"]["required"] == ["x"]
    seen, error = await tool.call({"x": 4})
    assert seen.text == "8" and error is None


def test_as_openai_schemas(tool_file):
    done = run("-m", "vista_cli", "tools", tool_file, "calculator", "--openai")
    schemas = json.loads(done)
    assert [schema["function"]["name"] for schema in schemas] == ["double", "calculator"]
    assert schemas[0] == vista.load("tool", tool_file).definition().openai()
    for schema in schemas:
        assert set(schema) == {"type", "function"} and schema["type"] == "function"
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", schema["function"]["name"])
        assert schema["function"]["parameters"]["type"] == "object" and "$ref" not in json.dumps(schema)


def test_openai_schemas_of_all_tools_leave_out_what_cannot_be_imported(tmp_path):
    everything = json.loads(run("-m", "vista_cli", "tools", "--openai"))
    installed = {row.name for row in vista.available("tool") if row.status == "found"}
    assert {schema["function"]["name"] for schema in everything} == installed


def run(*words: str) -> str:
    env = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=ROOT, env=env, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "openai_schemas",
            ["'content': '47'", "[image 1]|Zoomed|zoom|'tool_call_id': '2'", "did you mean `expression`"],
        ),
        ("mcp_client", ["calculator: 47", "image_zoom_in: image/png", "True There is no argument"]),
        ("verl_tools", ['"name": "calculator"', "class_name: vista_trainers.integrations.verl.VistaTool"]),
        ("trl_environment", ["{'reward': -1.0, 'tools/call_frequency': 0.0}"]),
        ("trl_tools", ["{'reward': 0.0, 'tools/call_frequency': 0.0}"]),
    ],
)
def test_the_examples_run_as_they_stand(name, said):
    shown = run(f"examples/{name}.py")
    for options in said:
        assert any(option in shown for option in options.split("|")), (options, shown[-2000:])


def test_every_example_is_run_and_documented():
    examples = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"tiny_chat"}
    tested = {case[0] for mark in test_the_examples_run_as_they_stand.pytestmark for case in mark.args[1]}
    page = (ROOT / "docs/interop.md").read_text()
    assert examples == tested
    assert [name for name in examples if f"examples/{name}.py" not in page] == []
