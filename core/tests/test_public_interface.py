"""The public interface is what the snapshot says: a change of a signature is made on purpose, and announced.

`public_interface.json` holds the signature of every public name of `vista_core` and `vista_core.testing`. When this
test fails, either undo the change, or, if it is meant, say in CHANGELOG.md what changed (a removal is deprecated for
one minor version first, a break raises it), and write the snapshot anew with

    python core/tests/test_public_interface.py
"""

import ast
import inspect
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import vista_core
import vista_core.testing

SNAPSHOT = Path(__file__).with_name("public_interface.json")
SPECIAL = ("__init__", "__call__", "__len__", "__contains__", "__getitem__", "__iter__")
COMMAND = "python core/tests/test_public_interface.py"


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(sys.modules[module]))


def node_of(value: Any) -> Any:
    """The definition of a class or function in its module's source."""
    found: Any = parsed(value.__module__)
    for name in value.__qualname__.split("."):
        found = next(one for one in found.body if getattr(one, "name", None) == name)
    return found


def function(node: Any) -> str:
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    kept = "".join(
        f"@{mark} " for mark in marks if mark in ("property", "classmethod", "staticmethod", "abstractmethod")
    )
    kept += "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{kept}({ast.unparse(node.args)}){returns}"


def members(value: type) -> dict[str, str]:
    """Public fields and methods, with those of bases that are not public themselves."""
    found: dict[str, str] = {}
    for owner in reversed(value.__mro__):
        ours = owner.__module__.startswith("vista_core")
        if not ours or (owner is not value and owner.__name__ in vista_core.__all__):
            continue
        for node in node_of(owner).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if not node.name.startswith("_") or node.name in SPECIAL:
                    found[node.name] = function(node)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
                default = f" = {ast.unparse(node.value)}" if node.value else ""
                found[node.target.id] = f"{ast.unparse(node.annotation)}{default}"
            elif isinstance(node, ast.Assign):
                name = ast.unparse(node.targets[0])
                if not name.startswith(("_", "model_config")):
                    found[name] = f"= {ast.unparse(node.value)}"
    return found


def described(value: Any) -> Any:
    if inspect.isclass(value) and value.__module__.startswith("vista_core"):
        bases = [base.__name__ for base in value.__mro__[1:] if base.__name__ in vista_core.__all__]
        return {"class": bases, "members": dict(sorted(members(value).items()))}
    if inspect.isfunction(value):
        return function(node_of(value))
    return f"{type(value).__module__}.{type(value).__name__}"


def interface() -> dict[str, Any]:
    found = {}
    for package in (vista_core, vista_core.testing):
        for name in package.__all__:
            found[f"{package.__name__}.{name}"] = described(getattr(package, name))
    return dict(sorted(found.items()))


def test_the_public_interface_is_the_snapshots() -> None:
    now, before = interface(), json.loads(SNAPSHOT.read_text())
    changes = []
    for name in sorted({*now, *before}):
        if now.get(name) != before.get(name):
            old, new = before.get(name, "(absent)"), now.get(name, "(gone)")
            if isinstance(old, dict) and isinstance(new, dict):
                keys = sorted({*old["members"], *new["members"]})
                parts = [key for key in keys if old["members"].get(key) != new["members"].get(key)] or ["bases"]
                lines = (f"  .{key}: {old['members'].get(key)}  ->  {new['members'].get(key)}" for key in parts)
                changes.append("\n".join([name, *lines]))
            else:
                changes.append(f"{name}: {old}  ->  {new}")
    assert not changes, (
        "The public interface changed. If that is meant, say so in CHANGELOG.md (removals are deprecated first), and "
        f"run: {COMMAND}\n" + "\n".join(changes)
    )


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(interface(), indent=1, ensure_ascii=False) + "\n")
    print(f"{SNAPSHOT}: {len(interface())} names")
