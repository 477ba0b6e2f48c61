"""Writes docs/reference/*.md from the code: tools, tasks, commands, metrics, and the names of vista_core.

    python docs/generate.py            writes the pages
    python docs/generate.py --check    exits with 1, and names the pages, when they are not what the code says

Only the packages of this repository are looked at, whatever else is installed; nothing is downloaded.
"""

import argparse
import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer.main
import vista_core
from vista_cli.app import COMMANDS
from vista_cli.commands.tools import arguments_of, type_words
from vista_core.schema import parameters_schema
from vista_trainers.metrics import METRICS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by docs/generate.py from the code; change it there. -->\n\n"
EXAMPLE = "vista-example"
"""Shown last: it is there to be copied, and vista-gym does not bring it."""


def entry_points(group: str) -> Iterator[tuple[str, str, str]]:
    """(distribution, name, target) of the entry points that the pyproject files of this repository declare."""
    files = [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")]
    projects = [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in files]
    for project in sorted(projects, key=lambda one: (one["name"] == EXAMPLE, one["name"])):
        for name, target in sorted(project.get("entry-points", {}).get(group, {}).items()):
            yield project["name"], name, target


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; what would break out of a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(value) for value in line)} |\n" for line in lines)


def tools() -> str:
    """Every tool: what the model reads, and what it runs on."""
    text = "# Tools\n\nWhat the model reads of each tool, and what it can run on. `vista tools NAME` shows the same.\n"
    for distribution, name, _ in entry_points("vista.tools"):
        tool = vista_core.load("tool", f"{distribution}:{name}", setup=False)
        arguments = arguments_of(tool.definition().parameters)
        text += f"\n## {name}\n\n{_plain(tool.description)}\n\n"
        rows = [(f"`{a['name']}`", a["type"], a["default"], a["description"]) for a in arguments]
        text += table(("argument", "type", "default", "meaning"), rows) + "\n" if rows else "It takes no arguments.\n\n"
        engines = [_backend(backend) for backend in tool.backends]
        facts = [
            f"package `{distribution}`",
            f"family {tool.family}",
            f"reads {', '.join(sorted(tool.reads)) or 'only its arguments'}",
            f"backends: {'; '.join(engines)}",
            *(f"also called `{alias}` with task `{task}`" for alias, task in tool.aliases),
        ]
        text += "".join(f"- {fact}\n" for fact in facts)
        if tool.Config is not None:
            text += f"\nSettings:\n\n{_settings(tool.Config)}"
    return text


def tasks() -> str:
    """Every task: what it is, its splits, its settings."""
    text = "# Tasks\n\nWhere problems come from, and the settings of each. `vista tasks NAME` shows a sample.\n"
    for distribution, name, target in entry_points("vista.tasks"):
        module, _, attribute = target.partition(":")
        task = getattr(importlib.import_module(module), attribute)
        text += f"\n## {name}\n\n{_first(task)}\n\n"
        text += (
            f"- package `{distribution}`\n- splits {', '.join(task.splits)}\n- licence of the data: {task.licence}\n"
        )
        text += f"\n{_settings(task.Config)}"
    return text


def commands() -> str:
    """Every command with its arguments and options."""
    text = "# The commands, option by option\n\n[Commands](../commands.md) has an example of each.\n"
    for name, entry in COMMANDS.items():
        command = typer.main.get_command(importlib.import_module(f"vista_cli.commands.{entry.module}").app)
        found = getattr(command, "commands", None) or {"": command}
        for sub, each in found.items():
            text += f"\n## vista {name}{' ' + sub if sub else ''}\n\n{_plain(each.help or entry.help)}\n\n"
            rows = [_parameter(parameter) for parameter in each.params if "--help" not in parameter.opts]
            text += table(("argument or option", "meaning"), rows) if rows else "It takes no options.\n"
    return text


def metrics() -> str:
    """Every metric that a run logs."""
    text = (
        "# Metrics\n\nThe names in `metrics.jsonl`, in TensorBoard, and in the records of `vista_log`. Unless it "
        "says otherwise, a number is the mean over the rollouts of the step that did not fault. TRL and transformers "
        "log more beside these (`loss`, `kl`, `grad_norm`, …), under their own names.\n\n"
    )
    return text + table(("name", "meaning"), [(f"`{name}`", text) for name, text in METRICS.items()])


def interface() -> str:
    """The public names of vista_core, with their first sentences."""
    text = (
        "# The names of vista_core\n\nWhat `vista_core.__all__` and `vista_core.testing` hold, and nothing else, is "
        "the public interface. `help(vista_core.NAME)` has the arguments, the errors and an example of each.\n\n"
    )
    rows = []
    for name in vista_core.__all__:
        value = getattr(vista_core, name)
        own = inspect.isclass(value) or inspect.isfunction(value)
        rows.append((f"`{name}`", _first(value) if own else _PLAIN[name]))
    suites = importlib.import_module("vista_core.testing")
    tests = [(f"`{name}`", _first(getattr(suites, name))) for name in suites.__all__]
    return (
        text
        + table(("name", "what it is"), rows)
        + "\n## vista_core.testing\n\n"
        + table(("name", "what it is"), tests)
    )


_PLAIN = {
    "Box": "x1, y1, x2, y2 in pixels of the stored image; converted from and to the policy's coordinates.",
    "Point": "x, y in pixels of the stored image; converted likewise.",
    "hookimpl": "Marks a function of a hook plugin as the implementation of the hook of its name.",
}
PAGES = {"tools": tools, "tasks": tasks, "commands": commands, "metrics": metrics, "interface": interface}


def _cell(value: object) -> str:
    """One line; outside of code spans, Markdown's and HTML's own characters are taken as they are."""
    spans = " ".join(str(value).split()).replace("|", "\\|").split("`")
    for number in range(0, len(spans), 2):
        spans[number] = re.sub(r"[*_]", r"\\\g<0>", spans[number]).replace("<", "&lt;")
    return "`".join(spans)


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in inspect.cleandoc(text).splitlines()).replace("<", "&lt;")


def _first(owner: Any) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(inspect.cleandoc(owner.__doc__ or "").split("\n\n")[0].split())


def _backend(backend: Any) -> str:
    weights = ", ".join(f"{one.repo} ({one.licence})" for one in backend.weights)
    needs = ", ".join(f"`{requirement}`" for requirement in backend.requires)
    extras = [f"needs {needs}" if needs else "", f"weights {weights}" if weights else ""]
    told = ", ".join(filter(None, extras))
    return f"`{backend.name}`" + (f" ({told})" if told else "")


def _settings(config: Any) -> str:
    fields = parameters_schema(config).get("properties", {})
    if not fields:
        return "It has no settings.\n"
    required = set(parameters_schema(config).get("required", ()))
    rows = [
        (
            f"`{name}`",
            type_words(field),
            "required" if name in required else repr(field.get("default")),
            field.get("description", ""),
        )
        for name, field in fields.items()
    ]
    return table(("setting", "type", "default", "meaning"), rows)


def _parameter(parameter: Any) -> tuple[str, str]:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`", getattr(parameter, "help", "") or ""
    names = ", ".join(f"`{option}`" for option in [*parameter.opts, *parameter.secondary_opts])
    default = parameter.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    return names, (parameter.help or "") + (f" Default: {default}." if plain else "")


def main() -> int:
    """Write the pages, or say which are not fresh."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is not fresh")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / f"{name}.md", NOTE + make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(f"docs/reference/{name}.md")
        if not check:
            FOLDER.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"Not what the code says: {', '.join(stale)}. To mend it: python docs/generate.py", file=sys.stderr)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
