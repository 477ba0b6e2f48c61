"""Charts by Vega-Lite (what Altair writes), through vl-convert, which needs no browser."""

from __future__ import annotations

import random
from typing import Any

from charts.data import ChartData

THEMES = (
    None,
    None,
    "dark",
    "ggplot2",
    "fivethirtyeight",
    "quartz",
    "vox",
    "latimes",
    "excel",
    "googlecharts",
)
SCHEMES = (None, "category10", "tableau10", "set2", "dark2", "accent", "set1")
_UNITS = {"%": "datum.value + '%'", "$": "'$' + format(datum.value, ',')", "K": "datum.value / 1000 + 'K'",
          "M": "datum.value / 1000000 + 'M'"}  # fmt: skip


def draw(data: ChartData, rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Draw one chart.

    Returns:
        (PNG, the style drawn by lot).
    """
    import vl_convert

    style: dict[str, Any] = {"theme": rng.choice(THEMES), "zoom": rng.choice([1, 1.5, 1.5, 2])}
    spec = _pie(data, rng) if data.kind in ("pie", "donut") else _plot(data, rng, style)
    spec |= {"width": rng.randint(280, 520), "height": rng.randint(220, 360), "background": None}
    if style["theme"] != "dark":
        spec["background"] = "white"
    if data.title:
        spec["title"] = data.title
    spec["config"] = {"view": {"stroke": rng.choice([None, "#ddd"])}} if style["theme"] is None else {}
    png = vl_convert.vegalite_to_png(
        {k: v for k, v in spec.items() if v is not None}, scale=style["zoom"], theme=style["theme"]
    )
    return png, style


def _rows(data: ChartData) -> list[dict[str, Any]]:
    if data.kind == "scatter":
        return [{"series": s, "x": x, "value": y} for s, x, y in data.points]
    return [
        {"name": name, "series": series, "value": value, "text": data.written(value)}
        for series, row in zip(data.series, data.values, strict=True)
        for name, value in zip(data.names, row, strict=True)
    ]


def _plot(data: ChartData, rng: random.Random, style: dict[str, Any]) -> dict[str, Any]:
    grid = rng.random() < 0.7
    value: dict[str, Any] = {"field": "value", "type": "quantitative", "title": data.y_title or None}
    value["axis"] = {"grid": grid, **({"labelExpr": _UNITS[data.unit]} if data.unit else {})}
    if data.log:
        value["scale"] = {"type": "log"}
        if not ("line" in data.kind or data.kind == "scatter"):
            value["scale"]["domainMin"] = 1
    name: dict[str, Any] = {"field": "name", "type": "nominal", "sort": None, "title": data.x_title or None}
    name["axis"] = {"labelAngle": rng.choice([0, 0, -45, -90, 30])} if not data.horizontal else {}
    longest = max((len(n) for n in data.names), default=0)
    if name["axis"].get("labelAngle") == 0 and longest * len(data.names) > 45:
        name["axis"]["labelAngle"] = -45
    if data.axis == "month":
        name |= {"type": "temporal", "timeUnit": "yearmonth"}
        name["axis"] = {"format": rng.choice(["%b %Y", "%Y-%m"]), "labelAngle": rng.choice([-45, -90])}
    elif data.axis == "year" and rng.random() < 0.5:
        name |= {"type": "quantitative", "scale": {"zero": False}}
        name["axis"] = {"format": "d", "tickCount": min(len(data.names), 8), "grid": grid}
    mark: dict[str, Any] = {"type": "bar"}
    encoding: dict[str, Any] = {"x": name, "y": value}
    if data.kind == "scatter":
        mark = {
            "type": "point",
            "filled": rng.random() < 0.6,
            "size": rng.choice([30, 60, 90]),
            "opacity": rng.choice([0.7, 1]),
        }
        x_axis = {"field": "x", "type": "quantitative", "title": data.x_title or None, "scale": {"zero": False}}
        encoding = {"x": x_axis, "y": value | {"scale": {"zero": False}}}
    elif "line" in data.kind:
        mark = {"type": "line", "point": rng.random() < 0.5, "strokeWidth": rng.choice([1.5, 2, 3])}
        value.setdefault("scale", {"zero": rng.random() < 0.4})
    elif data.horizontal:
        encoding = {"y": name, "x": value}
    if data.kind == "grouped":
        encoding["yOffset" if data.horizontal else "xOffset"] = {"field": "series", "type": "nominal", "sort": None}
    if len(data.series) > 1:
        scheme = rng.choice(SCHEMES)
        encoding["color"] = {"field": "series", "type": "nominal", "sort": None, "title": rng.choice(["series", None])}
        encoding["color"] |= {"scale": {"scheme": scheme}} if scheme else {}
        encoding["color"]["legend"] = {"orient": rng.choice(["right", "right", "top", "bottom"])}
        if data.kind == "stacked":
            encoding["order"] = {"field": "series", "type": "nominal", "sort": None}
    elif rng.random() < 0.4 and data.kind != "scatter":
        mark["color"] = rng.choice(["#e45756", "#54a24b", "teal", "#b279a2", "orange"])
    spec: dict[str, Any] = {"data": {"values": _rows(data)}, "mark": mark, "encoding": encoding}
    if data.labels == "value":
        side = {"align": "left", "dx": 4, "baseline": "middle"} if data.horizontal else {"dy": -8}
        colour = "#ddd" if style["theme"] == "dark" else "black"
        text = {"mark": {"type": "text", "color": colour, **side}, "encoding": {"text": {"field": "text"}}}
        spec = {"data": spec["data"], "encoding": encoding, "layer": [{"mark": mark}, text]}
    return spec


def _pie(data: ChartData, rng: random.Random) -> dict[str, Any]:
    total = sum(data.values[0])
    rows = _rows(data)
    for i, row in enumerate(rows):
        row["place"] = i
        if data.labels == "percent":
            row["text"] = f"{100 * row['value'] / total:.{rng.choice([0, 1])}f}%"
    outer = 100
    inner = rng.choice([45, 60]) if data.kind == "donut" else 0
    colour: dict[str, Any] = {"field": "name", "type": "nominal", "sort": None, "title": None}
    scheme = rng.choice(SCHEMES)
    colour |= {"scale": {"scheme": scheme}} if scheme else {}
    # A Vega pie has its names in the legend, or as texts around it.
    if not data.legend:
        colour["legend"] = None
    encoding = {
        "theta": {"field": "value", "type": "quantitative", "stack": True},
        "color": colour,
        "order": {"field": "place", "type": "quantitative"},
    }
    layer: list[dict[str, Any]] = [
        {
            "mark": {
                "type": "arc",
                "outerRadius": outer,
                "innerRadius": inner,
                **({"stroke": "#fff"} if rng.random() < 0.5 else {}),
            }
        }
    ]
    if data.labels != "none":
        radius = (inner + outer) / 2 + 10
        layer.append(
            {
                "mark": {"type": "text", "radius": radius, "fill": "black"},
                "encoding": {"text": {"field": "text"}, "color": None},
            }
        )
    if not data.legend:
        layer.append(
            {
                "mark": {"type": "text", "radius": outer + 28, "fill": "#777"},
                "encoding": {"text": {"field": "name"}, "color": None},
            }
        )
    for part in layer[1:]:
        part["encoding"].pop("color")
    return {"data": {"values": rows}, "encoding": encoding, "layer": layer}
