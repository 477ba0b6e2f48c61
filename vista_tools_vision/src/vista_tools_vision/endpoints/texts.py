"""The texts of a chart with what each belongs to: title, ticks, legend, data labels."""

import itertools
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pydantic import BaseModel
from vista_core import Box

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import Axis, ChartScene

WEIGHTS = {"title": 9, "x title": 8, "y title": 8, "legend": 7, "x tick": 6, "y tick": 5, "label": 4, "other": 1}
"""The roles of texts, and how much each matters where not all fit."""

LEAST_CONFIDENCE = 0.5


class ChartText(BaseModel):
    """One line of text in a chart.

    Attributes:
        text: what it says.
        box: around it, px.
        height: of its letters, px.
        angle: of its direction, degrees counter-clockwise.
        confidence: of the recogniser, 0..1.
        role: a key of WEIGHTS.
        of: what it belongs to: the name of an axis position, a series or a category; "" where there is none.
    """

    text: str
    box: Box
    height: float
    angle: float = 0.0
    confidence: float
    role: str
    of: str = ""


def texts_of(scene: "ChartScene") -> list[ChartText]:
    """All texts of a chart that were read well enough, each with its role, in order of weight."""
    texts = []
    for line in scene.texts:
        if not line.text or line.confidence < LEAST_CONFIDENCE:
            continue
        left, top, right, bottom = line.box
        upright = abs(abs(line.angle) - 90) < 20
        role, of = role_of(line.text, (left, top, right, bottom), scene)
        if line.role in WEIGHTS and role in ("label", "other"):
            role, of = line.role, ""
        texts.append(
            ChartText(
                text=line.text,
                box=(left, top, right, bottom),
                height=round(right - left if upright else bottom - top, 1),
                angle=0.0 if abs(line.angle) < 4 else round(line.angle, 1),
                confidence=round(min(1.0, line.confidence), 3),
                role=role,
                of=of,
            )
        )
    return sorted(texts, key=lambda text: (-WEIGHTS[text.role], text.box[1], text.box[0]))


def role_of(text: str, box: tuple[float, float, float, float], scene: "ChartScene") -> tuple[str, str]:
    """What a text is in a scene, by what it says and where it stands: (role, what it belongs to)."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if scene.title and _alike(text, scene.title):
        return "title", ""
    for entry in scene.legend:
        left, top, right, bottom = entry.box
        if _alike(text, entry.text) and left - 5 <= x <= right + 5 and top - 5 <= y <= bottom + 5:
            return "legend", entry.text
    for name, axis in (("x", scene.x), ("y", scene.y)):
        if axis is None:
            continue
        if axis.title and _alike(text, axis.title):
            return f"{name} title", axis.position
        if tick := _tick(text, x if name == "x" else y, axis):
            return f"{name} tick", tick
    if scene.plot is not None and scene.plot[0] <= x <= scene.plot[2] and scene.plot[1] <= y <= scene.plot[3]:
        nearest = min(scene.marks, key=lambda m: _apart(m.box, (x, y)))
        return "label", nearest.category or scene._row_text(nearest)
    if scene.kind in ("pie", "donut"):
        named = [m for m in scene.marks if m.category and _alike(text, m.category)]
        nearest = named[0] if named else min(scene.marks, key=lambda m: _apart(m.box, (x, y)))
        return "label", nearest.category
    return "other", ""


def _tick(text: str, at: float, axis: "Axis") -> str:
    gaps = [abs(a.at - b.at) for a, b in itertools.pairwise(axis.ticks)]
    reach = 0.5 * min(gaps) if gaps else 30.0
    near = [tick for tick in axis.ticks if abs(tick.at - at) <= max(8.0, reach)]
    return next((tick.text for tick in near if _alike(text, tick.text)), "")


def _alike(a: str, b: str) -> bool:
    """Whether two readings of a text are of the same one; a title may be a line of a longer one."""
    a, b = "".join(a.lower().split()), "".join(b.lower().split())
    return a == b or (len(a) > 3 and (a in b or SequenceMatcher(None, a, b).ratio() > 0.8))


def _apart(box: tuple[float, float, float, float], point: tuple[float, float]) -> float:
    left, top, right, bottom = box
    return max(left - point[0], 0, point[0] - right) + max(top - point[1], 0, point[1] - bottom)
