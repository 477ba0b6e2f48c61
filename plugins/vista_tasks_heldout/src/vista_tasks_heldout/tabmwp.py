"""TABMWP: word problems over a table that is shown as a picture."""

from collections.abc import Sequence

from vista_core import Card, DatasetTask, Gold, Layout, Picked, Row, Sample, Score
from vista_core.scoring import tabmwp

_NEEDS = ("question", "choices", "answer", "unit", "table", "ques_type", "ans_type")


class TabMWP(DatasetTask):
    """TABMWP (Lu et al. 2023, "Dynamic Prompt Learning via Policy Gradient for ... Mathematical Reasoning").

    The agent sees the picture of the table, the question and, for `multi_choice`, the choices. The table as text, its
    title, the solution and the kind of answer are gold. The unit is told, as the authors' prompt tells it.

    Two layouts: the release (`problems_dev.json`, `problems_test.json`), and one `problems.json` whose records name
    their split. The copies on the Hugging Face hub have no pictures, so none of them is read.

    Example:
        >>> from vista_tasks_heldout.tabmwp import TabMWP
        >>> TabMWP.held_out, TabMWP.card.sizes["test"]
        (True, 7686)
    """

    name = "tabmwp"
    splits = ("dev", "test")
    licence = "CC-BY-NC-SA-4.0"
    held_out = True
    card = Card(
        tree="problems_dev.json, problems_test.json (or problems.json), tables/<id>.png",
        fields={
            "question": "the question",
            "choices": "list of texts, or null for free_text",
            "answer": "text: a number, a fraction or one of the choices",
            "unit": "unit of the answer, or null",
            "table_title, table, table_for_pd": "the table as text and as columns (gold)",
            "row_num, column_num": "size of the table (gold)",
            "solution": "worked solution (gold)",
            "ques_type": "free_text or multi_choice",
            "ans_type": "integer_number, decimal_number, extractive_text, boolean_text or other_text (gold)",
            "grade, split": "school grade 1 to 8; train, dev or test",
        },
        sizes={"dev": 7686, "test": 7686},
        source="https://github.com/lupantech/PromptPG/tree/main/data/tabmwp",
        citation="Lu et al. 2023, ICLR (arXiv:2209.14610)",
        non_commercial=True,
        manual="git clone https://github.com/lupantech/PromptPG; the root is its folder data/tabmwp.",
        notes="The paper evaluates 970 of the 7,686 test problems and does not say which; all are given here.",
    )
    layouts = (
        Layout("original", {split: (f"problems_{split}.json",) for split in splits}, needs=_NEEDS),
        Layout("one file", {split: ("problems.json",) for split in splits}, needs=(*_NEEDS, "split")),
    )

    def present(self) -> tuple[str, ...]:
        """The splits of this copy; one file names them in its records."""
        if self.layout.name == "original":
            return super().present()
        return tuple(split for split in type(self).splits if len(self.rows(split)))

    def read(self, split: str) -> Sequence[Row]:
        """The rows of a split."""
        rows = super().read(split)
        if self.layout.name == "original":
            return rows
        return Picked(rows, [number for number, row in enumerate(rows) if row.need("split", str) == split])

    def pictures(self, row: Row) -> list[str]:
        """The picture of the table."""
        return [f"tables/{row.name}.png"]

    def to_sample(self, row: Row) -> Sample:
        """Question, picture, and the choices where there are some."""
        choices, unit = row.need("choices", list, type(None)), row.need("unit", str, type(None))
        form = "one of the choices" if choices else f"a number (unit: {unit})" if unit else "a number"
        return Sample(
            key=row.key,
            question=row.need("question", str),
            images=self.images(row),
            choices=tuple(choices) if choices else None,
            answer_format=form,
        )

    def to_gold(self, row: Row) -> Gold:
        """Answer, table and solution."""
        more = ("unit", "table_title", "table", "table_for_pd", "solution", "ans_type", "grade")
        return Gold(
            answer=row.need("answer", str), kind=row.need("ques_type", str), **{name: row.get(name) for name in more}
        )

    def judge(self, row: Row, answer: str | None) -> Score:
        """The authors' normalised equality; with choices, the right one has to be named."""
        return tabmwp(answer, row.need("answer", str), choices=row["choices"], unit=row["unit"])

    def outside(self, row: Row) -> str:
        """An answer that is none of its choices."""
        choices = row.need("choices", list, type(None))
        return f"the answer {row['answer']!r} is none of {choices}" if choices and row["answer"] not in choices else ""
