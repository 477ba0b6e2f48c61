"""`--from ./mytool.py`: the tools of a file, under their own names, for one command."""

import difflib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .output import hint

if TYPE_CHECKING:
    from vista_core import PluginRow

FromOption = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="FILE.py", help="Use the tools of this file too, by their names; repeatable."),
]


def as_options(files: Iterable[str] | None) -> str:
    """Return ` --from FILE` for each file, to end a command line that is shown."""
    return "".join(f" --from {shlex.quote(file)}" for file in files or ())


def short_version(version: str) -> str:
    """Return a version for a table; that of a file, a sha256, with its first twelve digits."""
    return version[:12] if re.fullmatch("[0-9a-f]{64}", version) else version


class FileTools:
    """The tools that `--from` brings.

    A name of theirs stands for `/path/file.py:object`, which every process can load: workers, and those of `train`.

    Args:
        files: `./file.py` for every tool that it defines, `./file.py:object` for one. They are imported.

    Raises:
        VistaError: there is no such file, it cannot be imported, it defines no tool, or two define one name.
    """

    def __init__(self, files: Iterable[str] | None = None) -> None:
        self.rows: dict[str, PluginRow] = {}
        self._by_file: list[list[str]] = []
        for file in dict.fromkeys(files or ()):
            self._add(file)

    def _add(self, file: str) -> None:
        from vista_core.discovery.objects import file_row, file_rows
        from vista_core.errors import NameClash, PluginError

        path, sign, _ = file.rpartition(":")
        if not file.endswith(".py") and not (sign and path.endswith(".py")):
            raise PluginError(f"--from takes a Python file such as ./mytool.py, not {file!r}.")
        found = [file_row("tool", file)] if not file.endswith(".py") else file_rows("tool", file)
        if not found:
            raise PluginError(
                f"{file} defines no tool. A tool is a function under @tool, or a class such as "
                "`class Crop(Tool[Args, Output])` with a method `run`; names that begin with _ are left out."
            )
        for row in found:
            other = self.rows.setdefault(row.name, row)
            if other.target != row.target:
                raise NameClash(
                    f"Two tools of --from are named {row.name!r}: {other.target} and {row.target}. "
                    f"Rename one, or give the other's file as FILE.py:object."
                )
        self._by_file.append([row.name for row in found])

    def __bool__(self) -> bool:
        return bool(self.rows)

    def use(self, name: str) -> str:
        """What stands for a tool's name: the file's object where a file defines it, else the name itself.

        Raises:
            UnknownName: neither a file nor anything installed has it.
        """
        from vista_core import UnknownName, resolve
        from vista_core.errors import VistaError

        if name in self.rows:
            return self.rows[name].target
        if self.rows and ".py" not in name:
            try:
                resolve("tool", name)
            except UnknownName as error:
                near = difflib.get_close_matches(name, self.rows, n=1)
                if near:
                    raise UnknownName(f"No tool is named {name!r}. Did you mean `{near[0]}`, of --from?") from None
                raise UnknownName(f"{error} --from brings {', '.join(self.rows)}.") from None
            except VistaError:
                pass  # known and unusable: whoever loads it says so
        return name

    def entries(self, tools: Sequence[Any], *, all_of_them: bool = False) -> list[Any]:
        """A recipe's list of tools with the names of files' tools replaced by what can be loaded anywhere.

        A file of which the list names no tool is added whole: whoever gives it wants to see it used.

        Args:
            tools: names, or mappings with the key `use`.
            all_of_them: add every tool that the list does not name, of every file.
        """
        named = {entry["use"] if isinstance(entry, Mapping) else entry for entry in tools}
        entries: list[Any] = [
            {**entry, "use": self.use(entry["use"])} if isinstance(entry, Mapping) else self.use(entry)
            for entry in tools
        ]
        added = [
            name
            for names in self._by_file
            for name in names
            if name not in named and (all_of_them or named.isdisjoint(names))
        ]
        return entries + [self.rows[name].target for name in dict.fromkeys(added)]

    def tell(self) -> None:
        """Say on stderr where a file's tool stands for an installed one of the same name."""
        from vista_core import available

        for row in available("tool"):
            if row.name in self.rows and row.status != "disabled":
                hint(f"{row.name} is that of {self.rows[row.name].distribution}; the installed one is {row.full_name}.")
