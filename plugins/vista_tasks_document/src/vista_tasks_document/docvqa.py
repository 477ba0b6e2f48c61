"""DocVQA: questions about scanned pages of industry documents (single-page task)."""

import json
from pathlib import Path
from typing import Any

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "val")


def _names(folder: str) -> dict[str, tuple[str, ...]]:
    return {split: (f"{folder}{split}_v1.0_withQT.json", f"{folder}{split}_v1.0.json") for split in SPLITS}


class DocVQAConfig(DatasetConfig):
    """Settings of `docvqa`."""

    ocr: bool = Field(False, description="put the page's text, as the release's OCR read it, into gold")


class DocVQA(DatasetTask):
    """Questions about one scanned page each, answered by text of the page.

    Expected below the root, one of
      the release as its archives unpack (`original`): {train,val}_v1.0_withQT.json (or _v1.0.json), pictures in
        {split}/documents/, OCR in {split}/ocr_results/;
      the release as the download page packs it today (`task1`): spdocvqa_qas/, spdocvqa_images/, spdocvqa_ocr/;
      lmms-lab/DocVQA (`parquet`): DocVQA/validation-*.parquet (and DocVQA/train-*.parquet of its first revisions).
    Fields: questionId, question, question_types, image, docId, ucsf_document_id, ucsf_document_page_no, answers,
    data_split.
    Sizes: train 39,463, val 5,349 questions; test (5,188) has no public answers, so it is no split here: answers to
    it are judged by the server of the challenge.

    Score: ANLS, the average normalised Levenshtein similarity with threshold 0.5, the best over all accepted answers.

    Licence: none is stated by the authors; the pages come from the UCSF Industry Documents Library, and the download
    page asks for a registration (lmms-lab's card says Apache-2.0). Source: https://www.docvqa.org. Cite Mathew et
    al., WACV 2021.
    Fetch: `vista tasks docvqa --fetch FOLDER` takes the validation split of lmms-lab/DocVQA; train by hand from
    https://rrc.cvc.uab.es/?ch=17 (Task 1), after registering.
    """

    name = "docvqa"
    splits = SPLITS
    licence = "not stated by the authors (lmms-lab's card: Apache-2.0)"
    Config = DocVQAConfig
    card = Card(
        tree="{train,val}_v1.0_withQT.json with {split}/documents/, or spdocvqa_qas/ with spdocvqa_images/, or "
        "DocVQA/{train,validation}-*.parquet",
        fields={
            "questionId": "id of the question",
            "question": "the question",
            "question_types": "list of kinds; missing in files without `withQT`",
            "image": "documents/NAME.png (bytes in parquet)",
            "docId, ucsf_document_id, ucsf_document_page_no": "the page",
            "answers": "all texts that are accepted",
        },
        sizes={"train": 39463, "val": 5349},
        source="https://www.docvqa.org",
        citation="Mathew, Karatzas, Jawahar, DocVQA: A Dataset for VQA on Document Images, WACV 2021, arXiv:2007.00398",
        repository="lmms-lab/DocVQA",
        patterns=("DocVQA/train-*.parquet", "DocVQA/validation-*.parquet"),
        manual="The training split: register at https://rrc.cvc.uab.es/?ch=17, download Task 1 and unpack "
        "spdocvqa_qas, spdocvqa_images (and spdocvqa_ocr) into one folder.",
        notes="The test split has no public answers; `val` is what can be scored.",
    )
    layouts = (
        Layout("original", _names(""), within="data", needs=("questionId", "image", "answers")),
        Layout("task1", _names("spdocvqa_qas/"), within="data", needs=("questionId", "image", "answers")),
        Layout(
            "parquet",
            {"train": ("DocVQA/train-*.parquet",), "val": ("DocVQA/validation-*.parquet",)},
            needs=("questionId", "image", "answers", "docId"),
        ),
    )

    def read(self, split: str) -> Rows:
        """The rows; of a file with question types and one without, the first."""
        paths = self.layout.paths(self.root, split)
        return Rows(*paths) if self.layout.name == "parquet" else Rows(paths[0], within=self.layout.within)

    def pictures(self, row: Row) -> list[Any]:
        """The page."""
        if self.layout.name == "parquet":
            return [row["image"]]
        name, base = row.need("image", str), row.file.parent
        places = [base / self._split(row) / name, base / name, self.root / "spdocvqa_images" / Path(name).name]
        places = places[::-1] if self.layout.name == "task1" else places
        return [next((place for place in places if place.is_file()), places[0])]

    def to_sample(self, row: Row) -> Sample:
        """The question, as it is."""
        question = row.need("question", str)
        return Sample(
            key=row.key, question=question, images=self.images(row), answer_format="text as it stands on the page"
        )

    def to_gold(self, row: Row) -> Gold:
        """All accepted answers; kinds of question; with `ocr`, the text of the page."""
        kinds = row.get("question_types") or []
        facts = {name: row.get(name) for name in ("docId", "ucsf_document_id", "ucsf_document_page_no")}
        if self.config.ocr:
            facts["ocr"] = self._ocr(row)
        return Gold(answer=self._answers(row), kind=kinds[0] if kinds else "", question_types=kinds, **facts)

    def judge(self, row: Row, answer: str | None) -> Score:
        """ANLS with threshold 0.5, the best over the accepted answers."""
        return scoring.anls(answer, self._answers(row))

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

    def _split(self, row: Row) -> str:
        return row.key.partition("/")[0] or row.file.name.partition("_")[0]

    def _ocr(self, row: Row) -> list[str] | None:
        """Lines of the page from the release's OCR file; None where the copy has none."""
        if self.layout.name == "parquet":
            return None
        name = Path(row.need("image", str)).stem + ".json"
        folder = (
            self.root / "spdocvqa_ocr"
            if self.layout.name == "task1"
            else row.file.parent / self._split(row) / "ocr_results"
        )
        if not (folder / name).is_file():
            return None
        with open(self.located(folder / name), encoding="utf-8") as file:
            found = json.load(file)
        return [line["text"] for page in found["recognitionResults"] for line in page["lines"]]
