"""Run a ToolServer over stdio or streamable HTTP until the client, or the user, ends it."""

import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator

from mcp.server.stdio import stdio_server

from vista_serve.mcp_server import ToolServer

LOCAL = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this machine reaches."""


@contextlib.asynccontextmanager
async def _started(server: ToolServer) -> AsyncIterator[None]:
    try:
        await server.start()
        yield
    finally:
        await server.close()


async def serve_stdio(server: ToolServer) -> None:
    """Serve one client over stdin and stdout, until stdin ends.

    While it runs, file descriptor 1 leads to stderr, so that what a tool prints cannot break the protocol.

    Raises:
        ToolUnavailable: A tool cannot work here.
        PluginError: A tool's code is at fault.
    """
    async with stdio_server() as (reading, writing), _started(server):
        mcp = server.mcp()
        await mcp.run(reading, writing, mcp.create_initialization_options())


async def serve_http(
    server: ToolServer, host: str = "127.0.0.1", port: int = 8000, *, max_request_mb: int = 64
) -> None:
    """Serve any number of clients over streamable HTTP at `/mcp`, until SIGINT or SIGTERM.

    There is no authentication: on a host that others reach, put a proxy that asks for one in front. On this machine's
    own addresses, requests with a foreign Host or Origin are refused (DNS rebinding).

    Args:
        server: The tools.
        host: Address to listen on.
        port: Port; 0 takes a free one. The address is printed to stderr.
        max_request_mb: Largest request, in MB; pictures in it are a third larger than their files.

    Raises:
        OSError: The address cannot be listened on.
        ToolUnavailable: A tool cannot work here.
        PluginError: A tool's code is at fault.
    """
    import uvicorn

    mcp = server.mcp()
    app = mcp.streamable_http_app(host=host, max_request_body_size=max_request_mb * 1_000_000)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        async with _started(server):
            shown = f"[{host}]" if ":" in host else host
            print(
                f"Serving {len(server.tools)} tools at http://{shown}:{listening.getsockname()[1]}/mcp", file=sys.stderr
            )
            if host not in LOCAL:
                print(
                    "Anyone who reaches this address can call the tools: there is no authentication.", file=sys.stderr
                )
            config = uvicorn.Config(app, log_level=logging.WARNING)
            await uvicorn.Server(config).serve(sockets=[listening])
