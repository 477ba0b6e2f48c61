"""Equations that the text writes as such, as in "Solve 3x + 5 = 20 for x" or "2x + y = 7, x - y = 2; find y"."""

import re
from typing import Any

from vista_tools_math.languages import (
    Constant,
    FormError,
    Node,
    Number,
    Operation,
    Symbol,
    parse_expression,
    symbols,
    walk,
)
from vista_tools_math.words.linear import NotUnderstood

MOST_EQUATIONS = 6
MOST_NODES = 200
MOST_DEGREE = 4
MOST_DIGITS = 12  # of a number in an equation
_WORDS = re.compile(r"\b(?:[a-z]{2,}|a(?= [a-z]{2}))\b(?<!sqrt)(?<!frac)(?<!pi)")
_QUESTION = re.compile(
    r"(?:solve(?: the)?(?: system| equations?)*(?: of equations)?(?: for)?|find(?: "
    r"the value of)?|what is(?: the value of)?|determine|compute|calculate)"
    r"[: ]+([0-9a-z+\-*/^() ]{1,100}?)(?= if | when | given |[.?!,]|$)"
)


def by_equations(text: str) -> tuple[Any, list[str]] | None:
    """Solve the equations of a text for what it asks; None for a text without equations.

    Args:
        text: as `plain` returns it.

    Returns:
        The value as a sympy number, and the steps.

    Raises:
        NotUnderstood: no single real value follows, or words of the text play no part.
    """
    pairs, rest = _equations(text)
    if not pairs:
        return None
    names = sorted({name for left, right in pairs for side in (left, right) for name in symbols(side)})
    wanted = _wanted(rest, names)
    unknown = sorted(symbols(wanted) - set(names))
    if unknown:
        raise NotUnderstood(f"no equation speaks of {', '.join(unknown)}")
    return _solved(pairs, names, wanted)


def _equations(text: str) -> tuple[list[tuple[Node, Node]], str]:
    """The equations, and the text without them."""
    found: list[tuple[Node, Node]] = []

    def take(piece: str) -> str:
        if piece.count("=") != 1:
            return piece
        left, right = (_trimmed(side) for side in piece.split("="))
        try:
            found.append((parse_expression(left[1]), parse_expression(right[1])))
        except FormError:
            return piece
        return f"{left[0]} ; {right[2]}"

    pieces = re.split(r"(,| and |;|[.?!](?= |$)|:| if | when | given )", text)
    rest = "".join(take(piece) for piece in pieces)
    if len(found) > MOST_EQUATIONS or sum(1 for pair in found for side in pair for _ in walk(side)) > MOST_NODES:
        raise NotUnderstood(f"more than {MOST_EQUATIONS} equations, or {MOST_NODES} signs in them, are not solved")
    return found, rest


def _trimmed(side: str) -> tuple[str, str, str]:
    """A side of an equation between the words before and after it."""
    words = list(_WORDS.finditer(side))
    start = max((m.end() for m in words if not re.search(r"[\d=+*/^]", side[: m.start()])), default=0)
    after = [m.start() for m in words if m.start() >= start]
    end = min(after, default=len(side))
    return side[:start], side[start:end].strip(), side[end:]


def _wanted(rest: str, names: list[str]) -> Node:
    """What the words beside the equations ask for; the one unknown where they say only "solve"."""
    for match in _QUESTION.finditer(rest):
        asked = match[1].strip()
        if asked and asked not in ("for", "the", "system", "equation", "equations"):
            try:
                return parse_expression(asked)
            except FormError:
                continue
    said = {word for word in re.findall(r"[a-z]+", rest)}
    for name in re.findall(r"\bfor ([a-z])\b", rest):
        return parse_expression(name)
    if len(names) == 1 and said <= _ASKED:
        return Symbol(names[0])
    raise NotUnderstood("what is asked of the equations was not understood")


_ASKED = frozenset("solve the equation equations for find value of what is if then given that x y z system".split())


def _solved(pairs: list[tuple[Node, Node]], names: list[str], wanted: Node) -> tuple[Any, list[str]]:
    """The one real value of `wanted`, and the steps: the equations, then the values of the unknowns."""
    import sympy

    unknowns = {name: sympy.Symbol(name, real=True) for name in names}
    sides = [(_sympy(left, unknowns), _sympy(right, unknowns)) for left, right in pairs]
    target = _sympy(wanted, unknowns)
    solutions = _solutions([left - right for left, right in sides], list(unknowns.values()))
    results = [(sympy.nsimplify(target.subs(solution)), solution) for solution in solutions]
    if any(result.free_symbols for result, _ in results):
        raise NotUnderstood("the equations leave the value open")
    values = list(dict.fromkeys(sympy.sqrtdenest(sympy.expand(result)) for result, _ in results))
    if len(values) != 1:
        found = f"{len(values)} real values fit: {', '.join(map(str, values[:6]))}" if values else "no real value fits"
        raise NotUnderstood(found)
    steps = [f"{left} = {right}" for left, right in sides]
    return values[0], steps + [f"{symbol} = {value}" for symbol, value in results[0][1].items()]


def _solutions(equations: list[Any], unknowns: list[Any]) -> list[dict[Any, Any]]:
    """All real solutions: linear systems, polynomials in one unknown, and one of these after a linear substitution.

    Raises:
        NotUnderstood: they are of another kind, or of so high a degree that roots have no short form.
    """
    import sympy

    tops = [sympy.numer(sympy.together(equation)) for equation in equations]
    if not all(top.is_polynomial(*unknowns) for top in tops):
        raise NotUnderstood("only equations of polynomials and their quotients are solved")
    tops = [top for top in tops if top != 0]
    if not tops:
        raise NotUnderstood("the equations leave the value open")
    degrees = [sympy.Poly(top, *unknowns).total_degree() for top in tops]
    if max(degrees) > MOST_DEGREE:
        raise NotUnderstood(f"only equations up to degree {MOST_DEGREE} are solved")
    if max(degrees) <= 1:
        found = sympy.solve(tops, unknowns, dict=True)
    elif len(unknowns) == 1:
        found = [{unknowns[0]: root} for root in _real_roots(tops[degrees.index(max(degrees))], unknowns[0])]
    elif len(unknowns) == 2 and 1 in degrees and len(tops) == 2:
        line, curve = tops[degrees.index(1)], tops[1 - degrees.index(1)]
        name = next(u for u in unknowns if line.coeff(u) != 0)
        other = next(u for u in unknowns if u != name)
        value = sympy.solve(line, name)[0]
        roots = _real_roots(sympy.expand(curve.subs(name, value)), other)
        found = [{name: sympy.expand(value.subs(other, root)), other: root} for root in roots]
    else:
        raise NotUnderstood("systems of higher degree are solved in two unknowns, with one linear equation")
    # a root that makes a divisor zero is none
    return [s for s in found if all(_holds(equation.subs(s)) for equation in equations)]


def _holds(difference: Any) -> bool:
    import sympy

    return bool(difference.free_symbols) or abs(sympy.N(difference, 30)) < sympy.Float("1e-15")


def _real_roots(polynomial: Any, unknown: Any) -> list[Any]:
    import sympy

    if not polynomial.free_symbols:
        raise NotUnderstood("the equations leave the value open, or contradict each other")
    roots = list(dict.fromkeys(sympy.Poly(polynomial, unknown).real_roots()))
    if any(root.has(sympy.CRootOf) for root in roots):
        raise NotUnderstood("a root has no short exact form")
    return roots


def _sympy(node: Node, unknowns: dict[str, Any]) -> Any:
    """An expression of our own grammar as sympy's; powers are small, so that nothing grows out of bounds.

    Raises:
        NotUnderstood: a sign or a power that is not solved here.
    """
    import sympy

    if isinstance(node, Number):
        if max(abs(node.value.numerator), node.value.denominator) >= 10**MOST_DIGITS:
            raise NotUnderstood(f"numbers in equations have at most {MOST_DIGITS} digits")
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Symbol):
        return unknowns[node.name]
    if isinstance(node, Constant) and node.name == "pi":
        return sympy.pi
    if isinstance(node, Operation):
        args = [_sympy(arg, unknowns) for arg in node.args]
        if node.sign == "^":
            if not args[1].is_Rational or abs(args[1]) > MOST_DEGREE:
                raise NotUnderstood(f"powers are read up to {MOST_DEGREE}")
            return args[0] ** args[1]
        if node.sign == "/":
            if args[1] == 0:
                raise NotUnderstood("a division by zero")
            return args[0] / args[1]
        made = {"+": lambda: sympy.Add(*args), "*": lambda: sympy.Mul(*args), "sqrt": lambda: sympy.sqrt(args[0])}
        made |= {"-": lambda: args[0] - args[1], "neg": lambda: -args[0]}
        if node.sign in made:
            return made[node.sign]()
    raise NotUnderstood("a sign in an equation is not understood")
