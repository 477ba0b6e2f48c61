"""PlotQA: questions about plots of real data."""

from pathlib import Path

from vista_core import Card, DatasetTask, Gold, Layout, Row, Sample, Score
from vista_core.scoring import relaxed_accuracy

_FOLDERS = {"val": ("val", "validation"), "test": ("test",)}


def _layouts() -> tuple[Layout, ...]:
    """Version 2 before version 1 before a file without a version; each as a list, or as a list in `qa_pairs`."""
    found = []
    for version in ("_[vV]2", "_[vV]1", ""):
        files = {split: tuple(f"{name}/qa_pairs{version}.json" for name in names) for split, names in _FOLDERS.items()}
        needs = ("image_index", "question_string", "answer", "template")
        name = f"version {version[-1]}" if version else "original"
        found += [Layout(name, files, within="qa_pairs", needs=needs), Layout(f"{name}, a list", files, needs=needs)]
    return tuple(found)


class PlotQA(DatasetTask):
    """PlotQA (Methani et al. 2020, "PlotQA: Reasoning over Scientific Plots").

    Its question files have 8 and 29 million rows in all, so their index (16 bytes a row) is made once. Of a copy with
    both versions, version 2 is read, which holds version 1. The copies on the Hugging Face hub pair plots with tables
    and have no questions, so none of them is read.

    Example:
        >>> from vista_tasks_heldout.plotqa import PlotQA
        >>> PlotQA.layouts[0].within
        'qa_pairs'
    """

    name = "plotqa"
    splits = ("val", "test")
    licence = "CC-BY-4.0"
    held_out = True
    card = Card(
        tree="test/{qa_pairs_V1.json or qa_pairs_V2.json, png/<image_index>.png, annotations.json}, val/...",
        fields={
            "image_index": "number of the plot",
            "question_string": "the question",
            "answer": "a number, or a text (Yes, No, a label)",
            "answer_bbox": "where the answer stands in the plot, if it does (gold)",
            "template": "structural, data_retrieval, reasoning, ... (gold)",
            "type": "vbar_categorical, hbar_categorical, line or dot_line (gold)",
        },
        sizes={"val": 4360648, "test": 4342514},
        source="https://github.com/NiteshMethani/PlotQA",
        citation="Methani et al. 2020, WACV (arXiv:1909.00997)",
        manual="Take images and questions of a split from the links in PlotQA_Dataset.md of NiteshMethani/PlotQA and "
        "unpack them into test/png and test/qa_pairs_V2.json.",
        notes="Sizes are those of version 2. The paper evaluates 2,000 questions and does not say which.",
    )
    layouts = _layouts()

    def pictures(self, row: Row) -> list[Path]:
        """The plot."""
        return [row.file.parent / "png" / f"{row.need('image_index', int)}.png"]

    def to_sample(self, row: Row) -> Sample:
        """Question and plot."""
        form = "a number, or a label of the plot, or yes or no"
        return Sample(
            key=row.key, question=row.need("question_string", str), images=self.images(row), answer_format=form
        )

    def to_gold(self, row: Row) -> Gold:
        """The answer as a text, and how the question was made."""
        more = {name: row.get(name) for name in ("answer_bbox", "template", "type")}
        return Gold(answer=str(row.need("answer", str, int, float)), kind=row.need("template", str), **more)

    def judge(self, row: Row, answer: str | None) -> Score:
        """Within 5% for numbers, else the text."""
        return relaxed_accuracy(answer, row.need("answer", str, int, float))

    def row_id(self, row: Row) -> str:
        """The id that some releases give."""
        return str(row.get("question_id", row.get("qid", "")))
