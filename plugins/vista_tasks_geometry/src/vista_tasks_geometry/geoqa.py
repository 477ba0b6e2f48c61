"""GeoQA: Chinese geometry problems with programs that solve them."""

import re
from typing import Any

from vista_core import Card, Gold, Layout, Row, Sample, Score
from vista_core.scoring import math_equal

from vista_tasks_geometry.problems import PickledTask, filled, picture

_TAGGED = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


class GeoQA(PickledTask):
    """GeoQA (Chen et al. 2021).

    Two layouts: the pickles of the release (Chinese, four choices), and parquet with `image`, `problem` and `solution`,
    the form in which RL recipes use it in English (leonardPKU/GEOQA_R1V_Train_8K; it has no choices, and only a
    training split). Programs, knowledge points and solutions are gold. The split `val` is the file `dev.pk`.

    Example:
        >>> from vista_tasks_geometry.geoqa import GeoQA
        >>> GeoQA.splits
        ('train', 'val', 'test')
    """

    name = "geoqa"
    splits = ("train", "val", "test")
    licence = "not stated"
    card = Card(
        tree="GeoQA2.2/{train,dev,test}.pk, sub_dataset_dict.pk (or the files themselves); or data/train-*.parquet",
        fields={
            "id": "number of the problem",
            "image": "diagram, an array of shape (H, W)",
            "subject, token_list": "the question in Chinese: as text; as tokens with N_0, N_1, ... for numbers",
            "numbers": "the numbers of the question",
            "choices, choice_nums": "four texts; their values, or null",
            "label": "index of the right choice from 0",
            "manual_program, formal_point": "program and knowledge points (gold)",
            "answer": "solution in Chinese (gold)",
            "problem, solution": "parquet: the question; text with the answer in <answer> tags (gold)",
        },
        sizes={"train": 3499, "val": 745, "test": 754},
        source="https://github.com/chen-judge/GeoQA",
        citation="Chen et al. 2021, Findings of ACL (arXiv:2105.14517)",
        manual="Take GeoQA2.2 from the link in the README of chen-judge/GeoQA and unpack it into the root; or fetch "
        "leonardPKU/GEOQA_R1V_Train_8K for training.",
        notes="The paper evaluates 500 of the 754 test problems and does not say which.",
    )
    layouts = (
        Layout(
            "original",
            {split: (f"{name}.pk", f"GeoQA2.2/{name}.pk", f"data/GeoQA2.2/{name}.pk")
             for split, name in (("train", "train"), ("val", "dev"), ("test", "test"))},
            needs=("id", "image", "choice_nums", "label", "numbers"),
        ),
        Layout("parquet", {"train": ("data/train-*.parquet",)}, needs=("image", "problem", "solution")),
    )  # fmt: skip

    def pictures(self, row: Row) -> list[Any]:
        """The diagram."""
        return [row.need("image", dict)] if self.layout.name == "parquet" else [picture(row, "image")]

    def to_sample(self, row: Row) -> Sample:
        """Question, diagram, choices."""
        if self.layout.name == "parquet":
            return Sample(
                key=row.key, question=row.need("problem", str), images=self.images(row), answer_format="a number"
            )
        question = row.get("subject") or filled("".join(row.need("token_list", list)), row["numbers"])
        return self.chosen_sample(row, question)

    def to_gold(self, row: Row) -> Gold:
        """The right choice, program and solution."""
        if self.layout.name == "parquet":
            return Gold(answer=_tagged(row), solution=row["solution"])
        return self.chosen_gold(row)

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice by letter, text or value; without choices the value in any form."""
        if self.layout.name == "parquet":
            return math_equal(answer, _tagged(row))
        return self.chosen_score(row, answer)


def _tagged(row: Row) -> str:
    found = _TAGGED.search(row.need("solution", str))
    if found is None or not found[1].strip():
        raise row.wrong("has no <answer>", "solution")
    return found[1].strip()
