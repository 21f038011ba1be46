"""How a copy of the hashes in memory follows the rows, whatever the order in which transactions commit.

Each row keeps the number of the transaction that last wrote its hash or published it (column
`pdq_written_by`, kept by PostgreSQL itself: a default and a trigger, see migration 0003). What is new since
an earlier look is what that look's snapshot could not see. A time or a counter in the row would not do: a row
written early and committed late would be passed over for good.
"""

import re
from typing import Final

COLUMN: Final = "pdq_written_by"

# Everything: no transaction has a number below 3.
FROM_THE_BEGINNING: Final = "1:1:"

# The snapshot is taken before the rows are read: what commits in between is read now and once more later.
LOOK: Final = "SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text"

_NUMBERS: Final = re.compile(r"[0-9:,]+")


def changed(table: str, since: str, own: str | None) -> str:
    """Returns the COPY statement that gives id and hash of published rows which an earlier look did not see.

    Args:
        table: With the columns pdq and published_at, prepared by `follow`.
        since: The earlier look's snapshot.
        own: Its transaction, if it was looking at what it had itself written, as a test does.
    """
    # COPY takes no parameters. Both come from PostgreSQL.
    assert _NUMBERS.fullmatch(since)
    assert own is None or _NUMBERS.fullmatch(own)
    new = "true"
    if since != FROM_THE_BEGINNING:
        # Numbers from another server (a restored dump) lie in this server's future; they were read before.
        new = (
            f"({COLUMN} >= pg_snapshot_xmin('{since}') AND {COLUMN} < pg_snapshot_xmax(pg_current_snapshot())"
            f" AND NOT pg_visible_in_snapshot({COLUMN}, '{since}'))"
            f" OR {COLUMN} IN ('{own or 0}', pg_current_xact_id_if_assigned())"
        )
    return (
        f"COPY (SELECT id, pdq FROM {table} WHERE published_at IS NOT NULL AND ({new}))"  # noqa: S608
        " TO STDOUT (FORMAT BINARY)"
    )


def follow(table: str) -> list[str]:
    """Returns the statements that make a table (columns pdq, published_at) tell what changed in it."""
    return [
        f"ALTER TABLE {table} ADD COLUMN {COLUMN} xid8 NOT NULL DEFAULT pg_current_xact_id()",
        f"CREATE INDEX {table}_{COLUMN} ON {table} ({COLUMN}) WHERE published_at IS NOT NULL",
        f"CREATE FUNCTION {table}_note_writer() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN NEW.{COLUMN} := pg_current_xact_id(); RETURN NEW; END $$",
        f"CREATE TRIGGER {COLUMN} BEFORE UPDATE OF pdq, published_at ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_note_writer()",
    ]


def unfollow(table: str) -> list[str]:
    """Returns the statements that undo `follow`."""
    return [
        f"DROP TRIGGER {COLUMN} ON {table}",
        f"DROP FUNCTION {table}_note_writer()",
        f"ALTER TABLE {table} DROP COLUMN {COLUMN}",
    ]
