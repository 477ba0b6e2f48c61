"""`--from ./mytool.py`: tools that are no package yet, in the commands and in the processes that these start."""

import hashlib
import json
import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner
from vista_cli.app import app
from vista_cli.from_files import FileTools
from vista_core import (
    NameClash,
    PluginError,
    ToolCall,
    UnknownName,
    build_toolset,
    load,
    make_executor,
    read_trajectories,
    tool_spec,
)

runner = CliRunner()

FILE = '''
import os

from pydantic import BaseModel, Field
from vista_core import Backend, Observation, Sample, Tool, tool
from vista_core import Task as Imported


@tool
def shout(text: str) -> str:
    """Write a text in capitals.

    Args:
        text: the text.
    """
    return text.upper()


class WhereArgs(BaseModel):
    """Say in which process this runs."""


class WhereOutput(BaseModel):
    process: int


class Where(Tool[WhereArgs, WhereOutput]):
    name = "where_am_i"
    backends = (Backend("own", executor="process"),)

    def run(self, args, context):
        return WhereOutput(process=os.getpid())


class _Hidden(Where):
    name = "hidden"


made = Where()
'''

REPLACEMENT = '''
from vista_core import tool


@tool
def calculator(expression: str) -> str:
    """Say forty-two."""
    return "42"
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my tools.py"
    path.write_text(FILE)
    return path


@pytest.fixture
def replacement(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(REPLACEMENT)
    return path


def vista(*words: object):
    return runner.invoke(app, [str(word) for word in words])


def sentence_of(result) -> str:
    """The one line that a failed command wrote to stderr."""
    assert result.exit_code == 1 and "Traceback" not in result.output, result.output
    return result.stderr.strip().splitlines()[-1]


def test_every_tool_that_the_file_defines_is_listed_and_nothing_else(file):
    rows = [
        row for row in json.loads(vista("tools", "--from", file, "--json").stdout) if row["distribution"] == file.name
    ]
    assert [row["name"] for row in rows] == ["shout", "where_am_i"]
    assert {row["version"] for row in rows} == {hashlib.sha256(file.read_bytes()).hexdigest()}
    assert rows[1]["entry_point"] == f"{file}:Where"
    assert "shout" not in vista("tools").stdout
    table = vista("tools", "--from", file).stdout
    assert rows[0]["version"][:12] in table and rows[0]["version"] not in table


def test_one_object_of_the_file_alone(file):
    rows = json.loads(vista("tools", "--from", f"{file}:Where", "--json").stdout)
    assert [row["name"] for row in rows if row["distribution"] == file.name] == ["where_am_i"]


def test_a_tool_of_the_file_is_shown_and_the_shown_call_works(file):
    shown = vista("tools", "shout", "--from", file)
    assert "Write a text in capitals." in shown.stdout and "the text." in shown.stdout
    line = next(line for line in shown.stderr.splitlines() if line.startswith("Call it: "))
    words = shlex.split(line.removeprefix("Call it: vista ").replace("text=…", "text=hello"))
    assert vista(*words).stdout == "HELLO\n"


def test_a_call_that_is_wrong_says_how_to_see_the_arguments(file):
    wrong = vista("tool", "call", "shout", "--from", file, "--arg", "texts=a")
    assert wrong.exit_code == 1 and f"vista tools shout --from '{file}'" in wrong.stderr


def test_openai_schemas_name_the_files_tools_too(file, replacement):
    named = json.loads(vista("tools", "shout", "--openai", "--from", file).stdout)
    assert [schema["function"]["name"] for schema in named] == ["shout"]
    every = json.loads(vista("tools", "--openai", "--from", file, "--from", replacement).stdout)
    names = [schema["function"]["name"] for schema in every]
    assert {"shout", "where_am_i", "image_zoom_in"} <= set(names) and names.count("calculator") == 1


def test_the_file_stands_for_an_installed_tool_and_says_so(replacement):
    called = vista("tool", "call", "calculator", "--from", replacement, "--arg", "expression=1+1")
    assert called.stdout == "42\n" and "vista-tools-math:calculator" in called.stderr
    full = vista("tool", "call", "vista-tools-math:calculator", "--from", replacement, "--arg", "expression=1+1")
    assert full.stdout == "2\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 1", "defines no tool"),
        ("import no_such_module_at_all", "No module named"),
        ("def (", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("from vista_core import Tool\n\n\nclass Crop(Tool):\n    name = 'crop'\n", "defines no tool"),
    ],
)
def test_a_file_that_brings_nothing_says_why(tmp_path, content, said):
    path = tmp_path / "broken.py"
    path.write_text(content)
    for words in (["tools"], ["tool", "call", "x"], ["train", "tiny.yaml", "--dry-run"]):
        assert said in sentence_of(vista(*words, "--from", path))


def test_what_is_no_python_file_is_told(tmp_path):
    assert "There is no file" in sentence_of(vista("tools", "--from", tmp_path / "none.py"))
    assert "takes a Python file" in sentence_of(vista("tools", "--from", tmp_path))
    assert "takes a Python file" in sentence_of(vista("tools", "--from", "calculator"))


def test_unknown_names_are_told_with_what_the_file_brings(file):
    assert "`shout`" in sentence_of(vista("tool", "call", "shuot", "--from", file))
    with pytest.raises(UnknownName, match="--from brings shout, where_am_i"):
        FileTools([str(file)]).use("quite_another")


def test_two_files_with_one_name_are_refused_and_one_file_twice_is_not(replacement, tmp_path):
    other = tmp_path / "other.py"
    other.write_text(REPLACEMENT + "\n# another file\n")
    with pytest.raises(NameClash, match=r"mine\.py.*other\.py"):
        FileTools([str(replacement), str(other)])
    twice = FileTools([str(replacement), f"{tmp_path}/./mine.py"])
    assert twice.entries([]) == [f"{replacement}:calculator"]


def test_a_list_of_tools_decides_where_it_names_one_of_a_file(file, replacement):
    files = FileTools([str(file), str(replacement)])
    shout, where, mine = f"{file}:shout", f"{file}:Where", f"{replacement}:calculator"
    assert files.entries([]) == [shout, where, mine]
    assert files.entries(["easyocr", "shout"]) == ["easyocr", shout, mine]
    assert files.entries([{"use": "calculator", "as": "calc"}, "where_am_i"]) == [{"use": mine, "as": "calc"}, where]
    assert files.entries(["calculator"], all_of_them=True) == [mine, shout, where]


def test_a_rollout_offers_them_and_its_log_can_be_replayed_until_the_file_changes(file, tmp_path):
    out = tmp_path / "log"
    words = ("rollout", "--task", "synthetic_chart", "--policy", "scripted", "-n", 2)
    tools = ("--tools", "chartmoe_to_table,calculator,shout", "--from", file)
    done = vista(*words, *tools, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    for trajectory in read_trajectories(out):
        tool = next(tool for tool in trajectory.tools if tool.name == "shout")
        assert (tool.distribution, tool.version) == (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
    assert vista("replay", out).exit_code == 0
    file.write_text(FILE + "\n# changed\n")
    assert "shout" in sentence_of(vista("replay", out))


def test_eval_takes_them(file, tmp_path):
    out = tmp_path / "eval"
    words = ("eval", "--task", "synthetic_chart", "--policy", "scripted", "-n", 1, "--out", out)
    done = vista(*words, "--tools", "chartmoe_to_table,calculator", "--from", file, "--json")
    assert done.exit_code == 0, done.output
    (trajectory,) = read_trajectories(out / "tools")
    assert [tool.name for tool in trajectory.tools] == ["chartmoe_to_table", "calculator", "shout", "where_am_i"]


def test_a_recipe_can_name_a_tool_of_the_file(file, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("tasks: [synthetic_chart]\npolicy: scripted\ntools: [calculator, {use: shout, as: loud}]\n")
    out = tmp_path / "out"
    done = vista("rollout", recipe, "--from", file, "-n", 1, "--out", out, "--json")
    assert done.exit_code == 0, done.output
    assert [tool.name for tool in next(iter(read_trajectories(out))).tools] == ["calculator", "loud"]


def test_the_training_process_gets_a_recipe_that_loads_them_from_anywhere(file, tmp_path):
    done = vista("train", "tiny.yaml", "tools.0.timeout_s=7", "--from", file, "--dry-run")
    assert done.exit_code == 0, done.output
    words = shlex.split(done.stdout)
    arguments = words[words.index("vista_trainers") + 1 :]
    script = (
        "import json, sys\nfrom vista_trainers.recipe import load_recipe\n"
        "from vista_trainers.assembly import load_tools\n"
        "recipe = load_recipe(sys.argv[1], sys.argv[2:])\n"
        "print(json.dumps([[spec.name, spec.timeout_s] for spec in load_tools(recipe).specs]))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    assert child.returncode == 0, child.stderr
    names = dict(json.loads(child.stdout))
    assert {"shout", "where_am_i"} <= set(names) and 7 in names.values()


def test_a_worker_process_loads_the_file(file):
    import os

    toolset = build_toolset([{"use": FileTools([str(file)]).use("where_am_i"), "timeout_s": 60}])
    (spec,) = toolset.specs
    assert spec.executor == "process" and spec.target == f"{file}:Where"
    executor = make_executor(toolset.specs)
    executor.start_sync()
    try:
        (result,) = executor.run_sync([ToolCall("1", spec, {}, timeout_s=60)])
    finally:
        executor.close_sync()
    assert result.observation is not None, result
    assert result.observation.data["process"] != os.getpid()


def test_a_file_that_changes_during_a_run_is_refused_by_new_workers(file):
    spec = tool_spec(f"{file}:shout")
    assert spec.create()(text="a").text == "A"
    file.write_text(FILE.replace("upper", "lower"))
    with pytest.raises(PluginError, match="has changed"):
        spec.create()
    assert load("tool", f"{file}:shout")(text="A").text == "a"


def test_a_file_without_an_object_must_hold_exactly_one(file):
    with pytest.raises(PluginError, match="should hold one tool, and holds shout, Where"):
        load("tool", str(file))
    with pytest.raises(PluginError, match="holds none"):
        load("task", str(file))  # the Task that it imports is not its own


@pytest.mark.slow
def test_a_training_run_uses_them(file, tmp_path):
    run = tmp_path / "run"
    changes = ("trainer.trl.max_steps=1", "trainer.trl.gradient_accumulation_steps=1", f"output={run}")
    done = subprocess.run(
        [sys.executable, "-m", "vista_cli", "train", "tiny.yaml", *changes, "--from", file],
        capture_output=True, text=True, cwd=tmp_path, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lock = json.loads((run / "run.lock.json").read_text())
    assert lock["tools"]["shout"]["version"] == hashlib.sha256(file.read_bytes()).hexdigest()
