"""Tools for verl's agent loop: function tools, and a `BaseTool` for what needs pictures or state (verl 0.9).

No training of verl was run: it cannot be installed beside this project's versions (it asks for an older transformers
and for ray). Written to verl's public interface, `verl.tools.function_tool` and `verl.tools.base_tool` as of 0.9.1;
verl is imported only when a function here is called.

Function tools, for tools that need nothing but their arguments, in the file that `multi_turn.function_tool_path` names:

    from vista_trainers.integrations.verl import register_function_tools
    register_function_tools(["calculator"])

A `BaseTool`, in the YAML that `multi_turn.tool_config_path` names (`tool_config` writes it):

    tools:
    - class_name: vista_trainers.integrations.verl.VistaTool
      config: {type: native, tool: image_zoom_in, coordinates: norm1000}
"""

import asyncio
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from vista_core import (
    Episode,
    EpisodeConfig,
    Image,
    Observation,
    PluginError,
    ToolDefinition,
    ToolError,
    build_toolset,
)

from vista_trainers.integrations.calls import Caller, Entries
from vista_trainers.integrations.functions import describe
from vista_trainers.integrations.trl import tools as plain_functions

_KINDS = {"string", "number", "integer", "boolean", "array", "object", "null"}


def verl_schema(definition: ToolDefinition) -> dict[str, Any]:
    """The schema of a tool in the part of JSON schema that verl's `OpenAIFunctionToolSchema` keeps.

    verl knows of an argument its type (or types), description and enum. What else a tool's schema says, the number and
    the kind of a list's items among it, goes into the description.

    Example:
        >>> box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
        >>> parameters = {"type": "object", "properties": {"box": box}, "required": ["box"]}
        >>> schema = verl_schema(ToolDefinition(name="crop", description="Cut.", parameters=parameters, schema_hash=""))
        >>> schema["function"]["parameters"]["properties"]["box"]
        {'type': 'array', 'description': 'the box (a list of number; exactly 4 items)'}
    """
    properties = {}
    for name, schema in definition.parameters["properties"].items():
        options = schema.get("anyOf") or schema.get("oneOf") or [schema]
        kinds = list(dict.fromkeys(option["type"] for option in options if option.get("type") in _KINDS))
        items = [option["items"]["type"] for option in options if option.get("items", {}).get("type")]
        said = describe(name, schema, *([f"a list of {' or '.join(items)}"] if items else ()))
        properties[name] = {"type": kinds[0] if len(kinds) == 1 else kinds or sorted(_KINDS), "description": said}
        values = [value for option in options for value in option.get("enum", [option.get("const")])]
        if any(value is not None for value in values):  # an optional choice may be null too
            properties[name]["enum"] = values
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(definition.parameters.get("required", ())),
    }
    function = {"name": definition.name, "description": definition.description, "parameters": parameters}
    return {"type": "function", "function": function}


def register_function_tools(names: Entries, **settings: Any) -> None:
    """Register tools as verl's function tools. Call it in the file that `function_tool_path` names.

    Args:
        names: What `build_toolset` takes.
        **settings: `episode` and `executor`, as for `vista_trainers.integrations.trl.tools`.

    Raises:
        ModuleNotFoundError: verl is not installed.
        PluginError: Unknown tools, or tools that read the trajectory: those are for `VistaTool`.
        ToolUnavailable: A tool cannot work here.
    """
    from verl.tools.function_tool import function_tool
    from verl.tools.schemas import ToolResponse

    toolset = build_toolset(names)
    for function, definition in zip(plain_functions(toolset, **settings), toolset.definitions, strict=True):
        function_tool(definition.name, schema=verl_schema(definition))(_for_verl(function, ToolResponse))


def _for_verl(function: Any, response: Any) -> Any:
    """The function with verl's kind of result; an error of the tool is what the policy reads, without a prefix."""

    def call(**arguments: Any) -> Any:
        try:
            seen = function(**arguments)
        except ToolError as error:
            return str(error)
        if isinstance(seen, str):
            return seen
        return response(text=seen[0]["text"], image=[part["image"] for part in seen[1:]])

    call.__name__ = call.__qualname__ = function.__name__
    return call


def tool_config(entries: Sequence[str | Mapping[str, Any]], **config: Any) -> dict[str, Any]:
    """What belongs in the YAML of `tool_config_path`: one `VistaTool` per tool.

    Args:
        entries: Names, or mappings as in a recipe (`use`, `as`, `backend`, ...).
        **config: `coordinates`, `max_observation_tokens`.

    Example:
        >>> tool_config(["image_zoom_in"], coordinates="norm1000")["tools"][0]["config"]
        {'type': 'native', 'tool': 'image_zoom_in', 'coordinates': 'norm1000'}
    """
    plain = [entry if isinstance(entry, str) else dict(entry) for entry in entries]
    name = "vista_trainers.integrations.verl.VistaTool"
    return {"tools": [{"class_name": name, "config": {"type": "native", "tool": tool, **config}} for tool in plain]}


class TrajectoryTool:
    """One tool, its calls sorted by trajectory: the part of `VistaTool` that needs no verl.

    verl makes and releases a tool instance per call; what lasts as long as a trajectory is the object `agent_data` that
    it hands to `execute`. Images are read from it (the prompt's, then those that tools made), and the state of stateful
    tools is kept as long as it lives.

    Args:
        config: `tool` (a name or a mapping as in a recipe), `coordinates`, `max_observation_tokens`; `type` is verl's.

    Raises:
        PluginError: Unknown keys or tools.
        ToolUnavailable: The tool cannot work here.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        settings = {key: value for key, value in config.items() if key not in ("type", "tool")}
        unknown = sorted(set(settings) - {"coordinates", "max_observation_tokens"})
        if "tool" not in config or unknown:
            problem = f"unknown keys {unknown}" if unknown else "no `tool`"
            raise PluginError(
                f"The config of a VistaTool has {problem}. Remedy: type, tool, coordinates, max_observation_tokens."
            )
        if settings.get("coordinates") == "resized":
            raise PluginError("verl's pictures are resized already: say `coordinates: pixel`.")
        self._caller = Caller([config["tool"]], EpisodeConfig.model_validate(settings))
        (self.definition,) = self._caller.toolset.definitions
        self._trajectories: weakref.WeakKeyDictionary[Any, _Trajectory] = weakref.WeakKeyDictionary()

    async def call(
        self, arguments: Mapping[str, Any], agent_data: Any = None, create_kwargs: Mapping[str, Any] | None = None
    ) -> tuple[Observation, str | None]:
        """Run one call.

        Args:
            arguments: As the policy wrote them.
            agent_data: verl's record of the trajectory.
            create_kwargs: The row's `extra_info.tools_kwargs.<tool>.create_kwargs`: `question`, `choices`, and `images`
                where there is no agent_data.

        Returns:
            What the policy reads, and the code or kind of the error, if it is one.

        Raises:
            InfrastructureError: The machine failed; verl shows its text to the policy.
        """
        given = dict(create_kwargs or {})
        images = getattr(agent_data, "image_data", None)
        images = given.get("images", ()) if images is None else images
        images = images if isinstance(images, Sequence) else [images]
        trajectory = self._trajectories.get(agent_data) if agent_data is not None else None
        if trajectory is None:
            key = str(getattr(agent_data, "request_id", ""))
            question, choices = given.get("question", ""), given.get("choices")
            trajectory = _Trajectory(self._caller.trajectory(key, question=question, choices=choices))
            if agent_data is not None:
                self._trajectories[agent_data] = trajectory
        try:
            seen = await asyncio.to_thread(self._run, trajectory, arguments, images)
        except ToolError as error:
            return Observation(text=str(error)), error.code or error.kind
        return seen, None

    def _run(self, trajectory: "_Trajectory", arguments: Mapping[str, Any], images: Sequence[Any]) -> Observation:
        with trajectory.lock:  # verl runs the calls of one turn together
            stored = trajectory.store(images)
            return self._caller.call(self.definition.name, arguments, trajectory.episode, stored)


@dataclass(slots=True)
class _Trajectory:
    """A trajectory of verl: its state, and its pictures as they were first seen, so that each is stored once."""

    episode: Episode
    lock: threading.Lock = field(default_factory=threading.Lock)
    pictures: list[tuple[Any, Image]] = field(default_factory=list)

    def store(self, images: Sequence[Any]) -> list[Image]:
        for number, image in enumerate(images):
            if number == len(self.pictures):
                self.pictures.append((image, Image.of(image)))
            elif self.pictures[number][0] is not image:
                self.pictures[number] = image, Image.of(image)
        return [stored for _, stored in self.pictures[: len(images)]]


@cache
def _vista_tool() -> type:
    from verl.tools.base_tool import BaseTool
    from verl.tools.schemas import OpenAIFunctionToolSchema, ToolResponse

    class VistaTool(BaseTool):  # type: ignore[misc, unused-ignore]
        """A tool of VISTA-Gym as a tool of verl; its settings are those of `TrajectoryTool`."""

        def __init__(self, config: dict[str, Any], tool_schema: Any = None) -> None:
            self._tool = TrajectoryTool(config)
            self._given: dict[str, Mapping[str, Any]] = {}
            schema = tool_schema or OpenAIFunctionToolSchema.model_validate(verl_schema(self._tool.definition))
            super().__init__(config, schema)

        async def create(self, instance_id: str | None = None, **kwargs: Any) -> tuple[str, Any]:
            """Begin a call, with the row's `create_kwargs`."""
            instance_id, response = await super().create(instance_id)
            self._given[instance_id] = kwargs.get("create_kwargs") or {}
            return instance_id, response

        async def execute(
            self, instance_id: str, parameters: dict[str, Any], **kwargs: Any
        ) -> tuple[Any, float, dict[str, Any]]:
            """Run it: the response, no reward of its own, and the code of an error."""
            given = self._given.get(instance_id)
            seen, error = await self._tool.call(parameters, kwargs.get("agent_data"), given)
            pictures = {"image": [image.pil() for image in seen.images]} if seen.images else {}
            return ToolResponse(text=seen.text, **pictures), 0.0, {"error": error} if error else {}

        async def release(self, instance_id: str, **kwargs: Any) -> None:
            """End the call."""
            self._given.pop(instance_id, None)

    return VistaTool


def __getattr__(name: str) -> Any:
    if name != "VistaTool":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _vista_tool()
