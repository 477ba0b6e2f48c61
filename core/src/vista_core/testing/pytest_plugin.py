"""The pytest plugin `vista`: one fixture that isolates discovery from what is installed.

pytest loads it in every run of everybody's tests, so it imports the standard library and pytest only.
"""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

GROUPS = {
    "tools": "vista.tools",
    "tasks": "vista.tasks",
    "rewards": "vista.rewards",
    "policies": "vista.policies",
    "executors": "vista.executors",
    "hooks": "vista.hooks",
}
"""Keyword of `install` -> entry-point group."""


class IsolatedPlugins:
    r"""A site of its own: of the installed plugins only vista-core's are seen, and what a test installs.

    What it installs is real metadata in a folder on `sys.path` and `PYTHONPATH`, so that child processes see it too.

    Attributes:
        folder: the folder.

    Example:
        def test_my_tool_is_found(vista_isolated):
            code = "from vista_core import tool\\n@tool\\ndef echo(text: str) -> str:\\n    'Echo.'\\n    return text"
            vista_isolated.install("my-tools", tools={"echo": "my_tools:echo"}, files={"my_tools.py": code})
            assert vista_core.load("tool", "echo")(text="hi").text == "hi"
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._seen: list[str] = []
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH")))))
        monkeypatch.setenv("VISTA_PLUGINS", "")
        monkeypatch.delenv("VISTA_DISABLE", raising=False)

    def allow(self, *distributions: str) -> None:
        """Let installed distributions be seen again."""
        self._seen += distributions
        self._patch.setenv("VISTA_PLUGINS", ",".join(self._seen))

    def install(
        self,
        distribution: str = "isolated-plugin",
        *,
        version: str = "1.0",
        requires: Iterable[str] = ("vista-core",),
        files: Mapping[str, str] | None = None,
        **entry_points: Mapping[str, str],
    ) -> None:
        """Install a distribution: its metadata, its entry points, and its modules.

        Args:
            distribution: its name.
            version: its version.
            requires: requirement strings.
            files: path inside the folder -> text, e.g. `{"my_tools.py": "..."}`.
            **entry_points: `tools`, `tasks`, `rewards`, `policies`, `executors`, `hooks`: name -> "module:object".

        Raises:
            TypeError: another keyword than these.
        """
        unknown = set(entry_points) - set(GROUPS)
        if unknown:
            raise TypeError(f"install() takes {', '.join(GROUPS)}; not {', '.join(sorted(unknown))}.")
        for name, text in (files or {}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        metadata += [f"Requires-Dist: {need}" for need in requires]
        (info / "METADATA").write_text("\n".join([*metadata, "", ""]), encoding="utf-8")
        lines = []
        for keyword, points in entry_points.items():
            lines += [f"[{GROUPS[keyword]}]", *(f"{name} = {target}" for name, target in points.items()), ""]
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        importlib.invalidate_caches()
        self.allow(distribution)


@pytest.fixture
def vista_isolated(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[IsolatedPlugins]:
    """Discovery sees vista-core and what the test installs; see `vista_core.testing.IsolatedPlugins`."""
    folder = tmp_path_factory.mktemp("vista_site")
    yield IsolatedPlugins(folder, monkeypatch)
    for name, module in list(sys.modules.items()):  # the next test may install another module of this name
        if str(getattr(module, "__file__", None) or "").startswith(f"{folder}{os.sep}"):
            del sys.modules[name]
