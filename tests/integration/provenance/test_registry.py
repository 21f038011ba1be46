"""The registry's rows: reserved once, registered once, withdrawn and given back, found by distance."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from provenance import registry
from provenance.fingerprint import Fingerprint
from provenance.models import PublishedFile, RegisteredImage, published_name, signed
from provenance.registry import FileRecord, Origin
from tests.integration.provenance.conftest import origin
from tests.people import person

LOOK = Fingerprint(pdq=bytes(32), quality=80, phash=bytes(31) + b"\x01")


def reserve(work: Origin | None = None) -> RegisteredImage:
    return registry.reserve(
        work or origin(), width=64, height=48, watermark_codec="dwtDctSvd", watermark_key_id="k"
    )


def register(image: RegisteredImage, look: Fingerprint = LOOK) -> bool:
    record = FileRecord("PNG", f"{image.payload:064x}", 10, "urn:c2pa:1", b"store")
    return registry.register(image, look, b"jpeg", [record])


@pytest.mark.django_db
class TestReserving:
    def test_the_row_says_whose_and_what(self) -> None:
        owner = person()
        work = origin(owner=owner, index=3)
        row = RegisteredImage.objects.get(pk=reserve(work).pk)
        assert (row.origin_id, row.origin_index, row.owner) == (work.origin_id, 3, owner)
        assert (row.model_name, row.model_version, row.flow) == ("Tracery sketch", "1", "text-to-image")
        assert (row.width, row.height, row.published_at) == (64, 48, None)
        assert not row.is_on_view

    def test_asking_again_gives_the_same_row_and_payload(self) -> None:
        work = origin()
        one, again = reserve(work), reserve(work)
        assert (one.pk, one.payload) == (again.pk, again.payload)

    def test_payloads_use_all_64_bits(self) -> None:
        payloads = [reserve().payload for _ in range(40)]
        assert len(set(payloads)) == 40
        assert all(0 <= payload < 2**64 for payload in payloads)
        # Each half of the range is missed with probability 2**-40.
        assert {payload >= 2**63 for payload in payloads} == {True, False}


@pytest.mark.parametrize(
    ("payload", "stored"), [(0, 0), (2**63 - 1, 2**63 - 1), (2**63, -(2**63)), (2**64 - 1, -1)]
)
def test_an_unsigned_payload_fits_a_signed_column(payload: int, stored: int) -> None:
    assert signed(payload) == stored
    assert RegisteredImage(watermark_payload=stored).payload == payload


@pytest.mark.django_db
class TestRegistering:
    def test_publishes_the_row_with_its_files(self) -> None:
        image = reserve()
        assert register(image)
        row = RegisteredImage.objects.published().get()
        assert (row.pdq, row.phash, row.pdq_quality) == (LOOK.pdq, LOOK.phash, 80)
        file = row.files.get()
        assert (
            file.storage_name == published_name(file.sha256) == f"published/{file.sha256[:2]}/{file.sha256}"
        )

    def test_only_the_first_time_counts(self) -> None:
        image = reserve()
        assert [register(image), register(image)] == [True, False]
        assert PublishedFile.objects.count() == 1

    def test_is_all_or_nothing(self) -> None:
        image = reserve()
        twice = FileRecord("PNG", "0" * 64, 10, "urn:c2pa:1", b"store")
        with pytest.raises(IntegrityError), transaction.atomic():
            registry.register(image, LOOK, b"jpeg", [twice, twice])
        image.refresh_from_db()
        assert image.published_at is None

    def test_a_payload_of_an_unpublished_row_is_not_found(self) -> None:
        image = reserve()
        assert not RegisteredImage.objects.with_payload(image.payload).exists()
        register(image)
        assert RegisteredImage.objects.with_payload(image.payload).get() == image


@pytest.mark.django_db(transaction=True)
def test_many_at_once_reserve_one_row_and_one_registers() -> None:
    work, barrier = origin(), threading.Barrier(8)
    rows: list[uuid.UUID] = []
    registered: list[bool] = []

    def go() -> None:
        try:
            barrier.wait(timeout=30)
            image = reserve(work)
            rows.append(image.pk)
            registered.append(register(image))
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(rows), len(set(rows)), registered.count(True)) == (8, 1, 1)
    assert PublishedFile.objects.count() == 1


@pytest.mark.django_db
class TestWithdrawing:
    def test_takes_from_view_and_restores_and_erases_nothing(self) -> None:
        image = reserve()
        register(image)
        registry.withdraw(image)
        image.refresh_from_db()
        assert not image.is_on_view
        assert not RegisteredImage.objects.on_view().exists()
        assert (RegisteredImage.objects.published().count(), PublishedFile.objects.count()) == (1, 1)
        registry.restore(image)
        image.refresh_from_db()
        assert image.is_on_view

    def test_a_second_time_keeps_the_first_moment(self) -> None:
        image = reserve()
        register(image)
        registry.withdraw(image)
        first = RegisteredImage.objects.get().withdrawn_at
        registry.withdraw(image)
        assert RegisteredImage.objects.get().withdrawn_at == first

    def test_what_was_never_published_cannot_be_withdrawn(self) -> None:
        image = reserve()
        with pytest.raises(IntegrityError), transaction.atomic():
            registry.withdraw(image)


@pytest.mark.django_db
class TestConstraints:
    def test_a_published_image_has_fingerprints(self) -> None:
        reserve()
        with pytest.raises(IntegrityError), transaction.atomic():
            RegisteredImage.objects.update(published_at=timezone.now())

    def test_two_images_never_share_a_payload(self) -> None:
        reserve()
        reserve()
        with pytest.raises(IntegrityError), transaction.atomic():
            RegisteredImage.objects.update(watermark_payload=5)


def bits(count: int) -> bytes:
    return ((1 << count) - 1).to_bytes(32)


@pytest.mark.django_db
class TestNearest:
    def published(self, pdq: bytes) -> RegisteredImage:
        image = reserve()
        register(image, Fingerprint(pdq, 80, bytes(32)))
        return image

    def test_fingerprints_come_back_as_they_went_in(self) -> None:
        odd = bytes(range(31)) + b"\xff"
        image = self.published(odd)
        assert RegisteredImage.objects.get(pk=image.pk).pdq == odd

    def test_nearest_first_up_to_the_limit_and_published_only(self) -> None:
        far, near = self.published(bits(64)), self.published(bits(3))
        self.published(bits(65))
        hidden = reserve()
        RegisteredImage.objects.filter(pk=hidden.pk).update(pdq=bytes(32), phash=bytes(32))
        assert registry.nearest([bytes(32)]) == [(near.pk, 3), (far.pk, 64)]

    def test_the_best_of_several_hashes_counts_once(self) -> None:
        image = self.published(bits(10))
        assert registry.nearest([bits(40), bits(11), bits(0)]) == [(image.pk, 1)]

    def test_no_hash_finds_nothing(self) -> None:
        self.published(bytes(32))
        assert registry.nearest([]) == []
