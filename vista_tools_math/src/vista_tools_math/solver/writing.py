"""Polynomials and numbers as people write them."""

from vista_tools_math.solver.exact import Number, Real, text
from vista_tools_math.solver.polynomials import Poly

_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(x: Number) -> str:
    """A number: exactly where that is short, else to five digits."""
    written = text(x)
    if not isinstance(x, Real):
        return written if len(written) <= 12 else f"{float(x):.5g}"
    return written if len(written) <= 24 else f"{x.value:.5g}"


def polynomial(p: Poly) -> str:
    """A polynomial: "2*x^2 - 3*x + 5"."""
    if not p:
        return "0"
    written = ""
    for monomial, c in sorted(p.items(), key=lambda item: (-len(item[0]), item[0])):
        negative = float(c) < 0
        size = number(-c if negative else c)
        if monomial and " " in size:
            size = f"({size})"
        names = "·".join(
            name if (count := monomial.count(name)) == 1 else f"{name}{str(count).translate(_POWERS)}"
            for name in dict.fromkeys(monomial)
        )
        term = size if not monomial else (names if size == "1" else f"{size}·{names}")
        written += (" - " if negative else " + ") + term if written else ("-" if negative else "") + term
    return written


def equation(p: Poly) -> str:
    """An equation p = 0 with the constant on the right."""
    left = {m: c for m, c in p.items() if m}
    if sum(float(c) < 0 for c in left.values()) > len(left) / 2:
        p, left = {m: -c for m, c in p.items()}, {m: -c for m, c in left.items()}
    return f"{polynomial(left)} = {number(-p[()]) if () in p else '0'}"
