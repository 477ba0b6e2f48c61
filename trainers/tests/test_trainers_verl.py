"""The adapters for verl. Without verl, its base classes are replaced by stand-ins of the interface of verl 0.9.1."""

import asyncio
import gc
import importlib
import sys
import types
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pydantic import BaseModel
from vista_core import InfrastructureError, PluginError, build_toolset
from vista_trainers.integrations import verl as ours

TOOLS = Path(__file__).with_name("interop_tools.py")


class AgentData:
    """verl's record of a trajectory, the part that is read here."""

    def __init__(self, images=(), request_id="r"):
        self.image_data = list(images)
        self.request_id = request_id


def grey(width, height, value=100):
    return PIL.Image.fromarray(np.full((height, width, 3), value, np.uint8))


def stand_in() -> dict[str, types.ModuleType]:
    class Property(BaseModel):
        type: str | list[str]
        description: str | None = None
        enum: list | None = None

    class Parameters(BaseModel):
        type: str
        properties: dict[str, Property]
        required: list[str] = []

    class Function(BaseModel):
        name: str
        description: str
        parameters: Parameters

    class OpenAIFunctionToolSchema(BaseModel):
        type: str
        function: Function

    class ToolResponse(BaseModel):
        text: str | None = None
        image: list | None = None

    class BaseTool:
        def __init__(self, config, tool_schema):
            self.config, self.tool_schema, self.name = config, tool_schema, tool_schema.function.name

        async def create(self, instance_id=None, **kwargs):
            return instance_id or "instance", ToolResponse()

    registry = {}

    def function_tool(name, *, schema=None):
        def register(function):
            schema_ = OpenAIFunctionToolSchema.model_validate(schema)
            registry[name] = types.SimpleNamespace(name=name, fn=function, tool_schema=schema_)
            return function

        return register

    def module(name, **content):
        made = types.ModuleType(name)
        made.__dict__.update(content)
        return made

    return {
        "verl": module("verl"),
        "verl.tools": module("verl.tools"),
        "verl.tools.schemas": module(
            "schemas", OpenAIFunctionToolSchema=OpenAIFunctionToolSchema, ToolResponse=ToolResponse
        ),
        "verl.tools.base_tool": module("base_tool", BaseTool=BaseTool),
        "verl.tools.function_tool": module(
            "function_tool", function_tool=function_tool, FUNCTION_TOOL_REGISTRY=registry
        ),
    }


@pytest.fixture
def verl(monkeypatch):
    """verl's `function_tool` and `schemas` modules: its own where it is installed."""
    ours._vista_tool.cache_clear()
    try:
        importlib.import_module("verl.tools.function_tool")
    except ModuleNotFoundError:
        for name, module in stand_in().items():
            monkeypatch.setitem(sys.modules, name, module)
    yield sys.modules["verl.tools.function_tool"], sys.modules["verl.tools.schemas"]
    ours._vista_tool.cache_clear()


def test_without_verl_the_module_imports_and_says_what_is_missing(monkeypatch):
    ours._vista_tool.cache_clear()
    for name in ("verl", "verl.tools.function_tool", "verl.tools.base_tool"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = ours.Nothing
    with pytest.raises(ModuleNotFoundError, match="verl"):
        ours.register_function_tools([f"{TOOLS}:add"])
    with pytest.raises(ModuleNotFoundError, match="verl"):
        _ = ours.VistaTool


def test_a_schema_keeps_in_words_what_verl_drops():
    (definition,) = build_toolset([f"{TOOLS}:Everything"]).definitions
    schema = ours.verl_schema(definition)["function"]
    properties = schema["parameters"]["properties"]
    assert schema["parameters"]["required"] == ["box", "mode"]
    assert all(set(field) <= {"type", "description", "enum"} for field in properties.values())
    assert properties["box"]["description"] == "left, top, right, bottom (a list of number; exactly 4 items)"
    assert properties["mode"]["enum"] == ["fast", "slow"]
    assert properties["level"]["type"] == ["integer", "null"] and properties["factor"]["type"] == ["integer", "number"]


def test_function_tools_are_registered_with_schema_and_checks(verl):
    functions, schemas = verl
    functions.FUNCTION_TOOL_REGISTRY.clear()
    ours.register_function_tools([f"{TOOLS}:add", f"{TOOLS}:dot", f"{TOOLS}:refuse"])
    registry = functions.FUNCTION_TOOL_REGISTRY
    assert {"add", "dot", "refuse"} <= set(registry)
    assert registry["add"].tool_schema.function.parameters.properties["a"].description == "one"
    assert registry["add"].fn(a=40) == "42"
    assert registry["add"].fn(a="x").startswith("Error E3") and registry["refuse"].fn(why="no legend").endswith(
        "no legend"
    )
    drawn = registry["dot"].fn(side=3)
    assert isinstance(drawn, schemas.ToolResponse) and drawn.image[0].size == (3, 3)
    with pytest.raises(PluginError, match="reads image, state"):
        ours.register_function_tools([f"{TOOLS}:Mark"])


async def run(tool, parameters, agent_data=None, **create_kwargs):
    """What verl's ToolAgentLoop does with a call."""
    instance, _ = await tool.create(create_kwargs=create_kwargs)
    try:
        return await tool.execute(instance, parameters, agent_data=agent_data)
    finally:
        await tool.release(instance)


async def test_a_base_tool_sees_the_trajectorys_pictures_and_keeps_its_state(verl):
    (entry,) = ours.tool_config([f"{TOOLS}:Mark"], coordinates="norm1000")["tools"]
    assert entry["class_name"] == "vista_trainers.integrations.verl.VistaTool"
    tool = ours.VistaTool(config=entry["config"], tool_schema=None)
    assert tool.name == "mark" and tool.tool_schema.function.parameters.required == ["box"]
    one, two = AgentData([grey(56, 28, 120)]), AgentData([grey(10, 10)])
    response, reward, metrics = await run(tool, {"box": [0, 0, 500, 1000]}, one)
    assert (reward, metrics) == (0.0, {}) and response.image[0].size == (28, 28)
    assert '"box": [0.0, 0.0, 500.0, 1000.0]' in response.text and response.text.endswith("[image 1]")
    one.image_data += response.image
    response, _, _ = await run(tool, {"box": [0, 0, 500, 1000], "image": 1}, one)
    assert '"count": 2' in response.text and response.image[0].size == (14, 28)
    assert '"count": 1' in (await run(tool, {"box": [0, 0, 999, 999]}, two))[0].text
    response, _, metrics = await run(tool, {"box": [0, 0, 1, 1], "image": 7}, two)
    assert "There is no image 7" in response.text and metrics == {"error": "E3"} and response.image is None
    together = await asyncio.gather(*[run(tool, {"box": [0, 0, 999, 999]}, two) for _ in range(4)])
    assert sorted(int(answer[0].text.split('"count": ')[1][0]) for answer in together) == [2, 3, 4, 5]


async def test_without_agent_data_pictures_come_with_the_row_and_nothing_is_remembered(verl):
    tool = ours.VistaTool(config={"type": "native", "tool": {"use": f"{TOOLS}:Mark", "as": "cut"}}, tool_schema=None)
    assert tool.name == "cut"
    for _ in range(2):
        response, _, _ = await run(tool, {"box": [0, 0, 4, 4]}, images=[grey(8, 8)])
        assert '"count": 1' in response.text and response.image[0].size == (4, 4)


async def test_trajectories_are_forgotten_with_verls_own_record():
    tool = ours.TrajectoryTool({"tool": f"{TOOLS}:Mark"})
    data = AgentData([grey(8, 8)])
    await tool.call({"box": [0, 0, 4, 4]}, data)
    assert len(tool._trajectories) == 1
    del data
    gc.collect()
    assert len(tool._trajectories) == 0


@pytest.mark.parametrize("config", [{}, {"tool": "add", "backend": "x"}, {"tool": "add", "coordinates": "resized"}])
def test_a_wrong_config_is_refused(config):
    with pytest.raises(PluginError, match=r"VistaTool|resized already"):
        ours.TrajectoryTool({"type": "native", **config})


async def test_a_fault_of_the_machine_is_raised(monkeypatch):
    from vista_core import ToolResult

    tool = ours.TrajectoryTool({"tool": f"{TOOLS}:add"})
    monkeypatch.setattr(tool._caller.executor, "run_sync", lambda calls: [ToolResult(fault="worker 3 died")])
    with pytest.raises(InfrastructureError, match="worker 3"):
        await tool.call({"a": 1})
