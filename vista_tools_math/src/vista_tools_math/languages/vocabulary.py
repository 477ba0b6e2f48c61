"""What the two languages may say: every head with the sorts of its arguments and of what it is.

A signature is a list of alternatives; an alternative is a list of slots. A slot names a sort, or several parted by
"|"; a "+" after the last one lets it repeat. Sorts: point, label, small (a label without capitals), line, angle, arc,
circle, figure, number, statement; and for CDL, where points stand in one word, words of so many points ("w2", "w2-3").
Sources: Lu et al., Inter-GPS (ACL 2021), appendix; Zhang et al., FormalGeo (2023), appendix.
"""

from typing import NamedTuple


class Signature(NamedTuple):
    """What a head is, and the alternatives of what it takes."""

    sort: str
    takes: tuple[tuple[str, ...], ...]


def _heads(sort: str, takes: str, names: str) -> dict[str, Signature]:
    """One signature for several heads; alternatives are parted by ";"."""
    signature = Signature(sort, tuple(tuple(option.split()) for option in takes.split(";")))
    return {name: signature for name in names.split()}


def _points(count: int) -> str:
    return " ".join(["point"] * count)


_ANY = "line|angle|arc|circle|figure"

INTER_GPS: dict[str, Signature] = {
    **_heads("point", "point; label", "Point"),
    **_heads("line", "point point; small", "Line Ray"),
    **_heads("angle", "point point point; point; label", "Angle"),
    **_heads("arc", "point point; point point point; label", "Arc"),
    **_heads("circle", "point; point label; label", "Circle"),
    **_heads("figure", "point point point; label", "Triangle Sector"),
    **_heads("figure", f"{_points(4)}; label", "Quadrilateral Parallelogram Square Rectangle Rhombus Trapezoid Kite"),
    **_heads("figure", f"{_points(5)}; label", "Pentagon"),
    **_heads("figure", f"{_points(6)}; label", "Hexagon"),
    **_heads("figure", f"{_points(7)}; label", "Heptagon"),
    **_heads("figure", f"{_points(8)}; label", "Octagon"),
    **_heads("figure", "point point point+; label", "Polygon"),
    **_heads("figure", f"label; point+; {_ANY}+", "Shape"),
    **_heads("figure", _ANY, "Right Isosceles Equilateral Regular Red Blue Green Shaded RightAngle"),
    **_heads("number", "circle|figure", "AreaOf PerimeterOf"),
    **_heads("number", "circle|arc|figure", "RadiusOf DiameterOf CircumferenceOf"),
    **_heads("number", "angle|arc", "MeasureOf"),
    **_heads("number", "line|arc", "LengthOf"),
    **_heads("line", "figure", "AltitudeOf HypotenuseOf SideOf WidthOf HeightOf LegOf BaseOf MedianOf"),
    **_heads("point", "line|circle line|circle", "IntersectionOf"),
    **_heads("number", "figure figure", "ScaleFactorOf"),
    **_heads("number", "number; number number", "RatioOf"),
    **_heads("number", "number", "SinOf CosOf TanOf CotOf HalfOf SquareOf SqrtOf"),
    **_heads("number", "number+", "SumOf AverageOf Add Mul"),
    **_heads("number", "number number", "Sub Div Pow"),
    **_heads("statement", "number number", "Equals"),
    **_heads("statement", "number|figure|circle|point", "Find"),
    **_heads("statement", "label", "UseTheorem"),
    **_heads("statement", "point line", "PointLiesOnLine IsMidpointOf"),
    **_heads("statement", "point circle", "PointLiesOnCircle"),
    **_heads("statement", "line line", "Parallel Perpendicular IsPerpendicularBisectorOf"),
    **_heads("statement", "line|circle line|circle point; line|circle line|circle line|circle point", "IntersectAt"),
    **_heads("statement", "line angle", "BisectsAngle"),
    **_heads("statement", f"{_ANY} {_ANY}", "Congruent Similar"),
    **_heads("statement", "line circle", "Secant IsRadiusOf IsDiameterOf IsChordOf"),
    **_heads("statement", "line|circle circle", "Tangent"),
    **_heads("statement", "circle|figure circle|figure", "CircumscribedTo InscribedIn"),
    **_heads("statement", "point figure", "IsCentroidOf IsIncenterOf"),
    **_heads(
        "statement", "line figure", "IsMidsegmentOf IsSideOf IsHypotenuseOf IsAltitudeOf IsMedianOf IsBaseOf IsLegOf"
    ),
    **_heads("statement", "line figure", "IsDiagonalOf"),
}
"""Heads of the logic forms of Inter-GPS."""

_TRIANGLES = "RightTriangle IsoscelesTriangle IsoscelesRightTriangle EquilateralTriangle"
_QUADRILATERALS = "Kite Parallelogram Rhombus Rectangle Square Trapezoid IsoscelesTrapezoid RightTrapezoid"

CDL: dict[str, Signature] = {
    **_heads("construction", "w1-3+", "Shape"),
    **_heads("construction", "w3-26", "Collinear"),
    **_heads("construction", "w1 w1-26", "Cocircular"),
    **_heads("statement", "w3", f"Triangle {_TRIANGLES}"),
    **_heads("statement", "w4", f"Quadrilateral {_QUADRILATERALS}"),
    **_heads("statement", "w3-26", "Polygon"),
    **_heads("statement", "w1", "Circle"),
    **_heads("number", "w2", "LengthOfLine"),
    **_heads("number", "w3", "MeasureOfAngle LengthOfArc MeasureOfArc PerimeterOfSector AreaOfSector"),
    **_heads("number", "w1", "RadiusOfCircle DiameterOfCircle PerimeterOfCircle AreaOfCircle"),
    **_heads("number", "w3", "PerimeterOfTriangle AreaOfTriangle HeightOfTriangle"),
    **_heads("number", "w4", "PerimeterOfQuadrilateral AreaOfQuadrilateral HeightOfQuadrilateral"),
    **_heads("number", "w3-26", "PerimeterOfPolygon AreaOfPolygon"),
    **_heads("number", "w3 w3", "RatioOfSimilarTriangle RatioOfMirrorSimilarTriangle RatioOfSimilarArc"),
    **_heads("number", "w4 w4", "RatioOfSimilarQuadrilateral RatioOfMirrorSimilarQuadrilateral"),
    **_heads("number", "number number+", "Add Mul"),
    **_heads("number", "number number", "Sub Div Pow"),
    **_heads("number", "number", "Sin Cos Tan Sqrt"),
    **_heads("statement", "number number", "Equal"),
    **_heads("goal", "number", "Value"),
    **_heads("goal", "statement", "Relation"),
    **_heads("statement", "w2 w2", "ParallelBetweenLine PerpendicularBetweenLine IsPerpendicularBisectorOfLine"),
    **_heads("statement", "w1 w2", "IsMidpointOfLine"),
    **_heads("statement", "w1 w3", "IsMidpointOfArc IsCircumcenterOfTriangle IsIncenterOfTriangle"),
    **_heads("statement", "w1 w3", "IsCentroidOfTriangle IsOrthocenterOfTriangle"),
    **_heads("statement", "w2 w3", "IsBisectorOfAngle IsMedianOfTriangle IsAltitudeOfTriangle IsMidsegmentOfTriangle"),
    **_heads("statement", "w3 w3", "CongruentBetweenTriangle MirrorCongruentBetweenTriangle CongruentBetweenArc"),
    **_heads("statement", "w3 w3", "SimilarBetweenTriangle MirrorSimilarBetweenTriangle SimilarBetweenArc"),
    **_heads("statement", "w4 w4", "CongruentBetweenQuadrilateral MirrorCongruentBetweenQuadrilateral"),
    **_heads("statement", "w4 w4", "SimilarBetweenQuadrilateral MirrorSimilarBetweenQuadrilateral"),
    **_heads("statement", "w2 w4", "IsAltitudeOfQuadrilateral IsMidsegmentOfQuadrilateral"),
    **_heads("statement", "w1 w4", "IsCircumcenterOfQuadrilateral IsIncenterOfQuadrilateral"),
    **_heads("statement", "w2 w1", "IsDiameterOfCircle IsTangentOfCircle"),
    **_heads("statement", "w1 w1", "IsCentreOfCircle"),
}
"""Heads of FormalGeo's condition declaration language. A goal is Value(...), Equal(...) or Relation(...)."""

GREEK = frozenset("alpha beta gamma delta theta phi omega lambda mu sigma".split())
