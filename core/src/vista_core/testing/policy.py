"""`PolicyConformance`: what every policy must hold."""

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest

from vista_core.discovery.metadata import Kind
from vista_core.episode import Episode, EpisodeConfig
from vista_core.scoring import numeric
from vista_core.scoring.verdict import Score
from vista_core.task import ExpertTurn, Gold, Sample, Task
from vista_core.testing.base import Conformance, disturb_randomness
from vista_core.testing.report import short
from vista_core.testing.running import PATIENCE_S
from vista_core.testing.subjects import made
from vista_core.toolset import ToolSet


class Sums(Task):
    """Questions without pictures, with an expert: what a policy is asked where the suite names no task."""

    name = "conformance_sums"
    splits = ("train",)
    licence = "Apache-2.0"

    def size(self, split: str) -> int:
        """100."""
        return 100

    def sample(self, split: str, index: int) -> Sample:
        """A sum."""
        return Sample(key=f"{split}/{index}", question=f"What is {index} plus 2?", answer_format="a number")

    def gold(self, key: str) -> Gold:
        """Its value."""
        return Gold(answer=int(key.split("/")[1]) + 2)

    def score(self, key: str, answer: str | None) -> Score:
        """By value."""
        return numeric(answer, self.gold(key).answer)

    def expert(self, key: str, habit: str = "careful") -> Any:
        """Answers at once."""
        gold = self.gold(key).answer

        class Adds:
            def turn(self, observations: Sequence[Any]) -> ExpertTurn:
                return ExpertTurn("add them", answer=str(gold))

        return Adds()


class PolicyConformance(Conformance):
    """Inherit it in a class `Test...`, and pytest checks a policy. Needs `vista-trainers`.

    Attributes:
        policy: an installed name, "distribution:name", "./file.py:object", the class, or an object.
        config: its settings.
        task: the task that it is asked about: a Task, or an installed name.
        episode: settings of the episodes.
        max_new_tokens: tokens of a turn.
        seeded: whether the request's seed decides what it writes; False for most endpoints.
        tolerance: largest difference of a log-probability between batches.

    `policy`, `config` and `task` may be pytest fixtures instead.

    Example:
        >>> from vista_core.testing import PolicyConformance
        >>> class TestScripted(PolicyConformance):
        ...     policy = "scripted"
        >>> TestScripted.max_new_tokens
        24
    """

    kind: ClassVar[Kind] = "policy"
    given: ClassVar[tuple[str, ...]] = ("policy", "config", "task")

    policy: Any = ""
    config: Mapping[str, Any] = {}
    task: Any = Sums()
    episode: EpisodeConfig = EpisodeConfig(prompt="brief")
    max_new_tokens: int = 24
    seeded: bool = True
    tolerance: float = 1e-3

    @property
    def made(self) -> Any:
        """The policy, told about the task; a new one each time where the suite names a class."""
        if "policy" not in self._kept or inspect.isclass(self.policy):
            _ = self.row
            with self.blames("It cannot be made.", "No run can use it."):
                self._kept["policy"] = made("policy", self.policy, self.config)
        policy = self._kept["policy"]
        policy.bind({self.asked.name: self.asked}, self.episode)
        return policy

    @property
    def asked(self) -> Task:
        """The task."""
        task: Task = made("task", self.task, {})
        return task

    def requests(self, count: int = 6, *, temperature: float = 1.0, seed: int = 0, rollouts: int = 1) -> list[Any]:
        """First turns of some samples."""
        from vista_trainers.policies.base import TurnRequest  # type: ignore[import-not-found, unused-ignore]

        family, task = self.made.family, self.asked
        found = []
        for number in range(count):
            split, rollout = task.splits[0], number % rollouts
            sample = task.sample(split, number // rollouts)
            messages = Episode(sample, ToolSet(), self.episode, task=task.name).messages
            ids = np.empty(0, np.int32) if family is None else family.prompt(messages, sample.images).ids
            found.append(
                TurnRequest(
                    trajectory=f"{sample.key}/{rollout}",
                    task=task.name,
                    split=split,
                    key=sample.key,
                    rollout=rollout,
                    turn=0,
                    seed=seed,
                    ids=ids,
                    images=sample.images,
                    messages=messages,
                    max_new_tokens=self.max_new_tokens,
                    temperature=temperature,
                )
            )
        return found

    def turns(self, requests: Sequence[Any]) -> list[Any]:
        """What the policy writes."""
        with self.blames(
            f"generate() raises for {len(requests)} ordinary requests.",
            "The rollouts of a whole batch would be faults.",
            "Raise InfrastructureError only when the turns could not be written.",
        ):
            turns = asyncio.run(asyncio.wait_for(self.made.generate(requests), 10 * PATIENCE_S))
        if not isinstance(turns, list) or len(turns) != len(requests):
            self.fail(
                f"generate() gave {short(turns, 60)} for {len(requests)} requests.",
                "Turns would be trained on under another prompt.",
                "Return a list with one SampledTurn for each request, in their order.",
            )
        return turns

    def test_turns_are_whole(self) -> None:
        """Ids, log-probabilities and text belong together."""
        family, requests = self.made.family, self.requests()
        why = "Ids and log-probabilities are what is trained on; text is what is parsed. They must be the same turn."
        for request, turn in zip(requests, self.turns(requests), strict=True):
            if turn.finish_reason not in ("stop", "length") or not isinstance(turn.text, str):
                self.fail(
                    f"A turn has the finish_reason {turn.finish_reason!r} and the text {short(turn.text, 40)}.",
                    "A turn that was cut off ends the episode; the engine must know.",
                    'Set finish_reason to "length" where max_new_tokens cut the turn, else to "stop".',
                )
            ids, logprobs = np.asarray(turn.ids), np.asarray(turn.logprobs)
            if family is None:
                if ids.size or logprobs.size:
                    self.fail("It has no family and gives ids.", why, "Set `family`, or use SampledTurn.of_text.")
                continue
            if ids.dtype != np.int32 or logprobs.dtype != np.float32 or ids.ndim != 1 or ids.shape != logprobs.shape:
                self.fail(
                    f"Ids are {ids.dtype} {ids.shape}, log-probabilities {logprobs.dtype} {logprobs.shape}.",
                    why,
                    "Give int32 and float32 of the same shape (n,).",
                )
            if not np.all(np.isfinite(logprobs)) or np.any(logprobs > 1e-4):
                self.fail(
                    f"Log-probabilities are {short(logprobs.tolist(), 80)}.",
                    "Importance ratios become infinite or NaN, and so do the weights.",
                    "Give log_softmax(logits / temperature) of the sampled tokens: finite, and at most 0.",
                )
            if not 0 < ids.size <= request.max_new_tokens:
                self.fail(
                    f"A turn has {ids.size} ids; max_new_tokens is {request.max_new_tokens}.",
                    "Budgets of tokens and memory are planned by it.",
                    "Stop at request.max_new_tokens, for each row by itself.",
                )
            if family.decode(ids) != turn.text:
                self.fail(
                    f"Its text is {short(turn.text, 60)}, but its ids say {short(family.decode(ids), 60)}.",
                    why,
                    "Decode the sampled ids; never tokenise text again.",
                )
            if set(ids.tolist()) & set(family.suppress_ids):
                self.fail(
                    "It sampled a token that must never be sampled.",
                    "A placeholder of a picture that is not there ends training with an error.",
                    "Suppress family.suppress_ids.",
                )
            if turn.seen is not None and not np.array_equal(turn.seen, request.ids):
                self.fail(
                    "The prompt that reached the model is not the request's.",
                    "The trainer computes gradients under another prompt than the turn was sampled with.",
                    "Send request.ids as they are, with padding masked.",
                )

    def test_a_turn_is_the_same_alone_and_in_any_batch(self) -> None:
        """What is written depends on the request's key and ids only."""
        if not self.seeded:
            pytest.skip("the suite says that seeds do not decide what it writes")
        requests = self.requests(6, rollouts=2)
        disturb_randomness(1)
        together = self.turns(requests)
        disturb_randomness(2)
        backwards = self.turns(requests[::-1])[::-1]
        alone = [self.turns([request])[0] for request in requests]
        for request, *turns in zip(requests, together, backwards, alone, strict=True):
            for other, how in zip(turns[1:], ("in another order", "alone"), strict=True):
                same = turns[0].text == other.text and np.array_equal(turns[0].ids, other.ids)
                if not same or not np.allclose(turns[0].logprobs, other.logprobs, atol=self.tolerance):
                    self.fail(
                        f"For {request.key} it wrote {short(turns[0].text, 50)}, and {how} {short(other.text, 50)}.",
                        "A run could be neither resumed nor replayed, and would depend on which tools are slow.",
                        "Draw from request.stream_key (vista_trainers.sampling), never from the global generator.",
                    )

    def test_seeds_and_rollouts_differ(self) -> None:
        """Another rollout or seed is another draw; greedy ones agree."""
        if not self.seeded or self.made.family is None:
            pytest.skip("it does not sample tokens by seed")
        one, other = (self.turns(self.requests(4, seed=seed)) for seed in (0, 1))
        rollouts = self.turns(self.requests(4, rollouts=4))
        logprobs = np.concatenate([turn.logprobs for turn in one])
        if np.all(logprobs == 0):
            pytest.skip("it is certain of every token")
        if [turn.text for turn in one] == [turn.text for turn in other] or len({turn.text for turn in rollouts}) == 1:
            self.fail(
                "Other seeds or rollouts give the same turns at temperature 1.",
                "All rollouts of a group would be equal: GRPO has nothing to compare.",
                "Let request.stream_key, which holds seed and rollout, name the random stream.",
            )
        greedy = self.turns(self.requests(4, rollouts=4, temperature=0.0))
        if len({turn.text for turn in greedy}) != 1:
            self.fail(
                "At temperature 0 rollouts differ.",
                "Evaluation at temperature 0 is reported as greedy.",
                "Take the most likely token at temperature 0.",
            )

    def test_each_turn_is_delivered_once(self) -> None:
        """`stream` hands over what `generate` returns; no requests are no work; the requests stay as they were."""
        requests = self.requests(5)
        before = [(request.ids.tolist(), repr(request.messages)) for request in requests]
        delivered: list[tuple[int, Any]] = []

        async def stream() -> None:
            await self.made.stream(requests, lambda place, turn: delivered.append((place, turn)))
            await asyncio.sleep(0)

        with self.blames("stream() raises.", "The engine calls it for every turn."):
            asyncio.run(asyncio.wait_for(stream(), 10 * PATIENCE_S))
        if sorted(place for place, _ in delivered) != list(range(len(requests))):
            self.fail(
                f"stream() delivered the places {[place for place, _ in delivered]} of {len(requests)} requests.",
                "A trajectory would wait for ever, or go on with another's turn.",
                "Call deliver(place, turn) once for each request.",
            )
        if self.seeded and [turn.text for _, turn in sorted(delivered, key=lambda one: one[0])] != [
            turn.text for turn in self.turns(requests)
        ]:
            self.fail(
                "stream() writes other turns than generate().",
                "Training and evaluation would not be of one policy.",
                "Let both draw from request.stream_key.",
            )
        if [(request.ids.tolist(), repr(request.messages)) for request in requests] != before:
            self.fail("It changes the requests.", "The engine keeps their arrays.", "Copy before changing.")
        if self.turns([]) != []:
            self.fail("It writes turns that nobody asked for.", "Places would not match.", "Return [] for [].")

    def test_closing_twice_is_fine(self) -> None:
        """`close` can be called again."""
        policy = self.made

        async def close() -> None:
            await policy.close()
            await policy.close()

        with self.blames("close() raises.", "Runs would end with an error.", "Allow a second close()."):
            asyncio.run(asyncio.wait_for(close(), PATIENCE_S))
        self._kept.pop("policy", None)
