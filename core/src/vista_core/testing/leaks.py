"""Whether what an agent sees before its first call tells the gold answer."""

import base64
import io
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from vista_core.episode import Episode, EpisodeConfig
from vista_core.images import Image
from vista_core.task import Sample
from vista_core.toolset import ToolSet

LEAST = 4
"""Samples that are needed before a share says anything."""

SHARE = 0.5
"""A place that holds the own gold in so many more samples than the gold of others tells it."""

_DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "reversed": lambda text: text[::-1],
    "in base64": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "in hexadecimal": lambda text: text.encode().hex(),
}


def places(sample: Sample, task: str, question_holds_gold: bool) -> dict[str, str]:
    """What an agent, a log or a tool can see of a sample before the first call: place -> text.

    Args:
        sample: the sample.
        task: name of the task.
        question_holds_gold: leave out the question, because it lists its choices itself.

    Example:
        >>> places(Sample(key="a", question="How many?"), "t", False)["the key"]
        'a'
    """
    found = {
        "the key": sample.key,
        "the answer_format": sample.answer_format,
        "the metadata of its images": " ".join(_metadata(image) for image in sample.images),
        "the attributes of its Sample": _hidden(sample),
    }
    # Choices hold the gold by their nature; a question that lists them does too.
    if sample.choices is None and not question_holds_gold:
        found["the question"] = sample.question
    episode = Episode(sample, ToolSet(), EpisodeConfig(), task=task)
    start = json.dumps([episode.trajectory.model_dump(mode="json"), episode.messages], ensure_ascii=False)
    # Its parts are looked at one by one above; the rest of the record and of the messages is left.
    for part in (sample.question, sample.key, sample.answer_format, *(sample.choices or ())):
        start = start.replace(json.dumps(part, ensure_ascii=False)[1:-1], " ") if part else start
    found["the record or messages of the episode's start"] = re.sub("[0-9a-f]{20,}", " ", start)
    return found


def told(seen: Sequence[dict[str, str]], golds: Sequence[str]) -> str:
    """The place that tells the gold answers and how, as a sentence; empty where none does.

    A place is blamed when it holds a sample's own gold far more often than the gold of others: a figure turns up by
    chance everywhere.

    Args:
        seen: places of each sample.
        golds: the gold answer of each, in the same order.

    Example:
        >>> told([{"the key": f"q-{n * 37}"} for n in range(8)], [str(n * 37) for n in range(8)])
        'the key holds it as it is (8 of 8 samples)'
    """
    if len(golds) < LEAST:
        return ""
    others = [next((gold for gold in (*golds[i + 1 :], *golds[:i]) if gold != own), "") for i, own in enumerate(golds)]
    for place in {place: None for one in seen for place in one}:
        for disguise, turn in _DISGUISES.items():
            own = sum(_holds(one.get(place, ""), turn(gold)) for one, gold in zip(seen, golds, strict=True))
            chance = sum(_holds(one.get(place, ""), turn(gold)) for one, gold in zip(seen, others, strict=True))
            if own - chance > SHARE * len(golds):
                return f"{place} holds it {disguise} ({own} of {len(golds)} samples)"
    return ""


def _holds(text: str, gold: str) -> bool:
    return bool(gold) and re.search(rf"(?<![^\W_]){re.escape(gold)}(?![^\W_])", text, re.IGNORECASE) is not None


def _metadata(image: Image) -> str:
    """Text that travels inside a picture file: comments, EXIF, and what stands after its end."""
    import PIL.Image

    with PIL.Image.open(io.BytesIO(image.data)) as picture:
        words = [f"{key}={value!r}" for key, value in picture.info.items()]
        words += [repr(value) for value in picture.getexif().values()]
    for end in (b"IEND\xaeB`\x82", b"\xff\xd9"):
        if end in image.data:
            words.append(image.data.rpartition(end)[2].decode("latin-1"))
    return " ".join(words)


def _hidden(sample: Sample) -> str:
    """What hangs on a Sample beside its fields, three levels deep."""
    words: list[str] = []

    def walk(value: Any, depth: int) -> None:
        if depth > 3 or isinstance(value, Image | bytes | type):
            return
        if isinstance(value, str | int | float):
            words.append(str(value))
        elif isinstance(value, dict):
            for item in value.values():
                walk(item, depth + 1)
        elif isinstance(value, list | tuple | set):
            for item in value:
                walk(item, depth + 1)
        elif hasattr(value, "__dict__"):
            walk(vars(value), depth + 1)

    for name, value in vars(sample).items():
        if name not in Sample.model_fields:
            walk(value, 0)
        elif type(value) not in (str, tuple, type(None)):  # a subclass of str can carry more than its text
            walk(vars(value) if hasattr(value, "__dict__") else value, 0)
    walk(sample.__pydantic_private__, 0)
    walk(sample.__pydantic_extra__, 0)
    return " ".join(words)
