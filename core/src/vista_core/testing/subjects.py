"""From what an author writes (`tool = "name"`, a class, an object) to a row, a spec or an object."""

import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vista_core.calls import ToolSpec
from vista_core.discovery.metadata import Kind, PluginRow
from vista_core.discovery.registry import load, resolve, tool_spec
from vista_core.errors import PluginError


def row_of(kind: Kind, given: Any) -> PluginRow:
    """The row of a plugin that is given by name, as a class, or as an object.

    Raises:
        PluginError: there is none of this name, or nothing was given.

    Example:
        >>> row_of("executor", "thread").target
        'vista_core.executors:ThreadExecutor'
    """
    if isinstance(given, str):
        if not given:
            raise PluginError(f'The suite has no subject: write `{kind} = "its_name"` into the class.')
        return resolve(kind, given)
    if given is None:
        raise PluginError(f"The suite has no subject: write `{kind} = ...` into the class.")
    name = getattr(given, "name", "") or getattr(given, "__name__", type(given).__name__)
    return PluginRow(kind, str(name), "", "", _target(given))


def spec_of(given: Any, backend: str, config: Mapping[str, Any], timeout_s: float) -> ToolSpec:
    """The ToolSpec of a tool that is given by name, as a class, or as an object.

    Raises:
        PluginError: there is no such tool, or it cannot be made outside the function that defines it.
        ToolUnavailable: no backend can work here.
    """
    if isinstance(given, str):
        row_of("tool", given)
        return tool_spec(given, backend=backend, config=dict(config), timeout_s=timeout_s)
    from vista_core.discovery.objects import new_tool
    from vista_core.tools import set_up

    row = row_of("tool", given)
    if not row.target:
        raise PluginError(f"`{row.name}` is defined inside a function; a worker can make it only from a module's top.")
    tool = new_tool(row)
    set_up(tool, backend, config, load=False)
    chosen = tool.backend
    assert chosen is not None  # set_up raises when there is none
    return ToolSpec(
        name=row.name,
        target=row.target,
        backend=chosen.name,
        config=tool.config.model_dump(mode="json") if tool.config else {},
        timeout_s=timeout_s,
        executor="process" if chosen.python else chosen.executor,
        python=chosen.python,
        max_batch_size=chosen.max_batch_size,
        deterministic=chosen.deterministic,
        stateful="state" in tool.reads,
        reads=tuple(sorted(tool.reads)),
    )


def made(kind: Kind, given: Any, config: Mapping[str, Any]) -> Any:
    """A task, reward, executor or policy: a new one of a name or class; an object as it is.

    Example:
        >>> made("reward", "vista", {}).name
        'vista'
    """
    if isinstance(given, str):
        return load(kind, given, **config)
    return given(**config) if inspect.isclass(given) or inspect.isfunction(given) else given


def _target(given: Any) -> str:
    """`module:object`, or `/path/file.py:object` where the module is on no path; empty when it is no module's own."""
    owner = given if inspect.isclass(given) or inspect.isfunction(given) else getattr(given, "function", type(given))
    module = sys.modules.get(owner.__module__)
    if module is None:
        return ""
    path = [key for key, value in vars(module).items() if value is given]
    name = path[0] if path else owner.__qualname__
    file = getattr(module, "__file__", None)
    if "<locals>" in name or file is None:
        return ""
    source = Path(file).resolve()
    inside = Path(*module.__name__.split("."))
    for entry in sys.path:
        base = Path(entry or ".").resolve() / inside
        if source in (base.with_name(base.name + ".py"), base / "__init__.py"):
            return f"{module.__name__}:{name}"
    return f"{source}:{name}"
