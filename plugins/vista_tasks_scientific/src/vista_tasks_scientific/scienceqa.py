"""ScienceQA: multiple choice from school science, language and social science."""

import functools
import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Picked, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "val", "test")
_HUB = {"train": "train", "val": "validation", "test": "test"}


class ScienceQAConfig(DatasetConfig):
    """Settings of `scienceqa`."""

    context: Literal["all", "image"] = Field("all", description="all problems, or only those that have a picture")


class ScienceQA(DatasetTask):
    """Multiple choice with two to five choices; about half of the problems have a picture, the others are text alone.

    Expected below the root, one of
      the release (`original`): problems.json (an object by problem id), pid_splits.json (else each problem's own
        `split` counts), pictures in images/{split}/{id}/image.png or {split}/{id}/image.png;
      derek-thomas/ScienceQA or lmms-lab/ScienceQA (`parquet`): {train,validation,test}-*.parquet in any folder of the
      root.
    Fields: question, choices, answer (index from 0), hint, image, task, grade, subject, topic, category, skill,
      lecture, solution, split. Sizes: train 12,726, val 4,241, test 4,241 (with pictures 6,218, 2,097, 2,017).

    The question is shown as the authors' prompts show it: the hint first, as context, where there is one. Lecture and
    solution are in gold only. Score: the right choice, by letter or text. A problem's kind is its subject.

    Licence: CC BY-NC-SA 4.0, non-commercial. Source: https://github.com/lupantech/ScienceQA. Cite Lu et al., NeurIPS
    2022.
    Fetch: `vista tasks scienceqa --fetch FOLDER` takes derek-thomas/ScienceQA.
    """

    name = "scienceqa"
    splits = SPLITS
    licence = "CC-BY-NC-SA-4.0"
    Config = ScienceQAConfig
    card = Card(
        tree="{problems.json, pid_splits.json, images/{split}/{id}/image.png}, or {train,validation,test}-*.parquet",
        fields={
            "question, choices, answer": "the question, its choices, the index of the right one from 0",
            "hint": "context, may be empty",
            "image": "image.png or null (bytes or null in parquet)",
            "task, grade, subject, topic, category, skill": "what is asked for, and of whom",
            "lecture, solution": "the explanation; in gold only",
            "split": "train, val or test (not in parquet)",
        },
        sizes={"train": 12726, "val": 4241, "test": 4241},
        source="https://github.com/lupantech/ScienceQA",
        citation="Lu et al., Learn to Explain: Multimodal Reasoning via Thought Chains for Science Question "
        "Answering, NeurIPS 2022",
        non_commercial=True,
        repository="derek-thomas/ScienceQA",
        patterns=("data/*.parquet",),
    )
    layouts = (
        Layout(
            "original",
            {split: ("problems.json",) for split in SPLITS},
            needs=("question", "choices", "answer", "split"),
        ),
        Layout(
            "parquet",
            {split: (f"{name}-*.parquet", f"*/{name}-*.parquet") for split, name in _HUB.items()},
            needs=("question", "choices", "answer", "hint", "image"),
        ),
    )

    def present(self) -> tuple[str, ...]:
        """The splits of this copy that have problems."""
        if self.layout.name == "original":
            return tuple(split for split in SPLITS if self._numbers.get(split))
        return super().present()

    def read(self, split: str) -> Sequence[Row]:
        """The problems of a split; with `context=image` those with a picture."""
        rows: Sequence[Row] = self._problems if self.layout.name == "original" else self._shards(split)
        numbers: Sequence[int] = self._numbers[split] if self.layout.name == "original" else range(len(rows))
        if self.config.context == "all" and self.layout.name == "parquet":
            return rows
        if self.config.context == "image":
            numbers = [number for number in numbers if rows[number].get("image")]
        return Picked(rows, numbers)

    def pictures(self, row: Row) -> list[Any]:
        """The picture, where the problem has one."""
        image = row.get("image")
        if not image:
            return []
        if self.layout.name == "parquet":
            return [image]
        places = [self.root / folder / row.need("split", str) / row.name / image for folder in ("images", "")]
        return [next((place for place in places if place.is_file()), places[0])]

    def to_sample(self, row: Row) -> Sample:
        """Context and question, with the choices."""
        hint, question = row.get("hint") or "", row.need("question", str)
        if not isinstance(hint, str):
            raise row.wrong(f"should be str, and is {type(hint).__name__}", "hint")
        return Sample(
            key=row.key,
            question=f"Context: {hint.strip()}\n{question}" if hint.strip() else question,
            images=self.images(row),
            choices=tuple(self._choices(row)),
            answer_format="the letter of a choice",
        )

    def to_gold(self, row: Row) -> Gold:
        """The right choice; lecture, solution and what else the row says."""
        names = ("lecture", "solution", "task", "grade", "subject", "topic", "category", "skill")
        right = self._right(row)
        return Gold(
            answer=self._choices(row)[right],
            kind=row.get("subject") or "",
            index=right,
            **{n: row.get(n) for n in names},
        )

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice, by letter or text."""
        return scoring.multiple_choice(answer, self._right(row), self._choices(row))

    def outside(self, row: Row) -> str:
        """The answer is one of the choices."""
        right, choices = row.need("answer", int), self._choices(row)
        return "" if 0 <= right < len(choices) else f"the answer is {right}, and there are {len(choices)} choices"

    def _shards(self, split: str) -> Rows:
        """The parquet files of one folder: lmms-lab has all problems in one, and those with pictures once more."""
        paths = self.layout.paths(self.root, split)
        return Rows(*(path for path in paths if path.parent == paths[0].parent))

    @functools.cached_property
    def _problems(self) -> Rows:
        return Rows(self.root / "problems.json")

    @functools.cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """Split -> numbers of its problems in problems.json, in the order of pid_splits.json."""
        found: dict[str, list[int]] = {split: [] for split in SPLITS}
        places = {}
        for number, row in enumerate(self._problems):
            places[row.name] = number
            found.setdefault(str(row.get("split")), []).append(number)
        file = self.root / "pid_splits.json"
        if not file.is_file():
            return found
        lists = json.loads(file.read_bytes())
        for split in SPLITS:
            if unknown := [name for name in lists.get(split, ()) if name not in places]:
                raise Row({}, file).wrong(f"names problems that problems.json lacks: {', '.join(unknown[:5])}", split)
            found[split] = [places[name] for name in lists.get(split, ())]
        return found

    def _choices(self, row: Row) -> list[str]:
        choices = row.need("choices", list)
        if len(choices) < 2 or not all(isinstance(text, str) for text in choices):
            raise row.wrong("should be two or more texts", "choices")
        return list(choices)

    def _right(self, row: Row) -> int:
        right = row.need("answer", int)
        if not 0 <= right < len(self._choices(row)):
            raise row.wrong(f"is {right}, and there are {len(self._choices(row))} choices", "answer")
        return int(right)
