"""ChartQA: questions about bar, line and pie charts from four websites."""

import csv
import json
from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Row, Sample, Score, scoring

SPLITS = ("train", "val", "test")
_FILES = ("{0}/{1}/{1}_human.json", "{0}/{1}/{1}_augmented.json")


def _original(folder: str) -> dict[str, tuple[str, ...]]:
    return {split: tuple(name.format(folder, split).removeprefix("./") for name in _FILES) for split in SPLITS}


class ChartQA(DatasetTask):
    """Questions about charts: people's own (human), and some made from people's summaries (augmented).

    Expected below the root, one of
      the release (`original`): train/, val/, test/, each with {split}_human.json, {split}_augmented.json, png/ and,
        where the full release was taken, tables/ and annotations/; the folder `ChartQA Dataset` may lie around them;
      HuggingFaceM4/ChartQA (`parquet`): data/{train,val,test}-*.parquet with image, query, label, human_or_machine;
      lmms-lab/ChartQA (`lmms`): data/test-*.parquet with image, question, answer, type.
    Fields: imgname, query, label. Sizes: train 28,299, val 1,920, test 2,500 (1,250 human, 1,250 augmented).

    Score: relaxed accuracy, as the paper defines it: numbers within 5% of the gold number, everything else exactly. A
    problem's kind is `human` or `augmented`, and results are usually given for both. Gold also has the chart's data
    table and annotation where the copy has them.

    Licence: GPL-3.0. Source: https://github.com/vis-nlp/ChartQA. Cite Masry et al., Findings of ACL 2022.
    Fetch: `vista tasks chartqa --fetch FOLDER` takes HuggingFaceM4/ChartQA; tables and annotations are only in the
    release.

    The VISTA paper trains on 1,500 problems and tests on 1,250, and does not say which 1,250 of the 2,500 (or whether
    it is one of the halves); recipes/data_vista_r1.yaml draws from all.
    """

    name = "chartqa"
    splits = SPLITS
    licence = "GPL-3.0"
    card = Card(
        tree="{train,val,test}/{png/, {split}_human.json, {split}_augmented.json, [tables/], [annotations/]}, or "
        "data/{train,val,test}-*.parquet",
        fields={
            "imgname": "file name of the chart below png/ (`image` in parquet)",
            "query": "the question (`question` in lmms-lab/ChartQA)",
            "label": "the answer, a text; a list of one text in HuggingFaceM4/ChartQA (`answer` in lmms-lab/ChartQA)",
            "human_or_machine": "0 human, 1 augmented (HuggingFaceM4/ChartQA; `type` in lmms-lab/ChartQA)",
        },
        sizes={"train": 28299, "val": 1920, "test": 2500},
        source="https://github.com/vis-nlp/ChartQA",
        citation="Masry et al., ChartQA: A Benchmark for Question Answering about Charts with Visual and Logical "
        "Reasoning, Findings of ACL 2022",
        repository="HuggingFaceM4/ChartQA",
        patterns=("data/*.parquet",),
        manual="Data tables and annotations come with the release alone: unpack `ChartQA Dataset.zip` of the Hugging "
        "Face data set ahmed-masry/ChartQA.",
        notes="The VISTA paper does not say which 1,250 of the 2,500 test problems it uses; all are here, with their "
        "kind.",
    )
    layouts = (
        Layout("original", _original("."), needs=("imgname", "query", "label")),
        Layout("original", _original("ChartQA Dataset"), needs=("imgname", "query", "label")),
        Layout("parquet", {s: (f"data/{s}-*.parquet",) for s in SPLITS}, needs=("image", "query", "label")),
        Layout("lmms", {"test": ("data/test-*.parquet",)}, needs=("image", "question", "answer", "type")),
    )

    def pictures(self, row: Row) -> list[Any]:
        """The chart."""
        if self.layout.name == "original":
            return [row.file.parent / "png" / row.need("imgname", str)]
        return [row["image"]]

    def to_sample(self, row: Row) -> Sample:
        """The question, as it is."""
        text = row.need("question" if self.layout.name == "lmms" else "query", str)
        return Sample(
            key=row.key, question=text, images=self.images(row), answer_format="a number, a word or a short phrase"
        )

    def to_gold(self, row: Row) -> Gold:
        """The answer; who asked; table and annotation of the chart where the copy has them."""
        return Gold(answer=self._label(row), kind=self._kind(row), **self._behind(row))

    def judge(self, row: Row, answer: str | None) -> Score:
        """Relaxed accuracy."""
        return scoring.relaxed_accuracy(answer, self._label(row))

    def outside(self, row: Row) -> str:
        """A chart question has an answer."""
        return "" if self._label(row).strip() else "the label is empty"

    def _label(self, row: Row) -> str:
        if self.layout.name == "lmms":
            return str(row.need("answer", str))
        label = row.need("label", str, list, int, float)
        if not isinstance(label, list):
            return str(label)
        if len(label) != 1 or not isinstance(label[0], str):
            raise row.wrong("should be a list of one text", "label")
        return str(label[0])

    def _kind(self, row: Row) -> str:
        if self.layout.name == "original":
            return row.file.stem.partition("_")[2]
        if self.layout.name == "lmms":
            return str(row.need("type", str)).removesuffix("_test")
        return ("human", "augmented")[row.need("human_or_machine", int)]

    def _behind(self, row: Row) -> dict[str, Any]:
        """What the chart was drawn from."""
        if self.layout.name != "original":
            return {}
        facts: dict[str, Any] = {}
        stem = row.need("imgname", str).removesuffix(".png")
        for field, name in (("table", f"tables/{stem}.csv"), ("annotation", f"annotations/{stem}.json")):
            path = row.file.parent / name
            if path.is_file():
                with open(self.located(path), encoding="utf-8", newline="") as file:
                    facts[field] = list(csv.reader(file)) if field == "table" else json.load(file)
        return facts
