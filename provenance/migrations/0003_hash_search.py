"""Indexes on bands of the hash, and what lets a copy in memory follow the rows (provenance.hash_search).

The large columns go out of line as soon as a row is large at all: a look-up then reads a page with some twenty
images instead of four. They are compressed already.
"""

from django.db import migrations

from provenance.hash_search import bands, following

TABLE = "provenance_registeredimage"

OUT_OF_LINE = [
    f"ALTER TABLE {TABLE} SET (toast_tuple_target = 128)",
    f"ALTER TABLE {TABLE} ALTER COLUMN thumbnail SET STORAGE EXTERNAL",
    f"ALTER TABLE {TABLE} ALTER COLUMN local_features SET STORAGE EXTERNAL",
]
IN_LINE = [
    f"ALTER TABLE {TABLE} ALTER COLUMN local_features SET STORAGE EXTENDED",
    f"ALTER TABLE {TABLE} ALTER COLUMN thumbnail SET STORAGE EXTENDED",
    f"ALTER TABLE {TABLE} RESET (toast_tuple_target)",
]


class Migration(migrations.Migration):
    dependencies = [("provenance", "0002_tracing")]

    operations = [
        migrations.RunSQL(OUT_OF_LINE, IN_LINE),
        migrations.RunSQL(bands.create_indexes(TABLE), bands.drop_indexes(TABLE)),
        migrations.RunSQL(following.follow(TABLE), following.unfollow(TABLE)),
    ]
