"""Geometry3K: high-school geometry with formal annotations."""

import json
from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Row, Sample, Score
from vista_core.scoring import geometry_choice, math_equal

_FORMS = ("text_logic_form", "diagram_logic_form", "line_instances", "point_positions", "circle_instances")


class Geometry3K(DatasetTask):
    """Geometry3K (Lu et al. 2021, "Inter-GPS").

    Two layouts: the release, a folder a problem; and hiyouga/geometry3k on the Hugging Face hub, which has no choices
    and asks for the value. Logic forms and values are gold. Of the two pictures of a problem the one without added
    letters (`img_diagram.png`) is shown.

    Example:
        >>> from vista_tasks_geometry.geometry3k import Geometry3K
        >>> Geometry3K.card.sizes["train"]
        2101
    """

    name = "geometry3k"
    splits = ("train", "val", "test")
    licence = "CC-BY-SA-4.0"
    card = Card(
        tree="{train,val,test}/<id>/{data.json, logic_form.json, img_diagram.png, img_diagram_point.png}; or "
        "data/{train,validation,test}-*.parquet",
        fields={
            "problem_text, compact_text, annotat_text": "the question: as printed, without spaces, in LaTeX",
            "choices, compact_choices": "four texts",
            "precise_value, rough_value": "their values (gold)",
            "answer": "letter of the right choice; parquet: the value",
            "unit": "unit of the answer (gold)",
            "problem_type_graph, problem_type_goal": "kinds of figure and goal (gold)",
            "id, data_type": "number of the problem; train, val or test",
            "logic_form.json": "text and diagram as logic forms, points, lines, circles (gold)",
            "images, problem": "parquet: a list of one picture; the question after `<image>`",
        },
        sizes={"train": 2101, "val": 300, "test": 601},
        source="https://github.com/lupantech/InterGPS",
        citation="Lu et al. 2021, ACL (arXiv:2105.04165)",
        repository="hiyouga/geometry3k",
        patterns=("data/*.parquet",),
        notes="`--fetch` takes the parquet form; the release is data/geometry3k.zip of lupantech/InterGPS.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"{split}/*/data.json",) for split in splits},
            within=".",
            needs=("problem_text", "choices", "answer", "id"),
        ),
        Layout(
            "parquet",
            {split: (f"data/{'validation' if split == 'val' else split}-*.parquet",) for split in splits},
            needs=("images", "problem", "answer"),
        ),
    )

    def pictures(self, row: Row) -> list[Any]:
        """The diagram."""
        return (
            list(row.need("images", list)) if self.layout.name == "parquet" else [row.file.parent / "img_diagram.png"]
        )

    def to_sample(self, row: Row) -> Sample:
        """Question, diagram, choices."""
        if self.layout.name == "parquet":
            question = row.need("problem", str).replace("<image>", "").strip()
            return Sample(key=row.key, question=question, images=self.images(row), answer_format="a number")
        return Sample(
            key=row.key,
            question=row.need("problem_text", str),
            images=self.images(row),
            choices=tuple(row.need("choices", list)),
            answer_format="one of the choices",
        )

    def to_gold(self, row: Row) -> Gold:
        """The right choice, and the logic forms where the copy has them."""
        if self.layout.name == "parquet":
            return Gold(answer=row.need("answer", str))
        place, file = _right(row), row.file.with_name("logic_form.json")
        forms = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return Gold(
            answer=row["choices"][place],
            kind="/".join(row.get("problem_type_goal") or ()),
            letter=row["answer"],
            precise_value=row.get("precise_value"),
            unit=row.get("unit"),
            problem_type_graph=row.get("problem_type_graph"),
            **{name: forms.get(name) for name in _FORMS},
        )

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice by letter, text or value; without choices the value in any form."""
        if self.layout.name == "parquet":
            return math_equal(answer, row.need("answer", str))
        return geometry_choice(answer, _right(row), row["choices"], row.get("precise_value"))

    def row_id(self, row: Row) -> str:
        """The number of the problem."""
        return str(row.get("id", ""))


def _right(row: Row) -> int:
    place = "ABCDEFGH".find(row.need("answer", str).strip() or "?")
    if not 0 <= place < len(row.need("choices", list)):
        raise row.wrong(f"should be the letter of a choice, and is {row['answer']!r}", "answer")
    return place
