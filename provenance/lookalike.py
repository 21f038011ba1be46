"""What a suspect looks like: a registered image, one of several, or an upload that one was made from.

Of the images that `provenance.matches` confirmed. Results of one prompt are alike, and then the answer is one
of them, never a wrong single one. What may just as well be an upload that an image of ours was made from is a
`DerivedFinding`.
"""

import io
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from provenance import derived, images
from provenance.evidence import DerivedFinding, LookalikeFinding, Presence
from provenance.fingerprint import LEAST_QUALITY
from provenance.matches import Match, View

# Two candidates whose thumbnails differ from the suspect by nearly the same are told apart by nothing.
CLEARLY_NEARER: Final = 0.6
THUMBNAIL_SIDE: Final = 256


def conclude(
    seen: Sequence[View], matches: Sequence[Match], named: Collection[str | None]
) -> tuple[LookalikeFinding, DerivedFinding]:
    """Tells the images that a suspect comes from apart from those that were perhaps made from it.

    Args:
        seen: The views that were searched, the whole picture first.
        matches: From `by_hash` or `by_local_features`.
        named: Images that a mark, a manifest or the bytes name: more than look supports these.

    Returns:
        A look-alike, unreadable where there was too little detail to compare by; when several images look
        about as alike it counts them and names none. And images made from an upload that may be the suspect.
    """
    ours = [
        match for match in matches if str(match.image.pk) in named or not derived.may_be_the_upload(match)
    ]
    ranked = sorted(ours, key=lambda match: match.fit.pixel_difference)
    others = [match for match in matches if match not in ours]
    return _clearest(ranked, seen), derived.finding(seen, others, named)


def thumbnail(rgb: NDArray[np.uint8]) -> bytes:
    """Returns the JPEG of 256 px that the registry keeps to compare with."""
    out = io.BytesIO()
    Image.fromarray(images.thumbnail(rgb, THUMBNAIL_SIDE)).save(out, "JPEG", quality=85)
    return out.getvalue()


def _clearest(ranked: Sequence[Match], seen: Sequence[View]) -> LookalikeFinding:
    if not ranked:
        readable = any(view.look.fingerprint.quality >= LEAST_QUALITY for view in seen)
        presence = Presence.ABSENT if readable else Presence.UNREADABLE
        return LookalikeFinding(presence=presence, quality=seen[0].look.fingerprint.quality)
    best = ranked[0]
    limit = best.fit.pixel_difference / CLEARLY_NEARER
    rivals = tuple(str(match.image.pk) for match in ranked if match.fit.pixel_difference <= limit)
    return LookalikeFinding(
        presence=Presence.PRESENT,
        image_id=rivals[0] if len(rivals) == 1 else None,
        pdq_distance=best.fit.pdq_distance,
        phash_distance=best.fit.phash_distance,
        pixel_difference=round(best.fit.pixel_difference, 2),
        quality=best.fit.quality,
        candidates=len(rivals),
        candidate_ids=rivals,
        method=best.method,
        inliers=best.inliers,
        overlap=round(best.fit.overlap, 4),
        alignment=best.alignment,
        error_probability=best.chance,
    )
