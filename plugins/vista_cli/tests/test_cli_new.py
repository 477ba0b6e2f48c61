"""`vista new`: what it writes installs, passes its own tests and is found, with no edit; and it never overwrites."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner
from vista_cli.app import app
from vista_cli.scaffold import LONGEST, check_name, core_range, write_package
from vista_core import NameClash, PluginError, VistaError

runner = CliRunner()
KINDS = ("tool", "task", "reward")
NAMES = {"tool": "dark_share", "task": "count_squares", "reward": "frugal"}


def vista(*words: object):
    return runner.invoke(app, [str(word) for word in words])


def sentence_of(result) -> str:
    """The one line that a failed command wrote to stderr."""
    assert result.exit_code == 1 and "Traceback" not in result.output, result.output
    return result.stderr.strip().splitlines()[0]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The folder of a package of each kind, written by the command."""
    into = tmp_path_factory.mktemp("written") / "not there yet"
    folders = {}
    for kind in KINDS:
        result = vista("new", kind, NAMES[kind], "--into", into)
        assert result.exit_code == 0, result.output
        folders[kind] = into / f"vista-{kind}s-{NAMES[kind].replace('_', '-')}"
    return folders


@pytest.fixture(scope="module")
def site(packages, tmp_path_factory):
    """A folder with all three installed into it, without network."""
    target = tmp_path_factory.mktemp("site")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--target", str(target))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, *map(str, packages.values())], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return target


def child(*words: object, site: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, "PYTHONPATH": str(site)}, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_it_passes_its_own_tests(kind, packages, site):
    done = child("-m", "pytest", "-q", "-p", "no:cacheprovider", site=site, cwd=packages[kind])
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_found(kind, site):
    rows = json.loads(child("-m", "vista_cli", "plugins", "--check", "--kind", kind, "--json", site=site).stdout)
    row = next(row for row in rows if row["name"] == NAMES[kind])
    assert (row["version"], row["status"]) == ("0.1.0", "ok")
    if kind == "tool":
        assert NAMES[kind] in child("-m", "vista_cli", "tools", site=site).stdout
    if kind == "task":
        assert NAMES[kind] in child("-m", "vista_cli", "tasks", site=site).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_its_readmes_example_is_about_ten_lines_and_runs(kind, packages, site, tmp_path):
    readme = (packages[kind] / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    done = child("-c", example, site=site, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for said in re.findall(r"\)  # (\d\S*)$", example, re.MULTILINE):
        assert said in done.stdout.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_writes_is_whole_and_typed(kind, packages):
    folder, package = packages[kind], packages[kind].name.replace("-", "_")
    about = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert about["name"] == folder.name and about["dependencies"] == ["vista-core>=0.1,<0.2"]
    assert list(about["entry-points"][f"vista.{kind}s"]) == [NAMES[kind]]
    assert (folder / "src" / package / "py.typed").read_text() == ""
    workflow = yaml.safe_load((folder / ".github/workflows/test.yml").read_text())
    assert workflow["jobs"]["test"]["steps"][1]["with"] == {"python-version": "${{ matrix.python }}"}
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix != ".pyc":
            assert not re.search(r"\$(name|kind|package|object|core|group|distribution)\b", file.read_text()), file


def test_the_command_says_what_to_do_next(tmp_path):
    result = vista("new", "tool", "some_tool", "--into", tmp_path)
    assert len(result.stdout.split()) == 7 and all(Path(line).is_file() for line in result.stdout.splitlines())
    for said in (
        "cd ",
        'pip install -e ".[test]"',
        "pytest",
        "vista tools some_tool",
        "src/vista_tools_some_tool/tool.py",
    ):
        assert said in result.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_overwritten(kind, tmp_path):
    folder = write_package(kind, "mine", tmp_path).folder
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / "README.md").write_text("my own words")
    assert "is there already" in sentence_of(vista("new", kind, "mine", "--into", tmp_path))
    before[folder / "README.md"] = b"my own words"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("what", ["empty folder", "file", "dangling link"])
def test_whatever_is_in_the_way_stays(what, tmp_path):
    way = tmp_path / "vista-tools-mine"
    if what == "empty folder":
        way.mkdir()
    elif what == "file":
        way.write_text("words")
    else:
        way.symlink_to(tmp_path / "nowhere")
    with pytest.raises(VistaError, match="is there already"):
        write_package("tool", "mine", tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == [way.name]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("darkShare", "dark_share"), ("Dark", "dark"), ("dark-share", "dark_share"), ("a__b", "a_b"), ("_a", "a"),
        ("vista-tools-dark", "dark"), ("a b", "a_b"), ("../up", "up"), ("1st", ""), ("", ""),
        ("\N{CYRILLIC SMALL LETTER A}", ""), ("x" * (LONGEST + 1), ""), ("a\n", "a"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_snake_case_is_refused_with_the_nearest_that_is(name, near, tmp_path):
    said = sentence_of(vista("new", "tool", "--into", tmp_path, "--", name))
    assert "snake_case" in said and said.endswith(f"Did you mean {near}?") == bool(near)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_keywords_and_a_functions_builtins_are_refused(kind):
    for name in ("class", "lambda", "import"):
        with pytest.raises(PluginError, match="keyword"):
            check_name(kind, name)
    if kind == "tool":
        with pytest.raises(PluginError, match="built-in"):
            check_name(kind, "max")
    else:
        check_name(kind, "max")


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [
        ("tool", "calculator", "vista-tools-math"),
        ("task", "synthetic_chart", "vista-tasks-synthetic"),
        ("reward", "vista_dense", "vista-core"),
        ("tool", "vision", "vista-tools-vision"),
        ("task", "synthetic", "vista-tasks-synthetic"),
    ],
)
def test_a_name_that_is_taken_is_refused_and_says_by_what(kind, name, by, tmp_path):
    assert by in sentence_of(vista("new", kind, name, "--into", tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_first_party_name_that_is_not_installed_is_taken_too(tmp_path, monkeypatch):
    monkeypatch.setattr("vista_cli.scaffold.first_party", lambda kind: {"look_around": "vista-tools-audio"})
    with pytest.raises(NameClash, match=r"vista-tools-audio.*many will have"):
        write_package("tool", "look_around", tmp_path)


@pytest.mark.parametrize(
    "name", ["tool", "task", "image", "field", "numpy", "vista_core", "match", "x", "x1", "y" * LONGEST]
)
@pytest.mark.parametrize("kind", KINDS)
def test_any_name_makes_code_that_imports(kind, name, tmp_path):
    written = write_package(kind, name, tmp_path)
    from vista_core.discovery.objects import file_row, new_tool

    row = file_row(kind, str(written.folder / written.source))
    assert row.name == name
    if kind == "tool":
        assert new_tool(row).definition().parameters["properties"]["below"]["default"] == 64


def test_the_range_of_the_core_follows_the_version_rule():
    assert core_range("0.1.0") == ">=0.1,<0.2" and core_range("0.12rc1") == ">=0.12,<0.13"
    assert core_range("1.4.2") == ">=1.4,<2"
