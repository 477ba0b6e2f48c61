"""VISTA-Gym tools for other people's programs: a Model Context Protocol (MCP) server.

Example:
    >>> from vista_serve import ToolServer
    >>> ToolServer([]).tools
    []
"""

# ruff: noqa: F401  (the imports below are for type checkers; names are resolved on first use)

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "Pictures": "vista_serve.pictures",
    "ToolServer": "vista_serve.mcp_server",
    "serve_http": "vista_serve.run",
    "serve_stdio": "vista_serve.run",
}
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'vista_serve' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])


if TYPE_CHECKING:
    from vista_serve.mcp_server import ToolServer
    from vista_serve.pictures import Pictures
    from vista_serve.run import serve_http, serve_stdio
