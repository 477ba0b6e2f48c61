"""The tool `easyocr`: find and read text, or a whole table."""

import itertools
import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field
from vista_core import Box, Image, Observation, Tool, ToolArgumentError, ToolContext, ToolFailed

from vista_tools_vision.backends import EASYOCR, RAPIDOCR, EasyOCREngine, TextEngine, paddle_engine, read_words
from vista_tools_vision.pictures import clamped, pixels_of, shrunk, whole, with_boxes
from vista_tools_vision.rendering import Rendering
from vista_tools_vision.rendering import words as joined
from vista_tools_vision.table import Word, build_rows, crossing, find_grid, join_first_line

if TYPE_CHECKING:
    import numpy as np

Task = Literal["detect_and_recognize", "detect_only", "recognize_only", "extract_table", "extract_by_region"]


MAX_SIDE = 3200  # px; larger pictures are read in a smaller copy, where the detection still finds all that it finds


class TextRendering(Rendering):
    """Rendering of texts: without boxes, and with more lines than a table of data has."""

    boxes: bool = Field(False, description="write boxes, in whole pixels")
    max_rows: int = Field(200, ge=1, description="lines of text or rows of a table")
    max_chars: int = Field(6000, ge=80, description="characters of the text")


class OCRConfig(BaseModel):
    """Settings of `easyocr`.

    Attributes:
        threads: threads of one call (backend rapidocr).
        languages: languages to read, by easyocr's names; rapidocr reads all it can where "ch_sim" is among them, and
            no Chinese signs otherwise.
        rendering: how observations are written; `boxes` writes each text's box, `picture` adds the image with them.
    """

    threads: int = Field(1, ge=1, le=64)
    languages: tuple[str, ...] = ("en",)
    rendering: TextRendering = TextRendering()


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
        picture: the image with the boxes drawn, where the settings ask for it.
    """

    task: Task
    detections: list[Detection]
    title: str = ""
    rows: list[list[str]] | None = None
    picture: Image | None = None


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
        left, top, looked = 0, 0, image
        if args.region is not None:
            left, top, right, bottom = clamped(args.region, (image.shape[1], image.shape[0]), "region")
            looked = image[top:bottom, left:right]
        looked, scale = shrunk(looked, MAX_SIDE)
        title, rows = "", None
        if args.task == "recognize_only":
            line = self.engine.recognize([looked])[0]
            words = [Word(line.text, line.confidence, (0.0, 0.0, float(looked.shape[1]), float(looked.shape[0])))]
        elif args.task == "detect_only":
            words = [Word.of("", score, quad) for quad, score in self.engine.detect(looked)]
        else:
            words = read_words(looked, self.engine)
            if args.task == "extract_table":
                title, rows, words = self._table(looked, words, args.min_confidence, args.row_tolerance / scale)
        detections = [
            Detection(box=_moved(w.box, scale, left, top), text=w.text, confidence=round(min(1.0, w.confidence), 3))
            for w in words
            if w.confidence >= args.min_confidence and (w.text or args.task == "detect_only")
        ]
        picture = None
        if self.config.rendering.picture and detections:
            picture = with_boxes(image, [d.box for d in detections])
        return OCROutput(task=args.task, detections=detections, title=title, rows=rows, picture=picture)

    def render(self, output: OCROutput) -> Observation:
        """A table as rows of cells parted by " | "; other text one line each; boxes where they are wanted."""
        style: Rendering = (self.config or OCRConfig()).rendering
        if output.rows is not None:
            lines = [output.title] if output.title else []
            lines += [" | ".join(row) for row in output.rows]
        elif output.task == "detect_only":
            lines = [whole(d.box) for d in output.detections]
        else:
            lines = [joined(d.text, style.box(d.box), style.sure(d.confidence)) for d in output.detections]
        text = style.text(style.rows(lines, "more lines")) or "No text was found."
        return Observation(text=text, images=(output.picture,) if output.picture else (), data=output)

    def _table(
        self, image: "np.ndarray", words: list[Word], least: float, tolerance: float
    ) -> tuple[str, list[list[str]], list[Word]]:
        """Title, rows and the words in them."""
        words = [w for w in words if w.confidence >= least and not _ornament(w)]
        if not words:
            raise ToolFailed("No text was found, so there is no table to extract.")
        grid = find_grid(image, words, tolerance)
        joined = join_first_line(words, tolerance)
        if len(joined) < len(words):
            other = find_grid(image, joined, tolerance)
            if len(other.columns) > len(grid.columns):
                words, grid = joined, other
        apart: list[Word] = []
        for word in words:
            cuts = crossing(word, grid.columns)
            title = not any(w is not word and w.centre[1] < word.centre[1] + tolerance for w in words)
            apart += [word] if title or not cuts else self._split(image, word, cuts)
        heading, rows = build_rows(apart, grid, tolerance)
        return heading, rows, apart

    def _split(self, image: "np.ndarray", word: Word, cuts: list[float]) -> list[Word]:
        """Read the parts of a text that runs over column separators one by one."""
        left, top, right, bottom = word.box
        edges = [left, *cuts, right]
        boxes = [(a, top, b, bottom) for a, b in itertools.pairwise(edges)]
        crops = [image[int(t) : int(b) + 1, int(l) : int(r) + 1] for l, t, r, b in boxes]  # noqa: E741
        lines = self.engine.recognize(crops)
        return [Word(line.text, line.confidence, box) for line, box in zip(lines, boxes, strict=True) if line.text]


def _moved(
    box: tuple[float, float, float, float], scale: float, dx: float, dy: float
) -> tuple[float, float, float, float]:
    """A box of the copy that was read, in whole px of the picture."""
    return (
        round(box[0] * scale + dx),
        round(box[1] * scale + dy),
        round(box[2] * scale + dx),
        round(box[3] * scale + dy),
    )


def _ornament(word: Word) -> bool:
    """An icon beside a cell is read as a stray sign, and not surely."""
    return word.confidence < 0.9 and not re.search(r"\w", word.text, re.ASCII)
