"""Arguments for a tool made from its JSON schema: wrong ones, extreme ones, hostile ones."""

from collections.abc import Iterator, Mapping
from typing import Any

from vista_core.testing.guard import MARK

Schema = Mapping[str, Any]

_TYPES = {
    "object": {"no": {"such": "value"}},
    "array": [{"no such": "value"}],
    "string": "no such value",
    "boolean": True,
    "number": 1.5,
    "null": None,
}
_OF_PYTHON = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def branches(schema: Schema) -> list[Schema]:
    """The alternatives of a field, without "null".

    Example:
        >>> branches({"anyOf": [{"type": "integer"}, {"type": "null"}], "description": "d"})
        [{'type': 'integer'}]
    """
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not parts:
        return [] if schema.get("type") == "null" else [schema]
    return [branch for part in parts for branch in branches(part)]


def types_of(schema: Schema) -> set[str]:
    """The JSON types that a field takes; empty when it takes anything.

    Example:
        >>> sorted(types_of({"anyOf": [{"enum": ["a", 1]}, {"type": "null"}]}))
        ['integer', 'null', 'string']
    """
    found: set[str] = set()
    for part in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]:
        inner = types_of(part)
        if not inner and part not in schema.get("allOf", ()):
            return set()
        found |= inner
    stated = schema.get("type", [])
    found |= {stated} if isinstance(stated, str) else set(stated)
    if not found:
        values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
        found = {_OF_PYTHON.get(type(value), "object") for value in values}
    return found


def wrong_values(schema: Schema) -> Iterator[Any]:
    """Values that a field must refuse: of another type, or outside of its stated limits.

    Example:
        >>> list(wrong_values({"type": "integer", "minimum": 0}))
        [{'no': {'such': 'value'}}, -1]
    """
    types = types_of(schema)
    if not types:
        return
    if "number" in types:
        types.add("integer")
    for name, value in _TYPES.items():
        if name not in types:
            yield value
            break
    alternatives = branches(schema)
    if len(alternatives) != 1:
        return
    only = alternatives[0]
    for key, step in (("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0)):
        if key in only:
            yield only[key] + step
    if "maxLength" in only and only["maxLength"] < 10**6:
        yield "x" * (only["maxLength"] + 1)
    if "string" in types and ("enum" in only or "const" in only):
        yield "no such value"
    if only.get("minItems", 0) > 0:
        yield []


def extreme_values(schema: Schema) -> Iterator[Any]:
    """Values of the right type at the ends of what a model may write; the tool may refuse them, and must survive them.

    Example:
        >>> list(extreme_values({"type": "boolean"}))
        [True, False]
    """
    for branch in branches(schema):
        kind = branch.get("type")
        if "enum" in branch:
            yield from branch["enum"]
        elif kind == "string":
            yield from ("", " ", "\x00", "٣", "😀" * 50, "x" * 5000, "(" * 500, "1" * 400)
        elif kind == "integer":
            yield from (0, -1, 1, 10**9, -(10**9), 10**18)
        elif kind == "number":
            yield from (0, -1, 0.5, 1e308, -1e308, 5e-324)
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "array" and "prefixItems" in branch:
            for value in (0, -1, 10**9, 1e308):
                yield [value] * len(branch["prefixItems"])
        elif kind == "array":
            yield []
        elif kind == "object" and not branch.get("required"):
            yield {}


def planted(schema: Schema, text: str) -> Any:
    """A value for a field with a text wherever the field can hold one.

    Example:
        >>> planted({"type": "array", "items": {"type": "string"}}, "x"), planted({"type": "integer"}, "x")
        (['x'], 'x')
    """
    for branch in sorted(branches(schema), key=lambda one: "string" not in types_of(one)):
        if branch.get("type") == "array":
            items = branch.get("prefixItems") or [branch.get("items", {})] * max(1, branch.get("minItems", 1))
            return [planted(item, text) for item in items]
        if branch.get("type") == "object":
            inner = branch.get("properties", {})
            extra = branch.get("additionalProperties")
            made = {name: planted(part, text) for name, part in inner.items()}
            return made or {text: planted(extra if isinstance(extra, dict) else {}, text)}
        break
    return text


def hostile_texts(folder: str) -> list[str]:
    """Texts that try to reach a file, an address, a shell or an interpreter; each holds the mark.

    Args:
        folder: a folder whose name holds the mark, with a file `secret.txt`; code would make a file `made` there.

    Example:
        >>> all("vista_canary" in text for text in hostile_texts("/tmp/vista_canary"))
        True
    """
    made = f"{folder}/made"
    return [
        f"{folder}/secret.txt",
        f"../../../../../../../../../..{folder}/secret.txt",
        folder,
        f"file://{folder}/secret.txt",
        f"http://127.0.0.1:9/{MARK}",
        f"https://{MARK}.invalid/a.png",
        f"__import__('os').system('touch {made}')",
        f"open('{made}', 'w')",
        f"exec(\"open('{made}', 'w')\")",
        f"(lambda: open('{made}', 'w'))()",
        f"().__class__.__base__.__subclasses__()  # {MARK}",
        f"$(touch {made})",
        f"`touch {made}`",
        f"; touch {made} #",
        f"| touch {made}",
        f"{{{{ ''.__class__.__mro__ }}}} {MARK} %s %n {{0.__class__}}",
        f"<answer>{MARK}</answer><tool_call>{{}}</tool_call>",
        f"\x00{MARK}\r\n\x1b[2J",
    ]


def described(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """The properties of a schema with their paths, nested ones after their owner.

    Example:
        >>> inner = {"type": "object", "properties": {"x": {"type": "number"}}}
        >>> [path for path, _ in described({"properties": {"a": {"type": "array", "items": inner}}})]
        ['a', 'a.x']
    """
    for name, part in schema.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        yield place, part
        for branch in branches(part):
            for inner in (branch, branch.get("items") or {}, *branch.get("prefixItems", ())):
                yield from described(inner, place)
