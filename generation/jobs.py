"""The life of a job: requested, claimed, reported on, finished. Only conditional updates change its status.

Rows are the truth and the queue is a hint. A worker owns a job as long as the row's `attempt` is the number
that its claim returned; every write names that number, so a worker that was taken for dead changes nothing.
"""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import limits
from accounts.models import User
from generation import policy
from generation.errors import ClaimLost, OwnerSuspended, TooManyJobs
from generation.models import Job, Refusal

# A job that killed its worker twice is not tried a third time.
MOST_ATTEMPTS = 3
LEASES_IN_QUEUE = 5
# Seeds are 32-bit: torch, numpy and people's habits agree on that range.
SEED_BITS = 32


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
    limits.take(f"prompts:{owner.pk}", limit=settings.PROMPTS_PER_MINUTE, window_seconds=60)
    refused = policy.check(prompt)
    if refused is not None and not _was_cleared(owner, prompt):
        return Refusal.objects.create(
            owner=owner,
            prompt=prompt,
            category=refused.category,
            term=refused.term,
            policy_version=settings.POLICY_VERSION,
        )
    with transaction.atomic():
        _count_in(owner)
        return Job.objects.create(
            owner=owner,
            prompt=prompt,
            image_count=image_count,
            seed=secrets.randbits(SEED_BITS) if seed is None else seed,
            width=width,
            height=height,
            enqueued_at=timezone.now(),
        )


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
    """Asked before anything is published: a cancelled request or a suspended account publishes nothing more.

    Raises:
        ClaimLost: the job was cancelled or taken over.
        OwnerSuspended: the account was suspended meanwhile.
    """
    _write(job)
    if User.objects.filter(pk=job.owner_id, suspended_at__isnull=False).exists():
        raise OwnerSuspended


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
    ended = bool(rows.update(finished_at=timezone.now(), preview=b"", **changes))
    if ended:
        User.objects.filter(pk=job.owner_id).update(active_jobs=F("active_jobs") - 1)
    return ended
