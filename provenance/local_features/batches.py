"""Which images belong together in a segment: rows of the database, the same for every machine.

A published image waits until its features are given to a batch (models.FeatureSegment) and then stays there:
its row changes once. Files hold one batch or many and are made from these rows on each machine (see
`segment_store`).
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone

from provenance.local_features import extraction, segment
from provenance.local_features.extraction import VERSION
from provenance.local_features.segment import Segment
from provenance.models import FeatureSegment, ImageQuerySet, RegisteredImage

# Fewer wait, unless they have waited for so long: a batch costs a row and a merge.
LEAST_IMAGES: Final = 1000
LONGEST_WAIT: Final = dt.timedelta(hours=1)
# 31 MB of features.
MOST_IMAGES: Final = 10_000
# In which images go into batches.
ORDER: Final = ("published_at", "pk")


def waiting() -> ImageQuerySet:
    """Returns the published images with features of the current version that no batch of this version has."""
    ours = RegisteredImage.objects.published().filter(local_features_version=VERSION)
    # Rows whose features were made anew after they had been given to a batch of another version. Asked first,
    # because nearly always there is none and the index on images without a segment then serves alone.
    earlier = list(FeatureSegment.objects.exclude(version=VERSION).values_list("pk", flat=True))
    without = ours.filter(segment__isnull=True)
    return without | ours.filter(segment__in=earlier) if earlier else without


def seal(*, least: int = LEAST_IMAGES) -> int:
    """Gives waiting images to new batches and returns how many. Fewer than `least` wait up to an hour."""
    total = 0
    while count := _seal_one(least):
        total += count
    return total


@transaction.atomic
def _seal_one(least: int) -> int:
    rows = list(
        waiting()
        .order_by(*ORDER)
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", "published_at")[:MOST_IMAGES]
    )
    if not rows:
        return 0
    oldest = rows[0][1]
    assert oldest is not None
    if len(rows) < least and oldest > timezone.now() - LONGEST_WAIT:
        return 0
    batch = FeatureSegment.objects.create(version=VERSION, images_count=len(rows))
    return RegisteredImage.objects.filter(pk__in=[pk for pk, _ in rows]).update(segment=batch)


def forget_earlier_versions() -> None:
    """Deletes the batches of other versions that have no image left."""
    FeatureSegment.objects.exclude(version=VERSION).filter(images__isnull=True).delete()


def state() -> tuple[object, ...]:
    """Returns something that differs whenever there are other batches than before."""
    ours = FeatureSegment.objects.filter(version=VERSION)
    return tuple(ours.aggregate(Count("pk"), Max("created_at")).values())


def known() -> set[uuid.UUID]:
    """Returns the batches of the current version."""
    return set(FeatureSegment.objects.filter(version=VERSION).values_list("pk", flat=True))


def images_count(some: Collection[uuid.UUID]) -> int:
    """Returns how many images were given to these batches."""
    total = FeatureSegment.objects.filter(pk__in=some).aggregate(images=Sum("images_count"))
    return total["images"] or 0


def segment_of(batch: uuid.UUID) -> Segment:
    """Returns the segment of one batch, in memory, read from its rows."""
    rows = RegisteredImage.objects.filter(segment=batch, local_features_version=VERSION)
    return _built(rows, batch)


def segment_of_images(images: Collection[uuid.UUID]) -> Segment:
    """Returns the segment of some images, in memory."""
    return _built(RegisteredImage.objects.filter(pk__in=images), None)


def _built(rows: ImageQuerySet, batch: uuid.UUID | None) -> Segment:
    pairs = rows.order_by("pk").values_list("pk", "local_features")
    images = [(pk, extraction.decode(bytes(data))) for pk, data in pairs.iterator()]
    return segment.build(images, () if batch is None else (batch,))
