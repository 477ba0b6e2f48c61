"""The tool `easyocr`: find and read text, or a whole table."""

import itertools
import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field
from vista_core import Box, Observation, Tool, ToolArgumentError, ToolContext, ToolFailed

from vista_tools_vision.backends import EASYOCR, RAPIDOCR, EasyOCREngine, TextEngine, paddle_engine
from vista_tools_vision.pictures import clamped, pixels_of, whole
from vista_tools_vision.table import Word, build_rows, crossing, find_grid, join_first_line

if TYPE_CHECKING:
    import numpy as np

Task = Literal["detect_and_recognize", "detect_only", "recognize_only", "extract_table", "extract_by_region"]


class OCRConfig(BaseModel):
    """Settings of `easyocr`.

    Attributes:
        threads: threads of one call (backend rapidocr).
        languages: languages to read, by easyocr's names; rapidocr reads all it can where "ch_sim" is among them, and
            no Chinese signs otherwise.
        boxes: write each text's box into the observation.
    """

    threads: int = Field(1, ge=1, le=64)
    languages: tuple[str, ...] = ("en",)
    boxes: bool = False


class OCRArgs(BaseModel):
    """Read the text in an image."""

    task: Task = Field(
        "detect_and_recognize",
        description="detect_and_recognize: all text; detect_only: boxes of text; recognize_only: the image is one line "
        "of text; extract_table: rows and columns; extract_by_region: text inside `region`",
    )
    min_confidence: float = Field(0.5, ge=0, le=1, description="leave out what is read less surely")
    region: Box | None = Field(None, description="look only here: left, top, right, bottom")
    row_tolerance: float = Field(10.0, gt=0, le=1000, description="how far texts of one row may differ in y, px")
    image: int = Field(0, ge=0, description="which image; 0 is the first of the question")


class Detection(BaseModel):
    """One piece of text: its box in pixels, what it says ("" for detect_only), and how sure that is, 0..1."""

    box: Box
    text: str
    confidence: float


class OCROutput(BaseModel):
    """What was read.

    Attributes:
        task: the task done.
        detections: pieces of text in reading order.
        title: title over a table, "" without one.
        rows: cells of a table, header row included (extract_table only).
        show_boxes: whether the observation gives boxes.
    """

    task: Task
    detections: list[Detection]
    title: str = ""
    rows: list[list[str]] | None = None
    show_boxes: bool = False


class EasyOCR(Tool[OCRArgs, OCROutput]):
    """Find and read text in an image."""

    name = "easyocr"
    family = "perception"
    backends = (RAPIDOCR, EASYOCR)
    reads = frozenset({"image"})
    aliases = (("easyocr", "extract"),)
    Config = OCRConfig

    def setup(self, config: Any, backend: Any) -> None:
        """Load the networks of the backend."""
        self.config: OCRConfig = config or OCRConfig()
        if backend.name == "easyocr":
            self.engine: TextEngine = EasyOCREngine(self.config.languages)
        else:
            engine = paddle_engine(self.config.threads)
            self.engine = engine if "ch_sim" in self.config.languages else engine.latin()

    def run(self, args: OCRArgs, context: ToolContext) -> OCROutput:
        """Do one task."""
        image = pixels_of(context, args.image)
        if args.task == "extract_by_region" and args.region is None:
            raise ToolArgumentError("extract_by_region needs `region`: [left, top, right, bottom].", field="region")
        left, top = 0, 0
        if args.region is not None:
            left, top, right, bottom = clamped(args.region, (image.shape[1], image.shape[0]), "region")
            image = image[top:bottom, left:right]
        title, rows = "", None
        if args.task == "recognize_only":
            line = self.engine.recognize([image])[0]
            words = [Word(line.text, line.confidence, (0.0, 0.0, float(image.shape[1]), float(image.shape[0])))]
        elif args.task == "detect_only":
            words = [_word("", score, quad) for quad, score in self.engine.detect(image)]
        else:
            words = self._words(image)
            if args.task == "extract_table":
                title, rows, words = self._table(image, words, args)
        detections = [
            Detection(box=_moved(w.box, left, top), text=w.text, confidence=round(min(1.0, w.confidence), 3))
            for w in words
            if w.confidence >= args.min_confidence and (w.text or args.task == "detect_only")
        ]
        return OCROutput(task=args.task, detections=detections, title=title, rows=rows, show_boxes=self.config.boxes)

    def render(self, output: OCROutput) -> Observation:
        """A table as rows of cells parted by " | "; other text one line each; boxes where they are wanted."""
        if output.rows is not None:
            lines = [output.title] if output.title else []
            lines += [" | ".join(row) for row in output.rows]
        elif output.task == "detect_only":
            lines = [whole(d.box) for d in output.detections]
        else:
            lines = [f"{d.text} {whole(d.box)}" if output.show_boxes else d.text for d in output.detections]
        return Observation(text="\n".join(lines) or "No text was found.", data=output)

    def _words(self, image: "np.ndarray") -> list[Word]:
        found = self.engine.detect(image)
        lines = self.engine.read_quads(image, [quad for quad, _ in found])
        return [
            _word(line.text, line.confidence, quad) for (quad, _), line in zip(found, lines, strict=True) if line.text
        ]

    def _table(self, image: "np.ndarray", words: list[Word], args: OCRArgs) -> tuple[str, list[list[str]], list[Word]]:
        """Title, rows and the words in them."""
        words = [w for w in words if w.confidence >= args.min_confidence and not _ornament(w)]
        if not words:
            raise ToolFailed("No text was found, so there is no table to extract.")
        grid = find_grid(image, words, args.row_tolerance)
        joined = join_first_line(words, args.row_tolerance)
        if len(joined) < len(words):
            other = find_grid(image, joined, args.row_tolerance)
            if len(other.columns) > len(grid.columns):
                words, grid = joined, other
        apart: list[Word] = []
        for word in words:
            cuts = crossing(word, grid.columns)
            title = not any(w is not word and w.centre[1] < word.centre[1] + args.row_tolerance for w in words)
            apart += [word] if title or not cuts else self._split(image, word, cuts)
        heading, rows = build_rows(apart, grid, args.row_tolerance)
        return heading, rows, apart

    def _split(self, image: "np.ndarray", word: Word, cuts: list[float]) -> list[Word]:
        """Read the parts of a text that runs over column separators one by one."""
        left, top, right, bottom = word.box
        edges = [left, *cuts, right]
        boxes = [(a, top, b, bottom) for a, b in itertools.pairwise(edges)]
        crops = [image[int(t) : int(b) + 1, int(l) : int(r) + 1] for l, t, r, b in boxes]  # noqa: E741
        lines = self.engine.recognize(crops)
        return [Word(line.text, line.confidence, box) for line, box in zip(lines, boxes, strict=True) if line.text]


def _word(text: str, confidence: float, quad: "np.ndarray") -> Word:
    low, high = quad.min(axis=0), quad.max(axis=0)
    return Word(text, confidence, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def _moved(box: tuple[float, float, float, float], dx: float, dy: float) -> tuple[float, float, float, float]:
    return (round(box[0] + dx), round(box[1] + dy), round(box[2] + dx), round(box[3] + dy))


def _ornament(word: Word) -> bool:
    """An icon beside a cell is read as a stray sign, and not surely."""
    return word.confidence < 0.9 and not re.search(r"\w", word.text, re.ASCII)
