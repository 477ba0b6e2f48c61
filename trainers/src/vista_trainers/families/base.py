"""`ModelFamily`: the one place that knows how a model's chat template, tokens and pictures look.

The rollout engine, the policies and the trainers speak token ids; a family turns messages, observations and
pictures into ids, and ids into text and tensors. Nothing a policy has sampled is ever tokenised again: a family
renders the prompt once, and from then on only *suffixes* (the rest of a turn, an observation).
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from vista_core import Image

Ids = NDArray[np.int32]
Coordinates = Literal["pixel", "resized", "norm1000"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Token ids of a rendered piece of a conversation.

    Attributes:
        ids: int32 array of shape `(n,)`.
        image_lengths: for each picture in the piece, in order, the number of placeholder tokens that stand for it.
    """

    ids: Ids
    image_lengths: tuple[int, ...] = ()


class ModelFamily(ABC):
    """What the engine, the policies and the trainers need to know of a model family.

    Attributes:
        name: short id, such as `qwen_vl`.
        coordinates: the space in which these models write boxes and points.
        tokenizer: the Hugging Face tokenizer.
        processor: the Hugging Face processor (tokenizer and image processor).
        stop_strings: text that ends a turn. A tag may be several tokens; sampling stops at the one that completes it.
        eos_ids: tokens that end a turn by themselves (they belong to the policy when it samples them).
        pad_id: token used for padding; never attended to.
        suppress_ids: tokens that must never be sampled (picture and video placeholders, role markers, padding).
    """

    name: ClassVar[str]
    coordinates: Coordinates = "pixel"
    tokenizer: Any
    processor: Any
    stop_strings: tuple[str, ...] = ("</tool_call>", "</answer>")
    eos_ids: tuple[int, ...]
    pad_id: int
    suppress_ids: tuple[int, ...]

    @classmethod
    @abstractmethod
    def from_pretrained(cls, path: str, **options: Any) -> "ModelFamily":
        """Loads tokenizer and processor (not the weights) from a folder or a hub name."""

    @abstractmethod
    def prompt(self, messages: Sequence[Mapping[str, Any]], images: Sequence["Image"]) -> Rendered:
        """Renders the first prompt, up to and with the opening of the policy's first turn.

        Args:
            messages: `{"role": ..., "content": ...}`; a content is a string or a list of parts
                `{"type": "text", "text": ...}` and `{"type": "image"}`.
            images: one picture for each image part, in order.

        Texts of messages are data too: see `observation`.

        Returns:
            Ids with every image part expanded to its placeholders, and their lengths.
        """

    @abstractmethod
    def after_turn(self, ids: Ids) -> Ids:
        """The template's tokens that close a turn of which `ids` were sampled, shape `(k,)`, loss mask 0.

        The rest only: where the policy sampled the end-of-turn token itself, that token is not repeated.
        """

    @abstractmethod
    def observation(self, text: str, images: Sequence["Image"]) -> Rendered:
        """Renders a tool's observation and the opening of the policy's next turn, as a suffix of a closed turn.

        The pictures come first, then the text, as in `Episode.messages`. The text is data: what looks like a special
        token in it (a picture placeholder that OCR has read, say) must become ordinary tokens.
        """

    @abstractmethod
    def encode(self, text: str) -> Ids:
        """Tokens of a turn that was written, not sampled (an expert's), shape `(n,)`; no special tokens are added."""

    @abstractmethod
    def decode(self, ids: Ids) -> str:
        """Text of sampled ids: end-of-turn and padding tokens are left out, the protocol's tags are kept."""

    @abstractmethod
    def model_inputs(
        self, rows: Sequence[Ids], images: Sequence[Sequence["Image"]], padding: Literal["left", "right"] = "left"
    ) -> dict[str, "torch.Tensor"]:
        """Tensors for `model(**inputs)` and `model.generate(**inputs)`, on the CPU.

        Args:
            rows: B arrays of ids, pictures already expanded to placeholders.
            images: for each row its pictures in the order of their placeholders.
            padding: side of the padding ("left" for generation).

        Returns:
            `input_ids` and `attention_mask` of shape `(B, L)`, and what the family's models need for pictures.
        """

    @abstractmethod
    def image_token_runs(self, ids: Ids) -> list[tuple[int, int]]:
        """`(start, length)` of the placeholder run of each picture in `ids`, in order."""

    @abstractmethod
    def image_length(self, image: "Image") -> int:
        """Number of placeholder tokens that stand for this picture."""

    def cut(self, text: str, tokens: int) -> str:
        """The first `tokens` tokens of a text as text; the whole text where it has no more."""
        ids = self.encode(text)
        # A cut inside a character leaves bytes that decode to the replacement character.
        return text if len(ids) <= tokens else self.decode(ids[:tokens]).rstrip("\ufffd")

    def resized(self, image: "Image") -> tuple[int, int]:
        """`(width, height)` that the model sees, for `coordinates = "resized"`; the stored size by default."""
        return image.size
