"""What was read from a chart: one typed scene in pixels of the picture and in the units of its axes.

Every endpoint (table, SVG, scene graph, caption, answers) is a view of a `ChartScene`.
"""

import math
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from vista_tools_vision.chart.numbers import date_text, number_text


class ChartUnreadable(Exception):
    """The picture holds no chart that this reader understands; the text says what was found instead."""


class Box(NamedTuple):
    """A rectangle in pixels, (x1, y1, x2, y2); right and bottom are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width, px."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height, px."""
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        """Middle (x, y), px."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class Tick(BaseModel):
    """A tick label.

    Attributes:
        text: as written.
        value: the number (or, on a date axis, days since 1970-01-01); None on a category axis.
        at: where its tick is along the axis, px of the picture (x for a horizontal axis, y for a vertical one).
    """

    text: str
    value: float | None = None
    at: float


class Axis(BaseModel):
    """An axis and its scale.

    On a linear or date axis value = offset + slope * px, on a log axis log10(value) = offset + slope * px. On a
    category axis values are positions in `ticks` (0, 1, 2, ...).

    Attributes:
        position: the side of the plot that it runs along.
        title: "" when none was read.
        scale: what its ticks are.
        unit: what stands before or after each number: "%", "$", "kg"; "" for none. K, M and B are part of the value.
        ticks: the ticks that support the scale, in order of `at`.
        offset: see above.
        slope: see above.
        confidence: 0..1.
    """

    position: Literal["left", "right", "bottom", "top"]
    title: str = ""
    scale: Literal["linear", "log", "category", "date"]
    unit: str = ""
    ticks: list[Tick]
    offset: float = 0.0
    slope: float = 0.0
    confidence: float = 1.0

    def value_at(self, px: float) -> float:
        """Value at a pixel; on a category axis the index of the nearest tick."""
        if self.scale == "category":
            return float(min(range(len(self.ticks)), key=lambda i: abs(self.ticks[i].at - px)))
        value = self.offset + self.slope * px
        return 10.0 ** min(value, 300.0) if self.scale == "log" else value

    def pixel_of(self, value: float) -> float:
        """Pixel of a value; on a category axis of the tick with that index.

        Raises:
            ValueError: a log axis has no place for a value of 0 or less.
        """
        if self.scale == "category":
            return self.ticks[max(0, min(len(self.ticks) - 1, round(value)))].at
        if self.scale == "log":
            if value <= 0:
                raise ValueError(f"a log axis has no place for {value:g}")
            value = math.log10(value)
        return (value - self.offset) / self.slope

    def text_at(self, px: float) -> str:
        """What the axis says at a pixel: the nearest category, a date, or a number no finer than a pixel."""
        if self.scale == "category":
            return self.ticks[int(self.value_at(px))].text
        if self.scale == "date":
            return date_text(self.value_at(px), abs(self.slope))
        step = abs(self.value_at(px + 0.5) - self.value_at(px - 0.5))
        return number_text(self.value_at(px), step)


class LegendEntry(BaseModel):
    """One line of the legend: its text, its colour "#rrggbb", and the box around swatch and text, px."""

    text: str
    colour: str
    box: Box


class Series(BaseModel):
    """A series: its name ("" for an unnamed one) and its colour "#rrggbb"."""

    name: str
    colour: str


class Mark(BaseModel):
    """A bar, a point of a line or scatter chart, or a slice of a pie.

    Attributes:
        kind: what it is.
        series: index into `ChartScene.series`.
        category: its category, as written; "" on a numeric x axis.
        x: its place on a numeric or date x axis; None on a category axis and for slices.
        value: in the units of the value axis; for a slice what its label says, else its share in percent.
        box: the bar; a point with its marker (or 1 px around it); the box around a slice, px.
        confidence: 0..1, how far the picture supports the value.
        source: where the value comes from: "label" (a data label), "scale" (pixels against the ticks), "angle"
            (of a slice), "neighbour" (hidden; between two that are seen).
        text: the value as the picture has it, no finer than it can be seen; filled in by the scene if "".
        step: what one pixel stands for at this place, in units of the value; 0 where a label says the value.
    """

    kind: Literal["bar", "point", "slice"]
    series: int = 0
    category: str = ""
    x: float | None = None
    value: float
    box: Box
    confidence: float = Field(ge=0, le=1)
    source: str
    text: str = ""
    step: float = 0.0


class Text(BaseModel):
    """A line of text in the picture.

    Attributes:
        text: what it says.
        box: tight around it, px.
        angle: direction of reading, degrees counter-clockwise: 90 runs up the page.
        confidence: of the recogniser, 0..1.
        role: "title", "x tick", "y tick", "x title", "y title", "legend", or "" (data labels, annotations).
    """

    text: str
    box: Box
    angle: float = 0.0
    confidence: float = 1.0
    role: str = ""


class ChartScene(BaseModel):
    """A chart as it was read.

    Attributes:
        kind: kind of chart.
        orientation: of bars: "vertical" bars stand, "horizontal" ones lie; "" elsewhere.
        arrangement: of bars: one per category, beside each other, or on top of each other; "" elsewhere.
        width: of the picture, px.
        height: of the picture, px.
        theme: "dark" when the page is darker than the writing.
        title: "" when none was read.
        plot: the area of the marks, px; None when no axes were found.
        x: the horizontal axis; None for pies.
        y: the vertical axis; None for pies.
        legend: as written; empty without one.
        series: at least one.
        marks: series by series within category by category (bars, slices), or series by series (lines, scatter).
        texts: all lines of text that were read.
        page: colour of the paper, "#rrggbb".
        panel: colour behind the marks, "#rrggbb".
        notes: what the reader was unsure of, in words.
        confidence: 0..1, of the whole.
    """

    kind: Literal["bar", "line", "scatter", "pie", "donut"]
    orientation: Literal["vertical", "horizontal", ""] = ""
    arrangement: Literal["single", "grouped", "stacked", ""] = ""
    width: int
    height: int
    theme: Literal["light", "dark"] = "light"
    title: str = ""
    plot: Box | None = None
    x: Axis | None = None
    y: Axis | None = None
    legend: list[LegendEntry] = []
    series: list[Series]
    marks: list[Mark]
    texts: list[Text] = []
    page: str = "#ffffff"
    panel: str = "#ffffff"
    notes: list[str] = []
    confidence: float = 1.0

    @property
    def category_axis(self) -> Axis | None:
        """The axis that names the rows of the table: y for lying bars, x elsewhere."""
        return self.y if self.orientation == "horizontal" else self.x

    @property
    def value_axis(self) -> Axis | None:
        """The axis that measures the values: x for lying bars, y elsewhere."""
        return self.x if self.orientation == "horizontal" else self.y

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Columns and rows of the table behind the chart, as text.

        The first column is headed by the title of the category axis, or "Name"; a single series without a name by the
        title of the value axis, or "Value". A cell without a mark is "". A scatter chart has a row for each point.

        Returns:
            (columns, rows); each row has as many cells as there are columns.
        """
        first, value = self.category_axis, self.value_axis
        head = (first.title if first else "") or "Name"
        label = (value.title if value else "") or "Value"
        if self.kind == "scatter":
            return self._points(head, label)
        names = [s.name for s in self.series]
        columns = [head, *(n or (label if len(names) == 1 else f"series {i + 1}") for i, n in enumerate(names))]
        rows: dict[tuple[str | float, int], str] = {}
        cells: dict[tuple[str | float, int, int], str] = {}
        for mark in self.marks:
            key, again = self._row_of(mark), 0
            while (key, again, mark.series) in cells:  # two categories of one name are two rows
                again += 1
            rows.setdefault((key, again), self._row_text(mark))
            cells[key, again, mark.series] = mark_text(mark)
        order = list(rows)
        if not any(isinstance(key, str) for key, _ in order):
            order.sort()
        elif self.kind == "line" and first is not None and first.scale == "category":
            places = {tick.text: i for i, tick in reversed(list(enumerate(first.ticks)))}
            order.sort(key=lambda row: places.get(str(row[0]), len(places)))
        return columns, [[rows[k], *(cells.get((*k, s), "") for s in range(len(names)))] for k in order]

    def _points(self, head: str, label: str) -> tuple[list[str], list[list[str]]]:
        several = len(self.series) > 1
        rows = []
        for mark in self.marks:
            name = [self.series[mark.series].name or f"series {mark.series + 1}"] if several else []
            rows.append([*name, self._row_text(mark), mark_text(mark)])
        return [*(["Series"] if several else []), head if head != "Name" else "x", label], rows

    def _row_of(self, mark: Mark) -> str | float:
        if mark.x is None:
            return mark.category
        step = self._x_step()
        return round(mark.x / step) * step if step else mark.x

    def _row_text(self, mark: Mark) -> str:
        if mark.category or mark.x is None:
            return mark.category
        step = self._x_step()
        if self.x is not None and self.x.scale == "date":
            return date_text(mark.x, step)
        return number_text(mark.x, step)

    def _x_step(self) -> float:
        """What 2 px are on a linear x axis: places closer than that are one."""
        return abs(self.x.slope) * 2 if self.x is not None and self.x.scale in ("linear", "date") else 0.0


def mark_text(mark: Mark) -> str:
    """The value of a mark, written no finer than the picture supports it."""
    return mark.text or number_text(mark.value, mark.step)
