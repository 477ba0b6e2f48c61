"""The tool `grounding_dino`: find what a caption names."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from vista_core import Box, Image, Observation, Tool, ToolContext, ToolError
from vista_vlm import Backends, HubBackend

from vista_tools_vision.backends import PADDLE_NEEDS, RapidOCRBackend, paddle_engine
from vista_tools_vision.perception.boxes import Answer, Request, suppress
from vista_tools_vision.perception.dino import GroundingDINOModel
from vista_tools_vision.perception.finder import ClassicalDetector
from vista_tools_vision.perception.loaded import hub_backend
from vista_tools_vision.pictures import pixels_of, with_boxes
from vista_tools_vision.rendering import Rendering, words

NMS_IOU = 0.8
MAX_DETECTIONS = 300


def _dino(name: str, size: str, revision: str, count: int, memory_mb: int) -> HubBackend:
    repo = f"IDEA-Research/grounding-dino-{size}"
    # A tolerance of 1: batching may round a coordinate to the next pixel.
    batching = {"batch_tolerance": 1.0, "max_batch_size": 8}
    return hub_backend("grounding_dino", name, repo, revision, count, memory_mb, **batching)


class DetectRendering(Rendering):
    """Rendering of detections: with their scores."""

    confidence: bool = Field(True, description="write how sure each detection is")


class DetectConfig(BaseModel):
    """Settings of `grounding_dino`.

    Attributes:
        threads: threads of one call (classical backend).
        device: torch device of the transformers backends.
        model: other weights than the backend's own: a repo of the hub that was fetched, or a folder.
        revision: its commit or branch.
        rendering: how observations are written; its `picture` adds the image with the detections drawn.
    """

    threads: int = Field(1, ge=1, le=64)
    device: str = "cpu"
    model: str = ""
    revision: str = ""
    rendering: DetectRendering = DetectRendering()


class DetectArgs(BaseModel):
    """Find the things that a caption names in an image."""

    caption: str = Field(
        min_length=1, max_length=2000, description='what to look for, parted by full stops: "red cube. blue circle."'
    )
    box_threshold: float = Field(0.35, ge=0, le=1, description="leave out what is found less surely")
    text_threshold: float = Field(0.25, ge=0, le=1, description="how surely a word must belong to a thing")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class Detection(BaseModel):
    """One thing: its box in px, the words of the caption that it answers, and how sure that is, 0..1."""

    box: Box
    phrase: str
    confidence: float


class DetectOutput(BaseModel):
    """What was found.

    Attributes:
        detections: the surest first.
        size: (width, height) of the picture, px.
        not_searched: phrases of the caption that this backend does not know.
        picture: the image with the boxes drawn, where the settings ask for it.
    """

    detections: list[Detection]
    size: tuple[int, int]
    not_searched: list[str] = []
    picture: Image | None = None


class GroundingDINO(Tool[DetectArgs, DetectOutput]):
    """Find the things that a caption names in an image."""

    name = "grounding_dino"
    family = "perception"
    backends = Backends(
        _dino("transformers", "tiny", "a2bb814dd30d776dcf7e30523b00659f4f141c71", 689_359_096, 2500),
        _dino("transformers_base", "base", "12bdfa3120f3e7ec7b434d90674b3396eccf88eb", 933_400_872, 3500),
        RapidOCRBackend(name="classical", requires=PADDLE_NEEDS, memory_mb=300, max_batch_size=8),
    )
    reads = frozenset({"image"})
    aliases = (("groundingdino", "detect"), ("grounding_dino", "detect"))
    Config = DetectConfig

    def setup(self, config: Any, backend: Any) -> None:
        """Load the networks of the backend."""
        self.config: DetectConfig = config or DetectConfig()
        if isinstance(backend, HubBackend):
            self.detector: GroundingDINOModel | ClassicalDetector = GroundingDINOModel(backend, self.config.device)
        else:
            self.detector = ClassicalDetector(paddle_engine(self.config.threads).latin())

    def run(self, args: DetectArgs, context: ToolContext) -> DetectOutput:
        """Detect, suppress doubles, and draw where it is wanted.

        Raises:
            ToolArgumentError: the picture cannot be read, or the caption is too long for the model.
            ToolFailed: the backend knows no phrase of the caption.
        """
        result = self.run_batch([(args, context)])[0]
        if isinstance(result, ToolError):
            raise result
        return result

    def run_batch(self, calls: Sequence[tuple[DetectArgs, ToolContext]]) -> list[DetectOutput | ToolError]:
        """Answer several calls in shared forward passes, or (classical) with one search of each picture."""
        results: dict[int, DetectOutput | ToolError] = {}
        requests: dict[int, Request] = {}
        for index, (args, context) in enumerate(calls):
            try:
                image, key = pixels_of(context, args.image), context.image(args.image).id
                requests[index] = Request(image, key, args.caption, args.box_threshold, args.text_threshold)
            except ToolError as error:
                results[index] = error
        for index, answer in zip(requests, self.detector.detect(list(requests.values())), strict=True):
            results[index] = answer if isinstance(answer, ToolError) else self._output(requests[index].image, answer)
        return [results[index] for index in range(len(calls))]

    def render(self, output: DetectOutput) -> Observation:
        """One line per thing: "red cube [12, 30, 88, 104] (0.93)"."""
        style: Rendering = (self.config or DetectConfig()).rendering
        lines = [words(d.phrase, style.box(d.box), style.sure(d.confidence)) for d in output.detections]
        lines = style.rows(lines, "more found") or ["Nothing of this was found."]
        if output.not_searched:
            lines.append(f"Not looked for, as this detector does not know it: {'; '.join(output.not_searched)}.")
        images = (output.picture,) if output.picture else ()
        return Observation(text=style.text(lines), images=images, data=output)

    def _output(self, image: Any, answer: Answer) -> DetectOutput:
        kept = suppress(answer.found, NMS_IOU)[:MAX_DETECTIONS]
        detections = [
            Detection(box=tuple(round(side) for side in one.box), phrase=one.phrase, confidence=round(one.score, 3))
            for one in kept
        ]
        picture = None
        if self.config.rendering.picture and kept:
            picture = with_boxes(image, [d.box for d in detections], [d.phrase for d in detections])
        size = (image.shape[1], image.shape[0])
        return DetectOutput(detections=detections, size=size, not_searched=answer.unknown, picture=picture)
