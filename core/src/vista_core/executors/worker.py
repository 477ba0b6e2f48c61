"""A worker process: `python -m vista_core.executors.worker SOCKET` makes one tool and serves its calls.

The main thread runs the tool; a second one listens, answers pings while the tool is busy, and ends the worker when the
host is gone. What goes over the socket are msgpack maps, framed by their length (`multiprocessing.Connection`); no
pickle. A call or a result is JSON text (which, unlike msgpack, takes any integer and half a surrogate pair) and its
pictures: the bytes they are stored as, once per worker, and the id from then on.
"""

import json
import os
import queue
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, cast

import msgpack  # type: ignore[import-untyped]

import vista_core
from vista_core.calls import Observation, ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolUnavailable, VistaError
from vista_core.executors.runner import Outcome, WorkerDied, run_calls
from vista_core.images import Image
from vista_core.tools import Tool

RAISED: dict[str, type[VistaError]] = {"died": WorkerDied, "fault": InfrastructureError, "plugin": PluginError}

Message = dict[str, Any]


def pack(message: Message) -> bytes:
    """A message as the bytes of one frame.

    Example:
        >>> unpack(pack({"kind": "ping"}))
        {'kind': 'ping'}
    """
    return cast(bytes, msgpack.packb(message))


def unpack(frame: bytes) -> Message:
    """The message of a frame."""
    return cast(Message, msgpack.unpackb(frame))


def call_to_wire(call: ToolCall) -> Message:
    """A call, with no more of the trajectory than the tool declares to read."""
    reads = call.spec.reads
    fields: Message = {
        "id": call.id,
        "arguments": call.arguments,
        "timeout_s": call.timeout_s,
        "trajectory": call.trajectory,
        "turn": call.turn,
        **{name: getattr(call, name) for name in ("question", "choices", "seed", "state") if name in reads},
    }
    return {"json": json.dumps(fields), "images": [image.id for image in call.images] if "image" in reads else []}


def call_from_wire(message: Message, spec: ToolSpec, images: Mapping[str, Image]) -> ToolCall:
    """The call of a message, in the worker."""
    fields = json.loads(message["json"])
    if fields.get("choices") is not None:
        fields["choices"] = tuple(fields["choices"])
    return ToolCall(spec=spec, images=tuple(images[key] for key in message["images"]), **fields)


def outcome_to_wire(outcome: Outcome, known: Sequence[Image] = ()) -> Message:
    """An outcome; pictures that the other side has (`known`) go by id."""
    if not isinstance(outcome, ToolResult):
        kind = next(kind for kind in RAISED if isinstance(outcome, RAISED[kind]))
        return {"json": json.dumps({"raises": kind, "text": str(outcome)})}
    seen, error = outcome.observation, outcome.error
    fields = {
        "seen": None if seen is None else [seen.text, seen.data],
        "error": None if error is None else [error.kind, error.code, error.message, error.detail],
        "state": outcome.state,
        "backend": outcome.backend,
    }
    ids = {image.id for image in known}
    images = [image.id if image.id in ids else image.data for image in seen.images] if seen is not None else []
    return {"json": json.dumps(fields), "images": images}


def outcome_from_wire(message: Message, known: Sequence[Image] = ()) -> Outcome:
    """The outcome of a message."""
    fields = json.loads(message["json"])
    if "raises" in fields:
        return RAISED[fields["raises"]](fields["text"])
    result = ToolResult(state=fields["state"], backend=fields["backend"])
    if fields["error"] is not None:
        result.error = ToolErrorRecord(*fields["error"])
    if fields["seen"] is not None:
        text, data = fields["seen"]
        held = {image.id: image for image in known}
        images = [held[each] if isinstance(each, str) else Image.from_bytes(each) for each in message["images"]]
        result.observation = Observation(text=text, images=tuple(images), data=data)
    return result


class Host:
    """The host's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._writing = threading.Lock()
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def send(self, message: Message) -> None:
        """Send one message."""
        with self._writing:
            self._pipe.send_bytes(pack(message))

    def listen(self) -> None:
        """Take messages until the host closes its end; then nobody needs this worker or its children."""
        try:
            while True:
                message = unpack(self._pipe.recv_bytes())
                if message["kind"] == "ping":
                    self.send({"kind": "pong"})
                else:
                    self.inbox.put(message)
        except (EOFError, ConnectionError):
            pass
        except Exception:
            traceback.print_exc()  # a worker that hears nothing is dead; the host shows these words
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(0)


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
    """Set the tool up and serve. What it, or a C library in it, prints goes into the host's log."""
    host = Host(Connection(int(sys.argv[1])))
    os.set_inheritable(int(sys.argv[1]), False)  # a child of the tool must not keep the pipe open
    threading.Thread(target=host.listen, daemon=True).start()
    start = host.inbox.get()
    try:
        if start["memory_mb"] and sys.platform == "linux":  # other systems do not enforce it
            resource.setrlimit(resource.RLIMIT_DATA, (start["memory_mb"] << 20,) * 2)
        sys.path.extend(path for path in start["path"] if path not in sys.path)
        spec = ToolSpec.model_validate_json(start["spec"])
        tool = spec.create()
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
