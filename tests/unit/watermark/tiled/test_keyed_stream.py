import hashlib
import hmac

import numpy as np
import pytest

from watermark.tiled.keyed_stream import keyed_stream, public_order
from watermark.tiled.lattice import CHIPS, HARMONICS

KEY = bytes(range(32))


# The specification once more, by hand, for two places of the stream.
def test_follows_the_specification() -> None:
    seed = hmac.new(KEY, b"tracery.watermark.tiled.1", hashlib.sha256).digest()
    data = hashlib.shake_256(seed).digest(2000)
    stream = keyed_stream(KEY)

    turns = int.from_bytes(data[4 * 7 : 4 * 8], "little") / 2**32
    assert stream.phase[7] == pytest.approx(np.exp(2j * np.pi * turns), abs=1e-6)
    bit = data[4 * HARMONICS + 12] >> 7 - 3 & 1
    assert stream.scramble[8 * 12 + 3] == (-1 if bit else 1)


def test_keys_share_nothing() -> None:
    one, other = keyed_stream(KEY), keyed_stream(KEY[::-1])

    assert abs((one.scramble * other.scramble).sum()) < 5 * CHIPS**0.5
    assert abs((one.phase * np.conj(other.phase)).sum()) < 5 * HARMONICS**0.5


def test_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="got 15"):
        keyed_stream(bytes(15))


def test_order_is_a_permutation_of_its_domain() -> None:
    assert sorted(public_order(640, b"a")) == list(range(640))
    assert (public_order(640, b"a") != public_order(640, b"b")).any()
