"""Texts of geometry problems become logic forms; what is not understood is told, and nothing is made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_tasks_synthetic.diagrams.plan import LETTERS
from vista_tasks_synthetic.diagrams.problem import MAKERS
from vista_tasks_synthetic.keyed import generator, pick_several
from vista_tools_math.diagrams.ground import grounded
from vista_tools_math.diagrams.scene import Scene
from vista_tools_math.languages import parse_inter_gps
from vista_tools_math.texts import TextError, text_forms
from vista_tools_math.texts.normal import normal

READ = {
    r"In \odot X, A B = 30, C D = 30, and m \widehat C Z = 40. Find m \widehat A B.": [
        "Circle(X)",
        "Equals(LengthOf(Line(A, B)), 30)",
        "Equals(LengthOf(Line(C, D)), 30)",
        "Equals(MeasureOf(Arc(C, Z)), 40)",
        "Find(MeasureOf(Arc(A, B)))",
    ],
    r"If $\overline{AB} \parallel \overline{CD}$ and $m\angle 1 = 65^{\circ}$, find $m \angle 2$.": [
        "Parallel(Line(A, B), Line(C, D))",
        "Equals(MeasureOf(Angle(1)), 65)",
        "Find(MeasureOf(Angle(2)))",
    ],
    r"\triangle R S T \cong \triangle X Y Z. Find y.": [
        "Congruent(Triangle(R, S, T), Triangle(X, Y, Z))",
        "Find(y)",
    ],
    "Quadrilateral ABCD is a rhombus. If AC = 2x+3 and BD = 16 cm, what is the length of AB?": [
        "Rhombus(A, B, C, D)",
        "Equals(LengthOf(Line(A, C)), 2x+3)",
        "Equals(LengthOf(Line(B, D)), 16)",
        "Find(LengthOf(Line(A, B)))",
    ],
    "AB is a diameter of circle O. Angle CAB is 35 degrees. What is the measure of angle ABC?": [
        "IsDiameterOf(Line(A, B), Circle(O))",
        "Equals(MeasureOf(Angle(C, A, B)), 35)",
        "Find(MeasureOf(Angle(A, B, C)))",
    ],
    "The diagonals of rhombus FGHJ intersect at K. If FG = 2x and KH = 7.5, find x.": [
        "Rhombus(F, G, H, J)",
        "PointLiesOnLine(K, Line(F, H))",
        "PointLiesOnLine(K, Line(G, J))",
        "Equals(LengthOf(Line(F, G)), 2x)",
        "Equals(LengthOf(Line(K, H)), 7.5)",
        "Find(x)",
    ],
    "M is the midpoint of segment AB and BD bisects angle ABC. Find AB + BC.": [
        "IsMidpointOf(M, Line(A, B))",
        "BisectsAngle(Line(B, D), Angle(A, B, C))",
        "Find(Add(LengthOf(Line(A, B)), LengthOf(Line(B, C))))",
    ],
    "AB = 2CD and BC = AB - 3. Find CD to the nearest tenth.": [
        "Equals(LengthOf(Line(A, B)), Mul(2, LengthOf(Line(C, D))))",
        "Equals(LengthOf(Line(B, C)), Sub(LengthOf(Line(A, B)), 3))",
        "Find(LengthOf(Line(C, D)))",
    ],
    "PA and PB are tangents to circle O at A and B. In right triangle PAO, how long is PO?": [
        "Tangent(Line(P, A), Circle(O))",
        "Tangent(Line(P, B), Circle(O))",
        "Right(Triangle(P, A, O))",
        "Find(LengthOf(Line(P, O)))",
    ],
    "Circle O has a radius of 5. Find the area of rectangle ABCD.": [
        "Equals(RadiusOf(Circle(O)), 5)",
        "Rectangle(A, B, C, D)",
        "Find(AreaOf(Rectangle(A, B, C, D)))",
    ],
    r"Find \sin A.": ["Find(SinOf(Angle(A)))"],
    "Find y so that the quadrilateral is a parallelogram.": ["Parallelogram($)", "Find(y)"],
}


@pytest.mark.parametrize("text", READ)
def test_texts_and_their_forms(text):
    read = text_forms(text)
    assert sorted(read.forms) == sorted(READ[text])
    assert read.forms[-1] == READ[text][-1]
    assert read.not_understood == []
    for form in read.forms:
        parse_inter_gps(form)


@pytest.mark.parametrize("family", MAKERS)
def test_generated_texts_are_read_whole(family):
    for seed in range(4):
        rng = generator("texts", seed, family)
        plan = MAKERS[family](rng, "".join(pick_several(rng, LETTERS, 8)))
        read = text_forms(plan.text)
        assert (read.forms, read.not_understood) == ([*plan.givens, f"Find({plan.goal})"], [])


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Find AB and CD.", "AB"),
        ("Find the distance from O to AB.", "distance"),
        ("The bisector of angle ABC is long. Find AC.", "bisector"),
        ("Find x. Assume that segments that appear to be tangent are tangent.", "tangent"),
    ],
)
def test_what_is_not_understood_is_told(text, lost):
    assert lost in text_forms(text).not_understood


def test_no_goal_is_guessed():
    for text in (
        "Find AB and CD.",
        "Find the sum of AB and CD.",
        "Find x : y.",
        "ABC is a triangle.",
        "Find twice AB.",
    ):
        assert text_forms(text).goal is None


@pytest.mark.parametrize(
    ("text", "place"), [("Find ٣", 6), ("AB = 3 \\input{x}", 8), ("a" * 2001, 2000), ("x\x00y", 2), ("漢字", 1)]
)
def test_hostile_texts_are_refused_with_their_place(text, place):
    with pytest.raises(TextError) as caught:
        text_forms(text)
    assert caught.value.position == place


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ABCxy0123 =+-*/^()<>{}\\∠△⊙.,?is find")), max_size=60))
def test_any_text_ends_in_forms_that_parse_or_in_an_error(text):
    try:
        read = text_forms(text)
    except TextError:
        return
    for form in read.forms:
        parse_inter_gps(form)


def test_spellings_are_one():
    assert normal(r"$\angle$ A B C $= 65^{\circ}$") == "∠ABC = 65°"
    assert normal(r"m \widehat { A B }") == normal("m ⌢AB")
    assert normal("√3 and √(12)") == r"\sqrt{3} and \sqrt{12}"
    assert normal("AB = 5 cm, CD = 30 degrees") == "AB = 5, CD = 30°"


def test_an_unnamed_figure_gets_the_outlines_name():
    corners = {"A": (0.0, 0.0), "B": (9.0, 1.0), "C": (10.0, 6.0), "D": (1.0, 5.0), "E": (5.0, 3.0)}
    scene = Scene(points=corners, lines=[list("AB"), list("BC"), list("CD"), list("DA"), list("AEC")])
    assert sorted(grounded(["Parallelogram($)"], scene)[0][14:-1].split(", ")) == list("ABCD")
    assert grounded(["Triangle($)", "Find(x)"], scene) == ["Triangle($)", "Find(x)"]
