"""How diagrams look: the styles, and what varies from picture to picture within one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.styles import Colour, colour

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Style:
    """The range of looks of one style.

    Attributes:
        page: colour behind everything.
        ink: colours of strokes to pick from.
        marks: colour of ticks, arcs and right angles; None takes that of the strokes.
        text: colour of labels.
        letters: font families of point names to pick from.
        numbers: font families of other labels to pick from.
        width: least and greatest thickness of strokes, px.
        text_size: least and greatest size of labels, px.
        gap: least and greatest room between a label and what it names, px.
        dots: chance that points carry dots.
        arcs: chance that labelled angles carry arcs.
        wobble: how far a stroke strays from its course, px, as drawn by hand.
        paper: squared paper behind the figure.
        blur: standard deviation of a blur, px.
        noise: half width of uniform noise, grey levels.
        jpeg: lowest quality of a JPEG round trip; None is none.
    """

    page: Colour = (255, 255, 255)
    ink: tuple[Colour, ...] = ((0, 0, 0),)
    marks: Colour | None = None
    text: Colour = (0, 0, 0)
    letters: tuple[str, ...] = ("sans",)
    numbers: tuple[str, ...] = ("sans",)
    width: tuple[float, float] = (1.6, 2.2)
    text_size: tuple[int, int] = (16, 20)
    gap: tuple[float, float] = (4.0, 6.0)
    dots: float = 0.0
    arcs: float = 0.5
    wobble: float = 0.0
    paper: bool = False
    blur: float = 0.0
    noise: int = 0
    jpeg: int | None = None


STYLES: dict[str, Style] = {
    "plain": Style(),
    "textbook": Style(
        ink=(colour("#0067a5"), colour("#00569d")),
        marks=colour("#e6007e"),
        text=colour("#231f20"),
        letters=("sans italic",),
        width=(1.8, 2.4),
        arcs=0.2,
    ),
    "serif": Style(letters=("times italic",), numbers=("times",), width=(1.1, 1.5), text_size=(18, 22), dots=0.2),
    "bold": Style(letters=("sans bold",), numbers=("sans bold", "sans"), width=(2.8, 3.6), text_size=(18, 22)),
    "chalk": Style(
        page=colour("#1d2b26"),
        ink=(colour("#f4f4f0"), colour("#ffe9a8"), colour("#bfe3ff")),
        text=colour("#f4f4f0"),
        letters=("serif",),
        numbers=("serif",),
        noise=4,
    ),
    "colour": Style(
        page=colour("#fbf7ef"),
        ink=(colour("#1f6f50"), colour("#7a2d8f"), colour("#b3541e")),
        marks=colour("#c02626"),
        text=colour("#1f2d3d"),
        letters=("serif bold", "sans bold"),
        numbers=("serif", "sans"),
        dots=1.0,
        gap=(6.0, 10.0),
    ),
    "scan": Style(
        page=colour("#ecebe6"),
        ink=(colour("#2c2c2c"),),
        text=colour("#2c2c2c"),
        letters=("times", "times italic"),
        numbers=("times",),
        text_size=(19, 22),
        blur=0.6,
        noise=10,
        jpeg=60,
    ),
    "sketch": Style(
        ink=(colour("#22313f"), colour("#1b3a8a")),
        text=colour("#22313f"),
        letters=("sans", "sans italic"),
        numbers=("sans", "sans italic"),
        wobble=1.6,
        gap=(5.0, 9.0),
        text_size=(18, 22),
    ),
    "paper": Style(ink=(colour("#1a1a1a"), colour("#0b3d91")), letters=("sans", "mono"), numbers=("mono",), paper=True),
}
"""The styles by name."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one picture looks; lengths in px, the turn in degrees. See Style for what is not said here."""

    style: Style
    size: tuple[int, int]
    ink: Colour
    marks: Colour
    letters: str
    numbers: str
    width: float
    text_size: int
    gap: float
    dots: bool
    arcs: bool
    turn: float
    mirror: bool


def draw_look(rng: "np.random.Generator", style: Style) -> Look:
    """Draw the look of one picture of a style."""
    ink = pick(rng, style.ink)
    turn = float(rng.uniform(0, 360)) if chance(rng, 0.4) else float(90 * between(rng, 0, 3) + rng.uniform(-9, 9))
    return Look(
        style=style,
        size=(between(rng, 360, 520), between(rng, 320, 440)),
        ink=ink,
        marks=style.marks or ink,
        letters=pick(rng, style.letters),
        numbers=pick(rng, style.numbers),
        width=float(rng.uniform(*style.width)),
        text_size=between(rng, *style.text_size),
        gap=float(rng.uniform(*style.gap)),
        dots=chance(rng, style.dots),
        arcs=chance(rng, style.arcs),
        turn=turn,
        mirror=chance(rng, 0.5),
    )
