"""Pictures that people bring to change: received, used by their jobs, deleted. Nothing is decoded here.

The web process uses this module; workers decode what it stores in a sandbox (generation.sources). An upload
is kept for a day, and after that only while a job that uses it is at work. Then its bytes go; the row stays
with their hash, because jobs point at it.
"""

import datetime as dt
import hashlib
import uuid
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts import limits
from accounts.models import User
from generation import turning
from generation.errors import NoRoomForUploads, SourceNotYours, UnusableUpload, UploadGone
from generation.models import Job, Upload
from provenance import images
from provenance.errors import UnreadableImage

# Any number; names the lock under which room for uploads is counted and taken.
_ROOM_LOCK: Final = 0x736F_7572


def keep(owner: User, data: bytes) -> Upload:
    """Stores a picture that somebody brought, and returns its row. Nothing is decoded.

    The row comes first: whatever is in storage has a row that gets it deleted.

    Raises:
        UnusableUpload: empty, too large, or its first bytes are not those of a picture we read.
        TooMany: more uploads this hour than the limit allows.
        NoRoomForUploads: uploads that are not deleted yet fill MAX_SOURCES_GB.
    """
    try:
        _look_at_first_bytes(data)
    except UnreadableImage as error:
        raise UnusableUpload(error.code, error.user_message) from error
    limits.take(f"sources:{owner.pk}", limit=settings.SOURCES_PER_HOUR, window_seconds=3600)
    row = _make_row(owner, data)
    default_storage.save(str(row.content), ContentFile(data))
    return row


def locked(upload: Upload, owner: User) -> Upload:
    """Returns the upload's row, which is not deleted before the transaction that this runs in ends.

    Raises:
        SourceNotYours: it is somebody else's.
        UploadGone: its bytes have been deleted.
    """
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.owner_id != owner.pk:
        raise SourceNotYours
    if row.deleted_at is not None:
        raise UploadGone
    return row


def read(upload: Upload) -> bytes:
    """Returns the file as it is shown and decoded: a stranger's bytes, to be decoded in a sandbox only.

    The notes on its orientation that browsers and decoders read differently are gone: what is painted on
    one must fit the other.

    Raises:
        UploadGone: as `brought`.
    """
    return turning.as_browsers_show(brought(upload))


def brought(upload: Upload) -> bytes:
    """Returns the very bytes that somebody brought: those that their Content Credentials are about.

    Raises:
        UploadGone: they have been deleted, or the web process ended before they were stored.
    """
    try:
        with default_storage.open(str(upload.content)) as file:
            return bytes(file.read())
    except FileNotFoundError as error:
        raise UploadGone from error


def expire() -> int:
    """Deletes uploads that are a day old and that no job at work uses; returns how many."""
    due = Upload.objects.stored().filter(expires_at__lt=timezone.now())
    return sum(_delete(pk) for pk in due.values_list("pk", flat=True)[:1000])


@transaction.atomic
def _delete(pk: uuid.UUID) -> bool:
    """Deletes one upload unless a job uses it; `locked` keeps a new job from taking it up meanwhile."""
    row = Upload.objects.stored().select_for_update().filter(pk=pk).first()
    if row is None or Job.objects.active().filter(source_upload=row).exists():
        return False
    Upload.objects.filter(pk=pk).update(deleted_at=timezone.now())
    default_storage.delete(str(row.content))
    return True


def _look_at_first_bytes(data: bytes) -> None:
    if not data:
        raise images.unreadable("empty")
    if len(data) > images.MAX_BYTES:
        raise images.unreadable("too_many_bytes")
    if images.sniff(data) is None:
        raise images.unreadable("not_an_image")


@transaction.atomic
def _make_row(owner: User, data: bytes) -> Upload:
    """Takes room for an upload. One at a time: two that count at once would both find the last place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ROOM_LOCK])
    stored = Upload.objects.stored().aggregate(bytes=Sum("size_bytes"))["bytes"] or 0
    if stored + len(data) > settings.MAX_SOURCES_GB * 10**9:
        raise NoRoomForUploads
    pk, now = uuid.uuid4(), timezone.now()
    return Upload.objects.create(
        pk=pk,
        owner=owner,
        content=f"sources/{pk}",
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        created_at=now,
        expires_at=now + dt.timedelta(hours=settings.UPLOAD_LIFETIME_HOURS),
    )
