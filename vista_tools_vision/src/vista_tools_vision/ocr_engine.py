"""Text detection and recognition with the PP-OCR networks that the `rapidocr` wheel brings.

The networks are driven directly through onnxruntime instead of through rapidocr's own pipeline, for three reasons:
a crop is padded to its own width and not to 320 px (a tick label costs 5 ms, not 26), the alphabet can be restricted
(a tick label is a number), and no code path here can download anything.
"""

import copy
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

NUMBER_ALPHABET = "0123456789.,-−–+%$€£KMBkmb eE()"
_HEIGHT = 48  # the recognition network's fixed input height, px
_MAX_WIDTH = 2048  # px after scaling to 48 px height: about 100 characters
_BUCKET = 32  # crops are padded to a multiple of this, so that a batch wastes little


@dataclass(frozen=True, slots=True)
class Line:
    """One recognised line of text.

    Attributes:
        text: what was read, stripped.
        confidence: mean probability of its characters, 0..1; 0 for an empty text.
    """

    text: str
    confidence: float


def model_files() -> tuple[Path, Path] | None:
    """Find the detection and recognition networks inside the installed rapidocr wheel, without importing it.

    Returns:
        (detection, recognition) paths, or None when the package or its weights are not there.
    """
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "models"
    found = [sorted(folder.glob(f"*PP-OCR*_{kind}_*.onnx")) for kind in ("det", "rec")]
    return (found[0][-1], found[1][-1]) if all(found) else None


class PaddleOCR:
    """PP-OCR detection and recognition on onnxruntime; safe to call from several threads.

    Args:
        threads: intra-op threads of one call; 1 suits many workers beside each other.
        detect: load the detection network too (30 MiB that a caller with its own boxes can save).

    Raises:
        FileNotFoundError: the rapidocr wheel with its weights is not installed.
    """

    def __init__(self, threads: int = 1, detect: bool = True) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        files = model_files()
        if files is None:
            raise FileNotFoundError("the PP-OCR weights are missing; pip install 'rapidocr>=3.10,<4'")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena keeps the memory of the widest batch for ever
        options.log_severity_level = 4

        def session(path: Path) -> Any:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        self._detector = session(files[0]) if detect else None
        self._recogniser = session(files[1])
        self._input = self._recogniser.get_inputs()[0].name
        characters = self._recogniser.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *characters, " "]  # index 0 is the CTC blank
        self._default: str | None = None

    def latin(self) -> "PaddleOCR":
        """The same engine, sharing its networks, that reads no Chinese or Japanese signs (nor takes icons for them)."""
        other = copy.copy(self)
        other._default = "".join(c for c in self._alphabet if c and ord(c[0]) < 0x2E80)
        return other

    @lru_cache(maxsize=8)  # noqa: B019 - an engine lives as long as its process
    def _allowed(self, alphabet: str) -> "np.ndarray":
        import numpy as np

        wanted = set(alphabet)
        return np.array([i for i, c in enumerate(self._alphabet) if i == 0 or c in wanted])

    def recognize(self, crops: "Sequence[np.ndarray]", alphabet: str | None = None) -> list[Line]:
        """Read one line of text from each crop.

        Args:
            crops: RGB uint8 arrays (height, width, 3), text upright and horizontal, any size.
            alphabet: when given, only these characters are considered; the confidence still is the
                network's own over all characters, so a forced reading shows as a low one.

        Returns:
            One Line per crop, in order.
        """
        import numpy as np

        alphabet = alphabet or self._default
        ready = [_normalised(crop) for crop in crops]
        lines: list[Line] = [Line("", 0.0)] * len(ready)
        buckets: dict[int, list[int]] = {}
        for index, array in enumerate(ready):
            buckets.setdefault(array.shape[2], []).append(index)
        for indices in buckets.values():
            for start in range(0, len(indices), 8):
                part = indices[start : start + 8]
                batch = np.stack([ready[i] for i in part])
                output = self._recogniser.run(None, {self._input: batch})[0]
                for index, probabilities in zip(part, output, strict=True):
                    lines[index] = self._decode(probabilities, alphabet)
        return lines

    def read_quads(self, image: "np.ndarray", quads: "Sequence[np.ndarray]") -> list[Line]:
        """Read the text in quadrilaterals; tall ones are tried both ways up.

        Args:
            image: RGB uint8.
            quads: (4, 2) px each, as `detect` gives them.

        Returns:
            One Line per quad, in order.
        """
        import numpy as np

        crops = [cut(image, quad) for quad in quads]
        lines = self.recognize(crops)
        tall = [
            i
            for i, quad in enumerate(quads)
            if np.ptp(quad[:, 1]) > 1.2 * np.ptp(quad[:, 0]) and lines[i].confidence < 0.97
        ]
        for i, line in zip(tall, self.recognize([np.rot90(crops[i], 2) for i in tall]), strict=True):
            if line.confidence > lines[i].confidence and len(line.text) >= len(lines[i].text):
                lines[i] = line
        return lines

    def _decode(self, probabilities: "np.ndarray", alphabet: str | None) -> Line:
        import numpy as np

        if alphabet is None:
            best = probabilities.argmax(axis=1)
        else:
            allowed = self._allowed(alphabet)
            best = allowed[probabilities[:, allowed].argmax(axis=1)]
        keep = best != 0
        keep[1:] &= best[1:] != best[:-1]
        if not keep.any():
            return Line("", 0.0)
        text = "".join(self._alphabet[i] for i in best[keep]).strip()
        text = re.sub(r"\b0(?=[a-z]{2})", "O", text)  # the same shape in most fonts, and no number goes on with letters
        confidence = float(probabilities[np.flatnonzero(keep), best[keep]].mean())
        return Line(text, round(confidence, 4) if text else 0.0)

    def detect(
        self, image: "np.ndarray", short_side: float | None = None, threshold: float = 0.5, max_side: int = 2000
    ) -> list[tuple["np.ndarray", float]]:
        """Find lines of text.

        Args:
            image: RGB uint8 (height, width, 3).
            short_side: the picture is enlarged until its short side has this many px (and never shrunk for it);
                None enlarges small pictures twice, to at most 736 px: more costs time and finds no more.
            threshold: least mean probability of a box, 0..1.
            max_side: the picture is shrunk until its long side has at most this many px.

        Returns:
            (quad, score) pairs: quad is float32 (4, 2), clockwise from top left, px of the picture; in reading order.
        """
        import cv2
        import numpy as np

        if self._detector is None:
            raise RuntimeError("this engine was made without its detection network")
        height, width = image.shape[:2]
        if short_side is None:
            short_side = min(736, 2 * min(height, width))
        scale = min(max(1.0, short_side / min(height, width)), max_side / max(height, width))
        size = [max(32, round(side * scale / 32) * 32) for side in (width, height)]
        resized = cv2.resize(image, size)
        blob = (resized[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / 255 - 0.5) / 0.5
        heat = self._detector.run(None, {self._detector.get_inputs()[0].name: blob})[0][0, 0]
        mask = cv2.dilate((heat > 0.3).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0][:1000]
        factor = np.array([width / size[0], height / size[1]], np.float32)
        found = []
        for contour in contours:
            rectangle = cv2.minAreaRect(contour)
            if min(rectangle[1]) < 3 or (score := _mean_inside(heat, cv2.boxPoints(rectangle))) < threshold:
                continue
            # DB networks are trained on shrunken boxes; grow by area * ratio / perimeter, as the paper has it.
            (cx, cy), (w, h), angle = rectangle
            grow = w * h * 1.6 / (2 * (w + h))
            quad = cv2.boxPoints(((cx, cy), (w + 2 * grow, h + 2 * grow), angle)) * factor
            found.append((_clockwise(np.clip(quad, 0, [width - 1, height - 1]).astype(np.float32)), score))
        return _reading_order(found)


def _normalised(crop: "np.ndarray") -> "np.ndarray":
    """RGB crop -> float32 (3, 48, W) in -1..1, BGR, padded with 0 to a multiple of 32 px."""
    import cv2
    import numpy as np

    height, width = crop.shape[:2]
    scaled = min(_MAX_WIDTH, max(1, math.ceil(_HEIGHT * width / height)))
    how = cv2.INTER_CUBIC if height < _HEIGHT else cv2.INTER_AREA
    image = cv2.resize(np.ascontiguousarray(crop[:, :, ::-1]), (scaled, _HEIGHT), interpolation=how)
    padded = np.zeros((3, _HEIGHT, math.ceil(scaled / _BUCKET) * _BUCKET), np.float32)
    padded[:, :, :scaled] = image.transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
    return padded


def _mean_inside(heat: "np.ndarray", quad: "np.ndarray") -> float:
    import cv2
    import numpy as np

    low = np.maximum(np.floor(quad.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(quad.max(axis=0)).astype(int), [heat.shape[1] - 1, heat.shape[0] - 1])
    mask = np.zeros((high[1] - low[1] + 1, high[0] - low[0] + 1), np.uint8)
    cv2.fillPoly(mask, [(quad - low).astype(np.int32)], 1)
    return float(cv2.mean(heat[low[1] : high[1] + 1, low[0] : high[0] + 1], mask)[0])


def _clockwise(quad: "np.ndarray") -> "np.ndarray":
    import numpy as np

    by_x = quad[np.argsort(quad[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _reading_order(found: list[tuple["np.ndarray", float]]) -> list[tuple["np.ndarray", float]]:
    """Top to bottom; boxes whose tops are within 10 px of the one before count as one line, left to right."""
    found.sort(key=lambda item: (float(item[0][0, 1]), float(item[0][0, 0])))
    line, order, previous = 0, [], None
    for quad, score in found:
        top = float(quad[0, 1])
        line += previous is not None and top - previous >= 10
        previous = top
        order.append((line, float(quad[0, 0]), (quad, score)))
    order.sort(key=lambda item: item[:2])
    return [item for _, _, item in order]


def cut(image: "np.ndarray", quad: "np.ndarray") -> "np.ndarray":
    """Cut a quadrilateral out upright; one at least 1.5 times as high as wide is turned a quarter to the right.

    Text that runs up the page, as beside an axis, is upright then; `read_quads` sees to the other kind.

    Args:
        image: RGB uint8 (height, width, 3).
        quad: (4, 2) px, clockwise from top left.

    Returns:
        RGB uint8, at least 1x1 px.
    """
    import cv2
    import numpy as np

    quad = np.asarray(quad, np.float32)
    width = max(1, round(float(max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3])))))
    height = max(1, round(float(max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2])))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad, corners)
    crop = cv2.warpPerspective(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.rot90(crop, -1).copy() if height >= 1.5 * width else crop
