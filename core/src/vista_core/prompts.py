"""What the policy reads first: a system message about protocol and tools, and the question.

Templates are named in `EpisodeConfig.prompt`: `vista` follows the rules of the paper's prompt (arXiv:2511.19773,
Figure 9) in our words; `brief` is the bare question, for policies too small to read instructions.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vista_core.episode import EpisodeConfig
    from vista_core.task import Sample
    from vista_core.toolset import ToolSet

_COORDINATES = {
    "pixel": "Coordinates are pixels of the picture, (0, 0) is the top left corner.",
    "resized": "Coordinates are pixels of the picture as you see it, (0, 0) is the top left corner.",
    "norm1000": "Coordinates run from 0 to 1000 in each direction, (0, 0) is the top left corner.",
}


@lru_cache(maxsize=64)
def system_prompt(template: str, toolset: ToolSet, config: EpisodeConfig) -> str:
    """The system message: the protocol of a turn, the tools and the budget. Empty for `brief`.

    Args:
        template: `vista` or `brief`.
        toolset: The tools of the episode.
        config: Dialect, reasoning, coordinates and number of turns.

    Example:
        >>> from vista_core import EpisodeConfig, ToolSet
        >>> system_prompt("brief", ToolSet(), EpisodeConfig())
        ''
    """
    if template == "brief":
        return ""
    think = "<think>your reasoning</think>" if config.reasoning == "required" else ""
    answer = f"{think}<answer>your final answer</answer>"
    if not len(toolset):
        return f"Answer the question about the pictures.\n\nWrite exactly one turn of this form:\n{answer}"
    name = "tool" if config.dialect == "vista" else "name"
    call = f'{think}<tool_call>{{"{name}": "NAME", "arguments": {{...}}}}</tool_call>'
    rules = [
        "Look before you answer: call the right tool first, and do not answer without the result of a tool.",
        "Choose the tool by what the question needs, from the list below; use only its own argument names.",
        "Reason before every call and before the answer, inside <think> and </think>." if think else "",
        f"A turn that calls a tool has exactly this form, with JSON in it and nothing around it:\n{call}",
        "The result comes back as the next message. Reason about it, and decide whether you need another call.",
        f"The last turn has exactly this form:\n{answer}",
        f"A turn holds one call or one answer, never both. You have {config.max_turns} turns, the answer's among them.",
    ]
    numbered = "\n".join(f"{number}. {rule}" for number, rule in enumerate(filter(None, rules), 1))
    tools = [tool.model_dump(exclude={"schema_hash"}) for tool in toolset.definitions]
    listed = "\n".join(json.dumps(tool, ensure_ascii=False) for tool in tools)
    return (
        "You are a careful agent that answers questions about pictures with the help of tools.\n\n"
        f"{numbered}\n\n{_COORDINATES[config.coordinates]} Picture 0 is the first picture of the question.\n\n"
        f"Tools:\n{listed}"
    )


def user_prompt(template: str, sample: Sample) -> str:
    r"""The text of the user's message, which the pictures of the question precede.

    Args:
        template: `vista` or `brief`.
        sample: The question, with choices and answer format where it has them.

    Example:
        >>> from vista_core import Sample
        >>> user_prompt("vista", Sample(key="a", question="Which?", images=(), choices=("red", "blue")))
        'Which?\nChoices:\nA. red\nB. blue'
    """
    lines = [sample.question]
    if sample.choices:
        lines += ["Choices:", *(f"{chr(ord('A') + index)}. {choice}" for index, choice in enumerate(sample.choices))]
    if template != "brief" and sample.answer_format:
        lines.append(sample.answer_format)
    return "\n".join(lines)
