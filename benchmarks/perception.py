"""How well the weight-free perception backends see: detection by phrase and segmentation, on drawn scenes.

    python benchmarks/perception.py [--scenes 24] [--seed 1000] [--json FILE]

A scene holds five to ten shapes of named colours on a page of some colour: flat, or shaded like solids, some with a
dark line around; half of the scenes have noise and JPEG artefacts. `grounding_dino` is asked for every "colour shape"
that is there and for as many that are not; a box counts when it overlaps the true one by IoU 0.7 or more. `sam` gets a
loose box around each thing, and one point on it.
"""

import argparse
import colorsys
import io
import json
import math
import time
from collections import Counter
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter
import vista_core as vista

WIDTH, HEIGHT, FINE = 800, 600, 4
HUES = {  # hue in degrees, saturation, value: what most people give the name to
    "red": ((-8, 8), (0.75, 1.0), (0.65, 1.0)),
    "orange": ((25, 36), (0.8, 1.0), (0.9, 1.0)),
    "yellow": ((50, 60), (0.6, 1.0), (0.85, 1.0)),
    "green": ((95, 150), (0.5, 1.0), (0.35, 0.9)),
    "cyan": ((175, 190), (0.5, 1.0), (0.6, 1.0)),
    "blue": ((210, 245), (0.55, 1.0), (0.5, 1.0)),
    "purple": ((265, 285), (0.45, 0.9), (0.45, 0.85)),
    "pink": ((325, 350), (0.25, 0.5), (0.9, 1.0)),
    "brown": ((18, 32), (0.55, 0.85), (0.35, 0.58)),
}
GREYS = {"black": (0, 25), "grey": (110, 160), "white": (248, 255)}
PAGES = ((255, 255, 255), (250, 248, 240), (30, 32, 38), (225, 232, 240), (205, 205, 205))
FLAT = ("circle", "ellipse", "triangle", "square", "rectangle", "diamond", "pentagon", "hexagon", "star", "cross")
SOLID = ("cube", "sphere", "cylinder")


class Thing(NamedTuple):
    """What was drawn: its names, and its pixels as a boolean array."""

    colour: str
    shape: str
    mask: np.ndarray

    @property
    def box(self) -> tuple[int, int, int, int]:
        """left, top, right, bottom, px."""
        ys, xs = np.nonzero(self.mask)
        return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def draw_scene(seed: int) -> tuple[np.ndarray, list[Thing]]:
    """One picture, RGB uint8 (600, 800, 3), and what is in it."""
    rng = np.random.default_rng(seed)
    page = PAGES[rng.integers(len(PAGES))]
    image = np.full((HEIGHT, WIDTH, 3), page, float)
    slots = [(x, y) for x in range(4) for y in range(3)]
    rng.shuffle(slots)
    things = []
    for column, row in slots[: rng.integers(5, 11)]:
        shape = str(rng.choice(SOLID if rng.random() < 0.3 else FLAT))
        colour, rgb = _colour(rng, page, shape in SOLID)
        centre = (column * 200 + 100 + rng.uniform(-15, 15), row * 200 + 100 + rng.uniform(-15, 15))
        cover, shade = _drawn(shape, centre, rng.uniform(20, 75), rng)
        if rng.random() < 0.3:  # a dark line around it
            line = np.asarray(PIL.Image.fromarray(np.uint8(255 * cover)).filter(PIL.ImageFilter.MaxFilter(5))) / 255
            image += line[..., None] * (np.array([20.0, 20.0, 20.0]) - image)
        image += cover[..., None] * (np.clip(np.array(rgb) * shade[..., None], 0, 255) - image)
        things.append(Thing(colour, shape, cover > 0.5))
    if rng.random() < 0.5:
        image += rng.normal(0, 4, image.shape)
        stored = io.BytesIO()
        PIL.Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(stored, "JPEG", quality=80)
        return np.asarray(PIL.Image.open(stored)), things
    return np.clip(image, 0, 255).astype(np.uint8), things


def _colour(rng: np.random.Generator, page: tuple[int, ...], solid: bool) -> tuple[str, tuple[float, ...]]:
    """A colour name that stands out from the page, and one colour of that name."""
    while True:
        name = str(rng.choice([*HUES, *(() if solid else GREYS)]))
        if name in HUES:
            hue, saturation, value = (rng.uniform(*span) for span in HUES[name])
            rgb = tuple(255 * part for part in colorsys.hsv_to_rgb(hue / 360 % 1, saturation, value))
        else:
            rgb = (float(rng.uniform(*GREYS[name])),) * 3
        if max(abs(a - b) for a, b in zip(rgb, page, strict=True)) > 60:
            return name, rgb


def _drawn(
    shape: str, centre: tuple[float, float], radius: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Coverage 0..1 and brightness of each pixel."""
    turn = rng.uniform(0, 2 * math.pi)
    aspect = rng.uniform(1.5, 2.6)
    x, y = centre
    shade = np.ones((HEIGHT, WIDTH))
    if shape in ("circle", "sphere"):
        cover = _filled([_ring(x, y, radius, radius, 0)])
    elif shape == "ellipse":
        cover = _filled([_ring(x, y, radius, radius / aspect, turn)])
    elif shape in ("rectangle", "square", "diamond"):
        tilt = rng.uniform(-0.15, 0.15)
        if shape == "diamond":
            wide = rng.uniform(0.6, 1.0)
            corners = [(radius, 0), (0, radius * wide), (-radius, 0), (0, -radius * wide)]
        else:
            high = radius / (aspect if shape == "rectangle" else 1)
            corners = [(radius, high), (-radius, high), (-radius, -high), (radius, -high)]
        cover = _filled([_placed(corners, x, y, tilt)])
    elif shape in ("triangle", "pentagon", "hexagon"):
        count = {"triangle": 3, "pentagon": 5, "hexagon": 6}[shape]
        cover = _filled([_placed([_polar(radius, 2 * math.pi * k / count) for k in range(count)], x, y, turn)])
    elif shape == "star":
        points = [_polar(radius * (1 if k % 2 == 0 else 0.42), math.pi * k / 5 - math.pi / 2) for k in range(10)]
        cover = _filled([_placed(points, x, y, 0)])
    elif shape == "cross":
        thin = radius * rng.uniform(0.22, 0.4)
        bars = [(radius, thin), (thin, radius)]
        cover = _filled([_placed([(a, b), (-a, b), (-a, -b), (a, -b)], x, y, 0) for a, b in bars])
    elif shape == "cube":
        corners = [_polar(radius, math.pi / 6 + math.pi * k / 3) for k in range(6)]
        cover = _filled([_placed(corners, x, y, 0)])
        for face, light in (((4, 5, 3), 1.0), ((3, 2, 1), 0.72), ((5, 0, 1), 0.5)):
            points = [corners[face[0]], corners[face[1]], (0, 0), corners[face[2]]]
            if face[0] != 4:
                points = [corners[k] for k in face] + [(0, 0)]
            shade = np.where(_filled([_placed(points, x, y, 0)]) > 0.5, light, shade)
    else:  # cylinder
        wide, flat = radius * 0.75, radius * 0.22
        body = [(-wide, -radius * 0.75), (wide, -radius * 0.75), (wide, radius * 0.75), (-wide, radius * 0.75)]
        lid, foot = (_ring(x, y + k * radius * 0.75, wide, flat, 0) for k in (-1, 1))
        cover = _filled([_placed(body, x, y, 0), lid, foot])
        across = (np.arange(WIDTH)[None] - x) / wide
        shade = np.broadcast_to(0.45 + 0.5 * np.sqrt(np.clip(1 - (across + 0.3) ** 2, 0, 1)), shade.shape)
        shade = np.where(_filled([lid]) > 0.5, 1.0, shade)
    if shape == "sphere":
        ys, xs = np.mgrid[:HEIGHT, :WIDTH]
        away = np.hypot(xs - x + 0.35 * radius, ys - y + 0.4 * radius) / radius
        shade = np.clip(1.1 - 0.5 * away, 0.35, 1.1)
    return cover, shade


def _polar(radius: float, angle: float) -> tuple[float, float]:
    return radius * math.cos(angle), radius * math.sin(angle)


def _placed(corners: list[tuple[float, float]], x: float, y: float, turn: float) -> list[tuple[float, float]]:
    cos, sin = math.cos(turn), math.sin(turn)
    return [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners]


def _ring(x: float, y: float, a: float, b: float, turn: float) -> list[tuple[float, float]]:
    angles = np.linspace(0, 2 * math.pi, 120, endpoint=False)
    return _placed([(a * math.cos(t), b * math.sin(t)) for t in angles], x, y, turn)


def _filled(polygons: list[list[tuple[float, float]]]) -> np.ndarray:
    """Coverage of polygons, 0..1, anti-aliased."""
    sheet = PIL.Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    for polygon in polygons:
        PIL.ImageDraw.Draw(sheet).polygon([(a * FINE, b * FINE) for a, b in polygon], fill=255)
    return np.asarray(sheet.resize((WIDTH, HEIGHT), PIL.Image.Resampling.BOX), float) / 255


def overlap(a: Any, b: Any) -> float:
    """Intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return shared / (areas - shared)


def detection(detector: Any, image: np.ndarray, things: list[Thing], rng: np.random.Generator) -> tuple[Counter, list]:
    """Counts of right, wrong and missed boxes of one scene, and the shapes missed."""
    asked = {(t.colour, t.shape) for t in things}
    while len(asked) < 2 * len({(t.colour, t.shape) for t in things}):
        asked.add((str(rng.choice([*HUES, *GREYS])), str(rng.choice(FLAT + SOLID))))
    context = vista.ToolContext(images=[vista.Image.of(image)], reads={"image"})
    calls = [(detector.args_model(caption=" ".join(names)), context) for names in sorted(asked)]
    counts, missed = Counter(), []
    for (colour, shape), output in zip(sorted(asked), detector.run_batch(calls), strict=True):
        truth = [t.box for t in things if (t.colour, t.shape) == (colour, shape)]
        seen = [d.box for d in output.detections]
        hits = sum(any(overlap(box, other) >= 0.7 for other in seen) for box in truth)
        counts += Counter(right=hits, missed=len(truth) - hits, wrong=len(seen) - hits)
        missed += [f"{colour} {shape}"] * (len(truth) - hits)
    return counts, missed


def segmentation(segmenter: Any, image: np.ndarray, things: list[Thing], rng: np.random.Generator) -> dict[str, list]:
    """IoU of the best masks with the truth: from a box, and from a point."""
    found: dict[str, list[float]] = {"box": [], "point": []}
    for thing in things:
        left, top, right, bottom = thing.box
        loose = (max(0, left - 12), max(0, top - 12), min(WIDTH, right + 12), min(HEIGHT, bottom + 12))
        ys, xs = np.nonzero(thing.mask)
        pick = rng.integers(len(xs))
        point = [[int(xs[pick]), int(ys[pick])]]
        for how, prompt in (("box", {"box_prompt": loose}), ("point", {"point_prompts": point})):
            try:
                output = segmenter(images=[image], **prompt).data
            except vista.ToolFailed:
                found[how].append(0.0)
                continue
            mask = output.mask.array[..., 0] > 127
            found[how].append(float((mask & thing.mask).sum() / (mask | thing.mask).sum()))
    return found


def main() -> None:
    """Draw, ask, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--json", type=Path, default=Path("perception.json"))
    options = parser.parse_args()
    detector = vista.load("tool", "grounding_dino", backend="classical")
    segmenter = vista.load("tool", "sam", backend="classical", config={"rendering": {"picture": False}})
    counts: Counter = Counter()
    missed: Counter = Counter()
    overlaps: dict[str, list[float]] = {"box": [], "point": []}
    seconds: dict[str, list[float]] = {"detect": [], "segment": []}
    for seed in range(options.seed, options.seed + options.scenes):
        image, things = draw_scene(seed)
        rng = np.random.default_rng(seed)
        start = time.process_time()
        detector(images=[image], caption=f"{things[0].colour} {things[0].shape}")
        seconds["detect"].append(time.process_time() - start)
        seen, unseen = detection(detector, image, things, rng)
        counts += seen
        missed += Counter(name.split()[1] for name in unseen)
        start = time.process_time()
        for how, values in segmentation(segmenter, image, things, rng).items():
            overlaps[how] += values
        seconds["segment"].append((time.process_time() - start) / (2 * len(things)))
    rows = {
        "detection: recall at IoU 0.7": counts["right"] / (counts["right"] + counts["missed"]),
        "detection: precision, half of the phrases absent": counts["right"] / (counts["right"] + counts["wrong"]),
        "segmentation from a box: mean IoU": mean(overlaps["box"]),
        "segmentation from a box: share over 0.8": mean(value > 0.8 for value in overlaps["box"]),
        "segmentation from a point: mean IoU": mean(overlaps["point"]),
        "segmentation from a point: share over 0.8": mean(value > 0.8 for value in overlaps["point"]),
        "CPU seconds a phrase, median": median(seconds["detect"]),
        "CPU seconds a mask, median": median(seconds["segment"]),
    }
    for name, value in rows.items():
        print(f"{name:52} {value:8.3f}")
    print("missed most:", ", ".join(f"{name} {count}" for name, count in missed.most_common(5)) or "nothing")
    figures = {"scenes": options.scenes, "seed": options.seed, "rows": rows, "missed": dict(missed)}
    options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
