"""What the charts say: random titles, names, series and values, and the table that a perfect reader would return."""

from __future__ import annotations

import math
import random
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("bar", "barh", "grouped", "stacked", "line", "multiline", "pie", "donut", "scatter")

NAMES = [
    "Austria Brazil Canada Denmark Egypt France Germany Hungary India Japan Kenya Latvia Mexico Norway Peru".split(),
    "Apples Bananas Cherries Dates Figs Grapes Kiwis Lemons Mangoes Oranges Pears Plums".split(),
    "Sales|Research|Support|Marketing|Finance|Human Resources|Legal|Design|Operations|Logistics".split("|"),
    "North America|South America|Western Europe|Eastern Europe|Middle East|East Asia|Oceania|Africa".split("|"),
    "Coal|Natural gas|Nuclear|Hydro|Wind|Solar|Biomass|Oil|Geothermal".split("|"),
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "Bus Tram Metro Bicycle Walking Car Train Ferry Taxi Scooter".split(),
    "Python|JavaScript|Java|Rust|Go|Kotlin|Swift|Ruby|Haskell|Scala".split("|"),
    "18-24|25-34|35-44|45-54|55-64|65+".split("|"),
    "Group A|Group B|Group C|Group D|Group E|Group F|Group G".split("|"),
]
ORDERED = [
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "Q1 Q2 Q3 Q4".split(),
    "Mon Tue Wed Thu Fri Sat Sun".split(),
    "Week 1|Week 2|Week 3|Week 4|Week 5|Week 6|Week 7|Week 8".split("|"),
]
SERIES = [
    "2019 2020 2021 2022 2023".split(),
    "Men Women Children Seniors".split(),
    "Plan Actual Forecast".split(),
    "Online Retail Wholesale Export".split(),
    "Alpha Beta Gamma Delta Omega".split(),
    "Product A|Product B|Product C|Product D".split("|"),
    "London Paris Rome Madrid Vienna".split(),
    "Urban Rural Suburban".split(),
]
TITLES = [
    "Energy use by source", "Annual revenue", "Survey of commuters", "Units sold per region", "Average rainfall",
    "Share of households", "Visitors per month", "Exports of goods", "Hours of sunshine", "Budget overview",
    "Test results", "Population by age", "Market share", "Customer satisfaction", "Water consumption",
]  # fmt: skip
MEASURES = ["Value", "Revenue", "Count", "Share", "Units", "Amount", "Score", "People", "Cost", "Output", "Index"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass
class ChartData:
    """A chart's content, and how it is to be shown as far as all renderers can follow.

    Attributes:
        kind: one of KINDS.
        horizontal: bars lie.
        title: "" for none.
        x_title: of the category axis, "" for none.
        y_title: of the value axis, "" for none.
        names: categories; years or ISO months where `axis` says so.
        series: [""] for a single one.
        values: one row per series, one number per name.
        points: (series, x, y) of scatter charts.
        axis: "category", "year" or "month" (lines only).
        unit: "", "%", "$", "K" or "M": how the numbers of the value axis are written; values are whole numbers then.
        log: logarithmic value axis (lines only: a bar has no length there).
        labels: "none", "value" or (pies) "percent".
        legend: pies: names in a legend instead of beside the slices.
    """

    kind: str
    horizontal: bool = False
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    names: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=lambda: [""])
    values: list[list[float]] = field(default_factory=list)
    points: list[tuple[str, float, float]] = field(default_factory=list)
    axis: str = "category"
    unit: str = ""
    log: bool = False
    labels: str = "none"
    legend: bool = False

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Header row and rows that a perfect reader would return (bars, lines, pies)."""
        values = self.values
        if self.kind in ("pie", "donut") and self.labels != "value":
            total = sum(values[0])
            values = [[100 * v / total for v in values[0]]]
        return ["", *self.series], [[n, *(f"{row[i]:.10g}" for row in values)] for i, n in enumerate(self.names)]

    def gold(self) -> dict[str, Any]:
        """Everything as JSON, the table included."""
        columns, rows = self.table() if self.kind != "scatter" else ([], [])
        return {**asdict(self), "columns": columns, "rows": rows}

    def written(self, value: float) -> str:
        """A number of the value axis as its unit writes it."""
        if self.unit == "K":
            return f"{value / 1e3:.10g}K"
        if self.unit == "M":
            return f"{value / 1e6:.10g}M"
        text = f"{value:,.10g}" if abs(value) >= 10000 else f"{value:.10g}"
        return {"%": f"{text}%", "$": f"${text}" if value >= 0 else f"-${text[1:]}"}.get(self.unit, text)


def random_data(rng: random.Random, kind: str) -> ChartData:
    """Draw a chart's content.

    Args:
        rng: the only source of chance.
        kind: one of KINDS.
    """
    data = ChartData(kind, title=rng.choice([*TITLES, ""]) if rng.random() < 0.9 else "")
    if rng.random() < 0.6:
        data.y_title = rng.choice(MEASURES)
    if kind == "scatter":
        return _scatter(rng, data)
    if kind in ("pie", "donut"):
        return _pie(rng, data)
    several = kind in ("grouped", "stacked", "multiline")
    data.horizontal = kind == "barh" or (kind in ("grouped", "stacked") and rng.random() < 0.3)
    line = "line" in kind
    if line and rng.random() < 0.4:
        data.axis = rng.choice(["year", "year", "month"])
        _dates(rng, data)
    else:
        pool = rng.choice(ORDERED if line or rng.random() < 0.25 else NAMES)
        count = min(len(pool), rng.randint(3, 6 if several and not line else 12 if line else 9))
        data.names = pool[:count] if pool in ORDERED else rng.sample(pool, count)
    if several:
        pool = rng.choice(SERIES)
        data.series = rng.sample(pool, min(len(pool), rng.randint(2, 4)))
        data.legend = True
    _values(rng, data)
    if kind in ("bar", "barh", "line") and rng.random() < 0.3:
        data.labels = "value"
    return data


def _dates(rng: random.Random, data: ChartData) -> None:
    count = rng.randint(5, 12)
    if data.axis == "year":
        start = rng.randint(1990, 2024 - count)
        data.names = [str(start + i) for i in range(count)]
    else:
        start = rng.randint(2005 * 12, 2022 * 12)
        data.names = [f"{(start + i) // 12:04d}-{(start + i) % 12 + 1:02d}" for i in range(count)]


def _values(rng: random.Random, data: ChartData) -> None:
    """Values of one scale: whole numbers, decimals, thousands, K, M, % or $; now and then negative or log."""
    data.unit = rng.choice(["", "", "", "", "%", "$", "K", "M"])
    step = {"%": 1, "$": rng.choice([1, 5, 50]), "K": 1000, "M": 1e6}.get(data.unit)
    step = step or rng.choice([0.01, 0.1, 0.1, 1, 1, 1, 10, 50, 250])
    top = rng.choice([20, 60, 99, 99])
    stacked = data.kind == "stacked"
    data.log = "line" in data.kind and rng.random() < 0.12 and data.unit in ("", "$")
    negative = not stacked and not data.log and data.unit != "%" and rng.random() < 0.08
    low = max(1, round(top * (0.05 if rng.random() < 0.5 else 0.35)))
    for _ in data.series:
        if data.log:
            row = [float(step) * round(10 ** rng.uniform(0, 3.5)) for _ in data.names]
        elif "line" in data.kind:
            row = [float(step) * v for v in _walk(rng, len(data.names), low, top)]
        else:
            row = [float(step) * rng.randint(low, top) for _ in data.names]
        if negative:
            row = [v if rng.random() < 0.6 else -v for v in row]
        data.values.append([round(v, 6) for v in row])


def _walk(rng: random.Random, count: int, low: int, top: int) -> list[int]:
    """A random walk or white noise between two bounds."""
    if rng.random() < 0.4:
        return [rng.randint(low, top) for _ in range(count)]
    at = rng.uniform(low, top)
    out = []
    for _ in range(count):
        at = min(top, max(low, at + rng.gauss(0, (top - low) / 6)))
        out.append(round(at))
    return out


def _pie(rng: random.Random, data: ChartData) -> ChartData:
    pool = rng.choice(NAMES)
    count = min(len(pool), rng.randint(3, 7))
    data.names = rng.sample(pool, count)
    data.values = [[float(rng.randint(4, 50)) for _ in data.names]]
    data.labels = rng.choice(["percent", "percent", "value", "none"])
    data.legend = rng.random() < 0.5
    return data


def _scatter(rng: random.Random, data: ChartData) -> ChartData:
    count = 1 if rng.random() < 0.6 else rng.randint(2, 3)
    if count > 1:
        data.series = rng.sample(rng.choice(SERIES), count)
        data.legend = True
    data.x_title = rng.choice(["Age", "Weight", "Distance", "Hours", "Price", ""])
    scale = [10.0 ** rng.choice([0, 1, 2, 3]) for _ in range(2)]
    for name in data.series:
        centre, slope = [rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)], rng.uniform(-0.8, 0.8)
        for _ in range(rng.randint(6, 25)):
            u = rng.gauss(0, 0.2)
            spot = (centre[0] + u, centre[1] + slope * u + rng.gauss(0, 0.08))
            x, y = (
                round(min(1.0, max(0.0, v)) * s, 3 - round(math.log10(s))) for v, s in zip(spot, scale, strict=True)
            )
            data.points.append((name, x, y))
    return data
