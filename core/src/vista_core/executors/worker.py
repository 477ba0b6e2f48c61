"""A worker process: `python -m vista_core.executors.worker` makes one tool and serves its calls.

It speaks `wire` frames over what were its standard input and output. The main thread runs the tool; a
second one listens, answers pings while the tool is busy, and ends the worker when the host is gone.
"""

import os
import queue
import resource
import signal
import sys
import threading
import traceback
from typing import Any, BinaryIO

import vista_core
from vista_core.calls import ToolSpec
from vista_core.errors import PluginError, ToolUnavailable
from vista_core.executors.runner import run_calls
from vista_core.executors.wire import HEADER, Message, call_from_wire, outcome_to_wire, pack, unpack
from vista_core.images import Image
from vista_core.tools import Tool


class Host:
    """The host's end of the pipes."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._writing = threading.Lock()
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def send(self, message: Message) -> None:
        """Write one frame."""
        frame = pack(message)
        with self._writing:
            self._sink.write(frame)
            self._sink.flush()

    def listen(self) -> None:
        """Read frames until the host closes its end; then nobody needs this worker or its children."""
        try:
            while header := self._source.read(HEADER.size):
                message = unpack(self._source.read(HEADER.unpack(header)[0]))
                if message["kind"] == "ping":
                    self.send({"kind": "pong"})
                else:
                    self.inbox.put(message)
        except Exception:
            traceback.print_exc()  # a worker that hears nothing is dead; the host shows these words
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(0)


def set_up(message: Message) -> tuple[ToolSpec, Tool[Any, Any]]:
    """Make the tool that the first message asks for. Raises ToolUnavailable, PluginError."""
    if message["memory_mb"] and sys.platform == "linux":  # other systems do not enforce it
        resource.setrlimit(resource.RLIMIT_DATA, (message["memory_mb"] << 20,) * 2)
    sys.path.extend(path for path in message["path"] if path not in sys.path)
    spec = ToolSpec.model_validate_json(message["spec"])
    return spec, spec.create()


def serve(host: Host, spec: ToolSpec, tool: Tool[Any, Any]) -> None:
    """Run batches for ever."""
    images: dict[str, Image] = {}
    while True:
        message = host.inbox.get()
        if message["forget"]:
            images.clear()
        images.update({key: Image.from_bytes(data, id=key) for key, data in message["images"].items()})
        calls = [call_from_wire(call, spec, images) for call in message["calls"]]
        outcomes = run_calls(tool, calls)
        replies = [outcome_to_wire(outcome, call.images) for outcome, call in zip(outcomes, calls, strict=True)]
        host.send({"kind": "done", "outcomes": replies})


def main() -> None:
    """Take the pipes away from the tool, set it up, serve."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the tool, or a C library in it, prints must not end up between the frames.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    host = Host(source, sink)
    threading.Thread(target=host.listen, daemon=True).start()
    try:
        spec, tool = set_up(host.inbox.get())
    except ToolUnavailable as error:
        host.send({"kind": "unavailable", "text": error.problem, "remedy": error.remedy})
    except BaseException as error:  # SystemExit too
        text = str(error) if isinstance(error, PluginError) else f"The tool's set-up failed: {error!r}"
        host.send({"kind": "broken", "text": text})
    else:
        host.send({"kind": "ready", "version": vista_core.__version__})
        serve(host, spec, tool)


if __name__ == "__main__":
    main()
