"""A trajectory: everything that happened in one rollout, as one JSON line plus token segments beside it."""

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, PrivateAttr

from vista_core.errors import VistaError
from vista_core.scoring.verdict import RewardBreakdown, Score

SCHEMA_VERSION = 1


class _Record(BaseModel):
    """A part of a trajectory. Thousands live at once, so the per-object set of given fields is shared by the class."""

    model_config = ConfigDict(extra="forbid")
    _all_fields: ClassVar[set[str]] = set()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls._all_fields = set(cls.model_fields)

    def model_post_init(self, context: Any) -> None:
        object.__setattr__(self, "__pydantic_fields_set__", self._all_fields)


class ToolProvenance(_Record):
    """Which code answered the calls of a tool.

    Example:
        >>> from vista_core import ToolProvenance
        >>> ToolProvenance(name="easyocr", distribution="vista-tools-vision", version="0.1.0", backend="rapidocr").name
        'easyocr'
    """

    name: str
    distribution: str = ""
    version: str = ""
    backend: str = ""
    schema_hash: str = ""


class CallRecord(_Record):
    """A call as it was made: arguments validated, in pixels of the stored image.

    Example:
        >>> from vista_core import CallRecord
        >>> CallRecord(tool="calculator", arguments={"expression": "47 + 37"}).backend
        ''
    """

    tool: str
    backend: str = ""
    arguments: dict[str, Any] = {}


class Violation(_Record):
    """A breach of the protocol, with its class and its place in the turn's text.

    Attributes:
        code: E1 form of the call, E2 name of an argument, E3 value of an argument, E5 output of the tool.
        message: What the policy is told.
        position: Character of the turn's text, from 0.

    Example:
        >>> from vista_core import Violation
        >>> Violation(code="E1", message="There is text outside the tags.").position
        0
    """

    code: Literal["E1", "E2", "E3", "E5"]
    message: str
    position: int = 0


class ObservationRecord(_Record):
    """What the policy got back in a turn: an observation or an error.

    Attributes:
        text: As the policy reads it, cut to the limit.
        images: Ids of the images that it brought.
        error_kind: `tool`, `argument`, `failed`, `timeout`, or `format` for a malformed turn; None for a success.
        error_code: Class of the error.
        data: The typed output as JSON.

    Example:
        >>> from vista_core import ObservationRecord
        >>> ObservationRecord(text="84").error_kind is None
        True
    """

    text: str
    images: list[str] = []
    error_kind: str | None = None
    error_code: str | None = None
    data: Any = None


class Turn(_Record):
    """One turn of the policy and what came back.

    Attributes:
        index: From 0.
        text: The policy's text, exactly.
        call: The call it made.
        answer: The answer it gave.
        violations: Breaches of the protocol.
        observation: What came back.

    Example:
        >>> from vista_core import Turn
        >>> Turn(index=0, text="<think>47 + 37</think><answer>84</answer>", answer="84").think
        '47 + 37'
    """

    index: int
    text: str
    call: CallRecord | None = None
    answer: str | None = None
    violations: list[Violation] = []
    observation: ObservationRecord | None = None

    @property
    def think(self) -> str:
        """The thought, read out of the text; empty when there is none."""
        _, _, rest = self.text.partition("<think>")
        thought, closed, _ = rest.partition("</think>")
        return thought if closed else ""


class Segment:
    """A run of tokens of one origin, as compact arrays of one length.

    Attributes:
        kind: `prompt`, `policy`, `template` or `observation`.
        ids: int32 token ids.
        mask: bool; True where the loss is taken. By default all of a policy segment and none of another.
        logprobs: float32 log-probabilities of the sampled tokens; 0 elsewhere.
        images: Ids of the images whose placeholders it holds, in order.

    Example:
        >>> from vista_core import Segment
        >>> segment = Segment("policy", [5, 6], logprobs=[-0.1, -0.2])
        >>> segment.mask.tolist(), len(segment)
        ([True, True], 2)
    """

    __slots__ = ("_logprobs", "_mask", "ids", "images", "kind")

    def __init__(
        self,
        kind: Literal["prompt", "policy", "template", "observation"],
        ids: ArrayLike,
        mask: ArrayLike | None = None,
        logprobs: ArrayLike | None = None,
        images: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.images = tuple(images)
        self.ids = np.asarray(ids, dtype=np.int32)
        # Constant arrays are made when they are asked for: thousands of live trajectories should stay small.
        self._mask = None if mask is None else np.asarray(mask, dtype=np.bool_)
        self._logprobs = None if logprobs is None else np.asarray(logprobs, dtype=np.float32)
        shapes = {array.shape for array in (self.ids, self._mask, self._logprobs) if array is not None}
        if len(shapes) != 1 or self.ids.ndim != 1:
            raise VistaError(f"A segment needs ids, mask and logprobs of one length; got the shapes {sorted(shapes)}.")

    @property
    def mask(self) -> NDArray[np.bool_]:
        """bool: True where the loss is taken."""
        return np.full(len(self), self.kind == "policy") if self._mask is None else self._mask

    @property
    def logprobs(self) -> NDArray[np.float32]:
        """float32 log-probabilities of the sampled tokens; 0 elsewhere."""
        return np.zeros(len(self), dtype=np.float32) if self._logprobs is None else self._logprobs

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        names = ("kind", "ids", "mask", "logprobs", "images")
        return isinstance(other, Segment) and all(np.array_equal(getattr(self, n), getattr(other, n)) for n in names)


class Trajectory(_Record):
    """One rollout of one sample. Token segments are in `segments`, outside the JSON.

    Attributes:
        schema_version: Version of this form.
        id: Unique within the run.
        task: Name of the task.
        split: Split of the sample.
        key: Key of the sample.
        rollout: Number of this rollout of the sample.
        seed: Seed of the run.
        question: The question.
        images: Ids of the question's images.
        choices: Its choices.
        answer_format: How the answer should look.
        tools: Provenance of the tools on offer.
        episode: The episode's settings.
        turns: The turns, in order.
        status: `running`, `answered`, `truncated` (budget spent), or `faulted` (the machine's fault).
        truncation: Which budget was spent.
        answer: The final answer.
        fault: Cause of a fault.
        score: The task's verdict.
        reward: The reward; None for a faulted trajectory.
        runtime: Clocks, cache hits, attempts: the one part that is not reproducible.

    Example:
        >>> from vista_core import Trajectory, Turn
        >>> trajectory = Trajectory(id="t", task="sums", key="train/0", question="2 + 2?")
        >>> trajectory.turns.append(Turn(index=0, text="<think></think><answer>4</answer>", answer="4"))
        >>> Trajectory.model_validate_json(trajectory.model_dump_json()) == trajectory
        True
    """

    schema_version: int = SCHEMA_VERSION
    id: str
    task: str = ""
    split: str = ""
    key: str = ""
    rollout: int = 0
    seed: int = 0
    question: str = ""
    images: list[str] = []
    choices: list[str] | None = None
    answer_format: str = ""
    tools: list[ToolProvenance] = []
    episode: dict[str, Any] = {}
    turns: list[Turn] = []
    status: Literal["running", "answered", "truncated", "faulted"] = "running"
    truncation: Literal["turns", "tokens"] | None = None
    answer: str | None = None
    fault: str | None = None
    score: Score | None = None
    reward: RewardBreakdown | None = None
    runtime: dict[str, Any] = {}
    _segments: list[Segment] = PrivateAttr(default_factory=list)

    @property
    def segments(self) -> list[Segment]:
        """Token segments in order, for training; they go into a sidecar file beside the JSON."""
        return self._segments

    @segments.setter
    def segments(self, value: list[Segment]) -> None:
        self._segments = value

    @property
    def calls(self) -> list[CallRecord]:
        """The calls that were made, in order."""
        return [turn.call for turn in self.turns if turn.call is not None]


def well_formed(trajectory: Trajectory) -> bool:
    """Whether every turn kept to the protocol and an answer ended it; a tool's own bad output (E5) does not count.

    Example:
        >>> from vista_core import Trajectory, well_formed
        >>> well_formed(Trajectory(id="t"))
        False
    """
    violations = (violation for turn in trajectory.turns for violation in turn.violations)
    return trajectory.status == "answered" and all(violation.code == "E5" for violation in violations)


def migrate(record: dict[str, Any]) -> dict[str, Any]:
    """Bring the JSON of a trajectory to the present schema version.

    Raises:
        VistaError: It was written by a newer version, or is no trajectory.

    Example:
        >>> from vista_core.trajectory import migrate
        >>> migrate({"schema_version": 1, "id": "t"})["id"]
        't'
    """
    version = record.get("schema_version")
    if not isinstance(version, int) or version < 1:
        raise VistaError(f"This is not a trajectory: its schema_version is {version!r}.")
    if version > SCHEMA_VERSION:
        remedy = "Remedy: pip install --upgrade vista-core"
        raise VistaError(f"It has schema version {version}; this version reads up to {SCHEMA_VERSION}. {remedy}.")
    return record
