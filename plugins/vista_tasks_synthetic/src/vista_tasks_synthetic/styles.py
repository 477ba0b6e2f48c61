"""Colours and looks: everything about a picture that carries no data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tasks_synthetic.keyed import between, chance, pick

if TYPE_CHECKING:
    import numpy as np

Colour = tuple[int, int, int]


def colour(code: str) -> Colour:
    """Return the RGB triple of a code such as "#1f77b4"."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the page: behind everything, behind the data, of text, gridlines and axis lines."""

    page: Colour
    panel: Colour
    text: Colour
    grid: Colour
    line: Colour

    @property
    def dark(self) -> bool:
        """Whether marks must be light to be seen."""
        return sum(self.panel) < 384


def _theme(page: str, panel: str, text: str, grid: str, line: str) -> Theme:
    return Theme(colour(page), colour(panel), colour(text), colour(grid), colour(line))


LIGHT: tuple[Theme, ...] = (
    _theme("#ffffff", "#ffffff", "#222222", "#dcdcdc", "#333333"),
    _theme("#ffffff", "#ffffff", "#000000", "#cfcfcf", "#000000"),
    _theme("#faf6ee", "#faf6ee", "#3b2f25", "#e2d9c8", "#5c4b3b"),
    _theme("#ffffff", "#ebebef", "#2b2b33", "#ffffff", "#55555f"),
    _theme("#f3f6fa", "#ffffff", "#1f2d3d", "#d9e2ec", "#486581"),
    _theme("#eef5ee", "#fafdfa", "#233b2b", "#d3e3d5", "#4d6b55"),
    _theme("#fff5f3", "#fffdfc", "#40211c", "#f0dad5", "#7a4a42"),
)
DARK: tuple[Theme, ...] = (
    _theme("#1e1e2e", "#1e1e2e", "#e6e6f0", "#3a3a4d", "#b8b8c8"),
    _theme("#101418", "#1a2026", "#e8eef2", "#36414b", "#9fb0bd"),
    _theme("#262626", "#262626", "#f2f2f2", "#454545", "#cccccc"),
)

PALETTES: tuple[tuple[str, ...], ...] = (
    ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f"),
    ("#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3", "#8c8c8c"),
    ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7b6d8d", "#8f8a00"),
    ("#264653", "#2a9d8f", "#e9a820", "#f4a261", "#e76f51", "#6d597a", "#577590", "#90be6d"),
    ("#3b528b", "#21918c", "#5ec962", "#440154", "#d8a416", "#31688e", "#8e4585", "#35b779"),
    ("#5b8def", "#f26d6d", "#3cba92", "#f5a623", "#9b6dd6", "#00a6c7", "#d65fa6", "#7d8597"),
    ("#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#8fbf3f", "#e0b83a", "#c9a06b", "#989898"),
    ("#444444", "#777777", "#9a9a9a", "#5a6570", "#88939e", "#6b5f57", "#a39488", "#333c44"),
)


def apart(a: Colour, b: Colour) -> int:
    """Return how far two colours are apart: the sum of the channel differences, 0 to 765."""
    return sum(abs(x - y) for x, y in zip(a, b, strict=True))


def palette(rng: "np.random.Generator", theme: Theme, count: int) -> tuple[Colour, ...]:
    """Return `count` fill colours that stand out from the panel, its gridlines and each other."""
    wanted = 150 if theme.dark else 110
    while True:
        colours = [colour(code) for code in pick(rng, PALETTES)]
        seen = [c for c in colours if apart(c, theme.panel) >= wanted and apart(c, theme.grid) >= wanted // 2]
        chosen: list[Colour] = []
        for index in rng.permutation(len(seen)):
            if all(apart(seen[int(index)], other) >= 60 for other in chosen):
                chosen.append(seen[int(index)])
        if len(chosen) >= count:
            return tuple(chosen[:count])


@dataclass(frozen=True, slots=True)
class ChartStyle:
    """How a chart looks. Lengths are in pixels, angles in degrees."""

    size: tuple[int, int]
    theme: Theme
    family: str
    text_size: int
    title: bool
    axis_title: bool
    grid: str
    """"none", "lines" (across the value axis) or "both"."""
    dashed: bool
    spines: str
    """"all", "two" (value axis and base), "base" or "none"."""
    tick_marks: bool
    bar_share: float
    """Width of a bar (or of a group of bars) as a share of its slot."""
    per_bar_colours: bool
    outline: bool
    value_labels: bool
    ticks: bool
    label_angle: int
    legend: str
    """"top", "bottom" or "right"."""
    hatch: bool
    noise: int
    """Half width of the uniform noise, in grey levels."""
    jpeg: int | None
    """Quality of a JPEG round trip, or None."""


def chart_style(rng: "np.random.Generator", level: int, canvas: tuple[int, int] | None) -> ChartStyle:
    """Draw a chart's look.

    Args:
        rng: keyed generator.
        level: 1 is plain and legible; 2 rotates names and varies more; 3 adds hatching, heavier noise and JPEG traces.
        canvas: (width, height) in pixels, or None for a random one.
    """
    width, height = (340, 460, 480)[level - 1], (260, 300, 320)[level - 1]
    size = canvas or (between(rng, width, width + 120), between(rng, height, height + 100))
    families = ("sans", "sans", "serif", "mono", "sans bold", "serif bold") + (("times bold",) if level > 1 else ())
    value_labels = chance(rng, (0.5, 0.25, 0.2)[level - 1])
    return ChartStyle(
        size=size,
        theme=pick(rng, DARK if chance(rng, 0.2) else LIGHT),
        family=pick(rng, families),
        text_size=between(rng, 12, 15),
        title=chance(rng, (0.3, 0.6, 0.7)[level - 1]),
        axis_title=chance(rng, (0.2, 0.5, 0.5)[level - 1]),
        grid=pick(rng, ("none", "lines", "lines", "both")),
        dashed=chance(rng, 0.35),
        spines=pick(rng, ("all", "two", "two", "base", "none")),
        tick_marks=chance(rng, 0.6),
        bar_share=float(rng.uniform(0.45, 0.85)),
        per_bar_colours=chance(rng, 0.35),
        outline=chance(rng, 0.3),
        value_labels=value_labels,
        ticks=not (value_labels and chance(rng, 0.3)),
        label_angle=0 if level == 1 else pick(rng, (0, 0, 0, 30, 45, 90)),
        legend=pick(rng, ("top", "bottom", "right")),
        hatch=level == 3 and chance(rng, 0.25),
        noise=between(rng, 1, (4, 6, 10)[level - 1]) if chance(rng, (0.25, 0.3, 0.4)[level - 1]) else 0,
        jpeg=between(rng, 70, 92) if level == 3 and chance(rng, 0.3) else None,
    )
