"""What charts say: data for each level, and the lists that questions are asked of."""

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.chart import ChartData
from vista_tasks_synthetic.keyed import between, chance, pick, pick_several
from vista_tasks_synthetic.names import AXIS_TITLES, MORE_NAMES, NAMES, SERIES, TITLES
from vista_tasks_synthetic.questions import Scope

if TYPE_CHECKING:
    import numpy as np

FORMS: dict[int, tuple[str, ...]] = {
    1: ("bars",),
    2: ("bars", "lying", "grouped"),
    3: ("grouped", "lying", "stacked", "lines", "lines", "pie"),
}
"""Forms drawn at each level; "grouped" is "bars" with several series."""

STEPS = tuple(Decimal(step) for step in ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"))
"""Sizes of one step of value at level 2 and 3; a chart spans at most STEP_COUNT of them, so that each can be seen."""
STEP_COUNT = 99


def chart_data(rng: "np.random.Generator", level: int) -> ChartData:
    """Draw the content of a chart: level 1 has one series of 3 to 6 whole numbers from 1 to 99."""
    form = pick(rng, FORMS[level])
    title, axis_title = pick(rng, TITLES), pick(rng, AXIS_TITLES)
    if level == 1:
        names = pick_several(rng, NAMES, between(rng, 3, 6))
        row = tuple(Decimal(between(rng, 1, 99)) for _ in names)
        return ChartData("bars", names, ("",), (row,), Decimal(1), title, axis_title)
    most = {"grouped": 5, "stacked": 6, "pie": 6, "lines": 8}.get(form, 8)
    names = pick_several(rng, MORE_NAMES, between(rng, 4 if form != "grouped" else 3, most))
    series: tuple[str, ...] = ("",)
    if form in ("grouped", "stacked") or (form == "lines" and chance(rng, 0.6)):
        series = pick_several(rng, pick(rng, SERIES), between(rng, 2, 2 if level == 2 else 3))
    step = pick(rng, STEPS)
    if form == "pie":
        return ChartData("pie", names, series, (_parts(rng, len(names)),), Decimal(1), title, axis_title)
    # the largest stack, not the largest part, has to fit on the axis
    top = STEP_COUNT // len(series) if form == "stacked" else STEP_COUNT
    top = between(rng, top // 2, top)
    lowest = max(1, top // 12)
    columns = [_steps(rng, len(series), lowest, top, 5 if form == "lines" else 0) for _ in names]
    rows = tuple(tuple(step * column[s] for column in columns) for s in range(len(series)))
    return ChartData("bars" if form == "grouped" else form, names, series, rows, step, title, axis_title)


def _steps(rng: "np.random.Generator", count: int, low: int, high: int, apart: int) -> list[int]:
    """Return whole numbers at least `apart` from each other, so that no marker of a line hides another."""
    while True:
        steps = sorted(between(rng, low, high) for _ in range(count))
        if all(b - a >= apart for a, b in itertools.pairwise(steps)):
            return [steps[int(i)] for i in rng.permutation(count)]


def _parts(rng: "np.random.Generator", count: int) -> tuple[Decimal, ...]:
    """Return whole numbers that no wedge of a pie is too thin for: each is at least 1/20 of their sum."""
    while True:
        parts = [between(rng, 5, 60) for _ in range(count)]
        if min(parts) * 20 >= sum(parts):
            return tuple(Decimal(part) for part in parts)


def chart_identity(data: ChartData) -> object:
    """Return what makes two charts the same to a learner: their cells, in whatever order, form or style."""
    cells = [
        [name, series, str(value.normalize())]
        for series, row in zip(data.series, data.values, strict=True)
        for name, value in zip(data.names, row, strict=True)
    ]
    return sorted(cells)


def chart_scopes(data: ChartData, error: Decimal = Decimal(0)) -> tuple[list[Scope], list[Scope]]:
    """Return the lists that questions may be about: the series, and the names where there are three series or more.

    Args:
        data: what the chart says.
        error: how far off a good reading of one value may be.
    """
    if len(data.series) == 1:
        return [Scope(data.names, data.values[0], error=error)], []
    series = [
        Scope(data.names, values, where=f" in {name}", column=name, error=error)
        for name, values in zip(data.series, data.values, strict=True)
    ]
    if len(data.series) == 2:
        return series, []
    rows = [
        Scope(data.series, row, where=f" for {name}", thing="series", row=name, error=error)
        for name, row in zip(data.names, zip(*data.values, strict=True), strict=True)
    ]
    return series, rows
