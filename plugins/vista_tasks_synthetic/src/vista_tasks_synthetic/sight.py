"""Experts of scenes: they ask a detector for coloured shapes and work on the list that it writes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from vista_core import ExpertTurn, Observation

from vista_tasks_synthetic.draw.scene import PAINTS, SHAPES

_LINE = re.compile(r"^(\w+) (\w+) \[(\d+), \d+, (\d+), \d+\]", re.MULTILINE)
EVERYTHING = ". ".join(f"{paint} {shape}" for paint in PAINTS for shape in SHAPES)
"""A caption that names every kind of object."""


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """How to answer, without looking: the kind of question, what it names, and which side it is about."""

    kind: str
    what: str
    other: str
    end: str


class Seen(NamedTuple):
    """An object as it was seen: colour, shape, and where its middle is from left to right."""

    colour: str
    shape: str
    x: float

    def fits(self, phrase: str) -> bool:
        """Return whether this is one of "red cube", "red object" or "cube"."""
        words = phrase.split()
        paints, shapes = [w for w in words if w in PAINTS], [w for w in words if w in SHAPES]
        return self.colour in (paints or [self.colour]) and self.shape in (shapes or [self.shape])


def meet(one: str, two: str) -> bool:
    """Return whether an object can be counted under both phrases."""
    every = (Seen(paint, shape, 0.0) for paint in PAINTS for shape in SHAPES)
    return any(seen.fits(one) and seen.fits(two) for seen in every)


def answer_of(plan: ScenePlan, seen: Sequence[Seen]) -> str:
    """Return the answer to a plan's question from the objects that somebody saw.

    Raises:
        ValueError: the object that the question is about is not among them.
    """

    def count(phrase: str) -> int:
        return sum(one.fits(phrase) for one in seen)

    if plan.kind == "count":
        return str(count(plan.what))
    if plan.kind == "together":
        return str(count(plan.what) + count(plan.other))
    if plan.kind == "more":
        return str(count(plan.what) - count(plan.other))
    sign = 1 if plan.end == "left" else -1
    if plan.kind == "beside":
        middle = next((one.x for one in seen if one.fits(plan.what)), None)
        if middle is None:
            raise ValueError(f"there is no {plan.what}")
        return str(sum(sign * (middle - one.x) > 0 for one in seen))
    outermost = min(seen, key=lambda one: sign * one.x)
    if plan.kind == "same_colour":
        return str(sum(one.colour == outermost.colour for one in seen) - 1)
    return outermost.colour if plan.kind == "colour_at" else outermost.shape


@dataclass(slots=True)
class SceneExpert:
    """Solves questions about scenes: one look at everything, then the answer."""

    plan: ScenePlan

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """Return the next turn."""
        if not observations:
            return ExpertTurn(think="look for every object", tool="grounding_dino", arguments={"caption": EVERYTHING})
        found = _LINE.findall(observations[0].text)
        seen = [Seen(paint, shape, (int(left) + int(right)) / 2) for paint, shape, left, right in found]
        if not seen:
            return ExpertTurn(think="nothing was found, so I count none", answer="0")
        said = ", ".join(f"{one.colour} {one.shape}" for one in sorted(seen, key=lambda one: one.x))
        try:
            return ExpertTurn(think=f"from left to right: {said}", answer=answer_of(self.plan, seen))
        except ValueError as error:
            return ExpertTurn(think=f"from left to right: {said}; {error}, so this is a guess", answer="unknown")
