"""The authors' own loaders and scorers read our copies, where a folder with clones of their repositories is named.

    git clone https://github.com/allenai/aokvqa CODE/aokvqa                      (and so on, for those that are wanted)
    VISTA_AUTHORS_CODE=CODE python -m pytest tests/test_authors_code.py

Clones that are looked for: allenai/aokvqa, facebookresearch/clevr-iep, lupantech/ScienceQA, EvolvingLMMs-Lab/lmms-eval.
"""

import importlib.util
import itertools
import json
import os
import random
import sys
from pathlib import Path

import pytest
from vista_core import load

ROOT = Path(__file__).parent.parent
CODE = os.environ.get("VISTA_AUTHORS_CODE", "")


def module(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    made = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def theirs(file):
    path = Path(CODE, file)
    if not CODE or not path.is_file():
        pytest.skip(f"needs a clone with {file}: set VISTA_AUTHORS_CODE to the folder that holds it")
    return module(path, f"theirs_{path.parent.name}_{path.stem}")


@pytest.fixture
def copy(tmp_path):
    def of(package, task, layout):
        fixtures = module(ROOT / f"plugins/vista_tasks_{package}/tests/fixtures_{package}.py", f"authors_{package}")
        fixtures.LAYOUTS[task][layout](tmp_path / task)
        return tmp_path / task

    return of


def test_aokvqa_is_loaded_and_scored_by_its_authors(copy):
    code, root, rng = theirs("aokvqa/aokvqa_utils.py"), copy("general", "aokvqa", "original"), random.Random(0)
    choices = load("task", "aokvqa", root=root, authors_subset=True)
    direct = load("task", "aokvqa", root=root, setting="direct")
    for split in ("train", "val"):
        rows = code.load_aokvqa(str(root), split)
        assert all(Path(code.get_coco_path(split, row["image_id"], str(root))).is_file() for row in rows)
        for _ in range(200):
            for task, said, multiple in ((choices, "choices", True), (direct, "direct_answers", False)):
                given = {row["question_id"]: rng.choice(row[said]) for row in rows}
                keys = [f"{split}/{index}" for index in range(task.size(split))]
                ours = [task.score(key, given[task.row(key)["question_id"]]).value for key in keys]
                assert 100 * sum(ours) / len(ours) == pytest.approx(code.eval_aokvqa(rows, given, multiple))


def test_clevr_programs_are_read_by_iep(copy):
    code, root = theirs("clevr-iep/iep/programs.py"), copy("spatial", "clevr", "original")
    task = load("task", "clevr", root=root)
    for index in range(task.size("train")):
        program = task.gold(f"train/{index}").program
        assert code.is_chain(program)
        assert code.list_to_str(code.list_to_prefix(program)).split()[0] == task.gold(f"train/{index}").kind


def test_scienceqa_is_read_by_the_prompts_of_its_authors(copy):
    code, root = theirs("ScienceQA/models/base_prompt.py"), copy("scientific", "scienceqa", "original")
    task, problems = load("task", "scienceqa", root=root), json.loads((root / "problems.json").read_text())
    lists = json.loads((root / "pid_splits.json").read_text())
    for split in task.splits:
        for index, name in enumerate(lists[split]):
            problem, sample = problems[name], task.sample(split, index)
            gold, context = task.gold(sample.key), code.get_context_text(problem, False)
            assert sample.question.endswith(code.get_question_text(problem))
            assert sample.question.startswith(f"Context: {context}\n") is (context != "N/A")
            assert gold.lecture == code.get_lecture_text(problem) and gold.solution == code.get_solution_text(problem)
            assert task.score(sample.key, code.get_answer(problem, "ABCDE")).correct


ANSWERS = (
    "A",
    "B",
    "C",
    "D",
    "B. a heron",
    "A. x",
    "kite",
    "",
    "0.905",
    "90.5%",
    "7",
    "7.3",
    "27",
    "Kiwi",
    "kiwi",
    "Yes",
)


def test_lmms_eval_scores_chartqa_alike(copy):
    code = theirs("lmms-eval/lmms_eval/tasks/chartqa/utils.py")
    task = load("task", "chartqa", root=copy("chart", "chartqa", "lmms"))
    for index, answer in itertools.product(range(task.size("test")), ANSWERS):
        doc = task.row(f"test/{index}")
        assert (
            task.score(f"test/{index}", answer).value == code.chartqa_process_results(doc, [answer])["relaxed_overall"]
        )


def test_lmms_eval_scores_scienceqa_alike(copy):
    """Equal for letters. Ours takes a choice's text as well; `B. other text` is right there, and no choice here."""
    code = theirs("lmms-eval/lmms_eval/tasks/scienceqa/utils.py")
    task = load("task", "scienceqa", root=copy("scientific", "scienceqa", "parquet"))
    for index, answer in itertools.product(range(task.size("test")), "ABCDE"):
        doc = task.row(f"test/{index}")
        assert task.score(f"test/{index}", answer).value == code.sqa_process_results(doc, [answer])["exact_match"]
