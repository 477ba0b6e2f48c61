"""Short derivations: records taken breadth first, each as soon as all but one of its quantities are known."""

from dataclasses import dataclass, field

from vista_tools_math.solver.linear import Basis, Linear
from vista_tools_math.solver.polynomials import Poly, variable, variables
from vista_tools_math.solver.records import Record, bits
from vista_tools_math.solver.scene import Scene

MOST_RECORDS = 1500  # beyond it, the derivation stays as it was found
MOST_ROUNDS = 30


@dataclass(slots=True)
class Taken:
    """Records in an order in which each follows from those before it.

    Attributes:
        order: their ids.
        rows: how many rows the basis had when each was taken.
        basis: their linear equations.
    """

    order: list[int] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)
    basis: Basis = field(default_factory=Basis)


def breadth_first(scene: Scene, goal: Poly, spare: bool = True) -> Taken | None:
    """Take records until the goal is determined; None if single steps do not lead there."""
    records = [r for r in scene.algebra.ledger.records if spare or not r.spare]
    if len(records) > MOST_RECORDS:
        return None
    known = Linear()
    taken = Taken()
    waiting = records
    for _ in range(MOST_ROUNDS):
        ready = [r for r in waiting if _ready(r, known, taken, scene)]
        if not ready:
            return None
        aims = variables(known.reduce(goal)[0])
        for record in sorted(ready, key=lambda r: (_misses(r, known, aims), len(r.because), len(r.parts), r.id)):
            poly = record.poly
            linear = poly is not None and all(len(m) <= 1 for m in poly)
            if linear and poly is not None and known.insert(poly, 0) != "new":
                continue
            taken.rows[record.id] = len(taken.basis.rows)
            taken.order.append(record.id)
            if linear and poly is not None:
                taken.basis.insert(record.id, poly)
        if known.value(goal) is not None:
            return taken
        done = {r.id for r in ready}
        waiting = [r for r in waiting if r.id not in done]
    return None


def _misses(record: Record, known: Linear, aims: set[str]) -> bool:
    """Whether an equation leaves something open beside what the goal depends on."""
    if record.poly is None or any(len(m) > 1 for m in record.poly):
        return True
    return not variables(known.reduce(record.poly)[0]) <= aims


def _ready(record: Record, known: Linear, taken: Taken, scene: Scene) -> bool:
    """Whether a record follows from what is known, and makes at most one more quantity known."""
    for why in record.because:
        if why.poly is None:
            if any(i not in taken.rows for i in bits(why.mask)):
                return False
        elif known.reduce(why.poly)[0]:
            return False
    if record.poly is None or record.theorem.startswith("Given") or any(len(m) > 1 for m in record.poly):
        return True
    parts = [poly for _, poly in record.parts] or [variable(name) for name in variables(record.poly)]
    return sum(_open(part, known, scene) for part in parts) <= 1


def _open(part: Poly, known: Linear, scene: Scene) -> bool:
    """Whether a quantity is not yet known, as a number or in the problem's variables."""
    return any(scene.algebra.kinds.get(name) != "symbol" for name in variables(known.reduce(part)[0]))
