"""The tools that compute over a chart's table: `chartmoe_answer`, `chartmoe_analyze`, `chartmoe_describe`."""

import statistics
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field
from vista_core import Box, Observation, ToolArgumentError, ToolContext, ToolFailed
from vista_vlm import Backends, OpenAIBackend, Prompt

from vista_tools_vision.endpoints.base import CHARTMOE, CLASSICAL, ChartArgs, ChartVLMTool
from vista_tools_vision.endpoints.caption import kind_in_words
from vista_tools_vision.endpoints.compute import answer, trend_of
from vista_tools_vision.endpoints.data import Cell, DataTable, data_of
from vista_tools_vision.endpoints.looks import colour_name
from vista_tools_vision.endpoints.question import NotUnderstood
from vista_tools_vision.rendering import Rendering, words

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import Axis, ChartScene

UNDERSTOOD = (
    "a value, the highest or lowest, a difference, ratio, share, sum, mean, median, trend, change, count or comparison"
)


class UsedCell(BaseModel):
    """A cell that an answer was computed from: row, series ("" where there is one), value, confidence, box (px)."""

    row: str
    column: str
    value: float
    confidence: float
    box: Box


class AnswerArgs(ChartArgs):
    """Answer a question about a chart by computing over its data; says which cells it used."""

    question: str | None = Field(
        None, max_length=2000, description="about one chart, in one sentence; by default the question of the task"
    )


class Answer(BaseModel):
    """An answer.

    Attributes:
        answer: in short: a number, a name, "yes" or "no".
        value: as a number, where it is one.
        operation: what was computed; "" where a model answered.
        how: the computation in words; "" where a model answered.
        cells: the cells used.
        ignored: words of the question that named what is counted, and played no part.
    """

    answer: str
    value: float | None = None
    operation: str = ""
    how: str = ""
    cells: list[UsedCell] = []
    ignored: list[str] = []


class ChartMoEAnswer(ChartVLMTool[AnswerArgs, Answer]):
    """Answer a question about a chart."""

    name = "chartmoe_answer"
    aliases = (("chartmoe", "answer"),)
    reads = frozenset({"image", "question"})
    backends = Backends(CHARTMOE, OpenAIBackend(), CLASSICAL)

    def run_own(self, args: AnswerArgs, context: ToolContext) -> Answer:
        """Compute over the table of the scene.

        Raises:
            ToolFailed: the question is not understood, or the chart has not what it asks for.
        """
        question = _question(args, context)
        table = data_of(self.scene(context, args.image))
        try:
            result = answer(question, table)
        except NotUnderstood as error:
            have = f"The chart has {_inventory(table)}."
            raise ToolFailed(
                f"The question was not understood: {error}. It can ask for {UNDERSTOOD}. {have}"
            ) from error
        return Answer(
            answer=result.answer,
            value=result.value,
            operation=result.operation,
            how=result.how,
            cells=[_used(cell) for cell in result.cells],
            ignored=result.ignored,
        )

    def prompt(self, args: AnswerArgs, context: ToolContext) -> Prompt:
        """Ask the question."""
        asked = _question(args, context)
        text = f"Answer the question about this chart with a number, a name, yes or no, and nothing else.\n{asked}"
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: AnswerArgs) -> Answer:
        """The answer is the model's text."""
        return Answer(answer=text)

    def render(self, output: Answer) -> Observation:
        """The answer, and how it came about."""
        sure = min((cell.confidence for cell in output.cells), default=1.0)
        how = words(f"({output.how})" if output.how else "", self.rendering.sure(sure) if output.cells else "")
        return Observation(text=self.rendering.text([output.answer, how]), data=output)


class AnalyzeArgs(ChartArgs):
    """Analyse the data of a chart: totals, means, extremes, differences, ratios and trends of each series."""


class Aggregate(BaseModel):
    """Numbers about one series ("" where there is only one)."""

    series: str
    count: int
    total: float
    mean: float
    median: float
    highest: UsedCell
    lowest: UsedCell
    difference: float
    ratio: float | None
    trend: str = ""


class Analysis(BaseModel):
    """An analysis: one entry a series, or the words of a model."""

    series: list[Aggregate] = []
    between: list[str] = []
    text: str


class ChartMoEAnalyze(ChartVLMTool[AnalyzeArgs, Analysis]):
    """Analyse the data of a chart."""

    name = "chartmoe_analyze"
    aliases = (("chartmoe", "analyze"),)
    backends = Backends(CHARTMOE, OpenAIBackend(), CLASSICAL)

    def run_own(self, args: AnalyzeArgs, context: ToolContext) -> Analysis:
        """Compute over the table of the scene."""
        return analysis(data_of(self.scene(context, args.image)), self.rendering)

    def prompt(self, args: AnalyzeArgs, context: ToolContext) -> Prompt:
        """Ask for an analysis."""
        text = "Analyse the data of this chart: totals, means, extremes, differences, ratios and trends of each series."
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: AnalyzeArgs) -> Analysis:
        """The analysis is the model's text."""
        return Analysis(text=text)

    def render(self, output: Analysis) -> Observation:
        """The text."""
        return Observation(text=self.rendering.text(output.text), data=output)


class DescribeArgs(ChartArgs):
    """Describe what a chart consists of: kind, title, axes with scale and range, legend, colours, confidence."""


class Description(BaseModel):
    """A description.

    Attributes:
        kind: of chart; "" where a model described it.
        text: the description.
        confidence: 0..1, of the reading; None where a model described it.
        notes: what the reader was unsure of.
    """

    kind: str = ""
    text: str
    confidence: float | None = None
    notes: list[str] = []


class ChartMoEDescribe(ChartVLMTool[DescribeArgs, Description]):
    """Describe what a chart consists of."""

    name = "chartmoe_describe"
    aliases = (("chartmoe", "describe"),)
    backends = Backends(CHARTMOE, OpenAIBackend(), CLASSICAL)

    def run_own(self, args: DescribeArgs, context: ToolContext) -> Description:
        """Go through the scene."""
        scene = self.scene(context, args.image)
        text = description(scene, data_of(scene), self.rendering)
        return Description(kind=scene.kind, text=text, confidence=scene.confidence, notes=scene.notes)

    def prompt(self, args: DescribeArgs, context: ToolContext) -> Prompt:
        """Ask for a description."""
        text = "Describe what this chart consists of: its kind, title, axes with scales and ranges, legend and colours."
        return Prompt(text, (self.picture(context, args.image),))

    def parse(self, text: str, args: DescribeArgs) -> Description:
        """The description is the model's text."""
        return Description(text=text)

    def render(self, output: Description) -> Observation:
        """The text."""
        return Observation(text=self.rendering.text(output.text), data=output)


def analysis(table: DataTable, rendering: Rendering) -> Analysis:
    """Aggregates of each series; and which series leads, where several share their rows."""
    series, lines = [], []
    for column in table.columns:
        cells = table.column(column)
        if not cells:
            continue
        entry = _aggregate(column, cells, table.ordered)
        series.append(entry)
        high, low = entry.highest, entry.lowest
        ratio = f", ratio {rendering.number(entry.ratio)}" if entry.ratio is not None else ""
        parts = [
            f"{entry.count} values",
            f"total {rendering.number(entry.total)}",
            f"mean {rendering.number(entry.mean)}",
            f"median {rendering.number(entry.median)}",
            f"highest {rendering.number(high.value)} ({high.row})",
            f"lowest {rendering.number(low.value)} ({low.row})",
            f"difference {rendering.number(entry.difference)}{ratio}",
            f"trend: {entry.trend}" if entry.trend else "",
        ]
        lines.append(words(f"{column}:" if column else "", ", ".join(filter(None, parts))))
    between = _between(table, series, rendering)
    return Analysis(series=series, between=between, text="\n".join([*rendering.rows(lines, "more series"), *between]))


def _aggregate(column: str, cells: list[Cell], ordered: bool) -> Aggregate:
    values = [cell.value for cell in cells]
    high, low = max(cells, key=lambda c: c.value), min(cells, key=lambda c: c.value)
    return Aggregate(
        series=column,
        count=len(cells),
        total=_tidy(sum(values)),
        mean=_tidy(statistics.fmean(values)),
        median=_tidy(statistics.median(values)),
        highest=_used(high),
        lowest=_used(low),
        difference=_tidy(high.value - low.value),
        ratio=_tidy(high.value / low.value) if low.value > 0 else None,
        trend=trend_of(cells) if ordered and len(cells) > 1 else "",
    )


def _between(table: DataTable, series: list[Aggregate], rendering: Rendering) -> list[str]:
    if len(series) < 2 or table.kind == "scatter":
        return []
    first, second = sorted(series, key=lambda s: -s.total)[:2]
    ahead = rendering.number(_tidy(first.total - second.total))
    lead = f"{first.series} has the largest total, {ahead} above {second.series}."
    rows = [(row, [c for name in table.columns if (c := table.cell(row, name))]) for row in table.rows]
    gaps = [(max(c.value for c in cells) - min(c.value for c in cells), row) for row, cells in rows if len(cells) > 1]
    if not gaps:
        return [lead]
    gap, row = max(gaps)
    return [lead, f"The series are furthest apart at {row}: {rendering.number(_tidy(gap))}."]


def description(scene: "ChartScene", table: DataTable, rendering: Rendering) -> str:
    """What the chart consists of, one line a part."""
    ground = f"on a {colour_name(scene.page)} page ({scene.theme} theme), {scene.width}x{scene.height} px"
    lines = [f"{kind_in_words(scene, table)} {ground}"]
    lines.append(f'title: "{scene.title}"' if scene.title else "title: none was read")
    lines += [_axis(name, axis) for name, axis in (("x", scene.x), ("y", scene.y)) if axis is not None]
    if scene.legend:
        entries = [f"{entry.text} ({colour_name(entry.colour)})" for entry in scene.legend]
        lines.append(f"legend: {', '.join(rendering.rows(entries))}")
    else:
        lines.append("legend: none")
    if scene.plot is not None:
        lines.append(words("plot area:", rendering.box(scene.plot)) if rendering.boxes else "")
    sources = sorted({mark.source for mark in scene.marks})
    lines.append(f"{len(scene.marks)} values, read from {' and '.join(sources)}; confidence {scene.confidence:.2f}")
    lines += [f"unsure: {note}" for note in scene.notes[:5]]
    return "\n".join(line for line in lines if line)


def _axis(name: str, axis: "Axis") -> str:
    title = f'"{axis.title}"' if axis.title else "without title"
    ticks = axis.ticks if axis.scale == "category" else sorted(axis.ticks, key=lambda tick: tick.value or 0.0)
    texts = [tick.text for tick in ticks]
    if axis.scale == "category":
        shown_ticks = f"{len(texts)} names: {', '.join(texts[:8])}{', ...' if len(texts) > 8 else ''}"
    else:
        shown_ticks = f"{len(texts)} ticks from {texts[0]} to {texts[-1]}" if texts else "no ticks"
    unit = f" in {axis.unit}" if axis.unit else ""
    return f"{name} axis ({axis.position}): {title}, {axis.scale}{unit}, {shown_ticks}"


def _question(args: AnswerArgs, context: ToolContext) -> str:
    question = args.question if args.question is not None else context.question
    if not question or not question.strip():
        raise ToolArgumentError("There is no question: give `question`.", field="question")
    return question


def _inventory(table: DataTable) -> str:
    """What a question could speak of."""
    names = ", ".join(table.rows[:12]) + (f" and {len(table.rows) - 12} more" if len(table.rows) > 12 else "")
    columns = [column for column in table.columns if column]
    return f"the rows {names}" + (f", and the series {', '.join(columns[:12])}" if columns else "")


def _used(cell: Cell) -> UsedCell:
    return UsedCell(row=cell.row, column=cell.column, value=cell.value, confidence=cell.confidence, box=cell.box)


def _tidy(value: float) -> float:
    """Without the dust of floating-point sums: 0.30000000000000004 is 0.3."""
    return float(f"{value:.12g}")
