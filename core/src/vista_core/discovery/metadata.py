"""The installed plugins as their metadata tells them: nothing is imported, and no broken one stops the others."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from vista_core import __version__
from vista_core.errors import PluginError

Kind = Literal["tool", "task", "reward", "policy", "executor", "hook"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GROUPS: dict[str, Kind] = {f"vista.{'policies' if kind == 'policy' else kind + 's'}": kind for kind in KINDS}
Status = Literal["found", "disabled", "name clash", "missing dependency", "incompatible", "unreadable"]


class PluginRow(NamedTuple):
    """One entry point of one installed distribution, and whether it can be used.

    Attributes:
        kind: `tool`, `task`, `reward`, `policy`, `executor` or `hook`.
        name: Its short name.
        distribution: The distribution that gives it.
        version: Version of the distribution.
        target: `module:object`.
        status: `found`, `disabled`, `name clash`, `missing dependency`, `incompatible` or `unreadable`.
        problem: What is wrong, when it is not `found`.
        remedy: What to do about it.

    Example:
        >>> import vista_core as vista
        >>> row = vista.resolve("reward", "vista")
        >>> row.distribution, row.status
        ('vista-core', 'found')
    """

    kind: Kind
    name: str
    distribution: str
    version: str
    target: str
    status: Status = "found"
    problem: str = ""
    remedy: str = ""

    @property
    def full_name(self) -> str:
        """`distribution:name`, which no other row can have."""
        return f"{self.distribution}:{self.name}"


def canonical(name: str) -> str:
    """A distribution's name in the one spelling that compares equal.

    Example:
        >>> from vista_core.discovery.metadata import canonical
        >>> canonical("Vista_Tools.Vision")
        'vista-tools-vision'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def check_kind(kind: str) -> Kind:
    """The kind, if it is one.

    Raises:
        PluginError: It is none.

    Example:
        >>> from vista_core.discovery.metadata import check_kind
        >>> check_kind("tool")
        'tool'
    """
    if kind not in KINDS:
        raise PluginError(f"There is no kind of plugin {kind!r}; the kinds are {', '.join(KINDS)}.")
    return kind


def unmet(requirements: Iterable[str]) -> list[tuple[str, str]]:
    """The requirements that are not met here, each with the problem; read from metadata only.

    Args:
        requirements: Requirement strings; markers are honoured, extras are not followed.

    Example:
        >>> from vista_core.discovery.metadata import unmet
        >>> unmet(["pydantic>=2", "no-such-distribution"])
        [('no-such-distribution', 'no-such-distribution is not installed')]
    """
    from packaging.requirements import InvalidRequirement, Requirement

    problems, stamp = [], _stamp()
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            problems.append((text, f"the requirement {text!r} is malformed ({str(error).splitlines()[0]})"))
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        plain = f"{requirement.name}{requirement.specifier}"
        try:
            name = canonical(requirement.name)
            version = __version__ if name == "vista-core" else _version(name, stamp)
            if not requirement.specifier.contains(version, prereleases=True):
                problems.append((plain, f"{plain} is needed, {version} is installed"))
        except Exception:  # not installed, or its metadata cannot be read: not usable either way
            problems.append((plain, f"{plain} is not installed"))
    return problems


def scan() -> tuple[PluginRow, ...]:
    """All plugins of all installed distributions, in order of kind, name, distribution.

    The scan is repeated only when `sys.path`, one of its folders, or a switch in the environment has changed.

    Example:
        >>> from vista_core.discovery.metadata import scan
        >>> sorted(row.name for row in scan() if row.distribution == "vista-core" and row.kind == "executor")
        ['process', 'thread']
    """
    return _scan(_stamp(), os.environ.get("VISTA_PLUGINS"), os.environ.get("VISTA_DISABLE", ""))


def _stamp() -> tuple[tuple[str, int], ...]:
    """What is installed can be read anew only when this has changed: pip touches the folders on `sys.path`."""
    return tuple((path, os.stat(path).st_mtime_ns if os.path.exists(path) else 0) for path in sys.path)


@lru_cache(maxsize=512)
def _version(name: str, stamp: tuple[tuple[str, int], ...]) -> str:
    """Version of an installed distribution; many plugins need the same few, and some have long METADATA files."""
    return metadata.version(name)


@lru_cache(maxsize=1)
def _scan(stamp: tuple[tuple[str, int], ...], allowed: str | None, disabled: str) -> tuple[PluginRow, ...]:
    off, usable, rows = _listed(disabled), dict[tuple[str, str], list[PluginRow]](), []
    for row in _all_rows(None if allowed is None else {canonical(name) for name in _listed(allowed)}):
        if row.name in off or row.full_name in off:
            remedy = f"take it out of VISTA_DISABLE ({disabled})"
            row = row._replace(status="disabled", problem="VISTA_DISABLE names it", remedy=remedy)
        if row.status == "found":
            usable.setdefault((row.kind, row.name), []).append(row)
        rows.append(row)
    for clash in filter(lambda rivals: len(rivals) > 1, usable.values()):
        for row in clash:
            others = [other for other in clash if other != row]
            also = " and ".join(f"{other.distribution} {other.version}" for other in others)
            remedy = f"use the full name {row.full_name}, or VISTA_DISABLE={others[0].full_name}"
            changed = row._replace(status="name clash", problem=f"{also} gives this name too", remedy=remedy)
            rows[rows.index(row)] = changed
    return tuple(sorted(rows, key=lambda row: (KINDS.index(row.kind), row.name, row.distribution)))


def _all_rows(allowed: set[str] | None) -> Iterator[PluginRow]:
    seen = set()
    for distribution in metadata.distributions():
        broken = ""
        try:
            text = distribution.read_text("entry_points.txt") or ""
        except UnicodeDecodeError as error:
            text, broken = error.object.decode("utf-8", "replace"), "its entry_points.txt is not UTF-8"
        except Exception:  # a file that cannot be read at all says nothing of ours
            continue
        entries = list(dict.fromkeys(_entries(text)))
        if not entries:
            continue
        try:
            about = distribution.metadata  # parsed at each access
            name, version = str(about["Name"] or ""), str(about["Version"])
            requires = about.get_all("Requires-Dist") or distribution.requires or []
            broken = broken or ("" if name else "its METADATA has no name")
        except Exception as error:
            name, version, requires, broken = "", "?", [], f"its METADATA cannot be read ({type(error).__name__})"
        name = name or Path(getattr(distribution, "_path", "unknown")).name.split("-")[0]
        # The same distribution can be on sys.path twice (an editable install and its build): the first one counts.
        if canonical(name) in seen:
            continue
        seen.add(canonical(name))
        state = _judged(name, requires, broken, allowed)
        for kind, entry, target in entries:
            yield PluginRow(kind, entry, name, version, target, *_malformed(target, name, state))


def _entries(text: str) -> Iterator[tuple[Kind, str, str]]:
    """(kind, name, target) of the entry points that are ours; lines of other groups may be as broken as they like."""
    kind: Kind | None = None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            kind = GROUPS.get(line.strip("[] "))
        elif kind and line and not line.startswith(("#", ";")):
            name, _, target = line.partition("=")
            yield kind, name.strip(), target.split("[")[0].strip()


def _judged(name: str, requires: list[str], broken: str, allowed: set[str] | None) -> tuple[Status, str, str]:
    """Status, problem and remedy that all entry points of a distribution share."""
    # The core's own rewards and executors are part of the host, and stay.
    if allowed is not None and canonical(name) not in {*allowed, "vista-core"}:
        return "disabled", "VISTA_PLUGINS does not list its distribution", f"add {name} to VISTA_PLUGINS"
    if broken:
        return "unreadable", broken, f"pip install --force-reinstall {name}, or report it to its author"
    problems = unmet(requires)
    for requirement, problem in problems:
        if re.split("[^a-z-]", canonical(requirement))[0] == "vista-core":
            return "incompatible", problem, f"pip install --upgrade {name} vista-core"
    if problems:
        remedy = "pip install " + " ".join(f"'{requirement}'" for requirement, _ in problems)
        return "missing dependency", "; ".join(problem for _, problem in problems), remedy
    return "found", "", ""


def _malformed(target: str, name: str, state: tuple[Status, str, str]) -> tuple[Status, str, str]:
    if state[0] != "found" or re.fullmatch(r"[\w.]+:[\w.]+", target):
        return state
    return "unreadable", f"its entry point {target!r} is not module:object", f"report it to the author of {name}"


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
