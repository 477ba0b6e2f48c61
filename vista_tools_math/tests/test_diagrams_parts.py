"""The steps from pixels to a construction, on figures drawn here."""

import math

import cv2
import numpy as np
import pytest
from vista_tools_math.diagrams.construct import construct
from vista_tools_math.diagrams.faces import faces
from vista_tools_math.diagrams.forms import construction_cdl, expression_of, image_cdl, logic_forms
from vista_tools_math.diagrams.glyphs import part
from vista_tools_math.diagrams.ink import find_ink
from vista_tools_math.diagrams.marks import find_marks
from vista_tools_math.diagrams.rounds import find_rounds
from vista_tools_math.diagrams.scene import Circle, Label, Scene
from vista_tools_math.diagrams.strokes import Stroke, find_strokes
from vista_tools_math.languages import parse_cdl, parse_inter_gps


def canvas(dark=False):
    return np.full((400, 500, 3), 20 if dark else 255, np.uint8)


def stroke(image, a, b, ink=(0, 0, 0), wide=2):
    cv2.line(image, a, b, ink, wide, cv2.LINE_AA)


def constructed(image):
    ink = find_ink(image)
    pieces = part(ink)
    tolerance = ink.stroke / 2 + 1.6 * ink.zoom
    rounds = find_rounds(pieces.figure, tolerance)
    strokes = find_strokes(pieces.figure, rounds, ink.stroke, tolerance, 30 * ink.zoom, 7 * ink.zoom)
    what = construct(strokes, rounds, pieces.dots, ink.zoom, tolerance)
    return ink, pieces, what, find_marks(pieces.figure, what, ink.stroke, ink.zoom, 14 * ink.zoom)


def near(ink, what, place):
    """The number of the point at a place of the picture."""
    gaps = [math.dist((x / ink.zoom, y / ink.zoom), place) for x, y in what.points]
    assert min(gaps) < 5
    return gaps.index(min(gaps))


@pytest.mark.parametrize("dark", [False, True])
def test_a_triangle_with_a_cevian(dark):
    image = canvas(dark)
    pen = (230, 230, 200) if dark else (160, 60, 20)
    a, b, c, d = (60, 340), (440, 330), (200, 60), (250, 335)
    for one, two in ((a, b), (b, c), (c, a), (c, d)):
        stroke(image, one, two, pen)
    ink, _, what, marks = constructed(image)
    assert len(what.points) == 4
    numbers = [near(ink, what, place) for place in (a, b, c, d)]
    lines = {frozenset(line) for line in what.lines}
    assert frozenset((numbers[0], numbers[1], numbers[3])) in lines
    assert len(lines) == 4
    assert not (marks.rights or marks.ticks or marks.arcs or marks.chevrons)


def test_a_circle_with_a_chord_a_radius_and_a_tangent():
    image = canvas()
    cv2.circle(image, (250, 200), 130, (0, 0, 0), 2, cv2.LINE_AA)
    stroke(image, (250, 200), (250, 330))
    stroke(image, (250, 330), (420, 330))
    stroke(image, (250 - 78, 200 - 104), (250 + 120, 200 + 50))
    ink, _, what, _ = constructed(image)
    assert len(what.rounds) == 1
    assert what.rounds[0].radius / ink.zoom == pytest.approx(130, abs=2)
    touch = near(ink, what, (250, 330))
    assert {touch, near(ink, what, (172, 96)), near(ink, what, (370, 250))} == set(what.on[0])
    assert what.centres == [near(ink, what, (250, 200))]
    assert any({touch, near(ink, what, (420, 330))} <= set(line) for line in what.lines)


def test_marks():
    image = canvas()
    a, b, c, d = (80, 320), (420, 320), (420, 80), (80, 80)
    for one, two in ((a, b), (b, c), (c, d), (d, a)):
        stroke(image, one, two)
    stroke(image, (80, 302), (98, 302), wide=1)
    stroke(image, (98, 302), (98, 320), wide=1)
    for y in (80, 320):
        stroke(image, (250, y - 8), (250, y + 8))
    for x in (80, 420):
        stroke(image, (x - 7, 208), (x, 200))
        stroke(image, (x, 200), (x + 7, 208))
    cv2.ellipse(image, (420, 80), (26, 26), 0, 90, 180, (0, 0, 0), 1, cv2.LINE_AA)
    ink, _, what, marks = constructed(image)
    na, nb, nc, nd = (near(ink, what, place) for place in (a, b, c, d))
    assert [(set(r), r[1]) for r in marks.rights] == [({na, nb, nd}, na)]
    assert {frozenset(pair): n for pair, n in marks.ticks.items()} == {frozenset((na, nb)): 1, frozenset((nc, nd)): 1}
    assert {frozenset(pair): n for pair, n in marks.chevrons.items()} == {
        frozenset((nb, nc)): 1,
        frozenset((na, nd)): 1,
    }
    assert {frozenset(three): n for three, n in marks.arcs.items()} == {frozenset((nb, nc, nd)): 1}


def test_characters_are_parted_from_the_figure():
    image = canvas()
    stroke(image, (60, 340), (440, 330))
    cv2.putText(image, "2x+3", (200, 300), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2, cv2.LINE_AA)
    cv2.putText(image, "A", (30, 350), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (0, 0, 0), 2, cv2.LINE_AA)
    cv2.circle(image, (400, 100), 4, (0, 0, 0), -1, cv2.LINE_AA)
    ink = find_ink(image)
    pieces = part(ink)
    assert [len(word.glyphs) for word in pieces.words] == [4, 1]
    assert len(pieces.dots) == 1
    assert pieces.height / ink.zoom == pytest.approx(16, abs=4)


def test_an_empty_picture_has_no_ink_to_speak_of():
    assert not part(find_ink(canvas())).figure.any()


def test_places_along_a_stroke():
    line = Stroke(10, 10, 10, 110)
    assert (line.length, line.place(13, 60), line.at(25)) == (100, (50, -3), (10, 35))


SCENE = Scene(
    points={"A": (0, 0), "B": (100, 0), "C": (100, 80), "D": (0, 80), "E": (50, 40), "O": (200, 200), "F": (230, 200)},
    lines=[list("AB"), list("BC"), list("CD"), list("DA"), list("AEC"), list("BED"), list("OF")],
    circles=[Circle("O", (200, 200), 30, ["F"])],
    rights=["ABC"],
    equal_lengths=[["AE", "EC", "BE"]],
    parallels=[["AB", "DC"]],
    labels=[
        Label("A", "point", "A", (0, 0), 1.0),
        Label("(2x+3)°", "angle", "ABC", (0, 0), 1.0),
        Label("5√3", "length", "AB", (0, 0), 1.0),
        Label("1", "number", "BCD", (0, 0), 1.0),
        Label("Fig", "length", "CD", (0, 0), 1.0),
        Label("7", "", "", (0, 0), 1.0),
    ],
)


def test_a_scene_in_both_languages():
    logic = logic_forms(SCENE)
    for form in logic:
        parse_inter_gps(form)
    assert "PointLiesOnLine(E, Line(A, C))" in logic
    assert "PointLiesOnCircle(F, Circle(O, radius_0_0))" in logic
    assert r"Equals(LengthOf(Line(A, B)), 5\sqrt{3})" in logic
    assert "Equals(MeasureOf(Angle(A, B, C)), 2x+3)" in logic
    assert "Equals(MeasureOf(Angle(B, C, D)), MeasureOf(angle 1))" in logic
    assert "Perpendicular(Line(A, B), Line(B, C))" in logic
    construction = construction_cdl(SCENE)
    assert construction[-3:] == ["Collinear(AEC)", "Collinear(BED)", "Cocircular(O,F)"]
    assert len([form for form in construction if form.startswith("Shape(")]) == 4
    for form in [*construction, *(f for f in image_cdl(SCENE) if "angle1" not in f)]:
        parse_cdl(form)
    assert "ParallelBetweenLine(AB,DC)" in image_cdl(SCENE)


def test_regions_are_walked_counter_clockwise():
    walks = faces(Scene(points={"A": (0, 0), "B": (10, 0), "C": (0, 10)}, lines=[list("AB"), list("BC"), list("CA")]))
    assert walks == [["AC", "CB", "BA"]]  # y grows downwards: from A down to C, up to B, back
    half = Circle("O", (50, 0), 50, ["A", "B"])
    walks = faces(Scene(points={"O": (50, 0), "A": (0, 0), "B": (100, 0)}, lines=[list("AB")], circles=[half]))
    assert sorted(map(sorted, walks)) == [["AB", "OBA"], ["BA", "OAB"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [("(2x+3)°", "2x+3"), ("40°", "40"), ("5√3", r"5\sqrt{3}"), ("Fig", None), ("2x+", None), ("-1", None), ("", None)],
)
def test_labels_as_expressions(text, value):
    assert expression_of(text) == value
