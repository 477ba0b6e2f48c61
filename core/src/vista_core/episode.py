"""One rollout as a state machine without I/O: the drivers (env, vector env, rollout engine) are thin loops over it.

done = episode.feed(text)          # -> ToolCall: run it, then episode.observe(result)
# -> Observation: a malformed turn, its error
# -> Done: answered, or the budget is spent
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from vista_core.calls import Observation, ToolCall, ToolErrorRecord, ToolResult
from vista_core.coordinates import Space, convert_arguments, has_coordinates
from vista_core.errors import PluginError
from vista_core.hooks import HookCaller
from vista_core.images import Image
from vista_core.prompts import resolve_template, system_prompt, user_prompt
from vista_core.protocol import Dialect, Reasoning, parse_turn
from vista_core.task import Sample
from vista_core.toolset import ResolvedCall, ToolEntry, ToolSet
from vista_core.trajectory import CallRecord, ObservationRecord, Trajectory, Turn, Violation

CHARS_PER_TOKEN = 4
"""How observations are measured where no tokenizer is at hand."""

_NOTE_TOKENS = 16


class EpisodeConfig(BaseModel):
    """The rules of an episode.

    Attributes:
        max_turns: Turns of the policy, the answer's among them.
        dialect: Syntax of a call: `vista` (`tool`) or `hermes` (`name`).
        reasoning: `required`: each turn begins with a thought; `none`: it must not.
        coordinates: How the policy writes boxes and points.
        max_observation_tokens: Longer observations are cut, and say so.
        max_tokens_per_turn: Budget of one turn, for the rollout engine.
        prompt: Template of the first messages: `vista`, or `brief` (the question only); `vista-1` names a version too.

    Example:
        >>> EpisodeConfig(max_turns=2).dialect
        'vista'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_turns: int = Field(3, ge=1)
    dialect: Dialect = "vista"
    reasoning: Reasoning = "required"
    coordinates: Space = "pixel"
    max_observation_tokens: int = Field(1024, gt=_NOTE_TOKENS)
    max_tokens_per_turn: int = Field(512, ge=1)
    prompt: Annotated[str, AfterValidator(resolve_template), Field(validate_default=True)] = "vista"


@dataclass(frozen=True, slots=True)
class Done:
    """The end of an episode.

    Attributes:
        status: `answered`, `truncated` (turns or tokens spent) or `faulted` (the machine's fault, never rewarded).
        answer: The answer, without white space around it; None unless answered.

    Example:
        >>> Done("answered", "47").answer
        '47'
    """

    status: Literal["answered", "truncated", "faulted"]
    answer: str | None = None


class Episode:
    """One rollout of one sample.

    Args:
        sample: The problem, without its gold.
        toolset: The tools on offer.
        config: The rules.
        task: Name of the task, for the record, as are `split` and `rollout`.
        seed: Seed of the run; the seeds of tool calls derive from it, the sample's key, the rollout and the turn.
        hooks: Observers of calls.
        resized: Size (width, height) at which the policy sees an image; needed for the coordinates `resized`.
        cut: `cut(text, n)` gives the first n tokens of a text; by default a token is taken for four characters.

    Attributes:
        trajectory: The record, complete up to the last turn.
        images: The question's images, then those that tools made.

    Example:
        >>> from vista_core import Sample
        >>> episode = Episode(Sample(key="a", question="How many?"), ToolSet())
        >>> episode.feed("<think>two</think><answer>2</answer>")
        Done(status='answered', answer='2')
    """

    def __init__(
        self,
        sample: Sample,
        toolset: ToolSet,
        config: EpisodeConfig | None = None,
        *,
        task: str = "",
        split: str = "",
        rollout: int = 0,
        seed: int = 0,
        hooks: HookCaller | None = None,
        resized: Callable[[Image], tuple[int, int]] | None = None,
        cut: Callable[[str, int], str] | None = None,
    ) -> None:
        self.config = config or EpisodeConfig()
        if self.config.coordinates == "resized" and resized is None:
            raise PluginError("Coordinates `resized` need the size of an image as the policy sees it: pass `resized`.")
        self.sample = sample
        self.toolset = toolset
        self.images: list[Image] = list(sample.images)
        self._hooks = hooks or HookCaller()
        self._resized = resized
        self._cut = cut or (lambda text, tokens: text[: tokens * CHARS_PER_TOKEN])
        self._states: dict[str, Any] = {}
        self._open: tuple[ToolCall, ToolEntry] | None = None
        self.trajectory = Trajectory(
            id=_digest(task, split, sample.key, rollout, seed).hex(),
            task=task,
            split=split,
            key=sample.key,
            rollout=rollout,
            seed=seed,
            question=sample.question,
            images=[image.id for image in sample.images],
            choices=list(sample.choices) if sample.choices is not None else None,
            answer_format=sample.answer_format,
            tools=toolset.provenance,
            episode=self.config.model_dump(),
        )
        self._hooks.episode_start(self.trajectory)

    @property
    def done(self) -> Done | None:
        """How the episode ended; None while it runs."""
        status = self.trajectory.status
        return None if status == "running" else Done(status, self.trajectory.answer)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The chat so far: `role` and `content`, a text, or its parts where there are pictures (`{"type": "image"}`).

        The pictures of the question come before its text, those of an observation after.
        """
        system = system_prompt(self.config.prompt, self.toolset, self.config)
        question = user_prompt(self.config.prompt, self.sample)
        messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
        messages.append({"role": "user", "content": _parts(question, len(self.sample.images), -1)})
        for turn in self.trajectory.turns:
            messages.append({"role": "assistant", "content": turn.text})
            if (seen := turn.observation) is not None:
                messages.append({"role": "tool", "content": _parts(seen.text, len(seen.images), 1)})
        return messages

    def feed(self, text: str, *, truncated_by_tokens: bool = False) -> ToolCall | Observation | Done:
        """Take the policy's next turn. No text makes it raise.

        Args:
            text: Exactly what the policy produced, without end-of-turn tokens.
            truncated_by_tokens: Generation stopped at its budget: a turn that is malformed then ends the episode.

        Returns:
            A call to run and to `observe`; the error of a malformed turn, as an observation; or the end.

        Raises:
            PluginError: The episode is over, or waits for the result of a call.
        """
        config, trajectory = self.config, self.trajectory
        if trajectory.status != "running" or self._open is not None:
            state = "waits for observe(result)" if self._open else f"is over ({trajectory.status})"
            raise PluginError(f"Episode {trajectory.id} {state}; it takes no further turn.")
        parsed = parse_turn(text, dialect=config.dialect, reasoning=config.reasoning)
        found = self.toolset.resolve(parsed.call, self._convert) if parsed.call is not None else None
        turn = Turn(
            index=len(trajectory.turns),
            # A lone surrogate (E1 already) cannot be written to any log.
            text=text.encode("utf-8", "replace").decode() if parsed.violations else text,
            answer=parsed.answer.strip() if parsed.answer is not None else None,
            violations=[found] if isinstance(found, Violation) else list(parsed.violations),
        )
        trajectory.turns.append(turn)
        if turn.answer is not None:
            trajectory.answer = turn.answer
            return self._end("answered")
        if turn.violations and truncated_by_tokens:
            return self.truncate("tokens")
        if isinstance(found, ResolvedCall):
            spec = found.entry.spec
            turn.call = CallRecord(tool=spec.name, backend=spec.backend, arguments=found.arguments)
        if len(trajectory.turns) >= config.max_turns:
            return self.truncate("turns")  # a call now would have no turn left to use its result
        if not isinstance(found, ResolvedCall):
            code, message = turn.violations[0].code, turn.violations[0].message
            return self._fail(turn, "format" if code == "E1" else "argument", code, message)
        call = self._call(found, turn.index)
        self._open = call, found.entry
        self._hooks.before_tool_call(trajectory, call)
        return call

    def observe(self, result: ToolResult) -> Observation | Done:
        """Take the result of the call that `feed` gave.

        Returns:
            What the policy reads next (coordinates converted, cut to length); or the end, for a fault.

        Raises:
            PluginError: No call is open.
        """
        if self._open is None:
            raise PluginError(f"Episode {self.trajectory.id} has no open call to observe a result of.")
        call, entry = self._open
        self._open = None
        turn, seen, error = self.trajectory.turns[-1], result.observation, result.error
        note: dict[str, Any] = {
            "turn": call.turn,
            "seconds": result.seconds,
            "cached": result.cached,
            "attempts": result.attempts,
        }
        if error is not None and error.detail:
            note["detail"] = error.detail
        self.trajectory.runtime.setdefault("calls", []).append(note)
        self._hooks.after_tool_call(self.trajectory, call, result)
        if result.fault is not None:
            return self.fault(result.fault)
        if seen is not None and has_coordinates(entry.tool.output_model) and self.config.coordinates != "pixel":
            try:
                seen = self._in_policy_coordinates(call, entry, seen)
            except Exception:  # of the tool's own code: it costs this call only
                seen, error = None, ToolErrorRecord("failed", "E5", "The result cannot be given in your coordinates.")
        if seen is None:
            error = error or ToolErrorRecord("failed", "E5", "The tool gave no result.")
            if error.code == "E5":
                turn.violations.append(Violation(code="E5", message=error.message))
            return self._fail(turn, error.kind, error.code, error.message)
        if entry.spec.stateful:
            self._states[entry.spec.name] = result.state
        return self._record(turn, seen)

    def truncate(self, budget: Literal["turns", "tokens"]) -> Done:
        """End the episode because a budget is spent."""
        self.trajectory.truncation = budget
        return self._end("truncated")

    def fault(self, cause: str) -> Done:
        """End the episode because the machine failed: it is neither scored nor trained on."""
        self.trajectory.fault = cause
        return self._end("faulted")

    def _end(self, status: Literal["answered", "truncated", "faulted"]) -> Done:
        self._open = None
        self.trajectory.status = status
        return Done(status, self.trajectory.answer)

    def _call(self, found: ResolvedCall, turn: int) -> ToolCall:
        spec, sample, trajectory = found.entry.spec, self.sample, self.trajectory
        digest = _digest(trajectory.seed, trajectory.key, trajectory.rollout, turn) if "seed" in spec.reads else b""
        return ToolCall(
            id=f"{trajectory.id}:{turn}",
            spec=spec,
            arguments=found.arguments,
            images=tuple(self.images) if "image" in spec.reads else (),
            question=sample.question if "question" in spec.reads else None,
            choices=sample.choices if "choices" in spec.reads else None,
            seed=int.from_bytes(digest[:7], "big"),
            state=self._states.get(spec.name),
            timeout_s=spec.timeout_s,
            trajectory=trajectory.id,
            turn=turn,
        )

    def _fail(self, turn: Turn, kind: str, code: str | None, message: str) -> Observation:
        text = f"Error {code}: {message}" if code else f"Error: {message}"
        return self._record(turn, Observation(text=text), kind, code)

    def _record(self, turn: Turn, seen: Observation, kind: str | None = None, code: str | None = None) -> Observation:
        """Cut an observation, number its images, and write it down."""
        text, limit = seen.text, self.config.max_observation_tokens
        # A token is never less than a byte: short texts need no tokenizer.
        if len(text.encode()) > limit and len(self._cut(text, limit)) < len(text):
            kept = self._cut(text, limit - _NOTE_TOKENS)
            text = f"{kept}\n[cut here: {len(kept)} of {len(text)} characters]"
        for image in seen.images:
            text += f"\n[image {len(self.images)}]"
            self.images.append(image)
        turn.observation = ObservationRecord(
            text=text, images=[image.id for image in seen.images], error_kind=kind, error_code=code, data=seen.data
        )
        return Observation(text=text, images=seen.images, data=seen.data)

    def _in_policy_coordinates(self, call: ToolCall, entry: ToolEntry, seen: Observation) -> Observation:
        """The same observation, its text written again from the typed output with converted boxes and points."""
        model = entry.tool.output_model
        values = self._convert(model, seen.data, call)
        output = model.model_validate(values, context={"images": {image.id: image for image in seen.images}})
        return Observation(text=entry.tool.render(output).text, images=seen.images, data=seen.data)

    def _convert(self, model: type[BaseModel], values: dict[str, Any], call: ToolCall | None = None) -> dict[str, Any]:
        """Arguments with boxes and points in stored pixels; or the output of a call in the policy's coordinates.

        An argument called `image` says which picture they are in; the tool itself reports a wrong number.
        """
        if not self.images:
            return values
        index = (call.arguments if call else values).get("image")
        image = self.images[index if isinstance(index, int) and 0 <= index < len(self.images) else 0]
        resized = self._resized(image) if self._resized is not None else None
        to: Literal["stored", "policy"] = "policy" if call else "stored"
        return convert_arguments(model, values, image.size, self.config.coordinates, resized, to)


def _parts(text: str, pictures: int, side: Literal[-1, 1]) -> str | list[dict[str, str]]:
    """The content of a message: its pictures before (-1) or after (1) the text; without pictures the text alone."""
    if not pictures:
        return text
    return [{"type": "text", "text": text}, *({"type": "image"} for _ in range(pictures))][::side]


def _digest(*parts: object) -> bytes:
    return hashlib.blake2b("\0".join(map(str, parts)).encode("utf-8", "replace"), digest_size=10).digest()
