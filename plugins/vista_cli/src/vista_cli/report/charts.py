"""Line and interval charts as inline SVG, drawn by hand: no plotting library, sharp at any size, themed by the page.

Colours are CSS variables with a fallback (`var(--c1, #4f46e5)`): one drawing serves the light page, the dark page
and a file of its own. Every text goes through `escape`.
"""

import math
import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

PALETTE = ("#4f46e5", "#059669", "#d97706", "#db2777", "#0284c7", "#7c3aed")
_VARIABLE = re.compile(r"var\(--c\d, (#[0-9a-f]{6})\)")
LARGEST = 1e12  # what is not finite, or larger, is a broken measurement and would flatten every other point
MARGIN = (44, 16, 16, 30)  # left, right, top, bottom, in viewBox units


class Series(NamedTuple):
    """One curve: a name and its points. Points whose y is None, not finite or beyond LARGEST are left out."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float | None]


class IntervalRow(NamedTuple):
    """One line of an interval chart: a label and, per series, (centre, low, high), or None: nothing was measured."""

    label: str
    values: Sequence[tuple[float, float, float] | None]


def colour(index: int) -> str:
    """Return the CSS colour of series `index` (they repeat after six)."""
    slot = index % len(PALETTE)
    return f"var(--c{slot + 1}, {PALETTE[slot]})"


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return about `count` round numbers that cover [low, high], the first <= low and the last >= high.

    Example:
        >>> ticks(0.0, 1.0)
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    span = high - low
    magnitude = max(abs(low), abs(high))
    if span <= 1e-6 * max(magnitude, 1e-6):  # flat to the eye: leave room around it
        room = max(0.5, 0.1 * magnitude)
        low, high = low - room, high + room
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def number(value: float) -> str:
    """Return a short form of a number for an axis or a label: 3 significant digits, no trailing zeros."""
    return f"{value:.3g}".replace("-", "−")


def smooth(ys: Sequence[float], window: int) -> list[float]:
    """Return the trailing mean over `window` points (fewer at the start); what came later shapes nothing earlier."""
    return [sum(ys[max(0, i + 1 - window) : i + 1]) / (i + 1 - max(0, i + 1 - window)) for i in range(len(ys))]


def line_chart(
    series: Sequence[Series],
    *,
    x_label: str = "step",
    y_range: tuple[float, float] | None = None,
    window: int = 1,
    width: int = 640,
    height: int = 260,
    first_colour: int = 0,
    title: str = "",
) -> str:
    """Draw curves over common axes.

    Args:
        series: the curves; those without a finite point are skipped.
        x_label: the name of the x axis.
        y_range: (low, high) that the y axis covers at least; fitted to the points when None.
        window: with more than 1, the raw curve is drawn faint and its trailing mean over `window` points in full.
        width: of the viewBox; the page scales it.
        height: of the viewBox.
        first_colour: index of the first curve's colour.
        title: drawn above the axes when given.

    Returns:
        An `<svg>` element. It says "no points" when there is nothing to draw.
    """
    curves = [(i, s.name, _finite(s)) for i, s in enumerate(series)]
    curves = [(i, name, points) for i, name, points in curves if points]
    left, right, top, bottom = MARGIN
    top += 16 if title else 0
    head = _open(width, height, title or "line chart")
    if title:
        head += f'<text x="{left}" y="18" class="chart-title">{escape(title)}</text>'
    if not curves:
        return head + f'<text x="{width / 2}" y="{height / 2}" class="tick" text-anchor="middle">no points</text></svg>'
    every = [point for _, _, points in curves for point in points]
    marks = ticks(*_cover([y for _, y in every], y_range))
    x_low, x_high = min(x for x, _ in every), max(x for x, _ in every)
    x_span = (x_high - x_low) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            left + (x - x_low) / x_span * (width - left - right),
            height - bottom - (y - marks[0]) / (marks[-1] - marks[0]) * (height - top - bottom),
        )

    parts = [head]
    for mark in marks:
        y = place(x_low, mark)[1]
        parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{number(mark)}</text>')
    for x, anchor in ((x_low, "start"), (x_high, "end")):
        spot = place(x, marks[0])[0]
        parts.append(f'<text class="tick" x="{spot:.1f}" y="{height - 12}" text-anchor="{anchor}">{number(x)}</text>')
    middle = (left + width - right) / 2
    parts.append(f'<text class="tick" x="{middle:.1f}" y="{height - 12}" text-anchor="middle">{escape(x_label)}</text>')
    for index, name, points in curves:
        paint = colour(first_colour + index)
        if window > 1:
            parts.append(_path([place(*p) for p in points], paint, faint=True))
        means = smooth([y for _, y in points], window)
        drawn = [place(x, y) for (x, _), y in zip(points, means, strict=True)]
        parts.append(_path(drawn, paint, faint=False))
        for (x, y), dot in zip(points, drawn, strict=True):
            tip = escape(f"{name} · {x_label} {number(x)}: {number(y)}")
            parts.append(f'<circle class="dot" cx="{dot[0]:.1f}" cy="{dot[1]:.1f}" r="7"><title>{tip}</title></circle>')
    return "".join(parts) + "</svg>"


def interval_chart(names: Sequence[str], rows: Sequence[IntervalRow], *, width: int = 640) -> str:
    """Draw one line per row and, on it, one dot with a whisker per series; the x axis is a share from 0 to 100%.

    Args:
        names: of the series, for the tooltips, in the order of each row's values.
        rows: what to draw; values are shares in 0..1 and are clipped to it.
        width: of the viewBox.

    Returns:
        An `<svg>` element.
    """
    left, right, top, gap = 120, 20, 10, 15
    pitch = 16 + gap * len(names)
    height = top + pitch * len(rows) + 26
    parts = [_open(width, height, "interval chart")]

    def place(share: float) -> float:
        return left + min(1.0, max(0.0, share)) * (width - left - right)

    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = place(share)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{height - 24}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{share:.0%}</text>')
    for number_, row in enumerate(rows):
        base = top + pitch * number_ + 8
        label_y = base + gap * len(names) / 2 + 4
        parts.append(
            f'<text class="row" x="{left - 12}" y="{label_y:.1f}" text-anchor="end">{escape(row.label)}</text>'
        )
        for index, value in enumerate(row.values):
            if value is None:
                continue
            centre, low, high = value
            y, paint = base + gap * (index + 0.5), colour(index)
            tip = escape(f"{row.label}, {names[index]}: {centre:.1%} ({low:.1%} to {high:.1%})")
            parts.append(
                f'<g style="stroke:{paint};fill:{paint}"><title>{tip}</title>'
                f'<line x1="{place(low):.1f}" x2="{place(high):.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke-width="3" '
                f'stroke-linecap="round" opacity=".45"/>'
                f'<circle cx="{place(centre):.1f}" cy="{y:.1f}" r="5" stroke="none"/></g>'
            )
    return "".join(parts) + "</svg>"


def panel(charts: Sequence[str], *, columns: int = 2, width: int = 640, height: int = 260) -> str:
    """Return one SVG document, fit to be a file of its own, with the charts in a grid, each at width x height."""
    rows = math.ceil(len(charts) / columns)
    wide, high = width * min(columns, max(1, len(charts))), height * max(1, rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
        f'<style>{STANDALONE_STYLE}</style><rect width="{wide}" height="{high}" fill="#ffffff"/>'
    ]
    for index, chart in enumerate(charts):
        x, y = index % columns * width, index // columns * height
        placed = chart.replace("<svg ", f'<svg x="{x}" y="{y}" width="{width}" height="{height}" ', 1)
        parts.append(_VARIABLE.sub(r"\1", placed))  # few viewers outside a browser know CSS variables
    return "".join(parts) + "</svg>"


STANDALONE_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:12px;fill:#57534e}.chart-title{font-size:14px;font-weight:600;fill:#1c1917}"
    ".grid{stroke:#e7e5e4}.curve{fill:none;stroke-width:2.4;stroke-linejoin:round}.faint{opacity:.25;stroke-width:1.2}"
    ".dot{fill:transparent}"
)


def _open(width: int, height: int, label: str) -> str:
    return f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'


def _finite(series: Series) -> list[tuple[float, float]]:
    pairs = zip(series.xs, series.ys, strict=True)
    return [(float(x), float(y)) for x, y in pairs if y is not None and abs(y) < LARGEST and abs(x) < LARGEST]


def _cover(ys: Sequence[float], y_range: tuple[float, float] | None) -> tuple[float, float]:
    low, high = min(ys), max(ys)
    if y_range is not None:
        low, high = min(low, y_range[0]), max(high, y_range[1])
    return low, high


def _path(points: Sequence[tuple[float, float]], paint: str, *, faint: bool) -> str:
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="curve{" faint" if faint else ""}" d="{line}" style="stroke:{paint}"/>'
