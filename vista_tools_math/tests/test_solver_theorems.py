"""One hand-made problem a theorem: the answer was worked out by hand, and the steps must name the theorem."""

import math

import pytest
from vista_tools_math.solver import Problem, solve

TRIANGLE = {"A": (0, 0), "B": (8, 0), "C": (2, 5)}
RIGHT = {"A": (0, 4), "B": (6, 0), "C": (0, 0)}
CROSS = {"A": (0, 0), "B": (10, 4), "C": (0, 4), "D": (10, 0), "E": (5, 2)}
RAILS = {"A": (0, 0), "B": (10, 0), "C": (0, 5), "D": (10, 5), "E": (2, -3), "F": (8, 8), "P": (3.6, 0), "Q": (6.2, 5)}
CUT = {"A": (0, 0), "D": (4, 0), "B": (10, 0), "E": (2, 3), "C": (5, 7.5)}
SQUARE = {"A": (0, 0), "B": (9, 0), "C": (9, 6), "D": (0, 6), "M": (4.5, 3)}
SLANTED = {"A": (0, 0), "B": (9, 0), "C": (12, 6), "D": (3, 6), "M": (6, 3)}
TRAPEZOID = {"A": (0, 0), "B": (12, 0), "C": (9, 6), "D": (3, 6), "M": (1.5, 3), "N": (10.5, 3)}
KITE = {"A": (0, 5), "B": (3, 0), "C": (0, -8), "D": (-3, 0), "M": (0, 0)}
CIRCLE = {"O": (0, 0), "A": (5, 0), "B": (0, 5), "C": (-4, 3), "D": (3, -4)}
CHORDS = {"O": (0, 0), "A": (-4, 3), "B": (4, -3), "C": (-3, -4), "D": (3.9, 3.1), "E": (0.6, -0.45)}
SECANTS = {"O": (0, 0), "A": (-4.6, 2), "B": (4.6, 2), "C": (-4.6, -2), "D": (4.6, -2), "P": (12, 0)}
TANGENT = {"O": (0, 0), "T": (0, 5), "P": (9, 5), "U": (4.25, -2.64), "A": (4.4, 2.4), "B": (-3, -4)}
ON_CROSS = ["PointLiesOnLine(E, Line(A, B))", "PointLiesOnLine(E, Line(C, D))"]
ON_RAILS = ["PointLiesOnLine(P, Line(A, B))", "PointLiesOnLine(Q, Line(C, D))", "PointLiesOnLine(P, Line(E, Q))"]
ON_RAILS += ["PointLiesOnLine(Q, Line(P, F))", "Parallel(Line(A, B), Line(C, D))"]
ON_CUT = ["PointLiesOnLine(D, Line(A, B))", "PointLiesOnLine(E, Line(A, C))"]
DIAGONALS = ["PointLiesOnLine(M, Line(A, C))", "PointLiesOnLine(M, Line(B, D))"]


def on_circle(points: str, centre: str = "O") -> list[str]:
    return [f"PointLiesOnCircle({p}, Circle({centre}))" for p in points]


def length(a: str, b: str, value: object) -> str:
    return f"Equals(LengthOf(Line({a}, {b})), {value})"


def angle(name: str, value: object) -> str:
    return f"Equals(MeasureOf(Angle({', '.join(name)})), {value})"


def find_angle(name: str) -> str:
    return f"Find(MeasureOf(Angle({', '.join(name)})))"


def find_length(a: str, b: str) -> str:
    return f"Find(LengthOf(Line({a}, {b})))"


CASES = [
    # theorem in the steps, forms (the goal is the last), positions, drawn segments, answer
    ("Vertical angles", [*ON_CROSS, angle("AEC", "3x-10"), angle("DEB", "x+40"), "Find(x)"], CROSS, "", 25),
    ("Linear pair", [*ON_CROSS, angle("AEC", "2x"), angle("CEB", "x"), "Find(x)"], CROSS, "", 60),
    ("Angle sum of a triangle", [angle("BAC", 50), angle("ABC", 60), find_angle("ACB")], TRIANGLE, "AB BC CA", 70),
    ("Alternate interior", [*ON_RAILS, angle("BPQ", 61), find_angle("CQP")], RAILS, "", 61),
    ("Corresponding angles", [*ON_RAILS, angle("BPQ", "x"), angle("DQF", 58), "Find(x)"], RAILS, "", 58),
    ("Consecutive interior", [*ON_RAILS, angle("BPQ", "2x"), angle("DQP", "x+30"), "Find(x)"], RAILS, "", 50),
    (
        "Converse of",
        [
            angle("DAB", 90),
            angle("ADC", 90),
            length("A", "B", 8),
            length("D", "C", 6),
            length("A", "D", 5),
            "Find(AreaOf(Quadrilateral(A, B, C, D)))",
        ],
        {"A": (0, 0), "B": (8, 0), "C": (6, 5), "D": (0, 5)},
        "",
        35,
    ),
    (
        "Angle sum of a polygon",
        [angle("DAB", 80), angle("ABC", 95), angle("BCD", 100), find_angle("ADC")],
        {"A": (0, 0), "B": (9, 1), "C": (8, 7), "D": (-1, 6)},
        "AB BC CD DA",
        85,
    ),
    (
        "Base angles",
        [length("A", "C", 7), length("B", "C", 7), angle("CAB", 40), find_angle("ACB")],
        TRIANGLE,
        "AB",
        100,
    ),
    (
        "Converse of the base angles",
        [angle("CAB", 40), angle("CBA", 40), length("A", "C", "2x"), length("B", "C", "x+3"), find_length("A", "C")],
        TRIANGLE,
        "AB",
        6,
    ),
    (
        "Pythagorean",
        ["Perpendicular(Line(A, C), Line(B, C))", length("A", "C", 5), length("B", "C", 12), find_length("A", "B")],
        RIGHT,
        "AB",
        13,
    ),
    (
        "Converse of the Pythagorean",
        [length("A", "C", 8), length("B", "C", 15), length("A", "B", 17), find_angle("ACB")],
        RIGHT,
        "",
        90,
    ),
    (
        "Median to the hypotenuse",
        [
            "Perpendicular(Line(A, C), Line(B, C))",
            "IsMidpointOf(M, Line(A, B))",
            length("A", "B", 26),
            find_length("C", "M"),
        ],
        {**RIGHT, "M": (3, 2)},
        "CM",
        13,
    ),
    (
        "Sine in",
        ["Perpendicular(Line(A, C), Line(B, C))", angle("ABC", 35), length("A", "B", 10), find_length("A", "C")],
        RIGHT,
        "",
        10 * math.sin(math.radians(35)),
    ),
    (
        "Cosine in",
        ["Perpendicular(Line(A, C), Line(B, C))", angle("ABC", 30), length("A", "B", 8), find_length("B", "C")],
        RIGHT,
        "",
        4 * math.sqrt(3),
    ),
    (
        "Tangent in",
        ["Perpendicular(Line(A, C), Line(B, C))", angle("ABC", 50), length("B", "C", 3), find_length("A", "C")],
        RIGHT,
        "",
        3 * math.tan(math.radians(50)),
    ),
    (
        "Inverse trigonometric",
        ["Perpendicular(Line(A, C), Line(B, C))", length("A", "C", 4), length("B", "C", 7), find_angle("ABC")],
        RIGHT,
        "AB",
        math.degrees(math.atan(4 / 7)),
    ),
    (
        "Law of sines",
        [angle("CAB", 50), angle("ABC", 60), length("B", "C", 9), find_length("A", "C")],
        TRIANGLE,
        "",
        9 * math.sin(math.radians(60)) / math.sin(math.radians(50)),
    ),
    (
        "Law of cosines",
        [length("A", "B", 8), length("A", "C", 5), angle("BAC", 60), find_length("B", "C")],
        TRIANGLE,
        "",
        7,
    ),
    (
        "Law of cosines",
        [length("A", "B", 7), length("A", "C", 6), length("B", "C", 5), find_angle("BAC")],
        TRIANGLE,
        "",
        math.degrees(math.acos(60 / 84)),
    ),
    (
        "Triangle proportionality",
        [
            *ON_CUT,
            "Parallel(Line(D, E), Line(B, C))",
            length("A", "D", 4),
            length("D", "B", 6),
            length("A", "E", 6),
            find_length("E", "C"),
        ],
        CUT,
        "",
        9,
    ),
    (
        "AA similarity",
        [
            *ON_CUT,
            "Parallel(Line(D, E), Line(B, C))",
            length("A", "D", 4),
            length("A", "B", 10),
            length("D", "E", 6),
            find_length("B", "C"),
        ],
        CUT,
        "",
        15,
    ),
    (
        "SAS similarity",
        [
            *ON_CUT,
            length("A", "D", 4),
            length("A", "B", 10),
            length("A", "E", 6),
            length("A", "C", 15),
            length("D", "E", 6),
            find_length("B", "C"),
        ],
        CUT,
        "DE BC",
        15,
    ),
    (
        "Midsegment theorem",
        [
            *ON_CUT,
            "IsMidpointOf(D, Line(A, B))",
            "IsMidpointOf(E, Line(A, C))",
            length("D", "E", "x+2"),
            length("B", "C", "3x-1"),
            "Find(x)",
        ],
        {**CUT, "D": (5, 0), "E": (2.5, 3.75)},
        "",
        5,
    ),
    (
        "Angle bisector theorem",
        [
            "PointLiesOnLine(D, Line(B, C))",
            "BisectsAngle(Line(A, D), Angle(B, A, C))",
            length("A", "B", 6),
            length("A", "C", 9),
            length("B", "D", 4),
            find_length("D", "C"),
        ],
        {"A": (0, 6), "B": (-3, 0), "C": (7, 0), "D": (1, 0)},
        "AB AC",
        6,
    ),
    (
        "Centroid theorem",
        [
            "IsCentroidOf(Point(G), Triangle(A, B, C))",
            "PointLiesOnLine(D, Line(B, C))",
            "PointLiesOnLine(G, Line(A, D))",
            length("A", "D", 12),
            find_length("A", "G"),
        ],
        {"A": (0, 9), "B": (-4, 0), "C": (6, 0), "D": (1, 0), "G": (0.67, 3)},
        "",
        8,
    ),
    (
        "cut transversals",
        [
            "PointLiesOnLine(B, Line(A, C))",
            "PointLiesOnLine(E, Line(D, F))",
            "Parallel(Line(A, D), Line(B, E))",
            "Parallel(Line(B, E), Line(C, F))",
            length("A", "B", 4),
            length("B", "C", 6),
            length("D", "E", 6),
            find_length("E", "F"),
        ],
        {"A": (0, 0), "B": (1, 4), "C": (2.5, 10), "D": (10, 0), "E": (8, 4), "F": (5, 10)},
        "",
        9,
    ),
    (
        "congruen",
        [
            "PointLiesOnLine(E, Line(A, B))",
            "PointLiesOnLine(E, Line(C, D))",
            "IsMidpointOf(E, Line(A, B))",
            "IsMidpointOf(E, Line(C, D))",
            length("A", "C", "2x"),
            length("B", "D", "x+5"),
            "Find(x)",
        ],
        CROSS,
        "AC BD",
        5,
    ),
    (
        "Opposite angles of a parallelogram",
        ["Parallelogram(A, B, C, D)", angle("DAB", "2x"), angle("BCD", "x+40"), "Find(x)"],
        SLANTED,
        "",
        40,
    ),
    (
        "bisect each other",
        ["Parallelogram(A, B, C, D)", *DIAGONALS, length("A", "M", "2x-1"), length("M", "C", 9), "Find(x)"],
        SLANTED,
        "",
        5,
    ),
    (
        "Diagonals of a rectangle",
        ["Rectangle(A, B, C, D)", length("A", "C", "3x"), length("B", "D", "x+14"), find_length("A", "C")],
        SQUARE,
        "",
        21,
    ),
    ("bisects its angles", ["Rhombus(A, B, C, D)", angle("DAC", 35), find_angle("DAB")], SLANTED, "AC", 70),
    (
        "Diagonals of a rhombus",
        ["Rhombus(A, B, C, D)", *DIAGONALS, length("A", "M", 3), length("B", "M", 4), find_length("A", "B")],
        SLANTED,
        "",
        5,
    ),
    (
        "Trapezoid midsegment",
        [
            "Trapezoid(A, B, C, D)",
            "Parallel(Line(A, B), Line(D, C))",
            "IsMidpointOf(M, Line(A, D))",
            "IsMidpointOf(N, Line(B, C))",
            length("M", "N", 9),
            length("C", "D", 6),
            find_length("A", "B"),
        ],
        TRAPEZOID,
        "MN",
        12,
    ),
    (
        "isosceles trapezoid",
        [
            "Trapezoid(A, B, C, D)",
            "Parallel(Line(A, B), Line(D, C))",
            length("A", "D", 7),
            length("B", "C", 7),
            angle("DAB", 62),
            find_angle("CBA"),
        ],
        TRAPEZOID,
        "",
        62,
    ),
    (
        "kite",
        ["Kite(A, B, C, D)", *DIAGONALS, length("A", "B", 13), length("B", "M", 5), find_length("A", "M")],
        KITE,
        "",
        12,
    ),
    (
        "Parallelogram: both pairs",
        [
            length("A", "B", 9),
            length("C", "D", 9),
            length("B", "C", 7),
            length("A", "D", 7),
            angle("DAB", 63),
            find_angle("ABC"),
        ],
        SLANTED,
        "",
        117,
    ),
    ("Central angle", [*on_circle("AB"), angle("AOB", 80), "Find(MeasureOf(Arc(A, B)))"], CIRCLE, "", 80),
    ("Inscribed angle", [*on_circle("ABC"), angle("ACB", 35), "Find(MeasureOf(Arc(A, B)))"], CIRCLE, "", 70),
    (
        "Arcs of a circle",
        [
            *on_circle("ABC"),
            "Equals(MeasureOf(Arc(A, B)), 90)",
            "Equals(MeasureOf(Arc(B, C)), 60)",
            "Find(MeasureOf(Arc(C, D, A)))",
            *on_circle("D"),
        ],
        CIRCLE,
        "",
        210,
    ),
    (
        "diameter",
        ["IsDiameterOf(Line(A, B), Circle(O))", *on_circle("C"), angle("CAB", 25), find_angle("ABC")],
        {"O": (0, 0), "A": (-5, 0), "B": (5, 0), "C": (3, 4)},
        "AC BC",
        65,
    ),
    (
        "Intersecting chords",
        [
            "PointLiesOnLine(E, Line(A, B))",
            "PointLiesOnLine(E, Line(C, D))",
            *on_circle("ABCD"),
            length("A", "E", 6),
            length("E", "B", 4),
            length("C", "E", 3),
            find_length("E", "D"),
        ],
        CHORDS,
        "",
        8,
    ),
    (
        "Angle of intersecting chords",
        [
            "PointLiesOnLine(E, Line(A, B))",
            "PointLiesOnLine(E, Line(C, D))",
            *on_circle("ABCD"),
            "Equals(MeasureOf(Arc(A, C)), 80)",
            "Equals(MeasureOf(Arc(B, D)), 60)",
            find_angle("AEC"),
        ],
        CHORDS,
        "",
        70,
    ),
    (
        "Two secants",
        [
            "PointLiesOnLine(B, Line(A, P))",
            "PointLiesOnLine(D, Line(C, P))",
            *on_circle("ABCD"),
            length("P", "B", 4),
            length("A", "B", 5),
            length("P", "D", 3),
            find_length("C", "D"),
        ],
        SECANTS,
        "",
        9,
    ),
    (
        "Angle of two secants",
        [
            "PointLiesOnLine(B, Line(A, P))",
            "PointLiesOnLine(D, Line(C, P))",
            *on_circle("ABCD"),
            "Equals(MeasureOf(Arc(A, C)), 100)",
            "Equals(MeasureOf(Arc(B, D)), 30)",
            find_angle("BPD"),
        ],
        {**SECANTS, "A": (-4.4, 2.2), "C": (-4.4, -2.2)},
        "",
        35,
    ),
    (
        "tangent is perpendicular",
        [
            *on_circle("T"),
            "Tangent(Line(P, T), Circle(O))",
            length("P", "T", 12),
            length("O", "T", 5),
            find_length("O", "P"),
        ],
        TANGENT,
        "OP",
        13,
    ),
    (
        "Tangents from a point",
        [
            *on_circle("TU"),
            "Tangent(Line(P, T), Circle(O))",
            "Tangent(Line(P, U), Circle(O))",
            length("P", "T", "2x+1"),
            length("P", "U", "x+6"),
            "Find(x)",
        ],
        TANGENT,
        "",
        5,
    ),
    (
        "Tangent-secant",
        [
            *on_circle("TAB"),
            "Tangent(Line(P, T), Circle(O))",
            "PointLiesOnLine(A, Line(P, B))",
            length("P", "A", 4),
            length("A", "B", 12),
            find_length("P", "T"),
        ],
        TANGENT,
        "",
        8,
    ),
    (
        "Tangent-chord",
        [
            *on_circle("TA"),
            "Tangent(Line(P, T), Circle(O))",
            angle("PTA", 33),
            *on_circle("B"),
            "Find(MeasureOf(Arc(T, A)))",
        ],
        TANGENT,
        "TA",
        66,
    ),
    (
        "halves it",
        [
            "PointLiesOnLine(M, Line(A, B))",
            *on_circle("AB"),
            "Perpendicular(Line(O, M), Line(A, B))",
            length("A", "B", 8),
            "Equals(RadiusOf(Circle(O)), 5)",
            find_length("O", "M"),
        ],
        {"O": (0, 0), "A": (-4, 3), "B": (4, 3), "M": (0, 3)},
        "",
        3,
    ),
    (
        "Equal chords",
        [
            *on_circle("ABCD"),
            length("A", "B", 6),
            length("C", "D", 6),
            "Equals(MeasureOf(Arc(A, B)), 75)",
            "Find(MeasureOf(Arc(C, D)))",
        ],
        CIRCLE,
        "AB CD",
        75,
    ),
    (
        "Arc length",
        [*on_circle("AB"), "Equals(RadiusOf(Circle(O)), 9)", angle("AOB", 80), "Find(LengthOf(Arc(A, B)))"],
        CIRCLE,
        "",
        4 * math.pi,
    ),
    (
        "Area of a sector",
        [*on_circle("AB"), "Equals(RadiusOf(Circle(O)), 6)", angle("AOB", 60), "Find(AreaOf(Sector(O, A, B)))"],
        CIRCLE,
        "",
        6 * math.pi,
    ),
    (
        "Area of a circle",
        ["Equals(DiameterOf(Circle(O)), 10)", "Find(AreaOf(Circle(O)))"],
        {"O": (0, 0)},
        "",
        25 * math.pi,
    ),
    (
        "Circumference",
        ["Equals(AreaOf(Circle(O)), 49*\\pi)", "Find(CircumferenceOf(Circle(O)))"],
        {"O": (0, 0)},
        "",
        14 * math.pi,
    ),
    (
        "half of base times height",
        [
            "PointLiesOnLine(D, Line(A, B))",
            "Perpendicular(Line(C, D), Line(A, B))",
            length("A", "B", 10),
            length("C", "D", 6),
            "Find(AreaOf(Triangle(A, B, C)))",
        ],
        {**TRIANGLE, "D": (2, 0)},
        "BC CA",
        30,
    ),
    (
        "sine of their angle",
        [length("A", "B", 8), length("A", "C", 5), angle("BAC", 30), "Find(AreaOf(Triangle(A, B, C)))"],
        TRIANGLE,
        "",
        10,
    ),
    (
        "Heron",
        [length("A", "B", 13), length("A", "C", 14), length("B", "C", 15), "Find(AreaOf(Triangle(A, B, C)))"],
        TRIANGLE,
        "",
        84,
    ),
    (
        "base times height",
        [
            "Parallelogram(A, B, C, D)",
            "PointLiesOnLine(H, Line(A, B))",
            "Perpendicular(Line(D, H), Line(A, B))",
            length("A", "B", 9),
            length("D", "H", 4),
            "Find(AreaOf(Parallelogram(A, B, C, D)))",
        ],
        {**SLANTED, "H": (3, 0)},
        "",
        36,
    ),
    (
        "bases' sum",
        [
            "Trapezoid(A, B, C, D)",
            "Parallel(Line(A, B), Line(D, C))",
            "PointLiesOnLine(H, Line(A, B))",
            "Perpendicular(Line(D, H), Line(A, B))",
            length("A", "B", 12),
            length("C", "D", 6),
            length("D", "H", 5),
            "Find(AreaOf(Trapezoid(A, B, C, D)))",
        ],
        {**TRAPEZOID, "H": (3, 0)},
        "",
        45,
    ),
    (
        "Area by the diagonals",
        ["Kite(A, B, C, D)", length("A", "C", 12), length("B", "D", 7), "Find(AreaOf(Kite(A, B, C, D)))"],
        KITE,
        "",
        42,
    ),
    (
        "Definition of the perimeter",
        ["Rhombus(A, B, C, D)", length("A", "B", 6.5), "Find(PerimeterOf(Rhombus(A, B, C, D)))"],
        SLANTED,
        "",
        26,
    ),
    (
        "Areas of similar figures",
        [
            "Similar(Triangle(A, B, C), Triangle(P, Q, R))",
            length("A", "B", 4),
            length("P", "Q", 6),
            "Equals(AreaOf(Triangle(A, B, C)), 20)",
            "Find(AreaOf(Triangle(P, Q, R)))",
        ],
        {**TRIANGLE, "P": (20, 0), "Q": (32, 0), "R": (23, 7.5)},
        "",
        45,
    ),
    (
        "scale factor",
        [
            "Similar(Triangle(A, B, C), Triangle(P, Q, R))",
            length("A", "B", 4),
            length("P", "Q", 6),
            "Find(ScaleFactorOf(Triangle(A, B, C), Triangle(P, Q, R)))",
        ],
        {**TRIANGLE, "P": (20, 0), "Q": (32, 0), "R": (23, 7.5)},
        "",
        2 / 3,
    ),
    (
        "Area of a regular",
        ["Regular(Hexagon(A, B, C, D, E, F))", length("A", "B", 4), "Find(AreaOf(Hexagon(A, B, C, D, E, F)))"],
        {n: (math.cos(math.radians(60 * i)), math.sin(math.radians(60 * i))) for i, n in enumerate("ABCDEF")},
        "",
        24 * math.sqrt(3),
    ),
    (
        "regular polygon",
        ["Regular(Pentagon(A, B, C, D, E))", find_angle("ABC")],
        {n: (math.cos(math.radians(72 * i)), math.sin(math.radians(72 * i))) for i, n in enumerate("ABCDE")},
        "",
        108,
    ),
    (
        "Perpendicular bisector",
        [
            "IsPerpendicularBisectorOf(Line(C, M), Line(A, B))",
            "PointLiesOnLine(M, Line(A, B))",
            length("A", "C", "2x-1"),
            length("B", "C", 11),
            "Find(x)",
        ],
        {"A": (0, 0), "B": (8, 0), "M": (4, 0), "C": (4, 5)},
        "AC BC",
        6,
    ),
    (
        "incenter",
        ["IsIncenterOf(Point(I), Triangle(A, B, C))", angle("BAC", 50), angle("ABC", 60), find_angle("ICA")],
        {**TRIANGLE, "I": (3, 1.8)},
        "",
        35,
    ),
    (
        "hypotenuse faces",
        [
            "Perpendicular(Line(A, C), Line(B, C))",
            length("A", "C", 9),
            length("B", "C", 12),
            "Find(LengthOf(HypotenuseOf(Triangle(A, B, C))))",
        ],
        RIGHT,
        "AB",
        15,
    ),
    (
        "median times height",
        [
            "Trapezoid(A, B, C, D)",
            "Equals(LengthOf(HeightOf(Trapezoid(A, B, C, D))), 5)",
            "Equals(LengthOf(MedianOf(Trapezoid(A, B, C, D))), 8)",
            "Find(AreaOf(Trapezoid(A, B, C, D)))",
        ],
        TRAPEZOID,
        "",
        40,
    ),
    (
        "equal sides",
        ["Rhombus(A, B, C, D)", "Equals(SideOf(Rhombus(A, B, C, D)), 7)", find_length("B", "C")],
        SLANTED,
        "",
        7,
    ),
    (
        "Isosceles triangle",
        ["Isosceles(Triangle(A, B, C))", angle("ACB", 40), find_angle("CAB")],
        {"A": (0, 0), "B": (6, 0.2), "C": (3, 8)},
        "AB BC CA",
        70,
    ),
    (
        "Right triangle",
        ["Right(Triangle(A, B, C))", length("A", "C", 6), length("B", "C", 8), find_length("A", "B")],
        RIGHT,
        "AB",
        10,
    ),
    (
        "Legs of an isosceles",
        [
            "Isosceles(Trapezoid(A, B, C, D))",
            "Parallel(Line(A, B), Line(D, C))",
            length("A", "D", "2x"),
            length("B", "C", "x+4"),
            "Find(x)",
        ],
        TRAPEZOID,
        "",
        4,
    ),
    (
        "Combine equations",
        [
            "PointLiesOnLine(D, Line(A, B))",
            "Perpendicular(Line(C, D), Line(A, B))",
            length("A", "C", 13),
            length("B", "C", 15),
            length("A", "B", 14),
            find_length("C", "D"),
        ],
        {"A": (0, 0), "B": (14, 0), "C": (5, 12), "D": (5, 0)},
        "AC BC",
        12,
    ),
    (
        "Chords equally far",
        [
            *on_circle("ABCD"),
            "PointLiesOnLine(M, Line(A, B))",
            "PointLiesOnLine(N, Line(C, D))",
            "Perpendicular(Line(O, M), Line(A, B))",
            "Perpendicular(Line(O, N), Line(C, D))",
            length("O", "M", 4),
            length("O", "N", 4),
            length("A", "B", 10),
            find_length("C", "D"),
        ],
        {"O": (0, 0), "A": (-5, 4), "B": (5, 4), "C": (-5, -4), "D": (5, -4), "M": (0, 4), "N": (0, -4)},
        "",
        10,
    ),
    (
        "Angle of two tangents",
        [
            *on_circle("TU"),
            "Tangent(Line(P, T), Circle(O))",
            "Tangent(Line(P, U), Circle(O))",
            "Equals(MeasureOf(Arc(T, U)), 130)",
            find_angle("TPU"),
        ],
        TANGENT,
        "",
        50,
    ),
    (
        "Angle of a tangent and a secant",
        [
            *on_circle("TAB"),
            "Tangent(Line(P, T), Circle(O))",
            "PointLiesOnLine(A, Line(P, B))",
            "Equals(MeasureOf(Arc(T, B)), 150)",
            "Equals(MeasureOf(Arc(T, A)), 60)",
            find_angle("TPA"),
        ],
        TANGENT,
        "",
        45,
    ),
    (
        "Similar",
        [
            "Similar(Quadrilateral(A, B, C, D), Quadrilateral(P, Q, R, S))",
            length("A", "B", 4),
            length("P", "Q", 6),
            length("B", "C", 8),
            find_length("Q", "R"),
        ],
        {
            "A": (0, 0),
            "B": (4, 0),
            "C": (5, 8),
            "D": (-1, 6),
            "P": (20, 0),
            "Q": (26, 0),
            "R": (27.5, 12),
            "S": (18.5, 9),
        },
        "",
        12,
    ),
    (
        "Solve the equation",
        [
            "Perpendicular(Line(A, C), Line(B, C))",
            length("A", "C", "x"),
            length("B", "C", "x+7"),
            length("A", "B", "x+8"),
            "Find(x)",
        ],
        RIGHT,
        "AB",
        5,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{CASES.index(case)}")
def test_theorem(case: tuple) -> None:
    theorem, forms, positions, lines, answer = case
    solution = solve(Problem([forms[-1]], forms[:-1], positions, lines.split()))
    assert math.isclose(solution.answer, answer, rel_tol=1e-9), solution
    assert any(theorem in step.theorem or theorem in step.statement for step in solution.steps), [
        step.theorem for step in solution.steps
    ]
