"""Fingerprints: hashes of how a picture looks, which survive re-encoding, resizing and recolouring.

PDQ-256 searches and is what other platforms exchange (Facebook, "The TMK+PDQF Video-Hashing Algorithm and
the PDQ Image-Hashing Algorithm", 2019); pHash-256 (Zauner, 2010, as in imagehash) is the second opinion at
confirmation, because the two fail on different pictures. Pure: no Django.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image

VERSION: Final = "pdq1+phash1"
BITS: Final = 256
# 16 x 16 low frequencies give 256 bits, the same length as PDQ.
_PHASH_SIDE: Final = 16
# PDQ looks at 64 x 64 averages, so more pixels than this cost time and memory (40 megapixels: 10 s, 1 GB) and
# say nothing. Registered images and suspects are both shrunk. The hash of the whole picture, as another
# platform may compute it, was at most 8 of 256 bits away on 16 pictures of 1 to 6 megapixels.
MAX_SIDE: Final = 1024
# PDQ's authors: below this quality a picture has too little detail for its hash to mean anything.
LEAST_QUALITY: Final = 50


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


@dataclass(frozen=True)
class Look:
    """How a picture looks, computed once and shared by all who ask.

    Attributes:
        fingerprint: What is stored.
        orientations: The 8 PDQ hashes of the picture turned by quarters and mirrored; the first is as it is.
        small: uint8, shape (H, W, 3), neither side above `MAX_SIDE`.
    """

    fingerprint: Fingerprint
    orientations: tuple[bytes, ...]
    small: NDArray[np.uint8] = field(compare=False, repr=False)


def look(rgb: NDArray[np.uint8]) -> Look:
    """Returns the look of `rgb` (uint8, shape (H, W, 3), any size)."""
    small = _shrunk(rgb)
    hashes, quality = pdqhash.compute_dihedral(small)
    orientations = tuple(_packed(bits) for bits in hashes)
    return Look(Fingerprint(orientations[0], int(quality), phash(small)), orientations, small)


def phash(rgb: NDArray[np.uint8]) -> bytes:
    """Returns the 32 bytes of pHash-256 of `rgb` (uint8, shape (H, W, 3)); not shrunk first, see `look`."""
    return _packed(imagehash.phash(Image.fromarray(rgb), hash_size=_PHASH_SIDE).hash.ravel())


def distance(one: bytes, other: bytes) -> int:
    """Returns the Hamming distance of two 32-byte fingerprints, 0 to 256; 128 is what strangers have."""
    assert len(one) == len(other) == BITS // 8
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _shrunk(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the picture with neither side above `MAX_SIDE`, each pixel the mean of those it stands for."""
    height, width = rgb.shape[:2]
    scale = MAX_SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _packed(bits: NDArray[np.generic]) -> bytes:
    return np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes()
