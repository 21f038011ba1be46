"""How unlikely it is that a picture without the mark correlates this well with a code word: a proven bound.

Let r be the chips read from a picture and c a code word. A picture made without the key is independent of the
key's secret signs s, and what is correlated with c are the products s_i r_i: signs that are fair coins,
whatever the picture is. For x = sum c_i s_i r_i, Chernoff's bound gives for every l > 0

    P(X >= x) <= exp(-l x) E[exp(l X)] = exp(-l x + sum ln cosh(l r_i)),

exact in the |r_i| that were in fact read; the best l is found by Newton's method. Nothing is fitted to
pictures. The union bound over all code words (2**64 blind, 1 if a candidate is given), over the keys tried
and over the most decodings a search may make gives the probability that is reported.

Where the picture lies is decided by the pilots, which are disjoint from the chips, so the search does not
touch the signs. The bound says nothing about pictures made *with* a marked picture at hand: who owns one can
copy its mark into another. What catches that is comparing the picture with the one that the payload names.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Reported from here on: one unmarked picture in ten million, by the bound; measured, it is far fewer.
SIGNIFICANCE: Final = 1e-7

_NEWTON_STEPS: Final = 12
_CONVERGED: Final = 1e-3
_LARGEST_TILT: Final = 8.0


def log10_tail(correlations: NDArray[np.floating]) -> float:
    """Returns the decimal logarithm of a bound on P(random signs sum as high as `correlations` do).

    Args:
        correlations: shape (n,): each chip as read, times the sign that it was expected to have.

    Returns:
        At most 0; every value is a valid bound, also where Newton's method has not converged.
    """
    values = np.asarray(correlations, np.float64)
    spread = math.sqrt(float(np.square(values).mean()))
    if spread == 0 or values.sum() <= 0:
        return 0.0
    total, sizes = float(values.sum()) / spread, np.abs(values) / spread
    tilt = total / sizes.size
    best = 0.0
    for _ in range(_NEWTON_STEPS):
        product = tilt * sizes
        # ln cosh without overflow
        value = float((product + np.log1p(np.exp(-2 * product)) - math.log(2)).sum()) - tilt * total
        best = min(best, value)
        slope = np.tanh(product)
        step = (total - float((sizes * slope).sum())) / float(
            (np.square(sizes) * (1 - slope * slope)).sum() + 1e-9
        )
        if abs(step) < _CONVERGED * tilt:
            break
        tilt = min(max(tilt + step, tilt / 4), 2 * tilt + 0.1, _LARGEST_TILT)
    return best / math.log(10)


def p_value(log10_bound: float, *, code_words: int, trials: int) -> float:
    """Returns the union bound over `code_words` x `trials`, at most 1."""
    return float(min(1.0, 10.0 ** (log10_bound + math.log10(code_words)) * trials))
