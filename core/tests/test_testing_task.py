"""`TaskConformance` against tasks with one fault each."""

import base64
import io
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest
from vista_core import ExpertTurn, Gold, Image, PluginError, Sample, Score, Task
from vista_core.scoring import numeric
from vista_core.testing import TaskConformance


class Squares(Task):
    """Nothing is wrong with it; subclasses change one thing."""

    name = "squares"
    splits = ("train", "test")
    licence = "Apache-2.0"

    def size(self, split: str) -> int:
        return 40

    def value(self, key: str) -> int:
        split, _, index = key.partition("/")
        if split not in self.splits or not index.isdigit():
            raise PluginError(f"{key!r} is no key of squares")
        return 300 + (int(index) + 50 * self.splits.index(split)) * 171 % 997

    def sample(self, split: str, index: int) -> Any:
        if not 0 <= index < self.size(split):
            raise IndexError(index)
        return self.shown(f"{split}/{index}")

    def shown(self, key: str) -> Any:
        picture = np.full((4, 4, 3), self.value(key) % 251, np.uint8)
        picture[0, 0] = self.value(key) // 251
        return Sample(key=key, question="How bright is it?", images=(Image.from_array(picture),))

    def gold(self, key: str) -> Any:
        return Gold(answer=self.value(key))

    def score(self, key: str, answer: str | None) -> Any:
        return numeric(answer, self.value(key))


class NoLicence(Squares):
    licence = ""


class Unbounded(Squares):
    def sample(self, split: str, index: int) -> Any:
        return self.shown(f"{split}/{abs(index) % 40}")


class EmptySplit(Squares):
    def size(self, split: str) -> int:
        return 40 if split == "train" else 0


class Restless(Squares):
    def shown(self, key: str) -> Any:
        question = f"How bright is it, {random.random()}?"
        return super().shown(key).model_copy(update={"question": question})


class OwnSample(Sample):
    """A sample that carries more."""


class Carries(Squares):
    def shown(self, key: str) -> Any:
        return OwnSample(**dict(super().shown(key)))


class OneKey(Squares):
    def shown(self, key: str) -> Any:
        return super().shown(key).model_copy(update={"key": "train/0"})

    def gold(self, key: str) -> Any:
        return Gold(answer=300)


class Overlap(Squares):
    def value(self, key: str) -> int:
        return super().value(f"train/{key.partition('/')[2]}")


class KeyTells(Squares):
    def shown(self, key: str) -> Any:
        return super().shown(key).model_copy(update={"key": f"{key}#{super().value(key)}"})

    def value(self, key: str) -> int:
        return super().value(key.partition("#")[0])


class KeyTellsHidden(KeyTells):
    def shown(self, key: str) -> Any:
        hidden = base64.b64encode(str(super().value(key)).encode()).decode().rstrip("=")
        return Squares.shown(self, key).model_copy(update={"key": f"{key}#{hidden}"})


class FormatTells(Squares):
    def shown(self, key: str) -> Any:
        return super().shown(key).model_copy(update={"answer_format": f"a number such as {self.value(key)}"})


class QuestionTells(Squares):
    def shown(self, key: str) -> Any:
        return super().shown(key).model_copy(update={"question": f"Is it {self.value(key)}? How bright is it?"})


class PictureTells(Squares):
    def shown(self, key: str) -> Any:
        words = PIL.PngImagePlugin.PngInfo()
        words.add_text("label", str(self.value(key)))
        buffer = io.BytesIO()
        super().shown(key).images[0].pil().save(buffer, "PNG", pnginfo=words)
        return super().shown(key).model_copy(update={"images": (Image.from_bytes(buffer.getvalue()),)})


class FileTells(Squares):
    def shown(self, key: str) -> Any:
        data = super().shown(key).images[0].data + f" {self.value(key)}".encode()
        return super().shown(key).model_copy(update={"images": (Image.from_bytes(data),)})


class AttributeTells(Squares):
    def shown(self, key: str) -> Any:
        sample = super().shown(key)
        object.__setattr__(sample, "__pydantic_extra__", {"meta": {"label": self.value(key)}})
        return sample


class Choices(Squares):
    """Its questions list their choices: the suite has to say so."""

    def shown(self, key: str) -> Any:
        value = self.value(key)
        return super().shown(key).model_copy(update={"question": f"Is it {value}, {value + 100} or {value - 100}?"})


class AnyKey(Squares):
    def value(self, key: str) -> int:
        return super().value(key) if key.partition("/")[2].isdigit() else 7


class OpensKeys(Squares):
    def gold(self, key: str) -> Any:
        if key.startswith("/"):
            Path(key).read_text()
        return super().gold(key)


class NoAnswer(Squares):
    def gold(self, key: str) -> Any:
        return Gold(answer=self.value(key) if not key.endswith("3") else None)


class Strict(Squares):
    def score(self, key: str, answer: str | None) -> Any:
        return numeric(answer, self.value(key) + 1)


class Alike(Squares):
    def value(self, key: str) -> int:
        return 300 if super().value(key) else 0


class Scores(Squares):
    """Judges by `right`."""

    def score(self, key: str, answer: str | None) -> Any:
        right = self.right(str(self.value(key)), answer)
        return Score(value=float(right), correct=right, rule="own")

    def right(self, gold: str, answer: str | None) -> bool:
        return gold == answer


class Contains(Scores):
    def right(self, gold: str, answer: str | None) -> bool:
        return gold in (answer or "")


class AnyNumber(Scores):
    def right(self, gold: str, answer: str | None) -> bool:
        return (answer or "").isdigit()


class EmptyIsRight(Scores):
    def right(self, gold: str, answer: str | None) -> bool:
        return gold == answer or not (answer or "").strip()


class Partial(Squares):
    def score(self, key: str, answer: str | None) -> Any:
        right = answer == str(self.value(key))
        return Score(value=1.0 if right else 0.1, correct=right, rule="own")


class Fragile(Scores):
    def right(self, gold: str, answer: str | None) -> bool:
        return answer is not None and answer.strip().isdigit() and int(answer) == int(gold)


class Moody(Scores):
    def right(self, gold: str, answer: str | None) -> bool:
        return gold == answer and random.random() < 0.5


class NoScore(Squares):
    def score(self, key: str, answer: str | None) -> Any:
        return answer == str(self.value(key))


class ChecksLoudly(Squares):
    def check(self, root: Any) -> Any:
        return Path(root, "train.json").read_text().splitlines()


class ChecksOddly(Squares):
    def check(self, root: Any) -> Any:
        return True


class Knows:
    """An expert that answers what it was told."""

    def __init__(self, answer: str, think: str = "I know") -> None:
        self.answer, self.think = answer, think

    def turn(self, observations: Any) -> ExpertTurn:
        if not observations:
            return ExpertTurn(self.think, tool="easyocr")
        return ExpertTurn("so", answer=self.answer)


class Told(Squares):
    def expert(self, key: str, habit: str = "careful") -> Any:
        return Knows(str(self.value(key)))


class Fickle(Squares):
    def expert(self, key: str, habit: str = "careful") -> Any:
        return Knows("3", think=str(random.random()))


SAME, SEEN, PLAIN = "samples_are_the_same_every_time", "gold_cannot_be_seen", "gold_is_plain"
FAULTS = [
    ("it_says_what_it_is", NoLicence, "It states no licence of its data"),
    ("it_says_what_it_is", Unbounded, "sample('train', 40) gives a sample; it should raise IndexError"),
    ("it_says_what_it_is", EmptySplit, "Its splits are {'train': 40, 'test': 0}"),
    (SAME, Restless, "Sample train/0 differs between two tasks of the same settings"),
    (SAME, Carries, "sample() gives a OwnSample"),
    (SAME, OneKey, "The key 'train/0' belongs to train/0 and to train/1"),
    (SAME, Overlap, "is in the split 'train' too"),
    (SEEN, KeyTells, "the key holds it as it is (16 of 16 samples)"),
    (SEEN, KeyTellsHidden, "the key holds it in base64"),
    (SEEN, FormatTells, "the answer_format holds it"),
    (SEEN, QuestionTells, "the question holds it"),
    (SEEN, Choices, "sets question_holds_gold = True"),
    (SEEN, PictureTells, "the metadata of its images holds it"),
    (SEEN, FileTells, "the metadata of its images holds it"),
    (SEEN, AttributeTells, "the attributes of its Sample holds it"),
    (PLAIN, NoAnswer, "The gold of 'train/3' is"),
    (PLAIN, AnyKey, "The key 'no such key', which no sample has, has the gold"),
    (PLAIN, OpensKeys, "is used as a path: open "),
    ("the_scorer_accepts_gold", Strict, "The gold answer '300' of 'train/0' scores 0"),
    ("the_scorer_rejects_the_gold_of_others", AnyNumber, "For 'train/0' it accepts"),
    ("the_scorer_rejects_the_gold_of_others", Alike, "gold answers looked at are the same"),
    ("the_scorer_rejects_no_answer", EmptyIsRight, "For 'train/0' the answer None scores 1"),
    ("the_scorer_rejects_no_answer", Partial, "For 'train/0' the answer None scores 0.1"),
    ("the_scorer_rejects_hedges", Contains, "it accepts '300 or "),
    ("the_scorer_survives_anything", Fragile, "raises. ValueError"),
    ("the_scorer_survives_anything", Moody, "Two scores of the answer '300' differ"),
    ("the_scorer_survives_anything", NoScore, "score() gave False"),
    ("check_speaks_of_an_empty_folder", ChecksLoudly, "check() raises on an empty folder. FileNotFoundError"),
    ("check_speaks_of_an_empty_folder", ChecksOddly, "check() gave True"),
    ("experts_read_what_they_answer", Told, "is right in 32 of 32 problems when every tool says nothing"),
    ("experts_read_what_they_answer", Fickle, "Two experts for 'train/0' begin with"),
]
CHECKS = [name.removeprefix("test_") for name in dir(TaskConformance) if name.startswith("test_")]


def suite(task: Any, **attributes: Any) -> Any:
    return type(f"Of{task.__name__}", (TaskConformance,), {"task": task, **attributes})()


def complaint(made: Any, check: str) -> str:
    with pytest.raises(pytest.fail.Exception) as failed:
        getattr(made, f"test_{check}")()
    text = str(failed.value)
    assert re.search(r"^task .+: .+[.?!)] Why it matters: .+[.?!)] To mend it: .+[.?!)]$", text, re.DOTALL), text
    return text


@pytest.mark.parametrize(("check", "task", "sentence"), FAULTS, ids=[fault[1].__name__ for fault in FAULTS])
def test_each_fault_is_found(check: str, task: Any, sentence: str) -> None:
    assert sentence in complaint(suite(task), check)


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_wrong_with_a_good_task(check: str) -> None:
    getattr(suite(Squares), f"test_{check}")()


def test_what_is_declared_is_no_fault() -> None:
    suite(Choices, question_holds_gold=True).test_gold_cannot_be_seen()


def test_every_check_is_tested() -> None:
    shared = {"import_is_light", "its_distribution_asks_for_vista_core"}
    assert {check for check, _, _ in FAULTS} | shared == set(CHECKS)


def test_tasks_that_cannot_be_made_say_why() -> None:
    class Needs(Squares):
        def __init__(self, **config: Any) -> None:
            raise PluginError("give me a root")

    assert "It cannot be made. give me a root" in complaint(suite(Needs), "gold_is_plain")
    assert "It cannot be made." in complaint(suite(Squares, config={"level": 9}), "gold_is_plain")
