"""Shapes of a picture: written as SVG, and drawn back into pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from vista_core import Image

if TYPE_CHECKING:
    import PIL.ImageDraw

MOST_SIDE = 1600  # px of a picture that is drawn back


def _px(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_px(x)},{_px(y)}" for x, y in points)


@dataclass(slots=True)
class Shape:
    """A shape in pixels of the picture.

    Attributes:
        kind: "rect" (points: two corners), "line" (an open line through points), "polygon", "circle" (centre), "slice"
            (centre; see `angles`) or "text" (where it is anchored).
        points: (x, y), px.
        fill: "#rrggbb", or "" for none.
        stroke: likewise.
        width: of the stroke, px.
        radius: of a circle or slice, px.
        hole: inner radius of a slice, px.
        angles: from and to, degrees, clockwise from the right.
        text: what a text says.
        size: height of a text, px.
        angle: its direction, degrees counter-clockwise.
        holes: outlines that are cut out of a polygon, px.
        anchor: "start", "middle" or "end".
        group: what it belongs to: "axes", "marks", "legend", ...
        weight: how much it matters where not all fit.
    """

    kind: str
    points: list[tuple[float, float]]
    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    radius: float = 0.0
    hole: float = 0.0
    angles: tuple[float, float] = (0.0, 0.0)
    text: str = ""
    size: float = 0.0
    angle: float = 0.0
    anchor: str = "start"
    holes: list[list[tuple[float, float]]] = field(default_factory=list)
    group: str = ""
    weight: float = 1.0

    def svg(self) -> str:
        """The element as SVG text."""
        (x, y), *_ = self.points
        paint = f' fill="{self.fill or "none"}"'
        if self.stroke:
            paint += f' stroke="{self.stroke}"' + (f' stroke-width="{_px(self.width)}"' if self.width != 1 else "")
        if self.kind == "rect":
            right, bottom = self.points[1]
            return f'<rect x="{_px(x)}" y="{_px(y)}" width="{_px(right - x)}" height="{_px(bottom - y)}"{paint}/>'
        if self.kind == "circle":
            return f'<circle cx="{_px(x)}" cy="{_px(y)}" r="{_px(self.radius)}"{paint}/>'
        if self.kind == "slice":
            return f'<path d="{self._wedge()}"{paint}/>'
        if self.kind == "text":
            turn = f' transform="rotate({_px(-self.angle)} {_px(x)} {_px(y)})"' if abs(self.angle) > 1 else ""
            anchor = f' text-anchor="{self.anchor}"' if self.anchor != "start" else ""
            place = f'x="{_px(x)}" y="{_px(y)}" font-size="{_px(self.size)}"'
            return f"<text {place}{anchor}{turn}{paint}>{escape(self.text)}</text>"
        if self.holes:
            outlines = "".join(f"M{_points(outline)}Z" for outline in (self.points, *self.holes))
            return f'<path fill-rule="evenodd" d="{outlines}"{paint}/>'
        tag = "polyline" if self.kind == "line" else "polygon"
        return f'<{tag} points="{_points(self.points)}"{paint}/>'

    def draw(self, pen: "PIL.ImageDraw.ImageDraw", zoom: float) -> None:
        """Draw it with Pillow; slices as many-sided polygons."""
        points = [(x * zoom, y * zoom) for x, y in self.points]
        fill, stroke = self.fill or None, self.stroke or None
        width = max(1, round(self.width * zoom))
        if self.kind == "rect":
            (left, top), (right, bottom) = points
            if right - 1 >= left and bottom - 1 >= top:  # the far sides are exclusive
                pen.rectangle((left, top, right - 1, bottom - 1), fill=fill, outline=stroke, width=width)
        elif self.kind == "line" and len(points) > 1:
            pen.line(points, fill=stroke, width=width)
        elif self.kind == "circle":
            (x, y), r = points[0], self.radius * zoom
            pen.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=stroke, width=width)
        elif self.kind == "slice":
            pen.polygon([(x * zoom, y * zoom) for x, y in self._outline()], fill=fill, outline=stroke)
        elif self.kind == "polygon" and self.holes:
            self._cut_out(pen, zoom)
        elif self.kind == "polygon" and len(points) > 1:
            pen.polygon(points, fill=fill, outline=stroke)
        elif self.kind == "text" and self.size * zoom >= 3:
            self._write(pen, zoom)

    def _cut_out(self, pen: "PIL.ImageDraw.ImageDraw", zoom: float) -> None:
        import PIL.Image
        import PIL.ImageDraw

        xs, ys = [x * zoom for x, _ in self.points], [y * zoom for _, y in self.points]
        left, top = math.floor(min(xs)), math.floor(min(ys))
        sheet = PIL.Image.new("1", (math.ceil(max(xs)) - left + 1, math.ceil(max(ys)) - top + 1))
        for number, outline in enumerate((self.points, *self.holes)):
            corners = [(x * zoom - left, y * zoom - top) for x, y in outline]
            PIL.ImageDraw.Draw(sheet).polygon(corners, fill=int(number == 0))
        pen.bitmap((left, top), sheet, fill=self.fill)

    def _write(self, pen: "PIL.ImageDraw.ImageDraw", zoom: float) -> None:
        import PIL.Image
        import PIL.ImageDraw
        import PIL.ImageFont

        font = PIL.ImageFont.load_default(self.size * zoom)
        box = font.getbbox(self.text, anchor="ls")
        sheet = PIL.Image.new("L", (max(1, math.ceil(box[2] - box[0])) + 4, max(1, math.ceil(box[3] - box[1])) + 4))
        PIL.ImageDraw.Draw(sheet).text((2 - box[0], 2 - box[1]), self.text, fill=255, font=font, anchor="ls")
        sheet = sheet.rotate(self.angle, expand=True)
        along = {"start": 0.5, "middle": 0.0, "end": -0.5}[self.anchor] * (box[2] - box[0])
        x, y = self.points[0][0] * zoom, self.points[0][1] * zoom
        turn = math.radians(self.angle)
        up = (box[3] + box[1]) / 2  # from the base line to the middle of the letters
        x, y = x + along * math.cos(turn) + up * math.sin(turn), y - along * math.sin(turn) + up * math.cos(turn)
        pen.bitmap((round(x - sheet.width / 2), round(y - sheet.height / 2)), sheet, fill=self.fill or "#000000")

    def _wedge(self) -> str:
        (cx, cy), *_ = self.points
        start, end = self.angles
        if end - start >= 359.9:  # an arc cannot end where it began
            end = start + 359.9

        def at(angle: float, radius: float) -> str:
            turn = math.radians(angle)
            return f"{_px(cx + radius * math.cos(turn))} {_px(cy + radius * math.sin(turn))}"

        large, r, inner = int(end - start > 180), _px(self.radius), _px(self.hole)
        outer = f"{at(start, self.radius)}A{r} {r} 0 {large} 1 {at(end, self.radius)}"
        if not self.hole:
            return f"M{_px(cx)} {_px(cy)}L{outer}Z"
        return f"M{outer}L{at(end, self.hole)}A{inner} {inner} 0 {large} 0 {at(start, self.hole)}Z"

    def _outline(self) -> list[tuple[float, float]]:
        (cx, cy), *_ = self.points
        start, end = self.angles
        steps = [math.radians(start + (end - start) * i / 60) for i in range(61)]
        outer = [(cx + self.radius * math.cos(t), cy + self.radius * math.sin(t)) for t in steps]
        inner = [(cx + self.hole * math.cos(t), cy + self.hole * math.sin(t)) for t in reversed(steps)]
        return outer + (inner if self.hole else [(cx, cy)])


@dataclass(slots=True)
class Drawing:
    """Shapes over a ground.

    Attributes:
        size: width and height, px.
        ground: colour "#rrggbb".
        shapes: in the order in which they are drawn.
    """

    size: tuple[int, int]
    ground: str
    shapes: list[Shape] = field(default_factory=list)

    def svg(self, most: int | None = None) -> tuple[str, int]:
        """The drawing as SVG text.

        Args:
            most: characters; where not all shapes fit, those that weigh least are left out.

        Returns:
            (a whole SVG document, number of shapes left out).
        """
        width, height = self.size
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        head += f'\n<rect width="{width}" height="{height}" fill="{self.ground}"/>'
        texts = [shape.svg() for shape in self.shapes]
        kept = set(range(len(texts)))
        if most is not None:
            kept = self._fitting(texts, most - len(head) - 60)
        lines, group = [head], ""
        for number, shape in enumerate(self.shapes):
            if number not in kept:
                continue
            if shape.group != group:
                lines += ["</g>"] * bool(group) + [f'<g id="{shape.group}">'] * bool(shape.group)
                group = shape.group
            lines.append(texts[number])
        lines += ["</g>"] * bool(group)
        left_out = len(texts) - len(kept)
        lines += [f"<!-- {left_out} more shapes -->"] * bool(left_out) + ["</svg>"]
        return "\n".join(lines), left_out

    def _fitting(self, texts: list[str], room: int) -> set[int]:
        groups = 24 * len({shape.group for shape in self.shapes})  # each change of group costs its tags
        room -= groups
        kept: set[int] = set()
        for number in sorted(range(len(texts)), key=lambda n: (-self.shapes[n].weight, n)):
            if len(texts[number]) + 1 > room:
                continue
            room -= len(texts[number]) + 1
            kept.add(number)
        return kept

    def picture(self) -> Image:
        """The drawing in pixels; smaller than `size` where that is large."""
        import PIL.Image
        import PIL.ImageDraw

        zoom = min(1.0, MOST_SIDE / max(self.size))
        size = (max(1, round(self.size[0] * zoom)), max(1, round(self.size[1] * zoom)))
        canvas = PIL.Image.new("RGB", size, self.ground)
        pen = PIL.ImageDraw.Draw(canvas)
        for shape in self.shapes:
            shape.draw(pen, zoom)
        return Image.from_pil(canvas)
