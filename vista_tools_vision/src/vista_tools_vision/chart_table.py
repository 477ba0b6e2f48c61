"""The tool `chartmoe_to_table`: the data table behind a chart."""

from pydantic import BaseModel, Field
from vista_core import Box, Observation, ToolContext
from vista_vlm import Backends, OpenAIBackend, Prompt

from vista_tools_vision.endpoints.base import CHARTMOE, CLASSICAL, ChartVLMSettings, ChartVLMTool
from vista_tools_vision.pictures import pixels_of


class ChartConfig(ChartVLMSettings):
    """Settings of `chartmoe_to_table`.

    Attributes:
        title: read the chart's title too, and put it over the table; upright bars then take as long as other charts.
    """

    title: bool = False


class ChartArgs(BaseModel):
    """Read the data table behind a chart."""

    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class ChartMark(BaseModel):
    """One mark: what it stands for, where it is (px), and how sure its value is, 0..1, from which source."""

    name: str
    series: str
    value: float
    box: Box
    confidence: float
    source: str


class ChartTable(BaseModel):
    """A chart as a table.

    Attributes:
        title: "" when none was read.
        columns: "Name" and one column per series.
        rows: one row of texts per category.
        marks: every bar, point or slice with its value, box and confidence; none where a model wrote the table.
        notes: what the reader was unsure of.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    marks: list[ChartMark]
    notes: list[str]


class ChartMoEToTable(ChartVLMTool[ChartArgs, ChartTable]):
    """Read the data table behind a chart."""

    name = "chartmoe_to_table"
    aliases = (("chartmoe", "to_table"),)
    backends = Backends(CHARTMOE, OpenAIBackend(), CLASSICAL)
    Config = ChartConfig

    def run_own(self, args: ChartArgs, context: ToolContext) -> ChartTable:
        """Read one chart: plain upright bars the quick way, everything else from the whole scene.

        Raises:
            ToolFailed: it is no chart that can be read; says what was found.
        """
        from vista_tools_vision.endpoints.tables import points_of
        from vista_tools_vision.endpoints.upright import plain_bars

        scene = None if self.config.title else plain_bars(pixels_of(context, args.image), self.engine)
        if scene is None:
            scene = self.scene(context, args.image)
        columns, rows = scene.table()
        marks = [
            ChartMark(name=p.name, series=p.series, value=p.value, box=p.box, confidence=p.confidence, source=p.source)
            for p in points_of(scene)
        ]
        title = scene.title if self.config.title else ""
        return ChartTable(title=title, columns=columns, rows=rows, marks=marks, notes=scene.notes)

    def prompt(self, args: ChartArgs, context: ToolContext) -> Prompt:
        """Ask for a table."""
        text = (
            "Write the data of this chart as a table: a header row, then one row per category, cells separated by |, "
            "and nothing else."
        )
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: ChartArgs) -> ChartTable:
        """The table in the answer.

        Raises:
            ToolFailed: there is none.
        """
        from vista_tools_vision.endpoints.tables import parse_table

        table = parse_table(text)
        return ChartTable(title=table.title, columns=table.columns, rows=table.rows, marks=[], notes=[])

    def render(self, output: ChartTable) -> Observation:
        """One row per category: "Mango 47"; with several series a header row, and cells parted by " | "."""
        style = self.rendering
        lines = [output.title] if output.title else []
        if len(output.columns) > 2:
            lines.append(" | ".join(output.columns))
        between = " | " if len(output.columns) > 2 else " "
        lines += style.rows([between.join(row) for row in output.rows], "more rows")
        return Observation(text=style.text(lines), data=output)
