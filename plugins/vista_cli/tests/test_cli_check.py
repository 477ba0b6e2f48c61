"""The check by import survives whatever an import does."""

import sys

from vista_cli.check import check
from vista_core import PluginRow

GOOD = "from vista_core import tool\n@tool\ndef echo(text: str) -> str:\n    'Echo.'\n    return text\n"
MODULES = {
    "check_good": GOOD,
    "check_sleeps": "import time; time.sleep(600)",
    "check_kills": "import os; os._exit(9)",
    "check_prints": "print('{}')\n" + GOOD,
    "check_speaks": "import sys; print('a warning', file=sys.stderr)\n" + GOOD,
    "check_exits": "import sys; sys.exit(0)",
    "check_wrong": "echo = 3",
}


def test_the_check_imports_in_a_child_and_survives_everything(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    for module, code in MODULES.items():
        (tmp_path / f"{module}.py").write_text(code)
    rows = [PluginRow("tool", module, module, "1.0", f"{module}:echo") for module in MODULES]
    rows.insert(3, PluginRow("tool", "again", "check_kills", "1.0", "check_kills:echo"))  # after one that kills
    rows.insert(1, PluginRow("tool", "again", "check_good", "1.0", "check_good:echo", "name clash", "two", "choose"))
    rows.append(PluginRow("tool", "old", "check_old", "1.0", "check_old:x", "incompatible", "too old", "upgrade"))
    results = check(rows, timeout_s=8)
    assert [result.status for result in results] == [
        "ok", "name clash", "timed out", "crashed", "crashed", "prints", "ok", "import error", "wrong type",
        "incompatible",
    ]  # fmt: skip
    assert not [name for name in sys.modules if name.startswith("check_")]
    for result in results:
        assert bool(result.problem) == bool(result.remedy) == (result.status != "ok")
        assert (result.seconds is None) == (result.status in ("timed out", "crashed", "incompatible"))
    assert check([]) == []
