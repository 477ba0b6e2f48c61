"""The tools of an episode, by the names that the model reads."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from vista_core.calls import ToolSpec
from vista_core.coordinates import has_coordinates
from vista_core.errors import NameClash, PluginError, ToolArgumentError
from vista_core.protocol import RawCall
from vista_core.schema import validate_arguments
from vista_core.tools import Tool, ToolDefinition
from vista_core.trajectory import ToolProvenance, Violation

Convert = Callable[[type[BaseModel], dict[str, Any]], dict[str, Any]]

_ENTRY_KEYS = {"use", "as", "backend", "executor", "workers", "timeout_s", "config"}


@dataclass(frozen=True, slots=True)
class ToolEntry:
    """One tool of a set.

    Attributes:
        spec: What executors are given.
        tool: The tool, not set up: for its models, aliases and rendering.
        definition: What the model reads.
    """

    spec: ToolSpec
    tool: Tool[Any, Any]
    definition: ToolDefinition


@dataclass(frozen=True, slots=True)
class ResolvedCall:
    """A call that names a tool of the set and passes its schema; `arguments` are plain JSON in stored pixels."""

    entry: ToolEntry
    arguments: dict[str, Any]


class ToolSet:
    """The tools of an episode: their definitions, and the check of what a policy asks of them.

    Args:
        specs: The tools, by the names that the model reads (`ToolSpec.name`).

    Raises:
        NameClash: Two tools have one name, or one alias.
        PluginError: A spec whose target is no tool.

    Example:
        >>> from vista_core import RawCall
        >>> tools = ToolSet([])
        >>> tools.resolve(RawCall("easyocr", {})).code
        'E1'
    """

    def __init__(self, specs: Iterable[ToolSpec] = ()) -> None:
        self._entries: dict[str, ToolEntry] = {}
        self._aliases: dict[tuple[str, str], ToolEntry] = {}
        self.provenance: list[ToolProvenance] = []
        self.specs = tuple(specs)
        for spec in self.specs:
            if spec.name in self._entries:
                targets = f"{self._entries[spec.name].spec.target} and {spec.target}"
                raise NameClash(f"Two tools of this episode are called {spec.name!r}: {targets}. Rename one with `as`.")
            tool = spec.create(setup=False)
            entry = self._entries[spec.name] = ToolEntry(spec, tool, tool.definition())
            for alias in tool.aliases:
                other = self._aliases.setdefault(alias, entry).spec.name
                if other != spec.name:
                    both = f"both {other!r} and {spec.name!r}"
                    raise NameClash(f"The call {alias} means {both}. Remedy: leave one of the two out.")
            origin = spec.model_dump(include={"name", "distribution", "version", "backend"})
            self.provenance.append(ToolProvenance(**origin, schema_hash=entry.definition.schema_hash))
        self.definitions = tuple(entry.definition for entry in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> ToolEntry:
        return self._entries[name]

    def resolve(self, call: RawCall, convert: Convert = lambda model, arguments: arguments) -> ResolvedCall | Violation:
        """Find the tool of a call and check its arguments.

        Args:
            call: As `parse_turn` read it.
            convert: Brings boxes and points from the policy's coordinates to stored pixels.

        Returns:
            The call, ready for an executor; or E1 (no such tool), E2 (an argument name) or E3 (a value), with its
            place in the policy's text.
        """
        arguments = call.arguments
        alias = self._aliases.get((call.tool, call.task)) if call.task is not None else None
        entry = alias or self._entries.get(call.tool)
        if entry is None:
            return Violation(code="E1", message=self._unknown(call.tool), position=call.locate(call.tool))
        if call.task is not None and alias is None:
            if "task" not in entry.definition.parameters["properties"]:
                message = f"`{call.tool}` has no task {call.task[:40]!r} and no argument `task`."
                return Violation(code="E2", message=message, position=call.locate("task"))
            arguments = {**arguments, "task": call.task}
        model = entry.tool.args_model
        if has_coordinates(model):
            arguments = convert(model, arguments)
        try:
            values = validate_arguments(model, arguments)
        except ToolArgumentError as error:
            code = "E2" if error.code == "E2" else "E3"
            return Violation(code=code, message=str(error), position=call.locate(error.field))
        return ResolvedCall(entry, values.model_dump(mode="json", by_alias=True))

    def _unknown(self, name: str) -> str:
        if not self._entries:
            return "There are no tools in this episode: answer."
        near = difflib.get_close_matches(name[:64], self._entries, n=1)
        listed = ", ".join(f"`{known}`" for known in self._entries)
        remedy = f"did you mean `{near[0]}`?" if near else f"there are {listed}."
        return f"There is no tool `{name[:64]}`; {remedy}"


def build_toolset(entries: Sequence[str | Mapping[str, Any] | ToolSpec] | ToolSet) -> ToolSet:
    """Make the set of tools that a recipe, a command or a program lists.

    Args:
        entries: Names (`"easyocr"`, `"distribution:name"`, `"./file.py"`), mappings with the keys `use`, `as`,
            `backend`, `executor`, `workers`, `timeout_s` and `config`, or specs.

    Raises:
        PluginError: Unknown keys or names, name clashes.
        ToolUnavailable: A tool has no backend that can work here.

    Example:
        >>> len(build_toolset([]))
        0
    """
    if isinstance(entries, ToolSet):
        return entries
    if isinstance(entries, str | Mapping):
        raise PluginError(f"The tools of an episode are a list. Remedy: write [{entries!r}].")
    return ToolSet(entry if isinstance(entry, ToolSpec) else _spec(entry) for entry in entries)


def _spec(entry: str | Mapping[str, Any]) -> ToolSpec:
    from vista_core.discovery import tool_spec

    given = {"use": entry} if isinstance(entry, str) else entry
    options: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if "use" not in options or not _ENTRY_KEYS.issuperset(options):
        problem = "an unknown key" if "use" in options else "no `use`"
        raise PluginError(f"The tool entry {entry!r} has {problem}. Remedy: its keys are {sorted(_ENTRY_KEYS)}.")
    options["as_"] = options.pop("as", None)
    return tool_spec(options.pop("use"), **options)
