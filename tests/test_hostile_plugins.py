"""Distributions that are broken or mean harm: each is reported, none stops the others, none touches the terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def distribution(
    site: Path, name: str, entries: bytes, requires: str = "", modules: dict[str, str] | None = None
) -> None:
    """Write an installed distribution by hand, as pip would leave it."""
    folder = site / f"{name.replace('-', '_')}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}")
    (folder / "entry_points.txt").write_bytes(entries)
    for module, code in (modules or {}).items():
        (site / f"{module}.py").write_text(code)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    good = "from vista_core import tool\n@tool\ndef fine(x: int = 1) -> int:\n    'Say x.'\n    return x\n"
    distribution(site, "good-tools", b"[vista.tools]\nfine = good_tools:fine\n", modules={"good_tools": good})
    distribution(site, "bad-import", b"[vista.tools]\nexplodes = bad_import:x\n", modules={"bad_import": "1 / 0"})
    distribution(site, "kills", b"[vista.tools]\nkills = kills:x\n", modules={"kills": "import os; os._exit(7)"})
    distribution(site, "wrong-type", b"[vista.tools]\nnumber = wrong_type:x\n", modules={"wrong_type": "x = 5"})
    distribution(site, "needs-more", b"[vista.tools]\nneedy = needs:x\n", "Requires-Dist: no-such-distribution>=3\n")
    distribution(site, "too-new", b"[vista.tools]\nfuture = new:x\n", "Requires-Dist: vista-core>=7\n")
    distribution(site, "clash-a", b"[vista.tools]\ncalculator = good_tools:fine\n")
    escapes = "[vista.tools]\n\x1b[2J\x1b[31mred = good_tools:fine\n[bold]x[/] = good_tools:fine\n"
    distribution(site, "escapes", escapes.encode())
    return site


def vista(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vista_cli", *words],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(site)}, timeout=120,
    )  # fmt: skip


def test_every_one_is_listed_with_its_status_and_a_remedy(site):
    done = vista(site, "tools", "--json")
    assert done.returncode == 0, done.stderr
    rows = {(row["distribution"], row["name"]): row for row in json.loads(done.stdout)}
    status = {key: row["status"] for key, row in rows.items()}
    assert status["good-tools", "fine"] == "found"
    assert status["needs-more", "needy"] == "missing dependency"
    assert status["too-new", "future"] == "incompatible"
    assert status["clash-a", "calculator"] == status["vista-tools-math", "calculator"] == "name clash"
    assert status["vista-tools-vision", "easyocr"] == "found"
    assert all(row["problem"] and row["remedy"] for row in rows.values() if row["status"] not in ("found", "disabled"))


def test_check_reports_what_does_not_import_and_goes_on(site):
    done = vista(site, "plugins", "--check", "--kind", "tool", "--json")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    status = {row["name"]: row["status"] for row in json.loads(done.stdout) if row["distribution"] != "clash-a"}
    assert status["fine"] == status["easyocr"] == "ok"
    assert status["explodes"] == "import error"
    assert status["kills"] == "crashed"
    assert status["number"] == "wrong type"


def test_names_cannot_move_the_cursor_or_colour_the_terminal(site):
    for words in (("tools",), ("plugins",), ("plugins", "--check", "--kind", "tool")):
        done = vista(site, *words)
        assert "\x1b" not in done.stdout + done.stderr
        assert "fine" in done.stdout


def test_a_clash_names_both_and_the_full_form_picks_one(site):
    clash = vista(site, "tool", "call", "calculator", "--arg", "expression=1+1")
    assert clash.returncode == 1
    assert "clash-a" in clash.stderr and "vista-tools-math:calculator" in clash.stderr
    assert vista(site, "tool", "call", "vista-tools-math:calculator", "--arg", "expression=1+1").stdout == "2\n"


@pytest.mark.parametrize("name", ["explodes", "number", "needy", "future"])
def test_using_a_broken_one_is_a_sentence(site, name):
    done = vista(site, "tool", "call", name)
    assert done.returncode == 1 and done.stderr.startswith("Error: ") and "Remedy" in done.stderr
    assert "Traceback" not in done.stderr


def test_metadata_that_is_not_utf8_stops_nobody_else(tmp_path):
    """Such a file stops `importlib.metadata.entry_points()` for everybody who calls it."""
    distribution(tmp_path, "not-utf8", b"[vista.tools]\n\xff\xfe = x:y\n")
    rows = {row["distribution"]: row for row in json.loads(vista(tmp_path, "tools", "--json").stdout)}
    assert rows["not-utf8"]["status"] == "unreadable" and rows["vista-tools-math"]["status"] == "found"
    assert vista(tmp_path, "tool", "call", "calculator", "--arg", "expression=1+1").stdout == "2\n"
