"""The tools that read a diagram: `construction_cdl`, `image_cdl`, and the two of DiagramFormalizer."""

from typing import Any

from pydantic import BaseModel, Field
from vista_core import Observation, Tool, ToolContext, ToolFailed

from vista_tools_math.endpoints.base import LANGUAGE, READER, FormsOutput, ImageArgs, Language, written
from vista_tools_math.endpoints.readings import scene_of


class SeenPoint(BaseModel):
    """A point: its letter, its place (px), and whether the picture has the letter."""

    name: str
    at: tuple[float, float]
    labelled: bool


class SeenCircle(BaseModel):
    """A circle: its centre's letter, its radius (px), and the letters of the points on it."""

    centre: str
    radius: float
    on: list[str]


class DiagramOutput(FormsOutput):
    """A diagram in formal language.

    Attributes:
        points: all points.
        lines: straight strokes: the letters of the points on each, in order.
        circles: all circles.
    """

    points: list[SeenPoint]
    lines: list[str]
    circles: list[SeenCircle]


class ConstructionArgs(ImageArgs):
    """Read a geometry diagram: its points, which of them share a line or a circle, and the regions."""

    language: Language = Field("cdl", description=LANGUAGE)


class ImageCDLArgs(ImageArgs):
    """Read a geometry diagram: lengths and angles written in it, and marks of right angles, equals and parallels."""

    language: Language = Field("cdl", description=LANGUAGE)


class _DiagramTool(Tool[ImageCDLArgs, DiagramOutput]):
    """What the readers of diagrams share."""

    family = "diagram"
    backends = (READER,)
    reads = frozenset({"image"})
    part = "image"

    def setup(self, config: Any, backend: Any) -> None:
        """Load the text recogniser.

        Raises:
            ToolUnavailable: OpenCV or the OCR tool is not installed.
        """
        from vista_tools_math.diagrams.ocr import load_reader

        self.read = load_reader()

    def run(self, args: Any, context: ToolContext) -> DiagramOutput:
        """Read one diagram.

        Raises:
            ToolFailed: there is no figure of strokes and circles in the picture; says what was found.
        """
        from vista_tools_math.diagrams.forms import construction_cdl, image_cdl, logic_forms, unread

        scene = scene_of(context, args.image, self.read)
        if not scene.lines and not scene.circles:
            found = "; ".join(scene.notes) or f"{len(scene.labels)} labels, but no stroke and no circle"
            raise ToolFailed(f"No geometry figure could be read in image {args.image}: {found}.")
        if args.language == "logic":
            built = ("PointLiesOn",)
            forms = [f for f in logic_forms(scene) if f.startswith(built) == (self.part == "construction")]
        else:
            forms = construction_cdl(scene) if self.part == "construction" else image_cdl(scene)
        return DiagramOutput(
            language=args.language,
            forms=forms,
            not_understood=unread(scene) if self.part == "image" else [],
            notes=scene.notes,
            points=[
                SeenPoint(name=n, at=(round(x, 1), round(y, 1)), labelled=n not in scene.unnamed)
                for n, (x, y) in sorted(scene.points.items())
            ],
            lines=["".join(stroke) for stroke in scene.lines],
            circles=[SeenCircle(centre=c.centre, radius=round(c.radius, 1), on=c.on) for c in scene.circles],
        )

    def render(self, output: DiagramOutput) -> Observation:
        """One form a line; the construction begins with the points and their places."""
        if self.part == "image":
            return written(output, "The diagram carries no measures and no marks.")
        seen = written(output, "No three points share a line or a circle.")
        points = ", ".join(f"{p.name}({p.at[0]:g}, {p.at[1]:g})" for p in output.points)
        return Observation(text=f"points (px): {points}\nlines: {', '.join(output.lines)}\n{seen.text}", data=output)


class ConstructionCDL(_DiagramTool, Tool[ConstructionArgs, DiagramOutput]):
    """Read a diagram's construction."""

    name = "construction_cdl"
    part = "construction"


class ImageCDL(_DiagramTool, Tool[ImageCDLArgs, DiagramOutput]):
    """Read a diagram's measures and marks."""

    name = "image_cdl"


class FormalizerConsArgs(ImageArgs):
    """Formalize a geometry diagram: its construction as consCDL."""

    language: Language = Field("cdl", description=LANGUAGE)


class FormalizerImgArgs(ImageArgs):
    """Formalize a geometry diagram: its measures and marks as imgCDL."""

    language: Language = Field("cdl", description=LANGUAGE)


class DiagramFormalizerCons(_DiagramTool, Tool[FormalizerConsArgs, DiagramOutput]):
    """Formalize a diagram's construction, written as DFE-GPS writes it."""

    name = "diagram_formalizer_cons_cdl"
    aliases = (("diagram_formalizer", "cons_cdl"), ("diagramformalizer", "cons_cdl"))
    part = "construction"

    def render(self, output: DiagramOutput) -> Observation:
        """One line: "consCDL: Shape(AB,BC,CA), Collinear(ADB)"."""
        return Observation(text=f"consCDL: {', '.join(output.forms) or 'none'}", data=output)


class DiagramFormalizerImg(_DiagramTool, Tool[FormalizerImgArgs, DiagramOutput]):
    """Formalize a diagram's measures and marks, written as DFE-GPS writes them."""

    name = "diagram_formalizer_img_cdl"
    aliases = (("diagram_formalizer", "img_cdl"), ("diagramformalizer", "analyze"))

    def render(self, output: DiagramOutput) -> Observation:
        """One line: "imgCDL: Equal(LengthOfLine(AB),3)"; then what was not understood."""
        text = f"imgCDL: {', '.join(output.forms) or 'none'}"
        if output.not_understood:
            text += f"\nnot understood: {', '.join(output.not_understood)}"
        return Observation(text=text, data=output)
