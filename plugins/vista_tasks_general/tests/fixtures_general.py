"""Tiny copies of OpenVLThinker, VLAA-Thinking and A-OKVQA in their public layouts; content ours, pictures drawn here.

Where each field is read:

ThinkVL, OpenVLThinker's GRPO sets (ydeng9/OpenVLThinker-grpo-medium and -hard, splits train and test, parquet)
- images (a list of {bytes, path}), problem ("<image>" where the picture stands), answer: hiyouga/EasyR1, which its
  authors train with: verl/utils/dataset.py, RLHFDataset (image_key, prompt_key, answer_key)
ThinkVL, VLAA-Thinking (UCSC-VLAA/VLAA-Thinking: VLAA-Thinking-GRPO-25K.json, pictures below images/)
- question, gt, image, id, verifier_type: a public converter, thinking_grpo_process.py (_guess_prompt,
  _guess_completion_and_solution, _guess_image_path, count_verifier_types)
A-OKVQA, original release
- aokvqa_v1p0_{split}.json, COCO's {split}2017/NNNNNNNNNNNN.jpg: allenai/aokvqa, aokvqa_utils.py, load_aokvqa and
  get_coco_path
- question_id, choices, correct_choice_idx, direct_answers, difficult_direct_answer: aokvqa_utils.py, eval_aokvqa
- image_id, question, rationales: allenai/aokvqa, README.md; google-research/big_vision,
  big_vision/datasets/aokvqa/aokvqa.py, get_annotations
- split: in the release's rows beside these; no loader reads it
A-OKVQA, parquet
- the same with image for image_id, and direct_answers as the text of a list: card of HuggingFaceM4/A-OKVQA
"""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw


def scene(seed):
    image = Image.new("RGB", (90, 60), (255 - seed % 70, 255, 200 + seed % 50))
    ImageDraw.Draw(image).polygon([(10, 50), (20 + seed % 50, 8), (80, 50)], outline="black", width=2)
    return image


def encoded(image, kind="PNG"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


PROBLEMS = [
    (
        "<image>Triangle {n} is isosceles with a top angle of 40°. Find a base angle.\\nChoices:\\n(A) 70°\\n(B) "
        "40°\\n(C) 140°",
        "A",
    ),
    ("<image>Question: How many sides has figure {n}?", "3"),
    ("<image>What is the length of the hypotenuse of figure {n}, whose legs are 2?", "2\\sqrt{2}"),
    ("<image>Find the missing part of figure {n} as a fraction.", "\\frac{3}{4}"),
    ("<image>What is drawn in figure {n}?", "triangle"),
    ("<image>Which is the odd one out in figure {n}?\\nA. circle\\nB. square\\nC. cloud\\nD. line", "C"),
]


def openvlthinker(root: Path) -> None:
    """The form of ydeng9/OpenVLThinker-grpo-medium."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    for at, split in enumerate(("train", "test")):
        rows = [
            {"images": [{"bytes": encoded(scene(at * 20 + number)), "path": None}],
             "problem": text.replace("\\n", "\n").replace("{n}", str(at * 20 + number)), "answer": answer}
            for number, (text, answer) in enumerate(PROBLEMS)
        ]  # fmt: skip
        parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / f"{split}-00000-of-00001.parquet")


def vlaa(root: Path) -> None:
    """VLAA-Thinking-GRPO-25K.json with its pictures; two rows are of CLEVR-Math, which is held out here."""
    kinds = ("mcq", "digit", "math", "math", "open", "mcq")
    rows = []
    for number, (text, answer) in enumerate(PROBLEMS):
        source = ("geoqa170k", "clevr_math", "synthesis", "synthesis", "vizwiz", "arxivqa")[number]
        path = f"{source}/images/{number}.png"
        (root / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        scene(60 + number).save(root / "images" / path)
        rows.append({"id": f"{source}_{number}", "image": path, "gt": answer, "verifier_type": kinds[number],
                     "question": text.replace("<image>", "").replace("\\n", "\n").replace("{n}",
                     str(60 + number))})  # fmt: skip
    (root / "VLAA-Thinking-GRPO-25K.json").write_text(json.dumps(rows))


PEOPLE = [
    ("What is the man by the bags waiting for?", ["skateboarder", "train", "delivery", "cab"], 3, "cab"),
    ("What season is it likely to be?", ["winter", "summer", "spring", "autumn"], 0, "winter"),
    ("Why is the cat on the shelf?", ["to sleep", "to eat", "to hide", "to hunt"], 2, "hiding"),
    ("What sport is about to begin?", ["tennis", "rowing", "golf", "chess"], 1, "rowing"),
    ("What is the tool next to the bread for?", ["slicing", "baking", "wiping", "tying"], 0, "cutting"),
    ("Where was the picture most likely taken?", ["harbor", "desert", "office", "cave"], 0, "harbor"),
]


def people(split):
    """Rows of a split of A-OKVQA with the number of their picture."""
    base = {"train": 299, "val": 870, "test": 4000}[split]
    for number, (question, choices, right, word) in enumerate(PEOPLE):
        row = {
            "split": split, "image_id": base + number * 13, "question_id": f"{split[:2]}MexNkBPpdZGX6sx{base + number}",
            "question": f"{question[:-1]} in scene {base + number}?", "choices": choices, "correct_choice_idx": right,
            "direct_answers": [word] * 6 + ["a thing", "something", word + "s", choices[right - 1]],
            "difficult_direct_answer": number == 2,
            "rationales": [f"Reason {place} for number {number}." for place in range(3)],
        }  # fmt: skip
        if split == "test":
            for name in ("correct_choice_idx", "direct_answers", "rationales"):
                del row[name]
        yield row


def aokvqa(root: Path, coco="") -> None:
    """The annotation files, and COCO's folders beside them."""
    root.mkdir(parents=True)
    for split in ("train", "val", "test"):
        rows = list(people(split))
        (root / f"aokvqa_v1p0_{split}.json").write_text(json.dumps(rows))
        folder = root / coco / f"{split}2017"
        folder.mkdir(parents=True)
        for row in rows:
            scene(row["image_id"]).save(folder / f"{row['image_id']:012}.jpg", "JPEG")


def aokvqa_coco(root: Path) -> None:
    """COCO in a folder of its own."""
    aokvqa(root, "coco")


def aokvqa_parquet(root: Path) -> None:
    """The form of HuggingFaceM4/A-OKVQA."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    for split, ours in (("train", "train"), ("validation", "val"), ("test", "test")):
        rows = []
        for row in people(ours):
            shown = {"bytes": encoded(scene(row.pop("image_id")), "JPEG"), "path": None}
            said = str(row["direct_answers"]) if "direct_answers" in row else None
            del row["split"]
            rows.append({"image": shown, **row, "direct_answers": said, "rationales": row.get("rationales")})
        parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / f"{split}-00000-of-00001-c1d24119.parquet")


LAYOUTS = {
    "thinkvl": {"parquet": openvlthinker, "vlaa": vlaa},
    "aokvqa": {"original": aokvqa, "coco": aokvqa_coco, "parquet": aokvqa_parquet},
}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
