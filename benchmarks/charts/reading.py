"""Read drawn charts with the classical reader and compare with what they say."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

from charts.data import ChartData
from charts.drawing import Drawing

SIMPLE = ("bar", "barh", "line", "pie", "donut")
MANY = ("grouped", "stacked", "multiline")
STRICT = 0.1
"""theta of the authors' published code; the paper's text is more lenient."""


@dataclass
class Result:
    """One chart that was read.

    Attributes:
        renderer: who drew it.
        kind: its type.
        f1: RMS-F1 with tau = theta = 0.5 (scatter: `point_similarity`).
        strict: the same with theta = 0.1 (scatter: as f1).
        seconds: of the whole reading.
        problem: what the reader said when it gave up; "" when it read.
    """

    renderer: str
    kind: str
    f1: float
    strict: float
    seconds: float
    problem: str


def read_all(drawings: Iterable[Drawing], keep: Path | None = None) -> list[Result]:
    """Read charts one by one.

    Args:
        drawings: with their gold.
        keep: write the pictures that scored under 0.9, with gold and reading beside them, to this folder.
    """
    import numpy as np
    from PIL import Image
    from vista_tools_vision.backends import paddle_engine
    from vista_tools_vision.chart.reader import read_chart
    from vista_tools_vision.chart.scene import ChartUnreadable

    engine = paddle_engine(1).latin()
    out = []
    for number, drawing in enumerate(drawings):
        image = np.asarray(Image.open(io.BytesIO(drawing.png)).convert("RGB"))
        started = time.perf_counter()
        scene, problem = None, ""
        try:
            scene = read_chart(image, engine)
        except ChartUnreadable as error:
            problem = str(error)
        except Exception as error:  # a defect of the reader, which must not hide the other charts' figures
            problem = f"defect: {type(error).__name__}: {error}"
        seconds = time.perf_counter() - started
        f1, strict = score(scene, drawing.data)
        out.append(Result(drawing.renderer, drawing.data.kind, f1, strict, seconds, problem))
        if keep is not None and f1 < 0.9:
            _keep(keep / f"{drawing.renderer}-{drawing.data.kind}-{number:03d}", drawing, scene, f1, problem)
    return out


def score(scene: Any, data: ChartData) -> tuple[float, float]:
    """RMS-F1 of a scene, lenient and strict; 0 for None.

    The header over a single series is nobody's series and is left out of its keys; months are compared as months
    ("Mar 2021" is "2021-03").
    """
    from vista_tools_vision.chart.metrics import mappings, point_similarity, relative_mapping_similarity
    from vista_tools_vision.chart.numbers import date_text, parse_date

    if scene is None:
        return 0.0, 0.0
    if data.kind == "scatter":
        names = [s.name for s in scene.series] if len(scene.series) > 1 else [""]
        read = [(names[m.series], m.x, m.value) for m in scene.marks if m.x is not None]
        f1 = point_similarity(read, data.points).f1
        return f1, f1
    columns, rows = scene.table()
    if data.series == [""] and len(columns) == 2:
        columns = [columns[0], ""]
    if data.axis == "month":
        dates = [parse_date(row[0]) for row in rows]
        rows = [row if day is None else [date_text(day, 30.0), *row[1:]] for day, row in zip(dates, rows, strict=True)]
    read_cells = [m for m in mappings(columns, rows) if m.value != ""]
    true_cells = mappings(*data.table())
    return tuple(relative_mapping_similarity(read_cells, true_cells, theta=t).f1 for t in (0.5, STRICT))  # type: ignore[return-value]


def _keep(stem: Path, drawing: Drawing, scene: Any, f1: float, problem: str) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    stem.with_suffix(".png").write_bytes(drawing.png)
    columns, rows = drawing.data.table() if drawing.data.kind != "scatter" else ([], map(str, drawing.data.points))
    lines = [f"F1 {f1:.3f}  {drawing.style}", problem, "-- true", " | ".join(columns)]
    lines += [" | ".join(row) if isinstance(row, list) else row for row in rows]
    if scene is not None:
        columns, rows = scene.table()
        lines += [f"-- read as {scene.kind}", " | ".join(columns), *(" | ".join(row) for row in rows), *scene.notes]
    stem.with_suffix(".txt").write_text("\n".join(lines) + "\n")


def summary(results: list[Result]) -> dict[str, Any]:
    """Means by type and renderer, and over the groups that the project's targets are about."""
    kinds, renderers = _names(r.kind for r in results), _names(r.renderer for r in results)

    def average(chosen: list[Result]) -> dict[str, Any]:
        if not chosen:
            return {}
        return {
            "charts": len(chosen),
            "rms_f1": round(mean(r.f1 for r in chosen), 4),
            "rms_f1_theta_0.1": round(mean(r.strict for r in chosen), 4),
            "unreadable": sum(bool(r.problem) for r in chosen),
            "median_s": round(median(r.seconds for r in chosen), 3),
        }

    tabular = [r for r in results if r.kind != "scatter"]
    return {
        "cells": {
            k: {n: average([r for r in results if (r.kind, r.renderer) == (k, n)]) for n in renderers} for k in kinds
        },
        "kinds": {k: average([r for r in results if r.kind == k]) for k in kinds},
        "renderers": {n: average([r for r in tabular if r.renderer == n]) for n in renderers},
        "bars, lines, pies": average([r for r in results if r.kind in SIMPLE]),
        "grouped, stacked, multi-line": average([r for r in results if r.kind in MANY]),
        "problems": _counted(re.sub(r"[0-9.]+", "N", r.problem)[:100] for r in results if r.problem),
    }


def print_summary(table: dict[str, Any]) -> None:
    """The table by type (rows) and renderer (columns)."""
    renderers = list(table["renderers"])
    print(
        f"\nRMS-F1 (tau = theta = 0.5){'':4}"
        + "".join(f"{n:>12}" for n in renderers)
        + f"{'all':>9}{'th=0.1':>8}{'unread':>8}{'s':>7}"
    )
    for kind, row in table["cells"].items():
        cells = "".join(f"{row[n]['rms_f1']:12.3f}" if row[n] else f"{'-':>12}" for n in renderers)
        print(f"{kind:30}{cells}{_tail(table['kinds'][kind])}")
    print(
        f"{'all but scatter':30}"
        + "".join(f"{table['renderers'][n]['rms_f1']:12.3f}" if table["renderers"][n] else "" for n in renderers)
    )
    for name in ("bars, lines, pies", "grouped, stacked, multi-line"):
        if table[name]:
            print(f"{name:30}{'':{12 * len(renderers)}}{_tail(table[name])}")
    for problem, count in table["problems"].items():
        print(f"  unreadable {count} x: {problem}")


def _tail(row: dict[str, Any]) -> str:
    return f"{row['rms_f1']:9.3f}{row['rms_f1_theta_0.1']:8.3f}{row['unreadable']:8d}{row['median_s']:7.2f}"


def _names(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _counted(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
