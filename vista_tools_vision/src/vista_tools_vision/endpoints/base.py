"""What the chart endpoints share: settings, the argument `image`, and one reading of a picture for all of them."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from vista_core import Image, Tool, ToolContext, ToolFailed
from vista_vlm import TransformersBackend, VLMConfig, VLMTool

from vista_tools_vision.backends import PADDLE_NEEDS, RapidOCRBackend, paddle_engine
from vista_tools_vision.pictures import pixels_of
from vista_tools_vision.rendering import Rendering

if TYPE_CHECKING:
    from vista_tools_vision.chart.scene import ChartScene
    from vista_tools_vision.ocr_engine import PaddleOCR

A = TypeVar("A", bound=BaseModel)
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the letter of vista_core
_KEPT = 32  # readings; a scene is a few kilobytes


# A reader without a chart model: OpenCV and the PP-OCR networks inside the rapidocr wheel. The engine is the same for
# every endpoint that is a view of one reading.
CLASSICAL = RapidOCRBackend(name="classical", engine="vista_tools_vision.chart", requires=PADDLE_NEEDS, memory_mb=400)
CHARTMOE = TransformersBackend(
    extra="models",
    unloadable="ChartMoE's own checkpoint (IDEA-FinAI/chartmoe, Apache-2.0) is no model of transformers, and brings "
    "code for its version 4",
)


class ChartSettings(BaseModel):
    """Settings of a chart endpoint.

    Attributes:
        threads: threads of one call (backend classical).
        rendering: how the observation is written.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    threads: int = Field(1, ge=1, le=64)
    rendering: Rendering = Rendering()


class ChartVLMSettings(ChartSettings, VLMConfig):
    """Settings of a chart endpoint that a chat model can answer too."""


class ChartArgs(BaseModel):
    """Look at one chart."""

    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class _Readings:
    """Scenes, or what was found instead, of the pictures read last in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._reading: dict[str, threading.Lock] = {}

    def scene(self, image: Image, pixels: Any, engine: "PaddleOCR") -> "ChartScene":
        """Read a picture once, whoever asks for it, and however many at the same time.

        Raises:
            ChartUnreadable: it is no chart that can be read.
        """
        key = image.id
        with self._lock:
            turn = self._reading.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                found = self._known.get(key)
            if found is None:
                found = self._read(pixels, engine)
            with self._lock:
                self._known[key] = found
                self._known.move_to_end(key)
                if len(self._known) > _KEPT:
                    self._known.popitem(last=False)
                self._reading.pop(key, None)
        if isinstance(found, str):
            from vista_tools_vision.chart.scene import ChartUnreadable

            raise ChartUnreadable(found)
        return found  # type: ignore[no-any-return]

    def _read(self, pixels: Any, engine: "PaddleOCR") -> Any:
        from vista_tools_vision.chart.reader import read_chart
        from vista_tools_vision.chart.scene import ChartUnreadable
        from vista_tools_vision.endpoints.upright import settled

        try:
            return settled(read_chart(pixels, engine), pixels, engine)
        except ChartUnreadable as error:
            return settled(None, pixels, engine) or str(error)


_READINGS = _Readings()


class SceneReading:
    """What a tool needs to look at a chart with the classical reader."""

    config: Any
    engine: "PaddleOCR"

    def load_reader(self, config: ChartSettings) -> None:
        """Load the text recogniser."""
        self.engine = paddle_engine(config.threads)

    def scene(self, context: ToolContext, index: int) -> "ChartScene":
        """The scene of an image of the call; endpoints that ask for the same one share a reading.

        Args:
            context: of the call.
            index: which image.

        Raises:
            ToolArgumentError: no such image, or one that cannot be decoded.
            ToolFailed: no chart can be read in it; says what was found.
        """
        from vista_tools_vision.chart.scene import ChartUnreadable

        pixels = pixels_of(context, index)
        try:
            return _READINGS.scene(context.image(index), pixels, self.engine)
        except ChartUnreadable as error:
            raise ToolFailed(f"No chart could be read in image {index}: {str(error).rstrip('.')}.") from error

    @property
    def rendering(self) -> Rendering:
        """How observations are written; the default before set-up."""
        return getattr(self.config, "rendering", None) or Rendering()


class ChartTool(SceneReading, Tool[A, O]):
    """Base of tools that only the classical reader answers."""

    family = "chart"
    reads = frozenset({"image"})
    backends = (CLASSICAL,)
    Config = ChartSettings

    def setup(self, config: Any, backend: Any) -> None:
        """Load the text recogniser."""
        self.config = config or ChartSettings()
        self.load_reader(self.config)


class ChartVLMTool(SceneReading, VLMTool[A, O]):
    """Base of tools that the classical reader or a chat model answers: write `run_own`, `prompt` and `parse`."""

    family = "chart"
    reads = frozenset({"image"})
    Config = ChartVLMSettings

    def setup_own(self, config: Any, backend: Any) -> None:
        """Load the text recogniser."""
        self.load_reader(config)
