"""The solvers `g_llava` (geometry, picture and text) and `multimath` (geometry and word problems)."""

import re
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from vista_core import Observation, ToolContext, ToolFailed
from vista_vlm import Backends, OpenAIBackend, Prompt, TransformersBackend, VLMConfig, VLMTool

from vista_tools_math.endpoints.base import MAX_TEXT, refused, text_of
from vista_tools_math.endpoints.symbolic import SYMBOLIC, NoQuestion, load_symbolic, solve_geometry
from vista_tools_math.expressions import ExpressionError, evaluate, number_text

if TYPE_CHECKING:
    from vista_tools_math.words import WordSolution

_G_LLAVA = TransformersBackend(
    extra="models",
    unloadable="G-LLaVA's own checkpoints (renjiepi/G-LLaVA-7B, and 13B) are no models of transformers",
)
_MULTIMATH = TransformersBackend(
    extra="models",
    unloadable="MultiMath's own checkpoint (pengshuai-rin/multimath-7b-llava-v1.5) is no model of transformers",
)
_ASKED = (
    "Solve the problem step by step, one step a line. End with one line that begins with 'Answer:' and gives the "
    "answer alone, as a number or an expression without its unit."
)


class SolverSettings(VLMConfig):
    """Settings of a solver.

    Attributes:
        seconds: most of one proof (backend symbolic).
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    seconds: float = Field(20.0, gt=0, le=600)


class Solved(BaseModel):
    """An answer with the way to it.

    Attributes:
        answer: in short, such as "5*sqrt(3)" or "50 km/h".
        value: as a float, where it is a number.
        exact: in the grammar of the tool `calculator`; "" where a model answered.
        unit: "" for a bare number; angles are in degrees.
        steps: in order.
        method: "geometry" (a proof), "equations" (a word problem) or "model".
        not_understood: words, and labels of the picture, that played no part.
        explained: whether the observation gives the steps.
    """

    answer: str
    value: float | None = None
    exact: str = ""
    unit: str = ""
    steps: list[str] = []
    method: Literal["geometry", "equations", "model"]
    not_understood: list[str] = []
    explained: bool = False


class GLLaVAArgs(BaseModel):
    """Solve a geometry problem from its picture and text, with steps."""

    problem: str | None = Field(
        None, max_length=MAX_TEXT, description="the problem's text; by default the question of the task"
    )
    task: Literal["solve", "analyze"] = Field("solve", description="solve: the answer; analyze: the steps too")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class MultiMathArgs(BaseModel):
    """Solve a math problem with steps: geometry with or without a picture, equations, percent, rates, units."""

    question: str | None = Field(
        None, max_length=MAX_TEXT, description="the problem's text; by default the question of the task"
    )
    task: Literal["solve", "explain"] = Field("solve", description="solve: the answer; explain: the steps too")
    image: int | None = Field(None, ge=0, description="the problem's image, where it has one; by default the first")


A = TypeVar("A", bound=BaseModel)
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the letter of vista_core


class _Solver(VLMTool[A, O]):
    """What the solvers share."""

    family = "math"
    reads = frozenset({"image", "question"})
    Config = SolverSettings
    field = "question"

    def setup_own(self, config: Any, backend: Any) -> None:
        """Load the solver, and the reader of diagrams where it can work."""
        self.read = load_symbolic()

    def parse(self, text: str, args: A) -> Solved:
        """The line after "Answer:", and the lines before it as steps.

        Raises:
            ToolFailed: the model gave no such line (code E5).
        """
        *before, last = re.split(r"(?im)^[ *#]*answer[ *]*:[ *]*", text)
        answer = last.strip().splitlines()[0].strip(" *.") if before and last.strip() else ""
        if not answer:
            raise ToolFailed("The model gave no line that begins with 'Answer:'.", code="E5")
        steps = [line.strip() for line in "\n".join(before).splitlines() if line.strip()]
        explained = getattr(args, "task", "solve") != "solve"
        return Solved(answer=answer, value=_value(answer), steps=steps, method="model", explained=explained)

    def render(self, output: Solved) -> Observation:
        """The answer, and the steps where they were asked for, else the theorems or the computation in a line."""
        lines = [f"Answer: {output.answer}"]
        if output.explained:
            lines = [*output.steps, *lines]
        elif output.steps and output.method != "model":
            lines.append(f"by: {'; '.join(_short(output.steps))}")
        if output.not_understood:
            lines.append(f"not understood: {', '.join(output.not_understood[:20])}")
        return Observation(text="\n".join(lines), data=output)

    def proved(
        self, question: str, context: ToolContext, image: int | None, given: str | None, first: str = ""
    ) -> Solved:
        """The answer of the geometry solver; `first` is why another way did not apply.

        Raises:
            ToolArgumentError: the argument asks nothing that is understood.
            ToolFailed: no answer follows; says what was found.
        """
        from vista_tools_math.texts import TextError

        try:
            solution, lost = solve_geometry(question, context, image, self.read, self.config.seconds)
        except (TextError, NoQuestion) as error:
            raise refused(f"{first}as geometry {error}" if first else str(error), given, self.field) from error
        steps = [_step(step) for step in solution.steps]
        decimal = number_text(solution.answer)
        answer = solution.exact if solution.exact == decimal else f"{solution.exact} = {decimal}"
        return Solved(
            answer=answer,
            value=solution.answer,
            exact=solution.exact,
            steps=steps,
            method="geometry",
            not_understood=lost,
        )


class GLLaVA(_Solver[GLLaVAArgs, Solved]):
    """Solve a geometry problem from its picture and text."""

    name = "g_llava"
    aliases = (("gllava", "solve"), ("gllava", "analyze"), ("g_llava", "solve"))
    backends = Backends(SYMBOLIC, _G_LLAVA, OpenAIBackend())
    field = "problem"

    def run_own(self, args: GLLaVAArgs, context: ToolContext) -> Solved:
        """Read the picture and the text, and prove the answer.

        Raises:
            ToolFailed: the symbolic way does not apply; says what was found.
        """
        solved = self.proved(text_of(args.problem, context, "problem"), context, args.image, args.problem)
        return solved.model_copy(update={"explained": args.task == "analyze"})

    def prompt(self, args: GLLaVAArgs, context: ToolContext) -> Prompt:
        """The problem with its picture."""
        problem = text_of(args.problem, context, "problem")
        return Prompt(f"{_ASKED}\n\n{problem}", (self.picture(context, args.image),))


class MultiMath(_Solver[MultiMathArgs, Solved]):
    """Solve a math problem."""

    name = "multimath"
    aliases = (("multimath", "solve"), ("multimath_server", "solve"))
    backends = Backends(SYMBOLIC, _MULTIMATH, OpenAIBackend())

    def run_own(self, args: MultiMathArgs, context: ToolContext) -> Solved:
        """Solve a word problem by equations, a geometry problem by proof.

        Raises:
            ToolFailed: neither way applies; says why for both.
        """
        from vista_tools_math.words import NotUnderstood, solve_words

        question = text_of(args.question, context, "question")
        shown, image = {"explained": args.task == "explain"}, self._image(args, context)
        try:
            return _computed(solve_words(question)).model_copy(update=shown)
        except NotUnderstood as error:
            first = str(error)
        try:
            tried = f"as a word problem {first}; "
            return self.proved(question, context, image, args.question, tried).model_copy(update=shown)
        except ToolFailed as error:
            raise ToolFailed(f"As a word problem: {first}. As geometry: {error}") from error

    def prompt(self, args: MultiMathArgs, context: ToolContext) -> Prompt:
        """The problem, with its picture where it has one."""
        question, image = text_of(args.question, context, "question"), self._image(args, context)
        pictures = () if image is None else (self.picture(context, image),)
        return Prompt(f"{_ASKED}\n\n{question}", pictures)

    def _image(self, args: MultiMathArgs, context: ToolContext) -> int | None:
        if args.image is not None:
            context.image(args.image)
            return args.image
        return 0 if context.images else None


def _computed(solution: "WordSolution") -> Solved:
    decimal = number_text(solution.value)
    text = solution.exact if solution.exact == decimal else f"{solution.exact} = {decimal}"
    return Solved(
        answer=f"{text} {solution.unit}".strip(),
        value=solution.value,
        exact=solution.exact,
        unit=solution.unit,
        steps=solution.steps,
        method="equations",
    )


def _step(step: Any) -> str:
    """A step of a proof in one line."""
    line = f"{step.number}. {step.theorem}: {step.statement}"
    if step.premises:
        line += f" (from {'; '.join(step.premises)})"
    if step.result:
        line += f", so {step.result}"
    return line + (f" [case chosen by the drawing: {step.drawing}]" if step.drawing else "")


def _short(steps: list[str]) -> list[str]:
    """The names of a proof's theorems, once each; the lines of a computation."""
    if not all(re.match(r"\d+\. ", step) for step in steps):
        return steps
    names = [re.sub(r"^\d+\. ", "", step).partition(":")[0] for step in steps]
    return list(dict.fromkeys(n for n in names if not n.startswith(("Given", "Answer"))))


def _value(answer: str) -> float | None:
    """A model's answer as a number, where it is one by the calculator's grammar."""
    try:
        return float(evaluate(answer.strip("$ ").removesuffix("°")))
    except (ExpressionError, OverflowError):
        return None
