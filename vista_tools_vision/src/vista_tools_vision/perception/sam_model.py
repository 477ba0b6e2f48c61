"""SAM 2 through transformers: a picture with points and a box in, masks out."""

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from vista_vlm import HubBackend

from vista_tools_vision.perception.grow import Prompt
from vista_tools_vision.perception.loaded import LoadedModel

if TYPE_CHECKING:
    import numpy as np

KEPT = 4  # pictures whose embeddings are kept, 16 MB each: the rollouts of a group ask about the same ones


class SAM2(LoadedModel):
    """SAM 2; the arguments are those of LoadedModel."""

    def __init__(self, backend: HubBackend, device: str) -> None:
        super().__init__(backend, device, ("Sam2Processor", "Sam2Model"))
        self._embeddings: OrderedDict[bytes, Any] = OrderedDict()

    def segment(self, image: "np.ndarray", prompt: Prompt, several: bool) -> list[tuple["np.ndarray", float]]:
        """As grow.segment: (mask, score), the best first; the score is the model's own estimate of the IoU."""
        import torch

        prompts: dict[str, Any] = {}
        if prompt.points:
            prompts["input_points"] = [[[list(point) for point in prompt.points]]]
            prompts["input_labels"] = [[list(prompt.labels)]]
        if prompt.box is not None:
            prompts["input_boxes"] = [[list(prompt.box)]]
        sizes = [list(image.shape[:2])]
        inputs = self.processor(original_sizes=sizes, return_tensors="pt", **prompts).to(self.device)
        inputs.pop("original_sizes")
        with torch.inference_mode():
            outputs = self.model(image_embeddings=self._seen(image), multimask_output=several, **inputs)
        masks = self.processor.post_process_masks(outputs.pred_masks.cpu(), sizes)[0][0].numpy()
        scores = outputs.iou_scores.cpu().reshape(-1).tolist()
        found = [(mask.astype(bool), score) for mask, score in zip(masks, scores, strict=True)]
        return sorted(found, key=lambda item: -item[1])

    def _seen(self, image: "np.ndarray") -> Any:
        """What the image encoder, by far the largest part, makes of a picture; the last few are kept."""
        import torch

        key = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).digest()
        found = self._embeddings.pop(key, None)
        if found is None:
            # A copy, as torch wants arrays that it could write to.
            seen = self.processor(images=image.copy(), input_data_format="channels_last", return_tensors="pt")
            with torch.inference_mode():
                found = self.model.get_image_embeddings(seen["pixel_values"].to(self.device))
        self._embeddings[key] = found
        while len(self._embeddings) > KEPT:
            self._embeddings.popitem(last=False)
        return found
