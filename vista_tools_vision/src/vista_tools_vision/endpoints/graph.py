"""A chart as a scene graph: what is there (nodes), and what belongs to what (edges)."""

from typing import TYPE_CHECKING

from pydantic import BaseModel
from vista_core import Box, Observation, ToolContext

from vista_tools_vision.chart.scene import mark_text
from vista_tools_vision.endpoints.base import ChartArgs, ChartTool
from vista_tools_vision.endpoints.data import series_names
from vista_tools_vision.endpoints.looks import Looks, colour_name, looks_of
from vista_tools_vision.endpoints.texts import ChartText, texts_of
from vista_tools_vision.pictures import pixels_of
from vista_tools_vision.rendering import Rendering, words

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import Axis, ChartScene


class Node(BaseModel):
    """A thing in the chart.

    Attributes:
        id: short and unique: "x", "y", "s1" (series), "l1" (legend entry), "m1" (mark), "t1" (text).
        kind: chart, axis, series, legend, bar, point, slice, or text.
        text: what is written on it or stands for it; "" for nothing.
        box: px; None for what has no place of its own.
        colour: "#rrggbb", or "".
        value: of a mark, in units of the value axis.
        confidence: 0..1.
    """

    id: str
    kind: str
    text: str = ""
    box: Box | None = None
    colour: str = ""
    value: float | None = None
    confidence: float = 1.0


class Edge(BaseModel):
    """What one node is to another: (source, relation, target), with what it says of it ("Mango", "47")."""

    source: str
    relation: str
    target: str
    text: str = ""


class SceneGraph(BaseModel):
    """A chart's nodes and edges, and what the policy reads of them."""

    nodes: list[Node]
    edges: list[Edge]
    shown: str


class ChartDetGraphArgs(ChartArgs):
    """Write a chart as a scene graph of its visual parts: marks, series, axes, legend, and how they belong together."""


class ChartDetToGraph(ChartTool[ChartDetGraphArgs, SceneGraph]):
    """A chart's visual parts as a graph."""

    name = "chartdet_to_scg"
    aliases = (("chartdet", "to_scg"),)

    def run(self, args: ChartDetGraphArgs, context: ToolContext) -> SceneGraph:
        """The graph of one chart."""
        scene = self.scene(context, args.image)
        return visual_graph(scene, looks_of(scene, pixels_of(context, args.image)), self.rendering)

    def render(self, output: SceneGraph) -> Observation:
        """One line a node, with its edges."""
        return Observation(text=output.shown, data=output)


class ChartOCRGraphArgs(ChartArgs):
    """Write a chart as a scene graph of its texts: which is the title, labels an axis, names a colour or a mark."""


class ChartOCRToGraph(ChartTool[ChartOCRGraphArgs, SceneGraph]):
    """A chart's texts as a graph."""

    name = "chartocr_to_scg"
    aliases = (("chartocr", "to_scg"),)

    def run(self, args: ChartOCRGraphArgs, context: ToolContext) -> SceneGraph:
        """The graph of one chart."""
        scene = self.scene(context, args.image)
        return text_graph(scene, texts_of(scene), self.rendering)

    def render(self, output: SceneGraph) -> Observation:
        """One line a text, with its edges."""
        return Observation(text=output.shown, data=output)


def visual_graph(scene: "ChartScene", looks: Looks, rendering: Rendering) -> SceneGraph:
    """Marks in series on axes, and the legend that binds colours to series."""
    nodes, edges = _frame(scene)
    lines = [_chart_line(scene), *(_axis_line(n, a) for n, a in (("x", scene.x), ("y", scene.y)) if a is not None)]
    names = series_names(scene)
    bound = {}
    for number, entry in enumerate(scene.legend):
        nodes.append(
            Node(id=f"l{number + 1}", kind="legend", text=entry.text, box=tuple(entry.box), colour=entry.colour)
        )
        for place, series in enumerate(scene.series):
            if series.name == entry.text:
                bound[place] = f"l{number + 1}"
                edges.append(
                    Edge(source=f"l{number + 1}", relation="binds_colour", target=f"s{place + 1}", text=entry.colour)
                )
    for place, name in enumerate(names):
        colour = scene.series[place].colour
        nodes.append(Node(id=f"s{place + 1}", kind="series", text=name, colour=colour))
        edges.append(Edge(source=f"s{place + 1}", relation="part_of", target="chart"))
        by = f"colour bound by legend {bound[place]}" if place in bound else ""
        lines.append(words(f"s{place + 1} series", f'"{name}"' if name else "", colour, colour_name(colour), by))
    marks = []
    category, value = ("y", "x") if scene.orientation == "horizontal" else ("x", "y")
    for number, mark in enumerate(scene.marks):
        key, row, text = f"m{number + 1}", scene._row_text(mark), mark_text(mark)
        colour = looks.marks[number]
        nodes.append(
            Node(
                id=key,
                kind=mark.kind,
                text=row,
                box=tuple(mark.box),
                colour=colour,
                value=mark.value,
                confidence=mark.confidence,
            )
        )
        edges.append(Edge(source=key, relation="member_of", target=f"s{mark.series + 1}"))
        if scene.category_axis is not None:
            edges.append(Edge(source=key, relation="placed_on", target=category, text=row))
        if scene.value_axis is not None:
            edges.append(Edge(source=key, relation="measured_on", target=value, text=text))
        entry = next((n for n, e in enumerate(scene.legend) if mark.kind == "slice" and e.text == mark.category), None)
        if entry is not None:
            edges.append(Edge(source=f"l{entry + 1}", relation="binds_colour", target=key, text=colour))
        place = f'at {category} "{row}"' if scene.category_axis is not None else f'"{row}"'
        own = colour if colour != scene.series[mark.series].colour else ""
        where = rendering.box(mark.box)
        marks.append(
            words(
                f"{key} {mark.kind} of s{mark.series + 1}",
                place,
                f"value {text}",
                own,
                where,
                rendering.sure(mark.confidence),
            )
        )
    return SceneGraph(nodes=nodes, edges=edges, shown=rendering.text([*lines, *rendering.rows(marks, "more marks")]))


def text_graph(scene: "ChartScene", texts: list[ChartText], rendering: Rendering) -> SceneGraph:
    """Texts, and the axis, series, mark or chart that each speaks of."""
    nodes, edges = _frame(scene)
    names = series_names(scene)
    for place, name in enumerate(names):
        nodes.append(Node(id=f"s{place + 1}", kind="series", text=name, colour=scene.series[place].colour))
    lines = []
    for number, text in enumerate(texts):
        key = f"t{number + 1}"
        box = tuple(text.box)
        nodes.append(Node(id=key, kind="text", text=text.text, box=box, confidence=text.confidence))
        relation, target, of = _speaks_of(text, names)
        if relation and (target == "chart" or any(node.id == target for node in nodes)):
            edges.append(Edge(source=key, relation=relation, target=target, text=of))
        what = (
            words(relation.replace("_", " "), target, f'"{of}"' if of and of != text.text else "")
            or "belongs to nothing"
        )
        lines.append(words(f'{key} "{text.text}"', what, rendering.box(text.box), rendering.sure(text.confidence)))
    shown = rendering.text([_chart_line(scene), *rendering.rows(lines, "more texts")])
    return SceneGraph(nodes=nodes, edges=edges, shown=shown)


def _speaks_of(text: ChartText, names: list[str]) -> tuple[str, str, str]:
    """(relation, id of the node, what of it) of a text."""
    if text.role == "title":
        return "titles", "chart", ""
    if text.role in ("x title", "y title"):
        return "titles", text.role[0], ""
    if text.role in ("x tick", "y tick"):
        return "labels", text.role[0], text.of
    if text.role == "legend":
        return ("names", f"s{names.index(text.of) + 1}", text.of) if text.of in names else ("names", "chart", text.of)
    if text.role == "label":
        return "labels_mark_at", "chart", text.of
    return "", "", ""


def _frame(scene: "ChartScene") -> tuple[list[Node], list[Edge]]:
    plot = tuple(scene.plot) if scene.plot is not None else None
    nodes = [Node(id="chart", kind="chart", text=scene.title, box=plot, confidence=scene.confidence)]
    edges = []
    for name, axis in (("x", scene.x), ("y", scene.y)):
        if axis is not None:
            nodes.append(Node(id=name, kind="axis", text=axis.title, confidence=axis.confidence))
            edges.append(Edge(source=name, relation="part_of", target="chart", text=axis.position))
    return nodes, edges


def _chart_line(scene: "ChartScene") -> str:
    kind = words(scene.orientation, scene.arrangement if scene.arrangement != "single" else "", scene.kind, "chart")
    title = f'"{scene.title}"' if scene.title else ""
    return words(kind, title, f"{scene.width}x{scene.height} px")


def _axis_line(name: str, axis: "Axis") -> str:
    ticks = [tick.text for tick in sorted(axis.ticks, key=lambda t: t.value or 0.0)]
    shown = ", ".join(ticks) if len(ticks) <= 8 else f"{', '.join(ticks[:3])}, ... {ticks[-1]} ({len(ticks)} ticks)"
    title = f'"{axis.title}"' if axis.title else ""
    return words(f"{name} {axis.scale} axis", f"({axis.position})", title, f"ticks {shown}")
