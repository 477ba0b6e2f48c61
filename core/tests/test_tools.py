"""Tool, Backend, ToolContext, ToolSpec and `@tool`."""

import asyncio
from typing import Annotated, Any

import numpy as np
import pytest
from pydantic import BaseModel, Field
from vista_core import (
    Backend,
    Image,
    Observation,
    PluginError,
    Remedy,
    Tool,
    ToolArgumentError,
    ToolContext,
    ToolFailed,
    ToolSpec,
    ToolUnavailable,
    tool,
)
from vista_core.tools import set_up

WHITE = Image.from_array(np.full((4, 6, 3), 255, np.uint8))


class CropArgs(BaseModel):
    """Cut a box out of an image."""

    image: int = Field(0, description="which image")
    left: int = Field(0, description="first column")


class CropOutput(BaseModel):
    picture: Image
    width: int
    note: str | None = None


class Crop(Tool[CropArgs, CropOutput]):
    """For people, not for the model."""

    name = "crop"
    family = "perception"
    reads = {"image", "state"}

    class Config(BaseModel):
        least: int = 1

    def setup(self, config: Any, backend: Backend) -> None:
        self.least = config.least

    def run(self, args: CropArgs, context: ToolContext) -> CropOutput:
        pixels = context.image(args.image).array[:, args.left :]
        if pixels.shape[1] < self.least:
            raise ToolArgumentError("The box is too narrow.", field="left")
        context.state = {"calls": (context.state or {"calls": 0})["calls"] + 1}
        return CropOutput(picture=Image.from_array(pixels), width=pixels.shape[1])


def test_a_tool_describes_itself_to_the_model() -> None:
    definition = Crop().definition()
    assert definition.name == "crop" and definition.description == "Cut a box out of an image."
    assert definition.parameters["properties"]["left"]["description"] == "first column"
    assert len(definition.schema_hash) == 64
    assert Crop.args_model is CropArgs and Crop.output_model is CropOutput


def test_a_call_is_validated_run_and_rendered() -> None:
    crop = Crop()
    seen = crop(images=[WHITE.array], left=2)
    assert seen.text == "4" and seen.images[0].size == (4, 4) and seen.data.width == 4
    with pytest.raises(ToolArgumentError, match="there are no images"):
        crop(left=2)
    with pytest.raises(ToolArgumentError, match="numbered 0 to 0"):
        crop(images=[WHITE], image=1)
    with pytest.raises(ToolArgumentError, match="did you mean `left`"):
        crop(images=[WHITE], lefft=1)


def test_settings_are_checked_at_set_up() -> None:
    crop = Crop()
    set_up(crop, config={"least": 5})
    with pytest.raises(ToolArgumentError, match="too narrow"):
        crop(images=[WHITE], left=2)
    with pytest.raises(PluginError, match="no setting 'most'"):
        set_up(Crop(), config={"most": 5})
    with pytest.raises(PluginError, match="has no backend 'gpu'; it has python"):
        set_up(Crop(), backend="gpu")


def test_several_fields_are_rendered_as_compact_json() -> None:
    output = CropOutput(picture=WHITE, width=6, note="é")
    seen = Crop().render(output)
    assert seen.text == '{"width": 6, "note": "é"}' and seen.images == (WHITE,) and seen.data is output


def test_a_wrong_output_is_a_failure_of_the_tool() -> None:
    class Wrong(Crop):
        def run(self, args: CropArgs, context: ToolContext) -> Any:
            return {"width": 3}

    with pytest.raises(ToolFailed) as caught:
        Wrong()(images=[WHITE])
    assert caught.value.code == "E5"


def test_a_subclass_keeps_the_models_and_a_batch_keeps_errors_apart() -> None:
    class Narrow(Crop):
        name = "narrow"

    narrow = Narrow()
    set_up(narrow, config={"least": 3})
    assert narrow.args_model is CropArgs
    calls = [(CropArgs(left=left), ToolContext(images=(WHITE,), reads=narrow.reads)) for left in (0, 5, 2)]
    first, second, third = narrow.run_batch(calls)
    assert first.width == 6 and isinstance(second, ToolArgumentError) and third.width == 4


def test_an_unknown_read_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="gold"):

        class Cheat(Crop):
            reads = {"gold"}


class Fussy(Backend):
    def probe(self) -> Remedy | None:
        return Remedy("no GPU was found", "use another machine")


class Two(Tool[CropArgs, Observation]):
    name = "two"
    backends = (Fussy("gpu", device="cuda"), Backend("lib", extra="lib", requires=("no-such-lib>=2",)), Backend("cpu"))

    def setup(self, config: Any, backend: Backend) -> None:
        if backend.name == "cpu" and getattr(self, "broken", False):
            raise ToolUnavailable("the weights are not here", remedy="vista tools two --fetch")

    def run(self, args: CropArgs, context: ToolContext) -> Observation:
        assert self.backend is not None
        return Observation(text=self.backend.name)


def test_auto_takes_the_first_backend_that_can_work() -> None:
    assert Two()().text == "cpu"


def test_every_backend_has_its_reason_when_none_can_work() -> None:
    two = Two()
    two.broken = True  # type: ignore[attr-defined]
    two.distribution = "vista-two"
    with pytest.raises(ToolUnavailable) as caught:
        set_up(two)
    text = str(caught.value)
    for words in ("no GPU", "no-such-lib>=2 is not installed", "weights are not here", "'vista-two[lib]'", "--fetch"):
        assert words in text
    with pytest.raises(ToolUnavailable, match="no GPU"):
        set_up(Two(), backend="gpu")


def test_a_failing_set_up_names_tool_and_backend() -> None:
    class Bad(Two):
        backends = (Backend("cpu"),)

        def setup(self, config: Any, backend: Backend) -> None:
            raise KeyError("weights")

    with pytest.raises(PluginError, match=r"`two`.*backend `cpu` failed: KeyError"):
        set_up(Bad())


def test_the_context_refuses_what_is_not_declared() -> None:
    context = ToolContext(images=(WHITE,), question="?", choices=("a",), seed=3, state=1, reads=(), tool="t")
    for read in ("images", "question", "choices", "seed", "state"):
        with pytest.raises(PluginError, match="without declaring it"):
            getattr(context, read)
    with pytest.raises(PluginError):
        context.image(0)
    with pytest.raises(PluginError):
        context.state = 1
    assert context.time_left() == float("inf")


@pytest.mark.parametrize("index", [-1, 1, True, 0.0, "0"])
def test_an_image_number_out_of_range_is_the_models_mistake(index: Any) -> None:
    with pytest.raises(ToolArgumentError) as caught:
        ToolContext(images=(WHITE,)).image(index)
    assert caught.value.field == "image"


def test_state_is_copied_and_committed_as_json() -> None:
    given = {"seen": [1]}
    context = ToolContext(state=given)
    context.state["seen"].append(2)
    assert given == {"seen": [1]} and context.commit() == {"seen": [1, 2]}
    assert ToolContext(state=given).commit() == given
    context.state = {"bad": {1, 2}}
    with pytest.raises(PluginError, match="not plain JSON"):
        context.commit()
    context.state = "x" * 70_000
    with pytest.raises(PluginError, match="65536"):
        context.commit()
    context.state = None
    assert context.commit() is None


def test_a_spec_survives_json_and_its_key_follows_its_fields() -> None:
    spec = ToolSpec(name="crop", target="m:C", config={"b": 1, "a": [2]}, reads=("image",))
    again = ToolSpec.model_validate_json(spec.model_dump_json())
    assert again == spec and again.key == spec.key and hash(again) == hash(spec)
    assert spec.model_copy(update={"timeout_s": 1.0}) != spec
    with pytest.raises(ValueError):
        ToolSpec(name="crop", target="m:C", timeout_s=0)


@tool
def double(x: Annotated[float, Field(description="a number")]) -> float:
    """Double a number."""
    return 2 * x


@tool(name="describe", reads={"image", "state"})
def about(
    picture: Image, context: ToolContext, words: list[str], limit: int = 3, every: tuple[Image, ...] = ()
) -> dict[str, Any]:
    """Say something
    about an image.

    A second paragraph: it stays.

    Args:
        words: The words to use,
            at most three.
        limit (int): How many.

    Returns:
        A dict.
    """
    context.state = {"limit": limit}
    return {"size": list(picture.size), "words": words[:limit]}


def test_a_function_is_a_tool() -> None:
    assert double(x=21).text == "42" and double(x=0.25).text == "0.5" and double.function(2) == 4
    assert double.name == "double" and double.reads == frozenset()
    with pytest.raises(ToolArgumentError, match="`x`"):
        double(x="2")
    assert double.definition().parameters["properties"]["x"]["description"] == "a number"


def test_a_docstring_gives_description_and_fields() -> None:
    definition = about.definition()
    assert definition.name == "describe"
    assert definition.description == "Say something about an image. A second paragraph: it stays."
    fields = definition.parameters["properties"]
    assert fields["words"]["description"] == "The words to use, at most three."
    assert fields["limit"] == {"default": 3, "description": "How many.", "type": "integer"}
    assert set(fields) == {"words", "limit"}
    assert about(images=[WHITE], words=["a"]).data.value == {"size": [6, 4], "words": ["a"]}


def test_reads_follow_from_the_parameters() -> None:
    @tool
    def look(picture: Image, context: ToolContext) -> str:
        """Look."""
        return context.question or ""

    assert look.reads == {"image", "question", "choices", "seed"}
    assert look(images=[WHITE], question="why?").text == "why?"


def test_a_function_may_return_an_image_a_model_or_an_observation() -> None:
    @tool
    def turn(picture: Image) -> Image:
        """Turn upside down."""
        return Image.from_array(picture.array[::-1].copy())

    @tool
    def make() -> CropOutput:
        """Make an output."""
        return CropOutput(picture=WHITE, width=1)

    @tool
    def say() -> Observation:
        """Say it."""
        return Observation(text="hi")

    assert turn(images=[WHITE]).images[0].size == (6, 4) and turn(images=[WHITE]).text == "Done."
    assert make().text == "1" and say().text == "hi"


def test_an_async_function_is_a_tool() -> None:
    @tool
    async def wait(x: int) -> int:
        """Wait a little."""
        await asyncio.sleep(0)
        return x + 1

    assert wait(x=1).text == "2"


def test_a_function_that_returns_another_type_fails_its_call() -> None:
    @tool
    def wrong() -> int:
        """Say a number."""
        return "three"  # type: ignore[return-value]

    with pytest.raises(ToolFailed) as caught:
        wrong()
    assert caught.value.code == "E5"


def bare(x: int) -> int:
    return x


def untyped(x) -> int:  # type: ignore[no-untyped-def]
    """Doc."""
    return int(x)


def starred(*x: int) -> int:
    """Doc."""
    return x[0]


def nothing(x: int) -> None:
    """Doc."""


@pytest.mark.parametrize(
    "function,words",
    [
        (lambda x: x, "needs a name"),
        (bare, "no docstring"),
        (untyped, "x has no type"),
        (starred, "named argument"),
        (nothing, "return type"),
    ],
)
def test_a_function_that_cannot_be_a_tool_says_why(function: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        tool(function)
