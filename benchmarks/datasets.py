"""A million rows of public annotations: how soon they are open, in how much memory, and how fast their pictures come.

    python benchmarks/datasets.py [--rows 1000000] [--json FILE]

A set in ChartQA's release format is written to a temporary folder, and read through the task `chartqa`:

- the first opening builds the index, the later ones find it (target: under 2 s and 300 MiB);
- rows at random, without their pictures (target: under 5 ms each);
- rows at random with their 640 x 480 pictures decoded, on two processes, as a share of what Pillow alone
  (`Image.open(file).convert("RGB")`) decodes of the same files in the same run (target: 80%).

Each opening is a process of its own; seconds are those of its work, the start of Python and of vista_core not included;
memory is the peak of the whole process.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPEN = """
import json, random, resource, sys, time
import vista_core as vista
import numpy, vista_core.dataset, vista_tasks_chart.chartqa
started = time.perf_counter()
task = vista.load("task", "chartqa", root=sys.argv[1])
size = task.size("train")
opened = time.perf_counter() - started
draw = random.Random(0)
seconds = []
for _ in range(2000):
    key = f"train/{draw.randrange(size)}"
    started = time.perf_counter()
    assert task.row(key)["query"]
    seconds.append(time.perf_counter() - started)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
times = {"row_ms": sum(seconds) / 2, "row_ms_p99": sorted(seconds)[1980] * 1e3}
print(json.dumps({"rows": size, "open_s": opened, "peak_mib": peak, **times}))
"""


def write(root: Path, rows: int, pictures: int) -> None:
    """The set: one long file of augmented questions, a short one of human ones, and a few hundred charts."""
    folder = root / "train"
    (folder / "png").mkdir(parents=True)
    for number in range(pictures):
        chart(number).save(folder / "png" / f"{number:08}.png")
    with (folder / "train_augmented.json").open("w", encoding="utf-8") as file:
        for number in range(rows):
            row = {
                "imgname": f"{number % pictures:08}.png",
                "query": f"What is the value of the bar number {number % 7} in chart {number}, in per cent?",
                "label": str(number * 37 % 1000),
            }
            file.write(("[\n" if number == 0 else ",\n") + json.dumps(row, indent=2))
        file.write("\n]\n")
    human = [{"imgname": "00000000.png", "query": "How many bars are there?", "label": "7"}]
    (folder / "train_human.json").write_text(json.dumps(human), encoding="utf-8")


def chart(number: int):
    """A bar chart of 640 x 480 pixels with a title, ticks, and anti-aliased marks."""
    from PIL import Image, ImageDraw

    draw = random.Random(number)
    image = Image.new("RGB", (1280, 960), "white")
    pen = ImageDraw.Draw(image)
    pen.text((400, 20), f"Sales of the year {1990 + number % 40}", fill="black", font_size=48)
    for place in range(7):
        left, top = 120 + place * 160, draw.randrange(120, 800)
        pen.rectangle((left, top, left + 100, 860), fill=tuple(draw.randrange(256) for _ in range(3)), outline="black")
        pen.text((left + 10, 880), f"Item {draw.randrange(100)}", fill="black", font_size=28)
    pen.line([(120 + place * 160, draw.randrange(120, 800)) for place in range(7)], fill="navy", width=5)
    return image.resize((640, 480), Image.Resampling.LANCZOS)


def opening(root: Path) -> dict[str, float]:
    """What one fresh process measures."""
    done = subprocess.run([sys.executable, "-c", OPEN, str(root)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def worker(root: str, order: list[int], block: int) -> tuple[float, float]:
    """Seconds for these pictures through the task, and by Pillow alone; in turn, so that both meet the same load."""
    import vista_core as vista
    from PIL import Image

    task = vista.load("task", "chartqa", root=root)
    files = sorted(Path(root, "train", "png").iterdir())
    spent = {"ours": 0.0, "pillow": 0.0}
    for first in range(-block, len(order), block):  # the first block, before 0, warms up
        some = order[max(first, 0) : max(first, 0) + block]
        started = time.perf_counter()
        for index in some:
            assert task.sample("train", index).images[0].array.shape == (480, 640, 3)
        between = time.perf_counter()
        for index in some:
            with Image.open(files[index % len(files)]) as image:
                assert image.convert("RGB").size == (640, 480)
        spent["ours"] += between - started if first >= 0 else 0
        spent["pillow"] += time.perf_counter() - between if first >= 0 else 0
    return spent["ours"], spent["pillow"]


def pictures(root: Path, rows: int, count: int, rounds: int) -> dict[str, float]:
    """Pictures a second on two processes, and the median share of the rounds."""
    rates: list[tuple[float, float]] = []
    draw = random.Random(1)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for _ in range(rounds):
            halves = [[draw.randrange(rows) for _ in range(count // 2)] for _ in range(2)]
            spent = pool.starmap(worker, [(str(root), half, 50) for half in halves])
            rates.append((count / max(mine for mine, _ in spent), count / max(theirs for _, theirs in spent)))
    shares = [mine / theirs for mine, theirs in rates]
    return {
        "ours_per_s": statistics.median(mine for mine, _ in rates),
        "pillow_per_s": statistics.median(theirs for _, theirs in rates),
        "share": statistics.median(shares),
        "share_least": min(shares),
    }


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--count", type=int, default=600, help="pictures decoded in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, default=Path("datasets.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vista_datasets_") as folder:
        root = Path(folder)
        write(root, options.rows, options.pictures)
        size = (root / "train" / "train_augmented.json").stat().st_size
        first = opening(root)
        later = [opening(root) for _ in range(3)]
        again = {name: max(one[name] for one in later) for name in first}
        found = {
            "rows": options.rows,
            "annotations_mb": size / 1e6,
            "first_opening": first,
            "later_openings": again,
            "pictures": pictures(root, options.rows, options.count, options.rounds),
        }
    print(f"{options.rows:,} rows in {size / 1e6:.0f} MB of JSON")
    print(f"{'':24} {'open s':>8} {'peak MiB':>9} {'row ms':>8} {'p99':>8}")
    for name in ("first_opening", "later_openings"):
        one = found[name]
        print(f"{name:24} {one['open_s']:8.3f} {one['peak_mib']:9.0f} {one['row_ms']:8.3f} {one['row_ms_p99']:8.3f}")
    one = found["pictures"]
    print(
        f"640 x 480 pictures, two processes: {one['ours_per_s']:.0f}/s, Pillow alone {one['pillow_per_s']:.0f}/s: "
        f"{one['share']:.0%} (least of {options.rounds} rounds {one['share_least']:.0%})"
    )
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
