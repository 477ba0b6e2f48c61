"""From finished trajectories to what a loss reads: tensors, advantages, and the rows that count.

Nothing here knows a model or a trainer, so each rule can be tested by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from vista_core import Image, PluginError, Reward, RewardBreakdown, Trajectory

if TYPE_CHECKING:
    import torch

    from vista_trainers.families.chat import ChatFamily

Scale = Literal["group", "batch", "none"]
# TRL's own constant beside the standard deviation; the same here, so that advantages agree.
_EPSILON = 1e-4


@dataclass(frozen=True, slots=True)
class Row:
    """One trajectory as a training example.

    Attributes:
        prompt: int32 ids before the policy's first token, shape `(p,)`.
        completion: int32 ids from there on: what was sampled, the template's tokens and the observations, shape `(c,)`.
        mask: bool, shape `(c,)`; True on sampled ids.
        images: the pictures of prompt and completion, in the order of their placeholders.
    """

    prompt: NDArray[np.int32]
    completion: NDArray[np.int32]
    mask: NDArray[np.bool_]
    images: tuple[Image, ...]


def row_of(trajectory: Trajectory, pictures: Mapping[str, Image]) -> Row:
    """Joins the segments of a trajectory.

    What follows the last sampled token is left out: no loss is taken there, and nothing attends to it. A trajectory
    without a sampled token (its machine failed in the first turn) keeps one token of its prompt as a stand-in, so that
    it has a row; its mask is False throughout.

    Args:
        trajectory: with segments.
        pictures: the pictures by id.

    Raises:
        PluginError: it has no segments (its policy speaks text only).
    """
    if not trajectory.segments:
        raise PluginError(f"Trajectory {trajectory.id} has no token segments; its policy cannot be trained on.")
    sampled = [number for number, segment in enumerate(trajectory.segments) if segment.kind == "policy"]
    kept = trajectory.segments[: sampled[-1] + 1] if sampled else trajectory.segments[:1]
    ids = np.concatenate([segment.ids for segment in kept])
    mask = np.concatenate([segment.mask for segment in kept])
    start = len(kept[0]) if sampled else len(ids) - 1
    images = tuple(pictures[name] for segment in kept for name in segment.images)
    return Row(ids[:start], ids[start:], mask[start:], images)


def group_rewards(
    reward: Reward, breakdowns: Sequence[RewardBreakdown | None], group_size: int
) -> list[RewardBreakdown | None]:
    """Lets a reward rescale each whole group; faulted rollouts (None) are not part of theirs.

    Args:
        reward: whose `rescale` is asked.
        breakdowns: G rollouts of each sample, one group after another.
        group_size: G.
    """
    result: list[RewardBreakdown | None] = list(breakdowns)
    for start in range(0, len(breakdowns), group_size):
        places = [place for place in range(start, start + group_size) if breakdowns[place] is not None]
        rescaled = reward.rescale([b for place in places if (b := breakdowns[place]) is not None])
        for place, breakdown in zip(places, rescaled, strict=True):
            result[place] = breakdown
    return result


def group_advantages(
    rewards: NDArray[np.float64], group_size: int, scale: Scale = "group"
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Advantages of rollouts relative to their group.

    `A = (r - mean(group)) / (std(group) + 1e-4)` with the sample standard deviation, as in GRPO (arXiv:2402.03300).
    A faulted rollout belongs to no mean and no deviation; a group with fewer than two others is dropped.

    Args:
        rewards: shape `(B,)`, group after group; NaN for a faulted rollout.
        group_size: G; B is a multiple of it.
        scale: divide by the deviation of the `group`, of the whole `batch`, or not (`none`).

    Returns:
        Advantages, float32 of shape `(B,)`, 0 where a row does not count; and which rows count, bool of shape `(B,)`.
    """
    grouped = rewards.reshape(-1, group_size)
    present = ~np.isnan(grouped)
    kept = present & (present.sum(axis=1, keepdims=True) >= 2)
    advantages = np.zeros_like(grouped)
    for values, keep, out in zip(grouped, kept, advantages, strict=True):
        if keep.any():
            out[keep] = values[keep] - values[keep].mean()
            if scale == "group":
                out[keep] /= values[keep].std(ddof=1) + _EPSILON
    if scale == "batch" and kept.sum() >= 2:
        advantages[kept] /= grouped[kept].std(ddof=1) + _EPSILON
    return advantages.reshape(-1).astype(np.float32), kept.reshape(-1)


def grpo_tensors(family: "ChatFamily", rows: Sequence[Row], counts: NDArray[np.bool_]) -> dict[str, Any]:
    """The tensors of B rows under the names that TRL's `_compute_loss` reads, on the CPU.

    Args:
        family: pads, and turns pictures into tensors.
        rows: the examples.
        counts: which of them count, bool of shape `(B,)`; the loss mask of the others is 0 throughout.

    Returns:
        `prompt_ids` and `prompt_mask` `(B, P)`, padded on the left; `completion_ids`, `completion_mask` and `tool_mask`
        `(B, C)`, padded on the right (`tool_mask` is 1 on tokens that the loss is taken on); the family's pixel tensors
        of all pictures in order, and how many each row has.
    """
    import torch

    prompt_ids, prompt_mask = family.pad([row.prompt for row in rows], "left")
    completion_ids, completion_mask = family.pad([row.completion for row in rows], "right")
    tool_mask = torch.zeros_like(completion_mask)
    for number, row in enumerate(rows):
        if counts[number]:
            tool_mask[number, : len(row.mask)] = torch.as_tensor(row.mask.astype(np.int64))
    images = [row.images for row in rows]
    return {
        "prompt_ids": prompt_ids,
        "prompt_mask": prompt_mask,
        "completion_ids": completion_ids,
        "completion_mask": completion_mask,
        "tool_mask": tool_mask,
        **family.token_types(torch.cat([prompt_ids, completion_ids], dim=1)),
        **family.pictures([image for row in images for image in row]),
        **(family.picture_counts(images) if any(images) else {}),
    }


def sft_tensors(family: "ChatFamily", rows: Sequence[Row]) -> dict[str, "torch.Tensor"]:
    """The model's inputs for B rows, and `labels` `(B, L)`: the ids where the policy wrote, -100 elsewhere."""
    import torch

    inputs = family.model_inputs(
        [np.concatenate([row.prompt, row.completion]) for row in rows], [row.images for row in rows], "right"
    )
    labels = torch.full_like(inputs["input_ids"], -100)
    for number, row in enumerate(rows):
        start, end = len(row.prompt), len(row.prompt) + len(row.completion)
        trained = torch.as_tensor(row.mask.copy())
        labels[number, start:end] = torch.where(trained, inputs["input_ids"][number, start:end], -100)
    return {**inputs, "labels": labels}
