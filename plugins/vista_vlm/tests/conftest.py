"""Tools over tiny random checkpoints in the hub's format, and a server that speaks chat completions."""

import http.server
import json
import os
import threading

os.environ.setdefault("OMP_NUM_THREADS", "1")

import PIL.Image
import pytest
from pydantic import BaseModel, Field
from vista_core import ToolFailed
from vista_vlm import OpenAIBackend, Prompt, TransformersBackend, VLMTool


class LookArgs(BaseModel):
    """Describe a picture."""

    image: int = Field(0, ge=0, description="which image")
    about: str = Field("colours", max_length=200, description="what to look for")


class LookOutput(BaseModel):
    text: str
    about: str


class Look(VLMTool[LookArgs, LookOutput]):
    name = "look"
    family = "perception"
    reads = frozenset({"image"})
    backends = (TransformersBackend(), OpenAIBackend())

    def prompt(self, args, context):
        return Prompt(f"Describe {args.about}.", (self.picture(context, args.image),), system="Be brief.")

    def parse(self, text, args):
        if "REFUSED" in text:
            raise ToolFailed("The model's answer has not the form that was asked for.", code="E5")
        return LookOutput(text=text, about=args.about)


@pytest.fixture(scope="session")
def look():
    return Look


@pytest.fixture
def red():
    return PIL.Image.new("RGB", (60, 40), "red")


@pytest.fixture(scope="session", params=["qwen_vl", "internvl"])
def checkpoint(request, tmp_path_factory):
    """A folder with a tiny random model of a real family, as `save_pretrained` writes it."""
    from vista_trainers.tiny import TinyConfig, build_model, build_processor

    config = TinyConfig(family=request.param, hidden=32, layers=1, vision_hidden=32, vision_layers=1, image_size=56)
    processor = build_processor(config, ["red", "green"], ["Describe"])
    folder = tmp_path_factory.mktemp(request.param)
    model = build_model(config, processor)
    tokenizer = processor.tokenizer
    wordless = [i for i in range(len(tokenizer)) if not tokenizer.decode([i], skip_special_tokens=True).strip()]
    model.get_input_embeddings().weight.data[wordless] = 0  # the tied head then prefers tokens that are words
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


class Served:
    """What the server was asked, and what it answers next."""

    def __init__(self):
        self.asked, self.headers, self.replies = [], [], []

    def say(self, *texts):
        self.replies += [(200, {"choices": [{"message": {"role": "assistant", "content": t}}]}) for t in texts]


@pytest.fixture
def endpoint():
    """(base_url, Served): an OpenAI-compatible endpoint of this machine."""
    served = Served()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            served.asked.append((self.path, json.loads(self.rfile.read(length))))
            served.headers.append(dict(self.headers))
            status, reply = served.replies.pop(0) if len(served.replies) > 1 else served.replies[0]
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words):
            """Nothing on stderr."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", served
    server.shutdown()
    server.server_close()
    thread.join()
