"""Whether a copy of a data set is whole: what `DatasetTask.report` and `vista tasks NAME --check ROOT` do."""

from collections import Counter
from typing import Any

from vista_core.dataset import DatasetTask
from vista_core.errors import TaskDataError

SHOWN = 10
"""Sentences of each kind that are kept."""


def examined(task: DatasetTask) -> dict[str, Any]:
    """Read every row of a task's copy, and look for every picture (none is decoded).

    Returns:
        layout; counts: split -> rows; the numbers of duplicate_ids, outside_vocabulary (answers that cannot be),
        malformed (rows) and missing_pictures (rows with one); problems: sentences, the first ten of each kind.
    """
    found = Counter(duplicate_ids=0, outside_vocabulary=0, malformed=0, missing_pictures=0)
    problems: list[str] = []

    def amiss(kind: str, key: str, what: object) -> None:
        found[kind] += 1
        problems.extend([f"{key}: {what}"] if found[kind] <= SHOWN else [])

    for split in task.splits:
        seen: set[str] = set()
        for key in (f"{split}/{index}" for index in range(task.size(split))):
            try:
                row = task.row(key)
                name = task.asked(task.row_id, row)
                if name in seen:
                    amiss("duplicate_ids", key, f"the id {name!r} comes twice")
                seen |= {name} - {""}
                task.asked(task.to_gold, row)
                if what := task.asked(task.outside, row):
                    amiss("outside_vocabulary", key, what)
                sources = task.asked(task.pictures, row)
            except TaskDataError as error:
                amiss("malformed", key, error)
                continue
            try:
                for source in sources:
                    task.located(source)
            except TaskDataError as error:
                amiss("missing_pictures", key, error)
    counts = {split: task.size(split) for split in task.splits}
    return {"layout": task.layout.name, "counts": counts, **found, "problems": problems}
