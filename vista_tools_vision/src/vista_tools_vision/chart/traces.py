"""The pixels of each line of a line chart, column by column, and straight pieces through them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from vista_tools_vision.chart.colours import commonest, lab_distance, near
from vista_tools_vision.chart.palette import palette_of
from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.frame import Frame

LEAST_COVER = 0.3  # of a pixel's colour that must be a series' own, the rest being the ground's


class Trace(NamedTuple):
    """Where a series is seen: one point for each unbroken run of its pixels in each column.

    Attributes:
        x: centre of the column, px; ascending, repeated where a column has several runs.
        y: centre of the run, weighted by how far its pixels are covered, px.
        height: of the run, px.
    """

    x: "np.ndarray"
    y: "np.ndarray"
    height: "np.ndarray"

    @property
    def extent(self) -> tuple[float, float]:
        """First and last column, px."""
        return float(self.x[0]), float(self.x[-1])


class Piece(NamedTuple):
    """A straight piece: y = at + slope * (x - x0) for x0 <= x <= x1, all px.

    Attributes:
        x0: its left end.
        x1: its right end.
        at: y at x0.
        slope: px down for each px to the right.
        support: share of the columns between its ends in which the series is seen on it.
    """

    x0: float
    x1: float
    at: float
    slope: float
    support: float

    def y(self, x: float) -> float:
        """Height at a column, px."""
        return self.at + self.slope * (x - self.x0)


def covers(frame: "Frame", colours: Sequence["np.ndarray"], mask: "np.ndarray") -> list["np.ndarray"]:
    """How far each pixel of a mask is covered by each colour.

    The edge of a line is a mixture of its colour and the ground's: such a pixel belongs to the line in part. A pixel
    that two colours explain goes to the one that explains it better.

    Args:
        frame: for its image and panel.
        colours: RGB float (3,), of the series.
        mask: bool (height, width), pixels to look at.

    Returns:
        For each colour float32 (height, width), 0..1; 0 outside the mask.
    """
    import numpy as np

    rows, columns = np.nonzero(mask)
    pixels = frame.image[rows, columns].astype(np.float32) - frame.panel.astype(np.float32)
    shares, costs = [], []
    for colour in colours:
        span = (colour - frame.panel).astype(np.float32)
        length = float(np.linalg.norm(span)) or 1.0
        share = np.clip(pixels @ span / length**2, 0.0, 1.15)
        rest = np.linalg.norm(pixels - share[:, None] * span, axis=1)
        # The fainter a mixture, the less may it be off: a grey grid line is no third of a green line.
        good = (share >= LEAST_COVER) & (rest <= 10.0 + 0.18 * length * share)
        shares.append(np.minimum(share, 1.0))
        costs.append(np.where(good, rest + 0.12 * length * np.maximum(0.0, 1 - share), np.inf))
    best = np.argmin(costs, axis=0) if costs else np.zeros(0, int)
    out = []
    for i in range(len(colours)):
        own = (best == i) & np.isfinite(costs[i])
        cover = np.zeros(mask.shape, np.float32)
        cover[rows[own], columns[own]] = shares[i][own]
        out.append(cover)
    return out


def trace(cover: "np.ndarray") -> Trace:
    """Turn covers (height, width) into runs."""
    import numpy as np

    seen = (cover > 0).T  # column by column
    edges = np.diff(np.pad(seen.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    columns, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    total = np.cumsum(np.pad(cover.T, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    moment = np.cumsum(np.pad(cover.T * (np.arange(cover.shape[0]) + 0.5), ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    weight = total[columns, ends] - total[columns, starts]
    y = (moment[columns, ends] - moment[columns, starts]) / np.maximum(weight, 1e-9)
    keep = weight > 0.5  # a lone faint pixel is the edge of something else
    return Trace(columns[keep] + 0.5, y[keep], (ends - starts)[keep].astype(float))


def connected(line: Trace, reach: float) -> float:
    """Share of the columns within a trace's extent that go on smoothly to the next seen column, 0..1.

    Args:
        line: of one series.
        reach: columns that may be missing in between (dashes), px.
    """
    import numpy as np

    if len(line.x) < 8:
        return 0.0
    xs, first = np.unique(line.x, return_index=True)
    bounds = [*first, len(line.x)]
    good = 0.0
    for i in range(len(xs) - 1):
        gap = xs[i + 1] - xs[i]
        if gap > reach:
            continue
        a, b = slice(bounds[i], bounds[i + 1]), slice(bounds[i + 1], bounds[i + 2])
        step = np.abs(line.y[a][:, None] - line.y[b]) - (line.height[a][:, None] + line.height[b]) / 2
        if step.min() <= 1.5 * gap:
            good += gap
    return float(good / max(1.0, xs[-1] - xs[0]))


def fit_piece(line: Trace, x0: float, x1: float, slack: float = 1.3) -> Piece | None:
    """The straight piece between two columns that most of a trace's points lie on.

    Args:
        line: of one series.
        x0: left end, px.
        x1: right end, px.
        slack: distance from the piece at which a point still lies on it, px.

    Returns:
        None where fewer than a fifth of the columns agree.
    """
    import numpy as np

    margin = min(0.12 * (x1 - x0), 6.0) + 0.5  # next to its ends the pixels belong to the neighbours or to a marker
    inside = (line.x >= x0 + margin) & (line.x <= x1 - margin)
    x, y = line.x[inside], line.y[inside]
    width = max(1.0, np.floor(x1 - margin) - np.ceil(x0 + margin) + 1)
    if len(x) < 3 or len(np.unique(x)) < max(2, 0.2 * width):
        return None
    picks = np.unique(np.linspace(0, len(x) - 1, 28).astype(int))
    i, j = (picks[k] for k in np.triu_indices(len(picks), 1))
    apart = x[j] - x[i] >= max(1.0, 0.15 * (x1 - x0))
    i, j = i[apart], j[apart]
    if not len(i):
        return None
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    off = np.abs(y - (y[i][:, None] + slopes[:, None] * (x - x[i][:, None]))) / np.sqrt(1 + slopes[:, None] ** 2)
    on = off <= slack
    best = int(np.argmax(on.sum(axis=1) - 0.1 * np.where(on, off, 0).sum(axis=1)))
    keep = on[best]
    for _ in range(2):
        slope, at = np.polyfit(x[keep] - x0, y[keep], 1)
        off = np.abs(y - at - slope * (x - x0)) / np.sqrt(1 + slope**2)
        if (off <= slack).sum() < 2:
            break
        keep = off <= slack
    support = len(np.unique(x[keep])) / width
    return Piece(x0, x1, float(at), float(slope), min(1.0, float(support))) if support >= 0.2 else None


def on_own_ground(frame: "Frame") -> "Frame":
    """A frame for thin marks: the commonest colour in the plot is the ground, and the plot spans all ticks.

    Lines and points cover little, so most of the plot is its panel; grid lines at the ticks may stop short of the
    first and the last one, where lines go on.

    Returns:
        The frame itself where nothing is to be changed, else a changed copy (which shares its notes).
    """
    import numpy as np

    if frame.plot is None or frame.x is None:
        return frame
    places = [t.at for t in frame.x.ticks]
    width, height = frame.size
    plot = Box(
        max(0.0, min([frame.plot.left, *(p - 3 for p in places)])),
        max(0.0, frame.plot.top),
        min(float(width), max([frame.plot.right, *(p + 3 for p in places)])),
        min(float(height), frame.plot.bottom),
    )
    rows, columns = slice(int(plot.top), int(plot.bottom)), slice(int(plot.left), int(plot.right))
    sample = frame.image[rows, columns][::3, ::3].reshape(-1, 3)
    if not len(sample):
        return frame
    colour, share = commonest(sample)
    strange = share > 0.35 and min(float(lab_distance(colour, g)) for g in (frame.page, frame.panel)) > 2.5
    wider = plot.width > frame.plot.width + 1
    if not strange and not wider:
        return frame
    panel = colour if strange else frame.panel
    foreground = frame.foreground & ~near(frame.image, panel, frame.tolerance + 2)
    if wider:
        added = np.zeros_like(foreground)
        added[rows, columns] = True
        added[rows, int(frame.plot.left) - 2 : int(frame.plot.right) + 3] = False
        for text in frame.texts:
            _fill(added, text.box, False)
        for entry in frame.legend:
            _fill(added, entry.box, False)
        for own in frame.palette:
            foreground |= added & near(frame.image, own, 40.0)
    palette = frame.palette if frame.legend or not strange else palette_of(frame.image, foreground, [])
    return replace(frame, plot=plot, panel=panel, foreground=foreground, palette=palette)


def marks_in_plot(frame: "Frame", digits: bool) -> "np.ndarray":
    """The foreground, with what is too much cut out of it put back.

    Markers may have been taken for signs ("●", "A", "O") and cut out as texts; level pieces of a line may have been
    taken for grid lines.

    Args:
        frame: whose foreground lacks texts and grid lines.
        digits: digits and short words may be markers too (they are no data labels, as on a scatter chart).

    Returns:
        Bool (height, width).
    """
    import cv2
    import numpy as np

    out = frame.foreground.copy()
    if frame.plot is None:
        return out
    box = Box(*(max(0, int(v)) for v in frame.plot))
    inside = np.zeros_like(out)
    inside[int(box.top) + 2 : int(box.bottom) - 1, int(box.left) + 2 : int(box.right) - 1] = True  # no axis lines
    ground = near(frame.image, frame.page, frame.tolerance) | near(frame.image, frame.panel, frame.tolerance)
    covered = np.zeros_like(out)
    signs = np.zeros_like(out)
    for text in frame.texts:
        _fill(covered, text.box)
        marker = not text.role and len(text.text) <= (4 if digits else 1) and (digits or not text.text.isdigit())
        if marker and box.left < text.box.centre[0] < box.right and box.top < text.box.centre[1] < box.bottom:
            _fill(signs, text.box)
    for entry in frame.legend:
        _fill(covered, entry.box)
    left_out = inside & ~ground & ~out
    grid = frame.image[left_out & ~covered]
    colour = commonest(grid)[0] if len(grid) > 30 else None
    is_grid = near(frame.image, colour, 16.0) if colour is not None else np.zeros_like(out)
    out |= signs & left_out & ~is_grid
    if colour is not None and not digits:
        # Without a legend only the commonest colour is a series' for sure.
        for own in frame.palette if frame.legend else frame.palette[:1]:
            if float(lab_distance(own, colour)) > 22:
                out |= left_out & ~covered & near(frame.image, own, 30.0)
    # A grid line in front of a marker or line cuts it in two.
    closed = cv2.morphologyEx(out.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return _without_edges(out | ((closed > 0) & left_out), box)


def _without_edges(mask: "np.ndarray", plot: Box) -> "np.ndarray":
    """Clear the lines of the axes, where the plot's box reaches over them."""
    left, top, right, bottom = (int(v) for v in plot)
    for field, low, high, edges in (
        (mask, left, right, (top, bottom)),
        (mask.T, top, bottom, (left, right)),
    ):
        for edge in edges:
            near_edge = slice(max(0, edge - 3), edge + 4)
            long = field[near_edge, low:high].mean(axis=1) > 0.7
            field[near_edge][long] = False
    return mask


def _fill(mask: "np.ndarray", box: Box, value: bool = True) -> None:
    rows = slice(max(0, int(box.top) - 2), int(box.bottom) + 3)
    mask[rows, max(0, int(box.left) - 2) : int(box.right) + 3] = value
