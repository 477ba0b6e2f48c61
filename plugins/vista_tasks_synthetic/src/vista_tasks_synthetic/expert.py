"""Experts: scripted solvers that read the picture through the real tools and calculate with a calculator.

A careful expert knows the question's plan (the operation and the names in the question) and nothing of the picture:
each number in its thoughts, calls and answer comes from the text of an observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vista_core import ExpertTurn, Observation

from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.questions import ROUNDED, Plan, answer_from, rounded
from vista_tasks_synthetic.reading import Reading, closest, read_rows, tidy, to_number


@dataclass(slots=True)
class Guesser:
    """Answers at once, without looking."""

    answer: str

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """Return the answer, whatever was observed."""
        return ExpertTurn(think="guess", answer=self.answer)


@dataclass(slots=True)
class ListExpert:
    """Solves questions about named numbers: reads the rows with one tool, then calculates.

    Attributes:
        plan: the question's operation and names.
        tool: name of the tool that reads the picture.
        arguments: its arguments.
    """

    plan: Plan
    tool: str
    arguments: dict[str, Any]

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """Return the next turn: look, calculate where there is something to calculate, answer."""
        if not observations:
            return ExpertTurn(think="look", tool=self.tool, arguments=self.arguments)
        labels, values, missing = self._read(observations[0].text)
        if not values:
            return ExpertTurn(think="there are no numbers to read, so I cannot know", answer="unknown")
        named, said = self._named(labels, values, missing)
        if missing:
            return self._answer(said, labels, values, named)
        if len(observations) == 1:
            expression = self._expression(values, named)
            if expression is None:
                return self._answer(said, labels, values, named)
            return ExpertTurn(think=said, tool="calculator", arguments={"expression": expression})
        result = to_number(observations[1].text)
        if result is None:
            return self._answer("the calculator gave no number, so I do it myself", labels, values, named)
        if self.plan.kind == "which_largest" or self.plan.kind == "which_smallest":
            name = labels[values.index(result)] if result in values else labels[0]
            return ExpertTurn(think=f"{said} {number(result)} of {name}", answer=name)
        shown = number(rounded(result) if self.plan.kind in ROUNDED else tidy(result))
        alone = self.plan.kind in ("difference", "sum", "ratio", "share")
        return ExpertTurn(think=shown if alone else f"{said} {shown}", answer=shown)

    def _read(self, text: str) -> tuple[tuple[str, ...], tuple[Decimal, ...], list[str]]:
        """Return the names and numbers that the question is about, and what was looked for in vain.

        Cells are parted at bars; where that leaves something out, at blanks too.
        """
        lists = [self._list(read_rows(text, words)) for words in (False, True)]
        return min(lists, key=lambda found: (not found[1], len(found[2])))

    def _list(self, reading: Reading) -> tuple[tuple[str, ...], tuple[Decimal, ...], list[str]]:
        plan, missing = self.plan, []
        if plan.row:
            name = closest(plan.row, list(reading.rows))
            missing += [plan.row] * (name is None)
            pairs = list(zip(reading.header, reading.rows.get(name or "", []), strict=False))
        else:
            column = closest(plan.column, reading.header) if plan.column else None
            missing += [plan.column] * (column is None and plan.column != "")
            index = reading.header.index(column) if column is not None else -1
            pairs = [(name, row[index]) for name, row in reading.rows.items() if -len(row) <= index < len(row)]
        kept = {name: value for name, value in pairs if value is not None}
        labels = tuple(kept)
        missing += [name for name in plan.labels if closest(name, labels) is None]
        return labels, tuple(kept.values()), missing

    def _named(
        self, labels: tuple[str, ...], values: tuple[Decimal, ...], missing: list[str]
    ) -> tuple[tuple[Decimal, ...], str]:
        """Return the numbers of the names in the question, and the thought that holds what was read."""
        plan = self.plan
        matches = [closest(name, labels) for name in plan.labels]
        named = [values[labels.index(match)] if match is not None else values[0] for match in matches]
        if missing:
            return tuple(named), f"there is no {' and no '.join(missing)} in what I read, so this is a guess"
        where = f" in {plan.column}" if plan.column and plan.noun != plan.column else ""
        where = f" for {plan.row}" if plan.row else where
        pairs = [f"{name} {number(value)}" for name, value in zip(plan.labels, named, strict=True)]
        said = {
            "value": "{noun} of {a}",
            "difference": "{noun} of {a} minus {b}",
            "sum": "{noun} of {a} plus {b}",
            "ratio": "{noun} of {a} divided by {b}",
            "share": "{noun} of {a} in percent of all",
            "largest": "largest {noun}",
            "smallest": "smallest {noun}",
            "which_largest": "largest {noun}",
            "which_smallest": "smallest {noun}",
            "second_largest": "without the largest, the largest {noun}",
            "mean": "mean {noun}",
            "total": "total {noun}",
            "range": "largest minus smallest {noun}",
            "count_above": "{noun} above {t}",
        }[plan.kind].format(
            noun=plan.noun,
            a=pairs[0] if pairs else "",
            b=pairs[1] if len(pairs) > 1 else "",
            t="" if plan.threshold is None else number(plan.threshold),
        )
        if plan.threshold is not None:
            over = [f"{n} {number(v)}" for n, v in zip(labels, values, strict=True) if v > plan.threshold]
            said += ": " + (", ".join(over) or "none")
        return tuple(named), said + where

    def _expression(self, values: tuple[Decimal, ...], named: tuple[Decimal, ...]) -> str | None:
        """Return what to calculate, or None where the answer is read off."""
        texts = [number(value) for value in values]
        everything, plus = ", ".join(texts), " + ".join(texts)
        one, two = (*(number(value) for value in named), "", "")[:2]
        rest = sorted(values)[:-1]
        return {
            "largest": f"max({everything})",
            "smallest": f"min({everything})",
            "which_largest": f"max({everything})",
            "which_smallest": f"min({everything})",
            "second_largest": f"max({', '.join(number(value) for value in values if value in rest)})",
            "difference": f"{one} - {two}",
            "sum": f"{one} + {two}",
            "ratio": f"{one} / {two}",
            "mean": f"({plus}) / {len(values)}",
            "total": plus,
            "range": f"max({everything}) - min({everything})",
            "share": f"100 * {one} / ({plus})",
        }.get(self.plan.kind)

    def _answer(
        self, said: str, labels: tuple[str, ...], values: tuple[Decimal, ...], named: tuple[Decimal, ...]
    ) -> ExpertTurn:
        """Return the last turn, with an answer worked out from what was read."""
        try:
            answer = answer_from(self.plan, labels, values, named)
        except (ArithmeticError, IndexError):
            answer = "unknown"
        return ExpertTurn(think=said, answer=answer)
