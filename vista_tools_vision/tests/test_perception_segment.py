"""`sam` with the classical backend: masks from boxes and points, and what is said about them."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
import vista_core as vista
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_tools_vision.perception.masks import measure


@pytest.fixture(scope="module")
def sam() -> vista.Tool:
    return vista.load("tool", "sam", backend="classical")


def drawn(size=(320, 240), box=(60, 50, 180, 150), noise=0.0) -> tuple[np.ndarray, np.ndarray]:
    """A shaded ellipse on a page, and its true mask."""
    sheet = PIL.Image.new("L", size)
    PIL.ImageDraw.Draw(sheet).ellipse(box, fill=255)
    mask = np.asarray(sheet) > 0
    image = np.full((size[1], size[0], 3), (235, 238, 240), float)
    shade = np.linspace(1.0, 0.55, size[0])[None, :, None]
    image = np.where(mask[..., None], np.array([40, 90, 200]) * shade, image)
    image += np.random.default_rng(0).normal(0, noise, image.shape) if noise else 0
    return np.clip(image, 0, 255).astype(np.uint8), mask


def iou(seen: vista.Observation, truth: np.ndarray) -> float:
    mask = seen.data.mask.array[..., 0] > 127
    return float((mask & truth).sum() / (mask | truth).sum())


@pytest.mark.parametrize("noise", [0.0, 6.0])
def test_a_loose_box_gives_the_thing_in_it(sam, noise):
    image, truth = drawn(noise=noise)
    assert iou(sam(images=[image], box_prompt=[45, 38, 200, 165]), truth) > 0.93


@pytest.mark.parametrize("noise", [0.0, 6.0])
def test_a_point_gives_the_thing_under_it(sam, noise):
    image, truth = drawn(noise=noise)
    seen = sam(images=[image], point_prompts=[[120, 100]])
    assert iou(seen, truth) > 0.93
    best = seen.data.masks[0]
    assert best.box == pytest.approx((60, 50, 181, 151), abs=3)
    assert best.centroid == pytest.approx((120, 100), abs=2)
    assert best.contours == 1 and best.score > 0.8


def test_without_a_prompt_the_middle_is_meant(sam):
    image, truth = drawn(box=(110, 80, 210, 160))
    assert iou(sam(images=[image]), truth) > 0.93


def test_points_outside_hold_the_mask_back(sam):
    picture = PIL.Image.new("RGB", (300, 200), "white")
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((40, 50, 149, 149), fill=(200, 40, 40))
    pen.rectangle((150, 50, 259, 149), fill=(60, 20, 20))
    both = sam(images=[picture], point_prompts=[[60, 100], [200, 100]]).data.masks[0]
    one = sam(images=[picture], point_prompts=[[60, 100], [200, 100]], point_labels=[1, 0]).data.masks[0]
    assert both.box == pytest.approx((40, 50, 260, 150), abs=2)
    assert one.box == pytest.approx((40, 50, 150, 150), abs=2)


def test_several_masks_are_the_best_first_and_one_is_one(sam):
    image, _ = drawn()
    several = sam(images=[image], point_prompts=[[120, 100]]).data.masks
    assert [m.score for m in several] == sorted((m.score for m in several), reverse=True)
    assert 1 <= len(several) <= 3
    assert sam(images=[image], point_prompts=[[120, 100]], multimask_output=False).data.masks == several[:1]


def test_the_observation_has_numbers_and_a_picture(sam):
    image, _ = drawn()
    seen = sam(images=[image], box_prompt=[45, 38, 200, 165], multimask_output=False)
    area = seen.data.masks[0].area
    assert seen.text.startswith(f"mask 0: {area} px (12.")
    assert "[60, 50, 181, 151], centre (120, 100), 1 part (" in seen.text
    assert seen.images == (seen.data.picture,)
    assert set(np.unique(seen.data.mask.array)) == {0, 255}
    quiet = vista.load("tool", "sam", backend="classical", config={"rendering": {"picture": False, "boxes": False}})
    seen = quiet(images=[image], box_prompt=[45, 38, 200, 165])
    assert seen.images == () and "[" not in seen.text


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"point_prompts": [[320, 10]]}, "point_prompts"),
        ({"point_prompts": [[-1, 10]]}, "point_prompts"),
        ({"point_prompts": [[5, 5]], "point_labels": [1, 1]}, "point_labels"),
        ({"point_labels": [1]}, "point_labels"),
        ({"point_prompts": [[5, 5]], "point_labels": [0]}, "point_labels"),
        ({"point_prompts": [[5, 5]], "point_labels": [2]}, "point_labels"),
        ({"point_prompts": [[5, 5]] * 51}, "point_prompts"),
        ({"box_prompt": [10, 10, 5, 20]}, "box_prompt"),
        ({"box_prompt": [400, 10, 500, 20]}, "box_prompt"),
        ({"image": 3}, "image"),
    ],
)
def test_wrong_prompts_name_their_field(sam, arguments, field):
    with pytest.raises(vista.ToolArgumentError) as told:
        sam(images=[drawn()[0]], **arguments)
    assert told.value.field == field


def test_where_nothing_stands_out_there_is_no_mask(sam):
    with pytest.raises(vista.ToolFailed, match="parts from its surroundings"):
        sam(images=[np.full((80, 120, 3), 200, np.uint8)])


@given(
    box=st.tuples(st.integers(0, 300), st.integers(0, 220), st.integers(1, 300), st.integers(1, 220)),
    points=st.lists(st.tuples(st.integers(0, 319), st.integers(0, 239), st.integers(0, 1)), max_size=4),
    boxed=st.booleans(),
)
@settings(max_examples=12, deadline=None)
def test_any_prompt_gives_masks_or_a_tool_error(sam, box, points, boxed):
    left, top, width, height = box
    prompts = {"point_prompts": [p[:2] for p in points], "point_labels": [p[2] for p in points]} if points else {}
    if boxed:
        prompts["box_prompt"] = [left, top, left + width, top + height]
    try:
        output = sam(images=[drawn()[0]], **prompts).data
    except vista.ToolError:
        return
    assert all(0 < m.area <= 320 * 240 and 0 <= m.score <= 1 for m in output.masks)


def test_a_mask_is_measured():
    mask = np.zeros((10, 20), bool)
    mask[2:4, 3:9] = mask[8, 19] = True
    told = measure(mask, 0.5)
    assert (told.area, told.box, told.contours, told.coverage) == (13, (3, 2, 20, 9), 2, 0.065)
    assert told.centroid == pytest.approx(((12 * 5.5 + 19) / 13, (12 * 2.5 + 8) / 13), abs=0.06)
    empty = measure(np.zeros((3, 3), bool), 0.1)
    assert (empty.area, empty.box, empty.centroid, empty.contours) == (0, None, None, 0)
