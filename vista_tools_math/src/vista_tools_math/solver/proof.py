"""The steps to an answer: the records that it rests on, in order, with numbers filled in."""

from dataclasses import dataclass, field

from vista_tools_math.solver import writing
from vista_tools_math.solver.exact import Number
from vista_tools_math.solver.linear import Linear, explain
from vista_tools_math.solver.polynomials import variable, variables
from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.records import Because, Record, bits
from vista_tools_math.solver.scene import Scene
from vista_tools_math.solver.shorten import Taken, breadth_first

MOST_DERIVED = 40  # lines of what was derived when there is no answer


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation.

    Attributes:
        number: from 1.
        theorem: its name, or where the fact was given.
        statement: what holds by it.
        premises: what it rests on: facts, and earlier steps as "step 3".
        result: values that are known from here on, such as "∠ABC = 40°".
        drawing: what was read off the drawing to choose this case; "" if nothing was.
    """

    number: int
    theorem: str
    statement: str
    premises: list[str] = field(default_factory=list)
    result: str = ""
    drawing: str = ""


def steps_of(scene: Scene, goal: Quantity, value: Number, target: Because) -> list[Step]:
    """The derivation of goal = value: the shortest of those that are tried."""
    options = [_as_found(scene, target)]
    for spare in (True, False):
        taken = breadth_first(scene, goal.poly, spare)
        if taken is not None:
            options.append(_as_taken(scene, target, taken))
    needed, order, last = min((option for option in options if option is not None), key=lambda option: len(option[1]))
    return _written(scene, goal, value, needed, order, last)


Derivation = tuple[dict[int, set[int]], list[int], set[int]]  # sources of each record; their order; sources of the goal


def _as_found(scene: Scene, target: Because) -> Derivation:
    """The records that the search used, in its order."""
    records = scene.algebra.ledger.records

    def sources(why: Because) -> set[int]:
        return set(bits(why.mask)) if why.poly is None else explain(why.poly, why.mask, records)

    needed: dict[int, set[int]] = {}
    last = sources(target)
    waiting = list(last)
    while waiting:
        i = waiting.pop()
        if i not in needed:
            needed[i] = set().union(*(sources(why) for why in records[i].because)) - {i}
            waiting += needed[i]
    return needed, sorted(needed), last


def _as_taken(scene: Scene, target: Because, taken: Taken) -> Derivation | None:
    """The records that lead to the goal breadth first."""
    records = scene.algebra.ledger.records
    last = taken.basis.explain(target.poly or {})
    if last is None:
        return None
    needed: dict[int, set[int]] = {}
    waiting = list(last)
    while waiting:
        i = waiting.pop()
        if i in needed:
            continue
        needed[i] = set()
        for why in records[i].because:
            found = set(bits(why.mask)) if why.poly is None else taken.basis.explain(why.poly, taken.rows[i])
            if found is None:
                return None
            needed[i] |= found
        waiting += needed[i]
    return needed, [i for i in taken.order if i in needed], last


def _written(
    scene: Scene, goal: Quantity, value: Number, needed: dict[int, set[int]], order: list[int], last: set[int]
) -> list[Step]:
    """A derivation as numbered steps, with the values that become known on the way."""
    records = scene.algebra.ledger.records
    numbers = {i: n for n, i in enumerate(order, 1)}
    linear = Linear()
    seen: set[str] = set()
    steps = []
    for i in order:
        record = records[i]
        result = ""
        if record.poly is not None and all(len(m) <= 1 for m in record.poly):
            linear.insert(record.poly, 0)
            result = _news(record, linear, seen, scene)
        premises = [*record.premises, *(f"step {numbers[j]}" for j in sorted(needed[i], key=numbers.__getitem__))]
        steps.append(Step(numbers[i], record.theorem, record.statement, premises, result, record.drawing))
    premises = [f"step {numbers[j]}" for j in sorted(last, key=numbers.__getitem__)]
    statement = f"{goal.text} = {writing.number(value)}{goal.unit}"
    steps.append(Step(len(steps) + 1, "Answer", statement, premises, "", goal.drawing))
    return steps


def _news(record: Record, linear: Linear, seen: set[str], scene: Scene) -> str:
    """The values that a step makes known, of quantities that it speaks of."""
    found = []
    names = sorted(variables(record.poly or {}))
    for name, poly in (*record.parts, *((name, variable(name)) for name in names)):
        value = linear.value(poly)
        key = str(sorted(poly)) if len(poly) > 1 else str(next(iter(poly), ""))
        if value is None or key in seen or not variables(poly):
            continue
        seen.add(key)
        kinds = {scene.algebra.kinds.get(variable_name) for variable_name in variables(poly)}
        unit = "°" if kinds & {"angle", "arc"} else ""
        text = f"{name} = {writing.number(value)}{unit}"
        if text.rstrip("°") != record.statement.rstrip("°"):
            found.append(text)
    return ", ".join(found)


def contradicted(scene: Scene, target: Because) -> str | None:
    """The statement that contradicts a fact on which an answer rests; None if there is none."""
    records = scene.algebra.ledger.records
    needed, _, last = _as_found(scene, target)
    used = last | needed.keys()
    for conflict in scene.algebra.conflicts:
        sources = explain(conflict.poly, conflict.mask, records)
        given = {records[i].theorem for i in sources}
        if conflict.record.theorem == "Given in the diagram" and given == {"Given in the text"}:
            continue  # the text is what the question is about
        if scene.figure.doubts and not conflict.record.theorem.startswith("Given"):
            continue  # the incidences are at fault, not what is given
        if used & sources:
            others = "; ".join(records[i].statement for i in sorted(sources))
            return f"{conflict.record.statement} ({conflict.record.theorem}), but {others}"
    return None


def derived(scene: Scene) -> list[str]:
    """What is known when there is no answer: values first, then facts."""
    lines = []
    for name in sorted(scene.algebra.kinds):
        value = scene.algebra.linear.value(variable(name))
        if value is not None:
            unit = "°" if scene.algebra.kinds[name] in ("angle", "arc") else ""
            lines.append(f"{name} = {writing.number(value)}{unit}")
    lines += [r.statement for r in scene.algebra.ledger.records if r.poly is None and not r.theorem.startswith("Given")]
    return list(dict.fromkeys(lines))[:MOST_DERIVED]
