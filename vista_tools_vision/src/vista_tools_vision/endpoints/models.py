"""DePlot and UniChart: chart models of the hub that write a table as one line of text."""

import math
import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field
from vista_core import Remedy, ToolTimeout, Weights
from vista_vlm.weights import HubBackend, hub_cache

from vista_tools_vision.endpoints.base import ChartSettings

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("torch>=2.6", "torchvision>=0.21", "transformers>=5.2,<6")
DEPLOT = Weights(repo="google/deplot", revision="main", bytes=1_130_000_000, licence="Apache-2.0")
UNICHART = Weights(
    repo="ahmed-masry/unichart-base-960", revision="main", bytes=809_000_000, licence="see its model card"
)


class ModelSettings(ChartSettings):
    """Settings of an endpoint with a chart model.

    Attributes:
        model: another checkpoint of the same kind: a fetched repo of the hub, or a folder ("./mine").
        revision: of that repo.
        device: where it runs.
        dtype: of its weights.
        max_new_tokens: of one table.
        max_patches: how many patches DePlot sees of a picture; its authors' figures come from 4096.
    """

    model: str = ""
    revision: str = ""
    device: str = "cpu"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_new_tokens: int = Field(512, ge=1, le=4096)
    max_patches: int = Field(4096, ge=16, le=16_384)


class SequenceBackend(HubBackend):
    """A model that writes a picture as one sequence of tokens.

    Attributes:
        classes: the classes of transformers that load it: (processor, model).
        asks: the text that it is prompted with.
    """

    classes: tuple[str, str]
    asks: str

    def __init__(self, name: str, **settings: Any) -> None:
        # Texts have no small differences: a tolerance above 0 keeps batches away where results must be repeatable.
        defaults = {"requires": NEEDS, "extra": "models", "batch_tolerance": 1e-3, "max_batch_size": 4}
        super().__init__(name, **{**defaults, "engine": name, "executor": "process", **settings})

    def probe(self) -> Remedy | None:
        """None, or what is missing: packages, weights, or classes that this transformers no longer has."""
        if (missing := super().probe()) is not None:
            return missing
        from importlib.util import find_spec

        modules = {"Pix2StructProcessor": "pix2struct", "DonutProcessor": "donut"}
        if find_spec(f"transformers.models.{modules[self.classes[0]]}") is None:
            return Remedy(
                f"the installed transformers has no {self.classes[0]} any more", "pip install 'transformers>=5.2,<5.24'"
            )
        return None


DEPLOT_BACKEND = SequenceBackend(
    "deplot",
    tool="deplot_to_table",
    weights=(DEPLOT,),
    memory_mb=2500,
    classes=("Pix2StructProcessor", "Pix2StructForConditionalGeneration"),
    asks="Generate underlying data table of the figure below:",
)
UNICHART_BACKEND = SequenceBackend(
    "unichart",
    tool="unichart_to_table",
    weights=(UNICHART,),
    memory_mb=2500,
    classes=("DonutProcessor", "VisionEncoderDecoderModel"),
    asks="<extract_data_table> <s_answer>",
)


class SequenceReader:
    """A loaded DePlot or UniChart; one generation at a time.

    Args:
        backend: with the weights to load.
        device: where it runs.
        dtype: of its weights.

    Raises:
        ToolUnavailable: the weights are missing or damaged.
    """

    def __init__(self, backend: SequenceBackend, device: str, dtype: str) -> None:
        import torch
        import transformers

        processor, model = (getattr(transformers, name) for name in backend.classes)
        self._lock = threading.Lock()
        self._pix2struct = backend.classes[0] == "Pix2StructProcessor"
        self._asks = backend.asks
        self._device = torch.device(device)
        self._processor: Any = backend.load(processor)
        kind = "auto" if dtype == "auto" else getattr(torch, dtype)
        self._model: Any = backend.load(model, dtype=kind).to(self._device).eval()

    def read(
        self, pictures: Sequence["np.ndarray"], max_new_tokens: int, max_patches: int, time_left: float = math.inf
    ) -> list[str | ToolTimeout]:
        """What the model writes for each picture, greedy.

        Args:
            pictures: RGB uint8 (height, width, 3), read as one batch.
            max_new_tokens: of each table.
            max_patches: of each picture (DePlot).
            time_left: seconds; generation stops then.

        Returns:
            One a picture: the text without special tokens, or ToolTimeout where it was not finished in time.
        """
        import PIL.Image
        import torch

        deadline = time.monotonic() + time_left
        images = [PIL.Image.fromarray(pixels) for pixels in pictures]
        with self._lock, torch.inference_mode():
            inputs = self._with_header(images, max_patches) if self._pix2struct else self._with_prompt(images)
            room = max_new_tokens
            if not self._pix2struct:
                room = min(
                    room, self._model.decoder.config.max_position_embeddings - inputs["decoder_input_ids"].shape[1] - 1
                )
            ends = self._processor.tokenizer.eos_token_id
            written = self._model.generate(
                **inputs,
                do_sample=False,
                num_beams=1,
                max_new_tokens=max(1, room),
                max_time=None if math.isinf(time_left) else max(0.001, deadline - time.monotonic()),
                pad_token_id=self._processor.tokenizer.pad_token_id,
                eos_token_id=ends,
            )
        asked = 1 if self._pix2struct else inputs["decoder_input_ids"].shape[1]
        late = time.monotonic() > deadline and written.shape[1] - asked < room
        texts: list[str | ToolTimeout] = []
        for row in written[:, asked:]:
            if late and ends not in row.tolist():
                texts.append(ToolTimeout("The model did not finish its table in time."))
            else:
                texts.append(self._processor.tokenizer.decode(row, skip_special_tokens=True).strip())
        return texts

    def _with_header(self, images: list[Any], max_patches: int) -> dict[str, Any]:
        """Pix2Struct: the prompt is written over the picture."""
        # Not through the processor, which takes no font: it would fetch one from the hub.
        headed = [_headed(image, self._asks) for image in images]
        prepare = self._processor.image_processor
        inputs = dict(prepare(headed, is_vqa=False, max_patches=max_patches, return_tensors="pt").to(self._device))
        inputs["flattened_patches"] = inputs["flattened_patches"].to(self._model.dtype)
        return inputs

    def _with_prompt(self, images: list[Any]) -> dict[str, Any]:
        """Donut: the prompt begins the sequence that the decoder goes on writing."""
        asked = self._processor.tokenizer(self._asks, add_special_tokens=False, return_tensors="pt").input_ids
        pixels = self._processor(images, return_tensors="pt").pixel_values
        return {
            "pixel_values": pixels.to(self._device, self._model.dtype),
            "decoder_input_ids": asked.repeat(len(images), 1).to(self._device),
        }


@lru_cache(maxsize=2)
def sequence_reader(backend: SequenceBackend, device: str, dtype: str) -> SequenceReader:
    """The process's one reader for some weights."""
    return SequenceReader(backend, device, dtype)


def _headed(image: Any, text: str) -> Any:
    """A picture with a text over it, as Pix2Struct was trained on: both as wide as the wider of the two."""
    import PIL.Image
    from transformers.models.pix2struct.image_processing_pix2struct import render_text

    header = render_text(text, font_bytes=_font())
    width = max(header.width, image.width)
    top, height = round(header.height * width / header.width), round(image.height * width / image.width)
    sheet = PIL.Image.new("RGB", (width, top + max(1, height)), "white")
    sheet.paste(header.resize((width, top)), (0, 0))
    sheet.paste(image.resize((width, max(1, height))), (0, top))
    return sheet


@lru_cache(maxsize=1)
def _font() -> bytes:
    """The font that DePlot was trained with, where the hub's cache has it; else Pillow's own."""
    import PIL.ImageFont

    found: list[Path] = sorted((hub_cache() / "models--ybelkada--fonts" / "snapshots").glob("*/Arial.TTF"))
    if found:
        return found[-1].read_bytes()
    font: Any = PIL.ImageFont.load_default(12)
    return bytes(font.font_bytes)
