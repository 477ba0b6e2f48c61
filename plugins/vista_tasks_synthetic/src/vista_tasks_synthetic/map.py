"""The task synthetic_map."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from vista_core import Expert, ExpertTurn, Observation, PluginError

from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.draw.map import draw_map
from vista_tasks_synthetic.expert import Guesser, ListExpert
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.lists import ListTask
from vista_tasks_synthetic.names import TITLES
from vista_tasks_synthetic.questions import KINDS, Plan, Question, Scope, ask
from vista_tasks_synthetic.shapes import us_states

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture

_BOX = re.compile(r" \[[^\]\n]*\].*$", re.MULTILINE)
_GLUED = re.compile(r"(?<=[^\W\d])[:;.,|]?\s*(?=\d+$)", re.MULTILINE)  # recognisers lose the colon or the blank
_BAND = "How many {things} have the colour of the range {band}?"


@dataclass(frozen=True, slots=True)
class MapData:
    """What a map says: a number for each named region, and the legend's ranges, both ends included."""

    names: tuple[str, ...]
    values: tuple[Decimal, ...]
    bands: tuple[tuple[int, int], ...]
    title: str


def band_text(band: tuple[int, int]) -> str:
    """Return a range as the legend writes it."""
    return f"{band[0]}-{band[1]}"


class SyntheticMap(ListTask[MapData]):
    """Questions about choropleth maps of the states of the USA, drawn on the fly.

    Level 1: four or five regions with their numbers. Level 2: five to seven, and the legend's ranges. Level 3: seven to
    nine, more ranges, JPEG traces. The outlines are those of the U.S. Census Bureau, simplified.

    Example:
        >>> from vista_tasks_synthetic.map import SyntheticMap
        >>> SyntheticMap(kinds=("largest",)).sample("train", 0).question
        'What is the largest value?'
    """

    name = "synthetic_map"
    all_kinds: ClassVar[dict[int, tuple[str, ...]]] = {**KINDS, 2: (*KINDS[2], "band")}
    reader = ("easyocr", {"task": "detect_and_recognize"})

    def content(self, rng: "np.random.Generator") -> MapData:
        """Choose regions whose labels have room side by side, and their numbers."""
        level = self.config.level
        low, high = ((4, 5), (5, 7), (7, 9))[level - 1]
        wanted = between(rng, low, high)
        # One word, and none with a capital I, which many fonts write as a small l.
        centres = {
            name: region.centre
            for name, region in us_states().items()
            if name.isalpha() and len(name) < 9 and name[0] != "I"
        }
        order = [list(centres)[int(i)] for i in rng.permutation(len(centres))]
        names: list[str] = []
        for name in order:
            x, y = centres[name]
            # In degrees; a label on the smallest canvas is 14 wide and 3 high, and two side by side read as one line.
            if len(names) < wanted and all(abs(y - centres[o][1]) > 2.6 or abs(x - centres[o][0]) > 22 for o in names):
                names.append(name)
        step = 25 if level < 3 else 20
        bands = tuple((start, start + step - 1) for start in range(0, 100, step))
        return MapData(tuple(names), tuple(Decimal(between(rng, 10, 99)) for _ in names), bands, pick(rng, TITLES))

    def identity(self, content: MapData) -> object:
        """Return the regions with their numbers, in whatever style."""
        return sorted([name, str(value)] for name, value in zip(content.names, content.values, strict=True))

    def draw(self, content: MapData, rng: "np.random.Generator") -> "Picture":
        """Draw a map in random colours; regions without a number stay white."""
        bands = {
            name: next(i for i, (low, high) in enumerate(content.bands) if low <= value <= high)
            for name, value in zip(content.names, content.values, strict=True)
        }
        labels = {name: f"{name}: {number(value)}" for name, value in zip(content.names, content.values, strict=True)}
        title = content.title if chance(rng, 0.4) else ""
        legend = tuple(map(band_text, content.bands))
        return draw_map(labels, bands, legend, title, rng, self.config.level, self.config.canvas)

    def scopes(self, content: MapData) -> tuple[list[Scope], list[Scope]]:
        """Return the one list of a map."""
        return [Scope(content.names, content.values, thing="state")], []

    def facts(self, content: MapData) -> dict[str, Any]:
        """Return the regions with their numbers, and the legend."""
        rows = [[name, number(value)] for name, value in zip(content.names, content.values, strict=True)]
        return {"table": rows, "legend": [band_text(band) for band in content.bands]}

    def ask(self, content: MapData, turn: int, rng: "np.random.Generator") -> Question:
        """Ask a question of the kind whose turn it is; what the numbers do not allow is passed over.

        Raises:
            PluginError: the numbers allow none of the kinds.
        """
        (scope,), _ = self.scopes(content)
        for step in range(len(self.kinds)):
            kind = self.kinds[(turn + step) % len(self.kinds)]
            question = (
                _band_question(content, rng)
                if kind == "band"
                else ask(scope, kind, rng, 1 if self.config.level == 1 else 9)
            )
            if question is not None:
                return question
        raise PluginError(f"none of the kinds {', '.join(self.kinds)} can be asked of this picture of {self.name}")

    def solver(self, question: Question) -> Expert:
        """Return the expert that reads the labels with `easyocr` and calculates with `calculator`."""
        tool, arguments = self.reader
        return MapExpert(question.plan, tool, dict(arguments))

    def guess(self, question: Question, rng: "np.random.Generator") -> Expert:
        """Return the expert that answers without looking."""
        if question.kind == "band":
            return Guesser(str(between(rng, 0, 4)))
        if question.kind.startswith("which"):
            return Guesser(pick(rng, [name for name in us_states() if " " not in name]))
        return super().guess(question, rng)


def _band_question(content: MapData, rng: "np.random.Generator") -> Question:
    low, high = pick(rng, content.bands)
    count = sum(low <= value <= high for value in content.values)
    band = band_text((low, high))
    text = _BAND.format(things="named states", band=band)
    return Question(text, str(count), "band", Plan("band", column=band), data={"column": band})


@dataclass(slots=True)
class MapExpert(ListExpert):
    """Solves questions about maps: the detector's lines hold a name and a number each."""

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """Return the next turn."""
        plain = [seen.model_copy(update={"text": _GLUED.sub(" ", _BOX.sub("", seen.text))}) for seen in observations]
        if self.plan.kind != "band" or not plain:
            return ListExpert.turn(self, plain)
        low, high = map(int, self.plan.column.split("-"))
        labels, values, _ = ListExpert(Plan("total"), self.tool, self.arguments)._read(plain[0].text)
        if not labels:
            return ExpertTurn(think="there are no numbers to read, so I cannot know", answer="unknown")
        inside = [f"{name} {number(v)}" for name, v in zip(labels, values, strict=True) if low <= v <= high]
        return ExpertTurn(think=f"from {low} to {high}: {', '.join(inside) or 'none'}", answer=str(len(inside)))
