"""Regions of uniform colour, and which of them are bars."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tools_vision.chart.scene import Box

if TYPE_CHECKING:
    import numpy as np


@dataclass(slots=True)
class Region:
    """A connected region of (nearly) one colour.

    Attributes:
        box: bounding box, px.
        area: number of its pixels.
        colour: mean RGB.
        label: its number in the label picture.
    """

    box: Box
    area: int
    colour: "np.ndarray"
    label: int = 0

    @property
    def fill(self) -> float:
        """Share of the bounding box that the region covers, 0..1."""
        return self.area / (self.box.width * self.box.height)


def colour_distance(a: "np.ndarray", b: "np.ndarray") -> float:
    """Largest channel difference of two colours, 0..255."""
    return float(abs(a - b).max())


def uniform_regions(image: "np.ndarray", tolerance: float, least_area: int = 16) -> tuple[list[Region], "np.ndarray"]:
    """Split a picture into regions of uniform colour.

    Two neighbouring pixels belong together when they differ by at most `tolerance`. Pixels and the links between them
    are laid out on a grid of twice the size, so that one connected-components pass does it and a bar of 2 px is kept.

    Args:
        image: RGB uint8 (height, width, 3).
        tolerance: grey levels.
        least_area: smaller regions are left out, px.

    Returns:
        (regions, largest first; label of each pixel, int32 (height, width)).
    """
    import cv2
    import numpy as np

    pixels = image.astype(np.int16)
    height, width = image.shape[:2]
    grid = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)
    grid[::2, ::2] = 1
    grid[::2, 1::2] = np.abs(np.diff(pixels, axis=1)).max(axis=2) <= tolerance
    grid[1::2, ::2] = np.abs(np.diff(pixels, axis=0)).max(axis=2) <= tolerance
    count, labels, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=4)
    labels = labels[::2, ::2]
    flat = labels.ravel()
    areas = np.bincount(flat, minlength=count)
    sums = [np.bincount(flat, weights=image[:, :, c].ravel(), minlength=count) for c in range(3)]
    found = []
    for label in np.flatnonzero(areas >= least_area):
        if label == 0:  # the gaps of the grid
            continue
        left, top, w, h = (int(v) for v in stats[label, :4])
        box = Box(left // 2, top // 2, left // 2 + (w + 1) // 2, top // 2 + (h + 1) // 2)
        found.append(Region(box, int(areas[label]), np.array([s[label] / areas[label] for s in sums]), int(label)))
    return sorted(found, key=lambda r: -r.area), labels


def border_colour(image: "np.ndarray") -> "np.ndarray":
    """Colour of the page: the median of the outermost pixels, RGB."""
    import numpy as np

    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return np.asarray(np.median(edge, axis=0), float)


def background_colours(image: "np.ndarray", regions: list[Region], tolerance: float) -> list["np.ndarray"]:
    """Colours of what lies behind the marks: the page, and the plot's panel where it differs.

    A colour is a panel's when its regions together reach over regions of another colour, and fill most of the top row
    of that reach (two equal bars with a lower one between do not).
    """
    import numpy as np

    page = border_colour(image)
    backgrounds = [page]
    clusters: list[list[Region]] = []
    for region in regions:
        thin = region.box.width < 5 or region.box.height < 4 or region.fill < 0.3  # edges, outlines, gridlines
        if region.area < 60 or thin or colour_distance(region.colour, page) <= tolerance:
            continue
        for cluster in clusters:
            if colour_distance(cluster[0].colour, region.colour) <= tolerance:
                cluster.append(region)
                break
        else:
            clusters.append([region])
    spans = [_union([r.box for r in cluster]) for cluster in clusters]
    for cluster, span in zip(clusters, spans, strict=True):
        inner = [o for o in spans if o.left >= span.left - 2 and o.right <= span.right + 2 and o.top >= span.top + 2]
        if not any(o.bottom > span.top + 0.3 * span.height for o in inner):
            continue
        rows = image[int(span.top) : int(span.top) + 4, int(span.left) : int(span.right)].astype(float)
        same = np.abs(rows - cluster[0].colour).max(axis=2) <= tolerance
        if same.mean(axis=1).max() > 0.7:
            backgrounds.append(cluster[0].colour)
    return backgrounds


def _union(boxes: list[Box]) -> Box:
    return Box(
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )


def comb_teeth(region: Region, labels: "np.ndarray") -> list[Region]:
    """Part bars from axis lines, a frame or gridlines of their own colour, with which they form one region.

    Returns:
        What stands on the region's lowest long line, without the line; empty when it has none.
    """
    import numpy as np

    left, top, right, bottom = (int(v) for v in region.box)
    mask = labels[top:bottom, left:right] == region.label
    long_rows = np.flatnonzero(mask.mean(axis=1) > 0.7)
    if not len(long_rows):
        return []
    base = int(long_rows[-1]) + 1
    upwards = np.concatenate([mask[:base][::-1], np.zeros((1, right - left), bool)])
    runs = upwards.argmin(axis=0)  # height of the column of pixels that stands on the line
    line = int(np.percentile(runs, 5))
    if line > 6:
        return []
    turns = np.diff(np.concatenate([[0], (runs > line).astype(np.int8), [0]]))
    teeth = []
    for start, end in zip(np.flatnonzero(turns == 1), np.flatnonzero(turns == -1), strict=True):
        height = int(np.median(runs[start:end])) - line
        foot = top + base - line
        box = Box(left + int(start), foot - height, left + int(end), foot)
        teeth.append(Region(box, int(box.width * box.height), region.colour))
    return teeth


def solid_rectangles(
    image: "np.ndarray",
    regions: list[Region],
    labels: "np.ndarray",
    backgrounds: list["np.ndarray"],
    tolerance: float,
) -> list[Region]:
    """Pick the regions that are upright rectangles of another colour than the background.

    Pieces of one bar that a gridline in front of it cuts apart are joined; bars that an axis line of their colour
    joins are parted.
    """
    seen = [r for r in regions if all(colour_distance(r.colour, b) > tolerance for b in backgrounds)]
    solid = [r for r in seen if r.fill > 0.6]
    for region in seen:
        if region.fill <= 0.6 and region.area >= 100:
            solid += comb_teeth(region, labels)
    solid = [r for r in solid if r.box.width >= 4]
    return _joined(_joined(solid, tolerance, image, backgrounds, 1), tolerance, image, backgrounds, 0)


def _joined(
    regions: list[Region], tolerance: float, image: "np.ndarray", backgrounds: list["np.ndarray"], axis: int
) -> list[Region]:
    """Join pieces of one rectangle that a line of up to 3 px in front of it cuts apart.

    Args:
        regions: solid rectangles.
        tolerance: grey levels.
        image: RGB uint8.
        backgrounds: a cut of one of these colours is a gap between two bars, not a line.
        axis: 1 joins pieces above each other, 0 pieces beside each other.
    """
    import numpy as np

    joined: list[Region] = []
    for region in sorted(regions, key=lambda r: r.box[axis]):
        b = region.box
        for other in joined:
            a = other.box
            aligned = abs(a[1 - axis] - b[1 - axis]) <= 1.5 and abs(a[3 - axis] - b[3 - axis]) <= 1.5
            gap = b[axis] - a[axis + 2]
            if not aligned or not -1 <= gap <= 3 or colour_distance(other.colour, region.colour) > tolerance:
                continue
            if gap > 0:
                cut = [int(v) for v in (b if axis else a)]
                cut[axis], cut[axis + 2] = int(a[axis + 2]), int(b[axis])
                patch = image[cut[1] : cut[3], cut[0] : cut[2]].reshape(-1, 3).astype(float)
                if any(colour_distance(np.median(patch, axis=0), c) <= tolerance for c in backgrounds):
                    continue
            other.box = _union([a, b])
            other.area = int(other.box.width * other.box.height)
            break
        else:
            joined.append(Region(b, region.area, region.colour))
    return joined


def standing_group(rectangles: list[Region], page: "np.ndarray", tolerance: float) -> list[Region]:
    """Find the bars: the rectangles of like width that stand on one common line and cover the most pixels.

    What is hardly told from the page counts less: it may be a piece of the panel.

    Returns:
        Left to right, at least two; empty when no two rectangles qualify.
    """
    best: list[Region] = []
    most = 0.0
    for anchor in (r for r in rectangles if r.box.height >= 4):
        width = anchor.box.width
        like = [
            r
            for r in rectangles
            if abs(r.box.bottom - anchor.box.bottom) <= 2 and abs(r.box.width - width) <= max(2.5, 0.15 * width)
        ]
        group: list[Region] = []
        for region in sorted(like, key=lambda r: -r.area):
            # One row of pixels is a bar only in a bar's colour; else it is a blurred edge or a gridline.
            if region.box.height < 2 and all(colour_distance(region.colour, g.colour) > tolerance for g in group):
                continue
            if all(region.box.left >= g.box.right - 1.5 or region.box.right <= g.box.left + 1.5 for g in group):
                group.append(region)
        strongest = max(colour_distance(r.colour, page) for r in group)
        faint = min(40.0, 0.25 * strongest)  # such a region between bars is a piece of the panel
        group = [r for r in group if colour_distance(r.colour, page) >= faint]
        score = sum(r.area * min(1.0, colour_distance(r.colour, page) / 60) for r in group)
        if len(group) > 1 and score > most:
            best, most = sorted(group, key=lambda r: r.box.left), score
    return best


def exact_box(image: "np.ndarray", region: Region, background: "np.ndarray", tolerance: float) -> Box:
    """Grow a bar's box over its outline, and place its top edge between pixels where the edge is anti-aliased.

    Args:
        image: RGB uint8.
        region: the bar's inside.
        background: colour behind the bar, RGB.
        tolerance: grey levels.

    Returns:
        The bar's box; its top may be a fraction.
    """
    import numpy as np

    left, top, right, bottom = (int(v) for v in region.box)
    inset = max(1, (right - left) // 6)

    def row(y: int) -> "np.ndarray":
        """Median colour of row y across the middle of the bar."""
        inside = image[y, left + inset : right - inset]
        return np.asarray(np.median(inside if len(inside) else image[y, left:right], axis=0), float)

    # A gridline drawn over the bar may have cut its upper part off: go on while its colour comes back.
    probe = top
    while probe > 0 and top - probe < 4:
        probe -= 1
        inside = image[probe, left + inset : right - inset].astype(float)
        if len(inside) and (np.abs(inside - region.colour).max(axis=1) <= tolerance).mean() > 0.6:
            top = probe
    thickness = 0
    while thickness < 4 and top - 1 - thickness >= 0:
        edge = row(top - 1 - thickness)
        sides = [image[top:bottom, x].astype(float) for x in (left - 1, right) if 0 <= x < image.shape[1]]
        ring = all(np.abs(np.median(side, axis=0) - edge).max() <= 2 * tolerance for side in sides)
        if not ring or min(colour_distance(edge, background), colour_distance(edge, region.colour)) <= tolerance:
            break
        thickness += 1
    if 0 < thickness < 4:  # a line is thin; more is another area
        return Box(left - thickness, top - thickness, right + thickness, min(bottom + thickness, image.shape[0]))
    share = 0.0
    if top > 0 and colour_distance(background, region.colour) > tolerance:
        span = background - region.colour
        channel = int(np.abs(span).argmax())
        share = float((background[channel] - row(top - 1)[channel]) / span[channel])
        share = share if 0.15 < share < 0.9 else 0.0
    return Box(left, top - share, right, bottom)
