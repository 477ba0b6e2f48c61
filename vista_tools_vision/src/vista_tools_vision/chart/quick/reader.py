"""Read a vertical bar chart: marks, names, data labels, ticks, values."""

import math
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from vista_tools_vision.chart.quick.axis import read_value_axis
from vista_tools_vision.chart.quick.labels import (
    cut_box,
    find_ink,
    has_name,
    label_boxes,
    name_boxes,
    text_lines,
    union,
    words_of_line,
)
from vista_tools_vision.chart.quick.regions import (
    Region,
    background_colours,
    colour_distance,
    exact_box,
    solid_rectangles,
    standing_group,
    uniform_regions,
)
from vista_tools_vision.chart.quick.scale import Scale, common_scale, fine_unit, parse_number
from vista_tools_vision.chart.quick.scene import Bar, SimpleScene, Tick
from vista_tools_vision.chart.scene import Box, ChartUnreadable
from vista_tools_vision.pictures import smoothed

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.ocr_engine import Line, PaddleOCR

MOST_BARS = 60
LEAST_SIDE = 48  # px
LEAST_CONFIDENCE = 0.5  # of a name or a label, to be believed


def read_bar_chart(image: "np.ndarray", ocr: "PaddleOCR", title: bool = False) -> SimpleScene:
    """Read a chart of vertical bars.

    Args:
        image: RGB uint8 (height, width, 3).
        ocr: with its detection network, which slanted names need.
        title: look for a title too.

    Returns:
        The scene; every mark has a value that a data label or the ticks support.

    Raises:
        ChartUnreadable: no bars, no names, or neither data labels nor ticks; the text says what was found.
    """
    return Reading(image, ocr).scene(title)


class Reading:
    """One picture on its way to a scene."""

    def __init__(self, image: "np.ndarray", ocr: "PaddleOCR") -> None:
        if min(image.shape[:2]) < LEAST_SIDE:
            size = f"{image.shape[1]}x{image.shape[0]}"
            raise ChartUnreadable(f"found {size} pixels; a chart with names and numbers has more")
        self.image = image
        self.ocr = ocr
        self.flat, self.tolerance = smoothed(image)
        regions, pixels = uniform_regions(self.flat, self.tolerance)
        self.all_regions = regions
        backgrounds = background_colours(self.flat, regions, self.tolerance)
        self.backgrounds = backgrounds
        self.page = backgrounds[0]
        rectangles = solid_rectangles(self.flat, regions, pixels, backgrounds, self.tolerance)
        group = standing_group(rectangles, self.page, self.tolerance)
        if not 2 <= len(group) <= MOST_BARS:
            raise ChartUnreadable(
                f"found {len(rectangles)} filled rectangles, {len(group) or 'no two'} of them of like width on one "
                f"base line; a chart of vertical bars needs 2 to {MOST_BARS}"
            )
        self.regions = group
        self.others = [r for r in rectangles if not any(r is g for g in group)]
        self.panel = self._panel(backgrounds)
        self.bars = [exact_box(self.flat, r, self.panel, self.tolerance) for r in group]
        self.notes: list[str] = []
        self.ticks: list[Tick] = []
        self.label_boxes: list[Box | None] = []
        self.label_confidence: list[float] = []

    def _panel(self, backgrounds: list["np.ndarray"]) -> "np.ndarray":
        """Colour between and above the bars; the median, as panel and page may be too alike to be told apart."""
        import numpy as np

        patches = []
        for a, b in zip(self.regions, self.regions[1:], strict=False):
            top, left = int(max(0, min(a.box.top, b.box.top) - 12)), int(a.box.right) + 2
            patches.append(self.flat[top : int(a.box.bottom), left : max(left + 1, int(b.box.left) - 1)].reshape(-1, 3))
        pixels = np.concatenate(patches).astype(float)
        middle: np.ndarray = np.asarray(np.median(pixels, axis=0))
        if (np.abs(pixels - middle).max(axis=1) <= self.tolerance).mean() > 0.4:
            return middle
        votes = [(np.abs(pixels - colour).max(axis=1) <= self.tolerance).sum() for colour in backgrounds]
        return backgrounds[int(np.argmax(votes))]

    def scene(self, title: bool) -> SimpleScene:
        """Assemble names, series, values and title."""
        series, per_name = self._series()
        if per_name == 1:
            self._add_missing()
        groups = [self.bars[i : i + per_name] for i in range(0, len(self.bars), per_name)]
        names = self._names([(g[0].left + g[-1].right) / 2 for g in groups])
        labels = self._labels()
        values = self._values(labels)
        marks = []
        for i, (bar, (value, confidence, source)) in enumerate(zip(self.bars, values, strict=True)):
            name = names[i // per_name]
            sure = round(min(1.0, confidence * min(1.0, 0.2 + name.confidence)), 3)
            marks.append(Bar(name.text, series[i % per_name], value, bar, sure, source))
        texts = [name.text for name in names]
        return SimpleScene("bar", self._title() if title else "", texts, series, marks, self.ticks, self.notes)

    # -- series and names ---------------------------------------------------------------------------------------

    def _series(self) -> tuple[list[str], int]:
        """Names of the series and how many bars a category has; grouped bars need a legend to be told from others."""
        kinds: list[Region] = []
        order = []
        for region in self.regions:
            alike = (i for i, k in enumerate(kinds) if colour_distance(k.colour, region.colour) <= self.tolerance)
            match = next(alike, None)
            order.append(len(kinds) if match is None else match)
            if match is None:
                kinds.append(region)
        count = len(kinds)
        if count < 2 or len(order) % count or order != list(range(count)) * (len(order) // count):
            return [""], 1
        swatches = []
        for kind in kinds:
            like = [r for r in self.others if colour_distance(r.colour, kind.colour) <= self.tolerance]
            like = [r for r in like if 5 <= r.box.height <= 30 and r.box.width <= 4 * r.box.height]
            if not like:
                return [""], 1
            swatches.append(like[0].box)
        crops = []
        for swatch in swatches:
            room = Box(swatch.right + 2, swatch.top - 5, swatch.right + 200, swatch.bottom + 5)
            later = [s.left for s in swatches if s.left > swatch.right and abs(s.top - swatch.top) < 5]
            room = room._replace(right=min([room.right, *(x - 2 for x in later)]))
            blobs = find_ink(self.image, room, self.page) or find_ink(self.image, room, self.panel)
            blobs = [b for b in blobs if b.width < 60 and b.height < 40]
            words = words_of_line(blobs, gap=1.2 * median(b.height for b in blobs)) if blobs else []
            if not words:
                return [""], 1
            crops.append(cut_box(self.image, words[0], self.page))
        lines = self.ocr.recognize(crops)
        return [line.text or f"series {i + 1}" for i, line in enumerate(lines)], count

    def _add_missing(self) -> None:
        """Put a bar of height 0 where the even spacing of the bars, or a name, shows one that is too low to be seen."""
        centres = [bar.centre[0] for bar in self.bars]
        slot = min(b - a for a, b in pairwise(centres))
        base, width = self.bars[0].bottom, median(bar.width for bar in self.bars)
        blobs = self._ink_below(slot)
        if any(has_name(blobs, (a + b) / 2, slot / 2) for a, b in pairwise(centres)):
            slot /= 2
        places = [a + slot * k for a, b in pairwise(centres) for k in range(1, round((b - a) / slot))]
        for step, end in ((-slot, centres[0]), (slot, centres[-1])):
            while 0 < end + step < self.image.shape[1] and has_name(blobs, end + step, slot):
                end += step
                places.append(end)
        for x in places:
            self.notes.append(f"no bar is seen at x = {x:.0f}")
        self.bars += [Box(x - width / 2, base, x + width / 2, base) for x in places]
        self.bars.sort(key=lambda bar: bar.left)
        if len(self.bars) > MOST_BARS:
            raise ChartUnreadable(f"found bars at uneven distances, from {slot:.0f} px on: no name for each of them")

    def _ink_below(self, slot: float) -> list[Box]:
        """Ink below the base line, without what touches it: the line itself, tick marks, the "0" beside it."""
        base = max(bar.bottom for bar in self.bars)
        strip = Box(0, base + 1, self.image.shape[1], self.image.shape[0])
        blobs = [b for b in find_ink(self.image, strip, self.page) if b.top > base + 1.5 and b.height <= 120]
        mark = [b.width <= 3 and b.top <= base + 3.5 and b.height <= 7 for b in blobs]
        return [b for b, is_mark in zip(blobs, mark, strict=True) if b.width <= 1.5 * slot + 20 and not is_mark]

    def _names(self, centres: list[float]) -> list["Line"]:
        """Read the category below each bar or group."""
        slot = median([b - a for a, b in pairwise(centres)] or [self.bars[0].width])
        blobs = self._ink_below(slot)
        boxes = name_boxes(blobs, centres, slot)
        if boxes:
            lines = self.ocr.recognize([cut_box(self.image, b, self.page) for b in boxes])
            if all(line.confidence >= LEAST_CONFIDENCE for line in lines):
                return self._with_capitals(lines, boxes, blobs)
        return self._slanted_names(centres, blobs)

    def _with_capitals(self, lines: list["Line"], boxes: list[Box], blobs: list[Box]) -> list["Line"]:
        """Settle by height what the recogniser cannot tell from shape: "o" or "O" at the start of a name."""
        heights = sorted(b.height for b in blobs if b.height >= 4)
        small = heights[len(heights) // 4]  # most letters of most names are as high as an "x"
        out = []
        for line, box in zip(lines, boxes, strict=True):
            first = min((b for b in blobs if b.left >= box.left - 1 and b.top >= box.top - 1), key=lambda b: b.left)
            text = line.text
            if text[1:2].isalpha():
                tall = first.height >= 1.17 * small and first.width < 2.2 * small
                if text[0] in "cosuvwxz" and tall:
                    text = text[0].upper() + text[1:]
            out.append(type(line)(text, line.confidence))
        return out

    def _slanted_names(self, centres: list[float], blobs: list[Box]) -> list["Line"]:
        """Read names that are turned or crowded: detect them as quadrilaterals, and give them out left to right."""
        import cv2

        if not blobs:
            raise ChartUnreadable(f"found {len(self.bars)} bars, but no names below them")
        low = min(self.image.shape[0], int(max(b.bottom for b in blobs)) + 6)
        top, zoom = int(self.bars[0].bottom) + 1, 3.0  # small slanted letters are read better from an enlarged picture
        part = cv2.resize(self.image[top:low], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
        quads = [q for q, _ in self.ocr.detect(part, short_side=0, max_side=1600)]
        # A slanted name hangs from its upper right corner, or is centred: either way the order is that of the bars.
        quads = [q for q in quads if q[:, 1].min() < 14 * zoom]
        lines = self.ocr.read_quads(part, quads)
        read = [
            (q, line)
            for q, line in zip(quads, lines, strict=True)
            if line.confidence >= LEAST_CONFIDENCE
            and not (q[:, 0].max() < self.bars[0].left * zoom and parse_number(line.text))
        ]
        if len(read) > len(centres):  # tick marks are read as strokes
            read = [(q, line) for q, line in read if line.text not in ("1", "l", "I", "|", "i")]
        if len(read) != len(centres):
            found = ", ".join(repr(line.text) for _, line in read)
            raise ChartUnreadable(
                f"found {len(centres)} bars or groups of bars, and below them {len(read)} names: {found or 'none'}"
            )
        read.sort(key=lambda item: float(item[0][:, 0].max()))
        # A tick mark in front of an upright name reads as a dash after it.
        return [type(line)(line.text.strip(" -–—_"), line.confidence) for _, line in read]

    # -- values -------------------------------------------------------------------------------------------------

    def _labels(self) -> list[float | None]:
        """Numbers over the bars; None where there is none or it cannot be read."""
        from vista_tools_vision.ocr_engine import NUMBER_ALPHABET

        gap = median(b.left - a.right for a, b in zip(self.bars, self.bars[1:], strict=False))
        rooms = [Box(b.left - max(1.0, gap / 2), b.top - 40, b.right + max(1.0, gap / 2), b.top) for b in self.bars]
        boxes = label_boxes(self.image, self.bars, rooms, self.panel)
        self.label_boxes = boxes
        found = [b for b in boxes if b]
        if len(found) < max(2, math.ceil(0.6 * len(boxes))):
            return [None] * len(boxes)
        lines = iter(self.ocr.recognize([cut_box(self.image, b, self.panel) for b in found], NUMBER_ALPHABET))
        values: list[float | None] = []
        for box in boxes:
            line = next(lines) if box else None
            number = parse_number(line.text) if line and line.confidence >= LEAST_CONFIDENCE else None
            values.append(number.value if number else None)
            self.label_confidence.append(line.confidence if line and number else 0.0)
        return values

    def _label_again(self, index: int) -> list[float]:
        """Read one label with other margins, where its number and the height of its bar disagree."""
        from vista_tools_vision.ocr_engine import NUMBER_ALPHABET

        box = self.label_boxes[index]
        crops = [cut_box(self.image, box, self.panel, margin) for margin in (2, 5)] if box else []
        numbers = [parse_number(line.text) for line in self.ocr.recognize(crops, NUMBER_ALPHABET)]
        return [number.value for number in numbers if number]

    def _values(self, labels: list[float | None]) -> list[tuple[float, float, str]]:
        """(value, confidence, source) of each bar: its label where it was read, else its height on the scale."""
        heights = [bar.height for bar in self.bars]
        known = [i for i, v in enumerate(labels) if v is not None]
        per_unit = common_scale([heights[i] for i in known], [labels[i] or 0.0 for i in known])
        if per_unit is not None:
            whole = all(labels[i] == int(labels[i] or 0) for i in known)
            scale, source = Scale(self.bars[0].bottom, per_unit, 0.0, len(known)), "labels of other bars"
        else:
            axis = read_value_axis(self.flat, self.ocr, self.bars, self.page, self.panel, self.tolerance)
            if axis is None:
                raise ChartUnreadable(
                    f"found {len(self.bars)} bars, but neither numbers over them nor a scale of numbers on the left"
                )
            scale, self.ticks, whole = axis
            source = "scale"
        measured = self._measured(scale, whole)
        out = []
        for i, (label, (value, confidence), height) in enumerate(zip(labels, measured, heights, strict=True)):
            # A point in small print is easily lost: 49.1 read as 491 is put right by the height of the bar.
            readings = [] if label is None else [label, label / 10, label / 100][: 3 if height > 10 else 1]
            slack = min(5 + 0.01 * height, 2.5 + 0.15 * height) / scale.per_unit
            fitting = [r for r in readings if abs(r - value) <= slack]
            fitting = fitting or [r for r in self._label_again(i) if abs(r - value) <= slack]
            if fitting:
                sure = self.label_confidence[i] if fitting[0] == label else 0.7
                out.append((fitting[0], round(sure, 3), "label"))
                continue
            if label is not None:
                self.notes.append(f"a label reads {label:g} where the bar's height says {value:g}")
                confidence *= 0.6
            out.append((value, round(confidence, 3), source))
        return out

    def _measured(self, scale: Scale, whole: bool) -> list[tuple[float, float]]:
        """(value, confidence) of each bar from its height alone, rounded as far as pixels and ticks justify."""
        from_zero = abs(scale.zero - self.bars[0].bottom) <= 2.5
        lengths = [bar.height if from_zero else scale.zero - bar.top for bar in self.bars]
        raw = [length / scale.per_unit for length in lengths]
        # Half a pixel of rounding, a little noise, and what the scale itself may be off by.
        slacks = [0.65 + 0.002 * abs(length) for length in lengths]
        unit, fits = fine_unit(raw, slacks, scale.per_unit, whole)
        trust = (0.95 if scale.support >= 3 else 0.75) * (1.0 if fits else 0.9)
        decimals = max(0, -math.floor(math.log10(unit)))
        return [
            (round(round(v / unit) * unit, decimals), round(trust * (1 - 0.5 * abs(v / unit - round(v / unit))), 3))
            for v in raw
        ]

    def _title(self) -> str:
        """The widest run of words above the plot; "" when there is none."""
        top = min([bar.top for bar in self.bars] + [b.top for b in self.label_boxes if b])
        height, width = self.image.shape[:2]
        blobs = find_ink(self.image, Box(0, 0, width, min(top - 4, 0.25 * height)), self.page)
        blobs = [b for b in blobs if 4 <= b.height <= 40 and b.width <= 60]
        for line in text_lines(blobs):
            words = words_of_line(line, gap=1.5 * union(line).height)
            word = max(words, key=lambda w: w.width)
            if len(line) >= 3 and word.width > 3 * word.height:
                read = self.ocr.recognize([cut_box(self.image, word, self.page)])[0]
                return read.text if read.confidence >= LEAST_CONFIDENCE else ""
        return ""


def table_of(scene: SimpleScene) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of a scene, as text.

    Returns:
        (["Name", "Value"] or ["Name", series...], one row per category).
    """
    columns = ["Name", *(scene.series if len(scene.series) > 1 else ["Value"])]
    width = len(columns) - 1
    rows = [
        [scene.names[i], *(number_text(m.value) for m in scene.marks[i * width : (i + 1) * width])]
        for i in range(len(scene.names))
    ]
    return columns, rows


def number_text(value: float) -> str:
    """47.0 -> "47", 12.5 -> "12.5"; never an exponent for what a chart can show."""
    return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"
