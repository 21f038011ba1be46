"""What people asked for: jobs, refused prompts, and what became of them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

# The card's own number of results in one request is larger; four keeps a page readable and a queue fair.
MAX_IMAGES_PER_JOB = 4
MAX_PROMPT_LENGTH = 1000


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> "JobQuerySet":
        return self.filter(status__in=Job.ACTIVE)


class Job(models.Model):
    """One request for 1 to 4 images. Only conditional updates change its status (generation.jobs)."""

    class Status(models.TextChoices):
        QUEUED = "queued", "in the queue"
        RUNNING = "running", "being made"
        DONE = "done", "finished"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    prompt = models.TextField(max_length=MAX_PROMPT_LENGTH)
    image_count = models.PositiveSmallIntegerField(default=1)
    # The first image's seed; image i uses seed + i.
    seed = models.BigIntegerField()
    width = models.PositiveIntegerField(default=512)
    height = models.PositiveIntegerField(default=512)

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED, db_index=True)
    # Which claim is working on it: a worker that finds another number here has lost the job and stops.
    attempt = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    images_done = models.PositiveSmallIntegerField(default=0)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps_total = models.PositiveSmallIntegerField(default=0)
    # A small JPEG of the image in work, shown to its owner only and dropped at the end.
    preview = models.BinaryField(blank=True, default=b"")
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # When a message was last sent for it; see generation.jobs.stalled.
    enqueued_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(image_count__gte=1) & Q(image_count__lte=MAX_IMAGES_PER_JOB),
                name="job_image_count",
            ),
        )

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE


class Refusal(models.Model):
    """A prompt that the first check refused, kept so that a person can look at it again."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "the refusal stands"
        OVERTURNED = "overturned", "the refusal was wrong"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="refusals")
    prompt = models.TextField()
    category = models.CharField(max_length=40)
    term = models.CharField(max_length=100)
    policy_version = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=timezone.now)
    appeal = models.TextField(max_length=1000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="refusals_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
