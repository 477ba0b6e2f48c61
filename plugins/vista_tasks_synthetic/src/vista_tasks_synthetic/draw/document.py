"""Documents: invoices, forms and infographics, which say what a table says and look like paper."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vista_tasks_synthetic.draw.canvas import Canvas, text_size
from vista_tasks_synthetic.keyed import between, chance, pick
from vista_tasks_synthetic.styles import LIGHT, PALETTES, Colour, Theme, apart, colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

LAYOUTS: tuple[str, ...] = ("invoice", "form", "infographic")
SENDERS: tuple[str, ...] = (
    "Harbour Trading",
    "Northside Supplies",
    "Old Mill Market",
    "Green Door Company",
    "Lakeview",
)
GREETINGS: tuple[str, ...] = (
    "Thank you for your order.",
    "Please keep this for your records.",
    "All amounts are final.",
)
HEADINGS: dict[str, tuple[str, ...]] = {
    "invoice": ("Invoice", "Receipt", "Delivery note"),
    "form": ("Application form", "Stock record", "Registration"),
    "infographic": ("At a glance", "The year in numbers", "What we found"),
}


@dataclass(frozen=True, slots=True)
class DocumentStyle:
    """How a document looks. Lengths are in pixels."""

    layout: str
    theme: Theme
    accent: Colour
    family: str
    text_size: int
    pad: int
    margin: int
    heading: str
    sender: str
    greeting: str
    noise: int
    jpeg: int | None
    canvas: tuple[int, int] | None


def document_style(rng: "np.random.Generator", level: int, canvas: tuple[int, int] | None) -> DocumentStyle:
    """Draw a document's look; see chart_style for the arguments."""
    layout = pick(rng, LAYOUTS)
    theme = pick(rng, LIGHT)
    accents = [code for codes in PALETTES[:6] for code in codes if apart(colour(code), theme.page) > 300]
    return DocumentStyle(
        layout=layout,
        theme=theme,
        accent=colour(pick(rng, accents)),
        family=pick(rng, ("sans", "sans", "serif", "mono")),
        text_size=between(rng, 14, 18) if level < 3 else between(rng, 13, 16),
        pad=between(rng, 5, 9),
        margin=between(rng, 18, 40),
        heading=pick(rng, HEADINGS[layout]),
        sender=pick(rng, SENDERS),
        greeting=pick(rng, GREETINGS),
        noise=between(rng, 1, (4, 6, 10)[level - 1]) if chance(rng, 0.3) else 0,
        jpeg=between(rng, 75, 92) if level == 3 and chance(rng, 0.3) else None,
        canvas=canvas,
    )


def draw_document(cells: list[list[str]], style: DocumentStyle, rng: "np.random.Generator") -> "Image.Image":
    """Draw rows of cells as a document; the first row is the header, the first column holds names.

    A fixed canvas gets the document in its middle, in the largest text that fits.
    """
    size = style.text_size
    while True:
        pad = max(1, style.pad - (style.text_size - size))
        gap = size + 2 * pad if style.canvas is None else max(5, size - 3)
        widths = [
            max(text_size(row[c], f"{style.family} bold", size)[0] for row in cells) + 2 * gap
            for c in range(len(cells[0]))
        ]
        icon = size + 2 * pad if style.layout == "infographic" else 0
        row_height = size + 4 + 2 * pad + (6 if style.layout == "form" else 0)
        head, foot = 3 * size + 14, size + 8
        lines = (style.heading, style.sender, style.greeting)
        width = max(sum(widths) + icon, *(text_size(line, f"{style.family} bold", size + 4)[0] for line in lines))
        height = head + row_height * len(cells) + foot
        if style.canvas is None or size <= 8 or (width + 8 <= style.canvas[0] and height + 8 <= style.canvas[1]):
            break
        size -= 1
    page = style.canvas or (width + 2 * style.margin, height + 2 * style.margin)
    canvas = Canvas(page, style.theme.page)
    left, top = (page[0] - width) // 2, (page[1] - height) // 2
    _paint_head(canvas, style, (left, top, width, head), size)
    widths[0] += width - sum(widths) - icon
    for r, row in enumerate(cells):
        y = top + head + r * row_height
        _paint_row(canvas, style, (left, y, width, row_height), r, len(cells))
        x = left + icon
        for c, text in enumerate(row):
            bold = r == 0 or (c > 0 and style.layout == "infographic")
            ink = style.accent if bold and r and style.layout == "infographic" else style.theme.text
            at, anchor = (x + pad, "lm") if c == 0 else (x + widths[c] - pad, "rm")
            if style.layout == "form" and c:
                canvas.pen.rectangle(
                    (x + gap // 2, y + 3, x + widths[c] - 1, y + row_height - 3), outline=style.theme.line
                )
            canvas.text((at, y + row_height / 2), text, style.family + " bold" * bold, size, ink, anchor)
            x += widths[c]
    at = (left + (width / 2 if style.layout == "infographic" else 0), top + height - foot / 2)
    anchor = "mm" if style.layout == "infographic" else "lm"
    canvas.text(at, style.greeting, style.family, max(9, size - 3), style.theme.text, anchor)
    return canvas.finish(rng, style.noise, style.jpeg)


def _paint_head(canvas: Canvas, style: DocumentStyle, place: tuple[int, int, int, int], size: int) -> None:
    left, top, width, height = place
    bold, ink = f"{style.family} bold", style.theme.text
    if style.layout == "infographic":
        canvas.pen.rectangle((4, 4, canvas.size[0] - 5, max(top + height - 8, 4)), fill=style.accent)
        white, black = (255, 255, 255), (0, 0, 0)
        shown = white if apart(style.accent, white) > apart(style.accent, black) else black
        canvas.text((left + width / 2, top + height / 2 - 6), style.heading, bold, size + 4, shown, "mm")
        return
    canvas.text((left, top), style.heading, bold, size + 4, style.accent if style.layout == "invoice" else ink, "lt")
    canvas.text((left, top + size + 12), style.sender, style.family, size, ink, "lt")
    canvas.line((left, top + height - 6), (left + width, top + height - 6), style.accent, 2)


def _paint_row(canvas: Canvas, style: DocumentStyle, place: tuple[int, int, int, int], r: int, rows: int) -> None:
    left, top, width, height = place
    if style.layout == "invoice":
        if r in (0, rows - 1):
            canvas.line((left, top + height), (left + width, top + height), style.theme.line)
    elif style.layout == "infographic" and r:
        middle, radius = top + height / 2, height / 2 - 4
        box = (left, middle - radius, left + 2 * radius, middle + radius)
        canvas.pen.ellipse(tuple(map(round, box)), fill=style.accent)
        canvas.line((left, top + height), (left + width, top + height), style.theme.grid)
