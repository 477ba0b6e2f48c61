"""A drawn geometry problem as one value: picture, gold construction, gold forms, text and answer."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tasks_synthetic.diagrams import forms, parallels, quadrilaterals, rights, rounds, triangles
from vista_tasks_synthetic.diagrams.looks import STYLES, draw_look
from vista_tasks_synthetic.diagrams.paint import paint
from vista_tasks_synthetic.diagrams.place import Label, NotLegible, lay_out
from vista_tasks_synthetic.diagrams.plan import LETTERS, Plan, Xy
from vista_tasks_synthetic.keyed import generator, pick, pick_several

if TYPE_CHECKING:
    from PIL import Image

MAKERS = triangles.FAMILIES | rights.FAMILIES | parallels.FAMILIES | quadrilaterals.FAMILIES | rounds.FAMILIES
FAMILIES: tuple[str, ...] = tuple(MAKERS)
"""The kinds of problem."""
ATTEMPTS = 400


@dataclass(frozen=True, slots=True)
class DiagramProblem:
    """A drawn geometry problem with all that is true of it.

    Attributes:
        family: one of FAMILIES.
        style: one of looks.STYLES.
        seed: what it was made from.
        image: the picture, RGB.
        text: the problem in English, goal included.
        points: place of each named point, px.
        lines: straight strokes with the names of all points on them in order: "ADB".
        line_instances: every two points that a stroke joins.
        circles: centre's name, x, y, radius (px), names of the points on it.
        labels: every text in the picture with what it names.
        text_logic: what the text says as Inter-GPS logic forms; `Find(...)` is the last.
        diagram_logic: what the picture says, likewise.
        construction_cdl: FormalGeo CDL: which points share a line or a circle.
        image_cdl: measures and marks in the picture.
        text_cdl: what the text says.
        goal_cdl: what is asked.
        exact: the answer, such as "5*sqrt(3)".
        answer: the same as a number.
    """

    family: str
    style: str
    seed: int
    image: "Image.Image"
    text: str
    points: dict[str, Xy]
    lines: list[str]
    line_instances: list[str]
    circles: list[tuple[str, float, float, float, str]]
    labels: list[Label]
    text_logic: list[str]
    diagram_logic: list[str]
    construction_cdl: list[str]
    image_cdl: list[str]
    text_cdl: list[str]
    goal_cdl: str
    exact: str
    answer: float


def make_problem(seed: int, style: str = "plain", family: str | None = None) -> DiagramProblem:
    """Make a problem: the same arguments give the same problem, pixel by pixel.

    Args:
        seed: any number.
        style: one of STYLES.
        family: one of FAMILIES; None picks one by the seed.

    Raises:
        ValueError: there is no such style or family, or no legible drawing was found.

    Example:
        >>> problem = make_problem(3, "plain", "pythagoras")
        >>> problem.text_logic[-1].startswith("Find("), len(problem.points)
        (True, 3)
    """
    if style not in STYLES:
        raise ValueError(f"There is no style {style!r}; there are {', '.join(STYLES)}.")
    if family is None:
        family = pick(generator("diagram family", seed), FAMILIES)
    if family not in MAKERS:
        raise ValueError(f"There is no family {family!r}; there are {', '.join(FAMILIES)}.")
    for attempt in range(ATTEMPTS):
        rng = generator("diagram", seed, style, family, attempt)
        plan = MAKERS[family](rng, "".join(pick_several(rng, LETTERS, 8)))
        _show_roots(plan)
        look = draw_look(rng, STYLES[style])
        try:
            layout = lay_out(plan.figure, look)
        except NotLegible:
            continue
        image = paint(plan.figure, layout, look, rng)
        circles = [(ring.centre, *layout.points[ring.centre], radius, ring.on) for ring, radius in layout.rings]
        return DiagramProblem(
            family=family,
            style=style,
            seed=seed,
            image=image,
            text=plan.text,
            points=layout.points,
            lines=list(plan.figure.lines),
            line_instances=forms.pairs_of(plan.figure),
            circles=circles,
            labels=layout.labels,
            text_logic=[*plan.givens, f"Find({plan.goal})"],
            diagram_logic=forms.diagram_forms(plan.figure),
            construction_cdl=forms.construction_cdl(plan.figure),
            image_cdl=forms.image_cdl(plan.figure),
            text_cdl=forms.text_cdl(plan),
            goal_cdl=forms.goal_cdl(plan),
            exact=plan.exact,
            answer=float(plan.value),
        )
    raise ValueError(f"No legible drawing of {family!r} in style {style!r} was found for seed {seed}.")


def _show_roots(plan: Plan) -> None:
    """Write the roots of labels as a picture does: 5*sqrt(3) -> 5√3."""
    lengths = plan.figure.lengths
    lengths[:] = [(pair, re.sub(r"\*?sqrt\((\d+)\)", r"√\1", text)) for pair, text in lengths]
