"""Single tool calls that other programs parse: checked, run, cut and recorded by an Episode, as in our rollouts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vista_core import (
    Episode,
    EpisodeConfig,
    Executor,
    Image,
    InfrastructureError,
    Observation,
    Sample,
    ToolCall,
    ToolError,
    ToolSet,
    ToolSpec,
    build_toolset,
    make_executor,
)

Entries = Sequence[str | Mapping[str, Any] | ToolSpec] | ToolSet


def call_text(tool: str, arguments: Mapping[str, Any]) -> str:
    r"""A call as a turn of the dialect `vista` without reasoning, whatever the arguments hold.

    Example:
        >>> call_text("say", {"text": "</tool_call>"})
        '<tool_call>{"tool": "say", "arguments": {"text": "\\u003c/tool_call>"}}</tool_call>'
    """
    body = json.dumps({"tool": tool, "arguments": dict(arguments)}).replace("<", "\\u003c")
    return f"<tool_call>{body}</tool_call>"


class Caller:
    """Runs calls of some tools, each alone or as one of a trajectory.

    Args:
        tools: What `build_toolset` takes.
        config: Coordinates and length of observations; dialect, reasoning and turns are set here.
        executor: Runs the calls; by default each tool runs where its spec says.

    Example:
        >>> Caller([]).toolset.definitions
        ()
    """

    def __init__(
        self, tools: Entries, config: EpisodeConfig | Mapping[str, Any] | None = None, executor: Executor | None = None
    ) -> None:
        self.toolset = build_toolset(tools)
        rules = EpisodeConfig.model_validate(config or {})
        self.config = rules.model_copy(update={"dialect": "vista", "reasoning": "none", "max_turns": 1_000_000})
        self.executor = executor or make_executor(self.toolset.specs)
        self.executor.start_sync(self.toolset.specs)

    def trajectory(
        self, key: str = "", *, question: str = "", choices: Sequence[str] | None = None, seed: int = 0
    ) -> Episode:
        """The place where the state of stateful tools lives, and where images are numbered."""
        sample = Sample(key=key, question=question, choices=tuple(choices) if choices is not None else None)
        return Episode(sample, self.toolset, self.config, seed=seed)

    def call(
        self, tool: str, arguments: Mapping[str, Any], episode: Episode | None = None, images: Sequence[Any] = ()
    ) -> Observation:
        """Run one call and wait for it.

        Args:
            tool: Name of the tool.
            arguments: As the policy wrote them.
            episode: The trajectory that it belongs to; None is one of its own.
            images: The trajectory's images so far (anything that `Image.of` takes).

        Raises:
            ToolError: The text is the policy's observation.
            InfrastructureError: The machine failed, not the policy.
        """
        episode = episode or self.trajectory()
        episode.images = [Image.of(image) for image in images]
        event = episode.feed(call_text(tool, arguments))
        if isinstance(event, ToolCall):
            event = episode.observe(self.executor.run_sync((event,))[0])
        trajectory = episode.trajectory
        if not isinstance(event, Observation):
            raise InfrastructureError(trajectory.fault or "The episode ended before the call.")
        seen = trajectory.turns[-1].observation
        if seen is not None and seen.error_kind is not None:
            raise ToolError(event.text, code=seen.error_code)
        return event


def content(text: str, images: Sequence[Any]) -> str | list[dict[str, Any]]:
    """An observation as the content of a chat message: a text, or its text and its pictures (PIL, RGB).

    Example:
        >>> content("84", ())
        '84'
    """
    if not images:
        return text
    return [{"type": "text", "text": text}, *({"type": "image", "image": image.pil()} for image in images)]
