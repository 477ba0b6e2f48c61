"""How well tables are read by the tool `easyocr` (backend rapidocr, task extract_table)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

Table = list[list[str]]


def drawn_tables(count: int, seed: int) -> Iterator[tuple[Any, Table]]:
    """Tables drawn by vista_tasks_synthetic, a third of each level; (picture, cells as drawn, header row included)."""
    import numpy as np
    from vista_tasks_synthetic.table import SyntheticTable
    from vista_tasks_synthetic.tables import cell

    for number in range(count):
        task = SyntheticTable(level=number % 3 + 1)
        rng = np.random.default_rng([seed, number])
        data = task.content(rng)
        columns = list(zip(data.values, data.units, strict=True))
        body = [[name, *(cell(values[r], unit) for values, unit in columns)] for r, name in enumerate(data.names)]
        yield task.draw(data, rng), [[data.corner, *data.columns], *body]


def tabmwp_tables(folder: Path) -> Iterator[tuple[Any, Table]]:
    """The pictures of a TabMWP folder (problems.json, tables/ID.png) with their `table_for_pd`.

    Where a picture has no header row, table_for_pd names its columns "Column 1", "Column 2", ...; these are left out.
    """
    problems = json.loads((folder / "problems.json").read_text())
    for path in sorted((folder / "tables").glob("*.png")):
        table = problems[path.stem]["table_for_pd"]
        head = [name.strip() for name in table]
        rows = [[cell.strip() for cell in row] for row in zip(*table.values(), strict=True)]
        made_up = head == [f"Column {i + 1}" for i in range(len(head))]
        yield path, rows if made_up else [head, *rows]


def read_tables(tables: Iterator[tuple[Any, Table]]) -> dict[str, Any]:
    """Read tables and compare cell by cell.

    Returns:
        tables, cells, the share of cells exact and in place, the character error rate over all cells, median seconds,
        tables wholly right, the first cells that were wrong.
    """
    import vista_core
    from vista_core import ToolError
    from vista_tools_vision.chart.metrics import character_error_rate, exact_cells

    tool = vista_core.load("tool", "easyocr", backend="rapidocr")
    cells = exact = whole = count = 0
    pairs: list[tuple[str, str]] = []
    wrong, seconds = [], []
    for picture, true in tables:
        started = time.perf_counter()
        try:
            rows = tool(images=[picture], task="extract_table").data.rows
        except ToolError as error:
            rows = [[str(error)]]
        seconds.append(time.perf_counter() - started)
        right, size = exact_cells(rows, true), sum(map(len, true))
        cells, exact, whole, count = cells + size, exact + right, whole + (right == size), count + 1
        for r, row in enumerate(true):
            for c, cell in enumerate(row):
                seen = rows[r][c] if r < len(rows) and c < len(rows[r]) else ""
                pairs.append((seen, cell))
                if seen.strip() != cell:
                    wrong.append(f"{cell!r} read as {seen!r}")
    return {
        "tables": count,
        "cells": cells,
        "exact_cell_rate": round(exact / cells, 4),
        "character_error_rate": round(character_error_rate(*zip(*pairs, strict=True)), 4),
        "tables_wholly_right": whole,
        "median_s": round(median(seconds), 3),
        "wrong": wrong[:20],
    }
