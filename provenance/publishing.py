"""From pixels to a published, traceable image. Three points of order:

1. The registry row exists before any stamped pixel does: no image of ours can be unknown to us.
2. The watermark comes before the signature: the manifest binds the final bytes.
3. The fingerprint is taken from the published pixels: that is what copies are made of.

Nothing is published that was not read back. A worker may die at any line: until `registry.register` commits
nothing is visible, and doing it again gives the same row and publishes once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance import fingerprint, lookalike, published_files, registry, stamping
from provenance.credentials.definition import Parent, Region
from provenance.errors import UnknownKey
from provenance.local_features import extraction
from provenance.marking_keys import MarkingKey, all_keys
from provenance.models import RegisteredImage, published_name
from provenance.registry import FileRecord, Origin, UploadLook
from watermark.codec import DEFAULT_CODEC


@dataclass(frozen=True)
class Published:
    """A published image. `is_new` is False if an earlier attempt had published it already."""

    image: RegisteredImage
    is_new: bool


def publish(
    rgb: NDArray[np.uint8],
    origin: Origin,
    parent: Parent | None = None,
    upload: UploadLook | None = None,
    region: Region | None = None,
) -> Published:
    """Stamps and publishes a generated picture.

    Args:
        rgb: uint8, shape (H, W, 3).
        origin: Which work made it; publishing twice for one origin publishes once.
        parent: What an inpainting or a variation was made from, for the manifest.
        upload: How that looked, if it was somebody's own picture, or was made from one.
        region: The part that an inpainting redrew, for the manifest.

    Raises:
        ProvenanceError, WatermarkError: it could not be stamped; nothing was published.
    """
    height, width = rgb.shape[:2]
    key = all_keys()[0]
    image = registry.reserve(
        origin, width=width, height=height, watermark_codec=DEFAULT_CODEC, watermark_key_id=key.id
    )
    if image.published_at is not None:
        return Published(image, is_new=False)
    stamped = stamping.stamp(rgb, image, _key_of(image), parent, region)
    for file in stamped.files:
        published_files.store(published_name(file.sha256), file.data)
    look = fingerprint.look(stamped.rgb)
    is_new = registry.register(
        image,
        look.fingerprint,
        lookalike.thumbnail(look.small),
        [
            FileRecord(file.format, file.sha256, len(file.data), file.manifest_urn, file.manifest_store)
            for file in stamped.files
        ],
        features=registry.LocalFeatures(extraction.VERSION, extraction.extract(stamped.rgb)),
        upload=upload,
    )
    image.refresh_from_db()
    return Published(image, is_new)


def _key_of(image: RegisteredImage) -> MarkingKey:
    """Returns the key that the row was reserved with: it may have been rotated since.

    Raises:
        UnknownKey: it was taken out of WATERMARK_KEYS.
    """
    for key in all_keys():
        if key.id == image.watermark_key_id:
            return key
    raise UnknownKey(
        "unknown_watermark_key", "This picture was begun with a key that is gone. Please start it again."
    )
