"""Values of bars: from the labels on them where they can be read, else from their ends against the ticks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vista_tools_vision.chart.axes import fit_line
from vista_tools_vision.chart.frame import Frame
from vista_tools_vision.chart.numbers import Number, number_text, parse_number
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.quick.scale import fine_unit
from vista_tools_vision.chart.rectangles import Rectangle, edge_at
from vista_tools_vision.chart.scene import Axis, Box, ChartUnreadable, Mark, Tick
from vista_tools_vision.chart.texts import TextLine, read_missed

COVERED = 0.3  # times its confidence, for a bar that ends where the legend lies on the plot


@dataclass(slots=True)
class Bar:
    """A rectangle in the direction of its values.

    Attributes:
        rectangle: as found.
        middle: across the bars, px.
        thickness: across, px.
        category: index of its category.
        series: index of its series.
    """

    rectangle: Rectangle
    middle: float
    thickness: float
    category: int = 0
    series: int = 0


@dataclass(slots=True)
class _Span:
    """A bar along its value: the ends (px) nearer to and further from 0, and its label."""

    bar: Bar
    near: float
    far: float
    label: Number | None = None
    read: float = 0.0  # confidence of the label

    @property
    def length(self) -> float:
        return abs(self.far - self.near)


def measure(
    frame: Frame, bars: Sequence[Bar], names: Sequence[str], vertical: bool, stacked: bool
) -> tuple[list[Mark], Axis | None]:
    """Find the value of each bar.

    Args:
        frame: of the chart.
        bars: with their category and series.
        names: of the categories.
        vertical: bars stand.
        stacked: bars lie on each other; a value is a bar's own length.

    Returns:
        (marks, series by series within category by category; the value axis that was used).

    Raises:
        ChartUnreadable: there is neither a scale nor a label on most bars.
    """
    axis = frame.y if vertical else frame.x
    axis = axis if axis is not None and axis.scale in ("linear", "log") else None
    spans = _once(_spans(frame, bars, axis, vertical))
    if stacked:
        _close_gaps(spans, max(3.0, 0.35 * frame.letter))
    axis = _based(axis, spans)
    candidates = [(t, n) for t in frame.texts if not t.role and (n := parse_number(t.text)) is not None]
    _give_labels(spans, candidates, axis, vertical, stacked, frame.letter)
    if not stacked:
        _look_again(frame, spans, axis, vertical)
    source = "scale"
    if axis is None:
        axis, source = _axis_of_labels(spans, vertical, stacked), "neighbour"
        for span in spans if axis is not None else []:
            if span.label is not None and not _agree(span.label.value, span, axis, stacked):
                span.label = None
    if axis is None:
        raise ChartUnreadable(
            f"found {len(bars)} bars, but no scale of numbers beside them, nor numbers on most of them"
        )
    marks = _marks(frame, spans, names, axis, stacked, source)
    return marks, axis if source == "scale" else None


def _spans(frame: Frame, bars: Sequence[Bar], axis: Axis | None, vertical: bool) -> list[_Span]:
    """Ends of the bars, to a fraction of a pixel."""
    grounds = [frame.page, frame.panel]
    first, last = (1, 3) if vertical else (0, 2)
    reach = max(3, round(0.3 * frame.letter))
    ends = []
    for bar in bars:
        low = edge_at(frame.image, bar.rectangle, first, grounds, reach)
        high = edge_at(frame.image, bar.rectangle, last, grounds, reach)
        ends.append((low, high))
    zero = _zero_of(axis, ends, vertical)
    spans = []
    for bar, (low, high) in zip(bars, ends, strict=True):
        near, far = (high, low) if abs(low - zero) > abs(high - zero) else (low, high)
        spans.append(_Span(bar, near, far))
    return spans


def _once(spans: Sequence[_Span]) -> list[_Span]:
    """One bar for each category and series, the longest: others are outlines and shines of it."""
    best: dict[tuple[int, int, float], _Span] = {}
    for span in spans:
        key = (span.bar.category, span.bar.series, math.copysign(1, span.far - span.near))
        if key not in best or span.length > best[key].length:
            best[key] = span
    return [s for s in spans if any(s is b for b in best.values())]


def _close_gaps(spans: Sequence[_Span], most: float) -> None:
    """Put the border of two bars that lie on each other in the middle of the line between them."""
    for lower in spans:
        for upper in spans:
            apart = upper.near - lower.far
            same = abs(upper.bar.middle - lower.bar.middle) <= 0.4 * lower.bar.thickness
            onward = math.copysign(1, lower.far - lower.near) == math.copysign(1, upper.far - upper.near)
            if upper is not lower and same and onward and abs(apart) <= most:
                lower.far = upper.near = (upper.near + lower.far) / 2


def _based(axis: Axis | None, spans: Sequence[_Span]) -> Axis | None:
    """The axis with its 0 where the bars begin, if that is where its 0 should be: labels are placed less exactly."""
    if axis is None or axis.scale != "linear":
        return axis
    zero = axis.pixel_of(0.0)
    close = [s.near for s in spans if abs(s.near - zero) <= 3.0]
    if len(close) < max(2, 0.5 * len({s.bar.category for s in spans})):
        return axis
    return axis.model_copy(update={"offset": -axis.slope * median(close)})


def _zero_of(axis: Axis | None, ends: Sequence[tuple[float, float]], vertical: bool) -> float:
    """Pixel from which bars grow: of the value 0, or where most of them end on one line."""
    if axis is not None and axis.scale == "linear":
        zero = axis.pixel_of(0.0)
        low, high = min(e[0] for e in ends), max(e[1] for e in ends)
        if low - 3 <= zero <= high + 3:
            return zero
        # The axis does not begin at 0: bars grow from its end, as far away as it is.
        return zero
    return max(e[1] for e in ends) if vertical else min(e[0] for e in ends)


def _give_labels(
    spans: list[_Span],
    candidates: Sequence[tuple[TextLine, Number]],
    axis: Axis | None,
    vertical: bool,
    stacked: bool,
    letter: float,
) -> None:
    """Give each number to the bar that it stands on or beside, if it can be that bar's value."""
    for line, number in candidates:
        x, y = line.box.centre
        across, along = (x, y) if vertical else (y, x)
        fitting = []
        for span in spans:
            bar = span.bar
            if abs(across - bar.middle) > max(0.5 * bar.thickness, 0.5 * letter):
                continue
            low, high = min(span.near, span.far), max(span.near, span.far)
            inside = low - 1 <= along <= high + 1
            size = line.box.height if vertical else line.box.width
            beyond = abs(along - span.far) <= size / 2 + 1.2 * letter
            if not inside and (stacked or not beyond):
                continue
            if axis is not None:
                number = _likely(line.text, number, span, axis, stacked)
                if number is None:
                    continue
            fitting.append((not inside, abs(across - bar.middle), abs(along - span.far), number, span))
        if fitting:
            *_, number, span = min(fitting, key=lambda f: f[:3])
            if span.label is None or line.confidence > span.read:
                span.label, span.read = number, line.confidence


def _likely(text: str, number: Number, span: _Span, axis: Axis, stacked: bool) -> Number | None:
    """The number of a label as read, or as its bar says it was meant: a lost point, a "%" read as 96."""
    readings = [number]
    if text.endswith(("96", "9/", "/0")) and (short := parse_number(text[:-2])) is not None:
        readings.append(short)
    readings += [Number(number.value / 10**i, number.decimals + i, number.unit) for i in (1, 2)]
    # A bar of few pixels agrees with anything.
    readings = readings if span.length > 10 else readings[:1]
    return next((n for n in readings if _agree(n.value, span, axis, stacked)), None)


def _measured(span: _Span, axis: Axis, stacked: bool) -> float:
    end = axis.value_at(span.far)
    return end - axis.value_at(span.near) if stacked and axis.scale == "linear" else end


def _agree(value: float, span: _Span, axis: Axis, stacked: bool) -> bool:
    """Whether a label can be a bar's value: at its end up to a few pixels."""
    if axis.scale == "log":
        return value > 0 and abs(axis.pixel_of(value) - span.far) <= 3
    off = abs(_measured(span, axis, stacked) - value) / abs(axis.slope)
    return off <= 2.5 + 0.02 * span.length


def _look_again(frame: Frame, spans: list[_Span], axis: Axis | None, vertical: bool) -> None:
    """Read the labels beside the ends of bars that the detector missed, where other bars have labels there."""
    missing = [s for s in spans if s.label is None]
    if not missing or (axis is not None and len(missing) > 0.6 * len(spans)):
        return
    letter = frame.letter
    for span in missing:
        out = math.copysign(1.0, span.far - span.near)
        half = max(span.bar.thickness / 2, letter)
        a, b = sorted((span.far + out, span.far + out * (2.2 if vertical else 5) * letter))
        m = span.bar.middle
        region = Box(m - half, a, m + half, b) if vertical else Box(a, m - half, b, m + half)
        for line in read_missed(frame.image, region, frame.panel, letter, frame.texts, frame.engine):
            number = parse_number(line.text)
            if number is not None and (axis is None or _agree(number.value, span, axis, False)):
                span.label, span.read = number, line.confidence
                frame.texts.append(line)


def _axis_of_labels(spans: Sequence[_Span], vertical: bool, stacked: bool) -> Axis | None:
    """The scale that the labels of most bars and their lengths agree on; bars grow from 0."""
    known = [(s.length, abs(s.label.value), s) for s in spans if s.label is not None and s.label.value]
    if len(known) < max(2, math.ceil(0.6 * len(spans))):
        return None
    fitted = fit_line([(0.0, 0.0), *((length, value) for length, value, _ in known)], slack=3.0)
    if fitted is None or len(fitted[2]) < max(3, math.ceil(0.6 * len(known))):
        return None
    per_px = sum(v for p, v in fitted[2]) / sum(p for p, v in fitted[2])
    base = median(s.near for _, _, s in known) if not stacked else known[0][2].near
    sign = -1.0 if known[0][2].far < known[0][2].near else 1.0
    slope = sign * per_px
    ticks = [Tick(text=number_text(0.0), value=0.0, at=base)]
    confidence = 0.7
    return Axis(
        position="left" if vertical else "bottom",
        scale="linear",
        ticks=ticks,
        offset=-slope * base,
        slope=slope,
        confidence=confidence,
    )


def _marks(
    frame: Frame, spans: Sequence[_Span], names: Sequence[str], axis: Axis, stacked: bool, source: str
) -> list[Mark]:
    """Marks of all bars, and of the bars that names show to be missing."""
    raw = [_measured(s, axis, stacked) for s in spans]
    texts, steps = _rounded(raw, axis)
    name_axis = frame.x if axis is not frame.x and axis.position in ("left", "right") else frame.y
    named = name_axis.confidence if name_axis is not None else 0.8
    hidden = [_at_legend(frame, s, axis.position in ("left", "right")) and s.label is None for s in spans]
    if any(hidden):
        frame.notes.append(f"{sum(hidden)} bars end at the legend, which may hide more of them")
    marks = []
    for span, value, text, step, covered in zip(spans, raw, texts, steps, hidden, strict=True):
        bar = span.bar
        written = span.label
        if written is not None:
            sure, source_of = span.read, "label"
            value, text, step = written.value, f"{written.value:.{max(0, written.decimals)}f}", 0.0
        else:
            # A bar of few pixels is measured with a larger relative error.
            sure, source_of = axis.confidence * (1 - min(0.5, 1.0 / max(2.0, span.length))), source
            sure *= COVERED if covered else 1.0
        marks.append(
            Mark(
                kind="bar",
                series=bar.series,
                category=names[bar.category],
                value=value,
                box=bar.rectangle.box,
                confidence=round(max(0.0, min(1.0, sure * min(1.0, 0.1 + named))), 3),
                source=source_of,
                text=text,
                step=step,
            )
        )
    order = sorted(range(len(marks)), key=lambda i: (spans[i].bar.category, spans[i].bar.series, spans[i].near))
    return [marks[i] for i in order]


def _at_legend(frame: Frame, span: _Span, vertical: bool) -> bool:
    """Whether a bar ends at the rim of the legend."""
    if not frame.legend:
        return False
    box, reach = union([e.box for e in frame.legend]), 1.2 * frame.letter
    across, along = ((0, 2), (1, 3)) if vertical else ((1, 3), (0, 2))
    half = span.bar.thickness / 2
    beside = box[across[0]] - reach - half < span.bar.middle < box[across[1]] + reach + half
    return beside and min(abs(span.far - box[along[0]]), abs(span.far - box[along[1]])) <= reach


def _rounded(values: Sequence[float], axis: Axis) -> tuple[list[str], list[float]]:
    """Values as texts, and steps: rounded to the coarsest unit that all are multiples of, if that is no chance."""
    if axis.scale != "linear":
        steps = [abs(v) * (10 ** abs(axis.slope) - 1) for v in values]
        return ["" for _ in values], steps
    per_unit = 1 / abs(axis.slope)
    whole = all(float(t.value or 0).is_integer() for t in axis.ticks)
    slacks = [0.65 + 0.002 * abs(v) * per_unit for v in values]
    unit, fits = fine_unit(values, slacks, per_unit, whole)
    if not fits:
        return ["" for _ in values], [abs(axis.slope)] * len(values)
    decimals = max(0, -math.floor(math.log10(unit)))
    return [number_text(round(round(v / unit) * unit, decimals)) for v in values], [abs(axis.slope)] * len(values)
