"""The objects that both formal languages are made of: small frozen trees, equal when they say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


class FormError(ValueError):
    """A form is not of its language.

    Attributes:
        position: where, counted in characters from 1.
        token: what stands there, at most 20 characters; "" at the end of the form.
    """

    def __init__(self, message: str, position: int, token: str = "") -> None:
        shown = f" (at character {position}{f', {token[:20]!r}' if token else ', the end'})"
        super().__init__(message + shown)
        self.position = position
        self.token = token[:20]


@dataclass(frozen=True, slots=True)
class Point:
    """A named point, such as A, B1 or C'."""

    name: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name that is no point: angle 1, line m, radius_2_0, or $ for a figure that the diagram does not name."""

    name: str


@dataclass(frozen=True, slots=True)
class Points:
    """Points written in one word, as CDL does: ABC."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number, written as a terminating decimal; 4/3 is an Operation."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable: one letter, a Greek letter ("alpha"), or either with an index ("x_1")."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """The number "pi"."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Arithmetic: sign is one of + - * / ^ (two arguments), neg, sqrt (one)."""

    sign: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A head and its arguments, such as LengthOf(Line(A, B))."""

    head: str
    args: tuple["Node", ...]


Node = Point | Label | Points | Number | Symbol | Constant | Operation | Form


def walk(node: Node) -> Iterator[Node]:
    """Every node of a tree, the root first."""
    yield node
    if isinstance(node, (Form, Operation)):
        for arg in node.args:
            yield from walk(arg)


def symbols(node: Node) -> set[str]:
    """The variables of a tree."""
    return {n.name for n in walk(node) if isinstance(n, Symbol)}


def points(node: Node) -> set[str]:
    """The points of a tree."""
    found: set[str] = set()
    for n in walk(node):
        if isinstance(n, Point):
            found.add(n.name)
        elif isinstance(n, Points):
            found.update(n.names)
    return found
