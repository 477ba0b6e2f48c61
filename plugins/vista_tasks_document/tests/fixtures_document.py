"""Tiny copies of DocVQA in the layouts of the public releases; content ours, pictures drawn here.

Where each field is read:

original release
- {split}_v1.0_withQT.json, test_v1.0.json, records under `data`, pictures in {split}/documents/; questionId, image,
  question, answers (not in test): google-research/big_vision, big_vision/datasets/docvqa/docvqa.py, _generate_examples
- answers, image, questionId, and recognitionResults of the OCR files: anisha2102/docvqa, create_dataset.py
- question_types, docId, ucsf_document_id, ucsf_document_page_no, data_split: card of lmms-lab/DocVQA, which has the
  columns of the release
- folders spdocvqa_qas, spdocvqa_images, spdocvqa_ocr: how the download page (rrc.cvc.uab.es, channel 17) packs Task 1
parquet
- card of lmms-lab/DocVQA, dataset_info, configuration DocVQA: questionId and the ucsf_ fields are strings there
"""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

WORDS = "Lyon Oslo Quito Accra Perth Turin Busan Delhi".split()
NAMES = "Ada Bo Cleo Dov Ella Finn Gus Hana".split()


def page(lines):
    image = Image.new("RGB", (180, 120), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((8, 8 + 14 * number), line, fill="black")
    return image


def records(split):
    """Rows of a split and the lines of each picture."""
    base = {"train": 0, "val": 100, "test": 200}[split]
    for number in range(6):
        name, town, amount = NAMES[number], WORDS[number], 1200 + 37 * (base + number)
        lines = [f"Invoice {base + number}", f"To {name} Marlow, {town}", f"Total ${amount}.50", "Ref 7-A"]
        question, answers, kinds = [
            ("Who is the invoice made out to?", [f"{name} Marlow", name], ["form"]),
            ("In which town does the customer live?", [town], ["layout"]),
            ("What is the total?", [f"${amount}.50", f"{amount}.50", f"{amount},50"], ["table/list", "handwritten"]),
            ("How much has to be paid?", [f"${amount}.50"], ["Yes/No"]),
            ("What town is named after the comma?", [town, town.lower()], ["free_text"]),
            ("Who should pay this invoice?", [f"{name} Marlow"], ["figure/diagram", "others"]),
        ][number]
        row = {
            "questionId": base * 10 + number, "question": f"{question} (invoice {base + number})",
            "question_types": kinds,
            "image": f"documents/abcd{base + number:04d}_1.png", "docId": base + number,
            "ucsf_document_id": f"abcd{base + number:04d}", "ucsf_document_page_no": "1", "answers": answers,
            "data_split": split,
        }  # fmt: skip
        if split == "test":
            del row["answers"], row["question_types"]
        yield row, lines


def _write(root, questions, pictures, ocr):
    for split in ("train", "val", "test"):
        rows = list(records(split))
        name = f"{split}_v1.0.json" if split == "test" else f"{split}_v1.0_withQT.json"
        about = {"dataset_name": "SP-DocVQA", "dataset_version": "1.0", "dataset_split": split}
        file = root / questions / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**about, "data": [row for row, _ in rows]}))
        for row, lines in rows:
            picture = root / pictures.format(split=split) / Path(row["image"]).name
            picture.parent.mkdir(parents=True, exist_ok=True)
            page(lines).save(picture)
            if split == "train":
                words = [{"text": line, "words": [{"text": word} for word in line.split()]} for line in lines]
                text = root / ocr.format(split=split) / (picture.stem + ".json")
                text.parent.mkdir(parents=True, exist_ok=True)
                text.write_text(
                    json.dumps({"status": "Succeeded", "recognitionResults": [{"page": 1, "lines": words}]})
                )


def docvqa(root: Path) -> None:
    """The archives train.tar.gz, val.tar.gz, test.tar.gz unpacked, with the question files beside them."""
    _write(root, "", "{split}/documents", "{split}/ocr_results")


def docvqa_task1(root: Path) -> None:
    """As the download page packs Task 1 today: one folder of pictures, one of OCR, one of questions."""
    _write(root, "spdocvqa_qas", "spdocvqa_images", "spdocvqa_ocr")


def docvqa_parquet(root: Path) -> None:
    """The form of lmms-lab/DocVQA, with the training shards that its first revisions had."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    (root / "DocVQA").mkdir(parents=True)
    for split, ours in (("train", "train"), ("validation", "val"), ("test", "test")):
        rows = []
        for row, lines in records(ours):
            buffer = io.BytesIO()
            page(lines).save(buffer, "PNG")
            rows.append({
                **row, "questionId": str(row["questionId"]), "image": {"bytes": buffer.getvalue(), "path": None},
                "answers": row.get("answers"), "question_types": row.get("question_types"),
            })  # fmt: skip
        table = arrow.Table.from_pylist(rows)
        parquet.write_table(table, root / "DocVQA" / f"{split}-00000-of-00001.parquet", row_group_size=4)


LAYOUTS = {"docvqa": {"original": docvqa, "task1": docvqa_task1, "parquet": docvqa_parquet}}


def make(root: Path) -> None:
    """Write the first layout of each task below `root/<task>`."""
    for name, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(root / name)
