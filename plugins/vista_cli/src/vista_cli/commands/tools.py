"""`vista tools [NAME]`: the list from metadata, or one tool in full."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ..from_files import FileTools, FromOption, as_options, short_version
from ..output import hint, print_json, print_table, say

app = typer.Typer(add_completion=False)


@app.command()
def tools(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Show these in full: a name, distribution:name, or ./file.py."),
    ] = None,
    from_: FromOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    openai: Annotated[
        bool, typer.Option("--openai", help="Print OpenAI function schemas as JSON, of the named tools or of all.")
    ] = False,
    fetch: Annotated[bool, typer.Option("--fetch", help="Download the weights of one tool's backend.")] = False,
    backend: Annotated[
        str | None, typer.Option(help="With --fetch: which backend; else the first that lacks some.")
    ] = None,
) -> None:
    """List the tools, or show some: what they read, their arguments, their backends, where they come from."""
    files = FileTools(from_)
    uses = [files.use(name) for name in names or ()]
    if fetch or backend:
        from .tools_fetch import fetch as download

        if not fetch or len(uses) != 1:
            raise typer.BadParameter("name one tool: vista tools NAME --fetch [--backend B]")
        download(uses[0], backend)
        return
    if openai:
        print_json(openai_schemas(uses, files))
        return
    if not names:
        from .plugins import list_rows, print_rows

        rows = list_rows(["tool"], extra=files.rows.values())
        if as_json:
            print_json(rows)
            return
        print_rows(rows, with_kind=False)
        hint("`vista tools NAME` shows one; `vista tool call NAME --image P --arg k=v` calls it.")
        return
    if as_json:
        shown = [describe(use) for use in uses]
        print_json(shown if len(shown) > 1 else shown[0])
        return
    files.tell()
    for use in uses:
        show(describe(use), from_ or ())


def show(facts: dict[str, Any], files: Sequence[str] = ()) -> None:
    """Print what `describe` found, for a person; `files` are those of --from, which a call needs too."""
    version = short_version(facts["version"])
    say(f"{facts['name']}  ({facts['family'] or 'no family'}, from {facts['distribution']} {version})")
    say(facts["description"])
    say()
    print_table(
        ("argument", "type", "default", "meaning"),
        [(a["name"], a["type"], a["default"], a["description"]) for a in facts["arguments"]],
    )
    say()
    print_table(
        ("backend", "works here", "device", "memory"),
        [
            (b["name"], "no" if b["problem"] else "yes", b["device"], f"{b['memory_mb']} MB" if b["memory_mb"] else "")
            for b in facts["backends"]
        ],
    )
    for backend in facts["backends"]:
        for weights in backend["weights"]:
            say(f"{backend['name']} loads {weights['described']}")
        if backend["problem"]:
            say(f"{backend['name']} cannot work here: {backend['problem']}. Remedy: {backend['remedy']}")
    say(f"reads: {', '.join(facts['reads']) or 'only its arguments'}")
    hint(f"Call it: {example_call(facts)}{as_options(files)}")


def openai_schemas(names: Sequence[str], files: FileTools | None = None) -> list[dict[str, Any]]:
    """Return the OpenAI function schemas of tools, none of which is set up.

    Args:
        names: their names; none means every tool that can be imported here, and the others are named on stderr.
        files: tools of --from; where no names are given, they come first and stand for installed ones of their names.

    Raises:
        VistaError: a tool that was asked for is unknown, ambiguous or broken.
    """
    from vista_core import VistaError, available, load

    def schema(name: str) -> dict[str, Any]:
        return load("tool", name, setup=False).definition().openai()

    if names:
        return [schema(name) for name in names]
    own = files.rows if files else {}
    schemas = [schema(row.target) for row in own.values()]
    for row in available("tool"):
        if row.name in own:
            continue
        try:
            schemas.append(schema(row.full_name))
        except VistaError as error:
            hint(f"left out: {error}")
    return schemas


def describe(name: str) -> dict[str, Any]:
    """Load a tool without setting it up and return what a person or a program wants to know of it.

    Raises:
        VistaError: unknown, disabled, ambiguous or broken plugin; the text says what to do.
    """
    from vista_core import load, tool_spec

    tool = load("tool", name, setup=False)
    spec = tool_spec(name)
    definition = tool.definition()
    return {
        "name": definition.name,
        "description": definition.description,
        "family": getattr(tool, "family", ""),
        "distribution": spec.distribution,
        "version": spec.version,
        "reads": sorted(tool.reads),
        "aliases": [list(alias) for alias in getattr(tool, "aliases", ())],
        "arguments": arguments_of(definition.parameters),
        "parameters": definition.parameters,
        "schema_hash": definition.schema_hash,
        "backends": [_backend(backend) for backend in tool.backends],
    }


def arguments_of(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row per property of a JSON schema: name, type in words, default, description."""
    import json

    required = set(parameters.get("required", ()))
    rows = []
    for name, field in parameters.get("properties", {}).items():
        default = "required" if name in required else json.dumps(field.get("default"))
        rows.append(
            {"name": name, "type": type_words(field), "default": default, "description": field.get("description", "")}
        )
    return rows


def type_words(field: dict[str, Any]) -> str:
    """Return a JSON schema type in words: `number`, `list of string`, `one of a, b`."""
    if "enum" in field:
        return "one of " + ", ".join(map(str, field["enum"]))
    if "const" in field:
        return repr(field["const"])
    options = field.get("anyOf") or field.get("oneOf")
    if options:
        return " or ".join(type_words(option) for option in options)
    if field.get("type") == "array":
        if "prefixItems" in field:
            return "[" + ", ".join(type_words(item) for item in field["prefixItems"]) + "]"
        count = (
            f"{field['minItems']} x " if field.get("minItems") and field["minItems"] == field.get("maxItems") else ""
        )
        return "list of " + count + type_words(field.get("items", {}))
    return str(field.get("type", "any"))


def example_call(facts: dict[str, Any]) -> str:
    """Return a `vista tool call` line with the required arguments to fill in."""
    words = ["vista tool call", facts["name"]]
    if "image" in facts["reads"]:
        words.append("--image PICTURE")
    words += [f"--arg {a['name']}=…" for a in facts["arguments"] if a["default"] == "required"]
    return " ".join(words)


def _backend(backend: Any) -> dict[str, Any]:
    from .tools_fetch import describe as in_words

    remedy = backend.probe()
    return {
        "name": backend.name,
        "device": backend.device,
        "memory_mb": backend.memory_mb,
        "weights": [{**w.model_dump(), "described": in_words(w)} for w in backend.weights],
        "problem": remedy.problem if remedy else None,
        "remedy": remedy.remedy if remedy else None,
    }
