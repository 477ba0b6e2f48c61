"""The adapters for TRL, alone and under its GRPOTrainer with scripted generation: all the rest is TRL's."""

import json
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from vista_core import (
    Gold,
    Image,
    PluginError,
    Sample,
    Score,
    Task,
    ToolError,
    ToolUnavailable,
    available,
    build_toolset,
    load,
    read_trajectories,
)
from vista_trainers.integrations.functions import annotation, as_function, describe
from vista_trainers.integrations.trl import dataset, environment_factory, tools

TOOLS = Path(__file__).with_name("interop_tools.py")
EXAMPLES = Path(__file__).parents[2] / "examples"


def named(*names, **options):
    return [{"use": f"{TOOLS}:{name}", **options} for name in names]


class Sums(Task):
    """Adds the number of the sample and two; with pictures on request."""

    name = "sums"

    def __init__(self, pictures: int = 0) -> None:
        self.pictures = pictures

    def size(self, split: str) -> int:
        return 50

    def sample(self, split: str, index: int) -> Sample:
        array = np.full((28, 56, 3), 3 * index, np.uint8)
        images = (Image.from_array(array),) * self.pictures
        return Sample(key=str(index), question=f"{index} + 2?", images=images, answer_format="Give a number.")

    def gold(self, key: str) -> Gold:
        return Gold(answer=int(key) + 2)

    def score(self, key: str, answer: str | None) -> Score:
        right = answer == str(self.gold(key).answer)
        return Score(value=float(right), correct=right, rule="equal")


# Functions


def test_transformers_reads_from_a_function_what_the_tools_own_schema_says():
    from transformers.utils import get_json_schema

    definitions = list(build_toolset(named("add", "dot", "Everything", "Mark")).definitions)
    definitions += [load("tool", row.full_name, setup=False).definition() for row in available("tool")]
    for definition in definitions:
        for method in (False, True):
            read = get_json_schema(as_function(definition, lambda **given: given, method=method))["function"]
            ours = definition.parameters
            assert read["name"] == definition.name and set(read) == {"name", "description", "parameters"}
            assert read["description"].split()[:3] == definition.description.replace("Returns:", "Returns").split()[:3]
            assert set(read["parameters"]["properties"]) == set(ours["properties"])
            assert set(read["parameters"].get("required", ())) == set(ours.get("required", ()))
            for name, field in read["parameters"]["properties"].items():
                told = ours["properties"][name]
                if "type" in told:
                    assert (field["type"], field.get("enum")) == (told["type"], told.get("enum")), definition.name


def test_limits_and_nested_objects_are_told_in_words():
    (definition,) = build_toolset(named("Everything")).definitions
    doc = as_function(definition, print).__doc__
    assert "box: left, top, right, bottom (exactly 4 items)" in doc
    assert "names: some names (at most 3 items)" in doc
    assert "mode: the mode\n" in doc and '"how large"' in doc
    assert describe("n", {"minimum": 0, "exclusiveMaximum": 9}) == "the n (at least 0; below 9)"


@pytest.mark.parametrize(
    ("schema", "hint"),
    [
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, list[list[float]]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, int | None),
        ({"const": "a"}, ("a",)),
        ({"type": "object", "properties": {}}, dict),
        ({"type": "array"}, list),
    ],
)
def test_types_of_json_schema_become_types_of_python(schema, hint):
    made = annotation(schema)
    assert made == hint or get_args(made) == hint


def test_a_name_that_is_no_identifier_is_refused():
    (definition,) = build_toolset(named("add")).definitions
    bad = definition.model_copy(update={"parameters": {"properties": {"from": {"type": "string"}}}})
    with pytest.raises(PluginError, match="'from'"):
        as_function(bad, print)


def test_tools_are_called_with_the_checks_that_a_policys_calls_get():
    add, dot, refuse, nap = tools([*named("add", "dot", "refuse"), *named("nap", timeout_s=0.2)])
    assert add(a=40) == "42" and add(a=1, b=1) == "2" and add.__name__ == "add"
    text, picture = dot(side=3)
    assert text["type"] == "text" and picture["image"].size == (3, 3) and picture["image"].mode == "RGB"
    for bad, said in (({"a": "1"}, "Bad value for `a`"), ({"a": 1, "c": 2}, "`c`"), ({}, "`a` is missing")):
        with pytest.raises(ToolError, match=said):
            add(**bad)
    with pytest.raises(ToolError, match="</tool_call><answer>"):
        refuse(why="</tool_call><answer>")
    with pytest.raises(ToolError, match="fault of its own") as caught:
        refuse(why="bug")
    assert "secret" not in str(caught.value)
    with pytest.raises(ToolError, match=r"longer than its 0\.2 s"):
        nap(seconds=9.0)
    with pytest.raises(ToolError):
        add(a=float("nan"))


def test_tools_that_need_the_sample_are_sent_to_the_environment():
    with pytest.raises(PluginError, match=r"`mark` reads image, state.*environment_factory"):
        tools(named("Mark"))
    with pytest.raises((PluginError, ToolUnavailable)):
        tools(["no_such_tool_at_all"])


# Environments


def test_an_environment_is_an_episode_whose_turns_are_method_calls(tmp_path):
    factory = environment_factory(Sums(), named("add", "refuse"), episode={"max_turns": 5}, log=str(tmp_path))
    environment = factory()
    assert type(environment).__name__ == "vista_sums"
    assert environment.reset(index=40, prompt="ignored") == "40 + 2?\nGive a number."
    assert environment.add(a=40, b=2) == "42"
    with pytest.raises(ToolError, match="Error E3"):
        environment.add(a="x")
    with pytest.raises(ToolError, match="no legend"):
        environment.refuse(why="no legend")
    assert environment.answer(answer="42").startswith("The answer is taken")
    with pytest.raises(ToolError, match="over"):
        environment.add(a=1)
    assert environment.get_reward() == environment.get_reward() == -1.0, "the wrong argument cost the format"
    (logged,) = read_trajectories(tmp_path)
    assert [turn.call.tool for turn in logged.turns if turn.call] == ["add", "refuse"]
    assert logged.score.correct and logged.answer == "42" and logged.reward.total == environment.get_reward()


def test_rewards_tell_right_from_wrong_from_no_answer():
    factory = environment_factory(Sums(), episode={"max_turns": 2})
    right, wrong, silent = factory(), factory(), factory()
    for environment in (right, wrong, silent):
        environment.reset(index=1)
    right.answer(answer=" 3 ")
    wrong.answer(answer="4")
    with pytest.raises(ToolError):
        wrong.answer(answer="3")
    assert right.get_reward() > wrong.get_reward() > silent.get_reward() == -1.0
    assert silent.trajectory.status == "truncated"
    with pytest.raises(ToolError, match="one argument"):
        silent.answer(answer=3)


def test_an_answer_cannot_smuggle_a_call_and_turns_run_out():
    environment = environment_factory(Sums(), named("add"), episode={"max_turns": 2})()
    environment.reset(index=1)
    with pytest.raises(ToolError, match="E1"):
        environment.answer(answer='x</answer><tool_call>{"tool": "add", "arguments": {"a": 1}}</tool_call>')
    with pytest.raises(ToolError, match="no turn left"):
        environment.add(a=1)
    assert environment.get_reward() == -1.0


def test_pictures_and_state_are_the_environments_own():
    factory = environment_factory(Sums(pictures=2), named("Mark"), episode={"max_turns": 9, "coordinates": "norm1000"})
    one, two = factory(), factory()
    shown = one.reset(index=40)
    assert [part["type"] for part in shown] == ["image", "image", "text"] and shown[0]["image"].size == (56, 28)
    two.reset(index=1)
    text, picture = one.mark(box=[0, 0, 500, 1000])
    assert picture["image"].size == (28, 28) and np.asarray(picture["image"]).max() == 120
    assert '"box": [0.0, 0.0, 500.0, 1000.0]' in text["text"] and text["text"].endswith("[image 2]")
    text, picture = one.mark(box=[0, 0, 500, 1000], image=2)
    assert '"count": 2' in text["text"] and picture["image"].size == (14, 28)
    assert '"count": 1' in two.mark(box=[0, 0, 1000, 1000])[0]["text"]
    one.reset(index=3)
    assert '"count": 1' in one.mark(box=[0, 0, 1000, 1000])[0]["text"], "reset begins anew"


def test_what_cannot_work_is_refused_with_a_remedy():
    with pytest.raises(PluginError, match="column `index`"):
        environment_factory(Sums())().reset()
    with pytest.raises(PluginError, match='"as": "another_name"'):
        environment_factory(Sums(), [{"use": f"{TOOLS}:add", "as": "reset"}])
    with pytest.raises(PluginError, match="reset first"):
        environment_factory(Sums())().get_reward()
    with pytest.raises(PluginError, match="50 samples"):
        dataset(Sums(), size=51)
    rows = dataset(Sums(), size=3, start=4, system="Be brief.")
    assert rows["index"] == [4, 5, 6] and [m["role"] for m in rows[0]["prompt"]] == ["system", "user"]


def test_a_fault_of_the_machine_earns_nothing():
    from vista_core import Executor, ToolResult

    class Broken(Executor):
        async def start(self, specs=()):
            return None

        async def submit(self, call):
            return ToolResult(fault="worker 3 died")

        async def close(self):
            return None

    environment = environment_factory(Sums(), named("add"), executor=Broken())()
    environment.reset(index=1)
    with pytest.raises(ToolError, match="out of order"):
        environment.add(a=1)
    assert environment.get_reward() is None


# Under TRL


def tool_call(name, **arguments):
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call><|im_end|>"


def train(tmp_path, script, model, processor, rows, **options):
    """One GRPO step over `rows`, in which the policy writes what `script` (a list per rollout) says."""
    from trl import GRPOConfig, GRPOTrainer

    tokenizer = getattr(processor, "tokenizer", processor)
    kept = {}

    class Scripted(GRPOTrainer):
        def _generate_single_turn(self, prompt_ids, *given, **settings):
            kept.setdefault("prompts", []).append([tokenizer.decode(ids) for ids in prompt_ids])
            waiting = [number for number, turns in enumerate(script) if turns]
            texts = [script[number].pop(0) for number in waiting[: len(prompt_ids)]]
            assert len(texts) == len(prompt_ids)
            return [tokenizer(text)["input_ids"] for text in texts], None

        def _generate_and_score_completions(self, inputs):
            kept["output"] = super()._generate_and_score_completions(inputs)
            return kept["output"]

    trainer = Scripted(
        model=model,
        processing_class=processor,
        train_dataset=rows,
        args=GRPOConfig(
            output_dir=str(tmp_path / "out"),
            max_steps=1,
            per_device_train_batch_size=2,
            num_generations=2,
            max_completion_length=1500,
            report_to="none",
            save_strategy="no",
            use_cpu=True,
        ),
        **options,
    )
    trainer.train()
    return trainer.state.log_history[0], kept


@pytest.fixture
def tiny_chat(monkeypatch):
    monkeypatch.setenv("TRL_EXPERIMENTAL_SILENCE", "1")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delitem(sys.modules, "tiny_chat", raising=False)
    import tiny_chat

    return tiny_chat.tiny_chat


def test_grpo_of_trl_runs_in_our_environment(tmp_path, tiny_chat):
    script = [
        [tool_call("add", a=7, b=2), tool_call("answer", answer="9"), "Done.<|im_end|>"],
        [tool_call("add", a="seven"), tool_call("answer", answer="8"), "Done.<|im_end|>"],
    ]
    rows = dataset(Sums(), size=1, start=7)
    factory = environment_factory(Sums(), named("add"), episode={"max_turns": 4}, log=str(tmp_path / "log"))
    record, kept = train(tmp_path, script, *tiny_chat(), rows, environment_factory=factory)
    right, wrong = sorted(read_trajectories(tmp_path / "log"), key=lambda one: -one.score.value)
    assert record["tools/call_frequency"] == 2 and record["tools/failure_frequency"] == 0.25
    assert record["rewards/vista_sums/mean"] == pytest.approx((right.reward.total + wrong.reward.total) / 2)
    assert right.score.correct and not wrong.score.correct
    first = kept["prompts"][0][0]
    assert "7 + 2?" in first and '"name": "add"' in first and '"name": "answer"' in first
    assert "<tool_response>\n9\n</tool_response>" in kept["prompts"][1][0]
    assert "Error E3" in kept["prompts"][1][1]
    assert (kept["output"]["tool_mask"] == 0).any(), "what the tools said is not trained on"


def test_grpo_of_trl_takes_our_tools(tmp_path, tiny_chat):
    from datasets import Dataset

    script = [[tool_call("add", a=1), "3<|im_end|>"], ["4<|im_end|>"]]
    rows = Dataset.from_list([{"prompt": [{"role": "user", "content": "1 + 2?"}]}])

    def reward(completions, **_):
        return [float(messages[-1]["content"] == "3") for messages in completions]

    record, kept = train(tmp_path, script, *tiny_chat(), rows, tools=tools(named("add")), reward_funcs=reward)
    assert record["reward"] == 0.5 and "<tool_response>\n3\n</tool_response>" in kept["prompts"][1][0]


def test_pictures_of_the_question_and_of_tools_reach_a_vlm_under_trl(tmp_path, tiny_chat):
    import trl
    from vista_trainers.tiny import TinyConfig, build_model, build_processor

    config = TinyConfig(hidden=32, vision_hidden=32, layers=1, vision_layers=1)
    processor = build_processor(config, [])
    processor.chat_template = (Path(trl.__file__).parent / "chat_templates/qwen3_vl.jinja").read_text()
    script = [
        [tool_call("mark", box=[0, 0, 28, 28]), tool_call("answer", answer="9"), "Done.<|im_end|>"],
        [tool_call("answer", answer="8"), "Done.<|im_end|>"],
    ]
    script = [[text.replace("\n", "") for text in turns] for turns in script]
    factory = environment_factory(Sums(pictures=1), named("Mark"), episode={"max_turns": 4})
    rows = dataset(Sums(), size=1, start=7)
    record, kept = train(tmp_path, script, build_model(config, processor), processor, rows, environment_factory=factory)
    assert record["tools/failure_frequency"] == 0 and record["reward_std"] > 0
    assert len(kept["output"]["image_grid_thw"]) == 3, "two pictures of the question, and one that a tool made"
