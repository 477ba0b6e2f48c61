"""What a person types in `vista play`, turned into the turn text that a policy would have written."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from vista_core.errors import VistaError

from .commands.tool import from_json, wants_text

_NEXT_ARGUMENT = re.compile(r"\s+(?=\w+=)")
DEFAULT_THOUGHT = "A person plays."


class Typed(NamedTuple):
    """A line understood: `kind` is turn, think, tools, tool, image, help, quit or empty; `text` goes with it."""

    kind: str
    text: str


def understand(line: str, thought: str, tools: Mapping[str, Mapping[str, Any]]) -> Typed:
    """Read one typed line.

    Args:
        line: `answer TEXT`, `TOOL k=v …`, a whole turn that starts with `<`, a bare `{"tool": …}`, or a command.
        thought: goes into the turn's <think>; a default when empty.
        tools: parameters schema of each tool by the name that the model reads.

    Returns:
        The line understood. For kind `turn`, `text` is the exact turn.

    Raises:
        VistaError: the line is none of these; the sentence says what it could be.
    """
    line = line.strip()
    if not line:
        return Typed("empty", "")
    think = f"<think>{thought or DEFAULT_THOUGHT}</think>"
    if line.startswith("<"):
        return Typed("turn", line)
    if line.startswith("{"):
        return Typed("turn", f"{think}<tool_call>{line}</tool_call>")
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if word == "answer":
        return Typed("turn", f"{think}<answer>{rest}</answer>")
    if word in ("think", "tool", "image"):
        return Typed(word, rest)
    if word in ("tools", "help", "quit", "exit"):
        return Typed("quit" if word == "exit" else word, rest)
    if word in tools:
        call = {"tool": word, "arguments": typed_arguments(rest, tools[word])}
        return Typed("turn", f"{think}<tool_call>{json.dumps(call, ensure_ascii=False)}</tool_call>")
    raise VistaError(f"{word!r} is neither a tool of this episode nor a command. Type help to see both.")


def typed_arguments(text: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Read `k=v k2=v2`; a value may hold spaces, and quotes around it are taken off.

    A lone value without a name goes to the tool's first required argument, else to its first. Values are read as JSON
    where the schema wants more than text. Nothing is validated here: what is wrong gets the error a policy would get.
    """
    if not text:
        return {}
    fields = parameters.get("properties", {})
    if not re.match(r"\w+=", text):
        first = next(iter([*parameters.get("required", ()), *fields]), "value")
        text = f"{first}={text}"
    values = {}
    for pair in _NEXT_ARGUMENT.split(text):
        key, _, value = pair.partition("=")
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[key] = value if wants_text(fields.get(key, {})) else from_json(value)
    return values
