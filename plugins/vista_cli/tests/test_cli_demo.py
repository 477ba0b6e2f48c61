"""The demo's second half on real evaluations; the slow test runs all of it, training included."""

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image as Pillow
from vista_cli.commands.demo import show
from vista_cli.commands.eval import evaluate_arms
from vista_cli.commands.rollout import free_folder, make_recipe
from vista_cli.demo.result import build_result
from vista_cli.demo.run import SAMPLE_RULE, SAMPLES_PER_KIND, DemoOptions, _write
from vista_cli.output import jsonable

ROWS = [
    {"step": i, "max_steps": 4, "reward": 1 + i / 4, "reward/format": 1.0, "correct": i / 4, "calls": 1.0}
    for i in range(1, 5)
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What the demo writes, from an expert that guesses (before) and one that looks (after)."""
    from vista_trainers.evaluate import compare

    out = tmp_path_factory.mktemp("demo")
    arms = {}
    for name, habit in (("before", "guess"), ("after", "careful")):
        recipe = make_recipe(None, task="synthetic_chart", policy="scripted", tools="chartmoe_to_table,calculator")
        recipe = recipe.with_overrides([f"policy.config.habit={habit}", "episode.max_turns=3"])
        found = evaluate_arms(
            recipe,
            ("tools", "no_tools"),
            checkpoint=None,
            split="test",
            n=16,
            out=out / "eval" / name,
            label=name,
            quiet=True,
        )
        arms[name], arms[f"{name}_no_tools"] = found["tools"], found["no_tools"]
    result = build_result(
        {name: jsonable(report) for name, report in arms.items()},
        ROWS,
        compare(arms["before"], arms["after"]),
        compare(arms["after_no_tools"], arms["after"]),
        story="A story.",
        recipe="schema: 1",
        machine={"python": "3"},
        command="vista demo",
        sample_rule=SAMPLE_RULE,
        seconds={"train": 1.0, "evaluate": 1.0, "total": 2.0},
    )
    return out, _write(result, DemoOptions(out, items=16))


def test_every_figure_is_the_runs_own(demo):
    out, result = demo
    written = json.loads((out / "demo.json").read_text())
    assert written["arms"]["after"]["accuracy"] > 0.9 > written["arms"]["before"]["accuracy"]
    assert written["gain"]["difference"] == pytest.approx(
        written["arms"]["after"]["accuracy"] - written["arms"]["before"]["accuracy"]
    )
    assert written["metrics"] == ROWS == result["metrics"]
    page = (out / "report.html").read_text()
    assert f"{100 * written['arms']['after']['accuracy']:.1f}%" in page and "A story." in page


def test_samples_are_the_same_questions_with_their_pictures(demo):
    out, result = demo
    page = (out / "report.html").read_text()
    pairs = page.count('class="panel pair"')
    kinds = {item["kind"] for item in result["arms"]["before"]["items"]}
    assert len(kinds) <= pairs <= SAMPLES_PER_KIND * len(kinds)
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert len(pictures) >= pairs
    assert Pillow.open(io.BytesIO(base64.b64decode(pictures[0]))).size[0] > 100
    assert "chartmoe_to_table" in page and "http://" not in page and "https://" not in page


def test_the_plot_is_a_picture_of_the_reward_and_its_parts(demo):
    out, _ = demo
    plot = (out / "reward.svg").read_text()
    assert plot.startswith("<svg xmlns") and "reward: format" in plot


def test_the_terminal_gets_the_table_and_the_curves(demo, capsys):
    show(demo[1])
    shown = capsys.readouterr().out
    assert "after GRPO, tools taken away" in shown and "format" in shown and "█" in shown


def test_no_run_overwrites_another(tmp_path):
    assert free_folder(tmp_path / "demo") == tmp_path / "demo"
    (tmp_path / "demo").mkdir()
    assert free_folder(tmp_path / "demo") == tmp_path / "demo"
    (tmp_path / "demo" / "x").touch()
    assert free_folder(tmp_path / "demo") == tmp_path / "demo-2"


@pytest.mark.slow
def test_the_whole_demo(tmp_path):
    """Loads the shipped policy, trains it under accelerate and gains; a tenth of the questions."""
    out = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "vista_cli", "demo", "--items", "60", "--out", str(out), "--json"],
        capture_output=True, text=True, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["gain"]["low"] > 0, result["gain"]
    assert result["arms"]["after"]["accuracy"] > result["arms"]["after_no_tools"]["accuracy"] + 0.2
    assert all(Path(path).stat().st_size > 0 for path in result["files"].values())
