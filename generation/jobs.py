"""The life of a job: requested, claimed, reported on, finished. Only conditional updates change its status.

Rows are the truth and the queue is a hint. A worker owns a job as long as the row's `attempt` is the number
that its claim returned; every write names that number, so a worker that was taken for dead changes nothing.
"""

import datetime as dt
import secrets
import uuid
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import limits
from accounts.models import User
from generation import policy, uploads
from generation.errors import (
    BadMask,
    ClaimLost,
    OwnerSuspended,
    SourceNotYours,
    SourceWithdrawn,
    TooManyJobs,
)
from generation.models import Job, Refusal, Upload
from provenance import images
from provenance.models import RegisteredImage

Source = RegisteredImage | Upload

# A job that killed its worker twice is not tried a third time.
MOST_ATTEMPTS = 3
LEASES_IN_QUEUE = 5
# Seeds are 32-bit: torch, numpy and people's habits agree on that range.
SEED_BITS = 32
# A mask of 1024 x 1024 drawn by hand is some 10 kB as PNG, and one of a whole photograph under a megabyte.
# It lies in the job's row until the job has ended.
MAX_MASK_BYTES: Final = 2 * 1024 * 1024


def request(
    owner: User, *, prompt: str, image_count: int, seed: int | None, width: int, height: int
) -> Job | Refusal:
    """Returns the queued job, or the refusal that the prompt check gave.

    Args:
        prompt: As typed; 1 to MAX_PROMPT_LENGTH characters.
        seed: None for a random one.

    Raises:
        TooMany: more prompts this minute than the limit allows; refused prompts count too.
        TooManyJobs: the account has its number of jobs at work; nothing was queued.
    """
    fields = {"image_count": image_count, "width": width, "height": height}
    return _checked(owner, prompt) or _queue(owner, None, prompt=prompt, seed=_seed(seed), **fields)


def request_inpainting(
    owner: User, *, source: Source, mask: bytes, prompt: str, image_count: int, seed: int | None
) -> Job | Refusal:
    """Returns the queued job that redraws the masked part of a picture, or the prompt's refusal.

    Args:
        source: An image of the owner's that is on view, or an upload of theirs.
        mask: An opaque PNG, white where to redraw and black elsewhere, in the picture's proportions. Its
            bytes are looked at only by a worker, so what else is wrong with it fails the job.
        prompt: As typed; may be empty, which lets the surroundings grow over the part.
        seed: None for a random one.

    Raises:
        TooMany, TooManyJobs: see `request`.
        BadMask: not a PNG, or larger than MAX_MASK_BYTES.
        SourceNotYours, SourceWithdrawn, UploadGone: the source cannot be used; nothing was queued.
    """
    if not 0 < len(mask) <= MAX_MASK_BYTES or images.sniff(mask) != "PNG":
        raise BadMask
    fields = {"flow": Job.Flow.INPAINTING, "mask": mask, "image_count": image_count}
    return _checked(owner, prompt) or _queue(owner, source, prompt=prompt, seed=_seed(seed), **fields)


def request_variation(
    owner: User, *, source: Source, prompt: str = "", image_count: int, seed: int | None
) -> Job | Refusal:
    """Returns the queued job for another take on a picture, or the prompt's refusal.

    Args:
        source: See `request_inpainting`.
        prompt: What the new picture should show; empty to let the source alone decide.
        seed: None for a random one.

    Raises:
        TooMany, TooManyJobs: see `request`.
        SourceNotYours, SourceWithdrawn, UploadGone: the source cannot be used; nothing was queued.
    """
    fields = {"flow": Job.Flow.VARIATION, "image_count": image_count}
    return _checked(owner, prompt) or _queue(owner, source, prompt=prompt, seed=_seed(seed), **fields)


def claim(job_id: uuid.UUID) -> Job | None:
    """Returns the job if this worker may work on it now; None if it is taken, ended or not there."""
    claimed = Job.objects.filter(_free(), pk=job_id).update(
        status=Job.Status.RUNNING, attempt=F("attempt") + 1, heartbeat_at=timezone.now(), steps_done=0
    )
    return Job.objects.select_related("owner").get(pk=job_id) if claimed else None


def report_progress(job: Job, *, steps_done: int, steps_total: int, preview: bytes | None) -> None:
    """Writes how far the image in work is, which also says that the worker is alive.

    Raises:
        ClaimLost: the job was cancelled or taken over.
    """
    changes: dict[str, object] = {"steps_done": steps_done, "steps_total": steps_total}
    if preview is not None:
        changes["preview"] = preview
    _write(job, **changes)


def ensure_wanted(job: Job) -> None:
    """Asked before anything is published: what was cancelled, suspended or withdrawn publishes nothing more.

    Raises:
        ClaimLost: the job was cancelled or taken over.
        OwnerSuspended: the account was suspended meanwhile.
        SourceWithdrawn: the image that it starts from was withdrawn meanwhile.
    """
    _write(job)
    if User.objects.filter(pk=job.owner_id, suspended_at__isnull=False).exists():
        raise OwnerSuspended
    if job.source_image_id and not RegisteredImage.objects.on_view().filter(pk=job.source_image_id).exists():
        raise SourceWithdrawn


def size_known(job: Job, *, width: int, height: int) -> None:
    """Writes the size of the pictures of a job that starts from one.

    Raises:
        ClaimLost: the job was cancelled or taken over.
    """
    _write(job, width=width, height=height)
    job.width, job.height = width, height


def image_done(job: Job, done: int) -> None:
    """Writes that `done` images are published.

    Raises:
        ClaimLost: the job was cancelled or taken over.
    """
    _write(job, images_done=done, steps_done=0, preview=b"")


def finish(job: Job) -> bool:
    """Ends a job whose images are all published; returns whether this call ended it."""
    return _end(_of_this_claim(job), job, status=Job.Status.DONE)


def fail(job: Job, *, code: str, message: str) -> bool:
    """Ends a job with what went wrong; images published before stay. Returns whether this call ended it."""
    return _end(_of_this_claim(job), job, status=Job.Status.FAILED, error_code=code, error_message=message)


def cancel(job: Job) -> bool:
    """Ends an active job on its owner's wish; the worker notices at its next step."""
    return _end(Job.objects.active().filter(pk=job.pk), job, status=Job.Status.CANCELLED)


def place_in_queue(job: Job) -> int:
    """Returns how many jobs are before this one, running ones included."""
    return Job.objects.active().filter(created_at__lt=job.created_at).count()


def stalled() -> list[uuid.UUID]:
    """Returns jobs to enqueue again: their message was lost, or their worker died. Counts as enqueued now."""
    now = timezone.now()
    lease = dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    # A queued job is mostly just waiting its turn, so it is given longer before its message counts as lost.
    lost = Q(status=Job.Status.QUEUED, enqueued_at__lt=now - LEASES_IN_QUEUE * lease)
    dead = Q(status=Job.Status.RUNNING, heartbeat_at__lt=now - lease, enqueued_at__lt=now - lease)
    waiting = Job.objects.filter(lost | dead).order_by("created_at")
    ids = list(waiting.values_list("pk", flat=True)[:50])
    Job.objects.filter(pk__in=ids).update(enqueued_at=now)
    return ids


def _checked(owner: User, prompt: str) -> Refusal | None:
    """Counts a prompt against the limit, and returns the refusal that it got, or None if it may be drawn."""
    limits.take(f"prompts:{owner.pk}", limit=settings.PROMPTS_PER_MINUTE, window_seconds=60)
    refused = policy.check(prompt)
    if refused is None or _was_cleared(owner, prompt):
        return None
    return Refusal.objects.create(
        owner=owner,
        prompt=prompt,
        category=refused.category,
        term=refused.term,
        policy_version=settings.POLICY_VERSION,
    )


@transaction.atomic
def _queue(owner: User, source: Source | None, **fields: Any) -> Job:
    if isinstance(source, RegisteredImage):
        _ensure_on_view(source, owner)
        fields["source_image"] = source
    elif source is not None:
        fields["source_upload"] = uploads.locked(source, owner)
    _count_in(owner)
    return Job.objects.create(owner=owner, enqueued_at=timezone.now(), **fields)


def _ensure_on_view(image: RegisteredImage, owner: User) -> None:
    own = RegisteredImage.objects.filter(pk=image.pk, owner=owner)
    if not own.exists():
        raise SourceNotYours
    if not own.on_view().exists():
        raise SourceWithdrawn


def _seed(seed: int | None) -> int:
    return secrets.randbits(SEED_BITS) if seed is None else seed


def _free() -> Q:
    dead = timezone.now() - dt.timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return Q(status=Job.Status.QUEUED) | Q(status=Job.Status.RUNNING, heartbeat_at__lt=dead)


def _count_in(owner: User) -> None:
    counted = User.objects.filter(pk=owner.pk, active_jobs__lt=settings.ACTIVE_JOBS_PER_ACCOUNT).update(
        active_jobs=F("active_jobs") + 1
    )
    if not counted:
        raise TooManyJobs


def _was_cleared(owner: User, prompt: str) -> bool:
    """Whether staff overturned a refusal of this very prompt of this person."""
    return Refusal.objects.filter(owner=owner, prompt=prompt, outcome=Refusal.Outcome.OVERTURNED).exists()


def _of_this_claim(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING, attempt=job.attempt)


def _write(job: Job, **changes: object) -> None:
    if not _of_this_claim(job).update(heartbeat_at=timezone.now(), **changes):
        raise ClaimLost


@transaction.atomic
def _end(rows: QuerySet[Job], job: Job, **changes: object) -> bool:
    # What was painted says something of the picture under it, which goes after a day; and rows stay for ever.
    ended = bool(rows.update(finished_at=timezone.now(), preview=b"", mask=b"", **changes))
    if ended:
        User.objects.filter(pk=job.owner_id).update(active_jobs=F("active_jobs") - 1)
    return ended
