"""What surrounds the loss: rows, advantages, SFT's loss, settings, checkpoints, shipped recipes."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from vista_core import Image, PluginError, Segment, Trajectory
from vista_trainers.__main__ import main
from vista_trainers.batches import group_advantages, row_of
from vista_trainers.demonstrations import Demonstrations
from vista_trainers.recipe import RecipeError, load_recipe
from vista_trainers.training import GRPOSettings, _claim, _settings, last_checkpoint, train


def trajectory(*segments, status="answered"):
    made = Trajectory(id="t", status=status)
    made.segments = list(segments)
    return made


def test_advantages_by_hand():
    advantages, counts = group_advantages(np.array([1.0, 2.0, 1.0, 2.0]), 4)
    assert counts.all()
    assert advantages == pytest.approx(np.array([-1, 1, -1, 1]) * 0.5 / (np.std([1, 2, 1, 2], ddof=1) + 1e-4), abs=1e-6)
    advantages, _ = group_advantages(np.array([1.0, 2.0, 4.0, 4.0]), 2, "none")
    assert advantages.tolist() == [-0.5, 0.5, 0.0, 0.0]


@given(
    st.lists(st.floats(-3, 2), min_size=8, max_size=8),
    st.sets(st.integers(0, 7)),
    st.sampled_from(["group", "batch", "none"]),
)
def test_faulted_rollouts_belong_to_no_group(rewards, faulted, scale):
    rewards = np.array(rewards)
    rewards[list(faulted)] = np.nan
    advantages, counts = group_advantages(rewards, 4, scale)
    for start in (0, 4):
        present = [place for place in range(start, start + 4) if place not in faulted]
        kept = len(present) >= 2
        assert counts[start : start + 4].tolist() == [kept and place in present for place in range(start, start + 4)]
        assert advantages[[*(set(range(start, start + 4)) - set(present))]].tolist() == [0] * (4 - len(present))
        assert abs(advantages[start : start + 4].sum()) < 1e-3
    assert np.isfinite(advantages).all()


def test_a_row_ends_with_what_was_sampled():
    image = Image.from_array(np.zeros((8, 8, 3), np.uint8))
    row = row_of(
        trajectory(
            Segment("prompt", [1, 2, 3], images=(image.id,)),
            Segment("policy", [4, 5]),
            Segment("template", [6]),
            Segment("observation", [7, 8], images=(image.id,)),
            Segment("policy", [9]),
            Segment("template", [10]),
        ),
        {image.id: image},
    )
    assert row.prompt.tolist() == [1, 2, 3]
    assert row.completion.tolist() == [4, 5, 6, 7, 8, 9]
    assert row.mask.tolist() == [True, True, False, False, False, True]
    assert row.images == (image, image)


def test_a_trajectory_that_never_spoke_has_a_row_without_loss():
    row = row_of(trajectory(Segment("prompt", [1, 2, 3]), status="faulted"), {})
    assert (row.prompt.tolist(), row.completion.tolist(), row.mask.tolist()) == ([1, 2], [3], [False])


def test_text_trajectories_cannot_be_trained_on():
    with pytest.raises(PluginError, match="no token segments"):
        row_of(trajectory(), {})


def test_every_policy_token_weighs_the_same_in_sft():
    """However a batch is cut: the sum over parts, each divided by all tokens, is the mean over tokens."""
    from vista_trainers.sft import policy_token_loss

    torch.manual_seed(0)
    logits, labels = torch.randn(4, 6, 9), torch.randint(0, 9, (4, 6))
    labels[torch.rand(4, 6) < 0.5] = -100
    counted = int((labels[:, 1:] != -100).sum())
    terms = [
        -torch.log_softmax(logits[row, place - 1], -1)[labels[row, place]]
        for row in range(4)
        for place in range(1, 6)
        if labels[row, place] != -100
    ]
    expected = torch.stack(terms).mean()
    assert torch.allclose(policy_token_loss({"logits": logits}, labels), expected)
    parts = [policy_token_loss({"logits": logits[[i]]}, labels[[i]], counted) for i in range(4)]
    assert torch.allclose(torch.stack(parts).sum(), expected)


def test_demonstrations_that_are_kept():
    from vista_core import Score, Turn, Violation

    def played(correct, violations=(), status="answered"):
        made = Trajectory(id="t", status=status, score=Score(value=correct, correct=correct, rule="", why=""))
        made.turns.append(Turn(index=0, text="", answer="1", violations=list(violations)))
        return made

    bad = [Violation(code="E1", message="text outside the tags")]
    cases = [played(True), played(False), played(True, bad), played(True, status="faulted")]
    kept = {k: [Demonstrations(samples=1, keep=k).wants(t) for t in cases] for k in ("correct", "well_formed", "all")}
    assert kept == {
        "correct": [True, False, False, False],
        "well_formed": [True, True, False, False],
        "all": [True, True, True, False],
    }
    with pytest.raises(ValueError, match="how many `samples` to play"):
        Demonstrations()


def test_a_torn_checkpoint_is_not_resumed_from(tmp_path):
    assert last_checkpoint(tmp_path) is None
    for step, text in ((5, '{"global_step": 5}'), (10, '{"global_step": 10}'), (15, '{"global_st'), (20, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if text is not None:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(text)
    assert last_checkpoint(tmp_path).name == "checkpoint-10"


def test_a_folder_belongs_to_one_recipe(tmp_path):
    process = SimpleNamespace(is_main_process=True)
    recipe = load_recipe("tiny.yaml", [f"output={tmp_path}"])
    _claim(recipe, tmp_path, process)
    (tmp_path / "metrics.jsonl").write_text('{"step": 0}\n{"step": 1}\n')
    _claim(recipe, tmp_path, process)  # started again: goes on, without what no checkpoint holds
    assert [json.loads(line)["step"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()] == []
    with pytest.raises(RecipeError, match="other seed"):
        _claim(recipe.with_overrides(["seed=5"]), tmp_path, process)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["trainer.trl.output_dir=x"], "`trainer.trl.output_dir` is given by the recipe's `output`"),
        (["trainer.trl.seed=1"], "given by the recipe's `seed`"),
        (["policy={use: scripted}"], "`policy.use` must be hf"),
        (["trainer=null"], "no `trainer` section"),
        (["trainer.trl.warm=1"], "`trainer.trl` does not fit GRPOConfig"),
        (["trainer.config.sampels=1"], "trainer.config.sampels"),
        (["trainer.trl.save_steps=3", "trainer.trl.steps_per_generation=8"], "every 2 steps here"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, overrides, sentence):
    recipe = load_recipe("tiny.yaml", [f"output={tmp_path}", *overrides])
    with pytest.raises((RecipeError, PluginError)) as error:
        train(recipe)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value).strip()


def test_the_command_says_it_in_one_line(tmp_path, capsys):
    assert main(["no_such_recipe.yaml"]) == 1
    assert capsys.readouterr().err.startswith("error: There is no recipe no_such_recipe.yaml")
    assert main([]) == 2


@pytest.mark.parametrize("name", ["vista_r1_8b_sft.yaml", "vista_r1_8b_grpo.yaml", "tiny.yaml"])
def test_shipped_recipes_load_with_the_papers_settings(name):
    from transformers import TrainingArguments
    from trl import GRPOConfig
    from vista_trainers.sft import SFTSettings

    recipe = load_recipe(name)
    trl = recipe.trainer.trl
    here = {"output_dir": "x", "bf16": False, "use_cpu": True}
    if recipe.trainer.use == "grpo":
        args = GRPOConfig(**{**trl, **here})
        _settings(GRPOSettings, recipe)
        assert (args.loss_type, args.beta, args.epsilon, args.scale_rewards) == ("grpo", 1e-3, 0.2, "group")
        assert (args.num_generations, args.use_bias_correction_kl, recipe.episode.max_turns) == (8, False, 3)
        assert args.temperature == recipe.policy.config["temperature"], "the loss and the sampler agree"
    else:
        args = TrainingArguments(**{**trl, **here})
        assert _settings(SFTSettings, recipe).demonstrations.keep == "correct"
        assert (args.learning_rate, args.num_train_epochs) == (2e-6, 1)
    if name == "vista_r1_8b_grpo.yaml":
        assert (args.learning_rate, args.max_steps, args.temperature) == (5e-7, 300, 0.7)
        assert recipe.episode.max_tokens == 26_780
        assert args.per_device_train_batch_size * args.gradient_accumulation_steps * 8 == 128 * args.num_generations
