"""`TaskConformance`: what every task must hold."""

import difflib
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from vista_core.calls import Observation
from vista_core.discovery.metadata import Kind
from vista_core.errors import PluginError, TaskDataError
from vista_core.scoring import normalised, read_number
from vista_core.scoring.verdict import Score
from vista_core.task import ExpertTurn, Gold, Sample, Task
from vista_core.testing.base import Conformance, disturb_randomness, jsonable
from vista_core.testing.guard import MARK, watched
from vista_core.testing.leaks import LEAST, places, told
from vista_core.testing.report import short
from vista_core.testing.subjects import made

EMPTY = (None, "", " ", "\n", ".", "none", "N/A", "I don't know.", "unknown", "-")
STRANGE = (
    "\x00",
    "\ud800",
    "x" * 100_000,
    "9" * 5000,
    "1/0",
    "nan",
    "inf",
    "1e999",
    "٣",
    "[" * 2000,
    "%s",
    "{0}",
    "\\",
)
_CHEATS = "Reinforcement learning finds every answer that is paid for, and then gives only that."


class TaskConformance(Conformance):
    """Inherit it in a class `Test...`, and pytest checks a task.

    Override `answer` when the right answer is not the text of `gold.answer`.

    Attributes:
        task: an installed name, "distribution:name", "./file.py:object", the class, or an object.
        config: its settings; a folder with a few samples where it needs data.
        samples: samples of each split to look at.
        question_holds_gold: True when questions list their choices in their own text.

    `task` and `config` may be pytest fixtures instead.

    Example:
        >>> from vista_core.testing import TaskConformance
        >>> class TestSums(TaskConformance):
        ...     task = "sums"
        ...     config = {"level": 1}
        >>> TestSums.samples
        16
    """

    kind: ClassVar[Kind] = "task"
    given: ClassVar[tuple[str, ...]] = ("task", "config")

    task: Any = ""
    config: Mapping[str, Any] = {}
    samples: int = 16
    question_holds_gold: bool = False

    def answer(self, gold: Gold) -> str:
        """The text that a policy has to write for a gold answer."""
        value = gold.answer[0] if isinstance(gold.answer, list | tuple) and gold.answer else gold.answer
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

    def fresh(self) -> Task:
        """A new task."""
        row = self.row
        try:
            with self.blames("It cannot be made.", "No run can use it.", "Give its settings in `config`."):
                task = made("task", self.task, self.config)
        except TaskDataError as error:
            self.fail(str(error), "No run can use it without its data.", "Give a folder with samples in `config`.")
        if not isinstance(task, Task):
            self.fail(f"`{row.name}` is no vista_core.Task.", "Drivers call its methods.", "Subclass Task.")
        return task

    @property
    def made(self) -> Task:
        """The task, made once for the class."""
        if "task" not in self._kept:
            self._kept["task"] = self.fresh()
        task: Task = self._kept["task"]
        return task

    @property
    def problems(self) -> list[tuple[str, int, Sample, Gold]]:
        """(split, index, sample, gold) of the samples that are looked at."""
        if "problems" not in self._kept:
            self._kept["problems"] = list(self._problems())
        problems: list[tuple[str, int, Sample, Gold]] = self._kept["problems"]
        return problems

    def _problems(self) -> Iterator[tuple[str, int, Sample, Gold]]:
        task = self.made
        for split in task.splits:
            for index in range(min(self.samples, task.size(split))):
                with self.blames(f"sample({split!r}, {index}) or its gold raises.", "A run would end there."):
                    sample = task.sample(split, index)
                    gold = task.gold(sample.key)
                yield split, index, sample, gold

    def test_it_says_what_it_is(self) -> None:
        """Name, splits, sizes, licence."""
        task = self.made
        if task.name != self.row.name:
            self.fail(
                f"Its class is named {task.name!r}, its entry point {self.row.name!r}.",
                "Logs, tables of results and recipes would speak of two tasks.",
                f"Write `name = {self.row.name!r}` into the class.",
            )
        if not task.licence.strip():
            self.fail(
                "It states no licence of its data.",
                "Nobody can publish a model that was trained on it.",
                'Write `licence = "CC-BY-4.0"` (or what it is) into the class.',
            )
        sizes = {split: task.size(split) for split in task.splits}
        if not sizes or min(sizes.values()) < 1 or len(task) != sum(sizes.values()):
            self.fail(
                f"Its splits are {sizes} and its length {len(task)}.",
                "Samplers draw indices below these numbers.",
                "Name splits that have samples, and let len() be their sum.",
            )
        for split in sizes:
            for index in (sizes[split], -1):
                try:
                    task.sample(split, index)
                except IndexError:
                    continue
                except Exception as error:
                    said = f"raises {type(error).__name__}"
                else:
                    said = "gives a sample"
                self.fail(
                    f"sample({split!r}, {index}) {said}; it should raise IndexError.",
                    "A sampler that is off by one would train on another split's problem, or on one twice.",
                    "Raise IndexError unless 0 <= index < size(split).",
                )

    def test_samples_are_the_same_every_time(self) -> None:
        """The same sample again, from a new task, whatever the global random state; with a key of its own."""
        again = self.fresh()
        keys: dict[str, str] = {}
        shown: dict[Any, str] = {}
        disturb_randomness(3)
        for split, index, sample, gold in self.problems:
            where = f"{split}/{index}"
            if type(sample) is not Sample:
                self.fail(
                    f"sample() gives a {type(sample).__name__}.",
                    "A Sample is all that an agent may see; a class of one's own can carry more.",
                    "Return vista_core.Sample; what else is known of the problem belongs into Gold.",
                )
            other = again.sample(split, index)
            if other != sample or again.gold(sample.key) != gold:
                self.fail(
                    f"Sample {where} differs between two tasks of the same settings.",
                    "A run could not be resumed, and rollouts of one group would see different problems.",
                    "Derive everything from the settings and the index; draw from a generator with that seed.",
                )
            if keys.setdefault(sample.key, where) != where:
                self.fail(
                    f"The key {sample.key!r} belongs to {keys[sample.key]} and to {where}.",
                    "gold(key) would be that of another problem.",
                    "Put split and index, or the data set's own id, into the key.",
                )
            content = (sample.question, tuple(image.id for image in sample.images), sample.choices)
            if shown.setdefault(content, split) != split:
                self.fail(
                    f"The problem {where} is in the split {shown[content]!r} too.",
                    "Its test accuracy would measure memory.",
                    "Split by content, not by index.",
                )

    def test_gold_cannot_be_seen(self) -> None:
        """Nothing that is visible before the first call tells the gold answer."""
        for split in self.made.splits:
            own = [(sample, gold) for where, _, sample, gold in self.problems if where == split]
            golds = [self.answer(gold) for _, gold in own]
            seen = [places(sample, self.row.name, self.question_holds_gold) for sample, _ in own]
            if found := told(seen, golds):
                self.fail(
                    f"The gold answer can be seen before the first call: {found}, in the split {split!r}.",
                    "The policy learns to read it there, and neither looks at the image nor uses a tool.",
                    "Keep the answer in Gold only; name samples by index, and save pictures without metadata. A task "
                    "whose questions list their choices sets question_holds_gold = True.",
                )

    def test_gold_is_plain(self) -> None:
        """Gold is JSON, has an answer, and belongs to a key that exists."""
        for _, _, sample, gold in self.problems:
            if gold.answer in (None, "", []) or not jsonable(gold.model_dump()):
                self.fail(
                    f"The gold of {sample.key!r} is {short(gold)}.",
                    "It is compared, counted and written into evaluation reports.",
                    "Give every problem an answer of plain JSON types.",
                )
        with tempfile.TemporaryDirectory(prefix=f"{MARK}_") as folder:
            for key in ("no such key", f"../../..{folder}/x", f"{folder}/x", ""):
                with watched() as happened:
                    try:
                        found: Any = self.made.gold(key)
                    except Exception:
                        found = None
                if found is not None or happened.marked:
                    what = (
                        f"has the gold {short(found)}"
                        if found is not None
                        else f"is used as a path: {happened.marked[0]}"
                    )
                    self.fail(
                        f"The key {key!r}, which no sample has, {what}.",
                        "Trajectories of other runs and other people would be scored against the wrong gold.",
                        "Look keys up among the task's own, and raise PluginError for any other.",
                    )

    def test_the_scorer_accepts_gold(self) -> None:
        """The gold answer is right, and worth 1."""
        for _, _, sample, gold in self.problems:
            score = self._score(sample.key, self.answer(gold))
            if not score.correct or score.value != 1:
                own = short(self.answer(gold))
                self.fail(
                    f"The gold answer {own} of {sample.key!r} scores {score.value:g} ({score.why}).",
                    "A policy that is right is punished, and the task cannot be learnt.",
                    "Mend the rule or the gold; override `answer` when policies write it in another form.",
                )

    def test_the_scorer_rejects_the_gold_of_others(self) -> None:
        """Shuffled answers are wrong."""
        answers = [(sample.key, self.answer(gold)) for _, _, sample, gold in self.problems]
        tried = 0
        for place, (key, own) in enumerate(answers):
            for _, other in answers[place + 1 : place + 5]:
                if not _clearly_another(own, other):
                    continue
                tried += 1
                score = self._score(key, other)
                if score.correct:
                    self.fail(
                        f"For {key!r} it accepts {short(other)}; gold is {short(own)} ({score.why}).",
                        _CHEATS,
                        "Compare the whole answer with the gold, within a small tolerance.",
                    )
        if not tried and len(answers) >= LEAST:
            self.fail(
                f"All {len(answers)} gold answers looked at are the same.",
                "A policy that always gives this answer scores full marks.",
                "Balance the answers.",
            )

    def test_the_scorer_rejects_no_answer(self) -> None:
        """Nothing, and words that say nothing, are worth nothing."""
        for _, _, sample, gold in self.problems:
            own = self.answer(gold)
            for answer in EMPTY:
                if answer is not None and not _clearly_another(own, answer) and normalised(answer):
                    continue
                score = self._score(sample.key, answer)
                if score.correct or score.value > 0:
                    self.fail(
                        f"For {sample.key!r} the answer {answer!r} scores {score.value:g} ({score.why}).",
                        _CHEATS,
                        "Give None, empty texts and excuses the value 0.",
                    )

    def test_the_scorer_rejects_hedges(self) -> None:
        """The gold answer among others, or in a sentence that takes it back, is wrong."""
        answers = [self.answer(gold) for _, _, _, gold in self.problems]
        for place, (_, _, sample, _) in enumerate(self.problems):
            own = answers[place]
            choices = [choice for choice in sample.choices or () if normalised(choice) != normalised(own)]
            pool = choices or [one for one in answers if _clearly_another(own, one)]
            if not pool:
                continue
            other = pool[place % len(pool)]
            for hedge in _hedges(own, other, [own, *pool]):
                score = self._score(sample.key, hedge)
                if score.correct:
                    self.fail(
                        f"For {sample.key!r} it accepts {short(hedge)}; gold is {short(own)} ({score.why}).",
                        _CHEATS,
                        "Compare the whole answer, never search for the gold in it (vista_core.scoring has the rules).",
                    )

    def test_the_scorer_survives_anything(self) -> None:
        """Whatever a policy writes gets a score, and the same one every time."""
        for _, _, sample, gold in self.problems[:3]:
            for answer in (*STRANGE, self.answer(gold)):
                first = self._score(sample.key, answer)
                if answer in STRANGE and first.correct and _clearly_another(self.answer(gold), answer):
                    self.fail(
                        f"For {sample.key!r} it accepts {short(answer, 40)}.", _CHEATS, "Compare the whole answer."
                    )
                for number in range(5):
                    disturb_randomness(number)
                    if self._score(sample.key, answer) != first:
                        self.fail(
                            f"Two scores of the answer {short(answer, 40)} differ.",
                            "Replays and resumed runs would train on other rewards.",
                            "Use no random numbers and keep nothing between calls of score().",
                        )

    def test_check_speaks_of_an_empty_folder(self) -> None:
        """`check` returns sentences; it does not raise."""
        with (
            tempfile.TemporaryDirectory() as empty,
            self.blames("check() raises on an empty folder.", "`vista tasks --check` is there to say what is amiss."),
        ):
            said = self.made.check(empty)
        if not isinstance(said, list) or not all(isinstance(line, str) for line in said):
            self.fail(f"check() gave {short(said)}.", "It is printed line by line.", "Return a list of sentences.")

    def test_experts_read_what_they_answer(self) -> None:
        """An expert is the same every time, and is not right without having seen anything."""
        blind = tried = 0
        for _, _, sample, _ in self.problems:
            try:
                experts = [self.made.expert(sample.key) for _ in range(2)]
            except PluginError:
                pytest.skip("it has no expert")
            turns = [expert.turn([]) for expert in experts]
            if turns[0] != turns[1] or not isinstance(turns[0], ExpertTurn):
                self.fail(
                    f"Two experts for {sample.key!r} begin with {short(turns[0])} and {short(turns[1])}.",
                    "Demonstrations could not be made again.",
                    "Derive what is random from the key and the habit.",
                )
            tried += 1
            blind += self._blindly_right(sample.key)
        if tried >= LEAST and blind > 0.8 * tried:
            self.fail(
                f"Its expert is right in {blind} of {tried} problems when every tool says nothing.",
                "It reads the gold: demonstrations would teach to write answers that nobody saw.",
                "Let the expert take values from the observations only.",
            )

    def _blindly_right(self, key: str) -> bool:
        """Whether the expert answers right though its tools show it nothing."""
        expert = self.made.expert(key)
        seen: list[Observation] = []
        for _ in range(8):
            try:
                turn = expert.turn(seen)
            except Exception:  # it needs what it did not see
                return False
            if turn.answer is not None:
                return self._score(key, turn.answer).correct
            seen.append(Observation(text=""))
        return False

    def _score(self, key: str, answer: str | None) -> Score:
        with self.blames(
            f"score({key!r}, {short(answer, 60)}) raises.",
            "Policies write anything; one such answer ends the run.",
            "Give what cannot be read the value 0.",
        ):
            score = self.made.score(key, answer)
        if not isinstance(score, Score):
            self.fail(f"score() gave {short(score)}.", "Rewards read its fields.", "Return vista_core.Score.")
        return score


def _clearly_another(gold: str, other: str) -> bool:
    """Whether no sensible rule takes one answer for the other: not nearly equal numbers, not similar texts."""
    one, two = read_number(gold), read_number(other)
    if one is not None and two is not None:
        return abs(one - two) > 0.1 * max(abs(one), abs(two))
    first, second = normalised(gold), normalised(other)
    return first != second and difflib.SequenceMatcher(None, first, second).ratio() < 0.5


def _hedges(own: str, other: str, several: list[str]) -> list[str]:
    return [
        f"{own} or {other}",
        f"{other} or {own}",
        f"{own}, {other}",
        f"either {other}, {own} or something else",
        f"not {own}",
        f"It is {other}. Or is it {own}? One of the two.",
        " ".join(dict.fromkeys(several[:6])) if len(set(several)) > 1 else f"{own} {other}",
        f"anything but {own}",
    ]
