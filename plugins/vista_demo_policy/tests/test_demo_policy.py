"""The shipped checkpoint and what it was made with."""

import json

import numpy as np
import pytest
import vista_demo_policy
from vista_demo_policy.drills import QUERIES, Drills
from vista_demo_policy.vocabulary import NUMBERS, PHRASES, WORDS


@pytest.fixture(scope="module")
def folder():
    return vista_demo_policy.path()


@pytest.fixture(scope="module")
def tokenizer(folder):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def test_it_is_small_and_says_how_it_was_made(folder):
    assert sum(file.stat().st_size for file in folder.iterdir()) < 20e6
    how = json.loads((folder / "build.json").read_text())
    assert how["command"].startswith("python -m vista_demo_policy.build --seed")
    assert {tool["use"] for tool in how["recipe"]["tools"]} == {"chartmoe_to_table", "calculator"}
    assert 0.3 < json.loads((folder / "validation.json").read_text())["accuracy"] < 0.7, "there is something to learn"


def test_it_holds_no_path_of_the_machine_that_built_it(folder):
    for file in folder.glob("*.json"):
        assert "/home/" not in file.read_text()
        assert "_name_or_path" not in file.read_text()
    plain = json.loads((folder / "build.json").read_text())["recipe"]
    assert plain["output"] == plain["policy"]["config"]["path"] == ""


def test_a_missing_checkpoint_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(vista_demo_policy, "_CHECKPOINT", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"python -m vista_demo_policy\.build"):
        vista_demo_policy.path()


def test_it_loads_as_a_policy(folder):
    from vista_trainers.policies.hf import HFPolicy

    policy = HFPolicy(path="package:vista_demo_policy", device="cpu")
    assert policy.family.name == "qwen_vl"
    assert policy.model.num_parameters() < 1e6
    assert "GRPO" in vista_demo_policy.STORY


def test_words_and_phrases_are_single_tokens(tokenizer):
    for text in (*WORDS, *PHRASES):
        assert len(tokenizer.encode(text, add_special_tokens=False)) == 1, text
    answers = {tokenizer.encode(f"<answer>{number}</answer>")[1] for number in NUMBERS}
    assert answers == {tokenizer.encode(f"Mango {number}")[1] for number in NUMBERS}


def test_drills_ask_only_for_what_they_hold(tokenizer):
    drills = Drills(tokenizer, np.random.default_rng(0))
    for _ in range(50):
        drill = drills.recall(4)
        asked = [place for place, wanted in enumerate(drill.asked) if wanted]
        assert len(asked) == QUERIES
        for place in asked:
            name, value = drill.ids[place - 1 : place + 1]
            assert (name, value) in zip(drill.ids[: asked[0] - 1], drill.ids[1:], strict=False)
        copied = drills.copy(6)
        assert len(copied.ids) == len(copied.asked)
        assert any(copied.asked)


def test_practice_teaches(tokenizer):
    """Not to the end, which takes minutes: the loss of recall falls below chance."""
    from vista_demo_policy.drills import practise
    from vista_trainers.tiny import TinyConfig, build_model, build_processor

    config = TinyConfig(seed=0)
    model = build_model(config, build_processor(config, WORDS, PHRASES))
    said = []
    with pytest.raises(RuntimeError, match="Recall is not learnt after 52 steps"):
        practise(model, tokenizer, 0, recall_steps=52, batch_size=8, report=said.append)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in said]
    assert losses[0] > 6
    assert losses[1] < 6
