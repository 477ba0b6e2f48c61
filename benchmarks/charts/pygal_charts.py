"""Charts by pygal, which writes SVG in pure Python; vl-convert turns it into PNG."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from charts.data import ChartData
from charts.drawing import on_white

STYLES = ("DefaultStyle", "DefaultStyle", "CleanStyle", "LightSolarizedStyle", "DarkStyle", "NeonStyle", "RedBlueStyle",
          "LightColorizedStyle", "TurquoiseStyle", "LightGreenStyle", "DarkColorizedStyle", "BlueStyle")  # fmt: skip


def draw(data: ChartData, rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Draw one chart.

    Returns:
        (PNG, the style drawn by lot).
    """
    import pygal
    import vl_convert
    from pygal import style as styles

    style = {"style": rng.choice(STYLES), "zoom": rng.choice([1, 1.25])}
    data.legend = data.legend or data.kind in ("pie", "donut")  # beside small slices pygal prints no name
    sans = rng.choice(["DejaVu Sans", "Liberation Sans", "DejaVu Serif"])
    how: dict[str, Any] = {
        "style": getattr(styles, style["style"])(font_family=sans, label_font_size=14, major_label_font_size=14,
                                                  title_font_size=18, legend_font_size=14, value_font_size=14),
        "width": rng.randint(620, 860), "height": rng.randint(420, 560), "js": [], "show_legend": data.legend,
        "legend_at_bottom": rng.random() < 0.4, "title": data.title or None, "x_title": data.x_title or None,
        "y_title": data.y_title or None, "truncate_legend": -1, "truncate_label": -1,
    }  # fmt: skip
    if data.kind == "scatter":
        chart = pygal.XY(stroke=False, dots_size=rng.choice([3, 4, 6]), **how)
        for name in data.series:
            chart.add(name, [(x, y) for s, x, y in data.points if s == name])
    elif data.kind in ("pie", "donut"):
        chart = _pie(data, rng, pygal, how)
    else:
        chart = _plot(data, rng, pygal, how)
    svg = chart.render().decode()
    return on_white(vl_convert.svg_to_png(svg, scale=style["zoom"])), style


def _plot(data: ChartData, rng: random.Random, pygal: Any, how: dict[str, Any]) -> Any:
    how["value_formatter"] = lambda v: data.written(round(v, 6)) if v is not None else ""
    how["logarithmic"] = data.log
    if data.labels == "value":
        how |= {"print_values": True, "print_values_position": "top"}
    if not data.horizontal and max(len(n) for n in data.names) * len(data.names) > 50:
        how["x_label_rotation"] = rng.choice([20, 45, 90])
    if data.axis == "month":
        how["x_label_rotation"] = 45
    lines = "line" in data.kind
    if lines:
        how |= {"show_dots": rng.random() < 0.5, "stroke_style": {"width": rng.choice([1.5, 2, 3])}}
        kind = pygal.Line
    elif data.kind == "stacked":
        kind = pygal.HorizontalStackedBar if data.horizontal else pygal.StackedBar
    else:
        kind = pygal.HorizontalBar if data.horizontal else pygal.Bar
    chart = kind(**{k: v for k, v in how.items() if v is not None})
    written = "%b %Y" if rng.random() < 0.5 else "%Y-%m"
    chart.x_labels = [
        date(int(n[:4]), int(n[5:]), 1).strftime(written) if data.axis == "month" else n for n in data.names
    ]
    for name, row in zip(data.series, data.values, strict=True):
        chart.add(name or data.y_title or "Value", row)
    return chart


def _pie(data: ChartData, rng: random.Random, pygal: Any, how: dict[str, Any]) -> Any:
    total = sum(data.values[0])
    if data.labels == "percent":
        how |= {"print_values": True, "formatter": lambda v: f"{100 * v / total:.1f}%"}
    elif data.labels == "value":
        how |= {"print_values": True, "formatter": lambda v: f"{v:g}"}
    chart = pygal.Pie(
        inner_radius=rng.choice([0.4, 0.6]) if data.kind == "donut" else 0,
        **{k: v for k, v in how.items() if v is not None},
    )
    for name, value in zip(data.names, data.values[0], strict=True):
        chart.add(name, value)
    return chart
