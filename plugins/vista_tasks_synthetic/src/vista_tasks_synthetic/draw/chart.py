"""Charts: bars (upright, lying, grouped, stacked), lines and pies."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.axes import Frame, Words, lay_out, number, paint_back, paint_front, paint_legend
from vista_tasks_synthetic.draw.canvas import Canvas, text_size
from vista_tasks_synthetic.styles import ChartStyle, Colour, apart, palette

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image
    from PIL.ImageDraw import ImageDraw


@dataclass(frozen=True, slots=True)
class ChartData:
    """What a chart says. `values[s][n]` belongs to series s and name n."""

    form: str
    """"bars", "lying", "stacked", "lines" or "pie"."""
    names: tuple[str, ...]
    series: tuple[str, ...]
    """Names of the series; one empty name where there is one series."""
    values: tuple[tuple[Decimal, ...], ...]
    resolution: Decimal
    """All values are multiples of it; a chart is drawn so that one such step can be seen."""
    title: str = ""
    axis_title: str = ""

    @property
    def peak(self) -> Decimal:
        """The largest value that the axis must reach."""
        if self.form == "stacked":
            return max(sum(column, Decimal(0)) for column in zip(*self.values, strict=True))
        return max(max(row) for row in self.values)


def draw_chart(data: ChartData, style: ChartStyle, rng: "np.random.Generator") -> "Image.Image":
    """Draw a chart: the same arguments give the same pixels."""
    canvas = Canvas(style.size, style.theme.page)
    words = Words(data.names, data.series, data.title, data.axis_title)
    several = len(data.series) > 1
    if data.form == "pie":
        _pie(canvas, data, style, palette(rng, style.theme, len(data.names)))
        return canvas.finish(rng, style.noise, style.jpeg)
    if several or data.form == "stacked":
        style = replace(style, value_labels=False, ticks=True)
    elif data.form == "lines":
        style = replace(style, per_bar_colours=False)
    style = replace(style, ticks=style.ticks or not style.value_labels)
    frame = lay_out(style.size, style, words, data.peak, data.resolution, data.form == "lying")
    many = len(data.names) if style.per_bar_colours and not several else len(data.series)
    inks = palette(rng, style.theme, many)
    paint_back(canvas, frame, style, len(data.names))
    if data.form == "lines":
        _lines(canvas, frame, data, style, inks)
    else:
        _bars(canvas, frame, data, style, inks)
    paint_front(canvas, frame, style, words)
    if several:
        paint_legend(canvas, frame, style, data.series, inks)
    return canvas.finish(rng, style.noise, style.jpeg)


def _bars(canvas: Canvas, frame: Frame, data: ChartData, style: ChartStyle, inks: tuple[Colour, ...]) -> None:
    """Fill one rectangle per value; the end of a bar lies on the pixel row of its value."""
    stacked = data.form == "stacked"
    lanes = 1 if stacked else len(data.series)
    group = max(14.0 * lanes, frame.slot(len(data.names)) * style.bar_share)
    thick = group / lanes
    gap = 1 if lanes > 1 else 0
    for n in range(len(data.names)):
        start = frame.centre(n, len(data.names)) - group / 2
        base = Decimal(0)
        for s, row in enumerate(data.values):
            ink = inks[n] if style.per_bar_colours and len(data.series) == 1 else inks[s]
            lane = 0 if stacked else s
            low, high = round(start + lane * thick), round(start + (lane + 1) * thick) - 1 - gap
            first, last = frame.at(base), frame.at(base + row[n])
            # the base line's own pixels are left to the axis
            box = (first + 1, low, last, high) if frame.horizontal else (low, last, high, first - 1)
            _bar(canvas, box, ink, style, hatch=style.hatch and s % 2 == 1)
            if style.value_labels:
                middle = (low + high) / 2
                at, anchor = ((last + 5, middle), "lm") if frame.horizontal else ((middle, last - 2), "mb")
                canvas.text(at, number(row[n]), style.family, style.text_size, style.theme.text, anchor)
            if stacked:
                base += row[n]


def _bar(canvas: Canvas, box: tuple[int, int, int, int], ink: Colour, style: ChartStyle, hatch: bool) -> None:
    left, top, right, bottom = box
    if right < left or bottom < top:
        return
    shift = 70 if style.theme.dark else -70
    red, green, blue = (min(255, max(0, channel + shift)) for channel in ink)
    edge = (red, green, blue)
    canvas.pen.rectangle(box, fill=ink)
    if hatch:
        from PIL import Image, ImageDraw

        width, height = right - left + 1, bottom - top + 1
        mask = Image.new("L", (width, height), 0)
        pen = ImageDraw.Draw(mask)
        for offset in range(-height, width, 7):
            pen.line((offset, height, offset + height, 0), fill=255)
        canvas.image.paste(edge, (left, top), mask)
    if style.outline and apart(edge, style.theme.panel) >= 60:  # an edge like the panel would shorten the bar
        canvas.pen.rectangle(box, outline=edge)


def _lines(canvas: Canvas, frame: Frame, data: ChartData, style: ChartStyle, inks: tuple[Colour, ...]) -> None:
    """Join the values of a series; a round marker sits on each value."""
    box = (frame.left, frame.top - 6, frame.right + 1, frame.bottom + 7)
    for row, ink in zip(data.values, inks, strict=True):
        points = [(frame.centre(n, len(row)), frame.at(value)) for n, value in enumerate(row)]

        def paint(pen: "ImageDraw", scale: float, points: list[tuple[float, int]] = points) -> None:
            moved = [((x - box[0] + 0.5) * scale, (y - box[1] + 0.5) * scale) for x, y in points]
            pen.line(moved, fill=255, width=round(2 * scale), joint="curve")
            for x, y in moved:
                reach = 3.5 * scale
                pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

        canvas.smooth(paint, ink, box)
        if style.value_labels:
            for (x, y), value in zip(points, row, strict=True):
                canvas.text((x, y - 6), number(value), style.family, style.text_size, style.theme.text, "mb")


def _pie(canvas: Canvas, data: ChartData, style: ChartStyle, inks: tuple[Colour, ...]) -> None:
    """Paint wedges clockwise from the top, each with its value, and a legend of names."""
    width, height = canvas.size
    line = style.text_size + 6
    top = 10 + (line + 4) * style.title
    legend = max(text_size(name, style.family, style.text_size)[0] for name in data.names) + 34
    radius = min(height - top - 10, width - legend - 20) // 2
    middle = ((width - legend) / 2, (top + height - 6) / 2)
    box = tuple(round(edge) for edge in (
        middle[0] - radius - 2, middle[1] - radius - 2, middle[0] + radius + 3, middle[1] + radius + 3,
    ))  # fmt: skip
    total = sum(data.values[0], Decimal(0))
    angle = -90.0
    for index, (value, ink) in enumerate(zip(data.values[0], inks, strict=True)):
        turn = float(360 * value / total)

        def paint(pen: "ImageDraw", scale: float, start: float = angle, end: float = angle + turn) -> None:
            pen.pieslice(
                ((2 * scale), (2 * scale), (2 * radius + 2) * scale, (2 * radius + 2) * scale), start, end, fill=255
            )

        canvas.smooth(paint, ink, box)
        direction = math.radians(angle + turn / 2)
        at = (middle[0] + 0.68 * radius * math.cos(direction), middle[1] + 0.68 * radius * math.sin(direction))
        white, black = (255, 255, 255), (0, 0, 0)
        contrast = white if apart(ink, white) > apart(ink, black) else black
        canvas.text(at, number(value), style.family, style.text_size, contrast)
        y = top + 8 + index * line
        canvas.pen.rectangle((width - legend + 6, y + 3, width - legend + 16, y + 13), fill=ink)
        at = (width - legend + 22, y + 8)
        canvas.text(at, data.names[index], style.family, style.text_size, style.theme.text, "lm")
        angle += turn
    if style.title:
        canvas.text((width / 2, 6), data.title, style.family, style.text_size + 2, style.theme.text, "mt")
