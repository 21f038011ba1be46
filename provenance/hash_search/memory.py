"""The search over a copy of all hashes in memory. Rows stay the truth: what is found is looked up in them."""

import threading
import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from provenance.bits import to_bit_string
from provenance.hash_search import Found, following, scans
from provenance.hash_search.bands import ONLY_PUBLISHED
from provenance.models import RegisteredImage

_TABLE: Final = RegisteredImage._meta.db_table

# A row of COPY's binary format: number of columns, then each with its length; bit(256) counts its bits again.
_ROW: Final = np.dtype(
    [
        ("columns", ">i2"),
        ("id_length", ">i4"),
        ("id", "u1", 16),
        ("pdq_length", ">i4"),
        ("pdq_bits", ">i4"),
        ("pdq", "u1", scans.BYTES),
    ]
)
_HEADER: Final = 19
_TRAILER: Final = b"\xff\xff"

# Of so many times what is asked for the rows are read: some of the nearest may have been rebuilt meanwhile.
_SPARE: Final = 4

_VERIFIED: Final = f"""
    SELECT id, min(bit_count(pdq # query)) AS distance
    FROM {_TABLE}, unnest(%s::text[]::bit(256)[]) AS query
    WHERE id = ANY(%s) AND {ONLY_PUBLISHED} AND bit_count(pdq # query) <= %s
    GROUP BY id ORDER BY distance, id LIMIT %s
"""  # noqa: S608 -- the only thing put in is a table's name


@cache
def shared() -> "MemorySearch":
    """Returns this process's search; empty until it is first asked."""
    return MemorySearch()


class MemorySearch:
    """Finds every published image at any distance. Keeps 48 bytes an image.

    An image whose hash was rebuilt is held twice, once as it was; what is found is read from its row, so that
    this costs a little memory and no wrong answer.
    """

    def __init__(self, scan: scans.Scan | None = None) -> None:
        self._scan = scan or scans.new()
        self._ids: NDArray[np.uint8] = np.zeros((0, 16), np.uint8)
        self._count = 0
        self._snapshot = following.FROM_THE_BEGINNING
        self._own: str | None = None
        self._lock = threading.Lock()

    def nearest(self, pdq_hashes: Sequence[bytes], *, distance: int, most: int) -> Found:
        """See `HashSearch.nearest`; exact at any distance."""
        queries = np.frombuffer(b"".join(pdq_hashes), np.uint8).reshape(-1, scans.BYTES)
        with self._lock:
            self._follow()
            places, distances = self._scan.within(queries, distance)
            ids = self._ids[places]
        return _from_rows(_nearest_ids(ids, distances, _SPARE * most), pdq_hashes, distance, most)

    def _follow(self) -> None:
        """Reads what this process has not seen; a failure between the two leaves it to be read once more."""
        with connection.cursor() as cursor:
            cursor.execute(following.LOOK)
            snapshot, own = cursor.fetchone()
            with cursor.copy(following.changed(_TABLE, self._snapshot, self._own)) as copy:
                for rows in _rows_of(copy):
                    self._add(rows)
        self._snapshot, self._own = snapshot, own

    def _add(self, rows: NDArray[np.void]) -> None:
        count = self._count + len(rows)
        if count > len(self._ids):
            room = np.zeros((max(count, 2 * len(self._ids)), 16), np.uint8)
            room[: self._count] = self._ids[: self._count]
            self._ids = room
        self._ids[self._count : count] = rows["id"]
        self._scan.add(rows["pdq"])
        self._count = count


def _rows_of(copy: Iterable[bytes | memoryview]) -> Iterable[NDArray[np.void]]:
    """Yields the rows of a binary COPY as they arrive, some thousand at a time."""
    pending = bytearray()
    skip = _HEADER
    for data in copy:
        pending += data
        # Batches of a megabyte; psycopg gives a row at a time.
        if len(pending) > 1 << 20:
            whole = (len(pending) - skip) // _ROW.itemsize * _ROW.itemsize
            yield np.frombuffer(bytes(pending[skip : skip + whole]), _ROW)
            del pending[: skip + whole]
            skip = 0
    assert pending.endswith(_TRAILER)
    yield np.frombuffer(bytes(pending[skip : -len(_TRAILER)]), _ROW)


def _nearest_ids(ids: NDArray[np.uint8], distances: scans.Distances, most: int) -> list[uuid.UUID]:
    """Returns the ids with the least distances, each once."""
    order = np.lexsort((*ids.T[::-1], distances))
    found = dict.fromkeys(bytes(ids[place]) for place in order)
    return [uuid.UUID(bytes=key) for key in list(found)[:most]]


def _from_rows(ids: Sequence[uuid.UUID], pdq_hashes: Sequence[bytes], distance: int, most: int) -> Found:
    if not ids:
        return []
    with connection.cursor() as cursor:
        hashes = [to_bit_string(pdq) for pdq in pdq_hashes]
        cursor.execute(_VERIFIED, [hashes, list(ids), distance, most])
        return [(row[0], row[1]) for row in cursor.fetchall()]
