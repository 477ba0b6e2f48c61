"""A task: count the dots of one colour."""

import re
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, Field
from vista_core import Gold, Image, PluginError, Sample, Score, Task

COLOURS = {"red": (200, 40, 40), "green": (40, 150, 60), "blue": (40, 70, 200)}
CELLS = 8
"""Dots stand in the cells of a grid of this many rows and columns, so that none covers another."""
CELL_PX = 32
RADIUS_PX = 10
MOST = 9
"""Dots of one colour; every number from 1 to this is equally frequent, so that no guess pays more than others."""


class DotsConfig(BaseModel):
    """Settings of the task."""

    seed: int = Field(0, ge=0, description="another seed makes other problems")
    problems: int = Field(1000, ge=1, description="problems in each split")


class Scene(NamedTuple):
    """A problem with everything that is known of it: colour -> cells of its dots, and the colour that is asked for."""

    cells: dict[str, list[int]]
    asked: str


class Dots(Task):
    """How many dots of one colour are in the picture? Drawn on the fly; the gold answer is exact.

    The splits share no picture, whatever the seed: the sum of the numbers of the cells that hold dots is even in
    `train` and odd in `test`.
    """

    name = "dots"
    splits = ("train", "test")
    licence = "Apache-2.0"
    Config = DotsConfig

    def size(self, split: str) -> int:
        """Number of problems in a split."""
        return int(self.config.problems)

    def sample(self, split: str, index: int) -> Sample:
        """Problem number `index` of a split."""
        scene = self._scene(split, index)
        return Sample(
            key=f"{split}/{index}",
            question=f"How many {scene.asked} dots are there?",
            images=(_draw(scene),),
            answer_format="an integer",
        )

    def gold(self, key: str) -> Gold:
        """The number of dots, with the colour as the kind of question, and the cells."""
        found = re.fullmatch(r"(\w+)/([0-9]{1,9})", key)
        if found is None or found[1] not in self.splits or int(found[2]) >= self.size(found[1]):
            raise PluginError(f"Task `dots` of vista-example has no problem {key[:40]!r}; keys look like train/7.")
        scene = self._scene(found[1], int(found[2]))
        return Gold(answer=len(scene.cells[scene.asked]), kind=scene.asked, cells=scene.cells)

    def score(self, key: str, answer: str | None) -> Score:
        """Right is the number itself and nothing else: no words, no second number."""
        gold = str(self.gold(key).answer)
        correct = answer is not None and answer.strip() == gold
        why = (
            "there is no answer" if answer is None else f"{answer.strip()[:40]!r} is{'' if correct else ' not'} {gold}"
        )
        return Score(value=float(correct), correct=correct, rule="exact_integer", why=why)

    def _scene(self, split: str, index: int) -> Scene:
        if not 0 <= index < self.size(split):
            raise IndexError(f"split {split!r} of task `dots` has {self.size(split)} problems, no {index}")
        parity = self.splits.index(split)
        # Everything is drawn from the settings and the index: the same problem in every process and run.
        random = np.random.default_rng([self.config.seed, parity, index])
        asked = str(random.choice(list(COLOURS)))
        counts = random.integers(1, MOST + 1, size=len(COLOURS))
        while True:
            places = random.permutation(CELLS * CELLS)[: counts.sum()]
            if places.sum() % 2 == parity:
                break
        parts = np.split(places, counts.cumsum()[:-1])
        return Scene({colour: part.tolist() for colour, part in zip(COLOURS, parts, strict=True)}, asked)


def _draw(scene: Scene) -> Image:
    """Discs on white, 256 by 256 pixels."""
    pixels = np.full((CELLS * CELL_PX, CELLS * CELL_PX, 3), 255, np.uint8)
    rows, columns = np.ogrid[:CELL_PX, :CELL_PX]
    disc = (rows - CELL_PX // 2) ** 2 + (columns - CELL_PX // 2) ** 2 <= RADIUS_PX**2
    for colour, cells in scene.cells.items():
        for cell in cells:
            top, left = (place * CELL_PX for place in divmod(cell, CELLS))
            pixels[top : top + CELL_PX, left : left + CELL_PX][disc] = COLOURS[colour]
    return Image.from_array(pixels)
