"""Captions of charts: a short one (type, extremes, trend) and a long one (colours, legend, ranges)."""

from typing import TYPE_CHECKING

from pydantic import BaseModel
from vista_core import Observation, ToolContext
from vista_vlm import Backends, OpenAIBackend, Prompt, TransformersBackend

from vista_tools_vision.endpoints.base import CLASSICAL, ChartArgs, ChartVLMTool
from vista_tools_vision.endpoints.compute import shown, trend_of
from vista_tools_vision.endpoints.data import Cell, DataTable, data_of
from vista_tools_vision.endpoints.looks import Looks, colour_name, looks_of
from vista_tools_vision.pictures import pixels_of
from vista_tools_vision.rendering import words

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import Axis, ChartScene


class Caption(BaseModel):
    """A caption.

    Attributes:
        text: the caption.
        confidence: 0..1, of the reading that it tells of; None where a model wrote it.
        notes: what the reader was unsure of.
    """

    text: str
    confidence: float | None = None
    notes: list[str] = []


class ShortCaptionArgs(ChartArgs):
    """Caption a chart in short: its type, its extremes and its trend."""


class ChartAssistantCaption(ChartVLMTool[ShortCaptionArgs, Caption]):
    """Caption a chart in short."""

    name = "chartassistant_caption"
    aliases = (("chartassistant", "caption"),)
    backends = Backends(
        TransformersBackend(
            extra="models",
            unloadable="ChartAssistant's own checkpoint (FanqingM/ChartAssistant) is in the format of LLaMA2-Accessory",
        ),
        OpenAIBackend(),
        CLASSICAL,
    )

    def run_own(self, args: ShortCaptionArgs, context: ToolContext) -> Caption:
        """Say what was read."""
        scene = self.scene(context, args.image)
        return Caption(text=short_caption(scene, data_of(scene)), confidence=scene.confidence, notes=scene.notes)

    def prompt(self, args: ShortCaptionArgs, context: ToolContext) -> Prompt:
        """Ask for a short caption."""
        picture = self.picture(context, args.image)
        return Prompt("Give a short caption of this chart: its type, its trend and its extremes.", (picture,))

    def parse(self, text: str, args: ShortCaptionArgs) -> Caption:
        """The caption is the answer."""
        return Caption(text=text)

    def render(self, output: Caption) -> Observation:
        """The caption."""
        return Observation(text=self.rendering.text(output.text), data=output)


class LongCaptionArgs(ChartArgs):
    """Caption a chart at length: type, title, axes with their ranges, legend, colours, extremes and trends."""


class ChartVLMCaption(ChartVLMTool[LongCaptionArgs, Caption]):
    """Caption a chart at length."""

    name = "chartvlm_caption"
    aliases = (("chartvlm", "caption"),)
    backends = Backends(
        TransformersBackend(
            extra="models",
            unloadable="ChartVLM's own checkpoint (U4R/ChartVLM-base) needs the modules of its repository",
        ),
        OpenAIBackend(),
        CLASSICAL,
    )

    def run_own(self, args: LongCaptionArgs, context: ToolContext) -> Caption:
        """Say what was read, with colours."""
        scene = self.scene(context, args.image)
        looks = looks_of(scene, pixels_of(context, args.image))
        text = long_caption(scene, data_of(scene), looks)
        return Caption(text=text, confidence=scene.confidence, notes=scene.notes)

    def prompt(self, args: LongCaptionArgs, context: ToolContext) -> Prompt:
        """Ask for a long caption."""
        text = (
            "Describe this chart at length: its type and title, its axes with their ranges, its legend with the "
            "colours, its extremes and its trends."
        )
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: LongCaptionArgs) -> Caption:
        """The caption is the answer."""
        return Caption(text=text)

    def render(self, output: Caption) -> Observation:
        """The caption."""
        return Observation(text=self.rendering.text(output.text), data=output)


def kind_in_words(scene: "ChartScene", table: DataTable) -> str:
    """A noun phrase: "grouped vertical bar chart of 2 series and 4 categories"."""
    arrangement = scene.arrangement if scene.arrangement != "single" else ""
    kind = words(arrangement, scene.orientation, scene.kind, "chart")
    several = len(table.columns) > 1
    if scene.kind == "scatter":
        of = f"of {len(scene.marks)} points" + (f" in {len(scene.series)} series" if len(scene.series) > 1 else "")
    elif scene.kind == "line":
        of = (
            f"of {len(table.columns)} lines over {len(table.rows)} places"
            if several
            else f"of {len(table.rows)} points"
        )
    else:
        noun = {"bar": "categories"}.get(scene.kind, "slices")
        of = (
            f"of {len(table.columns)} series and {len(table.rows)} {noun}"
            if several
            else f"of {len(table.rows)} {noun}"
        )
    return f"{kind} {of}"


def short_caption(scene: "ChartScene", table: DataTable) -> str:
    """Type, extremes and trend in a few sentences."""
    kind = kind_in_words(scene, table)
    title = f' titled "{scene.title}"' if scene.title else ""
    lines = [f"{_article(kind)} {kind}{title}."]
    if scene.kind == "scatter":
        lines.append(_scatter_line(table))
    else:
        lines += _extremes(table)
        if table.ordered:
            lines += _trends(table)
    return " ".join(lines)


def long_caption(scene: "ChartScene", table: DataTable, looks: Looks) -> str:
    """Type, title, axes, legend with colours, ranges, extremes and trends."""
    kind = kind_in_words(scene, table)
    title = f', titled "{scene.title}"' if scene.title else ", without a title that could be read"
    lines = [f"{_article(kind)} {kind}{title}, on a {colour_name(scene.page)} page."]
    lines += [_axis_sentence(name, axis) for name, axis in (("x", scene.x), ("y", scene.y)) if axis is not None]
    lines.append(_colours(scene, table, looks))
    for column in table.columns if scene.kind != "scatter" else []:
        cells = table.column(column)
        low, high = min(cells, key=_by_value), max(cells, key=_by_value)
        who = f"{column} ranges" if column else "The values range"
        lines.append(f"{who} from {low.text} ({low.row}) to {high.text} ({high.row}).")
    if scene.kind == "scatter":
        lines.append(_scatter_line(table))
    elif table.ordered:
        lines += _trends(table)
    return " ".join(line for line in lines if line)


def _article(noun: str) -> str:
    return "An" if noun[:1] in "aeiou" else "A"


def _by_value(cell: Cell) -> float:
    return cell.value


def _extremes(table: DataTable) -> list[str]:
    low, high = min(table.cells, key=_by_value), max(table.cells, key=_by_value)
    if len(table.cells) < 2:
        return [f"Its one value is {high.text} ({high.name})."]
    if low.value == high.value:
        return [f"All values are {high.text}."]
    return [f"The highest value is {high.text} ({high.name}), the lowest {low.text} ({low.name})."]


def _trends(table: DataTable) -> list[str]:
    lines = []
    for column in table.columns:
        cells = table.column(column)
        if len(cells) > 1:
            who = column or "The value"
            lines.append(
                f"{who} {trend_of(cells)}, from {cells[0].text} ({cells[0].row}) to {cells[-1].text} ({cells[-1].row})."
            )
    return lines


def _scatter_line(table: DataTable) -> str:
    """Ranges of a scatter chart, and how x and y go together, as the correlation coefficient."""
    import statistics

    x_name, y_name = table.columns
    pairs = [(a.value, b.value) for r in table.rows if (a := table.cell(r, x_name)) and (b := table.cell(r, y_name))]
    if not pairs:
        return ""
    xs, ys = [p[0] for p in pairs], [p[1] for p in pairs]
    text = f"x goes from {shown(min(xs))} to {shown(max(xs))}, y from {shown(min(ys))} to {shown(max(ys))}."
    if len(pairs) > 2 and min(xs) < max(xs) and min(ys) < max(ys):
        text += f" Their correlation is {statistics.correlation(xs, ys):.2f}."
    return text


def _axis_sentence(name: str, axis: "Axis") -> str:
    title = f' "{axis.title}"' if axis.title else ""
    if not axis.ticks:
        return f"The {name} axis{title} has no ticks that could be read."
    if axis.scale == "category":
        names = [tick.text for tick in axis.ticks]
        listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        return f"The {name} axis{title} names {listed}."
    ends = sorted((t for t in axis.ticks if t.value is not None), key=lambda t: t.value or 0.0) or axis.ticks
    unit = f" in {axis.unit}" if axis.unit else ""
    return f"The {name} axis{title} is {axis.scale}{unit}, with ticks from {ends[0].text} to {ends[-1].text}."


def _colours(scene: "ChartScene", table: DataTable, looks: Looks) -> str:
    if scene.kind in ("pie", "donut"):
        pairs = [(mark.category, looks.marks[i]) for i, mark in enumerate(scene.marks)]
    elif len(scene.series) > 1:
        pairs = [(series.name or f"series {i + 1}", series.colour) for i, series in enumerate(scene.series)]
    else:
        used = list(dict.fromkeys(looks.marks))
        names = list(dict.fromkeys(colour_name(colour) for colour in used))
        noun = {"bar": "bars are", "line": "line is"}.get(scene.kind, "points are")
        return f"The {noun} {' and '.join(names[:4])}." if len(names) <= 4 else f"The {noun} of {len(names)} colours."
    listed = ", ".join(f"{name} {colour_name(colour)}" for name, colour in pairs[:12])
    return f"{'The legend shows' if scene.legend else 'In colour'}: {listed}."
