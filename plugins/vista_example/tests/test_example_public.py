"""An outside author has the public interface only: the names of `vista_core.__all__`, and `vista_core.testing`."""

import ast
from pathlib import Path

import pytest
import vista_core
import vista_example

FILES = [*Path(vista_example.__file__).parent.glob("*.py"), *Path(__file__).parent.glob("*.py")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_public_names_are_used(file):
    tree = ast.parse(file.read_text())
    aliases = {"vista_core"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vista_core"):
            names = {alias.name for alias in node.names}
            assert node.module in ("vista_core", "vista_core.testing")
            assert node.module == "vista_core.testing" or names <= set(vista_core.__all__)
        if isinstance(node, ast.Import):
            ours = [alias for alias in node.names if alias.name.startswith("vista_core")]
            assert all(alias.name == "vista_core" for alias in ours)
            aliases |= {alias.asname for alias in ours if alias.asname}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            assert node.attr in {*vista_core.__all__, "__all__"}


def test_it_is_typed():
    assert (Path(vista_example.__file__).parent / "py.typed").exists()
