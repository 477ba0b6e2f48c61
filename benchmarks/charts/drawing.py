"""One drawn chart: its picture, its gold, where it came from; and how to draw many."""

from __future__ import annotations

import importlib
import io
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charts.data import KINDS, ChartData, random_data

RENDERERS = {
    "matplotlib": "charts.matplotlib_charts",
    "vega": "charts.vega_charts",
    "plotly": "charts.plotly_charts",
    "pygal": "charts.pygal_charts",
    "letsplot": "charts.letsplot_charts",
}


@dataclass
class Drawing:
    """A chart as PNG with what it says.

    Attributes:
        renderer: key of RENDERERS.
        data: what it says.
        style: what was drawn by lot, for the record.
        png: the picture.
    """

    renderer: str
    data: ChartData
    style: dict[str, Any]
    png: bytes


def on_white(png: bytes) -> bytes:
    """Put a picture with a transparent page on white, as a viewer shows it."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    page = Image.new("RGBA", picture.size, "white")
    buffer = io.BytesIO()
    Image.alpha_composite(page, picture).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def usable(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Tell which renderers work here.

    Returns:
        (names that work, why each of the others does not).
    """
    good, bad = [], {}
    trial = random_data(random.Random(0), "bar")
    for name in names:
        try:
            importlib.import_module(RENDERERS[name]).draw(trial, random.Random(0))
            good.append(name)
        except Exception as error:  # a library that is not installed, or its browser that does not start
            bad[name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return good, bad


def drawings(
    count: int, seed: int, kinds: Sequence[str] = KINDS, renderers: Sequence[str] = tuple(RENDERERS)
) -> Iterator[Drawing]:
    """Draw `count` charts of each kind with each renderer.

    Args:
        count: charts per kind and renderer.
        seed: each chart depends on it, its renderer, its kind and its number only.
        kinds: of KINDS.
        renderers: of RENDERERS.
    """
    for number in range(count):
        for kind in kinds:
            for renderer in renderers:
                rng = random.Random(f"{seed}/{renderer}/{kind}/{number}")
                data = random_data(rng, kind)
                png, style = importlib.import_module(RENDERERS[renderer]).draw(data, rng)
                yield Drawing(renderer, data, style, png)


def save(folder: Path, count: int, seed: int, kinds: Sequence[str], renderers: Sequence[str]) -> int:
    """Write PNG and JSON (the gold) of each chart to a folder; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for total, one in enumerate(drawings(count, seed, kinds, renderers), 1):
        name = f"{one.renderer}-{one.data.kind}-{seed}-{total:04d}"
        (folder / f"{name}.png").write_bytes(one.png)
        gold = {"renderer": one.renderer, "style": one.style, **one.data.gold()}
        (folder / f"{name}.json").write_text(json.dumps(gold, indent=1))
    return total
