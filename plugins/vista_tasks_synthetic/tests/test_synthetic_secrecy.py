"""Gold is in no place that an agent, a tool or a log can see."""

import re
import struct
from dataclasses import fields
from decimal import Decimal

import pytest
from synthetic_helpers import all_tasks
from vista_tasks_synthetic.questions import Plan


def chunks(png):
    """Types of the chunks of a PNG file."""
    at, found = 8, []
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append(png[at + 4 : at + 8].decode())
        at += 12 + length
    return found


@pytest.mark.parametrize("task", all_tasks(), ids=lambda t: f"{t.name}-{t.config.level}")
def test_samples_hold_no_gold(task):
    for index in range(40):
        sample = task.sample("train", index)
        shown = sample.model_dump(mode="json")
        assert set(shown) == {"key", "question", "images", "choices", "answer_format"}
        assert shown["key"] == f"train/{index}"
        assert shown["images"] == [{"image": sample.images[0].id}]
        assert sample.answer_format in ("a number", "a number with two decimals", "a name")
        assert set(chunks(sample.images[0].data)) == {"IHDR", "IDAT", "IEND"}, "no text in the picture file"
        gold = task.gold(sample.key).model_dump()
        allowed = {gold.get("threshold"), gold.get("column"), *gold.get("names", ())} - {None}
        question = sample.question
        for text in allowed:
            question = question.replace(text, "")
        assert not re.search(r"\d", question), "a question holds no number of the picture"


@pytest.mark.parametrize("task", all_tasks(images=3, size=60), ids=lambda t: f"{t.name}-{t.config.level}")
def test_the_picture_does_not_depend_on_the_question(task):
    assert len({task.sample("test", i).images[0].id for i in range(1, 60, 3)}) == 1


@pytest.mark.parametrize("task", all_tasks(), ids=lambda t: f"{t.name}-{t.config.level}")
def test_plans_hold_no_number_of_the_picture(task):
    for index in range(60):
        plan = task._question("train", index).plan
        for field in fields(plan):
            value = getattr(plan, field.name)
            if isinstance(plan, Plan) and field.name == "threshold":
                assert value is None or isinstance(value, Decimal)
            else:
                assert isinstance(value, (str, tuple))
                assert all(isinstance(item, str) for item in value)
