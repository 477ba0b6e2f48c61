"""The weight-free way of the solvers: picture and text -> logic forms -> proof; word problems -> equations."""

from typing import TYPE_CHECKING, Any

from vista_core import Backend, ToolContext, ToolFailed, ToolUnavailable

from vista_tools_math.endpoints.readings import scene_of

if TYPE_CHECKING:
    from vista_tools_math.diagrams.ocr import Reader


class NoQuestion(Exception):
    """A text asks for nothing that the rules understand."""


# Rules and a solver, no weights. Pictures need OpenCV and vista-tools-vision; without them texts are solved still.
SYMBOLIC = Backend(name="symbolic", engine="vista_tools_math.solver", requires=("sympy>=1.13",), memory_mb=400)


def load_symbolic() -> "Reader | None":
    """Load the solver, and the reader of diagrams where its packages are there.

    Returns:
        The text recogniser of diagrams, or None without OpenCV or vista-tools-vision.

    Raises:
        ToolUnavailable: sympy is missing.
    """
    try:
        import sympy  # noqa: F401 - the first call should not pay for it

        import vista_tools_math.solver
        import vista_tools_math.texts
        import vista_tools_math.words  # noqa: F401
    except ImportError as error:
        raise ToolUnavailable(f"the solver cannot be imported: {error}", remedy="pip install 'sympy>=1.13'") from error
    from vista_tools_math.diagrams.ocr import load_reader, missing

    return None if missing() else load_reader()


def solve_geometry(
    question: str, context: ToolContext, image: int | None, read: "Reader | None", seconds: float
) -> tuple[Any, list[str]]:
    """Solve a geometry problem from its text and picture.

    Args:
        question: English; bounded by the caller.
        context: of the call.
        image: number of the picture, None for a problem without one.
        read: the text recogniser, None where diagrams cannot be read here.
        seconds: most of the proof.

    Returns:
        The solver's Solution, and the words and labels that were not understood.

    Raises:
        TextError: the question is of signs that are not mathematics.
        NoQuestion: it asks for nothing that is understood.
        ToolFailed: the picture cannot be read, or no proof was found; says what was.
    """
    from vista_tools_math.diagrams.ocr import REMEDY, missing
    from vista_tools_math.diagrams.problem import read_problem
    from vista_tools_math.languages import FormError
    from vista_tools_math.solver import NotSolved, Problem, solve

    if image is not None and read is None:
        raise ToolFailed(f"The picture cannot be read here: {missing()}. Remedy: {REMEDY}.")
    scene = scene_of(context, image, read) if image is not None and read is not None else None
    seen = read_problem(question, scene=scene)
    lost = f" Not understood: {', '.join(seen.not_understood[:20])}." if seen.not_understood else ""
    if not seen.text_logic or not seen.text_logic[-1].startswith("Find("):
        raise NoQuestion(f"no question for a length, an angle or another value was found.{lost}".rstrip("."))
    problem = Problem(seen.text_logic, seen.diagram_logic, seen.point_positions, seen.lines, seen.circles)
    try:
        return solve(problem, min(seconds, max(0.1, context.time_left() - 0.5))), seen.not_understood
    except NotSolved as error:
        found = "; ".join(error.derived[:20]) or "nothing"
        raise ToolFailed(f"The symbolic way gives no answer: {error}. Derived: {found}.{lost}") from error
    except FormError as error:
        raise ToolFailed(f"The symbolic way does not apply: {error}.{lost}") from error
