"""The task synthetic_document."""

from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.document import document_style, draw_document
from vista_tasks_synthetic.table import SyntheticTable
from vista_tasks_synthetic.tables import TableData, cell

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image as Picture


class SyntheticDocument(SyntheticTable):
    """Questions about invoices, forms and infographics drawn on the fly.

    What they say and what is asked is as for synthetic_table, level by level; headings, senders and closing lines stand
    around it, as on paper.

    Example:
        >>> from vista_tasks_synthetic.document import SyntheticDocument
        >>> SyntheticDocument(kinds=("largest",)).sample("train", 0).question
        'What is the largest value?'
    """

    name = "synthetic_document"

    def draw(self, content: TableData, rng: "np.random.Generator") -> "Picture":
        """Draw a document in a random layout and style."""
        columns = list(zip(content.values, content.units, strict=True))
        body = [[name, *(cell(values[r], unit) for values, unit in columns)] for r, name in enumerate(content.names)]
        style = document_style(rng, self.config.level, self.config.canvas)
        return draw_document([[content.corner, *content.columns], *body], style, rng)
