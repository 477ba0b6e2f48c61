"""Start the trainers under `accelerate launch`, and follow the metrics that a run writes."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vista_core.errors import VistaError

ONE_PROCESS = ("--num_processes", "1", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no")


class TrainingFailed(VistaError):
    """The training process ended with an error; the text has its last words and the log's path."""


def train_command(config: str | Path, overrides: Sequence[str] = (), launch: Sequence[str] = ()) -> list[str]:
    """Return the command line `accelerate launch LAUNCH -m vista_trainers CONFIG OVERRIDES`, for this interpreter.

    `--quiet` leaves out accelerate's own traceback under the trainers' sentence.
    """
    return [
        sys.executable, "-m", "accelerate.commands.launch", "--quiet", *launch,
        "-m", "vista_trainers", str(config), *overrides,
    ]  # fmt: skip


def follow(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the complete JSON lines of `path` after byte `offset`, and the offset to go on from.

    A line that is still being written has no newline yet and waits; a file that is not there yet has no lines.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    complete = data[: data.rfind(b"\n") + 1]
    rows = [json.loads(line) for line in complete.splitlines() if line.strip()]
    # What is not a number (a NaN is written as text) becomes None: the curves then leave the point out.
    return [
        {key: None if isinstance(value, str) else value for key, value in row.items()} for row in rows
    ], offset + len(complete)


def run_training(
    command: Sequence[str], metrics: Path, log: Path, on_row: Callable[[dict[str, Any]], None], poll_s: float = 0.2
) -> list[dict[str, Any]]:
    """Run a training command and hand over each metrics row as it is written.

    Args:
        command: from `train_command`.
        metrics: the metrics.jsonl that the run writes.
        log: file that gets what the process prints.
        on_row: called with each row, in this process.
        poll_s: seconds between two looks.

    Returns:
        All rows.

    Raises:
        TrainingFailed: the process ended with a non-zero code.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    with log.open("wb") as sink:
        # A session of its own: accelerate starts the trainer as a child of its own, and both must end when we do.
        child = subprocess.Popen(
            command,
            stdout=sink,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        try:
            for fresh in _watch(child, metrics, poll_s):
                rows += fresh
                for row in fresh:
                    on_row(row)
        finally:
            _stop(child)
    if child.returncode:
        raise TrainingFailed(
            f"Training ended with exit code {child.returncode}: {last_words(log)} The whole log is {log}."
        )
    return rows


def environment() -> dict[str, str]:
    """Return the environment of a training process: this one's, with one thread unless the user says otherwise."""
    return {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1", **os.environ}


def last_words(log: Path) -> str:
    """Return the line of a log that says what went wrong: the trainers' sentence, else the last exception or line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    # accelerate wraps a failure into an exception of its own; the cause stands before it.
    lines = [line for line in lines if "CalledProcessError" not in line] or ["it printed nothing."]
    said = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
    return (said or raised or lines)[-1][:400]


def _watch(child: "subprocess.Popen[bytes]", metrics: Path, poll_s: float) -> Iterator[list[dict[str, Any]]]:
    offset = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=poll_s)
        ended = child.poll() is not None  # looked at before reading, so that no row is missed
        rows, offset = follow(metrics, offset)
        yield rows
        if ended:
            return


def _stop(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is not None:
        return
    os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
