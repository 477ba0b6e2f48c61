import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_cli.turns import DEFAULT_THOUGHT, understand
from vista_core import VistaError

TOOLS = {
    "calculator": {"properties": {"expression": {"type": "string"}}, "required": ["expression"]},
    "image_zoom_in": {
        "properties": {
            "box": {"type": "array"},
            "image": {"type": "integer"},
            "label": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["box"],
    },
    "look": {"properties": {}},
}


def call(line: str, thought: str = "") -> dict:
    typed = understand(line, thought, TOOLS)
    assert typed.kind == "turn"
    head, _, tail = typed.text.partition("<tool_call>")
    assert head == f"<think>{thought or DEFAULT_THOUGHT}</think>"
    return json.loads(tail.removesuffix("</tool_call>"))


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("calculator expression=1+2", {"expression": "1+2"}),
        ("calculator expression=12", {"expression": "12"}),  # text stays text where the schema wants text
        ("calculator expression=max(47, 12, 33)", {"expression": "max(47, 12, 33)"}),
        ('calculator expression="3 * 4"', {"expression": "3 * 4"}),
        ("calculator 3 * 4", {"expression": "3 * 4"}),  # a lone value goes to the required argument
        ("calculator", {}),
    ],
)
def test_arguments_of_the_calculator(line, arguments):
    assert call(line) == {"tool": "calculator", "arguments": arguments}


def test_json_arguments_and_several_of_them():
    got = call("image_zoom_in box=[0, 0, 80, 60] image=1 label=the left bar")["arguments"]
    assert got == {"box": [0, 0, 80, 60], "image": 1, "label": "the left bar"}


def test_a_thought_goes_into_the_turn():
    assert understand("answer 47", "of Mango", TOOLS).text == "<think>of Mango</think><answer>47</answer>"


def test_a_whole_turn_is_passed_on_exactly():
    text = "<think>a</think><answer>b</answer> trailing"
    assert understand(f"  {text}\n", "ignored", TOOLS).text == text


def test_a_bare_call_gets_its_tags():
    assert call('{"tool": "look", "arguments": {}}') == {"tool": "look", "arguments": {}}


def test_commands():
    assert understand("think so", "", TOOLS) == ("think", "so")
    assert understand("image 2", "", TOOLS) == ("image", "2")
    assert understand("exit", "", TOOLS).kind == "quit"
    assert understand("   \n", "", TOOLS).kind == "empty"


def test_an_unknown_word_is_told_what_to_do():
    with pytest.raises(VistaError, match=r"'frobnicate' is neither a tool of this episode nor a command. Type help"):
        understand("frobnicate x=1", "", TOOLS)


@given(st.text(max_size=200))
def test_no_line_does_more_than_raise_a_vista_error(line):
    try:
        typed = understand(line, "", TOOLS)
    except VistaError:
        return
    assert typed.kind in {"turn", "think", "tools", "tool", "image", "help", "quit", "empty"}
