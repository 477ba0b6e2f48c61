"""Charts by Plotly through kaleido 0.2 (which brings its browser along), as PNG."""

from __future__ import annotations

import random
from typing import Any

from charts.data import ChartData

TEMPLATES = ("plotly", "plotly", "plotly_white", "plotly_dark", "ggplot2", "seaborn", "simple_white", "none")


def draw(data: ChartData, rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Draw one chart.

    Returns:
        (PNG, the style drawn by lot).
    """
    import plotly.graph_objects as go

    style: dict[str, Any] = {"template": rng.choice(TEMPLATES)}
    figure = go.Figure(_pie(data, rng, go) if data.kind in ("pie", "donut") else _traces(data, rng, go))
    figure.update_layout(template=style["template"], showlegend=data.legend)
    if data.title:
        figure.update_layout(title={"text": data.title, "x": rng.choice([0.05, 0.5])})
    if data.legend and rng.random() < 0.3:
        figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"})
    if data.kind not in ("pie", "donut"):
        _axes(figure, data, rng)
    size = {"width": rng.randint(520, 820), "height": rng.randint(380, 560)}
    return figure.to_image(format="png", scale=rng.choice([1, 1, 1.5]), engine="kaleido", **size), style


def _traces(data: ChartData, rng: random.Random, go: Any) -> list[Any]:
    out = []
    if data.kind == "scatter":
        marker = {"size": rng.choice([6, 9, 12]), "opacity": rng.choice([1, 0.8])}
        for name in data.series:
            points = [(x, y) for s, x, y in data.points if s == name]
            xs, ys = zip(*points, strict=True)
            out.append(go.Scatter(x=xs, y=ys, mode="markers", name=name, marker=marker))
        return out
    mode = "lines+markers" if rng.random() < 0.5 else "lines"
    names: list[Any] = [int(n) for n in data.names] if data.axis == "year" else list(data.names)
    for name, row in zip(data.series, data.values, strict=True):
        text = [data.written(v) for v in row] if data.labels == "value" else None
        if "line" in data.kind:
            with_text = mode + "+text" if text else mode
            shape = {"width": rng.choice([2, 3])}
            out.append(
                go.Scatter(x=names, y=row, mode=with_text, text=text, textposition="top center", name=name, line=shape)
            )
        else:
            xy = {"x": row, "y": names} if data.horizontal else {"x": names, "y": row}
            out.append(go.Bar(**xy, name=name, text=text, orientation="h" if data.horizontal else "v",
                              textposition=rng.choice(["auto", "outside"]) if text else None))  # fmt: skip
    return out


def _axes(figure: Any, data: ChartData, rng: random.Random) -> None:
    value, category = ("xaxis", "yaxis") if data.horizontal else ("yaxis", "xaxis")
    how: dict[str, Any] = {"title": {"text": data.y_title}} if data.y_title else {}
    how |= {
        "%": {"ticksuffix": "%"},
        "$": {"tickprefix": "$"},
        "K": {"tickformat": "~s"},
        "M": {"tickformat": "~s"},
    }.get(data.unit, {})
    if data.log:
        how["type"] = "log"
        how["dtick"] = 1
    if rng.random() < 0.2:
        how["showgrid"] = False
    figure.update_layout(**{value: how}, barmode="stack" if data.kind == "stacked" else "group")
    names: dict[str, Any] = {"title": {"text": data.x_title}} if data.x_title else {}
    if data.axis == "category" and data.kind != "scatter":
        names["type"] = "category"
    if data.axis == "month":
        names |= {"tickformat": rng.choice(["%b %Y", "%Y-%m"]), "dtick": "M1", "tickangle": -45}
    if data.axis == "year":
        names |= {"dtick": rng.choice([1, 2])}
    figure.update_layout(**{category: names})


def _pie(data: ChartData, rng: random.Random, go: Any) -> list[Any]:
    info = {"percent": "percent", "value": "value", "none": ""}[data.labels]
    if not data.legend:
        info = "label+" + info if info else "label"
    how: dict[str, Any] = {"textinfo": info or "none", "sort": rng.random() < 0.5}
    if not data.legend:
        how["textposition"] = "outside"
    if data.kind == "donut":
        how["hole"] = rng.choice([0.3, 0.5])
    return [go.Pie(labels=data.names, values=data.values[0], **how)]
