"""The tool `sam`: segment what points or a box show."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field
from vista_core import (
    Backend,
    Box,
    Image,
    Observation,
    Point,
    Tool,
    ToolArgumentError,
    ToolContext,
    ToolFailed,
    ToolUnavailable,
)
from vista_vlm import Backends, HubBackend

from vista_tools_vision.perception import grow
from vista_tools_vision.perception.grow import Prompt
from vista_tools_vision.perception.loaded import hub_backend
from vista_tools_vision.perception.masks import Mask, measure
from vista_tools_vision.perception.sam_model import SAM2
from vista_tools_vision.pictures import MAX_SHOWN, clamped, pixels_of, shrunk
from vista_tools_vision.rendering import Rendering, overlay_masks, words

if TYPE_CHECKING:
    import numpy as np

# Repo on the hub, commit, bytes.
LARGE = ("facebook/sam2-hiera-large", "e6a8e8809b8f1bfa2238b6d080f3d05cc76bd251", 897_831_024)
TINY = ("facebook/sam2.1-hiera-tiny", "de431c4043854a71d8101e17995dfe596bf101a5", 155_908_064)
MAX_POINTS = 50


class MaskRendering(Rendering):
    """Rendering of masks: with their scores, and with a picture, as numbers alone say little of a shape."""

    confidence: bool = Field(True, description="write how good each mask is")
    picture: bool = Field(True, description="add the image with the best mask laid over")


class SegmentConfig(BaseModel):
    """Settings of `sam`.

    Attributes:
        device: torch device of the transformers backends.
        model: other weights than the backend's own: a repo of the hub that was fetched, or a folder.
        revision: its commit or branch.
        rendering: how observations are written; its `picture` adds the image with the best mask laid over.
    """

    device: str = "cpu"
    model: str = ""
    revision: str = ""
    rendering: MaskRendering = MaskRendering()


class SegmentArgs(BaseModel):
    """Segment the thing that points or a box show in an image; without both, the one in the middle."""

    point_prompts: list[Point] | None = Field(None, max_length=MAX_POINTS, description="points [x, y] on the thing")
    point_labels: list[Literal[0, 1]] | None = Field(
        None, max_length=MAX_POINTS, description="per point 1: on the thing, 0: not on it; default all 1"
    )
    box_prompt: Box | None = Field(None, description="box around the thing: left, top, right, bottom")
    multimask_output: bool = Field(True, description="up to three masks (part, whole, ...) instead of one")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class SegmentOutput(BaseModel):
    """What was segmented.

    Attributes:
        masks: the best first.
        mask: the best one as a picture of the image's size: white on black.
        size: (width, height) of the image, px.
        picture: the image with the best mask laid over, where the settings ask for it.
    """

    masks: list[Mask]
    mask: Image
    size: tuple[int, int]
    picture: Image | None = None


class SAM(Tool[SegmentArgs, SegmentOutput]):
    """Segment the thing that points or a box show in an image."""

    name = "sam"
    family = "perception"
    backends = Backends(
        hub_backend("sam", "transformers", *LARGE, memory_mb=3500),
        hub_backend("sam", "transformers_tiny", *TINY, memory_mb=1500),
        Backend("classical", requires=("opencv-python-headless>=4.9",), memory_mb=150),
    )
    reads = frozenset({"image"})
    aliases = (("sam2", "standard"), ("sam", "segment"))
    Config = SegmentConfig

    def setup(self, config: Any, backend: Any) -> None:
        """Load the network of the backend."""
        self.config: SegmentConfig = config or SegmentConfig()
        if isinstance(backend, HubBackend):
            self.segment = SAM2(backend, self.config.device).segment
        else:
            try:
                import cv2  # noqa: F401 - half a second that the first call should not pay
            except ImportError as error:
                remedy = "pip install 'opencv-python-headless>=4.9'"
                raise ToolUnavailable(f"OpenCV cannot be imported ({error})", remedy=remedy) from error
            self.segment = grow.segment

    def run(self, args: SegmentArgs, context: ToolContext) -> SegmentOutput:
        """Segment, measure, and make the pictures.

        Raises:
            ToolArgumentError: a point or the box lies outside, or the labels are not one per point.
            ToolFailed: nothing there parts from its surroundings.
        """
        import numpy as np

        image = pixels_of(context, args.image)
        height, width = image.shape[:2]
        prompt = _prompt(args, width, height)
        found = self.segment(image, prompt, args.multimask_output)
        masks = [measure(mask, score) for mask, score in found]
        if not any(mask.area for mask in masks):
            raise ToolFailed("Nothing at this place parts from its surroundings, so there is no mask.")
        best = found[0][0]
        return SegmentOutput(
            masks=masks,
            mask=Image.from_array(np.where(best, 255, 0).astype(np.uint8)),
            size=(width, height),
            picture=_laid_over(image, best) if self.config.rendering.picture else None,
        )

    def render(self, output: SegmentOutput) -> Observation:
        """One line per mask: "mask 0: 5321 px (4.4%), [12, 30, 88, 104], centre (50, 66), 1 part (0.91)"."""
        style: Rendering = (self.config or SegmentConfig()).rendering
        lines = []
        for number, mask in enumerate(output.masks):
            if mask.box is None or mask.centroid is None:
                lines.append(words(f"mask {number}: empty", style.sure(mask.score)))
                continue
            parts = f"{mask.contours} part{'s' if mask.contours > 1 else ''}"
            centre = f"centre ({mask.centroid[0]:.0f}, {mask.centroid[1]:.0f})"
            share = f"mask {number}: {mask.area} px ({style.number(100 * mask.coverage)}%)"
            told = ", ".join(filter(None, (share, style.box(mask.box), centre, parts)))
            lines.append(words(told, style.sure(mask.score)))
        images = (output.picture,) if output.picture else ()
        return Observation(text=style.text(style.rows(lines)), images=images, data=output)


def _laid_over(image: "np.ndarray", mask: "np.ndarray") -> Image:
    """The picture with a mask on it, smaller where it is very large: it is looked at, not measured."""
    import numpy as np

    shown = shrunk(image, MAX_SHOWN)[0]
    rows = np.linspace(0, mask.shape[0] - 1, shown.shape[0]).round().astype(int)
    columns = np.linspace(0, mask.shape[1] - 1, shown.shape[1]).round().astype(int)
    return overlay_masks(shown, [mask[np.ix_(rows, columns)]])


def _prompt(args: SegmentArgs, width: int, height: int) -> Prompt:
    """Check what the arguments point at; without any prompt, the middle of the picture, as SAM tools have it."""
    points = list(args.point_prompts or ())
    labels: list[int] = list(args.point_labels or ())
    if labels and len(labels) != len(points):
        raise ToolArgumentError(
            f"point_labels has {len(labels)} labels for {len(points)} points; give one per point.", field="point_labels"
        )
    for x, y in points:
        if not (0 <= x < width and 0 <= y < height):
            raise ToolArgumentError(
                f"point_prompts: [{x:g}, {y:g}] lies outside the picture of {width}x{height} px.", field="point_prompts"
            )
    labels = labels or [1] * len(points)
    box = None
    if args.box_prompt is not None:
        box = tuple(float(side) for side in clamped(args.box_prompt, (width, height), "box_prompt"))
    if box is None and points and not any(labels):
        raise ToolArgumentError(
            "point_labels are all 0: give a point that is on the thing, or a box.", field="point_labels"
        )
    if box is None and not points:
        points, labels = [(width / 2, height / 2)], [1]
    return Prompt(points, labels, box)
