"""Multi-index hashing: how the 256 bits are cut into bands, and what is looked up in each.

If two hashes differ in at most 31 bits, and the bits are cut into 11 bands, then in one of the first ten
bands they differ in at most 2, or in the last in at most 1: else they differed in 10 x 3 + 2 = 32. So it is
enough to look up, in an ordinary index on each band, the query's own band with every 2 of its bits flipped (1
in the last): 2,843 look-ups, and every image within 31 is among what they give (Norouzi, Punjani and Fleet,
"Fast Search in Hamming Space with Multi-Index Hashing", 2012; the tight form of the pigeonhole is theirs
too).

Beyond 31 many are found too, by luck (docs/benchmarks.md). The bits of a band are neighbours, because attacks
damage neighbouring frequencies together and leave other bands whole.
"""

import itertools
from dataclasses import dataclass
from typing import Final

from provenance.bits import FINGERPRINT_BITS

# 23 or 24 bits a band: 10 million images over 2**23 keys, so that a look-up gives about one row. Fewer, wider
# bands need more flips; 16 bands of 16 bits need 272 look-ups that give 150 rows each (80 ms instead of 37).
BAND_COUNT: Final = 11
# PDQ's authors publish 31 as the distance up to which two pictures are the same.
EXACT_DISTANCE: Final = 31
# A published row is written once when reserved and once when published; only the second is to be found.
ONLY_PUBLISHED: Final = "published_at IS NOT NULL"


@dataclass(frozen=True)
class Band:
    """A run of bits of the hash.

    Attributes:
        number: From 0; part of the index's name.
        first: Its first bit, from 0 for the most significant.
        width: In bits.
        flips: Up to how many differing bits are looked up.
    """

    number: int
    first: int
    width: int
    flips: int

    def key(self, expression: str) -> str:
        """Returns SQL for this band of a bit(256) `expression`, as a whole number."""
        return f"(substring({expression} from {self.first + 1} for {self.width})::bit({self.width})::int)"

    def masks(self) -> list[int]:
        """Returns what a query's key is XORed with, one for each look-up; none flipped first."""
        counts = range(self.flips + 1)
        chosen = itertools.chain.from_iterable(
            itertools.combinations(range(self.width), count) for count in counts
        )
        return [sum(1 << bit for bit in bits) for bits in chosen]


def _bands() -> tuple[Band, ...]:
    """Returns the bands: the first `extra` + 1 may differ in `flips` bits, the others in one less."""
    edges = [FINGERPRINT_BITS * number // BAND_COUNT for number in range(BAND_COUNT + 1)]
    flips, extra = divmod(EXACT_DISTANCE, BAND_COUNT)
    return tuple(
        Band(number, first, end - first, flips if number <= extra else flips - 1)
        for number, (first, end) in enumerate(itertools.pairwise(edges))
    )


BANDS: Final = _bands()
PROBES: Final = sum(len(band.masks()) for band in BANDS)


def create_indexes(table: str) -> list[str]:
    """Returns the statements that make the indexes of a table with the columns pdq and published_at.

    Changing the bands needs a migration: the planner uses an index only if the query's expression is its own.
    """
    return [
        f"CREATE INDEX {_name(table, band)} ON {table} ({band.key('pdq')}) WHERE {ONLY_PUBLISHED}"
        for band in BANDS
    ]


def drop_indexes(table: str) -> list[str]:
    """Returns the statements that undo `create_indexes`."""
    return [f"DROP INDEX {_name(table, band)}" for band in BANDS]


def nearest_query(table: str) -> str:
    """Returns the search: parameters `hashes` (text[] of 256 characters 0 or 1), `distance` and `most`.

    Each arm looks up one band: an index scan a look-up, in the order of the keys, so that neighbours share
    pages. `OFFSET 0` keeps the planner from turning the look-ups into a scan of all rows, whatever it
    believes about an array whose length it cannot know. An arm's rows are held against the hash that found
    them alone.
    """
    # The text is made of constants of this module; what is asked for comes as parameters.
    arms = "\nUNION ALL\n".join(_arm(table, band) for band in BANDS)
    return (
        "WITH query AS MATERIALIZED (SELECT bits::bit(256) AS pdq FROM unnest(%(hashes)s::text[]) AS bits)\n"  # noqa: S608
        f"SELECT id, min(distance) AS distance FROM (\n{arms}\n) AS found\n"
        "WHERE distance <= %(distance)s GROUP BY id ORDER BY distance, id LIMIT %(most)s"
    )


def _arm(table: str, band: Band) -> str:
    masks = ",".join(map(str, band.masks()))
    return (
        f"SELECT image.id, image.distance FROM (SELECT query.pdq, {band.key('query.pdq')} # mask AS key"  # noqa: S608
        f" FROM query, unnest('{{{masks}}}'::int[]) AS mask ORDER BY key OFFSET 0) AS probe,"
        f" LATERAL (SELECT id, bit_count({table}.pdq # probe.pdq) AS distance FROM {table}"
        f" WHERE {ONLY_PUBLISHED} AND {band.key(f'{table}.pdq')} = probe.key OFFSET 0) AS image"
    )


def _name(table: str, band: Band) -> str:
    # PostgreSQL cuts names at 63 characters.
    return f"{table}_pdq_band_{band.number}"
