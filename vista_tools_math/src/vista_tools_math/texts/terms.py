"""Finds what a text speaks of (segments, angles, arcs, circles, figures, expressions) and leaves placeholders."""

import re
from dataclasses import dataclass

from vista_tools_math.languages import FormError, parse_expression

SHAPES = {
    "triangle": ("Triangle", 3),
    "quadrilateral": ("Quadrilateral", 4),
    "parallelogram": ("Parallelogram", 4),
    "rectangle": ("Rectangle", 4),
    "rhombus": ("Rhombus", 4),
    "square": ("Square", 4),
    "trapezoid": ("Trapezoid", 4),
    "trapezium": ("Trapezoid", 4),
    "kite": ("Kite", 4),
    "pentagon": ("Pentagon", 5),
    "hexagon": ("Hexagon", 6),
    "heptagon": ("Heptagon", 7),
    "octagon": ("Octagon", 8),
}
"""Names of figures: the head of their logic form and how many corners they have."""

_SHAPE_WORDS = "|".join(SHAPES)


@dataclass(slots=True)
class Term:
    """Something that a text speaks of.

    Attributes:
        kind: S segment, A angle, R arc, C circle, F figure, N a bare name, P point, E expression, V value.
        form: the logic form: "Line(A, B)", "Angle(A, B, C)", "2x+3", "LengthOf(Line(A, B))", for N and P the letters.
        source: how the text has it.
        used: whether a statement was made of it.
    """

    kind: str
    form: str
    source: str
    used: bool = False

    @property
    def value(self) -> str | None:
        """The number that it stands for in an equation; None for what has no size of its own."""
        heads = {"S": "LengthOf", "A": "MeasureOf", "R": "MeasureOf"}
        if self.kind in heads:
            return f"{heads[self.kind]}({self.form})"
        if self.kind == "F" and self.form.startswith("Angle"):
            return f"MeasureOf({self.form})"
        return self.form if self.kind in "EV" else None


def letters(name: str) -> str:
    """Return a name's letters parted by commas: "ABC" -> "A, B, C"."""
    return ", ".join(name)


class Terms:
    """The terms of one text; `text` has placeholders such as <S0> in their places."""

    def __init__(self, text: str) -> None:
        """Find all terms.

        Args:
            text: as `normal` returns it.
        """
        self.all: list[Term] = []
        self.text = text.replace("<", " ").replace(">", " ")
        for pattern, make in _RULES:
            self.text = re.sub(pattern, lambda match, make=make: self._put(match, *make(match)), self.text)
        self.text = _EXPRESSION.sub(self._expression, self.text)
        self.text = re.sub(r" {2,}", " ", self.text)
        for pattern, head in _VALUES:
            self.text = re.sub(
                pattern, lambda match, head=head: self._value(match, head), self.text, flags=re.IGNORECASE
            )
        self.text = re.sub(r" {2,}", " ", self.text)

    def order(self) -> dict[int, int]:
        """Return the place in the text of each term."""
        return {int(mark): place for place, mark in enumerate(re.findall(r"<[A-Z](\d+)>", self.text))}

    def get(self, placeholder: str) -> Term:
        """Return the term of a placeholder: "<S0>" -> the first term."""
        return self.all[int(placeholder[2:-1])]

    def _put(self, match: re.Match[str], kind: str, form: str) -> str:
        if not form:
            return match[0]
        self.all.append(Term(kind, form, match[0].strip()))
        return f" <{kind}{len(self.all) - 1}> "

    def _expression(self, match: re.Match[str]) -> str:
        plain = match[0].strip().rstrip("°").strip()
        try:
            parse_expression(plain)
        except FormError:
            return match[0]
        self.all.append(Term("E", plain.replace(" ", ""), match[0].strip()))
        return f" <E{len(self.all) - 1}> "

    def _value(self, match: re.Match[str], head: str) -> str:
        if head == "unnamed":
            what = {"area": "AreaOf", "perimeter": "PerimeterOf", "circumference": "CircumferenceOf"}[
                match["what"].lower()
            ]
            word = match["shape"].lower()
            shape = "Circle" if word == "circle" else SHAPES[word][0] if word in SHAPES else "Shape"
            self.all.append(Term("V", f"{what}({shape}($))", match[0].strip()))
            return f" <V{len(self.all) - 1}> "
        inner = [self.get(mark) for mark in re.findall(r"<[A-Z]\d+>", match[0])]
        form = _valued(head, inner)
        if form is None:
            return match[0]
        for term in inner:
            term.used = True
        self.all.append(Term("V", form, match[0].strip()))
        return f" <V{len(self.all) - 1}> "


def _valued(head: str, inner: list[Term]) -> str | None:
    """The form of "the HEAD of TERM"; None where that makes no sense."""
    if head == "RatioOf":
        parts = [term.value for term in inner]
        return f"RatioOf({parts[0]}, {parts[1]})" if all(parts) else None
    term = inner[0]
    if head == "value":
        return term.value
    form = term.form
    if term.kind == "P":
        form = {"SinOf": "Angle", "CosOf": "Angle", "TanOf": "Angle", "MeasureOf": "Angle"}.get(
            head, "Circle"
        ) + f"({form})"
        if head in ("AreaOf", "PerimeterOf", "LengthOf"):
            return None
    if term.kind == "N":
        form = _figure_of(form)
    if not form:
        return None
    return f"{head}({form})"


def _figure_of(name: str) -> str:
    """A bare name as a figure: "ABC" is a triangle, "ABCD" a quadrilateral."""
    heads = {3: "Triangle", 4: "Quadrilateral", 5: "Pentagon", 6: "Hexagon", 7: "Heptagon", 8: "Octagon"}
    return f"{heads[len(name)]}({letters(name)})" if len(name) in heads else ""


def _distinct(name: str) -> bool:
    return len(set(name)) == len(name)


def _shape(match: re.Match[str]) -> tuple[str, str]:
    head, count = SHAPES[match["shape"].lower()]
    name = match["name"]
    if len(name) != count or not _distinct(name):
        return "F", ""
    return "F", f"{head}({letters(name)})"


def _named(kind: str, head: str) -> "callable":  # type: ignore[valid-type]
    def make(match: re.Match[str]) -> tuple[str, str]:
        return kind, f"{head}({letters(match['name'])})" if _distinct(match["name"]) else ""

    return make


def _bare(match: re.Match[str]) -> tuple[str, str]:
    name = match["name"]
    if not _distinct(name):
        return "N", ""
    if len(name) == 1:
        return "P", name
    return ("S", f"Line({letters(name)})") if len(name) == 2 else ("N", name)


_RULES = (
    (r"⌢(?P<name>[A-Z]{2,3})(?![A-Za-z])", _named("R", "Arc")),
    (r"\b(?:[Mm]inor |[Mm]ajor )?[Aa]rcs? (?P<name>[A-Z]{2,3})(?![A-Za-z])", _named("R", "Arc")),
    (r"(?:∠|\b[Aa]ngles? )(?P<name>[A-Z]{3}|[A-Z]|\d)(?![A-Za-z0-9])", _named("A", "Angle")),
    (r"△(?P<name>[A-Z]{3})(?![A-Za-z])", _named("F", "Triangle")),
    (r"▱(?P<name>[A-Z]{4})(?![A-Za-z])", _named("F", "Parallelogram")),
    (rf"\b(?P<shape>(?i:{_SHAPE_WORDS})) (?P<name>[A-Z]{{3,8}})(?![A-Za-z])", _shape),
    (r"(?:⊙|\b[Cc]ircle (?:with cent(?:er|re) )?)(?P<name>[A-Z])(?![A-Za-z])", _named("C", "Circle")),
    (
        (
            r"\b(?:line |segment |line segment |ray |side |chord |diameter |radius |"
            r"diagonal |tangent )(?P<name>[A-Z]{2})(?![A-Za-z])"
        ),
        _bare,
    ),
    (r"(?<![A-Za-z<\\])(?P<name>[A-Z]{1,8})(?![A-Za-z0-9'])", _bare),
)
_PART = (
    r"(?:\\sqrt\{[^{}<>]{1,40}\}|\\frac\{[^{}<>]{1,40}\}\{[^{}<>]{1,40}\}|\d+(?:\.\d+)?|"
    r"(?<![A-Za-z<])[a-z](?:_\d)?(?![A-Za-z_])|π|[()+\-*/^])"
)
_EXPRESSION = re.compile(rf"(?<![A-Za-z<\d])(?!a |m )-?(?![+*/^)-]){_PART}(?: ?{_PART})*°?(?![\d>])")
_ONE = r"(?:the )?<[A-Z]\d+>"
_VALUES = (
    (rf"(?:the )?ratio of {_ONE} (?:to|and) {_ONE}", "RatioOf"),
    (r"(?:the )?(?:degree )?(?:measure|size)s? of <[ARF]\d+>", "MeasureOf"),
    (r"\bm ?<[AR]\d+>", "MeasureOf"),
    (r"(?:the )?lengths? of <[SR]\d+>", "LengthOf"),
    (r"(?:the )?areas? of (?:the )?<[FCN]\d+>", "AreaOf"),
    (r"(?:the )?perimeters? of (?:the )?<[FN]\d+>", "PerimeterOf"),
    (r"(?:the )?circumferences? of <[CP]\d+>", "CircumferenceOf"),
    (r"(?<!\ba )(?<!\balso )(?:the )?(?:length of the )?radius of <[CP]\d+>", "RadiusOf"),
    (r"(?<!\ba )(?<!\balso )(?:the )?(?:length of the )?diameter of <[CP]\d+>", "DiameterOf"),
    (r"(?:the )?(?:sin|sine of) ?<[AP]\d+>", "SinOf"),
    (r"(?:the )?(?:cos|cosine of) ?<[AP]\d+>", "CosOf"),
    (r"(?:the )?(?:tan|tangent of) ?<[AP]\d+>", "TanOf"),
    (r"(?:the )?values? of <[EVA]\d+>", "value"),
    (
        r"(?:the )?(?P<what>area|perimeter|circumference) of (?:the |each )?"
        rf"(?:(?:shaded|entire|whole) )?(?P<shape>{_SHAPE_WORDS}|circle|figure|region|polygon)\b(?! <)",
        "unnamed",
    ),
)
