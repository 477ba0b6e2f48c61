"""The metrics of a run by name: what a line of `metrics.jsonl`, a curve of TensorBoard or a `vista_log` record holds.

The reference page is made of these, and a test holds that nothing of ours is logged that is not here.
"""

import re

METRICS: dict[str, str] = {
    "step": "optimiser steps so far (in `metrics.jsonl`; a hook gets it as an argument)",
    "max_steps": "optimiser steps that the run will take",
    "seconds": "since training began, or was resumed",
    "reward": "mean total of the reward",
    "reward/<part>": "mean of one part of the reward, e.g. `reward/format`",
    "correct": "share of trajectories whose answer is right",
    "well_formed": "share of trajectories that keep to the protocol and to the tools' schemas throughout",
    "calls": "tool calls of a trajectory",
    "turns": "turns of a trajectory, the answer's among them",
    "truncated": "share of trajectories whose turns or tokens were spent without an answer",
    "policy_tokens": "tokens of a trajectory that the policy sampled; only these are trained on",
    "cached": "share of the tool calls that the cache answered",
    "tool_seconds": "mean seconds of a tool call",
    "faults": "trajectories that the machine failed; they are left out of all means and of training",
    "faults/<source>": "those of one tool, by the name that the model reads; `policy` where no turn could be had",
    "faults/level_<n>": "those of samples whose other rollouts earn n on average; shows a policy that seeks faults",
    "rows_trained": "share of the rollouts that went into the loss (faulted ones and too small groups do not)",
    "num_tokens": "tokens that went through training so far",
    "validation/accuracy": "accuracy of greedy play on validation samples (SFT)",
    "validation/accuracy/<kind>": "the same for one kind of question",
    "validation/well_formed": "share of well-formed trajectories there",
    "validation/accuracy_well_formed": "accuracy among those",
    "validation/calls": "tool calls of a trajectory there",
}
"""Name -> meaning. `<part>` stands for a word of the run. What TRL and transformers log beside these is theirs."""


def meaning(name: str) -> str | None:
    """What a metric says; None for a name that is not ours.

    Example:
        >>> meaning("reward/format")
        'mean of one part of the reward, e.g. `reward/format`'
        >>> meaning("clip_ratio/low_mean") is None
        True
    """
    if name in METRICS:
        return METRICS[name]
    # The longest pattern first: `faults/level_1` is a level, not a tool of that name.
    for pattern in sorted(METRICS, key=len, reverse=True):
        if "<" in pattern and re.fullmatch(re.sub("<[a-z]+>", ".+", pattern), name):
            return METRICS[pattern]
    return None
