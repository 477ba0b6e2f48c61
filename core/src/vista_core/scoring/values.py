r"""Numbers in closed form, as answers to geometry problems have them: `2\sqrt{3}`, `5√2/2`, `\frac{3\pi}{4}`.

A small grammar of its own, evaluated in floating point: what a policy wrote never reaches a general evaluator, and its
cost is bounded by its length.
"""

import math
import re
from typing import NamedTuple

from vista_core.scoring.text import without_lead

_LONGEST = 120
# "12 or more" and "5 to 9" are hedges, "5 million" is another number.
_NOT_UNITS = set(
    "or to and not if maybe about of more less than plus minus vs times hundred thousand million billion trillion "
    "bn mn dozen half pi sqrt root".split()
)
_NAMED = re.compile(r"^(?:m\s*)?(?:\\angle|∠|\\overline|\\widehat)?\s*\{?[A-Za-z]{1,4}'?\}?\s*=\s*")
_DROP = re.compile(r"\\(?:left|right|,|!|;|:|quad)|\$|\\\(|\\\)|~")
_BOXED = re.compile(r"\\(?:boxed|text|mathrm|textbf|mathbf|operatorname)\s*\{([^{}]*)\}")
_DEGREE = re.compile(r"\^?\s*\{?\s*(?:\\circ|\\degree|°|º)\s*\}?|\s+deg(?:rees?)?\b", re.IGNORECASE)
_UNIT = re.compile(r"\s*(%|[A-Za-z]{1,12}(?:\s*(?:\^\s*\{?\s*[23]\s*\}?|[²³]))?|square [a-z]{1,12})\.?$")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)|(?P<root>\\sqrt|√|sqrt)"
    r"|(?P<frac>\\[dt]?frac)|(?P<pi>\\pi|π|pi(?![a-z]))|(?P<times>\\times|\\cdot|×|·|\*)|(?P<over>\\div|÷|/)"
    r"|(?P<sign>[+\-−])|(?P<open>[({\[])|(?P<close>[)}\]]))",
    re.ASCII,
)


def is_unit(unit: str, units: tuple[str, ...] | None = None) -> bool:
    """Whether a word behind a number can be its unit, or is one of those that are allowed.

    Example:
        >>> from vista_core.scoring.values import is_unit
        >>> is_unit("cm"), is_unit("million"), is_unit("x")
        (True, False, False)
    """
    if units is not None:
        return unit in {known.casefold() for known in units}
    first = unit.split()[0]
    if len(first) == 1 and first not in "mgshlcfvw":  # "3x" and "5k" are other numbers
        return False
    return not _NOT_UNITS & set(re.findall("[a-z]+", unit))


class Value(NamedTuple):
    """A number that a text stands for.

    Attributes:
        number: The number.
        closed: Whether a root or π is in it, so that a decimal can only be near it.
        unit: What stands after it, lower case; `°` for degrees.

    Example:
        >>> from vista_core.scoring import read_value
        >>> read_value("4°").unit
        '°'
    """

    number: float
    closed: bool
    unit: str


def read_value(text: str) -> Value | None:
    r"""The number that a whole answer is: a decimal, a fraction, a mixed number, or a term with roots or π.

    A sum of plain numbers (`84-85`), a second number, a variable or a sentence is not a number.

    Args:
        text: LaTeX, Unicode or plain text of at most 120 characters; `x = ` in front and a unit behind are left out.

    Example:
        >>> from vista_core.scoring import read_value
        >>> round(read_value("x = 2\\sqrt{3} cm").number, 4), read_value("\\frac{1}{4}").number, read_value("1 or 2")
        (3.4641, 0.25, None)
    """
    if len(text) > _LONGEST:
        return None
    plain = _DROP.sub("", without_lead(text)).strip(" \t\r\n.\"'`")
    plain = _NAMED.sub("", _BOXED.sub(r" \1 ", plain)).strip()
    bare = _DEGREE.sub("", plain)
    unit = "°" if bare != plain else ""
    if not unit and (found := _UNIT.search(bare)) and found[1].lower() not in ("pi", "sqrt") and found.start():
        bare, word = bare[: found.start()], found[1].lower()
        unit = re.sub(r"[\s^{}]", "", word)
        if unit != "%" and not is_unit(word):
            return None
    parser = _Parser(bare)
    try:
        number = parser.total()
    except (ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None
    closed = bool(parser.kinds & {"root", "pi"})
    if not math.isfinite(number) or (parser.sums and not closed):
        return None
    return Value(number, closed, unit)


class _Parser:
    """Recursive descent over the tokens; a ValueError where they make no number."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, bool]] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if found is None:
                self.tokens = []
                break
            self.tokens.append((found.lastgroup or "", found[0].strip(), found[0][0].isspace()))
            at = found.end()
        self.at = 0
        self.sums = False
        self.kinds = {kind for kind, _, _ in self.tokens}

    def kind(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][0] if self.at + ahead < len(self.tokens) else ""

    def take(self, kind: str) -> str:
        if self.kind() != kind:
            raise ValueError(f"expected {kind}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def total(self) -> float:
        value = self.sum()
        if self.at != len(self.tokens):
            raise ValueError("more follows")
        return value

    def sum(self) -> float:
        value = self.product()
        while self.kind() == "sign":
            self.sums = True
            value += self.product()  # the sign belongs to the term
        return value

    def product(self) -> float:
        sign = 1.0
        if self.kind() == "sign":
            sign = 1.0 if self.take("sign") == "+" else -1.0
        value = self.factor()
        while self.kind() in ("times", "over", "number", "root", "frac", "pi", "open"):
            kind = self.kind()
            if kind == "over":
                self.take("over")
                value /= self.factor()
            elif kind == "number":  # two numbers side by side are one only as a mixed number: 1 1/2
                if self.kind(-1) != "number" or not self.tokens[self.at][2] or self.kind(1) != "over":
                    raise ValueError("two numbers")
                above = float(self.take("number").replace(",", ""))
                self.take("over")
                value += above / float(self.take("number").replace(",", ""))
            elif kind == "frac" and self.kind(-1) == "number":
                part = self.factor()
                plain = 0 < part < 1 and value == int(value)
                value = value + part if plain and not self.kinds & {"root", "pi"} else value * part
            else:
                if kind == "times":
                    self.take("times")
                value *= self.factor()
        return sign * value

    def factor(self) -> float:
        kind = self.kind()
        if kind == "number":
            return float(self.take("number").replace(",", ""))
        if kind == "pi":
            self.take("pi")
            return math.pi
        if kind == "frac":
            self.take("frac")
            return self.argument() / self.argument()
        if kind == "root":
            self.take("root")
            if self.kind() == "open" and self.tokens[self.at][1] == "[":
                degree = self.group()
                if not 2 <= degree <= 9 or degree != int(degree):
                    raise ValueError("degree")
                return float(self.argument() ** (1 / degree))
            return math.sqrt(self.argument())
        if self.at < len(self.tokens) and self.tokens[self.at][1] == "[":  # a list of one is no number
            raise ValueError("brackets")
        return self.group()

    def argument(self) -> float:
        r"""What `\frac` and `\sqrt` take: a group, or one digit (`\frac12`), or a number after a root sign (`√12`)."""
        kind, text, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", False)
        if kind == "number" and len(text) == 2 and self.kind(-1) == "frac" and text.isdigit():
            self.tokens[self.at : self.at + 1] = [("number", text[0], False), ("number", text[1], False)]
        if self.kind() in ("number", "pi", "root"):
            return self.factor()
        return self.group()

    def group(self) -> float:
        opened = self.take("open")
        value = self.sum()
        if self.take("close") != {"(": ")", "{": "}", "[": "]"}[opened]:
            raise ValueError("brackets")
        return value
