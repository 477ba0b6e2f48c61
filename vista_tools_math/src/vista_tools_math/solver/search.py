"""The search: theorems are tried in rounds, from the simple to the costly, until the goal has a value."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from vista_tools_math.solver import elimination
from vista_tools_math.solver.polynomials import TooLarge
from vista_tools_math.solver.scene import OutOfTime, Scene
from vista_tools_math.solver.theorems import (
    angles,
    cases,
    circles,
    matching,
    measures,
    named_lines,
    quadrilaterals,
    triangles,
    trigonometry,
)

Rule = Callable[[Scene], None]


def combined(scene: Scene) -> None:
    """Equations that are too much one by one, taken together."""
    while elimination.combine(scene.algebra) or elimination.substitute_pairs(scene.algebra):
        scene.algebra.progress()


LEVELS: tuple[tuple[Rule, ...], ...] = (
    (
        angles.at_points,
        quadrilaterals.named,
        angles.triangle_sums,
        angles.polygon_sums,
        angles.at_parallels,
        circles.basics,
        circles.tangents,
        circles.inscribed,
        circles.chords_and_secants,
    ),
    (
        angles.at_parallels,
        circles.tangents,
        circles.inscribed,
        circles.equal_chords,
        circles.bisected_chords,
        circles.equal_distances,
        triangles.isosceles,
        triangles.right,
        trigonometry.right_ratios,
        matching.use,
        quadrilaterals.named,
        quadrilaterals.trapezoid_medians,
        cases.isosceles_legs,
        circles.chords_and_secants,
        triangles.cut_triangles,
        triangles.bisectors,
        triangles.parallel_cuts,
        measures.perimeters,
        measures.areas,
        measures.sums,
        named_lines.roles,
    ),
    (
        circles.find_tangents,
        matching.find,
        matching.use,
        angles.find_parallels,
        quadrilaterals.trapezoid_bases,
        quadrilaterals.recognise,
        quadrilaterals.named,
        triangles.right_converse,
        triangles.hypotenuse_median,
        trigonometry.right_angles,
    ),
    (combined, matching.find_by_ratios, trigonometry.law_of_sines, trigonometry.law_of_cosines),
    (cases.isosceles_sides, cases.right_corner, cases.roots),
)
MOST_ROUNDS = 12


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        scene: the figure with its given facts.
        solved: tells whether the goal has a value.
    """

    scene: Scene
    solved: Callable[[], bool]

    def run(self) -> bool:
        """Try all theorems. Returns whether the goal has a value."""
        self.scene.algebra.progress()
        for rule in LEVELS[0]:  # even when the goal is reached: for contradictions, and for the shortest derivation
            self.apply(rule)
        if self.solved():
            return True
        level = 1
        for _ in range(MOST_ROUNDS * len(LEVELS)):
            before = self.state()
            for rules in LEVELS[1 : level + 1]:
                for rule in rules:
                    if self.apply(rule):
                        return True
            if self.state() == before:
                if level == len(LEVELS) - 1:
                    return False
                level += 1
        return False

    def apply(self, rule: Rule) -> bool:
        """Try one theorem everywhere."""
        if time.monotonic() > self.scene.deadline:
            raise OutOfTime
        before = self.state()
        try:
            rule(self.scene)
        except TooLarge:
            return False
        if self.state() == before:
            return False
        self.scene.algebra.progress()
        return self.solved()

    def state(self) -> tuple[int, int]:
        """Changes whenever something new is known."""
        algebra = self.scene.algebra
        return algebra.ledger.news, algebra.linear.version
