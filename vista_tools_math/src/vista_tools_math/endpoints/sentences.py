"""The tools that read a problem's text: `text_cdl` and `goal_cdl`."""

from typing import Any

from pydantic import BaseModel, Field
from vista_core import Backend, Observation, Tool, ToolContext, ToolFailed

from vista_tools_math.endpoints.base import LANGUAGE, MAX_TEXT, FormsOutput, Language, in_cdl, reading, refused, written

_TEXT = "the problem's text, such as 'In \\odot O, AB = 6. Find m \\angle ABC.'; by default the question"


class TextArgs(BaseModel):
    """Write what the text of a geometry problem says, without its question, in formal language."""

    text: str | None = Field(None, max_length=MAX_TEXT, description=_TEXT)
    language: Language = Field("cdl", description=LANGUAGE)


class GoalArgs(BaseModel):
    """Write what a geometry problem asks in formal language."""

    text: str | None = Field(None, max_length=MAX_TEXT, description=_TEXT)
    language: Language = Field("cdl", description=LANGUAGE)


class GoalOutput(BaseModel):
    """What is asked.

    Attributes:
        language: "cdl" or "logic".
        goal: such as "Value(LengthOfLine(AB))" or "Find(LengthOf(Line(A, B)))".
        not_understood: words that went into no form, of the goal or the rest.
    """

    language: Language
    goal: str
    not_understood: list[str] = []


class TextCDL(Tool[TextArgs, FormsOutput]):
    """Write what a problem's text says in formal language."""

    name = "text_cdl"
    family = "diagram"
    backends = (Backend("rules"),)
    reads = frozenset({"question"})

    def setup(self, config: Any, backend: Any) -> None:
        """Load the rules."""
        import vista_tools_math.texts  # noqa: F401 - the first call should not pay for it

    def run(self, args: TextArgs, context: ToolContext) -> FormsOutput:
        """Read one text.

        Raises:
            ToolArgumentError: there is no text, or nothing of the argument was understood.
            ToolFailed: the same of the question.
        """
        read = reading(args.text, context, "text")
        forms = [form for form in read.forms if form != read.goal]
        if not read.forms:
            lost = ", ".join(read.not_understood[:30])
            raise refused(f"nothing was understood of the text; its words are {lost}", args.text, "text")
        notes = []
        if args.language == "cdl":
            forms, lost = in_cdl(forms)
            notes = [f"CDL has no word for {form}" for form in lost]
        return FormsOutput(language=args.language, forms=forms, not_understood=read.not_understood, notes=notes)

    def render(self, output: FormsOutput) -> Observation:
        """One statement a line."""
        return written(output, "The text states nothing beside its question.")


class GoalCDL(Tool[GoalArgs, GoalOutput]):
    """Write what a problem asks in formal language."""

    name = "goal_cdl"
    family = "diagram"
    backends = (Backend("rules"),)
    reads = frozenset({"question"})

    def setup(self, config: Any, backend: Any) -> None:
        """Load the rules."""
        import vista_tools_math.texts  # noqa: F401 - the first call should not pay for it

    def run(self, args: GoalArgs, context: ToolContext) -> GoalOutput:
        """Read one text.

        Raises:
            ToolArgumentError: there is no text, or the argument asks nothing that is understood.
            ToolFailed: the same of the question; or CDL cannot ask it.
        """
        read = reading(args.text, context, "text")
        if read.goal is None:
            lost = f"; not understood: {', '.join(read.not_understood[:30])}" if read.not_understood else ""
            raise refused(f"no question for a length, an angle or another value was found{lost}", args.text, "text")
        goal = read.goal
        if args.language == "cdl":
            translated, _ = in_cdl([goal])
            if not translated:
                raise ToolFailed(f'CDL has no word for the goal {goal}; ask with language "logic".')
            goal = translated[0]
        return GoalOutput(language=args.language, goal=goal, not_understood=read.not_understood)

    def render(self, output: GoalOutput) -> Observation:
        """The goal alone."""
        return Observation(text=output.goal, data=output)
