"""Importing the one object that was asked for, and checking that it is what its entry point says."""

import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from vista_core.discovery.metadata import Kind, PluginRow
from vista_core.errors import PluginError, VistaError
from vista_core.scoring.verdict import Reward
from vista_core.task import Task
from vista_core.tools import Tool

_BASES: dict[str, type] = {"tool": Tool, "task": Task, "reward": Reward}
_METHODS = {"policy": "generate", "executor": "submit"}


def import_object(row: PluginRow) -> Any:
    """Import the object of an entry point or a file, and check its type.

    Raises:
        PluginError: The import failed or the object is of another kind; names distribution, version, entry point.

    Example:
        >>> import vista_core as vista
        >>> from vista_core.discovery.objects import import_object
        >>> import_object(vista.resolve("reward", "vista")).name
        'vista'
    """
    module_name, _, attributes = row.target.rpartition(":")
    # What a plugin prints at import must not get into the JSON, or the protocol, that the host writes to stdout.
    with blamed(row, "cannot be imported"), redirect_stdout(sys.stderr):
        found = _file_module(module_name, row) if module_name.endswith(".py") else importlib.import_module(module_name)
        for attribute in filter(None, attributes.split(".")):
            found = getattr(found, attribute)
    wrong = wrong_type(found, row.kind)
    if wrong:
        raise PluginError(f"{_origin(row)} is not a {row.kind}: {wrong}. {_remedy(row)}")
    return found


def wrong_type(found: Any, kind: Kind) -> str:
    """What an object lacks to be a plugin of a kind; empty when it is one.

    Example:
        >>> from vista_core.discovery.objects import wrong_type
        >>> wrong_type(3, "tool")
        'it is of type int'
    """
    if kind == "hook":  # any object may carry hooks; HookCaller looks for them
        return ""
    if isinstance(found, Tool):  # a function under @tool
        found = type(found)
    if not inspect.isclass(found):
        return f"it is of type {type(found).__name__}"
    if kind in _METHODS:
        return "" if hasattr(found, _METHODS[kind]) else f"{found.__name__} has no method `{_METHODS[kind]}`"
    if not issubclass(found, _BASES[kind]):
        return f"{found.__name__} is not a subclass of vista_core.{_BASES[kind].__name__}"
    lacking = getattr(found, "__abstractmethods__", ())
    if lacking:
        return f"{found.__name__} lacks {', '.join(sorted(lacking))}"
    if kind == "tool" and not hasattr(found, "output_model"):
        return f"{found.__name__} has no schema; write `class {found.__name__}(Tool[Args, Output])`"
    return ""


def new_tool(row: PluginRow) -> Tool[Any, Any]:
    """A new tool of an entry point, not set up yet; it carries the row's name and origin.

    Example:
        >>> from vista_core import PluginRow
        >>> from vista_core.discovery.objects import new_tool
        >>> new_tool(PluginRow("tool", "x", "no-such", "1", "no_such_module:X"))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        vista_core.errors.PluginError: The tool `x` of no-such 1 (no_such_module:X) cannot be imported: ...
    """
    found = import_object(row)
    with blamed(row, "cannot be made"):
        # A function under @tool is an object already; each user still gets one of its own, since set-up changes it.
        tool = cast(Tool[Any, Any], (found if inspect.isclass(found) else type(found))())
    tool.name, tool.distribution, tool.version = row.name, row.distribution, row.version
    return tool


def file_row(kind: Kind, text: str) -> PluginRow:
    """The row of a plugin in a file: `./mytool.py:MyTool`, or `./mytool.py` when it holds one of this kind.

    Raises:
        PluginError: There is no such file, it cannot be imported, or it holds none or several.

    Example:
        >>> from vista_core.discovery.objects import file_row
        >>> file_row("tool", "./no/such/file.py")
        Traceback (most recent call last):
        vista_core.errors.PluginError: There is no file ./no/such/file.py to load a tool from.
    """
    row = _located(kind, text)
    if row.target.endswith(":") and kind != "hook":  # the hooks of a file are its functions: the module is the plugin
        rows = file_rows(kind, text)
        if len(rows) != 1:
            names = ", ".join(found.target.rpartition(":")[2] for found in rows)
            raise PluginError(
                f"{row.distribution} should hold one {kind}, and holds {names or 'none'}. "
                f"Remedy: write {row.distribution}:NAME."
            )
        return rows[0]
    return row._replace(name=getattr(import_object(row), "name", "") or row.name)


def file_rows(kind: Kind, path: str) -> list[PluginRow]:
    """The rows of all plugins of a kind that a file defines itself, in the file's order; the file is imported.

    Raises:
        PluginError: There is no such file, or it cannot be imported.

    Example:
        >>> from vista_core.discovery.objects import file_rows
        >>> file_rows("tool", "./no/such/file.py")
        Traceback (most recent call last):
        vista_core.errors.PluginError: There is no file ./no/such/file.py to load a tool from.
    """
    row = _located(kind, path)
    file = row.target.removesuffix(":")
    with blamed(row, "cannot be imported"), redirect_stdout(sys.stderr):
        module = _file_module(file, row)
    rows, seen = [], set()
    for key, value in vars(module).items():
        owner = value if inspect.isclass(value) else type(value)
        if key[0] == "_" or owner in seen or not _is_own(value, module, kind):
            continue
        seen.add(owner)  # a class and an object of it are one plugin
        rows.append(row._replace(name=getattr(value, "name", "") or key, target=f"{file}:{key}"))
    return rows


def _located(kind: Kind, text: str) -> PluginRow:
    """The row of `FILE` or `FILE:object` before it is imported; the version is the sha256 of the file."""
    given, _, name = text.rpartition(":") if not text.endswith(".py") else (text, "", "")
    path = Path(given).expanduser().resolve()
    if not path.is_file():
        raise PluginError(f"There is no file {given} to load a {kind} from.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return PluginRow(kind, name or path.stem, path.name, digest, f"{path}:{name}")


@contextmanager
def blamed(row: PluginRow, what: str) -> Iterator[None]:
    """Turn whatever a plugin's code raises into a PluginError that names the plugin; our own errors pass.

    Example:
        >>> import vista_core as vista
        >>> from vista_core.discovery.objects import blamed
        >>> with blamed(vista.resolve("reward", "vista"), "cannot be made"):  # doctest: +ELLIPSIS
        ...     raise KeyError("x")
        Traceback (most recent call last):
        vista_core.errors.PluginError: The reward `vista` of vista-core 0.1.0 (...) cannot be made: KeyError: 'x'...
    """
    try:
        yield
    except VistaError:
        raise
    except (Exception, SystemExit) as error:
        text = " ".join(str(error).split())
        raise PluginError(f"{_origin(row)} {what}: {type(error).__name__}: {text}. {_remedy(row)}") from error


def _file_module(path: str, row: PluginRow) -> ModuleType:
    """Import a file by path; its content is part of the module's name, so a changed file is imported anew.

    Where the row says which content is meant, another is refused: a run logs the version with every trajectory.
    """
    source = Path(path).read_bytes()
    content = hashlib.sha256(source).hexdigest()
    if len(row.version) == len(content) and row.version != content:
        was, now = row.version[:12], content[:12]
        raise PluginError(f"{path} has changed from {was} to {now} since this run read it. Remedy: start a new run.")
    digest = hashlib.sha256(path.encode() + source).hexdigest()[:12]
    name = f"vista_file_{Path(path).stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # there is a loader for every .py file
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: pydantic and dataclasses look their own module up
    try:
        # Not by the loader: its bytecode cache knows a file by time and size, and would run what it said before.
        exec(compile(source, path, "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _is_own(value: Any, module: ModuleType, kind: Kind) -> bool:
    """Whether an object of a module is a plugin that the module defines itself, not one that it imported."""
    owner = value if inspect.isclass(value) else type(value)
    return owner.__module__ == module.__name__ and not wrong_type(value, kind)


def _origin(row: PluginRow) -> str:
    version = row.version[:12] if ".py:" in row.target else row.version  # of a file it is a sha256
    return f"The {row.kind} `{row.name}` of {row.distribution} {version} ({row.target})"


def _remedy(row: PluginRow) -> str:
    if ".py:" in row.target:
        return f"Remedy: mend {row.distribution}."
    upgrade = f"pip install --upgrade {row.distribution}, or report it to its author"
    return f"Remedy: {upgrade}; VISTA_DISABLE={row.full_name} hides it."
