"""What many installed plugins cost: 60 distributions of 5 tools each, generated, installed, and left alone.

    python benchmarks/discovery.py [--distributions 60] [--runs 10] [--json FILE]

Every generated module writes its name down when it is imported, so nothing is taken on trust. Targets: the
whole command `vista plugins --json` in under 0.5 s with none of them imported; loading one name imports one of theirs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

TOOLS = 5
LIMIT_S = 0.5
MODULE = """
import os
with open(os.environ["VISTA_BENCHMARK_IMPORTED"], "a") as imported:
    imported.write(__name__ + "\\n")
from vista_core import tool

@tool
def {name}(text: str) -> str:
    "Say it again."
    return text
"""
METADATA = """Metadata-Version: 2.3
Name: {name}
Version: 1.0.0
Summary: Five generated tools
License-Expression: Apache-2.0
Requires-Python: >=3.11
Requires-Dist: vista-core<0.2,>=0.1
Requires-Dist: pydantic>=2.9
Requires-Dist: numpy>=1.26
Requires-Dist: torch>=2; extra == 'gpu'
Provides-Extra: gpu
Description-Content-Type: text/markdown

{readme}
"""
LISTED, LOADED = "vista plugins --json", "load one tool and call it"
PLUGINS = ("from vista_cli.__main__ import main; main()", "plugins", "--json")
LOAD = "import vista_core as vista; print(vista.load('tool', {name!r})(text='hi').text)"


def generate(site: Path, count: int) -> list[str]:
    """Write `count` installed distributions into a folder, as pip would leave them; returns the tools' names."""
    names = []
    for number in range(count):
        module = f"bench_tools_{number:02}"
        info = site / f"{module}-1.0.0.dist-info"
        info.mkdir()
        entries = []
        for index in range(TOOLS):
            name = f"bench_{number:02}_{index}"
            (site / f"{module}_{index}.py").write_text(MODULE.format(name=name))
            entries.append(f"{name} = {module}_{index}:{name}")
            names.append(name)
        readme = "A description of some length, as packages have one.\n" * 80
        (info / "METADATA").write_text(METADATA.format(name=module.replace("_", "-"), readme=readme))
        (info / "entry_points.txt").write_text("\n".join(["[vista.tools]", *entries, ""]))
        (info / "WHEEL").write_text(
            "Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        (info / "INSTALLER").write_text("pip\n")
        (info / "RECORD").write_text("".join(f"{path.name},,\n" for path in site.glob(f"{module}_*.py")))
    return names


class Run(NamedTuple):
    """One fresh process: seconds by the clock and of the CPU, what it printed, the generated modules it imported."""

    seconds: float
    cpu_s: float
    output: str
    imported: list[str]


def run(site: Path, code: str, *words: str) -> Run:
    """Run a program with the site on its path."""
    log = site / "imported.txt"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "VISTA_BENCHMARK_IMPORTED": str(log)}
    command = [sys.executable, "-c", code, *words]
    started, used = time.perf_counter(), cpu_time()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, cpu_s = time.perf_counter() - started, cpu_time() - used
    return Run(seconds, cpu_s, done.stdout, log.read_text().split() if log.exists() else [])


def cpu_time() -> float:
    """Seconds of CPU that child processes have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, print a table, write JSON; a target that is missed is an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--distributions", type=int, default=60)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path, default=Path("discovery.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder)
        runs = {"vista plugins --json, none of them installed": [run(site, *PLUGINS) for _ in range(options.runs)]}
        names = generate(site, options.distributions)
        runs[LISTED] = [run(site, *PLUGINS) for _ in range(options.runs)]
        runs[LOADED] = [run(site, LOAD.format(name=names[-1])) for _ in range(options.runs)]
    rows = {row["name"]: row["status"] for row in json.loads(runs[LISTED][0].output)}
    assert [rows[name] for name in names] == ["found"] * len(names), "not every generated tool was found"
    table = {label: summary(each) for label, each in runs.items()}
    print(f"{options.distributions} distributions, {len(names)} tools; seconds of a fresh process")
    print(f"{'':44} {'best':>6} {'median':>7} {'CPU':>6}  imported of theirs")
    for label, row in table.items():
        imported = ", ".join(row["imported"]) or "none"
        print(f"{label:44} {row['best_s']:6.3f} {row['median_s']:7.3f} {row['cpu_s']:6.3f}  {imported}")
    load = os.getloadavg()[0]
    print(f"load average {load:.1f} on {os.cpu_count()} cores; above one a core, the clock counts other programs too")
    facts = {"python": sys.version.split()[0], "cores": os.cpu_count(), "load_average": load, "tools": len(names)}
    options.json.write_text(
        json.dumps({**facts, "distributions": options.distributions, "rows": table}, indent=1) + "\n"
    )
    wrong = []
    if table[LISTED]["best_s"] >= LIMIT_S:
        wrong.append(f"{LISTED} took {table[LISTED]['best_s']:.2f} s; the limit is {LIMIT_S} s")
    if table[LISTED]["imported"]:
        wrong.append(f"{LISTED} imported plugins")
    if len(table[LOADED]["imported"]) != 1:
        wrong.append(f"loading one name imported {len(table[LOADED]['imported'])} modules")
    if wrong:
        sys.exit("; ".join(wrong))


def summary(runs: list[Run]) -> dict[str, Any]:
    """Best and median by the clock, least CPU, and whatever any of the runs imported."""
    seconds = [one.seconds for one in runs]
    imported = sorted({name for one in runs for name in one.imported})
    cpu_s = min(one.cpu_s for one in runs)
    return {"best_s": min(seconds), "median_s": statistics.median(seconds), "cpu_s": cpu_s, "imported": imported}


if __name__ == "__main__":
    main()
