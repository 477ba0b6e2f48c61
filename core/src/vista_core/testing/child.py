"""Looks at a plugin in a child process: how its import behaves, and what it does without weights and packages.

`python -m vista_core.testing.child MODE REPORT ARGUMENTS` writes one JSON object into the file REPORT: standard output
belongs to the plugin, whose prints are part of what is looked at.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

HEAVY = frozenset(
    "accelerate cv2 datasets easyocr gymnasium jax keras librosa matplotlib numba onnxruntime openai paddle pandas "
    "plotly rapidocr ray scipy shapely skimage sklearn spacy sympy tensorflow timm torch torchvision transformers trl "
    "ultralytics vllm".split()
)
"""Libraries that take long to import or much memory: they belong into setup()."""

PACE_S = 0.011
"""What `_pace` gives on the machine that the limit on imports was set for; a slower or busier one gets longer."""

FRAMEWORK = {
    "tool": "vista_core.tools",
    "task": "vista_core.task",
    "reward": "vista_core.trajectory",
    "policy": "vista_core.episode",
    "executor": "vista_core.executors.base",
    "hook": "vista_core.hookspecs",
}
"""What a plugin of a kind imports of ours: it is not held against the plugin."""


def in_child(
    mode: str, arguments: Mapping[str, Any], *, timeout_s: float = 120.0, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run one of the modes below in a child and return its report; `error` is in it when the child failed.

    Example:
        >>> in_child("import", {"module": "json", "kind": "tool"})["heavy"]
        []
    """
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.json"
        command = [sys.executable, "-m", "vista_core.testing.child", mode, str(written), json.dumps(arguments)]
        variables = {**os.environ, **(environment or {}), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            done = subprocess.run(
                command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s
            )
        except subprocess.TimeoutExpired:
            return {"error": f"it was not done within {timeout_s:g} s", "timed_out": True}
        printed = done.stdout.decode(errors="replace").strip()
        if not written.exists():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            return {"error": f"the process ended with code {done.returncode}: {said[-1] if said else 'no word'}"}
        report: dict[str, Any] = json.loads(written.read_text())
        return {**report, "printed": printed}


def imported(arguments: dict[str, Any]) -> dict[str, Any]:
    """Mode `import`: time of the import alone, at the pace of the reference machine, and what it brought along."""
    import importlib
    import runpy
    import threading

    importlib.import_module(FRAMEWORK[arguments["kind"]])
    module = arguments["module"]
    if module.rpartition(".")[2].startswith("test_"):  # a plugin inside its own test, as on a page of documentation
        suites = importlib.import_module("vista_core.testing")
        for name in suites.__all__:
            getattr(suites, name)
    before, threads = set(sys.modules), threading.active_count()
    started, worked, waited = time.perf_counter(), time.process_time(), _waited()
    try:
        if module.endswith(".py"):
            runpy.run_path(module, run_name=Path(module).stem)
        else:
            importlib.import_module(module)
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"}
    work = time.process_time() - worked
    idle = max(0.0, time.perf_counter() - started - work - (_waited() - waited))  # it slept, or waited for a disk
    seconds = idle + work / max(1.0, _pace() / PACE_S)
    brought = {name.partition(".")[0] for name in set(sys.modules) - before}
    return {
        "seconds": seconds,
        "heavy": sorted(brought & HEAVY - {module.partition(".")[0]}),
        "threads": threading.active_count() - threads,
    }


def without(arguments: dict[str, Any]) -> dict[str, Any]:
    """Mode `without`: set the tool up with each backend, with no network and an empty home; then without packages."""
    from vista_core.calls import ToolSpec

    spec = ToolSpec.model_validate(arguments["spec"])
    tried: list[str] = []

    def cut_off(event: str, details: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            tried.append(f"{event} {details[-4:]!r}"[:200])
            raise OSError("there is no network in this test")

    sys.addaudithook(cut_off)
    backends = list(spec.create(setup=False).backends)
    found = []
    for case in ("weights", "packages"):
        if case == "packages":
            _hide([requirement for backend in backends for requirement in backend.requires])
        found += [
            {"backend": backend.name, "case": case, **_set_up(spec, backend.name)}
            for backend in backends
            if backend.python is None
        ]
    return {"found": found, "network": tried}


def _set_up(spec: Any, backend: str) -> dict[str, Any]:
    from vista_core.errors import ToolUnavailable

    try:
        spec.model_copy(update={"backend": backend}).create()
    except ToolUnavailable as error:
        return {"end": "unavailable", "text": str(error), "remedy": error.remedy}
    except BaseException as error:
        return {"end": "raised", "text": f"{type(error).__name__}: {error}"[:500]}
    return {"end": "ready"}


def _hide(requirements: list[str]) -> None:
    """Make the heavy libraries and these distributions look as if they were not installed."""
    from importlib import metadata

    from packaging.requirements import Requirement

    from vista_core.discovery.metadata import canonical

    names = {canonical(Requirement(text).name) for text in requirements}
    ours = {"numpy", "pillow"}  # of vista-core: always there
    owners = metadata.packages_distributions()
    hidden = {module for module, dists in owners.items() if {canonical(dist) for dist in dists} & (names - ours)}
    hidden |= HEAVY
    version = metadata.version

    class Hider:
        """A finder that does not find what is hidden."""

        def __init__(self, finder: Any) -> None:
            self._finder = finder

        def __getattr__(self, name: str) -> Any:
            return getattr(self._finder, name)

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return None if name.partition(".")[0] in hidden else self._finder.find_spec(name, path, target)

    def no_version(name: str) -> str:
        if canonical(name) in names - ours or name in hidden:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    sys.meta_path[:] = [Hider(finder) for finder in sys.meta_path]
    for module in [name for name in sys.modules if name.partition(".")[0] in hidden]:
        cast(dict[str, Any], sys.modules)[module] = None  # what import then says is ModuleNotFoundError
    setattr(metadata, "version", no_version)  # noqa: B010 - for the type checker


def _waited() -> float:
    """Seconds that this process stood in line for a processor: a busy machine is not the plugin's fault."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _pace() -> float:
    """Seconds that this core needs now for a fixed piece of the work that importing is: the best of three."""
    source = (
        "class C:\n    x: int = 0\n    def f(self, a, b=2):\n        return [a * i for i in range(b) if i % 3]\n" * 4
    )
    seconds = []
    for _ in range(3):
        started = time.process_time()
        for _ in range(60):
            exec(compile(source, "pace", "exec"), {})
        seconds.append(time.process_time() - started)
    return min(seconds)


MODES = {"import": imported, "without": without}

if __name__ == "__main__":
    # Imported under its own name, so that what it changes is changed for all.
    from vista_core.testing import child

    Path(sys.argv[2]).write_text(json.dumps(child.MODES[sys.argv[1]](json.loads(sys.argv[3]))))
