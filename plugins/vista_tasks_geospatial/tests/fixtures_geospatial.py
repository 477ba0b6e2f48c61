"""Tiny copies of MapQA and InfographicVQA in the layouts of the public releases; content ours, pictures drawn here.

Where each field is read:

MapQA, original release: OSU-slatelab/MapQA, README.md, section "Data Content and Format"
- usa_geo.json, images/, metadata/, questions/{train,dev,test}-QA.json, questions/answer_vocab.json: its list of files
- question_id, map_id, question_type, question_template_id, question, oracle_delexicalized_question,
  tesseract_delexicalized_question, answer (one, or a list), oracle_delexicalized_answer: its list of fields
- metadata/map_N.json: legend_type, class_descriptions, data (region, value, class, description, legend_position)
- the archives are named MapQA_S, MapQA_U, MapQA_V ("V" is the README's R) and may hold a folder of their name once
  more; an answer may be a number, and a question ends with " ?": builder of HuggingFaceM4/the_cauldron, section MapQA
InfographicVQA, original release
- infographicsVQA_{train_v1.0,val_v1.0_withQT,test_v1.0}.json, records under `data`, images/; questionId, question,
  image_local_name, answers (not in test), several spans joined by ", ": google-research/big_vision,
  big_vision/datasets/infovqa/infovqa.py, _generate_examples and maybe_permute
- image_url, answer_type, operation/reasoning, data_split: card of lmms-lab/DocVQA, configuration InfographicVQA
- ocr_output_file, and folders infographicsvqa_qas, infographicsvqa_images, infographicsvqa_ocr: how the download page
  (rrc.cvc.uab.es, channel 17) packs Task 3
- evidence: the paper, section 3 (Mathew et al. 2022); no loader reads it
InfographicVQA, parquet
- image, ocr and the others: card of lmms-lab/DocVQA, dataset_info, configuration InfographicVQA
"""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

STATES = {"California": "CA", "Florida": "FL", "Maine": "ME", "Texas": "TX", "Oregon": "OR", "Utah": "UT"}
RANGES = ("10-20", "30-40", "50-60")
TOPICS = ("Tea", "Trains", "Bees", "Sleep", "Rivers", "Chess")


def choropleth(classes, seed):
    """Six squares for six states, shaded by class, and a legend; `seed` sets the background."""
    image = Image.new("RGB", (150, 80), (255, 255 - seed % 60, 250))
    draw = ImageDraw.Draw(image)
    for place, number in enumerate(classes):
        draw.rectangle((5 + 24 * place, 20, 26 + 24 * place, 50), fill=(220 - 70 * number, 230 - 60 * number, 255))
    for number, text in enumerate(RANGES):
        draw.text((5 + 48 * number, 60), text, fill="black")
    return image


def maps(split):
    """(map number, classes of the states, its questions) of a split."""
    base = {"train": 0, "dev": 40, "test": 80}[split]
    for number in range(base, base + 2):
        classes = [(number * 5 + place * 2 + place // 3) % 3 for place in range(6)]
        names = list(STATES)
        inside = [name for name, value in zip(names, classes, strict=True) if value == 1]
        both = [name for name, value in zip(names, classes, strict=True) if value != 1]
        highest = RANGES[max(classes)]
        first = RANGES[classes[2]]
        shown, yes = f"on map {number} ?", "Yes" if classes[0] > classes[1] else "No"
        size = len(set(classes))
        yield (
            number,
            classes,
            [
                ("retrieval", "retrieval_1", f"Name the states in the range {RANGES[1]} {shown}", inside, inside),
                ("retrieval", "retrieval_2", f"What is the value of {names[2]} {shown}", first, f"legend_{classes[2]}"),
                ("relational", "relational_1", f"Is {names[0]} higher than {names[1]} {shown}", yes, yes),
                ("relational", "relational_2", f"Which states lie outside {RANGES[1]} {shown}", both, both),
                ("retrieval", "retrieval_3", f"What is the highest range {shown}", highest, f"legend_{max(classes)}"),
                ("retrieval", "retrieval_4", f"How many ranges are used {shown}", size, size),
            ],
        )


def mapqa(root: Path, folders=("MapQA_U",)) -> None:
    """One subset as its archive unpacks."""
    for folder in folders:
        base = root / folder
        for part in ("images", "metadata", "questions"):
            (base / part).mkdir(parents=True)
        (base / "usa_geo.json").write_text(json.dumps({"California": {"abbr": "CA", "borders": ["Oregon"]}}))
        vocabulary = set()
        for split in ("train", "dev", "test"):
            rows = []
            for number, classes, questions in maps(split):
                choropleth(classes, number + len(folder)).save(base / "images" / f"map_{number}.png")
                data = [
                    {"region": short, "value": 10 + 20 * value, "class": value, "description": RANGES[value],
                     "legend_position": f"legend_{value}"}
                    for short, value in zip(STATES.values(), classes, strict=True)
                ]  # fmt: skip
                facts = {"map_id": number, "map_type": "Choropleth", "legend_type": "Discrete",
                "legend_order": "small_to_large",
                         "num_classes": 3, "class_descriptions": list(RANGES), "data_type": "Number",
                         "data": data}  # fmt: skip
                (base / "metadata" / f"map_{number}.json").write_text(json.dumps(facts))
                for kind, template, text, answer, plain in questions:
                    vocabulary |= {str(one) for one in (plain if isinstance(plain, list) else [plain])}
                    hidden = text.replace(RANGES[1], "legend_1")
                    rows.append(
                        {"map_id": f"map_{number}.png", "question_type": kind, "question_template_id": template,
                         "question": text, "oracle_delexicalized_question": hidden,
                         "tesseract_delexicalized_question": hidden, "answer": answer,
                         "oracle_delexicalized_answer": plain, "question_id": len(rows)}
                    )  # fmt: skip
            (base / "questions" / f"{split}-QA.json").write_text(json.dumps(rows))
        (base / "questions" / "answer_vocab.json").write_text(json.dumps(sorted(vocabulary)))


def mapqa_all(root: Path) -> None:
    """All three subsets, one of them with its folder once more inside."""
    mapqa(root, ("MapQA_S", "MapQA_U", "MapQA_V/MapQA_V"))


def mapqa_alone(root: Path) -> None:
    """The root is the subset itself."""
    mapqa(root, (".",))


def infographic(lines):
    image = Image.new("RGB", (110, 160), (240, 248, 255))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((6, 10 + 24 * number), line, fill=(20, 40, 90))
    return image


def infographics(split):
    """Rows of a split and the lines of each picture."""
    base = {"train": 10000, "val": 20000, "test": 30000}[split]
    for number, topic in enumerate(TOPICS):
        share, other = 20 + 7 * number, TOPICS[(number + 2) % 6]
        lines = [f"{topic} {base + number}", f"{share}% like it", f"1. {topic} 2. {other}", "Source: nobody"]
        question, answers, kind, how = [
            ("What share of people like it?", [f"{share}%", str(share)], ["Image span"], []),
            ("Which two things are listed?", [f"{topic}, {other}", f"{other}, {topic}"], ["Multi span"], []),
            ("What share of people do not like it?", [f"{100 - share}%"], ["Non-extractive"], ["Arithmetic"]),
            ("What is listed second?", [other], ["Image span"], ["Sorting"]),
            ("How many things are listed?", ["2", "two"], ["Non-extractive"], ["Counting"]),
            ("What is named first?", [topic], ["Question span", "Image span"], []),
        ][number]
        row = {
            "questionId": base + number, "question": f"{question} (sheet {base + number})",
            "image_local_name": f"{base + number}.jpeg", "image_url": f"https://example.org/{base + number}.jpeg",
            "ocr_output_file": f"{base + number}.json", "answers": answers, "data_split": split,
        }  # fmt: skip
        if split == "val":
            row |= {"answer_type": kind, "operation/reasoning": how, "evidence": ["Text"]}
        if split == "test":
            del row["answers"]
        yield row, lines


INFO_FILES = {
    "train": "infographicsVQA_train_v1.0.json",
    "val": "infographicsVQA_val_v1.0_withQT.json",
    "test": "infographicsVQA_test_v1.0.json",
}


def _infographics(root, questions, pictures, ocr):
    for part in (questions, pictures, ocr):
        (root / part).mkdir(parents=True, exist_ok=True)
    for split, name in INFO_FILES.items():
        rows = list(infographics(split))
        text = {"dataset_name": "infographicVQA", "dataset_version": "1.0", "dataset_split": split}
        (root / questions / name).write_text(json.dumps({**text, "data": [row for row, _ in rows]}))
        for row, lines in rows:
            infographic(lines).save(root / pictures / row["image_local_name"], "JPEG")
            if split == "train":
                blocks = [{"BlockType": "LINE", "Text": line} for line in lines]
                (root / ocr / row["ocr_output_file"]).write_text(json.dumps({"LINE": blocks}))


def infographicvqa(root: Path) -> None:
    """Question files in the root and pictures in images/, as big_vision reads them."""
    _infographics(root, "", "images", "ocr")


def infographicvqa_task3(root: Path) -> None:
    """As the download page packs Task 3 today."""
    _infographics(root, "infographicsvqa_qas", "infographicsvqa_images", "infographicsvqa_ocr")


def infographicvqa_parquet(root: Path) -> None:
    """The form of lmms-lab/DocVQA, configuration InfographicVQA."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "InfographicVQA").mkdir(parents=True)
    for split, ours in (("train", "train"), ("validation", "val"), ("test", "test")):
        rows = []
        for row, lines in infographics(ours):
            buffer = io.BytesIO()
            infographic(lines).save(buffer, "JPEG")
            rows.append({
                "questionId": str(row["questionId"]), "question": row["question"], "answers": row.get("answers"),
                "answer_type": row.get("answer_type"), "image": {"bytes": buffer.getvalue(),
                "path": row["image_local_name"]},
                "image_url": row["image_url"], "operation/reasoning": row.get("operation/reasoning"), "ocr": "[]",
                "data_split": ours,
            })  # fmt: skip
        parquet.write_table(arrow.Table.from_pylist(rows), root / "InfographicVQA" / f"{split}-00000-of-00001.parquet")


LAYOUTS = {
    "mapqa": {"original": mapqa, "all": mapqa_all, "alone": mapqa_alone},
    "infographicvqa": {
        "original": infographicvqa,
        "task3": infographicvqa_task3,
        "parquet": infographicvqa_parquet,
    },
}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
