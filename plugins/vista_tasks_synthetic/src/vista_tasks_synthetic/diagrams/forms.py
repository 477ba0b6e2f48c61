"""The gold forms of a figure: Inter-GPS logic forms and FormalGeo CDL of what the picture and the text say."""

import itertools
import re
from collections import defaultdict

from vista_tasks_synthetic.diagrams.plan import Figure, Plan, angle_of, length_of, line


def pairs_of(figure: Figure) -> list[str]:
    """Return every two points that a straight stroke joins, as Geometry3K lists its lines."""
    found = {"".join(sorted(pair)) for stroke in figure.lines for pair in itertools.combinations(stroke, 2)}
    return sorted(found)


def written(text: str) -> str:
    r"""Return a label's expression as logic forms write it: "(2x+3)°" -> "2x+3", "5√3" -> "5\sqrt{3}"."""
    plain = text.rstrip("°")
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1]
    return re.sub(r"√(\d+)", r"\\sqrt{\1}", plain)


def diagram_forms(figure: Figure) -> list[str]:
    """Return what the picture says as Inter-GPS logic forms, spelled as Geometry3K spells them."""
    forms = []
    for stroke in figure.lines:
        for first, middle, last in itertools.combinations(stroke, 3):
            forms.append(f"PointLiesOnLine({middle}, Line({first}, {last}))")
    for number, ring in enumerate(figure.rings):
        forms += [f"PointLiesOnCircle({name}, Circle({ring.centre}, radius_{number}_0))" for name in ring.on]
    forms += [f"Perpendicular({line(three[:2])}, {line(three[1:])})" for three in figure.squares]
    forms += [f"Parallel({line(a)}, {line(b)})" for a, b in _alike(figure.chevrons)]
    forms += [f"Equals({length_of(a)}, {length_of(b)})" for a, b in _alike(figure.ticks)]
    forms += [f"Equals({angle_of(a)}, {angle_of(b)})" for a, b in _alike(figure.wedges)]
    forms += [f"Equals({length_of(pair)}, {written(text)})" for pair, text in figure.lengths]
    forms += [f"Equals({angle_of(three)}, {written(text)})" for three, text in figure.angles]
    return forms


def _alike(marks: list[tuple[str, int]]) -> list[tuple[str, str]]:
    """Pair what carries the same number of marks: each with the one before it."""
    groups: dict[int, list[str]] = defaultdict(list)
    for target, count in marks:
        groups[count].append(target)
    return [pair for group in groups.values() for pair in itertools.pairwise(group)]


def construction_cdl(figure: Figure) -> list[str]:
    """Return which points lie on one line or one circle, as FormalGeo's construction CDL."""
    forms = [f"Collinear({stroke})" for stroke in figure.lines if len(stroke) > 2]
    return forms + [f"Cocircular({ring.centre},{ring.on})" for ring in figure.rings]


def image_cdl(figure: Figure) -> list[str]:
    """Return the measures and marks of the picture as FormalGeo's image CDL."""
    forms = [f"Equal(LengthOfLine({pair}),{_bare(text)})" for pair, text in figure.lengths]
    forms += [f"Equal(MeasureOfAngle({three}),{_bare(text)})" for three, text in figure.angles]
    forms += [f"PerpendicularBetweenLine({three[:2]},{three[2] + three[1]})" for three in figure.squares]
    forms += [f"ParallelBetweenLine({a},{b})" for a, b in _alike(figure.chevrons)]
    forms += [f"Equal(LengthOfLine({a}),LengthOfLine({b}))" for a, b in _alike(figure.ticks)]
    forms += [f"Equal(MeasureOfAngle({a}),MeasureOfAngle({b}))" for a, b in _alike(figure.wedges)]
    return forms


def _bare(text: str) -> str:
    """An expression as CDL writes it: 5*sqrt(3), 2*x+3."""
    plain = re.sub(r"\\sqrt\{(\d+)\}", r"sqrt(\1)", written(text))
    return re.sub(r"(\d)(?=[a-z])", r"\1*", plain)


_SHAPES = "Triangle|Parallelogram|Rectangle|Rhombus|Square|Trapezoid|Circle"
_CDL_RULES = (
    (r"LengthOf\(Line\((\w), (\w)\)\)", r"LengthOfLine(\1\2)"),
    (r"MeasureOf\(Angle\((\w), (\w), (\w)\)\)", r"MeasureOfAngle(\1\2\3)"),
    (r"AreaOf\(Triangle\((\w), (\w), (\w)\)\)", r"AreaOfTriangle(\1\2\3)"),
    (r"PerimeterOf\(Triangle\((\w), (\w), (\w)\)\)", r"PerimeterOfTriangle(\1\2\3)"),
    (r"(Area|Perimeter)Of\(\w+\((\w), (\w), (\w), (\w)\)\)", r"\1OfQuadrilateral(\2\3\4\5)"),
    (r"AreaOf\(Circle\((\w)\)\)", r"AreaOfCircle(\1)"),
    (r"CircumferenceOf\(Circle\((\w)\)\)", r"PerimeterOfCircle(\1)"),
    (r"Parallel\(Line\((\w), (\w)\), Line\((\w), (\w)\)\)", r"ParallelBetweenLine(\1\2,\3\4)"),
    (r"IsMedianOf\(Line\((\w), (\w)\), Triangle\((\w), (\w), (\w)\)\)", r"IsMedianOfTriangle(\1\2,\3\4\5)"),
    (r"BisectsAngle\(Line\((\w), (\w)\), Angle\((\w), \w, (\w)\)\)", r"IsBisectorOfAngle(\1\2,\3\1\4)"),
    (r"IsDiameterOf\(Line\((\w), (\w)\), Circle\((\w)\)\)", r"IsDiameterOfCircle(\1\2,\3)"),
    (r"Tangent\(Line\((\w), (\w)\), Circle\((\w)\)\)", r"IsTangentOfCircle(\1\2,\3)"),
)


def to_cdl(form: str) -> str:
    """Write one of a plan's givens or goals as FormalGeo CDL."""
    for pattern, replacement in _CDL_RULES:
        form = re.sub(pattern, replacement, form)
    return re.sub(rf"^({_SHAPES})\(([\w, ]+)\)$", lambda m: f"{m[1]}({m[2].replace(', ', '')})", form)


def text_cdl(plan: Plan) -> list[str]:
    """Return what the text says, without its goal, as FormalGeo's text CDL."""
    return [to_cdl(form) for form in plan.givens]


def goal_cdl(plan: Plan) -> str:
    """Return the goal as FormalGeo's goal CDL."""
    return f"Value({to_cdl(plan.goal)})"
