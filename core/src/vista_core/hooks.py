"""Calling the hook plugins that a run names."""

import inspect
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from vista_core.errors import PluginError

if TYPE_CHECKING:
    from vista_core.calls import ToolCall, ToolResult
    from vista_core.trajectory import Trajectory


class HookCaller:
    """Calls hooks in the order in which their plugins are named; costs next to nothing when there are none.

    Args:
        hooks: Names of hook plugins, or plugin objects (modules, classes or instances with `@hookimpl` methods).

    Raises:
        PluginError: An unknown name, an object that implements no hook, or one that does not fit its hook.

    Example:
        >>> from vista_core import HookCaller
        >>> HookCaller().log({"reward": 1.0}, step=1)
    """

    __slots__ = ("_calls",)

    def __init__(self, hooks: "Iterable[str | object] | HookCaller" = ()) -> None:
        self._calls: dict[str, list[tuple[str, Any, Sequence[str]]]] = {}
        if isinstance(hooks, HookCaller):
            self._calls = hooks._calls
        else:
            for given in hooks:
                self._add(given)

    def _add(self, given: Any) -> None:
        import pluggy

        from vista_core import hookspecs
        from vista_core.discovery import load

        plugin = load("hook", given) if isinstance(given, str) else given
        plugin = plugin() if inspect.isclass(plugin) else plugin
        name = given if isinstance(given, str) else getattr(plugin, "__name__", type(plugin).__name__)
        manager = pluggy.PluginManager("vista")
        manager.add_hookspecs(hookspecs)
        try:
            manager.register(plugin)
            manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(f"The hook plugin `{name}` does not fit the hooks of vista-core: {error}") from error
        callers = manager.get_hookcallers(plugin)
        if not callers:
            remedy = "mark functions named as in vista_core.hookspecs with @vista_core.hookimpl"
            raise PluginError(f"The hook plugin `{name}` implements no hook. Remedy: {remedy}.")
        for caller in callers:
            # pluggy checks names and parameters; calling is done here, so that an error names its plugin.
            for hook in caller.get_hookimpls():
                self._calls.setdefault(caller.name, []).append((name, hook.function, hook.argnames))

    def _call(self, hook: str, **arguments: Any) -> None:
        for name, function, wanted in self._calls.get(hook, ()):
            try:
                function(*[arguments[argument] for argument in wanted])
            except Exception as error:
                problem = f"The hook plugin `{name}` failed in {hook}: {type(error).__name__}: {error}"
                raise PluginError(f"{problem}. Remedy: run without it, or report it to its author.") from error

    def __bool__(self) -> bool:
        return bool(self._calls)

    def episode_start(self, trajectory: "Trajectory") -> None:
        """Call `vista_episode_start`."""
        self._call("vista_episode_start", trajectory=trajectory)

    def before_tool_call(self, trajectory: "Trajectory", call: "ToolCall") -> None:
        """Call `vista_before_tool_call`."""
        self._call("vista_before_tool_call", trajectory=trajectory, call=call)

    def after_tool_call(self, trajectory: "Trajectory", call: "ToolCall", result: "ToolResult") -> None:
        """Call `vista_after_tool_call`."""
        self._call("vista_after_tool_call", trajectory=trajectory, call=call, result=result)

    def episode_end(self, trajectory: "Trajectory") -> None:
        """Call `vista_episode_end`."""
        self._call("vista_episode_end", trajectory=trajectory)

    def log(self, record: dict[str, Any], step: int) -> None:
        """Call `vista_log`."""
        self._call("vista_log", record=record, step=step)
