"""The hooks. Each docstring is the contract.

Hooks observe: they are called in the host process and must change neither a call, an observation nor a reward. An
exception in one is a PluginError, raised at once. A hook plugin is loaded only when a recipe or `--hook` names it.
"""

from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from vista_core.calls import ToolCall, ToolResult
    from vista_core.trajectory import Trajectory

hookspec = pluggy.HookspecMarker("vista")
hookimpl = pluggy.HookimplMarker("vista")
"""Marks a method or function of a hook plugin as the implementation of the hook of its name."""


@hookspec
def vista_episode_start(trajectory: "Trajectory") -> None:
    """An episode begins: the sample is known, there are no turns yet.

    Args:
        trajectory: The live trajectory, to read.

    Example:
        >>> from vista_core import HookCaller, Trajectory, hookimpl
        >>> class Shout:
        ...     @hookimpl
        ...     def vista_episode_start(self, trajectory):
        ...         print("start", trajectory.id)
        >>> HookCaller([Shout()]).episode_start(Trajectory(id="t"))
        start t
    """


@hookspec
def vista_before_tool_call(trajectory: "Trajectory", call: "ToolCall") -> None:
    """A call is well-formed and validated, and about to go to its executor.

    Args:
        trajectory: The live trajectory, to read.
        call: The call: arguments in pixels of the stored image.

    Example:
        >>> from vista_core import HookCaller, ToolCall, ToolSpec, Trajectory, hookimpl
        >>> class Shout:
        ...     @hookimpl
        ...     def vista_before_tool_call(self, call):
        ...         print(call.spec.name, call.arguments)
        >>> call = ToolCall("1", ToolSpec(name="calculator", target="m:C"), {"expression": "1 + 1"})
        >>> HookCaller([Shout()]).before_tool_call(Trajectory(id="t"), call)
        calculator {'expression': '1 + 1'}
    """


@hookspec
def vista_after_tool_call(trajectory: "Trajectory", call: "ToolCall", result: "ToolResult") -> None:
    """A call came back, with an observation, an error or a fault.

    Args:
        trajectory: The live trajectory, to read.
        call: The call.
        result: Its result, before the observation is cut to its limit.

    Example:
        >>> from vista_core import HookCaller, ToolCall, ToolResult, ToolSpec, Trajectory, hookimpl
        >>> class Shout:
        ...     @hookimpl
        ...     def vista_after_tool_call(self, result):
        ...         print(result.fault)
        >>> call = ToolCall("1", ToolSpec(name="calculator", target="m:C"), {})
        >>> HookCaller([Shout()]).after_tool_call(Trajectory(id="t"), call, ToolResult(fault="worker died"))
        worker died
    """


@hookspec
def vista_episode_end(trajectory: "Trajectory") -> None:
    """An episode is over: answered, truncated or faulted. Score and reward are there when the driver knows them.

    Args:
        trajectory: The finished trajectory, to read.

    Example:
        >>> from vista_core import HookCaller, Trajectory, hookimpl
        >>> class Shout:
        ...     @hookimpl
        ...     def vista_episode_end(self, trajectory):
        ...         print(trajectory.status)
        >>> HookCaller([Shout()]).episode_end(Trajectory(id="t", status="answered"))
        answered
    """


@hookspec
def vista_log(record: dict[str, Any], step: int) -> None:
    """A trainer or an evaluation logs its metrics.

    Args:
        record: Name of the metric -> number.
        step: Optimiser steps so far.

    Example:
        >>> from vista_core import HookCaller, hookimpl
        >>> class Shout:
        ...     @hookimpl
        ...     def vista_log(self, record, step):
        ...         print(step, record["reward"])
        >>> HookCaller([Shout()]).log({"reward": 1.5}, step=10)
        10 1.5
    """
