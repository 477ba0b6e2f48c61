"""The public interface: complete, lazy, documented with examples that run."""

import doctest
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import vista_core

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(vista_core.__path__, "vista_core.")
    if not module.name.startswith(("vista_core.testing", "vista_core.executors.worker"))
)


def test_every_public_name_is_there_and_documented_with_an_example() -> None:
    for name in vista_core.__all__:
        value = getattr(vista_core, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert "Example:" in (value.__doc__ or ""), f"{name} has no example"
    assert set(vista_core.__all__) <= set(dir(vista_core))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = vista_core.nothing


def test_type_checkers_see_the_same_names() -> None:
    stub = Path(vista_core.__file__).with_suffix(".pyi").read_text()
    assert sorted(re.findall(r"\b(\w+) as \1\b", stub)) == sorted(vista_core.__all__)


def test_the_version_is_the_distributions() -> None:
    assert vista_core.__version__ == version("vista-core")


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_a_submodule_never_hides_a_public_name() -> None:
    code = """
import importlib, pkgutil, vista_core
for module in pkgutil.walk_packages(vista_core.__path__, "vista_core."):
    importlib.import_module(module.name)
import inspect
assert not [name for name in vista_core.__all__ if inspect.ismodule(getattr(vista_core, name))]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_tool_of_the_readme_works(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert code is not None
    exec(compile(code[1], "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out == "42\n"


@pytest.mark.slow
def test_a_type_checker_catches_a_tool_whose_types_disagree(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "downstream.py").write_text("""
from pydantic import BaseModel
from vista_core import Tool, ToolContext
class A(BaseModel):
    x: int
class B(BaseModel):
    y: int
class Good(Tool[A, B]):
    async def run(self, args: A, context: ToolContext) -> B:
        return B(y=args.x)
class WrongArguments(Tool[A, B]):
    def run(self, args: B, context: ToolContext) -> B:
        return args
class WrongOutput(Tool[A, B]):
    def run(self, args: A, context: ToolContext) -> A:
        return args
""")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "downstream.py"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300).stdout
    assert re.findall(r"downstream\.py:(\d+): error", found) == ["12", "15"], found
