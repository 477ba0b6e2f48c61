"""Forms cut into tokens, within limits that bound every later cost."""

import re
from dataclasses import dataclass

from vista_tools_math.languages.nodes import FormError

MAX_LENGTH = 600  # characters of one form
MAX_DEPTH = 24  # brackets, signs and powers inside each other
MAX_DIGITS = 18  # of one number

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"
    r"|(?P<command>\\[A-Za-z]+)"
    r"|(?P<word>[A-Za-z][A-Za-z0-9_]*'*|\$[0-9]*)"
    r"|(?P<sign>[-+*/^(){},=°]))"
)
_SPELLINGS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": "\\pi ", "′": "'", "’": "'", "√": "\\sqrt "}


@dataclass(frozen=True, slots=True)
class Token:
    r"""A number, command (\frac), word, sign, or the end (""), with its place counted from 1."""

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Cut a form into tokens, the end included.

    Raises:
        FormError: too long, too deep, or a character that no token begins with.
    """
    if len(text) > MAX_LENGTH:
        raise FormError(f"the form has {len(text)} characters; at most {MAX_LENGTH} are read", MAX_LENGTH, "...")
    tokens: list[Token] = []
    depth = at = 0
    while text[at:].strip():
        while text[at].isspace():
            at += 1
        spelled = _SPELLINGS.get(text[at])
        match = _TOKEN.match(text, at) if spelled is None else _TOKEN.match(spelled)
        if match is None:
            shown = text[at] if text[at].isprintable() else f"U+{ord(text[at]):04X}"
            raise FormError(f"unknown character {shown!r}", at + 1, shown)
        kind = match.lastgroup or ""
        token = Token(kind, match[kind], at + 1)
        if token.text in ("\\cdot", "\\times"):
            token = Token("sign", "*", at + 1)
        elif token.text in ("\\left", "\\right"):  # they only size the bracket that follows
            at = match.end()
            continue
        if kind == "number" and len(token.text) > MAX_DIGITS:
            raise FormError(f"the number has more than {MAX_DIGITS} digits", token.position, token.text)
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        if depth > MAX_DEPTH:
            raise FormError(f"brackets are nested more than {MAX_DEPTH} deep", token.position, token.text)
        tokens.append(token)
        at = match.end() if spelled is None else at + 1
    tokens.append(Token("end", "", len(text) + 1))
    return tokens
