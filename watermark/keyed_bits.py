"""The 96 bits that stand for a payload under a key.

    message   = payload as 8 bytes, big-endian
    tag       = first 4 bytes of HMAC-SHA256(key, b"tracery.watermark.tag.1" || message)
    keystream = first 12 bytes of HMAC-SHA256(key, b"tracery.watermark.keystream.1")
    bits      = (message || tag) XOR keystream, most significant bit of each byte first

False alarms. Bits read from a picture that was not marked under a key do not depend on that key, so the tag
agrees with probability 2**-32 (HMAC-SHA256 taken as a pseudo-random function). Testing n combinations of key
and reading gives at most n * 2**-32 by the union bound, for any picture: nothing here was fitted to pictures.

What the keystream is for: without the key the bits look random whatever the payload, so a flat or periodic
picture has no better chance than another, and a payload of zeros leaves no visible pattern. It is the same
for every picture of a key: two marked pictures whose bits are known reveal the XOR of their payloads, which
are row numbers and no secret.

What the tag is not: proof against copying. Whoever can read the bits of one picture can write them into
another, without the key. The comparison of the picture with the one that the payload names is what catches
that.
"""

import hashlib
import hmac

import numpy as np
from numpy.typing import NDArray

PAYLOAD_BYTES = 8
TAG_BYTES = 4
BIT_COUNT = 8 * (PAYLOAD_BYTES + TAG_BYTES)
FALSE_ALARM_RATE = 2.0 ** (-8 * TAG_BYTES)

# Half of the hash's own 32 bytes: below this a key can be searched for.
MIN_KEY_BYTES = 16

TAG_DOMAIN = b"tracery.watermark.tag.1"
KEYSTREAM_DOMAIN = b"tracery.watermark.keystream.1"


def seal(payload: int, *, key: bytes) -> NDArray[np.uint8]:
    """Returns the bits that stand for `payload` under `key`: uint8, shape (96,), each 0 or 1.

    Raises:
        ValueError: the payload is not in [0, 2**64) or the key is shorter than 16 bytes.
    """
    check_key(key)
    check_payload(payload)
    message = payload.to_bytes(PAYLOAD_BYTES, "big")
    return np.unpackbits(_mask(message + _tag(message, key), key))


def unseal(bits: NDArray[np.uint8], *, key: bytes) -> int | None:
    """Returns the payload of `bits` (shape (96,), each 0 or 1), or None when the tag does not fit the key."""
    check_key(key)
    if bits.shape != (BIT_COUNT,):
        raise ValueError(f"bits must have shape ({BIT_COUNT},), got {bits.shape}")
    sealed = _mask(np.packbits(bits).tobytes(), key).tobytes()
    message, tag = sealed[:PAYLOAD_BYTES], sealed[PAYLOAD_BYTES:]
    return int.from_bytes(message, "big") if hmac.compare_digest(tag, _tag(message, key)) else None


def check_payload(payload: int) -> None:
    """Raises ValueError when `payload` is not in [0, 2**64)."""
    if not 0 <= payload < 1 << 8 * PAYLOAD_BYTES:
        raise ValueError(f"payload must be in [0, 2**64), got {payload}")


def check_key(key: bytes) -> None:
    """Raises ValueError when `key` is too short to be a secret; quotes its length, never the key."""
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"key must have at least {MIN_KEY_BYTES} bytes, got {len(key)}")


def _tag(message: bytes, key: bytes) -> bytes:
    return hmac.digest(key, TAG_DOMAIN + message, hashlib.sha256)[:TAG_BYTES]


def _mask(sealed: bytes, key: bytes) -> NDArray[np.uint8]:
    keystream = hmac.digest(key, KEYSTREAM_DOMAIN, hashlib.sha256)[: len(sealed)]
    return np.frombuffer(sealed, np.uint8) ^ np.frombuffer(keystream, np.uint8)
