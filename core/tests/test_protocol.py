"""parse_turn is strict, classifies everything, never raises, and render_turn is its inverse."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vista_core.protocol import MAX_CALL_CHARS, MAX_JSON_DEPTH, RawCall, parse_turn, render_turn
from vista_core.task import ExpertTurn


def call(body: str, think: str = "t") -> str:
    return f"<think>{think}</think><tool_call>{body}</tool_call>"


def violation(text: str, **options):
    parsed = parse_turn(text, **options)
    assert parsed.call is None and parsed.answer is None
    (found,) = parsed.violations
    return found


def test_a_call_and_an_answer():
    parsed = parse_turn(call('{"tool": "crop", "arguments": {"box": [1, 2.5, 3, 4], "why": null}}', " see "))
    assert parsed.call == RawCall("crop", {"box": [1, 2.5, 3, 4], "why": None})
    assert (parsed.think, parsed.violations, parsed.answer) == (" see ", (), None)
    parsed = parse_turn("\n<think>a\nb</think>\n\t<answer> 47 </answer> \r\n")
    assert (parsed.think, parsed.answer, parsed.violations) == ("a\nb", " 47 ", ())


def test_the_papers_form_and_hermes():
    assert parse_turn(call('{"tool": "chartmoe", "task": "to_table"}')).call == RawCall("chartmoe", {}, "to_table")
    both = parse_turn(call('{"tool": "ocr", "task": "a", "arguments": {"x": 1}}')).call
    assert both == RawCall("ocr", {"x": 1}, "a")
    hermes = call('{"name": "ocr", "arguments": {}}')
    assert parse_turn(hermes, dialect="hermes").call == RawCall("ocr", {})
    assert "tool" in violation(hermes).message
    assert violation(call('{"tool": "ocr", "arguments": {}}'), dialect="hermes").code == "E1"
    assert violation(call('{"name": "ocr", "task": "a", "arguments": {}}'), dialect="hermes").code == "E1"


def test_without_reasoning():
    text = '<tool_call>{"tool": "a", "arguments": {}}</tool_call>'
    assert parse_turn(text, reasoning="none").call == RawCall("a", {})
    assert parse_turn("<answer>4</answer>\n", reasoning="none").answer == "4"
    assert violation("<think>x</think><answer>4</answer>", reasoning="none").position == 0
    assert violation("<answer>4</answer>").message.startswith("<answer> where <think> belongs")
    assert violation("<answer>4</answer><answer>4</answer>", reasoning="none").position == 18


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "<think> is missing"),
        ("The answer is 4.", 0, "outside the tags"),
        ("hm <think>a</think><answer>4</answer>", 0, "text before <think>"),
        ("<think>a</think> so <answer>4</answer>", 17, "text before <answer>"),
        ("<think>a</think><answer>4</answer> done", 35, "text after </answer>"),
        ("<think>a</think>", 16, "<tool_call> or <answer> is missing"),
        ("<think>a</think> 4", 17, "text after </think>"),
        ("<think>a", 8, "</think> is missing"),
        ("<think>a</think><answer>4", 25, "</answer> is missing"),
        ("<think>a<think>b</think></think><answer>4</answer>", 8, "<think> where </think> belongs"),
        ("<think>a</think><think>b</think><answer>4</answer>", 16, "<think> before the call or answer"),
        ("<think><answer>3</answer></think><answer>4</answer>", 7, "<answer> where </think> belongs"),
        ("<think>a</think><answer>3</answer><answer>4</answer>", 34, "exactly one of them"),
        ("<think>a</think><answer><answer>4</answer></answer>", 24, "<answer> where </answer> belongs"),
        ("<think>a</think><answer>4</tool_call>", 25, "</tool_call> where </answer> belongs"),
        ("</think><answer>4</answer>", 0, "</think> where <think> belongs"),
        ("<think>a</think><answer> \n</answer>", 24, "empty"),
        ("\ufeff<think>a</think><answer>4</answer>", 0, "text before <think>"),
        ("<think>a</think>\u00a0<answer>4</answer>", 16, "text before <answer>"),
        ("<THINK>a</THINK><answer>4</answer>", 16, "<answer> where <think> belongs"),
        ("<think>\ud800</think><answer>4</answer>", 7, "surrogate"),
    ],
)
def test_structure_is_e1_with_its_place(text, position, words):
    found = violation(text)
    assert (found.code, found.position) == ("E1", position)
    assert words in found.message


OPEN = len("<think>t</think><tool_call>")


@pytest.mark.parametrize(
    ("body", "code", "position", "words"),
    [
        ("", "E1", 0, "not valid JSON"),
        ("calculator(1)", "E1", 0, "not valid JSON"),
        ('{"tool": "a", "arguments": {}', "E1", 29, "not valid JSON"),
        ('{"tool": "a", "arguments": {}} {}', "E1", 31, "not valid JSON"),
        ("\ufeff{}", "E1", 0, "not valid JSON"),
        ("{'tool': 'a', 'arguments': {}}", "E1", 1, "not valid JSON"),
        ("[]", "E1", 0, "not a JSON object"),
        ('"calculator"', "E1", 0, "not a JSON object"),
        ("7", "E1", 0, "not a JSON object"),
        ("{}", "E1", 0, '"tool" must be'),
        ('{"tool": 3, "arguments": {}}', "E1", 1, '"tool" must be'),
        ('{"tool": "", "arguments": {}}', "E1", 1, '"tool" must be'),
        ('{"tool": "a"}', "E1", 0, '"arguments" must be'),
        ('{"tool": "a", "arguments": "{}"}', "E1", 14, '"arguments" must be'),
        ('{"tool": "a", "arguments": null, "task": "t"}', "E1", 14, '"arguments" must be'),
        ('{"tool": "a", "task": 3}', "E1", 14, '"task" must be'),
        ('{"tool": "a", "task": null, "arguments": {}}', "E1", 14, '"task" must be'),
        ('{"tool": "a", "parameters": {}}', "E1", 14, "unknown key 'parameters'"),
        ('{"tool": "a", "arguments": {}, "x": 1}', "E1", 31, "unknown key 'x'"),
        ('{"tool": "a", "task": "t", "arguments": {"task": "u"}}', "E1", 14, "given once"),
        ('{"tool": "a", "arguments": {"x": 1, "x": 2}}', "E1", 28, "'x' is repeated"),
        ('{"tool": "a", "tool": "b", "arguments": {}}', "E1", 1, "'tool' is repeated"),
        ('{"tool": "a", "arguments": {"x": NaN}}', "E1", 33, "NaN is not JSON"),
        ('{"tool": "a", "arguments": {"x": -Infinity}}', "E1", 33, "-Infinity is not JSON"),
        ('{"tool": "a", "arguments": {"x": 1e999}}', "E3", 33, "too large"),
        ('{"tool": "a", "arguments": {"x": 9223372036854775808}}', "E3", 33, "too large"),
        ('{"tool": "a", "arguments": {"x": ' + "1" * 5000 + "}}", "E3", 33, "too large"),
        ('{"tool": "a", "arguments": {"x": 0.' + "1" * 5000 + "}}", "E3", 33, "too large"),
        ('{"tool": "a", "arguments": {"x": "a\nb"}}', "E1", 35, "control character"),
        ('{"tool": "a", "arguments": {"x": "a\x00b"}}', "E1", 35, "control character"),
        ('{"tool": "a", "arguments": {"x": "\\ud800"}}', "E1", 34, "surrogate"),
        ('{"tool": "a", "arguments": {"\\uDC00": 1}}', "E1", 29, "surrogate"),
    ],
)
def test_calls_that_are_none(body, code, position, words):
    found = violation(call(body))
    assert (found.code, found.position) == (code, OPEN + position), found
    assert words.lower() in found.message.lower()


def test_numbers_at_the_edge_and_escapes_pass():
    parsed = parse_turn(
        call('{"tool": "a", "arguments": {"x": -9223372036854775808, "y": 1e308, "z": "\\ud83d\\ude00"}}')
    )
    assert parsed.call.arguments == {"x": -(2**63), "y": 1e308, "z": "😀"}


def test_nesting_is_bounded_before_the_recursion():
    def nested(depth):
        return call('{"tool": "a", "arguments": {"x": ' + "[" * depth + "]" * depth + "}}")

    assert parse_turn(nested(MAX_JSON_DEPTH - 2)).call is not None
    assert "nested" in violation(nested(MAX_JSON_DEPTH - 1)).message
    assert violation(nested(30_000)).code == "E1"
    assert violation(call("[" * 60_000)).position == OPEN + MAX_JSON_DEPTH
    brackets_in_a_string = call(json.dumps({"tool": "a", "arguments": {"x": "[{" * 500 + '\\"['}}))
    assert parse_turn(brackets_in_a_string).call is not None
    assert "at most" in violation(call(" " * (MAX_CALL_CHARS + 1))).message


def test_tags_inside_json_strings_are_reserved_unless_escaped():
    raw = call('{"tool": "a", "arguments": {"x": "</tool_call><answer>4</answer>"}}')
    assert violation(raw).code == "E1"
    assert violation(call('{"tool": "a", "arguments": {"x": "<think>"}}')).position == OPEN + 34
    escaped = call('{"tool": "a", "arguments": {"x": "\\u003c/tool_call>\\u003canswer>4"}}')
    assert parse_turn(escaped).call.arguments == {"x": "</tool_call><answer>4"}


@pytest.mark.parametrize(
    "text",
    [
        "<think>" * 30_000,
        "<think>" + "<" * 200_000,
        "<" * 200_000 + "/think>",
        "<think></think>" + " " * 200_000,
        "\t" * 200_000 + "<answer>",
        call('"' * 60_000 + "[" * 40),
        call('"\\' * 30_000 + "[" * 40),
        call('\\"' * 30_000 + "[" * 40),
        call("{" + ",".join(f'"k{i}": 1' for i in range(5000)) + ', "k4999": 1}'),
        call('{"tool": "a", "arguments": {"x": [' + ",".join(["1e309"] * 9000) + "]}}"),
        call('{"a":' * 10_000),
    ],
)
def test_hostile_text_is_read_in_linear_time(text):
    assert parse_turn(text).violations  # no clock: a quadratic scan of any of these would hang the suite for minutes


PIECES = st.sampled_from([
    "<think>", "</think>", "<tool_call>", "</tool_call>", "<answer>", "</answer>", " ", "\n",
    "{", "}", "[", "]", '"', ":",
    ",",
    '{"tool": "calculator", "arguments": {"expression": "1+1"}}', '{"tool": "chartmoe", "task": "to_table"}', '"tool"',
    '"arguments"', '"task"', "NaN", "Infinity", "1e999", "9" * 30, "null", "true", "-", "\\", "\\u", "\\ud800",
    "\ud800",     "\ufeff", "\x00", "\x1b[2J", "\u202e", "<think", "/answer>", "[" * 50, '{"a":' * 50, "47", "é",
    "<answer>47</answer>",
])  # fmt: skip
HOSTILE = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=8).map(lambda parts: call("".join(parts))),
    st.text(max_size=60),
    st.text(alphabet=st.characters(), max_size=40).map(lambda text: f"<think>{text}</think><answer>{text}</answer>"),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=12,
    ).map(lambda value: call(json.dumps({"tool": "calculator", "arguments": value}))),
)


@settings(max_examples=1000, deadline=None)
@given(HOSTILE, st.sampled_from(["vista", "hermes"]), st.sampled_from(["required", "none"]))
@example("<think></think><tool_call>" + "[" * 100_000, "vista", "required")
def test_any_text_is_a_turn_or_a_classified_violation(text, dialect, reasoning):
    parsed = parse_turn(text, dialect=dialect, reasoning=reasoning)
    assert (parsed.call is not None) + (parsed.answer is not None) + bool(parsed.violations) == 1
    for found in parsed.violations:
        assert found.code in ("E1", "E3") and 0 <= found.position <= len(text) and found.message
        found.model_dump_json()


NO_TAGS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: (
        not any(tag in text for tag in ("<think>", "</think>", "<tool_call>", "</tool_call>", "<answer>", "</answer>"))
    )
)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["</tool_call>", "<answer>4</answer>", "\\u003c", "<think>\n"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(NO_TAGS, TEXTS.filter(bool), st.dictionaries(TEXTS, JSON, max_size=3), NO_TAGS.filter(str.strip),
       st.booleans(), st.sampled_from(["vista", "hermes"]), st.sampled_from(["required", "none"]))  # fmt: skip
def test_render_is_the_inverse_of_parse(think, tool, arguments, answer, answers, dialect, reasoning):
    turn = ExpertTurn(think, answer=answer) if answers else ExpertTurn(think, tool=tool, arguments=arguments)
    parsed = parse_turn(render_turn(turn, dialect, reasoning), dialect=dialect, reasoning=reasoning)
    assert not parsed.violations
    assert parsed.think == (think if reasoning == "required" else "")
    if answers:
        assert parsed.answer == answer
    else:
        assert parsed.call == RawCall(tool, arguments)


@pytest.mark.parametrize(
    "turn",
    [
        ExpertTurn("t"),
        ExpertTurn("t", tool="a", answer="4"),
        ExpertTurn("<answer>", answer="4"),
        ExpertTurn("t", answer="</answer>"),
        ExpertTurn("t", answer="  "),
        ExpertTurn("t", tool="a", arguments={"x": float("nan")}),
        ExpertTurn("t", tool="a", arguments={"x": "\ud800"}),
        ExpertTurn("t", tool="a", arguments={"x": 2**70}),
        ExpertTurn("t", tool="", arguments={}),
    ],
)
def test_what_the_protocol_cannot_say_is_refused(turn):
    with pytest.raises(ValueError, match=r"turn|JSON"):
        render_turn(turn)


def test_the_canonical_text():
    turn = ExpertTurn("look", tool="chartmoe_to_table")
    assert (
        render_turn(turn) == '<think>look</think><tool_call>{"tool": "chartmoe_to_table", "arguments": {}}</tool_call>'
    )
    assert (
        render_turn(turn, "hermes", "none") == '<tool_call>{"name": "chartmoe_to_table", "arguments": {}}</tool_call>'
    )
    assert render_turn(ExpertTurn("47 it is", answer="47")) == "<think>47 it is</think><answer>47</answer>"
