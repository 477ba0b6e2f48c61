import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_trainers.statistics import paired_bootstrap, wilson


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_published_values(k, n, low, high):
    assert wilson(k, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 400), st.integers(0, 400))
def test_wilson_holds_the_share(k, extra):
    low, high = wilson(k, k + extra)
    assert 0 <= low <= high <= 1
    if k + extra:
        assert low - 1e-12 <= k / (k + extra) <= high + 1e-12


def test_wilson_refuses_nonsense():
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson(3, 2)


def test_bootstrap_agrees_with_resampling_items():
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 2, 300), rng.integers(0, 2, 300) | rng.integers(0, 2, 300)
    got = paired_bootstrap(before, after)
    picks = rng.integers(0, 300, (10_000, 300))
    means = (after - before)[picks].mean(1)
    assert got.difference == pytest.approx((after - before).mean())
    assert (got.low, got.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.01)
    assert got == paired_bootstrap(before, after)


def test_bootstrap_of_no_difference_and_of_nonsense():
    assert paired_bootstrap([1, 0, 1], [1, 0, 1]) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="same items"):
        paired_bootstrap([1], [1, 0])
