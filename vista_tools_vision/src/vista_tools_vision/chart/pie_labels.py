"""What is written on and around the slices of a pie: names, percentages, numbers."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vista_tools_vision.chart.leaders import leader_ends
from vista_tools_vision.chart.metrics import cheapest_matching
from vista_tools_vision.chart.numbers import Number, parse_number
from vista_tools_vision.chart.quick.labels import union
from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    from vista_tools_vision.chart.circle import Disc
    from vista_tools_vision.chart.frame import Frame
    from vista_tools_vision.chart.texts import TextLine

FAR = 1.9  # radii: what is written farther from the centre belongs to no slice
_ENDS_IN_NUMBER = re.compile(r"(.*?[^\s\d.,$€£(:-])\s*[:,(\-–]?\s*\(?([$€£]?\d[\d.,]*\s*%?[KMB]?)\)?")


@dataclass(slots=True)
class SliceLabel:
    """What is written at a slice.

    Attributes:
        name: "" for none.
        percent: a number with "%"; None for none.
        number: one without; None for none.
        step: of the last digit written.
        confidence: of the number as it was read, 0..1.
        name_confidence: of the name, 0..1.
    """

    name: str = ""
    percent: float | None = None
    number: float | None = None
    step: float = 0.0
    confidence: float = 0.0
    name_confidence: float = 1.0


def slice_labels(frame: "Frame", disc: "Disc", middles: Sequence[float]) -> list[SliceLabel]:
    """Give the texts in and around a disc to its slices.

    Args:
        frame: with its texts.
        disc: the pie.
        middles: directions of the slices' middles, degrees clockwise from the top.

    Returns:
        One label per slice.
    """
    labels = [SliceLabel() for _ in middles]
    near = [t for t in frame.texts if t.role != "legend" and re.search(r"\w", t.text) and _at(disc, t)]
    near = [t for t in near if min(t.box.width, t.box.height) < 0.4 * disc.radius]  # half a disc reads as a "D"
    parts = [part for t in near if t.role != "title" for part in _numbers_apart(t)]
    groups = _stacked(parts, wrapped=sum(_number(t) is None for t in parts) > len(middles))
    if not frame.legend and 0 < _names(groups) < len(middles):
        groups += [[t] for t in _taken_for_titles(frame, disc, near, groups)]
    inside = [g for g in groups if all(disc.distance(*t.box.centre) < 1.0 for t in g)]
    outside = [g for g in groups if not any(g is one for one in inside)]
    ends = leader_ends(frame, disc, [union([t.box for t in g]) for g in outside]) if outside else {}
    for part, known in ((inside, {}), (outside, ends)):
        named = {j for j, label in enumerate(labels) if label.name}
        for i, j in _assigned(disc, part, middles, known, named):
            _fill(labels[j], part[i])
    return labels


def _at(disc: "Disc", text: "TextLine") -> bool:
    """Whether a text is on the disc or near it, and not in the hole of a donut."""
    x, y = _nearest(disc, text)
    return disc.distance(x, y) < FAR and disc.distance(*text.box.centre) > 0.75 * disc.hole / disc.radius


def _names(groups: Sequence[Sequence["TextLine"]]) -> int:
    return sum(any(_number(t) is None for t in group) for group in groups)


def _taken_for_titles(
    frame: "Frame", disc: "Disc", near: Sequence["TextLine"], groups: Sequence[Sequence["TextLine"]]
) -> list["TextLine"]:
    """Lines of the title that stand as near to the disc as its labels do: where a label is missing, they are it."""
    reach = [disc.distance(*_nearest(disc, t)) for g in groups for t in g if _number(t) is None]
    found = [t for t in near if t.role == "title" and disc.distance(*_nearest(disc, t)) <= max(reach) + 0.1]
    for text in found:
        text.role = ""
    if found:
        frame.title = " ".join(t.text for t in frame.texts if t.role == "title")
    return found


def _numbers_apart(text: "TextLine") -> list["TextLine"]:
    """Part "13.2% 7.2%", two labels that were found as one."""
    words = text.text.split()
    if len(words) < 2 or not text.level or any(parse_number(w) is None for w in words):
        return [text]
    each = text.box.width / len(text.text)
    out, at = [], 0
    for word in words:
        left = text.box.left + text.text.index(word, at) * each
        at = text.text.index(word, at) + len(word)
        box = Box(left, text.box.top, left + len(word) * each, text.box.bottom)
        out.append(replace(text, text=word, box=box))
    return out


def _nearest(disc: "Disc", text: "TextLine") -> tuple[float, float]:
    box = text.box
    return max(box.left, min(disc.x, box.right)), max(box.top, min(disc.y, box.bottom))


def _stacked(texts: Sequence["TextLine"], wrapped: bool) -> list[list["TextLine"]]:
    """Join lines of one label: level texts right below each other, a number last.

    Args:
        texts: in and around the disc.
        wrapped: a name may go on in the next line.
    """
    groups: list[list[TextLine]] = []
    for text in sorted(texts, key=lambda t: t.box.top):
        for group in groups:
            last = group[-1]
            gap = text.box.top - last.box.bottom
            overlap = min(text.box.right, last.box.right) - max(text.box.left, last.box.left)
            together = text.level and last.level and -0.5 * text.height < gap < 0.55 * text.height
            alike = 0.6 < text.height / max(1.0, last.height) < 1.7
            aligned = (
                abs(text.box.centre[0] - last.box.centre[0]) < 0.6 * text.height
                or abs(text.box.left - last.box.left) < 0.4 * text.height
                or abs(text.box.right - last.box.right) < 0.4 * text.height
            )
            if together and alike and aligned and overlap > 0 and _number(last) is None and (wrapped or _number(text)):
                group.append(text)
                break
        else:
            groups.append([text])
    return groups


def _assigned(
    disc: "Disc",
    groups: Sequence[Sequence["TextLine"]],
    middles: Sequence[float],
    ends: Mapping[int, tuple[float, float]],
    named: Set[int],
) -> list[tuple[int, int]]:
    """Pair labels with slices: names with one slice each, numbers likewise; by their lines, else by the angle alone.

    Args:
        disc: the pie.
        groups: the labels.
        middles: of the slices, degrees clockwise from the top.
        ends: where the lines of some labels end, px.
        named: slices that have a name already, and get no other.
    """
    out = []
    for numeric in (False, True):
        chosen = [i for i, g in enumerate(groups) if (all(_number(t) is not None for t in g)) == numeric]
        if not chosen:
            continue
        cost = [
            [
                (_between(disc.angle(*ends[i]), m) if i in ends else _off(disc, groups[i], m))
                + 1000 * (j in named and not numeric)
                for j, m in enumerate(middles)
            ]
            for i in chosen
        ]
        # Where as many names as nameless slices are left, even a far one has its slice.
        far = 180 if not numeric and len(chosen) == len(middles) - len(named) else 60
        out += [(chosen[i], j) for i, j in cheapest_matching(cost) if cost[i][j] <= far]
    return out


def _off(disc: "Disc", group: Sequence["TextLine"], middle: float) -> float:
    """Degrees between a label and a slice's middle; the label's centre or its nearest point, whichever is less."""
    x = sum(t.box.centre[0] for t in group) / len(group)
    y = sum(t.box.centre[1] for t in group) / len(group)
    angles = [disc.angle(x, y)]
    if disc.distance(x, y) > 1:
        angles += [disc.angle(*_nearest(disc, t)) for t in group]
    return min(_between(a, middle) for a in angles)


def _between(a: float, b: float) -> float:
    """Degrees between two directions, 0..180."""
    return abs((a - b + 180) % 360 - 180)


def _number(text: "TextLine") -> Number | None:
    return parse_number(text.text.strip("()"))


def _fill(label: SliceLabel, group: Sequence["TextLine"]) -> None:
    for text in group:
        number, name = _number(text), ""
        if number is None:
            match = _ENDS_IN_NUMBER.fullmatch(text.text)
            number = parse_number(match[2]) if match and ("%" in match[2] or "(" in text.text) else None
            name = match[1].strip(" :-–,(") if match and number is not None else text.text
        if name:
            label.name = f"{label.name} {name}".strip()
            label.name_confidence = min(label.name_confidence, text.confidence)
        if number is not None:
            if number.unit == "%":
                label.percent = number.value
            else:
                label.number = number.value
            label.step, label.confidence = 10.0**-number.decimals, text.confidence


def take_numbers_for_names(labels: Sequence[SliceLabel]) -> None:
    """Make names (years, say) of labels that are bare numbers, where nothing else names any slice."""
    if all(label.number is not None and not label.name for label in labels):
        for label in labels:
            label.name, label.number = f"{label.number:.10g}", None
