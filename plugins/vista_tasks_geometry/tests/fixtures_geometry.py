"""Tiny copies of Geometry3K, GeoQA and UniGeo in the exact layouts of the releases; problems and diagrams are ours.

Where each field is read:

Geometry3K, release (lupantech/InterGPS), folders {train,val,test}/<id>
  data.json precise_value, answer: symbolic_solver/test.py, multithread_solve; compact_text, id: text_parser.py;
  problem_text, annotat_text, detailed_solution, choices, compact_choices, rough_value, unit, problem_type_graph,
  problem_type_goal, source, img_width, data_type and the rest: README.md of data/geometry3k
  logic_form.json point_positions, line_instances, circle_instances, diagram_logic_form(s), text_logic_form(s):
  symbolic_solver/test.py, solve_one_problem
Geometry3K, parquet (hiyouga/geometry3k): images, problem (after <image>), answer: hiyouga/EasyR1, examples/config.yaml
  (image_key, prompt_key, answer_key)
GeoQA, release (chen-judge/GeoQA): image, token_list, manual_program, numbers, choice_nums, label, id, formal_point and
  sub_dataset_dict.pk: utils.py, SeqReader.text_to_instance; subject, choices, answer, problem_with_space: README.md
GeoQA, parquet (leonardPKU/GEOQA_R1V_Train_8K): image, problem, solution with <answer>: Deep-Agent/R1-V, grpo.py
UniGeo, release (chen-judge/UniGeo): calculation_*: English_problem, manual_program, image, numbers, choice_nums, label,
  id; proving_*: input_text, proving_sequence, img, problem_type; sub_dataset_dict.pk: Geoformer/src/geo_data.py,
  GeoDataset.__init__; answer (Chinese solution): utils.py, calculation_to_instance
"""

import io
import json
import math
import pickle
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def diagram(seed):
    """A triangle on a line; no two seeds give the same one."""
    image = Image.new("RGB", (100, 80), "white")
    draw = ImageDraw.Draw(image)
    top = (20 + seed * 7 % 60, 8 + seed % 20)
    draw.polygon([(10, 66), (90 - seed % 11, 66), top], outline="black")
    draw.text((top[0] - 3, 1), "ABC"[seed % 3], fill="black")
    draw.point((seed % 100, 79), fill="black")
    return image


def dumped(value, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False), encoding="utf-8")


def pickled(value, path, protocol=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol))


def parquet(rows, path):
    import pyarrow
    from pyarrow.parquet import write_table

    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(pyarrow.Table.from_pylist(rows), path, row_group_size=4)


def struct(image, name):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": name}


def _four(number):
    """Four choices, their values, and the index of the right one."""
    kind = number % 4
    if kind == 0:
        values = [30 + number, 47 + number, 65 + number, 83 + number]
        return [f"{value}" for value in values], [float(value) for value in values], (number // 4) % 4
    if kind == 1:
        roots = [2 + number % 5, 3 + number % 5, 5, 7]
        texts = [f"{n + 2} \\sqrt {{ {root} }}" for n, root in enumerate(roots)]
        return texts, [(n + 2) * math.sqrt(root) for n, root in enumerate(roots)], (number // 4) % 4
    if kind == 2:
        values = [n * 3 + number + 0.5 for n in range(4)]
        return [f"\\frac {{ {int(value * 2)} }} {{ 2 }}" for value in values], values, (number // 4 + 1) % 4
    texts = [f"{n + number} \\pi" for n in range(1, 5)]
    return texts, [(n + number) * math.pi for n in range(1, 5)], (number // 4 + 2) % 4


FIRST = {"train": 0, "val": 20, "test": 40}


def geometry3k_original(root):
    for split, first in FIRST.items():
        for number in range(first, first + 12):
            folder = root / split / str(number)
            texts, values, right = _four(number)
            data = {
                "problem_text": f"Find x in figure {number}.", "compact_text": f"Find x in figure {number}.",
                "annotat_text": f"Find $x$ in figure {number}.", "choices": texts,
                "compact_choices": [text.replace(" ", "") for text in texts], "answer": "ABCD"[right],
                "precise_value": values, "rough_value": [round(value, 2) for value in values], "unit": "",
                "problem_type_graph": ["Triangle"], "problem_type_goal": ["Angle", "Length"][number % 2 :][:1],
                "id": number, "data_type": split, "detailed_solution": " ", "source": "ours", "img_width": 100,
            }  # fmt: skip
            dumped(data, folder / "data.json")
            if number % 3:  # an optional file
                forms = {
                    "text_logic_form": ["Find(x)"], "dissolved_text_logic_form": ["Find(x)"],
                    "diagram_logic_form": [f"Equals(LengthOf(Line(A, B)), {number})"], "line_instances": ["AB", "BC"],
                    "point_positions": {"A": [1.0, 2.0]}, "circle_instances": [],
                }  # fmt: skip
                dumped(forms, folder / "logic_form.json")
            diagram(number).save(folder / "img_diagram.png")
            diagram(number + 100).save(folder / "img_diagram_point.png")


def geometry3k_parquet(root):
    for split, first in FIRST.items():
        rows = []
        for number in range(first + 100, first + 110):
            texts, _, right = _four(number)
            rows.append({"images": [struct(diagram(number), "a.png")], "problem": f"<image>Find x, figure {number}.",
                         "answer": texts[right]})  # fmt: skip
        name = "validation" if split == "val" else split
        parquet(rows, root / "data" / f"{name}-00000-of-00001.parquet")


def _geoqa(number, grey=True):
    texts, values, right = _four(number)
    place = number % 10
    return {
        "id": number, "image": np.asarray(diagram(number).convert("L")) if grey else None,
        "subject": f"如图,在图形{number}中,已知∠A=N°,求∠B的度数是()", "numbers": [float(40 + number), 2.5],
        "token_list": ["如图", "图形", str(number), "∠A", "=", "N_0", "°", "求", "∠B"],
        "choices": texts if place else [], "choice_nums": values if place != 3 else [*values[:3], None],
        "label": right if place != 3 else 0, "manual_program": ["g_minus", "C_3", "N_0"],
        "formal_point": ["圆周角"], "answer": f"解:第{number}题", "problem_with_space": "",
    }  # fmt: skip


def geoqa_original(root):
    problems = {split: [_geoqa(number) for number in range(first, first + 12)] for split, first in FIRST.items()}
    del problems["val"][2]["subject"]  # then the tokens are read, with the numbers in their places
    for split, rows in problems.items():
        pickled(rows, root / "GeoQA2.2" / f"{'dev' if split == 'val' else split}.pk")
    kinds = {
        row["id"]: ("angle", "length", "area", "other")[row["id"] % 4] for rows in problems.values() for row in rows
    }
    pickled(kinds, root / "GeoQA2.2" / "sub_dataset_dict.pk")


def geoqa_parquet(root):
    rows = []
    for number in range(200, 212):
        texts, _, right = _four(number)
        rows.append({"image": struct(diagram(number), "a.png"), "problem": f"In figure {number}, how long is BC?",
                     "solution": f"<answer> {texts[right]} </answer>"})  # fmt: skip
    parquet(rows, root / "data" / "train-00000-of-00001.parquet")


def _unigeo(root, form):
    for split, first in FIRST.items():
        rows = []
        for number in range(first, first + 12):
            row = _geoqa(number)
            row["English_problem"] = f"As shown in figure {number}, angle A = N_0 ° and BC = N_1, then angle B is ()"
            proof = {
                "input_text": f"Given: N_{number % 7} parallel to figure {number}. Prove: E_1.",
                "img": np.asarray(diagram(number + 50)), "problem_type": ("parallel", "congruent")[number % 2],
                "proving_sequence": [f"{'MCE'[n * number % 3]}_{(n * 7 + number * 5) % 23}"
                                     for n in range(3 + number % 9)],
                "reasoning_skill": ["M_0", "M_1"],
            }  # fmt: skip
            rows.append(row if form == "calculation" else proof)
        pickled(rows, root / "UniGeo" / f"{form}_{split}.pk", protocol=4)


def unigeo_both(root):
    for form in ("calculation", "proving"):
        _unigeo(root, form)
    pickled({number: "angle" for number in range(60)}, root / "UniGeo" / "sub_dataset_dict.pk")


LAYOUTS = {
    "geometry3k": {"original": geometry3k_original, "parquet": geometry3k_parquet},
    "geoqa": {"original": geoqa_original, "parquet": geoqa_parquet},
    "unigeo": {"calculation": unigeo_both},
}
"""Task -> layout -> what writes a tiny copy in it below a folder."""


def make(root):
    """Write each task's first layout below `root/<task>`."""
    for task, layouts in LAYOUTS.items():
        next(iter(layouts.values()))(Path(root) / task)
