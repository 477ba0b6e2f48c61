"""FigureQA: yes or no about synthetic scientific figures."""

import functools
from pathlib import Path
from typing import Any

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Row, Rows, Sample, Score, scoring

SPLITS = ("train1", "validation1", "validation2")
NO_COLOUR = "--None--"


class FigureQAConfig(DatasetConfig):
    """Settings of `figureqa`."""

    annotations: bool = Field(
        False, description="put the figure's source data into gold; annotations.json (gigabytes) is indexed once"
    )


class FigureQA(DatasetTask):
    """Questions from 15 templates about line plots, dot-line plots, bar charts and pies, each answered by yes or no.

    Expected below the root (the archives unpacked side by side):
      train1/, validation1/, validation2/, each with qa_pairs.json, png/{image_index}.png and, optionally,
      annotations.json. no_annot_test1/ and no_annot_test2/ have no answers and cannot be used for scoring; they are
      left alone.
    Fields of qa_pairs: question_string, question_id (the template), image_index, answer (0 or 1), color1_name,
    color1_id, color1_rgb and color2_*; where a question has one colour, color2 is "--None--", -1 and [-1, -1, -1].
    Sizes: train1 100,000 figures with about 1.3 million questions; validation1 (the colours of train1) and validation2
    (the other colour scheme) 20,000 figures each with about 250,000 questions.

    Score: yes or no. There is no Hugging Face copy with these splits and fields: HuggingFaceM4/the_cauldron has the
    training figures with rewritten questions, which is another data set.

    Licence: the repository's code is MIT; the data come under the terms of their download page. Source:
    https://www.microsoft.com/en-us/research/project/figureqa-dataset/. Cite Kahou et al., ICLR 2018 workshop.
    Fetch by hand: download and unpack the archives of train1 and of the validation sets from that page.
    """

    name = "figureqa"
    splits = SPLITS
    licence = "terms of the download page (Microsoft Research)"
    Config = FigureQAConfig
    card = Card(
        tree="{train1,validation1,validation2}/{qa_pairs.json, png/, [annotations.json]}",
        fields={
            "question_string": "the question",
            "question_id": "its template, 0 to 14",
            "image_index": "the figure: png/{image_index}.png",
            "answer": "0 no, 1 yes",
            "color1_name, color1_id, color1_rgb": "the plot element that is asked about",
            "color2_name, color2_id, color2_rgb": "the second one; --None--, -1, [-1, -1, -1] where there is none",
        },
        sizes={"train1": 1327368, "validation1": 265106, "validation2": 265798},
        source="https://www.microsoft.com/en-us/research/project/figureqa-dataset/",
        citation="Kahou et al., FigureQA: An Annotated Figure Dataset for Visual Reasoning, ICLR 2018 workshop, "
        "arXiv:1710.07300",
        manual="Download the archives of train1, validation1 and validation2 from the source page by hand and unpack "
        "them into one folder.",
        notes="The test sets have no public answers; validation2 has colours that training never shows.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"{split}/qa_pairs.json", f"*/{split}/qa_pairs.json") for split in SPLITS},
            within="qa_pairs",
            needs=("question_string", "image_index", "answer"),
        ),
    )

    def read(self, split: str) -> Rows:
        """The questions of the first folder of the split's name."""
        return Rows(self.layout.paths(self.root, split)[0], within=self.layout.within)

    def pictures(self, row: Row) -> list[Path]:
        """The figure."""
        return [row.file.parent / "png" / f"{row.need('image_index', int)}.png"]

    def to_sample(self, row: Row) -> Sample:
        """The question, as it is."""
        question = row.need("question_string", str)
        return Sample(key=row.key, question=question, images=self.images(row), answer_format="yes or no")

    def to_gold(self, row: Row) -> Gold:
        """Yes or no; the colours that are asked about; with `annotations`, what the figure was drawn from."""
        facts: dict[str, Any] = {"template": row.need("question_id", int), "colours": self._colours(row)}
        if self.config.annotations:
            facts["annotation"] = self._annotation(row)
        return Gold(answer="yes" if self._answer(row) else "no", kind=f"template_{facts['template']}", **facts)

    def judge(self, row: Row, answer: str | None) -> Score:
        """Yes or no."""
        return scoring.yes_no(answer, self._answer(row))

    def outside(self, row: Row) -> str:
        """Answers are 0 and 1."""
        return "" if row.need("answer", int) in (0, 1) else f"the answer is {row['answer']}, and should be 0 or 1"

    def _answer(self, row: Row) -> int:
        answer = row.need("answer", int)
        if answer not in (0, 1):
            raise row.wrong("should be 0 or 1", "answer")
        return int(answer)

    def _colours(self, row: Row) -> list[dict[str, Any]]:
        return [
            {"name": row[f"color{n}_name"], "id": row[f"color{n}_id"], "rgb": row[f"color{n}_rgb"]}
            for n in (1, 2)
            if row[f"color{n}_name"] != NO_COLOUR
        ]

    def _annotation(self, row: Row) -> dict[str, Any] | None:
        """The entry of annotations.json: the file lists the figures in the order of their indices."""
        path = row.file.with_name("annotations.json")
        if not path.is_file():
            return None
        index = row.need("image_index", int)
        entry = self._annotations(path)[index]
        if entry.need("image_index", int) != index:
            raise entry.wrong(f"should be {index}: the file is not in the order of its figures", "image_index")
        return dict(entry)

    @functools.cached_property
    def _annotation_files(self) -> dict[Path, Rows]:
        return {}

    def _annotations(self, path: Path) -> Rows:
        return self._annotation_files.setdefault(path, Rows(path))
