"""What OCR and a chart reading cost: seconds on an 800 x 600 chart, and memory of a process that does nothing else.

python -m charts.cost CALLS FOLDER       the worker whose memory is measured: reads the folder's pictures in turn
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from charts.drawing import save, usable

WARM_UP = 3
"""Rounds over the pictures before growth counts: the allocator's pools fill first."""


def chart_800x600(number: int) -> Any:
    """A bar or line chart of 800 x 600 px by matplotlib; RGB uint8 (600, 800, 3)."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np
    from PIL import Image

    rng = random.Random(number)
    figure, axes = plt.subplots(figsize=(8, 6), dpi=100)
    names = ["Austria", "Brazil", "Canada", "Denmark", "Egypt", "France"]
    for series in ("North", "South") if number % 2 else ("North",):
        (axes.plot if number % 2 else axes.bar)(names, [rng.randint(5, 99) for _ in names], label=series)
    axes.set(title="Units sold per region", xlabel="Country", ylabel="Units")
    axes.legend()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return np.asarray(Image.open(buffer).convert("RGB"))


def seconds(count: int) -> dict[str, float]:
    """Medians over `count` charts, one thread: OCR (find and read all text), and a whole reading."""
    from vista_tools_vision.backends import paddle_engine, read_words
    from vista_tools_vision.chart.reader import read_chart
    from vista_tools_vision.chart.scene import ChartUnreadable

    engine = paddle_engine(1).latin()
    times: list[tuple[float, ...]] = []
    for number in range(count + 1):
        image = chart_800x600(number)
        clocks = [_clocks()]
        read_words(image, engine)
        clocks.append(_clocks())
        try:
            read_chart(image, engine)
        except ChartUnreadable as error:
            print(f"chart {number}: {error}")
        clocks.append(_clocks())
        if number:  # the first call warms up
            times.append(tuple(b[k] - a[k] for a, b in pairwise(clocks) for k in (0, 1)))
    names = ("ocr_s", "ocr_cpu_s", "reading_s", "reading_cpu_s")
    return {name: round(median(row[k] for row in times), 3) for k, name in enumerate(names)}


def _clocks() -> tuple[float, float]:
    """The wall's clock and this process's CPU time; on a busy machine only the second tells the cost."""
    return time.perf_counter(), time.process_time()


def memory(calls: int, seed: int) -> dict[str, Any]:
    """Memory of a fresh process with OCR loaded, and its growth over `calls` tool calls in a row."""
    with tempfile.TemporaryDirectory() as folder:  # drawn here, as a drawing library would count as well
        save(Path(folder), 1, seed, ("bar", "line", "pie", "grouped"), usable(("matplotlib", "vega", "plotly"))[0])
        command = [sys.executable, "-m", "charts.cost", str(calls), folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    row: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    row["growth"] = round(row["end_mib"] / row["loaded_mib"] - 1, 4)
    return row


def _worker(calls: int) -> None:
    """Load OCR and the chart reader, read each picture a few times, then go on in turn."""
    import psutil
    import vista_core
    from vista_core import ToolError

    process = psutil.Process()

    def resident() -> float:
        return round(process.memory_info().rss / 2**20, 1)

    def read(picture: bytes) -> None:
        for tool in tools:
            try:
                tool(images=[picture])
            except ToolError as error:
                print(error, file=sys.stderr)

    tools = [vista_core.load("tool", "easyocr", backend="rapidocr"), vista_core.load("tool", "chartmoe_to_table")]
    pictures = [path.read_bytes() for path in sorted(Path(sys.argv[2]).glob("*.png"))]
    row = {"calls": calls, "set_up_mib": resident()}
    for picture in pictures * WARM_UP:
        read(picture)
    row["loaded_mib"] = resident()
    peak = row["loaded_mib"]
    for number in range(calls // len(tools)):
        read(pictures[number % len(pictures)])
        peak = max(peak, resident())
    print(json.dumps({**row, "end_mib": resident(), "peak_mib": peak}))


if __name__ == "__main__":
    _worker(int(sys.argv[1]))
