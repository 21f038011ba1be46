"""Copies that lost their credentials are reunited with them; what was moved to another picture is not."""

import base64
import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from provenance import examination, inspection_store, publishing, registry, sandbox
from provenance.credentials.definition import Parent
from provenance.credentials.history import History
from provenance.errors import SandboxFailed
from provenance.marking_keys import all_keys
from provenance.models import Inspection, PublishedFile, RegisteredImage
from provenance.registry import Origin
from provenance.verdict import VerdictKind
from tests.integration.provenance.conftest import Publish, file_of, origin
from tests.suspects import (
    Pixels,
    at_jpeg_quality,
    half_size,
    photograph_like,
    pixels,
    saved,
    scene,
    with_manifest_of,
)
from watermark import codec

BYTES_CHANGED = "assertion.dataHash.mismatch"
# AVIF is made of ISO BMFF boxes, and the hash leaves some of them out.
BMFF_CHANGED = "assertion.bmffHash.mismatch"


@pytest.fixture
def image(publish: Publish) -> RegisteredImage:
    return publish()


def kept(image: RegisteredImage, format_name: str = "PNG") -> PublishedFile:
    return PublishedFile.objects.get(image=image, format=format_name)


def checked(data: bytes) -> Inspection:
    """Returns the row of a finished check."""
    row = inspection_store.receive(SimpleUploadedFile("suspect", data))
    examination.run(row.pk)
    row.refresh_from_db()
    assert row.status == Inspection.Status.DONE
    return row


def history(row: Inspection, whose: str) -> History | None:
    told = row.credentials[whose]
    return History.from_json(told) if told else None


def copy_of(image: RegisteredImage) -> bytes:
    return saved(pixels(file_of(image)), "PNG")


def varied_from(image: RegisteredImage) -> RegisteredImage:
    """Another image whose manifest brings along that of `image`."""
    parent = Parent(file_of(image), "image/png", "source picture")
    made = origin()
    varied = Origin(**{**vars(made), "flow": RegisteredImage.Flow.VARIATION})
    return publishing.publish(scene(2), varied, parent=parent).image


class TestRecovered:
    @pytest.mark.parametrize(
        ("attack", "file_format", "nearest"),
        [
            (np.asarray, "PNG", "PNG"),
            (at_jpeg_quality(70), "JPEG", "JPEG"),
            (half_size, "WEBP", "WEBP"),
            (np.asarray, "AVIF", "AVIF"),
            (np.asarray, "BMP", "PNG"),
            (np.asarray, "TIFF", "PNG"),
        ],
    )
    def test_a_copy_without_credentials_gets_those_it_was_published_with(
        self, image: RegisteredImage, attack: Callable[[Pixels], Pixels], file_format: str, nearest: str
    ) -> None:
        row = checked(saved(attack(pixels(file_of(image))), file_format))
        assert (row.verdict, row.image) == (VerdictKind.OURS_ALTERED, image)
        assert history(row, "own") is None
        found = history(row, "recovered")
        assert found is not None
        assert (found.state, found.active) == ("Invalid", kept(image, nearest).manifest_urn)
        active = found.manifest(found.active)
        assert active is not None
        changed = BMFF_CHANGED if nearest == "AVIF" else BYTES_CHANGED
        assert (active.failures, active.trust) == ((changed,), "trusted")
        assert active.actions[0].name == "c2pa.created"
        thumbnail = pixels(base64.b64decode(active.thumbnail))
        assert np.abs(thumbnail[::8, ::8].mean() - scene(1).mean()) < 10
        report = row.crjson["recovered"]
        assert report["manifests"][0]["label"] == found.active
        assert row.crjson["own"] is None

    def test_a_file_that_keeps_its_credentials_needs_none(self, image: RegisteredImage) -> None:
        row = checked(file_of(image))
        assert row.verdict == VerdictKind.OURS_INTACT
        assert row.credentials["recovered"] is None is row.crjson["recovered"]
        own = history(row, "own")
        assert own is not None
        assert (own.state, own.active) == ("Trusted", kept(image).manifest_urn)
        assert row.crjson["own"]["manifests"][0]["label"] == own.active

    def test_a_changed_file_that_keeps_its_manifest_shows_both(self, image: RegisteredImage) -> None:
        darker = saved((pixels(file_of(image)) * 0.9).astype(np.uint8), "PNG")
        row = checked(with_manifest_of(darker, bytes(kept(image).manifest_store)))
        assert (row.verdict, row.image) == (VerdictKind.OURS_ALTERED, image)
        own, recovered = history(row, "own"), history(row, "recovered")
        assert own is not None
        assert recovered is not None
        assert own.active == recovered.active == kept(image).manifest_urn

    def test_a_stranger_gets_nothing(self, image: RegisteredImage) -> None:
        row = checked(saved(photograph_like(), "PNG"))
        assert row.verdict == VerdictKind.NO_EVIDENCE
        assert row.credentials == row.crjson == {"own": None, "recovered": None}

    def test_a_record_that_was_changed_in_our_database_is_not_shown(self, image: RegisteredImage) -> None:
        store = bytearray(kept(image).manifest_store)
        place = store.index(b"imageId") + 12
        store[place] ^= 1
        PublishedFile.objects.filter(pk=kept(image).pk).update(manifest_store=bytes(store))
        row = checked(copy_of(image))
        assert (row.verdict, row.image) == (VerdictKind.OURS_ALTERED, image)
        assert row.credentials["recovered"] is None

    def test_another_images_record_in_its_place_is_not_shown(
        self, image: RegisteredImage, publish: Publish
    ) -> None:
        other = bytes(kept(publish(scene(2))).manifest_store)
        PublishedFile.objects.filter(pk=kept(image).pk).update(manifest_store=other)
        assert checked(copy_of(image)).credentials["recovered"] is None

    def test_a_reader_that_dies_does_not_hide_the_verdict(
        self, image: RegisteredImage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(*args: Any) -> None:
            raise SandboxFailed("crashed", "It died.")

        monkeypatch.setattr(sandbox.Sandbox, "history_beside", dies)
        row = checked(copy_of(image))
        assert (row.verdict, row.image) == (VerdictKind.OURS_ALTERED, image)
        assert row.credentials == {"own": None, "recovered": None}


class TestMoved:
    """Real files, end to end: a mark on a picture that it was not made for."""

    def test_a_manifest_on_another_picture_conflicts(self, image: RegisteredImage) -> None:
        row = checked(with_manifest_of(saved(photograph_like(), "PNG"), bytes(kept(image).manifest_store)))
        assert (row.verdict, row.image) == (VerdictKind.CONFLICTING, None)
        own = history(row, "own")
        assert own is not None
        assert own.active == kept(image).manifest_urn
        assert BYTES_CHANGED in own.problems
        assert history(row, "recovered") is None

    def test_manifest_and_watermark_on_another_picture_conflict(self, image: RegisteredImage) -> None:
        marked = codec.embed(photograph_like(), image.payload, key=all_keys()[0].secret)
        row = checked(with_manifest_of(saved(marked, "PNG"), bytes(kept(image).manifest_store)))
        assert row.evidence["watermark"]["image_id"] == str(image.pk)
        assert row.evidence["manifest"]["image_id"] == str(image.pk)
        assert (row.verdict, row.image) == (VerdictKind.CONFLICTING, None)
        assert history(row, "recovered") is None

    def test_a_manifest_that_names_another_image_than_the_watermark_conflicts(
        self, image: RegisteredImage, publish: Publish
    ) -> None:
        other = publish(scene(2))
        row = checked(with_manifest_of(copy_of(other), bytes(kept(image).manifest_store)))
        assert row.evidence["watermark"]["image_id"] == str(other.pk)
        assert (row.verdict, row.image) == (VerdictKind.CONFLICTING, None)
        assert history(row, "recovered") is None


class TestWithdrawn:
    def test_nothing_is_recovered_and_nothing_of_its_own_is_kept(
        self, image: RegisteredImage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Its record is not even read.
        monkeypatch.setattr(sandbox.Sandbox, "history_beside", None)
        registry.withdraw(image)
        for data in (copy_of(image), file_of(image)):
            row = checked(data)
            assert row.image == image
            assert row.credentials == row.crjson == {"own": None, "recovered": None}

    def test_what_checks_have_shown_goes_when_it_is_withdrawn(self, image: RegisteredImage) -> None:
        row = checked(copy_of(image))
        registry.withdraw(image)
        row.refresh_from_db()
        assert row.credentials == row.crjson == {}
        assert row.evidence

    def test_its_thumbnail_does_not_travel_in_what_was_made_from_it(self, image: RegisteredImage) -> None:
        varied = varied_from(image)
        before = history(checked(copy_of(varied)), "recovered")
        assert before is not None
        source = before.manifest(kept(image).manifest_urn)
        assert source is not None
        assert source.thumbnail
        registry.withdraw(image)
        Inspection.objects.all().update(claimed_at=timezone.now() - dt.timedelta(days=1))
        for data in (copy_of(varied), file_of(varied)):
            row = checked(data)
            found = history(row, "recovered") or history(row, "own")
            assert found is not None
            active, source = found.manifest(found.active), found.manifest(kept(image).manifest_urn)
            assert active is not None
            assert active.thumbnail
            assert source is not None
            assert source.thumbnail == "" == active.ingredients[0].thumbnail


class TestKeptWithTheUpload:
    def test_findings_are_copied_with_their_credentials(self, image: RegisteredImage) -> None:
        first = checked(copy_of(image))
        second = inspection_store.receive(SimpleUploadedFile("suspect", copy_of(image)))
        assert second.status == Inspection.Status.DONE
        assert (second.credentials, second.crjson) == (first.credentials, first.crjson)

    def test_they_are_deleted_with_it(self, image: RegisteredImage) -> None:
        row = checked(copy_of(image))
        assert inspection_store.delete_now(row)
        row.refresh_from_db()
        assert (row.credentials, row.crjson, row.evidence, bytes(row.preview)) == ({}, {}, {}, b"")
        assert row.verdict == VerdictKind.OURS_ALTERED

    def test_a_reported_upload_is_not_deleted_with_an_answer(self, image: RegisteredImage) -> None:
        row = checked(copy_of(image))
        inspection_store.keep(row)
        assert not inspection_store.delete_now(row)
        row.refresh_from_db()
        assert row.credentials["recovered"]

    def test_an_upload_deleted_meanwhile_gets_no_findings(self, image: RegisteredImage) -> None:
        row = inspection_store.receive(SimpleUploadedFile("suspect", copy_of(image)))
        Inspection.objects.filter(pk=row.pk).update(upload_deleted_at=timezone.now())
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.error_code) == (Inspection.Status.FAILED, "upload_lost")
        assert row.evidence == row.credentials == {}
