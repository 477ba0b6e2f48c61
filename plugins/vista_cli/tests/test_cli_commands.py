import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner
from vista_cli.app import COMMANDS, app
from vista_cli.commands.tool import parse_pairs
from vista_cli.output import explain, plain
from vista_core import Image, VistaError, read_trajectories

runner = CliRunner()


def vista(*words: object, typed: str | None = None):
    return runner.invoke(app, [str(word) for word in words], input=typed)


def sentence_of(result) -> str:
    """The one line that a failed command wrote to stderr; checks that it is a failure told in a sentence."""
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    line = result.stderr.strip().splitlines()[0]
    assert line.startswith("Error: ") and len(line) > 20
    return line


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "some picture.png"
    path.write_bytes(Image.from_array(np.full((60, 80, 3), 200, np.uint8)).data)
    return path


def test_help_names_every_command_in_its_section():
    shown = vista("--help").stdout
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.help)}$", shown, re.MULTILINE)
    assert vista().stdout == shown or vista().output == shown


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_of_its_own(name):
    assert vista(name, "--help").exit_code == 0


def test_wrong_usage_is_exit_code_2_and_names_the_nearest_command():
    result = vista("toools")
    assert result.exit_code == 2 and "tools" in result.stderr
    assert vista("play").exit_code == 2


def test_tools_lists_rows_a_program_can_read():
    rows = json.loads(vista("tools", "--json").stdout)
    assert {"calculator", "easyocr"} <= {row["name"] for row in rows}
    assert set(rows[0]) >= {"name", "distribution", "version", "status", "problem", "remedy"}
    assert "calculator" in vista("tools").stdout


def test_one_tool_is_shown_as_the_model_reads_it():
    facts = json.loads(vista("tools", "calculator", "--json").stdout)
    assert [argument["name"] for argument in facts["arguments"]] == ["expression"]
    shown = vista("tools", "calculator")
    assert "vista-tools-math" in shown.stdout and "vista tool call calculator --arg expression=…" in shown.stderr


def test_an_unknown_tool_gets_the_nearest_names(monkeypatch):
    assert "`calculator`" in sentence_of(vista("tools", "calculatr"))
    monkeypatch.setattr("vista_core.discovery.registry.first_party", lambda kind: {"abacus": "vista-tools-abacus"})
    assert "pip install vista-tools-abacus" in sentence_of(vista("tools", "abacus"))


@pytest.mark.parametrize(
    "name", ["", "no such", "../../etc/passwd", "a:b:c", "\x1b[31mred", "[red]x[/]", "x" * 5000, "é", "-", "\ud800"]
)
def test_hostile_names_get_a_sentence_and_cannot_touch_the_terminal(name):
    for words in (("tools", "--", name), ("tasks", "--", name), ("tool", "call", "--", name), ("play", "--", name)):
        result = vista(*words)
        assert "\x1b[31mred" not in result.stderr
        if result.exit_code != 2:
            sentence_of(result)


def test_a_call_prints_what_the_policy_would_read():
    assert vista("tool", "call", "calculator", "--arg", "expression=max(47, 12, 33)").stdout == "47\n"
    facts = json.loads(vista("tool", "call", "calculator", "--arg", "expression=6*7", "--json").stdout)
    assert facts["text"] == "42" and facts["images"] == []


def test_pictures_that_a_tool_makes_are_saved(picture, tmp_path):
    out = tmp_path / "made"
    result = vista(
        "tool", "call", "image_zoom_in", "--image", picture, "--arg", "bbox_2d=[0, 0, 40, 40]", "--out", out, "--json"
    )
    facts = json.loads(result.stdout)
    (path,) = facts["images"]
    assert Image.from_path(path).size[0] > 0 and str(out) in path


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--arg", "expression"), "name=value"),
        (("--arg", "expression=1", "--arg", "expression=2"), "twice"),
        (("--arg", "expresion=1"), "expression"),
        (("--arg", "expression=__import__('os').system('true')"), ""),
        (("--arg", "expression=9**9**9**9"), ""),
        (("--arg", "expression="), ""),
        ((), "expression"),
        (("--backend", "nonsense", "--arg", "expression=1"), "nonsense"),
    ],
)
def test_wrong_calls_are_told_in_a_sentence(words, says):
    assert says in sentence_of(vista("tool", "call", "calculator", *words))


def test_a_failed_call_is_json_too_when_asked():
    result = vista("tool", "call", "calculator", "--arg", "expresion=1", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] == "E2"


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"<svg/>"])
def test_corrupt_pictures_are_told_in_a_sentence(content, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    sentence_of(vista("tool", "call", "image_zoom_in", "--image", path, "--arg", "bbox_2d=[0,0,9,9]"))


def test_missing_files_and_folders_are_told_in_a_sentence(tmp_path):
    missing = tmp_path / "none.png"
    assert str(missing) in sentence_of(vista("tool", "call", "easyocr", "--image", missing))
    sentence_of(vista("tool", "call", "easyocr", "--image", tmp_path))
    assert "There is no" in sentence_of(vista("view", tmp_path / "nowhere"))
    assert "vista rollout" in sentence_of(vista("view", tmp_path))
    sentence_of(vista("train", tmp_path / "none.yaml"))
    sentence_of(vista("eval", tmp_path / "none.yaml"))


def test_tasks_show_a_sample_without_its_answer(tmp_path):
    result = vista("tasks", "synthetic_chart", "--split", "test", "--index", "7", "--save", tmp_path, "--json")
    facts = json.loads(result.stdout)
    assert facts["sample"]["split"] == "test" and set(facts["splits"]) >= {"train", "test"}
    assert Image.from_path(facts["saved"][0]).id == facts["sample"]["images"][0]["id"]
    assert "gold" not in result.stdout and "answer" not in set(facts["sample"])
    assert facts["sample"]["question"] in vista("tasks", "synthetic_chart", "--split", "test", "--index", "7").stdout


def test_a_wrong_split_index_or_setting_is_told():
    assert "has no split 'holdout'" in sentence_of(vista("tasks", "synthetic_chart", "--split", "holdout"))
    assert "at most" in sentence_of(vista("tasks", "synthetic_chart", "--index", 10**12))
    assert "levle" in sentence_of(vista("tasks", "synthetic_chart", "--set", "levle=2"))


def test_plugins_check_imports_each_kind():
    rows = json.loads(vista("plugins", "--check", "--kind", "reward", "--json").stdout)
    assert {row["status"] for row in rows} == {"ok"} and all(row["load_time_s"] is not None for row in rows)
    assert "no kind 'toys'" in sentence_of(vista("plugins", "--kind", "toys"))


def test_info_is_for_a_bug_report():
    facts = json.loads(vista("info", "--json").stdout)
    assert facts["vista-core"] == "0.1.0" and facts["python"] and facts["pydantic"]


def test_restricting_discovery(monkeypatch):
    monkeypatch.setenv("VISTA_PLUGINS", "")
    assert json.loads(vista("tools", "--json").stdout) == [] or all(
        row["status"] == "disabled" for row in json.loads(vista("tools", "--json").stdout)
    )
    sentence_of(vista("tool", "call", "calculator", "--arg", "expression=1"))


def test_a_person_plays_with_tools_until_the_end(tmp_path):
    commands = ["help", "tools", "tool calculator", "image 0", "image 9", "", "nonsense"]
    turns = ["think I add", "calculator expression=20+27", "answer 47", "answer 48"]
    typed = "\n".join([*commands, *turns, ""])
    result = vista("play", "synthetic_chart", "--tools", "calculator", "--out", tmp_path, typed=typed)
    assert result.exit_code == 0, result.output
    assert "47" in result.stdout and "reward" in result.stdout and "nonsense" in result.stderr
    (trajectory,) = read_trajectories(tmp_path)
    assert [turn.think for turn in trajectory.turns] == ["I add", "A person plays."]
    assert trajectory.turns[0].observation.text == "47" and trajectory.answer == "47"
    assert json.loads(vista("view", tmp_path, "--json").stdout)["shown"] == 1


def test_a_right_answer_is_told_right(tmp_path):
    from vista_core import load

    task = load("task", "synthetic_chart")
    gold = task.gold(task.sample("train", 3).key).answer
    result = vista(
        "play",
        "synthetic_chart",
        "--split",
        "train",
        "--index",
        3,
        "--tools",
        "",
        "--out",
        tmp_path,
        typed=f"answer {gold}\n",
    )
    assert result.stdout.splitlines()[-2].startswith("right")


def test_malformed_turns_use_up_the_budget(tmp_path):
    typed = "<think>x\n<think>y</think><tool_call>{</tool_call>\n"
    result = vista("play", "synthetic_chart", "--tools", "", "--turns", 2, "--out", tmp_path, typed=typed)
    assert result.exit_code == 0 and "out of turns" in result.stdout and "E1" in result.stdout


def test_leaving_early_scores_nothing(tmp_path):
    for typed in ("", "quit\n", "think\n"):
        result = vista("play", "synthetic_chart", "--tools", "", "--out", tmp_path, typed=typed)
        assert result.exit_code == 0 and "nothing was scored" in result.stderr
    assert not (tmp_path / "trajectories.jsonl").exists()


def test_a_torn_or_foreign_log_is_told(tmp_path):
    log = tmp_path / "trajectories.jsonl"
    log.write_bytes(b"this is not a log\n")
    assert "line 1" in sentence_of(vista("view", log))
    log.write_bytes(b'{"schema_version": 99, "id": "x"}\n')
    assert "99" in sentence_of(vista("view", tmp_path))
    log.write_bytes(b"\xff\xfe\x00")
    sentence_of(vista("view", tmp_path))


def test_several_logs_are_not_guessed_between(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "trajectories.jsonl").touch()
    assert "give one of them" in sentence_of(vista("view", tmp_path))


def test_pairs_become_arguments():
    fields = {
        "text": {"type": "string"},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "number": {"type": "number"},
    }
    got = parse_pairs(["text=12", "maybe=null", "number=12", "other=[1, 2]", "empty=", "raw=a=b"], fields)
    assert got == {"text": "12", "maybe": "null", "number": 12, "other": [1, 2], "empty": "", "raw": "a=b"}
    for wrong in (["x"], ["=x"], ["a=1", "a=1"]):
        with pytest.raises(VistaError):
            parse_pairs(wrong, {})
    assert parse_pairs(["deep=" + "[" * 100_000], {})["deep"].startswith("[[")


def test_control_characters_become_visible():
    assert plain("a\x1b[2Jb\rc\u202ed\te\nf\ud800") == "a·[2Jb·c·d\te\nf·"


def test_only_a_users_errors_are_explained():
    assert explain(VistaError("said")) == "said"
    assert explain(KeyError("a defect")) is None
    assert "pip install vista-trainers" in explain(ModuleNotFoundError("x", name="vista_trainers"))
