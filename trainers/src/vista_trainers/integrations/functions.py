"""Plain typed Python functions made of tools, for libraries that read a schema from signature and docstring."""

import inspect
import json
import keyword
import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Literal, Union

from vista_core import PluginError, ToolDefinition

_SCALARS = {"string": str, "number": float, "integer": int, "boolean": bool, "null": NoneType}
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches {}",
}


def as_function(definition: ToolDefinition, call: Callable[..., Any], *, method: bool = False) -> Callable[..., Any]:
    """Make a function with the name, the typed parameters and the documentation of a tool.

    `transformers.utils.get_json_schema` reads from it what the tool's own schema says. What Python types cannot say
    (limits, the inside of objects) goes into the descriptions.

    Args:
        definition: The tool, as a model reads it.
        call: Gets the arguments that were given, by name; for a method, the object first.
        method: Whether the function is to be put on a class.

    Raises:
        PluginError: An argument's name is no Python identifier.

    Example:
        >>> now = ToolDefinition(name="now", description="The time.", parameters={"properties": {}}, schema_hash="")
        >>> as_function(now, lambda: "noon")()
        'noon'
    """
    properties: Mapping[str, Any] = definition.parameters["properties"]
    required = set(definition.parameters.get("required", ()))
    parameters, annotations, lines = [], {}, []
    for name in sorted(properties, key=lambda name: name not in required):
        field = properties[name]
        if not name.isidentifier() or keyword.iskeyword(name):
            raise PluginError(f"The argument {name!r} of tool `{definition.name}` cannot be a Python parameter.")
        hint = annotation(field)
        default = inspect.Parameter.empty if name in required else field.get("default")
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint))
        annotations[name] = hint
        lines.append(f"    {name}: {_plain(describe(name, field))}")

    if method:
        receiver = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)

        def function(self: Any, /, **arguments: Any) -> Any:
            return call(self, **arguments)

        parameters.insert(0, receiver)
    else:

        def function(**arguments: Any) -> Any:  # type: ignore[misc]
            return call(**arguments)

    function.__name__ = function.__qualname__ = definition.name
    function.__doc__ = _plain(definition.description) + ("\n\nArgs:\n" + "\n".join(lines) if lines else "")
    function.__annotations__ = annotations
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return function


def annotation(field: Mapping[str, Any]) -> Any:
    """The Python type of a JSON schema: what `get_json_schema` understands, `Any` where it has no word for it.

    Example:
        >>> annotation({"type": "array", "items": {"enum": ["a", "b"]}})
        list[typing.Literal['a', 'b']]
    """
    if "const" in field or "enum" in field:
        return Literal[tuple(field.get("enum", [field.get("const")]))]
    options = field.get("anyOf") or field.get("oneOf")
    if options:
        kinds = tuple(annotation(option) for option in options)
        return Any if Any in kinds else Union[kinds]  # noqa: UP007 - the members are known at run time only
    if field.get("type") == "array":
        inside = field.get("items", {})
        return list[annotation(inside)] if inside else list  # type: ignore[misc]
    return dict if field.get("type") == "object" else _SCALARS.get(field.get("type", ""), Any)


def describe(name: str, field: Mapping[str, Any], *remarks: str) -> str:
    """The description of an argument, with remarks, and with the limits that its Python type does not carry.

    Example:
        >>> describe("box", {"type": "array", "minItems": 4, "maxItems": 4, "description": "left, top, right, bottom"})
        'left, top, right, bottom (exactly 4 items)'
    """
    limits = list(remarks)
    exact = field.get("minItems")
    if exact is not None and exact == field.get("maxItems"):
        limits.append(f"exactly {exact} items")
    else:
        exact = None
    for key, words in _LIMITS.items():
        if key in field and not (exact is not None and key.endswith("Items")):
            limits.append(words.format(field[key]))
    if '"properties"' in json.dumps(field):  # an object somewhere inside: its fields must be told
        inside = {key: value for key, value in field.items() if key not in ("description", "default")}
        limits.append(f"JSON schema: {json.dumps(inside, ensure_ascii=False)}")
    said = field.get("description") or f"the {name.replace('_', ' ')}"
    return said + (f" ({'; '.join(limits)})" if limits else "")


def _plain(text: str) -> str:
    """On one line, and without the words that Google style takes for a section or transformers for an enum."""
    one = " ".join(text.split())
    return re.sub(r"\(choices:", "(choices", re.sub(r"\b(Args|Returns|Raises):", r"\1", one), flags=re.IGNORECASE)
