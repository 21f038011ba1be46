"""From descriptors to visual words, which search, and to signatures, which say how alike two of one word are.

Words are those of a product codebook: 1,024 centres for each half of the rotated descriptor, so 2**20 words
from 2 x 1,024 centres (Jegou, Douze and Schmid, PAMI 33, 2011). Signatures are 64 signs after a rotation that
loses least by taking signs (ITQ: Gong and Lazebnik, CVPR 2011). README.md beside this file says what it was
trained on.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

PATH: Final = Path(__file__).with_name("codebook.npz")
CENTRES: Final = 1024
WORDS: Final = CENTRES**2
SIGNATURE_BITS: Final = 64
# A pattern of dots gives hundreds of keypoints of one word, which say nothing of the place and take seconds
# to look up in crowded postings (Jegou et al., "On the burstiness of visual elements", CVPR 2009).
MOST_OF_A_WORD: Final = 8
# Of each half the nearest centres that are combined to a query's nearest words.
_NEAREST_CENTRES: Final = 4


@dataclass(frozen=True)
class Codebook:
    """What `training.codebook` leaves behind, all float32.

    Attributes:
        mean: shape (128,).
        basis: shape (128, 128); its columns are principal axes, those of the first half of a word first.
        centres: shape (2, 1024, 64).
        signature_basis: shape (128, 64).
        signature_medians: shape (64,).
    """

    mean: NDArray[np.float32]
    basis: NDArray[np.float32]
    centres: NDArray[np.float32]
    signature_basis: NDArray[np.float32]
    signature_medians: NDArray[np.float32]

    def words(self, descriptors: NDArray[np.float32], count: int = 1) -> NDArray[np.int32]:
        """Returns the `count` nearest words of each descriptor (N, 128), nearest first: shape (N, count)."""
        rotated = np.asarray((descriptors - self.mean) @ self.basis, np.float32)
        taken = min(_NEAREST_CENTRES, count)
        half = rotated.shape[1] // 2
        first, first_gap = _nearest(rotated[:, :half], self.centres[0], taken)
        second, second_gap = _nearest(rotated[:, half:], self.centres[1], taken)
        gaps = (first_gap[:, :, None] + second_gap[:, None, :]).reshape(len(descriptors), taken**2)
        words = (first[:, :, None] * CENTRES + second[:, None, :]).reshape(len(descriptors), taken**2)
        order = np.argsort(gaps, axis=1, kind="stable")[:, :count]
        return np.take_along_axis(words, order, axis=1).astype(np.int32)

    def signatures(self, descriptors: NDArray[np.float32]) -> NDArray[np.uint64]:
        """Returns the 64-bit signature of each descriptor (N, 128): shape (N,)."""
        bits = (descriptors - self.mean) @ self.signature_basis > self.signature_medians
        return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


@cache
def load() -> Codebook:
    """Returns the codebook that the project ships."""
    with np.load(PATH) as arrays:
        return Codebook(**{name: arrays[name].astype(np.float32) for name in arrays.files})


def without_repeats(words: NDArray[np.int32]) -> NDArray[np.intp]:
    """Returns the indices, rising, of the first `MOST_OF_A_WORD` keypoints of each word (N,)."""
    order = np.argsort(words, kind="stable")
    begins = np.searchsorted(words[order], words[order])
    return np.sort(order[np.arange(len(order)) - begins < MOST_OF_A_WORD])


def _nearest(
    points: NDArray[np.float32], centres: NDArray[np.float32], count: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Returns the nearest centres of each point and their squared distances less the point's own length."""
    gaps = (centres * centres).sum(axis=1) - 2 * points @ centres.T
    if count == 1:
        found = gaps.argmin(axis=1)[:, None]
    else:
        found = np.argpartition(gaps, count - 1, axis=1)[:, :count]
    return found, np.take_along_axis(gaps, found, axis=1)
