"""What the models of perception share: how their backends are described, and how their two parts are loaded."""

from typing import Any

from vista_core import Weights
from vista_vlm import HubBackend
from vista_vlm.backends import TRANSFORMERS_NEEDS


def hub_backend(tool: str, name: str, repo: str, revision: str, size: int, memory_mb: int, **more: Any) -> HubBackend:
    """A backend with one set of Apache-2.0 weights.

    Args:
        tool: whose backend it is.
        name: name of the backend.
        repo: on the hub, "organisation/name".
        revision: commit.
        size: bytes of the weights.
        memory_mb: memory of one worker.
        **more: other fields of Backend.
    """
    return HubBackend(
        name,
        tool=tool,
        extra="models",
        requires=TRANSFORMERS_NEEDS,
        weights=(Weights(repo=repo, revision=revision, bytes=size, licence="Apache-2.0"),),
        memory_mb=memory_mb,
        executor="process",  # torch holds the interpreter's lock for long, and much memory
        **more,
    )


class LoadedModel:
    """A model of transformers and its processor, from local files.

    Args:
        backend: has the weights.
        device: torch's name of the device.
        kinds: names of the processor's and of the model's class in transformers.

    Raises:
        ToolUnavailable: the weights are missing or damaged.
    """

    def __init__(self, backend: HubBackend, device: str, kinds: tuple[str, str]) -> None:
        import transformers

        self.processor: Any = backend.load(getattr(transformers, kinds[0]))
        self.model: Any = backend.load(getattr(transformers, kinds[1])).to(device).eval()
        self.device = device
