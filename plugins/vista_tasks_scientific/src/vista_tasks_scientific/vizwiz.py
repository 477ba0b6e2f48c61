"""VizWiz: pictures taken and questions spoken by blind people."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Picked, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "val")
UNANSWERABLE = "unanswerable"


class VizWizConfig(DatasetConfig):
    """Settings of `vizwiz`."""

    questions: Literal["all", "answerable"] = Field(
        "all", description="all, or only those that somebody could answer from the picture"
    )


class VizWiz(DatasetTask):
    """Spoken questions about everyday pictures, each answered by ten people; `unanswerable` is an answer.

    Expected below the root, one of
      the archives unpacked side by side (`original`): Annotations/{train,val}.json (or annotations/), train/, val/;
      lmms-lab/VizWiz-VQA (`parquet`): data/val-*.parquet.
    Fields: image, question, answers (ten of {answer, answer_confidence}), answer_type (other, unanswerable, yes/no,
      number), answerable (0 or 1); in parquet question_id, image, question, answers (texts), category.
    Sizes: train 20,523, val 4,319; test (8,000) has no public answers and is no split here.

    Score: VQA accuracy as VizWiz and lmms-eval compute it: answers are normalised (case, articles, punctuation,
    number words), and an answer is worth the mean over the ten people of min(1, matches among the other nine / 3).
    Some answers of the training file are empty texts: they are kept, since they count as people, and match nothing.
    The gold answer is what most said.

    Licence: CC BY 4.0. Source: https://vizwiz.org/tasks-and-datasets/vqa/. Cite Gurari et al., CVPR 2018.
    Fetch: `vista tasks vizwiz --fetch FOLDER` takes lmms-lab/VizWiz-VQA (validation); train by hand from the source.
    """

    name = "vizwiz"
    splits = SPLITS
    licence = "CC-BY-4.0"
    Config = VizWizConfig
    card = Card(
        tree="Annotations/{train,val}.json with train/ and val/, or data/val-*.parquet",
        fields={
            "image": "file name of the picture below the split's folder (bytes in parquet)",
            "question": "the question, as it was spoken",
            "answers": "ten of {answer, answer_confidence: yes, maybe or no} (texts alone in parquet)",
            "answer_type": "other, unanswerable, yes/no or number (`category` in parquet)",
            "answerable": "1 where somebody could answer (not in parquet)",
        },
        sizes={"train": 20523, "val": 4319},
        source="https://vizwiz.org/tasks-and-datasets/vqa/",
        citation="Gurari et al., VizWiz Grand Challenge: Answering Visual Questions from Blind People, CVPR 2018",
        repository="lmms-lab/VizWiz-VQA",
        patterns=("data/val-*.parquet",),
        manual="The training split: download train.zip, val.zip and Annotations.zip from the source page and unpack "
        "them into one folder.",
        notes="The VISTA paper trains on 200 problems and names no rule for unanswerable ones; they are kept.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"Annotations/{split}.json", f"annotations/{split}.json") for split in SPLITS},
            needs=("image", "question", "answers"),
        ),
        Layout("parquet", {"val": ("data/val-*.parquet",)}, needs=("question_id", "image", "question", "answers")),
    )

    def read(self, split: str) -> Sequence[Row]:
        """The rows; with `questions=answerable` those that somebody could answer."""
        paths = self.layout.paths(self.root, split)
        # Where names do not tell capitals apart, Annotations/ and annotations/ are the same file.
        rows = Rows(*(paths if self.layout.name == "parquet" else paths[:1]))
        if self.config.questions == "all":
            return rows
        return Picked(rows, [number for number, row in enumerate(rows) if self._kind(row) != UNANSWERABLE])

    def pictures(self, row: Row) -> list[Any]:
        """The photograph."""
        if self.layout.name == "parquet":
            return [row["image"]]
        name = Path(row.need("image", str)).name
        places = [
            self.root / folder / name for folder in (row.file.stem, f"images/{row.file.stem}", "images", "Images")
        ]
        return [next((place for place in places if place.is_file()), places[0])]

    def to_sample(self, row: Row) -> Sample:
        """The question, as it was spoken."""
        form = f"a word or a short phrase; {UNANSWERABLE} where the picture does not tell"
        return Sample(key=row.key, question=row.need("question", str), images=self.images(row), answer_format=form)

    def to_gold(self, row: Row) -> Gold:
        """What most people said, all that was said, and how sure they were."""
        said = self._said(row)
        sure = [one.get("answer_confidence") for one in row["answers"] if isinstance(one, dict)]
        # Counter keeps the order of first mention among equals.
        most = Counter(text for text in said if text.strip()).most_common(1)
        if not most:
            raise row.wrong("should hold an answer that is not empty", "answers")
        return Gold(
            answer=most[0][0], kind=self._kind(row), answers=said, confidences=sure, answerable=row.get("answerable")
        )

    def judge(self, row: Row, answer: str | None) -> Score:
        """VQA accuracy over the ten answers."""
        return scoring.vqa_accuracy(answer, self._said(row))

    def row_id(self, row: Row) -> str:
        """The name of the picture: each has one question."""
        return str(row.need("question_id", str)) if self.layout.name == "parquet" else str(row.need("image", str))

    def outside(self, row: Row) -> str:
        """Somebody said something."""
        return "" if any(text.strip() for text in self._said(row)) else "all answers are empty"

    def _said(self, row: Row) -> list[str]:
        answers = row.need("answers", list)
        said = [one["answer"] if isinstance(one, dict) else one for one in answers]
        if not said or not all(isinstance(text, str) for text in said):
            raise row.wrong("should be a list of answers, and not empty", "answers")
        return said

    def _kind(self, row: Row) -> str:
        return str(row.get("answer_type") or row.get("category") or "")
