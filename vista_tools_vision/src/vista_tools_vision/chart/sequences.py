"""Names that come in a fixed order, months, weekdays and quarters: small print is mended by its neighbours."""

from collections.abc import Sequence

from vista_tools_vision.chart.numbers import MONTHS
from vista_tools_vision.chart.scene import Axis

SEQUENCES: tuple[tuple[str, ...], ...] = (
    tuple(month[:3].title() for month in MONTHS),
    tuple(month.title() for month in MONTHS),
    tuple("Mon Tue Wed Thu Fri Sat Sun".split()),
    tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    ("Q1", "Q2", "Q3", "Q4"),
)


def mended(names: Sequence[str]) -> list[str]:
    """Return the names with those put right that a sequence decides.

    Most of the names must stand where one of SEQUENCES has them, one place on for each name (it may begin anywhere and
    begin again). Another name is put right only if its letters are some of the letters that belong there, in their
    order: "u" between "May" and "Jul" is "Jun", "Total" stays. Nothing is added.

    Example:
        >>> mended(["Jan", "Feb", "Mar", "A", "May", "u"])
        ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun']
        >>> mended(["Jan", "Feb", "Total"])
        ['Jan', 'Feb', 'Total']
    """
    folded = [name.casefold() for name in names]
    for words in SEQUENCES:
        for start in range(len(words)):
            right = [words[(start + i) % len(words)] for i in range(len(names))]
            same = sum(name == word.casefold() for name, word in zip(folded, right, strict=True))
            if same >= 2 and same > len(names) / 2:
                pairs = zip(names, folded, right, strict=True)
                return [word if _within(low, word.casefold()) else name for name, low, word in pairs]
    return list(names)


def mended_axis(axis: Axis | None, notes: list[str]) -> Axis | None:
    """Return a category axis with its names mended, and note it; any other axis is returned as it is."""
    if axis is None or axis.scale != "category":
        return axis
    names = [tick.text for tick in axis.ticks]
    right = mended(names)
    if right == names:
        return axis
    changed = ", ".join(f"{new!r} for {old!r}" for old, new in zip(names, right, strict=True) if old != new)
    notes.append(f"read by their neighbours: {changed}")
    ticks = [tick.model_copy(update={"text": text}) for tick, text in zip(axis.ticks, right, strict=True)]
    return axis.model_copy(update={"ticks": ticks})


def _within(part: str, whole: str) -> bool:
    """Return whether the letters of a text are among those of another, in their order; an empty text is."""
    rest = iter(whole)
    return all(letter in rest for letter in part if letter.isalnum())
