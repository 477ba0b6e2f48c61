"""Qwen2-VL, Qwen2.5-VL and Qwen3-VL."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vista_core import Image

from vista_trainers.families.base import Coordinates
from vista_trainers.families.chat import ChatFamily

if TYPE_CHECKING:
    import torch


class QwenVLFamily(ChatFamily):
    """Pictures are cut into patches of their own aspect ratio; `merge_size`² patches make one placeholder.

    Qwen2.5-VL writes boxes in pixels of the resized picture; Qwen2-VL and Qwen3-VL on a grid of 0 to 1000.
    """

    name = "qwen_vl"
    image_marker = "<|image_pad|>"

    def __init__(self, processor: Any, coordinates: Coordinates | None = None) -> None:
        self.image_token_id = int(processor.tokenizer.convert_tokens_to_ids(self.image_marker))
        self.coordinates = "resized" if type(processor).__name__.startswith("Qwen2_5") else "norm1000"
        super().__init__(processor, coordinates)

    def image_length(self, image: Image) -> int:
        """Patches divided by `merge_size`²."""
        return int(self._grid(image).prod()) // self.processor.image_processor.merge_size**2

    def resized(self, image: Image) -> tuple[int, int]:
        """Patches across and down, times their side."""
        _, rows, columns = self._grid(image).tolist()
        patch = self.processor.image_processor.patch_size
        return columns * patch, rows * patch

    def token_types(self, ids: "torch.Tensor") -> dict[str, "torch.Tensor"]:
        """1 where a placeholder stands: the model derives its three-dimensional positions from it."""
        return {"mm_token_type_ids": (ids == self.image_token_id).int()}

    def pictures(self, images: Sequence[Image]) -> dict[str, "torch.Tensor"]:
        """`pixel_values` of shape `(patches, 3 * 2 * patch²)` and `image_grid_thw` of shape `(images, 3)`."""
        import torch

        if not images:
            return {}
        prepared = [self.prepared(image) for image in images]
        return {name: torch.cat([one[name] for one in prepared]) for name in ("pixel_values", "image_grid_thw")}

    def picture_counts(self, images: Sequence[Sequence[Image]]) -> dict[str, list[int]]:
        """Pictures of each row; `image_grid_thw` tells how many patches each has."""
        return {"num_images": [len(row) for row in images]}

    def _grid(self, image: Image) -> "torch.Tensor":
        return self.prepared(image)["image_grid_thw"][0]

    def _expand(self, image: Image) -> str:
        return self.image_marker * self.image_length(image)

    def _preprocess(self, image: Image) -> dict[str, "torch.Tensor"]:
        found = self.processor.image_processor([image.pil()], return_tensors="pt")
        return {"pixel_values": found["pixel_values"], "image_grid_thw": found["image_grid_thw"]}
