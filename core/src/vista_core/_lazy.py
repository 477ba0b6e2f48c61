"""Names that are imported on first use; the stub beside a package, which type checkers read, says which and whence."""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package.

    Args:
        package: Its `__name__`.
        file: Its `__file__`.

    Example:
        >>> import vista_core
        >>> _, _, names = attach("vista_core", vista_core.__file__)
        >>> names == vista_core.__all__
        True
    """
    with open(f"{file}i", encoding="utf-8") as stub:  # __init__.pyi
        imports = [node for node in ast.parse(stub.read()).body if isinstance(node, ast.ImportFrom)]
    where = {alias.name: str(node.module) for node in imports for alias in node.names}
    module = sys.modules[package]

    def get(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(where[name]), name)
        setattr(module, name, value)
        return value

    return get, lambda: sorted({*vars(module), *where}), sorted(where)
