"""What a key decides: the phase of every harmonic and the sign of every chip.

    seed   = HMAC-SHA256(key, b"tracery.watermark.tiled.1")
    stream = SHAKE-256(seed): 4 bytes a harmonic (phase, in 2**-32 turns, little-endian), then one bit a chip,
             most significant bit of each byte first (1: the chip is sent negated)

The signs are what the bound on false alarms rests on (`statistic`): HMAC and SHAKE taken as pseudo-random
functions, they are independent of any picture that was made without the key.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark.keyed_bits import check_key
from watermark.tiled.lattice import CHIPS, HARMONICS

DOMAIN: Final = b"tracery.watermark.tiled.1"

# A rotation keeps few keys; each takes 4 kB.
MOST_KEYS: Final = 32


@dataclass(frozen=True)
class KeyedStream:
    """Attributes:
    phase: complex64, shape (HARMONICS,), on the unit circle.
    scramble: float32, shape (CHIPS,), each -1 or 1.
    """

    phase: NDArray[np.complex64]
    scramble: NDArray[np.float32]


@lru_cache(maxsize=MOST_KEYS)
def keyed_stream(key: bytes) -> KeyedStream:
    """Returns the phases and signs of `key`; ValueError if it is too short to be a secret."""
    check_key(key)
    seed = hmac.digest(key, DOMAIN, hashlib.sha256)
    stream = hashlib.shake_256(seed).digest(4 * HARMONICS + math.ceil(CHIPS / 8))
    turns = np.frombuffer(stream[: 4 * HARMONICS], "<u4") / 2.0**32
    bits = np.unpackbits(np.frombuffer(stream[4 * HARMONICS :], np.uint8))[:CHIPS]
    phase = np.exp(2j * np.pi * turns).astype(np.complex64)
    scramble = (1 - 2 * bits.astype(np.int8)).astype(np.float32)
    for table in (phase, scramble):
        table.flags.writeable = False
    return KeyedStream(phase, scramble)


def public_order(count: int, domain: bytes) -> NDArray[np.intp]:
    """Returns a fixed permutation of 0..count-1: positions sorted by 8 bytes of SHAKE-256(domain) each."""
    numbers = np.frombuffer(hashlib.shake_256(domain).digest(8 * count), "<u8")
    return np.argsort(numbers, kind="stable")
