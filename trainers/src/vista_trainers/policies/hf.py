"""`HFPolicy`: a transformers model in this process, sampled with keyed randomness."""

import asyncio
import importlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from vista_core import PluginError, Remedy

from vista_trainers.policies.base import Deliver, FinishReason, Policy, SampledTurn, TurnRequest
from vista_trainers.sampling import KeyedSampler
from vista_trainers.stopping import EndOfTurn

if TYPE_CHECKING:
    from vista_trainers.families.base import ModelFamily


class HFConfig(BaseModel):
    """Settings of the `hf` policy."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field("", description="folder or hub name of the checkpoint, or package:NAME for one inside a package")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = Field("auto", description="`auto` takes a GPU where there is one")
    attn_implementation: str | None = None
    trust_remote_code: bool = False
    temperature: float = Field(1.0, ge=0, description="0 is greedy")
    top_p: float = Field(1.0, gt=0, le=1)
    max_batch_size: int = Field(64, ge=1, description="rows of one call to generate; more are split")


class HFPolicy(Policy):
    """Batched `generate` of a transformers vision-language model.

    Sampling reads no global random state: what a row samples depends on its request's key and its own tokens (up to
    the rounding of batched matrix products). Gradients are off and dropout is off while it samples; the model is put
    back as it was found. One worker thread does the work, so the engine's loop is never blocked.

    For training under FSDP or ZeRO-3 gather the weights around the *whole* rollout: ranks make different numbers of
    calls to generate, so collectives inside a call would wait for ever.
    """

    name = "hf"
    Config = HFConfig

    def __init__(self, *, model: Any = None, family: "ModelFamily | None" = None, **config: Any) -> None:
        super().__init__(**config)
        if model is None:
            model, family = _load(self.config, family)
        if family is None:
            raise PluginError("HFPolicy needs the model's family: HFPolicy.from_model(model, load_family(path))")
        self.model = model
        self.family: ModelFamily = family
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vista-hf-policy")
        self._closers: dict[int, bool] = {}

    @classmethod
    def probe(cls, config: HFConfig) -> Remedy | None:
        """None, or what is wrong with the checkpoint's path; a hub name is taken on trust."""
        setting = "set policy.config.path to the folder or hub name of a checkpoint"
        try:
            path = checkpoint_folder(config.path)
        except PluginError as error:
            return Remedy(str(error), setting)
        if not path:
            return Remedy("no checkpoint is named", setting)
        folder = Path(path).expanduser()
        hub = re.fullmatch(r"[\w.-]+(/[\w.-]+)?", path) and not path.startswith(".")
        if folder.is_dir() and not (folder / "config.json").is_file():
            return Remedy(f"{path} holds no config.json, so it is no checkpoint", setting)
        return None if folder.is_dir() or hub else Remedy(f"there is no folder {path}", setting)

    @classmethod
    def from_model(cls, model: Any, family: "ModelFamily", **config: Any) -> "HFPolicy":
        """A policy over a model that is already there (a trainer's); `policy.model` may be set again later."""
        return cls(model=model, family=family, **config)

    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """Samples one turn for each request (in the worker thread; the caller's loop stays free)."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.sample, list(requests))

    async def stream(self, requests: Sequence[TurnRequest], deliver: Deliver) -> None:
        """The same; a turn that ends early is handed over while the rest of its batch goes on."""
        loop = asyncio.get_running_loop()

        def hand_over(place: int, turn: SampledTurn) -> None:
            loop.call_soon_threadsafe(deliver, place, turn)

        await loop.run_in_executor(self._thread, self._sample_all, list(requests), hand_over)

    def sample(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """The same, in the calling thread."""
        turns: dict[int, SampledTurn] = {}
        self._sample_all(requests, turns.__setitem__)
        return [turns[place] for place in range(len(requests))]

    def _sample_all(self, requests: Sequence[TurnRequest], deliver: Deliver) -> None:
        size = self.config.max_batch_size
        for start in range(0, len(requests), size):
            self._sample_batch(requests[start : start + size], start, deliver)

    def _sample_batch(self, requests: Sequence[TurnRequest], start: int, deliver: Deliver) -> None:
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        family, model = self.family, self.model
        inputs = family.model_inputs([r.ids for r in requests], [r.images for r in requests], "left")
        prompts = inputs["input_ids"].numpy().astype(np.int32)
        attended = inputs["attention_mask"].numpy().astype(bool)
        limits = [r.max_new_tokens for r in requests]
        # A backend that decides to stop one step late (transformers does on mps) asks for one draw more.
        sampler = KeyedSampler(
            [r.stream_key for r in requests],
            [r.temperature for r in requests],
            steps=max(limits) + 1,
            suppress=family.suppress_ids,
            top_p=self.config.top_p,
        )

        def ended(row: int, ids: NDArray[np.int32], reason: FinishReason) -> None:
            logprobs = sampler.logprobs(row)[: len(ids)]
            deliver(start + row, SampledTurn(ids, logprobs, family.decode(ids), reason, prompts[row][attended[row]]))

        config = GenerationConfig(  # type: ignore[no-untyped-call]
            do_sample=False,
            max_new_tokens=max(limits),
            eos_token_id=list(family.eos_ids),
            pad_token_id=family.pad_id,
            use_cache=True,
        )
        with _sampling_mode(model, config), torch.no_grad():
            model.generate(
                **{name: tensor.to(model.device) for name, tensor in inputs.items()},
                generation_config=config,
                logits_processor=LogitsProcessorList([sampler]),
                stopping_criteria=StoppingCriteriaList(
                    [EndOfTurn(family, prompts.shape[1], limits, self._closers, ended)]
                ),
            )

    async def close(self) -> None:
        """Ends the worker thread."""
        self._thread.shutdown(wait=False)


@contextmanager
def _sampling_mode(model: Any, config: Any) -> Iterator[None]:
    """Evaluation mode and our generation settings, both put back afterwards.

    A checkpoint's own generation settings (repetition penalty, top_k, ...) would be merged into ours by transformers
    and would change the distribution that the policy is trained on.
    """
    training, settings = model.training, model.generation_config
    model.eval()
    model.generation_config = config
    try:
        yield
    finally:
        model.generation_config = settings
        model.train(training)


def checkpoint_folder(path: str) -> str:
    """Resolves `package:NAME` to the folder that the installed package NAME gives by its function `path()`.

    Raises:
        PluginError: there is no such package, or no checkpoint in it.
    """
    scheme, colon, name = path.partition(":")
    if scheme != "package" or not colon:
        return path
    try:
        return str(importlib.import_module(name).path())
    except ModuleNotFoundError as error:
        missing = name.replace("_", "-")
        raise PluginError(
            f"policy.config.path is {path}, and that package is missing: pip install {missing}"
        ) from error
    except FileNotFoundError as error:
        raise PluginError(str(error)) from error


def _load(config: HFConfig, family: "ModelFamily | None") -> "tuple[Any, ModelFamily]":
    import torch
    from transformers import AutoModelForImageTextToText

    from vista_trainers.families import load_family

    if not config.path:
        raise PluginError("The policy `hf` needs a checkpoint: set policy.config.path to its folder or hub name.")
    path = checkpoint_folder(config.path)
    if family is None:
        family = load_family(path, trust_remote_code=config.trust_remote_code)
    options: dict[str, Any] = {"dtype": config.dtype, "trust_remote_code": config.trust_remote_code}
    if config.attn_implementation:
        options["attn_implementation"] = config.attn_implementation
    # transformers wraps `to` and `eval` in ways that type checkers cannot follow.
    model: Any = AutoModelForImageTextToText.from_pretrained(path, **options)
    device = ("cuda" if torch.cuda.is_available() else "cpu") if config.device == "auto" else config.device
    return model.to(device).eval(), family
