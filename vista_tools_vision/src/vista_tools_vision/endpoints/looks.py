"""What a scene does not hold of a chart's looks: the colour of each mark, and how a pie is cut."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.scene import ChartScene, Mark

_NAMES = {
    "black": "#000000",
    "white": "#ffffff",
    "gray": "#808080",
    "light gray": "#d0d0d0",
    "dark gray": "#484848",
    "red": "#e02020",
    "dark red": "#8b0000",
    "pink": "#ff9ec0",
    "magenta": "#e010c0",
    "orange": "#ff7f0e",
    "yellow": "#f5d800",
    "gold": "#c8a415",
    "beige": "#f0e0c0",
    "brown": "#8c564b",
    "green": "#2ca02c",
    "light green": "#98df8a",
    "dark green": "#0b5a1e",
    "olive": "#808000",
    "lime": "#80e020",
    "teal": "#008080",
    "cyan": "#17becf",
    "light blue": "#a6cee3",
    "blue": "#1f77b4",
    "bright blue": "#1040ff",
    "dark blue": "#10246b",
    "purple": "#8040a8",
    "lavender": "#c5b0d5",
}


def colour_name(colour: str) -> str:
    """The everyday name nearest to "#rrggbb"."""
    import numpy as np

    from vista_tools_vision.chart.colours import from_hex, lab_distance

    names = list(_NAMES)
    palette = np.array([from_hex(_NAMES[name]) for name in names])
    return names[int(np.argmin(lab_distance(palette, from_hex(colour))))]


@dataclass(frozen=True, slots=True)
class Wedge:
    """A slice of a pie; angles in degrees, clockwise from the right, `start` before `end`."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Pie:
    """A pie: its centre and radii, px, and one wedge a mark; `hole` is 0 without one."""

    centre: tuple[float, float]
    radius: float
    hole: float
    wedges: list[Wedge]


@dataclass(frozen=True, slots=True)
class Looks:
    """The colour "#rrggbb" of each mark, and the pie, if it is one."""

    marks: list[str]
    pie: Pie | None


def looks_of(scene: "ChartScene", image: "np.ndarray") -> Looks:
    """Measure the looks of a scene in its picture, RGB uint8 (height, width, 3)."""
    from vista_tools_vision.chart.colours import from_hex

    pie = _pie(scene, image, from_hex(scene.page)) if scene.kind in ("pie", "donut") else None
    marks = [
        _mark_colour(scene, mark, image, pie.wedges[i] if pie else None, pie) for i, mark in enumerate(scene.marks)
    ]
    return Looks(marks, pie)


def _mark_colour(scene: "ChartScene", mark: "Mark", image: "np.ndarray", wedge: Wedge | None, pie: Pie | None) -> str:
    import numpy as np

    from vista_tools_vision.chart.colours import commonest, to_hex

    if wedge is not None and pie is not None:
        angles = np.radians(np.linspace(wedge.start, wedge.end, 9)[2:-2])
        radii = np.linspace(max(pie.hole, 0.45 * pie.radius), 0.95 * pie.radius, 8)[1:-1]
        x = (pie.centre[0] + np.outer(radii, np.cos(angles))).round().astype(int).clip(0, image.shape[1] - 1)
        y = (pie.centre[1] + np.outer(radii, np.sin(angles))).round().astype(int).clip(0, image.shape[0] - 1)
        return to_hex(commonest(image[y, x].reshape(-1, 3))[0])
    if mark.kind == "bar":
        left, top, right, bottom = mark.box
        inset_x, inset_y = 0.2 * (right - left), 0.2 * (bottom - top)
        part = image[int(top + inset_y) : math.ceil(bottom - inset_y), int(left + inset_x) : math.ceil(right - inset_x)]
        if part.size:
            return to_hex(commonest(part.reshape(-1, 3))[0])
    return scene.series[mark.series].colour


def _pie(scene: "ChartScene", image: "np.ndarray", page: "np.ndarray") -> Pie | None:
    """Where the slices lie: the values give their widths, and their boxes tell where the first begins."""
    import numpy as np

    boxes = np.array([mark.box for mark in scene.marks], float)
    values = np.array([max(0.0, mark.value) for mark in scene.marks])
    if not len(boxes) or values.sum() <= 0:
        return None
    left, top, right, bottom = boxes[:, 0].min(), boxes[:, 1].min(), boxes[:, 2].max(), boxes[:, 3].max()
    centre, radius = ((left + right) / 2, (top + bottom) / 2), max(right - left, bottom - top) / 2
    ends = np.concatenate([[0.0], np.cumsum(values / values.sum())]) * 360
    along = np.linspace(0, 1, 25)
    best, wedges = math.inf, []
    for turn in (1, -1):
        for first in range(0, 360, 2):
            start, end = first + turn * ends[:-1], first + turn * ends[1:]
            angles = np.radians(start[:, None] + (end - start)[:, None] * along)
            x, y = centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)
            # A slice reaches to the centre; where it is a ring's, its box still lies within this one.
            found = np.stack(
                [
                    np.minimum(x.min(1), centre[0]),
                    np.minimum(y.min(1), centre[1]),
                    np.maximum(x.max(1), centre[0]),
                    np.maximum(y.max(1), centre[1]),
                ],
                axis=1,
            )
            error = float(np.abs(found - boxes).sum())
            if error < best:
                best = error
                wedges = [Wedge(float(min(a, b)), float(max(a, b))) for a, b in zip(start, end, strict=True)]
    hole = _hole(image, centre, radius, wedges, page) if scene.kind == "donut" else 0.0
    return Pie((float(centre[0]), float(centre[1])), float(radius), hole, wedges)


def _hole(
    image: "np.ndarray", centre: tuple[float, float], radius: float, wedges: list[Wedge], page: "np.ndarray"
) -> float:
    """Radius of the hole of a ring, px: where its slices begin, seen from the centre."""
    import numpy as np

    from vista_tools_vision.chart.colours import ALIKE, lab_distance

    radii = np.arange(1.0, radius, 1.0)
    begins = []
    for wedge in wedges:
        angle = math.radians((wedge.start + wedge.end) / 2)
        x = (centre[0] + radii * math.cos(angle)).round().astype(int).clip(0, image.shape[1] - 1)
        y = (centre[1] + radii * math.sin(angle)).round().astype(int).clip(0, image.shape[0] - 1)
        inside = lab_distance(image[y, x].astype(float), page) < ALIKE
        begins.append(float(radii[np.nonzero(inside[: int(0.9 * radius)])[0].max(initial=0)]))
    return float(np.median(begins))
