"""A registry of any size for registry.py: made-up hashes in a table with the indexes of the real one."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from provenance.bits import to_bit_string
from provenance.hash_search import bands, following
from provenance.models import RegisteredImage

TABLE: Final = RegisteredImage._meta.db_table
Hashes = NDArray[np.uint8]

# What a published row has beside its hash, once thumbnail and features are out of line.
REST_BYTES: Final = 260
CHUNK: Final = 200_000
# Half have nothing in common, as real hashes (241 effective bits of 256). 45 % look a little alike, a
# thousand at a time; 5 % are families of ten that differ in about 10 bits, as results of one prompt may.
FAMILIES: Final = ((0.45, 1000, 0.25), (0.05, 10, 0.02))

_ROW: Final = np.dtype(
    [
        ("columns", ">i2"), ("id_length", ">i4"), ("id", "u1", 16), ("pdq_length", ">i4"),
        ("pdq_bits", ">i4"), ("pdq", "u1", 32), ("time_length", ">i4"), ("time", ">i8"),
        ("rest_length", ">i4"), ("rest", "u1", REST_BYTES),
    ]
)  # fmt: skip


def create() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id uuid NOT NULL, pdq bit(256), published_at timestamptz, rest bytea)"
        )
        cursor.execute(f"ALTER TABLE {TABLE} ALTER rest SET STORAGE PLAIN")
        for statement in following.follow(TABLE):
            cursor.execute(statement)


def create_indexes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)")
        for statement in bands.create_indexes(TABLE):
            cursor.execute(statement)
        cursor.execute(f"VACUUM ANALYZE {TABLE}")


def copy_in(hashes: Hashes, rng: np.random.Generator) -> None:
    """Adds published rows with these hashes, in one transaction."""
    rows = np.zeros(len(hashes), _ROW)
    rows["columns"], rows["id_length"], rows["pdq_length"], rows["pdq_bits"] = 4, 16, 36, 256
    rows["time_length"], rows["rest_length"] = 8, REST_BYTES
    rows["id"] = rng.integers(0, 256, (len(hashes), 16), np.uint8)
    rows["pdq"] = hashes
    rows["rest"] = rng.integers(0, 256, REST_BYTES, np.uint8)
    statement = f"COPY {TABLE} (id, pdq, published_at, rest) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
        copy.write(rows.tobytes())
        copy.write(b"\xff\xff")


def make(count: int, rng: np.random.Generator) -> Hashes:
    """Returns `count` hashes, uint8, shape (count, 32), of the mixture above."""
    parts = [
        rng.integers(0, 256, (count - sum(int(count * share) for share, _, _ in FAMILIES), 32), np.uint8)
    ]
    for share, size, flipped in FAMILIES:
        members = int(count * share)
        heads = rng.integers(0, 256, (-(-members // size), 32), np.uint8)
        noise = np.packbits(rng.random((members, 256), np.float32) < flipped, axis=1)
        parts.append(np.repeat(heads, size, axis=0)[:members] ^ noise)
    return np.concatenate(parts)


def damaged(pdq: Hashes, distance: int, rng: np.random.Generator) -> bytes:
    """Returns the hash (uint8, shape (32,)) with that many of its bits flipped."""
    bits = np.zeros(256, np.uint8)
    bits[rng.choice(256, distance, replace=False)] = 1
    return (pdq ^ np.packbits(bits)).tobytes()


def size_of(pattern: str) -> float:
    """Returns the megabytes of tables or indexes whose names fit a LIKE pattern."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class WHERE relname LIKE %s", [pattern]
        )
        return float(cursor.fetchone()[0]) / 2**20


def every_row(hashes: Sequence[bytes], distance: int, most: int) -> list[tuple[uuid.UUID, int]]:
    """The search without any index: every published row is held against every hash."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(
            f"SELECT id, min(bit_count(pdq # query)) AS distance FROM {TABLE},"
            " unnest(%s::text[]::bit(256)[]) AS query"
            " WHERE published_at IS NOT NULL AND bit_count(pdq # query) <= %s"
            " GROUP BY id ORDER BY distance, id LIMIT %s",
            [[to_bit_string(pdq) for pdq in hashes], distance, most],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def hash_of(image: uuid.UUID) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pdq::text FROM {TABLE} WHERE id = %s", [image])
        return int(cursor.fetchone()[0], 2).to_bytes(32)


def server_seconds() -> float:
    """Returns the processor time that the server process of this connection has used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
