"""How long the newcomer waits for nothing: `import vista_core` and `vista --help`, and what they import.

    python benchmarks/startup.py [--json FILE]

Each line is the best of several fresh processes, less nothing: the interpreter's own start is in it (and shown beside).
Targets: `import vista_core` under 0.2 s, `vista --help` under 0.3 s; neither imports a heavy library.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

HEAVY = ("torch", "transformers", "cv2", "gymnasium", "sympy", "numpy", "PIL", "pydantic")
FORBIDDEN = ("torch", "transformers", "cv2", "gymnasium", "sympy")
REPORT = f"import sys; print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
HELP = """
import sys
from importlib.metadata import entry_points
sys.argv = ["vista", "--help"]
(script,) = entry_points(group="console_scripts", name="vista")
try:
    script.load()()
except SystemExit as stop:
    assert not stop.code, stop
"""
PROGRAMS = {"python itself": "", "import vista_core": "import vista_core", "vista --help": HELP}


def timed(program: str, runs: int) -> tuple[float, float]:
    """Best and median seconds of a fresh process."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return min(times), statistics.median(times)


def imported(program: str) -> list[str]:
    """Which of the larger libraries a program imports."""
    done = subprocess.run([sys.executable, "-c", f"{program}\n{REPORT}"], check=True, capture_output=True, text=True)
    return json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"'))


def main() -> None:
    """Measure, print a table, write JSON; a forbidden import is an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", type=Path, default=Path("startup.json"))
    options = parser.parse_args()
    rows = {}
    print(f"{'':20} {'best s':>8} {'median s':>9}  imports")
    for name, program in PROGRAMS.items():
        libraries = imported(program)
        best, median = timed(program, options.runs)
        rows[name] = {"best_s": best, "median_s": median, "imports": libraries}
        print(f"{name:20} {best:8.3f} {median:9.3f}  {', '.join(libraries) or '-'}")
    options.json.write_text(json.dumps({"python": sys.version.split()[0], "rows": rows}, indent=1))
    wrong = [
        f"{name} imports {library}" for name, row in rows.items() for library in row["imports"] if library in FORBIDDEN
    ]
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main()
