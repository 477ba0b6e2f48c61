"""The public names of `vista_core` for type checkers; `__init__.py` imports each on first use."""

# ruff: noqa: I001 - sorting would write each re-export as a statement of its own
from vista_core.calls import (
    Observation as Observation,
    ToolCall as ToolCall,
    ToolErrorRecord as ToolErrorRecord,
    ToolResult as ToolResult,
    ToolSpec as ToolSpec,
)
from vista_core.context import ToolContext as ToolContext
from vista_core.coordinates import (
    Box as Box,
    Coordinate as Coordinate,
    Point as Point,
    convert_arguments as convert_arguments,
)
from vista_core.dataset import (
    Card as Card,
    DatasetConfig as DatasetConfig,
    DatasetTask as DatasetTask,
    Layout as Layout,
)
from vista_core.discovery import (
    PluginRow as PluginRow,
    available as available,
    load as load,
    resolve as resolve,
    tool_spec as tool_spec,
)
from vista_core.env import VistaEnv as VistaEnv, register_envs as register_envs
from vista_core.episode import Done as Done, Episode as Episode, EpisodeConfig as EpisodeConfig
from vista_core.errors import (
    ImageError as ImageError,
    InfrastructureError as InfrastructureError,
    NameClash as NameClash,
    PluginError as PluginError,
    TaskDataError as TaskDataError,
    ToolArgumentError as ToolArgumentError,
    ToolError as ToolError,
    ToolFailed as ToolFailed,
    ToolTimeout as ToolTimeout,
    ToolUnavailable as ToolUnavailable,
    UnknownName as UnknownName,
    VistaError as VistaError,
)
from vista_core.executors import Executor as Executor, make_executor as make_executor
from vista_core.executors.base import wait_for as wait_for
from vista_core.functional import tool as tool
from vista_core.hooks import HookCaller as HookCaller
from vista_core.hookspecs import hookimpl as hookimpl
from vista_core.images import Image as Image, ImageStore as ImageStore
from vista_core.log import TrajectoryWriter as TrajectoryWriter, read_trajectories as read_trajectories
from vista_core.protocol import (
    ParsedTurn as ParsedTurn,
    RawCall as RawCall,
    parse_turn as parse_turn,
    render_turn as render_turn,
)
from vista_core.rows import Picked as Picked, Row as Row, Rows as Rows
from vista_core.schema import (
    NoConfig as NoConfig,
    canonical_json as canonical_json,
    parameters_schema as parameters_schema,
    read_config as read_config,
    schema_hash as schema_hash,
    validate_arguments as validate_arguments,
)
from vista_core.scoring.verdict import (
    Reward as Reward,
    RewardBreakdown as RewardBreakdown,
    Score as Score,
    finish as finish,
)
from vista_core.task import (
    Expert as Expert,
    ExpertTurn as ExpertTurn,
    Gold as Gold,
    Sample as Sample,
    Task as Task,
)
from vista_core.tools import (
    Backend as Backend,
    Remedy as Remedy,
    Tool as Tool,
    ToolDefinition as ToolDefinition,
    Weights as Weights,
)
from vista_core.toolset import ToolSet as ToolSet, build_toolset as build_toolset
from vista_core.trajectory import (
    CallRecord as CallRecord,
    ObservationRecord as ObservationRecord,
    Segment as Segment,
    ToolProvenance as ToolProvenance,
    Trajectory as Trajectory,
    Turn as Turn,
    Violation as Violation,
    well_formed as well_formed,
)
from vista_core.vector import VistaVectorEnv as VistaVectorEnv

__version__: str
__all__: list[str]
