"""Says in formal language what a scene shows: Inter-GPS logic forms, and FormalGeo's construction and image CDL."""

import itertools
import re

from vista_tools_math.diagrams.faces import faces
from vista_tools_math.diagrams.scene import Scene
from vista_tools_math.languages import FormError, parse_expression, to_text


def expression_of(text: str) -> str | None:
    """Return a label as an expression, "(2x+3)°" -> "2x+3"; None where it is none."""
    plain = text.removesuffix("°")
    plain = re.sub(r"√(\d+|[a-z])", r"\\sqrt{\1}", plain)
    if re.search(r"[A-Z]|^[-+]", plain):  # no size begins with a sign: a part of the label touches a stroke
        return None
    try:
        parse_expression(plain)
    except FormError:
        return None
    return plain[1:-1] if plain.startswith("(") and plain.endswith(")") and ")" not in plain[:-1] else plain


def logic_forms(scene: Scene) -> list[str]:
    """Return what a diagram shows as Inter-GPS logic forms, spelled as Geometry3K spells them."""
    forms = []
    for stroke in scene.lines:
        forms += [f"PointLiesOnLine({m}, {_line(a + b)})" for a, m, b in itertools.combinations(stroke, 3)]
    for number, circle in enumerate(scene.circles):
        forms += [f"PointLiesOnCircle({p}, Circle({circle.centre}, radius_{number}_0))" for p in sorted(circle.on)]
    forms += [f"Perpendicular({_line(t[:2])}, {_line(t[1:])})" for t in scene.rights]
    forms += [f"Parallel({_line(a)}, {_line(b)})" for a, b in _neighbours(scene.parallels)]
    forms += [f"Equals({_length(a)}, {_length(b)})" for a, b in _neighbours(scene.equal_lengths)]
    forms += [f"Equals({_angle(a)}, {_angle(b)})" for a, b in _neighbours(scene.equal_angles)]
    for kind, target, value in _values(scene):
        if kind == "number":
            forms.append(f"Equals({_angle(target)}, MeasureOf(angle {value}))")
            continue
        what = {"length": _length, "angle": _angle, "arc": _arc}[kind](target)
        forms.append(f"Equals({what}, {value})")
    return forms


def construction_cdl(scene: Scene) -> list[str]:
    """Return the smallest regions, and which points share a line or a circle, as FormalGeo's construction CDL."""
    forms = [f"Shape({','.join(names)})" for names in faces(scene)]
    forms += [f"Collinear({''.join(stroke)})" for stroke in scene.lines if len(stroke) > 2]
    return forms + [f"Cocircular({','.join(filter(None, (c.centre, ''.join(c.on))))})" for c in scene.circles]


def image_cdl(scene: Scene) -> list[str]:
    """Return the labels and marks as FormalGeo's image CDL; angles are walked counter-clockwise as it wants them."""
    forms = []
    for kind, target, value in _values(scene):
        if kind == "number":
            forms.append(f"Equal(MeasureOfAngle({_turned(scene, target)}),angle{value})")
            continue
        names = _turned(scene, target) if kind == "angle" else target
        if kind == "arc":
            circle = next(c for c in scene.circles if set(target) <= set(c.on))
            names = circle.centre + target[::-1]  # the scene's arcs run clockwise to the eye
        what = {"length": "LengthOfLine", "angle": "MeasureOfAngle", "arc": "MeasureOfArc"}[kind]
        forms.append(f"Equal({what}({names}),{to_text(parse_expression(value)).replace(' ', '')})")
    forms += [f"PerpendicularBetweenLine({t[0]}{t[1]},{t[2]}{t[1]})" for t in (_turned(scene, r) for r in scene.rights)]
    forms += [f"ParallelBetweenLine({a},{b})" for a, b in _neighbours(scene.parallels)]
    forms += [f"Equal(LengthOfLine({a}),LengthOfLine({b}))" for a, b in _neighbours(scene.equal_lengths)]
    pairs = _neighbours([[_turned(scene, t) for t in group] for group in scene.equal_angles])
    return forms + [f"Equal(MeasureOfAngle({a}),MeasureOfAngle({b}))" for a, b in pairs]


def _values(scene: Scene) -> list[tuple[str, str, str]]:
    """The labels that are expressions: kind, target, expression."""
    kinds = ("length", "angle", "arc", "number")
    read = [(label.kind, label.target, expression_of(label.text)) for label in scene.labels if label.kind in kinds]
    return [(kind, target, value) for kind, target, value in read if value is not None]


def unread(scene: Scene) -> list[str]:
    """Return the labels that say nothing: bound to nothing, or no expression."""
    named = ("point", "")
    lost = [label.text for label in scene.labels if label.kind == ""]
    return lost + [x.text for x in scene.labels if x.kind not in named and expression_of(x.text) is None]


def _neighbours(groups: list[list[str]]) -> list[tuple[str, str]]:
    return [pair for group in groups for pair in itertools.pairwise(group)]


def _line(pair: str) -> str:
    return f"Line({pair[0]}, {pair[1]})"


def _length(pair: str) -> str:
    return f"LengthOf({_line(pair)})"


def _angle(three: str) -> str:
    return f"MeasureOf(Angle({', '.join(three)}))"


def _arc(pair: str) -> str:
    return f"MeasureOf(Arc({pair[0]}, {pair[1]}))"


def _turned(scene: Scene, three: str) -> str:
    """An angle's letters so that they walk counter-clockwise around its inside."""
    (ax, ay), (vx, vy), (bx, by) = (scene.points[name] for name in three)
    cross = (vx - ax) * (by - vy) - (vy - ay) * (bx - vx)
    return three if cross < 0 else three[::-1]  # y grows downwards: a left turn has a negative cross product
