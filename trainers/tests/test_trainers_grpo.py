"""The seam to TRL: the loss against its definition, for both families, with pictures inside completions and faults."""

import inspect

import numpy as np
import pytest
import torch
from vista_core import Image, PluginError, RewardBreakdown, Score, Segment, Trajectory
from vista_core.scoring.rewards import DifficultyReward, VistaReward
from vista_trainers.families import load_family
from vista_trainers.policies.hf import HFPolicy
from vista_trainers.tiny import TinyConfig, build_model, build_processor

GROUP, TEMPERATURE, BETA, CLIP = 4, 0.7, 0.05, 0.2
FAMILIES = ("qwen_vl", "internvl")


@pytest.fixture(scope="module", params=FAMILIES)
def checkpoint(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    config = TinyConfig(family=request.param, hidden=32, vision_hidden=16, vision_layers=1, image_size=56)
    processor = build_processor(config, ["Mango", "Kiwi", *map(str, range(100))], ["user\n", "tool\n", "assistant\n"])
    build_model(config, processor).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def picture(number):
    rng = np.random.default_rng(number)
    return Image.from_array(rng.integers(0, 256, (56 + 28 * (number % 3), 84, 3), dtype=np.uint8))


class Recorded:
    """Plays what was recorded; stands where the rollout engine stands."""

    def __init__(self, policy, trajectories, pictures, reward=None):
        self.policy, self.pictures = policy, {image.id: image for image in pictures}
        self.reward = reward or VistaReward()
        self.trajectories, self.jobs, self.temperature = trajectories, [], TEMPERATURE

    def run_sync(self, jobs):
        self.jobs += jobs
        return self.trajectories


def recorded(family, seed=0, faults=(), size=2 * GROUP):
    """Trajectories of one to three turns whose observations hold none to two pictures."""
    rng = np.random.default_rng(seed)
    pictures = [picture(number) for number in range(5)]
    made = []
    for place in range(size):
        shown = [pictures[place % 5]]
        content = [{"type": "image"}, {"type": "text", "text": "Mango? " * int(rng.integers(1, 4))}]
        prompt = family.prompt([{"role": "user", "content": content}], shown)
        segments = [Segment("prompt", prompt.ids, images=tuple(image.id for image in shown))]
        for turn in range(place % 3 + 1):
            if turn:
                more = [pictures[(place + turn + n) % 5] for n in range((place + turn) % 3)]
                seen = family.observation("Mango 47\nKiwi 3", more)
                segments.append(Segment("template", family.after_turn(segments[-1].ids)))
                segments.append(Segment("observation", seen.ids, images=tuple(image.id for image in more)))
            ids = rng.integers(300, 350, int(rng.integers(2, 7)))
            segments.append(Segment("policy", ids, logprobs=-rng.random(len(ids))))
        faulted = place in faults
        if faulted:
            segments = [Segment(s.kind, s.ids, np.zeros(len(s), bool), s.logprobs, s.images) for s in segments]
        trajectory = Trajectory(id=str(place), status="faulted" if faulted else "answered")
        trajectory.segments = segments
        if not faulted:
            total = float(rng.choice([-1.0, 1.0, 2.0]))
            trajectory.reward = RewardBreakdown(parts={"format": total}, total=total)
            trajectory.score = Score(value=total == 2, correct=total == 2, rule="recorded", why="")
        made.append(trajectory)
    return made, pictures


def trained(checkpoint, folder, faults=(), shift=None, trajectories=None, reward=None, **options):
    """One optimiser step on a recorded batch: the trainer, the sum of its losses, and the gradient."""
    from transformers import AutoModelForImageTextToText
    from trl import GRPOConfig
    from vista_trainers.engine import Job
    from vista_trainers.grpo import VistaGRPOTrainer, job_rows

    family = load_family(str(checkpoint))
    model = AutoModelForImageTextToText.from_pretrained(checkpoint)
    if trajectories is None:
        trajectories, pictures = recorded(family, faults=faults)
    else:
        pictures = [picture(number) for number in range(5)]
    settings = {
        "per_device_train_batch_size": GROUP, "gradient_accumulation_steps": 2, "num_generations": GROUP,
        "max_steps": 1, "beta": BETA, "use_bias_correction_kl": False, "epsilon": CLIP, "loss_type": "grpo",
        "scale_rewards": "group", "temperature": TEMPERATURE, "learning_rate": 1e-3, "bf16": False, "use_cpu": True,
        "gradient_checkpointing": False, "report_to": [], "save_strategy": "no", "logging_steps": 1,
        "disable_tqdm": True, "max_grad_norm": 0.0,
    }  # fmt: skip

    class Watched(VistaGRPOTrainer):
        @torch.no_grad()
        def _reference_logps(self, batch, mode):
            # The policy has not moved, so the recorded "old" log-probabilities are put a little beside its own:
            # ratio, clipping and KL are then at work.
            found = super()._reference_logps(batch, mode)
            found["old_per_token_logps"] = self._logps(self.model, batch, mode) + noise(batch, 1)
            found["ref_per_token_logps"] = found["ref_per_token_logps"] + noise(batch, 2)
            if shift is not None:
                for value in found.values():
                    value += shift * (1 - batch["tool_mask"])
            self.kept = {name: value.clone() for name, value in {**batch, **found}.items() if torch.is_tensor(value)}
            return found

        def _compute_loss(self, model, inputs):
            loss = super()._compute_loss(model, inputs)
            self.losses.append(loss.item())
            return loss

    def noise(batch, seed):
        generator = torch.Generator().manual_seed(seed)
        return (
            0.3
            * torch.randn(64, 512, generator=generator)[
                : len(batch["completion_ids"]), : batch["completion_ids"].shape[1]
            ]
        )

    engine = Recorded(HFPolicy.from_model(model, family), trajectories, pictures, reward)
    rows = job_rows([Job("task", "train", index) for index in range(len(trajectories) // GROUP)])
    trainer = Watched(model, engine, GRPOConfig(output_dir=str(folder), **{**settings, **options}), rows)
    trainer.losses = []
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    trainer.train()
    moved = {name: (weight.detach() - before[name]).abs().max().item() for name, weight in model.named_parameters()}
    return trainer, sum(trainer.losses), moved


def by_definition(checkpoint, trainer, trajectories):
    """GRPO's loss (arXiv:2402.03300, equation 3), row by row and unpadded, from trajectories and log-probabilities."""
    from transformers import AutoModelForImageTextToText

    family, engine = trainer.family, trainer.engine
    model = AutoModelForImageTextToText.from_pretrained(checkpoint).eval()
    rewards = np.array([np.nan if t.reward is None else t.reward.total for t in trajectories]).reshape(-1, GROUP)
    losses = []
    for place, trajectory in enumerate(trajectories):
        group = rewards[place // GROUP]
        if trajectory.reward is None or np.isfinite(group).sum() < 2:
            continue
        present = group[np.isfinite(group)]
        advantage = (trajectory.reward.total - present.mean()) / (present.std(ddof=1) + 1e-4)
        ids = np.concatenate([segment.ids for segment in trajectory.segments])
        images = [engine.pictures[name] for segment in trajectory.segments for name in segment.images]
        with torch.no_grad():
            logits = model(**family.model_inputs([ids], [images])).logits[0].double()
        logps = torch.log_softmax(logits / TEMPERATURE, dim=-1)
        start = len(trajectory.segments[0])
        kinds = np.concatenate([[segment.kind == "policy"] * len(segment) for segment in trajectory.segments])
        terms = []
        for position in np.flatnonzero(kinds):
            new = logps[position - 1, ids[position]].item()
            old = trainer.kept["old_per_token_logps"][place, position - start].item()
            ref = trainer.kept["ref_per_token_logps"][place, position - start].item()
            ratio = np.exp(new - old)
            gain = min(ratio * advantage, np.clip(ratio, 1 - CLIP, 1 + CLIP) * advantage)
            terms.append(-gain + BETA * (np.exp(ref - new) - (ref - new) - 1))
        losses.append(np.mean(terms))
    return float(np.mean(losses))


@pytest.mark.parametrize("faults", [(), (1, 6), (0, 1, 2)], ids=["no fault", "two faults", "a dropped group"])
def test_loss_is_its_definition(checkpoint, tmp_path, faults):
    trainer, loss, moved = trained(checkpoint, tmp_path, faults)
    trajectories, _ = recorded(trainer.family, faults=faults)
    assert loss == pytest.approx(by_definition(checkpoint, trainer, trajectories), abs=1e-5)
    assert all(change > 0 for change in moved.values()), "every weight is trained, those of the vision tower too"


def test_what_observations_said_does_not_enter(checkpoint, tmp_path):
    _, loss, moved = trained(checkpoint, tmp_path / "a")
    _, shifted, moved_too = trained(checkpoint, tmp_path / "b", shift=3.0)
    assert loss == shifted
    assert moved == moved_too


def test_faulted_rows_change_nothing(checkpoint, tmp_path):
    family = load_family(str(checkpoint))
    first, _ = recorded(family, faults=(1, 6))
    second, _ = recorded(family, faults=(1, 6))
    other, _ = recorded(family, seed=9, faults=range(2 * GROUP))
    second[1], second[6] = other[1], other[6]  # other tokens, of other lengths
    _, loss, moved = trained(checkpoint, tmp_path / "a", trajectories=first)
    _, same, moved_too = trained(checkpoint, tmp_path / "b", trajectories=second)
    assert loss == pytest.approx(same, abs=1e-6)
    assert moved == pytest.approx(moved_too, rel=0.05, abs=1e-6)


def test_nothing_is_learnt_from_a_batch_of_faults(checkpoint, tmp_path):
    _, loss, moved = trained(checkpoint, tmp_path, faults=range(2 * GROUP))
    assert loss == 0
    assert max(moved.values()) == 0


def test_a_reward_may_rescale_its_group(checkpoint, tmp_path):
    asked = []

    class Asked(DifficultyReward):
        def rescale(self, group):
            asked.append(len(group))
            return super().rescale(group)

    trained(checkpoint, tmp_path, faults=(1,), reward=Asked())
    assert asked == [GROUP - 1, GROUP]


def test_rollouts_are_numbered_apart(checkpoint, tmp_path):
    trainer, _, _ = trained(checkpoint, tmp_path, max_steps=3)
    numbers = [(job.index, job.rollout) for job in trainer.engine.jobs]
    assert len(set(numbers)) == len(numbers) == 3 * 2 * GROUP


def test_several_steps_on_one_generation(checkpoint, tmp_path):
    """Old log-probabilities are those of the sampling weights when the policy moves within a generation."""
    trainer, _, _ = trained(checkpoint, tmp_path, steps_per_generation=2, gradient_accumulation_steps=1, max_steps=2)
    assert len(trainer.engine.jobs) == 2 * GROUP
    assert len(trainer.losses) == 2


def test_settings_without_effect_are_refused(tmp_path):
    from trl import GRPOConfig
    from vista_trainers.grpo import refuse_unsupported

    with pytest.raises(PluginError, match="log_completions has no effect"):
        refuse_unsupported(GRPOConfig(output_dir=str(tmp_path), log_completions=True, bf16=False, use_cpu=True))


def test_sampler_and_loss_agree_on_the_temperature(checkpoint, tmp_path):
    with pytest.raises(PluginError, match=r"samples at temperature 0\.7 and the loss takes 1:"):
        trained(checkpoint, tmp_path, temperature=1.0)


def test_checkpoints_fall_on_generations(tmp_path):
    from trl import GRPOConfig
    from vista_trainers.grpo import check_boundaries

    def config(**options):
        return GRPOConfig(
            output_dir=str(tmp_path), use_cpu=True, bf16=False, per_device_train_batch_size=8, num_generations=8,
            gradient_accumulation_steps=2, steps_per_generation=8, **options,
        )  # fmt: skip

    check_boundaries(config(save_strategy="steps", save_steps=8))
    check_boundaries(config(save_strategy="no"))
    with pytest.raises(PluginError, match="every 4 steps here"):
        check_boundaries(config(save_strategy="steps", save_steps=10))
    with pytest.raises(PluginError, match="save_strategy"):
        check_boundaries(config(save_strategy="epoch"))


def test_the_seam_to_trl_is_where_it_was():
    """TRL's minor version is pinned; what we override and what we hand over must still be there."""
    import trl
    from trl import GRPOTrainer

    assert trl.__version__.startswith("1.16.")
    assert list(inspect.signature(GRPOTrainer._generate_and_score_completions).parameters) == ["self", "inputs"]
    assert list(inspect.signature(GRPOTrainer._compute_loss).parameters) == ["self", "model", "inputs"]
    wanted = inspect.signature(GRPOTrainer._get_per_token_logps_and_entropies).parameters
    assert {"pixel_values", "image_grid_thw", "num_images", "num_tiles", "mm_token_type_ids"} <= set(wanted)
    loss = inspect.getsource(GRPOTrainer._compute_loss)
    read = (
        "prompt_ids", "prompt_mask", "completion_ids", "completion_mask", "tool_mask", "advantages",
        "old_per_token_logps", "ref_per_token_logps", "num_items_in_batch", "num_images", "num_tiles",
    )  # fmt: skip
    assert all(f'"{name}"' in loss for name in read)
    prepare = inspect.getsource(GRPOTrainer._prepare_inputs)
    assert "self._generate_and_score_completions(generation_batch)" in prepare


def test_a_checkpoint_gives_its_weights_back(checkpoint, tmp_path):
    """transformers' own way loads nothing for these models, and only warns."""
    trainer, _, moved = trained(checkpoint, tmp_path)
    assert max(moved.values()) > 0
    trainer.model.save_pretrained(tmp_path / "saved")
    wanted = {name: weight.detach().clone() for name, weight in trainer.model.named_parameters()}
    with torch.no_grad():
        for weight in trainer.model.parameters():
            weight.zero_()
    trainer._load_from_checkpoint(str(tmp_path / "saved"))
    assert all(torch.equal(weight, wanted[name]) for name, weight in trainer.model.named_parameters())
