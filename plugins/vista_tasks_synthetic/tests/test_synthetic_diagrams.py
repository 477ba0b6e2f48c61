"""Drawn geometry problems are what their gold says: the same every time, legible, and true to their forms."""

import itertools
import math
import re

import numpy as np
import pytest
from vista_tasks_synthetic.diagrams import FAMILIES, STYLES, make_problem
from vista_tasks_synthetic.diagrams.forms import to_cdl, written
from vista_tasks_synthetic.diagrams.plan import degrees, linear, root_text, two_linear
from vista_tasks_synthetic.keyed import generator

CASES = [(number, STYLES[number % len(STYLES)], family) for number, family in enumerate(FAMILIES)]


def measure(problem, form):
    """The size in the picture of LengthOf(...) (px) or MeasureOf(Angle(...)) (degrees)."""
    places = [problem.points[name] for name in re.findall(r"\b[A-Z]\b", form)]
    if form.startswith("LengthOf"):
        return math.dist(*places)
    (ax, ay), (vx, vy), (bx, by) = places
    turn = math.degrees(math.atan2(ay - vy, ax - vx) - math.atan2(by - vy, bx - vx)) % 360
    return min(turn, 360 - turn)


@pytest.mark.parametrize(("seed", "style", "family"), CASES)
def test_the_picture_holds_what_the_forms_say(seed, style, family):
    problem = make_problem(seed, style, family)
    for form in problem.diagram_logic:
        if form.startswith("PointLiesOnLine"):
            middle, first, last = (problem.points[name] for name in re.findall(r"\b[A-Z]\b", form))
            assert math.dist(first, middle) + math.dist(middle, last) == pytest.approx(math.dist(first, last), abs=0.1)
        elif form.startswith("PointLiesOnCircle"):
            name = form[len("PointLiesOnCircle(")]
            assert any(
                math.dist(problem.points[name], (x, y)) == pytest.approx(radius, abs=0.1)
                for _, x, y, radius, on in problem.circles
                if name in on
            )
        elif form.startswith("Perpendicular"):
            one, vertex, _, other = re.findall(r"\b[A-Z]\b", form)
            assert measure(problem, f"MeasureOf(Angle({one}, {vertex}, {other}))") == pytest.approx(90, abs=0.1)
        elif match := re.fullmatch(r"Equals\((.+\)), ((?:LengthOf|MeasureOf).+)\)", form):
            assert measure(problem, match[1]) == pytest.approx(measure(problem, match[2]), rel=0.01)
        elif match := re.fullmatch(r"Equals\((MeasureOf.+\)), (\d+)\)", form):
            assert measure(problem, match[1]) == pytest.approx(float(match[2]), abs=1.5)
    assert problem.text_logic[-1].startswith("Find(")
    functions = {"sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "pi": math.pi}
    assert eval(problem.exact, {"__builtins__": {}}, functions) == pytest.approx(problem.answer)


def test_lengths_are_drawn_in_proportion_where_all_are_numbers():
    problem = make_problem(4, "plain", "perimeter")
    said = dict(re.fullmatch(r"Equals\((.+\)), (\d+)\)", f).groups() for f in problem.diagram_logic)
    scales = [measure(problem, form) / float(size) for form, size in said.items()]
    assert max(scales) == pytest.approx(min(scales), rel=0.001)


@pytest.mark.parametrize("style", STYLES)
def test_a_problem_is_a_function_of_its_seed(style):
    one, two = (make_problem(11, style) for _ in range(2))
    assert np.array_equal(np.asarray(one.image), np.asarray(two.image))
    assert (one.text, one.diagram_logic, one.points, one.labels) == (
        two.text,
        two.diagram_logic,
        two.points,
        two.labels,
    )
    other = make_problem(12, style, one.family)
    assert not np.array_equal(np.asarray(one.image), np.asarray(other.image))


def test_labels_touch_neither_each_other_nor_the_strokes():
    for seed, style, family in CASES[::3]:
        problem = make_problem(seed, style, family)
        for one, two in itertools.combinations(problem.labels, 2):
            assert math.dist(one.at, two.at) > 10
        for label in problem.labels:
            if label.kind == "point":
                assert math.dist(label.at, problem.points[label.target]) < 50


def test_forms_come_in_both_languages():
    problem = make_problem(5, "plain", "parallel_to_side")
    assert problem.goal_cdl.startswith("Value(LengthOfLine(")
    assert len([form for form in problem.construction_cdl if form.startswith("Collinear(")]) == 2
    assert to_cdl("Rhombus(A, B, C, D)") == "Rhombus(ABCD)"
    assert to_cdl("Tangent(Line(A, B), Circle(O))") == "IsTangentOfCircle(AB,O)"
    assert (written("(2x+3)°"), written("5√3"), degrees("2x+3"), degrees(40)) == (
        "2x+3",
        "5\\sqrt{3}",
        "(2x+3)°",
        "40°",
    )


def test_numbers_are_hidden_in_expressions_that_give_them_back():
    rng = generator("test")
    for value in range(10, 60, 7):
        text = linear(rng, value, 6)
        factor, _, rest = text.partition("x")
        assert int(factor or 1) * 6 + int(rest or 0) == value
        one, two, x = two_linear(rng, value, value)
        assert one != two and x > 0
    assert [root_text(n) for n in (49, 75, 2)] == ["7", "5*sqrt(3)", "sqrt(2)"]


def test_unknown_names_are_told():
    with pytest.raises(ValueError, match="no style 'neon'"):
        make_problem(1, "neon")
    with pytest.raises(ValueError, match="no family 'cube'"):
        make_problem(1, "plain", "cube")
