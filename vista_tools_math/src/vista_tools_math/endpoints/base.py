"""What the endpoints share: arguments, outputs, the engine, and pictures and texts with errors that name a field."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field
from vista_core import Backend, ImageError, Observation, ToolArgumentError, ToolContext, ToolFailed

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_math.texts import TextReading

Language = Literal["cdl", "logic"]
MAX_TEXT = 2000  # characters
LANGUAGE = "cdl: FormalGeo's CDL; logic: the logic forms of Inter-GPS"


# The reader of diagrams: OpenCV, and the OCR tool of vista-tools-vision; every tool over it is a view of one reading.
READER = Backend(
    name="classical",
    engine="vista_tools_math.diagrams",
    extra="diagram",
    requires=("numpy>=1.26", "opencv-python-headless>=4.9", "vista-tools-vision>=0.1,<0.2"),
    memory_mb=350,
)


class FormsOutput(BaseModel):
    """What is said in formal language.

    Attributes:
        language: "cdl" or "logic".
        forms: one statement each.
        not_understood: words, or labels of the picture, that went into no form.
        notes: what the reader was unsure of.
    """

    language: Language
    forms: list[str]
    not_understood: list[str] = []
    notes: list[str] = []


def written(output: FormsOutput, nothing: str) -> Observation:
    """The observation: one form a line, then what was not understood.

    Args:
        output: of the call.
        nothing: the line in place of no forms.
    """
    lines = list(output.forms) or [nothing]
    if output.not_understood:
        lines.append(f"not understood: {', '.join(output.not_understood)}")
    lines += [f"note: {note}" for note in output.notes]
    return Observation(text="\n".join(lines), data=output)


def pixels(context: ToolContext, index: int) -> "np.ndarray":
    """Decode one image of the call: RGB uint8 (height, width, 3).

    Raises:
        ToolArgumentError: there is no such image, or it is corrupt.
    """
    image = context.image(index)
    try:
        return image.array
    except ImageError as error:
        raise ToolArgumentError(f"Image {index} cannot be read: {error}", field="image") from error


def text_of(given: str | None, context: ToolContext, field: str) -> str:
    """The text of an argument, or the question of the sample.

    Raises:
        ToolArgumentError: both are empty.
    """
    text = given or context.question or ""
    if not text.strip():
        raise ToolArgumentError(f"`{field}` is empty, and there is no question to read.", field=field)
    return text


def reading(given: str | None, context: ToolContext, field: str) -> "TextReading":
    """The reading of a text.

    Raises:
        ToolArgumentError: there is none, or the argument is of no language that is read here.
        ToolFailed: the same of the question.
    """
    from vista_tools_math.texts import TextError, text_forms

    text = text_of(given, context, field)
    try:
        return text_forms(text)
    except TextError as error:
        raise refused(f"the text cannot be read: {error}", given, field) from error


def refused(why: str, given: str | None, field: str) -> ToolArgumentError | ToolFailed:
    """The error for a text that is not understood: the policy can mend an argument, not the question.

    Args:
        why: the reason, without a full stop.
        given: the argument; None where the question was read in its place.
        field: the argument's name.
    """
    if given:
        return ToolArgumentError(f"{field}: {why}.", field=field)
    return ToolFailed(f"The question of the task: {why}.")


class ImageArgs(BaseModel):
    """Look at one diagram."""

    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


def in_cdl(forms: list[str]) -> tuple[list[str], list[str]]:
    """Translate logic forms.

    Returns:
        FormalGeo CDL, and the forms that CDL cannot say.
    """
    from vista_tools_math.languages import FormError, inter_gps_to_cdl, parse_inter_gps, to_text

    nodes: list[Any] = []
    lost = []
    for form in forms:
        try:
            nodes.append(parse_inter_gps(form))
        except FormError:
            lost.append(form)
    translation = inter_gps_to_cdl(nodes)
    return [to_text(f) for f in translation.forms], lost + [to_text(f) for f in translation.left_out]
