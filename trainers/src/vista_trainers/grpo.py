"""GRPO on TRL: our rollouts, TRL's loss, optimiser, buffering, logging and saving."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from accelerate.utils import gather_object
from trl import GRPOConfig, GRPOTrainer
from trl.models.utils import disable_gradient_checkpointing, unwrap_model_for_generation
from trl.trainer.utils import use_adapter
from vista_core import PluginError, RewardBreakdown, Trajectory

from vista_trainers.batches import group_advantages, group_rewards, grpo_tensors, row_of
from vista_trainers.engine import Job, RolloutEngine
from vista_trainers.logs import trajectory_metrics
from vista_trainers.resuming import LoadsWeights

if TYPE_CHECKING:
    from datasets import Dataset

# Losses that take the mean over rows: rows that do not count must not be in the number divided by.
_MEAN_OVER_ROWS = ("grpo", "sapo", "dr_grpo", "luspo")


class VistaGRPOTrainer(LoadsWeights, GRPOTrainer):
    """TRL's GRPO trainer with rollouts by a `RolloutEngine`.

    TRL's public `rollout_func` carries neither sample keys nor pictures that tools made, so the one method between
    sampling and the loss is overridden: `_generate_and_score_completions` plays the rows' samples and returns what
    `_compute_loss` reads. Everything else is TRL's. A contract test holds the seam to the pinned minor version.

    Faulted rollouts (reward None) have no advantage, no loss and no part in the mean over rows; groups with fewer than
    two others are dropped.

    Args:
        model: a vision-language model of the family of `engine.policy`.
        engine: plays the samples; its policy must be one whose `model` can be set, such as `HFPolicy`.
        args: TRL's configuration.
        train_dataset: rows with `task`, `split` and `index` (see `job_rows`).
        **options: further arguments of TRL's trainer (`peft_config`, `callbacks`, `optimizers`).

    Raises:
        PluginError: the configuration asks for something that this trainer cannot do.
    """

    def __init__(
        self, model: Any, engine: RolloutEngine, args: GRPOConfig, train_dataset: "Dataset", **options: Any
    ) -> None:
        refuse_unsupported(args)
        if engine.policy.family is None or not hasattr(engine.policy, "model"):
            raise PluginError(
                f"Policy `{engine.policy.name}` cannot be trained: GRPO needs one over a model in this process (hf)."
            )
        sampled_at = engine.policy.temperature if engine.temperature is None else engine.temperature
        if sampled_at != args.temperature:
            raise PluginError(
                f"The policy samples at temperature {sampled_at:g} and the loss takes {args.temperature:g}: give "
                "policy.config.temperature and trainer.trl.temperature the same value."
            )
        self.engine = engine
        self.family: Any = engine.policy.family
        args.remove_unused_columns = False  # the columns are ours, not the model's
        super().__init__(
            model=model,
            reward_funcs=[_rewarded_by_the_engine],
            args=args,
            train_dataset=train_dataset,
            processing_class=self.family.processor,
            **options,
        )
        if self.is_fsdp_enabled:
            raise PluginError(
                "Under FSDP the ranks would wait for one another while they roll out with a model in the process. "
                "Use DDP or DeepSpeed ZeRO for the policy `hf`."
            )

    # -- the seam -----------------------------------------------------------------------------------------------

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        mode = "train" if self.model.training else "eval"
        group_size = self.num_generations if mode == "train" else self.num_generations_eval
        trajectories = self._play(inputs, group_size)
        advantages, counts, share = self._advantages([t.reward for t in trajectories], group_size)

        rows = [row_of(trajectory, self.engine.pictures) for trajectory in trajectories]
        batch = grpo_tensors(self.family, rows, counts)
        batch = {
            name: value.to(self.accelerator.device) if isinstance(value, torch.Tensor) else value
            for name, value in batch.items()
        }
        batch["advantages"] = torch.from_numpy(advantages).to(self.accelerator.device)
        trained = (batch["completion_mask"] * batch["tool_mask"]).sum()
        batch["num_items_in_batch"] = self.accelerator.gather(trained).sum()
        batch["row_scale"] = torch.tensor(1.0 / share if share else 0.0, device=self.accelerator.device)
        batch |= self._reference_logps(batch, mode)
        self._note(trajectories, batch, share, mode)
        return batch

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        if "pixel_values" in inputs and len(inputs["pixel_values"]) == 0:
            # A slice of the batch may hold rows without pictures only; models take no empty pixel tensor.
            pictures = ("pixel_values", "image_grid_thw", "num_images", "num_tiles")
            inputs = {name: value for name, value in inputs.items() if name not in pictures}
        loss: torch.Tensor = super()._compute_loss(model, inputs)
        return loss * inputs["row_scale"] if self.loss_type in _MEAN_OVER_ROWS else loss

    # -- its parts ----------------------------------------------------------------------------------------------

    def _play(self, inputs: Sequence[dict[str, Any]], group_size: int) -> list[Trajectory]:
        """Rolls out this process's rows with the present weights."""
        first = self.accelerator.process_index * len(inputs)
        jobs = [
            Job(row["task"], row["split"], int(row["index"]), self._rollout_number((first + place) % group_size))
            for place, row in enumerate(inputs)
        ]
        policy: Any = self.engine.policy
        # Around the whole rollout: ranks make different numbers of calls, so none of them may wait for the others.
        with unwrap_model_for_generation(
            self.model_wrapped, self.accelerator, gather_deepspeed3_params=self.args.ds3_gather_for_generation
        ) as unwrapped:
            policy.model = unwrapped
            return self.engine.run_sync(jobs)

    def _rollout_number(self, place: int) -> int:
        """A number that no other rollout of the same sample has in this run, and that a resumed run finds again."""
        per_generation = self.args.steps_per_generation * self.num_iterations
        micro_step = self.state.global_step * self.args.gradient_accumulation_steps
        within = self._step % max(self.args.gradient_accumulation_steps, 1)
        return (micro_step + within) // per_generation * self.num_generations + place

    def _advantages(
        self, rewards: Sequence[RewardBreakdown | None], group_size: int
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """This process's advantages, which of its rows count, and the share of all rows that count.

        A group may lie on several processes, so rewards are gathered first.
        """
        everywhere = gather_object(list(rewards))
        rescaled = group_rewards(self.engine.reward, everywhere, group_size)
        totals = np.array(
            [np.nan if breakdown is None else breakdown.total for breakdown in rescaled], dtype=np.float64
        )
        advantages, counts = group_advantages(totals, group_size, self.scale_rewards)
        first = self.accelerator.process_index * len(rewards)
        here = slice(first, first + len(rewards))
        return advantages[here], counts[here], float(counts.mean())

    @torch.no_grad()
    def _reference_logps(self, batch: dict[str, Any], mode: str) -> dict[str, torch.Tensor]:
        """Log-probabilities that the loss compares with, each of shape `(B, C)`.

        Those of the sampling weights, where the weights move on before the loss is taken; those of the reference model,
        where there is a KL term.
        """
        result = {}
        with disable_gradient_checkpointing(self.model, self.args.gradient_checkpointing_kwargs):
            every = self.args.steps_per_generation * self.num_iterations
            if self.args.gradient_accumulation_steps % every != 0:
                result["old_per_token_logps"] = self._logps(self.model, batch, mode)
            if self.beta != 0.0 and self.ref_model is not None:
                result["ref_per_token_logps"] = self._logps(self.ref_model, batch, mode)
            elif self.beta != 0.0:
                model = self.accelerator.unwrap_model(self.model)
                # A fresh adapter is left out to get at the base; a loaded one was copied under the name `ref` by TRL.
                with use_adapter(model, adapter_name="ref" if "ref" in model.peft_config else None):
                    result["ref_per_token_logps"] = self._logps(self.model, batch, mode)
        return result

    def _logps(self, model: Any, batch: dict[str, Any], mode: str) -> torch.Tensor:
        args = self.args
        names = ("pixel_values", "image_grid_thw", "num_images", "num_tiles", "mm_token_type_ids")
        logps, *_ = self._get_per_token_logps_and_entropies(
            model,
            torch.cat([batch["prompt_ids"], batch["completion_ids"]], dim=1),
            torch.cat([batch["prompt_mask"], batch["completion_mask"]], dim=1),
            batch["completion_ids"].shape[1],
            batch_size=args.per_device_train_batch_size if mode == "train" else args.per_device_eval_batch_size,
            **{name: batch[name] for name in names if name in batch},
        )
        result: torch.Tensor = logps
        return result

    def _note(self, trajectories: Sequence[Trajectory], batch: dict[str, Any], share: float, mode: str) -> None:
        """Metrics of the rollouts, as means over the processes; TRL logs them with the step."""
        local = trajectory_metrics(trajectories)
        everywhere = gather_object([local])
        for name in sorted({name for metrics in everywhere for name in metrics}):
            values = [metrics[name] for metrics in everywhere if name in metrics]
            total = sum(values)
            self._metrics[mode][name].append(total if name.startswith("faults") else total / len(values))
        self._metrics[mode]["rows_trained"].append(share)
        if mode == "train":
            tokens = (batch["prompt_mask"].sum() + batch["completion_mask"].sum()).reshape(1)
            self.state.num_input_tokens_seen += int(self.accelerator.gather(tokens).sum())
            self._metrics[mode]["num_tokens"] = [self.state.num_input_tokens_seen]


def refuse_unsupported(args: GRPOConfig) -> None:
    """Refuses settings of TRL that would silently do nothing here.

    Raises:
        PluginError: names the setting.
    """
    refused = {
        "use_vllm": args.use_vllm,
        "use_transformers_continuous_batching": args.use_transformers_continuous_batching,
        "log_completions": args.log_completions,
        "mask_truncated_completions": args.mask_truncated_completions,
        "reward_weights": args.reward_weights is not None,
        "multi_objective_aggregation": args.multi_objective_aggregation != "sum_then_normalize",
        "top_p": args.top_p != 1,
        "top_k": bool(args.top_k),
        "min_p": args.min_p is not None,
        "repetition_penalty": args.repetition_penalty != 1,
        "generation_kwargs": args.generation_kwargs is not None,
    }
    for name, used in refused.items():
        if used:
            raise PluginError(
                f"trainer.trl.{name} has no effect here: rollouts and rewards are the engine's. Leave it out."
            )


def check_boundaries(args: GRPOConfig) -> None:
    """Refuses checkpoints that would fall between a generation and its last optimiser step.

    The rollouts of a generation live in memory only, so a run resumed in their midst would not repeat itself.

    Raises:
        PluginError: says which `save_steps` would do.
    """
    every = args.steps_per_generation * args.num_iterations
    micro_steps = args.gradient_accumulation_steps
    steps = every // np.gcd(every, micro_steps)  # optimiser steps after which a generation is used up
    strategy = str(getattr(args.save_strategy, "value", args.save_strategy))
    if strategy == "no" or steps == 1:
        return
    if strategy != "steps" or not float(args.save_steps).is_integer() or int(args.save_steps) % steps:
        raise PluginError(
            f"Checkpoints must fall where a generation of rollouts is used up, which is every {steps} steps here: set "
            f"trainer.trl.save_strategy to steps and save_steps to a multiple of {steps} (it is {args.save_steps})."
        )


def job_rows(jobs: Sequence[Job]) -> "Dataset":
    """A dataset of samples to roll out: columns `task`, `split` and `index`."""
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "task": [job.task for job in jobs],
            "split": [job.split for job in jobs],
            "index": [job.index for job in jobs],
        }
    )


def _rewarded_by_the_engine(**columns: Any) -> list[float]:
    """TRL wants a reward function; ours are part of the trajectories, so this one is never asked."""
    raise PluginError("TRL asked for rewards outside the rollout engine; this trl version is not the one we support.")
