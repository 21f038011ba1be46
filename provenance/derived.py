"""Images of ours that were made from an upload, and a suspect that may be that upload.

An inpainting keeps the pixels around it, and a variation may stay near its source. So somebody's own
photograph looks like what was made from it, and must never come back as ours by look alone.
"""

import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection

from provenance import confirmation, fingerprint, registry
from provenance.bits import to_bit_string
from provenance.evidence import DerivedFinding, Presence
from provenance.fingerprint import LEAST_QUALITY, Look
from provenance.matches import HASH, Match, View, published_count
from provenance.models import RegisteredImage
from provenance.orientations import ORIENTATIONS, nearest_orientation

# A suspect this near to an upload may be that upload, if the second hash agrees.
SAME_LOOK: Final = registry.CANDIDATE_DISTANCE
# PDQ alone: nobody's unrelated pair came below 84; 31 is the threshold that its authors publish.
SURE_PDQ: Final = 31
# Beyond that both hashes must agree: pHash at 54 or less extrapolates to one false pair in 10**12.
CONFIRMING_PHASH: Final = 54
_MOST_UPLOADS: Final = 20

# Few images are made from uploads: this reads all of those.
_NEAREST = """
    SELECT id, min(bit_count(source_pdq # query)) AS distance
    FROM provenance_registeredimage, unnest(%s::text[]::bit(256)[]) AS query
    WHERE source_pdq IS NOT NULL AND published_at IS NOT NULL AND bit_count(source_pdq # query) <= %s
    GROUP BY id ORDER BY distance, id LIMIT %s
"""


def may_be_the_upload(match: Match) -> bool:
    """Whether the image was made from an upload: then the suspect might as well be that.

    However much was redrawn. What was brought may have been the photograph with something added, words or a
    sticker, that was inpainted away: then the photograph itself is nearer to what was made than the upload.
    """
    return match.image.source_pdq is not None


def finding(seen: Sequence[View], others: Sequence[Match], named: Collection[str | None]) -> DerivedFinding:
    by_upload = [found for found in _by_upload(seen) if found[0] not in named]
    ranked = sorted(others, key=lambda match: match.fit.pixel_difference)
    ids = dict.fromkeys([image_id for image_id, _ in by_upload] + [str(match.image.pk) for match in ranked])
    if not ids:
        return DerivedFinding()
    nearest = min((distance for _, distance in by_upload), default=None)
    if not ranked:
        assert nearest is not None
        chance = min(1.0, published_count() * len(ORIENTATIONS) * confirmation.chance_of(nearest))
        return DerivedFinding(Presence.PRESENT, tuple(ids), None, nearest, HASH, error_probability=chance)
    best = ranked[0]
    return DerivedFinding(
        presence=Presence.PRESENT,
        image_ids=tuple(ids),
        pdq_distance=best.fit.pdq_distance,
        source_distance=nearest,
        method=best.method,
        inliers=best.inliers,
        overlap=round(best.fit.overlap, 4),
        alignment=best.alignment,
        error_probability=best.chance,
    )


def nearest_uploads(pdq_hashes: Sequence[bytes]) -> list[tuple[uuid.UUID, int]]:
    """Returns (id, distance) of images made from an upload that is near any of the hashes, nearest first."""
    with connection.cursor() as cursor:
        queries = [to_bit_string(pdq) for pdq in pdq_hashes]
        cursor.execute(_NEAREST, [queries, SAME_LOOK, _MOST_UPLOADS])
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _by_upload(seen: Sequence[View]) -> list[tuple[str, int]]:
    """Returns (image id, distance) of images that were made from an upload that looks like the suspect."""
    found: dict[str, int] = {}
    for view in seen:
        if view.look.fingerprint.quality < LEAST_QUALITY:
            continue
        near = dict(nearest_uploads(view.look.orientations))
        for image in RegisteredImage.objects.filter(pk__in=near):
            if near[image.pk] <= SURE_PDQ or _same_phash(image, view.look):
                found[str(image.pk)] = min(near[image.pk], found.get(str(image.pk), near[image.pk]))
    return sorted(found.items(), key=lambda pair: pair[1])


def _same_phash(image: RegisteredImage, look: Look) -> bool:
    """The second opinion, in the orientation in which the first hash was nearest."""
    assert image.source_pdq is not None
    assert image.source_phash is not None
    orientation, _ = nearest_orientation(image.source_pdq, look)
    phash = fingerprint.phash(orientation.of(look.small))
    return fingerprint.distance(image.source_phash, phash) <= CONFIRMING_PHASH
