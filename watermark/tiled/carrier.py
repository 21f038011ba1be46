"""From signs to a spectrum and back: how the payload lies on the lattice under a key."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.tiled import payload_code
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import AMPLITUDE, CHIPS, DATA, HARMONICS

# A pilot's sign is the same in both parts.
PILOT: Final = np.complex64((1 + 1j) / math.sqrt(2))


def expected_chips(payload: int, key: bytes) -> NDArray[np.float32]:
    """Returns the signs (CHIPS,) that carry `payload` under `key`."""
    return payload_code.encode(payload) * keyed_stream(key).scramble


def parts(payload: int, key: bytes) -> NDArray[np.float32]:
    """Returns the sign of the real and of the imaginary part of every harmonic: shape (2, HARMONICS)."""
    signs = np.ones((2, HARMONICS), np.float32)
    signs[:, DATA] = expected_chips(payload, key).reshape(2, -1)
    return signs


def read_chips(spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Returns the chips (CHIPS,) of an aligned spectrum (HARMONICS,), each weighted by its carrier."""
    data = spectrum[DATA] * AMPLITUDE[DATA]
    chips = np.concatenate([data.real, data.imag]).astype(np.float32)
    assert chips.size == CHIPS
    return chips
