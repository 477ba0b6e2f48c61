"""Discovery: what is installed, read from metadata; and the one object that is asked for, imported."""

from vista_core.discovery.metadata import PluginRow
from vista_core.discovery.registry import available, load, resolve, tool_spec

__all__ = ["PluginRow", "available", "load", "resolve", "tool_spec"]
