"""The search for registered images by fingerprint: one question, two ways to answer it.

`HASH_SEARCH=postgresql` (the default) asks btree indexes on bands of the stored hash: nothing to keep in
memory, every image within `bands.EXACT_DISTANCE` found for certain, most beyond. `HASH_SEARCH=memory` keeps
the hashes of all published images in each worker (48 bytes an image) and compares with every one: exact at
any distance. Both read the same rows, see a new image as soon as it is committed, and order alike.
"""

import uuid
from collections.abc import Sequence
from typing import Final, Protocol

from django.conf import settings

POSTGRESQL: Final = "postgresql"
MEMORY: Final = "memory"
KINDS: Final = (POSTGRESQL, MEMORY)

Found = list[tuple[uuid.UUID, int]]


class HashSearch(Protocol):
    """Finds published images by PDQ hash."""

    def nearest(self, pdq_hashes: Sequence[bytes], *, distance: int, most: int) -> Found:
        """Returns (id, Hamming distance) of published images near any of the hashes.

        Args:
            pdq_hashes: 32 bytes each, for instance the 8 orientations of one picture.
            distance: The largest Hamming distance that counts, 0 to 256.
            most: How many are returned.

        Returns:
            Each image once with its least distance; nearest first, equally near ones by id.
        """
        ...


def chosen() -> HashSearch:
    """Returns the search that `HASH_SEARCH` names; one memory scan a process, filled when first asked."""
    # The web process imports the registry and must not load numpy and faiss with it.
    match settings.HASH_SEARCH:
        case "postgresql":
            from provenance.hash_search.postgresql import PostgresqlSearch

            return PostgresqlSearch()
        case "memory":
            from provenance.hash_search.memory import shared

            return shared()
        case other:
            raise AssertionError(f"HASH_SEARCH is {other!r}, which the system check forbids")
