"""Upright bars get a second look by the quick reader, which knows nothing else and is rarely wrong there."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.chart.scene import ChartScene, Mark
    from vista_tools_vision.ocr_engine import PaddleOCR

AGREE = 0.05  # of the largest value: two readings of a bar that differ by less are of one chart
_KEPT = ("title", "texts", "legend", "theme", "page", "panel", "plot", "width", "height")
LEAST_HEIGHT = 0.12  # of the picture, of the tallest bar: what is smaller may be the markers of a line


def plain_bars(image: "np.ndarray", engine: "PaddleOCR") -> "ChartScene | None":
    """Read bars that stand beside each other on one base line, in a tenth of the time, without titles.

    Args:
        image: RGB uint8 (height, width, 3), any size.
        engine: reads text.

    Returns:
        The scene in pixels of the picture; None for every other chart.
    """
    import cv2

    from vista_tools_vision.chart.quick.fast import read_simple
    from vista_tools_vision.chart.reader import MOST_SIDE, _enlarged

    full = image.shape[1], image.shape[0]
    zoom = max(1.0, max(full) / MOST_SIDE)
    if zoom > 1:
        size = [max(1, round(side / zoom)) for side in full]
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    scene = read_simple(image, engine)
    if scene is None or max(mark.box.height for mark in scene.marks) < LEAST_HEIGHT * image.shape[0]:
        return None
    return _enlarged(scene, zoom, full) if zoom > 1 else scene


def settled(scene: "ChartScene | None", image: "np.ndarray", engine: "PaddleOCR") -> "ChartScene | None":
    """The scene of a picture, after a second look where it may hold upright bars.

    Args:
        scene: what the whole reader made of it; None for nothing.
        image: RGB uint8 (height, width, 3).
        engine: reads text.

    Returns:
        The scene as it was, where the quick reader sees no plain bars or the same ones; else the quick reading, with
        the texts and titles of the whole one.
    """
    if scene is not None and (scene.kind != "bar" or scene.arrangement == "stacked" or scene.orientation != "vertical"):
        return scene
    quick = plain_bars(image, engine)
    if quick is None or scene is None:
        return quick or scene
    if _agree(scene, quick):
        return _together(scene, quick)
    notes = [*scene.notes, "two readings of the bars differ; the simpler one was taken"]
    kept = {
        name: getattr(scene, name)
        for name in ("title", "texts", "legend", "theme", "page", "panel", "plot", "width", "height")
    }
    axes = {"x": quick.x.model_copy(update={"title": scene.x.title}) if quick.x and scene.x else quick.x}
    if scene.y is not None and scene.y.scale in ("linear", "log"):
        axes["y"] = scene.y
    return quick.model_copy(update={**kept, **axes, "notes": notes})


def _agree(scene: "ChartScene", quick: "ChartScene") -> bool:
    """Whether two readings see the same bars, names and series, and nearly the same values."""
    if len(scene.marks) != len(quick.marks) or len(scene.series) != len(quick.series):
        return False
    if len({mark.category for mark in scene.marks}) != len({mark.category for mark in quick.marks}):
        return False
    slack = AGREE * max(abs(mark.value) for mark in quick.marks)
    return all(abs(mine.value - other.value) <= slack for mine, other in _pairs(scene, quick))


def _pairs(scene: "ChartScene", quick: "ChartScene") -> list[tuple["Mark", "Mark"]]:
    """The marks of two readings, bar by bar from left to right."""
    mine, other = (sorted(one.marks, key=lambda mark: mark.box.left) for one in (scene, quick))
    return list(zip(mine, other, strict=True))


def _together(scene: "ChartScene", quick: "ChartScene") -> "ChartScene":
    """Two readings that agree: names as the quick one cut them bar by bar, and its whole numbers.

    The quick reader writes whole numbers only where all bars agree with them to a fraction of a pixel.
    """
    pairs = _pairs(scene, quick)
    whole = all(other.value == round(other.value) for _, other in pairs)
    near = all(mine.source == "label" or abs(mine.value - other.value) <= 2 * mine.step <= 2 for mine, other in pairs)
    marks = {id(mine): mine.model_copy(update={"category": other.category or mine.category}) for mine, other in pairs}
    if whole and near:
        for mine, other in pairs:
            if mine.source != "label":
                marks[id(mine)] = marks[id(mine)].model_copy(update={"value": other.value, "text": f"{other.value:g}"})
    x = quick.x.model_copy(update={"title": scene.x.title}) if quick.x and scene.x else scene.x
    return scene.model_copy(update={"marks": [marks[id(mark)] for mark in scene.marks], "x": x})
