"""`vista tool call NAME`: one call from the command line, with the validation that a policy's call gets."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ..from_files import FileTools, FromOption, as_options
from ..output import fail, hint, print_json, say

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Call a tool on pictures and arguments of yours."""


@app.command()
def call(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A tool's name, distribution:name, or ./file.py.")],
    image: Annotated[
        list[Path] | None, typer.Option(help="A picture; give it again for more. The first is image 0.")
    ] = None,
    arg: Annotated[list[str] | None, typer.Option(help="An argument as k=v; v is JSON or, failing that, text.")] = None,
    config: Annotated[list[str] | None, typer.Option(help="A setting of the tool as k=v.")] = None,
    backend: Annotated[str, typer.Option(help="Which backend; `auto` takes the first that can work.")] = "auto",
    question: Annotated[str | None, typer.Option(help="The question, for tools that read it.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds.")] = 60.0,
    out: Annotated[Path, typer.Option(help="Folder for pictures that the tool makes.")] = Path("vista-out"),
    from_: FromOption = None,
    explain: Annotated[bool, typer.Option(help="Print how the tool came to its result, where it can say.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the observation as JSON.")] = False,
) -> None:
    """Call a tool and print its observation, the text that a policy would read.

    Example: vista tool call calculator --arg "expression=max(47, 12, 33)"
    """
    from vista_core import Image, ToolError, VistaError, load

    files = FileTools(from_)
    files.tell()
    use = files.use(name)
    spaces = load("tool", use, setup=False).definition().parameters.get("properties", {})
    arguments = parse_pairs(arg or (), spaces)
    pictures = [Image.from_path(path) for path in image or ()]
    # What the call gives besides the arguments has the same names as some arguments may have.
    shared: dict[str, Any] = {"question": question}
    for word in ("images", "question", "choices", "seed", "state", "timeout_s"):
        if word in arguments and word not in spaces:
            raise VistaError(f"`{name}` has no argument {word!r}. `vista tools {name}` shows those that it has.")
    tool = load("tool", use, backend=backend, config=parse_pairs(config or (), {}))
    try:
        observation = tool(images=pictures, timeout_s=timeout, **{**shared, **arguments})
    except ToolError as error:
        if as_json:
            print_json({"tool": tool.name, "error": {"kind": error.kind, "code": error.code, "message": str(error)}})
        fail(str(error))
        hint(f"`vista tools {name}{as_options(from_)}` shows its arguments.")
        raise typer.Exit(1) from None
    saved = save_pictures(observation.images, out)
    if as_json:
        facts = {
            "tool": tool.name,
            "text": observation.text,
            "data": observation.data,
            "images": [str(p) for p in saved],
        }
        print_json(facts)
        return
    say(observation.text)
    if explain:
        tell_steps(tool.name, observation.data)
    for path in saved:
        hint(f"picture: {path}")


def tell_steps(name: str, output: Any) -> None:
    """Print what an output's method `explain() -> str` says; a tool whose output has none is told so."""
    steps = getattr(output, "explain", None)
    if callable(steps):
        say(str(steps()))
    else:
        hint(f"{name} does not explain its results.")


def parse_pairs(pairs: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """Turn `k=v` words into arguments.

    Args:
        pairs: the words.
        fields: JSON schema of each argument. A value is text where the schema wants only text; elsewhere it is read as
            JSON and, if it is none, taken as text, so that validation can say what was wanted.

    Raises:
        VistaError: a word without `=`, or the same name twice.
    """
    from vista_core.errors import VistaError

    values: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise VistaError(f"{pair!r} is not of the form name=value.")
        if key in values:
            raise VistaError(f"The argument {key!r} is given twice.")
        values[key] = value if wants_text(fields.get(key, {})) else from_json(value)
    return values


def wants_text(field: dict[str, Any]) -> bool:
    """Tell whether a JSON schema field takes text and nothing else (null aside)."""
    options = field.get("anyOf") or field.get("oneOf") or [field]
    types = {option.get("type") for option in options} - {"null"}
    return types == {"string"}


def from_json(value: str) -> Any:
    """Return `value` read as JSON, or as it is when it is none."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def save_pictures(images: Any, folder: Path) -> list[Path]:
    """Write pictures to `folder` under the first 12 digits of their ids. Returns the paths."""
    paths = []
    for picture in images:
        folder.mkdir(parents=True, exist_ok=True)
        data = bytes(picture.data)
        path = folder / f"{picture.id[:12]}{'.png' if data.startswith(bytes([0x89]) + b'PNG') else '.jpg'}"
        path.write_bytes(data)
        paths.append(path)
    return paths
