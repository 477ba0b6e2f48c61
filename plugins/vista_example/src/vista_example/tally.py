"""A tool with a state: what one trajectory counts, no other one sees."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from vista_core import Backend, Observation, Tool, ToolContext, ToolFailed

MOST_LABELS = 100
"""Keeps the state well below the 64 KiB that a trajectory may carry."""

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class TallyArgs(BaseModel):
    """Add an amount under a label, and see the totals of all labels so far."""

    label: Label = Field(description="what is counted, e.g. apples")
    amount: float = Field(1, ge=-1e12, le=1e12, description="how much is added; negative takes away")


class TallyOutput(BaseModel):
    """Label -> total, in the order in which the labels came."""

    totals: dict[str, float]


class Tally(Tool[TallyArgs, TallyOutput]):
    """Keeps totals for the trajectory that calls it."""

    name = "tally"
    family = "memory"
    backends = (Backend("python"),)
    reads = frozenset({"state"})

    def run(self, args: TallyArgs, context: ToolContext) -> TallyOutput:
        """Add to the totals in `context.state`, never to the tool: any worker may serve the next call.

        Raises:
            ToolFailed: There are too many labels; the state is then left as it was.
        """
        totals: dict[str, float] = context.state or {}
        if args.label not in totals and len(totals) >= MOST_LABELS:
            raise ToolFailed(f"The tally holds {MOST_LABELS} labels, which is all it can; use one of those.")
        totals[args.label] = round(totals.get(args.label, 0.0) + args.amount, 9)
        context.state = totals
        return TallyOutput(totals=totals)

    def render(self, output: TallyOutput) -> Observation:
        """`apples 3, pears 2.5`."""
        text = ", ".join(f"{label} {total:.12g}" for label, total in output.totals.items())
        return Observation(text=text, data=output)
