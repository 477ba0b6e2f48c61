"""The task synthetic_table."""

from typing import TYPE_CHECKING, Any

from vista_tasks_synthetic.draw.axes import number
from vista_tasks_synthetic.draw.table import draw_table, table_style
from vista_tasks_synthetic.lists import ListTask
from vista_tasks_synthetic.questions import Scope
from vista_tasks_synthetic.tables import TableData, cell, table_data, table_identity, table_scopes

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture


class SyntheticTable(ListTask[TableData]):
    """Questions about tables drawn on the fly.

    Level 1: names and one column of whole numbers, 3 to 6 rows. Level 2: two or three columns, decimals. Level 3: up to
    four columns and twelve rows, units, JPEG traces.

    Example:
        >>> from vista_tasks_synthetic.table import SyntheticTable
        >>> task = SyntheticTable(kinds=("smallest",))
        >>> task.sample("train", 0).question
        'What is the smallest value?'
    """

    name = "synthetic_table"
    reader = ("easyocr", {"task": "extract_table"})

    def content(self, rng: "np.random.Generator") -> TableData:
        """Draw what a table says."""
        return table_data(rng, self.config.level)

    def identity(self, content: TableData) -> object:
        """Return the cells, whatever their order or style."""
        return table_identity(content)

    def draw(self, content: TableData, rng: "np.random.Generator") -> "Picture":
        """Draw a table in a random style."""
        style = table_style(rng, self.config.level, self.config.canvas)
        columns = list(zip(content.values, content.units, strict=True))
        body = [[name, *(cell(values[r], unit) for values, unit in columns)] for r, name in enumerate(content.names)]
        return draw_table([[content.corner, *content.columns], *body], content.title, style, rng)

    def scopes(self, content: TableData) -> tuple[list[Scope], list[Scope]]:
        """Return the columns, and the rows where the columns are alike."""
        return table_scopes(content)

    def facts(self, content: TableData) -> dict[str, Any]:
        """Return the table's cells, numbers without units."""
        rows = [[name, *(number(values[r]) for values in content.values)] for r, name in enumerate(content.names)]
        return {"columns": list(content.columns), "table": rows}
