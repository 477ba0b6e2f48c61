"""`PolicyConformance` against policies with one fault each."""

import re

import numpy as np
import pytest
from vista_core.testing import PolicyConformance
from vista_trainers.policies.base import Policy, SampledTurn
from vista_trainers.sampling import stream

TEXTS = ("<think>a</think>", "<answer>1</answer>", "no idea", "<think>b</think>")


class Plain(Policy):
    """Draws one of four texts. Nothing is wrong with it; subclasses change one thing."""

    name = "plain"

    def __init__(self, family):
        super().__init__()
        self.family = family

    async def generate(self, requests):
        return [self.turn(request) for request in requests]

    def turn(self, request):
        rng = self.rng(request)
        text = TEXTS[int(rng.integers(len(TEXTS))) if request.temperature else 0]
        ids = self.family.encode(text)
        return self.done(SampledTurn(ids, np.full(len(ids), -1.0, np.float32), text, "stop", request.ids))

    def rng(self, request):
        return stream(*request.stream_key)

    def done(self, turn):
        return turn


class LosesOne(Plain):
    async def generate(self, requests):
        return [self.turn(request) for request in requests[1:]]


class Raises(Plain):
    async def generate(self, requests):
        raise ValueError("out of memory")


class WideIds(Plain):
    def done(self, turn):
        turn.ids = turn.ids.astype(np.int64)
        return turn


class Shorter(Plain):
    def done(self, turn):
        turn.logprobs = turn.logprobs[1:]
        return turn


class Positive(Plain):
    def done(self, turn):
        turn.logprobs = -turn.logprobs
        return turn


class Infinite(Plain):
    def done(self, turn):
        turn.logprobs[0] = -np.inf
        return turn


class Retells(Plain):
    def done(self, turn):
        turn.text = turn.text.strip("<>")
        return turn


class Ends(Plain):
    def done(self, turn):
        turn.finish_reason = "eos"
        return turn


class Placeholder(Plain):
    def done(self, turn):
        turn.ids = np.append(turn.ids, self.family.suppress_ids[0]).astype(np.int32)
        turn.logprobs = np.append(turn.logprobs, -1).astype(np.float32)
        return turn


class OtherPrompt(Plain):
    def done(self, turn):
        turn.seen = turn.seen[1:]
        return turn


class Long(Plain):
    def done(self, turn):
        text = turn.text * 5
        ids = self.family.encode(text)
        return SampledTurn(ids, np.full(len(ids), -1.0, np.float32), text)


class GlobalDice(Plain):
    def rng(self, request):
        return np.random.default_rng(np.random.randint(1 << 30))


class OneSeed(Plain):
    def rng(self, request):
        return stream(0)


class NeverGreedy(Plain):
    def turn(self, request):
        request.temperature = 1.0
        return super().turn(request)


class StreamsHalf(Plain):
    async def stream(self, requests, deliver):
        for place, turn in enumerate((await self.generate(requests))[:2]):
            deliver(place, turn)


class StreamsOthers(Plain):
    async def stream(self, requests, deliver):
        for place, turn in enumerate(await self.generate(requests)):
            turn.text += "!"
            deliver(place, turn)


class Writes(Plain):
    def turn(self, request):
        request.messages.append({"role": "user", "content": "hurry"})
        return super().turn(request)


class ClosesOnce(Plain):
    closed = False

    async def close(self):
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True


WHOLE, SAME, ONCE = "turns_are_whole", "a_turn_is_the_same_alone_and_in_any_batch", "each_turn_is_delivered_once"
FAULTS = [
    (WHOLE, LosesOne, "for 6 requests"),
    (WHOLE, Raises, "generate() raises for 6 ordinary requests. ValueError: out of memory"),
    (WHOLE, WideIds, "Ids are int64"),
    (WHOLE, Shorter, "Ids are int32"),
    (WHOLE, Positive, "Log-probabilities are [1.0"),
    (WHOLE, Infinite, "Log-probabilities are [-inf"),
    (WHOLE, Retells, "but its ids say"),
    (WHOLE, Ends, "A turn has the finish_reason 'eos'"),
    (WHOLE, Placeholder, "It sampled a token that must never be sampled"),
    (WHOLE, OtherPrompt, "The prompt that reached the model is not the request's"),
    (WHOLE, Long, "max_new_tokens is 24"),
    (SAME, GlobalDice, "it wrote "),
    ("seeds_and_rollouts_differ", OneSeed, "Other seeds or rollouts give the same turns"),
    ("seeds_and_rollouts_differ", NeverGreedy, "At temperature 0 rollouts differ"),
    (ONCE, StreamsHalf, "stream() delivered the places [0, 1] of 5 requests"),
    (ONCE, StreamsOthers, "stream() writes other turns than generate()"),
    (ONCE, Writes, "It changes the requests"),
    ("closing_twice_is_fine", ClosesOnce, "close() raises. RuntimeError: closed already"),
]
CHECKS = [name.removeprefix("test_") for name in dir(PolicyConformance) if name.startswith("test_")]


def suite(policy, family):
    return type(f"Of{policy.__name__}", (PolicyConformance,), {"policy": policy(family)})()


@pytest.mark.parametrize(("check", "policy", "sentence"), FAULTS, ids=[fault[1].__name__ for fault in FAULTS])
def test_each_fault_is_found(check, policy, sentence, family):
    with pytest.raises(pytest.fail.Exception) as failed:
        getattr(suite(policy, family), f"test_{check}")()
    text = str(failed.value)
    assert re.search(r"^policy .+: .+[.?!)] Why it matters: .+[.?!)] To mend it: .+[.?!)]$", text, re.DOTALL), text
    assert sentence in text


@pytest.mark.parametrize("check", [check for check in CHECKS if check != "import_is_light"])
def test_nothing_is_wrong_with_a_good_policy(check, family):
    getattr(suite(Plain, family), f"test_{check}")()


def test_every_check_is_tested():
    shared = {"import_is_light", "its_distribution_asks_for_vista_core"}
    assert {check for check, _, _ in FAULTS} | shared == set(CHECKS)
