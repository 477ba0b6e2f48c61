"""What training data share with the data that a policy is evaluated on: pictures and questions.

Pictures: the same bytes, or nearly the same 16 x 16 brightness gradients (a difference hash of 256 bits, of which at
most 15 differ) with nearly the same 32 x 32 thumbnails. Another size, another compression or a little noise do not hide
a picture; a crop or a rotation does. Of 120 synthetic charts, tables and figures each was found after scaling by a half
and JPEG of quality 30, and none of the 7,140 pairs of different ones was taken for the same.
Questions: the same words, or word triples of which 85% are shared; questions of fewer than 6 words are left out, since
"How many bars are there?" is everybody's.
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from vista_core import Image, PluginError, Sample, load

if TYPE_CHECKING:
    from vista_trainers.assembly import Assembly
    from vista_trainers.engine import Job

BITS, THUMBNAIL = 256, 32
MOST_BITS = 15
"""Bits that may differ: one less than there are bands, so that two such hashes are equal in one band at least."""
STEP = 3
"""A gradient counts from so many of 255 on: below it, empty areas would give bits of noise."""
MOST_DIFFERENCE = 3.0
"""Mean difference of two thumbnails, of 255."""
FLAT = 4.0
"""Standard deviation of a thumbnail below which a picture has too little in it to be told from others."""
FEWEST_WORDS, SHARED_TRIPLES = 6, 0.85
_HASHES, _PER_BAND = 64, 4
MOST_HELD_OUT = 20_000


class Shared(NamedTuple):
    """What two splits share.

    Attributes:
        kind: `pictures` or `questions`.
        training: task/split of the training data.
        other: task/split of the data that is evaluated on.
        count: problems of `other` that share something.
        example: keys of a pair.
    """

    kind: str
    training: str
    other: str
    count: int
    example: str


class Looked(NamedTuple):
    """What is kept of the problems of one side.

    Attributes:
        places: (task/split, key) of each problem.
        images: id of a picture -> numbers of the problems that show it.
        prints: id of a picture -> its fingerprint; None where it is too flat for one.
        questions: words of a question -> numbers of the problems that ask it.
    """

    places: list[tuple[str, str]]
    images: dict[str, list[int]]
    prints: dict[str, tuple[np.ndarray, np.ndarray] | None]
    questions: dict[str, list[int]]


def look(problems: Iterable[tuple[str, Sample]]) -> Looked:
    """Take the fingerprints of problems; each picture is decoded once.

    Args:
        problems: (task/split, sample) of each.
    """
    looked = Looked([], {}, {}, {})
    for place, sample in problems:
        number = len(looked.places)
        looked.places.append((place, sample.key))
        for image in sample.images:
            looked.images.setdefault(image.id, []).append(number)
            if image.id not in looked.prints:
                looked.prints[image.id] = fingerprint(image)
        words = _words(sample.question)
        if words.count(" ") >= FEWEST_WORDS - 1:
            looked.questions.setdefault(words, []).append(number)
    return looked


def compare(ours: Looked, others: Looked) -> list[Shared]:
    """What the problems of both sides share, by pair of splits, most first."""
    pairs = _pairs("pictures", ours, others, _same_pictures(ours, others))
    pairs += _pairs("questions", ours, others, _same_questions(ours, others))
    return sorted(pairs, key=lambda pair: -pair.count)


def refuse_overlap(assembly: "Assembly", jobs: Iterable["Job"]) -> None:
    """Refuse to train on problems that share pictures or questions with the recipe's `held_out` data.

    Of each held-out split at most 20,000 problems are looked at, evenly spaced.

    Args:
        assembly: of the recipe.
        jobs: the rollouts that are to be trained on.

    Raises:
        PluginError: they overlap, and the recipe does not say `allow_overlap: true`.
        TaskDataError: held-out data are missing.
    """
    recipe = assembly.recipe
    if not recipe.held_out or recipe.allow_overlap:
        return
    drawn = dict.fromkeys((job.task, job.split, job.index) for job in jobs)
    ours = look((f"{name}/{split}", assembly.tasks[name].sample(split, index)) for name, split, index in drawn)
    others = look(
        (f"{entry.use}/{entry.split}", task.sample(entry.split, index))
        for entry in recipe.held_out
        for task in [load("task", entry.use, **entry.config)]
        for index in spread(task.size(entry.split), MOST_HELD_OUT)
    )
    found = compare(ours, others)
    if found:
        told = "; ".join(f"{p.count} {p.kind} of {p.other} in {p.training} (such as {p.example})" for p in found[:5])
        raise PluginError(
            f"The training data share with what is held out: {told}. Leave these tasks out, or train all the same with "
            "allow_overlap: true. `vista tasks overlap` shows everything."
        )


def spread(size: int, most: int) -> Iterable[int]:
    """At most `most` of the indices below `size`, evenly spaced.

    Example:
        >>> list(spread(10, 4)), list(spread(3, 4))
        ([0, 2, 5, 7], [0, 1, 2])
    """
    return range(size) if size <= most else (place * size // most for place in range(most))


def fingerprint(image: Image) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the difference hash of an Image (32 bytes) and its thumbnail (32 x 32, grey); None for a flat picture."""
    import PIL.Image

    grey = image.pil().convert("L")
    thumbnail = np.asarray(grey.resize((THUMBNAIL, THUMBNAIL), PIL.Image.Resampling.BILINEAR), np.int16)
    if thumbnail.std() < FLAT:
        return None
    small = np.asarray(grey.resize((17, 16), PIL.Image.Resampling.BILINEAR), np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1] + STEP), thumbnail.astype(np.uint8)


def _same_pictures(ours: Looked, others: Looked) -> Iterator[tuple[int, int]]:
    """(number of ours, number of the other) for problems with the same picture."""
    for name in ours.images.keys() & others.images.keys():
        yield from ((ours.images[name][0], number) for number in others.images[name])
    names = [name for name, found in ours.prints.items() if found is not None]
    if not names:
        return
    hashes = np.stack([ours.prints[name][0] for name in names])  # type: ignore[index]
    bands = [_groups(hashes[:, 2 * band : 2 * band + 2]) for band in range(BITS // 16)]
    for name, found in others.prints.items():
        if found is None or name in ours.images:
            continue
        bits, thumbnail = found
        own = [bits[2 * band : 2 * band + 2].tobytes() for band in range(len(bands))]
        near = {place for groups, part in zip(bands, own, strict=True) for place in groups.get(part, ())}
        if not near:
            continue
        places = np.fromiter(near, np.int64)
        differ = np.unpackbits(hashes[places] ^ bits, axis=1).sum(axis=1)
        for place in places[differ <= MOST_BITS].tolist():
            other = ours.prints[names[place]][1]  # type: ignore[index]
            if float(np.abs(other.astype(np.int16) - thumbnail).mean()) <= MOST_DIFFERENCE:
                yield from ((ours.images[names[place]][0], number) for number in others.images[name])
                break


def _same_questions(ours: Looked, others: Looked) -> Iterator[tuple[int, int]]:
    """(number of ours, number of the other) for problems that ask nearly the same."""
    for text in ours.questions.keys() & others.questions.keys():
        yield from ((ours.questions[text][0], number) for number in others.questions[text])
    mine = [text for text in ours.questions if text not in others.questions]
    theirs = [text for text in others.questions if text not in ours.questions]
    if not mine or not theirs:
        return
    signatures = _signatures(mine)
    bands = [_groups(signatures[:, at : at + _PER_BAND]) for at in range(0, _HASHES, _PER_BAND)]
    for text, signature in zip(theirs, _signatures(theirs), strict=True):
        triples = _triples(text)
        for at, groups in zip(range(0, _HASHES, _PER_BAND), bands, strict=True):
            near = (mine[place] for place in groups.get(signature[at : at + _PER_BAND].tobytes(), ()))
            match = next((other for other in near if _alike(triples, _triples(other))), None)
            if match is not None:
                yield from ((ours.questions[match][0], number) for number in others.questions[text])
                break


def _groups(rows: np.ndarray) -> dict[bytes, list[int]]:
    """Numbers of equal rows."""
    found: dict[bytes, list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(row.tobytes(), []).append(number)
    return found


def _signatures(texts: Sequence[str]) -> np.ndarray:
    """MinHash signatures, uint64 of shape (texts, 64): texts that share many triples share many of their numbers."""
    rng = np.random.default_rng(0)
    factors = rng.integers(1, 1 << 31, _HASHES, np.uint64) * 2 + 1
    terms = rng.integers(0, 1 << 31, _HASHES, np.uint64)
    made = np.empty((len(texts), _HASHES), np.uint64)
    for number, text in enumerate(texts):
        hashes = np.array([zlib.crc32(triple.encode()) for triple in _triples(text)], np.uint64)
        made[number] = ((hashes[:, None] * factors + terms) >> np.uint64(16)).min(axis=0)
    return made


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _triples(words: str) -> set[str]:
    parts = words.split()
    return {" ".join(parts[at : at + 3]) for at in range(len(parts) - 2)}


def _alike(one: set[str], two: set[str]) -> bool:
    return len(one & two) >= SHARED_TRIPLES * len(one | two)


def _pairs(kind: str, ours: Looked, others: Looked, found: Iterable[tuple[int, int]]) -> list[Shared]:
    """Sum up by pair of splits: how many problems of the other split share something."""
    counts: dict[tuple[str, str], dict[int, int]] = {}
    for mine, theirs in found:
        place = (ours.places[mine][0], others.places[theirs][0])
        counts.setdefault(place, {}).setdefault(theirs, mine)
    return [
        Shared(kind, training, other, len(numbers), _example(ours, others, numbers))
        for (training, other), numbers in counts.items()
    ]


def _example(ours: Looked, others: Looked, numbers: dict[int, int]) -> str:
    theirs = min(numbers)
    return f"{ours.places[numbers[theirs]][1]} and {others.places[theirs][1]}"
