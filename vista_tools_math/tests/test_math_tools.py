"""The tools `calculator` and `sympy_geometry`."""

import math
import subprocess
import sys

import pytest
import vista_core as vista
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def calculator() -> vista.Tool:
    return vista.load("tool", "calculator")


@pytest.fixture(scope="module")
def geometry() -> vista.Tool:
    return vista.load("tool", "sympy_geometry")


def test_the_calculator_answers_with_the_bare_result(calculator):
    seen = calculator(expression="max(47, 12, 33)")
    assert seen.text == "47"
    assert seen.data.value == 47
    assert seen.data.exact is None
    assert calculator(expression="1/3").data.exact == "1/3"
    assert calculator(expression="200!").data.value is None


@pytest.mark.parametrize("expression", ["2 +", "1/0", "x", "9**9**9", "(" * 10_000, "", None, 5, ["1"]])
def test_the_calculator_refuses_with_an_argument_error(calculator, expression):
    with pytest.raises(vista.ToolArgumentError) as caught:
        calculator(expression=expression)
    assert "expression" in str(caught.value)
    assert caught.value.code == "E3"


RIGHT = {"A": [0, 0], "B": [4, 0], "C": [0, 3]}
EVEN = {"A": [0, 0], "B": [1, 0], "C": ["1/2", "sqrt(3)/2"]}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"function": "triangle_angle", **RIGHT, "vertex": "A"}, "angle A = 90"),
        ({"function": "triangle_angle", **RIGHT, "vertex": "B"}, "angle B = 180*acos(4/5)/pi = 36.86989765"),
        ({"function": "triangle_all_angles", **EVEN}, "angle A = 60\nangle B = 60\nangle C = 60"),
        ({"function": "triangle_area", **RIGHT}, "area = 6"),
        ({"function": "triangle_area", **EVEN}, "area = sqrt(3)/4 = 0.4330127019"),
        ({"function": "triangle_type", **RIGHT}, "right scalene\nAB = 4\nBC = 5\nCA = 3"),
        ({"function": "triangle_type", **EVEN}, "acute equilateral\nAB = 1\nBC = 1\nCA = 1"),
        (
            {"function": "circle_from_points", "p1": [0, 0], "p2": [4, 0], "p3": [0, 3]},
            "center x = 2\ncenter y = 3/2 = 1.5\nradius = 5/2 = 2.5",
        ),
        (
            {"function": "inscribed_angle", "center": [0, 0], "radius": 5, "angle_degrees": 80},
            "inscribed angle = 40\narc length = 20*pi/9 = 6.981317008",
        ),
        (
            {"function": "polygon_area", "vertices": [[0, 0], [4, 0], [4, 3], [0, 3]]},
            "area = 12\nperimeter = 14",
        ),
        (
            {"function": "angle_between_lines", "p1": [0, 0], "p2": [1, 1], "p3": [5, 0], "p4": [1, 0]},
            "angle = 45",
        ),
        (
            {"function": "distance_point_to_line", "point": [0, 0], "line_p1": [0, 1], "line_p2": [1, 0]},
            "distance = sqrt(2)/2 = 0.7071067812",
        ),
        ({"function": "triangle_angle_from_two", "angle1": 50, "angle2": "60"}, "angle = 70"),
        ({"function": "pythagorean", "a": 3, "b": 4}, "c = 5"),
        ({"function": "pythagorean", "b": 1, "c": 2}, "a = sqrt(3) = 1.732050808"),
    ],
)
def test_every_function_of_the_geometry_tool(geometry, arguments, text):
    assert geometry(**arguments).text == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"function": "volume"}, "function"),
        ({"function": "triangle_area", "A": [0, 0], "B": [1, 1]}, "C is missing"),
        ({"function": "triangle_area", **RIGHT, "radius": 3}, "takes no radius"),
        ({"function": "triangle_area", "A": [0, 0], "B": [1, "x"], "C": [2, 2]}, "B: unknown name 'x'"),
        ({"function": "triangle_area", "A": [0, 0], "B": [1, "9**9**9"], "C": [2, 2]}, "B: the power is too large"),
        ({"function": "triangle_area", "A": [0, 0], "B": [1, 1e300], "C": [2, 2]}, "B: numbers must be at most 1e9"),
        ({"function": "triangle_area", "A": [0, 0, 0], "B": [1, 1], "C": [2, 2]}, "A"),
        ({"function": "pythagorean", "a": 3}, "exactly two"),
        ({"function": "pythagorean", "a": 3, "b": 4, "c": 5}, "exactly two"),
        ({"function": "polygon_area", "vertices": [[0, 0], [1, 1]]}, "vertices"),
        ({"function": "polygon_area", "vertices": [[i, i * i] for i in range(1000)]}, "vertices"),
    ],
)
def test_bad_arguments_say_what_is_wrong(geometry, arguments, says):
    with pytest.raises(vista.ToolArgumentError, match=says):
        geometry(**arguments)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"function": "triangle_area", "A": [0, 0], "B": [1, 1], "C": [2, 2]}, "on one line"),
        ({"function": "angle_between_lines", "p1": [0, 0], "p2": [0, 0], "p3": [1, 0], "p4": [0, 1]}, "the same"),
        ({"function": "pythagorean", "a": 5, "c": 4}, "longer"),
        ({"function": "triangle_angle_from_two", "angle1": 100, "angle2": 80}, "less than 180"),
        ({"function": "inscribed_angle", "center": [0, 0], "radius": -1, "angle_degrees": 80}, "positive"),
        ({"function": "polygon_area", "vertices": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "cross"),
    ],
)
def test_figures_that_do_not_exist_fail(geometry, arguments, says):
    with pytest.raises(vista.ToolFailed, match=says):
        geometry(**arguments)


coordinate = st.integers(-10_000, 10_000)
points = st.tuples(coordinate, coordinate).map(list)


@given(a=points, b=points, c=points)
@settings(max_examples=60, deadline=None)
def test_triangles_agree_with_floating_point(geometry, a, b, c):
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    corners = {"A": a, "B": b, "C": c}
    if cross == 0:
        with pytest.raises(vista.ToolFailed):
            geometry(function="triangle_area", **corners)
        return
    assert geometry(function="triangle_area", **corners).data.result["area"] == abs(cross) / 2
    angles = geometry(function="triangle_all_angles", **corners).data.result
    assert sum(angles.values()) == pytest.approx(180, abs=1e-6)
    expected = abs(math.degrees(math.atan2(c[1] - a[1], c[0] - a[0]) - math.atan2(b[1] - a[1], b[0] - a[0])))
    assert angles["angle A"] == pytest.approx(min(expected, 360 - expected), abs=1e-5)
    circle = geometry(function="circle_from_points", p1=a, p2=b, p3=c).data.result
    for x, y in (a, b, c):
        far = math.hypot(x - circle["center x"], y - circle["center y"])
        assert far == pytest.approx(circle["radius"], rel=1e-5)


def test_many_different_roots_are_computed_in_decimals_and_soon(geometry):
    corners = {"A": ["sqrt(2)", "sqrt(3)"], "B": ["sqrt(5)", "sqrt(7)"], "C": ["sqrt(11)", "sqrt(13)"]}
    seen = geometry(function="triangle_all_angles", **corners).data
    assert sum(seen.result.values()) == pytest.approx(180)
    assert seen.exact == {}


def test_importing_the_modules_is_light():
    code = (
        "import sys, vista_tools_math.calculator, vista_tools_math.geometry; "
        "print([m for m in ('sympy', 'numpy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/")
    assert done.stdout.strip() == "[]", done.stderr
