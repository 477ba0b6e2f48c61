"""Tools with one fault each, for the tests of `ToolConformance` (loaded as `/…/broken_tools.py:Name`)."""

import random
import uuid
from typing import Any

from pydantic import BaseModel, Field, field_serializer
from vista_core import (
    Image,
    InfrastructureError,
    Observation,
    Tool,
    ToolArgumentError,
    ToolContext,
    ToolFailed,
)


class Args(BaseModel):
    """Say something."""

    text: str = Field(description="what to say", max_length=20_000)
    times: int = Field(1, ge=1, le=3, description="how often")


class Out(BaseModel):
    text: str


class Good(Tool[Args, Out]):
    """Nothing is wrong with it."""

    name = "good"

    def run(self, args: Args, context: ToolContext) -> Any:
        return Out(text=args.text * args.times or "(nothing)")


class LookArgs(BaseModel):
    """Look at an image."""

    image: int = Field(0, ge=0, description="which image")


class Look(Tool[LookArgs, Observation]):
    """Nothing is wrong with it either: it returns a cut of the image."""

    name = "look"
    reads = frozenset({"image"})

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        image = context.image(args.image)
        return Observation(text=f"{image.size}", images=(Image.from_array(image.array[:2]),))


class BadName(Good):
    name = "Bad-Name"


class NoWords(Tool[Args, Out]):
    name = "no_words"
    description = " "

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text=args.text)


class UndescribedArgs(BaseModel):
    """Say something."""

    text: str


class Undescribed(Tool[UndescribedArgs, Out]):
    name = "undescribed"

    def run(self, args: UndescribedArgs, context: ToolContext) -> Out:
        return Out(text=args.text)


class InnerArgs(BaseModel):
    """Say points."""

    points: list[UndescribedArgs] = Field(description="the points")


class UndescribedInside(Tool[InnerArgs, Out]):
    name = "undescribed_inside"

    def run(self, args: InnerArgs, context: ToolContext) -> Out:
        return Out(text="x")


class AnythingArgs(BaseModel):
    """Say anything."""

    text: Any = Field(description="whatever")


class Anything(Tool[AnythingArgs, Out]):
    name = "anything"

    def run(self, args: AnythingArgs, context: ToolContext) -> Out:
        return Out(text=str(args.text))


class OneWayArgs(BaseModel):
    """Say a number."""

    number: int = Field(description="the number")

    @field_serializer("number")
    def _written(self, number: int) -> str:
        return f"<{number}>"


class OneWay(Tool[OneWayArgs, Out]):
    name = "one_way"

    def run(self, args: OneWayArgs, context: ToolContext) -> Out:
        return Out(text=str(args.number))


class Restless(Good):
    """Its description is another each time."""

    name = "restless"

    def __init__(self) -> None:
        self.description = f"Say something, {uuid.uuid4()}."


class LaxArgs(BaseModel):
    """Choose."""

    mode: str = Field(description="fast or slow")


class Unnamed(Tool[LaxArgs, Out]):
    """It tells that something is wrong, and not what."""

    name = "unnamed"

    def run(self, args: LaxArgs, context: ToolContext) -> Out:
        if args.mode not in ("fast", "slow"):
            raise ToolArgumentError("Bad arguments.")
        return Out(text=args.mode)


class WrongKind(Unnamed):
    name = "wrong_kind"

    def run(self, args: LaxArgs, context: ToolContext) -> Out:
        if args.mode not in ("fast", "slow"):
            raise ToolFailed("That did not work.")
        return Out(text=args.mode)


class Lenient(Unnamed):
    name = "lenient"

    def run(self, args: LaxArgs, context: ToolContext) -> Out:
        return Out(text=args.mode)


class AnyImage(Look):
    """It takes the last image for one that there is not."""

    name = "any_image"

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        return Observation(text=str(context.images[-1].size))


class Crashes(Good):
    """An empty text is too much for it."""

    name = "crashes"

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text=args.text[0])


class Silent(Good):
    name = "silent"

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text="")


class NotANumber(Tool[Args, Observation]):
    name = "not_a_number"

    def run(self, args: Args, context: ToolContext) -> Observation:
        return Observation(text="nan", data={"value": float("nan")})


class Peeks(Good):
    """It reads the question without saying so."""

    name = "peeks"

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text=context.question or "")


class BlamesTheMachine(Good):
    name = "blames_the_machine"

    def run(self, args: Args, context: ToolContext) -> Out:
        raise InfrastructureError("too hard")


class Dice(Good):
    name = "dice"

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text=str(random.random()))


class HashSeed(Good):
    """What it says hangs on PYTHONHASHSEED."""

    name = "hash_seed"

    def run(self, args: Args, context: ToolContext) -> Out:
        return Out(text=str(hash(args.text)))


class Remembers(Good):
    name = "remembers"

    def setup(self, config: Any, backend: Any) -> None:
        self.calls = 0

    def run(self, args: Args, context: ToolContext) -> Out:
        self.calls += 1
        return Out(text=args.text + ("!" if self.calls > 3 else ""))


class HalfState(Good):
    """It keeps half of its state in itself: another worker does not have it."""

    name = "half_state"
    reads = frozenset({"state"})

    def setup(self, config: Any, backend: Any) -> None:
        self.kept: dict[int, str] = {}

    def run(self, args: Args, context: ToolContext) -> Out:
        turn = (context.state or 0) + 1
        context.state = turn
        self.kept[turn] = args.text
        return Out(text=self.kept.get(turn - 1, "first") if turn > 1 else "first")


class Paints(Look):
    """It paints over the image that it was given."""

    name = "paints"

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        image = context.image(args.image)
        painted = image.array.copy()
        painted[0, 0] = 7
        image._array = painted
        return Observation(text="done")


class Reencodes(Look):
    """The image that it returns says to have another shape than its bytes have."""

    name = "reencodes"

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        image = context.image(args.image)
        return Observation(text="x", images=(Image(image.data, array=image.array[:2]),))


class NeedsAnImage(Look):
    name = "needs_an_image"

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        return Observation(text=str(context.images[args.image].size))


class Divides(Look):
    """A single pixel is too small for it."""

    name = "divides"

    def run(self, args: LookArgs, context: ToolContext) -> Any:
        width, height = context.image(args.image).size
        return Observation(text=f"{width / (height - 1)}")
