"""Tables: ruled, striped or plain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.canvas import Canvas, text_size
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.styles import DARK, LIGHT, PALETTES, Colour, Theme, apart, colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How a table looks. Lengths are in pixels."""

    theme: Theme
    family: str
    text_size: int
    rules: str
    """"grid", "rows", "head" (above, below the header, at the end) or "none"."""
    stripes: bool
    band: Colour | None
    """Fill of the header row."""
    bold_head: bool
    align: str
    """Of numbers: "r" or "m"."""
    pad: tuple[int, int]
    """Space left and right of a text, and above and below it."""
    margin: tuple[int, int]
    title: bool
    noise: int
    jpeg: int | None
    canvas: tuple[int, int] | None


def table_style(rng: "np.random.Generator", level: int, canvas: tuple[int, int] | None) -> TableStyle:
    """Draw a table's look; see chart_style for the arguments."""
    theme = pick(rng, DARK if chance(rng, 0.15) else LIGHT)
    return TableStyle(
        theme=theme,
        family=pick(rng, ("sans", "sans", "serif", "mono") + (("times",) if level > 1 else ())),
        text_size=between(rng, 14, 18) if level < 3 else between(rng, 13, 16),
        rules=pick(rng, ("grid", "rows", "head", "head", "none")),
        stripes=chance(rng, 0.4),
        band=colour(pick(rng, pick(rng, PALETTES))) if chance(rng, 0.4) else None,
        bold_head=chance(rng, 0.6),
        align=pick(rng, ("r", "r", "m")),
        pad=(between(rng, 10, 22), between(rng, 4, 9)),
        margin=(between(rng, 12, 40), between(rng, 10, 30)),
        title=chance(rng, 0.4),
        noise=between(rng, 1, (4, 6, 10)[level - 1]) if chance(rng, 0.3) else 0,
        jpeg=between(rng, 75, 92) if level == 3 and chance(rng, 0.3) else None,
        canvas=canvas,
    )


def _bold(family: str) -> str:
    return family + " bold"


def draw_table(cells: list[list[str]], title: str, style: TableStyle, rng: "np.random.Generator") -> "Image.Image":
    """Draw rows of cells; the first row is the header, the first column holds names.

    A fixed canvas gets the table in its middle, in the largest text that fits.
    """
    size, (pad_x, pad_y) = style.text_size, style.pad
    head = _bold(style.family) if style.bold_head else style.family
    while True:
        widths = [
            max(text_size(row[c], head if r == 0 else style.family, size)[0] for r, row in enumerate(cells)) + 2 * pad_x
            for c in range(len(cells[0]))
        ]
        row_height = size + 4 + 2 * pad_y
        title_height = size + 16 if style.title else 0
        title_width = text_size(title, _bold(style.family), size + 2)[0] if style.title else 0
        width, height = sum(widths), row_height * len(cells) + title_height
        full = (max(width, title_width) + 2 * style.margin[0], height + 2 * style.margin[1])
        if style.canvas is None or size <= 8 or (width + 8 <= style.canvas[0] and height + 8 <= style.canvas[1]):
            break
        size, pad_x, pad_y = size - 1, max(6, pad_x - 2), max(1, pad_y - 1)
    canvas = Canvas(style.canvas or full, style.theme.page)
    left, top = (canvas.size[0] - width) // 2, (canvas.size[1] - height) // 2 + title_height
    if style.title:
        at = (canvas.size[0] / 2, top - title_height)
        canvas.text(at, title, _bold(style.family), size + 2, style.theme.text, "mt")
    _paint_rows(canvas, style, (left, top, width, row_height), len(cells))
    _paint_rules(canvas, style, (left, top, row_height), widths, len(cells))
    for r, row in enumerate(cells):
        x = left
        for c, text in enumerate(row):
            ink = style.theme.text if r or style.band is None else _readable(style.band)
            anchor = "l" if c == 0 else style.align
            at_x = {"l": x + pad_x, "r": x + widths[c] - pad_x, "m": x + widths[c] / 2}[anchor]
            middle = top + r * row_height + row_height / 2
            canvas.text((at_x, middle), text, style.family if r else head, size, ink, anchor + "m")
            x += widths[c]
    return canvas.finish(rng, style.noise, style.jpeg)


def _readable(fill: Colour) -> Colour:
    """Return white or black, whichever stands out more."""
    white, black = (255, 255, 255), (0, 0, 0)
    return white if apart(fill, white) > apart(fill, black) else black


def _paint_rows(canvas: Canvas, style: TableStyle, place: tuple[int, int, int, int], rows: int) -> None:
    left, top, width, row_height = place
    if style.band is not None:
        canvas.pen.rectangle((left, top, left + width, top + row_height - 1), fill=style.band)
    if style.stripes:
        page = style.theme.page
        shift = 18 if style.theme.dark else -12
        stripe = (page[0] + shift, page[1] + shift, page[2] + shift)
        for r in range(2, rows, 2):
            y = top + r * row_height
            canvas.pen.rectangle((left, y, left + width, y + row_height - 1), fill=stripe)


def _paint_rules(canvas: Canvas, style: TableStyle, place: tuple[int, int, int], widths: list[int], rows: int) -> None:
    left, top, row_height = place
    right, bottom = left + sum(widths), top + rows * row_height
    ink = style.theme.line
    if style.rules == "none":
        return
    if style.rules == "head":
        for y, thick in ((top, 2), (top + row_height, 1), (bottom, 2)):
            canvas.line((left, y), (right, y), ink, thick)
        return
    for r in range(rows + 1):
        canvas.line((left, top + r * row_height), (right, top + r * row_height), ink)
    if style.rules == "grid":
        x = left
        for width in [*widths, 0]:
            canvas.line((x, top), (x, bottom), ink)
            x += width
