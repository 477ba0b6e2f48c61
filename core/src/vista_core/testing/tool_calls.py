"""What the checks of a tool share: the attributes of the suite, and ways to make a call."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from vista_core.calls import ToolCall, ToolErrorRecord, ToolResult, ToolSpec
from vista_core.context import ToolContext
from vista_core.discovery.metadata import Kind
from vista_core.errors import PluginError, ToolError
from vista_core.executors.base import wait_for
from vista_core.executors.runner import failure, run_calls
from vista_core.images import Image
from vista_core.schema import validate_arguments
from vista_core.testing.base import Conformance
from vista_core.testing.report import last_line, short
from vista_core.testing.subjects import spec_of
from vista_core.tools import Tool


class ToolSuite(Conformance):
    """Attributes and helpers of `ToolConformance`; see there."""

    kind: ClassVar[Kind] = "tool"
    given: ClassVar[tuple[str, ...]] = ("tool", "examples", "images", "wrong", "slow", "config", "question", "choices")

    tool: Any = ""
    examples: Sequence[Mapping[str, Any]] = ()
    images: Sequence[Any] = ()
    question: str | None = "What is shown?"
    choices: Sequence[str] | None = None
    seed: int = 7
    backend: str = "auto"
    config: Mapping[str, Any] = {}
    timeout_s: float = 30.0
    wrong: Sequence[tuple[Mapping[str, Any], str]] = ()
    slow: Mapping[str, Any] | None = None
    network: bool = False
    weights_env: Sequence[str] = ()

    @property
    def spec(self) -> ToolSpec:
        """The tool's spec, with its backend resolved."""
        if "spec" not in self._kept:
            row = self.row  # a name that is not found is complained about first
            with self.blames("It cannot be made.", f"No episode can offer `{row.name}` to a policy."):
                self._kept["spec"] = spec_of(self.tool, self.backend, self.config, self.timeout_s)
        spec: ToolSpec = self._kept["spec"]
        return spec

    @property
    def here(self) -> bool:
        """Whether the tool runs under this interpreter."""
        return self.spec.python is None

    @property
    def made(self) -> Tool[Any, Any]:
        """The tool, set up once for the class."""
        if "tool" not in self._kept:
            self._kept["tool"] = self.fresh()
        tool: Tool[Any, Any] = self._kept["tool"]
        return tool

    @property
    def described(self) -> Tool[Any, Any]:
        """The tool without its weights: enough for its schema."""
        if "described" not in self._kept:
            self._kept["described"] = self.spec.create(setup=False)
        tool: Tool[Any, Any] = self._kept["described"]
        return tool

    @property
    def pictures(self) -> tuple[Image, ...]:
        """The suite's images as Images."""
        return tuple(Image.of(image) for image in self.images)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The example calls; there must be some."""
        if not self.examples:
            self.fail(
                "The suite has no examples, so nothing of the tool's work is tested.",
                "A tool that was never run fails first in a training run.",
                "Write `examples = [{...arguments of a call that works...}]` into the class, and `images` if it reads "
                "some.",
            )
        return [dict(example) for example in self.examples]

    def fresh(self) -> Tool[Any, Any]:
        """A new tool, set up."""
        with self.blames("It cannot be set up.", "The run would end before its first rollout."):
            return self.spec.create()

    def call(self, arguments: Mapping[str, Any], **changes: Any) -> ToolCall:
        """A call with the suite's images, question and seed."""
        values: dict[str, Any] = {
            "images": self.pictures if "image" in self.spec.reads else (),
            "question": self.question,
            "choices": tuple(self.choices) if self.choices is not None else None,
            "seed": self.seed,
            "timeout_s": self.timeout_s,
            "trajectory": "conformance",
        }
        return ToolCall(id="conformance", spec=self.spec, arguments=dict(arguments), **{**values, **changes})

    def run(self, arguments: Mapping[str, Any], tool: Tool[Any, Any] | None = None, **changes: Any) -> ToolResult:
        """The result of one call, made here; a fault or a developer's mistake is a complaint."""
        return self.settled(run_calls(tool or self.made, [self.call(arguments, **changes)])[0], arguments)

    def settled(self, outcome: Any, arguments: Mapping[str, Any]) -> ToolResult:
        """An outcome that is a result, or the complaint that it is none."""
        if isinstance(outcome, ToolError):
            return ToolResult(error=ToolErrorRecord.of(outcome))
        if isinstance(outcome, PluginError):
            self.fail(
                f"The call {short(arguments)} breaks an agreement with the framework: {outcome}",
                "Such a call ends the whole training run, since results could be wrong without a sign.",
                "Do as the message says.",
            )
        cause = getattr(outcome, "fault", None) if isinstance(outcome, ToolResult) else outcome
        if cause is not None:
            self.fail(
                f"The call {short(arguments)} ends as a fault of the machine: {cause}",
                "Faulted trajectories are thrown away; too many stop the run.",
                "Raise ToolFailed for what the call asks in vain, InfrastructureError only for a machine that failed.",
            )
        assert isinstance(outcome, ToolResult)
        return outcome

    def works(self, arguments: Mapping[str, Any], tool: Tool[Any, Any] | None = None, **changes: Any) -> ToolResult:
        """The result of a call that must succeed."""
        result = self.run(arguments, tool, **changes)
        if result.error is not None:
            reason = last_line(result.error.detail) or result.error.message
            self.fail(
                f"The example {short(arguments)} does not work: {reason}",
                "The policy learns from calls that work; an example that fails tests nothing.",
                "Mend the tool, or give an example that works.",
            )
        return result

    def survives(self, arguments: Mapping[str, Any], result: ToolResult, what: str) -> None:
        """Complain about a call that the tool did not mean to fail."""
        if broke(result):
            assert result.error is not None
            raised = last_line(result.error.detail) or result.error.message
            self.fail(
                f"{what} makes it raise what it did not mean to ({raised}); the call was {short(arguments)}.",
                "The policy is told that the tool broke, not what to do better, and the trajectory is marked E5.",
                "Check for this in run() and raise ToolArgumentError (the policy's mistake) or ToolFailed.",
            )

    def prepared(self, arguments: Any) -> tuple[Any, ToolContext]:
        """Validated arguments and a context, as `run` and `run_batch` take them. Raises ToolArgumentError."""
        tool = self.made
        context = ToolContext(
            images=self.pictures,
            question=self.question,
            choices=self.choices,
            seed=self.seed,
            reads=tool.reads,
            tool=tool.name,
        )
        return validate_arguments(tool.args_model, arguments), context

    def attempt(self, arguments: Any) -> ToolError | None:
        """The ToolError that validation or `run` raises for a call, else None."""
        tool = self.made
        try:
            output = tool.run(*self.prepared(arguments))
            if inspect.iscoroutine(output):
                output = wait_for(output)
            tool.observe(output)
        except ToolError as error:
            return error
        except Exception as error:
            self.survives(arguments, self.settled(failure(self.call({}), error), {}), "A wrong argument")
        return None


def broke(result: ToolResult) -> bool:
    """Whether a result is an exception, or an output of the wrong form, that the tool did not mean."""
    error = result.error
    return error is not None and error.code == "E5" and bool(error.detail or "wrong form" in error.message)


def plain(value: Any) -> Any:
    """A value as it comes back from JSON."""
    return json.loads(json.dumps(value))
