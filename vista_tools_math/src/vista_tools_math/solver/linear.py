"""Linear equations over exact numbers, kept solved: every row gives one quantity in terms of free ones.

Each row carries a mask of the records that it was made from; `explain` cuts such a mask down to what is needed.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

from vista_tools_math.solver.exact import Number, Real, is_zero
from vista_tools_math.solver.polynomials import Poly, add, scale, substitute, variables
from vista_tools_math.solver.records import Record, bits


def _weight(c: Number) -> int:
    """How little a coefficient is fit to be divided by."""
    return 2 if isinstance(c, Real) else (0 if abs(c) == 1 else 1)


class Linear:
    """A system of linear equations in solved form.

    Args:
        late: tells which names should stay free as long as possible (the variables of the problem).
    """

    def __init__(self, late: Callable[[str], bool] = lambda name: False) -> None:
        self.rows: dict[str, tuple[Poly, int]] = {}
        self.users: dict[str, set[str]] = {}
        self.late = late
        self.version = 0

    def reduce(self, poly: Poly) -> tuple[Poly, int]:
        """A polynomial in free quantities only, and the mask of the records that this took."""
        mask = 0
        bound = [name for name in variables(poly) if name in self.rows]
        if not bound:
            return poly, 0
        for name in bound:
            mask |= self.rows[name][1]
        if all(len(monomial) <= 1 for monomial in poly):
            result = {m: c for m, c in poly.items() if not m or m[0] not in self.rows}
            for name in bound:
                result = add(result, self.rows[name][0], poly[(name,)])
            return result, mask
        return substitute(poly, lambda name: self.rows[name][0] if name in self.rows else None), mask

    def value(self, poly: Poly) -> Number | None:
        """The value of an expression, if it is determined."""
        result, _ = self.reduce(poly)
        if not result:
            return Fraction(0)
        return result[()] if len(result) == 1 and () in result else None

    def insert(self, poly: Poly, mask: int) -> str:
        """Add the equation poly = 0.

        Returns:
            "new", "known" (it follows already) or "conflict" (it contradicts; it is not added).
        """
        reduced, used = self.reduce(poly)
        names = variables(reduced)
        if not names:
            scale_of = max((abs(float(c)) for c in poly.values()), default=1.0)
            known = not reduced or abs(float(reduced[()])) <= 1e-7 * max(1.0, scale_of)
            return "known" if known else "conflict"
        pivot = min(names, key=lambda n: (self.late(n), _weight(reduced[(n,)]), len(self.users.get(n, ())), n))
        c = reduced[(pivot,)]
        row = scale({monomial: v for monomial, v in reduced.items() if monomial != (pivot,)}, -1 / c)
        mask |= used
        for name in list(self.users.pop(pivot, ())):
            old, old_mask = self.rows[name]
            factor = old[(pivot,)]
            rest = {m: v for m, v in old.items() if m != (pivot,)}
            self._set(name, add(rest, row, factor), old_mask | mask, old)
        self._set(pivot, row, mask, {})
        self.version += 1
        return "new"

    def _set(self, name: str, row: Poly, mask: int, before: Poly) -> None:
        now = variables(row)
        for other in variables(before) - now:
            self.users.get(other, set()).discard(name)
        for other in now:
            self.users.setdefault(other, set()).add(name)
        self.rows[name] = (row, mask)


class Basis:
    """Independent linear records in an order of choice; says which of them show that an expression is zero."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Poly, dict[int, Number]]] = []

    def insert(self, i: int, poly: Poly) -> bool:
        """Add a record's equation. Returns whether it is independent of the earlier ones."""
        poly, combined = _eliminate(poly, {i: Fraction(1)}, self.rows)
        names = variables(poly)
        if not names:
            return False
        pivot = min(names, key=lambda n: (_weight(poly[(n,)]), n))
        c = poly[(pivot,)]
        self.rows.append((pivot, scale(poly, 1 / c), {k: v / c for k, v in combined.items()}))
        return True

    def explain(self, target: Poly, first: int | None = None) -> set[int] | None:
        """The records whose combination is target = 0; None if there is none.

        Args:
            target: a linear expression.
            first: how many rows to use; all if None.
        """
        rest, combined = _eliminate(target, {}, self.rows[:first])
        if variables(rest):
            return None
        return {i for i, c in combined.items() if not is_zero(c)}


def explain(target: Poly, mask: int, records: list[Record]) -> set[int]:
    """Which of the linear records in a mask are needed to show that target = 0.

    Every record of the mask is returned if no combination is found, which happens only where rounding hides it.
    """
    basis = Basis()
    for i in bits(mask):
        poly = records[i].poly
        if poly is not None and all(len(m) <= 1 for m in poly):
            basis.insert(i, poly)
    found = basis.explain(target)
    return set(bits(mask)) if found is None else found


def _eliminate(
    poly: Poly, combined: dict[int, Number], rows: Iterable[tuple[str, Poly, dict[int, Number]]]
) -> tuple[Poly, dict[int, Number]]:
    """Subtract rows, in order, to remove their pivots."""
    for pivot, row, parts in rows:
        c = poly.get((pivot,))
        if c is None:
            continue
        poly = add(poly, row, -c)
        poly.pop((pivot,), None)
        combined = dict(combined)
        for i, part in parts.items():
            combined[i] = combined.get(i, Fraction(0)) - part * c
    return poly, combined
