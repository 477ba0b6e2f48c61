"""How outputs of vision tools are written for a policy: one set of settings, and the few helpers that obey it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from vista_core import Image

if TYPE_CHECKING:
    import numpy as np

PALETTE = (
    (214, 39, 40),
    (31, 119, 180),
    (44, 160, 44),
    (255, 127, 14),
    (148, 103, 189),
    (23, 190, 207),
    (140, 86, 75),
    (227, 119, 194),
)
"""RGB colours for what is drawn over a picture; they repeat."""


class Rendering(BaseModel):
    """Settings of the observation; the typed output of a tool is never changed by them.

    Attributes:
        digits: significant digits of a number.
        boxes: write boxes, as whole pixels [left, top, right, bottom].
        confidence: write how sure each value is, 0..1 with two digits.
        max_rows: rows of a table, or items of a list; the rest is counted.
        max_chars: characters of the whole text; the rest is cut, with a note.
        picture: add a picture where the tool can make one: boxes or masks drawn, an SVG rendered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    digits: int = Field(4, ge=1, le=15, description="significant digits of a number")
    boxes: bool = Field(True, description="write boxes, in whole pixels")
    confidence: bool = Field(False, description="write how sure each value is")
    max_rows: int = Field(40, ge=1, description="rows of a table or items of a list")
    max_chars: int = Field(2000, ge=80, description="characters of the text")
    picture: bool = Field(False, description="add a picture where the tool can make one")

    def number(self, value: float) -> str:
        """A number with `digits` significant digits, whole ones in full, never with an exponent.

        Example:
            >>> r = Rendering()
            >>> r.number(47.0), r.number(3.14159), r.number(1234567), r.number(0.000012345)
            ('47', '3.142', '1234567', '0.00001234')
        """
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        text = f"{float(f'{value:.{self.digits}g}'):f}" if abs(value) >= 1e-4 else f"{value:.{self.digits + 6}f}"
        if abs(value) < 1e-4 and not float(text):
            return f"{value:.{self.digits}g}"
        return text.rstrip("0").rstrip(".")

    def box(self, box: Sequence[float]) -> str:
        """A box in whole pixels, "[12, 3, 48, 20]"; "" where boxes are off."""
        return "[" + ", ".join(str(round(side)) for side in box) + "]" if self.boxes else ""

    def sure(self, confidence: float) -> str:
        """A confidence, "(0.93)"; "" where they are off."""
        return f"({confidence:.2f})" if self.confidence else ""

    def rows(self, lines: Sequence[str], what: str = "more") -> list[str]:
        """The first `max_rows` lines, and a last line that counts the others."""
        if len(lines) <= self.max_rows:
            return list(lines)
        return [*lines[: self.max_rows], f"... ({len(lines) - self.max_rows} {what})"]

    def text(self, lines: str | Iterable[str]) -> str:
        """Lines as one text of at most `max_chars` characters, cut between lines where it can be."""
        text = lines if isinstance(lines, str) else "\n".join(line for line in lines if line)
        if len(text) <= self.max_chars:
            return text
        note = f"\n... (cut at {self.max_chars} characters)"
        kept = text[: self.max_chars - len(note)]
        line = kept.rfind("\n")
        return (kept[:line] if line > len(kept) // 2 else kept) + note


def words(*parts: str) -> str:
    """Join what there is by single spaces, leaving out empty parts."""
    return " ".join(part for part in parts if part)


def draw_boxes(image: "np.ndarray", boxes: Sequence[Sequence[float]], labels: Sequence[str] = ()) -> Image:
    """Draw numbered or named boxes over a picture.

    Args:
        image: RGB uint8 (height, width, 3); it is not changed.
        boxes: left, top, right, bottom, px.
        labels: one short text a box; none draws boxes alone.

    Returns:
        The picture with the boxes, of the same size.
    """
    import PIL.Image
    import PIL.ImageDraw
    import PIL.ImageFont

    picture = PIL.Image.fromarray(image.copy())
    pen = PIL.ImageDraw.Draw(picture)
    width = max(1, round(max(picture.size) / 400))
    font = PIL.ImageFont.load_default(max(10, round(max(picture.size) / 50)))
    for number, box in enumerate(boxes):
        colour = PALETTE[number % len(PALETTE)]
        left, top, right, bottom = (float(side) for side in box)
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=width)
        if number < len(labels) and labels[number]:
            text = labels[number][:40]
            place = pen.textbbox((left + width, max(0.0, top)), text, font=font)
            pen.rectangle(place, fill="white")
            pen.text((left + width, max(0.0, top)), text, font=font, fill=colour)
    return Image.from_pil(picture)


def overlay_masks(image: "np.ndarray", masks: Sequence[Any], opacity: float = 0.45) -> Image:
    """Tint the pixels of each mask in a colour of its own, with an outline.

    Args:
        image: RGB uint8 (height, width, 3); it is not changed.
        masks: bool arrays (height, width).
        opacity: share of the colour, 0..1.

    Returns:
        The tinted picture, of the same size.
    """
    import cv2
    import numpy as np

    tinted = image.copy()
    for number, mask in enumerate(masks):
        colour = np.array(PALETTE[number % len(PALETTE)], float)
        inside = np.asarray(mask, bool)
        tinted[inside] = ((1 - opacity) * tinted[inside] + opacity * colour).astype(np.uint8)
        outline, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(tinted, outline, -1, tuple(int(part) for part in colour), 1)
    return Image.from_array(tinted)
