"""Uploads of suspected pictures: received, kept for a case, or deleted. Nothing is decoded here: the web
process uses this module; provenance.examination is what workers do with the rows."""

import datetime as dt
import hashlib
import uuid

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from provenance import images
from provenance.models import Inspection


def receive(upload: "UploadedFile[bytes]") -> Inspection:
    """Stores a stranger's file and returns its row, to be examined by a worker. Nothing is decoded here.

    Raises:
        UnreadableImage: empty, too large, or its first bytes are not those of a picture we read.
    """
    size = upload.size or 0
    if size == 0:
        raise images.unreadable("empty")
    if size > images.MAX_BYTES:
        raise images.unreadable("too_many_bytes")
    data = upload.read()
    if images.sniff(data) is None:
        raise images.unreadable("not_an_image")
    return store(data)


def store(data: bytes) -> Inspection:
    """Stores bytes to be examined and returns their row."""
    pk = uuid.uuid4()
    name = default_storage.save(f"suspects/{pk}", ContentFile(data))
    now = timezone.now()
    return Inspection.objects.create(
        pk=pk,
        upload_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        created_at=now,
        expires_at=now + dt.timedelta(hours=settings.UPLOAD_LIFETIME_HOURS),
    )


def keep(row: Inspection) -> None:
    """Lets an upload outlive its 24 hours, because a report was filed with it."""
    Inspection.objects.filter(pk=row.pk).update(expires_at=None)


def stalled() -> list[uuid.UUID]:
    """Returns inspections to enqueue again: lost messages, dead workers. Counts as enqueued now."""
    now = timezone.now()
    limit = now - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    lost = Q(status=Inspection.Status.QUEUED) | Q(status=Inspection.Status.RUNNING, claimed_at__lt=limit)
    ids = list(Inspection.objects.filter(lost, enqueued_at__lt=limit).values_list("pk", flat=True)[:100])
    Inspection.objects.filter(pk__in=ids).update(enqueued_at=now)
    return ids


def delete_expired() -> int:
    """Deletes uploads past their time and returns how many; the row stays, without picture or preview."""
    expired = Inspection.objects.filter(expires_at__lt=timezone.now(), upload_deleted_at__isnull=True)
    count = 0
    for row in expired[:1000]:
        count += _delete_upload(row)
    return count


@transaction.atomic
def _delete_upload(row: Inspection) -> bool:
    """Deletes one upload unless a report was filed with it a moment ago; the row stays locked meanwhile."""
    now = timezone.now()
    deleted = Inspection.objects.filter(pk=row.pk, expires_at__lt=now, upload_deleted_at__isnull=True).update(
        upload_deleted_at=now, preview=b"", evidence={}
    )
    if deleted:
        default_storage.delete(row.upload_name)
    return bool(deleted)
