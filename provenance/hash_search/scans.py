"""Comparing a few hashes with all that are held in memory: by faiss, or by numpy where there is no faiss."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from provenance.bits import FINGERPRINT_BITS

BYTES: Final = FINGERPRINT_BITS // 8
# So many hashes of numpy's planes fit into a core's second-level cache with what is computed from them.
_BLOCK: Final = 1 << 14

Places = NDArray[np.int64]
Distances = NDArray[np.int32]


class Scan(Protocol):
    """Hashes in the order in which they were added."""

    def add(self, hashes: NDArray[np.uint8]) -> None:
        """Adds hashes, uint8, shape (n, 32)."""
        ...

    def within(self, queries: NDArray[np.uint8], distance: int) -> tuple[Places, Distances]:
        """Returns the places of hashes within a Hamming distance of any query (uint8, shape (q, 32)), and how
        far each is; a hash near two queries is there twice."""
        ...


def new() -> Scan:
    """Returns an empty scan, the fastest that is installed."""
    try:
        return FaissScan()
    except ImportError:
        return NumpyScan()


class FaissScan:
    """faiss' flat index: a loop over the hashes in the processor's widest registers."""

    def __init__(self) -> None:
        import faiss

        self._index = faiss.IndexBinaryFlat(FINGERPRINT_BITS)

    def add(self, hashes: NDArray[np.uint8]) -> None:
        self._index.add(np.ascontiguousarray(hashes))

    def within(self, queries: NDArray[np.uint8], distance: int) -> tuple[Places, Distances]:
        # faiss leaves the radius itself out.
        _, distances, places = self._index.range_search(np.ascontiguousarray(queries), distance + 1)
        return np.asarray(places, np.int64), np.asarray(distances, np.int32)


class NumpyScan:
    """The same with numpy: four planes of 64 bits, so that counting bits needs no sum over an axis."""

    def __init__(self) -> None:
        self._planes: NDArray[np.uint64] = np.zeros((BYTES // 8, 0), np.uint64)
        self._count = 0

    def add(self, hashes: NDArray[np.uint8]) -> None:
        count = self._count + len(hashes)
        if count > self._planes.shape[1]:
            # Twice as many each time, so that adding one by one copies each hash about once.
            room = np.zeros((BYTES // 8, max(count, 2 * self._planes.shape[1])), np.uint64)
            room[:, : self._count] = self._planes[:, : self._count]
            self._planes = room
        self._planes[:, self._count : count] = np.ascontiguousarray(hashes).view(np.uint64).T
        self._count = count

    def within(self, queries: NDArray[np.uint8], distance: int) -> tuple[Places, Distances]:
        places: list[Places] = [np.zeros(0, np.int64)]
        distances: list[Distances] = [np.zeros(0, np.int32)]
        words = np.ascontiguousarray(queries).view(np.uint64)
        for first in range(0, self._count, _BLOCK):
            block = self._planes[:, first : min(first + _BLOCK, self._count)]
            for query in words:
                differing = np.zeros(block.shape[1], np.uint16)
                for plane, word in zip(block, query, strict=True):
                    differing += np.bitwise_count(plane ^ word)
                near = np.flatnonzero(differing <= distance)
                places.append(near + first)
                distances.append(differing[near].astype(np.int32))
        return np.concatenate(places), np.concatenate(distances)
