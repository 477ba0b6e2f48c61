"""Charts by matplotlib, in its style sheets."""

from __future__ import annotations

import io
import random
from datetime import date
from typing import Any

from charts.data import ChartData

STYLES = ("default", "default", "ggplot", "seaborn-v0_8-whitegrid", "seaborn-v0_8-darkgrid", "dark_background",
          "fivethirtyeight", "grayscale", "bmh", "Solarize_Light2", "tableau-colorblind10", "classic")  # fmt: skip


def draw(data: ChartData, rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Draw one chart.

    Returns:
        (PNG, the style drawn by lot).
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    style: dict[str, Any] = {"style": rng.choice(STYLES), "dpi": rng.choice([80, 100, 100, 130])}
    style["family"] = rng.choice(["DejaVu Sans", "DejaVu Sans", "DejaVu Serif"])
    size = (rng.uniform(5.5, 9), rng.uniform(4, 6))
    with plt.style.context(style["style"]), plt.rc_context({"font.family": style["family"]}):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        wanted = len(data.names if data.kind in ("pie", "donut") else data.series)
        if wanted > len(set(cycle)):  # two things of one colour could be told apart by nobody
            plt.rcParams["axes.prop_cycle"] = plt.cycler(color=plt.get_cmap("tab10").colors)
        figure, axes = plt.subplots(figsize=size, dpi=style["dpi"])
        if data.kind in ("pie", "donut"):
            _pie(axes, data, rng)
        else:
            _plot(axes, data, rng, style)
            _dress(axes, data, rng, style)
        if data.title:
            axes.set_title(data.title)
        figure.tight_layout()
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=style["dpi"])
        plt.close(figure)
    return buffer.getvalue(), style


def _plot(axes: Any, data: ChartData, rng: random.Random, style: dict[str, Any]) -> None:
    places = list(range(len(data.names)))
    if data.kind == "scatter":
        marker, size = rng.choice("oo^sD"), rng.choice([20, 36, 60])
        for name in data.series:
            points = [(x, y) for s, x, y in data.points if s == name]
            axes.scatter(*zip(*points, strict=True), s=size, marker=marker, label=name, alpha=rng.choice([1, 0.8]))
    elif "line" in data.kind:
        xs: list[Any] = places
        if data.axis == "year":
            xs = [int(n) for n in data.names]
        elif data.axis == "month":
            xs = [date(int(n[:4]), int(n[5:]), 1) for n in data.names]
        markers, dashes = rng.random() < 0.5, rng.random() < 0.25
        for i, (name, row) in enumerate(zip(data.series, data.values, strict=True)):
            how = {
                "marker": "os^D"[i % 4] if markers else None,
                "linestyle": ["-", "--", ":", "-."][i % 4] if dashes else "-",
            }
            axes.plot(xs, row, label=name, linewidth=rng.choice([1.5, 2, 2.5]), **how)
            if data.labels == "value":
                for x, y in zip(xs, row, strict=True):
                    axes.annotate(data.written(y), (x, y), textcoords="offset points", xytext=(0, 6), ha="center")
        if data.axis == "category":
            axes.set_xticks(places, data.names)
    else:
        _bars(axes, data, rng, places)
    style["scale"] = "log" if data.log else "linear"


def _bars(axes: Any, data: ChartData, rng: random.Random, places: list[int]) -> None:
    bar = axes.barh if data.horizontal else axes.bar
    width = rng.uniform(0.5, 0.85)
    edge = {"edgecolor": "black"} if rng.random() < 0.2 else {}
    base = [0.0] * len(places)
    many = len(data.series)
    for i, (name, row) in enumerate(zip(data.series, data.values, strict=True)):
        if data.kind == "stacked":
            drawn = bar(places, row, width, **{"left" if data.horizontal else "bottom": base}, label=name, **edge)
            base = [b + v for b, v in zip(base, row, strict=True)]
        else:
            at = [p + (i - (many - 1) / 2) * width / many for p in places]
            drawn = bar(at, row, width / many, label=name, **edge)
        if data.labels == "value":
            axes.bar_label(drawn, labels=[data.written(v) for v in row], padding=2)
    (axes.set_yticks if data.horizontal else axes.set_xticks)(places, data.names)
    if data.horizontal and rng.random() < 0.5:
        axes.invert_yaxis()


def _dress(axes: Any, data: ChartData, rng: random.Random, style: dict[str, Any]) -> None:
    from matplotlib.ticker import FuncFormatter

    value, category = (axes.xaxis, axes.yaxis) if data.horizontal else (axes.yaxis, axes.xaxis)
    if data.log:
        (axes.set_xscale if data.horizontal else axes.set_yscale)("log")
    if data.unit or (not data.log and rng.random() < 0.5 and data.kind != "scatter"):
        value.set_major_formatter(FuncFormatter(lambda v, _: data.written(round(v, 6))))
    if data.y_title:
        value.set_label_text(data.y_title)
    if data.x_title:
        category.set_label_text(data.x_title)
    grid = rng.choice(["as is", "on", "value", "off"])
    if grid == "on":
        axes.grid(True, alpha=0.5)
    elif grid == "value":
        axes.grid(True, axis="x" if data.horizontal else "y", linestyle=rng.choice(["-", "--", ":"]))
    elif grid == "off":
        axes.grid(False)
    axes.set_axisbelow(rng.random() < 0.8)
    if rng.random() < 0.4:
        axes.spines[["top", "right"]].set_visible(False)
    longest = max((len(n) for n in data.names), default=0)
    if data.axis == "month":
        from matplotlib.dates import DateFormatter, MonthLocator

        axes.xaxis.set_major_locator(MonthLocator(interval=rng.choice([1, 2])))
        axes.xaxis.set_major_formatter(DateFormatter(rng.choice(["%b %Y", "%Y-%m"])))
        axes.tick_params(axis="x", rotation=rng.choice([45, 60, 90]))
    elif not data.horizontal and data.kind != "scatter" and longest * len(data.names) > 55:
        turned = rng.choice([30, 45, 90])
        for label in axes.get_xticklabels():
            label.set(rotation=turned, ha="center" if turned == 90 else "right")
        style["rotation"] = turned
    if data.axis == "year":
        axes.xaxis.get_major_formatter().set_useOffset(False)
    if data.axis == "year" and rng.random() < 0.7:
        axes.set_xticks([int(n) for n in data.names][:: 1 if len(data.names) < 9 else 2])
    if data.legend:
        outside = rng.random() < 0.3
        axes.legend(**({"loc": "upper left", "bbox_to_anchor": (1.01, 1)} if outside else {"loc": "best"}))


def _pie(axes: Any, data: ChartData, rng: random.Random) -> None:
    values = data.values[0]
    how: dict[str, Any] = {"startangle": rng.choice([0, 90, 140]), "counterclock": rng.random() < 0.5}
    if not data.legend:
        how["labels"] = data.names
    total = sum(values)
    if data.labels == "percent":
        how["autopct"] = rng.choice(["%1.1f%%", "%1.0f%%"])
    elif data.labels == "value":
        how["autopct"] = lambda share: f"{share * total / 100:.0f}"
    wedge = {"width": rng.uniform(0.3, 0.5)} if data.kind == "donut" else {}
    if rng.random() < 0.4:
        wedge |= {"edgecolor": "white", "linewidth": rng.choice([1, 2])}
    if data.kind == "donut" and "autopct" in how:
        how["pctdistance"] = 1 - wedge["width"] / 2
    drawn = axes.pie(values, wedgeprops=wedge or None, **how)
    if data.legend:
        axes.legend(drawn[0], data.names, loc="center left", bbox_to_anchor=(1, 0.5))
