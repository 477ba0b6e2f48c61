"""Calls and results: what travels between an episode, an executor and a worker."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vista_core.errors import ToolError
from vista_core.images import Image
from vista_core.schema import canonical_json

if TYPE_CHECKING:
    from vista_core.tools import Tool


class Observation(BaseModel):
    """What the policy gets back from a call.

    Attributes:
        text: The text that it reads.
        images: Images that the tool made; the episode numbers them on from those there are.
        data: The typed output, for programs; the policy does not see it.

    Example:
        >>> from vista_core import Observation
        >>> Observation(text="84").text
        '84'
    """

    text: str
    images: tuple[Image, ...] = ()
    data: Any = None


class ToolSpec(BaseModel):
    """Everything that another process needs to make a tool: text and numbers only, never an object.

    Attributes:
        name: The name that the model reads.
        target: `module:object`, or `/path/file.py:object`.
        distribution: Where it comes from.
        version: Version of the distribution.
        backend: Name of the resolved backend.
        config: Settings as plain JSON.
        timeout_s: Limit of one call, in seconds.
        workers: Worker processes, or threads.
        executor: Name of the executor.
        python: Another interpreter for worker processes.
        max_batch_size: Calls that are batched together at most.
        deterministic: Results may be cached.
        stateful: The tool has state: calls of one trajectory are ordered and never cached.
        reads: What it reads of the trajectory.

    Example:
        >>> import vista_core as vista
        >>> spec = vista.ToolSpec(name="t", target="my_package.tools:T")
        >>> spec.key == vista.ToolSpec(name="t", target="my_package.tools:T").key
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    target: str
    distribution: str = ""
    version: str = ""
    backend: str = ""
    config: dict[str, Any] = {}
    timeout_s: float = Field(30.0, gt=0)
    workers: int = Field(1, ge=1)
    executor: str = "thread"
    python: str | None = None
    max_batch_size: int = Field(1, ge=1)
    deterministic: bool = True
    stateful: bool = False
    reads: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """A hash of all fields: equal specs have equal keys, in every process."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()[:16]

    def __hash__(self) -> int:
        return hash(self.key)

    def create(self, *, setup: bool = True) -> "Tool[Any, Any]":
        """Import and make the tool, in this process, and set it up.

        Args:
            setup: False leaves it without its backend, which is enough to read its schema.

        Raises:
            PluginError: It cannot be imported, or is no tool.
            ToolUnavailable: Its backend cannot work here.
        """
        from vista_core.discovery.metadata import PluginRow
        from vista_core.discovery.objects import new_tool
        from vista_core.tools import set_up

        tool = new_tool(PluginRow("tool", self.name, self.distribution, self.version, self.target))
        if setup:
            set_up(tool, self.backend or "auto", self.config)
        return tool


@dataclass(slots=True)
class ToolCall:
    """One call on its way to an executor.

    Attributes:
        id: Unique within the run.
        spec: The tool.
        arguments: Validated, in stored pixels, plain JSON.
        images: The trajectory's images, in order.
        question: The sample's question.
        choices: Its choices.
        seed: Seed of the call.
        state: The tool's state before the call.
        timeout_s: Limit in seconds.
        trajectory: Id of the trajectory.
        turn: Number of the turn, from 0.

    Example:
        >>> from vista_core import ToolCall, ToolSpec
        >>> ToolCall("1", ToolSpec(name="t", target="m:T"), {"x": 1}).turn
        0
    """

    id: str
    spec: ToolSpec
    arguments: dict[str, Any]
    images: tuple[Image, ...] = ()
    question: str | None = None
    choices: tuple[str, ...] | None = None
    seed: int = 0
    state: Any = None
    timeout_s: float = 30.0
    trajectory: str = ""
    turn: int = 0


@dataclass(slots=True)
class ToolErrorRecord:
    """A ToolError as data.

    Attributes:
        kind: `tool`, `argument`, `failed` or `timeout`.
        code: `E2`, `E3`, `E5` or None.
        message: The text that the policy reads.
        detail: A traceback, for the log only.

    Example:
        >>> from vista_core import ToolErrorRecord, ToolFailed
        >>> ToolErrorRecord.of(ToolFailed("No chart was found.")).kind
        'failed'
    """

    kind: Literal["tool", "argument", "failed", "timeout"]
    code: str | None
    message: str
    detail: str = ""

    @classmethod
    def of(cls, error: ToolError, detail: str = "") -> "ToolErrorRecord":
        """The record of an exception."""
        return cls(error.kind, error.code, str(error), detail)  # type: ignore[arg-type]


@dataclass(slots=True)
class ToolResult:
    """What an executor gives back: one of an observation, an error, or a fault of the infrastructure.

    Attributes:
        observation: On success.
        error: The tool's error, which the policy reads.
        fault: Cause of an infrastructure fault; the trajectory is left out of training.
        state: The tool's new state.
        backend: The engine that ran.
        cached: It came out of the cache.
        seconds: Time of the run.
        attempts: Runs that it took.

    Example:
        >>> from vista_core import Observation, ToolResult
        >>> ToolResult(observation=Observation(text="84")).ok
        True
    """

    observation: Observation | None = None
    error: ToolErrorRecord | None = None
    fault: str | None = None
    state: Any = None
    backend: str = ""
    cached: bool = False
    seconds: float = 0.0
    attempts: int = 1

    @property
    def ok(self) -> bool:
        """Whether there is an observation."""
        return self.observation is not None
