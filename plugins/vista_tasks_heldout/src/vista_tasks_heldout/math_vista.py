"""MathVista: mathematics in pictures, from 31 data sets."""

import json
from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Row, Sample, Score
from vista_core.scoring import mathvista, multiple_choice, read_value

_NEEDS = ("pid", "question", "image", "choices", "precision", "answer", "question_type", "answer_type")


class MathVista(DatasetTask):
    """MathVista (Lu et al. 2024).

    Scoring has two steps, as the authors' has. Theirs first asks GPT-4 for the answer in a response; here the answer is
    there already, and is read strictly: a choice has to be named, a number has to be one number. What was read goes
    through their normalisation and comparison (`vista_core.scoring.mathvista`). Without the first step any text
    would count as the nearest choice.

    Two layouts: parquet of AI4Math/MathVista, and the authors' `testmini.json` with `images/`. The answers of the
    `test` split are not public.

    Example:
        >>> from vista_tasks_heldout.math_vista import MathVista
        >>> MathVista.card.sizes
        {'testmini': 1000}
    """

    name = "mathvista"
    splits = ("testmini",)
    licence = "CC-BY-SA-4.0"
    held_out = True
    card = Card(
        tree="data/testmini-*.parquet; or testmini.json (or data/testmini.json) and images/<n>.jpg",
        fields={
            "pid": "id of the problem",
            "question": "the question",
            "image, decoded_image": "path of the picture; parquet: the picture",
            "choices": "list of texts, or null",
            "unit": "unit of the answer, or null",
            "precision": "decimals of a float answer, or null",
            "answer": "text (not public for the split test)",
            "question_type": "multi_choice or free_form",
            "answer_type": "text, integer, float or list",
            "metadata": "source, task, context, category, grade, skills, language, img_height, img_width (gold)",
        },
        sizes={"testmini": 1000},
        source="https://huggingface.co/datasets/AI4Math/MathVista",
        citation="Lu et al. 2024, ICLR (arXiv:2310.02255)",
        repository="AI4Math/MathVista",
        patterns=("data/testmini-*",),
        notes="Parts of its sources (CLEVR-Math, IconQA, TabMWP, ChartQA, ...) are data sets of this project, too; "
        "`vista tasks overlap` finds shared pictures.",
    )
    layouts = (
        Layout("parquet", {"testmini": ("data/testmini-*.parquet",)}, needs=(*_NEEDS, "decoded_image")),
        Layout("original", {"testmini": ("testmini.json", "data/testmini.json")}, needs=_NEEDS),
    )

    def pictures(self, row: Row) -> list[Any]:
        """The picture."""
        return [row.need("decoded_image", dict) if self.layout.name == "parquet" else row.need("image", str)]

    def to_sample(self, row: Row) -> Sample:
        """Question with its unit, picture, choices."""
        unit, choices = row.get("unit"), row.need("choices", list, type(None))
        question = f"{row.need('question', str)} (Unit: {unit})" if unit else row.need("question", str)
        return Sample(
            key=row.key,
            question=question,
            images=self.images(row),
            choices=tuple(choices) if choices else None,
            answer_format=_form(row),
        )

    def to_gold(self, row: Row) -> Gold:
        """The answer, and where the problem is from."""
        kind = f"{row.need('question_type', str)}/{row.need('answer_type', str)}"
        return Gold(answer=row.need("answer", str), kind=kind, unit=row.get("unit"), metadata=row.get("metadata"))

    def judge(self, row: Row, answer: str | None) -> Score:
        """Read strictly, then scored as the authors do."""
        kinds = row.need("question_type", str), row.need("answer_type", str)
        return mathvista(_read(row, answer), row.need("answer", str), *kinds, row["choices"], row["precision"])

    def row_id(self, row: Row) -> str:
        """The id of the problem."""
        return str(row.need("pid", str, int))

    def outside(self, row: Row) -> str:
        """An answer that is none of its choices."""
        choices = row["choices"] or ()
        return f"the answer {row['answer']!r} is none of {choices}" if choices and row["answer"] not in choices else ""


def _form(row: Row) -> str:
    kind = row.need("answer_type", str)
    if row.need("question_type", str) == "multi_choice":
        return "one of the choices"
    decimals = f" with {int(row['precision'])} decimals" if row.get("precision") else ""
    return {"integer": "a whole number", "float": f"a number{decimals}", "list": "a list such as [1, 2]"}.get(kind, "")


def _read(row: Row, answer: str | None) -> str | None:
    """What the authors' extraction would give: a letter, a number, a list; None where the answer is none of these."""
    if answer is None or not answer.strip():
        return None
    kind = row["answer_type"]
    if row["question_type"] == "multi_choice":
        choices = row.need("choices", list)
        named = (place for place in range(len(choices)) if multiple_choice(answer, place, choices).correct)
        return next((chr(65 + place) for place in named), None)
    if kind in ("integer", "float"):
        value = read_value(answer)
        return None if value is None else repr(value.number)
    if kind == "list":
        try:
            values = json.loads(answer)
        except (ValueError, RecursionError):
            return None
        return str(values) if isinstance(values, list) else None
    return answer.strip()
