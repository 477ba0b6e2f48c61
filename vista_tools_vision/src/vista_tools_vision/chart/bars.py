"""Bars: which rectangles they are, how they are arranged, and which category and series each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from vista_tools_vision.chart.bar_values import Bar, measure
from vista_tools_vision.chart.categories import category_axis, category_column, first_row
from vista_tools_vision.chart.colours import lab_distance, to_hex
from vista_tools_vision.chart.frame import Frame
from vista_tools_vision.chart.metrics import cheapest_matching
from vista_tools_vision.chart.rectangles import Rectangle, find_rectangles
from vista_tools_vision.chart.scene import Axis, Box, ChartUnreadable, Mark, Series
from vista_tools_vision.chart.texts import overlap, read_missed

if TYPE_CHECKING:
    import numpy as np

MOST_BARS = 200
ONE_COLOUR = 9.0  # distance in Lab within one series


@dataclass(slots=True)
class BarScene:
    """Bars as read: see `ChartScene`."""

    orientation: Literal["vertical", "horizontal"]
    arrangement: Literal["single", "grouped", "stacked"]
    series: list[Series]
    marks: list[Mark]
    value_axis: Axis | None
    names_axis: Axis | None


def looks_like_bars(frame: Frame) -> tuple[float, list[Rectangle]]:
    """How much of the foreground is in rectangles of like thickness, 0..1; and these rectangles."""
    rectangles = find_rectangles(frame)
    for vertical in (True, False):
        rectangles = _halves_joined(rectangles, vertical, frame.letter)
    best: list[Rectangle] = []
    for vertical in (True, False):
        group = alike(rectangles, vertical)
        if sum(r.area for r in group) > sum(r.area for r in best):
            best = group
    total = float(frame.foreground.sum())
    plot = frame.plot
    filled = sum(r.area for r in best) + 1.0
    # A single large rectangle is a panel or a picture frame.
    if len(best) < 2 or total < 1 or (plot and any(r.area > 0.7 * plot.width * plot.height for r in best)):
        return 0.0, rectangles
    score = min(1.0, filled / max(filled, total))
    return score * (1.0 if _on_one_line(best) else 0.3), rectangles


def _halves_joined(rectangles: list[Rectangle], vertical: bool, letter: float) -> list[Rectangle]:
    """Join two halves of a bar along a grid line in front of it, where together they are as thick as other bars."""
    usual = alike(rectangles, vertical)
    if len(usual) < 2:
        return rectangles
    thick = median(_thickness(r, vertical) for r in usual)
    first, last = (0, 2) if vertical else (1, 3)
    out = list(rectangles)
    for a in rectangles:
        for b in rectangles:
            gap = b.box[first] - a.box[last]
            ends = max(abs(a.box[1 - first] - b.box[1 - first]), abs(a.box[5 - last] - b.box[5 - last]))
            whole = b.box[last] - a.box[first]
            fits = 0 < gap <= 0.3 * letter and ends <= 1.5 and abs(whole - thick) <= 0.08 * thick
            if fits and float(lab_distance(a.colour, b.colour)) < 2.5 and all(any(r is o for o in out) for r in (a, b)):
                box = Box(*(min(p, q) for p, q in zip(a.box[:2], b.box[:2], strict=True)),
                          *(max(p, q) for p, q in zip(a.box[2:], b.box[2:], strict=True)))  # fmt: skip
                out = [r for r in out if r is not a and r is not b] + [Rectangle(box, a.colour, a.area + b.area)]
    return out


def _on_one_line(group: Sequence[Rectangle]) -> bool:
    """Whether most places across have a rectangle that begins or ends on one common line."""
    for vertical in (True, False):
        sides = (1, 3) if vertical else (0, 2)
        places = [r.box.centre[0 if vertical else 1] for r in group]
        slack = max(3.0, 0.4 * median(_thickness(r, vertical) for r in group))
        slots = {round(p / slack) for p in places}
        for line in {r.box[side] for r in group for side in sides}:
            on = {round(p / slack) for r, p in zip(group, places, strict=True) if _touches(r.box, sides, line)}
            if len(on) >= 0.7 * len(slots):
                return True
    return False


def _touches(box: Box, sides: tuple[int, int], line: float) -> bool:
    return min(abs(box[s] - line) for s in sides) <= 3


def alike(rectangles: Sequence[Rectangle], vertical: bool) -> list[Rectangle]:
    """The rectangles of the thickness that covers the most area."""
    best: list[Rectangle] = []
    most = 0.0
    for anchor in rectangles[:40]:
        thick = _thickness(anchor, vertical)
        # An outline in the colour of some of the bars makes these thicker.
        group = [r for r in rectangles if abs(_thickness(r, vertical) - thick) <= max(3.0, 0.12 * thick)]
        area = sum(r.area for r in group)
        if area > 1.001 * most:
            best, most = group, area
    return best


def _thickness(rectangle: Rectangle, vertical: bool) -> float:
    return rectangle.box.width if vertical else rectangle.box.height


def read_bars(frame: Frame, rectangles: Sequence[Rectangle] | None = None) -> BarScene:
    """Read a bar chart.

    Args:
        frame: of the chart.
        rectangles: those of `looks_like_bars`; found again when None.

    Raises:
        ChartUnreadable: no bars, or neither data labels nor a scale; the text says what was found.
    """
    rectangles = find_rectangles(frame) if rectangles is None else rectangles
    vertical = _is_vertical(frame, rectangles)
    bars = [Bar(r, r.box.centre[0 if vertical else 1], _thickness(r, vertical)) for r in alike(rectangles, vertical)]
    if not 1 <= len(bars) <= MOST_BARS:
        raise ChartUnreadable(f"found {len(rectangles)} filled rectangles; a bar chart has 1 to {MOST_BARS}")
    bars = _without_rims(bars, vertical, frame.letter)
    slots = _slots(bars)
    names_axis = (frame.x if vertical else frame.y) or _names_beside(frame, bars, vertical)
    names = _categories(frame, names_axis, slots)
    if not names:
        raise ChartUnreadable(f"found {len(bars)} bars and nothing that says what they stand for")
    stacked = any(len(_sides(frame, slot, vertical)) > 1 for slot in slots)
    per_name = max(sum(s[0].category == i for s in slots) for i in range(len(names)))
    arrangement: Literal["single", "grouped", "stacked"] = (
        "stacked" if stacked else "grouped" if per_name > 1 else "single"
    )
    series = _name_series(frame, bars, arrangement)
    marks, axis = measure(frame, bars, names, vertical, arrangement == "stacked")
    if arrangement == "grouped" and len(series) == 1:
        raise ChartUnreadable(f"found {len(bars)} bars of one colour and {len(names)} names for them")
    return BarScene("vertical" if vertical else "horizontal", arrangement, series, marks, axis, names_axis)


def _without_rims(bars: list[Bar], vertical: bool, letter: float) -> list[Bar]:
    """Leave out slivers in colours that no real bar has: outlines and shines."""
    first, last = (1, 3) if vertical else (0, 2)
    lengths = [b.rectangle.box[last] - b.rectangle.box[first] for b in bars]
    least = max(3.0, 0.3 * letter)
    real = [b.rectangle.colour for b, length in zip(bars, lengths, strict=True) if length > least]
    return [
        b
        for b, length in zip(bars, lengths, strict=True)
        if length > least or any(float(lab_distance(b.rectangle.colour, c)) < ONE_COLOUR for c in real)
    ]


def _is_vertical(frame: Frame, rectangles: Sequence[Rectangle]) -> bool:
    """Whether bars stand: their widths are alike; where heights are too, the axis with numbers tells."""
    area = {v: sum(r.area for r in alike(rectangles, v)) for v in (True, False)}
    if area[True] > 1.15 * area[False]:
        return True
    if area[False] > 1.15 * area[True]:
        return False
    numbers = {True: _is_scale(frame.y), False: _is_scale(frame.x)}
    if numbers[True] != numbers[False]:
        return numbers[True]
    return area[True] >= area[False]


def _is_scale(axis: Axis | None) -> bool:
    return axis is not None and axis.scale in ("linear", "log")


def _slots(bars: list[Bar]) -> list[list[Bar]]:
    """Bars that share a place across, in order."""
    slots: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda b: b.middle):
        if slots and bar.middle - slots[-1][0].middle <= 0.4 * bar.thickness:
            slots[-1].append(bar)
        else:
            slots.append([bar])
    return slots


def _sides(frame: Frame, slot: list[Bar], vertical: bool) -> list[Bar]:
    """Bars of a slot on the side with more of them: two bars on both sides of 0 are no stack."""
    axis = frame.y if vertical else frame.x
    if axis is None or axis.scale != "linear":
        return slot
    zero = axis.pixel_of(0.0)
    before = [b for b in slot if b.rectangle.box.centre[1 if vertical else 0] < zero]
    return max(before, [b for b in slot if b not in before], key=len)


def _names_beside(frame: Frame, bars: Sequence[Bar], vertical: bool) -> Axis | None:
    """Names below or left of the bars, where no line and no number shows where the plot ends."""
    letter = frame.letter
    free = [t for t in frame.texts if not t.role]
    boxes = [b.rectangle.box for b in bars]
    width, height = frame.size
    if vertical:
        edge = max(b.bottom for b in boxes)
        strip = Box(0, edge + 0.2 * letter, width, min(height, edge + 3 * letter))
        free = [t for t in free if t.box.top > edge - 0.3 * letter]
    else:
        edge = min(b.left for b in boxes)
        strip = Box(0, min(b.top for b in boxes), edge - 0.2 * letter, max(b.bottom for b in boxes))
        free = [t for t in free if t.box.right < edge + 0.3 * letter]
    more = read_missed(frame.image, strip, frame.page, letter, frame.texts, frame.engine)
    frame.texts += more
    names = first_row([*free, *more], letter) if vertical else category_column([*free, *more], letter)
    if not names:
        return None
    for t in frame.texts:
        if any(overlap(t.box, n.box) > 0.9 for n in names):
            t.role = "x tick" if vertical else "y tick"
    return category_axis(names, "bottom" if vertical else "left")


def _categories(frame: Frame, axis: Axis | None, slots: list[list[Bar]]) -> list[str]:
    """Names of the categories; each bar gets the index of its own."""
    middles = [median(b.middle for b in slot) for slot in slots]
    if axis is None:
        raise ChartUnreadable(f"found {len(slots)} bars, but no names beside them")
    if axis.scale != "category" and len(axis.ticks) != len(slots):
        texts = [axis.text_at(m) for m in middles]
        if len(set(texts)) == len(texts) and not _even_groups(middles, len(axis.ticks)):
            return _number(slots, list(range(len(slots))), texts)
    at = [t.at for t in axis.ticks]
    places = [min(range(len(at)), key=lambda i: abs(at[i] - m)) for m in middles]
    groups = _even_groups(middles, len(at))
    if groups:
        order = sorted(range(len(at)), key=lambda i: at[i])
        shifts = [
            at[order[g]] - sum(m for m, o in zip(middles, groups, strict=True) if o == g) / groups.count(g)
            for g in range(len(at))
        ]
        slot = median([b - a for a, b in pairwise(sorted(at))] or [1.0])
        if max(shifts) - min(shifts) <= 0.6 * slot and max(abs(s) for s in shifts) < 0.8 * slot:
            places = [order[g] for g in groups]
    names = [t.text for t in axis.ticks]
    unnamed: list[float] = []
    spacing = median([b - a for a, b in pairwise(sorted(at))] or [float("inf")])
    lost = [i for i, (m, p) in enumerate(zip(middles, places, strict=True)) if abs(m - at[p]) > 0.65 * spacing]
    for i in lost:  # its name was not read: it is not its neighbour's
        near = [p for p in places[:i] if p >= len(at) and abs(unnamed[p - len(at)] - middles[i]) < 0.65 * spacing]
        if not near:
            unnamed.append(middles[i])
        places[i] = near[0] if near else len(at) + len(unnamed) - 1
    if unnamed:
        names += [""] * len(unnamed)
        frame.notes.append(f"{len(unnamed)} of {len(names)} names could not be read")
        along = [*at, *unnamed]
        order = sorted(range(len(along)), key=lambda i: along[i])
        return _number(slots, [order.index(p) for p in places], [names[i] for i in order])
    one_colour = len({to_hex(b.rectangle.colour) for slot in slots for b in slot}) == 1
    if one_colour and len(names) < len(slots):
        return _number(slots, list(range(len(slots))), _spread(frame, middles, at, names))
    return _number(slots, places, names)


def _spread(frame: Frame, middles: Sequence[float], at: Sequence[float], names: Sequence[str]) -> list[str]:
    """Give each name to the bar nearest to it, where some names were not read; these are ""."""
    pairs = cheapest_matching([[abs(m - a) for a in at] for m in middles])
    given = {i: names[j] for i, j in pairs}
    frame.notes.append(f"{len(middles) - len(given)} of {len(middles)} names could not be read")
    return [given.get(i, "") for i in range(len(middles))]


def _number(slots: list[list[Bar]], places: list[int], names: list[str]) -> list[str]:
    for slot, place in zip(slots, places, strict=True):
        for bar in slot:
            bar.category = place
    return names


def _even_groups(middles: Sequence[float], count: int) -> list[int]:
    """Part places at their widest gaps into `count` groups; [] where these gaps do not stand out.

    Returns:
        The group of each place, in order.
    """
    if count < 1 or len(middles) < count:
        return []
    if len(middles) == count:
        return list(range(count))
    gaps = [b - a for a, b in pairwise(middles)]
    order = sorted(gaps, reverse=True)
    if count > 1 and order[count - 2] < 1.1 * order[count - 1]:
        return []
    cut = order[count - 2] if count > 1 else float("inf")
    groups, current = [0], 0
    for gap in gaps:
        current += gap >= cut
        groups.append(current)
    return groups if current == count - 1 else []


def _name_series(frame: Frame, bars: list[Bar], arrangement: str) -> list[Series]:
    """Series by colour, named by the legend; each bar gets the index of its own."""
    legend = frame.legend
    if arrangement == "single":
        only = len(legend) == 1
        return [Series(name=legend[0].text if only else "", colour=to_hex(bars[0].rectangle.colour))]
    kinds: list[np.ndarray] = []
    for bar in sorted(bars, key=lambda b: (b.category, b.middle)):
        colour = bar.rectangle.colour
        place = next((i for i, k in enumerate(kinds) if float(lab_distance(k, colour)) < ONE_COLOUR), len(kinds))
        if place == len(kinds):
            kinds.append(colour)
        bar.series = place
    if len(legend) > 1:
        # One to one: where bars are seen through, their colours are paler than those of the legend.
        cost = [[float(lab_distance(kind, colour)) for colour in frame.palette] for kind in kinds]
        if len(kinds) <= len(legend):
            entry_of = dict(cheapest_matching(cost))
        else:
            entry_of = {i: row.index(min(row)) for i, row in enumerate(cost)}
        for bar in bars:
            bar.series = entry_of[bar.series]
        return [Series(name=e.text, colour=e.colour) for e in legend]
    frame.notes.append(f"no legend: the {len(kinds)} series have no names")
    return [Series(name="", colour=to_hex(c)) for c in kinds]
