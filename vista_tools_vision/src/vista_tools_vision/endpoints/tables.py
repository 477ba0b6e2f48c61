"""The tools that give the table behind a chart: `unichart_to_table`, `deplot_to_table`, `chartmoe_extract_data`."""

import json
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from vista_core import Box, Observation, ToolContext, ToolError, ToolFailed
from vista_vlm import Backends, OpenAIBackend, Prompt

from vista_tools_vision.endpoints.base import CHARTMOE, CLASSICAL, ChartArgs, ChartTool, ChartVLMTool
from vista_tools_vision.endpoints.data import data_of, series_names
from vista_tools_vision.endpoints.models import (
    DEPLOT_BACKEND,
    UNICHART_BACKEND,
    ModelSettings,
    SequenceBackend,
    SequenceReader,
    sequence_reader,
)
from vista_tools_vision.pictures import pixels_of
from vista_tools_vision.rendering import Rendering, words

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import ChartScene


class TableOutput(BaseModel):
    """The table behind a chart.

    Attributes:
        title: "" when none was read.
        columns: headings.
        rows: cells as texts, each row as long as `columns`.
        confidence: 0..1, of the reading; None where a model wrote the table.
        notes: what the reader was unsure of.
    """

    title: str = ""
    columns: list[str]
    rows: list[list[str]]
    confidence: float | None = None
    notes: list[str] = []


class _TableTool(ChartTool[Any, TableOutput]):
    """Base of the two tools with a model that writes tables."""

    Config = ModelSettings
    reader: SequenceReader | None = None

    def setup(self, config: Any, backend: Any) -> None:
        """Load the model, or the text recogniser."""
        self.config = config or ModelSettings()
        if isinstance(backend, SequenceBackend):
            self.reader = sequence_reader(backend, self.config.device, self.config.dtype)
            self.run_batch = self._read_together  # type: ignore[method-assign]
        else:
            self.load_reader(self.config)

    def run(self, args: ChartArgs, context: ToolContext) -> TableOutput:
        """Read one chart.

        Raises:
            ToolFailed: it is no chart that can be read, or the model wrote no table.
        """
        if self.reader is None:
            scene = self.scene(context, args.image)
            columns, rows = scene.table()
            title, sure, notes = scene.title, scene.confidence, scene.notes
            return TableOutput(title=title, columns=columns, rows=rows, confidence=sure, notes=notes)
        result = self._read_together([(args, context)])[0]
        if isinstance(result, ToolError):
            raise result
        return result

    def _read_together(self, calls: Sequence[tuple[Any, ToolContext]]) -> list[TableOutput | ToolError]:
        """Several charts in one batch of the model; what cannot be read costs its own call only."""
        assert self.reader is not None
        results: list[Any] = []
        for args, context in calls:
            try:
                results.append(pixels_of(context, args.image))
            except ToolError as error:
                results.append(error)
        good = [number for number, result in enumerate(results) if not isinstance(result, ToolError)]
        pictures = [results[number] for number in good]
        limit = min((calls[number][1].time_left() for number in good), default=math.inf)
        settings = self.config
        texts = self.reader.read(pictures, settings.max_new_tokens, settings.max_patches, limit) if pictures else []
        for number, text in zip(good, texts, strict=True):
            try:
                results[number] = parse_table(text) if isinstance(text, str) else text
            except ToolError as error:
                results[number] = error
        return results


class UniChartArgs(ChartArgs):
    """Read the data table behind a chart: a header row, then one row per category."""


class UniChartToTable(_TableTool):
    """Read the data table behind a chart."""

    name = "unichart_to_table"
    aliases = (("unichart", "to_table"),)
    backends = Backends(UNICHART_BACKEND, CLASSICAL)
    args_model, output_model = UniChartArgs, TableOutput
    description = UniChartArgs.__doc__ or ""

    def render(self, output: TableOutput) -> Observation:
        """Header and rows, cells parted by " | "."""
        return Observation(text=table_text(output.columns, output.rows, self.rendering), data=output)


class DePlotArgs(ChartArgs):
    """Read the data table behind a chart, with its title: TITLE, a header row, then one row per category."""


class DePlotToTable(_TableTool):
    """Read the data table behind a chart, with its title."""

    name = "deplot_to_table"
    aliases = (("deplot", "to_table"),)
    backends = Backends(DEPLOT_BACKEND, CLASSICAL)
    args_model, output_model = DePlotArgs, TableOutput
    description = DePlotArgs.__doc__ or ""

    def render(self, output: TableOutput) -> Observation:
        """As DePlot writes it: "TITLE | ...", header and rows, cells parted by " | "."""
        head = f"TITLE | {output.title}\n" if output.title else ""
        return Observation(text=head + table_text(output.columns, output.rows, self.rendering), data=output)


class ExtractArgs(ChartArgs):
    """List the data points of a chart, each with its series, category, value and place in the picture."""


class DataPoint(BaseModel):
    """One data point.

    Attributes:
        name: its category, or its place on the x axis.
        series: "" where there is only one.
        value: in the units of the value axis.
        text: the value as the picture has it.
        box: of its mark, px; None where a model wrote it.
        confidence: 0..1; None where a model wrote it.
        source: where the value comes from: "label", "scale", "angle", "neighbour", or "model".
    """

    name: str
    series: str = ""
    value: float
    text: str = ""
    box: Box | None = None
    confidence: float | None = None
    source: str = "model"


class DataPoints(BaseModel):
    """A chart's data points, and the kind of chart ("" where a model wrote them)."""

    kind: str = ""
    points: list[DataPoint]
    notes: list[str] = []


class ChartMoEExtractData(ChartVLMTool[ExtractArgs, DataPoints]):
    """List the data points of a chart."""

    name = "chartmoe_extract_data"
    aliases = (("chartmoe", "extract_data"),)
    backends = Backends(CHARTMOE, OpenAIBackend(), CLASSICAL)

    def run_own(self, args: ExtractArgs, context: ToolContext) -> DataPoints:
        """The marks of the scene."""
        scene = self.scene(context, args.image)
        return DataPoints(kind=scene.kind, points=points_of(scene), notes=scene.notes)

    def prompt(self, args: ExtractArgs, context: ToolContext) -> Prompt:
        """Ask for JSON."""
        text = (
            'Extract the data of this chart as a JSON array of objects {"name": category or x value, "series": name of '
            'its series or "", "value": number}, one for each data point, and nothing else.'
        )
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: ExtractArgs) -> DataPoints:
        """The JSON array in the answer.

        Raises:
            ToolFailed: there is none.
        """
        return DataPoints(points=parse_points(text))

    def render(self, output: DataPoints) -> Observation:
        """One line a point: "Mango, 2019: 47 [60, 20, 90, 270]"."""
        style = self.rendering
        lines = [
            words(
                f"{words(p.name + ',' if p.series else p.name, p.series)}: {p.text or style.number(p.value)}",
                style.box(p.box) if p.box else "",
                style.sure(p.confidence) if p.confidence is not None else "",
            )
            for p in output.points
        ]
        return Observation(text=style.text(style.rows(lines, "more points")), data=output)


def points_of(scene: "ChartScene") -> list[DataPoint]:
    """The marks of a scene as data points."""
    names = series_names(scene)
    table = data_of(scene)
    values = {(cell.row, cell.column): cell for cell in table.cells}
    points = []
    for mark in scene.marks:
        row, series = scene._row_text(mark), names[mark.series]
        cell = values.get((row, series))
        points.append(
            DataPoint(
                name=row,
                series=series,
                value=cell.value if cell else mark.value,
                text=cell.text if cell else "",
                box=tuple(mark.box),
                confidence=mark.confidence,
                source=mark.source,
            )
        )
    return points


def table_text(columns: Sequence[str], rows: Sequence[Sequence[str]], rendering: Rendering) -> str:
    """A table as text, cells parted by " | ", within the rendering's limits."""
    lines = [" | ".join(row) for row in rows]
    return rendering.text([" | ".join(columns), *rendering.rows(lines, "more rows")])


def parse_table(text: str) -> TableOutput:
    """A table as models write it: cells parted by "|", rows by line breaks, "<0x0A>" or " & ".

    Raises:
        ToolFailed: there is no table in it (code E5).
    """
    lines = re.split(r"\n|<0x0A>|\s&&?\s", text)
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if "|" in line]
    cells = [row for row in cells if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]  # the rule of Markdown
    title = ""
    if cells and cells[0][0].upper() == "TITLE":
        title = " | ".join(cells.pop(0)[1:])
    width = max((len(row) for row in cells), default=0)
    if len(cells) < 2 or width < 2:
        raise ToolFailed("The model's answer holds no table.", code="E5")
    columns, *rows = (row + [""] * (width - len(row)) for row in cells)
    return TableOutput(title=title, columns=columns, rows=rows)


def parse_points(text: str) -> list[DataPoint]:
    """Data points from the first JSON array in a model's answer.

    Raises:
        ToolFailed: there is none, or not of the form that was asked for (code E5).
    """
    start, end = text.find("["), text.rfind("]")
    try:
        items = json.loads(text[start : end + 1]) if 0 <= start < end else None
        points = [DataPoint(name=str(i["name"]), series=str(i.get("series") or ""), value=i["value"]) for i in items]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ToolFailed("The model's answer is no list of data points.", code="E5") from error
    if not points:
        raise ToolFailed("The model found no data points.")
    return points
