"""What must hold of every finished trajectory before anything is trained on it. A breach raises; nothing is dropped.

Tokenisation drift and mislaid pictures are silent where nobody looks: the loss is then taken on tokens that the policy
never sampled, or on pictures it never saw. `check_trajectory` looks, on every trajectory, and is public so that other
engines can use it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from vista_core import Image, Segment, Trajectory, VistaError

if TYPE_CHECKING:
    from vista_trainers.families.base import ModelFamily

# Log-probabilities of certain tokens come out as 0 up to rounding.
_LOGPROB_SLACK = 1e-4


class InvariantError(VistaError):
    """A trajectory's tokens do not add up; names the trajectory, the segment and the rule."""


def check_trajectory(
    trajectory: Trajectory,
    family: "ModelFamily | None" = None,
    *,
    seen: "NDArray[np.int32] | None" = None,
    images: Mapping[str, Image] | None = None,
) -> None:
    """Checks the token segments of a finished trajectory.

    1. Segments are: prompt, then for each turn policy, and between turns template and observation.
    2. ids, mask and log-probabilities have one length; the mask covers sampled ids only, and all of them (none of a
       faulted trajectory); log-probabilities are finite, not above 0, and 0 on ids that were not sampled.
    3. With a `family`: each segment holds as many picture placeholders as it names pictures, the policy's none; the
       decoded policy ids are the turns' texts.
    4. The pictures of the segments are those of the trajectory, in order (those that the model was shown).
    5. With `seen`: the ids up to the end of the last turn are what the model had before and sampled in it.
    6. With `images`: each placeholder run is as long as the family says for that picture.

    Args:
        trajectory: with segments; without any (a policy of text) there is nothing to check.
        family: knows placeholders and how to decode.
        seen: int32 ids of the last turn's prompt as the model received it, and of what it sampled then.
        images: the pictures by id.

    Raises:
        InvariantError: the first rule that is broken.
    """
    segments = trajectory.segments
    if not segments:
        return
    _check_order(trajectory, segments)
    for number, segment in enumerate(segments):
        problem = _problem(segment, trained=trajectory.status != "faulted")
        if problem is None and family is not None:
            problem = _picture_problem(segment, family, images)
        if problem is not None:
            raise InvariantError(f"trajectory {trajectory.id}, segment {number} ({segment.kind}): {problem}")
    _check_pictures(trajectory, segments)
    policy = [segment for segment in segments if segment.kind == "policy"]
    if family is not None:
        for turn, segment in zip(trajectory.turns, policy, strict=False):
            if family.decode(segment.ids) != turn.text:
                raise InvariantError(f"trajectory {trajectory.id}, turn {turn.index}: its text is not what its ids say")
    if seen is not None:
        last = max(n for n, segment in enumerate(segments) if segment.kind == "policy")
        if not np.array_equal(np.concatenate([segment.ids for segment in segments[: last + 1]]), seen):
            raise InvariantError(f"trajectory {trajectory.id}: its segments are not the ids that the model had")


def check_seen(trajectory: str, sent: "NDArray[np.int32]", seen: "NDArray[np.int32] | None") -> None:
    """Compares the prompt that was sent with the one that reached the model, where the policy can tell.

    Raises:
        InvariantError: they differ (a server that tokenises or expands pictures its own way); says where first.
    """
    if seen is None or np.array_equal(sent, seen):
        return
    n = min(len(sent), len(seen))
    place = int(np.flatnonzero(np.append(sent[:n] != seen[:n], True))[0])
    raise InvariantError(
        f"trajectory {trajectory}: the model had {len(seen)} prompt ids where {len(sent)} were sent, and they differ "
        f"from place {place} on. Whatever runs the model re-tokenises or expands pictures differently."
    )


def _check_order(trajectory: Trajectory, segments: Sequence[Segment]) -> None:
    kinds = [segment.kind for segment in segments]
    follows = {"prompt": {"policy"}, "policy": {"template"}, "template": {"observation"}, "observation": {"policy"}}
    ordered = all(after in follows[before] for before, after in pairwise(kinds))
    if kinds[0] != "prompt" or not ordered:
        raise InvariantError(f"trajectory {trajectory.id}: segments in a wrong order: {', '.join(kinds)}")
    sampled = kinds.count("policy")
    if sampled != len(trajectory.turns):
        raise InvariantError(f"trajectory {trajectory.id}: {sampled} policy segments for {len(trajectory.turns)} turns")


def _problem(segment: Segment, trained: bool) -> str | None:
    if not len(segment.ids) == len(segment.mask) == len(segment.logprobs):
        return f"{len(segment.ids)} ids, {len(segment.mask)} of mask, {len(segment.logprobs)} log-probabilities"
    sampled = segment.kind == "policy"
    if sampled and trained and not segment.mask.all():
        return "sampled ids are left out of the loss mask"
    if segment.mask.any() and not (sampled and trained):
        return "the loss mask covers ids of a faulted trajectory" if sampled else "the loss mask covers ids not sampled"
    if not np.isfinite(segment.logprobs).all():
        return "a log-probability is not finite"
    if segment.logprobs.max(initial=0.0) > _LOGPROB_SLACK:
        return "a log-probability is above 0"
    if not sampled and segment.logprobs.any():
        return "ids that were not sampled have log-probabilities"
    return None


def _picture_problem(segment: Segment, family: "ModelFamily", images: Mapping[str, Image] | None) -> str | None:
    runs = family.image_token_runs(segment.ids)
    if segment.kind == "policy" and runs:
        return "the policy sampled picture placeholders"
    if len(runs) != len(segment.images):
        return f"{len(runs)} runs of picture placeholders for {len(segment.images)} pictures"
    for (_, length), name in zip(runs, segment.images, strict=True):
        if images is not None and length != family.image_length(images[name]):
            return f"{length} placeholders for picture {name[:12]}, which takes {family.image_length(images[name])}"
    return None


def _check_pictures(trajectory: Trajectory, segments: Sequence[Segment]) -> None:
    observed = [list(turn.observation.images) if turn.observation is not None else [] for turn in trajectory.turns]
    shown = [list(segment.images) for segment in segments if segment.kind == "observation"]
    # The last observation is not shown where the budget ended the trajectory before it.
    if list(segments[0].images) != trajectory.images or shown != observed[: len(shown)]:
        raise InvariantError(f"trajectory {trajectory.id}: its segments show other pictures than its turns brought")
