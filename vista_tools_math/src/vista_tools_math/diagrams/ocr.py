"""Reads the words of a diagram with the OCR tool of vista-tools-vision, found as any installed tool is."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import vista_core as vista
from vista_core import ToolUnavailable, VistaError

if TYPE_CHECKING:
    import numpy as np

Reader = Callable[[Sequence["np.ndarray"]], list[tuple[str, float]]]
"""Takes crops of one line of text each (RGB uint8), gives what each says and how surely, 0..1."""

REMEDY = "pip install 'vista-tools-math[diagram]'"


def missing() -> str:
    """Return what the reader of diagrams lacks here, "" for nothing; nothing is imported."""
    lacking = [name for name in ("cv2", "numpy", "vista_tools_vision") if find_spec(name) is None]
    return f"the packages {', '.join(lacking)} are not installed" if lacking else ""


@lru_cache(maxsize=1)
def load_reader() -> Reader:
    """Load the OCR tool `easyocr`; one for the process.

    Raises:
        ToolUnavailable: OpenCV, vista-tools-vision or the tool's engine is not there.
    """
    if lack := missing():
        raise ToolUnavailable(f"Diagrams cannot be read: {lack}.", remedy=REMEDY)
    try:
        tool = vista.load("tool", "easyocr", backend="rapidocr")
    except ToolUnavailable:
        raise
    except VistaError as error:
        raise ToolUnavailable(f"Diagrams cannot be read: {error}", remedy=REMEDY) from error

    def read(crops: Sequence["np.ndarray"]) -> list[tuple[str, float]]:
        found = []
        for crop in crops:
            lines = tool(images=[crop], task="recognize_only", min_confidence=0).data.detections
            found.append((lines[0].text, lines[0].confidence) if lines else ("", 0.0))
        return found

    return read
