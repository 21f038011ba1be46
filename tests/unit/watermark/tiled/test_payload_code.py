import numpy as np
import pytest

from watermark.tiled import payload_code
from watermark.tiled.lattice import CHIPS

PAYLOAD = 0x0123456789ABCDEF


@pytest.mark.parametrize("payload", [0, 1, 2**63, PAYLOAD, 2**64 - 1])
def test_clean_signs_decode(payload: int) -> None:
    signs = payload_code.encode(payload)

    assert signs.shape == (CHIPS,)
    assert set(np.unique(signs)) <= {-1.0, 1.0}
    assert payload_code.decode(signs) == payload


def test_signs_under_twice_their_noise_decode() -> None:
    noise = np.random.default_rng(1).normal(0, 1.7, CHIPS).astype(np.float32)

    assert payload_code.decode(payload_code.encode(PAYLOAD) + noise) == PAYLOAD


def test_a_third_of_the_signs_may_be_lost() -> None:
    signs = payload_code.encode(PAYLOAD)
    signs[np.random.default_rng(2).permutation(CHIPS)[: CHIPS // 3]] = 0

    assert payload_code.decode(signs) == PAYLOAD


@pytest.mark.parametrize("bit", range(64))
def test_neighbours_differ_in_many_signs(bit: int) -> None:
    changed = payload_code.encode(PAYLOAD) != payload_code.encode(PAYLOAD ^ 1 << bit)

    # 84 of the 640, of which 36 find no room.
    assert changed.sum() >= 84 - 36
