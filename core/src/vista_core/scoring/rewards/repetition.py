"""Degenerate repetition in what a policy wrote: contiguous repeats of a character, a word or a phrase.

The paper (arXiv:2511.19773) gives the penalties (-1.5, -2, -3) but neither the rule nor its thresholds. Ours: a *unit*
is a text that is not itself a repeat; what counts is how often it stands in a row. How often is too often depends on
what is repeated, since tables, JSON and arithmetic repeat figures and cells for good reasons. `docs/rewards.md`
justifies the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

LONGEST_UNIT = 2048
"""Characters; a longer unit could stand five times only in a turn of 10,000 characters."""

THRESHOLDS = {"phrase": 5, "word": 10, "letter": 20, "figures": 40, "mark": 80}
"""Repeats in a row from which a unit of this kind is moderate; twice as many are severe, four times extreme."""

LEVELS = {"extreme": (4, -3.0), "severe": (2, -2.0), "moderate": (1, -1.5)}
"""Multiple of the threshold, and the paper's penalty."""

_CELL_MARKS = frozenset("|,;:\t\"'{}[]()=+*^&")
_LONGEST_CELL = 32
_LONGEST_FIGURES = 128


class Repetition(NamedTuple):
    """The worst repetition found.

    Attributes:
        level: `none`, `moderate`, `severe` or `extreme`.
        unit: What was repeated.
        times: How often it stood in a row.
    """

    level: str = "none"
    unit: str = ""
    times: int = 0

    @property
    def penalty(self) -> float:
        """0, -1.5, -2 or -3."""
        return LEVELS[self.level][1] if self.level in LEVELS else 0.0


def find_repetition(texts: Iterable[str]) -> Repetition:
    """Find the worst contiguous repetition in the turns of a policy, each turn by itself.

    Time is O(n log n) in the length of a turn: for each length of a unit only neighbouring blocks are compared.

    Args:
        texts: What the policy wrote, one text per turn. Observations do not belong here.

    Example:
        >>> find_repetition(["<think>I see. I see. I see. I see. I see. I see. </think>"]).level
        'moderate'
        >>> find_repetition(["max(5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5)"]).level
        'none'
    """
    worst = Repetition()
    for text in texts:
        for length in range(1, min(len(text) // THRESHOLDS["phrase"], LONGEST_UNIT) + 1):
            for unit, count in _runs(text, length):
                found = Repetition(_level(unit, count), unit, count)
                worst = min(worst, found, key=lambda repetition: repetition.penalty)
                if worst.level == "extreme":
                    return worst
    return worst


def _runs(text: str, length: int) -> Iterable[tuple[str, int]]:
    """Units of one length that stand at least five times in a row, with their counts."""
    # A run of k units, wherever it begins, contains at least k-1 whole blocks of this grid.
    least = THRESHOLDS["phrase"] - 1
    equal = 0
    block = text[:length]
    for start in range(length, len(text) + 1, length):
        following = text[start : start + length]
        if following == block:
            equal += 1
            continue
        if equal + 1 >= least:
            yield _extend(text, start - (equal + 1) * length, start, length)
        equal = 0
        block = following


def _extend(text: str, start: int, stop: int, length: int) -> tuple[str, int]:
    """Grow a run of whole blocks by the parts of the unit that stand before and after it."""
    lowest, highest = max(start - length, 0), min(stop + length, len(text))
    while start > lowest and text[start - 1] == text[start - 1 + length]:
        start -= 1
    while stop < highest and text[stop] == text[stop - length]:
        stop += 1
    return text[start : start + length], (stop - start) // length


def _level(unit: str, count: int) -> str:
    if count < THRESHOLDS["phrase"] or unit in (unit + unit)[1:-1]:  # itself a repeat: seen at its own length
        return "none"
    least = THRESHOLDS[_kind(unit)]
    return next((level for level, (factor, _) in LEVELS.items() if count >= factor * least), "none")


def _kind(unit: str) -> str:
    letters = any(map(str.isalpha, unit))
    if len(unit) == 1:
        return "letter" if letters else "mark"
    if not letters and len(unit) <= _LONGEST_FIGURES:
        return "figures"
    if len(unit) <= _LONGEST_CELL and not _CELL_MARKS.isdisjoint(unit):
        return "figures"
    # A rotation of "the " is one word however the run was cut: count the words of the unit closed into a ring.
    words = (unit + unit).split()
    return "word" if len(unit) <= 16 and len(words) <= 3 else "phrase"
