"""Experts with the real tools: what they read is in the picture, and they are right."""

import pytest
import vista_core as vista
from synthetic_helpers import TASKS
from vista_core import ToolError, VistaError

TOOLS = ("chartmoe_to_table", "easyocr", "grounding_dino")
LEAST = 0.95


@pytest.fixture(scope="module")
def tools():
    """The real tools; a machine without OCR weights skips."""
    try:
        return {name: vista.load("tool", name) for name in ("calculator", *TOOLS)}
    except VistaError as error:
        pytest.skip(f"the tools are not installed here: {error}")


def right(task, tools, key):
    """Whether the careful expert answers a problem rightly within three turns; and what happened."""
    sample = task.sample(*_place(key))
    expert, observations, story = task.expert(key), [], []
    for _ in range(3):
        turn = expert.turn(observations)
        story.append(turn)
        if turn.answer is not None:
            return task.score(key, turn.answer).correct, story
        try:
            observations.append(tools[turn.tool](images=sample.images, **turn.arguments))
        except ToolError as error:
            observations.append(vista.Observation(text=str(error)))
        story.append(observations[-1].text)
    return False, story


def _place(key):
    split, _, index = key.partition("/")
    return split, int(index)


@pytest.mark.parametrize("family", TASKS, ids=lambda kind: kind.name)
def test_experts_are_right_with_the_real_tools(tools, family):
    task = family()
    results = [right(task, tools, f"validation/{i}") for i in range(12)]
    wrong = [story for correct, story in results if not correct]
    assert len(wrong) <= 1, wrong


@pytest.mark.slow
@pytest.mark.parametrize("family", TASKS, ids=lambda kind: kind.name)
def test_experts_are_right_nearly_always_at_level_one(tools, family):
    task = family(seed=1)
    results = [right(task, tools, f"train/{i}") for i in range(100)]
    wrong = [story for correct, story in results if not correct]
    assert 1 - len(wrong) / len(results) >= LEAST, wrong
