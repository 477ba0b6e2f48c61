"""Linear expressions and equations with exact numbers, and their solution with the steps to it."""

from dataclasses import dataclass
from fractions import Fraction

Linear = dict[str, Fraction]
"""Unknown -> factor; the key "" holds the number without one."""

MOST_UNKNOWNS = 8


class NotUnderstood(Exception):
    """A text is outside of what these rules read; the message says which part."""


@dataclass(frozen=True, slots=True)
class Equation:
    """left = right, and the words that said so."""

    left: Linear
    right: Linear
    source: str

    def text(self) -> str:
        """As a person writes it."""
        return f"{written(self.left)} = {written(self.right)}"


def number(value: Fraction | int) -> Linear:
    """A number as a linear expression."""
    return {"": Fraction(value)}


def unknown(name: str) -> Linear:
    """An unknown as a linear expression."""
    return {name: Fraction(1)}


def plus(one: Linear, two: Linear, factor: Fraction | int = 1) -> Linear:
    """One + factor * two."""
    total = dict(one)
    for name, value in two.items():
        total[name] = total.get(name, Fraction(0)) + factor * value
    return {name: value for name, value in total.items() if value or name == ""}


def times(one: Linear, two: Linear) -> Linear:
    """The product, where one side is a number.

    Raises:
        NotUnderstood: both sides have unknowns.
    """
    for factor, other in ((one, two), (two, one)):
        if set(factor) <= {""}:
            return plus({}, other, factor.get("", Fraction(0)))
    raise NotUnderstood("a product of unknowns is not linear")


def over(one: Linear, two: Linear) -> Linear:
    """The quotient by a number.

    Raises:
        NotUnderstood: the divisor has unknowns, or is zero.
    """
    if set(two) - {""} or not two.get(""):
        raise NotUnderstood("a division by an unknown, or by zero, is not linear")
    return plus({}, one, 1 / two[""])


def written(expression: Linear) -> str:
    """Write an expression: {"x": 2, "": -3} -> "2*x - 3"."""
    parts = []
    for name in sorted(expression, key=lambda n: (n == "", n)):
        value = expression[name]
        if value == 0:
            continue
        size = abs(value)
        body = str(size) if name == "" else name if size == 1 else f"{size}*{name}"
        sign = "-" if value < 0 else "+"
        parts.append(body if not parts and sign == "+" else f"-{body}" if not parts else f" {sign} {body}")
    return "".join(parts) or "0"


def solve(equations: list[Equation], wanted: Linear) -> tuple[Fraction, list[str]]:
    """Find the value of an expression by eliminating unknowns, exactly.

    Args:
        equations: at most MOST_UNKNOWNS unknowns together.
        wanted: what is asked.

    Returns:
        The value, and the steps: the equations as read, then the value of each unknown that was needed.

    Raises:
        NotUnderstood: the equations contradict each other, or leave the wanted value open.
    """
    names = sorted(
        {name for e in equations for side in (e.left, e.right) for name in side if name} | set(wanted) - {""}
    )
    if len(names) > MOST_UNKNOWNS:
        raise NotUnderstood(f"{len(names)} unknowns are more than {MOST_UNKNOWNS}")
    rows = []
    for equation in equations:
        difference = plus(equation.left, equation.right, -1)
        rows.append([difference.get(n, Fraction(0)) for n in names] + [-difference.get("", Fraction(0))])
    pivots: dict[int, int] = {}
    for column in range(len(names)):
        row = next((i for i in range(len(rows)) if i not in pivots.values() and rows[i][column]), None)
        if row is None:
            continue
        pivots[column] = row
        rows[row] = [value / rows[row][column] for value in rows[row]]
        for other in range(len(rows)):
            if other != row and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[row], strict=True)]
    if any(not any(row[:-1]) and row[-1] for row in rows):
        raise NotUnderstood("the equations contradict each other")
    steps = [f"{equation.text()} ({equation.source})" for equation in equations]
    total = wanted.get("", Fraction(0))
    for column, name in enumerate(names):
        factor = wanted.get(name, Fraction(0))
        if not factor:
            continue
        if column not in pivots or any(rows[pivots[column]][c] for c in range(len(names)) if c != column):
            raise NotUnderstood(f"the text does not say enough to find {name}")
        value = rows[pivots[column]][-1]
        steps.append(f"{name} = {value}")
        total += factor * value
    if written(wanted) not in names:
        steps.append(f"{written(wanted)} = {total}")
    return total, steps
