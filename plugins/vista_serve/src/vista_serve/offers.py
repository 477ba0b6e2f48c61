"""A tool as MCP lists it: its own schema, and arguments for what it otherwise reads of the trajectory."""

import copy
from dataclasses import dataclass
from typing import Any

from mcp_types import Tool as MCPTool
from mcp_types import ToolAnnotations
from vista_core import ToolDefinition, ToolSpec

_EXTRAS: dict[str, dict[str, Any]] = {
    "question": {"type": "string", "description": "The question that the call is to help answer."},
    "choices": {"type": "array", "items": {"type": "string"}, "description": "The question's answer choices."},
    "seed": {"type": "integer", "minimum": 0, "description": "Seed of the tool's random numbers; 0 by default."},
    "state": {
        "type": "string",
        "maxLength": 64,
        "description": "Calls with the same word share the tool's memory. Without one, the call starts afresh.",
    },
}
_NAMES = {"image": "images", "state": "session"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One tool of the server.

    Attributes:
        spec: The tool, as executors are given it.
        extras: What it reads of the trajectory (`image`, `question`, ...), and the argument that carries it.
        listed: What clients are told.
        shared: Those of the extras that are arguments of the tool too.
    """

    spec: ToolSpec
    extras: dict[str, str]
    listed: MCPTool
    shared: frozenset[str]


def make_offer(spec: ToolSpec, definition: ToolDefinition, images: dict[str, Any]) -> Offer:
    """Turn a tool into what MCP lists.

    A tool that has an argument `question` of its own gets the question through it; an extra argument for pictures or
    the session takes another name where the tool has one of this name.

    Args:
        spec: The tool, as executors are given it.
        definition: What models read about it.
        images: JSON schema of the argument that carries pictures.
    """
    parameters = copy.deepcopy(definition.parameters)
    own = set(parameters["properties"])
    extras: dict[str, str] = {}
    shared = set()
    for read in sorted(spec.reads):
        name = _NAMES.get(read, read)
        if name in own and read in _NAMES:
            name = f"call_{name}"
        extras[read] = name
        if name in own:
            shared.add(read)
        else:
            parameters["properties"][name] = images if read == "image" else _EXTRAS[read]
    listed = MCPTool(
        name=spec.name,
        description=definition.description,
        input_schema=parameters,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=spec.deterministic and not spec.stateful
        ),
        _meta={
            "vista/distribution": spec.distribution,
            "vista/version": spec.version,
            "vista/backend": spec.backend,
            "vista/schema_hash": definition.schema_hash,
        },
    )
    return Offer(spec, extras, listed, frozenset(shared))
