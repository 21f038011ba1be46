"""What a registered image keeps of its keypoints, as bytes: about 3 kB an image.

    header       "<4sHHI"    magic, width and height in pixels as they were looked at, number of keypoints N
    places       N x uint64  word (20 bits), x (12), y (12), size (8), angle (8); the top 4 bits are 0
    signatures   N x uint64

All little-endian. x and y are 4,096ths of the longer side; a size is 24 steps an octave of its share of the
longer side, from 2**-10; an angle is 256ths of a turn. See `places` for the bits of a place.
"""

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance.local_features import codebook, keypoints, places

# Changes with everything that makes other bytes: the codebook, the keypoints chosen, the format.
VERSION: Final = "sift192-1"
# Registered images are looked at in this size: what a search finds are large structures, which copies keep.
SIDE: Final = 512
# A tenth of a picture holds a tenth of them. Of 40 such parts 9 had six keypoints in common with the picture
# when it kept 96, 18 with 128, 25 with 160, 29 with 192, 30 with 256.
MOST_KEYPOINTS: Final = 192
# Where some are repeated so many times more are looked at, so that others take their places.
_SPARE: Final = 2
_HEADER: Final = struct.Struct("<4sHHI")
_MAGIC: Final = b"LF1\n"


@dataclass(frozen=True)
class Features:
    """The keypoints of one registered image.

    Attributes:
        extent: (width, height); the longer is 1.
        words: int32, shape (N,).
        places: uint64, shape (N,), see `places`; the bits above a place are 0.
        signatures: uint64, shape (N,).
    """

    extent: tuple[float, float]
    words: NDArray[np.int32]
    places: NDArray[np.uint64]
    signatures: NDArray[np.uint64]


def extract(rgb: NDArray[np.uint8]) -> bytes:
    """Returns what the registry stores of `rgb` (uint8, shape (H, W, 3)); b"" if there is nothing to find."""
    features = _distinct(rgb, MOST_KEYPOINTS)
    if len(features.words) < MOST_KEYPOINTS:
        features = _distinct(rgb, _SPARE * MOST_KEYPOINTS)
    return encode(features) if len(features.words) else b""


def _distinct(rgb: NDArray[np.uint8], most: int) -> Features:
    """Returns the best of up to `most` keypoints without those that a pattern repeats."""
    found = keypoints.find(rgb, side=SIDE, most=most, enough=MOST_KEYPOINTS)
    book = codebook.load()
    words = book.words(found.descriptors)[:, 0]
    kept = codebook.without_repeats(words)[:MOST_KEYPOINTS]
    return Features(
        extent=found.extent,
        words=words[kept],
        places=places.pack(found)[kept],
        signatures=book.signatures(found.descriptors[kept]),
    )


def encode(features: Features) -> bytes:
    """Returns the bytes that `decode` reads."""
    packed = features.places | features.words.astype(np.uint64) << np.uint64(places.BITS)
    width, height = (max(1, round(share * SIDE)) for share in features.extent)
    header = _HEADER.pack(_MAGIC, width, height, len(packed))
    return header + packed.astype("<u8").tobytes() + features.signatures.astype("<u8").tobytes()


def decode(data: bytes) -> Features:
    """Returns what `extract` wrote, for b"" no keypoints."""
    if not data:
        nothing = np.zeros(0, np.uint64)
        return Features((1.0, 1.0), nothing.astype(np.int32), nothing, nothing)
    magic, width, height, count = _HEADER.unpack_from(data)
    assert magic == _MAGIC
    assert len(data) == _HEADER.size + 16 * count
    numbers = np.frombuffer(data, "<u8", offset=_HEADER.size).astype(np.uint64)
    packed, signatures = numbers[:count], numbers[count:]
    longer = max(width, height)
    return Features(
        extent=(width / longer, height / longer),
        words=(packed >> np.uint64(places.BITS)).astype(np.int32),
        places=packed & np.uint64(places.MASK),
        signatures=signatures,
    )
