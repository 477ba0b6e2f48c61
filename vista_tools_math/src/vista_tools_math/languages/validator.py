"""What a list of forms must hold beyond its grammar."""

from collections.abc import Sequence
from dataclasses import dataclass

from vista_tools_math.languages.nodes import Form, Node, Point, Points, points, symbols, walk
from vista_tools_math.languages.printer import to_text

_GOALS = frozenset({"Find", "Value", "Relation"})
_APART = frozenset(
    "Line Ray Angle Arc Triangle Quadrilateral Parallelogram Square Rectangle Rhombus Trapezoid Kite Pentagon Hexagon "
    "Heptagon Octagon Polygon Sector".split()
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a list of forms: which form (from 0; -1 for the whole list) and a sentence."""

    form: int
    message: str


def is_goal(form: Form) -> bool:
    """Tell whether a form asks for something: Find, Value or Relation."""
    return form.head in _GOALS


def check(forms: Sequence[Form]) -> list[Problem]:
    """Find figures named with one point twice, more than one goal, and goals about what no form mentions.

    Args:
        forms: facts and goal of one problem, of one language.

    Returns:
        What is wrong; empty when all is well.

    Example:
        >>> from vista_tools_math.languages import parse_inter_gps
        >>> check([parse_inter_gps("Find(q)")])[0].message
        'The goal Find(q) asks for q, which no fact mentions.'
    """
    found = [Problem(i, m) for i, form in enumerate(forms) for node in walk(form) if (m := _repeated(node))]
    goals = [i for i, form in enumerate(forms) if is_goal(form)]
    if len(goals) > 1:
        found.append(Problem(goals[1], f"There are {len(goals)} goals; one is answered at a time."))
    facts = [form for form in forms if not is_goal(form)]
    known = set().union(*map(symbols, facts)) | set().union(*map(points, facts))
    for i in goals:
        asked = symbols(forms[i]) | (set() if _declares(forms[i]) else points(forms[i]))
        if unknown := sorted(asked - known):
            text = to_text(forms[i])
            found.append(Problem(i, f"The goal {text} asks for {', '.join(unknown)}, which no fact mentions."))
    return found


def _declares(form: Form) -> bool:
    """Tell whether a goal names a figure, whose corners need no other mention."""
    return any(isinstance(node, Form) and node.head in _APART - {"Line", "Ray", "Angle", "Arc"} for node in walk(form))


def _repeated(node: Node) -> str:
    names: Sequence[str] = ()
    if isinstance(node, Form) and node.head in _APART:
        names = [arg.name for arg in node.args if isinstance(arg, Point)]
    elif isinstance(node, Points):
        names = node.names
    if len(set(names)) == len(names):
        return ""
    return f"{to_text(node)} names a point twice."
