"""The tool `chartmoe_to_table`: the data table behind a chart."""

from typing import Any

from pydantic import BaseModel, Field
from vista_core import Box, Observation, Tool, ToolContext, ToolFailed

from vista_tools_vision.backends import PADDLE_NEEDS, RapidOCRBackend, paddle_engine
from vista_tools_vision.pictures import pixels_of

MAX_SIDE = 1200  # px; larger charts are read from a smaller copy


class ChartConfig(BaseModel):
    """Settings of `chartmoe_to_table`.

    Attributes:
        threads: threads of one call.
        title: read the chart's title too, and put it over the table (some 20 ms more).
    """

    threads: int = Field(1, ge=1, le=64)
    title: bool = False


class ChartArgs(BaseModel):
    """Read the data table behind a chart."""

    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class ChartMark(BaseModel):
    """One bar: what it stands for, where it is (px), and how sure its value is, 0..1, from which source."""

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
        marks: every bar with its value, box and confidence.
        notes: what the reader was unsure of.
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    marks: list[ChartMark]
    notes: list[str]


class ChartMoEToTable(Tool[ChartArgs, ChartTable]):
    """Read the data table behind a chart."""

    name = "chartmoe_to_table"
    family = "chart"
    backends = (RapidOCRBackend(name="classical", requires=PADDLE_NEEDS, memory_mb=300),)
    reads = frozenset({"image"})
    aliases = (("chartmoe", "to_table"),)
    Config = ChartConfig

    def setup(self, config: Any, backend: Any) -> None:
        """Load the text recogniser."""
        self.config: ChartConfig = config or ChartConfig()
        self.engine = paddle_engine(self.config.threads)

    def run(self, args: ChartArgs, context: ToolContext) -> ChartTable:
        """Read one chart.

        Raises:
            ToolFailed: it is no vertical bar chart, or lacks names or numbers; says what was found.
        """
        import cv2

        from vista_tools_vision.chart.reader import read_bar_chart, table_of
        from vista_tools_vision.chart.scene import ChartUnreadable

        image = pixels_of(context, args.image)
        shrink = MAX_SIDE / max(image.shape[:2])
        if shrink < 1:
            size = [max(1, round(side * shrink)) for side in image.shape[1::-1]]
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        try:
            scene = read_bar_chart(image, self.engine, title=self.config.title)
        except ChartUnreadable as error:
            raise ToolFailed(f"No bar chart could be read in image {args.image}: {error}.") from error
        columns, rows = table_of(scene)
        zoom = max(1.0, 1 / shrink)
        marks = [
            ChartMark(
                name=m.name,
                series=m.series,
                value=m.value,
                box=tuple(round(v * zoom, 1) for v in m.box),
                confidence=m.confidence,
                source=m.source,
            )
            for m in scene.marks
        ]
        return ChartTable(title=scene.title, columns=columns, rows=rows, marks=marks, notes=scene.notes)

    def render(self, output: ChartTable) -> Observation:
        """One row per category: "Mango 47"; with several series a header row, and cells parted by " | "."""
        lines = [output.title] if output.title else []
        if len(output.columns) > 2:
            lines.append(" | ".join(output.columns))
            lines += [" | ".join(row) for row in output.rows]
        else:
            lines += [" ".join(row) for row in output.rows]
        return Observation(text="\n".join(lines), data=output)
