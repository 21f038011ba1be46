"""The search by indexes on bands of the hash, in PostgreSQL itself (see `bands`)."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from provenance.bits import to_bit_string
from provenance.hash_search import Found
from provenance.hash_search.bands import nearest_query
from provenance.models import RegisteredImage

# The planner cannot know that a look-up gives one row, and the whole is short: only a plain index scan for
# each look-up is right, without parallel workers, compilation or a cache of look-ups that are never repeated.
_PLAN: Final = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_memoize": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
SET_PLAN: Final = ";".join(f"SET LOCAL {name} = {value}" for name, value in _PLAN.items())
RESET_PLAN: Final = ";".join(f"RESET {name}" for name in _PLAN)
_QUERY: Final = nearest_query(RegisteredImage._meta.db_table)


class PostgresqlSearch:
    """Finds every published image within 31 bits, and most within 64. Keeps nothing."""

    def nearest(self, pdq_hashes: Sequence[bytes], *, distance: int, most: int) -> Found:
        """See `HashSearch.nearest`; beyond `bands.EXACT_DISTANCE` some are missed."""
        hashes = [to_bit_string(pdq) for pdq in pdq_hashes]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SET_PLAN)
            cursor.execute(_QUERY, {"hashes": hashes, "distance": distance, "most": most})
            found = [(row[0], row[1]) for row in cursor.fetchall()]
            # Inside a transaction of the caller's, what is SET LOCAL would last until its end.
            cursor.execute(RESET_PLAN)
        return found
