import math
from fractions import Fraction

import numpy as np
import pytest

from watermark.tiled import statistic


def exact_log10(n: int, agreeing: int) -> float:
    """P(at least `agreeing` of n fair coins), exactly."""
    tail = Fraction(sum(math.comb(n, k) for k in range(agreeing, n + 1)), 2**n)
    return math.log10(tail)


@pytest.mark.parametrize(("n", "agreeing"), [(604, 604), (604, 450), (604, 350), (604, 310), (40, 30)])
def test_bounds_the_exact_tail_and_is_close_to_it(n: int, agreeing: int) -> None:
    values = np.concatenate([np.ones(agreeing), -np.ones(n - agreeing)])

    bound = statistic.log10_tail(values)

    assert exact_log10(n, agreeing) <= bound + 1e-6
    assert bound <= exact_log10(n, agreeing) + 2


def test_bounds_what_random_signs_do() -> None:
    chance = np.random.default_rng(3)
    sizes = chance.exponential(size=200)
    bounds = np.array([statistic.log10_tail(sizes * chance.choice([-1, 1], 200)) for _ in range(120)])

    for level in (-0.5, -1.0):
        assert (bounds <= level).mean() <= 10**level


def test_size_does_not_matter() -> None:
    values = np.random.default_rng(4).normal(0.5, 1, 300)

    assert statistic.log10_tail(values * 1000) == pytest.approx(statistic.log10_tail(values))


@pytest.mark.parametrize("values", [np.zeros(9), -np.ones(9)], ids=["nothing", "the opposite"])
def test_no_agreement_is_no_evidence(values: np.ndarray) -> None:
    assert statistic.log10_tail(values) == 0


def test_every_word_and_trial_is_paid_for() -> None:
    assert statistic.p_value(-30, code_words=2**64, trials=20) == pytest.approx(2**64 * 20 * 1e-30)
    assert statistic.p_value(-3, code_words=2**64, trials=1) == 1
