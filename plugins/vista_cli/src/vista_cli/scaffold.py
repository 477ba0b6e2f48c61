"""Writing a new plugin package from templates: `vista new tool|task|reward NAME`."""

import builtins
import keyword
import re
from importlib import metadata, resources
from pathlib import Path
from string import Template
from typing import Literal, NamedTuple

from vista_core import __version__, available
from vista_core.discovery.metadata import canonical
from vista_core.discovery.registry import first_party
from vista_core.errors import NameClash, PluginError, VistaError

Kind = Literal["tool", "task", "reward"]
LONGEST = 48  # with vista_tools_ before it, a name that models can still write and folders can have


class Written(NamedTuple):
    """A package that was written.

    Attributes:
        distribution: its name for pip, `vista-tools-count-dark`.
        folder: where it is.
        files: what was written, below the folder.
        source: the file to change first, below the folder.
    """

    distribution: str
    folder: Path
    files: list[str]
    source: str


def write_package(kind: Kind, name: str, into: Path) -> Written:
    """Write a package that installs, passes its own tests and is found, without an edit.

    Args:
        kind: `tool`, `task` or `reward`.
        name: of the plugin, in snake_case.
        into: folder that gets the package's folder; made where it is missing.

    Raises:
        PluginError: the name cannot be used.
        NameClash: something installed, or a first-party package, has the name.
        VistaError: the package's folder is there already. Nothing is ever overwritten.
    """
    check_name(kind, name)
    package = f"vista_{kind}s_{name}"
    check_free(kind, name, package)
    camel = "".join(part.capitalize() for part in name.split("_"))
    fields = {
        "kind": kind,
        "name": name,
        "group": f"{kind}s",
        "package": package,
        "distribution": package.replace("_", "-"),
        "object": name if kind == "tool" else f"{camel}{kind.capitalize()}",
        "core": core_range(__version__),
    }
    source = f"src/{package}/{kind}.py"
    files = {
        "pyproject.toml": "common/pyproject.toml",
        "README.md": f"{kind}/README.md",
        f"src/{package}/__init__.py": "common/init.py",
        f"src/{package}/py.typed": None,
        source: f"{kind}/{kind}.py",
        "tests/test_conformance.py": f"{kind}/test_conformance.py",
        ".github/workflows/test.yml": "common/test.yml",
    }
    texts = {path: filled(template, fields) if template else "" for path, template in files.items()}
    folder = into / fields["distribution"]
    try:
        into.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except FileExistsError as error:
        raise VistaError(
            f"{error.filename} is there already, and nothing is overwritten. Choose another --into."
        ) from None
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("x", encoding="utf-8") as file:
            file.write(text)
    return Written(fields["distribution"], folder, list(texts), source)


def check_name(kind: Kind, name: str) -> None:
    """Check that a name can be an entry point, a module and, for a tool, a function.

    Raises:
        PluginError: it cannot; says what is allowed, and the nearest name that is.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > LONGEST:
        raise PluginError(
            f"{name!r} cannot be the name of a {kind}: it takes snake_case, that is lower-case words of a-z and 0-9 "
            f"joined by single _, a letter first, {LONGEST} characters at most.{_suggestion(name)}"
        )
    if keyword.iskeyword(name):
        raise PluginError(f"{name!r} is a keyword of Python. Add a word that says what the {kind} does.")
    if kind == "tool" and hasattr(builtins, name):
        raise PluginError(f"{name!r} is a built-in function of Python. Add a word that says what the tool does.")


def check_free(kind: Kind, name: str, package: str) -> None:
    """Check that neither the plugin's name nor the package's is taken.

    Raises:
        NameClash: one is; says by what.
    """
    for row in available(kind):
        if row.name == name:
            raise NameClash(
                f"{row.distribution} {row.version}, which is installed, has a {kind} {name!r}. Choose another name: "
                "of two plugins with one name neither is used until somebody writes distribution:name."
            )
    known = first_party(kind)
    if name in known:
        raise NameClash(f"{name!r} is a {kind} of {known[name]}, which many will have installed. Choose another name.")
    ours = {distribution: "a package of VISTA-Gym" for distribution in known.values()}
    taken = {
        canonical(found.name): f"installed in version {found.version}"
        for found in metadata.distributions()
        if found.name
    }
    if by := (taken | ours).get(canonical(package)):
        raise NameClash(f"The package would be {canonical(package)}, which is {by}. Choose another name.")


def core_range(version: str) -> str:
    """Return the range of vista-core that a plugin written now asks for: `0.N` may break what `0.(N-1)` promised.

    Example:
        >>> core_range("0.1.3"), core_range("2.4.0")
        ('>=0.1,<0.2', '>=2.4,<3')
    """
    major, minor = (int(re.match(r"\d+", part)[0]) for part in version.split(".")[:2])  # type: ignore[index]
    return f">={major}.{minor},<{f'0.{minor + 1}' if major == 0 else major + 1}"


def filled(template: str, fields: dict[str, str]) -> str:
    """Return a template of this package with its fields filled in."""
    text = (resources.files("vista_cli") / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(fields)


def _suggestion(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    near = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    near = re.sub(r"^(vista_)?(tool|task|reward)s?_(?=.)", "", near)
    return f" Did you mean {near}?" if re.fullmatch(r"[a-z][a-z0-9_]*", near) and len(near) <= LONGEST else ""
