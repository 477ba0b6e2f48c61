"""The frame of a chart: where the plot lies, its scale, ticks, grid, names, legend and titles."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from vista_tasks_synthetic.draw.canvas import Canvas, text_size
from vista_tasks_synthetic.styles import ChartStyle, Colour

NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def tick_step(top: Decimal, resolution: Decimal, wanted: int) -> Decimal:
    """Return a round distance between ticks: a multiple of the resolution that gives about `wanted` intervals."""
    power = Decimal(10) ** (Decimal(top / wanted).adjusted())
    for nice in NICE:
        step = nice * power
        if step % resolution == 0 and top / step <= wanted:
            return step
    return resolution * ceil(top / resolution / wanted)


def number(value: Decimal) -> str:
    """Return a number as it is drawn and asked for: no exponent, no trailing zeros of a fraction.

    Example:
        >>> number(Decimal("12.50")), number(Decimal("1E+2"))
        ('12.5', '100')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Words:
    """The texts around a plot."""

    names: tuple[str, ...]
    series: tuple[str, ...]
    title: str
    axis_title: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot's place and scale. The base line lies on `bottom` (vertical) or on `left` (horizontal)."""

    left: int
    top: int
    right: int
    bottom: int
    high: Decimal
    """The value at the far edge of the plot; the base line is 0."""
    ticks: tuple[Decimal, ...]
    horizontal: bool
    name_size: int
    name_angle: int

    @property
    def scale(self) -> Decimal:
        """Pixels per unit of value."""
        length = self.right - self.left if self.horizontal else self.bottom - self.top
        return Decimal(length) / self.high

    def at(self, value: Decimal) -> int:
        """Return the pixel row (vertical) or column (horizontal) of a value; bars end on it."""
        length = round(value * self.scale)
        return self.left + length if self.horizontal else self.bottom - length

    def slot(self, count: int) -> float:
        """Return the width of one name's share of the base line, in pixels."""
        return (self.bottom - self.top if self.horizontal else self.right - self.left) / count

    def centre(self, index: int, count: int) -> float:
        """Return the middle of a name's slot along the base line."""
        return (self.top if self.horizontal else self.left) + (index + 0.5) * self.slot(count)


def _name_fit(names: tuple[str, ...], style: ChartStyle, slot: float) -> tuple[int, int]:
    """Return the largest font size, and the angle, at which names do not touch each other."""
    if style.label_angle:
        return style.text_size, style.label_angle
    for size in range(style.text_size, 8, -1):
        if max(text_size(name, style.family, size)[0] for name in names) <= slot - 4:
            return size, 0
    return style.text_size, 45


def _name_height(names: tuple[str, ...], family: str, size: int, angle: int) -> int:
    """Return the height of the band below the axis that the names need, in pixels."""
    widest = max(text_size(name, family, size)[0] for name in names)
    return {0: size + 6, 30: round(widest * 0.5 + size) + 6, 45: round(widest * 0.71 + size * 0.7) + 6}.get(
        angle, widest + 6
    )


def lay_out(
    size: tuple[int, int], style: ChartStyle, words: Words, peak: Decimal, resolution: Decimal, horizontal: bool
) -> Frame:
    """Place the plot so that all words fit around it.

    Args:
        size: (width, height) of the picture.
        style: the look.
        words: names, series and titles.
        peak: the largest value drawn.
        resolution: the unit that all values are multiples of.
        horizontal: whether values run to the right.
    """
    width, height = size
    line = style.text_size + 6
    room = width if horizontal else height
    step = tick_step(peak, resolution, max(4, min(8, room // 40)))
    count = ceil(peak / step)
    ticks = tuple(step * i for i in range(count + 1))
    high = ticks[-1] * Decimal("1.04")
    if style.value_labels:  # room for a label beyond the longest bar
        high = max(high, peak * (Decimal("1.24") if horizontal else Decimal("1.13")))
    top = 10 + (line + 4) * style.title
    bottom = height - 8
    left, right = 10, width - 14
    if len(words.series) > 1:
        if style.legend == "top":
            top += line
        elif style.legend == "bottom":
            bottom -= line
        else:
            right -= max(text_size(name, style.family, style.text_size)[0] for name in words.series) + 24
    tick_width = max(text_size(number(t), style.family, style.text_size)[0] for t in ticks) if style.ticks else 0
    tick_gap = 5 + 4 * style.tick_marks
    if horizontal:
        left += max(text_size(n, style.family, style.text_size)[0] for n in words.names) + 8 + line * style.axis_title
        bottom -= (line + tick_gap) * style.ticks
        return Frame(left, top, right, bottom, high, ticks, True, style.text_size, 0)
    left += tick_width + tick_gap * style.ticks + line * style.axis_title
    name_size, angle = _name_fit(words.names, style, (right - left) / len(words.names))
    bottom -= _name_height(words.names, style.family, name_size, angle)
    return Frame(left, top, right, bottom, high, ticks, False, name_size, angle)


def paint_back(canvas: Canvas, frame: Frame, style: ChartStyle, slots: int) -> None:
    """Paint what lies behind the marks: the panel and the gridlines."""
    theme = style.theme
    canvas.pen.rectangle((frame.left, frame.top, frame.right, frame.bottom), fill=theme.panel)
    if style.grid == "none":
        return
    for tick in frame.ticks[1:]:
        at = frame.at(tick)
        if frame.horizontal:
            canvas.line((at, frame.top), (at, frame.bottom), theme.grid, dashed=style.dashed)
        else:
            canvas.line((frame.left, at), (frame.right, at), theme.grid, dashed=style.dashed)
    if style.grid == "both":
        for index in range(slots):
            at = round(frame.centre(index, slots))
            if frame.horizontal:
                canvas.line((frame.left, at), (frame.right, at), theme.grid, dashed=style.dashed)
            else:
                canvas.line((at, frame.top), (at, frame.bottom), theme.grid, dashed=style.dashed)


def paint_front(canvas: Canvas, frame: Frame, style: ChartStyle, words: Words) -> None:
    """Paint what lies around the marks: axis lines, ticks, names and titles."""
    theme, family, size = style.theme, style.family, style.text_size
    left, top, right, bottom = frame.left, frame.top, frame.right, frame.bottom
    if style.spines == "all":
        canvas.pen.rectangle((left, top, right, bottom), outline=theme.line)
    base = ((left, top), (left, bottom)) if frame.horizontal else ((left, bottom), (right, bottom))
    side = ((left, bottom), (right, bottom)) if frame.horizontal else ((left, top), (left, bottom))
    if style.spines != "none":
        canvas.line(*base, theme.line)
    if style.spines == "two":
        canvas.line(*side, theme.line)
    for tick in frame.ticks if style.ticks else ():
        at, gap = frame.at(tick), 4
        if frame.horizontal:
            if style.tick_marks:
                canvas.line((at, bottom), (at, bottom + 4), theme.line)
                gap = 7
            canvas.text((at, bottom + gap), number(tick), family, size, theme.text, "mt")
        else:
            if style.tick_marks:
                canvas.line((left - 4, at), (left, at), theme.line)
                gap = 7
            canvas.text((left - gap, at), number(tick), family, size, theme.text, "rm")
    for index, name in enumerate(words.names):
        at = round(frame.centre(index, len(words.names)))
        if frame.horizontal:
            canvas.text((left - 6, at), name, family, size, theme.text, "rm")
        else:
            anchor = "rt" if frame.name_angle in (30, 45) else "mt"
            canvas.text((at, bottom + 4), name, family, frame.name_size, theme.text, anchor, frame.name_angle)
    if style.title:
        middle = (left + right) / 2
        canvas.text((middle, 6), words.title, family, size + 2, theme.text, "mt")
    if style.axis_title:
        x = 4 + (size + 6) / 2
        canvas.text((x, (top + bottom) / 2), words.axis_title, family, size, theme.text, "mm", 90)


def paint_legend(
    canvas: Canvas, frame: Frame, style: ChartStyle, series: tuple[str, ...], inks: tuple[Colour, ...]
) -> None:
    """Paint one swatch and one name for each series."""
    size, line = style.text_size, style.text_size + 6
    widths = [text_size(name, style.family, size)[0] + 28 for name in series]
    if style.legend == "right":
        x, y = frame.right + 10.0, frame.top + 6.0
    else:
        x = max(frame.left, (frame.left + frame.right - sum(widths)) / 2)
        y = frame.top - line + 1 if style.legend == "top" else canvas.size[1] - line
    for name, ink, width in zip(series, inks, widths, strict=True):
        middle = y + line / 2 - 1
        canvas.pen.rectangle((round(x), round(middle) - 5, round(x) + 10, round(middle) + 5), fill=ink)
        canvas.text((x + 15, middle), name, style.family, size, style.theme.text, "lm")
        if style.legend == "right":
            y += line
        else:
            x += width
