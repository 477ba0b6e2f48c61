"""`run.lock.json`: what a recipe resolved to. A run is resumed, and a log replayed, only where it resolves to the same.

schema     version of this form
seed       of the run
versions   of vista-core and vista-trainers
tools      by the name that the model reads: where it comes from, its backend with weights and the versions of what
           that needs, its settings, and the hash of the schema that the model reads
tasks      where each comes from, its settings, and a fingerprint of its data
reward     where it comes from, and its settings
policy     where it comes from (its settings are in the recipe; a run may go on from another checkpoint of its own)
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from vista_core import PluginError, Task, ToolSet, resolve

if TYPE_CHECKING:
    from vista_trainers.recipe import Recipe

LOCK = "run.lock.json"
SCHEMA = 1
_FREE = ("use", "executor")
_SHOWN = 4

Json = Any


def make_lock(
    recipe: "Recipe", toolset: ToolSet, tasks: Mapping[str, Task], *, seed: int | None = None, split: str | None = None
) -> dict[str, Json]:
    """The lock of a run, as plain JSON.

    Args:
        recipe: the run.
        toolset: its tools, in the recipe's order.
        tasks: its tasks, in the recipe's order.
        seed: instead of the recipe's.
        split: instead of the task entries' own.

    Raises:
        TaskDataError: a task's data is missing.
    """
    entries = {}
    for (name, task), entry in zip(tasks.items(), recipe.tasks, strict=True):
        part = split or entry.split
        own = {"split": part, "weight": entry.weight, "config": entry.config, "fingerprint": task.fingerprint(part)}
        entries[name] = _origin("task", entry.use) | own
    lock = {
        "schema": SCHEMA,
        "seed": recipe.seed if seed is None else seed,
        "versions": {name: version(name) for name in ("vista-core", "vista-trainers")},
        "tools": lock_tools(toolset, [tool.use for tool in recipe.tools]),
        "tasks": entries,
        "reward": _origin("reward", recipe.reward.use) | {"config": recipe.reward.config},
        "policy": _origin("policy", recipe.policy.use),
    }
    plain: dict[str, Json] = json.loads(json.dumps(lock))
    return plain


def lock_tools(toolset: ToolSet, uses: Sequence[str]) -> dict[str, Json]:
    """The part of a lock that says which tools: what has to be the same for a call to give the same observation.

    Args:
        toolset: the tools.
        uses: `use` of each, as the recipe has it.
    """
    tools = {}
    for spec, use in zip(toolset.specs, uses, strict=True):
        entry = toolset[spec.name]
        backend = {one.name: one for one in entry.tool.backends}[spec.backend]
        module, _, attribute = spec.target.rpartition(":")
        # How many workers there are and how calls are batched must not matter, nor where a file lies: see its digest.
        fields = spec.model_dump(mode="json", exclude={"name", "target", "workers", "max_batch_size"})
        tools[spec.name] = fields | {
            "use": use,
            "target": f"{Path(module).name if module.endswith('.py') else module}:{attribute}",
            "weights": [weights.model_dump(mode="json") for weights in backend.weights],
            # Another interpreter has packages of its own, which cannot be seen from here.
            "requires": {} if spec.python else {_name(line): _installed(_name(line)) for line in backend.requires},
            "schema_hash": entry.definition.schema_hash,
        }
    return tools


def differences(then: Json, now: Json, place: str = "") -> list[str]:
    """What two locks (or parts of them) differ in, a sentence part each: `tools.easyocr.version was 0.1.0, is 0.2.0`.

    How a plugin was named, and by which executor a tool runs, does not make another run.
    """
    if not isinstance(then, dict) or not isinstance(now, dict):
        return [] if then == now else [f"{place} was {_short(then)}, is {_short(now)}"]
    found = []
    for key in [key for key in then | now if key not in _FREE]:
        inner = f"{place}.{key}" if place else key
        if key not in now:
            found.append(f"{inner} is missing here")
        elif key not in then:
            found.append(f"{inner} is new")
        else:
            found += differences(then[key], now[key], inner)
    return found


def listed(found: Sequence[str]) -> str:
    """The first few differences as one phrase."""
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more


def read_lock(path: Path) -> dict[str, Json]:
    """Reads a lock.

    Raises:
        PluginError: it is none, or of a newer form.
    """
    try:
        lock: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
        schema = lock["schema"]
        if not isinstance(lock["tools"], dict):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise PluginError(f"{path} is no lock of a run that this vista-trainers can read.") from error
    if schema > SCHEMA:
        raise PluginError(f"{path} is of lock schema {schema}; this vista-trainers reads schema {SCHEMA}: update it.")
    return lock


def hold(folder: str | Path, now: dict[str, Json]) -> None:
    """Writes a folder's lock, or checks the one that is there.

    Raises:
        PluginError: the folder's run resolved to something else; says what differs.
    """
    path = Path(folder) / LOCK
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        return
    found = differences(read_lock(path), now)
    if found:
        raise PluginError(
            f"The run in {folder} cannot go on here, since it would not be the same run: {listed(found)}. "
            f"Bring that back as {path.name} there has it, or choose another output folder."
        )


def _origin(kind: str, use: str) -> dict[str, str]:
    row = resolve(kind, use)
    return {"use": use, "distribution": row.distribution, "version": row.version}


def _name(requirement: str) -> str:
    return Requirement(requirement).name


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
