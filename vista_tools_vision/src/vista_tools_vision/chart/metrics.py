"""How alike a table that was read and the true one are: Relative Mapping Similarity, and error rates of texts.

RMS is the measure of the DePlot paper (Liu et al., 2023, arXiv:2212.10505, section 3): a table is an unordered
collection of mappings (row header, column header) -> value. Headers may be misspelt a little and numbers off by a
little; what is missing lowers recall, what was made up lowers precision.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vista_tools_vision.chart.numbers import parse_number

TAU = 0.5
THETA = 0.5


class Similarity(NamedTuple):
    """Precision, recall and their harmonic mean, each 0..1."""

    precision: float
    recall: float
    f1: float


class Mapping(NamedTuple):
    """One cell of a table with the headers that it belongs to."""

    row: str
    column: str
    value: str


def levenshtein(a: str, b: str) -> int:
    """Fewest insertions, deletions and replacements of one character that turn `a` into `b`.

    Example:
        >>> levenshtein("kitten", "sitting")
        3
    """
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        now = [i]
        for j, y in enumerate(b, 1):
            now.append(min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (x != y)))
        before = now
    return before[-1]


def text_distance(a: str, b: str, tau: float = TAU) -> float:
    """Levenshtein distance over the longer length, case left aside; 1 when it is above `tau`.

    Returns:
        0 (alike) to 1.
    """
    a, b = " ".join(a.lower().split()), " ".join(b.lower().split())
    if not a and not b:
        return 0.0
    distance = levenshtein(a, b) / max(len(a), len(b))
    return distance if distance <= tau else 1.0


def number_distance(read: float, true: float, theta: float = THETA) -> float:
    """Relative distance |read - true| / |true|, at most 1; 1 when it is above `theta`.

    Returns:
        0 (alike) to 1. A true 0 is met by a 0 only.
    """
    if true == 0:
        return float(read != 0)
    distance = abs(read - true) / abs(true)
    return distance if distance <= theta else 1.0


def value_distance(read: str, true: str, tau: float = TAU, theta: float = THETA) -> float:
    """Distance of two cells: of numbers where both are numbers ("1,200", "$3", "45%"), of texts otherwise; 0..1."""
    a, b = parse_number(read), parse_number(true)
    if a is None or b is None:
        return text_distance(read, true, tau)
    return number_distance(a.value, b.value, theta)


def mappings(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Mapping]:
    """Take a table apart.

    Args:
        columns: the header row; its first cell stands over the row headers and is not used.
        rows: row header first.
    """
    return [Mapping(row[0], column, cell) for row in rows for column, cell in zip(columns[1:], row[1:], strict=False)]


def relative_mapping_similarity(
    read: Sequence[Mapping], true: Sequence[Mapping], tau: float = TAU, theta: float = THETA
) -> Similarity:
    """RMS of two tables, the better of the table as it was read and its transpose.

    Args:
        read: the prediction.
        true: the target.
        tau: a key whose normalised Levenshtein distance is above it counts as another key.
        theta: a number whose relative distance is above it counts as wrong.

    Returns:
        Precision over `read`, recall over `true`, F1. Two empty tables are alike.
    """
    turned = [Mapping(m.column, m.row, m.value) for m in read]
    return max(_similarity(read, true, tau, theta), _similarity(turned, true, tau, theta), key=lambda s: s.f1)


def _similarity(read: Sequence[Mapping], true: Sequence[Mapping], tau: float, theta: float) -> Similarity:
    if not read or not true:
        return Similarity(float(not read), float(not true), float(not read and not true))
    keys = [[text_distance(f"{p.row} {p.column}", f"{t.row} {t.column}", tau) for t in true] for p in read]
    values = [[value_distance(p.value, t.value, tau, theta) for t in true] for p in read]
    # The paper matches by keys alone. Where these tie, the values decide, or the order of the rows would.
    cost = [[k + 1e-6 * v for k, v in zip(*both, strict=True)] for both in zip(keys, values, strict=True)]
    pairs = cheapest_matching(cost)
    total = sum((1 - keys[i][j]) * (1 - values[i][j]) for i, j in pairs)
    return _from_total(total, len(read), len(true))


def point_similarity(
    read: Sequence[tuple[str, float, float]], true: Sequence[tuple[str, float, float]], tau: float = TAU
) -> Similarity:
    """RMS for scatter plots, whose points have no key: the key is the series, the value the place.

    Args:
        read: (series, x, y) of each point.
        true: likewise.
        tau: as in `relative_mapping_similarity`.

    Returns:
        As there. A point is as wrong as it is far off, where a tenth of the true points' extent in x or y counts as
        wholly wrong.
    """
    if not read or not true:
        return Similarity(float(not read), float(not true), float(not read and not true))
    extent = [max(p[k] for p in true) - min(p[k] for p in true) or 1.0 for k in (1, 2)]

    def similarity(p: tuple[str, float, float], t: tuple[str, float, float]) -> float:
        off = max(abs(p[k] - t[k]) / extent[k - 1] for k in (1, 2))
        return (1 - text_distance(p[0], t[0], tau)) * max(0.0, 1 - 10 * off)

    alike = [[similarity(p, t) for t in true] for p in read]
    pairs = cheapest_matching([[1 - a for a in row] for row in alike])
    return _from_total(sum(alike[i][j] for i, j in pairs), len(read), len(true))


def _from_total(total: float, read: int, true: int) -> Similarity:
    precision, recall = total / read, total / true
    return Similarity(precision, recall, 2 * precision * recall / (precision + recall) if total > 0 else 0.0)


def cheapest_matching(cost: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pair rows with columns, each at most once and as many as can be, at the least total cost.

    The Hungarian method with potentials (Kuhn, 1955; Jonker and Volgenant, 1987), O(rows² · columns).

    Args:
        cost: at least one row and column, all rows of one length.

    Returns:
        (row, column) pairs in order of rows, as many as the shorter side has.
    """
    if len(cost) > len(cost[0]):
        return sorted((i, j) for j, i in cheapest_matching(list(zip(*cost, strict=True))))
    count = len(cost[0])
    row_price = [0.0] * (len(cost) + 1)
    column_price = [0.0] * (count + 1)
    owner = [0] * (count + 1)  # row (from 1) that holds a column; column 0 holds the row that is being placed
    for row in range(1, len(cost) + 1):
        owner[0], column = row, 0
        least, came_from, done = [float("inf")] * (count + 1), [0] * (count + 1), [False] * (count + 1)
        while owner[column]:
            done[column] = True
            i, step, following = owner[column], float("inf"), 0
            for j in range(1, count + 1):
                if done[j]:
                    continue
                reduced = cost[i - 1][j - 1] - row_price[i] - column_price[j]
                if reduced < least[j]:
                    least[j], came_from[j] = reduced, column
                if least[j] < step:
                    step, following = least[j], j
            for j in range(count + 1):
                if done[j]:
                    row_price[owner[j]] += step
                    column_price[j] -= step
                else:
                    least[j] -= step
            column = following
        while column:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    return sorted((owner[j] - 1, j - 1) for j in range(1, count + 1) if owner[j])


def character_error_rate(read: Sequence[str], true: Sequence[str]) -> float:
    """Edit distance of texts over the length of the true ones.

    Args:
        read: one text per true one, "" where nothing was read.
        true: at least one character in all.

    Returns:
        0 where all is right; above 1 where more was made up than there is.
    """
    return sum(levenshtein(a, b) for a, b in zip(read, true, strict=True)) / sum(map(len, true))


def exact_cells(read: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> int:
    """Count the cells of a true table that were read exactly and in place (white space at the ends left aside)."""
    return sum(
        r < len(read) and c < len(read[r]) and read[r][c].strip() == cell.strip()
        for r, row in enumerate(true)
        for c, cell in enumerate(row)
    )
