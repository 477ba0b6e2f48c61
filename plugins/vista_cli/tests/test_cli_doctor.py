"""`vista doctor` and `vista replay` as a person and a program call them."""

import json
from importlib import metadata

import pytest
from typer.testing import CliRunner
from vista_cli.app import app
from vista_cli.doctor import examine
from vista_trainers.recipe import Recipe

runner = CliRunner()
BASE = {"tasks": ["synthetic_chart"], "tools": ["chartmoe_to_table", "calculator"], "policy": "scripted"}


def vista(*words: object):
    return runner.invoke(app, [str(word) for word in words])


def found(**fields):
    return {(one.what, one.name): one for one in examine(Recipe.model_validate(BASE | fields))}


@pytest.fixture(scope="module")
def healthy():
    return vista("doctor", "tiny.yaml", "--json")


def test_a_recipe_that_can_run_has_all_its_needs_listed(healthy):
    assert healthy.exit_code == 0, healthy.output
    report = json.loads(healthy.stdout)
    assert report["ok"] and {one["status"] for one in report["findings"]} == {"ok"}
    seen = {(one["what"], one["name"]) for one in report["findings"]}
    assert seen >= {
        ("required plugin", "vista-tools-vision"), ("tool", "chartmoe_to_table"), ("tool", "calculator"),
        ("task", "synthetic_chart"), ("reward", "vista"), ("policy", "hf"), ("executor", "thread"),
        ("tools", "together"), ("trainer", "grpo"),
    }  # fmt: skip


def test_everything_that_is_not_ok_is_told_at_once_with_a_remedy():
    findings = found(
        required_plugins=["vista-core>=99", "vista-no-such-thing", "absent; python_version < '3'"],
        tools=["calculatr", {"use": "easyocr", "backend": "easyocr"}, {"use": "calculator", "config": {"x": 1}}],
        tasks=[{"use": "synthetic_chart", "split": "holdout"}, {"use": "tabmwp"}],
        reward={"use": "vista", "config": {"weigth": 1}},
        policy={"use": "hf", "config": {"path": "./no/such/folder"}},
        hooks=["nobody"],
        trainer={"use": "sft"},
    )
    status = {key: one.status for key, one in findings.items()}
    assert status == {
        ("required plugin", "vista-core>=99"): "missing",
        ("required plugin", "vista-no-such-thing"): "missing",
        ("required plugin", "absent; python_version < '3'"): "ok",
        ("tool", "calculatr"): "not usable",
        ("tool", "easyocr"): "unavailable",
        ("tool", "calculator"): "not usable",
        ("task", "synthetic_chart"): "not usable",
        ("task", "tabmwp"): "not usable",
        ("reward", "vista"): "not usable",
        ("policy", "hf"): "unavailable",
        ("hook", "nobody"): "not usable",
        ("trainer", "sft"): "ok",
    }
    for one in findings.values():
        assert bool(one.problem) == bool(one.remedy) == (one.status != "ok"), one
    assert findings["task", "tabmwp"].remedy == "use dev or test"  # held out: there is nothing to train on
    assert "calculator" in findings["tool", "calculatr"].problem
    assert "train or" in findings["task", "synthetic_chart"].remedy


def test_plugins_that_hang_or_die_are_findings_too(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    info = tmp_path / "doctor_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: doctor-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[vista.tools]\ndies = doctor_dies:x\n[vista.hooks]\ndies = doctor_dies:x\n")
    (tmp_path / "doctor_dies.py").write_text("import os; os._exit(3)")
    findings = found(tools=["dies"], hooks=["dies"])
    assert findings["tool", "dies"].status == findings["hook", "dies"].status == "crashed"
    assert "VISTA_DISABLE" in findings["tool", "dies"].remedy


def test_two_engines_of_one_kind_clash(tmp_path):
    twice = ["calculator", {"use": "calculator", "as": "again"}]
    assert "same engine" in found(tools=twice)["tools", "together"].problem
    assert found(tools=twice, allow_duplicates=True)["tools", "together"].status == "ok"


def test_two_owners_of_cv2_are_reported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("opencv_python", "opencv_python_headless"):
        info = tmp_path / f"{name}-4.12.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 4.12.0\n")
    finding = found()["environment", "cv2"]
    assert finding.status == "two owners" and finding.needed  # vista-tools-vision asks for it
    assert finding.remedy.startswith("pip uninstall -y opencv-python opencv-python-headless")
    assert not found(tools=["calculator"])["environment", "cv2"].needed


def test_the_table_says_what_to_do_and_the_exit_code_tells(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("tasks: [synthetic_chart]\ntools: [calculatr]\npolicy: scripted\n")
    result = vista("doctor", path)
    assert result.exit_code == 1 and "Did you mean `calculator`" in result.stdout
    assert vista("doctor", path, "tools=[calculator]").exit_code == 0
    assert vista("doctor", tmp_path / "none.yaml").stderr.startswith("Error: There is no recipe")


@pytest.fixture
def run(tmp_path):
    words = ("--task", "synthetic_chart", "--policy", "scripted", "--tools", "chartmoe_to_table,calculator")
    assert vista("rollout", *words, "-n", "2", "--out", tmp_path / "run", "--json").exit_code == 0
    return tmp_path / "run"


def test_a_log_is_replayed(run):
    result = vista("replay", run)
    assert result.exit_code == 0, result.output
    calls = sum(line.count('"call":{') for line in (run / "trajectories.jsonl").read_text().splitlines())
    assert f"{calls} calls: {calls} gave the same observation" in result.stdout and calls > 1
    assert json.loads(vista("replay", run, "--json", "--limit", "1").stdout)["trajectories"] == 1


def test_replay_tells_what_differs_and_refuses_other_tools(run, monkeypatch):
    log, lock = run / "trajectories.jsonl", run / "run.lock.json"
    text = log.read_text()
    data = json.loads(text.splitlines()[0])
    data["turns"][0]["observation"]["text"] = "Mango 99"
    log.write_text(json.dumps(data) + "\n")
    result = vista("replay", run)
    assert result.exit_code == 1 and "Mango 99" in result.stdout and "1 of 1 trajectories" in result.stderr
    report = json.loads(vista("replay", run, "--json").stdout)
    assert report["differences"][0]["what"] == "text" and report["differences"][0]["logged"] == "Mango 99"
    locked = json.loads(lock.read_text())
    locked["tools"]["calculator"]["version"] = "0.0.9"
    lock.write_text(json.dumps(locked))
    result = vista("replay", run, "--json")
    version = metadata.version("vista-tools-math")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["refused"] == [f'tools.calculator.version was "0.0.9", is "{version}"']
    assert "cannot be replayed here, since the tools differ: tools.calculator.version" in result.stderr
