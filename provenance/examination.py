"""What a worker does with an uploaded suspect: claim the row, inspect the file, judge, write the answer."""

import datetime as dt
import io
import logging
import uuid
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from PIL import Image

from provenance import images, inspection, inspection_store, verdict
from provenance.credentials import recovery
from provenance.errors import ProvenanceError, SandboxFailed, UnreadableImage
from provenance.models import Inspection, RegisteredImage

logger = logging.getLogger(__name__)

# A file that kills the worker twice is not tried a third time.
MOST_ATTEMPTS = 3
PREVIEW_SIDE = 768
# What the file is to blame for: we tell its sender to send another one, and have no more use for this one.
_OF_THE_FILE: Final = (UnreadableImage, SandboxFailed)
NEVER_STORED = ("upload_lost", "The picture did not reach us whole. Please send it again.")
UNEXPECTED = ("examination_failed", "Something went wrong on our side. Please try again in a few minutes.")


def run(inspection_id: uuid.UUID) -> None:
    """Examines one upload, unless another worker has it.

    1. Claim: one conditional update; only the worker that changed the row goes on.
    2. Find and judge, renewing the claim before each stage, so that a slow file is not claimed twice.
    3. Write verdict and evidence, if the claim still stands.
    """
    row = _claim(inspection_id)
    if row is None:
        return
    try:
        with default_storage.open(row.upload_name) as file:
            data = file.read()
        examined = inspection.examine(data, lambda: _stay_claimed(row))
    except FileNotFoundError:
        # The row is made before the file is stored, and the web process ended in between.
        _fail(row, ProvenanceError(*NEVER_STORED))
        return
    except UnreadableImage as error:
        _fail(row, error)
        return
    except Exception as error:
        # A defect of ours or of a library: the person learns it at once, the log gets the traceback.
        _fail(row, error if isinstance(error, ProvenanceError) else ProvenanceError(*UNEXPECTED))
        raise
    _finish(row, examined, data)


def _claim(inspection_id: uuid.UUID) -> Inspection | None:
    now = timezone.now()
    dead = now - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    free = Q(status=Inspection.Status.QUEUED) | Q(status=Inspection.Status.RUNNING, claimed_at__lt=dead)
    claimed = Inspection.objects.filter(free, pk=inspection_id).update(
        status=Inspection.Status.RUNNING, claimed_at=now, attempts=F("attempts") + 1
    )
    if not claimed:
        return None
    row = Inspection.objects.get(pk=inspection_id)
    if row.attempts > MOST_ATTEMPTS:
        _fail(row, images.unreadable("damaged"))
        return None
    return row


def _stay_claimed(row: Inspection) -> None:
    _of_this_claim(row).update(claimed_at=timezone.now())


def _finish(row: Inspection, examined: inspection.Examined, data: bytes) -> None:
    decided = verdict.decide(examined.evidence)
    image = RegisteredImage.objects.filter(pk=decided.image_id).first() if decided.image_id else None
    _stay_claimed(row)
    own = recovery.to_show(examined.history, examined.crjson) if examined.history else None
    recovered = recovery.recover(data, decided, examined.evidence)
    said = {"own": own, "recovered": recovered}
    finished = (
        _of_this_claim(row)
        .filter(upload_deleted_at__isnull=True)
        .update(
            status=Inspection.Status.DONE,
            verdict=decided.kind,
            evidence=examined.evidence.to_json(),
            credentials={name: record and record.history.to_json() for name, record in said.items()},
            crjson={name: record and record.crjson for name, record in said.items()},
            image=image,
            preview=_preview(examined),
            client="",
            finished_at=timezone.now(),
        )
    )
    if not finished:
        # The upload was deleted meanwhile, so nothing is said of it. (Or another worker has the claim: then
        # this changes nothing.)
        _fail(row, ProvenanceError(*NEVER_STORED))


def _fail(row: Inspection, error: ProvenanceError) -> None:
    """Ends the check. A file that is at fault itself is deleted at once, unless a report was filed with it.

    Otherwise whoever sends broken files takes the room for uploads from everybody else.
    """
    logger.info("inspection %s failed: %s", row.pk, error.code)
    failed = _of_this_claim(row).update(
        status=Inspection.Status.FAILED,
        error_code=error.code,
        error_message=error.user_message,
        client="",
        finished_at=timezone.now(),
    )
    if failed and isinstance(error, _OF_THE_FILE):
        inspection_store.delete_now(row)


def _of_this_claim(row: Inspection) -> QuerySet[Inspection]:
    return Inspection.objects.filter(pk=row.pk, status=Inspection.Status.RUNNING, attempts=row.attempts)


def _preview(examined: inspection.Examined) -> bytes:
    out = io.BytesIO()
    Image.fromarray(images.thumbnail(examined.small, PREVIEW_SIDE)).save(out, "JPEG", quality=85)
    return out.getvalue()
