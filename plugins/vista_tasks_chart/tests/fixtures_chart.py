"""Tiny copies of ChartQA and FigureQA in the exact layouts of the public releases; content ours, pictures drawn here.

Where each field is read:

ChartQA, original release
- folders train, val, test with {split}_human.json, {split}_augmented.json and png/; imgname, query, label:
  google-research/big_vision, big_vision/datasets/chartqa/chartqa.py, _generate_examples
- imgname, query, label once more: EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/chartqa/upload_chartqa.py
- tables/*.csv and annotations/*.json (type, models, general_figure_info): vis-nlp/ChartQA, README.md; both are optional
ChartQA, parquet
- image, query, label (a list), human_or_machine (0 human, 1 machine): card of HuggingFaceM4/ChartQA, dataset_info
- type (human_test, augmented_test), question, answer, image: lmms-eval, upload_chartqa.py, dataset_features
FigureQA, original release
- folders train1, validation1, validation2, no_annot_test1; qa_pairs.json, annotations.json, png/{image_index}.png;
  image_index, question_string, question_id, answer (not in the test sets): vmichals/FigureQA-baseline, data/figureqa.py
- color1_name, color1_id, color1_rgb, color2_name, color2_id, color2_rgb ("--None--", -1 and [-1, -1, -1] where there is
  no second colour): Maluuba/FigureQA, docs/json_png_format.md
- total_distinct_questions, total_distinct_colors: Maluuba/FigureQA, figureqa/generation/json_combiner.py
- annotations.json (type, general_figure_info, models, image_index): Maluuba/FigureQA, docs/annotations_format.md
"""

import csv
import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

FRUITS = ("Mango", "Kiwi", "Pear", "Fig", "Plum", "Lime")
COLOURS = {"Teal": (0, 128, 128), "Coral": (255, 127, 80), "Indigo": (75, 0, 130), "Olive": (128, 128, 0)}


def bars(values, seed):
    """A bar chart as a picture; `seed` sets its background, so that no two pictures are the same."""
    picture = ImageDraw.Draw(image := Image.new("RGB", (120, 90), (255 - seed % 40, 250, 245)))
    for place, value in enumerate(values):
        left = 10 + place * 100 // len(values)
        picture.rectangle((left, 80 - value * 70 // 100, left + 12, 80), fill=list(COLOURS.values())[place % 4])
    return image


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def charts(split):
    """(name, human or augmented, values, query, label) of the charts of a split."""
    base = {"train": 0, "val": 10, "test": 20}[split]
    for number in range(6):
        values = [(base + number * 17 + place * 29) % 89 + 7 for place in range(4)]
        who = ("human", "augmented")[number % 2]
        biggest = FRUITS[values.index(max(values))]
        query, label = [
            (f"What is the value of {FRUITS[0]} in chart {base + number}?", str(values[0])),
            (f"Which fruit has the tallest bar in chart {base + number}?", biggest),
            (f"What share of people chose {FRUITS[1]} in {2000 + base + number}?", f"{values[1]}.5%"),
            (
                f"Is the first bar taller than the second in chart {base + number}?",
                ["No", "Yes"][values[0] > values[1]],
            ),
            (f"What is the average of bars one and two in chart {base + number}?", str((values[0] + values[1]) / 2)),
            (f"Which two bars come last in chart {base + number}?", f"[{FRUITS[2]}, {FRUITS[3]}]"),
        ][number]
        yield f"{base + number:04d}.png", who, values, query, label


def chartqa(root: Path) -> None:
    """The original release; the validation split has neither tables nor annotations, which are optional."""
    for split in ("train", "val", "test"):
        folder = root / split
        (folder / "png").mkdir(parents=True)
        rows = {"human": [], "augmented": []}
        for name, who, values, query, label in charts(split):
            bars(values, int(name[:4])).save(folder / "png" / name)
            rows[who].append({"imgname": name, "query": query, "label": label})
            if split != "val":
                (folder / "tables").mkdir(exist_ok=True)
                with open(folder / "tables" / name.replace(".png", ".csv"), "w", newline="") as file:
                    csv.writer(file).writerows([("Fruit", "Votes"), *zip(FRUITS, values, strict=False)])
                (folder / "annotations").mkdir(exist_ok=True)
                notes = {"type": "v_bar", "models": [{"name": "Votes", "y": values}], "general_figure_info": {}}
                (folder / "annotations" / name.replace(".png", ".json")).write_text(json.dumps(notes))
        for who, found in rows.items():
            (folder / f"{split}_{who}.json").write_text(json.dumps(found))


def chartqa_parquet(root: Path) -> None:
    """The form of HuggingFaceM4/ChartQA."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    for split in ("train", "val", "test"):
        rows = [
            {"image": {"bytes": png(bars(values, int(name[:4]))), "path": None}, "query": query, "label": [label],
             "human_or_machine": int(who == "augmented")}
            for name, who, values, query, label in charts(split)
        ]  # fmt: skip
        parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / f"{split}-00000-of-00001-0a1b2c.parquet")


def chartqa_lmms(root: Path) -> None:
    """The form of lmms-lab/ChartQA: the test split alone."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "data").mkdir(parents=True)
    rows = [
        {"type": f"{who}_test", "question": query, "answer": label,
         "image": {"bytes": png(bars(values, int(name[:4]))), "path": name}}
        for name, who, values, query, label in charts("test")
    ]  # fmt: skip
    parquet.write_table(arrow.Table.from_pylist(rows), root / "data" / "test-00000-of-00001.parquet")


def figureqa(root: Path) -> None:
    """The original release: three splits with answers and a test set without (and without annotations)."""
    names = list(COLOURS)
    for number, split in enumerate(("train1", "validation1", "validation2", "no_annot_test1")):
        folder = root / split
        (folder / "png").mkdir(parents=True)
        pairs, notes = [], []
        for index in range(4):
            values = [(number * 41 + index * 23 + place * 31) % 90 + 5 for place in range(4)]
            bars(values, number * 4 + index).save(folder / "png" / f"{index}.png")
            first, second = names[index], names[(index + 1) % 4]
            for question_id, text, answer, other in (
                (0, f"Is {first} the maximum?", values[index] == max(values), None),
                (3, f"Is {first} less than {second}?", values[index] < values[(index + 1) % 4], second),
            ):
                pair = {
                    "question_string": text, "question_id": question_id, "image_index": index, "answer": int(answer),
                    "color1_name": first, "color1_id": index, "color1_rgb": list(COLOURS[first]),
                    "color2_name": other or "--None--", "color2_id": names.index(other) if other else -1,
                    "color2_rgb": list(COLOURS[other]) if other else [-1, -1, -1],
                }  # fmt: skip
                if split.startswith("no_annot"):
                    del pair["answer"]
                pairs.append(pair)
            model = {"name": "bars", "y": values, "labels": names, "colors": [], "bboxes": [], "width": 0.5}
            notes.append(
                {"type": "vbar_categorical", "models": [model], "general_figure_info": {}, "image_index": index}
            )
        text = {"qa_pairs": pairs, "total_distinct_questions": 15, "total_distinct_colors": 100}
        (folder / "qa_pairs.json").write_text(json.dumps(text))
        if not split.startswith("no_annot"):
            (folder / "annotations.json").write_text(json.dumps(notes))


LAYOUTS = {
    "chartqa": {"original": chartqa, "parquet": chartqa_parquet, "lmms": chartqa_lmms},
    "figureqa": {"original": figureqa},
}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
