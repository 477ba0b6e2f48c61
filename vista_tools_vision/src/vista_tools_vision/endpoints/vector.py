"""The three tools that write a picture as SVG: its primitives, a chart's visual parts, or its texts."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from vista_core import Image, Observation, Tool, ToolContext, ToolFailed

from vista_tools_vision.backends import RapidOCRBackend
from vista_tools_vision.endpoints.base import ChartArgs, ChartSettings, ChartTool
from vista_tools_vision.endpoints.looks import Looks, looks_of
from vista_tools_vision.endpoints.shapes import Drawing, Shape
from vista_tools_vision.endpoints.texts import WEIGHTS, texts_of
from vista_tools_vision.pictures import pixels_of
from vista_tools_vision.rendering import Rendering

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import Axis, ChartScene


class SVGOutput(BaseModel):
    """A picture as SVG.

    Attributes:
        svg: the whole document, in pixels of the picture.
        shown: what the policy reads: the same, or as many of its shapes as fit.
        groups: how many shapes each group has.
        left_out: shapes that did not fit.
        picture: the drawing in pixels, where the rendering asks for it.
    """

    svg: str
    shown: str
    groups: dict[str, int]
    left_out: int = 0
    picture: Image | None = None


def svg_output(drawing: Drawing, rendering: Rendering) -> SVGOutput:
    """A drawing as the output of a tool."""
    shown, left_out = drawing.svg(rendering.max_chars)
    return SVGOutput(
        svg=drawing.svg()[0],
        shown=shown,
        groups=dict(Counter(shape.group or shape.kind for shape in drawing.shapes)),
        left_out=left_out,
        picture=drawing.picture() if rendering.picture else None,
    )


def seen(output: SVGOutput) -> Observation:
    """The observation of an SVG: its text, and the drawing beside it where there is one."""
    return Observation(text=output.shown, images=(output.picture,) if output.picture else (), data=output)


class SVGArgs(ChartArgs):
    """Write a picture as SVG primitives: filled regions as rectangles, circles, polygons and lines."""

    most: int = Field(60, ge=1, le=400, description="how many shapes at most, the largest first")


class OpenCVToSVG(Tool[SVGArgs, SVGOutput]):
    """Write a picture as SVG primitives."""

    name = "opencv_to_svg"
    family = "chart"
    reads = frozenset({"image"})
    backends = (RapidOCRBackend(name="classical", requires=("opencv-python-headless>=4.9",)),)
    aliases = (("opencv", "to_svg"),)
    Config = ChartSettings

    def setup(self, config: Any, backend: Any) -> None:
        """Take the settings."""
        self.config = config or ChartSettings()

    def run(self, args: SVGArgs, context: ToolContext) -> SVGOutput:
        """Trace one picture.

        Raises:
            ToolFailed: it is of one colour.
        """
        from vista_tools_vision.endpoints.tracing import trace

        drawing = trace(pixels_of(context, args.image), args.most)
        if not drawing.shapes:
            raise ToolFailed(f"Image {args.image} shows no shapes: it is {drawing.ground} all over.")
        return svg_output(drawing, self.config.rendering)

    def render(self, output: SVGOutput) -> Observation:
        """The SVG, cut by whole shapes."""
        return seen(output)


class ChartDetArgs(ChartArgs):
    """Write the visual parts of a chart as SVG: axes, legend colours, bars, lines, markers, slices; no text."""


class ChartDetToSVG(ChartTool[ChartDetArgs, SVGOutput]):
    """Write the visual parts of a chart as SVG."""

    name = "chartdet_to_svg"
    aliases = (("chartdet", "to_svg"),)

    def run(self, args: ChartDetArgs, context: ToolContext) -> SVGOutput:
        """Draw the scene of one picture."""
        scene = self.scene(context, args.image)
        return svg_output(drawing_of(scene, looks_of(scene, pixels_of(context, args.image))), self.rendering)

    def render(self, output: SVGOutput) -> Observation:
        """The SVG, cut by whole shapes."""
        return seen(output)


class ChartOCRArgs(ChartArgs):
    """Write the texts of a chart as SVG, each where it stands: title, axis labels, ticks, legend, data labels."""


class ChartOCRToSVG(ChartTool[ChartOCRArgs, SVGOutput]):
    """Write the texts of a chart as SVG."""

    name = "chartocr_to_svg"
    aliases = (("chartocr", "to_svg"),)

    def run(self, args: ChartOCRArgs, context: ToolContext) -> SVGOutput:
        """Place the texts of one picture.

        Raises:
            ToolFailed: it holds no chart, or no text.
        """
        scene = self.scene(context, args.image)
        texts = texts_of(scene)
        if not texts:
            raise ToolFailed(f"No text was found in image {args.image}.")
        drawing = Drawing((scene.width, scene.height), scene.page)
        ink = "#ffffff" if scene.theme == "dark" else "#000000"
        for text in texts:
            left, top, right, bottom = text.box
            middle, size = ((left + right) / 2, (top + bottom) / 2), max(4.0, text.height)
            base = (middle[0], middle[1] + 0.35 * size) if abs(text.angle) < 20 else middle
            shape = Shape("text", [base], ink, text=text.text, size=size, angle=text.angle, anchor="middle")
            shape.group, shape.weight = text.role.replace(" ", "-"), float(WEIGHTS[text.role])
            drawing.shapes.append(shape)
        return svg_output(drawing, self.rendering)

    def render(self, output: SVGOutput) -> Observation:
        """The SVG, cut by whole shapes."""
        return seen(output)


def drawing_of(scene: "ChartScene", looks: Looks) -> Drawing:
    """The visual parts of a scene; marks weigh most, ticks least."""
    drawing = Drawing((scene.width, scene.height), scene.page)
    ink = "#e0e0e0" if scene.theme == "dark" else "#333333"
    if scene.plot is not None:
        left, top, right, bottom = scene.plot
        if scene.panel != scene.page:
            drawing.shapes.append(Shape("rect", [(left, top), (right, bottom)], scene.panel, group="axes", weight=9))
        for axis in (scene.x, scene.y):
            if axis is not None:
                drawing.shapes += _axis(axis, scene, ink)
    if scene.kind in ("line", "scatter"):
        drawing.shapes += _points_and_lines(scene)
    for number, mark in enumerate(scene.marks):
        colour = looks.marks[number]
        if mark.kind == "bar":
            left, top, right, bottom = mark.box
            drawing.shapes.append(Shape("rect", [(left, top), (right, bottom)], colour, group="marks", weight=8))
        elif mark.kind == "slice" and looks.pie is not None:
            pie, wedge = looks.pie, looks.pie.wedges[number]
            angles = (wedge.start, wedge.end)
            slice_ = Shape("slice", [pie.centre], colour, radius=pie.radius, hole=pie.hole, angles=angles)
            slice_.group, slice_.weight = "marks", 8
            drawing.shapes.append(slice_)
    for entry in scene.legend:
        left, top, _, bottom = entry.box
        side = bottom - top
        swatch = [(left, top + 0.2 * side), (left + 0.8 * side, bottom - 0.2 * side)]
        drawing.shapes.append(Shape("rect", swatch, entry.colour, group="legend", weight=6))
    return drawing


def _axis(axis: "Axis", scene: "ChartScene", ink: str) -> list[Shape]:
    assert scene.plot is not None  # asked for only where there is one
    left, top, right, bottom = scene.plot
    across = axis.position in ("top", "bottom")
    at = {"left": left, "right": right, "top": top, "bottom": bottom}[axis.position]
    ends = [(left, at), (right, at)] if across else [(at, top), (at, bottom)]
    shapes = [Shape("line", [(float(x), float(y)) for x, y in ends], stroke=ink, group="axes", weight=7)]
    out = 5 if axis.position in ("bottom", "right") else -5
    for tick in axis.ticks:
        ends = [(tick.at, at), (tick.at, at + out)] if across else [(at, tick.at), (at + out, tick.at)]
        shapes.append(Shape("line", [(float(x), float(y)) for x, y in ends], stroke=ink, group="axes", weight=2))
    return shapes


def _points_and_lines(scene: "ChartScene") -> list[Shape]:
    shapes = []
    for number, series in enumerate(scene.series):
        marks = [mark for mark in scene.marks if mark.series == number]
        places = [((m.box[0] + m.box[2]) / 2, (m.box[1] + m.box[3]) / 2) for m in marks]
        if scene.kind == "line" and len(places) > 1:
            line = Shape("line", places, stroke=series.colour, width=2, group="marks", weight=8)
            shapes.append(line)
        for mark, place in zip(marks, places, strict=True):
            radius = min(mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]) / 2
            if scene.kind == "scatter" or radius >= 2.5:
                radius = max(2.0, radius)
                shapes.append(Shape("circle", [place], series.colour, radius=radius, group="marks", weight=5))
    return shapes
