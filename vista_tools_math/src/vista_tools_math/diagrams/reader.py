"""Reads a diagram: pixels in, a scene out."""

import math
import string
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.bind import Bound, bind
from vista_tools_math.diagrams.construct import Construction, construct
from vista_tools_math.diagrams.glyphs import part
from vista_tools_math.diagrams.ink import find_ink
from vista_tools_math.diagrams.labels import read_labels
from vista_tools_math.diagrams.marks import Marks, find_marks
from vista_tools_math.diagrams.missed import missed_strokes
from vista_tools_math.diagrams.ocr import Reader
from vista_tools_math.diagrams.rescue import rescue_letters
from vista_tools_math.diagrams.rounds import find_rounds
from vista_tools_math.diagrams.scene import Circle, Label, Scene
from vista_tools_math.diagrams.strokes import find_strokes

if TYPE_CHECKING:
    import numpy as np

MOST_POINTS = 26  # each has a letter


def read_scene(image: "np.ndarray", read: Reader) -> Scene:
    """Read a diagram.

    Args:
        image: RGB uint8 (height, width, 3), dark on light or light on dark.
        read: the text recogniser (`ocr.load_reader()`).

    Returns:
        What was found; an empty scene where there is no figure.
    """
    import numpy as np

    ink = find_ink(image)
    pieces = part(ink)
    if not pieces.figure.any():
        return Scene(notes=["no figure was found"])
    tolerance = ink.stroke / 2 + 1.6 * ink.zoom
    shortest = max(1.5 * pieces.height, 0.05 * float(np.hypot(*ink.mask.shape)))
    rounds = find_rounds(pieces.figure, tolerance)
    strokes = find_strokes(pieces.figure, rounds, ink.stroke, tolerance, shortest, 7 * ink.zoom)
    what = construct(strokes, rounds, pieces.dots, ink.zoom, tolerance)
    if len(what.points) <= MOST_POINTS and (
        missed := missed_strokes(pieces.figure, what, strokes, ink.stroke, ink.zoom, shortest)
    ):
        strokes = strokes + missed
        what = construct(strokes, rounds, pieces.dots, ink.zoom, tolerance)
    if len(what.points) > MOST_POINTS:
        return Scene(notes=[f"{len(what.points)} points were found, more than there are letters: too busy to be read"])
    height = pieces.height or 14 * ink.zoom
    marks = find_marks(pieces.figure, what, ink.stroke, ink.zoom, height)
    texts = read_labels(ink, pieces, read)
    bound = bind(texts, what, marks, height)
    if rescue_letters(ink, pieces, what, marks, bound, strokes, read):
        letters = [*bound.names.values(), *(t for t in texts if not t.letter)]
        bound = bind(letters, what, marks, height)  # a point with a letter is one that lengths are measured from
    return _scene(what, marks, bound, ink.zoom)


def _scene(what: Construction, marks: Marks, bound: Bound, zoom: float) -> Scene:
    """Give every point a letter, and say everything in letters and px of the picture."""
    names = {point: text.text for point, text in bound.names.items()}
    scene = Scene()
    taken = set(names.values())
    spare = (letter for letter in "XYZWVUTSRQPNMLKJHGFEDCBAOI" if letter not in taken)
    for point in range(len(what.points)):
        if point not in names:
            names[point] = next(spare)
            scene.unnamed.add(names[point])
    assert len(set(names.values())) <= len(string.ascii_uppercase)
    scene.points = {names[i]: (x / zoom, y / zoom) for i, (x, y) in enumerate(what.points)}
    scene.lines = [[names[i] for i in line] for line in what.lines]
    for circle, on, centre in zip(what.rounds, what.on, what.centres, strict=True):
        order = sorted(on, key=lambda i: math.atan2(circle.y - what.points[i][1], what.points[i][0] - circle.x))
        at = (circle.x / zoom, circle.y / zoom)
        scene.circles.append(Circle(names[centre], at, circle.radius / zoom, [names[i] for i in order]))
    scene.rights = ["".join(names[i] for i in three) for three in marks.rights]
    scene.equal_lengths = _groups({"".join(names[i] for i in pair): n for pair, n in marks.ticks.items()})
    scene.parallels = _groups({"".join(names[i] for i in pair): n for pair, n in marks.chevrons.items()})
    labelled = {frozenset(three) for _, three in bound.angles}
    bare = {three: n for three, n in marks.arcs.items() if frozenset(three) not in labelled or n > 1}
    scene.equal_angles = _groups({"".join(names[i] for i in three): n for three, n in bare.items()})
    scene.labels = _labels(bound, names, zoom)
    scene.notes += [f"{t.text!r} was read, and nothing was found that it names" for t in bound.loose]
    return scene


def _groups(marked: dict[str, int]) -> list[list[str]]:
    """Group what carries the same number of marks; one alone says nothing."""
    counts = sorted(set(marked.values()))
    groups = [[target for target, n in marked.items() if n == count] for count in counts]
    return [group for group in groups if len(group) > 1]


def _labels(bound: Bound, names: dict[int, str], zoom: float) -> list[Label]:
    found = [(text, "point", names[point]) for point, text in bound.names.items()]
    found += [(text, "length", "".join(names[i] for i in pair)) for text, pair in bound.lengths]
    for text, three in bound.angles:
        kind = "number" if len(text.text) == 1 and text.text.isdigit() else "angle"
        found.append((text, kind, "".join(names[i] for i in three)))
    found += [(text, "arc", "".join(names[i] for i in pair)) for text, pair in bound.arcs]
    found += [(text, "", "") for text in bound.loose]
    return [
        Label(t.text, kind, target, (t.word.middle[0] / zoom, t.word.middle[1] / zoom), round(t.confidence, 3))
        for t, kind, target in found
    ]
