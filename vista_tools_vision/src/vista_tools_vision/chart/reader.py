"""Read a chart: frame, kind, marks, scene."""

from typing import TYPE_CHECKING

from vista_tools_vision.chart.bars import looks_like_bars, read_bars
from vista_tools_vision.chart.colours import to_hex
from vista_tools_vision.chart.frame import Frame, read_frame
from vista_tools_vision.chart.quick.fast import read_simple
from vista_tools_vision.chart.scene import ChartScene, ChartUnreadable, Mark, Series, Text

if TYPE_CHECKING:
    import numpy as np

    from vista_tools_vision.backends import TextEngine

MOST_SIDE = 1200  # px; larger charts are read from a smaller copy
LEAST_LIKENESS = 0.3  # of the foreground to a kind of chart


def read_chart(image: "np.ndarray", engine: "TextEngine", *, title: bool = True) -> ChartScene:
    """Read a chart of bars, lines, points or slices.

    Args:
        image: RGB uint8 (height, width, 3), any size.
        engine: finds and reads text.
        title: read titles too; without them a chart of plain upright bars is read in a tenth of the time.

    Returns:
        The scene, in pixels of `image`.

    Raises:
        ChartUnreadable: the picture holds no chart that can be read; the text says what was found instead.
    """
    import cv2

    full = image.shape[1], image.shape[0]
    zoom = max(1.0, max(full) / MOST_SIDE)
    if zoom > 1:
        size = [max(1, round(side / zoom)) for side in image.shape[1::-1]]
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    scene = None if title else read_simple(image, engine)
    if scene is None:
        scene = _scene_of(read_frame(image, engine))
    return _enlarged(scene, zoom, full) if zoom > 1 else scene


def _scene_of(frame: Frame) -> ChartScene:
    from vista_tools_vision.chart.lines import looks_like_lines, read_lines
    from vista_tools_vision.chart.pie import looks_like_pie, read_pie
    from vista_tools_vision.chart.scatter import looks_like_scatter, read_scatter

    bars, rectangles = looks_like_bars(frame)
    likeness = {  # of equals the first is taken
        "pie": looks_like_pie(frame),
        "bar": bars,
        "line": looks_like_lines(frame),
        "scatter": looks_like_scatter(frame),
    }
    if bars > 0.6:  # what filled rectangles on one line explain is no line
        likeness["line"] *= 1 - bars
        likeness["scatter"] *= 1 - bars
    kind = max(likeness, key=lambda k: likeness[k])
    if likeness[kind] < LEAST_LIKENESS:
        raise ChartUnreadable(f"found {_found(frame)}, but no bars, lines, points or slices")
    if kind == "bar":
        read = read_bars(frame, rectangles)
        scene = _base(frame, "bar", read.series, read.marks)
        scene.orientation, scene.arrangement = read.orientation, read.arrangement
        names = {"x" if read.orientation == "vertical" else "y": read.names_axis}
        values = {"y" if read.orientation == "vertical" else "x": read.value_axis}
        return scene.model_copy(update={**names, **values})
    if kind == "pie":
        name, series, marks = read_pie(frame)
        return _base(frame, name, series, marks)
    series, marks = (read_lines if kind == "line" else read_scatter)(frame)
    return _base(frame, kind, series, marks)


def _base(frame: Frame, kind: str, series: list[Series], marks: list[Mark]) -> ChartScene:
    if not marks:
        raise ChartUnreadable(f"found {_found(frame)}, but no marks with values")
    width, height = frame.size
    pie = kind in ("pie", "donut")
    return ChartScene.model_validate(
        {
            "kind": kind,
            "width": width,
            "height": height,
            "theme": frame.theme,
            "title": frame.title,
            "plot": frame.plot,
            "x": None if pie else frame.x,
            "y": None if pie else frame.y,
            "legend": frame.legend,
            "series": series,
            "marks": marks,
            "texts": [
                Text(text=t.text, box=t.box, angle=round(t.angle, 1), confidence=t.confidence, role=t.role)
                for t in frame.texts
            ],
            "page": to_hex(frame.page),
            "panel": to_hex(frame.panel),
            "notes": frame.notes,
            "confidence": round(sum(m.confidence for m in marks) / len(marks), 3),
        }
    )


def _found(frame: Frame) -> str:
    """What is in a picture that could not be read, in words."""
    width, height = frame.size
    texts = [t.text for t in frame.texts]
    shown = ", ".join(repr(t) for t in texts[:3])
    some = f"{len(texts)} texts ({shown}{', ...' if len(texts) > 3 else ''})" if texts else "no text"
    axes = [f"a {a.scale} axis with {len(a.ticks)} ticks" for a in (frame.x, frame.y) if a is not None]
    return f"{width}x{height} pixels with {' and '.join([some, *axes])}"


def _enlarged(scene: ChartScene, zoom: float, size: tuple[int, int]) -> ChartScene:
    """A scene in pixels of a picture of another size, `zoom` times as large."""

    def grown(value: object) -> object:
        if isinstance(value, dict):
            out = {k: grown(v) for k, v in value.items()}
            if "box" in out:
                out["box"] = [round(v * zoom, 1) for v in value["box"]]
            if "at" in out:
                out["at"] = round(value["at"] * zoom, 2)
            if "slope" in out:
                out["slope"] = value["slope"] / zoom
            return out
        return [grown(v) for v in value] if isinstance(value, list) else value

    data = scene.model_dump()
    out = {k: grown(v) for k, v in data.items()}
    out["width"], out["height"] = size
    out["plot"] = [round(v * zoom, 1) for v in scene.plot] if scene.plot else None
    return ChartScene.model_validate(out)
