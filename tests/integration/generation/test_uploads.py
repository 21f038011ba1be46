"""Pictures that people bring: what is taken, for how long it is kept, and that jobs keep it."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import TooMany
from accounts.models import RateWindow, User
from generation import jobs, tasks, uploads
from generation.errors import NoRoomForUploads, SourceNotYours, UnusableUpload, UploadGone
from generation.models import Job, Upload
from provenance import images
from tests.people import person
from tests.suspects import photograph_like, saved

DAY = dt.timedelta(hours=24, minutes=1)
PICTURE = saved(photograph_like(), "JPEG")


@pytest.fixture
def upload(owner: User, files: Path) -> Upload:
    return uploads.keep(owner, PICTURE)


def stored(files: Path) -> list[bytes]:
    return [path.read_bytes() for path in files.rglob("*") if path.is_file()]


def a_day_later() -> None:
    Upload.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def vary(owner: User, upload: Upload) -> Job:
    job = jobs.request_variation(owner, source=upload, image_count=1, seed=1)
    assert isinstance(job, Job)
    return job


def test_bytes_are_kept_as_they_came_under_a_name_that_says_nothing(
    upload: Upload, owner: User, files: Path
) -> None:
    assert stored(files) == [PICTURE]
    assert uploads.read(upload) == PICTURE
    row = Upload.objects.get()
    assert (row.owner, row.sha256) == (owner, hashlib.sha256(PICTURE).hexdigest())
    assert row.size_bytes == len(PICTURE)
    assert str(row.content) == f"sources/{row.pk}"
    assert row.expires_at - row.created_at == dt.timedelta(hours=24)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (PICTURE + bytes(images.MAX_BYTES), "too_many_bytes"),
    ],
)
def test_what_is_no_picture_is_not_stored(data: bytes, code: str, owner: User, files: Path) -> None:
    with pytest.raises(UnusableUpload) as raised:
        uploads.keep(owner, data)
    assert raised.value.code == code
    assert len(raised.value.user_message) > 20
    assert stored(files) == []
    assert not Upload.objects.exists()
    assert not RateWindow.objects.exists()


def test_people_bring_so_many_an_hour(owner: User, files: Path, settings: Settings) -> None:
    settings.SOURCES_PER_HOUR = 2
    for _ in range(2):
        uploads.keep(owner, PICTURE)
    with pytest.raises(TooMany):
        uploads.keep(owner, PICTURE)
    uploads.keep(person(), PICTURE)
    assert (Upload.objects.count(), len(stored(files))) == (3, 3)


def test_room_is_freed_by_deleting(upload: Upload, owner: User, files: Path, settings: Settings) -> None:
    settings.MAX_SOURCES_GB = 1.5 * len(PICTURE) / 10**9
    with pytest.raises(NoRoomForUploads):
        uploads.keep(owner, PICTURE)
    a_day_later()
    uploads.expire()
    uploads.keep(owner, PICTURE)
    assert len(stored(files)) == 1


def test_after_a_day_the_bytes_go_and_the_row_keeps_their_hash(upload: Upload, files: Path) -> None:
    assert uploads.expire() == 0
    assert stored(files) == [PICTURE]
    a_day_later()
    assert uploads.expire() == 1
    assert stored(files) == []
    row = Upload.objects.get()
    assert row.deleted_at is not None
    assert row.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert uploads.expire() == 0
    with pytest.raises(UploadGone):
        uploads.read(upload)


def test_a_job_at_work_keeps_its_upload_and_an_ended_one_does_not(
    upload: Upload, owner: User, files: Path
) -> None:
    waiting, running = vary(owner, upload), vary(owner, upload)
    jobs.claim(running.pk)
    a_day_later()
    assert uploads.expire() == 0
    jobs.cancel(running)
    assert uploads.expire() == 0
    jobs.cancel(waiting)
    assert stored(files) == [PICTURE]
    assert uploads.expire() == 1
    assert stored(files) == []


def test_what_was_deleted_cannot_be_used(upload: Upload, owner: User) -> None:
    a_day_later()
    uploads.expire()
    with pytest.raises(UploadGone):
        vary(owner, upload)
    assert not Job.objects.exists()
    assert User.objects.get(pk=owner.pk).active_jobs == 0


def test_somebody_elses_upload_cannot_be_used(upload: Upload) -> None:
    with pytest.raises(SourceNotYours):
        vary(person(), upload)
    assert not Job.objects.exists()


def test_the_periodic_task_deletes_what_is_due(upload: Upload, files: Path, eager: None) -> None:
    a_day_later()
    tasks.delete_expired.delay()
    assert stored(files) == []
