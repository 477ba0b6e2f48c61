"""How many geometry problems the solver answers, rightly and wrongly, and how long it takes.

    python benchmarks/geometry.py [FILE] [--generated 4] [--pictures 5] [--samples FOLDER] [--perturb 2] [--json FILE]

FILE: problems in logic forms, a JSON list of {id, text_logic_forms, diagram: {diagram_logic_forms, line_instances,
circle_instances, point_positions}, gold: [values]}; an answer within 1% of a gold value is right.
--generated: drawn problems of every family of vista-tasks-synthetic, from their forms; --pictures: of every style, from
picture and text. --perturb: FILE again with every point moved by up to 3% of the drawing; then with the
whole drawing stretched and sheared, which changes every length and angle in it but no order; and a search of all steps
for numbers that are a length or an angle of the drawing. One core; seconds count whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Any

LIMIT = 20.0  # seconds a problem
MOVE = 0.03  # of the drawing's size
Positions = Mapping[str, tuple[float, float]]


@dataclass
class Item:
    """A problem with the values that count as right."""

    key: str
    family: str
    problem: Any
    gold: list[float]


@dataclass
class Outcome:
    """What became of a problem: right, wrong or unsolved, in how long, by which theorems."""

    key: str
    family: str
    verdict: str
    seconds: float
    answer: float | None = None
    gold: list[float] = field(default_factory=list)
    theorems: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    why: str = ""


def from_file(path: Path) -> Iterator[Item]:
    """The problems of a logic-form file."""
    from vista_tools_math.solver import Problem

    for row in json.loads(path.read_text()):
        diagram = row["diagram"]
        problem = Problem(
            row["text_logic_forms"],
            diagram["diagram_logic_forms"],
            {name: (x, y) for name, (x, y) in diagram["point_positions"].items()},
            diagram["line_instances"],
            diagram["circle_instances"],
        )
        yield Item(str(row["id"]), family_of(problem), problem, row["gold"])


def family_of(problem: Any) -> str:
    """What a problem is about, by its forms: the figure and what is asked."""
    text = " ".join([*problem.text, *problem.diagram])
    goal = next((form for form in problem.text if form.startswith("Find")), "")
    figures = (
        ("circle", r"\bPointLiesOnCircle|\bCircle\(\w"),
        ("quadrilateral", r"\b(Parallelogram|Rectangle|Rhombus|Square|Trapezoid|Kite|Quadrilateral)\("),
        ("similar", r"\b(Similar|Congruent)\("),
        ("right triangle", r"\bPerpendicular\("),
        ("parallels", r"\bParallel\("),
    )
    figure = next((name for name, pattern in figures if re.search(pattern, text)), "triangle, lines")
    asked = (("area", "AreaOf"), ("perimeter", "PerimeterOf"), ("length", "LengthOf"), ("angle, arc", "MeasureOf"))
    return f"{figure}: {next((name for name, head in asked if head in goal), 'variable')}"


def generated(count: int, seed: int) -> Iterator[Item]:
    """Problems of every family of the generator, in forms."""
    from vista_tasks_synthetic.diagrams import FAMILIES, make_problem
    from vista_tools_math.solver import Problem

    for family in FAMILIES:
        for i in range(count):
            p = make_problem(seed + i, family=family)
            centres = [circle[0] for circle in p.circles]
            problem = Problem(p.text_logic, p.diagram_logic, p.points, p.line_instances, centres)
            yield Item(f"{family} {seed + i}", family, problem, [p.answer])


def solved(item: Item) -> Outcome:
    """Solve one problem."""
    from vista_tools_math.languages import FormError
    from vista_tools_math.solver import NotSolved, solve

    started = time.perf_counter()
    try:
        solution = solve(item.problem, LIMIT)
    except (NotSolved, FormError) as error:
        seconds = time.perf_counter() - started
        return Outcome(item.key, item.family, "unsolved", seconds, gold=item.gold, why=str(error))
    seconds = time.perf_counter() - started
    right = any(abs(solution.answer - gold) <= 0.01 * max(abs(gold), 1e-9) for gold in item.gold)
    theorems = [s.theorem.split(",")[0] for s in solution.steps if not s.theorem.startswith(("Given", "Answer"))]
    steps = [f"{s.theorem}: {s.statement} {s.premises} {s.result}" for s in solution.steps]
    return Outcome(
        item.key,
        item.family,
        "right" if right else "wrong",
        seconds,
        solution.answer,
        item.gold,
        sorted(set(theorems)),
        steps,
    )


def report(name: str, outcomes: list[Outcome]) -> dict[str, Any]:
    """Print a table by family and one by theorem, and return them."""
    print(f"\n{name}")
    rows = defaultdict(list)
    theorems = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.family].append(outcome)
        for theorem in outcome.theorems:
            theorems[theorem].append(outcome)
    table = {family: figures(rows[family]) for family in sorted(rows)} | {"all": figures(outcomes)}
    print_table("family", table)
    by_theorem = {t: figures(theorems[t]) for t in sorted(theorems, key=lambda t: -len(theorems[t]))}
    print_table("theorem used", by_theorem)
    missed = [
        {"key": o.key, "verdict": o.verdict, "answer": o.answer, "gold": o.gold, "why": o.why}
        for o in outcomes
        if o.verdict != "right"
    ]
    for row in missed[:20]:
        print(f"  {row['verdict']}: {row['key']}, answer {row['answer']}, gold {row['gold']} {row['why']}")
    return {"families": table, "theorems": by_theorem, "missed": missed}


def figures(outcomes: list[Outcome]) -> dict[str, Any]:
    """Counts, median and 95th percentile of the seconds."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    seconds = sorted(outcome.seconds for outcome in outcomes)
    return {
        "problems": len(outcomes),
        "right": counts["right"],
        "wrong": counts["wrong"],
        "unsolved": counts["unsolved"],
        "median_s": round(seconds[len(seconds) // 2], 4),
        "p95_s": round(seconds[min(len(seconds) - 1, math.ceil(len(seconds) * 0.95) - 1)], 4),
        "longest_s": round(seconds[-1], 4),
    }


def print_table(what: str, table: Mapping[str, Mapping[str, Any]]) -> None:
    """One line a row."""
    print(f"{what:58} problems right wrong unsolved  median s   p95 s")
    for name, row in table.items():
        print(
            f"{name[:57]:58} {row['problems']:8} {row['right']:5} {row['wrong']:5} {row['unsolved']:8}"
            f" {row['median_s']:9.3f} {row['p95_s']:7.3f}"
        )


def moved(positions: Positions, seed: str) -> dict[str, tuple[float, float]]:
    """Every point moved in a random direction by up to 3% of the drawing's larger side."""
    rng = random.Random(seed)
    xs, ys = zip(*positions.values(), strict=True) if positions else ((0.0,), (0.0,))
    size = MOVE * max(max(xs) - min(xs), max(ys) - min(ys))
    places = {}
    for name in sorted(positions):
        angle, far = rng.uniform(0, 2 * math.pi), size * math.sqrt(rng.random())
        places[name] = (positions[name][0] + far * math.cos(angle), positions[name][1] + far * math.sin(angle))
    return places


def sheared(positions: Positions) -> dict[str, tuple[float, float]]:
    """An affine image: no length, ratio of directions or angle stays; orders and sides do."""
    return {name: (1.31 * x + 0.23 * y + 17, -0.11 * x + 0.83 * y - 5) for name, (x, y) in positions.items()}


def repeated(items: Iterable[Item], places: Any) -> list[Outcome]:
    """The problems again with other positions."""
    outcomes = []
    for item in items:
        p = item.problem
        problem = type(p)(p.text, p.diagram, places(p.positions, item.key), p.lines, p.circles)
        outcomes.append(solved(Item(item.key, item.family, problem, item.gold)))
    return outcomes


def numbers(outcome: Outcome) -> set[str]:
    """Every number of at least four digits that the steps of a solution quote."""
    text = " ".join(re.sub(r"step \d+", "", step) for step in outcome.steps)
    return {n for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", text) if len(n.replace(".", "")) >= 4}


def measured(positions: Positions) -> set[str]:
    """Every distance and angle of a drawing, to four and five digits."""
    values = [math.dist(positions[a], positions[b]) for a, b in combinations(positions, 2)]
    for v in positions:
        turns = [
            math.degrees(math.atan2(y - positions[v][1], x - positions[v][0]))
            for n, (x, y) in positions.items()
            if n != v
        ]
        values += [abs((a - b + 180) % 360 - 180) for a, b in combinations(turns, 2)]
    return {f"{value:.{digits}g}" for value in values for digits in (4, 5)}


def perturbed(items: list[Item], first: list[Outcome], times: int) -> dict[str, Any]:
    """What moving the points and shearing the drawing change, and numbers that only measuring could give."""
    right = figures(first)["right"]
    rows = []
    for seed in range(times):
        row = figures(repeated(items, lambda places, key, seed=seed: moved(places, f"{seed} {key}")))
        rows.append(row)
        change = row["right"] - right
        print(f"points moved by up to 3% (seed {seed}): {row['right']} right ({change:+}), {row['wrong']} wrong")
    outcomes = repeated(items, lambda places, key: sheared(places))
    row = figures(outcomes)
    pairs = [(a, b) for a, b in zip(first, outcomes, strict=True) if a.answer is not None and b.answer is not None]
    same_answer = sum(math.isclose(a.answer, b.answer, rel_tol=1e-9) for a, b in pairs)
    same_steps = sum(a.steps == b.steps for a, b in pairs)
    same = f"{same_answer} of {len(pairs)} answers and {same_steps} derivations the same"
    print(f"drawing sheared: {row['right']} right; {same}")
    quoted = {}
    for item, one, two in zip(items, first, outcomes, strict=True):
        given = set(re.findall(r"\d+(?:\.\d+)?", " ".join([*item.problem.text, *item.problem.diagram])))
        found = (numbers(one) - numbers(two) - given) & measured(item.problem.positions)
        if two.answer is not None and found:
            quoted[item.key] = sorted(found)
    print(f"steps that quote a length or angle of the drawing, which shearing takes away: {quoted or 'none'}")
    return {"moved": rows, "sheared": row, "same_answer": same_answer, "same_steps": same_steps, "quoted": quoted}


def from_pictures(count: int, seed: int) -> list[Outcome]:
    """Problems from picture and text alone: read, then solved."""
    import numpy as np
    from vista_tasks_synthetic.diagrams import FAMILIES, STYLES, make_problem
    from vista_tools_math.diagrams.problem import read_problem
    from vista_tools_math.solver import Problem

    outcomes = []
    for k, style in enumerate(STYLES):
        for i in range(count):
            family = FAMILIES[(k * count + i) % len(FAMILIES)]
            p = make_problem(seed + i, style=style, family=family)
            started = time.perf_counter()
            seen = read_problem(p.text, np.asarray(p.image))
            reading = time.perf_counter() - started
            problem = Problem(seen.text_logic, seen.diagram_logic, seen.point_positions, seen.lines, seen.circles)
            outcome = solved(Item(f"{style} {family} {seed + i}", style, problem, [p.answer]))
            outcome.seconds += reading
            outcomes.append(outcome)
    return outcomes


def show_samples(folder: Path) -> list[dict[str, Any]]:
    """Real pictures: what was read beside what people annotated."""
    import numpy as np
    from PIL import Image
    from vista_tools_math.diagrams import diagram_forms

    rows = []
    for file in sorted(folder.rglob("logic_form.json"), key=lambda f: f.parent.name):
        annotated = json.loads(file.read_text())["diagram_logic_form"]
        seen = diagram_forms(np.asarray(Image.open(file.parent / "img_diagram.png").convert("RGB")))
        print(
            f"\nproblem {file.parent.name}\n  annotated: {'; '.join(annotated)}\n  read:      {'; '.join(seen.forms)}"
        )
        same = len({f.replace(" ", "") for f in annotated} & {f.replace(" ", "") for f in seen.forms})
        rows.append({"id": file.parent.name, "annotated": len(annotated), "read": len(seen.forms), "alike": same})
    return rows


def main() -> None:
    """Measure, print tables, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="problems in logic forms (JSON)")
    parser.add_argument("--generated", type=int, default=4, help="generated problems per family; 0 for none")
    parser.add_argument(
        "--pictures", type=int, default=0, help="pictures per style, of the families in turn; 0 for none"
    )
    parser.add_argument("--samples", type=Path, help="folder of real problems with pictures, to show what is read")
    parser.add_argument("--perturb", type=int, default=2, help="reruns of FILE with moved points")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=Path("geometry.json"))
    options = parser.parse_args()
    results: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "vista-tools-math": version("vista-tools-math"),
        "load_average": os.getloadavg()[0],
        "seed": options.seed,
    }
    if options.file:
        items = list(from_file(options.file))
        first = [solved(item) for item in items]
        results["file"] = report(f"{options.file.name}: {len(items)} problems in logic forms", first)
        for row in results["file"]["missed"]:  # the data's licence differs from ours: its contents stay out
            del row["gold"], row["why"]
        if options.perturb:
            results["perturbed"] = perturbed(items, first, options.perturb)
    if options.generated:
        outcomes = [solved(item) for item in generated(options.generated, options.seed)]
        results["generated"] = report("generated problems, from their forms", outcomes)
    if options.pictures:
        results["pictures"] = report(
            "generated pictures and texts, to the answer", from_pictures(options.pictures, options.seed)
        )
    if options.samples:
        results["samples"] = show_samples(options.samples)
    options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
