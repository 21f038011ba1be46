"""One contract for both searches: the same questions, the same answers. And what each promises beyond it."""

import random
import threading
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from numpy.typing import NDArray
from pytest_django.fixtures import Settings

from provenance import hash_search, registry
from provenance.bits import to_bit_string
from provenance.hash_search import HashSearch, bands, following, memory, scans
from provenance.hash_search.memory import MemorySearch
from provenance.hash_search.postgresql import SET_PLAN, PostgresqlSearch
from provenance.models import RegisteredImage, signed
from tests.integration.provenance.conftest import origin

chance = random.Random(20261123)
SEARCHES: list[Callable[[], HashSearch]] = [
    PostgresqlSearch,
    lambda: MemorySearch(scans.FaissScan()),
    lambda: MemorySearch(scans.NumpyScan()),
]
NAMES = ["postgresql", "memory, faiss", "memory, numpy"]


def a_hash() -> bytes:
    return chance.randbytes(32)


def damaged(pdq: bytes, distance: int) -> bytes:
    """Returns `pdq` with `distance` of its bits flipped, anywhere."""
    mask = sum(1 << bit for bit in chance.sample(range(256), distance))
    return (int.from_bytes(pdq) ^ mask).to_bytes(32)


def publish(pdq: bytes, **columns: Any) -> uuid.UUID:
    image = RegisteredImage(
        origin_id=uuid.uuid4(),
        width=1,
        height=1,
        watermark_payload=signed(chance.getrandbits(64)),
        pdq=pdq,
        pdq_quality=100,
        phash=bytes(32),
        published_at=timezone.now(),
        **columns,
    )
    image.save(force_insert=True)
    return image.pk


def nearest(search: HashSearch, *hashes: bytes, distance: int = bands.EXACT_DISTANCE) -> hash_search.Found:
    return search.nearest(hashes, distance=distance, most=20)


@pytest.mark.django_db
@pytest.mark.parametrize("make", SEARCHES, ids=NAMES)
class TestContract:
    def test_an_empty_registry_has_nothing(self, make: Callable[[], HashSearch]) -> None:
        assert nearest(make(), a_hash()) == []

    def test_finds_a_copy_at_every_distance_up_to_31(self, make: Callable[[], HashSearch]) -> None:
        planted = {a_hash(): distance for distance in range(32) for _ in range(3)}
        ids = {pdq: publish(pdq) for pdq in planted}
        search = make()
        for pdq, distance in planted.items():
            assert nearest(search, damaged(pdq, distance)) == [(ids[pdq], distance)]

    def test_leaves_out_what_is_farther_than_asked(self, make: Callable[[], HashSearch]) -> None:
        pdq = a_hash()
        image = publish(pdq)
        search = make()
        assert nearest(search, damaged(pdq, 9), distance=8) == []
        assert nearest(search, damaged(pdq, 8), distance=8) == [(image, 8)]
        assert nearest(search, damaged(pdq, 32)) == []

    def test_finds_what_every_band_but_one_misses(self, make: Callable[[], HashSearch]) -> None:
        """31 bits spread as badly as they can be: one more in each other band than is looked up there."""
        pdq = a_hash()
        image = publish(pdq)
        search = make()
        for saving in bands.BANDS:
            flipped = [
                bit
                for band in bands.BANDS
                for bit in chance.sample(
                    range(band.first, band.first + band.width), band.flips + (band is not saving)
                )
            ]
            assert len(flipped) == bands.EXACT_DISTANCE
            query = (int.from_bytes(pdq) ^ sum(1 << 255 - bit for bit in flipped)).to_bytes(32)
            assert nearest(search, query) == [(image, 31)]

    def test_the_best_of_several_hashes_counts(self, make: Callable[[], HashSearch]) -> None:
        pdq, other = a_hash(), a_hash()
        one, two = publish(pdq), publish(other)
        found = nearest(make(), damaged(pdq, 20), damaged(other, 5), damaged(pdq, 10), a_hash())
        assert found == [(two, 5), (one, 10)]

    def test_no_hash_finds_nothing(self, make: Callable[[], HashSearch]) -> None:
        publish(bytes(32))
        assert nearest(make()) == []

    def test_equally_near_ones_come_by_id_and_no_more_than_asked(
        self, make: Callable[[], HashSearch]
    ) -> None:
        pdq = a_hash()
        ids = sorted(publish(pdq) for _ in range(12))
        nearer = publish(damaged(pdq, 0))
        search = make()
        expected = [(pk, 0) for pk in sorted([*ids, nearer])]
        assert search.nearest([pdq], distance=31, most=20) == expected
        for most in (5, 2, 1):
            assert search.nearest([pdq], distance=31, most=most) == expected[:most]

    def test_reserved_rows_are_never_found(self, make: Callable[[], HashSearch]) -> None:
        pdq = a_hash()
        image = publish(pdq)
        RegisteredImage.objects.filter(pk=image).update(published_at=None)
        registry.reserve(origin(), width=1, height=1, watermark_codec="none", watermark_key_id="none")
        assert RegisteredImage.objects.filter(pdq__isnull=True).count() == 1
        search = make()
        assert nearest(search, pdq) == []
        assert nearest(search, bytes(32)) == []

    def test_withdrawn_images_are_found(self, make: Callable[[], HashSearch]) -> None:
        pdq = a_hash()
        image = publish(pdq)
        search = make()
        RegisteredImage.objects.filter(pk=image).update(withdrawn_at=timezone.now())
        assert nearest(search, pdq) == [(image, 0)]

    def test_sees_new_changed_and_vanished_rows_at_once(self, make: Callable[[], HashSearch]) -> None:
        search = make()
        before, after = a_hash(), a_hash()
        assert nearest(search, before, after) == []
        image = publish(before)
        assert nearest(search, before) == [(image, 0)]
        RegisteredImage.objects.filter(pk=image).update(pdq=after)
        assert nearest(search, before) == []
        assert nearest(search, after) == [(image, 0)]
        RegisteredImage.objects.all().delete()
        assert nearest(search, after) == []

    def test_finds_a_row_that_was_written_early_and_committed_late(
        self, make: Callable[[], HashSearch], transactional_db: None
    ) -> None:
        search, early, late = make(), a_hash(), a_hash()
        written, go_on = threading.Event(), threading.Event()
        ids: list[uuid.UUID] = []

        def publish_slowly() -> None:
            try:
                with transaction.atomic():
                    ids.append(publish(early))
                    written.set()
                    assert go_on.wait(timeout=30)
            finally:
                connection.close()

        writer = threading.Thread(target=publish_slowly)
        writer.start()
        assert written.wait(timeout=30)
        meanwhile = publish(late)
        assert nearest(search, late, early) == [(meanwhile, 0)]
        assert nearest(search, early) == []
        go_on.set()
        writer.join()
        assert nearest(search, early) == [(ids[0], 0)]
        assert nearest(search, late) == [(meanwhile, 0)]


@pytest.mark.django_db
class TestPostgresql:
    def test_every_look_up_uses_its_index(self) -> None:
        for _ in range(50):
            publish(a_hash())
        query = bands.nearest_query(RegisteredImage._meta.db_table)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SET_PLAN)
            hashes: Any = [to_bit_string(a_hash())]
            cursor.execute("EXPLAIN " + query, {"hashes": hashes, "distance": 64, "most": 20})
            plan = "\n".join(row[0] for row in cursor.fetchall())
        for band in bands.BANDS:
            assert f"Index Scan using provenance_registeredimage_pdq_band_{band.number} on" in plan
        assert "Seq Scan" not in plan

    def test_rows_are_small_because_large_columns_lie_out_of_line(self) -> None:
        """Else each row that a look-up gives would be on a page of its own."""
        for _ in range(60):
            publish(a_hash(), thumbnail=chance.randbytes(6600), local_features=chance.randbytes(1700))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT (ctid::text::point)[0]) FROM provenance_registeredimage")
            pages = cursor.fetchone()[0]
        assert pages <= 6

    def test_leaves_the_planner_of_a_surrounding_transaction_as_it_was(self) -> None:
        nearest(PostgresqlSearch(), a_hash())
        with connection.cursor() as cursor:
            cursor.execute("SHOW enable_seqscan")
            assert cursor.fetchone() == ("on",)

    def test_finds_most_of_what_lies_between_32_and_64(self) -> None:
        planted = {a_hash(): chance.randint(32, 40) for _ in range(60)}
        ids = {pdq: publish(pdq) for pdq in planted}
        search = PostgresqlSearch()
        found = [
            nearest(search, damaged(pdq, distance), distance=64) == [(ids[pdq], distance)]
            for pdq, distance in planted.items()
        ]
        assert sum(found) >= 50


@pytest.mark.django_db
class TestMemory:
    def test_is_exact_at_every_distance(self) -> None:
        pdq = a_hash()
        image = publish(pdq)
        search = MemorySearch()
        for distance in (32, 64, 90):
            assert nearest(search, damaged(pdq, distance), distance=distance) == [(image, distance)]
            assert nearest(search, damaged(pdq, distance), distance=distance - 1) == []

    def test_also_with_the_cursor_that_logs(self) -> None:
        pdq = a_hash()
        image = publish(pdq)
        with CaptureQueriesContext(connection):
            assert nearest(MemorySearch(), pdq) == [(image, 0)]

    def test_reads_each_row_once(self, transactional_db: None) -> None:
        class Counting(scans.NumpyScan):
            added = 0

            def add(self, hashes: NDArray[np.uint8]) -> None:
                self.added += len(hashes)
                super().add(hashes)

        scan = Counting()
        search = MemorySearch(scan)
        for expected in (1, 2, 3):
            publish(a_hash())
            nearest(search, a_hash())
            nearest(search, a_hash())
            assert scan.added == expected

    def test_rows_of_a_restored_dump_are_not_read_again_and_again(self, transactional_db: None) -> None:
        """They carry transaction numbers of another server, far in this one's future."""
        pdq = a_hash()
        image = publish(pdq)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE provenance_registeredimage DISABLE TRIGGER pdq_written_by")
            cursor.execute("UPDATE provenance_registeredimage SET pdq_written_by = '999999999999'")
            cursor.execute("ALTER TABLE provenance_registeredimage ENABLE TRIGGER pdq_written_by")
        search = MemorySearch()
        assert nearest(search, pdq) == [(image, 0)]
        assert nearest(search, pdq) == [(image, 0)]
        assert search._count == 1

    def test_thousands_arrive_whole(self) -> None:
        """More than one batch of the copy, and more than the arrays had room for."""
        table = RegisteredImage._meta.db_table
        pk = publish(a_hash())
        rows = 20_000
        with connection.cursor() as cursor:
            columns = [
                field.column
                for field in RegisteredImage._meta.concrete_fields
                if field.column not in ("id", "origin_id", "watermark_payload", "pdq")
            ]
            names = ", ".join(map(str, columns))
            cursor.execute(
                f"INSERT INTO {table} (id, origin_id, watermark_payload, pdq, {names}) "
                "SELECT gen_random_uuid(), gen_random_uuid(), -n, "
                f"(n::bit(32)::text || repeat('01', 112))::bit(256), {names} "
                f"FROM {table}, generate_series(1, {rows}) AS n WHERE id = %s",
                [pk],
            )
        search = MemorySearch()
        query = (7).to_bytes(4) + b"\x55" * 28
        assert nearest(search, query)[0][1] == 0
        assert search._count == rows + 1
        assert len(search.nearest([query], distance=1, most=100)) == 1 + 32 - sum(
            7 ^ 1 << bit > rows or 7 ^ 1 << bit == 0 for bit in range(32)
        )


@pytest.mark.django_db
def test_the_setting_chooses(settings: Settings) -> None:
    settings.HASH_SEARCH = "postgresql"
    assert isinstance(hash_search.chosen(), PostgresqlSearch)
    settings.HASH_SEARCH = "memory"
    memory.shared.cache_clear()
    pdq = a_hash()
    image = publish(pdq)
    assert isinstance(hash_search.chosen(), MemorySearch)
    assert hash_search.chosen() is hash_search.chosen()
    assert registry.nearest([damaged(pdq, 40)]) == [(image, 40)]
    memory.shared.cache_clear()


@pytest.mark.django_db
def test_the_statements_can_be_undone_and_made_again() -> None:
    table = RegisteredImage._meta.db_table
    with connection.cursor() as cursor:
        for statement in (*bands.drop_indexes(table), *following.unfollow(table)):
            cursor.execute(statement)
        for statement in (*bands.create_indexes(table), *following.follow(table)):
            cursor.execute(statement)
    pdq = a_hash()
    assert nearest(PostgresqlSearch(), pdq) == []
    image = publish(pdq)
    assert nearest(PostgresqlSearch(), pdq) == nearest(MemorySearch(), pdq) == [(image, 0)]
