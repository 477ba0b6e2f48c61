"""Heights, bases, sides, hypotenuses and medians that the forms name by their role instead of their ends."""

from fractions import Fraction

from vista_tools_math.solver.problem import pairs
from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.scene import Scene
from vista_tools_math.solver.theorems.measures import heights

Corners = tuple[str, ...]
_HALF = Fraction(1, 2)
_EQUAL_SIDED = frozenset({"Square", "Rhombus"})


def roles(scene: Scene) -> None:
    """Tie lines named by their role to segments, and to the area of their figure."""
    for (role, kind, corners), line in list(scene.roles.items()):
        if role == "SideOf":
            _side(scene, kind, corners, line)
        elif role == "HypotenuseOf":
            _hypotenuse(scene, corners, line)
        elif role in ("HeightOf", "AltitudeOf"):
            _height(scene, corners, line)
        elif role == "MedianOf" and len(corners) == 4:
            _median(scene, corners, line)
    for what, kind, corners in list(scene.measured):
        if what == "area":
            _area(scene, kind, corners)


def _side(scene: Scene, kind: str, corners: Corners, line: Quantity) -> None:
    sides = [scene.length(a, b) for a, b in pairs(corners)]
    equal = [scene.equal(sides[0], side) for side in sides[1:]]
    if kind in _EQUAL_SIDED or all(why is not None for why in equal):
        for side in sides:
            scene.say("Side of a figure with equal sides", line, side, because=[why for why in equal if why])


def _hypotenuse(scene: Scene, corners: Corners, line: Quantity) -> None:
    for triangle, (top, b, c) in list(scene.right.items()):
        if set(triangle) == set(corners):
            why = scene.equal(scene.angle(b, top, c), 90)
            premises = [f"∠{b}{top}{c} = 90°"]
            scene.say("The hypotenuse faces the right angle", line, scene.length(b, c), premises, [why] if why else [])


def _height(scene: Scene, corners: Corners, line: Quantity) -> None:
    """The one segment that is drawn as a height."""
    found = {}
    for a, b in pairs(corners):
        for top in corners:
            if top not in (a, b):
                for height, why, text in heights(scene, top, a, b):
                    found[str(sorted(height.poly))] = (height, why, text)
    if len(found) == 1:
        height, why, text = next(iter(found.values()))
        scene.say("Height", line, height, [text], (why,))


def _median(scene: Scene, corners: Corners, line: Quantity) -> None:
    a, b, c, d = corners
    for one, two in (((a, b), (d, c)), ((b, c), (a, d))):
        i, j = scene.figure.line(*one), scene.figure.line(*two)
        record = None if i is None or j is None else scene.parallels.get((min(i, j), max(i, j)))
        if record is not None:
            bases = scene.length(*one) + scene.length(*two)
            scene.say("Trapezoid midsegment theorem", line * 2, bases, [record.statement], (scene.because(record),))


def _area(scene: Scene, kind: str, corners: Corners) -> None:
    """Areas from named heights with named bases or medians."""
    role = {r: line for (r, _, c), line in scene.roles.items() if set(c) == set(corners)}
    height = role.get("HeightOf") or role.get("AltitudeOf")
    if height is None or not scene.once("area by roles", kind, corners, *sorted(role)):
        return
    area = scene.measured[("area", kind, corners)]
    if "MedianOf" in role and len(corners) == 4:
        scene.say("Area of a trapezoid: median times height", area, role["MedianOf"] * height)
    base = role.get("BaseOf") or role.get("WidthOf")
    if base is not None and len(corners) == 3:
        scene.say("Area of a triangle: half of base times height", area, base * height * _HALF)
    elif base is not None and kind in ("Parallelogram", "Rectangle", "Rhombus", "Square"):
        scene.say("Area of a parallelogram: base times height", area, base * height)
