"""From pixels to published files: the order of things, and what is left behind when one of them fails."""

import os
import threading
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from pytest_django import Settings

from provenance import (
    certificates,
    fingerprint,
    inspection,
    published_files,
    publishing,
    registry,
    stamping,
    verdict,
)
from provenance.errors import SigningFailed
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from provenance.stamping import FORMATS, StampUnreadable
from provenance.verdict import VerdictKind
from tests.integration.provenance.conftest import Publish, file_of, origin
from tests.suspects import at_jpeg_quality, pixels, saved, scene
from watermark import codec, signature
from watermark.errors import PictureTooSmall

pytestmark = pytest.mark.usefixtures("signing_authority")

# Of 256 bits: what saving in another format changes.
NEARLY_NONE = 8


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def assert_nothing_is_visible() -> None:
    assert not RegisteredImage.objects.published().exists()
    assert not PublishedFile.objects.exists()


def test_every_published_file_is_found_by_each_signal_alone(publish: Publish) -> None:
    image = publish()
    assert sorted(image.files.values_list("format", flat=True)) == sorted(FORMATS)
    for name in FORMATS:
        evidence = inspection.inspect(file_of(image, name))
        assert verdict.decide(evidence).kind is VerdictKind.OURS_INTACT
        assert (evidence.manifest.state, evidence.manifest.intact) == ("Trusted", True)
        assert evidence.exact.format == evidence.format == name
        named = {evidence.manifest.image_id, evidence.watermark.image_id, evidence.exact.image_id}
        assert named | {evidence.lookalike.image_id} == {str(image.pk)}


def test_one_fingerprint_stands_for_the_files_of_every_format(publish: Publish) -> None:
    image = publish()
    assert image.pdq is not None
    assert image.phash is not None
    for name in FORMATS:
        own = fingerprint.look(pixels(file_of(image, name))).fingerprint
        assert fingerprint.distance(own.pdq, image.pdq) <= NEARLY_NONE
        assert fingerprint.distance(own.phash, image.phash) <= NEARLY_NONE


def test_the_row_says_what_was_published(publish: Publish, files: Path) -> None:
    image = publish()
    published = pixels(file_of(image))
    assert (image.width, image.height) == (published.shape[1], published.shape[0])
    # From the published pixels, not from what the generator gave: copies are made of the former.
    made = fingerprint.look(published).fingerprint
    assert (image.pdq, image.phash, image.pdq_quality) == (made.pdq, made.phash, made.quality)
    assert (image.fingerprint_version, image.watermark_codec) == (fingerprint.VERSION, codec.DEFAULT_CODEC)
    assert image.watermark_key_id == all_keys()[0].id
    assert max(pixels(bytes(image.thumbnail)).shape) == 256
    assert signature.is_present(published)
    for file in PublishedFile.objects.all():
        assert (files / file.storage_name).stat().st_size == file.size_bytes
        assert file.manifest_urn.startswith("urn:c2pa:")
        assert len(bytes(file.manifest_store)) > 1000


@pytest.mark.django_db
def test_the_row_exists_before_the_watermark_does(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def embed(rgb: Any, payload: int, **options: Any) -> Any:
        row = RegisteredImage.objects.filter(watermark_payload=payload - 2**64 * (payload >= 2**63))
        seen.append(row.exists())
        return genuine(rgb, payload, **options)

    genuine = codec.embed
    monkeypatch.setattr("provenance.stamping.codec.embed", embed)
    publishing.publish(scene(1), origin())
    assert seen == [True]


@pytest.mark.django_db
def test_when_stamping_fails_the_image_is_reserved_and_nothing_is_published(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise StampUnreadable("test")

    monkeypatch.setattr("provenance.publishing.stamping.stamp", fail)
    with pytest.raises(StampUnreadable):
        publishing.publish(scene(1), origin())
    row = RegisteredImage.objects.get()
    assert (row.published_at, row.pdq, bytes(row.thumbnail)) == (None, None, b"")
    assert_nothing_is_visible()
    assert stored(files) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("module", "function", "what"),
    [("signature", "draw", "visible signature"), ("codec", "embed", "invisible watermark")],
)
def test_what_cannot_be_read_back_is_not_published(
    files: Path, monkeypatch: pytest.MonkeyPatch, module: str, function: str, what: str
) -> None:
    monkeypatch.setattr(getattr(stamping, module), function, lambda rgb, *args, **options: rgb)
    with pytest.raises(StampUnreadable, match=what) as raised:
        publishing.publish(scene(1), origin())
    assert raised.value.code == "stamp_unreadable"
    assert_nothing_is_visible()
    assert stored(files) == []


@pytest.mark.django_db
def test_a_signature_that_names_another_image_is_not_published(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = stamping._statement

    def statement(image: RegisteredImage) -> Any:
        return genuine(RegisteredImage(pk=uuid.uuid4(), **{f: getattr(image, f) for f in FIELDS}))

    FIELDS = (  # noqa: N806
        "digital_source_type", "model_name", "model_version", "reserved_at", "watermark_codec",
        "watermark_payload", "flow",
    )  # fmt: skip
    monkeypatch.setattr(stamping, "_statement", statement)
    with pytest.raises(StampUnreadable, match="signed manifest"):
        publishing.publish(scene(1), origin())
    assert_nothing_is_visible()


@pytest.mark.django_db
def test_a_picture_too_small_to_be_marked_is_not_published(files: Path) -> None:
    with pytest.raises(PictureTooSmall):
        publishing.publish(np.zeros((16, 16, 3), np.uint8), origin())
    assert_nothing_is_visible()


@pytest.mark.django_db
def test_a_storage_that_fails_leaves_nothing_visible_and_the_next_try_publishes(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, genuine, calls = origin(), Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise OSError("disk full")
        return genuine(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="disk full"):
        publishing.publish(scene(1), work)
    assert stored(files) == [calls[0]], "no half of the second is left"
    assert_nothing_is_visible()
    reserved = RegisteredImage.objects.get()
    again = publishing.publish(scene(1), work)
    assert again.is_new
    assert (again.image.pk, again.image.payload) == (reserved.pk, reserved.payload)
    assert again.image.files.count() == len(FORMATS)


class TestStoring:
    NAME = "published/ab/abcd"

    def test_a_file_is_on_disk_before_it_has_its_name(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[bool] = []
        genuine = os.fsync

        def fsync(descriptor: int) -> None:
            seen.append((files / self.NAME).exists())
            genuine(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        published_files.store(self.NAME, b"whole")
        assert seen == [False, True, True]
        assert (files / self.NAME).read_bytes() == b"whole"

    def test_a_write_that_fails_leaves_nothing_behind(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fsync(descriptor: int) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match="disk full"):
            published_files.store(self.NAME, b"whole")
        assert stored(files) == []

    def test_what_is_there_is_left_alone(self, files: Path) -> None:
        published_files.store(self.NAME, b"first")
        published_files.store(self.NAME, b"second")
        assert [path.read_bytes() for path in stored(files)] == [b"first"]

    def test_another_backend_stores_it_itself(self, settings: Settings) -> None:
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        }
        published_files.store(self.NAME, b"whole")
        with default_storage.open(self.NAME) as file:
            assert file.read() == b"whole"


@pytest.mark.django_db
def test_with_an_expired_certificate_nothing_is_stamped(
    files: Path, tmp_path: Path, settings: Settings
) -> None:
    certificates.make_test_authority(tmp_path / "ended", common_name="Tracery", leaf_days=0)
    settings.SIGNING_CHAIN = tmp_path / "ended" / "chain.pem"
    settings.SIGNING_KEY = tmp_path / "ended" / "signing-key.pem"
    with pytest.raises(SigningFailed) as raised:
        publishing.publish(scene(1), origin())
    assert raised.value.code == "certificate_expired"
    assert_nothing_is_visible()
    assert stored(files) == []


@pytest.mark.django_db
def test_publishing_twice_for_one_origin_publishes_once(files: Path) -> None:
    work = origin()
    first, second = publishing.publish(scene(1), work), publishing.publish(scene(2), work)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.image == second.image
    assert (RegisteredImage.objects.count(), PublishedFile.objects.count()) == (1, len(FORMATS))
    assert len(stored(files)) == len(FORMATS)


@pytest.mark.django_db
def test_every_index_of_one_work_is_an_image_of_its_own(files: Path) -> None:
    work = uuid.uuid4()
    images = [publishing.publish(scene(1), origin(work=work, index=index)).image for index in range(2)]
    assert len({image.pk for image in images}) == len({image.payload for image in images}) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_origin_publish_one_set_of_files(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, barrier, outcomes = origin(), threading.Barrier(2), []
    genuine = stamping.stamp

    def stamp(*args: Any) -> Any:
        stamped = genuine(*args)
        # Both have stamped, and neither has registered.
        barrier.wait(timeout=60)
        return stamped

    def publish() -> None:
        try:
            outcomes.append(publishing.publish(scene(1), work))
        finally:
            connection.close()

    monkeypatch.setattr("provenance.publishing.stamping.stamp", stamp)
    threads = [threading.Thread(target=publish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.is_new for outcome in outcomes) == [False, True]
    assert outcomes[0].image == outcomes[1].image == RegisteredImage.objects.get()
    assert PublishedFile.objects.count() == len(FORMATS)
    for file in PublishedFile.objects.all():
        assert default_storage.exists(file.storage_name)


class TestKeys:
    OLD, NEW = "the key that was first for a year", "the key that came after it"

    def test_a_picture_of_an_earlier_key_is_still_traced(self, publish: Publish, settings: Settings) -> None:
        settings.WATERMARK_KEYS = [self.OLD]
        image = publish()
        settings.WATERMARK_KEYS = [self.NEW, self.OLD]
        evidence = inspection.inspect(saved(pixels(file_of(image)), "PNG"))
        assert evidence.watermark.image_id == str(image.pk)
        newer = publish(scene(2))
        assert newer.watermark_key_id != image.watermark_key_id

    def test_without_its_key_the_watermark_is_not_read(self, publish: Publish, settings: Settings) -> None:
        settings.WATERMARK_KEYS = [self.OLD]
        image = publish()
        settings.WATERMARK_KEYS = [self.NEW]
        assert inspection.inspect(saved(pixels(file_of(image)), "PNG")).watermark.image_id is None

    @pytest.mark.django_db
    def test_a_try_after_a_rotation_uses_the_key_in_the_row(
        self, files: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work = origin()
        settings.WATERMARK_KEYS = [self.OLD]
        with monkeypatch.context() as broken:
            broken.setattr("provenance.publishing.registry.register", _stop)
            with pytest.raises(KeyboardInterrupt):
                publishing.publish(scene(1), work)
        settings.WATERMARK_KEYS = [self.NEW, self.OLD]
        image = publishing.publish(scene(1), work).image
        found = codec.detect(pixels(file_of(image)), keys=[key.secret for key in all_keys()])
        assert found is not None
        assert (found.payload, all_keys()[found.key_index].id) == (image.payload, image.watermark_key_id)


def _stop(*args: object, **options: object) -> None:
    raise KeyboardInterrupt


def test_a_withdrawn_image_is_still_recognised_exactly_and_changed(publish: Publish) -> None:
    image = publish()
    registry.withdraw(image)
    exact = verdict.decide(inspection.inspect(file_of(image)))
    assert (exact.kind, exact.image_id) == (VerdictKind.OURS_INTACT, str(image.pk))
    copy = saved(at_jpeg_quality(60)(pixels(file_of(image))), "PNG")
    changed = verdict.decide(inspection.inspect(copy))
    assert (changed.kind, changed.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))
