"""Forms to text. Reading what is printed gives the same form again."""

from fractions import Fraction

from vista_tools_math.languages.nodes import Constant, Form, Label, Node, Number, Operation, Point, Points, Symbol

_LEVEL = {"+": 1, "-": 1, "neg": 1, "*": 2, "/": 2, "^": 3}


def to_text(node: Node) -> str:
    """Write a form or an expression, of either language.

    Example:
        >>> to_text(Form("Find", (Operation("*", (Number(Fraction(2)), Symbol("x"))),)))
        'Find(2*x)'
    """
    if isinstance(node, Form):
        return f"{node.head}({', '.join(to_text(arg) for arg in node.args)})"
    if isinstance(node, Points):
        return "".join(node.names)
    if isinstance(node, Constant):
        return "\\pi"
    if isinstance(node, (Point, Label)):
        return node.name
    if isinstance(node, Symbol):
        return node.name if len(node.name) == 1 or "_" in node.name else f"\\{node.name}"
    if isinstance(node, Number):
        return decimal(node.value)
    return _operation(node)


def _operation(node: Operation) -> str:
    if node.sign == "sqrt":
        return f"\\sqrt{{{to_text(node.args[0])}}}"
    if node.sign == "neg":
        return f"-{_inside(node.args[0], 2)}"
    left, right = node.args
    level = _LEVEL[node.sign]
    if node.sign == "^":
        return f"{_inside(left, 4)}^{{{to_text(right)}}}"
    spaced = f" {node.sign} " if level == 1 else node.sign
    return f"{_inside(left, level)}{spaced}{_inside(right, level + 1)}"


def _inside(node: Node, level: int) -> str:
    """An operand, in brackets where it binds less than its place asks."""
    binds = _LEVEL.get(node.sign, 5) if isinstance(node, Operation) else 5
    if isinstance(node, Number) and (node.value < 0 or "/" in decimal(node.value)):
        binds = 1
    text = to_text(node)
    return f"({text})" if binds < level else text


def decimal(value: Fraction) -> str:
    """A fraction as a decimal where that ends, else as a quotient."""
    rest, places = value.denominator, 0
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else (2 if rest % 2 == 0 else 5)
        places += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    if places == 0:
        return str(value.numerator)
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text
