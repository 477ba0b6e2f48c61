"""SFT on trajectories: cross-entropy on what the policy wrote, validated by playing episodes."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch.nn.functional import cross_entropy
from torch.utils.data import Dataset
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from vista_core import Image

from vista_trainers.assembly import Assembly
from vista_trainers.batches import Row, sft_tensors
from vista_trainers.demonstrations import Demonstrations
from vista_trainers.evaluate import evaluate
from vista_trainers.resuming import LoadsWeights

if TYPE_CHECKING:
    from vista_trainers.families.chat import ChatFamily

BEST = "best"


class Validation(BaseModel):
    """Greedy episodes on samples that are not trained on; more telling than a loss on experts' tokens."""

    model_config = ConfigDict(extra="forbid")

    split: str = "validation"
    samples: int = Field(200, ge=1)
    every: int = Field(100, ge=1, description="optimiser steps")
    select: Literal["best", "last"] = Field("best", description="which weights the run ends with")


class SFTSettings(BaseModel):
    """`trainer.config` of an SFT recipe."""

    model_config = ConfigDict(extra="forbid")

    demonstrations: Demonstrations
    validation: Validation | None = None
    freeze: list[str] = Field(default_factory=list, description="parameters left as they are, as name patterns")
    lora: dict[str, Any] | None = Field(None, description="settings of peft's LoraConfig; None trains all weights")


class Rows(Dataset[Row]):
    """Demonstrations as a dataset. Pictures stay compressed: each use decodes its own copy, which is then let go."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> Row:
        row = self._rows[index]
        return replace(row, images=tuple(Image.from_bytes(image.data, id=image.id) for image in row.images))


class VistaSFTTrainer(LoadsWeights, Trainer):
    """transformers' Trainer on rows of trajectories.

    Args:
        model: a vision-language model of the family.
        family: pads, and turns pictures into tensors.
        args: transformers' configuration.
        rows: the demonstrations.
        **options: further arguments of transformers' trainer.
    """

    def __init__(
        self, model: Any, family: "ChatFamily", args: TrainingArguments, rows: Sequence[Row], **options: Any
    ) -> None:
        args.remove_unused_columns = False
        super().__init__(
            model=model,
            args=args,
            train_dataset=Rows(rows),
            data_collator=lambda batch: sft_tensors(family, batch),
            compute_loss_func=policy_token_loss,
            processing_class=family.processor,
            **options,
        )


def policy_token_loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | int | None = None) -> Any:
    """Mean negative log-likelihood of the policy's tokens.

    Args:
        outputs: of the model; `logits` of shape `(B, L, V)`.
        labels: `(B, L)`; -100 where no loss is taken.
        num_items_in_batch: tokens that count over all accumulated batches (and processes); None: those of this one.
            One token weighs the same wherever it stands, however the batch is cut.
    """
    logits = outputs["logits"][:, :-1].float()
    targets = labels[:, 1:].to(logits.device)
    reduction = "mean" if num_items_in_batch is None else "sum"
    loss = cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction=reduction)
    return loss if num_items_in_batch is None else loss / num_items_in_batch


class ValidateByPlaying(TrainerCallback):
    """Every so many steps plays validation samples greedily, logs the accuracy, and keeps the best weights.

    Args:
        assembly: with a policy over the model that is trained.
        settings: how often and on how many.
        folder: of the run; the best weights go to `best/` there.
    """

    def __init__(self, assembly: Assembly, settings: Validation, folder: Path) -> None:
        self._assembly, self._settings, self._folder = assembly, settings, folder
        self._jobs = assembly.jobs(settings.samples, split=settings.split)
        self._record = folder / BEST / "validation.json"
        self.trainer: Trainer | None = None

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Validates when it is time."""
        if state.global_step % self._settings.every and state.global_step != state.max_steps:
            return
        policy: Any = self._assembly.policy
        trainer = self.trainer
        assert trainer is not None  # set by whoever made both
        policy.model = trainer.accelerator.unwrap_model(trainer.model_wrapped)
        report = evaluate(self._assembly, self._jobs)["tools"]
        record = {
            "validation/accuracy": report.accuracy,
            "validation/well_formed": report.well_formed,
            "validation/accuracy_well_formed": report.accuracy_well_formed,
            "validation/calls": report.calls,
        }
        record |= {f"validation/accuracy/{kind}": part.accuracy for kind, part in report.per_kind.items()}
        trainer.log(record)
        if state.is_world_process_zero:
            self._keep(trainer, state.global_step, report.accuracy)

    def _keep(self, trainer: Trainer, step: int, accuracy: float) -> None:
        """Saves the weights if they are the best so far (of equally good ones, the first)."""
        if self._settings.select != "best":
            return
        if self._record.is_file():
            best = json.loads(self._record.read_text(encoding="utf-8"))
            # A resumed run may pass the same step again; later records of a run that was cut off do not count.
            if best["accuracy"] >= accuracy and best["step"] < step:
                return
        scratch = self._folder / f"{BEST}.tmp"
        shutil.rmtree(scratch, ignore_errors=True)
        save_policy(trainer, scratch)
        (scratch / self._record.name).write_text(json.dumps({"step": step, "accuracy": accuracy}), encoding="utf-8")
        shutil.rmtree(self._folder / BEST, ignore_errors=True)
        scratch.rename(self._folder / BEST)


def save_policy(trainer: Trainer, folder: Path) -> None:
    """Writes weights and processor so that the `hf` policy can load them from the folder."""
    model: Any = trainer.accelerator.unwrap_model(trainer.model)
    model.save_pretrained(folder)
    processor: Any = trainer.processing_class
    processor.save_pretrained(folder)
