r"""Text to forms, for both languages: recursive descent, guided by the vocabulary, bounded by the tokenizer's limits.

form    = head "(" argument { "," argument } ")"
sum     = ["+" | "-"] product { ("+" | "-") product }
product = power { ["*" | "/"] power }                       two factors side by side are multiplied: 2x, 3(x+1)
power   = atom [ "^" (atom | "-" atom) ] [ "°" ]
atom    = number | variable | form | "(" sum ")" | "{" sum "}" | \frac{sum}{sum} | \sqrt{sum} | \pi
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vista_tools_math.languages.nodes import (
    Constant,
    Form,
    FormError,
    Label,
    Node,
    Number,
    Operation,
    Point,
    Points,
    Symbol,
)
from vista_tools_math.languages.tokens import MAX_DEPTH, Token, tokenize
from vista_tools_math.languages.vocabulary import CDL, GREEK, INTER_GPS, Signature

MOST_FORMS = 600  # of one list
_POINT = re.compile(r"[A-Za-z][0-9]*(?:_[0-9]+)?'*")
_VARIABLE = re.compile(r"[A-Za-z](?:_[0-9]+)?")
_CAPITALS = re.compile(r"[A-Z][0-9]*'*")
_MEASURED = frozenset({"line", "angle", "arc", "number"})


@dataclass(frozen=True, slots=True)
class _Bare:
    """An argument of one word or number; what it means depends on where it stands."""

    token: Token


class _Parser:
    def __init__(self, text: str, heads: Mapping[str, Signature]) -> None:
        self.tokens = tokenize(text)
        self.heads = heads
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these signs or commands."""
        token = self.token
        if token.kind in ("sign", "command") and token.text in texts:
            self.index += 1
            return token
        return None

    def expect(self, text: str, why: str) -> None:
        if self.take(text) is None:
            raise FormError(f"{text!r} expected {why}", self.token.position, self.token.text)

    def end(self) -> None:
        if self.token.kind != "end":
            raise FormError("nothing more expected", self.token.position, self.token.text)

    def form(self) -> Form:
        """A head with its arguments, checked against the vocabulary."""
        head = self.token
        if head.kind != "word":
            raise FormError("a form such as Head(...) expected", head.position, head.text)
        if head.text not in self.heads:
            raise FormError(f"unknown head {head.text[:40]!r}{self.hint(head.text)}", head.position, head.text)
        self.index += 1
        self.expect("(", f"after {head.text}")
        raw = [self.argument()]
        while self.take(","):
            raw.append(self.argument())
        self.expect(")", f"or ',' after an argument of {head.text}")
        return Form(head.text, self.resolved(head, raw))

    def hint(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name[:40], self.heads, n=1)
        return f"; did you mean {near[0]}?" if near else ""

    def argument(self) -> "Node | _Bare":
        token, after = self.token, self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        if token.kind == "sign" and token.text in (",", ")"):
            raise FormError("an argument is missing", token.position, token.text)
        if token.kind in ("word", "number") and after.kind == "sign" and after.text in (",", ")"):
            self.index += 1
            return _Bare(token)
        if token.kind == "word" and token.text == "angle" and after.kind == "number":  # "angle 1", as annotators write
            self.index += 2
            return Form("Angle", (Label(after.text),))
        return self.sum()

    def resolved(self, head: Token, raw: Sequence["Node | _Bare"]) -> tuple[Node, ...]:
        """The arguments as the first alternative of the signature that fits reads them."""
        takes = self.heads[head.text].takes
        for slots in takes:
            wide = slots if not slots[-1].endswith("+") else (*slots, *[slots[-1]] * (len(raw) - len(slots)))
            if len(wide) != len(raw):
                continue
            nodes = [self.fitted(arg, slot.rstrip("+")) for arg, slot in zip(raw, wide, strict=True)]
            if all(node is not None for node in nodes):
                return tuple(node for node in nodes if node is not None)
        for arg in raw:  # a word that is no variable explains the failure best
            if isinstance(arg, _Bare) and any("number" in slot for slots in takes for slot in slots):
                self.algebraic(arg.token)
        options = " or ".join(f"({', '.join(_slot_text(s) for s in slots)})" for slots in takes)
        raise FormError(f"{head.text} takes {options}, not these {len(raw)} arguments", head.position, head.text)

    def fitted(self, arg: "Node | _Bare", slot: str) -> Node | None:
        """An argument as a slot reads it, None if it cannot."""
        sorts = slot.split("|")
        if not isinstance(arg, _Bare):
            sort = self.sort(arg)
            return arg if sort in sorts or ("number" in sorts and sort in _MEASURED) else None
        text = arg.token.text
        if slot[0] == "w" and slot[1:2].isdigit():
            return _word(text, slot)
        if "point" in sorts and _POINT.fullmatch(text) and (text[0].isupper() or sorts == ["point"]):
            return Point(text)
        if "label" in sorts or ("small" in sorts and not text[0].isupper()):
            return Label(text)
        if "number" in sorts:
            return self.algebraic(arg.token)
        return None

    def sort(self, node: Node) -> str:
        return self.heads[node.head].sort if isinstance(node, Form) else "number"

    def algebraic(self, token: Token) -> Node:
        """A word or number as algebra reads it."""
        if token.kind == "number":
            return Number(Fraction(token.text))
        name = token.text
        if name == "pi":
            return Constant("pi")
        if _VARIABLE.fullmatch(name) or name in GREEK:
            return Symbol(name)
        message = f"unknown name {name[:40]!r}: a variable is one letter, perhaps with an index (x_1); a product is x*y"
        raise FormError(message, token.position, name)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormError(f"more than {MAX_DEPTH} levels inside each other", self.token.position, self.token.text)

    def sum(self) -> Node:
        self.deeper()
        sign = self.take("+", "-")
        value = self.product()
        if sign is not None and sign.text == "-":
            value = Operation("neg", (value,))
        while sign := self.take("+", "-"):
            value = self.combined(sign.text, value, self.product())
        self.depth -= 1
        return value

    def combined(self, sign: str, left: Node, right: Node) -> Node:
        for node in (left, right):
            if isinstance(node, Form) and self.sort(node) not in _MEASURED:
                raise FormError(f"{node.head}(...) is no number", self.token.position, self.token.text)
        return Operation(sign, (left, right))

    def product(self) -> Node:
        value = self.power()
        while True:
            token = self.token
            if self.take("*", "/"):
                value = self.combined(token.text, value, self.power())
            elif token.kind == "number":
                raise FormError("an operator is missing before the number", token.position, token.text)
            elif token.kind in ("word", "command") or (token.kind == "sign" and token.text in ("(", "{")):
                value = self.combined("*", value, self.power())
            else:
                return value

    def power(self) -> Node:
        base = self.atom()
        if self.take("^"):
            if self.take("\\circ", "\\degree"):
                return base
            self.deeper()
            negative = self.take("-")
            exponent = self.atom()
            if isinstance(exponent, Symbol) and exponent.name == "\\circ":  # {\circ}
                self.depth -= 1
                return base
            self.depth -= 1
            base = self.combined("^", base, Operation("neg", (exponent,)) if negative else exponent)
        self.take("°", "\\degree")  # angles are in degrees anyway
        return base

    def atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.index += 1
            return Number(Fraction(token.text))
        if token.kind == "word":
            if token.text in self.heads:
                self.deeper()
                found = self.form()
                self.depth -= 1
                return found
            self.index += 1
            return self.algebraic(token)
        for opening, closing in (("(", ")"), ("{", "}")):
            if self.take(opening):
                if opening == "{" and self.take("\\circ", "\\degree"):
                    self.expect("}", "after \\circ")
                    return Symbol("\\circ")
                value = self.sum()
                self.expect(closing, f"to close the {opening!r} at character {token.position}")
                return value
        if token.kind == "command":
            return self.command(token)
        raise FormError("a number, a variable or a form expected", token.position, token.text)

    def command(self, token: Token) -> Node:
        self.index += 1
        name = token.text[1:]
        if name == "pi":
            return Constant("pi")
        if name in GREEK:
            return Symbol(name)
        if name in ("frac", "dfrac", "tfrac", "sqrt"):
            self.deeper()
            args = [self.braced(token)] if name == "sqrt" else [self.braced(token), self.braced(token)]
            self.depth -= 1
            return Operation("sqrt" if name == "sqrt" else "/", tuple(args))
        raise FormError(f"unknown command {token.text[:20]}", token.position, token.text)

    def braced(self, command: Token) -> Node:
        """The argument of a command: in braces or brackets, or one number or variable."""
        closing = {"{": "}", "(": ")"}.get(self.token.text)
        if closing is None:
            if self.token.kind in ("number", "word"):
                return self.atom()
            raise FormError(f"'{{' expected after {command.text}", self.token.position, self.token.text)
        self.index += 1
        value = self.sum()
        self.expect(closing, f"to close the argument of {command.text}")
        return value


def _slot_text(slot: str) -> str:
    repeat = " ..." if slot.endswith("+") else ""
    slot = slot.rstrip("+")
    if slot[0] == "w" and slot[1:2].isdigit():
        return f"{slot[1:]} points{repeat}"
    return slot.replace("|", " or ") + repeat


def _word(text: str, slot: str) -> Points | None:
    """A word of capitals as points, if it has as many as the slot wants."""
    least, _, most = slot[1:].partition("-")
    names = tuple(_CAPITALS.findall(text))
    return Points(names) if "".join(names) == text and int(least) <= len(names) <= int(most or least) else None


def _parsed(text: str, heads: Mapping[str, Signature], sorts: frozenset[str], what: str) -> Form:
    parser = _Parser(text, heads)
    start = parser.token
    form = parser.form()
    parser.end()
    if heads[form.head].sort not in sorts:
        raise FormError(f"{form.head}(...) alone is no {what}", start.position, start.text)
    return form


def parse_inter_gps(text: str) -> Form:
    """Read one logic form of Inter-GPS.

    Args:
        text: such as "Equals(LengthOf(Line(A, B)), 2x-3)"; at most 600 characters.

    Raises:
        FormError: with the place (character, token) and the reason.

    Example:
        >>> parse_inter_gps("Find(x)")
        Form(head='Find', args=(Symbol(name='x'),))
    """
    return _parsed(text, INTER_GPS, frozenset({"statement", "figure", "circle", "angle", "arc", "line"}), "logic form")


_KINDS = {
    "construction": {"construction"},
    "text": {"statement"},
    "image": {"statement"},
    "goal": {"goal", "statement"},
}


def parse_cdl(text: str, kind: str = "") -> Form:
    """Read one statement of FormalGeo's CDL.

    Args:
        text: such as "Equal(LengthOfLine(AB),3)"; at most 600 characters.
        kind: construction, text, image or goal, to accept only such; "" accepts all.

    Raises:
        FormError: with the place (character, token) and the reason.

    Example:
        >>> parse_cdl("Collinear(ABC)", "construction")
        Form(head='Collinear', args=(Points(names=('A', 'B', 'C')),))
    """
    sorts = frozenset(_KINDS[kind]) if kind else frozenset({"construction", "statement", "goal"})
    return _parsed(text, CDL, sorts, f"{kind or 'CDL'} statement")


def parse_expression(text: str) -> Node:
    r"""Read algebra, such as a label in a diagram: "5x-12", "\frac{4}{3}y+1", "60°".

    Raises:
        FormError: with the place and the reason.

    Example:
        >>> parse_expression("2x")
        Operation(sign='*', args=(Number(value=Fraction(2, 1)), Symbol(name='x')))
    """
    parser = _Parser(text, INTER_GPS)
    node = parser.sum()
    parser.end()
    return node
