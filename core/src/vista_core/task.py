"""A task: samples for the agent, gold for the scorer, and a rule that compares."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from vista_core.calls import Observation
from vista_core.errors import PluginError
from vista_core.images import Image
from vista_core.schema import NoConfig, canonical_json, read_config
from vista_core.scoring.verdict import Score


class Sample(BaseModel):
    """All that an agent may see of a problem; safe to log. The answer is not in it.

    Attributes:
        key: Unique within the task, stable between runs.
        question: The question as the data set has it.
        images: Its images, in order.
        choices: Answer choices, where there are some.
        answer_format: How the answer should look, e.g. `an integer`.

    Example:
        >>> from vista_core import Sample
        >>> Sample(key="train/0", question="How many bars are there?").choices is None
        True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    question: str
    images: tuple[Image, ...] = ()
    choices: tuple[str, ...] | None = None
    answer_format: str = ""


class Gold(BaseModel):
    """The answer of a problem, and whatever else is known of it (tables, programs: extra fields).

    Only scorer, oracle and evaluation read it.

    Example:
        >>> from vista_core import Gold
        >>> Gold(answer=84, kind="sum", table=[["Mango", 47], ["Kiwi", 37]]).kind
        'sum'
    """

    model_config = ConfigDict(extra="allow")

    answer: Any
    kind: str = ""


@dataclass(slots=True)
class ExpertTurn:
    """What an expert does in one turn: a thought, then either a call or the answer.

    Example:
        >>> from vista_core import ExpertTurn
        >>> ExpertTurn(think="read the table first", tool="chartmoe_to_table").answer is None
        True
    """

    think: str = ""
    tool: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    answer: str | None = None


class Expert(Protocol):
    """Solves one problem turn by turn; it may know the kind of question, and reads the values from observations.

    Example:
        >>> from vista_core import Expert, ExpertTurn
        >>> class Copy:
        ...     def turn(self, observations):
        ...         if not observations:
        ...             return ExpertTurn("read it", tool="easyocr")
        ...         return ExpertTurn("that is it", answer=observations[-1].text)
        >>> expert: Expert = Copy()
        >>> expert.turn([]).tool
        'easyocr'
    """

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        """The next turn, given all observations so far."""
        ...


class Task(ABC):
    """Base of all tasks: a set of problems with exact gold and a scoring rule.

    Attributes:
        name: Short snake_case name; the entry point has the same.
        splits: Names of its splits.
        licence: Licence of the data.
        Config: pydantic model of its settings; keyword arguments of the constructor.
        config: The settings in force.

    Example:
        >>> from vista_core import Gold, Sample, Task
        >>> from vista_core.scoring import numeric
        >>> class Sums(Task):
        ...     name, splits, licence = "sums", ("train",), "Apache-2.0"
        ...     def size(self, split):
        ...         return 10
        ...     def sample(self, split, index):
        ...         return Sample(key=f"{split}/{index}", question=f"What is {index} + 1?")
        ...     def gold(self, key):
        ...         return Gold(answer=int(key.split("/")[1]) + 1)
        ...     def score(self, key, answer):
        ...         return numeric(answer, self.gold(key).answer)
        >>> task = Sums()
        >>> len(task), task.score(task.sample("train", 3).key, "4").correct
        (10, True)
    """

    name: ClassVar[str] = ""
    splits: ClassVar[tuple[str, ...]] = ("train", "test")
    licence: ClassVar[str] = ""
    Config: ClassVar[type[BaseModel]] = NoConfig

    def __init__(self, **config: Any) -> None:
        self.config: Any = read_config(self.Config, config, f"task `{self.name or type(self).__name__}`")

    def __len__(self) -> int:
        return sum(self.size(split) for split in self.splits)

    @abstractmethod
    def size(self, split: str) -> int:
        """Number of problems in a split."""

    @abstractmethod
    def sample(self, split: str, index: int) -> Sample:
        """Problem number `index` of a split: the same one every time.

        Raises:
            IndexError: The split has fewer problems.
            TaskDataError: Its data is missing or malformed.
        """

    @abstractmethod
    def gold(self, key: str) -> Gold:
        """The gold of a problem, for the scorer, the oracle and evaluation."""

    @abstractmethod
    def score(self, key: str, answer: str | None) -> Score:
        """Judge an answer; None means that there was none."""

    def fingerprint(self, split: str) -> str:
        """What tells two versions of a split's data apart; a run is not resumed on data with another one.

        By default a hash of the settings (but for `root`, where the data lies), the size, and the first and the last
        problem with their pictures. Override it where the data has a version or a digest of its own.

        Raises:
            TaskDataError: Its data is missing or malformed.
        """
        size = self.size(split)
        ends = [self.sample(split, index).model_dump(mode="json") for index in (0, size - 1)] if size else []
        text = canonical_json([self.name, self.config.model_dump(mode="json", exclude={"root"}), split, size, ends])
        return hashlib.sha256(text.encode()).hexdigest()

    def check(self, root: str | Path) -> list[str]:
        """Problems of the data below a folder, one sentence each; empty when there are none (or no data is needed)."""
        return []

    def expert(self, key: str, habit: str = "careful") -> Expert:
        """A scripted expert for a problem, deterministic given key and habit.

        Raises:
            PluginError: The task has none.
        """
        raise PluginError(f"Task `{self.name}` has no expert; collect demonstrations with a policy instead.")
