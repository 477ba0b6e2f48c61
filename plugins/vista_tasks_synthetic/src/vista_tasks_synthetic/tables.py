"""What tables say: data for each level, and the lists that questions are asked of."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from vista_tasks_synthetic.keyed import between, chance, pick, pick_several
from vista_tasks_synthetic.names import AXIS_TITLES, COLUMNS, MORE_NAMES, NAME_HEADERS, NAMES, SERIES, TITLES
from vista_tasks_synthetic.questions import Scope

if TYPE_CHECKING:
    import numpy as np

STEPS = tuple(Decimal(step) for step in ("0.01", "0.1", "0.5", "1", "1", "5", "10"))
"""Sizes of one step of a column's values at level 2 and 3."""
UNITS: dict[str, tuple[str, str]] = {"$": ("$", ""), "%": ("", "%")}
"""What stands before and after a number with a unit."""


@dataclass(frozen=True, slots=True)
class TableData:
    """What a table says. `values[c][r]` belongs to numeric column c and row r."""

    corner: str
    """Header of the column of names."""
    names: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[Decimal, ...], ...]
    units: tuple[tuple[str, str], ...]
    """What stands before and after each number of a column, such as ("$", "")."""
    alike: bool
    """Whether the columns hold the same quantity (years, regions), so that a row may be asked about."""
    title: str = ""


def table_data(rng: "np.random.Generator", level: int) -> TableData:
    """Draw the content of a table: level 1 has one column of 3 to 6 whole numbers from 1 to 99."""
    corner, title = pick(rng, NAME_HEADERS), pick(rng, TITLES)
    if level == 1:
        names = pick_several(rng, NAMES, between(rng, 3, 6))
        row = tuple(Decimal(between(rng, 1, 99)) for _ in names)
        return TableData(corner, names, (pick(rng, AXIS_TITLES),), (row,), (("", ""),), False, title)
    names = pick_several(rng, MORE_NAMES, between(rng, 4, 7) if level == 2 else between(rng, 7, 12))
    alike = chance(rng, 0.4)
    count = between(rng, 2, 3) if level == 2 else between(rng, 3, 4)
    columns = pick_several(rng, pick(rng, SERIES) if alike else tuple(COLUMNS), count)
    shared = (pick(rng, ("", "$", "%")), pick(rng, STEPS), level == 3 and chance(rng, 0.5))
    values, marks = [], []
    for column in columns:
        sort, step, with_unit = (
            shared if alike else (COLUMNS[column], pick(rng, STEPS), level == 3 and chance(rng, 0.7))
        )
        step = max(step, Decimal(1)) if sort == "whole" else step
        top = pick(rng, (99, 250, 400, 999))
        values.append(tuple(step * between(rng, max(1, top // 20), top) for _ in names))
        marks.append(UNITS.get(sort, ("", "")) if with_unit else ("", ""))
    return TableData(corner, names, columns, tuple(values), tuple(marks), alike, title)


def cell(value: Decimal, unit: tuple[str, str]) -> str:
    """Return a number as a table prints it: thousands apart, all decimals of its column, its unit."""
    return f"{unit[0]}{value:,f}{unit[1]}"


def table_identity(data: TableData) -> object:
    """Return what makes two tables the same to a learner: their cells, in whatever order or style."""
    return sorted(
        [name, column if len(data.columns) > 1 else "", str(value.normalize())]
        for column, values in zip(data.columns, data.values, strict=True)
        for name, value in zip(data.names, values, strict=True)
    )


def table_scopes(data: TableData) -> tuple[list[Scope], list[Scope]]:
    """Return the lists that questions may be about: the columns, and the rows where three or more columns are alike."""
    thing = data.corner.lower()
    if len(data.columns) == 1:
        return [Scope(data.names, data.values[0], thing=thing)], []
    pairs = list(zip(data.columns, data.values, strict=True))
    if not data.alike:
        return [Scope(data.names, values, noun=name, thing=thing, column=name) for name, values in pairs], []
    columns = [Scope(data.names, values, where=f" in {name}", thing=thing, column=name) for name, values in pairs]
    if len(columns) == 2:
        return columns, []
    rows = [
        Scope(data.columns, row, where=f" for {name}", thing="column", row=name)
        for name, row in zip(data.names, zip(*data.values, strict=True), strict=True)
    ]
    return columns, rows
