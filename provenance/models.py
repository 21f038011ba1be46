"""The registry: every image of ours, every file of it that was published, every check of a suspect.

An image's row exists before any stamped pixel of it does, so no image of ours can be unknown to us. Rows
carry the names and versions of codec, fingerprint and model: old images stay provable when those change.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from provenance.bits import FingerprintField


class ImageQuerySet(models.QuerySet["RegisteredImage"]):
    def published(self) -> "ImageQuerySet":
        return self.filter(published_at__isnull=False)

    def on_view(self) -> "ImageQuerySet":
        """Published and not withdrawn: what may be shown or downloaded."""
        return self.published().filter(withdrawn_at__isnull=True)

    def with_payload(self, payload: int) -> "ImageQuerySet":
        return self.published().filter(watermark_payload=signed(payload))


class RegisteredImage(models.Model):
    class Flow(models.TextChoices):
        TEXT_TO_IMAGE = "text-to-image", "text to image"
        INPAINTING = "inpainting", "inpainting"
        VARIATION = "variation", "variation"
        OPERATOR = "operator", "stamped by the operator"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Which work made it: the id of a generation job and the place in it, or of one stamping by the operator.
    # Reserving twice for the same work gives the same row, so a restarted job publishes nothing twice.
    origin_id = models.UUIDField()
    origin_index = models.PositiveSmallIntegerField(default=0)
    flow = models.CharField(max_length=20, choices=Flow)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="images"
    )
    model_name = models.CharField(max_length=200)
    model_version = models.CharField(max_length=100)
    digital_source_type = models.CharField(max_length=60)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    # A random 64-bit number, as the signed one that PostgreSQL's bigint holds (see `signed`).
    watermark_payload = models.BigIntegerField(unique=True)
    watermark_codec = models.CharField(max_length=40)
    watermark_key_id = models.CharField(max_length=16)

    fingerprint_version = models.CharField(max_length=20, blank=True)
    pdq = FingerprintField(null=True, blank=True)
    pdq_quality = models.PositiveSmallIntegerField(null=True, blank=True)
    phash = FingerprintField(null=True, blank=True)
    thumbnail = models.BinaryField(blank=True, default=b"")
    # Keypoints for the search of parts (provenance.local_features), and the segment file that holds them too.
    local_features = models.BinaryField(blank=True, default=b"")
    local_features_version = models.CharField(max_length=20, blank=True)
    segment = models.ForeignKey(
        "FeatureSegment", models.SET_NULL, null=True, blank=True, related_name="images"
    )

    # Of the upload that an inpainting or a variation was made from, never of an image of ours: somebody's own
    # photograph looks like what was made from it, and must not be taken for it.
    source_pdq = FingerprintField(null=True, blank=True)
    source_phash = FingerprintField(null=True, blank=True)
    source_distance = models.PositiveSmallIntegerField(null=True, blank=True)

    reserved_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ImageQuerySet] = ImageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-reserved_at",)
        constraints = (
            models.UniqueConstraint(fields=("origin_id", "origin_index"), name="image_once_per_origin"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | (Q(pdq__isnull=False) & Q(phash__isnull=False)),
                name="published_image_has_fingerprints",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(published_at__isnull=False),
                name="only_published_images_are_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(source_pdq__isnull=True, source_phash__isnull=True, source_distance__isnull=True)
                | Q(source_pdq__isnull=False, source_phash__isnull=False, source_distance__isnull=False),
                name="source_fingerprints_together",
            ),
        )
        indexes = (
            models.Index(
                fields=("published_at",),
                name="images_not_in_a_segment",
                condition=Q(segment__isnull=True, published_at__isnull=False),
            ),
            # All that provenance.derived reads, so that a search for an upload passes the other images by.
            models.Index(
                fields=("id",),
                include=("source_pdq",),
                name="images_made_from_uploads",
                condition=Q(source_pdq__isnull=False, published_at__isnull=False),
            ),
        )

    @property
    def is_on_view(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None

    @property
    def payload(self) -> int:
        """The watermark payload as the unsigned 64-bit number that the pixels carry."""
        return self.watermark_payload % 2**64


class FeatureSegment(models.Model):
    """One append-only file of local features, made from published rows and rebuilt from them at any time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.CharField(max_length=20)
    images_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)


class PublishedFile(models.Model):
    class Format(models.TextChoices):
        PNG = "PNG", "PNG"
        JPEG = "JPEG", "JPEG"
        WEBP = "WEBP", "WebP"
        AVIF = "AVIF", "AVIF"

    image = models.ForeignKey(RegisteredImage, models.PROTECT, related_name="files")
    format = models.CharField(max_length=4, choices=Format)
    # SHA-256 of the exact bytes; also the file's name in storage.
    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveIntegerField()
    manifest_urn = models.CharField(max_length=120, db_index=True)
    # The C2PA manifest store, kept so that a stripped copy can be reunited with it.
    manifest_store = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("image", "format"), name="file_once_per_format"),)

    @property
    def storage_name(self) -> str:
        return published_name(self.sha256)


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def unfinished(self) -> "InspectionQuerySet":
        """Waiting or being examined."""
        return self.filter(status__in=(Inspection.Status.QUEUED, Inspection.Status.RUNNING))


class Inspection(models.Model):
    """One check of a suspected picture: the upload, what was found in it, and the verdict."""

    class Status(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "being examined"
        DONE = "done", "examined"
        FAILED = "failed", "could not be examined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    upload_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveIntegerField()
    # A keyed hash that stands for the sender while the check is unfinished (accounts.client); then empty.
    client = models.CharField(max_length=32, blank=True)
    # The suspect as we decoded it, small and re-encoded: what staff look at, never the stranger's bytes.
    preview = models.BinaryField(blank=True, default=b"")
    verdict = models.CharField(max_length=20, blank=True)
    # provenance.evidence.Evidence as JSON: every finding with its numbers. Staff only.
    evidence = models.JSONField(default=dict, blank=True)
    # What the manifests say, for the page and for download: `own` of the file, `recovered` of what we kept
    # (provenance.credentials.history.History and crJSON); deleted with the upload.
    credentials = models.JSONField(default=dict, blank=True)
    crjson = models.JSONField(default=dict, blank=True)
    image = models.ForeignKey(
        RegisteredImage, models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    # When a message was last sent for it; see provenance.inspection_store.stalled.
    enqueued_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # After this the upload is deleted; null: a report was filed with it and the case decides.
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    upload_deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InspectionQuerySet] = InspectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        # Rows are never deleted, and each upload counts the few that are unfinished or still have a file.
        indexes = (
            models.Index(fields=("client",), name="unfinished_by_client", condition=~Q(client="")),
            models.Index(
                fields=("size_bytes",),
                name="uploads_not_deleted",
                condition=Q(upload_deleted_at__isnull=True),
            ),
        )


def signed(payload: int) -> int:
    """Returns the signed 64-bit number with the same bits as the unsigned `payload`."""
    return payload - 2**64 if payload >= 2**63 else payload


def published_name(sha256: str) -> str:
    """Returns where the published file with this hash lies in storage."""
    return f"published/{sha256[:2]}/{sha256}"
