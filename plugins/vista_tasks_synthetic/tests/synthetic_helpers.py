"""What the tests of this package share: the tasks, and a reader that never errs."""

from typing import Any

from vista_core import Expert, Observation
from vista_tasks_synthetic.base import SyntheticTask
from vista_tasks_synthetic.chart import SyntheticChart
from vista_tasks_synthetic.document import SyntheticDocument
from vista_tasks_synthetic.geometry import SyntheticGeometry
from vista_tasks_synthetic.map import SyntheticMap
from vista_tasks_synthetic.scene import SyntheticScene
from vista_tasks_synthetic.table import SyntheticTable

TASKS: tuple[type[SyntheticTask[Any]], ...] = (
    SyntheticChart,
    SyntheticTable,
    SyntheticGeometry,
    SyntheticMap,
    SyntheticDocument,
    SyntheticScene,
)
LEVELS = (1, 2, 3)


def all_tasks(**config: Any) -> list[SyntheticTask[Any]]:
    """Every task at every level."""
    return [kind(level=level, **config) for kind in TASKS for level in LEVELS]


def perfect_text(task: SyntheticTask[Any], key: str) -> str:
    """What a tool that reads without error would say about a problem's picture."""
    gold = task.gold(key).model_dump()
    if task.name == "synthetic_geometry":
        return "\n".join([f"{a}°" for a in gold["angles"]] + [str(n) for n in gold["lengths"]] + ["A", "B"])
    if task.name == "synthetic_map":
        return "\n".join([f"{name}: {value} [10, 20, 90, 36]" for name, value in gold["table"]] + gold["legend"])
    if task.name == "synthetic_scene":
        return "\n".join(
            f"{paint} {shape} [{x * 400:.0f}, 5, {x * 400:.0f}, 9] (0.90)" for paint, shape, x, _ in gold["objects"]
        )
    columns = gold["series"] if task.name == "synthetic_chart" else gold["columns"]
    if task.name == "synthetic_chart" and len(columns) == 1:
        return "\n".join(" ".join(row) for row in gold["table"])
    return "\n".join(" | ".join(row) for row in [["Name", *columns], *gold["table"]])


def calculate(expression: str) -> str:
    """A calculator for the experts' own expressions."""
    import math

    names = {name: getattr(math, name) for name in ("sqrt", "pi", "sin", "cos", "radians")} | {"max": max, "min": min}
    return str(eval(expression.replace("^", "**"), {"__builtins__": {}}, names))


def play(expert: Expert, read: str, turns: int = 3) -> tuple[list[Any], str | None]:
    """Let an expert run on a perfect reader and calculator; return its turns and its answer."""
    observations: list[Observation] = []
    done = []
    for _ in range(turns):
        turn = expert.turn(observations)
        done.append(turn)
        if turn.answer is not None:
            return done, turn.answer
        text = calculate(turn.arguments["expression"]) if turn.tool == "calculator" else read
        observations.append(Observation(text=text))
    return done, None
