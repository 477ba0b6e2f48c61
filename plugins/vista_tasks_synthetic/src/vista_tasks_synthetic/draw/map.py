"""Choropleth maps: regions in the colours of a legend's ranges, some with their name and number."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.canvas import Canvas, text_size
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.shapes import us_states
from vista_tasks_synthetic.styles import Colour, colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

RAMPS: tuple[tuple[str, str], ...] = (
    ("#e3f1dd", "#2c7a41"), ("#dfe8f7", "#2f63a8"), ("#fbe4cc", "#c8681a"), ("#eddff0", "#7b4a96"),
    ("#fff3c4", "#b9860b"), ("#d9eeed", "#1f7d79"), ("#f8d9d8", "#b8403a"),
)  # fmt: skip
"""Fill of the lowest and of the highest range."""
SEAS: tuple[str, ...] = ("#ffffff", "#eef4f9", "#e3eef7", "#f4f1ea", "#f0f0f0", "#e8f1f0", "#fbfaf5")
WEST, EAST, SOUTH, NORTH = -125.0, -66.5, 24.3, 49.6
STRETCH = 1.28  # a degree of latitude is so much longer than one of longitude, in the middle of the map


def draw_map(
    labels: Mapping[str, str],
    bands: Mapping[str, int],
    legend: tuple[str, ...],
    title: str,
    rng: "np.random.Generator",
    level: int,
    canvas: tuple[int, int] | None,
) -> "Image.Image":
    """Draw a map with its legend below.

    Args:
        labels: what is written on a region, by the region's name.
        bands: the number of a region's range in the legend; regions without one are white.
        legend: the ranges, as written.
        title: what stands above, or "".
        rng: keyed generator of colours and sizes.
        level: at 3 there may be JPEG traces.
        canvas: (width, height) in pixels, or None for a random one.
    """
    low, high = (colour(code) for code in pick(rng, RAMPS))
    steps = max(1, len(legend) - 1)
    fills = [_between(low, high, step / steps) for step in range(len(legend))]
    if canvas is None:
        width = between(rng, (560, 700, 820)[level - 1], (640, 780, 900)[level - 1])
        canvas = width, round(width * 0.66)
    page = Canvas(canvas, colour(pick(rng, SEAS)))
    width, height = page.size
    family, size = pick(rng, ("sans", "sans", "serif")), max(9, min(between(rng, 13, 15), width // 32))
    top, foot = (size + 14 if title else 6), size + 18
    scale = min((width - 12) / (EAST - WEST), (height - top - foot) / (NORTH - SOUTH) / STRETCH)
    left = (width - scale * (EAST - WEST)) / 2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return left + (point[0] - WEST) * scale, top + (NORTH - point[1]) * scale * STRETCH

    line, edge = (120, 120, 120), (40, 40, 40)
    regions = us_states()
    for name, region in regions.items():
        fill = fills[bands[name]] if name in bands else (250, 250, 250)
        for ring in region.rings:
            points = [place(point) for point in ring]
            page.pen.polygon(points, fill=fill)
            page.pen.line([*points, points[0]], fill=line)
    for name, text in labels.items():
        wide, tall = text_size(text, family, size)
        x, y = place(regions[name].centre)
        x = min(max(x, wide / 2 + 6), width - wide / 2 - 6)
        page.pen.rectangle(
            (x - wide / 2 - 4, y - tall / 2, x + wide / 2 + 4, y + tall / 2), fill=(255, 255, 255), outline=line
        )
        page.text((x, y), text, family, size, edge)
    if title:
        page.text((width / 2, 6), title, f"{family} bold", size + 1, edge, "mt")
    _paint_legend(page, legend, fills, family, size, height - foot / 2)
    noise = between(rng, 1, (3, 5, 8)[level - 1]) if chance(rng, 0.3) else 0
    return page.finish(rng, noise, between(rng, 80, 94) if level == 3 and chance(rng, 0.3) else None)


def _paint_legend(
    page: Canvas, legend: tuple[str, ...], fills: list[Colour], family: str, size: int, middle: float
) -> None:
    swatch, gap = size + 4, size
    widths = [swatch + 6 + text_size(text, family, size)[0] + gap for text in legend]
    x = (page.size[0] - sum(widths)) / 2
    for text, fill, width in zip(legend, fills, widths, strict=True):
        box = (round(x), round(middle - size / 2), round(x + swatch), round(middle + size / 2))
        page.pen.rectangle(box, fill=fill, outline=(120, 120, 120))
        page.text((x + swatch + 6, middle), text, family, size, (40, 40, 40), "lm")
        x += width


def _between(low: Colour, high: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return red, green, blue
