"""From a problem to its solution."""

import time
from dataclasses import dataclass, replace

from vista_tools_math.languages import Form, FormError, to_text
from vista_tools_math.solver import exact
from vista_tools_math.solver.drawing import sketches
from vista_tools_math.solver.polynomials import add, const, variables
from vista_tools_math.solver.problem import Problem, Reading, in_order, names, read
from vista_tools_math.solver.proof import Step, contradicted, derived, steps_of
from vista_tools_math.solver.quantity import Quantity
from vista_tools_math.solver.records import Because
from vista_tools_math.solver.scene import OutOfTime, Scene
from vista_tools_math.solver.search import Search
from vista_tools_math.solver.statements import stated
from vista_tools_math.solver.terms import Terms, Unbounded

SKETCHES = 6  # that are compared when there is no drawing
SKETCHING = 0.4  # of the time that is given

__all__ = ["NotSolved", "Solution", "Step", "solve"]


class NotSolved(Exception):
    """No answer follows from the forms.

    Attributes:
        derived: what was found, the values of quantities and facts.
    """

    def __init__(self, message: str, derived: list[str]) -> None:
        super().__init__(message)
        self.derived = derived


class Contradiction(NotSolved):
    """The forms contradict each other where the answer depends on them."""


@dataclass(frozen=True, slots=True)
class Solution:
    """An answer with its derivation.

    Attributes:
        answer: as a float; degrees for angles.
        exact: written exactly, in the grammar of the tool `calculator`.
        goal: what was asked.
        steps: the derivation, in order; premises name earlier steps by number.
        unused: given forms that the solver has no use for, and what contradicts the rest.
    """

    answer: float
    exact: str
    goal: str
    steps: list[Step]
    unused: list[str]


def solve(problem: Problem, seconds: float = 20.0) -> Solution:
    """Solve a problem.

    Without positions, what the forms alone decide is tried first; then sketches that fit the forms take the place of a
    drawing, and an answer counts only if at least two lead to it and none to another one.

    Raises:
        FormError: a form is not of the language, or the goal has no meaning in the figure.
        NotSolved: no answer was found; it says what was derived.
    """
    deadline = time.monotonic() + seconds
    reading = read(problem)
    if reading.positions:
        return _solved(reading, deadline, seconds)
    failure: NotSolved | FormError | None = None
    found: Solution | None = None
    try:
        found = _solved(reading, deadline, seconds)
    except Unbounded:
        raise
    except (NotSolved, FormError) as error:
        failure = error
    alone = found is not None
    agreeing = 0
    until = time.monotonic() + seconds * SKETCHING
    for positions in sketches(reading, 1 if alone else SKETCHES, until):
        try:
            solution = _solved(replace(reading, positions=positions), deadline, seconds)
        except Contradiction:
            raise
        except (NotSolved, FormError) as error:
            failure = error if isinstance(failure, FormError) else failure
            continue
        if alone:
            break
        if found is not None and abs(found.answer - solution.answer) > 1e-6 * max(1.0, abs(found.answer)):
            message = f"the forms leave the figure open: {found.exact} and {solution.exact} are both possible"
            raise NotSolved(f"{message}; point_positions would choose", [])
        found = found or solution
        agreeing += 1
    if found is None or (not alone and agreeing < 2):
        if isinstance(failure, NotSolved):
            raise failure
        raise NotSolved(f"{failure or 'no sketch fits the forms'}; point_positions may help", [])
    if alone:
        return found
    return replace(
        found, unused=[*found.unused, "no positions: a sketch that fits the forms was used for order and sides"]
    )


def _solved(reading: Reading, deadline: float, seconds: float) -> Solution:
    """Solve with the positions of the reading."""
    scene = Scene(reading.figure())
    scene.deadline = deadline
    terms = Terms(scene)
    solved = False
    try:
        statements = stated(scene, terms, reading.facts)
        goal = _goal(reading.goal, scene, terms)
        scene.algebra.aims = variables(goal.poly)
        solved = Search(scene, lambda: scene.value(goal) is not None).run()
    except OutOfTime:
        late = f"no answer to {to_text(reading.goal)} was found within {seconds:g} seconds"
        raise NotSolved(late, derived(scene)) from None
    value = scene.value(goal)
    if value is not None and goal.unit == "°" and not 0 < float(value) <= 360:
        value = None
    if value is not None and _is_size(goal, scene) and float(value) <= 0:
        value = None
    if not solved or value is None:
        raise NotSolved(f"{to_text(reading.goal)} does not follow from the forms", derived(scene))
    _, mask = scene.algebra.linear.reduce(goal.poly)
    target = Because(mask, add(goal.poly, const(value), -1))
    if (doubt := contradicted(scene, target)) is not None:
        raise Contradiction(f"the forms contradict each other: {doubt}", derived(scene))
    steps = steps_of(scene, goal, value, target)
    unused = [*statements.unused, *scene.figure.doubts]
    unused += [f"{c.record.statement} ({c.record.theorem}): contradicts the rest" for c in scene.algebra.conflicts]
    return Solution(float(value), exact.text(value), to_text(reading.goal.args[0]), steps, unused)


def _is_size(goal: Quantity, scene: Scene) -> bool:
    """Tell whether a goal is a sum of lengths or areas, which must be positive."""
    kinds = {scene.algebra.kinds.get(name) for name in variables(goal.poly)}
    return bool(kinds) and kinds <= {"length", "area"}


def _goal(form: Form, scene: Scene, terms: Terms) -> Quantity:
    """What is asked for, as a quantity."""
    node = form.args[0]
    if not isinstance(node, Form):
        return terms.quantity(node)
    if node.head in ("Triangle", "Parallelogram") and names(node):
        raise FormError(f"{to_text(node)} is a figure; a measure of it can be asked for", 1)
    for part in node.args:
        if isinstance(part, Form) and len(names(part)) == 4 and part.head not in ("Line", "Angle", "Arc"):
            corners = tuple(in_order(names(part), scene.figure))
            if all(set(known) != set(corners) or kind != part.head for kind, known, _ in scene.polygons):
                record = scene.fact("Given in the question", f"{''.join(corners)} is a {part.head.lower()}")
                scene.polygons.append((part.head, corners, record))
    return terms.quantity(node)
