"""Questions about named numbers: shared by charts and tables (and whatever else can be read as a list).

A picture offers one or several `Scope`s: a list of names with a number each (the bars of one series, the columns of one
row). A question is asked of one scope. Its `Plan` is what an expert may know: the operation and the names, no number
that has to be read from the picture.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.keyed import pick, pick_several

if TYPE_CHECKING:
    import numpy as np

KINDS: dict[int, tuple[str, ...]] = {
    1: ("value", "largest", "smallest", "difference", "sum"),
    2: ("which_largest", "which_smallest", "second_largest", "count_above", "mean", "total"),
    3: ("ratio", "range", "share"),
}
"""Kinds of question that each level adds."""

ROUNDED = ("mean", "ratio", "share")
"""Kinds whose answer is rounded to two decimals."""


def kinds_of(level: int) -> tuple[str, ...]:
    """Return the kinds asked at a level: its own and those of the levels below."""
    return tuple(kind for at in range(1, level + 1) for kind in KINDS[at])


@dataclass(frozen=True, slots=True)
class Scope:
    """A list of names with a number each."""

    labels: tuple[str, ...]
    values: tuple[Decimal, ...]
    noun: str = "value"
    """What the numbers are: "value", or a column's header."""
    where: str = ""
    """A phrase that narrows the question, such as " in 2019"; empty where there is nothing to narrow."""
    thing: str = "item"
    """What the labels are, as in "Which item"."""
    column: str = ""
    """The series or column read; empty if the picture has one only."""
    row: str = ""
    """The row read, where the labels are series or columns."""
    error: Decimal = Decimal(0)
    """How far off a good reading of one number may be; 0 where the numbers are written or must be whole."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer, without any number of the picture."""

    kind: str
    labels: tuple[str, ...] = ()
    """The names that the question names, in its order."""
    noun: str = "value"
    column: str = ""
    row: str = ""
    threshold: Decimal | None = None
    """The number that a count_above question names."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answer."""

    text: str
    answer: str
    kind: str
    plan: Any
    """What an expert may know: a Plan here, other things in other families."""
    numeric: bool = True
    """Whether the answer is a number; otherwise it is a name."""
    rounded: bool = False
    """Whether the answer is rounded to two decimals."""
    tolerance: Decimal = Decimal(0)
    """How far from the gold an answer may lie."""
    data: dict[str, Any] = field(default_factory=dict)
    """More for the scorer, evaluation and tests."""


WORDINGS: dict[str, tuple[str, ...]] = {
    "value": (
        "What is the {noun} of {a}{where}?",
        "Read the {noun} of {a}{where}.",
        "Which {noun} does {a} have{where}?",
    ),
    "largest": (
        "What is the largest {noun}{where}?",
        "How large is the highest {noun}{where}?",
    ),
    "smallest": (
        "What is the smallest {noun}{where}?",
        "How large is the lowest {noun}{where}?",
    ),
    "difference": (
        "What is the {noun} of {a} minus {b}{where}?",
        "By how much does the {noun} of {a} exceed that of {b}{where}? (negative if it is below)",
    ),
    "sum": (
        "What is the {noun} of {a} plus {b}{where}?",
        "What do {a} and {b} add up to{where}, by {noun}?",
    ),
    "which_largest": (
        "Which {thing} has the largest {noun}{where}?",
        "Name the {thing} with the highest {noun}{where}.",
    ),
    "which_smallest": (
        "Which {thing} has the smallest {noun}{where}?",
        "Name the {thing} with the lowest {noun}{where}.",
    ),
    "second_largest": (
        "What is the second largest {noun}{where}?",
        "Leave out the largest {noun}{where}; what is the largest then?",
    ),
    "count_above": (
        "How many {things} have {a_noun} above {t}{where}?",
        "Count the {things} whose {noun} is greater than {t}{where}.",
    ),
    "mean": (
        "What is the mean {noun}{where}? Round to two decimals.",
        "What is the average {noun}{where}, to two decimals?",
    ),
    "total": (
        "What is the total {noun}{where}?",
        "What do all {things} add up to{where}, by {noun}?",
    ),
    "ratio": (
        "What is the {noun} of {a} divided by that of {b}{where}? Round to two decimals.",
        "How many times the {noun} of {b} is that of {a}{where}? Round to two decimals.",
    ),
    "range": (
        "What is the largest {noun} minus the smallest{where}?",
        "How far apart are the highest and the lowest {noun}{where}?",
    ),
    "share": (
        "What percentage of the total {noun} is that of {a}{where}? Round to two decimals.",
        "Which share of the total {noun} does {a} have{where}, in percent to two decimals?",
    ),
}
"""Wordings by kind; level 1 uses the first only."""


ROUNDING = Decimal("0.01")
"""How far an answer rounded to two decimals may lie from the gold: one unit of the second decimal."""


def rounded(value: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


_TWO: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "difference": lambda a, b: a - b,
    "sum": lambda a, b: a + b,
    "ratio": lambda a, b: rounded(a / b),
}
_ALL: dict[str, Callable[[tuple[Decimal, ...]], Decimal]] = {
    "largest": max,
    "smallest": min,
    "second_largest": lambda values: sorted(values)[-2],
    "mean": lambda values: rounded(sum(values, Decimal(0)) / len(values)),
    "total": lambda values: sum(values, Decimal(0)),
    "range": lambda values: max(values) - min(values),
}


def ask(scope: Scope, kind: str, rng: "np.random.Generator", wordings: int) -> Question | None:
    """Ask a question of one kind about a scope.

    Args:
        scope: the named numbers.
        kind: one of KINDS.
        rng: keyed generator.
        wordings: how many of the kind's wordings may be used (1: the first only).

    Returns:
        The question, or None where this scope does not allow it (a tie, a division by almost zero); that does not
        depend on `rng`.
    """
    values = dict(zip(scope.labels, scope.values, strict=True))
    named: tuple[str, ...] = ()
    threshold: Decimal | None = None
    if kind in ("value", "share"):
        named = (pick(rng, scope.labels),)
    elif kind == "ratio":
        below = [name for name in scope.labels if abs(values[name]) > 20 * scope.error]
        if not below:
            return None
        second = pick(rng, below)
        named = (pick(rng, [name for name in scope.labels if name != second]), second)
    elif kind in _TWO:
        named = pick_several(rng, scope.labels, 2)
    elif kind == "count_above":
        threshold = _threshold(sorted(scope.values), rng)
    if not _answerable(kind, scope, threshold):
        return None
    plan = Plan(kind, named, scope.noun, scope.column, scope.row, threshold)
    answer = answer_from(plan, scope.labels, scope.values, tuple(values[name] for name in named))
    wording = pick(rng, WORDINGS[kind][:wordings])
    text = wording.format(
        noun=scope.noun,
        a_noun="a value" if scope.noun == "value" else scope.noun,
        where=scope.where,
        thing=scope.thing,
        things=_plural(scope.thing),
        a=named[0] if named else "",
        b=named[1] if len(named) > 1 else "",
        t="" if threshold is None else number(threshold),
    )
    data: dict[str, Any] = {"names": list(named), "column": scope.column, "row": scope.row}
    if threshold is not None:
        data["threshold"] = number(threshold)
    return Question(
        text,
        answer,
        kind,
        plan,
        numeric=not kind.startswith("which"),
        rounded=kind in ROUNDED,
        tolerance=_tolerance(kind, scope, [values[name] for name in named]),
        data=data,
    )


def _tolerance(kind: str, scope: Scope, named: list[Decimal]) -> Decimal:
    """Return how far an answer lies off that is worked out from readings with the scope's error."""
    error = scope.error
    if kind in ("difference", "sum", "range"):
        error *= 2
    elif kind == "total":
        error *= len(scope.values)
    elif kind == "ratio":
        one, two = named
        error = abs((one + error) / (two - error) - one / two)
    elif kind == "share":
        total = sum(scope.values, Decimal(0))
        error = 100 * ((named[0] + error) / (total - (len(scope.values) - 2) * error) - named[0] / total)
    elif kind == "count_above" or kind.startswith("which"):
        error *= 0
    return error + (ROUNDING if kind in ROUNDED else 0)


def _plural(word: str) -> str:
    return word if word.endswith("s") else word[:-1] + "ies" if word.endswith("y") else word + "s"


def _answerable(kind: str, scope: Scope, threshold: Decimal | None) -> bool:
    """Return whether a question has one answer: no tie decides it, and nothing is divided by zero."""
    ordered = sorted(scope.values)
    if kind in ("which_largest", "second_largest"):
        return ordered[-1] != ordered[-2]
    if kind == "which_smallest":
        return ordered[0] != ordered[1]
    if kind == "share":
        return sum(scope.values) != 0
    return kind != "count_above" or threshold is not None


def _threshold(ordered: list[Decimal], rng: "np.random.Generator") -> Decimal | None:
    """Return a number that no value equals, between the smallest and the largest: half way inside a random gap."""
    gaps = [(a, b) for a, b in itertools.pairwise(ordered) if a < b]
    if not gaps:
        return None
    low, high = pick(rng, gaps)
    return ((low + high) / 2).normalize()


def answer_from(plan: Plan, labels: tuple[str, ...], values: tuple[Decimal, ...], named: tuple[Decimal, ...]) -> str:
    """Return the answer to a plan's question from numbers that somebody read.

    Args:
        plan: the operation.
        labels: names read, in the picture's order.
        values: a number for each of them.
        named: the numbers read for `plan.labels`.
    """
    if plan.kind == "value":
        return number(named[0])
    if plan.kind in _TWO:
        return number(_TWO[plan.kind](named[0], named[1]))
    if plan.kind == "share":
        return number(rounded(100 * named[0] / sum(values, Decimal(0))))
    if plan.kind == "which_largest":
        return labels[values.index(max(values))]
    if plan.kind == "which_smallest":
        return labels[values.index(min(values))]
    if plan.kind == "count_above":
        assert plan.threshold is not None
        return str(sum(value > plan.threshold for value in values))
    return number(_ALL[plan.kind](values))
