"""`available`, `resolve`, `load` and `tool_spec`: the four ways from a name to a plugin."""

import difflib
import inspect
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from vista_core.discovery.metadata import KINDS, PluginRow, canonical, check_kind, scan
from vista_core.errors import NameClash, PluginError, UnknownName

if TYPE_CHECKING:
    from vista_core.calls import ToolSpec
    from vista_core.scoring.verdict import Reward
    from vista_core.task import Task
    from vista_core.tools import Tool


def available(kind: str | None = None) -> list[PluginRow]:
    """The installed plugins of a kind (or of all), with their status; nothing of theirs is imported.

    Args:
        kind: `tool`, `task`, `reward`, `policy`, `executor` or `hook`.

    Example:
        >>> import vista_core as vista
        >>> [row.name for row in vista.available("executor") if row.distribution == "vista-core"]
        ['process', 'thread']
    """
    wanted = KINDS if kind is None else (check_kind(kind),)
    return [row for row in scan() if row.kind in wanted]


def resolve(kind: str, name: str) -> PluginRow:
    """The one plugin that a name stands for.

    Args:
        kind: Its kind.
        name: `name`, `distribution:name`, `./file.py` or `./file.py:object`.

    Raises:
        UnknownName: There is none; gives the nearest names, or the `pip install` line of a first-party one.
        NameClash: Two distributions give it.
        PluginError: It is there and cannot be used; gives the reason and the remedy.

    Example:
        >>> import vista_core as vista
        >>> vista.resolve("executor", "vista-core:thread").target
        'vista_core.executors:ThreadExecutor'
    """
    checked = check_kind(kind)
    if name.endswith(".py") or ".py:" in name:
        from vista_core.discovery.objects import file_row

        return file_row(checked, name)
    rows = available(checked)
    distribution, _, short = name.rpartition(":")
    matches = [
        row
        for row in rows
        if row.name == short and (not distribution or canonical(row.distribution) == canonical(distribution))
    ]
    if not matches:
        raise UnknownName(_unknown(checked, name, rows))
    usable = [row for row in matches if row.status in ("found", "name clash")]
    if len(usable) > 1:
        given = " and ".join(f"{row.distribution} {row.version}" for row in usable)
        forms = " or ".join(row.full_name for row in usable)
        raise NameClash(f"The {checked} name '{short}' is given by {given}. Remedy: write {forms}.")
    if not usable:
        row = matches[0]
        raise PluginError(
            f"The {checked} `{row.name}` of {row.distribution} {row.version} cannot be used ({row.status}): "
            f"{row.problem}. Remedy: {row.remedy}."
        )
    return usable[0]


@overload
def load(kind: Literal["tool"], name: str, **options: Any) -> "Tool[Any, Any]": ...
@overload
def load(kind: Literal["task"], name: str, **options: Any) -> "Task": ...
@overload
def load(kind: Literal["reward"], name: str, **options: Any) -> "Reward": ...
@overload
def load(kind: str, name: str, **options: Any) -> Any: ...
def load(kind: str, name: str, **options: Any) -> Any:
    """Import one plugin, make it, and set it up.

    Args:
        kind: Its kind.
        name: `name`, `distribution:name`, `./file.py` or `./file.py:object`.
        **options: Of a tool: `backend` ("auto"), `config` ({}), `setup` (True). Of any other: its settings, given to
            its constructor.

    Returns:
        A Tool ready to be called; an object of the class for task, reward, policy and executor; the plugin object of
        a hook.

    Raises:
        PluginError: Unknown, clashing, broken, of the wrong type, or with wrong settings; says what to do.
        ToolUnavailable: No backend of the tool can work here.

    Example:
        >>> import vista_core as vista
        >>> vista.load("reward", "vista").name
        'vista'
    """
    from vista_core.discovery.objects import blamed, import_object, new_tool
    from vista_core.tools import set_up

    row = resolve(kind, name)
    if row.kind == "tool":
        for option in options.keys() - {"backend", "config", "setup"}:
            raise PluginError(f'load("tool", ...) has no option {option!r}; settings go in config={{...}}.')
        tool = new_tool(row)
        if options.pop("setup", True):
            set_up(tool, **options)
        return tool
    found = import_object(row)
    if not inspect.isclass(found):
        return found
    with blamed(row, "cannot be made"):
        return found(**options)


def tool_spec(
    name: str,
    *,
    as_: str | None = None,
    backend: str = "auto",
    config: dict[str, Any] | None = None,
    executor: str | None = None,
    timeout_s: float = 30.0,
    workers: int = 1,
) -> "ToolSpec":
    """The spec of a tool, with its backend resolved; the tool is imported but not set up.

    Args:
        name: `name`, `distribution:name`, `./file.py` or `./file.py:object`.
        as_: The name that the model reads, where it should be another.
        backend: Name of one of its backends, or `auto` for the first that can work here.
        config: Its settings.
        executor: Name of an executor; by default the backend's own.
        timeout_s: Limit of one call, in seconds.
        workers: Worker processes, or threads.

    Raises:
        PluginError: As `load`, or a name that models cannot write.
        ToolUnavailable: No backend can work here.

    Example:
        >>> import vista_core as vista
        >>> vista.tool_spec("no_such_tool_at_all")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        vista_core.errors.UnknownName: No tool is named 'no_such_tool_at_all'...
    """
    from vista_core.calls import ToolSpec
    from vista_core.discovery.objects import new_tool
    from vista_core.tools import set_up

    row = resolve("tool", name)
    shown = as_ or row.name
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", shown):
        raise PluginError(f"Models cannot write the tool name {shown!r}: use letters, digits, _ and -, 64 at most.")
    tool = new_tool(row)
    set_up(tool, backend, config, load=False)
    chosen = tool.backend
    assert chosen is not None  # set_up raises when there is none
    return ToolSpec(
        name=shown,
        target=row.target,
        distribution=row.distribution,
        version=row.version,
        backend=chosen.name,
        config=tool.config.model_dump(mode="json") if tool.config else {},
        timeout_s=timeout_s,
        workers=workers,
        executor=executor or ("process" if chosen.python else chosen.executor),
        **chosen.model_dump(include={"python", "max_batch_size", "deterministic"}),
        stateful="state" in tool.reads,
        reads=tuple(sorted(tool.reads)),
    )


@cache
def first_party(kind: str) -> dict[str, str]:
    """Name -> distribution of the first-party plugins of a kind, installed or not; they are listed in `known.toml`.

    Example:
        >>> from vista_core.discovery.registry import first_party
        >>> first_party("tool")["deplot_to_table"], len(first_party("task"))
        ('vista-tools-vision', 25)
    """
    packages = tomllib.loads((Path(__file__).parent / "known.toml").read_text()).get(kind, {})
    return {name: package for package, names in packages.items() for name in names.split()}


def _unknown(kind: str, name: str, rows: list[PluginRow]) -> str:
    """The sentence for a name that is not there: a missing first-party package, a typo, or neither."""
    short = name.rpartition(":")[2]
    known = first_party(kind)
    if short in known and short not in {row.name for row in rows}:
        package = known[short]
        if any(canonical(row.distribution) == package for row in available()):
            return f"No {kind} is named {name!r} in the {package} installed. Remedy: pip install --upgrade {package}."
        return f"No {kind} is named {name!r} here; it comes with {package}. Remedy: pip install {package}."
    installed = {row.name for row in rows}
    near = difflib.get_close_matches(short, sorted({*installed, *known}), n=3, cutoff=0.6)
    if near:
        said = [f"`{match}`" + ("" if match in installed else f" (pip install {known[match]})") for match in near]
        return f"No {kind} is named {name!r}. Did you mean {' or '.join(said)}?"
    have = ", ".join(sorted(installed)) or "none"
    return f"No {kind} is named {name!r}; installed: {have}. Remedy: install the package that brings it."
