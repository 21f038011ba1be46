"""What people asked for: jobs, refused prompts, and what became of them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from provenance.models import RegisteredImage

# The card's own number of results in one request is larger; four keeps a page readable and a queue fair.
MAX_IMAGES_PER_JOB = 4
MAX_PROMPT_LENGTH = 1000


class UploadQuerySet(models.QuerySet["Upload"]):
    def stored(self) -> "UploadQuerySet":
        """Those whose bytes have not been deleted."""
        return self.filter(deleted_at__isnull=True)


class Upload(models.Model):
    """A picture that somebody brought to change, as a stranger's bytes: only a sandboxed worker decodes it.

    The bytes are deleted after 24 hours, or later when the last job that uses them has ended
    (generation.uploads); the row stays with their hash, because jobs point at it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    # The bytes in storage, under a random name and no public path.
    content = models.FileField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        # Rows are never deleted, and each upload counts the few that still have a file.
        indexes = (
            models.Index(
                fields=("size_bytes",), name="source_uploads_stored", condition=Q(deleted_at__isnull=True)
            ),
        )


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> "JobQuerySet":
        return self.filter(status__in=Job.ACTIVE)


# What is wrong with an upload itself, whatever is asked of it: generation.errors, provenance.images.
_UNUSABLE_SOURCE = frozenset(
    {
        "source_too_narrow", "upload_gone", "not_an_image", "too_many_pixels", "too_long_side", "truncated",
        "damaged", "unsupported_pixels",
    }
)  # fmt: skip
_NO_SOURCE = Q(source_image__isnull=True, source_upload__isnull=True)
_ONE_SOURCE = Q(source_image__isnull=True) ^ Q(source_upload__isnull=True)
_FLOW = RegisteredImage.Flow


class Job(models.Model):
    """One request for 1 to 4 images. Only conditional updates change its status (generation.jobs)."""

    class Status(models.TextChoices):
        QUEUED = "queued", "in the queue"
        RUNNING = "running", "being made"
        DONE = "done", "finished"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    # The registry's words; an operator's stamping is no job.
    Flow = RegisteredImage.Flow
    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    flow = models.CharField(max_length=20, choices=_FLOW, default=_FLOW.TEXT_TO_IMAGE)
    # Empty only in a variation, or in an inpainting that fills its part from what is around it.
    prompt = models.TextField(max_length=MAX_PROMPT_LENGTH, blank=True)
    # What is changed: an image of the owner's, or a picture brought along.
    source_image = models.ForeignKey(
        RegisteredImage, models.PROTECT, null=True, blank=True, related_name="jobs_from_it"
    )
    source_upload = models.ForeignKey(Upload, models.PROTECT, null=True, blank=True, related_name="jobs")
    # A PNG of the owner's, white where to redraw; a stranger's bytes like an upload's. Dropped at the end.
    mask = models.BinaryField(blank=True, default=b"")
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
            models.CheckConstraint(
                condition=Q(flow__in=(_FLOW.TEXT_TO_IMAGE, _FLOW.INPAINTING, _FLOW.VARIATION)),
                name="job_flow_is_ours",
            ),
            models.CheckConstraint(
                condition=~Q(flow=_FLOW.TEXT_TO_IMAGE) | (_NO_SOURCE & Q(mask=b"")),
                name="text_to_image_has_no_source",
            ),
            models.CheckConstraint(
                condition=~Q(flow=_FLOW.INPAINTING)
                | (_ONE_SOURCE & (~Q(mask=b"") | ~Q(status__in=("queued", "running")))),
                name="inpainting_has_source_and_mask",
            ),
            models.CheckConstraint(
                condition=~Q(flow=_FLOW.VARIATION) | (_ONE_SOURCE & Q(mask=b"")),
                name="variation_has_source_and_no_mask",
            ),
        )

    @property
    def source(self) -> RegisteredImage | Upload | None:
        """What the job changes; None for text to image."""
        return self.source_image or self.source_upload

    @property
    def is_source_unusable(self) -> bool:
        """Whether the upload that it started from cannot be used again either."""
        return self.source_upload_id is not None and self.error_code in _UNUSABLE_SOURCE

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
