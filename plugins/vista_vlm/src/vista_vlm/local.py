"""`LocalChat`: a chat checkpoint of the hub's format, loaded into this process."""

import math
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from vista_core import ToolFailed, ToolTimeout

from vista_vlm.config import VLMConfig
from vista_vlm.prompt import Prompt
from vista_vlm.weights import HubBackend


class LocalChat:
    """A processor and a model; one generation at a time.

    Args:
        backend: with the weights to load.
        config: device, dtype, trust in the checkpoint's own code.

    Raises:
        ToolUnavailable: the weights are not there, damaged, or of no kind that AutoModelForImageTextToText knows.
    """

    def __init__(self, backend: HubBackend, config: VLMConfig) -> None:
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        self._lock = threading.Lock()
        self.device = torch.device(config.device)
        trust = {"trust_remote_code": config.trust_remote_code}
        self.processor: Any = backend.load(AutoProcessor, **trust)
        dtype = "auto" if config.dtype == "auto" else getattr(torch, config.dtype)
        model: Any = backend.load(AutoModelForImageTextToText, dtype=dtype, **trust)
        self.model = model.to(self.device).eval()
        self.processor.tokenizer.padding_side = "left"  # answers of a batch must begin side by side

    def ask(self, prompts: Sequence[Prompt], max_new_tokens: int, time_left: float = math.inf) -> list[str | Exception]:
        """Greedy answers.

        Args:
            prompts: asked together, as one batch.
            max_new_tokens: of each answer.
            time_left: seconds; generation stops then.

        Returns:
            One a prompt, in order: the text; or ToolTimeout for what was not finished in time, ToolFailed for an
            empty answer.
        """
        import torch

        deadline = time.monotonic() + time_left
        with self._lock, torch.inference_mode():
            inputs = self.processor.apply_chat_template(
                [prompt.messages() for prompt in prompts],
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
                return_tensors="pt",
                processor_kwargs={"padding": True},
            ).to(self.device, self.model.dtype)
            written = self.model.generate(**inputs, generation_config=self._settings(max_new_tokens, deadline))
        written = written[:, inputs["input_ids"].shape[1] :]
        late = written.shape[1] < max_new_tokens and time.monotonic() > deadline
        ends = torch.tensor(self._ends(), device=written.device)
        answers: list[str | Exception] = []
        for row in written:
            text = self.processor.tokenizer.decode(row, skip_special_tokens=True).strip()
            if late and not torch.isin(row, ends).any():
                answers.append(ToolTimeout("The model did not finish its answer in time."))
            else:
                answers.append(text or ToolFailed("The model wrote nothing.", code="E5"))
        return answers

    def _ends(self) -> list[int]:
        ends = self.model.generation_config.eos_token_id
        ends = self.processor.tokenizer.eos_token_id if ends is None else ends
        return list(ends) if isinstance(ends, (list, tuple)) else [] if ends is None else [ends]

    def _settings(self, max_new_tokens: int, deadline: float) -> Any:
        """Greedy, whatever sampling the checkpoint's own settings ask for."""
        from transformers import GenerationConfig

        ends = self._ends()
        pad = self.processor.tokenizer.pad_token_id
        left = deadline - time.monotonic()
        return GenerationConfig(
            do_sample=False,
            max_new_tokens=max_new_tokens,
            eos_token_id=ends or None,
            pad_token_id=pad if pad is not None else next(iter(ends), 0),
            max_time=None if math.isinf(left) else max(0.001, left),
        )


@lru_cache(maxsize=2)
def local_chat(backend: HubBackend, key: str) -> LocalChat:
    """The process's one model for some weights: tools that ask the same one share it.

    Args:
        backend: with the weights to load.
        key: the VLMConfig's settings that matter for loading, as JSON.
    """
    return LocalChat(backend, VLMConfig.model_validate_json(key))


def shared_chat(backend: HubBackend, config: VLMConfig) -> LocalChat:
    """`local_chat` for a config, whatever else it says."""
    loading = VLMConfig.model_validate(
        config.model_dump(include={"model", "revision", "trust_remote_code", "device", "dtype"})
    )
    plain = HubBackend(backend.name, weights=backend.weights)  # not whose tool it is
    return local_chat(plain, loading.model_dump_json())
