"""The task synthetic_scene."""

from typing import TYPE_CHECKING, Any, ClassVar

from vista_core import Expert, PluginError

from vista_tasks_synthetic.base import SyntheticTask
from vista_tasks_synthetic.draw.scene import PAINTS, SHAPES, Thing, draw_scene
from vista_tasks_synthetic.expert import Guesser
from vista_tasks_synthetic.keyed import between, generator, pick
from vista_tasks_synthetic.questions import Question
from vista_tasks_synthetic.sight import SceneExpert, ScenePlan, Seen, answer_of, meet

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture

Scene = tuple[Thing, ...]

_WORDINGS = {
    "count": ("How many {what} are there?", "Count the {what}."),
    "together": ("How many {what} and {other} are there together?", "Count the {what} and the {other}."),
    "more": ("How many {what} are there minus the number of {other}?", "By how much do {what} outnumber {other}?"),
    "colour_at": ("What colour is the {end}most object?", "Name the colour of the object farthest to the {end}."),
    "shape_at": ("What shape is the {end}most object?", "Name the shape of the object farthest to the {end}."),
    "beside": ("How many objects are to the {end} of the {what}?", "Count the objects {end} of the {what}."),
    "same_colour": (
        "How many other objects have the colour of the {end}most object?",
        "Besides the {end}most object, how many objects share its colour?",
    ),
}
_APART = 0.05
"""How far apart the middles of two objects must be for one to be left of the other (a share of the width)."""


class SyntheticScene(SyntheticTask[Scene]):
    """Questions about cubes, spheres and cylinders in six colours, drawn on the fly.

    Level 1: 3 to 5 objects to count. Level 2: 4 to 7, compared, and read off at the ends. Level 3: 6 to 9 with shadows,
    asked by their places.

    Example:
        >>> from vista_tasks_synthetic.scene import SyntheticScene
        >>> SyntheticScene(kinds=("count",)).sample("train", 0).question.startswith("How many")
        True
    """

    name = "synthetic_scene"
    all_kinds: ClassVar[dict[int, tuple[str, ...]]] = {
        1: ("count", "together"),
        2: ("more", "colour_at", "shape_at"),
        3: ("beside", "same_colour"),
    }

    def content(self, rng: "np.random.Generator") -> Scene:
        """Place objects so that none touches another or the edge; those of few colours and shapes meet often."""
        low, high = ((3, 5), (4, 7), (6, 9))[self.config.level - 1]
        count = between(rng, low, high)
        things: list[Thing] = []
        while len(things) < count:
            radius = float(rng.uniform(0.09, 0.12) if self.config.level < 3 else rng.uniform(0.07, 0.11))
            x, y = float(rng.uniform(0.12, 0.88)), float(rng.uniform(0.17, 0.83))
            # A canvas is at most 2 and at least 0.9 times as wide as it is high: apart in the narrowest one.
            if all(
                abs(x - t.x) * 0.9 > radius + t.radius + 0.04 or abs(y - t.y) > radius + t.radius + 0.04 for t in things
            ):
                paint, shape = pick(rng, tuple(PAINTS)), pick(rng, SHAPES)
                things.append(Thing(paint, shape, round(x, 3), round(y, 3), round(radius, 3)))
            elif rng.random() < 0.02:
                things = []  # no room is left: begin again
        return tuple(things)

    def identity(self, content: Scene) -> object:
        """Return what is where, roughly: a moved or resized object makes another picture, not another problem."""
        return sorted([t.colour, t.shape, round(t.x, 1), round(t.y, 1)] for t in content)

    def draw(self, content: Scene, rng: "np.random.Generator") -> "Picture":
        """Draw a scene on a random ground."""
        return draw_scene(content, rng, self.config.level, self.config.canvas)

    def facts(self, content: Scene) -> dict[str, Any]:
        """Return the objects: colour, shape, middle (shares of width and height)."""
        return {"objects": [[t.colour, t.shape, t.x, t.y] for t in content]}

    def allowed(self, content: Scene) -> bool:
        """Return whether at least one of the kinds can be asked."""
        return any(self._question_of(content, kind, generator("any")) is not None for kind in self.kinds)

    def ask(self, content: Scene, turn: int, rng: "np.random.Generator") -> Question:
        """Ask a question of the kind whose turn it is; what the scene does not allow is passed over.

        Raises:
            PluginError: it allows none of the kinds.
        """
        for step in range(len(self.kinds)):
            question = self._question_of(content, self.kinds[(turn + step) % len(self.kinds)], rng)
            if question is not None:
                return question
        raise PluginError(f"none of the kinds {', '.join(self.kinds)} can be asked of this picture of {self.name}")

    def solver(self, question: Question) -> Expert:
        """Return the expert that looks with `grounding_dino` and counts what it reports."""
        return SceneExpert(question.plan)

    def guess(self, question: Question, rng: "np.random.Generator") -> Expert:
        """Return the expert that answers without looking: a small number, a colour or a shape."""
        if question.kind == "colour_at":
            return Guesser(pick(rng, tuple(PAINTS)))
        return Guesser(pick(rng, SHAPES) if question.kind == "shape_at" else str(between(rng, 0, 9)))

    def _question_of(self, content: Scene, kind: str, rng: "np.random.Generator") -> Question | None:
        """Return a question of a kind, or None where two objects are too close to say which is farther out."""
        what, other = self._phrase(content, rng), self._phrase(content, rng)
        end = pick(rng, ("left", "right"))
        ordered = sorted((t.x for t in content), reverse=end == "right")
        if kind in ("together", "more") and meet(what, other):
            every = (f"{paint} {shape}" for paint in PAINTS for shape in SHAPES)
            other = next(phrase for phrase in every if not meet(what, phrase))
        if kind in ("colour_at", "shape_at", "same_colour") and abs(ordered[0] - ordered[1]) < _APART:
            return None
        if kind == "beside":
            alone = [t for t in content if sum((o.colour, o.shape) == (t.colour, t.shape) for o in content) == 1]
            clear = [t for t in alone if all(o is t or abs(o.x - t.x) >= _APART for o in content)]
            if not clear:
                return None
            chosen = pick(rng, clear)
            what = f"{chosen.colour} {chosen.shape}"
        plan = ScenePlan(kind, what, other, end)
        seen = [Seen(t.colour, t.shape, t.x) for t in content]
        wording = pick(rng, _WORDINGS[kind][: 1 if self.config.level == 1 else 2])
        plural = kind != "beside"
        text = wording.format(what=what + "s" * plural, other=f"{other}s", end=end)
        return Question(text, answer_of(plan, seen), kind, plan, numeric=not kind.endswith("_at"))

    def _phrase(self, content: Scene, rng: "np.random.Generator") -> str:
        """Return what to count: mostly things that are there, by colour, by shape or by both."""
        there = pick(rng, content)
        paint = there.colour if rng.random() < 0.85 else pick(rng, tuple(PAINTS))
        return pick(rng, (f"{paint} {there.shape}", f"{paint} object", there.shape))
