"""The tools of this package hold what every tool must hold."""

from vista_core.testing import ToolConformance


class TestCalculator(ToolConformance):
    tool = "calculator"
    examples = ({"expression": "max(47, 12, 33)"}, {"expression": "1/3"}, {"expression": "sin(radians(30))"})
    wrong = (
        ({"expression": "1 +"}, "expression"),
        ({"expression": "1/0"}, "expression"),
        ({"expression": "factorial(10**9)"}, "expression"),
    )


class TestSympyGeometry(ToolConformance):
    tool = "sympy_geometry"
    examples = (
        {"function": "triangle_area", "A": [0, 0], "B": [4, 0], "C": [0, 3]},
        {"function": "triangle_angle", "A": [0, 0], "B": [4, 0], "C": [0, "sqrt(3)"], "vertex": "A"},
        {"function": "pythagorean", "a": 3, "c": "sqrt(45)"},
        {"function": "polygon_area", "vertices": [[0, 0], [4, 0], ["sqrt(2)", 3]]},
        {"function": "inscribed_angle", "center": [0, 0], "radius": 2, "angle_degrees": 60},
    )
    wrong = (
        ({"function": "triangle_area", "A": [0, 0], "B": [4, 0]}, "C"),
        ({"function": "triangle_area", "A": [0, 0], "B": [4, 0], "C": [1, 1], "radius": 2}, "radius"),
        ({"function": "polygon_area", "vertices": [[0, 0], [1, 0], [2, "os"]]}, "vertices"),
    )
