"""What is known, and why: facts and equations with their theorem and premises."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vista_tools_math.solver.polynomials import Poly


@dataclass(frozen=True, slots=True)
class Because:
    """A premise that follows from earlier records.

    Attributes:
        mask: bit i stands for record i.
        poly: the linear expression that these records show to be zero; None if all of them are needed as they are.
    """

    mask: int
    poly: Poly | None = None


@dataclass(slots=True)
class Record:
    """One fact or equation.

    Attributes:
        id: its place in the list of records.
        theorem: name of the theorem, or where the fact was given.
        statement: what it says, for people.
        poly: zero, if it is an equation.
        premises: facts that it rests on, for people.
        because: the same for the machine.
        drawing: what was read off the drawing to choose this case; "" if nothing was.
        parts: the quantities that an equation speaks of, with their names.
        spare: it follows from earlier records; kept because it may make a shorter derivation.
    """

    id: int
    theorem: str
    statement: str
    poly: Poly | None = None
    premises: Sequence[str] = ()
    because: Sequence[Because] = ()
    drawing: str = ""
    parts: Sequence[tuple[str, Poly]] = ()
    spare: bool = False


def bits(mask: int) -> list[int]:
    """The places of the ones in a mask."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


@dataclass(slots=True)
class Ledger:
    """All records of one problem, in order.

    Attributes:
        news: how many of them are not spare.
    """

    records: list[Record] = field(default_factory=list)
    news: int = 0

    def add(self, theorem: str, statement: str, **rest: object) -> Record:
        """Append a record."""
        record = Record(len(self.records), theorem, statement, **rest)  # type: ignore[arg-type]
        self.records.append(record)
        self.news += not record.spare
        return record
