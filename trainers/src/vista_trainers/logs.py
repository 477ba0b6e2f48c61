"""What a run writes about itself: metrics as JSON lines and TensorBoard events (both are hooks), and progress bars."""

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from vista_core import Trajectory, hookimpl, well_formed

from vista_trainers.faults import fault_levels, fault_source


class JsonlMetrics:
    """Writes each record of `vista_log` as one line of `metrics.jsonl`: `{"step": 3, "reward": 1.4, ...}`.

    A line is written by one call and flushed, so that a program can follow the file and a kill tears at most one line.

    Args:
        folder: of the run; a file that is there is appended to.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder) / "metrics.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)

    @hookimpl
    def vista_log(self, record: dict[str, Any], step: int) -> None:
        """Appends a line."""
        line = json.dumps({"step": step} | {name: _plain(value) for name, value in record.items()}) + "\n"
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)

    def truncate(self, step: int) -> None:
        """Drops the lines after `step` (and a torn one): a resumed run writes them again."""
        if not self.path.is_file():
            return
        kept = [json.dumps(record) + "\n" for record in read_metrics(self.path) if record["step"] <= step]
        scratch = self.path.with_suffix(".tmp")
        scratch.write_text("".join(kept), encoding="utf-8")
        scratch.replace(self.path)


class TensorBoardMetrics:
    """Writes the numbers of each record of `vista_log` as TensorBoard scalars.

    Args:
        folder: where the event files go.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = str(folder)
        self._writer: Any = None

    @hookimpl
    def vista_log(self, record: dict[str, Any], step: int) -> None:
        """Writes the record's numbers; texts are left to the JSON lines."""
        if self._writer is None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(self._folder)
        for name, value in record.items():
            value = _plain(value)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Flushes and closes the event file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def read_metrics(path: str | Path) -> list[dict[str, Any]]:
    """The records of a `metrics.jsonl`, oldest first; a torn last line is left out."""
    records = []
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        if not line.endswith("\n"):
            break
        records.append(json.loads(line))
    return records


def trajectory_metrics(trajectories: Sequence[Trajectory]) -> dict[str, float]:
    """Means over finished trajectories, under the names that curves and reports use.

    Returns:
        `reward` and `reward/<part>`, `correct`, `well_formed`, `calls`, `turns`, `truncated`, `policy_tokens` (means
        over the trajectories that did not fault), `cached` (share of the calls), `tool_seconds` (mean of a call),
        `faults` (a count), `faults/<tool>` and `faults/level_<n>` (see `fault_levels`).
    """
    good = [trajectory for trajectory in trajectories if trajectory.status != "faulted"]
    metrics: dict[str, float] = {}
    if good:
        parts = sorted({part for t in good if t.reward for part in t.reward.parts})
        metrics["reward"] = _mean([t.reward.total for t in good if t.reward])
        for part in parts:
            metrics[f"reward/{part}"] = _mean([t.reward.parts.get(part, 0.0) for t in good if t.reward])
        metrics["correct"] = _mean([float(t.score.correct) for t in good if t.score])
        metrics["well_formed"] = _mean([float(well_formed(t)) for t in good])
        metrics["calls"] = _mean([len(t.calls) for t in good])
        metrics["turns"] = _mean([len(t.turns) for t in good])
        metrics["truncated"] = _mean([float(t.status == "truncated") for t in good])
        if any(t.segments for t in good):
            metrics["policy_tokens"] = _mean([sum(int(s.mask.sum()) for s in t.segments) for t in good])
        notes = [note for t in good for note in t.runtime.get("calls", [])]
        if notes:
            metrics["cached"] = _mean([float(note["cached"]) for note in notes])
            metrics["tool_seconds"] = _mean([note["seconds"] for note in notes])
    metrics["faults"] = len(trajectories) - len(good)
    sources = Counter(source for t in trajectories if (source := fault_source(t)) is not None)
    metrics |= {f"faults/{source}": n for source, n in sorted(sources.items())}
    metrics |= {f"faults/level_{level}": n for level, n in fault_levels(trajectories).items()}
    return metrics


class ProgressBar:
    """A bar that counts trajectories and shows their mean reward and faults."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._rewards = self._counted = self._faults = 0.0

    def count(self, trajectory: Trajectory) -> None:
        """Counts a finished trajectory."""
        if self._bar is None:
            return
        if trajectory.reward is not None:
            self._rewards += trajectory.reward.total
            self._counted += 1
        self._faults += trajectory.status == "faulted"
        shown = {"reward": f"{self._rewards / self._counted:.2f}"} if self._counted else {}
        self._bar.set_postfix(shown | ({"faults": int(self._faults)} if self._faults else {}), refresh=False)
        self._bar.update()


@contextmanager
def progress_bar(total: int, title: str, *, show: bool = True) -> Iterator[ProgressBar]:
    """A progress bar on a terminal; nothing where standard error is none, or `show` is False."""
    if not show:
        yield ProgressBar(None)
        return
    from tqdm import tqdm  # type: ignore[import-untyped]

    with tqdm(total=total, desc=title, disable=None, unit="traj") as bar:
        yield ProgressBar(bar)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def _plain(value: Any) -> Any:
    """A value that JSON can hold: numpy and torch numbers as floats, NaN and infinity as text."""
    if hasattr(value, "item"):
        value = value.item()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
