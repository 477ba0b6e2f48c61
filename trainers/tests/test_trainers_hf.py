import asyncio

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_core import PluginError
from vista_trainers.policies.base import TurnRequest
from vista_trainers.policies.hf import HFPolicy
from vista_trainers.stopping import EndOfTurn

END = 257


def request(family, text="hello", *, rollout=0, turn=0, temperature=1.0, max_new_tokens=24):
    return TurnRequest(
        trajectory=f"t/{rollout}",
        task="task",
        split="train",
        key="k",
        rollout=rollout,
        turn=turn,
        seed=5,
        ids=family.encode(text),
        temperature=temperature,
        max_new_tokens=max_new_tokens,
    )


@pytest.fixture
def policy(model, family):
    policy = HFPolicy.from_model(model, family, max_batch_size=16)
    yield policy
    asyncio.run(policy.close())


def test_a_row_samples_the_same_alone_and_in_any_batch(policy, family):
    requests = [request(family, "x" * (3 + 7 * r), rollout=r, max_new_tokens=10 + r) for r in range(9)]
    together = policy.sample(requests)
    np.random.seed(0)
    torch.manual_seed(99)
    backwards = policy.sample(requests[::-1])[::-1]
    alone = [policy.sample([r])[0] for r in requests]
    for one, two, three in zip(together, backwards, alone, strict=True):
        assert one.ids.tolist() == two.ids.tolist() == three.ids.tolist()
        assert one.finish_reason == three.finish_reason
        np.testing.assert_allclose(one.logprobs, three.logprobs, atol=1e-4)
    assert len({turn.text for turn in together}) > 1


def test_global_random_state_is_neither_read_nor_moved(policy, family):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    policy.sample([request(family)])
    assert torch.equal(before, torch.get_rng_state())


def test_model_is_left_as_it_was_found(policy, model, family):
    settings_before = model.generation_config
    policy.sample([request(family)])
    assert model.training
    assert model.generation_config is settings_before
    assert settings_before.repetition_penalty == 3.0
    assert all(p.grad is None for p in model.parameters())


def test_log_probs_are_those_a_trainer_recomputes(policy, model, family):
    requests = [request(family, "abc" * r, rollout=r, temperature=0.7) for r in range(1, 5)]
    model.eval()
    try:
        for asked, turn in zip(requests, policy.sample(requests), strict=True):
            ids = torch.from_numpy(np.concatenate([asked.ids, turn.ids]).astype(np.int64))[None]
            with torch.no_grad():
                logits = model(input_ids=ids).logits[0, len(asked.ids) - 1 : -1] / 0.7
            expected = torch.log_softmax(logits, -1).gather(1, ids[0, len(asked.ids) :, None])[:, 0]
            np.testing.assert_allclose(turn.logprobs, expected.numpy(), atol=1e-4)
            assert turn.seen.tolist() == asked.ids.tolist()
            assert turn.ids.dtype == np.int32
            assert turn.logprobs.shape == turn.ids.shape
    finally:
        model.train()


def test_greedy_takes_the_best_allowed_token(policy, model, family):
    turn = policy.sample([request(family, temperature=0.0, max_new_tokens=6)])[0]
    ids = request(family).ids.astype(np.int64)
    model.eval()
    for token in turn.ids:
        with torch.no_grad():
            logits = model(input_ids=torch.from_numpy(ids)[None]).logits[0, -1]
        logits[list(family.suppress_ids)] = float("-inf")
        assert int(logits.argmax()) == token
        ids = np.append(ids, token)
    model.train()


def test_suppressed_and_cut(policy, family):
    turns = policy.sample([request(family, rollout=r, temperature=3.0, max_new_tokens=7) for r in range(40)])
    for turn in turns:
        assert not set(turn.ids.tolist()) & set(family.suppress_ids)
        assert turn.finish_reason == ("stop" if turn.ids[-1] == END else "length") or ">" in turn.text
        assert 1 <= len(turn.ids) <= 7


def test_the_loop_stays_free_while_the_policy_works(policy, family):
    async def run():
        ticks = 0
        work = asyncio.ensure_future(policy.generate([request(family, rollout=r) for r in range(8)]))
        while not work.done():
            ticks += 1
            await asyncio.sleep(0)
        return ticks, await work

    ticks, turns = asyncio.run(run())
    assert len(turns) == 8
    assert ticks > 3


def test_a_turn_that_ends_early_is_handed_over_early(policy, family):
    """Row 0 has 2 tokens to write, row 1 has 200: when row 0 is there, row 1 is not."""
    order, went_on = [], []

    async def run():
        def deliver(place, turn):
            order.append((place, len(turn.ids)))
            went_on.append(not work.done())

        requests = [request(family, max_new_tokens=2), request(family, rollout=1, max_new_tokens=200)]
        work = asyncio.ensure_future(policy.stream(requests, deliver))
        await work
        return requests

    requests = asyncio.run(run())
    assert order[0][0] == 0
    assert went_on[0]
    assert sorted(order) == [(place, len(turn.ids)) for place, turn in enumerate(policy.sample(requests))]


class TestEndOfTurn:
    def feed(self, family, texts, limits, prompt="</answer>"):
        """Feeds each row byte by byte behind a prompt that holds a stop string itself."""
        width = len(prompt)
        found = {}
        end = EndOfTurn(family, width, limits, {}, lambda row, ids, reason: found.setdefault(row, (len(ids), reason)))
        rows = [np.concatenate([family.encode(prompt), np.asarray(t)]) for t in texts]
        for length in range(width + 1, max(len(r) for r in rows) + 1):
            ids = torch.tensor([list(r[:length]) + [256] * (length - len(r)) for r in rows])
            if bool(end(ids, None).all()):
                break
        return [found[row] for row in range(len(texts))]

    def test_stop_strings_of_many_tokens(self, family):
        text = family.encode("a</answer> and more")
        call = family.encode("x</tool_call></answer>")
        ended = np.append(family.encode("zz"), END)
        assert self.feed(family, [text, call, ended], [40, 40, 40]) == [(10, "stop"), (13, "stop"), (3, "stop")]

    @settings(max_examples=100, deadline=None)
    @given(st.text(alphabet="</answertool_c>é☃ x", max_size=30), st.integers(1, 40))
    def test_against_a_plain_search(self, family, text, limit):
        ids = family.encode(text + "~" * 45)
        ends = [n for n in range(1, len(ids) + 1) if any(s in family.decode(ids[:n]) for s in family.stop_strings)]
        expected = (ends[0], "stop") if ends and ends[0] <= limit else (limit, "length")
        assert self.feed(family, [ids], [limit]) == [expected]


def test_without_a_path_or_model_it_says_what_is_missing():
    with pytest.raises(PluginError, match=r"config\.path"):
        HFPolicy()
