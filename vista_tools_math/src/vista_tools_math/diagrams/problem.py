"""A picture and a question as one problem in logic forms: what a solver takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_math.diagrams.ground import grounded
from vista_tools_math.texts import text_forms

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_math.diagrams.ocr import Reader
    from vista_tools_math.diagrams.scene import Scene


@dataclass(frozen=True, slots=True)
class ProblemReading:
    """A problem in logic forms.

    Attributes:
        text_logic: forms of the text, the goal `Find(...)` last.
        diagram_logic: forms of the picture; [] without one.
        point_positions: place of each point, px, y downwards.
        lines: every two points that a stroke joins.
        circles: the circles' centres.
        not_understood: words of the text and labels of the picture that went into no form.
    """

    text_logic: list[str]
    diagram_logic: list[str]
    point_positions: dict[str, tuple[float, float]]
    lines: list[str]
    circles: list[str]
    not_understood: list[str]


def read_problem(
    question: str,
    image: "np.ndarray | None" = None,
    read: "Reader | None" = None,
    scene: "Scene | None" = None,
) -> ProblemReading:
    """Read a problem from its text and its picture.

    Args:
        question: English, with LaTeX-like or plain mathematics.
        image: RGB uint8 (height, width, 3); None for a problem without a picture.
        read: the text recogniser; None loads the OCR tool of vista-tools-vision.
        scene: what was read of the picture already, in place of `image`.

    Raises:
        TextError: the question is too long, or of signs that are not mathematics.
        ToolUnavailable: there is a picture, and OpenCV or the OCR tool is not installed.
    """
    text = text_forms(question)
    if image is None and scene is None:
        return ProblemReading(text.forms, [], {}, [], [], text.not_understood)
    from vista_tools_math.diagrams import diagram_forms, reading_of

    seen = diagram_forms(image, read) if scene is None else reading_of(scene)
    lost = list(dict.fromkeys([*text.not_understood, *seen.not_understood]))
    forms = grounded(text.forms, seen.scene)
    return ProblemReading(forms, seen.forms, seen.point_positions, seen.lines, seen.circles, lost)
