"""Running calls with a tool object: the same code in a thread and in a worker process.

Whatever a tool does, each of its calls ends as one outcome here: a result, the tool's own error, or a
neutral "E5" error for an exception it did not mean or an output of the wrong type.
"""

import inspect
import time
import traceback
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from vista_core.calls import ToolCall, ToolErrorRecord, ToolResult
from vista_core.context import ToolContext
from vista_core.errors import (
    InfrastructureError,
    PluginError,
    ToolError,
    ToolFailed,
    ToolTimeout,
    ToolUnavailable,
    VistaError,
)
from vista_core.schema import validate_arguments
from vista_core.tools import Tool

AnyTool = Tool[Any, Any]
Outcome = ToolResult | VistaError


class WorkerDied(InfrastructureError):
    """What ran the call died, or answered no ping. Two of these for one call make it "poison"."""


def run_calls(tool: AnyTool, calls: Sequence[ToolCall]) -> list[Outcome]:
    """Run calls as one batch; where the batch as a whole fails, one by one.

    Args:
        tool: set up.
        calls: calls of this tool, from any number of trajectories.

    Returns:
        One outcome per call, in order; InfrastructureError and PluginError are returned, not raised.
    """
    if len(calls) > 1:
        try:
            prepared = [_prepare(tool, call) for call in calls]
            outputs = list(tool.run_batch(prepared))
        except BaseException:  # of one call, or of all: run alone, each call shows its own
            outputs = []
        if len(outputs) == len(calls):
            return [
                _finished(tool, call, context, output)
                for call, (_, context), output in zip(calls, prepared, outputs, strict=True)
            ]
    return [_run_one(tool, call) for call in calls]


def overtime(call: ToolCall) -> ToolTimeout:
    """The error of a call that was over its time; the text is the same under every executor."""
    return ToolTimeout(f"{call.spec.name} took longer than its {call.timeout_s:g} s and was stopped.")


def failure(call: ToolCall, error: BaseException) -> Outcome:
    """What an exception out of a tool means for its call.

    Example:
        >>> from vista_core import ToolCall, ToolSpec
        >>> failure(ToolCall("1", ToolSpec(name="t", target="m:T"), {}), ZeroDivisionError()).error.code
        'E5'
    """
    if isinstance(error, ToolError):
        return ToolResult(error=ToolErrorRecord.of(error), backend=call.spec.backend)
    if isinstance(error, InfrastructureError | PluginError):
        return error
    if isinstance(error, ToolUnavailable):  # its backend went away while it ran
        return InfrastructureError(str(error))
    if isinstance(error, MemoryError):  # perhaps of a leak: the next worker may fare better
        return WorkerDied("it ran out of memory")
    told = ToolFailed(f"The tool `{call.spec.name}` failed on this call through a fault of its own.", code="E5")
    detail = "".join(traceback.format_exception(error))
    return ToolResult(error=ToolErrorRecord.of(told, detail), backend=call.spec.backend)


def _prepare(tool: AnyTool, call: ToolCall) -> tuple[BaseModel, ToolContext]:
    seen: dict[str, Any] = {name: getattr(call, name) for name in ("images", "question", "choices", "seed", "state")}
    context = ToolContext(**seen, deadline=time.monotonic() + call.timeout_s, reads=tool.reads, tool=tool.name)
    return validate_arguments(tool.args_model, call.arguments), context


def _run_one(tool: AnyTool, call: ToolCall) -> Outcome:
    try:
        arguments, context = _prepare(tool, call)
        output = tool.run(arguments, context)
        if inspect.iscoroutine(output):
            from vista_core.executors.base import wait_for  # asyncio: other tools' workers start quicker without

            try:
                output = wait_for(output, context.time_left())
            except TimeoutError as error:
                raise error if context.time_left() > 0 else overtime(call) from None
    except BaseException as error:  # SystemExit too: a tool must not end its thread or worker
        return failure(call, error)
    return _finished(tool, call, context, output)


def _finished(tool: AnyTool, call: ToolCall, context: ToolContext, output: Any) -> Outcome:
    """Check and render an output; its data becomes plain JSON, so that every executor returns the same."""
    if isinstance(output, BaseException):
        return failure(call, output)
    try:
        seen = tool.observe(output)
        if seen.data is not None:
            seen = seen.model_copy(update={"data": to_jsonable_python(seen.data)})
        try:
            state = context.commit() if call.spec.stateful else None
        except PluginError as error:  # the policy may have filled the state: that must not end the run
            raise ValueError(str(error)) from error
    except BaseException as error:
        return failure(call, error)
    return ToolResult(observation=seen, state=state, backend=call.spec.backend)
