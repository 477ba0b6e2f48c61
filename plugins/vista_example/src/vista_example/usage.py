"""A hook: which tools are called, and how often they cannot answer."""

import logging
from collections import Counter
from typing import Any

from vista_core import ToolCall, ToolResult, hookimpl

log = logging.getLogger(__name__)


class ToolUsage:
    """Counts calls, errors and faults of each tool, and logs them whenever the run logs its metrics.

    It is loaded only when a run names it: `hooks: [tool_usage]`.

    Attributes:
        calls: Name of the tool -> calls that came back.
        errors: Name of the tool -> calls that the policy got an error for.
        faults: Name of the tool -> calls that the machine failed.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    @hookimpl
    def vista_after_tool_call(self, call: ToolCall, result: ToolResult) -> None:
        """Count a call; a hook takes only the arguments that it needs."""
        self.calls[call.spec.name] += 1
        self.errors[call.spec.name] += result.error is not None
        self.faults[call.spec.name] += result.fault is not None

    @hookimpl
    def vista_log(self, record: dict[str, Any], step: int) -> None:
        """Say so in the log of the host program."""
        log.info("step %d: %s", step, self.summary())

    def summary(self) -> str:
        """`tally 3 (1 error), spotlight 1`, the most called first."""
        words = []
        for name, calls in self.calls.most_common():
            kinds = ((self.errors[name], "error"), (self.faults[name], "fault"))
            amiss = ", ".join(f"{number} {kind}{'s' * (number > 1)}" for number, kind in kinds if number)
            words.append(f"{name} {calls}" + (f" ({amiss})" if amiss else ""))
        return ", ".join(words) or "no calls"
