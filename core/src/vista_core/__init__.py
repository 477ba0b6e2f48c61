"""Tools, tasks, rewards and environments for vision-language models that think with tools.

Everything in `__all__` is imported on first use: `import vista_core` alone loads no other library.

Example:
    >>> import vista_core as vista
    >>> vista.Observation(text="84").text
    '84'
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "errors": (
        "ImageError InfrastructureError NameClash PluginError TaskDataError ToolArgumentError ToolError ToolFailed "
        "ToolTimeout ToolUnavailable UnknownName VistaError"
    ),
    "images": "Image ImageStore",
    "coordinates": "Box Coordinate Point convert_arguments",
    "schema": "NoConfig canonical_json parameters_schema read_config schema_hash validate_arguments",
    "calls": "Observation ToolCall ToolErrorRecord ToolResult ToolSpec",
    "context": "ToolContext",
    "tools": "Backend Remedy Tool ToolDefinition Weights",
    "functional": "tool",
    "task": "Expert ExpertTurn Gold Sample Score Task",
    "reward": "Reward RewardBreakdown",
    "trajectory": ("CallRecord ObservationRecord Segment ToolProvenance Trajectory Turn Violation well_formed"),
    "log": "TrajectoryWriter read_trajectories",
    "discovery": "PluginRow available load resolve tool_spec",
    "hookspecs": "hookimpl",
    "hooks": "HookCaller",
    "protocol": "ParsedTurn RawCall parse_turn render_turn",
    "toolset": "ToolSet build_toolset",
    "episode": "Done Episode EpisodeConfig finish",
    "env": "VistaEnv register_envs",
    "vector": "VistaVectorEnv",
    "executors": "Executor make_executor",
    "executors.base": "wait_for",
}
_WHERE = {name: module for module, names in _EXPORTS.items() for name in names.split()}
__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'vista_core' has no attribute {name!r}")
    value = getattr(import_module(f"vista_core.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
