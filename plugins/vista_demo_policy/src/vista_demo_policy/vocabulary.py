"""What the tiny policy's tokenizer writes in one token: the words of level-1 charts, and the fixed parts of a turn."""

from vista_tasks_synthetic.names import NAMES, TITLES

NUMBERS: tuple[str, ...] = tuple(str(number) for number in range(-99, 200))
"""Every value, difference and sum of level 1."""

WORDS: tuple[str, ...] = (*NAMES, *NUMBERS, "value of", "largest value", "smallest value")
"""Tokens that carry a leading space, so that they are the same token in a question, a table, a thought and a call."""

PHRASES: tuple[str, ...] = (
    "system\n", "user\n", "assistant\n", "tool\n",
    "What is the", "look", "guess", " minus", " plus", " -", " +", "max(", "min(",
    '{"tool": "chartmoe_to_table", "arguments": {',
    '{"tool": "calculator", "arguments": {"expression": "',
    "}}", '"}}',
    *TITLES,
)  # fmt: skip
"""Tokens exactly as written."""
