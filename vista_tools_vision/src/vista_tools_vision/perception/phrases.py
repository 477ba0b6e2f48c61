"""What the classical detector can be asked for: a caption, phrase by phrase, as colour, thing and quoted text."""

import re
from typing import NamedTuple

from vista_tools_vision.perception.colours import SAME, WORDS

SHAPES = {
    "circle": ("circle", "circles", "disc", "discs", "disk", "disks", "dot", "dots"),
    "ellipse": ("ellipse", "ellipses", "oval", "ovals"),
    "triangle": ("triangle", "triangles"),
    "square": ("square", "squares"),
    "rectangle": ("rectangle", "rectangles", "bar", "bars"),
    "diamond": ("diamond", "diamonds", "rhombus"),
    "pentagon": ("pentagon", "pentagons"),
    "hexagon": ("hexagon", "hexagons"),
    "star": ("star", "stars"),
    "cross": ("cross", "crosses", "plus"),
    "line": ("line", "lines"),
    "cube": ("cube", "cubes"),
    "sphere": ("sphere", "spheres", "ball", "balls"),
    "cylinder": ("cylinder", "cylinders"),
    "object": ("object", "objects", "shape", "shapes", "thing", "things", "block", "blocks"),
}
REGIONS = {
    "text": ("text", "texts", "word", "words", "label", "labels", "letters"),
    "number": ("number", "numbers", "digits"),
    "figure": ("figure", "figures", "chart", "charts", "plot", "graph", "diagram", "picture", "image", "photo"),
    "table": ("table", "tables"),
}
_THINGS = {word: thing for group in (SHAPES, REGIONS) for thing, words in group.items() for word in words}
_COLOURS = {name: name for name in WORDS} | SAME
_SILENT = {
    "a",
    "an",
    "the",
    "all",
    "every",
    "each",
    "any",
    "of",
    "in",
    "with",
    "that",
    "says",
    "saying",
    "colored",
    "coloured",
}
_QUOTED = re.compile(r"\"([^\"]*)\"|“([^”]*)”|'([^']*)'(?!\w)")
MAX_PHRASES = 20

KNOWN = (
    f"shapes ({', '.join(SHAPES)}) with or without a colour ({', '.join(WORDS)}), "
    'text, number, text "with these words", figure, table'
)
"""The phrases that `parse` understands, in words."""


class Phrase(NamedTuple):
    """One thing to look for.

    Attributes:
        said: the phrase as it was written.
        thing: a key of SHAPES or REGIONS.
        colour: a key of colours.WORDS, or None for any.
        quoted: text that it must say, or None.
    """

    said: str
    thing: str
    colour: str | None = None
    quoted: str | None = None


def parse(caption: str) -> tuple[list[Phrase], list[str]]:
    """Read a caption: phrases parted by full stops, commas, semicolons or "and", as Grounding DINO takes them.

    Args:
        caption: such as 'red cube. blue circle. text "Total"'.

    Returns:
        (phrases that are understood, the others as they were written). At most MAX_PHRASES are read.
    """
    known: list[Phrase] = []
    unknown: list[str] = []
    for said in _parts(caption)[:MAX_PHRASES]:
        phrase = _phrase(said)
        if phrase is None:
            unknown.append(said)
        elif phrase not in known:
            known.append(phrase)
    return known, unknown


def _parts(caption: str) -> list[str]:
    """Cut a caption where no quotation marks are open."""
    quotes = [match.span() for match in _QUOTED.finditer(caption)]
    parts, start = [], 0
    for match in re.finditer(r"[.;,\n]|\band\b", caption, re.IGNORECASE):
        if not any(a < match.start() < b for a, b in quotes):
            parts.append(caption[start : match.start()])
            start = match.end()
    parts.append(caption[start:])
    return [part.strip() for part in parts if part.strip()]


def _phrase(said: str) -> Phrase | None:
    """One phrase, or None when a word of it means nothing here: half understood would be found wrongly."""
    quoted = None
    rest = said
    if match := _QUOTED.search(said):
        quoted = " ".join(next(group for group in match.groups() if group is not None).split())
        rest = said[: match.start()] + " " + said[match.end() :]
        if not quoted:
            return None
    words = [word for word in re.findall(r"[\w'-]+", rest.lower()) if word not in _SILENT]
    colours = [_COLOURS[word] for word in words if word in _COLOURS]
    things = [_THINGS[word] for word in words if word in _THINGS]
    if len(colours) + len(things) != len(words) or len(colours) > 1 or len(things) > 1:
        return None
    thing = things[0] if things else "text" if quoted else "object" if colours else None
    if thing is None or (quoted and thing not in ("text", "number")) or (colours and thing in REGIONS):
        return None
    return Phrase(said, thing, colours[0] if colours else None, quoted)
