"""The frame of a chart: page, theme, texts, plot area, axes with their scales, legend, and the pixels of the marks."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vista_tools_vision.chart.colours import find_panel, near, noise_tolerance, page_colour, to_hex
from vista_tools_vision.chart.layout import lay_out
from vista_tools_vision.chart.legend import find_legend
from vista_tools_vision.chart.palette import foreground_of, palette_of
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.quick.regions import Region, uniform_regions
from vista_tools_vision.chart.scene import Axis, Box, ChartUnreadable, LegendEntry
from vista_tools_vision.chart.sequences import mended_axis
from vista_tools_vision.chart.texts import TextLine, read_texts, usual_height
from vista_tools_vision.pictures import smoothed

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine

LEAST_SIDE = 48  # px


@dataclass(slots=True)
class Frame:
    """What every kind of chart has in common, as far as it was found.

    Attributes:
        image: RGB uint8 (height, width, 3), noise smoothed away where there was some.
        engine: reads text; use `engine.recognize(crops)` for texts that you find yourself.
        tolerance: largest channel difference that still counts as one colour, grey levels.
        page: RGB float (3,), colour of the paper around the plot.
        panel: RGB float (3,), colour behind the marks; equal to page in most charts.
        theme: "light" or "dark".
        plot: area inside the axes, px; None where no axis was found (a pie).
        x: the horizontal axis, below or above; None when none was read.
        y: the vertical axis, left or right; None when none was read.
        legend: entries in reading order; empty without a legend.
        texts: all lines of text that were read. `role` is "title", "x tick", "y tick", "x title", "y title", "legend"
            or "" for the rest (data labels, annotations, labels of slices).
        title: of the chart; "" when none was read.
        regions: connected regions of uniform colour, largest first.
        region_of: int32 (height, width), the `label` of the region that each pixel is of.
        foreground: bool (height, width): pixels in the plot (in the whole picture when plot is None) that are neither
            page nor panel, nor a grid line, an axis line, a text (its box) or the legend's box.
        palette: RGB float (3,) of the series: those of the legend in its order, else the colours of the foreground
            by number of pixels, thin lines included.
        letter: height of a usual line of text, px: the measure for all that depends on the chart's resolution.
        rows: y of long thin horizontal lines: grid, axes; px.
        columns: x of the vertical ones.
        notes: what was unsure, in words.
    """

    image: "np.ndarray"
    engine: "TextEngine"
    tolerance: float
    page: "np.ndarray"
    panel: "np.ndarray"
    theme: str
    plot: Box | None
    x: Axis | None
    y: Axis | None
    legend: list[LegendEntry]
    texts: list[TextLine]
    title: str
    regions: list[Region]
    region_of: "np.ndarray"
    foreground: "np.ndarray"
    palette: list["np.ndarray"]
    letter: float
    rows: list[float]
    columns: list[float]
    notes: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.image.shape[1], self.image.shape[0]


def read_frame(image: "np.ndarray", engine: "TextEngine") -> Frame:
    """Read everything around the marks.

    Args:
        image: RGB uint8 (height, width, 3).
        engine: finds and reads text.

    Raises:
        ChartUnreadable: the picture is too small to hold a chart, or of one colour only.
    """
    height, width = image.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise ChartUnreadable(f"found {width}x{height} pixels; a chart with names and numbers has more")
    flat, tolerance = smoothed(image)
    page = page_colour(flat)
    fine = noise_tolerance(flat)
    if near(flat, page, fine).mean() > 0.9995:
        raise ChartUnreadable(f"found nothing but one colour, {to_hex(page)}")
    texts = read_texts(image, engine)
    letter = usual_height(texts) or 0.022 * max(width, height)
    found = find_panel(flat, page, fine)
    panel, panel_box = found if found else (page, None)
    regions, region_of = uniform_regions(flat, tolerance, least_area=10)
    entries = find_legend(flat, engine, regions, texts, [page, panel], letter)
    for entry in entries:
        entry.line.role = "legend"
    legend = [
        LegendEntry(text=e.line.text, colour=to_hex(e.colour), box=union([e.line.box, e.swatch])) for e in entries
    ]
    layout = lay_out(flat, engine, texts, letter, page, panel, panel_box, [e.box for e in legend], fine)
    layout.name_titles()
    foreground = foreground_of(flat, layout, [e.box for e in legend], page, panel, fine)
    return Frame(
        image=flat,
        engine=engine,
        tolerance=tolerance,
        page=page,
        panel=panel,
        theme="dark" if float(page @ (0.299, 0.587, 0.114)) < 110 else "light",
        plot=layout.plot,
        x=mended_axis(layout.x, layout.notes),
        y=mended_axis(layout.y, layout.notes),
        legend=legend,
        texts=layout.texts,
        title=layout.title,
        regions=regions,
        region_of=region_of,
        foreground=foreground,
        palette=palette_of(flat, foreground, [e.colour for e in entries]),
        letter=layout.letter,
        rows=[r.at for r in layout.rows],
        columns=[c.at for c in layout.columns],
        notes=layout.notes,
    )
