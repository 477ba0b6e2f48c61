"""What goes through a worker's pipes: frames of four bytes of length and a msgpack map. No pickle.

A call or a result is JSON text (which, unlike msgpack, takes any integer and half a surrogate pair) and
its pictures: the bytes they are stored as, once per worker, and the id from then on.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgpack  # type: ignore[import-untyped]

from vista_core.calls import Observation, ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, VistaError
from vista_core.executors.runner import Outcome, WorkerDied
from vista_core.images import Image

HEADER = struct.Struct(">I")
RAISED: dict[str, type[VistaError]] = {"died": WorkerDied, "fault": InfrastructureError, "plugin": PluginError}

Message = dict[str, Any]


def pack(message: Message) -> bytes:
    """A message as one frame.

    Example:
        >>> unpack(pack({"kind": "ping"})[HEADER.size:])
        {'kind': 'ping'}
    """
    body = cast(bytes, msgpack.packb(message))
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Message:
    """The message of a frame's body."""
    return cast(Message, msgpack.unpackb(body))


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
