"""Charts by Lets-Plot (a grammar of graphics like ggplot2), written as SVG; vl-convert turns it into PNG."""

from __future__ import annotations

import random
from typing import Any

from charts.data import ChartData
from charts.drawing import on_white

THEMES = ("theme_grey", "theme_light", "theme_minimal", "theme_minimal2", "theme_classic", "theme_bw")
FLAVORS = (None, None, None, "flavor_darcula", "flavor_solarized_light", "flavor_high_contrast_dark")


def draw(data: ChartData, rng: random.Random) -> tuple[bytes, dict[str, Any]]:
    """Draw one chart.

    Returns:
        (PNG, the style drawn by lot).
    """
    import lets_plot as lp
    import vl_convert

    style: dict[str, Any] = {"theme": rng.choice(THEMES), "flavor": rng.choice(FLAVORS)}
    plot = (
        _pie(data, rng, lp) if data.kind in ("pie", "donut") else _plot(data, rng, lp) + getattr(lp, style["theme"])()
    )
    if style["flavor"]:
        plot += getattr(lp, style["flavor"])()
    if data.title:
        plot += lp.ggtitle(data.title)
    if not data.legend:
        plot += lp.theme(legend_position="none")
    elif rng.random() < 0.3:
        plot += lp.theme(legend_position=rng.choice(["top", "bottom"]))
    plot += lp.ggsize(rng.randint(480, 720), rng.randint(340, 480))
    return on_white(vl_convert.svg_to_png(plot.to_svg(), scale=rng.choice([1, 1.25, 1.5]))), style


def _plot(data: ChartData, rng: random.Random, lp: Any) -> Any:
    titles = lp.xlab(data.x_title), lp.ylab(data.y_title)
    if data.kind == "scatter":
        series, xs, ys = zip(*data.points, strict=True)
        frame = {"series": list(series), "x": list(xs), "y": list(ys)}
        aes = lp.aes("x", "y", color="series") if len(data.series) > 1 else lp.aes("x", "y")
        return lp.ggplot(frame, aes) + lp.geom_point(size=rng.choice([3, 4, 5])) + titles[0] + titles[1]
    cells = [
        (n, s, v) for s, row in zip(data.series, data.values, strict=True) for n, v in zip(data.names, row, strict=True)
    ]
    names, series, values = map(list, zip(*cells, strict=True))
    frame = {"name": names, "series": series, "value": values, "text": [data.written(v) for v in values]}
    several = len(data.series) > 1
    if "line" in data.kind:
        aes = (
            lp.aes("name", "value", color="series", group="series")
            if several
            else lp.aes("name", "value", group="series")
        )
        how = {} if several else {"color": rng.choice(["#377eb8", "#e41a1c", "#4daf4a"])}
        plot = lp.ggplot(frame, aes) + lp.geom_line(size=rng.choice([1, 1.5]), tooltips="none", **how)
        if rng.random() < 0.5:
            plot += lp.geom_point(size=rng.choice([3, 4]), **how)
    else:
        how = {} if several else {"fill": rng.choice(["#377eb8", "#e41a1c", "#4daf4a", "#ff7f00"])}
        place = "stack" if data.kind == "stacked" else "dodge"
        aes = lp.aes("name", "value", fill="series") if several else lp.aes("name", "value")
        plot = lp.ggplot(frame, aes) + lp.geom_bar(stat="identity", position=place, width=rng.uniform(0.6, 0.9), **how)
    if data.labels == "value":
        side = {"hjust": 0, "nudge_x": 0} if data.horizontal else {"vjust": 0, "nudge_y": 0.02 * max(values)}
        plot += lp.geom_text(lp.aes(label="text"), size=6, **side)
    plot += lp.scale_x_discrete(limits=list(dict.fromkeys(names)))
    if several:
        plot += (lp.scale_color_discrete if "line" in data.kind else lp.scale_fill_discrete)(limits=data.series)
    written = {"%": "{.0f}%", "$": "${,.10g}", "K": "{~s}", "M": "{~s}"}.get(data.unit)
    axis = lp.scale_y_log10 if data.log else lp.scale_y_continuous
    plot += axis(format=written) if written else axis()
    return (plot + lp.coord_flip() if data.horizontal else plot) + titles[0] + titles[1]


def _pie(data: ChartData, rng: random.Random, lp: Any) -> Any:
    total = sum(data.values[0])
    text = {"percent": [f"{100 * v / total:.1f}%" for v in data.values[0]], "value": [f"{v:g}" for v in data.values[0]]}
    frame = {"name": data.names, "value": data.values[0], "text": text.get(data.labels, [""] * len(data.names))}
    labels = lp.layer_labels()
    if not data.legend:
        labels = labels.line("@name")
    if data.labels != "none":
        labels = labels.line("@text")
    how = {"labels": labels} if data.labels != "none" or not data.legend else {}
    hole = rng.choice([0.3, 0.5]) if data.kind == "donut" else 0
    aes = lp.aes(slice="value", fill="name")
    plot = lp.ggplot(frame, aes) + lp.geom_pie(stat="identity", size=rng.choice([14, 18]), hole=hole, **how)
    return plot + lp.theme_void() + lp.scale_fill_discrete(limits=data.names)
