"""Puts names to the figures that a text speaks of without one: "the quadrilateral is a parallelogram"."""

import math
import re

from vista_tools_math.diagrams.scene import Scene

_CORNERS = {"Triangle": 3, "Pentagon": 5, "Hexagon": 6, "Heptagon": 7, "Octagon": 8, "Shape": 0, "Polygon": 0}
_UNNAMED = re.compile(r"(\w+)\(\$\)")


def grounded(forms: list[str], scene: Scene) -> list[str]:
    """Replace each "$" by the one circle, or by the outline of the figure, where it has as many corners.

    Args:
        forms: logic forms of a text, such as "Parallelogram($)".
        scene: what the picture shows.

    Returns:
        The forms; those that fit nothing stay as they are.
    """
    corners = outline(scene)

    def named(match: re.Match[str]) -> str:
        head = match[1]
        if head == "Circle":
            return f"Circle({scene.circles[0].centre})" if len(scene.circles) == 1 else match[0]
        wanted = _CORNERS.get(head, 4)
        if not corners or (wanted and len(corners) != wanted):
            return match[0]
        head = {3: "Triangle", 4: "Quadrilateral"}.get(len(corners), "Polygon") if head == "Shape" else head
        return f"{head}({', '.join(corners)})"

    return [_UNNAMED.sub(named, form) for form in forms]


def outline(scene: Scene) -> list[str]:
    """Return the corners of the figure's convex outline, in order; [] where strokes do not make up one."""
    names = sorted({name for stroke in scene.lines for name in stroke})
    if len(names) < 3:
        return []
    start = min(names, key=lambda n: scene.points[n])
    hull, at = [start], start
    while len(hull) <= len(names):
        x, y = scene.points[at]
        after = next(n for n in names if n != at)
        for name in names:
            if name == at:
                continue
            (ax, ay), (bx, by) = scene.points[after], scene.points[name]
            cross = (ax - x) * (by - y) - (ay - y) * (bx - x)
            size = math.dist((x, y), (ax, ay)) * math.dist((x, y), (bx, by))
            # nearly in line: the farther one, so that points inside a side are no corners
            if cross < -0.03 * size or (
                abs(cross) <= 0.03 * size and math.dist((x, y), (bx, by)) > math.dist((x, y), (ax, ay))
            ):
                after = name
        if after == start:
            break
        hull.append(after)
        at = after
    joined = {frozenset((a, b)) for stroke in scene.lines for a in stroke for b in stroke if a != b}
    sides = zip(hull, hull[1:] + hull[:1], strict=True)
    return hull if len(hull) >= 3 and all(frozenset(side) in joined for side in sides) else []
