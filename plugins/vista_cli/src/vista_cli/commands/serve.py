"""`vista serve --mcp`: tools for other people's programs, over the Model Context Protocol."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..output import hint

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    mcp: Annotated[bool, typer.Option("--mcp", help="Speak the Model Context Protocol.")] = False,
    http: Annotated[bool, typer.Option("--http", help="Over streamable HTTP at /mcp, instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; there is no authentication.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    tools: Annotated[
        str | None,
        typer.Option(help="Comma-separated names, distribution:name or ./file.py; by default all that work here."),
    ] = None,
    images_root: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Let clients name picture files below this folder."),
    ] = None,
    executor: Annotated[
        str | None, typer.Option(help="Where the tools run: thread, process, or a plugin's; by default the tool's own.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that a call may take.")] = 30.0,
) -> None:
    """Serve tools over MCP: to one client over stdin and stdout, or with --http to any number.

    Example: vista serve --mcp --tools easyocr,calculator
    """
    if not mcp:
        raise typer.BadParameter("say which protocol to speak: --mcp")
    import asyncio

    from vista_serve import ToolServer, serve_http, serve_stdio

    options = {"executor": executor, "timeout_s": timeout}
    names = [name.strip() for name in tools.split(",") if name.strip()] if tools else None
    entries: list[Any] = [{"use": name, **options} for name in names] if names else _all_that_work(options)
    server = ToolServer(entries, images_root=images_root)
    work = serve_http(server, host, port) if http else serve_stdio(server)
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _all_that_work(options: dict[str, Any]) -> list[Any]:
    """The specs of every tool that can work here; the others are named on stderr."""
    from vista_core import VistaError, available, tool_spec

    specs = []
    for row in available("tool"):
        if row.status == "name clash":
            hint(f"left out: {row.full_name}, {row.problem}")
            continue
        try:
            specs.append(tool_spec(row.full_name, **options))
        except VistaError as error:
            hint(f"left out: {error}")
    return specs
