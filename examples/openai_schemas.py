"""Use the tools with any model behind OpenAI's chat API: their function schemas out, its tool calls in.

    python examples/openai_schemas.py
    vista tools image_zoom_in calculator --openai            # the same schemas, as JSON on stdout

The message below is what such an API answers; no server is asked here.
"""

import json

import numpy as np
import vista_core as vista

tools = {name: vista.load("tool", name) for name in ("image_zoom_in", "calculator")}
schemas = [tool.definition().openai() for tool in tools.values()]
print(json.dumps(schemas, indent=2))

# client.chat.completions.create(model=..., messages=messages, tools=schemas).choices[0].message
message = {
    "role": "assistant",
    "tool_calls": [
        {"id": "1", "function": {"name": "calculator", "arguments": '{"expression": "max(47, 12)"}'}},
        {"id": "2", "function": {"name": "image_zoom_in", "arguments": '{"bbox_2d": [0, 0, 20, 10]}'}},
        {"id": "3", "function": {"name": "calculator", "arguments": '{"expresion": "1 + 1"}'}},
    ],
}
images = [vista.Image.from_array(np.zeros((40, 60, 3), np.uint8))]  # those of the conversation, in order
for call in message["tool_calls"]:
    try:
        seen = tools[call["function"]["name"]](images=images, **json.loads(call["function"]["arguments"]))
        images += seen.images
        text = seen.text
    except vista.ToolError as error:
        text = f"Error: {error}"
    print({"role": "tool", "tool_call_id": call["id"], "content": text})
