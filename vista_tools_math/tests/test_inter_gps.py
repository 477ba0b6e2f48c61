"""The tool `inter_gps`: what it answers, refuses and explains."""

import json

import pytest
from vista_core import ToolArgumentError, ToolFailed, load
from vista_core.testing import ToolConformance

RIGHT = ["Perpendicular(Line(C, A), Line(C, B))", "Equals(LengthOf(Line(A, C)), x)", "Equals(LengthOf(Line(A, B)), 2x)"]
RIGHT += ["Equals(LengthOf(Line(B, C)), 9)"]
BOX = {
    "text_logic": ["Find(LengthOf(Line(A, C)))", "Rectangle(A, B, C, D)"],
    "diagram_logic": ["Equals(LengthOf(Line(A, B)), 8)", "Equals(LengthOf(Line(B, C)), 6)"],
    "point_positions": {"A": [0, 0], "B": [8, 0], "C": [8, 6], "D": [0, 6]},
    "lines": ["AC", "AB", "BC", "CD", "DA"],
}


class TestInterGPS(ToolConformance):
    tool = "inter_gps"
    examples = (
        {"text_logic": [*RIGHT, "Find(x)"]},
        BOX,
        {
            "text_logic": [
                "Equal(LengthOfLine(AB),3)",
                "Equal(LengthOfLine(BC),4)",
                "RightTriangle(ABC)",
                "Value(LengthOfLine(AC))",
            ]
        },
        {
            "text_logic": ["Find(MeasureOf(Arc(A, B)))"],
            "diagram_logic": [
                "PointLiesOnCircle(A, Circle(O))",
                "PointLiesOnCircle(B, Circle(O))",
                "Equals(MeasureOf(Angle(A, O, B)), 80)",
            ],
            "point_positions": {"A": [5, 0], "B": [0, 5], "O": [0, 0]},
            "circles": ["O"],
        },
    )
    wrong = (
        ({"text_logic": ["Find(x)"]}, "text_logic"),
        ({"text_logic": [*RIGHT, "Find(LengthOf(Line(Q, Z)))"]}, "text_logic"),
        ({"text_logic": [*RIGHT]}, "text_logic"),
        ({"text_logic": [*RIGHT, "Find(x)", "Find(LengthOf(Line(A, C)))"]}, "text_logic"),
        ({"text_logic": [*RIGHT, "Find(x)"], "diagram_logic": ["PointLiesOnLine(A)"]}, "diagram_logic"),
    )


@pytest.fixture(scope="module")
def solver() -> object:
    return load("tool", "inter_gps")


def test_the_answer_is_exact(solver) -> None:
    seen = solver(text_logic=[*RIGHT, "Find(LengthOf(Line(A, B)))"])
    assert seen.data.exact == "6*sqrt(3)"
    assert seen.text.startswith("LengthOf(Line(A, B)) = 6*sqrt(3) = 10.39230485\nby: Pythagorean theorem")
    assert seen.data.answer == pytest.approx(10.392304845413264)


def test_steps_can_be_followed(solver) -> None:
    data = solver(text_logic=[*RIGHT, "Find(LengthOf(Line(A, B)))"]).data
    text = data.explain()
    assert "5. Pythagorean theorem: CA² + CB² = AB²" in text
    assert "3·x² = 81; x = -3*sqrt(3) does not fit" in text
    for step in data.steps:
        for premise in step.premises:
            if premise.startswith("step "):
                assert int(premise.removeprefix("step ")) < step.number
    json.dumps(data.model_dump())


def test_what_the_drawing_chose_is_said(solver) -> None:
    data = solver(
        text_logic=["Find(MeasureOf(Arc(A, B)))"],
        diagram_logic=[
            "PointLiesOnCircle(A, Circle(O))",
            "PointLiesOnCircle(B, Circle(O))",
            "Equals(MeasureOf(Angle(A, O, B)), 80)",
        ],
        point_positions={"A": [5, 0], "B": [1, 4.9], "O": [0, 0]},
    ).data
    assert any(step.drawing == "arc AB is the smaller arc" for step in data.steps)
    assert "case chosen by the drawing" in data.explain()


def test_positions_are_never_measured(solver) -> None:
    """Without given numbers there is no answer, however exact the drawing is."""
    places = {"A": [0, 0], "B": [3, 0], "C": [0, 4]}
    with pytest.raises(ToolFailed, match="does not follow from the forms"):
        solver(text_logic=["Find(LengthOf(Line(A, C)))", "Triangle(A, B, C)"], point_positions=places)


def test_a_failure_says_what_was_derived(solver) -> None:
    forms = ["Equals(MeasureOf(Angle(A, B, C)), 50)", "Equals(MeasureOf(Angle(B, A, C)), 60)", "Triangle(A, B, C)"]
    places = {"A": [0, 0], "B": [3, 0], "C": [1, 3]}
    with pytest.raises(ToolFailed, match="∠ACB = 70°"):
        solver(text_logic=[*forms, "Find(LengthOf(Line(A, C)))"], point_positions=places)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('ls')",
        "Find(().__class__.__bases__)",
        "Equals(LengthOf(Line(A, B)), 9**9**9)",
        "Equals(LengthOf(Line(A, B)), 9^{9^{9^{9}}})",
        "Equals(LengthOf(Line(A, B)), ((((9^4)^4)^4)^4)^4)",
        "(" * 10_000 + ")" * 10_000,
        "Equals(LengthOf(Line(A, B)), " + "(" * 900 + "x" + ")" * 900 + ")",
        "Equals(LengthOf(Line(A, B)), ٣)",
        "Equals(LengthOf(Line(A, B)), 1/0)",
        "Equals(LengthOf(Line(A, B)), os)",
        "Find(\u202ex)",
        "Find(x); import os",
    ],
)
def test_hostile_text_is_an_argument_error(solver, text: str) -> None:
    with pytest.raises(ToolArgumentError):
        solver(text_logic=[text, "Find(y)", "Equals(LengthOf(Line(C, D)), y)"])


def test_without_forms_there_must_be_a_question(solver) -> None:
    with pytest.raises(ToolArgumentError, match="no question"):
        solver()
    with pytest.raises(ToolFailed, match="not understood"):
        solver(question="How are you?")


def test_results_are_deterministic(solver) -> None:
    first, second = (solver(**BOX).data.model_dump_json() for _ in range(2))
    assert first == second


def test_the_command_line_prints_the_steps() -> None:
    from typer.testing import CliRunner
    from vista_cli.commands.tool import app

    forms = json.dumps([*RIGHT, "Find(LengthOf(Line(A, B)))"])
    result = CliRunner().invoke(app, ["call", "inter_gps", "--arg", f"text_logic={forms}", "--explain"])
    assert result.exit_code == 0, result.output
    assert "Pythagorean theorem: CA² + CB² = AB²" in result.output
    plain = CliRunner().invoke(app, ["call", "calculator", "--arg", "expression=1+1", "--explain"])
    assert "does not explain" in plain.output
