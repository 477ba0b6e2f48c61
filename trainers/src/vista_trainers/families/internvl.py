"""InternVL in transformers' own form (`InternVLForConditionalGeneration`)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vista_core import Image

from vista_trainers.families.base import Coordinates
from vista_trainers.families.chat import ChatFamily

if TYPE_CHECKING:
    import torch


class InternVLFamily(ChatFamily):
    """Pictures are cut into square tiles (and a thumbnail); each tile makes `image_seq_length` placeholders.

    The model writes boxes on a grid of 0 to 1000.
    """

    name = "internvl"
    coordinates = "norm1000"

    def __init__(self, processor: Any, coordinates: Coordinates | None = None) -> None:
        self.image_marker = processor.image_token
        self.image_token_id = int(processor.image_token_id)
        super().__init__(processor, coordinates)

    def image_length(self, image: Image) -> int:
        """`image_seq_length` for each tile."""
        return self._tiles(image) * int(self.processor.image_seq_length)

    def pictures(self, images: Sequence[Image]) -> dict[str, "torch.Tensor"]:
        """`pixel_values` of shape `(tiles, 3, height, width)`, the tiles of all pictures one after another."""
        import torch

        if not images:
            return {}
        return {"pixel_values": torch.cat([self.prepared(image)["pixel_values"] for image in images])}

    def picture_counts(self, images: Sequence[Sequence[Image]]) -> dict[str, list[int]]:
        """Pictures and tiles of each row."""
        return {
            "num_images": [len(row) for row in images],
            "num_tiles": [sum(self._tiles(image) for image in row) for row in images],
        }

    def _tiles(self, image: Image) -> int:
        return int(self.prepared(image)["pixel_values"].shape[0])

    def _expand(self, image: Image) -> str:
        start, end = self.processor.start_image_token, self.processor.end_image_token
        return f"{start}{self.image_marker * self.image_length(image)}{end}"

    def _preprocess(self, image: Image) -> dict[str, "torch.Tensor"]:
        # The processor cuts into tiles by default; its image processor alone does not.
        found = self.processor.image_processor([image.pil()], crop_to_patches=True, return_tensors="pt")
        return {"pixel_values": found["pixel_values"]}
