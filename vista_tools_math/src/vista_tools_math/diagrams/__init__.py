"""From a diagram's pixels to points, strokes, circles, marks and labels, and to formal languages.

    reading = diagram_forms(image)      # uint8 (height, width, 3), RGB
    reading.forms                       # ["PointLiesOnLine(D, Line(A, B))", "Equals(LengthOf(Line(A, D)), 2x+3)", ...]

The way there: ink (a mask) -> glyphs (figure and characters) -> rounds and strokes -> construct (points and what they
lie on) -> marks -> labels (OCR) -> bind (what each label names) -> a Scene -> forms.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.forms import logic_forms, unread
from vista_tools_math.diagrams.ocr import Reader, load_reader
from vista_tools_math.diagrams.reader import read_scene
from vista_tools_math.diagrams.scene import Scene

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DiagramReading", "Reader", "Scene", "diagram_forms", "load_reader", "read_scene", "reading_of"]


@dataclass(frozen=True, slots=True)
class DiagramReading:
    """What a diagram shows, for a solver.

    Attributes:
        forms: Inter-GPS logic forms.
        point_positions: place of each point, px, y downwards.
        lines: every two points that a straight stroke joins: "AB".
        circles: the circles' centres.
        not_understood: texts of the picture that name nothing, or are no expressions.
        scene: the same as points, lines, marks and labels.
    """

    forms: list[str]
    point_positions: dict[str, tuple[float, float]]
    lines: list[str]
    circles: list[str]
    not_understood: list[str]
    scene: Scene


def diagram_forms(image: "np.ndarray", read: Reader | None = None) -> DiagramReading:
    """Read a diagram into logic forms.

    Args:
        image: RGB uint8 (height, width, 3).
        read: the text recogniser; None loads the OCR tool of vista-tools-vision.

    Raises:
        ToolUnavailable: OpenCV or the OCR tool is not installed.
    """
    return reading_of(read_scene(image, read or load_reader()))


def reading_of(scene: Scene) -> DiagramReading:
    """Say a scene in logic forms."""
    positions = {name: (round(x, 1), round(y, 1)) for name, (x, y) in scene.points.items()}
    circles = [circle.centre for circle in scene.circles]
    return DiagramReading(logic_forms(scene), positions, scene.segments(), circles, unread(scene), scene)
