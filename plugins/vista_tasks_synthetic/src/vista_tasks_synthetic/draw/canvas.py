"""A Pillow picture with the few drawing moves that charts, tables and figures share."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from vista_tasks_synthetic.fonts import font
from vista_tasks_synthetic.styles import Colour

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image, ImageDraw

SMOOTH = 3
"""Supersampling of slanted lines and curves."""

Xy = tuple[float, float]


def text_size(text: str, family: str, size: int) -> tuple[int, int]:
    """Return the advance width of a text and the height of the font's letters, in pixels."""
    face = font(family, size)
    ascent, descent = face.getmetrics()
    return round(face.getlength(text)), ascent + descent


class Canvas:
    """A picture being drawn; (0, 0) is its top left corner."""

    def __init__(self, size: tuple[int, int], page: Colour):
        """Make a picture of (width, height) pixels filled with one colour."""
        from PIL import Image, ImageDraw

        self.image: Image.Image = Image.new("RGB", size, page)
        self.pen: ImageDraw.ImageDraw = ImageDraw.Draw(self.image)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.image.size

    def text(self, at: Xy, text: str, family: str, size: int, ink: Colour, anchor: str = "mm", angle: int = 0) -> None:
        """Write one line of text.

        Args:
            at: the anchor's place.
            text: what to write.
            family: a name of fonts.FAMILIES.
            size: font size in pixels.
            ink: colour.
            anchor: Pillow's two letters: l m r, then t m b (of the line's ascent and descent).
            angle: degrees counter-clockwise; a slanted text is anchored by its upper right end ("r") or middle.
        """
        face = font(family, size)
        if not angle:
            pillow_anchor = anchor[0] + {"t": "a", "m": "m", "b": "d"}[anchor[1]]
            self.pen.text((round(at[0]), round(at[1])), text, font=face, fill=ink, anchor=pillow_anchor)
            return
        from PIL import Image, ImageDraw

        width, height = text_size(text, family, size)
        mask = Image.new("L", (width + 2, height + 2), 0)
        ImageDraw.Draw(mask).text((1, 1), text, font=face, fill=255)
        mask = mask.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
        x, y = at
        left = x - mask.width / 2 if anchor[0] == "m" else x - mask.width + height / 2
        top = y - mask.height / 2 if anchor[1] == "m" else y
        self.image.paste(ink, (round(left), round(top)), mask)

    def line(self, start: Xy, end: Xy, ink: Colour, width: int = 1, dashed: bool = False) -> None:
        """Draw a horizontal or vertical line, `width` pixels thick, centred on its pixel row or column."""
        (x0, y0), (x1, y1) = sorted(((round(start[0]), round(start[1])), (round(end[0]), round(end[1]))))
        if not dashed:
            self.pen.line((x0, y0, x1, y1), fill=ink, width=width)
            return
        for offset in range(0, max(x1 - x0, y1 - y0), 7):
            if y0 == y1:
                self.pen.line((x0 + offset, y0, min(x0 + offset + 3, x1), y0), fill=ink, width=width)
            else:
                self.pen.line((x0, y0 + offset, x0, min(y0 + offset + 3, y1)), fill=ink, width=width)

    def smooth(self, paint: Callable[["ImageDraw.ImageDraw", float], None], ink: Colour, box: tuple[int, ...]) -> None:
        """Paint slanted shapes without jagged edges, through a mask SMOOTH times as large.

        Args:
            paint: called with a pen on a black mask and the scale; what it draws with fill=255 gets the ink. Its
                coordinates are pixels times the scale, measured from the box's corner.
            ink: colour.
            box: left, top, right, bottom of what may change, in pixels.
        """
        from PIL import Image, ImageDraw

        left, top, right, bottom = box
        mask = Image.new("L", ((right - left) * SMOOTH, (bottom - top) * SMOOTH), 0)
        paint(ImageDraw.Draw(mask), SMOOTH)
        self.image.paste(ink, (left, top), mask.reduce(SMOOTH))

    def finish(self, rng: "np.random.Generator", noise: int, jpeg: int | None = None) -> "Image.Image":
        """Add noise (uniform, at most `noise` grey levels either way) and JPEG traces, and return the picture."""
        import numpy as np
        from PIL import Image

        image = self.image
        if noise:
            width, height = image.size
            grain = rng.integers(-noise, noise + 1, size=(height, width, 1), dtype=np.int16)
            image = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
        if jpeg is not None:
            stored = io.BytesIO()
            image.save(stored, "JPEG", quality=jpeg)
            image = Image.open(stored).convert("RGB")
        return image
