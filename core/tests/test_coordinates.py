"""Coordinates: there and back in every space, wherever the field is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from vista_core import Box, Point, VistaError, convert_arguments, parameters_schema
from vista_core.coordinates import has_coordinates


class Inner(BaseModel):
    corner: Point


class Args(BaseModel):
    box: Box
    boxes: list[Box] = []
    maybe: Box | None = None
    either: Box | Point | None = None
    named: dict[str, Point] = {}
    inner: Inner | None = None
    inners: list[Inner] = []
    region: Box | None = Field(None, alias="bbox")
    count: int = 0
    numbers: tuple[float, float, float, float] = (1, 2, 3, 4)


SIZES = st.tuples(st.integers(1, 5000), st.integers(1, 5000))
FRACTIONS = st.tuples(*[st.floats(0, 1)] * 4)


@given(SIZES, SIZES, FRACTIONS, st.sampled_from(["pixel", "resized", "norm1000"]))
def test_a_box_goes_there_and_back(size, resized, fractions, space) -> None:
    box = [fraction * size[index % 2] for index, fraction in enumerate(fractions)]
    values = {"box": box, "either": box[:2]}
    there = convert_arguments(Args, values, size, space, resized, "policy")
    back = convert_arguments(Args, there, size, space, resized, "stored")
    grid = {"pixel": size, "resized": resized, "norm1000": (1000, 1000)}[space]
    # The policy's spaces are whole numbers: half a step of its grid may be lost, and no more.
    for field in ("box", "either"):
        for index, (found, true) in enumerate(zip(back[field], values[field], strict=True)):
            step = size[index % 2] / grid[index % 2]
            assert abs(found - true) <= (0 if space == "pixel" else step / 2 + 1e-6)


@given(SIZES, SIZES, st.lists(st.integers(0, 1000), min_size=4, max_size=4))
def test_what_the_policy_wrote_comes_back_the_same(size, resized, box) -> None:
    for space, grid in (("resized", resized), ("norm1000", (1000, 1000))):
        written = [x * grid[index % 2] // 1000 for index, x in enumerate(box)]
        stored = convert_arguments(Args, {"box": written}, size, space, resized)
        assert convert_arguments(Args, stored, size, space, resized, "policy") == {"box": written}


def test_every_place_of_a_field_is_found() -> None:
    box, point = [0, 0, 500, 1000], [100, 100]
    values = {
        "box": box,
        "boxes": [box, box],
        "maybe": box,
        "either": point,
        "named": {"a": point},
        "inner": {"corner": point},
        "inners": [{"corner": point}],
        "bbox": box,
        "count": 3,
        "numbers": box,
    }
    found = convert_arguments(Args, values, (200, 100), "norm1000")
    moved, spot = [0, 0, 100, 100], [20, 10]
    assert found == {
        "box": moved,
        "boxes": [moved, moved],
        "maybe": moved,
        "either": spot,
        "named": {"a": spot},
        "inner": {"corner": spot},
        "inners": [{"corner": spot}],
        "bbox": moved,
        "count": 3,
        "numbers": box,
    }
    assert values["box"] == [0, 0, 500, 1000]


@pytest.mark.parametrize("bad", ["x", None, [1, 2], [1, 2, 3, "4"], [True, 0, 0, 0], {"x": 1}, [[1, 2, 3, 4]], 10**400])
def test_values_of_another_form_are_left_for_validation(bad) -> None:
    assert convert_arguments(Args, {"box": bad, "unknown": 1}, (10, 10), "norm1000") == {"box": bad, "unknown": 1}


def test_giant_integers_do_not_overflow() -> None:
    box = [10**400, 0, 0, 0]
    assert convert_arguments(Args, {"box": box}, (10, 10), "norm1000") == {"box": box}


def test_a_missing_size_and_an_unknown_space_are_errors() -> None:
    with pytest.raises(VistaError, match="resized"):
        convert_arguments(Args, {}, (10, 10), "resized")
    with pytest.raises(VistaError, match="unknown"):
        convert_arguments(Args, {}, (10, 10), "unknown")  # type: ignore[arg-type]


def test_a_model_that_holds_itself_ends() -> None:
    class Node(BaseModel):
        at: Point
        next: "Node | None" = None

    assert has_coordinates(Node)
    assert convert_arguments(Node, {"at": [500, 500]}, (10, 10), "norm1000") == {"at": [5, 5]}


def test_the_schema_is_plain() -> None:
    assert parameters_schema(Inner)["properties"]["corner"] == {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
    }
    assert not has_coordinates(Holder)


class Holder(BaseModel):
    numbers: list[float]
