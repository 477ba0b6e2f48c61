"""The tool `calculator`."""

from fractions import Fraction

from pydantic import BaseModel, Field
from vista_core import Observation, Tool, ToolArgumentError, ToolContext

from vista_tools_math.expressions import MAX_LENGTH, ExpressionError, evaluate, number_text


class CalculatorArgs(BaseModel):
    """Compute the value of an expression."""

    expression: str = Field(
        max_length=MAX_LENGTH,
        description="numbers, + - * / // % ** ( ), pi, e, and abs sqrt min max sum mean median round floor ceil log "
        "log10 exp sin cos tan asin acos atan radians degrees factorial gcd lcm; angles in radians",
    )


class CalculatorOutput(BaseModel):
    """The result.

    Attributes:
        result: as text, exact where that is short.
        value: the same as a float; None where it is too large for one.
        exact: the fraction, such as "1/3", where the decimal text is cut off; else None.
    """

    result: str
    value: float | None
    exact: str | None = None


class Calculator(Tool[CalculatorArgs, CalculatorOutput]):
    """Compute the value of an expression."""

    name = "calculator"
    family = "math"

    def run(self, args: CalculatorArgs, context: ToolContext) -> CalculatorOutput:
        """Evaluate the expression by our own grammar.

        Raises:
            ToolArgumentError: names the place in the expression and the reason.
        """
        try:
            value = evaluate(args.expression)
        except ExpressionError as error:
            raise ToolArgumentError(f"expression: {error}.", field="expression") from error
        text = number_text(value)
        exact = str(value) if isinstance(value, Fraction) and Fraction(text) != value else None
        exact = exact if exact and len(exact) <= 60 else None
        as_float: float | None
        try:
            as_float = float(value)
        except OverflowError:
            as_float = None
        return CalculatorOutput(result=text, value=as_float, exact=exact)

    def render(self, output: CalculatorOutput) -> Observation:
        """The result alone."""
        return Observation(text=output.result, data=output)
