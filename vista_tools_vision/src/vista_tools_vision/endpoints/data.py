"""The numbers of a scene as a table that can be computed with: every cell knows its row, its column and its mark."""

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tools_vision.chart.numbers import parse_number
from vista_tools_vision.chart.scene import mark_text

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import ChartScene, Mark


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of the chart.

    Attributes:
        row: name of its row: a category, or a place on the x axis.
        column: name of its series; "" where there is only one.
        value: as far as the picture supports it: 12.5 and not 12.4873.
        text: the value as the picture has it, perhaps with a unit.
        confidence: 0..1.
        box: of its mark, px.
    """

    row: str
    column: str
    value: float
    text: str
    confidence: float
    box: tuple[float, float, float, float]

    @property
    def name(self) -> str:
        """Row and column in words."""
        return f"{self.row}, {self.column}" if self.column else self.row


@dataclass(slots=True)
class DataTable:
    """A chart's data.

    Attributes:
        kind: of chart.
        title: of the chart; "" without one.
        rows: names of the rows, in the chart's order.
        columns: names of the series; [""] for a single one.
        cells: row by row.
        row_title: what the rows are ("Year"); "" if not written.
        value_title: what the values are ("Sales"); "" if not written.
        unit: of the values ("%", "$"); "" for none.
        ordered: the rows have an order of their own: numbers, dates, months, or a line through them.
    """

    kind: str
    title: str
    rows: list[str]
    columns: list[str]
    cells: list[Cell]
    row_title: str = ""
    value_title: str = ""
    unit: str = ""
    ordered: bool = False
    _index: dict[tuple[str, str], Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._index = {(cell.row, cell.column): cell for cell in self.cells}

    def cell(self, row: str, column: str) -> Cell | None:
        """One cell, or None where the chart has no mark."""
        return self._index.get((row, column))

    def column(self, name: str) -> list[Cell]:
        """The cells of a series, in the order of the rows."""
        return [cell for row in self.rows if (cell := self.cell(row, name))]


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def data_of(scene: "ChartScene") -> DataTable:
    """The table of a scene. A scatter chart has a row a point, with a column for x and one for y."""
    value_axis, row_axis = scene.value_axis, scene.category_axis
    table = DataTable(
        kind=scene.kind,
        title=scene.title,
        rows=[],
        columns=[],
        cells=[],
        row_title=row_axis.title if row_axis else "",
        value_title=value_axis.title if value_axis else "",
        unit=value_axis.unit if value_axis else "",
    )
    if scene.kind == "scatter":
        return _points(scene, table)
    names = series_names(scene)
    table.columns = names
    cells: dict[tuple[str, str], Cell] = {}
    for mark in scene.marks:
        row = scene._row_text(mark)
        cells[row, names[mark.series]] = _cell(mark, row, names[mark.series])
    order = [row[0] for row in scene.table()[1]]
    table.rows = list(dict.fromkeys(order))
    table.cells = [cells[row, name] for row in table.rows for name in names if (row, name) in cells]
    table.ordered = scene.kind == "line" or any(m.x is not None for m in scene.marks) or in_order(table.rows)
    if scene.kind in ("pie", "donut") and not table.unit and all(m.source == "angle" for m in scene.marks):
        table.unit = "%"
    table.__post_init__()
    return table


def series_names(scene: "ChartScene") -> list[str]:
    """Names of the series, each once: unnamed ones are "series 1", a single one is ""."""
    names = [s.name for s in scene.series]
    if len(names) == 1:
        return [names[0]]
    names = [name or f"series {i + 1}" for i, name in enumerate(names)]
    return [name if names.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(names)]


def in_order(rows: list[str]) -> bool:
    """Whether names have an order of their own: rising numbers, or months or days of the week."""
    numbers = [n.value if (n := parse_number(row)) else None for row in rows]
    if len(rows) > 1 and None not in numbers:
        return all(a < b for a, b in itertools.pairwise(numbers))  # type: ignore[operator]
    for words in (_MONTHS, _DAYS):
        places = [words.index(row[:3].lower()) if row[:3].lower() in words else -1 for row in rows]
        if len(rows) > 1 and -1 not in places and len(set(places)) == len(places):
            return True
    return False


def _cell(mark: "Mark", row: str, column: str) -> Cell:
    text = mark_text(mark)
    number = parse_number(text)
    return Cell(row, column, number.value if number else mark.value, text, mark.confidence, tuple(mark.box))


def _points(scene: "ChartScene", table: DataTable) -> DataTable:
    names, across, up = series_names(scene), table.row_title or "x", table.value_title or "y"
    table.columns = [across, up if up != across else f"{up} (y)"]
    counts = dict.fromkeys(names, 0)
    for mark in scene.marks:
        name = names[mark.series]
        counts[name] += 1
        row = f"{name} {counts[name]}" if name else f"point {counts[name]}"
        y = _cell(mark, row, table.columns[1])
        table.rows.append(row)
        if mark.x is not None:
            x_text = scene._row_text(mark)
            number = parse_number(x_text)
            value = number.value if number else mark.x
            table.cells.append(Cell(row, table.columns[0], value, x_text, mark.confidence, tuple(mark.box)))
        table.cells.append(y)
    table.__post_init__()
    return table
