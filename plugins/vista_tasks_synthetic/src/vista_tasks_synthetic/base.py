"""What all synthetic tasks share: settings, splits that cannot overlap, pictures and questions by key.

A problem is a function of (settings, split, index). Index i shows picture `i % images` and asks it question
`i // images`; without the setting `images` every problem has a picture of its own. Content whose fingerprint falls into
another split's share is redrawn, whatever the seed, level or style: the splits cannot overlap.
"""

import hashlib
from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from vista_core import Expert, Gold, Image, PluginError, Sample, Score, Task
from vista_core.schema import canonical_json
from vista_core.scoring import exact_text, numeric

from vista_tasks_synthetic.keyed import generator
from vista_tasks_synthetic.questions import Question

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture

C = TypeVar("C")

SPLITS: tuple[str, ...] = ("train", "validation", "test")
_SHARES = (*("train",) * 8, "validation", "test")
_TRIES = 10_000
LEAST_CANVAS: dict[int, tuple[int, int]] = {1: (320, 240), 2: (400, 300), 3: (480, 360)}
"""The smallest fixed canvas (width, height) of each level, in pixels."""


class SyntheticConfig(BaseModel):
    """Settings of a synthetic task."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(0, description="another seed, other problems; splits stay apart between seeds too")
    level: int = Field(1, ge=1, le=3, description="difficulty of pictures and questions")
    kinds: tuple[str, ...] | None = Field(None, description="kinds of question to ask; None: all of the level")
    size: int = Field(1_000_000, ge=1, description="problems in each split")
    images: int | None = Field(None, ge=1, description="distinct pictures of a split; None: one for each problem")
    canvas: tuple[int, int] | None = Field(None, description="(width, height) in pixels; None: varies with the style")

    @model_validator(mode="after")
    def _room(self) -> "SyntheticConfig":
        least = LEAST_CANVAS[self.level]
        if self.canvas is not None and not all(a <= b <= 4096 for a, b in zip(least, self.canvas, strict=True)):
            wanted = f"{least[0]} x {least[1]} to 4096 x 4096 pixels"
            raise ValueError(f"a canvas of level {self.level} is {wanted}; on a smaller one the text does not fit")
        return self


def split_of(family: str, identity: object) -> str:
    """Return the split that a content belongs to: by its fingerprint, 8 of 10 to train, 1 each to the others.

    Args:
        family: name of the task.
        identity: JSON value that is equal for contents that a learner would take for the same.

    Example:
        >>> split_of("synthetic_chart", [["Kiwi", "", "12"], ["Mango", "", "47"]])
        'train'
    """
    fingerprint = hashlib.sha256(canonical_json([family, identity]).encode()).digest()
    return _SHARES[int.from_bytes(fingerprint[:8], "big") % len(_SHARES)]


class SyntheticTask(Task, Generic[C]):
    """Base of the synthetic tasks: subclasses say what a picture holds, how it is drawn and what is asked.

    Attributes:
        all_kinds: kinds of question by level; a level asks its own and those below.
    """

    splits = SPLITS
    licence = "Apache-2.0"
    Config = SyntheticConfig
    all_kinds: ClassVar[dict[int, tuple[str, ...]]]

    def __init__(self, **config: Any) -> None:
        """Check the settings.

        Raises:
            PluginError: an unknown setting, a value out of range, or a kind that the level does not ask.
        """
        super().__init__(**config)
        settings: SyntheticConfig = self.config
        known = tuple(kind for level in range(1, settings.level + 1) for kind in self.all_kinds[level])
        self.kinds: tuple[str, ...] = settings.kinds or known
        unknown = [kind for kind in self.kinds if kind not in known]
        if unknown:
            raise PluginError(
                f"{self.name} (vista-tasks-synthetic) asks no {', '.join(map(repr, unknown))} "
                f"at level {settings.level}; it asks {', '.join(known)}."
            )
        self._content = lru_cache(maxsize=1024)(self._make_content)
        self._image = lru_cache(maxsize=64)(self._make_image)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings only: everything else follows from them."""
        return _rebuild, (type(self), self.config.model_dump())

    @abstractmethod
    def content(self, rng: "np.random.Generator") -> C:
        """Draw what one picture says."""

    @abstractmethod
    def identity(self, content: C) -> object:
        """Return a JSON value that is equal for contents that a learner would take for the same."""

    @abstractmethod
    def draw(self, content: C, rng: "np.random.Generator") -> "Picture":
        """Draw a content in a random style."""

    @abstractmethod
    def ask(self, content: C, turn: int, rng: "np.random.Generator") -> Question:
        """Ask about a content.

        Args:
            content: what the picture says.
            turn: counts the questions of a picture from a random start, so that kinds take turns.
            rng: the question's own generator.
        """

    @abstractmethod
    def solver(self, question: Question) -> Expert:
        """Return the expert that solves a question with the real tools; it may use `question.plan` only."""

    @abstractmethod
    def guess(self, question: Question, rng: "np.random.Generator") -> Expert:
        """Return the expert that answers at once with a random but plausible value."""

    def allowed(self, content: C) -> bool:
        """Return whether the settings' questions can be asked about a content; others are redrawn."""
        return True

    def facts(self, content: C) -> dict[str, Any]:
        """Return what the picture says as JSON values, for the gold."""
        return {}

    def size(self, split: str) -> int:
        """Return the number of problems of a split.

        Raises:
            PluginError: there is no such split.
        """
        if split not in self.splits:
            raise PluginError(f"{self.name} has no split {split!r}; it has {', '.join(self.splits)}.")
        return int(self.config.size)

    def sample(self, split: str, index: int) -> Sample:
        """Return problem `index` of a split: its key is "split/index".

        Raises:
            IndexError: the split has fewer problems.
        """
        question = self._question(split, index)
        return Sample(
            key=f"{split}/{index}",
            question=question.text,
            images=(self._image(split, self._place(index)[0]),),
            answer_format=_format(question),
        )

    def gold(self, key: str) -> Gold:
        """Return the exact answer of a problem with its kind, and what the picture says.

        Raises:
            PluginError: this is no key of the task.
        """
        split, index = self._parse(key)
        question = self._question(split, index)
        content = self._content(split, self._place(index)[0])
        return Gold(answer=question.answer, kind=question.kind, **self.facts(content), **question.data)

    def score(self, key: str, answer: str | None) -> Score:
        """Judge an answer: names by their letters, numbers exactly or within the question's tolerance.

        Rounded answers may be 0.01 off; at level 2 and 3, numbers read off a chart's axis half a step of its values.
        """
        split, index = self._parse(key)
        question = self._question(split, index)
        if not question.numeric:
            return exact_text(answer, question.answer)
        return numeric(answer, question.answer, tolerance=float(question.tolerance))

    def expert(self, key: str, habit: str = "careful") -> Expert:
        """Return a scripted solver of a problem.

        Args:
            key: the problem.
            habit: "careful" reads the picture through the real tools; "guess" answers at once with a random value.

        Raises:
            PluginError: there is no such habit or problem.
        """
        split, index = self._parse(key)
        question = self._question(split, index)
        if habit == "careful":
            return self.solver(question)
        if habit == "guess":
            return self.guess(question, self._rng(split, "guess", index))
        raise PluginError(f"{self.name} has experts with the habits careful and guess; {habit!r} is none.")

    def image_key(self, key: str) -> str:
        """Return a name of the picture that a problem shows: equal for problems that share it."""
        split, index = self._parse(key)
        return f"{split}/{self._place(index)[0]}"

    def _rng(self, *parts: object) -> "np.random.Generator":
        return generator(self.name, self.config.seed, *parts)

    def _place(self, index: int) -> tuple[int, int]:
        """Return the number of the picture and of the question asked of it."""
        images = self.config.images
        return (index, 0) if images is None else (index % images, index // images)

    def _parse(self, key: str) -> tuple[str, int]:
        split, _, index = key.partition("/")
        if split not in self.splits or not (index.isascii() and index.isdigit()):
            raise PluginError(f'{key!r} is no key of {self.name}; its keys look like "train/17".')
        return split, int(index)

    def _question(self, split: str, index: int) -> Question:
        if not 0 <= index < self.size(split):
            raise IndexError(f"{self.name} has {self.size(split)} problems in {split}; there is no number {index}.")
        image, number = self._place(index)
        start = int(self._rng(split, "turn", image).integers(1 << 30))
        return self.ask(self._content(split, image), start + number, self._rng(split, "question", image, number))

    def _make_content(self, split: str, image: int) -> C:
        for attempt in range(_TRIES):
            content = self.content(self._rng(split, "content", image, attempt))
            if split_of(self.name, self.identity(content)) == split and self.allowed(content):
                return content
        raise PluginError(
            f"{self.name} found no content for {split} in {_TRIES} draws: "
            f"the kinds {', '.join(self.kinds)} allow too few; name more of them."
        )

    def _make_image(self, split: str, image: int) -> Image:
        return Image.from_pil(self.draw(self._content(split, image), self._rng(split, "style", image)))


def _rebuild(kind: type[SyntheticTask[Any]], config: dict[str, Any]) -> SyntheticTask[Any]:
    return kind(**config)


def _format(question: Question) -> str:
    """Return how the answer should look, in words that tell nothing about its value."""
    if not question.numeric:
        return "a name"
    return "a number with two decimals" if question.rounded else "a number"
