"""Tiny copies of the six held-out data sets in the exact layouts of the public releases; content and pictures are ours.

Where each field is read:

TABMWP, release (lupantech/PromptPG)
  problems_{split}.json: run_gpt3/run_gpt3.py, load_data; pid is the key, tables/<pid>.png lies beside it
  question, choices, unit: run_gpt3/base_prompt.py, get_question_text; table, table_title: get_table_text
  answer, solution: get_answer, get_solution_text; ques_type, ans_type, grade: run_gpt3.py, get_acc_with_contion
  table_for_pd, row_num, column_num, split: README.md of data/tabmwp
AI2D, release (ai2d-all.zip, ai2d_test_ids.csv)
  questions/<image>.json: imageName, questions{text: {abcLabel, answerTexts, correctAnswer, questionId}}, and
  annotations/<image>.json: text{id: {rectangle, replacementText, value}}: google-research/big_vision,
  big_vision/datasets/ai2d/ai2d.py, _generate_examples; test ids one a line: the same
AI2D, parquet (lmms-lab/ai2d): question, options, answer (a text), image: lmms-eval, tasks/ai2d/utils.py
PlotQA (NiteshMethani/PlotQA, PlotQA_Dataset.md): image_index, question_string, answer, answer_bbox, template, type;
  png/<image_index>.png; qa_pairs around the list and question_id: the files themselves
CLEVR-Math, release (dali-does/clevr-math, clevr-math-loader.py, _generate_examples): questions[], template_filename,
  image_filename, split, question, answer; CLEVR_v1.0/images/<split>/<image_filename>; image_index, question_index and
  program: question_generation/generate_questions.py
CLEVR-Math, parquet (the same, _info): template, id, question, image, label
IconQA, release (lupantech/IconQA): problems.json, pid_splits.json: run_choose_txt/dataset.py, _load_dataset;
  question, ques_type, answer (an index), choices: the same; split, choices as file names, iconqa/<split>/<task>/<pid>/:
  tools/generate_img_choice_feature.py; grade, label: README.md of the release
IconQA, parquet (lmms-lab/ICON-QA, card): question_id, question, choices (one text), answer, query_image,
  choice_image_0, choice_image_1, ques_type, label, grade, skills; used by lmms-eval, tasks/iconqa/utils.py
MathVista, release (lupantech/MathVista, evaluation/calculate_score.py): pid -> choices, question_type, answer_type,
  precision, answer; question, unit, image, metadata: evaluation/build_query.py
MathVista, parquet (AI4Math/MathVista, card): the same and decoded_image, query
"""

import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

COLOURS = ("teal", "coral", "indigo", "olive", "maroon", "navy", "gold", "gray")


def drawn(seed, shapes=3, text=""):
    """A picture of a few shapes; no two seeds give the same one."""
    image = Image.new("RGB", (96, 72), (255 - seed % 50, 250 - seed // 50, 245))
    draw = ImageDraw.Draw(image)
    for number in range(shapes):
        left, top = 6 + number * 17 % 80, 8 + (seed * 7 + number * 23) % 44
        shape = draw.ellipse if (seed + number) % 2 else draw.rectangle
        shape((left, top, left + 12, top + 12), fill=COLOURS[(seed + number) % 8])
    draw.text((4, 58), text, fill="black")
    return image


def png(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def saved(image, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def dumped(value, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=4, ensure_ascii=False), encoding="utf-8")


def parquet(rows, path, schema=None):
    import pyarrow
    from pyarrow.parquet import write_table

    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(pyarrow.Table.from_pylist(rows, schema=schema), path, row_group_size=4)


def struct(image, name):
    """A picture as the `datasets` library stores it."""
    return {"bytes": png(image), "path": name}


# TABMWP


def _problem(number, split):
    day = ("Sunday", "Monday", "Tuesday", "Wednesday")
    values = [(number * 37 + place * 11) % 900 + 3 for place in range(3)]
    base = {"table_title": None, "row_num": 4, "column_num": 2, "grade": 1 + number % 8, "split": split, "unit": None}
    base["table"] = "Day | Sold\n" + "\n".join(f"{name} | {value}" for name, value in zip(day, values, strict=False))
    base["table_for_pd"] = {"Day": list(day[:3]), "Sold": [str(value) for value in values]}
    base |= {"choices": None, "ques_type": "free_text", "solution": f"Look at problem {number}."}
    kinds = [
        {"answer": f"{sum(values) * 7:,}", "ans_type": "integer_number", "unit": "bottles"},
        {"answer": f"{values[0] / 100:.2f}", "ans_type": "decimal_number", "unit": "$", "table_title": "Shop"},
        {"answer": day[values.index(max(values))], "choices": list(day), "ans_type": "extractive_text"},
        {"answer": ("no", "yes")[number % 2], "choices": ["yes", "no"], "ans_type": "boolean_text"},
        {"answer": f"{values[1]}/{sum(values) + number}", "ans_type": "decimal_number"},
        {"answer": f"{1 + number % 4}:15 P.M.", "choices": [f"{n}:15 P.M." for n in range(1, 5)],
         "ans_type": "other_text"},
    ]  # fmt: skip
    found = {"question": f"Look at table {number} of the {split} set. What is asked?", **base, **kinds[number % 6]}
    return found | ({"ques_type": "multi_choice"} if found["choices"] else {})


def tabmwp_original(root):
    for split, first in (("dev", 100), ("test", 200)):
        dumped({str(n): _problem(n, split) for n in range(first, first + 12)}, root / f"problems_{split}.json")
        for number in range(first, first + 12):
            saved(drawn(number), root / "tables" / f"{number}.png")


def tabmwp_one_file(root):
    splits = {number: ("train", "dev", "test")[number % 3] for number in range(300, 324)}
    dumped({str(n): _problem(n, split) for n, split in splits.items()}, root / "problems.json")
    for number in splits:
        saved(drawn(number), root / "tables" / f"{number}.png")


# AI2D


def _parts(number):
    names = ["heart", "lung", "liver", "kidney", "root", "stem", "leaf", "flower"]
    return [names[(number * 3 + place * 5) % 8] for place in range(4)]


def ai2d_parquet(root):
    rows = [
        {"question": f"What does label {number} show?", "options": _parts(number), "answer": str(number % 4),
         "image": struct(drawn(number), f"{number}.png")}
        for number in range(10)
    ]  # fmt: skip
    parquet(rows[:6], root / "data" / "test-00000-of-00002.parquet")
    parquet(rows[6:], root / "data" / "test-00001-of-00002.parquet")


def ai2d_original(root):
    for number in range(12):
        name = f"{number}.png"
        saved(drawn(number + 20), root / "images" / name)
        questions = {
            f"What is {letter} in diagram {number}?": {
                "abcLabel": number % 2 == 0, "answerTexts": _parts(number + place),
                "correctAnswer": (number + place) % 4, "questionId": f"{name}-{place}",
            }
            for place, letter in enumerate("AB")
        }  # fmt: skip
        dumped({"imageName": name, "questions": questions}, root / "questions" / f"{name}.json")
        boxes = {f"T{n}": {"rectangle": [[8 + 40 * n, 8], [36 + 40 * n, 26]], "replacementText": letter, "value": "x"}
                 for n, letter in enumerate("AB")}  # fmt: skip
        annotation = {"text": boxes if number % 2 == 0 else {}, "blobs": {}, "arrows": {}, "relationships": {}}
        dumped({"imageName": name, **annotation}, root / "annotations" / f"{name}.json")
    (root / "ai2d_test_ids.csv").write_text("\n".join(str(number) for number in range(8)) + "\n")


# PlotQA


def _pairs(first):
    for number in range(first, first + 9):
        answer = ["Yes", 41.5 + number, "Green Valley", number * 3, "No", f"Country {number}"][number % 6]
        yield {
            "image_index": number // 2, "question_string": f"In plot {number}, what is asked?", "answer": answer,
            "answer_bbox": {"x": 1, "y": 2, "w": 3, "h": 4} if number % 2 else [], "question_id": number,
            "template": ("structural", "data_retrieval", "reasoning")[number % 3], "type": "vbar_categorical",
        }  # fmt: skip


def _plotqa(root, name, within):
    for split, first in (("val", 40), ("test", 60)):
        pairs = list(_pairs(first))
        dumped({"qa_pairs": pairs} if within else pairs, root / split / name)
        for index in {pair["image_index"] for pair in pairs}:
            saved(drawn(index + first), root / split / "png" / f"{index}.png")


def plotqa_v2(root):
    _plotqa(root, "qa_pairs_V2.json", True)


def plotqa_v1_list(root):
    _plotqa(root, "qa_pairs_v1.json", False)


# CLEVR-Math


def _sums(first):
    kinds = ("addition", "subtraction", "adversarial", "subtraction-multihop")
    for number in range(first, first + 9):
        yield number, f"Remove all shapes of kind {number}. How many are left?", (number * 5) % 11, kinds[number % 4]


def clevr_math_original(root):
    for split, first in (("val", 70), ("test", 90)):
        questions = [
            {"question": question, "answer": answer, "image_filename": f"CLEVR_{split}_{number:06}.png", "split": split,
             "template_filename": f"{kind}.json", "image_index": number, "question_index": number, "program": []}
            for number, question, answer, kind in _sums(first)
        ]  # fmt: skip
        dumped({"info": {"split": split, "questions": 3}, "questions": questions}, root / f"clevr-math-{split}.json")
        for row in questions:
            place = root / "CLEVR_v1.0" / "images" / split / row["image_filename"]
            saved(drawn(row["image_index"], row["answer"]), place)


def clevr_math_parquet(root):
    for split, first in (("validation", 110), ("test", 130)):
        rows = [
            {"template": kind, "id": f"CLEVR_{number:06}.png", "question": question, "label": answer,
             "image": struct(drawn(number, answer), f"CLEVR_{number:06}.png")}
            for number, question, answer, kind in _sums(first)
        ]  # fmt: skip
        parquet(rows, root / "data" / f"{split}-00000-of-00001.parquet")


# IconQA


def _icons(number, split):
    task = ("choose_img", "choose_txt", "fill_in_blank")[number % 3]
    row = {"question": f"Look at picture {number}. Which one fits?", "ques_type": task, "grade": "K", "label": "S.A.1"}
    count = 2 + number % 4  # up to five pictures to choose from
    if task == "choose_img":
        row |= {"choices": [f"choice_{n}.png" for n in range(count)], "answer": number * 5 % count}
    elif task == "choose_txt":
        row |= {"choices": ["turn", "slide", "flip"], "answer": number * 2 % 3}
    else:
        row |= {"answer": ("14", "7:30", "six")[number // 3 % 3]}
    return row | {"split": split}


def _icon_pictures(number, row, folder):
    saved(drawn(number), folder / "image.png")
    for place, name in enumerate(row.get("choices", []) if row["ques_type"] == "choose_img" else []):
        saved(drawn(number * 7 + place, place + 1), folder / name)


def iconqa_original(root):
    problems = {str(n): _icons(n, ("val", "test", "train")[n // 12]) for n in range(36)}
    dumped(problems, root / "problems.json")
    splits = {}
    for number, row in problems.items():
        splits.setdefault(f"{row['ques_type']}_{row['split']}", []).append(number)
        _icon_pictures(int(number), row, root / "iconqa" / row["split"] / row["ques_type"] / number)
    dumped(splits, root / "pid_splits.json")


def iconqa_folders(root):
    for number in range(24):
        row = _icons(number + 40, "val" if number < 12 else "test")
        folder = root / "iconqa" / row["split"] / row["ques_type"] / str(number + 40)
        dumped({name: value for name, value in row.items() if name != "split"}, folder / "data.json")
        _icon_pictures(number + 40, row, folder)


def iconqa_parquet(root):
    import pyarrow

    picture = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    texts = ("question_id", "question", "choices", "answer", "ques_type", "label", "grade", "skills")
    schema = pyarrow.schema([(name, pyarrow.string()) for name in texts]
                            + [(f"{name}_image{n}", picture) for name, n in
                               (("query", ""), ("choice", "_0"), ("choice", "_1"))])  # fmt: skip
    for split, first in (("val", 80), ("test", 100)):
        rows = []
        for number in range(first, first + 12):
            row = _icons(number, split)
            names = row.get("choices", [])[:2] if row["ques_type"] == "choose_img" else row.get("choices", [])
            answer = names[row["answer"] % len(names)] if names else row["answer"]
            shown = [struct(drawn(number * 9 + n, n + 1), f"choice_{n}.png") for n in range(2)]
            pictures = shown if row["ques_type"] == "choose_img" else [None, None]
            rows.append({
                "question_id": str(number), "question": row["question"], "choices": ",".join(names), "answer": answer,
                "ques_type": row["ques_type"], "label": "S", "grade": "K", "skills": "counting",
                "query_image": struct(drawn(number), "image.png"), "choice_image_0": pictures[0],
                "choice_image_1": pictures[1],
            })  # fmt: skip
        parquet(rows, root / "data" / f"{split}-00000-of-00001.parquet", schema)


# MathVista


def _mixed(number):
    kinds = [
        ("multi_choice", "text", ["Yes", "No"], None, ("Yes", "No")[number % 2], None),
        ("multi_choice", "text", ["135°", "140°", "145°", "150°"], None, f"{135 + number % 4 * 5}°", None),
        ("free_form", "integer", None, None, str(number * 13), "$" if number % 4 == 2 else None),
        ("free_form", "float", None, 1.0, str(round(number * 1.7, 1)), None),
        ("free_form", "float", None, 2.0, str(number / 8 + 1.01), "cm"),
        ("free_form", "list", None, None, str([number, number + 2]), None),
    ]
    question, answer_type, choices, precision, answer, unit = kinds[number % 6]
    return {
        "pid": str(number), "question": f"What is right in picture {number}?", "image": f"images/{number}.jpg",
        "choices": choices, "unit": unit, "precision": precision, "answer": answer, "question_type": question,
        "answer_type": answer_type,
        "metadata": {"source": "ours", "skills": ["statistical reasoning"], "img_width": 96},
    }  # fmt: skip


def mathvista_parquet(root):
    import pyarrow

    rows = [_mixed(number) | {"decoded_image": struct(drawn(number), f"{number}.jpg"), "query": "Hint: ..."}
            for number in range(1, 19)]  # fmt: skip
    kinds = dict.fromkeys(("pid", "question", "image", "unit", "answer", "question_type", "answer_type", "query"))
    picture = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    about = pyarrow.struct([("source", pyarrow.string()), ("skills", pyarrow.list_(pyarrow.string())),
                            ("img_width", pyarrow.int64())])  # fmt: skip
    fields = [(name, pyarrow.string()) for name in kinds]
    fields += [("choices", pyarrow.list_(pyarrow.string())), ("precision", pyarrow.float64())]
    fields += [("decoded_image", picture), ("metadata", about)]
    parquet(rows, root / "data" / "testmini-00000-of-00001.parquet", pyarrow.schema(fields))


def mathvista_original(root):
    rows = {str(number): _mixed(number) for number in range(30, 48)}
    dumped(rows, root / "data" / "testmini.json")
    for number, row in rows.items():
        saved(drawn(int(number)), root / row["image"])


LAYOUTS = {
    "tabmwp": {"original": tabmwp_original, "one file": tabmwp_one_file},
    "ai2d": {"parquet": ai2d_parquet, "original": ai2d_original},
    "plotqa": {"version 2": plotqa_v2, "version 1, a list": plotqa_v1_list},
    "clevr_math": {"original": clevr_math_original, "parquet": clevr_math_parquet},
    "iconqa": {"original": iconqa_original, "folders": iconqa_folders, "parquet": iconqa_parquet},
    "mathvista": {"parquet": mathvista_parquet, "original": mathvista_original},
}
"""Task -> layout -> what writes a tiny copy in it below a folder."""


def make(root):
    """Write each task's first layout below `root/<task>`."""
    for task, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(Path(root) / task)
