"""Call the tools over MCP, with the official SDK's client: a picture goes in, a picture comes out.

    python examples/mcp_client.py

It starts `vista serve --mcp` as any MCP client would (Claude Desktop, an agent framework, an editor), over stdio.
"""

import asyncio
import base64
import io
import sys

import PIL.Image
from mcp import Client, StdioServerParameters

server = StdioServerParameters(
    command=sys.executable, args=["-m", "vista_cli", "serve", "--mcp", "--tools", "image_zoom_in,calculator"]
)


def data_url(picture: PIL.Image.Image) -> str:
    """A picture as the argument `images` takes it."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


async def main() -> None:
    """List the tools, then call both."""
    picture = PIL.Image.linear_gradient("L").convert("RGB")
    async with Client(server) as client:
        for tool in (await client.list_tools()).tools:
            print(f"{tool.name}: {tool.description} {list(tool.input_schema['properties'])}")
        text = await client.call_tool("calculator", {"expression": "max(47, 12, 33)"})
        print("calculator:", text.content[0].text, text.structured_content)
        zoomed = await client.call_tool("image_zoom_in", {"images": [data_url(picture)], "bbox_2d": [0, 0, 64, 32]})
        for part in zoomed.content:
            if part.type == "image":
                made = PIL.Image.open(io.BytesIO(base64.b64decode(part.data)))
                print("image_zoom_in:", part.mime_type, made.size)
        wrong = await client.call_tool("calculator", {"expresion": "1 + 1"})
        print("calculator:", wrong.is_error, wrong.content[0].text)


asyncio.run(main())
