"""What goes through a worker's pipes: frames of four bytes of length and a msgpack map. No pickle.

Values that are JSON (arguments, state, typed output) travel as JSON text: msgpack refuses integers over
64 bits. Pictures travel as the bytes they are stored as, once per worker, and by id from then on.
"""

import json
import struct
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgpack  # type: ignore[import-untyped]

from vista_core.calls import Observation, ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError
from vista_core.executors.runner import Outcome
from vista_core.images import Image

WIRE_VERSION = 1
HEADER = struct.Struct(">I")
MAX_FRAME = 1 << 30
SHELF_BYTES, SHELF_IMAGES = 64 << 20, 64

Message = dict[str, Any]


def pack(message: Message) -> bytes:
    """A message as one frame.

    Example:
        >>> unpack(pack({"kind": "ping"})[HEADER.size:])
        {'kind': 'ping'}
    """
    # surrogatepass: a model can write half of a surrogate pair, and that is no reason to lose a worker
    body = cast(bytes, msgpack.packb(message, unicode_errors="surrogatepass"))
    if len(body) > MAX_FRAME:
        raise InfrastructureError(f"A message of {len(body) >> 20} MB is too large for a worker's pipe.")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Message:
    """The message of a frame's body."""
    message = msgpack.unpackb(body, unicode_errors="surrogatepass")
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


class Shelf:
    """The host's account of the pictures that a worker holds; the oldest are given up first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, int] = OrderedDict()

    def place(self, images: Sequence[Image]) -> tuple[dict[str, bytes], list[str]]:
        """Pictures to send, and ids to forget, so that the worker holds these images."""
        new = {image.id: image.data for image in images if image.id not in self._held}
        for image in images:
            self._held[image.id] = len(image.data)
            self._held.move_to_end(image.id)
        forget: list[str] = []
        needed = {image.id for image in images}
        while len(self._held) > max(SHELF_IMAGES, len(needed)) or sum(self._held.values()) > SHELF_BYTES:
            oldest = next(iter(self._held))
            if oldest in needed:
                break
            forget.append(oldest)
            del self._held[oldest]
        return new, forget


def call_to_wire(call: ToolCall) -> Message:
    """A call, with no more of the trajectory than the tool declares to read."""
    reads = call.spec.reads
    return {
        "id": call.id,
        "arguments": json.dumps(call.arguments),
        "images": [image.id for image in call.images] if "image" in reads else [],
        "question": call.question if "question" in reads else None,
        "choices": call.choices if "choices" in reads else None,
        "seed": str(call.seed) if "seed" in reads else "0",
        "state": json.dumps(call.state),
        "timeout_s": call.timeout_s,
        "trajectory": call.trajectory,
        "turn": call.turn,
    }


def call_from_wire(message: Message, spec: ToolSpec, images: Mapping[str, Image]) -> ToolCall:
    """The call of a message, in the worker."""
    return ToolCall(
        id=message["id"],
        spec=spec,
        arguments=json.loads(message["arguments"]),
        images=tuple(images[key] for key in message["images"]),
        question=message["question"],
        choices=None if message["choices"] is None else tuple(message["choices"]),
        seed=int(message["seed"]),
        state=json.loads(message["state"]),
        timeout_s=message["timeout_s"],
        trajectory=message["trajectory"],
        turn=message["turn"],
    )


def outcome_to_wire(outcome: Outcome, known: Sequence[Image] = ()) -> Message:
    """An outcome; pictures that the other side has (`known`) go by id."""
    if not isinstance(outcome, ToolResult):
        return {"fault": isinstance(outcome, InfrastructureError), "raises": str(outcome)}
    message: Message = {"state": json.dumps(outcome.state), "backend": outcome.backend}
    if outcome.error is not None:
        error = outcome.error
        message["error"] = [error.kind, error.code, error.message, error.detail]
    if outcome.observation is not None:
        seen = outcome.observation
        ids = {image.id for image in known}
        message["text"] = seen.text
        message["images"] = [image.id if image.id in ids else image.data for image in seen.images]
        message["data"] = json.dumps(seen.data)
    return message


def outcome_from_wire(message: Message, known: Sequence[Image] = ()) -> Outcome:
    """The outcome of a message."""
    if "raises" in message:
        return (InfrastructureError if message["fault"] else PluginError)(message["raises"])
    result = ToolResult(state=json.loads(message["state"]), backend=message["backend"])
    if "error" in message:
        result.error = ToolErrorRecord(*message["error"])
    if "text" in message:
        images = {image.id: image for image in known}
        result.observation = Observation(
            text=message["text"],
            images=tuple(images[i] if isinstance(i, str) else Image.from_bytes(i) for i in message["images"]),
            data=json.loads(message["data"]),
        )
    return result
