"""Whether a chart is simple enough for the fast path, and its scene."""

from typing import TYPE_CHECKING

from vista_tools_vision.chart.axes import fit_line
from vista_tools_vision.chart.colours import to_hex
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.quick.reader import Reading, number_text
from vista_tools_vision.chart.quick.regions import colour_distance
from vista_tools_vision.chart.scene import Axis, Box, ChartScene, ChartUnreadable, Mark, Series, Tick
from vista_tools_vision.ocr_engine import PaddleOCR

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine

SURE = 0.6  # confidence that each bar must have
LEAST_AREA = 80  # px of a shape that is no letter
MOST_LEFT = 0.08  # of the area of the bars may be in other coloured shapes


def read_simple(image: "np.ndarray", engine: "TextEngine") -> ChartScene | None:
    """Read a chart of plain upright bars, without titles.

    Args:
        image: RGB uint8 (height, width, 3).
        engine: the fast path needs the PP-OCR engine, whose alphabet can be restricted.

    Returns:
        The scene, or None where the picture holds anything that is not explained by upright bars on one line, or where
        a bar is unsure: it wants the general reader.
    """
    if not isinstance(engine, PaddleOCR):
        return None
    try:
        reading = Reading(image, engine)
        if _unexplained(reading) > MOST_LEFT:
            return None
        scene = reading.scene(title=False)
    except ChartUnreadable:
        return None
    if any(bar.confidence < SURE for bar in scene.marks):
        return None
    per_name = len(scene.series)
    colours = [to_hex(region.colour) for region in reading.regions[:per_name]]
    marks = [
        Mark(
            kind="bar",
            series=i % per_name,
            category=bar.name,
            value=bar.value,
            box=bar.box,
            confidence=bar.confidence,
            source=bar.source if bar.source in ("label", "scale") else "neighbour",
            text=number_text(bar.value),
        )
        for i, bar in enumerate(scene.marks)
    ]
    middles = [
        (scene.marks[i].box.left + scene.marks[i + per_name - 1].box.right) / 2
        for i in range(0, len(scene.marks), per_name)
    ]
    names = [Tick(text=name, at=at) for name, at in zip(scene.names, middles, strict=True)]
    height, width = image.shape[:2]
    return ChartScene(
        kind="bar",
        orientation="vertical",
        arrangement="grouped" if per_name > 1 else "single",
        width=width,
        height=height,
        theme="dark" if float(reading.page @ (0.299, 0.587, 0.114)) < 110 else "light",
        plot=union([bar.box for bar in scene.marks]),
        x=Axis(position="bottom", scale="category", ticks=names),
        y=_value_axis(reading),
        series=[Series(name=n, colour=c) for n, c in zip(scene.series, colours, strict=True)],
        marks=marks,
        page=to_hex(reading.page),
        panel=to_hex(reading.panel),
        notes=scene.notes,
        confidence=round(sum(m.confidence for m in marks) / len(marks), 3),
    )


def _unexplained(reading: Reading) -> float:
    """Area of coloured shapes that are no bars, as a share of the area of the bars."""
    bars = [Box(b.left - 3, b.top - 3, b.right + 3, b.bottom + 3) for b in reading.bars]
    left = 0.0
    for region in reading.all_regions:
        # Letters, grid lines and outlines are thin.
        if min(region.box.width, region.box.height) < 5 or region.fill < 0.4 or region.area < LEAST_AREA:
            continue
        if any(colour_distance(region.colour, b) <= 2 * reading.tolerance for b in reading.backgrounds):
            continue
        if colour_distance(region.colour, reading.panel) <= 2 * reading.tolerance:
            continue
        x, y = region.box.centre
        if not any(b.left <= x <= b.right and b.top <= y <= b.bottom for b in bars):
            left += region.area
    return left / sum(region.area for region in reading.regions)


def _value_axis(reading: Reading) -> Axis | None:
    """The axis through the ticks that were read; None where labels alone gave the values."""
    fitted = fit_line([(t.at, t.value) for t in reading.ticks], slack=2.5) if len(reading.ticks) > 1 else None
    if fitted is None:
        return None
    slope, offset, _, _ = fitted
    ticks = [Tick(text=number_text(t.value), value=t.value, at=t.at) for t in reading.ticks]
    return Axis(position="left", scale="linear", ticks=ticks, offset=offset, slope=slope)
