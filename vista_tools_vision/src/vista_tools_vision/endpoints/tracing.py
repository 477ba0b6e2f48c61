"""Any picture as primitives: regions of one colour become rectangles, circles, lines and polygons."""

from typing import TYPE_CHECKING, Any

from vista_tools_vision.endpoints.shapes import Drawing, Shape

if TYPE_CHECKING:
    import numpy as np

MOST_SIDE = 1000  # px; larger pictures are traced from a smaller copy
_COLOURS = 16
_LEAST_AREA = 24  # px: what is smaller is dirt, or part of a letter


def trace(image: "np.ndarray", most: int) -> Drawing:
    """Trace a picture.

    Args:
        image: RGB uint8 (height, width, 3).
        most: shapes at most, the largest first.

    Returns:
        The commonest colour as ground, and shapes over it, larger ones below smaller ones.
    """
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    zoom = max(1.0, max(width, height) / MOST_SIDE)
    if zoom > 1:
        size = (max(1, round(width / zoom)), max(1, round(height / zoom)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    # Blurred edges would come out as thin shapes of their own.
    smooth = cv2.medianBlur(np.ascontiguousarray(image), 3) if min(image.shape[:2]) >= 3 else image
    labels, colours = _few_colours(smooth)
    counts = np.bincount(labels.ravel(), minlength=len(colours))
    ground = int(counts.argmax())
    shapes: list[tuple[float, Shape]] = []
    for number in np.argsort(-counts):
        if number == ground or not counts[number]:
            continue
        mask = (labels == number).astype(np.uint8)
        shapes += _regions(mask, _hex(colours[number]), zoom)
    shapes.sort(key=lambda item: -item[0])
    kept = [shape for _, shape in shapes[:most]]
    for rank, shape in enumerate(kept):
        shape.weight = float(len(kept) - rank)
    return Drawing((width, height), _hex(colours[ground]), kept)


def _few_colours(image: "np.ndarray") -> tuple["np.ndarray", "np.ndarray"]:
    """Bring a picture down to its commonest colours.

    Returns:
        (index of the colour of each pixel, int (height, width); colours, uint8 (n, 3)).
    """
    import numpy as np

    coarse = (image >> 4).astype(np.int32)
    keys = (coarse[..., 0] << 8) | (coarse[..., 1] << 4) | coarse[..., 2]
    values, inverse, counts = np.unique(keys.ravel(), return_inverse=True, return_counts=True)
    flat = image.reshape(-1, 3)
    order = np.argsort(-counts, kind="stable")
    sums = np.stack([np.bincount(inverse, flat[:, c], len(values)) for c in range(3)], axis=1)
    means = sums / counts[:, None]
    chosen: list[Any] = []
    for index in order[:256]:
        if all(np.abs(means[index] - means[other]).max() > 24 for other in chosen):
            chosen.append(index)
        if len(chosen) == _COLOURS:
            break
    palette = means[chosen]
    nearest = np.abs(means[:, None, :] - palette[None, :, :]).sum(axis=2).argmin(axis=1)
    return nearest[inverse].reshape(image.shape[:2]), palette.round().astype(np.uint8)


def _regions(mask: "np.ndarray", colour: str, zoom: float) -> list[tuple[float, Shape]]:
    """The shapes of one colour with their areas, px; mask: uint8 (height, width)."""
    import cv2

    outlines, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found = []
    for number, outline in enumerate(outlines):
        if tree[0][number][3] >= 0:
            continue  # a hole: it belongs to what it is in
        area = cv2.contourArea(outline)
        if area + 0.5 * len(outline) < _LEAST_AREA:
            continue
        holes, child = [], tree[0][number][2]
        while child >= 0:
            if cv2.contourArea(outlines[child]) >= _LEAST_AREA:
                holes.append(_corners(outlines[child], zoom))
            child = tree[0][child][0]
        if holes:
            points = _corners(outline, zoom)
            found.append((area, Shape("polygon", points, colour, holes=holes, group="polygons")))
        else:
            found.append((area, _primitive(outline, area, colour, zoom)))
    return [(area, shape) for area, shape in found if len(shape.points) > 2 or shape.kind != "polygon"]


def _corners(outline: "np.ndarray", zoom: float) -> list[tuple[float, float]]:
    """A simpler outline of nearly the same form."""
    import cv2

    near = cv2.approxPolyDP(outline, max(1.0, 0.004 * cv2.arcLength(outline, True)), True).reshape(-1, 2)
    return [(float(x) * zoom, float(y) * zoom) for x, y in near]


def _primitive(outline: "np.ndarray", area: float, colour: str, zoom: float) -> Shape:
    """The simplest shape that covers nearly the same pixels as an outline."""
    import cv2
    import numpy as np

    left, top, width, height = cv2.boundingRect(outline)
    right, bottom = left + width, top + height
    covered = area + 0.5 * len(outline) + 1  # the outline runs through the middle of the outermost pixels
    if min(width, height) <= 2 or covered >= 0.94 * width * height:
        corners = [(left * zoom, top * zoom), (right * zoom, bottom * zoom)]
        return Shape("rect", corners, colour, group="rectangles")
    (x, y), radius = cv2.minEnclosingCircle(outline)
    if covered >= 0.9 * np.pi * radius**2:
        return Shape("circle", [(x * zoom, y * zoom)], colour, radius=radius * zoom, group="circles")
    (_, _), (a, b), _ = cv2.minAreaRect(outline)
    thin = min(a, b) + 1
    if max(a, b) > 6 * thin and covered >= 0.6 * (a + 1) * (b + 1):
        direction = cv2.fitLine(outline, cv2.DIST_L2, 0, 0.01, 0.01).ravel()
        along = (outline.reshape(-1, 2) - direction[2:]) @ direction[:2]
        ends = [tuple(float(v) * zoom for v in direction[2:] + direction[:2] * t) for t in (along.min(), along.max())]
        return Shape("line", ends, stroke=colour, width=thin * zoom, group="lines")  # type: ignore[arg-type]
    return Shape("polygon", _corners(outline, zoom), colour, group="polygons")


def _hex(colour: "np.ndarray") -> str:
    return "#" + "".join(f"{int(channel):02x}" for channel in colour)
