"""The wheels hold what the editable installs find beside the code: templates, recipes, the checkpoint, py.typed."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECTS = sorted([*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")])
DATA = {
    "vista-cli": ["report/templates/demo.html.j2", "report/templates/style.css", "report/templates/script.js"],
    "vista-trainers": ["recipes/tiny.yaml", "recipes/vista_r1_8b_sft.yaml", "recipes/vista_r1_8b_grpo.yaml"],
    "vista-demo-policy": ["checkpoint/config.json", "checkpoint/model.safetensors", "checkpoint/tokenizer.json"],
}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Every package's wheel, by distribution name, built without network."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    done = subprocess.run([*build, *(str(file.parent) for file in PROJECTS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {wheel.name.split("-")[0].replace("_", "-"): wheel for wheel in folder.glob("*.whl")}


@pytest.mark.parametrize("file", PROJECTS, ids=lambda file: file.parent.name)
def test_a_wheel_is_complete_and_typed(file, wheels):
    project = tomllib.loads(file.read_text())["project"]
    names = zipfile.ZipFile(wheels[project["name"]]).namelist()
    module = project["name"].replace("-", "_")
    assert f"{module}/py.typed" in names
    for data in DATA.get(project["name"], ()):
        assert f"{module}/{data}" in names
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_the_shipped_checkpoint_is_small(wheels):
    assert wheels["vista-demo-policy"].stat().st_size < 20e6


def test_all_packages_have_one_version_and_ask_for_this_core():
    for file in PROJECTS:
        project = tomllib.loads(file.read_text())["project"]
        assert project["version"] == "0.1.0" and project["license"] == "Apache-2.0"
        ours = [line for line in project.get("dependencies", ()) if line.startswith("vista-core")]
        assert ours in ([], ["vista-core>=0.1,<0.2"])
