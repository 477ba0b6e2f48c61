"""Expressions that a model wrote, read by a grammar of our own: an allow-list, exact where possible, bounded in cost.

    sum     = product { ("+" | "-") product }
    product = signed { ("*" | "/" | "//" | "%") signed }
    signed  = { "+" | "-" } power
    power   = postfix [ ("**" | "^") signed ]
    postfix = atom { "!" | "°" }
    atom    = number | name | name "(" arguments ")" | "(" sum ")"

Nothing is ever passed to eval. Numbers are fractions as long as that is possible, so that 0.1 + 0.2 is 0.3.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from vista_tools_math.functions import CONSTANTS, FUNCTIONS, MAX_BITS, Function, Number, power, ratio

MAX_LENGTH = 2000  # characters
MAX_DEPTH = 50  # brackets, signs and powers inside each other
MAX_LITERAL = 400  # digits of one number, exponent included

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign>\*\*|//|[-+*/%^(),!\[\]°]))"
)
_SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": " pi "})


class ExpressionError(ValueError):
    """An expression is not of the grammar, or has no bounded real value.

    Attributes:
        position: where, counted in characters from 1.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position})")
        self.position = position


@dataclass(frozen=True, slots=True)
class Token:
    """A number, name, sign, or the end ("") of an expression, with its place counted from 1."""

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Split an expression into tokens, the end included.

    Raises:
        ExpressionError: too long, or a character that no token begins with.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters; at most {MAX_LENGTH} are read", MAX_LENGTH)
    text = text.translate(_SPELLINGS)
    tokens: list[Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(_unknown(text, at), at + 1)
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind) + 1))
        at = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _unknown(text: str, at: int) -> str:
    """Why no token begins here."""
    character = text[at]
    if character == "=":
        return "'=' is no operator; write only the expression to compute"
    if character in "$€£":
        return f"{character!r} is no part of a number; leave units out"
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return f"unknown character {shown!r}"


class _Parser:
    """Recursive descent that computes as it reads."""

    def __init__(self, text: str) -> None:
        self.tokens = tokenize(text)
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these signs."""
        token = self.token
        if token.kind == "sign" and token.text in texts:
            self.index += 1
            return token
        return None

    def expect(self, text: str, why: str) -> None:
        if self.take(text) is None:
            raise self.unexpected(f"{text!r} expected {why}")

    def unexpected(self, expected: str) -> ExpressionError:
        token = self.token
        found = "the expression ends" if token.kind == "end" else f"found {token.text[:20]!r}"
        return ExpressionError(f"{expected}, but {found}", token.position)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"brackets, signs or powers are nested more than {MAX_DEPTH} deep"
            raise ExpressionError(message, self.token.position)

    def everything(self) -> Number:
        """The value of the whole expression."""
        if self.token.kind == "end":
            raise ExpressionError("the expression is empty", 1)
        value = self.sum()
        if self.token.kind == "end":
            return value
        if self.token.text == ",":
            message = "',' only parts the arguments of a function; write 1234, not 1,234"
            raise ExpressionError(message, self.token.position)
        raise self.unexpected("an operator expected")

    def sum(self) -> Number:
        self.deeper()
        value = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            value = self.checked(lambda a=value, b=right, s=sign: a + b if s.text == "+" else a - b, sign)  # type: ignore[misc]
        self.depth -= 1
        return value

    def product(self) -> Number:
        value = self.signed()
        while sign := self.take("*", "/", "//", "%"):
            right = self.signed()
            value = self.checked(lambda a=value, b=right, s=sign: _product(a, b, s.text), sign)  # type: ignore[misc]
        return value

    def signed(self) -> Number:
        if sign := self.take("+", "-"):
            self.deeper()
            value = self.signed()
            self.depth -= 1
            return -value if sign.text == "-" else value
        return self.power()

    def power(self) -> Number:
        base = self.postfix()
        if sign := self.take("**", "^"):
            self.deeper()
            exponent = self.signed()
            self.depth -= 1
            return self.checked(lambda: power(base, exponent), sign)
        return base

    def postfix(self) -> Number:
        value = self.atom()
        while sign := self.take("!", "°"):
            name = "factorial" if sign.text == "!" else "radians"
            value = self.checked(lambda v=value, n=name: FUNCTIONS[n].compute(v), sign)  # type: ignore[misc]
        return value

    def atom(self) -> Number:
        token = self.token
        if token.kind == "number":
            self.index += 1
            return _literal(token)
        if token.kind == "name":
            self.index += 1
            return self.named(token)
        if self.take("("):
            value = self.sum()
            self.expect(")", f"to close the '(' at character {token.position}")
            return value
        raise self.unexpected("a number, a name or '(' expected")

    def named(self, name: Token) -> Number:
        key = name.text.lower()
        called = self.token.kind == "sign" and self.token.text == "("
        if key in CONSTANTS and not called:
            return CONSTANTS[key]
        function = FUNCTIONS.get(key)
        if function is None:
            known = ", ".join([*sorted(FUNCTIONS), *sorted(CONSTANTS)])
            raise ExpressionError(f"unknown name {name.text[:40]!r}; known are {known}", name.position)
        if not called:
            raise ExpressionError(f"{name.text} is a function; write {name.text}(...)", name.position)
        arguments = self.arguments()
        return self.checked(lambda: _called(function, key, arguments), name)

    def arguments(self) -> list[Number]:
        """What stands in the brackets of a call; max([1, 2]) is read as max(1, 2)."""
        opening = self.token
        self.index += 1
        close = ")"
        if self.take("["):
            close = "]"
        values: list[Number] = []
        if self.take(close) is None:
            values.append(self.sum())
            while self.take(","):
                values.append(self.sum())
            self.expect(close, f"or ',' after an argument of the call at character {opening.position}")
        if close == "]":
            self.expect(")", "after ']'")
        return values

    def checked(self, compute: Callable[[], Number], at: Token) -> Number:
        """Compute one step; what fails or grows out of bounds is told with its place."""
        try:
            value = compute()
        except ZeroDivisionError:
            raise ExpressionError("division by zero", at.position) from None
        except OverflowError as error:
            ours = str(error).startswith("the ")  # and not Python's "integer division result too large for a float"
            raise ExpressionError(str(error) if ours else "the result is too large", at.position) from None
        except ValueError as error:
            raise ExpressionError(str(error), at.position) from None
        if isinstance(value, Fraction):
            if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
                raise ExpressionError("the result has too many digits", at.position)
        elif value != value or value in (float("inf"), float("-inf")):
            raise ExpressionError("the result is too large or not defined", at.position)
        return value


def _literal(token: Token) -> Number:
    mantissa, _, exponent = token.text.lower().partition("e")
    if len(mantissa) > MAX_LITERAL or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_LITERAL:
        raise ExpressionError("the number has too many digits", token.position)
    return Fraction(token.text)


def _product(a: Number, b: Number, sign: str) -> Number:
    if sign == "*":
        return a * b
    if sign == "/":
        return ratio(a, b)
    if sign == "//":
        return Fraction(a // b)
    return a % b


def _called(function: Function, name: str, arguments: list[Number]) -> Number:
    if not function.least <= len(arguments) <= function.most:
        few = f"{function.least}" if function.least == function.most else f"{function.least} to {function.most}"
        few = f"{function.least} or more" if function.most > 100 else few
        raise ValueError(f"{name} takes {few} argument{'' if few == '1' else 's'}, not {len(arguments)}")
    return function.compute(*arguments)


def evaluate(text: str) -> Number:
    """Compute the value of an expression.

    Args:
        text: at most MAX_LENGTH characters.

    Returns:
        A Fraction where the value is known exactly, else a float.

    Raises:
        ExpressionError: with the place and the reason.

    Example:
        >>> evaluate("0.1 + 0.2"), evaluate("max(3, 2^3) / 6")
        (Fraction(3, 10), Fraction(4, 3))
    """
    return _Parser(text).everything()


def number_text(value: Number) -> str:
    """Write a value compactly: exact where it is short, else 10 significant digits.

    Example:
        >>> [number_text(evaluate(t)) for t in ("6/3", "1/8", "1/3", "2**100", "sqrt(2)", "1e-7")]
        ['2', '0.125', '0.3333333333', '1267650600228229401496703205376', '1.414213562', '1e-7']
    """
    if isinstance(value, Fraction):
        if value.denominator == 1 and abs(value.numerator) < 10**40:
            return str(value.numerator)
        digits = _terminating(value)
        if digits is not None and len(digits) <= 16:
            return digits
    elif value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    from decimal import Context, Decimal

    context = Context(prec=10)
    if isinstance(value, Fraction):
        short = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    else:
        short = context.create_decimal_from_float(value)
    short = short.normalize(context)
    return f"{short:f}" if -5 <= short.adjusted() < 15 else f"{short:e}".replace("e+", "e")


def _terminating(value: Fraction) -> str | None:
    """The full decimal writing of a fraction such as 1/8; None for one that goes on for ever, or for long."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0 and twos <= 16:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0 and fives <= 16:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 12 or abs(value) < Fraction(1, 10**4) or abs(value) >= 10**15:
        return None
    scaled = abs(value.numerator) * 10**places // value.denominator
    digits = str(scaled).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}" if places else str(value.numerator)
