"""The check by import: each distribution is imported in a child process, with a time limit."""

import contextlib
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from vista_core import PluginError, PluginRow, available

# A plugin with one of these can be used.
USABLE = ("ok", "prints")


class CheckResult(NamedTuple):
    """What importing a plugin showed.

    Attributes:
        row: the plugin.
        status: `ok`, `prints` (usable), `import error`, `wrong type`, `timed out`, `crashed`; or, where it is not
            importable, the row's own.
        seconds: time of the import; None when it did not come to an end.
        problem: what is wrong, when it is not `ok`.
        remedy: what to do about it.
    """

    row: PluginRow
    status: str
    seconds: float | None = None
    problem: str = ""
    remedy: str = ""


def check(rows: Iterable[PluginRow] | None = None, *, timeout_s: float = 30.0, jobs: int = 2) -> list[CheckResult]:
    """Import plugins and look at their types, without importing anything here.

    Args:
        rows: the plugins; all that are installed by default.
        timeout_s: limit for the imports of one distribution, in seconds.
        jobs: child processes at a time.

    Returns:
        One result for each row, in the order of the rows.
    """
    asked = list(available() if rows is None else rows)
    results = {row: CheckResult(row, row.status, None, row.problem, row.remedy) for row in asked}
    groups: dict[str, list[PluginRow]] = {}
    for row in asked:
        if row.status in ("found", "name clash"):
            groups.setdefault(row.distribution, []).append(row)
    with ThreadPoolExecutor(jobs) as pool:
        for found in pool.map(lambda group: _in_child(group, timeout_s), groups.values()):
            results.update({result.row: result for result in found})
    return [results[row] for row in asked]


def _in_child(rows: list[PluginRow], timeout_s: float) -> list[CheckResult]:
    """Import the plugins of one distribution in a child; where it hangs or dies, the ones after it are tried anew."""
    if not rows:
        return []
    # The report is a file of its own: what a plugin prints at import must not be taken for it.
    with tempfile.NamedTemporaryFile("r") as report:
        command = [sys.executable, "-m", "vista_cli.check", report.name, json.dumps(rows)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        status, problem = "crashed", "its import ended the process"
        try:
            child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            status, problem = "timed out", f"its import took longer than {timeout_s:g} s"
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        results = [_result(row, *json.loads(line)) for row, line in zip(rows, report, strict=False)]
    if len(results) < len(rows):
        row = rows[len(results)]
        remedy = f"report it to the author of {row.distribution}; VISTA_DISABLE={row.full_name} hides it"
        results.append(CheckResult(row, status, None, problem, remedy))
    return results + _in_child(rows[len(results) :], timeout_s)


def _result(row: PluginRow, status: str, seconds: float, problem: str, remedy: str) -> CheckResult:
    """The child's verdict; a name clash stays one as long as both sides can be imported."""
    if status in USABLE and row.status == "name clash":
        return CheckResult(row, row.status, seconds, row.problem, row.remedy)
    return CheckResult(row, status, seconds, problem, remedy)


def _child(report: str, rows: str) -> None:
    """In the child: import each object and write one line about it."""
    from vista_core.discovery.objects import import_object

    with open(report, "a", buffering=1) as lines:
        for fields in json.loads(rows):
            row = PluginRow(*fields)
            printed = io.StringIO()
            started = time.perf_counter()
            # Once to hear what it prints; whatever else goes wrong shows in the import that counts.
            with contextlib.suppress(Exception, SystemExit), contextlib.redirect_stdout(printed):
                importlib.import_module(row.target.rpartition(":")[0])
            status, problem, remedy = "ok", "", ""
            if printed.getvalue():
                status, problem = "prints", "its import prints to standard output"
                remedy = f"ask the author of {row.distribution} to use logging; what it prints goes to standard error"
            try:
                import_object(row)
            except PluginError as error:
                status = "import error" if error.__cause__ else "wrong type"
                problem, _, remedy = str(error).partition(" Remedy: ")
            lines.write(json.dumps([status, round(time.perf_counter() - started, 4), problem, remedy]) + "\n")


if __name__ == "__main__":
    _child(*sys.argv[1:])
