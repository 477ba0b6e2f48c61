"""The MCP server: lists tools, checks calls, runs them in an executor, sends text, pictures and typed output back."""

import asyncio
import itertools
import logging
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp import MCPError
from mcp.server import Server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ListToolsResult,
    TextContent,
)
from mcp_types import Tool as MCPTool
from vista_core import (
    Executor,
    Observation,
    RawCall,
    ToolArgumentError,
    ToolCall,
    ToolError,
    ToolSet,
    ToolSpec,
    Violation,
    build_toolset,
    make_executor,
)

from vista_serve import __version__
from vista_serve.offers import Offer, make_offer
from vista_serve.pictures import Pictures, encoded

log = logging.getLogger(__name__)

MAX_SESSIONS = 1024
"""States of stateful tools that are kept; the one that was used longest ago goes first."""

INSTRUCTIONS = (
    "Tools that read pictures take them in the argument `images`, and their argument `image` (where they have one) is "
    "the number of one, from 0. Boxes and points are pixels of the picture as sent, (0, 0) is its top left corner. "
    "Pictures that a tool makes come back as image content: send them in `images` to use them in the next call."
)


@dataclass(slots=True)
class _Memory:
    """The state of one tool in one session; its lock orders the calls."""

    state: Any = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ToolServer:
    """Any set of tools behind MCP.

    Calls are checked as a policy's are, and run in the executor that each tool's spec names, with its time limit. A
    ToolError is a result with `isError`, for the model to read; an unknown tool is an error of the protocol.

    Args:
        tools: What `build_toolset` takes: names, mappings, specs, or a ToolSet.
        executor: Runs the calls; one that is given is closed by whoever made it.
        images_root: Folder whose picture files clients may name; None allows no paths.
        pictures: Limits on what clients send, instead of `images_root`.

    Raises:
        PluginError: Unknown tools or settings.
        ToolUnavailable: A tool cannot work here.

    Example:
        >>> server = ToolServer([])
        >>> server.mcp().name
        'vista'
    """

    def __init__(
        self,
        tools: Sequence[str | Mapping[str, Any] | ToolSpec] | ToolSet,
        *,
        executor: Executor | None = None,
        images_root: str | os.PathLike[str] | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        self.toolset = build_toolset(tools)
        self.pictures = pictures or Pictures(images_root)
        self._owns_executor = executor is None
        self.executor = executor or make_executor(self.toolset.specs)
        images = self.pictures.schema()
        both = zip(self.toolset.specs, self.toolset.definitions, strict=True)
        self._offers = {spec.name: make_offer(spec, definition, images) for spec, definition in both}
        self._sessions: OrderedDict[tuple[str, str], _Memory] = OrderedDict()
        self._numbers = itertools.count()

    @property
    def tools(self) -> list[MCPTool]:
        """The tools as clients see them."""
        return [offer.listed for offer in self._offers.values()]

    def mcp(self) -> Server[Any]:
        """The server of the `mcp` SDK, for any of its transports. Call `start` before it runs."""

        async def list_tools(context: Any, params: Any) -> ListToolsResult:
            return ListToolsResult(tools=self.tools)

        async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:
            return await self.call(params.name, params.arguments or {})

        return Server(
            "vista",
            version=__version__,
            title="VISTA-Gym tools",
            instructions=INSTRUCTIONS,
            on_list_tools=list_tools,
            on_call_tool=call_tool,
        )

    async def start(self) -> None:
        """Set the tools up."""
        await self.executor.start(self.toolset.specs)

    async def close(self) -> None:
        """Stop the executor, if this server made it."""
        if self._owns_executor:
            await self.executor.close()

    async def call(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Run one call.

        Args:
            name: Name of the tool.
            arguments: Its arguments, and those for pictures, question, choices, seed and session.

        Raises:
            MCPError: There is no such tool.
        """
        offer = self._offers.get(name)
        if offer is None:
            known = ", ".join(self._offers) or "none"
            raise MCPError(INVALID_PARAMS, f"There is no tool {name[:64]!r}; the tools are: {known}.")
        try:
            call, session = self._checked(offer, dict(arguments))
        except ToolError as error:
            return _failed(str(error))
        if session is None:
            return await self._run(call)
        memory = self._memory(name, session)
        async with memory.lock:
            call.state = memory.state
            return await self._run(call, memory)

    def _checked(self, offer: Offer, arguments: dict[str, Any]) -> tuple[ToolCall, str | None]:
        """The call for the executor, and the session it belongs to."""
        read: dict[str, Any] = {}
        for what, argument in offer.extras.items():
            read[what] = arguments.get(argument) if what in offer.shared else arguments.pop(argument, None)
        spec = offer.spec
        found = self.toolset.resolve(RawCall(spec.name, arguments))
        if isinstance(found, Violation):
            raise ToolArgumentError(found.message, code=found.code)
        choices = _typed(offer, read, "choices", list)
        call = ToolCall(
            id=f"mcp:{next(self._numbers)}",
            spec=spec,
            arguments=found.arguments,
            images=self.pictures.read(read.get("image")),
            question=_typed(offer, read, "question", str),
            choices=None if choices is None else tuple(map(str, choices)),
            seed=_typed(offer, read, "seed", int) or 0,
            timeout_s=spec.timeout_s,
        )
        session = _typed(offer, read, "state", str)
        return call, session[:64] if session else None

    def _memory(self, tool: str, session: str) -> _Memory:
        memory = self._sessions.setdefault((tool, session), _Memory())
        self._sessions.move_to_end((tool, session))
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return memory

    async def _run(self, call: ToolCall, memory: _Memory | None = None) -> CallToolResult:
        result = await self.executor.submit(call)
        if result.error is not None and result.error.detail:
            log.error("%s failed through a fault of its own:\n%s", call.spec.name, result.error.detail)
        if result.fault is not None:
            log.error("%s: %s", call.spec.name, result.fault)
            return _failed(f"The tool `{call.spec.name}` is out of order for now; its arguments are not to blame.")
        if result.observation is None:
            return _failed(result.error.message if result.error is not None else "The tool gave no result.")
        if memory is not None:
            memory.state = result.state
        return _seen(result.observation)


def _typed(offer: Offer, read: Mapping[str, Any], what: str, wanted: type) -> Any:
    value = read.get(what)
    if value is None or (isinstance(value, wanted) and not isinstance(value, bool)):
        return value
    if what in offer.shared:  # the tool's own schema took it, and means something else by the name
        return None
    name = {str: "a string", int: "a whole number", list: "a list"}[wanted]
    raise ToolArgumentError(f"`{offer.extras[what]}` must be {name}.", field=offer.extras[what])


def _seen(observation: Observation) -> CallToolResult:
    content: list[ContentBlock] = [TextContent(text=observation.text)]
    for image in observation.images:
        data, kind = encoded(image)
        content.append(ImageContent(data=data, mime_type=kind))
    # Up to the revision of 2025-11-25 structured content has to be an object.
    typed = observation.data if isinstance(observation.data, dict) else None
    return CallToolResult(content=content, structured_content=typed)


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=message)], is_error=True)
