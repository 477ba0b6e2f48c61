"""Grounding DINO and SAM 2 through transformers, from checkpoints on disk: small random ones, the user's code path."""

import shutil

import numpy as np
import pytest
import vista_core as vista


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    image = np.full((120, 200, 3), 255, np.uint8)
    image[30:90, 40:120] = (200, 30, 30)
    return image


@pytest.fixture(scope="module")
def dino(tiny_hub) -> vista.Tool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_CACHE", str(tiny_hub))
        return vista.load("tool", "grounding_dino", backend="transformers")


@pytest.fixture(scope="module")
def sam(tiny_hub) -> vista.Tool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_CACHE", str(tiny_hub))
        return vista.load("tool", "sam", backend="transformers")


@pytest.mark.parametrize("name", ["grounding_dino", "sam"])
def test_without_weights_the_remedy_is_the_command_that_fetches_them(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(vista.ToolUnavailable, match="are not on this machine") as told:
        vista.load("tool", name, backend="transformers")
    assert told.value.remedy == f"vista tools {name} --fetch --backend transformers"
    assert vista.load("tool", name).backend.name == "classical", "auto takes what can work"


def test_with_weights_auto_takes_the_model(tiny_hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tiny_hub))
    assert vista.tool_spec("grounding_dino").backend == "transformers"
    assert vista.tool_spec("sam").executor == "process"


@pytest.mark.parametrize("damage", ["cut", "config", "processor"])
def test_damaged_weights_are_told_and_not_loaded(tiny_hub, tmp_path, monkeypatch, damage):
    shutil.copytree(tiny_hub, tmp_path / "hub")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    (folder,) = (tmp_path / "hub").glob("models--facebook*/snapshots/*")
    broken = {"cut": "model.safetensors", "config": "config.json", "processor": "processor_config.json"}[damage]
    (folder / broken).write_bytes((folder / broken).read_bytes()[:40])
    with pytest.raises(vista.ToolUnavailable, match="facebook/sam2-hiera-large"):
        vista.load("tool", "sam", backend="transformers")


def test_another_model_is_taken_from_a_folder(tiny_hub, picture, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    (folder,) = tiny_hub.glob("models--IDEA*/snapshots/*")
    mine = vista.load("tool", "grounding_dino", backend="transformers", config={"model": str(folder)})
    assert mine(images=[picture], caption="red cube", box_threshold=0.0).data.detections


def test_dino_gives_what_the_library_gives_after_nms(dino, picture, tiny_hub):
    import torch
    import transformers
    from torchvision.ops import nms

    (folder,) = tiny_hub.glob("models--IDEA*/snapshots/*")
    processor = transformers.GroundingDinoProcessor.from_pretrained(folder)
    model = transformers.GroundingDinoForObjectDetection.from_pretrained(folder).eval()
    inputs = processor(images=picture, text="red cube.", return_tensors="pt")
    with torch.no_grad():
        outputs = model(**inputs)
    direct = processor.post_process_grounded_object_detection(
        outputs, inputs["input_ids"], threshold=0.3, text_threshold=0.25, target_sizes=[(120, 200)]
    )[0]
    limits = torch.tensor([200.0, 120.0, 200.0, 120.0])
    boxes = torch.minimum(direct["boxes"].clamp(min=0), limits)
    kept = nms(boxes, direct["scores"], 0.8)
    output = dino(images=[picture], caption=" Red  CUBE", box_threshold=0.3).data
    assert [d.box for d in output.detections] == [tuple(boxes[i].round().tolist()) for i in kept]
    assert [d.confidence for d in output.detections] == pytest.approx(direct["scores"][kept].tolist(), abs=1e-3)
    assert output.size == (200, 120)


def test_dino_thresholds_and_drawing(dino, picture, tiny_hub, monkeypatch):
    assert dino(images=[picture], caption="red cube", box_threshold=1.0).text == "Nothing of this was found."
    monkeypatch.setenv("HF_HUB_CACHE", str(tiny_hub))
    config = {"rendering": {"picture": True, "max_rows": 2}}
    drawing = vista.load("tool", "grounding_dino", backend="transformers", config=config)
    seen = drawing(images=[picture], caption="red cube", box_threshold=0.0)
    assert seen.images[0].size == (200, 120)
    assert len(seen.text.splitlines()) == 3 and "more found" in seen.text


def test_dino_batches_give_what_single_calls_give(dino, picture):
    other = np.ascontiguousarray(picture[::-1])
    asked = [(picture, "red cube"), (other, "cube. red"), (picture[:100], "red"), (picture, "b " * 400)]
    calls = []
    for image, caption in asked:
        arguments = dino.args_model(caption=caption, box_threshold=0.3)
        calls.append((arguments, vista.ToolContext(images=[vista.Image.of(image)], reads={"image"})))
    *results, refused = dino.run_batch(calls)
    assert isinstance(refused, vista.ToolArgumentError) and refused.field == "caption"
    for (arguments, context), result in zip(calls, results, strict=False):
        alone = dino.run(arguments, context)
        assert len(result.detections) == len(alone.detections)
        for one, two in zip(result.detections, alone.detections, strict=True):
            assert one.box == pytest.approx(two.box, abs=1)


def test_sam_gives_what_the_library_gives(sam, picture, tiny_hub):
    import torch
    import transformers

    (folder,) = tiny_hub.glob("models--facebook*/snapshots/*")
    processor = transformers.Sam2Processor.from_pretrained(folder)
    model = transformers.Sam2Model.from_pretrained(folder).eval()
    inputs = processor(
        images=picture, input_points=[[[[60, 60], [5, 5]]]], input_labels=[[[1, 0]]], return_tensors="pt"
    )
    sizes = inputs.pop("original_sizes")
    with torch.no_grad():
        outputs = model(**inputs, multimask_output=True)
    masks = processor.post_process_masks(outputs.pred_masks, sizes)[0][0].numpy().astype(bool)
    best = int(outputs.iou_scores.argmax())
    output = sam(images=[picture], point_prompts=[[60, 60], [5, 5]], point_labels=[1, 0]).data
    assert output.masks[0].area == masks[best].sum()
    assert np.array_equal(output.mask.array[..., 0] > 0, masks[best])
    assert sorted(m.area for m in output.masks) == sorted(int(mask.sum()) for mask in masks)


def test_sam_encodes_a_picture_once_and_keeps_few(sam, picture, monkeypatch):
    model = sam.segment.__self__
    encoded = []
    encode = model.model.get_image_embeddings
    monkeypatch.setattr(model.model, "get_image_embeddings", lambda pixels: encoded.append(1) or encode(pixels))
    model._embeddings.clear()
    first = sam(images=[picture], point_prompts=[[60, 60]]).data
    sam(images=[picture], box_prompt=[30, 20, 130, 100])
    assert sam(images=[picture], point_prompts=[[60, 60]]).data == first
    assert len(encoded) == 1
    for height in range(100, 110):
        sam(images=[picture[:height]], point_prompts=[[60, 60]])
    assert len(model._embeddings) == 4 and len(encoded) == 11


def test_sam_takes_boxes_points_both_and_nothing(sam, picture):
    for prompt in (
        {"box_prompt": [30, 20, 130, 100]},
        {"box_prompt": [30, 20, 130, 100], "point_prompts": [[60, 60]]},
        {},
    ):
        seen = sam(images=[picture], multimask_output=False, **prompt)
        assert len(seen.data.masks) == 1
        assert seen.images[0].size == seen.data.mask.size == (200, 120)
        assert seen.text.startswith("mask 0: ")
