"""The task synthetic_chart."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vista_tasks_synthetic.charts import chart_data, chart_identity, chart_scopes
from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.draw.chart import ChartData, draw_chart
from vista_tasks_synthetic.lists import ListTask
from vista_tasks_synthetic.questions import Scope
from vista_tasks_synthetic.styles import chart_style

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture


class SyntheticChart(ListTask[ChartData]):
    """Questions about charts drawn on the fly.

    Level 1: upright bars of one series, 3 to 6 whole numbers from 1 to 99. Level 2: lying and grouped bars, decimals,
    slanted names, mostly without value labels. Level 3: stacked bars, lines, pies, hatching, JPEG traces.

    Example:
        >>> from vista_tasks_synthetic.chart import SyntheticChart
        >>> task = SyntheticChart(kinds=("largest",))
        >>> task.sample("train", 0).question
        'What is the largest value?'
    """

    name = "synthetic_chart"
    reader = ("chartmoe_to_table", {})

    def content(self, rng: "np.random.Generator") -> ChartData:
        """Draw what a chart says."""
        return chart_data(rng, self.config.level)

    def identity(self, content: ChartData) -> object:
        """Return the cells, whatever their order, form or style."""
        return chart_identity(content)

    def draw(self, content: ChartData, rng: "np.random.Generator") -> "Picture":
        """Draw a chart in a random style."""
        return draw_chart(content, chart_style(rng, self.config.level, self.config.canvas), rng)

    def scopes(self, content: ChartData) -> tuple[list[Scope], list[Scope]]:
        """Return the series, and the names where there are several series.

        Without value labels nobody can see more than which step of the values a mark is nearest to, and level 2 and 3
        do not tell how large a step is: a reading is right that is nearer to the value than to the next step.
        """
        written = self.config.level == 1 or content.form == "pie"
        return chart_scopes(content, Decimal(0) if written else content.resolution * Decimal("0.49"))

    def facts(self, content: ChartData) -> dict[str, Any]:
        """Return the chart's form and its table."""
        rows = [[name, *(number(values[n]) for values in content.values)] for n, name in enumerate(content.names)]
        return {"form": content.form, "series": list(content.series), "table": rows}
