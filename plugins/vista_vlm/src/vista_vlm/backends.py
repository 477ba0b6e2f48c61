"""The two ways to a chat model: loaded into the process, or asked over HTTP."""

from typing import Any, Self

from vista_core import Backend, Remedy

from vista_vlm.weights import HubBackend

TRANSFORMERS_NEEDS = ("torch>=2.6", "torchvision>=0.21", "transformers>=5.2,<6")


class TransformersBackend(HubBackend):
    """Any chat checkpoint that AutoModelForImageTextToText loads, in this process, greedy.

    Without weights of its own it needs the setting `model`.

    Attributes:
        unloadable: why a tool's namesake has no weights here, for the message; "" for nothing to say.
    """

    unloadable: str = ""

    def __init__(self, name: str = "transformers", **settings: object) -> None:
        # Texts have no small differences: a tolerance above 0 keeps batches away where results must be repeatable.
        defaults = {
            "requires": TRANSFORMERS_NEEDS,
            "batch_tolerance": 1e-3,
            "max_batch_size": 8,
            "extra": "transformers",
        }
        super().__init__(name, **{**defaults, **settings})

    def probe(self) -> Remedy | None:
        """None, or the packages or weights that are missing; nothing is loaded."""
        if (missing := super().probe()) is not None:
            return missing
        if not self.weights:
            remedy = "set the config's `model` to a chat model of the hub that was fetched, or to a folder"
            return Remedy("; ".join(filter(None, (self.unloadable, "no model is named"))), remedy)
        return None


class OpenAIBackend(Backend):
    """Any endpoint that speaks OpenAI's chat completions with pictures: vLLM, SGLang, llama.cpp, a vendor.

    Which one is the config's `base_url`; it is not asked before the first call. A server may change its mind or its
    model, so results are never cached.

    Attributes:
        base_url: of the settings.
        model: of the settings.
    """

    base_url: str = ""
    model: str = ""

    def __init__(self, name: str = "openai", **settings: object) -> None:
        defaults = {"requires": ("aiohttp>=3.9",), "deterministic": False, "extra": "openai"}
        super().__init__(name, **{**defaults, **settings})

    def configured(self, config: Any) -> Self:
        """The backend that a tool's settings mean."""
        url, model = getattr(config, "base_url", ""), getattr(config, "model", "")
        return self.model_copy(update={"base_url": url, "model": model, "engine": f"{model} at {url}" if url else ""})

    def probe(self) -> Remedy | None:
        """None, or the package or the setting that is missing; no request is made."""
        if (missing := super().probe()) is not None:
            return missing
        lacking = [name for name in ("base_url", "model") if not getattr(self, name)]
        if lacking:
            remedy = "serve a model (`vllm serve MODEL`) and set base_url (http://host:8000/v1) and model"
            return Remedy(f"the settings name no {' and no '.join(lacking)}", remedy)
        if not self.base_url.startswith(("http://", "https://")):
            return Remedy(f"base_url {self.base_url!r} is no address", "write it as http://host:8000/v1")
        return None
