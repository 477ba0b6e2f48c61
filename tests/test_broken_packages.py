"""Twelve packages that are broken, each in its own way, installed by pip side by side with one that works."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

GOOD = "from vista_core import tool\n@tool\ndef {0}(x: int = 1) -> int:\n    'Say x.'\n    return x\n"


class Package(NamedTuple):
    """What goes into a wheel, and what is expected of its row: status from metadata, status by import, remedy."""

    entries: str
    code: str
    listed: str
    checked: str
    remedy: str
    requires: str = "vista-core>=0.1,<0.2"
    encoding: str = "utf-8"


PACKAGES = {
    "syntax-error": Package(
        "broken_syntax = syntax_error:x", "def (", "found", "import error", "pip install --upgrade"
    ),
    "import-error": Package(
        "broken_import = import_error:x", "from vista_core import Nothing", "found", "import error", "VISTA_DISABLE="
    ),
    "missing-dependency": Package(
        "broken_needs = missing_dependency:x",
        GOOD.format("x"),
        "missing dependency",
        "missing dependency",
        "pip install 'no-such-distribution>=3'",
        requires="no-such-distribution>=3",
    ),
    "wrong-type": Package("broken_type = wrong_type:x", "x = 5", "found", "wrong type", "report it to its author"),
    "no-schema": Package(
        "broken_schema = no_schema:X",
        "from vista_core import Tool\nclass X(Tool):\n    def run(self, args, context):\n        return 1\n",
        "found",
        "wrong type",
        "report it to its author",
    ),
    "duplicate-name": Package(
        "calculator = duplicate_name:calculator",
        GOOD.format("calculator"),
        "name clash",
        "name clash",
        "duplicate-name:calculator",
    ),
    "too-new": Package(
        "broken_range = too_new:x",
        GOOD.format("x"),
        "incompatible",
        "incompatible",
        "pip install --upgrade too-new vista-core",
        requires="vista-core>=7",
    ),
    "sleeps": Package(
        "broken_sleep = sleeps:x",
        "import time; time.sleep(600)",
        "found",
        "timed out",
        "VISTA_DISABLE=sleeps:broken_sleep",
    ),
    "exits": Package("broken_exit = exits:x", "import sys; sys.exit(0)", "found", "import error", "VISTA_DISABLE="),
    "prints": Package("prints = prints:prints", "print('{}')\n" + GOOD.format("prints"), "found", "prints", "logging"),
    "to-nothing": Package(
        "broken_name = to_nothing:nowhere\nbroken_module = to_nothing_at_all:x",
        "",
        "found",
        "import error",
        "VISTA_DISABLE=",
    ),
    "not-utf8": Package(
        "broken_bytes = not_utf8:x\n# caf\xe9",
        GOOD.format("x"),
        "unreadable",
        "unreadable",
        "pip install --force-reinstall not-utf8",
        encoding="latin-1",
    ),
    "works-well": Package("fine = works_well:fine", GOOD.format("fine"), "found", "ok", ""),
}
NAMES = {
    entry.partition(" = ")[0]: name
    for name, package in PACKAGES.items()
    for entry in package.entries.splitlines()
    if " = " in entry
}
UNUSABLE = [name for name in NAMES if name.startswith("broken") and name != "broken_sleep"]


def wheel(folder: Path, name: str, package: Package) -> Path:
    """Write a wheel as a build back end would, whatever is in it."""
    module = name.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {package.requires}\n"
    files = {
        f"{module}.py": package.code.encode(),
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[vista.tools]\n{package.entries}\n".encode(package.encoding),
    }
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(data).digest()) for path, data in files.items()}
    record = [f"{path},sha256={digest.decode().rstrip('=')},{len(files[path])}" for path, digest in digests.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    path = folder / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    paths = {name: str(wheel(wheels, name, package)) for name, package in PACKAGES.items()}
    # pip itself refuses entry points that are not UTF-8; other installers only unpack, and so is done here.
    with zipfile.ZipFile(paths.pop("not-utf8")) as archive:
        archive.extractall(target)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    done = subprocess.run(
        [*pip, "--no-compile", "--target", str(target), *paths.values()], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return target


def python(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, env=environment, timeout=300)


def vista(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return python(site, "-m", "vista_cli", *words)


def ours(output: str) -> dict[str, dict]:
    return {row["name"]: row for row in json.loads(output) if row["distribution"] in PACKAGES}


def test_each_has_its_row_and_its_remedy_from_metadata_alone(site):
    done = vista(site, "plugins", "--json")
    assert done.returncode == 0, done.stderr
    rows = ours(done.stdout)
    assert {name: row["distribution"] for name, row in rows.items()} == NAMES
    for row in rows.values():
        package = PACKAGES[row["distribution"]]
        assert (row["status"], row["version"], row["kind"]) == (package.listed, "1.0", "tool")
        assert row["provides"] == f"tool {row['name']}" and f"{row['name']} = {row['entry_point']}" in package.entries
        assert bool(row["problem"] and row["remedy"]) == (package.listed != "found")
        assert row["load_time_s"] is None


@pytest.fixture(scope="module")
def checked(site):
    """The check takes as long as the package that sleeps is let sleep: once for JSON; the table is made of the same."""
    done = vista(site, "plugins", "--check", "--kind", "tool", "--timeout", "12", "--json")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_each_has_its_row_and_its_remedy_by_import(checked):
    rows = ours(json.dumps(checked))
    assert set(rows) == set(NAMES)
    for row in rows.values():
        package = PACKAGES[row["distribution"]]
        assert row["status"] == package.checked, row
        assert package.remedy in row["remedy"]
        assert bool(row["problem"]) == bool(row["remedy"]) == (row["status"] != "ok")
        assert (row["load_time_s"] is None) == (
            row["status"] in ("timed out", "missing dependency", "incompatible", "unreadable")
        )
    others = [row for row in checked if row["distribution"] not in PACKAGES and row["name"] != "calculator"]
    assert others and {row["status"] for row in others} == {"ok"}


def test_the_table_has_them_too(site):
    shown = vista(site, "plugins", "--kind", "tool").stdout
    for word in ("provides", "distribution", "version", "entry point", "status"):
        assert word in shown.splitlines()[0]
    for name, distribution in NAMES.items():
        assert f"tool {name}" in shown and distribution in shown
    assert "Remedy: pip install 'no-such-distribution>=3'." in shown


def test_every_other_tool_still_works(site):
    code = f"""
import json, vista_core as vista
from vista_core import PluginError
told = {{}}
for name in {UNUSABLE!r} + ["calculator"]:
    try:
        vista.load("tool", name)
    except PluginError as error:
        told[name] = str(error)
working = [row for row in vista.available("tool") if row.distribution not in {sorted(PACKAGES)!r}]
loaded = [vista.load("tool", row.full_name, setup=False).name for row in working]
values = [vista.load("tool", name)(**arguments).text for name, arguments in (
    ("fine", {{"x": 5}}), ("prints", {{"x": 6}}), ("vista-tools-math:calculator", {{"expression": "3 + 4"}}),
    ("duplicate-name:calculator", {{"x": 8}}),
)]
env = vista.VistaEnv("synthetic_chart", tools=["fine", "vista-tools-math:calculator"])
env.reset(seed=1)
call = '<think>try it</think><tool_call>{{"tool": "fine", "arguments": {{"x": 9}}}}</tool_call>'
values.append(env.step(call)[0]["text"])
env.close()
print(json.dumps([told, loaded, values]))
"""
    done = python(site, "-c", code)
    assert done.returncode == 0, done.stderr
    told, loaded, values = json.loads(done.stdout)
    assert sorted(told) == sorted([*UNUSABLE, "calculator"])
    for name, sentence in told.items():
        assert NAMES[name] in sentence and "Remedy: " in sentence and "\n" not in sentence
    assert {"calculator", "easyocr", "image_zoom_in"} <= set(loaded)
    assert values == ["5", "6", "7", "8", "9"]


def test_json_of_a_tool_that_prints_at_import_is_json(site):
    done = vista(site, "tool", "call", "prints", "--arg", "x=3", "--json")
    assert json.loads(done.stdout)["text"] == "3" and done.stderr.startswith("{}")
