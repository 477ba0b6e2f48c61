"""Several equations at once: sums of them that are simpler, and one unknown put in from another equation."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from vista_tools_math.solver import writing
from vista_tools_math.solver.algebra import Algebra
from vista_tools_math.solver.exact import Number, is_zero
from vista_tools_math.solver.polynomials import (
    Monomial,
    Poly,
    TooLarge,
    add,
    coefficients,
    degree,
    multiply,
    power,
    scale,
    total,
    variables,
)
from vista_tools_math.solver.records import Because

MOST_EQUATIONS = 40
MOST_UNKNOWNS = 8  # of one equation that is combined with others


def combine(algebra: Algebra) -> bool:
    """Add multiples of equations so that the highest terms cancel; keep what is linear or has one unknown."""
    rows = [(poly, {i: Fraction(1)}) for i, poly in _open(algebra)]
    done: list[tuple[Monomial, Poly, dict[int, Number]]] = []
    for poly, parts in sorted(rows, key=lambda row: (degree(row[0]), len(row[0]))):
        for lead, other, other_parts in done:
            if lead in poly:
                c = poly[lead] / other[lead]
                poly = add(poly, other, -c)
                poly.pop(lead, None)
                parts = _sum(parts, other_parts, -c)
        if poly and any(poly):
            lead = max(poly, key=lambda m: (len(m), len(set(m)), m))
            done.append((lead, poly, parts))
            if len(parts) > 1 and (degree(poly) <= 1 or len(variables(poly)) == 1) and _new(algebra, poly, parts):
                return True
    return False


def _open(algebra: Algebra) -> Iterator[tuple[int, Poly]]:
    """Pending equations in free quantities, the smallest first."""
    found = []
    for i in algebra.pending:
        try:
            poly = algebra.reduced(i)
        except TooLarge:
            continue
        if poly and len(variables(poly)) <= MOST_UNKNOWNS:
            found.append((i, poly))
    yield from sorted(found, key=lambda item: (len(item[1]), item[0]))[:MOST_EQUATIONS]


def _sum(one: dict[int, Number], two: dict[int, Number], factor: Number) -> dict[int, Number]:
    result = dict(one)
    for i, c in two.items():
        result[i] = result.get(i, Fraction(0)) + c * factor
    return {i: c for i, c in result.items() if not is_zero(c)}


def _new(algebra: Algebra, poly: Poly, parts: dict[int, Number]) -> bool:
    """Write down an equation that combines others."""
    reasons: list[Because] = []
    for i in parts:
        reasons += algebra.because(i)
    texts = [algebra.ledger.records[i].statement for i in parts]
    return algebra.state("Combine equations", writing.equation(poly), poly, texts, reasons)


def substitute_pairs(algebra: Algebra) -> bool:
    """Two equations in the same two unknowns, one of them of the first degree in one: an equation in the other."""
    equations = [(i, poly) for i, poly in _open(algebra) if len(variables(poly)) == 2]
    for (i, p), (j, q) in combinations(equations, 2):
        if variables(p) != variables(q):
            continue
        for name in sorted(variables(p)):
            for first, second in ((p, q), (q, p)):
                result = _substituted(first, second, name)
                if result and _one_unknown(result) and _new(algebra, result, {i: Fraction(1), j: Fraction(1)}):
                    return True
    return False


def _one_unknown(poly: Poly) -> bool:
    return len(variables(poly)) == 1 and degree(poly) <= 8


def _substituted(first: Poly, second: Poly, name: str) -> Poly | None:
    """Put in: second with `name` replaced by what first, linear in it, says: a*name + b = 0."""
    parts = coefficients(first, name)
    if len(parts) != 2 or not parts[1]:
        return None
    b, a = parts[0], parts[1]
    terms = coefficients(second, name)
    n = len(terms) - 1
    try:
        return total(
            multiply(term, multiply(power(scale(b, -1), k), power(a, n - k))) for k, term in enumerate(terms) if term
        )
    except TooLarge:
        return None
