"""Demonstrations: played with token segments, or read from a log of text and tokenised then, are the same rows."""

import numpy as np
import pytest
from vista_core import PluginError, TrajectoryWriter
from vista_trainers.assembly import Assembly
from vista_trainers.demonstrations import Demonstrations, demonstration_rows
from vista_trainers.families import load_family
from vista_trainers.recipe import load_recipe
from vista_trainers.tiny import TinyConfig, build_model, build_processor

MIXED = {"use": "scripted", "config": {"habits": {"careful": 0.5, "guess": 0.5}}}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    config = TinyConfig(hidden=32, vision_hidden=16, vision_layers=1, image_size=56)
    processor = build_processor(config, ["Mango", *map(str, range(100))])
    build_model(config, processor).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def recipe():
    return load_recipe("tiny.yaml", ["tasks.0.config.images=4", "episode.max_tokens=4096"])


def content(rows):
    """What is in the rows, in an order of their own: a log is written as trajectories finish."""
    return sorted(
        (row.prompt.tolist(), row.completion.tolist(), row.mask.tolist(), [image.id for image in row.images])
        for row in rows
    )


def test_played_and_read_back_are_the_same(recipe, checkpoint, tmp_path):
    family = load_family(str(checkpoint))
    played = demonstration_rows(Demonstrations(samples=12, policy=MIXED, keep="all"), recipe, family)
    text = recipe.model_copy(update={"policy": Demonstrations(samples=1, policy=MIXED).policy})
    with Assembly(text) as assembly, TrajectoryWriter(tmp_path) as log:
        assert assembly.policy.family is None, "recorded as text, as by an endpoint"
        trajectories = assembly.engine(log=log).run_sync(assembly.jobs(12, shuffle=True))
    assert not any(trajectory.segments for trajectory in trajectories)
    read = demonstration_rows(Demonstrations(trajectories=str(tmp_path), keep="all"), recipe, family)
    assert len(played) == 12
    assert content(played) == content(read)
    assert all(row.mask.any() for row in played)
    limited = demonstration_rows(Demonstrations(trajectories=str(tmp_path), keep="all", samples=5), recipe, family)
    assert len(limited) == 5


def test_only_correct_ones_are_kept(recipe, checkpoint):
    family = load_family(str(checkpoint))
    right = demonstration_rows(Demonstrations(samples=12, policy=MIXED), recipe, family)
    assert 0 < len(right) < 12
    nothing = {"use": "scripted", "config": {"habit": "guess"}}
    with pytest.raises(PluginError, match="no demonstrations to learn from"):
        demonstration_rows(Demonstrations(samples=3, policy=nothing), recipe, family)


def test_sft_trains_on_what_the_policy_wrote(recipe, checkpoint, tmp_path):
    """The trainer's loss over accumulated batches is the mean over the policy's tokens, computed row by row."""
    import torch
    from transformers import AutoModelForImageTextToText, TrainingArguments
    from vista_trainers.sft import VistaSFTTrainer

    family = load_family(str(checkpoint))
    rows = demonstration_rows(Demonstrations(samples=8, policy=MIXED, keep="all"), recipe, family)
    model = AutoModelForImageTextToText.from_pretrained(checkpoint)
    terms = []
    with torch.no_grad():
        for row in rows:
            ids = np.concatenate([row.prompt, row.completion])
            logps = torch.log_softmax(model(**family.model_inputs([ids], [row.images])).logits[0], -1)
            places = len(row.prompt) + np.flatnonzero(row.mask)
            terms += [-logps[place - 1, ids[place]].item() for place in places]
    args = TrainingArguments(
        output_dir=str(tmp_path), per_device_train_batch_size=2, gradient_accumulation_steps=4, max_steps=1,
        logging_steps=1, report_to=[], use_cpu=True, disable_tqdm=True, save_strategy="no",
    )  # fmt: skip
    trainer = VistaSFTTrainer(model, family, args, rows)
    trainer.train()
    assert trainer.state.log_history[0]["loss"] == pytest.approx(np.mean(terms), abs=1e-5)
