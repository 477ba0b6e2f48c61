r"""The text protocol of a turn: strict, linear-time parsing, and its inverse.

A turn is `WS? think WS? (call | answer) WS?`:

    <think>...</think><tool_call>{"tool": name, "arguments": {...}}</tool_call>
    <think>...</think><answer>...</answer>

The six tags are reserved. They may stand nowhere else, not even inside a JSON string (where `<` can be written
`\u003c`): generation stops at the first `</tool_call>` or `</answer>` wherever it stands, so a laxer parser would
read a text differently from the engine that sampled it.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NoReturn

from vista_core.task import ExpertTurn
from vista_core.trajectory import Violation

Dialect = Literal["vista", "hermes"]
Reasoning = Literal["required", "none"]

MAX_TURN_CHARS = 1 << 20
MAX_CALL_CHARS = 1 << 16
MAX_JSON_DEPTH = 32

_WHITESPACE = " \t\r\n"
_TAG = re.compile(r"</?(?:think|tool_call|answer)>")
# Possessive and never failing: a text of quotes and backslashes is scanned once, not once per quote.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_KEYS = {"vista": ("tool", ("tool", "task", "arguments")), "hermes": ("name", ("name", "arguments"))}


@dataclass(frozen=True, slots=True)
class RawCall:
    """A call as the policy wrote it: valid JSON of the right shape, not yet resolved against any tool.

    Attributes:
        tool: The name of the tool, as written.
        arguments: The arguments, as written.
        task: The top-level `task` of the paper's form `{"tool", "task"}`, which aliases resolve; None without one.
        source: The JSON text.
        position: Its offset in the policy's turn.

    Example:
        >>> parse_turn('<think></think><tool_call>{"tool": "now", "arguments": {}}</tool_call>').call.tool
        'now'
    """

    tool: str
    arguments: dict[str, Any]
    task: str | None = None
    source: str = field(default="", compare=False, repr=False)
    position: int = field(default=0, compare=False)

    def locate(self, word: str | None) -> int:
        """Offset of a quoted word in the policy's turn; of the JSON text where it cannot be found."""
        return _locate(self.source, word, self.position) if word is not None else self.position


@dataclass(frozen=True, slots=True)
class ParsedTurn:
    """What a turn says: a call, an answer, or (then both are None) the violations that made it malformed.

    Example:
        >>> parse_turn("<think>two</think><answer>2</answer>")
        ParsedTurn(think='two', call=None, answer='2', violations=())
    """

    think: str = ""
    call: RawCall | None = None
    answer: str | None = None
    violations: tuple[Violation, ...] = ()


class _Malformed(Exception):
    """A violation with its place; becomes `ParsedTurn.violations`."""

    def __init__(self, message: str, position: int, code: Literal["E1", "E3"] = "E1") -> None:
        super().__init__(message)
        self.violation = Violation(code=code, message=message, position=position)


def parse_turn(text: str, *, dialect: Dialect = "vista", reasoning: Reasoning = "required") -> ParsedTurn:
    """Read one turn of a policy, strictly, in time linear in its length. Never raises on any text.

    Args:
        text: Exactly what the policy produced, without end-of-turn tokens.
        dialect: `vista` calls are `{"tool", "arguments"}` (or the paper's `{"tool", "task"}`), `hermes` calls are
            `{"name", "arguments"}`.
        reasoning: `required` asks for one `<think>` block first; `none` forbids it.

    Returns:
        The parsed turn. Text and thoughts are kept character for character.

    Example:
        >>> parse_turn('<think>look</think><answer>47</answer>').answer
        '47'
        >>> parse_turn('The answer is 47.').violations[0].code
        'E1'
    """
    think = ""
    try:
        tags = _scan_tags(text, reasoning)
        if reasoning == "required":
            think = text[tags[0].end() : tags[1].start()]
        opening, closing = tags[-2], tags[-1]
        body = text[opening.end() : closing.start()]
        if opening[0] == "<answer>":
            if not body.strip():
                raise _Malformed("<answer> is empty", opening.end())
            return ParsedTurn(think=think, answer=body)
        return ParsedTurn(think=think, call=_parse_call(body, opening.end(), dialect))
    except _Malformed as error:
        return ParsedTurn(think=think, violations=(error.violation,))


def render_turn(turn: ExpertTurn, dialect: Dialect = "vista", reasoning: Reasoning = "required") -> str:
    """Write a turn the way `parse_turn` reads it: its exact inverse, for experts and demonstrations.

    Args:
        turn: A thought and either a tool with arguments or an answer.
        dialect: The call syntax.
        reasoning: `none` drops the thought.

    Raises:
        ValueError: The turn cannot be said in the protocol: both or neither of tool and answer, a reserved tag in the
            thought or the answer, a blank answer, or arguments that are not JSON.

    Example:
        >>> render_turn(ExpertTurn(think="look", tool="easyocr", arguments={}, answer=None))
        '<think>look</think><tool_call>{"tool": "easyocr", "arguments": {}}</tool_call>'
    """
    if (turn.tool is None) == (turn.answer is None):
        raise ValueError("a turn is either a tool call or an answer: give exactly one of tool and answer")
    if turn.answer is not None:
        action = f"<answer>{turn.answer}</answer>"
    else:
        call = {_KEYS[dialect][0]: turn.tool, "arguments": turn.arguments}
        body = json.dumps(call, ensure_ascii=False, allow_nan=False)
        action = f"<tool_call>{_TAG.sub(lambda tag: tag[0].replace('<', chr(92) + 'u003c'), body)}</tool_call>"
    text = f"<think>{turn.think}</think>{action}" if reasoning == "required" else action
    violations = parse_turn(text, dialect=dialect, reasoning=reasoning).violations
    if violations:
        raise ValueError(f"this turn cannot be written in the protocol: {violations[0].message}")
    return text


def _scan_tags(text: str, reasoning: Reasoning) -> list[re.Match[str]]:
    """Match the reserved tags against the one allowed order, with only white space between the elements."""
    if len(text) > MAX_TURN_CHARS:
        raise _Malformed(f"a turn holds at most {MAX_TURN_CHARS} characters", MAX_TURN_CHARS)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _Malformed("the text is not valid Unicode (a lone surrogate)", error.start) from None
    wanted = ["<think>", "</think>"] if reasoning == "required" else []
    before_action = len(wanted)
    tags: list[re.Match[str]] = []
    end = 0
    for tag in _TAG.finditer(text):
        if len(tags) == before_action and tag[0] in ("<tool_call>", "<answer>"):
            wanted += [tag[0], tag[0].replace("<", "</")]
        if len(tags) == len(wanted):
            place = "before the call or answer" if len(tags) == before_action else "after the end of the turn"
            raise _Malformed(f"{tag[0]} {place}: a turn holds exactly one of them", tag.start())
        if tag[0] != wanted[len(tags)]:
            raise _Malformed(f"{tag[0]} where {wanted[len(tags)]} belongs", tag.start())
        if len(tags) % 2 == 0:
            _only_whitespace(text, end, tag.start(), f"text before {tag[0]}")
        tags.append(tag)
        end = tag.end()
    if len(tags) % 2 == 0:
        _only_whitespace(text, end, len(text), f"text after {tags[-1][0]}" if tags else "text outside the tags")
    if len(tags) < before_action + 2:
        missing = wanted[len(tags)] if len(tags) < len(wanted) else "<tool_call> or <answer>"
        raise _Malformed(f"{missing} is missing", len(text))
    return tags


def _only_whitespace(text: str, start: int, stop: int, what: str) -> None:
    rest = text[start:stop].lstrip(_WHITESPACE)
    if rest:
        raise _Malformed(what, stop - len(rest))


def _parse_call(body: str, position: int, dialect: Dialect) -> RawCall:
    value = _parse_json(body, position)
    name_key, allowed = _KEYS[dialect]
    form = f'a call has the form {{"{name_key}": ..., "arguments": {{...}}}}'
    if not isinstance(value, dict):
        raise _Malformed(f"the call is not a JSON object; {form}", position)
    tool, task = value.get(name_key), value.get("task")
    arguments = value.get("arguments", {} if task else None)
    wrong = next((key for key in value if key not in allowed), None)
    if wrong is not None:
        problem = f"unknown key {wrong[:40]!r}; {form}"
    elif not isinstance(tool, str) or not tool:
        wrong, problem = name_key, f'"{name_key}" must be the name of a tool; {form}'
    elif not isinstance(arguments, dict):
        wrong, problem = "arguments", f'"arguments" must be an object; {form}'
    elif "task" in value and (not isinstance(task, str) or "task" in arguments):
        wrong, problem = "task", '"task" must be a text, and given once'
    else:
        return RawCall(tool, arguments, task, body, position)
    raise _Malformed(problem, _locate(body, wrong, position))


def _locate(body: str, key: str, position: int) -> int:
    return position + max(body.find(f'"{key}"'), 0)


def _parse_json(body: str, position: int) -> Any:
    """JSON as the standard has it, and no more: no repeated keys, NaN, lone surrogates or numbers no wire can carry."""
    if len(body) > MAX_CALL_CHARS:
        raise _Malformed(f"a call holds at most {MAX_CALL_CHARS} characters", position + MAX_CALL_CHARS)
    depth, may_be_deep = 0, body.count("{") + body.count("[") > MAX_JSON_DEPTH
    for match in _STRING_OR_BRACKET.finditer(body) if may_be_deep else ():
        depth += (match[0] in "[{") - (match[0] in "]}")
        if depth > MAX_JSON_DEPTH:
            raise _Malformed(f"JSON is nested more than {MAX_JSON_DEPTH} deep", position + match.start())

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            repeated = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise _Malformed(f"the key {repeated[:40]!r} is repeated", _locate(body, repeated, position))
        return found

    def number(kind: type[int] | type[float], digits: str) -> int | float:
        # Integers of 64 bits and finite floats: what every tool behind a wire can hold.
        if len(digits) <= 400:
            value = kind(digits)
            if -(1 << 63) <= value < 1 << 63 or (kind is float and math.isfinite(value)):
                return value
        raise _Malformed(f"the number {digits[:24]}... is too large", position + body.find(digits), "E3")

    def constant(name: str) -> NoReturn:
        raise _Malformed(f"{name} is not JSON", position + body.find(name))

    try:
        value = json.loads(body, object_pairs_hook=unique, parse_int=partial(number, int),
                           parse_float=partial(number, float), parse_constant=constant)  # fmt: skip
        if "\\u" in body:  # only an escape can bring a surrogate in: the text itself was checked
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _Malformed(f"the call is not valid JSON: {error.msg}", position + error.pos) from None
    except UnicodeEncodeError:
        raise _Malformed("a lone surrogate is not valid Unicode", position + body.find("\\u")) from None
    return value
