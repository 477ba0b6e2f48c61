"""What a text says of its terms: equations, parallels, midpoints, kinds of figures, circles, goals."""

import itertools
import re
from collections.abc import Callable

from vista_tools_math.texts.terms import SHAPES, Term, Terms, letters

Made = list[str] | None
_IS = r"(?:is|are|be|was)"
_THE = r"(?:(?:a|an|the|its|one|also) )*"


def relations(terms: Terms) -> list[str]:
    """Make statements of a text's terms; each place of the text is used once.

    Args:
        terms: what was found; `terms.text` keeps only what was not understood.

    Returns:
        Logic forms in the order of the text, the goal's `Find(...)` last.
    """
    found: list[tuple[int, str]] = []
    goals: list[str] = []
    order = terms.order()
    for pattern, make in _STATEMENTS:
        terms.text = re.sub(
            pattern, lambda m, make=make: _apply(m, make, terms, found, order), terms.text, flags=re.IGNORECASE
        )
    for pattern in _GOALS:
        terms.text = re.sub(pattern, lambda m: _goal(m, terms, goals), terms.text, flags=re.IGNORECASE)
    for match in re.finditer(r"<[FC]\d+>", terms.text):
        term = terms.get(match[0])
        if not term.used and term.form.split("(")[0] not in ("Triangle", "Quadrilateral"):
            found.append((order.get(int(match[0][2:-1]), 0), term.form))
        term.used = True
    said = " ".join(form for _, form in found)
    for number, term in enumerate(terms.all):  # "the area of rectangle ABCD" says what ABCD is
        if term.kind == "F" and term.form.split("(")[0] not in ("Triangle", "Quadrilateral") and term.form not in said:
            found.append((order.get(number, number), term.form))
    forms = list(dict.fromkeys(form for _, form in sorted(found, key=lambda pair: pair[0])))
    circles = {form for form in re.findall(r"Circle\([A-Z]\)", " ".join(forms))}
    if len(circles) == 1:  # "AB is a diameter" speaks of the one circle that there is
        forms = [form.replace("Circle($)", next(iter(circles))) for form in forms]
    return forms + [f"Find({goal})" for goal in dict.fromkeys(goals)][:1]


def _apply(
    match: re.Match[str],
    make: Callable[..., Made],
    terms: Terms,
    found: list[tuple[int, str]],
    order: dict[int, int],
) -> str:
    marks = re.findall(r"<[A-Z]\d+>", match[0])
    inner = [terms.get(mark) for mark in marks]
    forms = make(inner, match)
    if forms is None:
        return match[0]
    first = min((order.get(int(mark[2:-1]), 0) for mark in marks), default=0)
    found += [(first, form) for form in forms]
    for term in inner:
        term.used = True
    # what may have been said of it stays: "In rhombus ABCD, ..." is a statement and a subject
    return " ; ".join(mark for mark, term in zip(marks, inner, strict=True) if term.kind in "FC") + " ; "


def _goal(match: re.Match[str], terms: Terms, goals: list[str]) -> str:
    tokens = re.findall(r"<[A-Z]\d+>|[+\-*/]", match["what"])
    parts = [terms.get(token) if token[0] == "<" else token for token in tokens]
    form = _side(parts)
    if form is None or goals:
        return match[0]
    for part in parts:
        if isinstance(part, Term):
            part.used = True
    goals.append(form)
    return " ; "


def _equals(inner: list[Term], match: re.Match[str]) -> Made:
    """Read "AB = 6", "AB ≅ CD", "AB is 12 cm", "AB + BC = 2CD": the sides of an equation, each a sum of products."""
    marks = iter(inner)
    sides = []
    for part in re.split(r"[=≅]| (?:is|are|equals|measures|has|was)(?: [a-z]+)* (?=<)| and (?=<)", match[0]):
        tokens = re.findall(r"<[A-Z]\d+>|[+\-*/]", part)
        side = _side([next(marks) if token[0] == "<" else token for token in tokens])
        if side is None:
            return None
        sides.append(side)
    return [f"Equals({a}, {b})" for a, b in itertools.pairwise(sides)] or None


def _side(tokens: list["Term | str"]) -> str | None:
    """A sum of products as a logic form: 2 AB + CD -> Add(Mul(2, LengthOf(...)), LengthOf(...)); None if it is none."""
    total: str | None = None
    product: str | None = None
    sign, joint = "+", "*"
    for token in [*tokens, "+"]:
        if isinstance(token, str) and token in "+-":
            if product is None:
                return None
            total = product if total is None else f"{'Add' if sign == '+' else 'Sub'}({total}, {product})"
            sign, product, joint = token, None, "*"
        elif isinstance(token, str):
            joint = token
        else:
            value = token.value
            if value is None:
                return None
            if product is not None and value.startswith("-"):  # AB - 3: the sign went with the number
                total = product if total is None else f"{'Add' if sign == '+' else 'Sub'}({total}, {product})"
                sign, product = "+", None
            product = value if product is None else f"{'Mul' if joint == '*' else 'Div'}({product}, {value})"
    return total


def _both(head: str) -> Callable[[list[Term], re.Match[str]], Made]:
    def make(inner: list[Term], match: re.Match[str]) -> Made:
        forms = [_as_line(term) if term.kind == "S" else _as_figure(term) for term in inner]
        if any(form is None for form in forms):
            return None
        return [f"{head}({a}, {b})" for a, b in itertools.pairwise(forms)]

    return make


def _as_line(term: Term) -> str | None:
    return term.form if term.kind == "S" else None


def _as_figure(term: Term) -> str | None:
    if term.kind == "N" and len(term.form) in (3, 4):
        return f"{'Triangle' if len(term.form) == 3 else 'Quadrilateral'}({letters(term.form)})"
    return term.form if term.kind in "FARC" else None


def _of(head: str) -> Callable[[list[Term], re.Match[str]], Made]:
    """The form HEAD(first, last) for each of the first terms."""

    def make(inner: list[Term], match: re.Match[str]) -> Made:
        last = inner[-1]
        target = _as_figure(last) if last.kind in "FNAC" else last.form
        if last.kind == "P":
            target = f"Circle({last.form})"
        return [f"{head}({term.form}, {target})" for term in inner[:-1] if term.kind in "SPC"] if target else None

    return make


def _kind(inner: list[Term], match: re.Match[str]) -> Made:
    """Read "ABCD is a rhombus", "△ABC is a right isosceles triangle"."""
    term = inner[0]
    words = match["kind"].lower().split()
    name = term.form if term.kind == "N" else re.sub(r"\w+\(|[ ,)]", "", term.form)
    heads = {"right": "Right", "isosceles": "Isosceles", "equilateral": "Equilateral", "regular": "Regular"}
    shape = next((SHAPES[word] for word in words if word in SHAPES), None)
    if shape is None:
        shape = {3: ("Triangle", 3), 4: ("Quadrilateral", 4)}.get(len(name))
    if shape is None or shape[1] != len(name):
        return None
    form = f"{shape[0]}({letters(name)})"
    adjectives = [heads[word] for word in words if word in heads]
    return [f"{head}({form})" for head in adjectives] or [form]


def _adjective(inner: list[Term], match: re.Match[str]) -> Made:
    """Read "right triangle ABC", "isosceles trapezoid ABCD"."""
    head = match["adjective"].lower().capitalize()
    return [f"{head}({inner[0].form})"]


def _unnamed(inner: list[Term], match: re.Match[str]) -> Made:
    return [f"{SHAPES[match['kind'].lower()][0]}($)"]


def _measure_of_circle(inner: list[Term], match: re.Match[str]) -> Made:
    """Read "Circle O has a radius of 5", "⊙O with diameter 12"."""
    head = {"radius": "RadiusOf", "diameter": "DiameterOf", "circumference": "CircumferenceOf", "area": "AreaOf"}
    return [f"Equals({head[match['what'].lower()]}({inner[0].form}), {inner[1].form})"]


def _meet(inner: list[Term], match: re.Match[str]) -> Made:
    """Read "AB and CD intersect at E", "the diagonals of rhombus ABCD intersect at E"."""
    point = inner[-1].form
    lines = [term.form for term in inner if term.kind == "S"]
    if inner[0].kind in "FN":
        name = inner[0].form if inner[0].kind == "N" else re.sub(r"\w+\(|[ ,)]", "", inner[0].form)
        if len(name) != 4:
            return None
        lines = [f"Line({name[0]}, {name[2]})", f"Line({name[1]}, {name[3]})"]
    shapes = [inner[0].form] if inner[0].kind == "F" else []
    return shapes + [f"PointLiesOnLine({point}, {line})" for line in lines]


def _centre(inner: list[Term], match: re.Match[str]) -> Made:
    return [f"Circle({inner[0].form})"]


def _alone(head: str) -> Callable[[list[Term], re.Match[str]], Made]:
    return lambda inner, match: [f"{head}({term.form}, Circle($))" for term in inner]


_SEGMENTS = r"<S\d+>(?:(?: ?,| and|, and) <S\d+>)*"
_VALUE = r"<[SARVEF]\d+>"
_SIDE = rf"{_VALUE}(?: ?[+\-*/]? ?{_VALUE})*"
_FIGURE = r"<[FN]\d+>"
_CIRCLE = r"(?:(?:the )?<C\d+>|(?:the )?circle <P\d+>)"
_KINDS = "|".join(SHAPES)
_ADJECTIVES = r"(?:right|isosceles|equilateral|regular)"

_STATEMENTS: tuple[tuple[str, Callable[..., Made]], ...] = (
    (rf"<S\d+> ?∥ ?<S\d+>(?: ?∥ ?<S\d+>)*|<S\d+> {_IS} parallel (?:to|with) <S\d+>", _both("Parallel")),
    (rf"<S\d+> and <S\d+> {_IS} parallel", _both("Parallel")),
    (rf"<S\d+> {_IS} {_THE}perpendicular bisector of <S\d+>", _both("IsPerpendicularBisectorOf")),
    (rf"<S\d+> ?⊥ ?<S\d+>|<S\d+> {_IS} (?:perpendicular|at right angles) to <S\d+>", _both("Perpendicular")),
    (rf"<S\d+> and <S\d+> {_IS} perpendicular", _both("Perpendicular")),
    (
        (
            rf"{_FIGURE} ?≅ ?{_FIGURE}|{_FIGURE} {_IS} congruent to {_FIGURE}|{_FIGURE} "
            rf"and {_FIGURE} {_IS} congruent"
        ),
        _both("Congruent"),
    ),
    (
        (
            rf"{_FIGURE} ?~ ?{_FIGURE}|{_FIGURE} {_IS} similar to {_FIGURE}|{_FIGURE} "
            rf"and {_FIGURE} {_IS} similar"
        ),
        _both("Similar"),
    ),
    (r"<[SAR]\d+> ?≅ ?<[SAR]\d+>(?: ?≅ ?<[SAR]\d+>)*", _equals),
    (rf"<[SAR]\d+> {_IS} congruent to <[SAR]\d+>|<[SAR]\d+> and <[SAR]\d+> {_IS} (?:congruent|equal)", _equals),
    (rf"(?:point )?<P\d+> {_IS} {_THE}(?:midpoint|mid-point) of <S\d+>", _of("IsMidpointOf")),
    (rf"<S\d+> bisects (?:the )?<A\d+>|<S\d+> {_IS} {_THE}(?:angle )?bisector of <A\d+>", _of("BisectsAngle")),
    (rf"<S\d+> {_IS} {_THE}median of {_FIGURE}", _of("IsMedianOf")),
    (rf"<S\d+> {_IS} {_THE}(?:altitude|height) of {_FIGURE}", _of("IsAltitudeOf")),
    (rf"<S\d+> {_IS} {_THE}(?:midsegment|midline|median) of {_FIGURE}", _of("IsMidsegmentOf")),
    (rf"<S\d+> {_IS} {_THE}diagonal of {_FIGURE}", _of("IsDiagonalOf")),
    (rf"<S\d+> {_IS} {_THE}hypotenuse of {_FIGURE}", _of("IsHypotenuseOf")),
    (rf"{_SEGMENTS} {_IS} {_THE}diameters? of {_CIRCLE}", _of("IsDiameterOf")),
    (rf"{_SEGMENTS} {_IS} {_THE}(?:radius|radii) of {_CIRCLE}", _of("IsRadiusOf")),
    (rf"{_SEGMENTS} {_IS} {_THE}chords? of {_CIRCLE}", _of("IsChordOf")),
    (
        (
            rf"{_SEGMENTS} {_IS} {_THE}tangents? (?:to|of) {_CIRCLE}(?: at (?:points? "
            rf")?<P\d+>(?: and <P\d+>)?)?"
        ),
        lambda i, m: _of("Tangent")([t for t in i if t.kind != "P"], m),
    ),
    (rf"{_SEGMENTS} {_IS} {_THE}tangents?(?! of)", _alone("Tangent")),
    (rf"{_SEGMENTS} {_IS} {_THE}diameters?(?! of)", _alone("IsDiameterOf")),
    (r"<S\d+> and <S\d+> (?:intersect|meet|cross)(?: each other)? (?:at|in) (?:point )?<P\d+>", _meet),
    (r"<S\d+> (?:intersects|meets|crosses) <S\d+> (?:at|in) (?:point )?<P\d+>", _meet),
    (rf"diagonals of {_FIGURE} (?:intersect|meet|cross)(?: each other)? (?:at|in) (?:point )?<P\d+>", _meet),
    (r"(?:point )?<P\d+> (?:is|lies|is located)? ?on <S\d+>", _of("PointLiesOnLine")),
    (r"(?:point )?<P\d+> (?:is|lies|is located)? ?on <C\d+>", _of("PointLiesOnCircle")),
    (rf"<P\d+> {_IS} {_THE}(?:cent(?:er|re)) of (?:the )?circle", _centre),
    (r"(?:circle )?with (?:its )?cent(?:er|re) (?:at )?<P\d+>", _centre),
    (rf"<P\d+> {_IS} {_THE}incenter of {_FIGURE}", _of("IsIncenterOf")),
    (rf"<P\d+> {_IS} {_THE}centroid of {_FIGURE}", _of("IsCentroidOf")),
    (
        rf"{_FIGURE} {_IS} inscribed in {_CIRCLE}",
        lambda i, m: [f"InscribedIn({_as_figure(i[0])}, {i[1].form})"] if i[1].kind == "C" else None,
    ),
    (
        rf"{_FIGURE} {_IS} circumscribed about {_CIRCLE}",
        lambda i, m: [f"CircumscribedTo({_as_figure(i[0])}, {i[1].form})"] if i[1].kind == "C" else None,
    ),
    (
        (
            rf"<C\d+> (?:has|with) {_THE}(?P<what>radius|diameter|circumference|area)"
            rf" (?:of |that is |is |= ?)?<E\d+>"
        ),
        _measure_of_circle,
    ),
    (rf"{_FIGURE} {_IS} {_THE}(?P<kind>(?:{_ADJECTIVES} )*(?:{_KINDS})|(?:{_ADJECTIVES} ?)+)", _kind),
    (rf"(?P<adjective>{_ADJECTIVES}) <F\d+>", _adjective),
    (rf"(?:the |each )?(?:quadrilateral|figure|polygon|it) is {_THE}(?P<kind>{_KINDS})", _unnamed),
    (rf"{_SIDE}(?: ?= ?{_SIDE})+", _equals),
    (
        (
            r"<[SARV]\d+> (?:(?:is|equals|measures|is equal to|has (?:a |the )?(?:length|"
            r"measure) of|has (?:a )?length) )<[EV]\d+>"
        ),
        _equals,
    ),
)

_WHAT = rf"(?:the )?(?P<what>{_SIDE})(?! ?(?:[+\-*/^:<]|and <|to <|times|plus|minus|in terms))"
_GOALS = (
    (
        rf"(?:find|determine|calculate|compute|evaluate|solve for|give|work out|state)"
        rf" (?:the (?:exact |unknown |missing )?(?:values?|measures?|lengths?) (?:of "
        rf")?)?{_WHAT}"
    ),
    rf"what (?:is|are|'s|must be|will be) (?:the (?:values?|measures?|lengths?) (?:of )?)?{_WHAT}",
    rf"how (?:long|large|big|many degrees|wide|tall) (?:is|are|has|does) {_WHAT}(?: measure)?",
    rf"{_WHAT} ?(?:= ?\?|is what|= ?_+)",
)
