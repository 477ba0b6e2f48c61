"""Which colours of a line chart are series, and what they are called, where the legend does not say it all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vista_tools_vision.chart.colours import lab_distance
from vista_tools_vision.chart.metrics import cheapest_matching
from vista_tools_vision.chart.numbers import parse_number
from vista_tools_vision.chart.palette import palette_of

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame
    from vista_tools_vision.chart.texts import TextLine

SAME = 14.0  # Lab distance up to which a legend's colour is that of the marks
STRANGE = 24.0  # Lab distance from which a colour of the marks is none of the legend's


def series_colours(frame: "Frame") -> tuple[list["np.ndarray"], int]:
    """Colours that may be series: those of the legend, corrected by the marks, then those that it lacks.

    The swatch of a thin line is drawn as thin: what is seen of it may be a mixture with the ground. The marks have more
    pixels to tell the colour from.

    Returns:
        (RGB float (3,) each, how many of them, in front, belong to `frame.legend` in its order).
    """
    seen = palette_of(frame.image, frame.foreground, [])
    if not frame.legend:
        return list(frame.palette), 0
    own = list(frame.palette[: len(frame.legend)])
    unsure = [i for i, c in enumerate(own) if all(float(lab_distance(c, s)) > SAME for s in seen)]
    free = [s for s in seen if all(float(lab_distance(s, c)) > SAME for i, c in enumerate(own) if i not in unsure)]
    if unsure and free:
        cost = [[_turn(frame, own[i], s) for s in free] for i in unsure]
        for i, j in cheapest_matching(cost):
            if cost[i][j] < 0.1:
                own[unsure[i]] = free[j]
    grounds = [*own, frame.page, frame.panel]
    strange = [
        s for s in seen if all(float(lab_distance(s, c)) > STRANGE and _turn(frame, s, c) > 0.02 for c in grounds)
    ]
    return [*own, *strange], len(own)


def _turn(frame: "Frame", a: "np.ndarray", b: "np.ndarray") -> float:
    """Sine-like distance of the directions in which two colours leave the ground, 0 (mixtures of one colour) to 2."""
    import numpy as np

    u, v = a - frame.panel, b - frame.panel
    length = float(np.linalg.norm(u) * np.linalg.norm(v))
    return 1 - float(u @ v) / length if length > 1 else 2.0


def legend_names(frame: "Frame", colours: Sequence["np.ndarray"]) -> list[str]:
    """Names for colours that the legend lacks: texts in line with its entries, by the colour in front of them.

    Returns:
        One name for each colour, "" where none is found.
    """
    names = [""] * len(colours)
    entries = [t for t in frame.texts if t.role == "legend"]
    numbers = any(parse_number(e.text) is not None for e in entries)
    free = [t for t in frame.texts if not t.role and t.level and len(t.text) > 1]
    free = [t for t in free if numbers or parse_number(t.text) is None]
    free = [t for t in free if any(_in_line(t, e, frame.letter) for e in entries)]
    if not colours or not free:
        return names
    cost = [[in_front(frame, text, colour) for text in free] for colour in colours]
    for i, j in cheapest_matching(cost):
        if cost[i][j] < 40 or len(colours) == len(free) == 1:
            names[i] = free[j].text
            free[j].role = "legend"
    return names


def _in_line(text: "TextLine", entry: "TextLine", letter: float) -> bool:
    below = abs(text.box.left - entry.box.left) < 0.8 * letter and abs(text.box.top - entry.box.top) < 12 * letter
    beside = abs(text.box.centre[1] - entry.box.centre[1]) < 0.6 * letter
    return below or beside


def in_front(frame: "Frame", text: "TextLine", colour: "np.ndarray") -> float:
    """Lab distance of a colour from the pixel most like it in front of a text."""
    import numpy as np

    box, letter = text.box, frame.letter
    rows = slice(max(0, int(box.top)), int(box.bottom) + 1)
    columns = slice(max(0, int(box.left - 4.5 * letter)), max(1, int(box.left) - 1))
    pixels = frame.image[rows, columns].reshape(-1, 3)
    return float(np.min(lab_distance(pixels, colour))) if len(pixels) else 200.0
