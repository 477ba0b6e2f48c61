"""All equations of one problem: linear ones solved at once, the others as soon as enough is known."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from vista_tools_math.solver import writing
from vista_tools_math.solver.exact import Number, arc_function, cosine, is_zero, sine, tangent
from vista_tools_math.solver.linear import Linear
from vista_tools_math.solver.polynomials import (
    Poly,
    TooLarge,
    add,
    common_factor,
    const,
    degree,
    evaluate,
    multiply,
    variable,
    variables,
)
from vista_tools_math.solver.records import Because, Ledger, Record
from vista_tools_math.solver.roots import real_roots

POSITIVE = frozenset({"length", "area"})
BETWEEN = {"angle": 180.0, "arc": 360.0}  # degrees
MOST_DEGREE = 8
MOST_SPARE = 4000  # equations that follow from others and are kept for shorter derivations
_TRIG = {"cos": cosine, "sin": sine, "tan": tangent}

Chooser = Callable[[str, Sequence[Number]], tuple[Number, str] | None]


class Conflict(NamedTuple):
    """An equation that contradicts earlier ones: poly = 0 follows from the records of the mask instead."""

    record: Record
    poly: Poly
    mask: int


class Algebra:
    """Equations, their solution so far, and the record of how it came about.

    Attributes:
        ledger: everything that was stated or derived.
        linear: the solved linear part.
        pending: records of equations that are not linear yet.
        kinds: what each quantity is: length, angle, arc, area, symbol or trig.
        links: cosines, sines and tangents whose angles are not known yet; acute: those of acute angles.
        aims: what the goal is made of; angles of it are found first.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.kinds: dict[str, str] = {}
        self.linear = Linear(late=lambda name: self.kinds.get(name) == "symbol")
        self.pending: dict[int, Poly] = {}
        self.conflicts: list[Conflict] = []
        self.links: dict[str, tuple[str, str, Poly]] = {}
        self.open_choices: dict[str, tuple[Record, list[Number]]] = {}
        self._stated: set[str] = set()
        self.acute: set[str] = set()
        self.aims: set[str] = set()
        self._ratios: dict[tuple[object, ...], str] = {}

    def declare(self, name: str, kind: str) -> Poly:
        """Name a quantity and get it as an expression."""
        self.kinds.setdefault(name, kind)
        return variable(name)

    def state(
        self,
        theorem: str,
        statement: str,
        poly: Poly,
        premises: Sequence[str] = (),
        because: Sequence[Because] = (),
        drawing: str = "",
        parts: Sequence[tuple[str, Poly]] = (),
    ) -> bool:
        """Add the equation poly = 0. Returns whether it says anything new."""
        rest = {"premises": premises, "because": because, "drawing": drawing, "parts": parts}
        if degree(poly) <= 1:
            reduced, _ = self.linear.reduce(poly)
            if not reduced:
                self._spare(theorem, statement, poly, rest)
                return False
            record = self.ledger.add(theorem, statement, poly=poly, **rest)
            outcome = self.linear.insert(poly, 1 << record.id)
            if outcome == "conflict":
                left, mask = self.linear.reduce(poly)
                self.conflicts.append(Conflict(record, add(poly, left, -1), mask))
            if outcome != "new":
                record.poly = None
            return outcome == "new"
        key = f"{theorem}|{statement}"
        if key in self._stated:
            return False
        self._stated.add(key)
        record = self.ledger.add(theorem, statement, poly=poly, **rest)
        self.pending[record.id] = poly
        return True

    def _spare(self, theorem: str, statement: str, poly: Poly, rest: dict[str, object]) -> None:
        """Keep an equation that follows already, once."""
        key = f"{theorem}|{statement}"
        if poly and key not in self._stated and len(self._stated) < MOST_SPARE:
            self._stated.add(key)
            self.ledger.add(theorem, statement, poly=poly, spare=True, **rest)

    def zero(self, poly: Poly) -> Because | None:
        """Why a linear expression is zero; None if it is not known to be."""
        reduced, mask = self.linear.reduce(poly)
        if reduced and not (len(reduced) == 1 and () in reduced and is_zero(reduced[()], 1e-8)):
            return None
        return Because(mask, poly)

    def value(self, poly: Poly) -> Number | None:
        """The value of an expression of any degree, if it is determined."""
        try:
            return self.linear.value(poly)
        except TooLarge:
            return None

    def known(self, poly: Poly) -> tuple[Number, Because] | None:
        """The value of a linear expression with the reason for it."""
        value = self.value(poly)
        if value is None:
            return None
        _, mask = self.linear.reduce(poly)
        return value, Because(mask, add(poly, const(value), -1))

    def link(self, function: str, angle_name: str, angle: Poly, acute: bool = False) -> Poly:
        """The cos, sin or tan of an angle as a quantity that is tied to the angle, which may be known to be acute."""
        key = (function, tuple(sorted((m, str(c)) for m, c in angle.items())))
        name = self._ratios.setdefault(key, f"{function}{angle_name}")
        if acute:
            self.acute.add(name)
        if name not in self.kinds:
            self.links[name] = (function, angle_name, angle)
        return self.declare(name, "trig")

    def progress(self) -> bool:
        """Use every equation that has become linear or has one unknown. Returns whether anything is new."""
        any_news = False
        while True:
            news = self._follow_links()
            for i in list(self.pending):
                news = self._try(i) or news
            if not news:
                return any_news
            any_news = True

    def _follow_links(self) -> bool:
        news = False
        aims = set().union(*(variables(self.linear.reduce(variable(name))[0]) for name in self.aims))
        order = sorted(self.links.items(), key=lambda link: not variables(self.linear.reduce(link[1][2])[0]) <= aims)
        for name, (function, _, angle) in order:
            ratio = self.known(variable(name))
            degrees = self.known(angle)
            if ratio is None and degrees is not None and 0 < float(degrees[0]) < 180:
                if function == "tan" and degrees[0] == 90:
                    del self.links[name]
                    continue
                value = _TRIG[function](degrees[0])
                text = f"{name} = {writing.number(value)}"
                news = self._derived("Trigonometric value", text, name, value, (degrees[1],)) or news
                del self.links[name]
            elif ratio is not None and degrees is None:
                news = self._inverse(name, ratio) or news
                del self.links[name]
        return news

    def _inverse(self, name: str, ratio: tuple[Number, Because]) -> bool:
        """An angle from its ratio; the sine of an angle that may be obtuse leaves two, an equation of second degree."""
        function, angle_name, angle = self.links[name]
        try:
            value = arc_function(f"a{function}", ratio[0])
        except ValueError:
            return False
        value = value + 180 if float(value) < 0 else value
        poly = add(angle, const(value), -1)
        theorem = "Inverse trigonometric function"
        text = f"{angle_name} = {writing.number(value)}°"
        if function != "sin" or value == 90 or name in self.acute:
            return self.state(theorem, text, poly, because=(ratio[1],))
        other = add(angle, const(180 - value), -1)
        text = f"{text} or {writing.number(180 - value)}°"
        return self.state(theorem, text, multiply(poly, other), because=(ratio[1],))

    def _derived(self, theorem: str, text: str, name: str, value: Number, because: Sequence[Because]) -> bool:
        return self.state(theorem, text, add(variable(name), const(value), -1), because=because)

    def reduced(self, i: int) -> Poly:
        """A pending equation in free quantities, without the factors that cannot be zero."""
        poly, _ = self.linear.reduce(self.pending[i])
        return common_factor(poly, lambda name: self.kinds.get(name, "symbol") in ("length", "area", "angle"))

    def because(self, i: int) -> tuple[Because, ...]:
        """The reasons of an equation that was simplified with linear ones."""
        reasons = [Because(1 << i)]
        for name in sorted(variables(self.ledger.records[i].poly or {})):
            if name in self.linear.rows:
                row, row_mask = self.linear.rows[name]
                reasons.append(Because(row_mask, add(variable(name), row, -1)))
        return tuple(reasons)

    def _try(self, i: int) -> bool:
        record = self.ledger.records[i]
        try:
            poly = self.reduced(i)
        except TooLarge:
            del self.pending[i]
            return False
        names = variables(poly)
        if not names:
            del self.pending[i]
            return False
        if degree(poly) <= 1:
            because = self.because(i)
            del self.pending[i]
            return self.state(f"{record.theorem}, simplified", writing.equation(poly), poly, because=because)
        if len(names) == 1:
            return self._one_unknown(i, poly, next(iter(names)))
        if len(names) == 2:
            return self._proportion(i, poly)
        return False

    def _one_unknown(self, i: int, poly: Poly, name: str) -> bool:
        """Solve an equation in one unknown; of several roots, those that fit lengths and angles remain."""
        if degree(poly) > MOST_DEGREE:
            return False
        coefficients: list[Number] = [poly.get((name,) * k, Fraction(0)) for k in range(degree(poly) + 1)]
        roots = real_roots(coefficients)
        fitting = [root for root in roots if self.fits(name, root)]
        record = self.ledger.records[i]
        because = self.because(i)
        if not fitting:
            del self.pending[i]
            return False
        if len(fitting) > 1:
            self.open_choices[name] = (record, fitting)
            return False
        del self.pending[i]
        rejected = ", ".join(writing.number(root) for root in roots if root is not fitting[0])
        text = f"{name} = {writing.number(fitting[0])}"
        note = f"{writing.equation(poly)}" + (f"; {name} = {rejected} does not fit" if rejected else "")
        return self.state(
            "Solve the equation", text, add(variable(name), const(fitting[0]), -1), premises=(note,), because=because
        )

    def fits(self, name: str, root: Number) -> bool:
        """Tell whether every length and angle that depends on one unknown only stays in its range."""
        values = {name: float(root)}
        for other in (name, *sorted(self.linear.users.get(name, ()))):
            row = self.linear.rows[other][0] if other != name else variable(name)
            if variables(row) != {name}:
                continue
            size = evaluate(row, values)
            kind = self.kinds.get(other, "symbol")
            if kind in POSITIVE and size <= 1e-9:
                return False
            if kind in BETWEEN and not 1e-9 < size < BETWEEN[kind] - 1e-9:
                return False
        return True

    def _proportion(self, i: int, poly: Poly) -> bool:
        """A homogeneous equation in two positive quantities gives their ratio."""
        a, b = sorted(variables(poly))
        sizes = {len(m) for m in poly}
        if len(sizes) != 1 or any(self.kinds.get(n, "symbol") not in POSITIVE for n in (a, b)):
            return False
        d = sizes.pop()
        roots = real_roots([poly.get(tuple(sorted((a,) * k + (b,) * (d - k))), Fraction(0)) for k in range(d + 1)])
        positive = [root for root in roots if float(root) > 1e-9]
        if len(positive) != 1:
            return False
        because = self.because(i)
        theorem = f"{self.ledger.records[i].theorem}, as a ratio"
        del self.pending[i]
        text = f"{a} = {writing.number(positive[0])}·{b}" if positive[0] != 1 else f"{a} = {b}"
        return self.state(theorem, text, add(variable(a), variable(b), -positive[0]), because=because)

    def choose(self, chooser: Chooser) -> bool:
        """Settle one equation that has several fitting roots, with the drawing's help.

        Args:
            chooser: gives the root of a quantity that the drawing shows and what it looked at, or None.
        """
        for name, (record, fitting) in list(self.open_choices.items()):
            del self.open_choices[name]
            if record.id not in self.pending or name in self.linear.rows:
                continue
            chosen = chooser(name, fitting)
            if chosen is None:
                continue
            because = self.because(record.id)
            del self.pending[record.id]
            options = " or ".join(writing.number(root) for root in fitting)
            poly = add(variable(name), const(chosen[0]), -1)
            text = f"{name} = {writing.number(chosen[0])}"
            note = (f"{name} = {options} both fit the equation",)
            return self.state("Solve the equation", text, poly, premises=note, because=because, drawing=chosen[1])
        return False
