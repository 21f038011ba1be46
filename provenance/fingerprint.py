"""Fingerprints: hashes of how a picture looks, which survive re-encoding, resizing and recolouring.

PDQ-256 searches and is what other platforms exchange (Facebook, "The TMK+PDQF Video-Hashing Algorithm and
the PDQ Image-Hashing Algorithm", 2019); pHash-256 (Zauner, 2010, as in imagehash) is the second opinion at
confirmation, because the two fail on different pictures. Pure: no Django.
"""

from dataclasses import dataclass
from typing import Final

import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

VERSION: Final = "pdq1+phash1"
BITS: Final = 256
# 16 x 16 low frequencies give 256 bits, the same length as PDQ.
_PHASH_SIDE: Final = 16


@dataclass(frozen=True)
class Fingerprint:
    """What is stored of an image's look.

    Attributes:
        pdq: 32 bytes.
        quality: PDQ's own measure of how much there was to hash, 0 to 100; below 50 it says little.
        phash: 32 bytes.
    """

    pdq: bytes
    quality: int
    phash: bytes
    version: str = VERSION


def compute(rgb: NDArray[np.uint8]) -> Fingerprint:
    """Returns the fingerprints of `rgb` (uint8, shape (H, W, 3), any size)."""
    bits, quality = pdqhash.compute(rgb)
    phash = imagehash.phash(Image.fromarray(rgb), hash_size=_PHASH_SIDE)
    return Fingerprint(_packed(bits), int(quality), _packed(phash.hash.ravel()))


def orientations(rgb: NDArray[np.uint8]) -> tuple[bytes, ...]:
    """Returns the 8 PDQ hashes of `rgb` as it is, turned by quarters and mirrored; the first is as it is."""
    hashes, _ = pdqhash.compute_dihedral(rgb)
    return tuple(_packed(bits) for bits in hashes)


def distance(one: bytes, other: bytes) -> int:
    """Returns the Hamming distance of two 32-byte fingerprints, 0 to 256; 128 is what strangers have."""
    assert len(one) == len(other) == BITS // 8
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _packed(bits: NDArray[np.generic]) -> bytes:
    return np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes()
