"""What the quick reader finds: upright bars, in pixels of the picture and in the units of their axis."""

from dataclasses import dataclass, field
from typing import NamedTuple

from vista_tools_vision.chart.scene import Box


class Tick(NamedTuple):
    """A number on an axis and the pixel row (or column) that it stands for."""

    value: float
    at: float


@dataclass(slots=True)
class Bar:
    """One bar with the value that it stands for.

    Attributes:
        name: category, as written below the bar.
        series: name of its series; "" where there is only one.
        value: in units of the axis.
        box: the bar, px.
        confidence: 0..1, how far name, label and height support the value.
        source: "label" (a data label was read), "scale" (height against the ticks) or "labels of other bars".
    """

    name: str
    series: str
    value: float
    box: Box
    confidence: float
    source: str


@dataclass(slots=True)
class SimpleScene:
    """A chart as it was read.

    Attributes:
        kind: "bar".
        title: "" when none was read.
        names: categories, left to right.
        series: names of the series; [""] for a single one.
        marks: category by category, series by series.
        ticks: the value axis, as far as it was read.
        notes: what the reader was unsure of, in words.
    """

    kind: str
    title: str
    names: list[str]
    series: list[str]
    marks: list[Bar]
    ticks: list[Tick] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
