"""The site: its reference is what the code says, its examples run, and every page is in its navigation."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import vista_core as vista
import yaml
from vista_core import hookspecs
from vista_core.testing.reward import trajectory
from vista_trainers.logs import trajectory_metrics
from vista_trainers.metrics import METRICS, meaning

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
RUN = ["interfaces.md", "protocol.md", "discovery.md", "executors.md"]
HOOK_TESTS = [*(ROOT / "core/tests").glob("test_*.py"), *(ROOT / "plugins/vista_example/tests").glob("test_*.py")]


def python_of(page: Path) -> str:
    return "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))


def test_the_reference_is_fresh():
    done = subprocess.run([sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", RUN)
def test_the_examples_of_a_page_run(name, tmp_path):
    """All blocks of a page are one program; test classes in it are run by pytest, as its reader would."""
    program = tmp_path / f"test_{name.removesuffix('.md')}_page.py"
    program.write_text(python_of(DOCS / name))
    command = [sys.executable, program]
    if "Conformance" in program.read_text():
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_of_the_page_watches_an_episode(capsys):
    space: dict = {}
    exec(compile(python_of(DOCS / "hooks.md"), "hooks.md", "exec"), space)
    task = vista.load("task", "vista-example:dots", problems=3)
    env = vista.VistaEnv(task, tools=["vista-example:tally"], hooks=[space["CountCalls"]()])
    env.reset(options={"index": 0})
    env.step('<think>a</think><tool_call>{"tool": "tally", "arguments": {"label": "a"}}</tool_call>')
    env.step("<think>b</think><answer>3</answer>")
    env.close()
    assert capsys.readouterr().out == "train/0 answered 1\n"


@pytest.mark.parametrize("hook", sorted(name for name in vars(hookspecs) if name.startswith("vista_")))
def test_every_hook_has_a_test(hook):
    assert any(hook in file.read_text() for file in HOOK_TESTS)


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text()
    told = set(re.findall(r": ([\w/-]+\.md)$", text, re.MULTILINE))
    assert told == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    settings = yaml.safe_load(text)
    assert settings["docs_dir"] == "docs" and settings["theme"]["font"] is False


def test_all_metrics_of_rollouts_are_documented():
    good = trajectory("47", runtime={"calls": [{"turn": 0, "seconds": 0.1, "cached": True, "attempts": 1}]}, key="a")
    good.reward = vista.RewardBreakdown(parts={"format": 1.0}, total=1.0)
    good.score = vista.Score(value=1, correct=True, rule="r")
    faulted = trajectory(None, status="faulted", truncation=None, fault="worker died", key="a", rollout=1)
    names = trajectory_metrics([good, faulted])
    assert {"reward/format", "faults", "faults/level_1"} <= set(names)
    assert [name for name in names if meaning(name) is None] == []
    assert meaning("faults/level_none") == METRICS["faults/level_<n>"] != meaning("faults/easyocr")


def test_metrics_that_trainers_log_by_name_are_documented():
    for file in (ROOT / "trainers/src/vista_trainers").rglob("*.py"):
        for name in re.findall(r'_metrics\[mode\]\["([\w/]+)"\]|"(validation/[\w/]+)"', file.read_text()):
            assert meaning(name[0] or name[1]), f"{file.name} logs {name}"
