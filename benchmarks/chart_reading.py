"""How well charts and tables are read without a model of charts, on pictures drawn by independent libraries.

    python benchmarks/chart_reading.py [--n 4] [--seed 0] [--types bar line ...] [--renderers vega ...] [--json FILE]
    python benchmarks/chart_reading.py --tabmwp FOLDER       also reads TabMWP's table pictures
    python benchmarks/chart_reading.py --draw FOLDER         only draws: PNG with JSON gold

Charts: RMS-F1 of the DePlot paper (arXiv:2212.10505) by type and renderer, for random data in random styles. Tables:
exact cells and character error rate. Costs: seconds on an 800 x 600 chart, memory of a worker, its growth.
Needs `pip install vista-gym[bench]`; a renderer that does not work here is left out, and named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from charts import cost, ocr, reading
from charts.data import KINDS
from charts.drawing import RENDERERS, drawings, save, usable

LIBRARIES = ("matplotlib", "vl-convert-python", "plotly", "kaleido", "pygal", "lets-plot", "rapidocr", "onnxruntime")


def main() -> None:
    """Measure, print tables, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=4, help="charts per type and renderer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--types", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--renderers", nargs="+", choices=tuple(RENDERERS), default=tuple(RENDERERS))
    parser.add_argument("--draw", type=Path, help="only draw: write PNG and JSON gold to this folder")
    parser.add_argument("--keep", type=Path, help="write pictures that scored under 0.9, with gold and reading, here")
    parser.add_argument("--tables", type=int, default=60, help="synthetic tables to read; 0 for none")
    parser.add_argument("--tabmwp", type=Path, help="folder with problems.json and tables/")
    parser.add_argument("--calls", type=int, default=200, help="tool calls while memory is watched; 0 for none")
    parser.add_argument("--json", type=Path, default=Path("chart_reading.json"))
    options = parser.parse_args()
    renderers, missing = usable(options.renderers)
    for name, why in missing.items():
        print(f"{name} does not work here and is left out ({why})")
    if options.draw:
        print(f"{save(options.draw, options.n, options.seed, options.types, renderers)} charts in {options.draw}")
        return
    results = reading.read_all(drawings(options.n, options.seed, options.types, renderers), options.keep)
    report: dict[str, Any] = {**facts(), "seed": options.seed, "n": options.n, "left_out": missing}
    report["charts"] = reading.summary(results)
    reading.print_summary(report["charts"])
    if options.tables:
        report["synthetic_tables"] = ocr.read_tables(ocr.drawn_tables(options.tables, options.seed))
    if options.tabmwp:
        report["tabmwp"] = ocr.read_tables(ocr.tabmwp_tables(options.tabmwp))
    for name in ("synthetic_tables", "tabmwp"):
        if name in report:
            row = report[name]
            print(f"{name}: {row['exact_cell_rate']:.2%} of {row['cells']} cells exact and in place,")
            print(f"    character error rate {row['character_error_rate']:.2%}, {row['median_s']:.2f} s a table,")
            print(f"    {row['tables_wholly_right']} of {row['tables']} tables wholly right")
    if options.calls:
        report["seconds_800x600"] = cost.seconds(10)
        report["memory"] = cost.memory(options.calls, options.seed)
        row = report["seconds_800x600"]
        print("800 x 600 chart: OCR {ocr_s:.2f} s ({ocr_cpu_s:.2f} s of CPU),".format(**row), end=" ")
        print("whole reading {reading_s:.2f} s ({reading_cpu_s:.2f} s of CPU)".format(**row))
        row = report["memory"]
        print("worker: {set_up_mib:.0f} MiB set up, {loaded_mib:.0f} after the first pictures,".format(**row), end=" ")
        print("{end_mib:.0f} after {calls} calls ({growth:+.1%}), at most {peak_mib:.0f}".format(**row))
    print(f"load average {report['load_average']:.1f} at the start; seconds count other programs too")
    options.json.write_text(json.dumps(report, indent=1) + "\n")


def facts() -> dict[str, Any]:
    """What the figures depend on."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "versions": versions,
    }


if __name__ == "__main__":
    main()
