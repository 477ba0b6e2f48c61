"""AI2D: questions about diagrams of school science, with four choices."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Picked, Row, Sample, Score
from vista_core.scoring import multiple_choice


class AI2D(DatasetTask):
    """AI2D (Kembhavi et al. 2016, "A Diagram Is Worth A Dozen Images").

    Two layouts. `parquet` is lmms-lab/ai2d: 3,088 test questions, letters drawn where a question names parts by letter.
    `original` is ai2d-all.zip with ai2d_test_ids.csv beside it: one file of questions a picture; where `abcLabel` is
    set, the letters of the annotation are drawn over the words here, as the converters of others do.

    Example:
        >>> from vista_tasks_heldout.ai2d import AI2D
        >>> AI2D.splits
        ('test',)
    """

    name = "ai2d"
    splits = ("test",)
    licence = "CC-BY-SA-4.0"
    held_out = True
    card = Card(
        tree="data/test-*.parquet, or questions/<image>.json, annotations/<image>.json, images/, ai2d_test_ids.csv",
        fields={
            "question": "the question (original: the key of its record)",
            "options, answerTexts": "the choices",
            "answer, correctAnswer": "index of the right choice from 0; a text in parquet",
            "image": "the diagram",
            "abcLabel": "original: whether letters replace the words of the picture",
            "questionId": "original: its id",
        },
        sizes={"test": 3088},
        source="https://prior.allenai.org/projects/diagram-understanding",
        citation="Kembhavi et al. 2016, ECCV (arXiv:1603.07396)",
        repository="lmms-lab/ai2d",
        patterns=("data/*.parquet",),
        notes="The paper evaluates 810 questions and does not say which; all are given here.",
    )
    layouts = (
        Layout("parquet", {"test": ("data/test-*.parquet",)}, needs=("question", "options", "answer", "image")),
        Layout("original", {"test": ("questions/*.json",)}, within="questions", needs=("answerTexts", "correctAnswer")),
    )

    def read(self, split: str) -> Sequence[Row]:
        """The rows; of the original release those whose picture is listed for testing."""
        rows = super().read(split)
        listed = self.root / "ai2d_test_ids.csv"
        if self.layout.name == "parquet":
            return rows
        tested = set(self.located(listed.name).read_text().split())  # type: ignore[union-attr]
        return Picked(rows, [number for number, row in enumerate(rows) if row.file.name.split(".")[0] in tested])

    def pictures(self, row: Row) -> list[Any]:
        """The diagram; with its letters, where the question needs them."""
        if self.layout.name == "parquet":
            return [row.need("image", dict)]
        picture = self.located(f"images/{row.file.stem}")
        if not row.get("abcLabel"):
            return [picture]
        return [lettered(Path(str(picture)), Path(str(self.located(f"annotations/{row.file.name}"))))]

    def to_sample(self, row: Row) -> Sample:
        """Question, diagram and choices."""
        question = row.need("question", str) if self.layout.name == "parquet" else row.name
        return Sample(
            key=row.key,
            question=question,
            images=self.images(row),
            choices=tuple(_choices(row)),
            answer_format="one of the choices",
        )

    def to_gold(self, row: Row) -> Gold:
        """The text of the right choice."""
        return Gold(answer=_choices(row)[_right(row)], kind="abc" if row.get("abcLabel") else "", index=_right(row))

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice by letter or text (lmms-eval: the letter)."""
        return multiple_choice(answer, _right(row), _choices(row))

    def row_id(self, row: Row) -> str:
        """The id of a question of the original release."""
        return str(row.get("questionId", ""))

    def outside(self, row: Row) -> str:
        """An index that no choice has."""
        return "" if 0 <= _right(row) < len(_choices(row)) else f"there is no choice number {_right(row)}"


def lettered(picture: Path, annotation: Path) -> bytes:
    """The diagram with the letters of its annotation over its words, as a PNG.

    Args:
        picture: The diagram.
        annotation: Its annotation: `text` has boxes with `rectangle` ((x1, y1), (x2, y2)) and `replacementText`.

    Example:
        >>> from vista_tasks_heldout.ai2d import lettered
        >>> lettered(Path("none.png"), Path("none.json"))
        Traceback (most recent call last):
        FileNotFoundError: [Errno 2] No such file or directory: 'none.png'
    """
    from PIL import Image, ImageDraw

    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    draw = ImageDraw.Draw(image)
    for box in json.loads(annotation.read_text(encoding="utf-8"))["text"].values():
        if not box.get("replacementText"):
            continue
        (left, top), (right, bottom) = box["rectangle"]
        draw.rectangle((left, top, right, bottom), fill="white", outline="black")
        size = max(min(bottom - top, 40) * 0.9, 8)
        middle = ((left + right) / 2, (top + bottom) / 2)
        draw.text(middle, box["replacementText"][:2], fill="black", anchor="mm", font_size=size)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _choices(row: Row) -> list[str]:
    texts: list[str] = row.need("options", list) if "options" in row else row.need("answerTexts", list)
    return texts


def _right(row: Row) -> int:
    return int(row.need("answer", str, int)) if "options" in row else int(row.need("correctAnswer", int))
