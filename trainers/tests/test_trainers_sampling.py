import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_trainers.sampling import KeyedSampler, choice, inverse_cdf, stream, uniforms


def test_a_stream_depends_on_its_key_only():
    np.random.seed(1)
    first = uniforms((7, "policy", "chart", "k", 0, 1), 5)
    np.random.seed(2)
    assert np.array_equal(first, uniforms((7, "policy", "chart", "k", 0, 1), 9)[:5])
    others = [(8, "policy", "chart", "k", 0, 1), (7, "habit", "chart", "k", 0, 1), (7, "policy", "chart", "k", 1, 0)]
    assert all(not np.array_equal(first, uniforms(key, 5)) for key in others)
    assert stream(1).random() != stream("1").random()


def test_known_numbers():
    """Resuming a run on another version must find the same numbers: these may never change."""
    assert uniforms((0, "policy", "t", "train", "k", 0, 0), 2).tolist() == [KNOWN[0], KNOWN[1]]


KNOWN = [0.17703556764419226, 0.15303048636474337]


def test_uniforms_are_uniform_over_keys():
    drawn = np.array([uniforms((0, "policy", str(k)), 1)[0] for k in range(4000)])
    counts = np.histogram(drawn, bins=20, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 60  # chi-square, 19 degrees: p < 1e-5 beyond


def test_choice_follows_weights():
    names = [choice((0, "habit", k), {"careful": 0.7, "guess": 0.3, "never": 0.0}) for k in range(2000)]
    assert "never" not in names
    assert 0.65 < names.count("careful") / 2000 < 0.75
    with pytest.raises(ValueError, match="weights"):
        choice((0,), {"a": 0.0})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0, 1e3), min_size=1, max_size=30).filter(lambda w: sum(w) > 1e-300),
    st.floats(0, 1, exclude_max=True),
)
def test_inverse_cdf_never_takes_what_has_no_weight(weights, u):
    for draw in (u, 1 - 2**-53):
        index = inverse_cdf(torch.tensor([weights], dtype=torch.float64), torch.tensor([[draw]], dtype=torch.float64))
        assert weights[int(index)] > 0


def sampler(keys, temperatures, **options):
    return KeyedSampler(keys, temperatures, steps=8, **options)


def chosen(scores):
    return scores.argmax(-1).tolist()


def test_frequencies_match_the_distribution():
    logits = torch.tensor([1.0, 0.0, -1.0, 2.0])
    n = 4000
    keyed = sampler([(0, "p", k) for k in range(n)], [0.7] * n)
    picks = np.bincount(chosen(keyed(None, logits.repeat(n, 1))), minlength=4) / n
    assert np.abs(picks - torch.softmax(logits / 0.7, -1).numpy()).max() < 0.03


def test_rows_do_not_see_each_other():
    torch.manual_seed(0)
    logits = torch.randn(6, 50)
    keys = [(3, "p", k) for k in range(6)]
    together = sampler(keys, [1.0] * 6)
    first, second = chosen(together(None, logits)), chosen(together(None, logits))
    for row in range(6):
        alone = sampler([keys[row]], [1.0])
        assert chosen(alone(None, logits[row : row + 1])) == [first[row]]
        assert chosen(alone(None, logits[row : row + 1])) == [second[row]]
        np.testing.assert_allclose(alone.logprobs(0), together.logprobs(row), atol=1e-6)


def test_suppressed_ids_are_never_chosen_and_log_probs_are_of_the_full_distribution():
    logits = torch.tensor([[5.0, 1.0, 0.0]]).repeat(50, 1)
    keyed = sampler([(0, k) for k in range(50)], [2.0] * 50, suppress=[0])
    picks = chosen(keyed(None, logits))
    assert 0 not in picks
    expected = torch.log_softmax(logits / 2, -1)[0, picks]
    np.testing.assert_allclose([keyed.logprobs(row)[0] for row in range(50)], expected.numpy(), atol=1e-6)


def test_greedy_and_sampled_rows_in_one_batch():
    logits = torch.tensor([[0.0, 1.0, 2.0]]).repeat(40, 1)
    keyed = sampler([(0, k) for k in range(40)], [0.0, 1.0] * 20)
    picks = chosen(keyed(None, logits))
    assert set(picks[0::2]) == {2}
    assert len(set(picks[1::2])) == 3
    np.testing.assert_allclose(keyed.logprobs(0)[0], torch.log_softmax(logits[0], -1)[2], atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.05, 0.99))
def test_top_p_keeps_the_smallest_sufficient_set(seed, top_p):
    logits = torch.randn(1, 12, generator=torch.Generator().manual_seed(seed)) * 2
    ordered, order = torch.softmax(logits[0].double(), -1).sort(descending=True)
    size = int((ordered.cumsum(0) - ordered < top_p).sum())
    keyed = sampler([(seed, k) for k in range(64)], [1.0] * 64, top_p=top_p)
    assert set(chosen(keyed(None, logits.repeat(64, 1)))) <= set(order[:size].tolist())


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="top_p"):
        sampler([(0,)], [1.0], top_p=0.0)
    with pytest.raises(ValueError, match="temperature"):
        sampler([(0,)], [-1.0])
