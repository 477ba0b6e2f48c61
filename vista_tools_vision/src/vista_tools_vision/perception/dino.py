"""Grounding DINO through transformers: a caption and a picture in, boxes with the caption's words out."""

from collections.abc import Sequence

from vista_core import ToolArgumentError, ToolError
from vista_vlm import HubBackend

from vista_tools_vision.perception.boxes import Answer, Found, Request
from vista_tools_vision.perception.loaded import LoadedModel


def normal(caption: str) -> str:
    """A caption as the model was trained on it: lower case, with a full stop at the end."""
    caption = " ".join(caption.lower().split())
    return caption if caption.endswith(".") else f"{caption}."


class GroundingDINOModel(LoadedModel):
    """Grounding DINO; the arguments are those of LoadedModel."""

    def __init__(self, backend: HubBackend, device: str) -> None:
        super().__init__(backend, device, ("GroundingDinoProcessor", "GroundingDinoForObjectDetection"))

    def detect(self, requests: Sequence[Request]) -> list[Answer | ToolError]:
        """Detect in several pictures; those of one size share a forward pass, so that none is padded.

        Returns:
            Per request every box over its threshold, or ToolArgumentError for a caption that is too long.
        """
        answers: list[Answer | ToolError] = [self._too_long(request.caption) or Answer([], []) for request in requests]
        sizes: dict[tuple[int, ...], list[int]] = {}
        for index, request in enumerate(requests):
            if isinstance(answers[index], Answer):
                sizes.setdefault(request.image.shape, []).append(index)
        for indices in sizes.values():
            for index, found in zip(indices, self._forward([requests[i] for i in indices]), strict=True):
                answers[index] = Answer(found, [])
        return answers

    def _forward(self, requests: Sequence[Request]) -> list[list[Found]]:
        import torch

        inputs = self.processor(
            images=[request.image.copy() for request in requests],  # torch wants them writable
            text=[normal(request.caption) for request in requests],
            input_data_format="channels_last",  # it cannot be told from a picture of one or three px
            padding=True,
            return_tensors="pt",
        ).to(self.device)
        with torch.inference_mode():
            outputs = self.model(**inputs)
        results = []
        for index, request in enumerate(requests):
            one = type(outputs)(
                logits=outputs.logits[index : index + 1], pred_boxes=outputs.pred_boxes[index : index + 1]
            )
            height, width = request.image.shape[:2]
            read = self.processor.post_process_grounded_object_detection(
                one,
                input_ids=inputs["input_ids"][index : index + 1],
                threshold=request.box_threshold,
                text_threshold=request.text_threshold,
                target_sizes=[(height, width)],
            )[0]
            # Without a box the library still gives one empty text.
            rows = zip(read["boxes"].tolist(), read["text_labels"], read["scores"].tolist(), strict=False)
            results.append([Found(_clipped(box, width, height), phrase, score) for box, phrase, score in rows])
        return results

    def _too_long(self, caption: str) -> ToolError | None:
        """What to say of a caption that the model cannot read."""
        limit = self.model.config.max_text_len
        length = len(self.processor.tokenizer(normal(caption))["input_ids"])
        if length <= limit:
            return None
        told = f"`caption` has {length} tokens, and the model reads {limit}: name fewer things."
        return ToolArgumentError(told, field="caption")


def _clipped(box: Sequence[float], width: int, height: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (
        min(max(left, 0.0), float(width)),
        min(max(top, 0.0), float(height)),
        min(max(right, 0.0), float(width)),
        min(max(bottom, 0.0), float(height)),
    )
