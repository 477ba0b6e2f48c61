"""The tool `inter_gps`: geometry problems in formal language, solved symbolically, with every step."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field
from vista_core import Backend, Observation, Tool, ToolArgumentError, ToolContext, ToolFailed, ToolUnavailable

SECONDS = 20.0  # most of one call
Text = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(max_length=20)]
Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]


class InterGPSConfig(BaseModel):
    """Settings of `inter_gps`.

    Attributes:
        seconds: most of one call.
    """

    seconds: float = Field(SECONDS, gt=0, le=600)


class InterGPSArgs(BaseModel):
    """Solve a geometry problem given in formal language: logic forms such as Equals(LengthOf(Line(A, B)), 2x-3)."""

    text_logic: Annotated[list[Text], Field(max_length=200)] = Field(
        default_factory=list,
        description="forms of the text with the goal, such as Find(MeasureOf(Angle(A, B, C))) or Find(x); "
        "CDL statements such as Value(LengthOfLine(AB)) work too; leave it out to have the question and picture read",
    )
    diagram_logic: Annotated[list[Text], Field(max_length=600)] = Field(
        default_factory=list, description="forms of the diagram, such as PointLiesOnLine(B, Line(A, C))"
    )
    point_positions: Annotated[dict[Name, tuple[Coordinate, Coordinate]], Field(max_length=60)] = Field(
        default_factory=dict, description="[x, y] of points in the drawing; used for order and sides, never as measures"
    )
    lines: Annotated[list[Name], Field(max_length=400)] = Field(
        default_factory=list, description="segments that are drawn, such as AB"
    )
    circles: Annotated[list[Name], Field(max_length=20)] = Field(
        default_factory=list, description="centres of circles that are drawn"
    )


class SolutionStep(BaseModel):
    """One step: what holds, by which theorem, from which premises, and what is known then.

    Attributes:
        drawing: what was read off the drawing to choose between cases; "" if nothing was.
    """

    number: int
    theorem: str
    statement: str
    premises: list[str]
    result: str
    drawing: str


class InterGPSOutput(BaseModel):
    """An answer with its derivation.

    Attributes:
        answer: degrees for angles and arcs.
        exact: in the grammar of the tool `calculator`, such as "5*sqrt(3)" or "degrees(acos(1/3))".
        goal: what was asked.
        steps: in order; premises name earlier steps by number.
        unused: given forms that the solver has no use for, and words that were not understood.
    """

    answer: float
    exact: str
    goal: str
    steps: list[SolutionStep]
    unused: list[str] = []

    def explain(self) -> str:
        """The steps as text for people."""
        lines = [f"{self.goal} = {self.exact}"]
        for step in self.steps:
            lines.append(f"{step.number:3}. {step.theorem}: {step.statement}")
            if step.premises:
                lines.append(f"       from {'; '.join(step.premises)}")
            if step.result:
                lines.append(f"       so {step.result}")
            if step.drawing:
                lines.append(f"       (case chosen by the drawing: {step.drawing})")
        lines += [f"     not used: {form}" for form in self.unused]
        return "\n".join(lines)


class InterGPS(Tool[InterGPSArgs, InterGPSOutput]):
    """Solve a geometry problem given in formal language, exactly and with its steps."""

    name = "inter_gps"
    family = "math"
    backends = (Backend("symbolic", memory_mb=60),)
    reads = frozenset({"image", "question"})
    aliases = (("inter_gps", "solve"),)
    Config = InterGPSConfig

    def setup(self, config: Any, backend: Any) -> None:
        """Load the solver."""
        import vista_tools_math.solver  # noqa: F401 - the first call should not pay for it

        self.config: InterGPSConfig = config or InterGPSConfig()

    def run(self, args: InterGPSArgs, context: ToolContext) -> InterGPSOutput:
        """Solve one problem.

        Raises:
            ToolArgumentError: a form is not of its language, or the goal is about what no form mentions.
            ToolFailed: no answer follows; says what was derived.
        """
        from vista_tools_math.languages import FormError
        from vista_tools_math.solver import NotSolved, solve

        unread: list[str] = []
        own_forms = bool(args.text_logic or args.diagram_logic)
        if not own_forms:
            args, unread = read_question(context)
        try:
            solution = solve(checked(args), self.config.seconds)
        except (FormError, ToolArgumentError) as error:
            if not own_forms:  # the forms are ours, the policy could not write them better
                raise ToolFailed(f"The question was not understood: {error}") from error
            if isinstance(error, ToolArgumentError):
                raise
            raise ToolArgumentError(f"text_logic: {error}.", field="text_logic") from error
        except NotSolved as error:
            found = "; ".join(error.derived) or "nothing"
            unknown = f" Not understood: {'; '.join(unread)}." if unread else ""
            raise ToolFailed(f"{error}. Derived: {found}.{unknown}") from error
        steps = [
            SolutionStep(
                number=step.number,
                theorem=step.theorem,
                statement=step.statement,
                premises=step.premises,
                result=step.result,
                drawing=step.drawing,
            )
            for step in solution.steps
        ]
        return InterGPSOutput(
            answer=solution.answer,
            exact=solution.exact,
            goal=solution.goal,
            steps=steps,
            unused=[*solution.unused, *unread],
        )

    def render(self, output: InterGPSOutput) -> Observation:
        """The answer and the theorems: "LengthOf(Line(A, B)) = 5*sqrt(3) = 8.660254038"."""
        from vista_tools_math.expressions import number_text

        decimal = number_text(output.answer)
        value = decimal if output.exact == decimal else f"{output.exact} = {decimal}"
        theorems = dict.fromkeys(s.theorem for s in output.steps[:-1] if not s.theorem.startswith("Given"))
        text = f"{output.goal} = {value}"
        if theorems:
            text += f"\nby: {'; '.join(theorems)}"
        return Observation(text=text, data=output)


def read_question(context: ToolContext) -> tuple[InterGPSArgs, list[str]]:
    """The forms of the sample's question and picture, and what was not understood of them.

    Raises:
        ToolArgumentError: there is no question.
        ToolFailed: the question or the picture cannot be read.
    """
    if not context.question:
        raise ToolArgumentError("text_logic is empty, and there is no question to read.", field="text_logic")
    from vista_tools_math.diagrams.problem import read_problem
    from vista_tools_math.texts import TextError

    picture = context.image(0).array if context.images else None
    try:
        seen = read_problem(context.question, picture)
    except TextError as error:
        raise ToolFailed(f"The question cannot be read: {error}.") from error
    except ToolUnavailable as error:
        raise ToolFailed(f"The picture cannot be read here: {error}") from error
    args = InterGPSArgs(
        text_logic=list(seen.text_logic),
        diagram_logic=list(seen.diagram_logic),
        point_positions=dict(seen.point_positions),
        lines=list(seen.lines),
        circles=list(seen.circles),
    )
    return args, list(seen.not_understood)


def checked(args: InterGPSArgs) -> Any:
    """The arguments as a problem of the solver, with every form read once.

    Raises:
        ToolArgumentError: names the list, the form's place in it, and the character.
    """
    from vista_tools_math.languages import cdl_to_inter_gps, check, to_text
    from vista_tools_math.solver import Problem

    logic: dict[str, list[Any]] = {}
    cdl: list[Any] = []
    for field, texts in (("text_logic", args.text_logic), ("diagram_logic", args.diagram_logic)):
        logic[field] = []
        for place, text in enumerate(texts):
            if text.strip():
                language, form = parsed(text, f"{field}[{place}]", field)
                (cdl if language == "cdl" else logic[field]).append(form)
    logic["text_logic"] += cdl_to_inter_gps(cdl).forms
    everything = [*logic["text_logic"], *logic["diagram_logic"]]
    drawn = set("".join(args.lines)) | set(args.point_positions) | set(args.circles)
    for problem in check(everything):
        if problem.form < 0 or not _only_drawn(everything[problem.form], drawn, everything):
            raise ToolArgumentError(f"text_logic: {problem.message}", field="text_logic")
    return Problem(
        text=[to_text(form) for form in logic["text_logic"]],
        diagram=[to_text(form) for form in logic["diagram_logic"]],
        positions=dict(args.point_positions),
        lines=_names(args.lines),
        circles=_names(args.circles),
    )


def _only_drawn(form: Any, drawn: set[str], everything: Sequence[Any]) -> bool:
    """Whether a goal is about points that the drawing has, though no fact mentions them."""
    from vista_tools_math.languages import is_goal, points, symbols

    facts = [f for f in everything if not is_goal(f)]
    named = set().union(*map(symbols, facts)) if facts else set()
    return is_goal(form) and symbols(form) <= named and points(form) <= drawn | set().union(*map(points, facts))


def _names(names: Sequence[str]) -> list[str]:
    """Names that are written with letters, digits and primes; others are of no use and left out."""
    return [name for name in names if name and name.isascii() and name.replace("'", "").replace("_", "").isalnum()]


def parsed(text: str, place: str, field: str) -> tuple[str, Any]:
    """One form, of whichever language its head is of: ("cdl" or "logic", form)."""
    from vista_tools_math.languages import CDL, INTER_GPS, FormError, parse_cdl, parse_inter_gps

    head = text.partition("(")[0].strip()
    readers = [("logic", parse_inter_gps)] if head in INTER_GPS or head not in CDL else []
    readers += [("cdl", parse_cdl)] if head in CDL else []
    for language, reader in readers:
        try:
            return language, reader(text)
        except FormError as error:
            failure = error
    raise ToolArgumentError(f"{place}: {failure}.", field=field) from failure
