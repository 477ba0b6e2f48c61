"""Tiny copies of CLEVR v1.0 in the layout of the public release; content ours, pictures drawn here.

Where each field is read:

- questions/CLEVR_{split}_questions.json, records under `questions` beside `info`; split, image_filename, image_index,
  image, question, program, answer, template_filename, question_family_index, question_index:
  facebookresearch/clevr-dataset-gen, question_generation/generate_questions.py, main
- image_index, question, and question_family_index, program, answer only where they are there:
  facebookresearch/clevr-iep, scripts/preprocess_questions.py, main
- function, inputs, value_inputs of a program's steps: facebookresearch/clevr-iep, iep/programs.py; the generator calls
  the first of them `type`, and its answers are true, false and numbers, where the release has words
- images/{split}/CLEVR_{split}_NNNNNN.png: clevr-dataset-gen, image_generation/render_images.py
- scenes/CLEVR_{split}_scenes.json, records under `scenes`, in the order of image_index: clevr-dataset-gen,
  image_generation/collect_scenes.py
"""

import json
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = {"red": (173, 35, 35), "cyan": (41, 208, 208), "purple": (129, 38, 192), "yellow": (255, 238, 51)}
SHAPES = ("cube", "sphere", "cylinder")


def scene(number):
    """Objects of a scene: size, colour, material, shape."""
    names = list(COLOURS)
    return [
        {"size": ("large", "small")[(number + place) % 2], "color": names[(number * 3 + place) % 4],
         "material": ("rubber", "metal")[(number // 2 + place) % 2], "shape": SHAPES[(number + place * 2) % 3]}
        for place in range(3 + number % 3)
    ]  # fmt: skip


def render(number):
    image = Image.new("RGB", (120, 80), (150, 150 + number % 90, 150))
    draw = ImageDraw.Draw(image)
    for place, thing in enumerate(scene(number)):
        size = 18 if thing["size"] == "large" else 10
        box = (6 + 22 * place, 30, 6 + 22 * place + size, 30 + size)
        (draw.ellipse if thing["shape"] == "sphere" else draw.rectangle)(box, fill=COLOURS[thing["color"]])
    return image


def asked(number, split, generated):
    """Questions about a scene."""
    things = scene(number)
    first = things[0]
    reds = sum(thing["color"] == "red" for thing in things)
    metal = any(thing["material"] == "metal" for thing in things)
    step, yes = "type" if generated else "function", {True: "yes", False: "no"}
    look = [{step: "scene", "inputs": [], "value_inputs": []}]
    for family, text, answer, last in (
        (0, f"How many red things are in scene {number}?", reds, "count"),
        (1, f"Is there a metal object in scene {number}?", metal, "exist"),
        (2, f"What shape is the leftmost thing of scene {number}?", first["shape"], "query_shape"),
        (3, f"What color is the leftmost thing of scene {number}?", first["color"], "query_color"),
    ):
        word = (
            answer if generated or isinstance(answer, str) else yes[answer] if isinstance(answer, bool) else str(answer)
        )
        yield {
            "split": split, "image_filename": f"CLEVR_{split}_{number:06d}.png", "image_index": number,
            "image": f"CLEVR_{split}_{number:06d}", "question": text, "answer": word, "question_family_index": family,
            "program": [*look, {step: last, "inputs": [0], "value_inputs": []}],
            "template_filename": "zero_hop.json",
        }  # fmt: skip


def clevr(root: Path, generated=False) -> None:
    """The archive CLEVR_v1.0.zip unpacked; the test split has neither answers nor scenes."""
    for at, split in enumerate(("train", "val", "test")):
        for part in ("questions", "scenes", f"images/{split}"):
            (root / part).mkdir(parents=True, exist_ok=True)
        rows, scenes = [], []
        for number in range(at * 3, at * 3 + 3):
            render(number).save(root / "images" / split / f"CLEVR_{split}_{number:06d}.png")
            rows += [
                {**row, "question_index": len(rows) + place}
                for place, row in enumerate(asked(number, split, generated))
            ]
            name = f"CLEVR_{split}_{number:06d}.png"
            scenes.append({"image_index": number, "image_filename": name, "objects": scene(number), "split": split})
        if split == "test":
            hidden = ("answer", "program", "question_family_index", "template_filename")
            rows = [{name: value for name, value in row.items() if name not in hidden} for row in rows]
        else:
            text = {"info": {"version": "1.0"}, "scenes": scenes}
            (root / "scenes" / f"CLEVR_{split}_scenes.json").write_text(json.dumps(text))
        info = {"split": split, "license": "Creative Commons Attribution (CC BY 4.0)", "version": "1.0"}
        text = {"info": info, "questions": rows}
        (root / "questions" / f"CLEVR_{split}_questions.json").write_text(json.dumps(text))


def clevr_generated(root: Path) -> None:
    """What clevr-dataset-gen writes: answers that are true, false and numbers."""
    clevr(root, generated=True)


def clevr_inside(root: Path) -> None:
    """The root is the folder into which the archive was unpacked."""
    clevr(root / "CLEVR_v1.0")


LAYOUTS = {"clevr": {"original": clevr, "generated": clevr_generated, "inside": clevr_inside}}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
