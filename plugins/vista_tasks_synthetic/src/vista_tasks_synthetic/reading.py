"""Reading what tools say: rows of names and numbers, as text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[-+−]?\.\d+")


def to_number(text: str) -> Decimal | None:
    """Return the number that a cell holds, without unit and thousands commas; None if it holds none or several.

    Example:
        >>> to_number("$1,250.50"), to_number("Mango")
        (Decimal('1250.50'), None)
    """
    found = NUMBER.findall(text.replace(" ", ""))
    if len(found) != 1:
        return None
    try:
        return Decimal(found[0].replace(",", "").replace("−", "-"))
    except InvalidOperation:
        return None


def tidy(value: Decimal) -> Decimal:
    """Return a calculator's result without the error of binary fractions: 0.30000000000000004 is 0.3."""
    return round(value, 9).normalize()


@dataclass(slots=True)
class Reading:
    """Rows and columns as an observation gives them."""

    header: list[str] = field(default_factory=list)
    """Names of the numeric columns; empty if there was no header row."""
    rows: dict[str, list[Decimal | None]] = field(default_factory=dict)


def read_rows(text: str, words: bool = False) -> Reading:
    """Read lines such as "Mango 47" or "Mango | 12 | 30".

    The header is the last line without numbers (or of years) before the first row, so that a title above it does no
    harm. A line without bars is a row if all but its first word are numbers; sentences are passed over.

    Args:
        text: what a tool said.
        words: part cells at blanks too: right where names and headers are single words and a reader lost the bars.
    """
    reading = Reading()
    barred = "|" in text and not words
    for line in text.splitlines():
        if barred and "|" not in line:
            continue  # a title
        cells = [cell.strip() for cell in line.split("|")] if barred else line.replace("|", " ").split()
        numbers = [to_number(cell) for cell in cells[1:]]
        found = [value for value in numbers if value is not None]
        years = len(numbers) > 1 and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in cells[1:])
        if not reading.rows and any(cells[1:]) and (not found or (years and len(reading.header) != len(numbers))):
            reading.header = cells[1:]
        elif found and (barred or len(found) == len(numbers)):
            reading.rows[cells[0]] = numbers
    return reading


def closest(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is meant: the same one, else one that differs by a few letters, else None."""
    if name in names:
        return name
    folded = {other.casefold(): other for other in names}
    found = get_close_matches(name.casefold(), list(folded), 1, 0.6)
    return folded[found[0]] if found else None
