"""Finding the registered image that a suspect looks like, and confirming it before anything is claimed."""

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from provenance import fingerprint, images, registry
from provenance.evidence import LookalikeFinding, Presence
from provenance.fingerprint import LEAST_QUALITY, Look
from provenance.models import RegisteredImage

# PDQ alone: nobody's unrelated pair came below 84; 31 is the threshold its authors publish.
SURE_PDQ: Final = 31
# Beyond that both hashes must agree: pHash at 54 or less extrapolates to one false pair in 10**12.
CONFIRMING_PHASH: Final = 54
# Two candidates whose thumbnails differ from the suspect by nearly the same are told apart by nothing.
CLEARLY_NEARER: Final = 0.6
THUMBNAIL_SIDE: Final = 256


def find(look: Look) -> LookalikeFinding:
    """Returns the registered image that a suspect looks like, or an absent finding; an unreadable one for a
    picture with too little detail to compare.

    Mirrored and quarter-turned copies are found too. When several images of ours look about as alike, for
    instance results of one prompt, the finding counts them and names none.
    """
    quality = look.fingerprint.quality
    if quality < LEAST_QUALITY:
        return LookalikeFinding(presence=Presence.UNREADABLE, quality=quality)
    turned = _orientations(look.small)
    found = dict(registry.nearest(look.orientations))
    confirmed = [
        finding
        for image in RegisteredImage.objects.filter(pk__in=found)
        if (finding := _confirmed(image, found[image.pk], turned, quality))
    ]
    return _clearest(confirmed, quality)


def thumbnail(rgb: NDArray[np.uint8]) -> bytes:
    """Returns the JPEG of 256 px that the registry keeps to compare with."""
    out = io.BytesIO()
    Image.fromarray(images.thumbnail(rgb, THUMBNAIL_SIDE)).save(out, "JPEG", quality=85)
    return out.getvalue()


def _confirmed(
    image: RegisteredImage, distance: int, turned: Sequence[NDArray[np.uint8]], quality: int
) -> LookalikeFinding | None:
    """The second opinion: the pHash of the orientation whose pixels fit the stored thumbnail best."""
    assert image.phash is not None
    assert image.pdq_quality is not None
    if image.pdq_quality < LEAST_QUALITY:
        return None
    stored = np.asarray(Image.open(io.BytesIO(bytes(image.thumbnail))).convert("RGB"))
    differences = [_difference(view, stored) for view in turned]
    best = int(np.argmin(differences))
    second = fingerprint.distance(fingerprint.phash(turned[best]), image.phash)
    if distance > SURE_PDQ and second > CONFIRMING_PHASH:
        return None
    return LookalikeFinding(
        presence=Presence.PRESENT,
        image_id=str(image.pk),
        pdq_distance=distance,
        phash_distance=second,
        pixel_difference=round(differences[best], 2),
        quality=quality,
        candidates=1,
        candidate_ids=(str(image.pk),),
    )


def _clearest(confirmed: Sequence[LookalikeFinding], quality: int) -> LookalikeFinding:
    if not confirmed:
        return LookalikeFinding(quality=quality)
    ranked = sorted(confirmed, key=lambda finding: finding.pixel_difference or 0.0)
    best = ranked[0]
    limit = (best.pixel_difference or 0.0) / CLEARLY_NEARER
    rivals = [finding for finding in ranked if (finding.pixel_difference or 0.0) <= limit]
    return LookalikeFinding(
        presence=best.presence,
        image_id=best.image_id if len(rivals) == 1 else None,
        pdq_distance=best.pdq_distance,
        phash_distance=best.phash_distance,
        pixel_difference=best.pixel_difference,
        quality=quality,
        candidates=len(rivals),
        candidate_ids=tuple(str(finding.image_id) for finding in rivals),
    )


def _orientations(rgb: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    small = images.thumbnail(rgb, THUMBNAIL_SIDE)
    quarters = [np.ascontiguousarray(np.rot90(small, turns)) for turns in range(4)]
    return quarters + [np.ascontiguousarray(view[:, ::-1]) for view in quarters]


def _difference(view: NDArray[np.uint8], stored: NDArray[np.uint8]) -> float:
    """Root mean square difference after stretching to the stored size, brightness and contrast evened out."""
    size = (stored.shape[1], stored.shape[0])
    resized = np.asarray(Image.fromarray(view).resize(size, Image.Resampling.BILINEAR))
    gap = _evened(resized) - _evened(stored)
    return float(np.sqrt(np.mean(gap * gap)))


def _evened(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Returns values with mean 0 and standard deviation 50, so that a recoloured copy is still near."""
    values = rgb.astype(np.float64)
    return np.asarray((values - values.mean()) / max(float(values.std()), 1.0) * 50.0)
