"""Generated drawings are read back: points, lines, circles, labels and marks, in every style."""

import math
from functools import cache

import numpy as np
import pytest
from vista_tasks_synthetic.diagrams import FAMILIES, STYLES, make_problem
from vista_tools_math.diagrams import diagram_forms, load_reader
from vista_tools_math.diagrams.problem import read_problem
from vista_tools_math.solver import NotSolved, Problem, solve

FEW = ("two_secants", "altitude")


@cache
def reading(seed, style, family):
    """The problem, and what was read of its picture."""
    problem = make_problem(seed, style, family)
    return problem, diagram_forms(np.asarray(problem.image), load_reader())


def found(problem, scene):
    """How many of the points, lines and circles were found with their names, of how many."""
    named = set(scene.points) - scene.unnamed
    points = [n in named and math.dist(scene.points[n], at) < 8 for n, at in problem.points.items()]
    seen = {"".join(n for n in line if n in named) for line in scene.lines}
    lines = [line in seen or line[::-1] in seen for line in problem.lines]
    rounds = {(c.centre, "".join(sorted(set(c.on) & named))) for c in scene.circles}
    circles = [(centre, "".join(sorted(on))) in rounds for centre, _, _, _, on in problem.circles]
    every = points + lines + circles
    return sum(every), len(every)


def solved(problem, read):
    """Whether the solver answers rightly from what was read."""
    said = read_problem(problem.text, scene=read.scene)
    try:
        solution = solve(Problem(said.text_logic, said.diagram_logic, said.point_positions, said.lines, said.circles))
    except NotSolved:
        return False
    return abs(solution.answer - problem.answer) <= 0.01 * abs(problem.answer)


@pytest.mark.parametrize("style", STYLES)
def test_drawings_of_every_style_are_read_and_solved(style):
    right, total = map(sum, zip(*(found(p, r.scene) for p, r in (reading(2, style, f) for f in FEW)), strict=True))
    assert right >= 0.9 * total
    assert any(solved(*reading(2, style, family)) for family in FEW)


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_all_families_of_every_style(style):
    readings = [reading(500, style, family) for family in FAMILIES]
    right, total = map(sum, zip(*(found(p, r.scene) for p, r in readings), strict=True))
    assert right >= 0.9 * total
    assert sum(solved(p, r) for p, r in readings) >= 0.8 * len(FAMILIES)


def test_reading_is_deterministic_and_says_forms():
    problem, read = reading(2, "plain", "two_secants")
    again = diagram_forms(np.asarray(problem.image), load_reader())
    assert (again.forms, again.point_positions) == (read.forms, read.point_positions)
    assert read.circles == ["O"]
    assert set(problem.line_instances) <= set(read.lines)
    assert read.not_understood == []


def test_a_photograph_or_noise_is_no_diagram():
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8)
    read = diagram_forms(noise, load_reader())
    assert len(read.point_positions) <= 26
    assert diagram_forms(np.zeros((40, 40, 3), np.uint8), load_reader()).forms == []
