"""A tool: typed arguments in, a typed output out, and an observation for the policy."""

import inspect
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

from vista_core.calls import Observation
from vista_core.context import READS, ToolContext
from vista_core.errors import PluginError, ToolArgumentError, ToolError, ToolFailed, ToolUnavailable, VistaError
from vista_core.images import Image
from vista_core.schema import NoConfig, parameters_schema, read_config, schema_hash, validate_arguments

A = TypeVar("A", bound=BaseModel)
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the letter of the design: Tool[A, O]


class Remedy(NamedTuple):
    """Why something cannot work here, and what to do about it.

    Example:
        >>> from vista_core import Remedy
        >>> Remedy("easyocr is not installed", "pip install easyocr").remedy
        'pip install easyocr'
    """

    problem: str
    remedy: str


class Weights(BaseModel):
    """Model weights that a backend loads, named so that a user knows what will be fetched.

    Example:
        >>> from vista_core import Weights
        >>> Weights(repo="google/deplot", revision="main", bytes=1_130_000_000, licence="Apache-2.0").repo
        'google/deplot'
    """

    model_config = ConfigDict(frozen=True)

    repo: str
    revision: str = ""
    bytes: int = 0
    licence: str = ""


class Backend(BaseModel):
    """One engine that a tool can run on. Subclass it to override `probe`.

    Attributes:
        name: Short name, unique within the tool.
        engine: What does the work, where several tools share it (one chart reader): a recipe that lists two says so.
        extra: The optional extra of the tool's distribution that brings what it needs.
        requires: Requirement strings (`"easyocr>=1.7"`), checked against installed metadata without importing.
        weights: Weights that it loads.
        memory_mb: Memory of one worker, in MB.
        device: `cpu` or `cuda`.
        deterministic: The same call gives the same result; otherwise results are never cached.
        batch_tolerance: Largest difference that batching makes to a number of the output; 0 is exact.
        max_batch_size: Calls that `run_batch` takes at once.
        executor: The executor it runs on when the user names none.
        python: Another interpreter for its worker processes.

    Example:
        >>> from vista_core import Backend
        >>> Backend("pillow").probe() is None
        True
        >>> Backend("torchless", requires=("no-such-distribution>=2",)).probe()
        Remedy(problem='no-such-distribution>=2 is not installed', remedy="pip install 'no-such-distribution>=2'")
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    engine: str = ""
    extra: str = ""
    requires: tuple[str, ...] = ()
    weights: tuple[Weights, ...] = ()
    memory_mb: int = 0
    device: str = "cpu"
    deterministic: bool = True
    batch_tolerance: float = 0.0
    max_batch_size: int = Field(1, ge=1)
    executor: str = "thread"
    python: str | None = None

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name=name, **settings)

    def probe(self) -> Remedy | None:
        """Whether it can work here, without loading anything: None, or what is missing and the remedy."""
        from vista_core.discovery.metadata import unmet

        missing = unmet(self.requires)
        if not missing or self.python is not None:  # another interpreter has packages of its own
            return None
        needed = " ".join(f"'{requirement}'" for requirement, _ in missing)
        return Remedy("; ".join(problem for _, problem in missing), f"pip install {needed}")


class ToolDefinition(BaseModel):
    """What the model reads about a tool, and the hash that goes into trajectories.

    Example:
        >>> from vista_core import ToolDefinition
        >>> ToolDefinition(name="now", description="The time.", parameters={}, schema_hash="").name
        'now'
    """

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    parameters: dict[str, Any]
    schema_hash: str

    def openai(self) -> dict[str, Any]:
        """The function schema that OpenAI's API, and whoever speaks it, takes in `tools`."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}


class Tool(ABC, Generic[A, O]):
    """Base of all tools: subclass `Tool[Args, Output]` with two pydantic models and write `run`.

    Attributes:
        name: Short snake_case name; the entry point has the same.
        family: Group in listings (`perception`, `chart`, `diagram`, `math`, ...).
        description: What the model reads; by default the docstring of the arguments model, else of the class.
        backends: The engines it can run on, best first.
        reads: What it reads of the trajectory: any of image, question, choices, seed, state.
        aliases: (tool, task) pairs of the paper's call form that mean this tool.
        Config: pydantic model of its settings.
        args_model: Taken from the type parameters.
        output_model: Taken from the type parameters.

    Example:
        >>> from pydantic import BaseModel, Field
        >>> from vista_core import Tool
        >>> class DoubleArgs(BaseModel):
        ...     "Double a number."
        ...     x: float = Field(description="the number")
        >>> class DoubleOutput(BaseModel):
        ...     value: float
        >>> class Double(Tool[DoubleArgs, DoubleOutput]):
        ...     name = "double"
        ...     def run(self, args, context):
        ...         return DoubleOutput(value=2 * args.x)
        >>> Double()(x=4).text
        '8'
    """

    name: str = ""
    family: str = "other"
    description: str = ""
    backends: ClassVar[Sequence[Backend]] = (Backend("python"),)
    reads: ClassVar[set[str] | frozenset[str]] = frozenset()
    aliases: ClassVar[Sequence[tuple[str, str]]] = ()
    Config: ClassVar[type[BaseModel] | None] = None
    args_model: ClassVar[type[BaseModel]]
    output_model: ClassVar[type[BaseModel]]

    # Filled in when it is loaded and set up: the engine in use, the settings, and where it comes from.
    backend: Backend | None = None
    config: Any = None
    distribution: str = ""
    version: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__dict__.get("__orig_bases__", ()):
            if Tool in getattr(get_origin(base), "__mro__", ()) and all(map(inspect.isclass, get_args(base))):
                cls.args_model, cls.output_model = get_args(base)
        unknown = set(cls.reads) - READS
        if unknown:
            raise TypeError(f"{cls.__name__}.reads has {sorted(unknown)}; a tool can read {sorted(READS)}.")
        if not cls.description and "args_model" in cls.__dict__:
            cls.description = _doc(cls.args_model) or _doc(cls).split("\n\n")[0]

    def setup(self, config: Any, backend: Backend) -> None:
        """Load what the backend needs; runs once per process, in the worker.

        Args:
            config: An instance of `Config`, or None for a tool without settings.
            backend: The engine to use, one of `backends`.

        Raises:
            ToolUnavailable: It cannot work here; with a remedy.
        """

    @abstractmethod
    def run(self, args: A, context: ToolContext) -> O | Awaitable[O]:
        """Answer one call. May also be `async def`, for remote calls.

        Args:
            args: Validated arguments, coordinates in pixels of the stored image.
            context: The parts of the trajectory that `reads` declares.

        Returns:
            An instance of the output model.

        Raises:
            ToolError: The call cannot be answered; the text is the policy's observation.
        """

    def run_batch(self, calls: Sequence[tuple[A, ToolContext]]) -> Sequence[O | ToolError]:
        """Answer several calls at once; one call's ToolError is returned in its place. By default a loop."""
        results: list[O | ToolError] = []
        for args, context in calls:
            try:
                results.append(cast(O, self.run(args, context)))
            except ToolError as error:
                results.append(error)
        return results

    def render(self, output: O) -> Observation:
        """The observation of an output: its one field as text, or compact JSON; images apart."""
        images: list[Image] = []
        shown: dict[str, Any] = {}
        for name, value in output.model_dump(exclude_none=True).items():
            several = value if isinstance(value, (list, tuple)) else [value]
            if several and all(isinstance(item, Image) for item in several):
                images += several
            else:
                shown[name] = value
        only = next(iter(shown.values()), "Done.")
        if len(shown) > 1 or not isinstance(only, (str, int, float)):
            plain = output.model_dump(mode="json", include=set(shown), exclude_none=True)
            only = json.dumps(plain, ensure_ascii=False, separators=(", ", ": "))
        elif isinstance(only, float) and only.is_integer() and abs(only) < 1e15:
            only = int(only)  # 8 rather than 8.0, as a person writes it
        return Observation(text=str(only), images=tuple(images), data=output)

    def observe(self, output: Any) -> Observation:
        """Check an output's type and render it.

        Raises:
            ToolFailed: It is of the wrong type (code E5): the tool has a fault, and the call alone pays for it.
        """
        if isinstance(output, Observation):
            return output
        if not isinstance(output, self.output_model):
            raise ToolFailed(f"The tool `{self.name}` gave an output of the wrong form.", code="E5")
        return self.render(output)  # type: ignore[arg-type]

    def definition(self) -> ToolDefinition:
        """What the model reads about this tool."""
        parameters = parameters_schema(self.args_model)
        digest = schema_hash(self.name, self.description, parameters)
        return ToolDefinition(name=self.name, description=self.description, parameters=parameters, schema_hash=digest)

    def __call__(
        self,
        *,
        images: Sequence[Any] = (),
        question: str | None = None,
        choices: Sequence[str] | None = None,
        seed: int = 0,
        state: Any = None,
        timeout_s: float = 60.0,
        **arguments: Any,
    ) -> Observation:
        """Call the tool here and now: check the arguments, run, render.

        Args:
            images: Paths, bytes, PIL images, arrays or Images.
            question: The question of the sample; it is the argument too where the tool has one of this name.
            choices: Its choices, likewise.
            seed: Seed of the call, likewise.
            state: State of the trajectory.
            timeout_s: What `context.time_left()` counts from; nothing is interrupted.
            **arguments: The tool's own arguments.

        Raises:
            ToolError: The call cannot be answered.
        """
        if self.backend is None:
            set_up(self)
        shared: dict[str, Any] = {"question": question, "choices": choices, "seed": seed}
        arguments |= {k: v for k, v in shared.items() if v not in (None, 0) and k in self.args_model.model_fields}
        args = validate_arguments(self.args_model, arguments)
        try:
            shared |= {"images": [Image.of(image) for image in images], "state": state}
        except ValueError as error:  # ImageError among them
            raise ToolArgumentError(f"A picture cannot be read: {error}", field="image") from error
        context = ToolContext(deadline=time.monotonic() + timeout_s, reads=self.reads, tool=self.name, **shared)
        output = self.run(args, context)  # type: ignore[arg-type]
        if inspect.isawaitable(output):
            from vista_core.executors.base import wait_for

            output = wait_for(output)  # type: ignore[arg-type]
        return self.observe(output)


def set_up(
    tool: Tool[Any, Any], backend: str = "auto", config: Mapping[str, Any] | None = None, *, load: bool = True
) -> None:
    """Check a tool's settings, choose a backend that can work here, and run the tool's `setup`.

    Args:
        tool: A new tool; it gets its `backend` and `config`.
        backend: Name of one of its backends, or `auto` for the first that can work.
        config: Its settings.
        load: False only chooses, and leaves `setup` alone.

    Raises:
        PluginError: No such backend, wrong settings, or `setup` failed in a way it should not.
        ToolUnavailable: No backend can work here; says why for each.

    Example:
        >>> from vista_core import tool
        >>> from vista_core.tools import set_up
        >>> @tool
        ... def shout(text: str) -> str:
        ...     "Write a text in capitals."
        ...     return text.upper()
        >>> set_up(shout)
        >>> shout.backend.name
        'python'
    """
    settings = read_config(tool.Config or NoConfig, dict(config or {}), f"tool `{tool.name}`")
    tool.config = settings if tool.Config else None
    chosen = [candidate for candidate in tool.backends if backend in ("auto", candidate.name)]
    if not chosen:
        names = ", ".join(candidate.name for candidate in tool.backends)
        raise PluginError(f"Tool `{tool.name}` has no backend {backend!r}; it has {names}.")
    problems, remedies = [], []
    for candidate in chosen:
        missing = candidate.probe()
        if missing is None:
            try:
                if load:
                    tool.setup(tool.config, candidate)
                tool.backend = candidate
                return
            except ToolUnavailable as error:
                missing = Remedy(error.problem, error.remedy)
            except VistaError:
                raise
            except Exception as error:
                what = f"tool `{tool.name}` of {tool.distribution or type(tool).__module__} {tool.version}"
                why = f"{type(error).__name__}: {error}"
                raise PluginError(f"Setting up {what} with backend `{candidate.name}` failed: {why}") from error
        problems.append(f"backend `{candidate.name}`: {missing.problem}")
        by_extra = candidate.extra and tool.distribution and missing.remedy.startswith("pip install")
        remedies.append(f"pip install '{tool.distribution}[{candidate.extra}]'" if by_extra else missing.remedy)
    remedy = ", or: ".join(filter(None, remedies))
    raise ToolUnavailable(f"Tool `{tool.name}` cannot work here: {'; '.join(problems)}", remedy=remedy)


def _doc(owner: type) -> str:
    """A class's own docstring (an inherited one would describe something else)."""
    return inspect.cleandoc(owner.__dict__.get("__doc__") or "")
