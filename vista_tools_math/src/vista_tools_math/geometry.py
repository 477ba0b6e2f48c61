"""The tool `sympy_geometry`: angles, areas, distances and circles from coordinates, exact where that exists."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from vista_core import Backend, Observation, Tool, ToolArgumentError, ToolContext, ToolFailed, ToolUnavailable

from vista_tools_math.expressions import ExpressionError, evaluate, number_text

LARGEST = 10**9  # of any number given, and of its denominator: it bounds the cost of exact arithmetic
MOST_VERTICES = 100

Value = Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=200)]
Coordinates = tuple[Value, Value]
Name = Literal[
    "triangle_angle",
    "triangle_all_angles",
    "triangle_area",
    "triangle_type",
    "circle_from_points",
    "inscribed_angle",
    "polygon_area",
    "angle_between_lines",
    "distance_point_to_line",
    "triangle_angle_from_two",
    "pythagorean",
]

NEEDS: dict[str, tuple[str, ...]] = {
    "triangle_angle": ("A", "B", "C", "vertex"),
    "triangle_all_angles": ("A", "B", "C"),
    "triangle_area": ("A", "B", "C"),
    "triangle_type": ("A", "B", "C"),
    "circle_from_points": ("p1", "p2", "p3"),
    "inscribed_angle": ("center", "radius", "angle_degrees"),
    "polygon_area": ("vertices",),
    "angle_between_lines": ("p1", "p2", "p3", "p4"),
    "distance_point_to_line": ("point", "line_p1", "line_p2"),
    "triangle_angle_from_two": ("angle1", "angle2"),
    "pythagorean": (),
}
"""Arguments of each function; pythagorean takes two of a, b, c."""


class GeometryArgs(BaseModel):
    """Compute angles, areas, lengths or a circle from coordinates. Numbers may be texts such as "sqrt(3)/2"."""

    function: Name = Field(
        description="triangle_angle(A,B,C,vertex), triangle_all_angles(A,B,C), triangle_area(A,B,C), "
        "triangle_type(A,B,C), circle_from_points(p1,p2,p3), inscribed_angle(center,radius,angle_degrees), "
        "polygon_area(vertices), angle_between_lines(p1,p2,p3,p4), distance_point_to_line(point,line_p1,line_p2), "
        "triangle_angle_from_two(angle1,angle2), pythagorean(two of a,b,c)"
    )
    A: Coordinates | None = Field(None, description="[x, y]")
    B: Coordinates | None = Field(None, description="[x, y]")
    C: Coordinates | None = Field(None, description="[x, y]")
    vertex: Literal["A", "B", "C"] | None = Field(None, description="where the angle is")
    p1: Coordinates | None = Field(None, description="[x, y]; the first line runs through p1 and p2")
    p2: Coordinates | None = Field(None, description="[x, y]")
    p3: Coordinates | None = Field(None, description="[x, y]; the second line runs through p3 and p4")
    p4: Coordinates | None = Field(None, description="[x, y]")
    center: Coordinates | None = Field(None, description="[x, y] of the circle")
    radius: Value | None = Field(None, description="of the circle")
    angle_degrees: Value | None = Field(None, description="the central angle")
    vertices: Annotated[list[Coordinates], Field(min_length=3, max_length=MOST_VERTICES)] | None = Field(
        None, description="corners in order, [[x, y], ...]"
    )
    point: Coordinates | None = Field(None, description="[x, y]")
    line_p1: Coordinates | None = Field(None, description="[x, y] on the line")
    line_p2: Coordinates | None = Field(None, description="[x, y] on the line")
    angle1: Value | None = Field(None, description="degrees")
    angle2: Value | None = Field(None, description="degrees")
    a: Value | None = Field(None, description="leg")
    b: Value | None = Field(None, description="leg")
    c: Value | None = Field(None, description="hypotenuse")


class GeometryOutput(BaseModel):
    """The result.

    Attributes:
        function: what was computed.
        result: numbers by name, 10 significant digits; angles in degrees.
        exact: the same written exactly ("sqrt(3)/4"), where that is short.
        kind: for triangle_type, such as "right isosceles"; else "".
    """

    function: Name
    result: dict[str, float]
    exact: dict[str, str]
    kind: str = ""


class SympyGeometry(Tool[GeometryArgs, GeometryOutput]):
    """Compute angles, areas, lengths and circles from coordinates."""

    name = "sympy_geometry"
    family = "math"
    backends = (Backend("sympy", requires=("sympy>=1.13",), memory_mb=80),)

    def setup(self, config: Any, backend: Any) -> None:
        """Load sympy."""
        try:
            from vista_tools_math.figures import Figures
        except ImportError as error:
            raise ToolUnavailable(f"sympy cannot be imported: {error}", remedy="pip install 'sympy>=1.13'") from error
        self.figures = Figures()

    def run(self, args: GeometryArgs, context: ToolContext) -> GeometryOutput:
        """Check that the function has its arguments, and no others, and compute it.

        Raises:
            ToolArgumentError: an argument is missing, too many, or no number.
            ToolFailed: the points give no such figure (a flat triangle, a line through one point twice, ...).
        """
        given = {name: value for name, value in args if value is not None and name != "function"}
        _check_names(args.function, set(given))
        values = {name: _numbers(value, name) for name, value in given.items()}
        try:
            found, kind = self.figures.compute(args.function, values)
        except ValueError as error:
            raise ToolFailed(f"{args.function}: {error}.") from error
        result = {name: self.figures.decimal(value) for name, value in found.items()}
        exact = {name: text for name, value in found.items() if (text := self.figures.exact(value)) is not None}
        return GeometryOutput(function=args.function, result=result, exact=exact, kind=kind)

    def render(self, output: GeometryOutput) -> Observation:
        """One line per result: "area = sqrt(3)/4 = 0.4330127019"."""
        lines = [output.kind] if output.kind else []
        for name, value in output.result.items():
            decimal = number_text(value)
            exact = output.exact.get(name)
            lines.append(f"{name} = {decimal}" if exact in (None, decimal) else f"{name} = {exact} = {decimal}")
        return Observation(text="\n".join(lines), data=output)


def _check_names(function: str, given: set[str]) -> None:
    """Every function takes exactly its own arguments."""
    if function == "pythagorean":
        if len(given & {"a", "b", "c"}) != 2 or given - {"a", "b", "c"}:
            raise ToolArgumentError("pythagorean takes exactly two of a, b (legs) and c (hypotenuse).", field="a")
        return
    needed = NEEDS[function]
    missing = [name for name in needed if name not in given]
    extra = sorted(given - set(needed))
    if missing or extra:
        problem = f"{missing[0]} is missing" if missing else f"it takes no {extra[0]}"
        code = "E3" if missing else "E2"
        raise ToolArgumentError(
            f"{function} takes {', '.join(needed)}: {problem}.", field=(missing or extra)[0], code=code
        )


def _numbers(value: Any, field: str) -> Any:
    """Numbers and texts of the calculator's grammar, alone or in lists, as exact fractions or expressions."""
    if field == "vertex":
        return value
    if isinstance(value, (list, tuple)):
        return [_numbers(item, field) for item in value]
    if isinstance(value, str):
        try:
            number = evaluate(value)
        except ExpressionError as error:
            raise ToolArgumentError(f"{field}: {error}.", field=field) from error
        surd = None if isinstance(number, Fraction) else value
    else:
        number, surd = Fraction(str(value)), None
    if not -LARGEST <= number <= LARGEST or (isinstance(number, Fraction) and number.denominator > LARGEST):
        raise ToolArgumentError(
            f"{field}: numbers must be at most 1e9, with at most 9 decimals, not {str(value)[:40]}.", field=field
        )
    return (number, surd)
