"""What a tool may see of the trajectory that calls it."""

import copy
import json
import math
import time
from collections.abc import Collection, Sequence
from typing import Any, Final, cast

from vista_core.errors import PluginError, ToolArgumentError
from vista_core.images import Image

READS: Final = frozenset({"image", "question", "choices", "seed", "state"})
"""What a tool can declare to read."""

MAX_STATE_BYTES: Final = 64 * 1024


class ToolContext:
    """The part of a trajectory that a tool declared to read; asking for anything else is a PluginError.

    `reads` decides what the cache takes for equal calls, so an undeclared read would give wrong results silently.

    Args:
        images: The question's images, then those that tools made, in order.
        question: The question of the sample.
        choices: Its answer choices, where there are some.
        seed: Seed of this call, for tools that draw random numbers.
        state: JSON value (64 KiB at most) that lives as long as the trajectory; assign to it to change it. It is
            committed only when the call succeeds.
        deadline: When the call times out, on the clock of time.monotonic(); None is never.
        reads: What the tool declared.
        tool: Name of the tool, for messages.

    Example:
        >>> from vista_core import ToolContext
        >>> context = ToolContext(question="How many?", state={"calls": 1}, reads={"question", "state"})
        >>> context.state = {"calls": context.state["calls"] + 1}
        >>> context.question, context.commit()
        ('How many?', {'calls': 2})
    """

    __slots__ = ("_deadline", "_parts", "_reads", "_tool")

    def __init__(
        self,
        *,
        images: Sequence[Image] = (),
        question: str | None = None,
        choices: Sequence[str] | None = None,
        seed: int = 0,
        state: Any = None,
        deadline: float | None = None,
        reads: Collection[str] = READS,
        tool: str = "tool",
    ) -> None:
        self._parts: dict[str, Any] = {
            "image": tuple(images),
            "question": question,
            "choices": choices,
            "seed": seed,
            "state": copy.deepcopy(state),  # a failed call must leave no trace in the trajectory's own
        }
        self._deadline = deadline
        self._reads = reads
        self._tool = tool

    def _read(self, what: str) -> Any:
        if what not in self._reads:
            raise PluginError(f"Tool `{self._tool}` reads {what!r} without declaring it. Remedy: add it to `reads`.")
        return self._parts[what]

    @property
    def images(self) -> tuple[Image, ...]:
        """The question's images, then those that tools made, in order."""
        return cast("tuple[Image, ...]", self._read("image"))

    def image(self, index: int = 0) -> Image:
        """One image by its number.

        Raises:
            ToolArgumentError: There is no image of this number.
        """
        images = self.images
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < len(images):
            have = f"images are numbered 0 to {len(images) - 1}" if images else "there are no images"
            raise ToolArgumentError(f"There is no image {index}; {have}.", field="image")
        return images[index]

    @property
    def question(self) -> str | None:
        """The question of the sample."""
        return cast("str | None", self._read("question"))

    @property
    def choices(self) -> Sequence[str] | None:
        """The answer choices of the sample, where there are some."""
        return cast("Sequence[str] | None", self._read("choices"))

    @property
    def seed(self) -> int:
        """Seed of this call: the same call of the same trajectory gets the same one."""
        return cast(int, self._read("seed"))

    @property
    def state(self) -> Any:
        """The tool's JSON value for this trajectory; None at first. Change it in place or assign to it."""
        return self._read("state")

    @state.setter
    def state(self, value: Any) -> None:
        self._read("state")
        self._parts["state"] = value

    def time_left(self) -> float:
        """Seconds until the call's timeout: infinite without one, negative when it has passed."""
        return math.inf if self._deadline is None else self._deadline - time.monotonic()

    def commit(self) -> Any:
        """The state to keep after a successful call, as plain JSON.

        Raises:
            PluginError: It is not JSON, or more than 64 KiB.
        """
        try:
            text = json.dumps(self._parts["state"], allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise PluginError(f"The state of tool `{self._tool}` is not plain JSON: {error}.") from error
        if len(text) > MAX_STATE_BYTES:
            raise PluginError(f"The state of tool `{self._tool}` takes {len(text)} bytes; keep to {MAX_STATE_BYTES}.")
        return json.loads(text)
