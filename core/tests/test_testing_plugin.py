"""The pytest plugin `vista`: its fixture, its light import, and how a failed suite reads in pytest."""

import doctest
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import vista_core as vista
from vista_core import PluginError, UnknownName, testing

MODULES = sorted(path.stem for path in Path(str(testing.__file__)).parent.glob("*.py") if path.stem != "__init__")
ECHO = "from vista_core import tool\n@tool\ndef echo(text: str) -> str:\n    'Echo.'\n    return text\n"


def run_pytest(folder: Path, code: str, *options: str) -> str:
    """What pytest prints about a test file."""
    (folder / "test_it.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_it.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120).stdout


def test_installed_plugins_are_hidden_and_given_ones_seen(vista_isolated: Any) -> None:
    assert {row.distribution for row in vista.available() if row.status == "found"} == {"vista-core"}
    vista_isolated.install("my-tools", tools={"echo": "my_tools:echo"}, files={"my_tools.py": ECHO}, version="2.1")
    row = vista.resolve("tool", "echo")
    assert (row.distribution, row.version, row.status) == ("my-tools", "2.1", "found")
    assert vista.load("tool", "echo")(text="hi").text == "hi"
    code = "import vista_core as vista; print([row.name for row in vista.available('tool') if row.status == 'found'])"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert child.stdout == "['echo']\n", child.stderr


def test_what_is_installed_can_be_broken(vista_isolated: Any) -> None:
    vista_isolated.install("old-tools", requires=("vista-core<0.1",), tools={"old": "old_tools:x"})
    assert [row.status for row in vista.available("tool") if row.name == "old"] == ["incompatible"]
    with pytest.raises(PluginError, match="incompatible"):
        vista.load("tool", "old")
    with pytest.raises(TypeError, match="not gadgets"):
        vista_isolated.install("more", gadgets={})


def test_the_next_test_sees_nothing_of_it(vista_isolated: Any) -> None:
    with pytest.raises(UnknownName):
        vista.resolve("tool", "echo")
    assert "my_tools" not in sys.modules


def test_the_plugin_imports_next_to_nothing() -> None:
    code = (
        "import sys, vista_core.testing.pytest_plugin\n"
        "heavy = {'numpy', 'pydantic', 'PIL', 'gymnasium', 'asyncio', 'pluggy'} & set(sys.modules)\n"
        "print(sorted(heavy - {'pluggy', 'asyncio'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr


SUITE = """
import pytest
from vista_core import tool
from vista_core.testing import ToolConformance

@tool
def echo(text: str) -> str:
    "Echo."
    return text

class TestEcho(ToolConformance):
    tool = echo

    @pytest.fixture
    def examples(self):
        return [{"text": "a"}]
"""


def test_a_failure_is_one_text_without_our_code(tmp_path: Path) -> None:
    said = run_pytest(tmp_path, SUITE, "-k", "examples_work or model_reads or wrong_arguments")
    assert "1 failed, 2 passed" in said
    assert "The argument `text` has no description. Why it matters: The model reads nothing" in said
    assert "def test_everything" not in said and "report.fail" not in said


def test_fixtures_of_the_class_are_taken(tmp_path: Path) -> None:
    mended = SUITE.replace('"Echo."', '"""Echo.\n\n    Args:\n        text: what to say\n    """')
    assert "3 passed" in run_pytest(tmp_path, mended, "-k", "examples_work or model_reads or wrong_arguments")


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_suites_run(name: str) -> None:
    module = importlib.import_module(f"vista_core.testing.{name}")
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).failed == 0


def test_every_suite_is_documented_with_an_example() -> None:
    for name in testing.__all__:
        assert "Example:" in (getattr(testing, name).__doc__ or ""), name
