"""Ratios in right triangles, and the laws of sines and cosines."""

from vista_tools_math.solver import exact
from vista_tools_math.solver.polynomials import add
from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.scene import Scene
from vista_tools_math.solver.theorems.triangles import corners


def linked(scene: Scene, function: str, angle: Quantity, acute: bool = False) -> Quantity:
    """The cos, sin or tan of an angle as a quantity."""
    return Quantity(f"{function}{angle.text}", scene.algebra.link(function, angle.text, angle.poly, acute))


def right_ratios(scene: Scene) -> None:
    """sin, cos and tan of a known acute angle of a right triangle tie its sides together."""
    for triangle, (top, b, c) in list(scene.right.items()):
        why = scene.equal(scene.angle(b, top, c), 90)
        for corner, other in ((b, c), (c, b)):
            angle = scene.angle(top, corner, other)
            known = scene.algebra.known(angle.poly)
            if why is None or known is None or not 0 < float(known[0]) < 90:
                continue
            if not scene.once("ratios", triangle, corner):
                continue
            opposite, beside, long = scene.length(top, other), scene.length(top, corner), scene.length(b, c)
            premises = [f"△{top}{b}{c}", f"∠{b}{top}{c} = 90°", f"{angle.text} = {exact.text(known[0])}°"]
            reasons = (why, known[1])
            for name, side, base in (
                ("Sine in a right triangle", opposite, (long, exact.sine)),
                ("Cosine in a right triangle", beside, (long, exact.cosine)),
                ("Tangent in a right triangle", opposite, (beside, exact.tangent)),
            ):
                scene.say(name, side, base[0] * base[1](known[0]), premises, reasons)


def right_angles(scene: Scene) -> None:
    """An angle of a right triangle of which two sides are known, or whose ratio is asked for."""
    asked = [(f, name, poly) for f, name, poly in scene.algebra.links.values()]
    for triangle, (top, b, c) in list(scene.right.items()):
        why = scene.equal(scene.angle(b, top, c), 90)
        if why is None:
            continue
        sides = (scene.length(top, b), scene.length(top, c), scene.length(b, c))
        known = sum(scene.value(side) is not None for side in sides)
        for corner, other in ((b, c), (c, b)):
            angle = scene.angle(top, corner, other)
            wanted = [f for f, _, poly in asked if scene.algebra.zero(add(poly, angle.poly, -1)) is not None]
            opposite, beside = scene.length(top, other), scene.length(top, corner)
            if scene.value(angle) is None and known >= 2:
                order = [scene.value(side) is not None for side in (opposite, beside, sides[2])]
                wanted += ["sin"] if order[0] and order[2] else ["cos"] if order[2] else ["tan"]
            premises = [f"△{top}{b}{c}", f"∠{b}{top}{c} = 90°"]
            for function in dict.fromkeys(wanted):
                over, under = {"sin": (opposite, sides[2]), "cos": (beside, sides[2]), "tan": (opposite, beside)}[
                    function
                ]
                if scene.once("angle", triangle, corner, function):
                    ratio = linked(scene, function, angle, acute=True)
                    names = {"sin": "Sine", "cos": "Cosine", "tan": "Tangent"}
                    scene.say(f"{names[function]} in a right triangle", ratio * under, over, premises, (why,))


def law_of_sines(scene: Scene) -> None:
    """Sides are as the sines of the angles that they face."""
    for triangle in scene.triangles:
        found = []
        for top, b, c in corners(triangle):
            angle = scene.angle(b, top, c)
            found.append((angle, scene.length(b, c), scene.algebra.known(angle.poly), scene.value(scene.length(b, c))))
        for i, j in ((0, 1), (0, 2), (1, 2)):
            (one, a, known_one, size_one), (two, b_side, known_two, size_two) = found[i], found[j]
            premises = [f"△{''.join(triangle)}"]
            if known_one is not None and known_two is not None:
                if not (0 < float(known_one[0]) < 180 and 0 < float(known_two[0]) < 180):
                    continue
                if scene.once("sines", triangle, i, j):
                    left, right = a * exact.sine(known_two[0]), b_side * exact.sine(known_one[0])
                    premises += [
                        f"{one.text} = {exact.text(known_one[0])}°",
                        f"{two.text} = {exact.text(known_two[0])}°",
                    ]
                    scene.say("Law of sines", left, right, premises, (known_one[1], known_two[1]))
            elif (known_one or known_two) and size_one is not None and size_two is not None:
                left, right = a * linked(scene, "sin", two), b_side * linked(scene, "sin", one)
                scene.say("Law of sines", left, right, premises)


def law_of_cosines(scene: Scene) -> None:
    """A side from the two others and the angle between, or an angle from the sides."""
    for triangle in scene.triangles:
        if triangle in scene.right:
            continue
        for top, b, c in corners(triangle):
            angle = scene.angle(b, top, c)
            p, q, across = scene.length(top, b), scene.length(top, c), scene.length(b, c)
            known = scene.algebra.known(angle.poly)
            premises = [f"△{top}{b}{c}"]
            if known is not None and 0 < float(known[0]) < 180 and known[0] != 90:
                if scene.once("cosines", triangle, top):
                    premises.append(f"{angle.text} = {exact.text(known[0])}°")
                    right = p**2 + q**2 - p * q * (exact.cosine(known[0]) * 2)
                    scene.say("Law of cosines", across**2, right, premises, (known[1],))
            elif known is None and all(scene.value(side) is not None for side in (p, q, across)):
                cosine = linked(scene, "cos", angle)
                scene.say("Law of cosines", across**2, p**2 + q**2 - cosine * (p * q) * 2, premises)
