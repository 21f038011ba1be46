"""The same bytes, brought again a moment later, get the findings of the first check and nothing else."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from provenance import evidence, examination, inspection_store
from provenance.models import Inspection
from tests.people import browser_of
from tests.suspects import photograph_like, saved

pytestmark = pytest.mark.usefixtures("db", "files", "signing_authority")
PICTURE = saved(photograph_like(), "PNG")
OTHER = saved(photograph_like(6), "PNG")


def receive(data: bytes = PICTURE) -> Inspection:
    return inspection_store.receive(SimpleUploadedFile("suspect.png", data), client="someone")


@pytest.fixture
def first() -> Inspection:
    row = receive()
    examination.run(row.pk)
    row.refresh_from_db()
    assert row.status == "done"
    return row


def test_the_answer_is_there_at_once(first: Inspection) -> None:
    again = receive()
    assert again.pk != first.pk
    for name in ("status", "verdict", "evidence", "image_id", "claimed_at"):
        assert getattr(again, name) == getattr(first, name), name
    assert bytes(again.preview) == bytes(first.preview) != b""
    assert (again.attempts, again.client) == (0, "")
    assert again.finished_at is not None


def test_a_visitor_sees_it_and_no_worker_is_asked(
    first: Inspection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as enqueued:
        answer = browser_of(None).post(
            "/verify", {"picture": SimpleUploadedFile("a.png", PICTURE)}, follow=True
        )
    assert "We found no trace of Tracery" in answer.content.decode()
    assert enqueued == []
    with django_capture_on_commit_callbacks() as enqueued:
        taken = browser_of(None).post(
            "/api/v1/inspections", {"picture": SimpleUploadedFile("a.png", PICTURE)}
        )
    assert (taken.status_code, taken.json()["state"]) == (202, "done")
    assert enqueued == []


def test_each_has_an_upload_of_its_own(first: Inspection, files: Path) -> None:
    again = receive()
    assert again.upload_name != first.upload_name
    assert again.expires_at is not None
    assert first.expires_at is not None
    assert again.expires_at > first.expires_at
    assert inspection_store.keep(again)
    Inspection.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    assert inspection_store.delete_expired() == 1
    again.refresh_from_db()
    assert again.evidence
    with default_storage.open(again.upload_name) as kept:
        assert kept.read() == PICTURE
    assert not (files / first.upload_name).exists()


def test_a_copy_does_not_make_it_last_longer(first: Inspection, settings: Settings) -> None:
    again = receive()
    began = timezone.now() - dt.timedelta(seconds=settings.CHECK_REUSE_SECONDS + 1)
    Inspection.objects.update(claimed_at=began)
    Inspection.objects.filter(pk=again.pk).update(finished_at=timezone.now())
    assert receive().status == "queued"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"status": "running"},
        {"upload_deleted_at": timezone.now()},
        {"evidence": {"version": evidence.VERSION - 1}},
        {"evidence": {}},
        {"claimed_at": timezone.now() - dt.timedelta(days=1)},
        {"claimed_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_whole_or_not_of_this_version_is_not_used(
    first: Inspection, change: dict[str, object]
) -> None:
    Inspection.objects.update(**change)
    assert receive().status == "queued"


def test_other_bytes_are_examined(first: Inspection) -> None:
    assert receive(OTHER).status == "queued"


def test_it_can_be_switched_off(first: Inspection, settings: Settings) -> None:
    settings.CHECK_REUSE_SECONDS = 0
    assert receive().status == "queued"
