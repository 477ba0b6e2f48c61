"""What the policy reads first: a system message about protocol and tools, and the question.

A template is a file of this folder, `<name>-<version>.toml`, which no later version changes: a run that names
`vista-1` reads the same words for ever, and `vista` means its newest version.
"""

from __future__ import annotations

import json
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vista_core.errors import UnknownName

if TYPE_CHECKING:
    from vista_core.episode import EpisodeConfig
    from vista_core.task import Sample
    from vista_core.toolset import ToolSet


def resolve_template(name: str) -> str:
    """The full name of a template: `vista` is `vista-1`, or whatever its newest version is.

    Raises:
        UnknownName: There is none; lists those there are.

    Example:
        >>> resolve_template("vista")
        'vista-1'
    """
    known = sorted((path.stem for path in Path(__file__).parent.glob("*.toml")), key=lambda stem: (len(stem), stem))
    found = [stem for stem in known if name in (stem, stem.rpartition("-")[0])]
    if not found:
        raise UnknownName(f"There is no prompt template {name!r}. Remedy: name one of {', '.join(known)}.")
    return found[-1]


@lru_cache(maxsize=64)
def system_prompt(template: str, toolset: ToolSet, config: EpisodeConfig) -> str:
    """The system message: the protocol of a turn, the tools and the budget. Empty for `brief`.

    Args:
        template: Name of a template, with or without its version.
        toolset: The tools of the episode.
        config: Dialect, reasoning, coordinates and number of turns.

    Example:
        >>> from vista_core import EpisodeConfig, ToolSet
        >>> system_prompt("brief", ToolSet(), EpisodeConfig())
        ''
    """
    words = _template(template)
    reasoned = config.reasoning == "required"
    think = "<think>your reasoning</think>" if reasoned else ""
    name = "tool" if config.dialect == "vista" else "name"
    tools = [json.dumps(tool.model_dump(exclude={"schema_hash"}), ensure_ascii=False) for tool in toolset.definitions]
    parts = {
        "answer": f"{think}<answer>your final answer</answer>",
        "call": f'{think}<tool_call>{{"{name}": "NAME", "arguments": {{...}}}}</tool_call>',
        "reason": words["reason"] if reasoned else "",
        "max_turns": config.max_turns,
        "coordinates": words["coordinates"][config.coordinates],
        "tools": "\n".join(tools),
    }
    rules = filter(None, (rule.format_map(parts) for rule in words["rules"]))
    parts["rules"] = "\n".join(f"{number}. {rule}" for number, rule in enumerate(rules, 1))
    text: str = words["system" if tools else "without_tools"]
    return text.lstrip("\n").format_map(parts)


def user_prompt(template: str, sample: Sample) -> str:
    r"""The text of the user's message, which the pictures of the question precede.

    Args:
        template: As for `system_prompt`.
        sample: The question, with choices and answer format where it has them.

    Example:
        >>> from vista_core import Sample
        >>> user_prompt("vista", Sample(key="a", question="Which?", images=(), choices=("red", "blue")))
        'Which?\nChoices:\nA. red\nB. blue'
    """
    lines = [sample.question]
    if sample.choices:
        lines += ["Choices:", *(f"{chr(ord('A') + index)}. {choice}" for index, choice in enumerate(sample.choices))]
    if _template(template)["answer_format"] and sample.answer_format:
        lines.append(sample.answer_format)
    return "\n".join(lines)


@lru_cache
def _template(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{resolve_template(name)}.toml").read_text(encoding="utf-8"))
