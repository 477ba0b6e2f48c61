"""What a diagram shows, read from its pixels: points, strokes, circles, marks, and labels with what they name."""

import itertools
from dataclasses import dataclass, field

Xy = tuple[float, float]


@dataclass(slots=True)
class Circle:
    """A circle: its centre's name, place and radius (px), and the names of the points on it, counter-clockwise."""

    centre: str
    at: Xy
    radius: float
    on: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Label:
    """A text of the picture.

    Attributes:
        text: as read, such as "(2x+3)°".
        kind: "point", "length", "angle", "arc", "number" (the number of an angle, as in angle 1) or "" where nothing
            was found that it could name.
        target: names of points: "A", "AB", "BAC", "AB" (an arc); "" for the kind "".
        at: its middle, px.
        confidence: how surely it was read, 0..1.
    """

    text: str
    kind: str
    target: str
    at: Xy
    confidence: float


@dataclass(slots=True)
class Scene:
    """A diagram.

    Attributes:
        points: place of each point, px, y downwards. Points without a letter got the names that were free.
        unnamed: the names that were given to points without a letter.
        lines: straight strokes: the names of all points on them in order, at least two.
        circles: circles.
        rights: angles (three names, the vertex in the middle) that carry the mark of a right angle.
        equal_lengths: groups of segments (two names) that carry the same ticks.
        equal_angles: groups of angles (three names) that carry the same arcs.
        parallels: groups of segments that carry the same arrowheads.
        labels: all texts.
        notes: what the reader was unsure of.
    """

    points: dict[str, Xy] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    lines: list[list[str]] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    rights: list[str] = field(default_factory=list)
    equal_lengths: list[list[str]] = field(default_factory=list)
    equal_angles: list[list[str]] = field(default_factory=list)
    parallels: list[list[str]] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def segments(self) -> list[str]:
        """Return every two points that a straight stroke joins, sorted."""
        pairs = {"".join(sorted(pair)) for stroke in self.lines for pair in itertools.combinations(stroke, 2)}
        return sorted(pairs)
