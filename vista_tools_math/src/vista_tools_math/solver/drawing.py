"""Least squares for sketches: from random starts to positions."""

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from vista_tools_math.languages import Form, Number, walk
from vista_tools_math.solver.figure import Position
from vista_tools_math.solver.problem import Reading
from vista_tools_math.solver.sketch import GOOD, ITERATIONS, Sketcher

STARTS = 16


def sketches(reading: Reading, most: int, until: float) -> Iterator[dict[str, Position]]:
    """Up to `most` sketches from different starts; the same for the same forms.

    Args:
        reading: forms without positions.
        most: how many sketches.
        until: time.monotonic() after which no new one is begun.
    """
    sketcher = Sketcher(reading, _size(reading))
    if not sketcher.build():
        return
    found = 0
    for seed in range(STARTS):
        if time.monotonic() > until:
            return
        values = _fitted(sketcher, random.Random(seed))
        if values is None:
            continue
        positions = {p: (values[i], values[i + 1]) for p, i in sketcher.places.items()}
        if not _crossed(reading, positions):
            yield positions
            found += 1
            if found == most:
                return


def _crossed(reading: Reading, positions: dict[str, Position]) -> bool:
    """Whether segments cross in a point without a name, as they do not in a drawing of the forms."""
    lines = replace(reading, positions=positions).figure().lines
    for one, two in combinations(lines, 2):
        if set(one) & set(two):
            continue
        a, b, c, d = (positions[p] for p in (one[0], one[-1], two[0], two[-1]))
        if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
            return True
    return False


def _side(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _size(reading: Reading) -> float:
    """The size of a sketch: of the given lengths, if there are any."""
    given = []
    for fact in reading.facts:
        if fact.form.head == "Equals" and any(
            isinstance(n, Form) and n.head in ("Line", "RadiusOf") for n in walk(fact.form)
        ):
            given += [float(n.value) for n in fact.form.args if isinstance(n, Number) and 0 < n.value < 10**6]
    return max(given) if given else 10.0


def _fitted(sketcher: Sketcher, rng: random.Random) -> list[float] | None:
    """Coordinates that satisfy all equations, from one random start; None if that was not reached."""
    n = 2 * len(sketcher.places) + len(sketcher.extras)
    size = sketcher.size
    values = [rng.uniform(-size, size) for _ in range(n)]
    for name, i in sketcher.extras.items():
        values[i] = rng.uniform(0.3, 1.0) * size if name.startswith(("radius", "variable")) else rng.uniform(-0.5, 0.5)
    damping = 1.0
    errors = [f(values) for _, f, _ in sketcher.residuals]
    cost = sum(e * e for e in errors)
    for _ in range(ITERATIONS):
        normal, right = _normal(sketcher, values, errors, n)
        step = _solved(normal, right, damping)
        trial = [v - s for v, s in zip(values, step, strict=True)]
        trial_errors = [f(trial) for _, f, _ in sketcher.residuals]
        trial_cost = sum(e * e for e in trial_errors)
        if trial_cost < cost:
            done = cost - trial_cost < 1e-12 * cost
            values, errors, cost, damping = trial, trial_errors, trial_cost, max(damping / 4, 1e-9)
            if done or cost < (GOOD * size) ** 2 / 100:
                break
        else:
            damping *= 6
            if damping > 1e9:
                break
    worst = max(
        (abs(e) for e, (_, _, barrier) in zip(errors, sketcher.residuals, strict=True) if not barrier), default=0.0
    )
    slack = max((abs(e) for e, (_, _, barrier) in zip(errors, sketcher.residuals, strict=True) if barrier), default=0.0)
    good = all(map(math.isfinite, values)) and worst <= GOOD * size * 10 and slack <= 0.09 * size
    return values if good else None


def _normal(
    sketcher: Sketcher, values: list[float], errors: Sequence[float], n: int
) -> tuple[list[list[float]], list[float]]:
    """The normal equations of the linearised residuals."""
    normal = [[0.0] * n for _ in range(n)]
    right = [0.0] * n
    h = 1e-6 * sketcher.size
    for (touched, f, _), error in zip(sketcher.residuals, errors, strict=True):
        slopes = []
        for k in touched:
            kept = values[k]
            values[k] = kept + h
            slopes.append((f(values) - error) / h)
            values[k] = kept
        for k, a in zip(touched, slopes, strict=True):
            if a:
                right[k] += a * error
                row = normal[k]
                for m, b in zip(touched, slopes, strict=True):
                    row[m] += a * b
    return normal, right


def _solved(normal: list[list[float]], right: list[float], damping: float) -> list[float]:
    """The damped step, by Gaussian elimination of a positive definite system."""
    n = len(right)
    rows = [[*normal[i], right[i]] for i in range(n)]
    for i in range(n):
        rows[i][i] += damping * (1e-3 + normal[i][i])
    for i in range(n):
        pivot = rows[i][i] or 1e-12
        for j in range(i + 1, n):
            factor = rows[j][i] / pivot
            if factor:
                target, source = rows[j], rows[i]
                for k in range(i, n + 1):
                    target[k] -= factor * source[k]
    step = [0.0] * n
    for i in range(n - 1, -1, -1):
        rest = rows[i][n] - sum(rows[i][k] * step[k] for k in range(i + 1, n))
        step[i] = rest / (rows[i][i] or 1e-12)
    return step
