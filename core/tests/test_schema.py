"""Schemas and the strict check of arguments."""

import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field
from vista_core import (
    Box,
    PluginError,
    ToolArgumentError,
    canonical_json,
    parameters_schema,
    read_config,
    schema_hash,
    validate_arguments,
)


class Region(BaseModel):
    box: Box
    label: str = ""


class Args(BaseModel):
    """Read a region."""

    title: str = Field("", description="a property whose name is title")
    min_confidence: float = Field(0.5, ge=0, le=1, description="least confidence")
    image: int = 0
    region: Region | None = None
    mode: Literal["fast", "exact"] = "fast"
    flag: bool = False


def test_the_schema_is_flat_and_without_titles() -> None:
    schema = parameters_schema(Args)
    text = json.dumps(schema)
    assert "$ref" not in text and "$defs" not in text and "Read a region" not in text
    assert schema["additionalProperties"] is False
    assert schema["properties"]["title"] == {
        "default": "",
        "description": "a property whose name is title",
        "type": "string",
    }
    assert schema["properties"]["region"]["anyOf"][0]["properties"]["box"]["minItems"] == 4


def test_a_schema_that_holds_itself_is_refused() -> None:
    class Node(BaseModel):
        children: list["Node"] = []

    with pytest.raises(PluginError, match="holds itself"):
        parameters_schema(Node)


@pytest.mark.parametrize(
    "raw,field,code,words",
    [
        ({"min_confidense": 0.3}, "min_confidense", "E2", "did you mean `min_confidence`"),
        ({"zzz": 1}, "zzz", "E2", "it has"),
        ({"min_confidence": 3}, "min_confidence", "E3", "less than or equal to 1"),
        ({"min_confidence": "0.3"}, "min_confidence", "E3", "valid number"),
        ({"image": True}, "image", "E3", "valid integer"),
        ({"image": 1.5}, "image", "E3", "integer"),
        ({"flag": 1}, "flag", "E3", "boolean"),
        ({"mode": "slow"}, "mode", "E3", "fast"),
        ({"region": {"label": "x"}}, "region", "E3", "`region.box` is missing"),
        ({"region": {"box": [1, 2, 3]}}, "region", "E3", "region.box"),
        ({"min_confidence": float("nan")}, None, "E3", "NaN"),
        ({"image": 10**5000}, None, "E3", "giant"),
        ({"title": "\ud800"}, None, "E3", "Invalid JSON"),
        ({"title": b"x"}, None, "E3", "plain JSON"),
        (["box"], None, "E3", "not list"),
        (None, None, "E3", "NoneType"),
    ],
)
def test_a_bad_argument_is_named_in_one_sentence(raw: Any, field: str | None, code: str, words: str) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        validate_arguments(Args, raw)
    assert caught.value.field == field and caught.value.code == code
    assert words in str(caught.value)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_good_arguments_pass_and_keep_their_types() -> None:
    args = validate_arguments(Args, {"min_confidence": 1, "region": {"box": [0, 1, 2, 3.5]}})
    assert args.min_confidence == 1.0 and args.region is not None and args.region.box == (0.0, 1.0, 2.0, 3.5)


def test_infinite_coordinates_are_refused() -> None:
    with pytest.raises(ToolArgumentError):
        validate_arguments(Region, {"box": [0, 0, 1e999, 1]})


def test_deep_nesting_is_refused() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ToolArgumentError, match="nesting"):
        validate_arguments(Args, {"title": deep})


def test_an_alias_is_the_name_that_counts() -> None:
    class Aliased(BaseModel):
        box: int = Field(alias="bbox_2d")

    class Both(Aliased):
        model_config = ConfigDict(populate_by_name=True)

    assert validate_arguments(Aliased, {"bbox_2d": 1}).box == 1
    with pytest.raises(ToolArgumentError, match="no argument `box`"):
        validate_arguments(Aliased, {"box": 1})
    assert validate_arguments(Both, {"box": 1}).box == 1
    assert "bbox_2d" in parameters_schema(Aliased)["properties"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON | st.dictionaries(st.sampled_from([*Args.model_fields, "imag", ""]), JSON))
@settings(max_examples=400)
def test_any_json_is_accepted_or_refused_in_a_sentence(raw: Any) -> None:
    try:
        validate_arguments(Args, raw)
    except ToolArgumentError as error:
        assert error.code in ("E2", "E3") and len(str(error)) < 500


@given(st.dictionaries(st.text(), JSON))
def test_canonical_json_knows_no_order(value: dict[str, Any]) -> None:
    try:
        text = canonical_json(value)
    except ValueError:
        assert "nan" in repr(value) or "inf" in repr(value)
        return
    assert text == canonical_json(dict(reversed(value.items())))
    assert canonical_json(json.loads(text)) == text


def test_the_hash_follows_what_the_model_reads() -> None:
    schema = parameters_schema(Args)
    assert schema_hash("a", "b", schema) == schema_hash("a", "b", json.loads(json.dumps(schema)))
    assert schema_hash("a", "b", schema) != schema_hash("a", "c", schema)


class Config(BaseModel):
    level: Annotated[int, Field(ge=1)] = 1


def test_settings_are_checked_and_the_owner_is_named() -> None:
    assert read_config(Config, {"level": 2}, "task `x`") == Config(level=2)
    with pytest.raises(PluginError, match="task `x` has no setting 'levl'; did you mean `level`"):
        read_config(Config, {"levl": 2}, "task `x`")
    with pytest.raises(PluginError, match=r"task `x`.*greater than or equal to 1"):
        read_config(Config, {"level": 0}, "task `x`")
