"""CLEVR-Math: arithmetic with the objects of a scene."""

from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Row, Sample, Score
from vista_core.scoring import numeric


class CLEVRMath(DatasetTask):
    """CLEVR-Math (Lindström and Abraham 2022).

    Two layouts: the authors' files (`clevr-math-test.json` of clevr-math.zip or clevr-math-multihop.zip, pictures of
    CLEVR and of clevr-math-test-images.zip in one tree), and the parquet files that the Hugging Face hub makes of
    dali-does/clevr-math. Give the folder of the configuration wanted: `general` or `multihop`.

    Example:
        >>> from vista_tasks_heldout.clevr_math import CLEVRMath
        >>> CLEVRMath.splits
        ('val', 'test')
    """

    name = "clevr_math"
    splits = ("val", "test")
    licence = "CC-BY-SA-4.0"
    held_out = True
    card = Card(
        tree="clevr-math-{val,test}.json, CLEVR_v1.0/images/{val,test}/*.png; or {validation,test}-*.parquet",
        fields={
            "question": "the question",
            "answer, label": "a whole number",
            "image_filename, split": "original: the picture, below CLEVR_v1.0/images/<split>",
            "image": "parquet: the picture",
            "template_filename, template": "kind of question: addition, subtraction, adversarial, ... (gold)",
            "id": "parquet: file name of the picture",
        },
        source="https://huggingface.co/datasets/dali-does/clevr-math",
        citation="Lindström and Abraham 2022 (arXiv:2208.05358)",
        repository="dali-does/clevr-math",
        patterns=("data/*.zip",),
        manual="Unpack data/clevr-math.zip (or -multihop) into the root, and clevr-math-test-images.zip and the val "
        "pictures of CLEVR_v1.0.zip into CLEVR_v1.0/images.",
        notes="The paper evaluates 930 questions and does not say which; all are given here.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"clevr-math-{split}.json",) for split in splits},
            within="questions",
            needs=("question", "answer", "image_filename", "split", "template_filename"),
        ),
        Layout(
            "parquet",
            {
                "val": ("validation-*.parquet", "data/validation-*.parquet", "validation/*.parquet"),
                "test": ("test-*.parquet", "data/test-*.parquet", "test/*.parquet"),
            },
            needs=("template", "id", "question", "image", "label"),
        ),
    )

    def pictures(self, row: Row) -> list[Any]:
        """The scene."""
        if self.layout.name == "parquet":
            return [row.need("image", dict)]
        return [f"CLEVR_v1.0/images/{row.need('split', str)}/{row.need('image_filename', str)}"]

    def to_sample(self, row: Row) -> Sample:
        """Question and scene."""
        return Sample(
            key=row.key,
            question=row.need("question", str),
            images=self.images(row),
            answer_format="a whole number",
        )

    def to_gold(self, row: Row) -> Gold:
        """The number and the kind of question."""
        kind = row.get("template") or row.need("template_filename", str).removesuffix(".json")
        return Gold(answer=_number(row), kind=kind)

    def judge(self, row: Row, answer: str | None) -> Score:
        """The very number."""
        return numeric(answer, _number(row))

    def outside(self, row: Row) -> str:
        """Scenes have ten objects at most, and no fewer than none."""
        return "" if 0 <= _number(row) <= 20 else f"{_number(row)} is no count of objects"


def _number(row: Row) -> int:
    return int(row.need("label", int) if "label" in row else row.need("answer", int, str))
