"""A-OKVQA: questions about photographs that need knowledge of the world."""

import ast
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Picked, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "val")
_LONGEST = 10_000


class AOKVQAConfig(DatasetConfig):
    """Settings of `aokvqa`."""

    setting: Literal["multiple_choice", "direct"] = Field(
        "multiple_choice", description="choose among four, or answer in one's own words"
    )
    authors_subset: bool = Field(
        False,
        description="multiple choice without the problems marked difficult_direct_answer, as the authors' script does",
    )


class AOKVQA(DatasetTask):
    """Questions about COCO photographs, in two settings: multiple choice of four, or a direct answer.

    Expected below the root, one of
      the release (`original`): aokvqa_v1p0_{train,val}.json in the root or a folder of it such as aokvqa/, and COCO's
        {train,val}2017/ in the root or in coco/;
      HuggingFaceM4/A-OKVQA (`parquet`): data/{train,validation}-*.parquet.
    Fields: question_id, image_id, question, choices (four), correct_choice_idx, direct_answers (ten),
      difficult_direct_answer, rationales (three). Sizes: train 17,056, val 1,145; test (6,702) has no public answers
      and is no split here.

    Score, multiple choice: the right choice, by letter or text. Score, direct (setting=direct): min(1, people who
    gave the very text / 3), as the authors' eval_predictions.py counts (outer spaces do not matter). Their
    multiple-choice script leaves out the problems marked difficult_direct_answer;
    the setting authors_subset does the same. Rationales are in gold only.

    Licence: Apache-2.0 (annotations); the photographs come under the terms of COCO and Flickr. Source:
    https://github.com/allenai/aokvqa. Cite Schwenk et al., ECCV 2022.
    Fetch: `vista tasks aokvqa --fetch FOLDER` takes HuggingFaceM4/A-OKVQA.
    """

    name = "aokvqa"
    splits = SPLITS
    licence = "Apache-2.0 (pictures: terms of COCO)"
    Config = AOKVQAConfig
    card = Card(
        tree="aokvqa_v1p0_{train,val}.json with [coco/]{train,val}2017/, or data/{train,validation}-*.parquet",
        fields={
            "question_id": "id",
            "image_id": "number of the COCO picture: {split}2017/{image_id:012}.jpg (`image` in parquet)",
            "question": "the question",
            "choices, correct_choice_idx": "four choices and the index of the right one",
            "direct_answers": "ten answers (the text of a list in parquet)",
            "difficult_direct_answer": "true where people's answers differ too much",
            "rationales": "three explanations; in gold only",
        },
        sizes={"train": 17056, "val": 1145},
        source="https://github.com/allenai/aokvqa",
        citation="Schwenk et al., A-OKVQA: A Benchmark for Visual Question Answering using World Knowledge, ECCV 2022",
        repository="HuggingFaceM4/A-OKVQA",
        patterns=("data/train-*.parquet", "data/validation-*.parquet"),
        notes="The VISTA paper does not say which of the two settings it uses; multiple choice is the default here, "
        "since its metric is the equality of one answer with another.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"aokvqa_v1p0_{split}.json", f"*/aokvqa_v1p0_{split}.json") for split in SPLITS},
            needs=("question_id", "image_id", "question", "choices", "correct_choice_idx"),
        ),
        Layout(
            "parquet",
            {"train": ("data/train-*.parquet",), "val": ("data/validation-*.parquet",)},
            needs=("question_id", "image", "question", "choices", "correct_choice_idx"),
        ),
    )

    def read(self, split: str) -> Sequence[Row]:
        """The rows; with `authors_subset` those that the authors' multiple-choice script counts."""
        paths = self.layout.paths(self.root, split)
        rows = Rows(*(paths if self.layout.name == "parquet" else paths[:1]))
        if not self.config.authors_subset or self.config.setting == "direct":
            return rows
        easy = [number for number, row in enumerate(rows) if row.get("difficult_direct_answer") is False]
        return Picked(rows, easy)

    def pictures(self, row: Row) -> list[Any]:
        """The photograph."""
        if self.layout.name == "parquet":
            return [row["image"]]
        split = row.file.stem.rpartition("_")[2]
        name = f"{split}2017/{row.need('image_id', int):012}.jpg"
        places = [self.root / folder / name for folder in ("", "coco", "images")]
        return [next((place for place in places if place.is_file()), places[0])]

    def to_sample(self, row: Row) -> Sample:
        """The question, with its choices unless the answer is to be direct."""
        direct = self.config.setting == "direct"
        return Sample(
            key=row.key,
            question=row.need("question", str),
            images=self.images(row),
            choices=None if direct else tuple(self._choices(row)),
            answer_format="a word or a short phrase" if direct else "the letter of a choice",
        )

    def to_gold(self, row: Row) -> Gold:
        """The right choice (or what most people said), all direct answers, the rationales."""
        said, right = self._said(row), self._right(row)
        answer = Counter(said).most_common(1)[0][0] if self.config.setting == "direct" else self._choices(row)[right]
        return Gold(
            answer=answer,
            kind=self.config.setting,
            index=right,
            direct_answers=said,
            difficult_direct_answer=row.get("difficult_direct_answer"),
            rationales=row.get("rationales"),
        )

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice; in the direct setting min(1, matches / 3)."""
        if self.config.setting == "multiple_choice":
            return scoring.multiple_choice(answer, self._right(row), self._choices(row))
        return scoring.vqa_accuracy(answer, self._said(row), metric="direct")

    def row_id(self, row: Row) -> str:
        """The id of the question."""
        return str(row.need("question_id", str))

    def outside(self, row: Row) -> str:
        """There are four choices."""
        count = len(self._choices(row))
        return "" if count == 4 else f"there are {count} choices, and should be four"

    def _choices(self, row: Row) -> list[str]:
        choices = row.need("choices", list)
        if len(choices) < 2 or not all(isinstance(text, str) for text in choices):
            raise row.wrong("should be texts", "choices")
        return list(choices)

    def _right(self, row: Row) -> int:
        right = row.need("correct_choice_idx", int)
        if not 0 <= right < len(self._choices(row)):
            raise row.wrong(f"is {right}, and there are {len(self._choices(row))} choices", "correct_choice_idx")
        return int(right)

    def _said(self, row: Row) -> list[str]:
        """The direct answers; the hub's copy has them as the text of a Python list."""
        said = row.need("direct_answers", list, str)
        if isinstance(said, str):
            said = _list(said)
        if not isinstance(said, list) or not said or not all(isinstance(text, str) for text in said):
            raise row.wrong("should be a list of texts, and not empty", "direct_answers")
        return said


def _list(text: str) -> Any:
    """The list of texts that a text is, as JSON or as Python writes it; None when it is none.

    `literal_eval` evaluates nothing, and is given no more than what ten short answers need.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text) if len(text) <= _LONGEST else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
