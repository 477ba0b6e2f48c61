"""A stranger's ten-line tool, exactly as docs/first-tool.md shows it: installed, listed, called, used in episodes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from vista_core import Image, read_trajectories

ROOT = Path(__file__).parent.parent


def blocks_of_the_page() -> dict[str, str]:
    """The files that docs/first-tool.md shows: path -> content."""
    page = (ROOT / "docs/first-tool.md").read_text()
    found = re.findall(r"^`([\w/.]+)`:\n\n```\w+\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    return dict(found)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the stranger's package installed into it, without network."""
    work = tmp_path_factory.mktemp("stranger")
    files = blocks_of_the_page()
    assert set(files) == {"count_dark/pyproject.toml", "count_dark/count_dark.py"}
    for name, content in files.items():
        path = work / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    target = work / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(target),
    ]
    done = subprocess.run([*install, str(work / "count_dark")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def chart(tmp_path):
    """A white picture with 6 x 5 black pixels in it."""
    import numpy as np

    pixels = np.full((40, 60, 3), 255, np.uint8)
    pixels[10:15, 20:26] = 0
    path = tmp_path / "chart.png"
    path.write_bytes(Image.from_array(pixels).data)
    return path


def vista(*words: object, site: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vista_cli", *map(str, words)],
        capture_output=True, text=True, input=typed, env={**os.environ, "PYTHONPATH": str(site)}, timeout=300,
    )  # fmt: skip


def test_the_tool_is_ten_lines_long():
    lines = [line for line in blocks_of_the_page()["count_dark/count_dark.py"].splitlines() if line.strip()]
    assert len(lines) <= 10


def test_it_is_listed_with_where_it_comes_from(site):
    rows = json.loads(vista("tools", "--json", site=site).stdout)
    row = next(row for row in rows if row["name"] == "count_dark")
    assert (row["distribution"], row["version"], row["status"]) == ("count-dark", "1.0", "found")
    assert "count_dark" not in vista("tools", site=Path("/nowhere")).stdout


def test_its_arguments_are_shown_as_the_model_reads_them(site):
    facts = json.loads(vista("tools", "count_dark", "--json", site=site).stdout)
    assert facts["description"] == "Count the dark pixels of the picture."
    assert [(a["name"], a["default"], a["description"]) for a in facts["arguments"]] == [
        ("below", "64", "brightness, 0 to 255")
    ]
    assert facts["reads"] == ["image"]


def test_it_can_be_called_and_checks_its_arguments(site, chart):
    assert vista("tool", "call", "count_dark", "--image", chart, site=site).stdout == "30\n"
    assert vista("tool", "call", "count_dark", "--image", chart, "--arg", "below=256", site=site).returncode == 1
    wrong = vista("tool", "call", "count_dark", "--image", chart, "--arg", "under=9", site=site)
    assert wrong.returncode == 1 and "below" in wrong.stderr and "Traceback" not in wrong.stderr


def test_the_file_alone_is_a_tool_too(site, chart):
    file = site / "count_dark.py"
    assert vista("tool", "call", file, "--image", chart, site=Path("/nowhere")).stdout == "30\n"


def test_a_person_uses_it_in_an_episode_and_the_log_names_it(site, tmp_path):
    out = tmp_path / "log"
    typed = "think how dark\ncount_dark below=200\nanswer 1\n"
    done = vista("play", "synthetic_chart", "--tools", "count_dark", "--out", out, site=site, typed=typed)
    assert done.returncode == 0, done.stderr
    (trajectory,) = read_trajectories(out)
    assert [turn.call and turn.call.tool for turn in trajectory.turns] == ["count_dark", None]
    assert trajectory.turns[0].think == "how dark" and int(trajectory.turns[0].observation.text) > 0
    assert [(tool.name, tool.distribution, tool.version) for tool in trajectory.tools] == [
        ("count_dark", "count-dark", "1.0")
    ]
    assert trajectory.status == "answered" and trajectory.reward is not None


def test_a_rollout_offers_it_beside_the_others(site, tmp_path):
    out = tmp_path / "rollout"
    tools = "chartmoe_to_table,calculator,count_dark"
    done = vista(
        "rollout",
        "--task",
        "synthetic_chart",
        "--policy",
        "scripted",
        "--tools",
        tools,
        "-n",
        3,
        "--out",
        out,
        site=site,
    )
    assert done.returncode == 0, done.stderr
    trajectories = list(read_trajectories(out))
    assert len(trajectories) == 3
    assert all("count_dark" in [tool.name for tool in trajectory.tools] for trajectory in trajectories)
    page = vista("view", out, "--json", site=site)
    assert json.loads(page.stdout)["shown"] == 3
