"""IconQA: questions about abstract pictures; choices are pictures, texts, or there are none."""

import re
from typing import Any

from vista_core import Card, DatasetTask, Gold, Layout, Picked, Row, Rows, Sample, Score
from vista_core.scoring import exact_text, multiple_choice, numeric, read_number

_TASKS = ("choose_img", "choose_txt", "fill_in_blank")
_ORDINALS = ("first picture", "second picture", "third picture", "fourth picture", "fifth picture")
_NEEDS = ("question", "answer", "ques_type")


class IconQA(DatasetTask):
    """IconQA (Lu et al. 2021).

    Three layouts: `original` has problems.json over all pictures; `folders` reads the data.json of each problem's
    folder, for copies without it; `parquet` is lmms-lab/ICON-QA, where choices are one text with commas, and the answer
    is the choice. For `choose_img` the pictures are the question's and then up to five choices, which are named
    `first picture` and so on after their order among the choices.

    Example:
        >>> from vista_tasks_heldout.iconqa import IconQA
        >>> IconQA.card.sizes["test"]
        21489
    """

    name = "iconqa"
    splits = ("val", "test")
    licence = "CC-BY-NC-SA-4.0"
    held_out = True
    card = Card(
        tree="iconqa_data/{problems.json, pid_splits.json, iconqa/<split>/<task>/<id>/{image.png, choice_*.png, "
        "data.json}}; or data/{val,test}-*.parquet",
        fields={
            "question": "the question",
            "choices": "names of pictures or texts; absent for fill_in_blank; parquet: one text with commas",
            "answer": "index of the right choice from 0, or the text; parquet: the choice",
            "ques_type": "choose_img, choose_txt or fill_in_blank",
            "grade, label": "school grade; label of the topic (gold)",
            "split": "original: train, val or test",
            "query_image, choice_image_*": "parquet: the pictures",
        },
        sizes={"val": 21488, "test": 21489},
        source="https://iconqa.github.io",
        citation="Lu et al. 2021, NeurIPS Datasets and Benchmarks (arXiv:2110.13214)",
        non_commercial=True,
        repository="lmms-lab/ICON-QA",
        patterns=("data/*.parquet",),
        notes="The paper evaluates 1,500 problems and does not say of which sub-task; all three are given here.",
    )
    layouts = (
        Layout(
            "original",
            {split: ("problems.json", "iconqa_data/problems.json") for split in splits},
            needs=(*_NEEDS, "split"),
        ),
        Layout(
            "folders",
            {split: (f"iconqa/{split}/*/*/data.json", f"iconqa_data/iconqa/{split}/*/*/data.json") for split in splits},
            within=".",
            needs=_NEEDS,
        ),
        Layout(
            "parquet",
            {split: (f"data/{split}-*.parquet",) for split in splits},
            needs=(*_NEEDS, "query_image", "choices"),
        ),
    )

    def present(self) -> tuple[str, ...]:
        """The splits of this copy; problems.json names them in its records."""
        if self.layout.name != "original":
            return super().present()
        return tuple(split for split in type(self).splits if len(self.rows(split)))

    def read(self, split: str) -> Any:
        """The rows of a split."""
        rows = Rows(*self.layout.paths(self.root, split), within=self.layout.within)
        if self.layout.name != "original":
            return rows
        return Picked(rows, [number for number, row in enumerate(rows) if row.need("split", str) == split])

    def pictures(self, row: Row) -> list[Any]:
        """The question's picture, then those of the choices."""
        if self.layout.name == "parquet":
            names = sorted(name for name in row if re.fullmatch(r"choice_image_\d", name))
            shown = names[: len(self._names(row))] if row["ques_type"] == "choose_img" else []
            return [row.need("query_image", dict), *(row.need(name, dict) for name in shown)]
        folder = row.file.parent
        if self.layout.name == "original":
            folder = folder / "iconqa" / row.need("split", str) / self._task(row) / row.name
        names = self._names(row) if self._task(row) == "choose_img" else []
        return [folder / "image.png", *(folder / name for name in names)]

    def to_sample(self, row: Row) -> Sample:
        """Question, pictures and choices."""
        choices = self._choices(row)
        return Sample(
            key=row.key,
            question=row.need("question", str),
            images=self.images(row),
            choices=tuple(choices) or None,
            answer_format="one of the choices" if choices else "a number or a word",
        )

    def to_gold(self, row: Row) -> Gold:
        """The right choice or text."""
        choices = self._choices(row)
        answer = choices[self._right(row)] if choices else str(row.need("answer", str, int))
        return Gold(answer=answer, kind=self._task(row), grade=row.get("grade"), label=row.get("label"))

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice; for a blank the very number or text."""
        choices = self._choices(row)
        if choices:
            return multiple_choice(answer, self._right(row), choices)
        gold = str(row.need("answer", str, int))
        return exact_text(answer, gold) if read_number(gold) is None else numeric(answer, gold)

    def row_id(self, row: Row) -> str:
        """The id of the problem."""
        return str(row.get("question_id") or row.name or row.file.parent.name)

    def outside(self, row: Row) -> str:
        """A right choice that there is not."""
        return "" if not self._choices(row) or self._right(row) >= 0 else f"no choice is {row['answer']!r}"

    def _task(self, row: Row) -> str:
        task = str(row.need("ques_type", str))
        if task not in _TASKS:
            raise row.wrong(f"should be one of {', '.join(_TASKS)}, and is {task!r}", "ques_type")
        return task

    def _names(self, row: Row) -> list[str]:
        """The choices as they are written: texts, or names of pictures."""
        choices = row.get("choices") or []
        return [text.strip() for text in choices.split(",")] if isinstance(choices, str) else list(choices)

    def _choices(self, row: Row) -> list[str]:
        """The choices as an agent reads them."""
        task = self._task(row)
        names = self._names(row) if task != "fill_in_blank" else []
        return list(_ORDINALS[: len(names)]) if task == "choose_img" else names

    def _right(self, row: Row) -> int:
        """Index of the right choice; -1 where no choice is the answer."""
        names, answer = self._names(row), row.need("answer", str, int)
        if isinstance(answer, str) and answer.strip() in names:
            return names.index(answer.strip())
        plain = str(answer).strip()
        return int(plain) if plain.isdecimal() and int(plain) < len(names) else -1
