"""The classical detector: coloured shapes, text, figures and tables by phrase, with no weights but those of the OCR."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from vista_core import ToolError, ToolFailed

from vista_tools_vision.backends import TextEngine, read_words
from vista_tools_vision.perception import colours, regions, shapes
from vista_tools_vision.perception.boxes import Answer, BoxPx, Found, Request, area, common
from vista_tools_vision.perception.phrases import KNOWN, REGIONS, Phrase, parse
from vista_tools_vision.pictures import shrunk
from vista_tools_vision.table import Word

if TYPE_CHECKING:
    import numpy as np

MAX_SIDE = 1200  # px; larger pictures are searched in a smaller copy


class Thing(NamedTuple):
    """A region of one colour.

    Attributes:
        box: left, top, right, bottom, px.
        kinds: how well each shape fits, 0..1.
        tone: how well the colour word fits, 0..1.
    """

    box: BoxPx
    kinds: dict[str, float]
    tone: float


class ClassicalDetector:
    """Answers requests with a Finder per picture.

    Args:
        engine: reads text.
    """

    def __init__(self, engine: TextEngine) -> None:
        self._engine = engine

    def detect(self, requests: Sequence[Request]) -> list[Answer | ToolError]:
        """Look for the phrases that are known; each picture is searched once for all of its requests.

        Returns:
            Per request what was found, or ToolFailed when none of its phrases is known.
        """
        finders: dict[str, Finder] = {}
        answers: list[Answer | ToolError] = []
        for request in requests:
            phrases, unknown = parse(request.caption)
            if not phrases:
                said = "; ".join(unknown) or request.caption
                answers.append(ToolFailed(f"This detector does not know {said[:200]!r}. It knows: {KNOWN}."))
                continue
            if request.key not in finders:
                finders[request.key] = Finder(request.image, self._engine)
            find = finders[request.key].find
            found = [one for phrase in phrases for one in find(phrase, request.text_threshold)]
            answers.append(Answer([one for one in found if one.score >= request.box_threshold], unknown))
        return answers


class Finder:
    """What there is to find in one picture; each kind of thing is looked for once, when it is first asked for.

    Args:
        image: RGB uint8 (height, width, 3).
        engine: reads text.
    """

    def __init__(self, image: "np.ndarray", engine: TextEngine) -> None:
        self.image, self.scale = shrunk(image, MAX_SIDE)
        self._engine = engine
        self._coloured: dict[str, list[Thing]] = {}

    def find(self, phrase: Phrase, least: float = 0.25) -> list[Found]:
        """Everything that a phrase names.

        Args:
            phrase: one thing.
            least: how well a colour word must fit, 0..1.

        Returns:
            Boxes in px of the whole picture.
        """
        found = self._regions(phrase) if phrase.thing in REGIONS else self._shapes(phrase, least)
        zoom = self.scale
        return [Found((b[0] * zoom, b[1] * zoom, b[2] * zoom, b[3] * zoom), phrase.said, score) for b, score in found]

    @cached_property
    def words(self) -> list[Word]:
        """Lines of text that are read surely enough, px of the searched copy."""
        return [word for word in read_words(self.image, self._engine) if word.confidence >= 0.5]

    @cached_property
    def _tables(self) -> list[tuple[BoxPx, float]]:
        return regions.tables(self.image, self.words)

    @cached_property
    def _smooth(self) -> "np.ndarray":
        import cv2
        import numpy as np

        return cv2.medianBlur(np.ascontiguousarray(self.image), 3)

    @cached_property
    def _page(self) -> "np.ndarray":
        return regions.page_mask(self._smooth)

    @cached_property
    def _steps(self) -> "np.ndarray":
        """How far each pixel differs from the one on its left, grey levels."""
        import numpy as np

        values = self._smooth.astype(np.int16)
        return np.abs(np.diff(values, axis=1, prepend=values[:, :1])).max(axis=2)

    def _regions(self, phrase: Phrase) -> list[tuple[BoxPx, float]]:
        if phrase.thing in ("text", "number"):
            return regions.texts(self.words, phrase.quoted, numbers=phrase.thing == "number")
        return self._tables if phrase.thing == "table" else regions.figures(self.image, self.words, self._tables)

    def _shapes(self, phrase: Phrase, least: float) -> list[tuple[BoxPx, float]]:
        """Regions of the colour (of every colour, where none is named) whose silhouette fits."""
        found: list[tuple[BoxPx, float]] = []
        for colour in [phrase.colour] if phrase.colour else colours.WORDS:
            if colour not in self._coloured:
                self._coloured[colour] = self._search(colour)
            for thing in self._coloured[colour]:
                if thing.tone < least:
                    continue
                if phrase.thing == "object":
                    form = 0.9 * max(thing.kinds.values(), default=0.65)  # a phrase that says more comes first
                else:
                    form = thing.kinds.get(phrase.thing, 0.0)
                if form > 0 and not self._is_letter(thing.box) and (phrase.colour or not self._is_gloss(thing.box)):
                    found.append((thing.box, form * thing.tone))
        return found

    def _search(self, colour: str) -> list[Thing]:
        """Regions of one colour, named and measured."""
        import numpy as np

        mask = colours.pixels(self._smooth, colour) & ~self._page
        things = []
        for shape in shapes.silhouettes(mask, max(30.0, 1e-4 * mask.size)):
            left, top, right, bottom = shape.box
            patch = self._smooth[top:bottom, left:right]
            inside = shape.mask.astype(bool) & mask[top:bottom, left:right]
            if inside.sum() < 0.5 * shape.mask.sum() and self._is_border(shape, inside):
                continue
            lit = inside
            if colours.WORDS[colour].hue is not None:
                # The lit half shows an object's own colour; the other may lie in shade.
                light = patch.max(axis=2)
                lit = inside & (light >= np.median(light[inside]))
            usual = np.median(patch[lit], axis=0)
            fits = {word: colours.fit(usual, word) for word in colours.WORDS}
            if fits[colour] < 0.7 * max(fits.values()):
                continue  # another word says it clearly better
            tone = fits[colour]
            # Speckles have a colour and an outline too, and are no things: what is one is even, or shaded evenly.
            rough = float(np.median(self._steps[top:bottom, left:right][shape.mask > 0]))
            tone *= min(1.0, max(0.0, 1 - (rough - 6) / 18))
            if tone < 0.05:
                continue
            kinds = shapes.kinds(shape)
            if body := shapes.solid(self._smooth, shape, inside, kinds):
                # A ball is drawn as a circle; the others are no flat shape.
                kinds = {"circle": 0.9 * kinds.get("circle", 0.0)} if body[0] == "sphere" else {}
                kinds[body[0]] = body[1]
            box = (float(left), float(top), float(right), float(bottom))
            things.append(Thing(box, kinds, tone))
        return things

    def _is_border(self, shape: shapes.Silhouette, line: "np.ndarray") -> bool:
        """Whether a closed line runs around something of another colour than what is outside of it."""
        import cv2
        import numpy as np

        left, top, right, bottom = shape.box
        y, x = max(0, top - 4), max(0, left - 4)
        patch = self._smooth[y : bottom + 4, x : right + 4]
        body = np.zeros(patch.shape[:2], np.uint8)
        body[top - y : bottom - y, left - x : right - x] = shape.mask
        inner = cv2.erode(body[top - y : bottom - y, left - x : right - x] * ~line, np.ones((3, 3), np.uint8)) > 0
        outer = cv2.dilate(body, np.ones((7, 7), np.uint8)) - cv2.dilate(body, np.ones((3, 3), np.uint8)) > 0
        if not inner.any() or not outer.any():
            return False
        within = np.median(patch[top - y : bottom - y, left - x : right - x][inner], axis=0)
        return bool(np.abs(within - np.median(patch[outer], axis=0)).max() > 25)

    def _is_gloss(self, box: BoxPx) -> bool:
        """Whether a region is a highlight on, or a window in, a solid body: small, and inside its box."""
        solids = [t.box for things in self._coloured.values() for t in things if t.kinds.keys() & shapes.SOLIDS]
        return any(area(box) < 0.15 * area(solid) and common(box, solid) > 0.95 * area(box) for solid in solids)

    def _is_letter(self, box: BoxPx) -> bool:
        """Whether a small region is part of a text: letters have shapes too."""
        side = max(box[2] - box[0], box[3] - box[1])
        if side > max(48.0, 0.08 * max(self.image.shape[:2])):
            return False
        return any(
            common(box, w.box) > 0.7 * area(box) and side < 1.3 * w.height
            for w in self.words
            if w.confidence > 0.8 and sum(c.isalnum() for c in w.text) > 1  # shapes in a row pass for odd signs
        )
