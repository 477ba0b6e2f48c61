"""Chat vision-language models as tools: a prompt, a parser and a typed result around any of them."""

from vista_vlm.backends import OpenAIBackend, TransformersBackend
from vista_vlm.config import VLMConfig
from vista_vlm.prompt import Prompt
from vista_vlm.tool import VLMTool
from vista_vlm.weights import Backends, HubBackend, local_folder

__all__ = [
    "Backends",
    "HubBackend",
    "OpenAIBackend",
    "Prompt",
    "TransformersBackend",
    "VLMConfig",
    "VLMTool",
    "local_folder",
]
