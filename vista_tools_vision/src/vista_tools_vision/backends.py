"""Engines that read text, behind one interface, and how they tell whether they can work here."""

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from vista_core import Backend, Remedy, ToolUnavailable, Weights

from vista_tools_vision.ocr_engine import Line, PaddleOCR, cut, model_files
from vista_tools_vision.table import Word

if TYPE_CHECKING:
    import numpy as np


class TextEngine(Protocol):
    """Finds and reads lines of text in RGB uint8 pictures (height, width, 3)."""

    def detect(self, image: "np.ndarray") -> list[tuple["np.ndarray", float]]:
        """Return (quad, score): quad (4, 2) px clockwise from top left, score 0..1; in reading order."""
        ...

    def read_quads(self, image: "np.ndarray", quads: "Sequence[np.ndarray]") -> list[Line]:
        """Return what each quad says, in order."""
        ...

    def recognize(self, crops: "Sequence[np.ndarray]") -> list[Line]:
        """Return what each upright one-line crop says, in order."""
        ...


def read_words(image: "np.ndarray", engine: TextEngine) -> list[Word]:
    """Find and read every line of text, in reading order; what reads as nothing is left out."""
    found = engine.detect(image)
    lines = engine.read_quads(image, [quad for quad, _ in found])
    return [
        Word.of(line.text, line.confidence, quad) for (quad, _), line in zip(found, lines, strict=True) if line.text
    ]


class RapidOCRBackend(Backend):
    """The PP-OCR networks inside the rapidocr wheel."""

    def probe(self) -> Remedy | None:
        """None, or which package is missing."""
        if (missing := super().probe()) is not None:
            return missing
        if model_files() is None:
            return Remedy(
                "the installed rapidocr brings no PP-OCR weights", "pip install --force-reinstall 'rapidocr>=3.10,<4'"
            )
        return None


class EasyOCRBackend(Backend):
    """The easyocr package with weights that the user put in place; nothing is downloaded."""

    def probe(self) -> Remedy | None:
        """None, or the missing package or weights, and where they go."""
        if find_spec("easyocr") is None:
            return Remedy("the package easyocr is not installed", "pip install 'vista-tools-vision[easyocr]'")
        missing = [name for name in ("craft_mlt_25k.pth", "english_g2.pth") if not (easyocr_folder() / name).is_file()]
        if missing:
            return Remedy(
                f"easyocr's weights {' and '.join(missing)} are not in {easyocr_folder()}",
                "vista tools easyocr --fetch --backend easyocr, "
                "or download them from https://www.jaided.ai/easyocr/modelhub/ into that folder",
            )
        return None

    def fetch(self) -> None:
        """Download the weights with the package's own downloader; for `vista tools easyocr --fetch`.

        Raises:
            ToolUnavailable: the package is missing.
        """
        try:
            import easyocr  # type: ignore[import-not-found]
        except ImportError as error:
            remedy = "pip install 'vista-tools-vision[easyocr]'"
            raise ToolUnavailable("the package easyocr is not installed", remedy=remedy) from error
        easyocr.Reader(["en"], gpu=False)


def easyocr_folder() -> Path:
    """Where easyocr keeps its weights: $EASYOCR_MODULE_PATH/model, or ~/.EasyOCR/model."""
    base = os.environ.get("EASYOCR_MODULE_PATH") or os.environ.get("MODULE_PATH") or "~/.EasyOCR"
    return Path(base).expanduser() / "model"


PADDLE_NEEDS = ("rapidocr>=3.10,<4", "onnxruntime>=1.20")
RAPIDOCR = RapidOCRBackend(name="rapidocr", requires=PADDLE_NEEDS, memory_mb=300)
EASYOCR = EasyOCRBackend(
    name="easyocr",
    extra="easyocr",
    memory_mb=1500,
    executor="process",  # it leaks: a worker process is replaced after a number of calls
    weights=(
        Weights(repo="JaidedAI/EasyOCR craft_mlt_25k", revision="v1", bytes=83_152_330, licence="Apache-2.0"),
        Weights(repo="JaidedAI/EasyOCR english_g2", revision="v1.3", bytes=15_143_997, licence="Apache-2.0"),
    ),
)


@lru_cache(maxsize=4)
def paddle_engine(threads: int) -> PaddleOCR:
    """The process's one PP-OCR engine for a number of threads: tools share its 120 MB.

    Raises:
        ToolUnavailable: the weights are not there.
    """
    try:
        return PaddleOCR(threads=threads)
    except FileNotFoundError as error:
        raise ToolUnavailable(str(error), remedy="pip install 'rapidocr>=3.10,<4'") from error


class EasyOCREngine:
    """easyocr.Reader behind the common interface; one call at a time, since it is not safe for threads."""

    def __init__(self, languages: Sequence[str]) -> None:
        import easyocr  # type: ignore[import-not-found]

        self._lock = threading.Lock()
        try:
            self._reader: Any = easyocr.Reader(list(languages), gpu=False, download_enabled=False, verbose=False)
        except (FileNotFoundError, ValueError) as error:
            raise ToolUnavailable(
                f"easyocr cannot load its weights for {', '.join(languages)}: {error}",
                remedy=f"put them into {easyocr_folder()}, or choose other `languages`",
            ) from error

    def detect(self, image: "np.ndarray") -> list[tuple["np.ndarray", float]]:
        """As TextEngine; easyocr gives boxes no score, so it is 1."""
        import numpy as np

        with self._lock:
            level, slanted = self._reader.detect(np.ascontiguousarray(image))
        quads = [np.array([[l, t], [r, t], [r, b], [l, b]], np.float32) for l, r, t, b in level[0]]  # noqa: E741
        quads += [np.array(points, np.float32) for points in slanted[0]]
        quads.sort(key=lambda q: (round(float(q[0, 1]) / 10), float(q[0, 0])))
        return [(quad, 1.0) for quad in quads]

    def read_quads(self, image: "np.ndarray", quads: "Sequence[np.ndarray]") -> list[Line]:
        """As TextEngine."""
        return self.recognize([cut(image, quad) for quad in quads])

    def recognize(self, crops: "Sequence[np.ndarray]") -> list[Line]:
        """As TextEngine."""
        import cv2
        import numpy as np

        lines = []
        for crop in crops:
            grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY)
            height, width = grey.shape
            with self._lock:
                read = self._reader.recognize(grey, horizontal_list=[[0, width, 0, height]], free_list=[])
            lines.append(Line(str(read[0][1]).strip(), float(read[0][2])) if read else Line("", 0.0))
        return lines
