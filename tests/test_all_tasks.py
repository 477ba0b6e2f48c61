"""All nineteen data sets: tiny copies of every layout are written, read, checked, scored and evaluated on."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner
from vista_cli.app import app
from vista_cli.doctor import examine
from vista_core import ImageError, PluginError, Row, TaskDataError, VistaError, load
from vista_trainers.assembly import Assembly
from vista_trainers.engine import Job
from vista_trainers.overlap import refuse_overlap
from vista_trainers.recipe import load_recipe

ROOT = Path(__file__).parent.parent
TRAINED = {
    "figureqa": 2000, "chartqa": 1500, "geometry3k": 2000, "geoqa": 2000, "unigeo": 2000, "mapqa": 1500,
    "infographicvqa": 1000, "thinkvl": 2000, "vizwiz": 200, "scienceqa": 1000, "docvqa": 970, "clevr": 1000,
    "aokvqa": 1500,
}  # fmt: skip
"""Problems of each training set in table 5 of arXiv:2511.19773."""
HELD_OUT = ("tabmwp", "ai2d", "plotqa", "clevr_math", "iconqa", "mathvista")
NAMES = (*TRAINED, *HELD_OUT)
MISSING = object()


def generators():
    """The modules of the packages' tests that write copies."""
    for file in sorted(ROOT.glob("plugins/vista_tasks_*/tests/*fixtures*.py")):
        name = f"all_tasks_{file.parent.parent.name}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, file)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        yield sys.modules[name]


LAYOUTS = {
    (task, name): write
    for module in generators()
    for task, found in module.LAYOUTS.items()
    for name, write in found.items()
}
CASES = sorted(LAYOUTS)


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """(task, layout) -> its copy, written when it is asked for."""
    base, made = tmp_path_factory.mktemp("copies"), {}

    def of(task, layout):
        if (task, layout) not in made:
            made[task, layout] = base / task / layout
            LAYOUTS[task, layout](made[task, layout])
        return made[task, layout]

    return of


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with a copy of each data set in a folder of its name, as `--root` wants it."""
    root = tmp_path_factory.mktemp("data")
    for module in generators():
        module.make(root)
    return root


def vista(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_all_nineteen_have_copies_to_test_with():
    assert len(NAMES) == 19 and {task for task, _ in CASES} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_task_tells_what_it_needs(name):
    task = load("task", name)
    card = task.describe()
    assert all(card[field] for field in ("tree", "fields", "source", "citation", "licence", "splits"))
    assert card["repository"] or card["manual"], "say how the data are got"
    assert card["held_out"] is (name in HELD_OUT)
    shown = vista("tasks", name)
    assert shown.exit_code == 0 and card["source"] in shown.output and card["licence"] in shown.output


@pytest.mark.parametrize("name", NAMES)
def test_without_its_data_a_task_says_how_to_get_them(name, tmp_path):
    for act in (
        lambda: load("task", name).size("test"),
        lambda: load("task", name, root=tmp_path / "none"),
        lambda: load("task", name, root=tmp_path),
    ):
        with pytest.raises(TaskDataError, match="Remedy"):
            act()
    assert vista("tasks", name, "--check", tmp_path).exit_code == 1


@pytest.mark.parametrize(("name", "layout"), CASES)
def test_a_copy_is_read_whole(name, layout, copies):
    root = copies(name, layout)
    task = load("task", name, root=root)
    report = task.report(root)
    amiss = ("missing_pictures", "duplicate_ids", "outside_vocabulary", "malformed")
    assert report["problems"] == [] and not any(report[kind] for kind in amiss)
    assert report["counts"] == {split: task.size(split) for split in task.splits} and len(task) > 0
    for split in task.splits:
        for index in range(task.size(split)):
            sample = task.sample(split, index)
            assert sample.question.strip() and all(image.array.ndim == 3 for image in sample.images)
            gold = task.gold(sample.key)
            assert not task.score(sample.key, None).correct and not task.score(sample.key, "I do not know").correct
            seen = sample.model_dump_json()
            shown = (*(sample.choices or ()), sample.question)
            for text in texts({**gold.model_dump(), "answer": None}):
                assert len(text) < 20 or any(text in part for part in shown) or text not in seen, (
                    "gold is in the sample"
                )


WRONG = (
    None,
    True,
    -1,
    10**30,
    0.5,
    "",
    " ",
    "\x00",
    "../../../../etc/passwd",
    "nan",
    [],
    [None],
    [[]],
    {},
    {"answer": None},
)


@pytest.mark.parametrize(("name", "layout"), CASES)
def test_whatever_a_row_holds_is_read_or_named(name, layout, copies):
    """Any value in any field: a sample, a gold and a score, or an error that names file and row."""
    task = load("task", name, root=copies(name, layout))
    split = task.splits[0]
    row = task.row(f"{split}/0")
    for field in row:
        for value in (*WRONG, MISSING):
            changed = {**row, field: value} if value is not MISSING else {k: v for k, v in row.items() if k != field}
            task._rows[split] = [Row(changed, row.file, row.number, row.name)]
            for act in (
                lambda: task.sample(split, 0),
                lambda: task.gold(f"{split}/0").model_dump_json(),
                lambda: task.score(f"{split}/0", "A"),
                lambda: task.score(f"{split}/0", None),
            ):
                try:
                    act()
                except TaskDataError as error:
                    assert str(row.file) in str(error) and "line" in str(error), (field, value, error)
                except ImageError:
                    assert layout != "original", "a picture's bytes are wrong"


def texts(value):
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(inner)


@pytest.mark.parametrize("name", HELD_OUT)
def test_a_held_out_set_has_no_training_split(name, data):
    task = load("task", name, root=data / name)
    assert not any(split.startswith("train") for split in task.splits)
    with pytest.raises(PluginError, match="held out"):
        task.sample("train", 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_generator_cites_every_field(name, data):
    module = next(module for module in generators() if name in module.LAYOUTS)
    task = load("task", name, root=data / name)
    fields = {field for split in task.splits for field in task.row(f"{split}/0")}
    missing = sorted(field for field in fields if field.replace("color2", "color1") not in cited(module.__doc__))
    assert not missing, f"{module.__file__} does not say where {missing} are read"


def cited(text):
    """The words of a docstring, with `color1_*` standing for all that begins so."""
    words = set(text.replace(",", " ").replace("(", " ").replace(")", " ").replace("[", " ").replace("]", " ").split())
    words |= {word.strip(":;.`") for word in words}
    return words | {f"{word[:-1]}{end}" for word in words if word.endswith("*") for end in ("name", "id", "rgb")}


def test_eval_runs_through_all_of_them(data, tmp_path, caplog):
    words = ("eval", "--tasks", "all", "--root", data, "--policy", "scripted", "--tools", "", "-n", 4)
    result = vista(*words, "--out", tmp_path / "out")
    assert "`scienceqa` (CC-BY-NC-SA-4.0) forbid commercial use" in caplog.text
    assert result.exit_code == 0, result.output
    reports = json.loads((tmp_path / "out/eval.json").read_text())
    assert set(reports) == set(NAMES)
    for name, found in reports.items():
        assert found["tools"]["well_formed"] == 1 and found["tools"]["faults"] == 0, name
        assert not found["tools"]["split"].startswith("train")
        assert (tmp_path / "out" / name / "tools/trajectories.jsonl").is_file()


def test_eval_of_named_tasks(data):
    result = vista("eval", "--tasks", "chartqa, clevr", "--root", data, "--policy", "scripted", "--tools", "", "--json")
    assert set(json.loads(result.stdout)) == {"chartqa", "clevr"}
    for words, said in (
        (("--tasks", "chartqa"), "--root"),
        (("--tasks", "chartqa", "--root", data / "none"), "no such folder"),
        (("--tasks", "all", "--root", data / "none"), "No task has its data"),
        (("--tasks", "no_such", "--root", data), "no_such"),
        (("--tasks", "synthetic_chart", "--root", data), "no data set"),
        (("--root", data, "--task", "chartqa"), "--tasks"),
    ):
        result = vista("eval", *words, "--policy", "scripted", "--tools", "")
        assert result.exit_code == 1 and said in result.output, result.output


def test_check_prints_a_report_and_leaves_with_1_when_something_is_amiss(data, tmp_path):
    clean = vista("tasks", "chartqa", "--check", data / "chartqa")
    assert clean.exit_code == 0 and "Nothing is amiss." in clean.stdout and "28299" in clean.stdout
    (tmp_path / "test/png").mkdir(parents=True)
    rows = [{"imgname": "gone.png", "query": "How many?", "label": "3"}]
    (tmp_path / "test/test_human.json").write_text(json.dumps(rows))
    result = vista("tasks", "chartqa", "--check", tmp_path, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1 and report["missing_pictures"] == 1 and report["expected"]["test"] == 2500
    assert "forbid commercial use" in vista("tasks", "scienceqa", "--check", data / "scienceqa").output


def test_fetch_says_what_has_to_be_done_by_hand(tmp_path):
    result = vista("tasks", "clevr", "--fetch", tmp_path)
    assert result.exit_code == 1 and "CLEVR_v1.0.zip" in result.output
    assert vista("tasks", "synthetic_chart", "--fetch", tmp_path).exit_code == 1


def test_fetch_takes_what_the_card_names(tmp_path, monkeypatch):
    import huggingface_hub

    asked = []
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *args, **words: asked.append((args, words)))
    result = vista("tasks", "scienceqa", "--fetch", tmp_path)
    assert result.exit_code == 0 and "forbid commercial use" in result.output
    ((repository,), words) = asked[0]
    assert repository == "derek-thomas/ScienceQA" and words["repo_type"] == "dataset"

    def broken(*args, **words):
        raise ConnectionError("no network\nand more")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", broken)
    failed = vista("tasks", "chartqa", "--fetch", tmp_path)
    assert failed.exit_code == 1 and "no network" in failed.output and "Traceback" not in failed.output


@pytest.fixture(scope="module")
def mixture(data):
    """The paper's mixture over the copies, with a policy that needs no model."""
    recipe = load_recipe(ROOT / "recipes/data_vista_r1.yaml")
    roots = [f"tasks.{place}.config.root={data / entry.use}" for place, entry in enumerate(recipe.tasks)]
    roots += [f"held_out.{place}.config.root={data / entry.use}" for place, entry in enumerate(recipe.held_out)]
    return recipe.with_overrides([*roots, "policy={use: scripted, config: {habit: guess}}", "tools=[]", "trainer=null"])


def test_the_mixture_has_the_papers_sizes():
    recipe = load_recipe(ROOT / "recipes/data_vista_r1.yaml")
    assert {entry.use: entry.weight for entry in recipe.tasks} == TRAINED
    assert {entry.use: entry.limit for entry in recipe.tasks} == TRAINED
    assert [entry.use for entry in recipe.held_out] == list(HELD_OUT)
    assert recipe.trainer.config["samples"] == sum(TRAINED.values()) == 18_670
    assert all(entry.split.startswith("train") for entry in recipe.tasks)


def test_the_doctor_finds_nothing_amiss_when_roots_are_given(mixture):
    found = {finding.name: finding for finding in examine(mixture) if finding.what == "task"}
    assert {name: finding.status for name, finding in found.items()} == dict.fromkeys(TRAINED, "ok")


def test_the_draw_is_the_seeds_alone(mixture):
    # As many problems of each task as its share of 18, from copies of a few problems.
    with Assembly(mixture) as one, Assembly(mixture) as two:
        first, again = one.jobs(18, shuffle=True), two.jobs(18, shuffle=True)
    other = mixture.model_copy(update={"seed": 1})
    with Assembly(other) as three:
        assert first == again != three.jobs(18, shuffle=True)


def test_the_mixture_is_compared_with_what_is_held_out(mixture):
    with Assembly(mixture) as assembly:
        refuse_overlap(assembly, assembly.jobs(18, shuffle=True))
        # The held-out set as training data, as a mistake in a recipe would have it.
        wrong = mixture.held_out[0].model_copy(update={"split": "test"})
        assembly.recipe = mixture.model_copy(update={"held_out": [wrong]})
        assembly.tasks["chartqa"] = load("task", wrong.use, **wrong.config)
        with pytest.raises(PluginError, match=f"of {wrong.use}/test in chartqa/test"):
            refuse_overlap(assembly, [Job("chartqa", "test", 0)])


def test_what_is_wrong_with_a_root_is_a_finding(mixture, tmp_path):
    chartqa = mixture.tasks[1].model_copy(update={"config": {"root": str(tmp_path)}})
    broken = mixture.model_copy(update={"tasks": [chartqa], "required_plugins": []})
    found = next(finding for finding in examine(broken) if finding.name == "chartqa")
    assert found.status != "ok" and "chartqa" in found.problem + found.remedy
    with pytest.raises(VistaError):
        Assembly(broken)
