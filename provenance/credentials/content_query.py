"""Which manifests belong to a picture: the same examination as on the public page, waited for.

A picture that is asked about is an upload like any other: the same door, the same limits, the same worker.
The request waits for the answer, and the upload is deleted with it. A waiting request holds a thread of the
web process, so only a few may wait at once.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.utils import timezone

from provenance import inspection_store, verdict
from provenance.credentials import resolution
from provenance.credentials.binding_values import ALGORITHMS
from provenance.credentials.resolution import SAME_MARK, Match
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence
from provenance.models import Inspection
from provenance.verdict import Verdict, VerdictKind

# By look alone: confirmed, but not what the manifest's soft binding says.
_SAME_LOOK: Final = 80
# Looks like several of our images equally, which results of one prompt do.
_ONE_OF_SEVERAL: Final = 60

# An examination takes about a second; asking ten times in it is cheap, and adds a twentieth of it.
_POLL_SECONDS: Final = 0.1
# Who comes back within this time with the same bytes gets the answer at once.
_KEPT_WHEN_LATE: Final = dt.timedelta(minutes=5)
_LATE: Final = "The picture is still being examined. Send it again in a moment."
_BUSY: Final = "Too many pictures are being asked about at the moment. Please try again in a moment."
# Failures that lie in the file; all others are ours.
_OF_THE_FILE: Final = frozenset(
    {
        "damaged",
        "truncated",
        "too_many_pixels",
        "too_long_side",
        "unsupported_pixels",
        # The sandbox gave up on it (sandbox.SandboxFailed).
        "timeout",
        "crashed",
    }
)

_lock = threading.Lock()
_waiting = 0


class NotYetKnown(ProvenanceError):
    """There is no answer in the time that a request may take."""

    http_status = 503
    retry_after_seconds = 5


class NotExamined(ProvenanceError):
    """The examination ended without findings."""

    @property
    def http_status(self) -> int:
        return 400 if self.code in _OF_THE_FILE else 500


@contextmanager
def place() -> Iterator[None]:
    """Holds one of this process's few places for requests that wait for a worker.

    Raises:
        NotYetKnown: all are taken.
    """
    global _waiting  # noqa: PLW0603 -- a count of this process's threads has no other home
    with _lock:
        if _waiting >= settings.RESOLUTION_WAITS_PER_PROCESS:
            raise NotYetKnown("busy", _BUSY)
        _waiting += 1
    try:
        yield
    finally:
        with _lock:
            _waiting -= 1


def answer(row: Inspection, alg: str | None, most: int) -> list[Match]:
    """Waits for the findings on an upload and returns the manifests that they name, at most `most`.

    The upload is deleted with the answer, and a few minutes later where there is none.

    Args:
        row: As `intake.accept` gave it, enqueued.
        alg: If given, only what this algorithm's mark names.

    Raises:
        NotYetKnown: the examination takes longer than a request may.
        NotExamined: the file cannot be examined, or something went wrong on our side.
    """
    # Before the wait, which may end without an answer: it is late, or this process is stopped.
    inspection_store.let_expire(row, _KEPT_WHEN_LATE)
    _wait(row)
    try:
        if row.status != Inspection.Status.DONE:
            raise NotExamined(row.error_code, row.error_message)
        return matches(Evidence.from_json(row.evidence), alg)[:most]
    finally:
        inspection_store.delete_now(row)


def matches(evidence: Evidence, alg: str | None = None) -> list[Match]:
    """Returns the manifests of the images that the evidence names, those nearest to the file first.

    A mark of ours that does not fit the picture names nothing here: whoever moved it to another picture must
    not get our manifest for that.
    """
    decided = verdict.decide(evidence)
    if decided.kind not in (VerdictKind.OURS_INTACT, VerdictKind.OURS_ALTERED):
        return []
    if alg is not None and not _is_named_by_mark(decided, evidence, alg):
        return []
    score = _score(decided, evidence)
    ids = [decided.image_id] if decided.image_id else decided.named_ids
    return resolution.of_images(ids, score, (evidence.exact.format or "", evidence.format))


def _is_named_by_mark(decided: Verdict, evidence: Evidence, alg: str) -> bool:
    mark = evidence.watermark
    if decided.image_id is None or mark.image_id != decided.image_id or mark.codec is None:
        return False
    return ALGORITHMS.get(alg) == mark.codec.split()[0]


def _score(decided: Verdict, evidence: Evidence) -> int:
    if decided.image_id is None:
        return _ONE_OF_SEVERAL
    if verdict.hangs_on_an_uncompared_mark(evidence):
        return _SAME_LOOK
    signed_by_us = evidence.manifest.image_id if evidence.manifest.intact else None
    proofs = (evidence.exact.image_id, signed_by_us, evidence.watermark.image_id)
    return SAME_MARK if decided.image_id in proofs else _SAME_LOOK


def _wait(row: Inspection) -> None:
    """Reads the row again until its check has ended."""
    deadline = time.monotonic() + settings.RESOLUTION_WAIT_SECONDS
    unfinished = (Inspection.Status.QUEUED, Inspection.Status.RUNNING)
    while row.status in unfinished:
        if time.monotonic() >= deadline:
            raise NotYetKnown("not_yet_examined", _LATE)
        time.sleep(_POLL_SECONDS)
        row.refresh_from_db(fields=["status"])
    row.refresh_from_db(fields=["status", "evidence", "error_code", "error_message"])


def is_late() -> bool:
    """Returns whether a picture that was sent now would likely wait for longer than a request may."""
    long_ago = timezone.now() - dt.timedelta(seconds=settings.RESOLUTION_WAIT_SECONDS)
    return Inspection.objects.unfinished().filter(created_at__lt=long_ago).exists()
