"""Tiny copies of ScienceQA and VizWiz in the layouts of the public releases; content ours, pictures drawn here.

Where each field is read:

ScienceQA, original release
- problems.json (an object by problem id), pid_splits.json (lists of ids): lupantech/ScienceQA, models/run_gpt3.py,
  load_data
- question, choices, answer (an index), hint, lecture, solution: lupantech/ScienceQA, models/base_prompt.py
- task, grade, subject, topic, category, skill, split, image ("image.png" or null), picture in {split}/{id}/image.png:
  google-research/big_vision, big_vision/datasets/science_qa/science_qa.py, _generate_examples
ScienceQA, parquet
- the same columns, image as bytes or null, no split and no id: card of derek-thomas/ScienceQA; image, hint, question,
  choices and answer are read in EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/scienceqa/utils.py
VizWiz, original release
- annotations/{split}.json (Annotations in the archive), pictures in {split}/; image, question, answers (answer,
  answer_confidence), answerable (not in test), empty answers: google-research/big_vision,
  big_vision/datasets/vizwizvqa/vizwizvqa.py, _generate_examples
- answer_type: page of the challenge (vizwiz.org, tasks and datasets, vqa), which lists the record's fields
VizWiz, parquet
- question_id, image, question, answers (texts): lmms-eval, lmms_eval/tasks/vizwiz_vqa/utils.py
- category (what the release calls answer_type): card of lmms-lab/VizWiz-VQA
"""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw


def drawing(seed, text=""):
    image = Image.new("RGB", (100, 70), (200 + seed % 50, 255 - seed % 50, 230))
    draw = ImageDraw.Draw(image)
    draw.ellipse((10 + seed % 30, 10, 50 + seed % 30, 50), fill=(seed * 37 % 255, 90, 120))
    draw.text((5, 55), text, fill="black")
    return image


def encoded(image, kind="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


QUESTIONS = [
    ("Which animal has feathers?", ["a newt", "a heron", "an otter"], 1, "", "natural science", True),
    ("Is a comma missing after the greeting?", ["yes", "no"], 0, "Look at this letter. Dear Ann I am well.",
    "language science", False),
    ("Which city lies farthest north?", ["Lima", "Oslo", "Cairo", "Perth"], 1, "", "social science", True),
    ("What does the magnet do to the other one?", ["It attracts it.", "It repels it."], 1,
    "Two poles face each other.", "natural science", True),
    ("Which word rhymes with light?", ["late", "kite", "lid", "loud", "lean"], 1, "", "language science", False),
    ("Which layer of the Earth is liquid?", ["crust", "inner core", "outer core"], 2, "", "natural science", True),
]  # fmt: skip


def problems():
    """Problem id -> problem, of all splits, in an order that mixes them."""
    found = {}
    for number, (text, choices, answer, hint, subject, shown) in enumerate(QUESTIONS):
        for place, split in enumerate(("train", "val", "test")):
            found[str(7 * number + 100 * place + 1)] = {
                "question": text.replace("?", f", by picture {number} of {split}?"), "choices": choices,
                "answer": answer,
                "hint": hint, "image": "image.png" if shown else None, "task": "closed choice",
                "grade": f"grade{number + 2}", "subject": subject, "topic": "t", "category": "c", "skill": "s",
                "lecture": f"A lecture on question {number}.", "solution": f"It is choice number {answer}.",
                "split": split,
            }  # fmt: skip
    return found


def scienceqa(root: Path, images="images") -> None:
    """problems.json and pid_splits.json with pictures in images/{split}/{id}/image.png."""
    root.mkdir(parents=True)
    found = problems()
    (root / "problems.json").write_text(json.dumps(found))
    splits = {name: [key for key, row in found.items() if row["split"] == name] for name in ("train", "val", "test")}
    splits |= {"trainval": splits["train"] + splits["val"], "minitrain": splits["train"][:2],
    "minival": splits["val"][:2],
               "minitest": splits["test"][:2]}  # fmt: skip
    (root / "pid_splits.json").write_text(json.dumps(splits))
    for key, row in found.items():
        if row["image"]:
            folder = root / images / row["split"] / key
            folder.mkdir(parents=True)
            drawing(int(key), row["question"][:12]).save(folder / "image.png")


def scienceqa_flat(root: Path) -> None:
    """Pictures beside the JSON files and no pid_splits.json, as the Google Drive folder unpacks."""
    scienceqa(root, "")
    (root / "pid_splits.json").unlink()


def scienceqa_parquet(root: Path) -> None:
    """The form of derek-thomas/ScienceQA."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    for split, ours in (("train", "train"), ("validation", "val"), ("test", "test")):
        rows = []
        for key, row in problems().items():
            if row.pop("split") == ours:
                shown = {"bytes": encoded(drawing(int(key), row["question"][:12])), "path": "image.png"}
                rows.append({**row, "image": shown if row["image"] else None})
        parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / f"{split}-00000-of-00001-1028f23e.parquet")


OBJECTS = ("soup can", "blue sweater", "keyboard", "ten dollars", "coffee", "laptop")


def pictures(split):
    """Rows of a split of VizWiz; the last has an empty answer and no majority."""
    base = {"train": 0, "val": 50, "test": 90}[split]
    for number, thing in enumerate(OBJECTS):
        said = [thing] * 7 + [f"a {thing}", "unsuitable image", "unanswerable"]
        kind, answerable = "other", 1
        if number == 1:
            said, kind, answerable = ["unanswerable"] * 8 + ["unsuitable image", thing], "unanswerable", 0
        elif number == 3:
            said, kind = ["10"] * 5 + ["ten"] * 3 + ["$10", "money"], "number"
        elif number == 4:
            said, kind = ["yes"] * 6 + ["no"] * 4, "yes/no"
        elif number == 5:
            said = [thing, thing, "computer", "computer", "screen", "monitor", "a pc", "", "laptop computer", "desk"]
        row = {
            "image": f"VizWiz_{split}_{base + number:08d}.jpg",
            "question": ["What is this?", "Can you tell me what colour it is?", "What's this thing, please? Thank you.",
                         "How much money is it?", "Is it switched on?", "What do you see?"][number],
        }  # fmt: skip
        if split != "test":
            sure = ("yes", "maybe", "no")
            row["answers"] = [{"answer": one, "answer_confidence": sure[at % 3]} for at, one in enumerate(said)]
            row |= {"answer_type": kind, "answerable": answerable}
        yield row, drawing(base + number * 3, thing[:3])


def vizwiz(root: Path, annotations="Annotations") -> None:
    """The archives train.zip, val.zip, test.zip and Annotations.zip unpacked side by side."""
    for split in ("train", "val", "test"):
        (root / split).mkdir(parents=True)
        (root / annotations).mkdir(exist_ok=True)
        found = list(pictures(split))
        (root / annotations / f"{split}.json").write_text(json.dumps([row for row, _ in found]))
        for row, image in found:
            image.save(root / split / row["image"], "JPEG")


def vizwiz_small(root: Path) -> None:
    """The same with the folder spelt `annotations`, as many copies have it."""
    vizwiz(root, "annotations")


def vizwiz_parquet(root: Path) -> None:
    """The form of lmms-lab/VizWiz-VQA: val and test."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    for split in ("val", "test"):
        rows = [
            {"question_id": row["image"][:-4], "image": {"bytes": encoded(image, "JPEG"), "path": row["image"]},
             "question": row["question"], "category": row.get("answer_type", ""),
             "answers": [one["answer"] for one in row["answers"]] if "answers" in row else None}
            for row, image in pictures(split)
        ]  # fmt: skip
        parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / f"{split}-00000-of-00005-7775fd61.parquet")


LAYOUTS = {
    "scienceqa": {"original": scienceqa, "flat": scienceqa_flat, "parquet": scienceqa_parquet},
    "vizwiz": {"original": vizwiz, "small": vizwiz_small, "parquet": vizwiz_parquet},
}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
