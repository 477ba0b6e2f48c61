"""InfographicVQA: questions about infographics from the web."""

import itertools
import json
from pathlib import Path
from typing import Any

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "val")
_SPELLINGS = ("infographicsVQA", "infographicVQA")
MOST_SPANS = 5
"""Answers of more spans are compared in their own order only: the orders of six would be 720."""


def _names(folder: str) -> dict[str, tuple[str, ...]]:
    return {
        split: tuple(f"{folder}{name}_{split}_v1.0{end}.json" for name in _SPELLINGS for end in ("_withQT", ""))
        for split in SPLITS
    }


class InfographicVQAConfig(DatasetConfig):
    """Settings of `infographicvqa`."""

    ocr: bool = Field(False, description="put the text that the release's OCR read into gold")


class InfographicVQA(DatasetTask):
    """Questions about infographics: reading, counting, sorting and arithmetic over text and drawings.

    Expected below the root, one of
      the question files in the root with pictures in images/ (`original`): infographicsVQA_train_v1.0.json,
        infographicsVQA_val_v1.0_withQT.json; ocr/ is optional;
      the release as the download page packs it today (`task3`): infographicsvqa_qas/, infographicsvqa_images/,
        infographicsvqa_ocr/;
      lmms-lab/DocVQA (`parquet`): InfographicVQA/{train,validation}-*.parquet.
    Fields: questionId, question, image_local_name, image_url, ocr_output_file, answers, data_split; in the validation
      file also answer_type, evidence and operation/reasoning. Sizes: train 23,946, val 2,801 (500 pictures); test
      (3,288) has no public answers and is no split here.

    Score: ANLS with threshold 0.5, the best over all accepted answers. In an answer of several spans, joined by ", ",
    the order does not matter (task page of the challenge; big_vision's infovqa.py), so every order of up to five
    spans is accepted.

    Licence: none is stated by the authors; the download page asks for a registration (lmms-lab's card says
    Apache-2.0). Source: https://www.docvqa.org/datasets/infographicvqa. Cite Mathew et al., WACV 2022.
    Fetch: `vista tasks infographicvqa --fetch FOLDER` takes lmms-lab/DocVQA, validation; train by hand (Task 3).

    Why it is here: the VISTA paper says 13 training data sets in its text and lists 15 in its appendix. The two lists
    agree when MathVision (a test split only) and MathV360K (which holds problems of the sets that the paper evaluates
    on) are left out; InfographicVQA, 1,000 problems under geospatial beside MapQA, is then the 13th.
    """

    name = "infographicvqa"
    splits = SPLITS
    licence = "not stated by the authors (lmms-lab's card: Apache-2.0)"
    Config = InfographicVQAConfig
    card = Card(
        tree="infographicsVQA_{train_v1.0,val_v1.0_withQT}.json with images/, or infographicsvqa_qas/ with "
        "infographicsvqa_images/, or InfographicVQA/{train,validation}-*.parquet",
        fields={
            "questionId": "id of the question",
            "question": "the question",
            "image_local_name": "file name of the picture (`image` in parquet)",
            "answers": "all texts that are accepted",
            "answer_type, evidence, operation/reasoning": "lists; validation only",
            "ocr_output_file": "file of the OCR (`ocr` in parquet)",
        },
        sizes={"train": 23946, "val": 2801},
        source="https://www.docvqa.org/datasets/infographicvqa",
        citation="Mathew et al., InfographicVQA, WACV 2022, arXiv:2104.12756",
        repository="lmms-lab/DocVQA",
        patterns=("InfographicVQA/train-*.parquet", "InfographicVQA/validation-*.parquet"),
        manual="The training split: register at https://rrc.cvc.uab.es/?ch=17, download Task 3 and unpack "
        "infographicsvqa_qas and infographicsvqa_images into one folder.",
        notes="The 13th training set of the VISTA paper, whose appendix lists 15: left out are MathVision, a test set, "
        "and MathV360K, which holds problems of its evaluation sets.",
    )
    layouts = (
        Layout("original", _names(""), within="data", needs=("questionId", "image_local_name", "answers")),
        Layout(
            "task3", _names("infographicsvqa_qas/"), within="data", needs=("questionId", "image_local_name", "answers")
        ),
        Layout(
            "parquet",
            {"train": ("InfographicVQA/train-*.parquet",), "val": ("InfographicVQA/validation-*.parquet",)},
            needs=("questionId", "image", "answers", "image_url"),
        ),
    )

    def read(self, split: str) -> Rows:
        """The rows; of a file with question types and one without, the first."""
        paths = self.layout.paths(self.root, split)
        return Rows(*paths) if self.layout.name == "parquet" else Rows(paths[0], within=self.layout.within)

    def pictures(self, row: Row) -> list[Any]:
        """The infographic."""
        if self.layout.name == "parquet":
            return [row["image"]]
        folders = ["images", "infographicsvqa_images"]
        folders = folders[::-1] if self.layout.name == "task3" else folders
        places = [self.root / folder / row.need("image_local_name", str) for folder in folders]
        return [next((place for place in places if place.is_file()), places[0])]

    def to_sample(self, row: Row) -> Sample:
        """The question, as it is."""
        form = "a short text or number; several things with commas"
        return Sample(key=row.key, question=row.need("question", str), images=self.images(row), answer_format=form)

    def to_gold(self, row: Row) -> Gold:
        """All accepted answers, as the file has them; type, evidence and operation where it has them."""
        kinds = row.get("answer_type") or []
        facts = {name: row.get(name) for name in ("answer_type", "evidence", "operation/reasoning")}
        if self.config.ocr:
            facts["ocr"] = self._ocr(row)
        return Gold(answer=self._answers(row), kind=kinds[0] if kinds else "", **facts)

    def judge(self, row: Row, answer: str | None) -> Score:
        """ANLS with threshold 0.5, the best over the accepted answers in every order of their spans."""
        return scoring.anls(answer, self._orders(row))

    def row_id(self, row: Row) -> str:
        """The id of the question."""
        return str(row.need("questionId", int, str))

    def outside(self, row: Row) -> str:
        """There is an answer."""
        return "" if any(text.strip() for text in self._answers(row)) else "all answers are empty"

    def _answers(self, row: Row) -> list[str]:
        answers = row.need("answers", list)
        if not answers or not all(isinstance(text, str) for text in answers):
            raise row.wrong("should be a list of texts, and not empty", "answers")
        return list(answers)

    def _orders(self, row: Row) -> list[str]:
        kinds = row.get("answer_type") or [
            "Multi span"
        ]  # the training file does not say which answers have several spans
        found = dict.fromkeys(self._answers(row))
        for text in tuple(found) if "Multi span" in kinds else ():
            spans = text.split(", ")
            if 1 < len(spans) <= MOST_SPANS:
                found |= dict.fromkeys(", ".join(order) for order in itertools.permutations(spans))
        return list(found)

    def _ocr(self, row: Row) -> Any:
        """What the release's OCR read; None where the copy has nothing."""
        if self.layout.name == "parquet":
            return json.loads(row["ocr"]) if row.get("ocr") else None
        folder = "infographicsvqa_ocr" if self.layout.name == "task3" else "ocr"
        path = self.root / folder / str(row.get("ocr_output_file"))
        return json.loads(Path(self.located(path)).read_bytes()) if path.is_file() else None
