"""`ChatFamily`: what families with a Hugging Face chat template and image processor have in common.

The template is asked three questions once, with marks in the place of contents: what closes a policy's turn, what
surrounds an observation, and whether an observation may hold pictures. From then on only suffixes are appended.
"""

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from vista_core import Image, PluginError

from vista_trainers.families.base import Coordinates, Ids, ModelFamily, Rendered

if TYPE_CHECKING:
    import torch

# Stand in for contents while the template is rendered; no template alters plain letters.
_QUESTION, _TURN, _OBSERVATION = "vistaquestionmark", "vistaturnmark", "vistaobservationmark"
_CACHE_BYTES = 256 << 20


class ChatFamily(ModelFamily):
    """A family whose prompts are made by a chat template.

    A subclass says how pictures become placeholders and tensors: `image_marker`, `_expand`, `_preprocess`, `pictures`.

    Args:
        processor: Hugging Face processor with a tokenizer, an image processor and a chat template.
        coordinates: the space in which the model writes boxes; None takes the family's own.

    Attributes:
        image_marker: what the template writes where a picture stands.
        image_token_id: the placeholder token.
        observation_role: role under which observations are rendered: `tool` where the template keeps pictures there,
            else `user`.
    """

    image_marker: str
    image_token_id: int

    def __init__(self, processor: Any, coordinates: Coordinates | None = None) -> None:
        self.processor = processor
        self.tokenizer = tokenizer = processor.tokenizer
        if coordinates is not None:
            self.coordinates = coordinates
        self.eos_ids = (int(tokenizer.eos_token_id),)
        self.pad_id = int(tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id)
        special = set(tokenizer.all_special_ids) | {
            id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special
        }
        # Everything special but the end of a turn: a sampled placeholder would stand for a picture that is not there.
        self.suppress_ids = tuple(sorted((special | {self.image_token_id}) - set(self.eos_ids)))
        self._reserved = sorted(
            (tokenizer.convert_ids_to_tokens(id_) for id_ in special | {self.image_token_id}), key=len, reverse=True
        )
        self._prepared: OrderedDict[str, dict[str, torch.Tensor]] = OrderedDict()
        self._prepared_bytes = 0
        self._lock = Lock()
        self._learn_template()

    @classmethod
    def from_pretrained(cls, path: str, **options: Any) -> Self:
        """Loads the processor of a checkpoint.

        Args:
            path: folder or hub name.
            **options: `coordinates`, `trust_remote_code`, and settings of the image processor (`max_pixels`, ...).
        """
        from transformers import AutoProcessor

        coordinates = options.pop("coordinates", None)
        return cls(AutoProcessor.from_pretrained(path, **options), coordinates)

    # -- text ---------------------------------------------------------------------------------------------------

    def prompt(self, messages: Sequence[Mapping[str, Any]], images: Sequence[Image]) -> Rendered:
        """Renders the messages with the chat template; special tokens in their texts are broken up first."""
        safe = [{**message, "content": self._safe_content(message["content"])} for message in messages]
        text = self._render(safe, add_generation_prompt=True)
        return self._expanded(text, images)

    def after_turn(self, ids: Ids) -> Ids:
        """The end-of-turn token, unless `ids` end with it, and what the template writes after it."""
        if len(ids) and int(ids[-1]) in self.eos_ids and len(self._close) and self._close[0] == ids[-1]:
            return self._close[1:]
        return self._close

    def observation(self, text: str, images: Sequence[Image]) -> Rendered:
        """Pictures first, then the text, in a message of `observation_role`, and the next turn's opening."""
        shown = self._image_part * len(images) + self._safe(text)
        return self._expanded(self._before + shown + self._after, images)

    def encode(self, text: str) -> Ids:
        """Ids of a text as it is."""
        return np.asarray(self.tokenizer.encode(text, add_special_tokens=False), dtype=np.int32)

    def decode(self, ids: Ids) -> str:
        """The text of ids, without end-of-turn and padding tokens."""
        dropped = {*self.eos_ids, self.pad_id}
        kept = [int(id_) for id_ in ids if int(id_) not in dropped]
        text: str = self.tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text

    # -- pictures -----------------------------------------------------------------------------------------------

    def image_token_runs(self, ids: Ids) -> list[tuple[int, int]]:
        """Where `image_token_id` stands in unbroken runs: one for each picture, since templates put marks around it."""
        edges = np.diff(np.concatenate([[0], (np.asarray(ids) == self.image_token_id).astype(np.int8), [0]]))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        return [(int(start), int(end - start)) for start, end in zip(starts, ends, strict=True)]

    def model_inputs(
        self, rows: Sequence[Ids], images: Sequence[Sequence[Image]], padding: Literal["left", "right"] = "left"
    ) -> dict[str, "torch.Tensor"]:
        """`input_ids` and `attention_mask` `(B, L)`, what follows from the ids, and the pixels of all pictures."""
        ids, mask = self.pad(rows, padding)
        inputs = {"input_ids": ids, "attention_mask": mask, **self.token_types(ids)}
        return {**inputs, **self.pictures([image for row in images for image in row])}

    def pad(self, rows: Sequence[Ids], padding: Literal["left", "right"]) -> tuple["torch.Tensor", "torch.Tensor"]:
        """Ids and attention mask of B rows, int64 of shape `(B, L)` each."""
        import torch

        width = max((len(row) for row in rows), default=0)
        ids = torch.full((len(rows), width), self.pad_id, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for number, row in enumerate(rows):
            place = slice(width - len(row), width) if padding == "left" else slice(0, len(row))
            ids[number, place] = torch.as_tensor(np.asarray(row, dtype=np.int64))
            mask[number, place] = 1
        return ids, mask

    def token_types(self, ids: "torch.Tensor") -> dict[str, "torch.Tensor"]:
        """Further inputs that follow from the padded ids `(B, L)`; none by default."""
        return {}

    @abstractmethod
    def pictures(self, images: Sequence[Image]) -> dict[str, "torch.Tensor"]:
        """Pixel tensors of pictures in the order of their placeholders, over all rows of a batch; empty for none."""

    @abstractmethod
    def picture_counts(self, images: Sequence[Sequence[Image]]) -> dict[str, list[int]]:
        """What TRL needs to cut a batch's pixel tensors into rows: `num_images`, and `num_tiles` where it differs."""

    @abstractmethod
    def _expand(self, image: Image) -> str:
        """The text that replaces a picture's marker."""

    @abstractmethod
    def _preprocess(self, image: Image) -> dict[str, "torch.Tensor"]:
        """Pixel tensors of one picture."""

    def prepared(self, image: Image) -> dict[str, "torch.Tensor"]:
        """Pixel tensors of one picture, remembered by its id: a group of rollouts asks for the same one many times."""
        # The engine renders prompts in one thread while the policy prepares a batch in another.
        with self._lock:
            found = self._prepared.get(image.id)
            if found is None:
                found = self._prepared[image.id] = self._preprocess(image)
                self._prepared_bytes += _size(found)
                while self._prepared_bytes > _CACHE_BYTES and len(self._prepared) > 1:
                    self._prepared_bytes -= _size(self._prepared.popitem(last=False)[1])
            else:
                self._prepared.move_to_end(image.id)
        return found

    # -- the template -------------------------------------------------------------------------------------------

    def _learn_template(self) -> None:
        user = {"role": "user", "content": [{"type": "text", "text": _QUESTION}]}
        turn = {"role": "assistant", "content": [{"type": "text", "text": _TURN}]}
        opened = self._render([user], add_generation_prompt=True)
        closed = self._render([user, turn])
        if not closed.startswith(opened + _TURN):
            raise PluginError(
                f"The chat template of {self.name} does not keep a conversation's beginning when a turn is added, so "
                "observations cannot be appended to it. Use a template that is prefix preserving."
            )
        self._close = self.encode(closed[len(opened) + len(_TURN) :])
        for role in ("tool", "user"):
            found = self._observation_frame([user, turn], closed, role)
            if found is not None:
                self.observation_role = role
                self._before, self._image_part, self._after = found
                return
        raise PluginError(f"The chat template of {self.name} renders observations neither as `tool` nor as `user`.")

    def _observation_frame(self, turns: list[Any], closed: str, role: str) -> tuple[str, str, str] | None:
        """What stands before an observation, for each of its pictures, and after it; None if the role will not do."""
        picture, text = {"type": "image"}, {"type": "text", "text": _OBSERVATION}
        try:
            with_picture = self._render(
                [*turns, {"role": role, "content": [picture, text]}], add_generation_prompt=True
            )
            without = self._render([*turns, {"role": role, "content": [text]}], add_generation_prompt=True)
        except Exception:
            return None  # templates refuse a role by raising errors of many kinds
        head, _, tail = without.partition(_OBSERVATION)
        start, _, end = with_picture.partition(_OBSERVATION)
        kept = start.startswith(head) and self.image_marker in start[len(head) :] and tail == end
        if not (head.startswith(closed) and tail and kept):
            return None
        return head[len(closed) :], start[len(head) :], tail

    def _render(self, messages: Sequence[Mapping[str, Any]], add_generation_prompt: bool = False) -> str:
        text: str = self.tokenizer.apply_chat_template(
            list(messages),
            chat_template=getattr(self.processor, "chat_template", None) or None,
            add_generation_prompt=add_generation_prompt,
            tokenize=False,
        )
        return text

    def _expanded(self, text: str, images: Sequence[Image]) -> Rendered:
        pieces = text.split(self.image_marker)
        if len(pieces) != len(images) + 1:
            raise PluginError(
                f"The chat template of {self.name} rendered {len(pieces) - 1} pictures where there are {len(images)}."
            )
        whole = pieces[0] + "".join(
            self._expand(image) + piece for image, piece in zip(images, pieces[1:], strict=True)
        )
        ids = self.encode(whole)
        return Rendered(ids, tuple(length for _, length in self.image_token_runs(ids)))

    def _safe_content(self, content: str | Sequence[Mapping[str, Any]]) -> str | list[dict[str, Any]]:
        if isinstance(content, str):
            return self._safe(content)
        return [
            {**part, "text": self._safe(part["text"])} if part["type"] == "text" else dict(part) for part in content
        ]

    def _safe(self, text: str) -> str:
        """Text in which no special token can be read: a tool's output must not end a turn or show a picture."""
        for token in self._reserved:
            if token in text:
                text = text.replace(token, f"{token[0]} {token[1:]}")
        return text


def _size(tensors: Mapping[str, "torch.Tensor"]) -> int:
    return sum(tensor.nbytes for tensor in tensors.values())
