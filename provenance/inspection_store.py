"""Uploads of suspected pictures: received, kept for a case, or deleted. Nothing is decoded here: the web
process uses this module; provenance.examination is what workers do with the rows."""

import datetime as dt
import hashlib
import uuid
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from accounts import limits
from accounts.errors import TooMany
from provenance import evidence, images
from provenance.errors import TooMuchToday, UploadsFull
from provenance.models import Inspection

# Two tabs and a retry. Whoever waits for more keeps the workers from everybody else.
MOST_UNFINISHED: Final = 4
# What a worker writes into a row, and when it read the registry.
_FINDINGS: Final = ("verdict", "evidence", "credentials", "crjson", "image", "preview", "claimed_at")
# The error code of a check that its sender ended.
CANCELLED: Final = "cancelled"
_FULL: Final = "We have no room for another picture at the moment. Please try again in a few hours."
_DAY: Final = 24 * 3600
# Any number; names the lock under which room for uploads is counted and taken.
_ROOM_LOCK: Final = 0x7570_6C6F


def receive(upload: "UploadedFile[bytes]", *, client: str = "", for_case: bool = False) -> Inspection:
    """Stores a stranger's file and returns its row, to be examined by a worker. Nothing is decoded here.

    The row is finished already if the same bytes were examined a moment ago (CHECK_REUSE_SECONDS).

    Args:
        upload: As Django received it.
        client: Stands for who sent it (see accounts.client.counted), kept until the check ends.
        for_case: It comes with a report, so it is counted with those that are kept with cases.

    Raises:
        UnreadableImage: empty, too large, or its first bytes are not those of a picture we read.
        TooMany: this client has `MOST_UNFINISHED` checks waiting or being examined.
        TooMuchToday: this client has sent CHECKS_MB_PER_DAY, or REPORTS_MB_PER_DAY with reports.
        UploadsFull: uploads that are not deleted yet fill MAX_UPLOADS_GB, or MAX_CASES_GB those of cases.
    """
    size = upload.size or 0
    if size == 0:
        raise images.unreadable("empty")
    if size > images.MAX_BYTES:
        raise images.unreadable("too_many_bytes")
    data = upload.read()
    if images.sniff(data) is None:
        raise images.unreadable("not_an_image")
    row = store(data, client=client, for_case=for_case)
    _copy_findings(row)
    return row


def store(data: bytes, *, client: str = "", for_case: bool = False) -> Inspection:
    """Stores bytes to be examined and returns their row; see `receive`.

    The row comes first: whatever is in storage has a row that gets it deleted. A worker that finds no file
    says so, and nothing is enqueued before this function has returned.

    Raises:
        TooMany, TooMuchToday, UploadsFull: see `receive`.
    """
    row = _make_row(data, client, for_case)
    default_storage.save(row.upload_name, ContentFile(data))
    return row


def _copy_findings(row: Inspection) -> None:
    """Gives a waiting row what was found in the same bytes a moment ago, if anything was.

    Each row has an upload of its own, so deleting the one or keeping it for a case says nothing about the
    other. The time runs from when the registry was read, and is copied with the findings: copies of copies
    do not outlive it, and what was published or withdrawn since is hidden no longer than that.
    """
    since = row.created_at - dt.timedelta(seconds=settings.CHECK_REUSE_SECONDS)
    same = Inspection.objects.filter(sha256=row.sha256, size_bytes=row.size_bytes)
    earlier = same.filter(
        status=Inspection.Status.DONE,
        claimed_at__gt=since,
        upload_deleted_at__isnull=True,
        evidence__version=evidence.VERSION,
    ).order_by("-claimed_at")
    if (found := earlier.first()) is None:
        return
    copied = {name: getattr(found, name) for name in _FINDINGS}
    finished = {"status": Inspection.Status.DONE, "client": "", "finished_at": timezone.now()}
    waiting = Inspection.objects.filter(pk=row.pk, status=Inspection.Status.QUEUED)
    if waiting.update(**copied, **finished):
        row.refresh_from_db()


@transaction.atomic
def _make_row(data: bytes, client: str, for_case: bool) -> Inspection:
    """Takes room for an upload. One at a time: two that count at once would both find the last place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ROOM_LOCK])
    if client and not for_case and _unfinished(client) >= MOST_UNFINISHED:
        raise TooMany
    if client:
        _count(client, len(data), for_case)
    # What is kept with cases never goes: it must not take the room of checks.
    kept = Inspection.objects.filter(upload_deleted_at__isnull=True, expires_at__isnull=for_case)
    most_gb = settings.MAX_CASES_GB if for_case else settings.MAX_UPLOADS_GB
    if (kept.aggregate(bytes=Sum("size_bytes"))["bytes"] or 0) + len(data) > most_gb * 10**9:
        raise UploadsFull("uploads_full", _FULL)
    pk, now = uuid.uuid4(), timezone.now()
    return Inspection.objects.create(
        pk=pk,
        upload_name=f"suspects/{pk}",
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        client="" if for_case else client,
        created_at=now,
        expires_at=now + dt.timedelta(hours=settings.UPLOAD_LIFETIME_HOURS),
    )


def _unfinished(client: str) -> int:
    return Inspection.objects.unfinished().filter(client=client).count()


def _count(client: str, size: int, for_case: bool) -> None:
    """Counts bytes against what one client may send; undone if the transaction is."""
    what, megabytes = "checked", settings.CHECKS_MB_PER_DAY
    if for_case:
        what, megabytes = "reported", settings.REPORTS_MB_PER_DAY
    try:
        # In kB, begun ones in full: counts have 31 bits.
        kilobytes = -(-size // 1000)
        limits.take(f"{what}-kb:{client}", limit=megabytes * 1000, window_seconds=_DAY, amount=kilobytes)
    except TooMany as refused:
        raise TooMuchToday(refused.retry_after_seconds) from refused


def keep(row: Inspection) -> bool:
    """Lets an upload outlive its 24 hours, because a report was filed with it.

    Returns:
        False if it had been deleted already.
    """
    not_deleted = Inspection.objects.filter(pk=row.pk, upload_deleted_at__isnull=True)
    return bool(not_deleted.update(expires_at=None))


def stalled() -> list[uuid.UUID]:
    """Returns inspections to enqueue again, the oldest first, which count as enqueued from now on.

    Their message was lost or their worker died.
    """
    now = timezone.now()
    limit = now - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    lost = Q(status=Inspection.Status.QUEUED) | Q(status=Inspection.Status.RUNNING, claimed_at__lt=limit)
    left = Inspection.objects.filter(lost, enqueued_at__lt=limit).order_by("created_at")
    ids = list(left.values_list("pk", flat=True)[:100])
    Inspection.objects.filter(pk__in=ids).update(enqueued_at=now)
    return ids


def let_expire(row: Inspection, after: dt.timedelta) -> None:
    """Sets the end of an upload's life anew, unless a report was filed with it."""
    temporary = Inspection.objects.filter(pk=row.pk, expires_at__isnull=False)
    temporary.update(expires_at=timezone.now() + after)


def delete_now(row: Inspection) -> bool:
    """Deletes an upload that nobody needs any more; the row stays, without picture, preview or findings.

    Returns:
        False if a report was filed with it, or if it was deleted before.
    """
    let_expire(row, dt.timedelta())
    return _delete_upload(row)


def delete_expired() -> int:
    """Deletes uploads past their time and returns how many; the row stays, without picture or preview."""
    expired = Inspection.objects.filter(expires_at__lt=timezone.now(), upload_deleted_at__isnull=True)
    count = 0
    for row in expired.only("upload_name")[:1000]:
        count += _delete_upload(row)
    return count


@transaction.atomic
def _delete_upload(row: Inspection) -> bool:
    """Deletes one upload unless a report was filed with it a moment ago; the row stays locked meanwhile."""
    now = timezone.now()
    expired = Inspection.objects.filter(pk=row.pk, expires_at__lte=now, upload_deleted_at__isnull=True)
    deleted = expired.update(
        upload_deleted_at=now, preview=b"", evidence={}, credentials={}, crjson={}, client=""
    )
    if deleted:
        default_storage.delete(row.upload_name)
    return bool(deleted)


@transaction.atomic
def cancel(row: Inspection) -> bool:
    """Ends a check that is not finished and deletes its upload at once; a worker's late answer is dropped.

    Returns:
        False if it had ended, or if a report was filed with it: then the picture belongs to the case.
    """
    now = timezone.now()
    unfinished = Inspection.objects.unfinished().filter(pk=row.pk, expires_at__isnull=False)
    cancelled = unfinished.update(
        status=Inspection.Status.FAILED,
        error_code=CANCELLED,
        error_message="You ended this check before there was an answer. The picture was deleted.",
        client="",
        finished_at=now,
        upload_deleted_at=now,
    )
    if cancelled:
        default_storage.delete(row.upload_name)
    return bool(cancelled)


def examine_again(row: Inspection) -> bool:
    """Puts a failed check back in the queue, as new; returns False if it is not failed or has no upload."""
    failed = Inspection.objects.filter(
        pk=row.pk, status=Inspection.Status.FAILED, upload_deleted_at__isnull=True
    )
    return bool(
        failed.update(
            status=Inspection.Status.QUEUED,
            attempts=0,
            error_code="",
            error_message="",
            claimed_at=None,
            finished_at=None,
            enqueued_at=timezone.now(),
        )
    )
