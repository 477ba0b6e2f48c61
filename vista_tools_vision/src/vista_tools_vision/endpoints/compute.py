"""Computing over the cells of a chart's table; each result says the cells that it used."""

import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from vista_tools_vision.chart.numbers import number_text
from vista_tools_vision.endpoints.data import Cell, DataTable
from vista_tools_vision.endpoints.question import NotUnderstood, Query, counted_thing, understand


@dataclass(slots=True)
class Result:
    """An answer and how it came about.

    Attributes:
        answer: the answer in short: a number, a name, "yes" or "no".
        value: as a number, where it is one.
        operation: what was computed.
        cells: the cells used.
        how: the computation in words.
        ignored: words of the question that played no part.
    """

    answer: str
    value: float | None
    operation: str
    cells: list[Cell]
    how: str
    ignored: list[str] = field(default_factory=list)


def answer(question: str, table: DataTable) -> Result:
    """Answer a question over a table.

    Raises:
        NotUnderstood: the question is not understood, or the table has not what it asks for; says what.
    """
    query = understand(question, table)
    if query.operation == "count":
        result = _count(counted_thing(question, table), table)
    else:
        result = OPERATIONS[query.operation](query, table)
    result.ignored = query.ignored
    return result


def shown(value: float) -> str:
    """A computed number: six significant digits, no exponent.

    Example:
        >>> shown(35.0), shown(2 / 3)
        ('35', '0.666667')
    """
    return number_text(float(f"{value:.6g}")) if abs(value) < 1e6 else number_text(round(value, 2))


def trend_of(cells: list[Cell]) -> str:
    """In words how values go along the rows: "rises", "falls", "stays level", or by how much over all."""
    steps = [b.value - a.value for a, b in itertools.pairwise(cells)]
    spread = max(c.value for c in cells) - min(c.value for c in cells)
    if not spread:
        return "stays level"
    if all(step >= 0 for step in steps):
        return "rises throughout" if all(steps) else "never falls"
    if all(step <= 0 for step in steps):
        return "falls throughout" if all(steps) else "never rises"
    whole = cells[-1].value - cells[0].value
    if abs(whole) < 0.1 * spread:
        return "goes up and down, and ends about where it began"
    return "rises overall, with falls between" if whole > 0 else "falls overall, with rises between"


def _count(what: str, table: DataTable) -> Result:
    if what == "series":
        number, words = len(table.columns), "series"
    elif what == "marks" and table.kind == "scatter":
        number, words = len(table.rows), "points"
    elif what == "marks":
        number, words = len(table.cells), {"bar": "bars", "line": "points"}.get(table.kind, "slices")
    else:
        number, words = len(table.rows), "categories"
    return Result(str(number), float(number), "count", list(table.cells), f"{number} {words} were found")


def _chosen(query: Query, table: DataTable) -> list[Cell]:
    """The cells of the rows and columns in question; all where none is named."""
    rows = query.rows or table.rows
    if query.span:
        if not table.ordered:
            raise NotUnderstood(f"a range from {query.rows[0]} to {query.rows[1]}: the names have no order")
        first, last = sorted(table.rows.index(name) for name in query.rows[:2])
        rows = table.rows[first : last + 1]
    columns = query.columns or table.columns
    pairs = [(row, column) for row in rows for column in columns]
    if len(query.rows) > 1 and len(query.columns) > 1 and not query.span:
        kinds = [kind for kind, _ in query.operands if kind in ("row", "column")]
        changes = sum(a != b for a, b in itertools.pairwise(kinds))
        if changes > 1:  # not "A and B in 2010 and 2011"
            if len(query.rows) != len(query.columns) or changes != len(kinds) - 1:
                raise NotUnderstood("which row goes with which series")
            pairs = list(zip(query.rows, query.columns, strict=True))
    cells = [cell for row, column in pairs if (cell := table.cell(row, column))]
    if not cells:
        raise NotUnderstood(f"there is no value for {' and '.join(query.rows + query.columns)}")
    return cells


def _one(query: Query, table: DataTable) -> Cell:
    """The one cell that is named."""
    cells = _chosen(query, table)
    if len(cells) > 1:
        raise NotUnderstood(f"which value is meant, of {_names(cells)}")
    return cells[0]


def _pair(query: Query, table: DataTable) -> tuple[Cell, Cell]:
    """Two cells in the order of the question: two rows of one series, two series of one row, or extremes."""
    extremes = [name for kind, name in query.operands if kind in ("max", "min")]
    if extremes:
        cells = _chosen(query, table)
        if extremes == ["max"] and not query.rows and len(query.columns) != 2:
            raise NotUnderstood("what the highest is to be compared with")
        if len(extremes) != 2 or extremes[0] == extremes[1]:
            raise NotUnderstood("one extreme together with other values")
        first, second = (_extreme(cells, extreme, 1) for extreme in extremes)
        return first, second
    rows = list(dict.fromkeys(name for kind, name in query.operands if kind == "row"))
    columns = list(dict.fromkeys(name for kind, name in query.operands if kind == "column"))
    kinds = [kind for kind, _ in query.operands]
    if len(rows) == 2 and len(columns) == 2:
        if kinds not in (["row", "column"] * 2, ["column", "row"] * 2):
            raise NotUnderstood("which row goes with which series")
        pairs = list(zip(rows, columns, strict=True))
    elif len(rows) == 2 and len(columns) <= 1:
        column = columns[0] if columns else _only(table.columns, "series")
        pairs = [(row, column) for row in rows]
    elif len(columns) == 2 and len(rows) <= 1:
        row = rows[0] if rows else _only(table.rows, "row")
        pairs = [(row, column) for column in columns]
    else:
        named = ", ".join(rows + columns) or "nothing"
        raise NotUnderstood(f"two values to compare are needed, and it names {named}")
    cells = [table.cell(row, column) for row, column in pairs]
    if cells[0] is None or cells[1] is None:
        raise NotUnderstood(f"there is no value for {' or '.join(', '.join(filter(None, pair)) for pair in pairs)}")
    return cells[0], cells[1]


def _only(names: list[str], what: str) -> str:
    if len(names) != 1:
        raise NotUnderstood(f"which {what} is meant, of {', '.join(names)}")
    return names[0]


def _extreme(cells: list[Cell], which: str, rank: int) -> Cell:
    ordered = sorted(cells, key=lambda cell: -cell.value if which == "max" else cell.value)
    if rank > len(ordered):
        raise NotUnderstood(f"there are only {len(ordered)} values")
    return ordered[rank - 1]


def _value(query: Query, table: DataTable) -> Result:
    cell = _one(query, table)
    return Result(cell.text, cell.value, "value", [cell], f"{cell.name} is {cell.text}")


def _extremum(query: Query, table: DataTable) -> Result:
    cells = _chosen(query, table)
    which = next(kind for kind, _ in query.operands if kind in ("max", "min"))
    found = _extreme(cells, which, query.rank)
    ties = [cell for cell in cells if cell.value == found.value]
    word = {"max": "highest", "min": "lowest"}[which]
    rank = f"{query.rank}. " if query.rank > 1 else ""
    name = " and ".join(cell.name for cell in ties)
    answer = name if query.wants_name else found.text
    return Result(
        answer, found.value, "extremum", ties, f"the {rank}{word} of {len(cells)} values is {found.text} ({name})"
    )


def _difference(query: Query, table: DataTable) -> Result:
    first, second = _pair(query, table)
    value = first.value - second.value
    if not query.relation and query.operation == "difference":
        first, second, value = (first, second, value) if value >= 0 else (second, first, -value)
    elif query.relation in ("<", "<="):
        first, second, value = second, first, -value
    how = f"{first.name} {first.text} - {second.name} {second.text} = {shown(value)}"
    return Result(shown(value), value, "difference", [first, second], how)


def _ratio(query: Query, table: DataTable) -> Result:
    first, second = _pair(query, table)
    if second.value == 0:
        raise NotUnderstood(f"a ratio to {second.name}, which is 0")
    value = first.value / second.value
    how = f"{first.name} {first.text} / {second.name} {second.text} = {shown(value)}"
    return Result(shown(value), value, "ratio", [first, second], how)


def _aggregate(name: str, compute: Callable[[list[float]], float]) -> Callable[[Query, DataTable], Result]:
    def run(query: Query, table: DataTable) -> Result:
        extremes = [kind for kind, _ in query.operands if kind in ("max", "min")]
        cells = list(_pair(query, table)) if extremes else _chosen(query, table)
        if not extremes and table.kind == "scatter" and not query.columns:
            raise NotUnderstood(f"which of {' and '.join(table.columns)} is meant")
        value = compute([cell.value for cell in cells])
        how = f"the {name} of {_listed(cells)} = {shown(value)}"
        return Result(shown(value), value, name, cells, how)

    return run


def _share(query: Query, table: DataTable) -> Result:
    cell = _one(query, table)
    if table.unit == "%" or cell.text.endswith("%"):
        return Result(
            f"{shown(cell.value)}%", cell.value, "value", [cell], f"{cell.name} is {cell.text}, a percentage itself"
        )
    column = table.column(cell.column)
    whole = sum(c.value for c in column)
    if whole <= 0 or min(c.value for c in column) < 0:
        raise NotUnderstood("a share of values that are not all positive")
    value = 100 * cell.value / whole
    how = f"{cell.name} {cell.text} / the sum {shown(whole)} of {len(column)} values = {shown(value)}%"
    return Result(f"{shown(value)}%", value, "share", [cell, *(c for c in column if c != cell)], how)


def _ends(query: Query, table: DataTable) -> tuple[Cell, Cell]:
    """First and last of a change: the two rows that are named."""
    if len(query.rows) != 2:
        raise NotUnderstood("a change needs two rows: from which one to which other")
    column = query.columns[0] if len(query.columns) == 1 else _only(table.columns, "series")
    cells = [table.cell(row, column) for row in query.rows]
    if cells[0] is None or cells[1] is None:
        raise NotUnderstood(f"there is no value for {' or '.join(query.rows)}")
    return cells[0], cells[1]


def _change(query: Query, table: DataTable) -> Result:
    first, last = _ends(query, table)
    value = first.value - last.value if query.falling else last.value - first.value
    how = f"from {first.name} {first.text} to {last.name} {last.text}: {_moved(first, last)}"
    return Result(shown(value), value, "change", [first, last], how)


def _percent_change(query: Query, table: DataTable) -> Result:
    first, last = _ends(query, table)
    if first.value == 0:
        raise NotUnderstood(f"a change in percent of {first.name}, which is 0")
    value = 100 * (last.value - first.value) / abs(first.value) * (-1 if query.falling else 1)
    how = f"from {first.name} {first.text} to {last.name} {last.text}: {_moved(first, last)}"
    return Result(f"{shown(value)}%", value, "percent change", [first, last], how)


def _moved(first: Cell, last: Cell) -> str:
    step = last.value - first.value
    return f"{'rose' if step > 0 else 'fell'} by {shown(abs(step))}" if step else "stayed the same"


def _trend(query: Query, table: DataTable) -> Result:
    if not table.ordered or table.kind == "scatter":
        raise NotUnderstood("a trend: the names of this chart have no order")
    if len(query.rows) not in (0, 2):
        raise NotUnderstood("a trend needs no row, or two: from which one to which other")
    query.span = len(query.rows) == 2
    column = query.columns[0] if len(query.columns) == 1 else _only(table.columns, "series")
    cells = [cell for cell in _chosen(query, table) if cell.column == column]
    if len(cells) < 2:
        raise NotUnderstood("a trend of fewer than two values")
    words = trend_of(cells)
    how = f"{words}: from {cells[0].text} ({cells[0].row}) to {cells[-1].text} ({cells[-1].row})"
    clear = {"rises throughout": 1, "never falls": 1, "stays level": 0, "falls throughout": -1, "never rises": -1}
    answer = words
    if query.yes_no and words in clear:
        answer = "yes" if clear[words] == (-1 if query.falling else 1) else "no"
    return Result(answer, None, "trend", cells, how)


def _is_extreme(query: Query, table: DataTable) -> Result:
    if len(query.rows) != 1:
        raise NotUnderstood("which one row is asked about")
    column = query.columns[0] if len(query.columns) == 1 else _only(table.columns, "series")
    cell, cells = table.cell(query.rows[0], column), table.column(column)
    if cell is None:
        raise NotUnderstood(f"there is no value for {query.rows[0]}")
    which = next(kind for kind, _ in query.operands if kind in ("max", "min"))
    found = _extreme(cells, which, query.rank)
    word = {"max": "highest", "min": "lowest"}[which]
    how = f"{cell.name} is {cell.text}; the {word} of {len(cells)} values is {found.text} ({found.name})"
    return Result("yes" if cell.value == found.value else "no", None, "comparison", [cell, found], how)


_RELATES: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}


def _count_if(query: Query, table: DataTable) -> Result:
    cells = _chosen(query, table)
    if len(table.columns) > 1 and len(query.columns) != 1 and len(query.rows) != 1:
        raise NotUnderstood(f"which series is meant, of {', '.join(table.columns)}")
    assert query.number is not None  # that is what makes it this operation
    found = [cell for cell in cells if _RELATES[query.relation](cell.value, query.number)]
    how = f"{len(found)} of {len(cells)} values are {query.relation} {shown(query.number)}: {_listed(found) or 'none'}"
    return Result(str(len(found)), float(len(found)), "count", found or cells, how)


def _compare(query: Query, table: DataTable) -> Result:
    if query.number is not None:
        cell = _one(query, table)
        holds = _RELATES[query.relation](cell.value, query.number)
        how = f"{cell.name} is {cell.text}, {'' if holds else 'not '}{query.relation} {shown(query.number)}"
        return Result("yes" if holds else "no", None, "comparison", [cell], how)
    first, second = _pair(query, table)
    sign = ">" if first.value > second.value else "<" if first.value < second.value else "="
    how = f"{first.name} {first.text} {sign} {second.name} {second.text}"
    if query.wants_name:
        if query.relation == "=":
            raise NotUnderstood("which of two is equal")
        larger, smaller = (first, second) if sign == ">" else (second, first)
        named = "they are equal" if sign == "=" else (larger if query.relation[0] == ">" else smaller).name
        return Result(named, None, "comparison", [first, second], how)
    holds = _RELATES[query.relation](first.value, second.value)
    return Result("yes" if holds else "no", None, "comparison", [first, second], how)


def _names(cells: list[Cell]) -> str:
    shown_names = [cell.name for cell in cells[:6]]
    return ", ".join(shown_names) + (f" and {len(cells) - 6} more" if len(cells) > 6 else "")


def _listed(cells: list[Cell]) -> str:
    texts = [f"{cell.name} {cell.text}" for cell in cells[:12]]
    return ", ".join(texts) + (f" and {len(cells) - 12} more" if len(cells) > 12 else "")


OPERATIONS: dict[str, Callable[[Query, DataTable], Result]] = {
    "value": _value,
    "extremum": _extremum,
    "is_extreme": _is_extreme,
    "difference": _difference,
    "minus": _difference,
    "ratio": _ratio,
    "sum": _aggregate("sum", sum),
    "mean": _aggregate("mean", statistics.fmean),
    "median": _aggregate("median", statistics.median),
    "share": _share,
    "change": _change,
    "percent_change": _percent_change,
    "trend": _trend,
    "count_if": _count_if,
    "compare": _compare,
}
