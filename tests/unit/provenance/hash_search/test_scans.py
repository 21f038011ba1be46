"""Both scans against the plain definition of the Hamming distance."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from provenance.hash_search import scans
from provenance.hash_search.scans import FaissScan, NumpyScan, Scan


def hashes(count: int, seed: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 32)).astype(np.uint8)


def expected(held: NDArray[np.uint8], queries: NDArray[np.uint8], distance: int) -> set[tuple[int, int]]:
    bits = np.unpackbits(held, axis=1)
    found = set()
    for query in queries:
        apart = (bits != np.unpackbits(query)).sum(axis=1)
        found |= {(int(place), int(apart[place])) for place in np.flatnonzero(apart <= distance)}
    return found


@pytest.mark.parametrize("make", [FaissScan, NumpyScan])
class TestScan:
    def test_nothing_is_found_in_nothing(self, make: Callable[[], Scan]) -> None:
        places, distances = make().within(hashes(2), 256)
        assert len(places) == len(distances) == 0

    def test_no_query_finds_nothing(self, make: Callable[[], Scan]) -> None:
        scan = make()
        scan.add(hashes(3))
        places, _ = scan.within(np.zeros((0, 32), np.uint8), 256)
        assert len(places) == 0

    @pytest.mark.parametrize("distance", [0, 100, 110, 128, 256])
    def test_finds_exactly_what_is_near(self, make: Callable[[], Scan], distance: int) -> None:
        held = hashes(500)
        scan = make()
        for first, last in ((0, 1), (1, 4), (4, 4), (4, 500)):
            scan.add(held[first:last])
        queries = np.concatenate([held[7:8], hashes(2, seed=4)])
        places, distances = scan.within(queries, distance)
        assert set(zip(places.tolist(), distances.tolist(), strict=True)) == expected(held, queries, distance)


def test_numpy_looks_beyond_its_first_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "_BLOCK", 8)
    held = hashes(30)
    scan = NumpyScan()
    scan.add(held)
    places, distances = scan.within(held[[0, 8, 29]], 0)
    assert sorted(places.tolist()) == [0, 8, 29]
    assert distances.tolist() == [0, 0, 0]


def test_without_faiss_numpy_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faiss", None)
    assert isinstance(scans.new(), NumpyScan)
