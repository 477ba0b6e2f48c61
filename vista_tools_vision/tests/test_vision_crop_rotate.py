"""The tools `image_zoom_in` and `image_rotate`."""

import numpy as np
import PIL.Image
import pytest
import vista_core as vista
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def zoom() -> vista.Tool:
    return vista.load("tool", "image_zoom_in")


@pytest.fixture(scope="module")
def rotate() -> vista.Tool:
    return vista.load("tool", "image_rotate")


@pytest.fixture(scope="module")
def quarters() -> vista.Image:
    """A 400 x 300 picture of four colours: red, green / blue, white."""
    array = np.full((300, 400, 3), 255, np.uint8)
    array[:150, :200] = (255, 0, 0)
    array[:150, 200:] = (0, 255, 0)
    array[150:, :200] = (0, 0, 255)
    return vista.Image.from_array(array)


def test_the_crop_shows_the_box_and_is_enlarged(zoom, quarters):
    seen = zoom(images=[quarters], bbox_2d=[200, 0, 300, 100])
    assert seen.data.bbox_used == (200, 0, 300, 100)
    assert seen.images[0].size == (224, 224)
    assert (seen.images[0].array == (0, 255, 0)).all()
    assert seen.text == "Crop of [200, 0, 300, 100], 224x224 px:"


def test_a_large_crop_keeps_its_pixels(zoom, quarters):
    seen = zoom(images=[quarters], bbox_2d=[10, 20, 390, 280])
    assert np.array_equal(seen.images[0].array, quarters.array[20:280, 10:390])


def test_boxes_are_clamped_and_very_small_ones_widened(zoom, quarters):
    assert zoom(images=[quarters], bbox_2d=[-50, -50, 100, 9999]).data.bbox_used == (0, 0, 100, 300)
    assert zoom(images=[quarters], bbox_2d=[396, 298, 400, 300]).data.bbox_used == (372, 272, 400, 300)
    assert zoom(images=[quarters], bbox_2d=[0, 0, 1, 1]).data.bbox_used == (0, 0, 28, 28)


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ([100, 0, 50, 20], "left < right"),
        ([0, 20, 50, 20], "top < bottom"),
        ([500, 0, 600, 20], "outside"),
        ([0, 0, 399, 1], "399 times"),
        ([0, 0, 10], "bbox_2d"),
        (["a", 0, 1, 1], "bbox_2d"),
        ([float("nan"), 0, 1, 1], "NaN"),
    ],
)
def test_bad_boxes_are_told_apart(zoom, quarters, box, says):
    with pytest.raises(vista.ToolArgumentError, match=says):
        zoom(images=[quarters], bbox_2d=box)


@given(box=st.tuples(*[st.floats(-1000, 1000)] * 4))
@settings(max_examples=60, deadline=None)
def test_any_box_gives_a_picture_or_an_argument_error(zoom, quarters, box):
    try:
        seen = zoom(images=[quarters], bbox_2d=list(box))
    except vista.ToolArgumentError:
        return
    left, top, right, bottom = seen.data.bbox_used
    assert 0 <= left < right <= 400
    assert 0 <= top < bottom <= 300
    assert max(seen.images[0].size) <= 1024


def test_quarter_turns_are_exact(rotate, quarters):
    turned = rotate(images=[quarters], angle=-90)
    assert np.array_equal(turned.images[0].array, np.rot90(quarters.array, -1))
    assert turned.text == "Turned by -90 degrees, 300x400 px:"
    assert np.array_equal(rotate(images=[quarters], angle=360).images[0].array, quarters.array)


def test_other_turns_grow_with_expand_and_keep_their_size_without(rotate, quarters):
    assert rotate(images=[quarters], angle=30).data.size == (498, 460)
    kept = rotate(images=[quarters], angle=30, expand=False)
    assert kept.data.size == (400, 300)
    assert tuple(kept.images[0].array[0, 0]) == (255, 255, 255)


def test_a_turn_that_would_be_too_large_is_refused(rotate):
    wide = PIL.Image.new("L", (20_000, 20))
    with pytest.raises(vista.ToolFailed, match="too large"):
        rotate(images=[wide], angle=45)


@pytest.mark.parametrize("angle", ["90", None, 1e9, True])
def test_bad_angles_are_argument_errors(rotate, quarters, angle):
    with pytest.raises(vista.ToolArgumentError, match="angle"):
        rotate(images=[quarters], angle=angle)


def test_odd_pictures_give_tool_errors_only(zoom, rotate, odd_picture):
    for tool, arguments in ((zoom, {"bbox_2d": [0, 0, 40, 40]}), (rotate, {"angle": 10})):
        try:
            assert tool(images=[odd_picture], **arguments).images
        except vista.ToolError as error:
            assert str(error)


def test_the_same_crop_is_the_same_image(zoom, quarters):
    first = zoom(images=[quarters], bbox_2d=[0, 0, 60, 60]).images[0]
    assert zoom(images=[quarters], bbox_2d=[0, 0, 60, 60]).images[0].id == first.id
