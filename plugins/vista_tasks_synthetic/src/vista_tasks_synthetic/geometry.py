"""The task synthetic_geometry."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vista_core import Expert, ExpertTurn, Observation

from vista_tasks_synthetic.base import SyntheticTask
from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.draw.figure import FigureStyle, collisions, draw_figure, figure_style
from vista_tasks_synthetic.expert import Guesser
from vista_tasks_synthetic.figures import FigureData, figure_data
from vista_tasks_synthetic.keyed import between, pick
from vista_tasks_synthetic.questions import ROUNDING, Question, rounded
from vista_tasks_synthetic.reading import tidy, to_number
from vista_tasks_synthetic.theorems import ANGLES, KINDS, LENGTHS, THEOREMS, exact

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """How to answer, without any number of the picture."""

    kind: str


class SyntheticGeometry(SyntheticTask[FigureData]):
    """Questions about geometry figures drawn to scale, with the given lengths and angles written beside their parts.

    Level 1: angles of triangles and at a line, right triangles with whole sides, perimeters, areas of rectangles.
    Level 2: also circles, isosceles triangles, exterior angles, in any position. Level 3: also trigonometry, chords,
    sectors and tangents. A picture carries one question.

    Example:
        >>> from vista_tasks_synthetic.geometry import SyntheticGeometry
        >>> task = SyntheticGeometry(kinds=("perimeter",))
        >>> task.sample("train", 0).question[:31]
        'What is the perimeter of triang'
    """

    name = "synthetic_geometry"
    all_kinds = KINDS

    def content(self, rng: "np.random.Generator") -> FigureData:
        """Draw what a figure says."""
        return figure_data(rng, pick(rng, self.kinds))

    def identity(self, content: FigureData) -> object:
        """Return the kind and the numbers, whatever the letters or the position."""
        return [content.kind, list(content.lengths), list(content.angles)]

    def draw(self, content: FigureData, rng: "np.random.Generator") -> "Picture":
        """Draw a figure in a random style in which no label touches anything, as far as one is found."""
        best: tuple[int, FigureStyle] | None = None
        for _ in range(24):
            style = figure_style(rng, self.config.level, self.config.canvas)
            found = collisions(content.sketch, style)
            if best is None or found < best[0]:
                best = (found, style)
            if found == 0:
                break
        assert best is not None
        return draw_figure(content.sketch, best[1], rng)

    def ask(self, content: FigureData, turn: int, rng: "np.random.Generator") -> Question:
        """Ask for what the figure leaves out."""
        theorem = THEOREMS[content.kind]
        wording = theorem.wordings[0] if self.config.level == 1 else pick(rng, theorem.wordings)
        text = wording.format(*content.letters)
        is_rounded = theorem.decimals > 0
        return Question(
            text,
            number(exact(content.kind, content.lengths, content.angles)),
            content.kind,
            FigurePlan(content.kind),
            rounded=is_rounded,
            tolerance=ROUNDING if is_rounded else Decimal(0),
        )

    def facts(self, content: FigureData) -> dict[str, Any]:
        """Return the lengths and angles that the figure shows."""
        return {"lengths": list(content.lengths), "angles": list(content.angles)}

    def solver(self, question: Question) -> Expert:
        """Return the expert that reads the labels with easyocr and calculates with calculator."""
        return FigureExpert(question.plan)

    def guess(self, question: Question, rng: "np.random.Generator") -> Expert:
        """Return the expert that answers without looking."""
        if question.rounded:
            return Guesser(f"{rng.uniform(5, 500):.2f}")
        low, high = (20, 140) if "angle" in question.kind or question.kind == "isosceles" else (5, 200)
        return Guesser(str(between(rng, low, high)))


def read_labels(text: str, lengths: int, angles: int) -> tuple[list[Decimal], list[Decimal]]:
    """Sort the numbers of an observation into lengths and angles, each in rising order.

    A number with a degree sign is an angle. Readers lose the sign or take it for a letter or a zero ("36o", "360"), so
    where angles are missing, numbers without a sign are taken for them: all of them if no length is wanted.

    Args:
        text: what was read.
        lengths: how many lengths the figure shows.
        angles: how many angles it shows.
    """
    marked: list[Decimal] = []
    plain: list[Decimal] = []
    for token in re.split(r"[\s,;|]+", text):
        value = to_number(token)
        if value is None or value <= 0:  # a point called O looks like a zero
            continue
        (marked if re.search(r"\d[°ºoO*'’˚]", token) else plain).append(value)
    while len(marked) < angles and len(plain) > lengths:
        # the sign was read as a zero: no angle of ours has more than two digits and none ends an impossible 360
        index = max(range(len(plain)), key=lambda i: plain[i])
        value = plain.pop(index)
        marked.append(value // 10 if value >= 180 and value % 10 == 0 else value)
    if lengths == 0 and len(marked) == angles:
        plain = []  # a letter or a stroke taken for a digit
    return sorted(plain), sorted(marked)


@dataclass(slots=True)
class FigureExpert:
    """Solves a figure: reads its labels with easyocr, then calculates."""

    plan: FigurePlan

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """Return the next turn: read the labels, calculate, answer."""
        if not observations:
            return ExpertTurn(think="read the labels", tool="easyocr", arguments={})
        theorem = THEOREMS[self.plan.kind]
        lengths, angles = read_labels(observations[0].text, theorem.lengths, theorem.angles)
        if len(lengths) != theorem.lengths or len(angles) != theorem.angles:
            wanted = [f"{n} {what}" for n, what in ((theorem.lengths, "lengths"), (theorem.angles, "angles")) if n]
            seen = ", ".join(number(value) for value in lengths + angles) or "none"
            think = f"the figure needs {' and '.join(wanted)}, but I read {seen}, so this is a guess"
            return ExpertTurn(think=think, answer=number((lengths + angles)[0]) if lengths + angles else "unknown")
        if len(observations) == 1:
            known = dict(zip(LENGTHS, map(number, lengths), strict=False))
            known |= dict(zip(ANGLES, map(number, angles), strict=False))
            said = [f"{what} {' and '.join(map(number, values))}"
                    for what, values in (("lengths", lengths), ("angles", angles)) if values]  # fmt: skip
            expression = theorem.expression.format(**known)
            return ExpertTurn(think=" ".join(said), tool="calculator", arguments={"expression": expression})
        result = to_number(observations[1].text)
        if result is None:
            return ExpertTurn(think="the calculator gave no number", answer="unknown")
        shown = number(rounded(result) if theorem.decimals else tidy(result))
        return ExpertTurn(think=shown, answer=shown)
