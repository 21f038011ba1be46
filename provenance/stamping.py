"""Makes a reserved image traceable: visible signature, invisible watermark, encoding, C2PA signature, in that
order, and then reads everything back from the finished bytes."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from provenance import detection, images, manifest, signing
from provenance.credentials import jumbf
from provenance.credentials.definition import Parent, Region, Statement, watermark_value, xmp_packet
from provenance.errors import ProvenanceError, SigningFailed
from provenance.marking_keys import MarkingKey
from provenance.models import RegisteredImage
from watermark import codec, signature

logger = logging.getLogger(__name__)

# Every file of ours travels with it, in each format. A camera's manifest has some 100 kB, one of ten edits
# with thumbnails about a megabyte.
MOST_STORE_BYTES: Final = 4 * 2**20

# What a manifest must be made of. Other parts, above all data boxes, hold prompts and pictures, and crJSON
# does not list them, so that nobody could say what to redact.
_PARTS_OF_A_MANIFEST: Final = frozenset({"c2pa.assertions", "c2pa.claim", "c2pa.claim.v2", "c2pa.signature"})

FORMATS: Final[tuple[images.PublishedFormat, ...]] = get_args(images.PublishedFormat)


class StampUnreadable(ProvenanceError):
    """Something that was stamped into the file could not be read back from it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "stamp_unreadable",
            f"The {what} of this picture could not be read back, so it was not published. "
            "Please try again; another seed or wording usually helps.",
        )


@dataclass(frozen=True)
class StampedFile:
    """A finished file with everything in it, read back."""

    format: str
    data: bytes
    manifest_store: bytes
    manifest_urn: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class StampedImage:
    """All published files of one image and the pixels of the lossless one (H, W, 3)."""

    rgb: NDArray[np.uint8]
    files: tuple[StampedFile, ...]


def stamp(
    rgb: NDArray[np.uint8],
    image: RegisteredImage,
    key: MarkingKey,
    parent: Parent | None = None,
    region: Region | None = None,
) -> StampedImage:
    """Returns the image's files in every format we publish.

    Args:
        rgb: uint8, shape (H, W, 3), as the generator made it.
        image: Its registry row, reserved.
        key: The present watermark key.
        parent: What it was made from, if it was made from a picture.
        region: The part of it that was redrawn, if only a part was.

    Raises:
        StampUnreadable: a stamp could not be read back from a finished file.
        SigningFailed: the signature was not made, for instance because our certificate has expired.
        watermark.errors.WatermarkError: the picture is too small or does not hold a watermark.
    """
    signing.signer()  # says at once that nothing can be signed
    signed_look = signature.draw(rgb)
    marked = codec.embed(signed_look, image.payload, key=key.secret, codec=image.watermark_codec)
    statement = replace(_statement(image), parent=parent, region=region, thumbnail=manifest.thumbnail(marked))
    return StampedImage(marked, tuple(_files(marked, image, key, statement)))


def watermark_alg(codec_name: str) -> str:
    """Returns the codec's dotted name for C2PA's soft binding."""
    return f"org.tracery.{codec_name.lower()}.{codec.CODECS[codec_name].version}"


def verify_url() -> str:
    """Returns the address that every manifest of ours names for checking a picture."""
    return f"{settings.SITE_URL}/verify"


def _files(
    marked: NDArray[np.uint8], image: RegisteredImage, key: MarkingKey, statement: Statement
) -> Iterator[StampedFile]:
    xmp = xmp_packet(image.digital_source_type, statement.verify_url, image.pk, statement.product_name)
    for name in FORMATS:
        mime = images.MIME[name]
        encoded = images.encode(marked, name, xmp=xmp)
        if name == "WEBP" and not _carries_mark(images.decode(encoded).rgb, image, key):
            # Lossy WebP halves the colour resolution; a few strongly coloured drawings lose the mark in it.
            encoded = images.encode(marked, name, xmp=xmp, lossless=True)
        signed, statement = _signed(encoded, mime, statement)
        _read_back(signed, image, key)
        yield StampedFile(name, signed.data, signed.store, signed.urn)


def _signed(data: bytes, mime: str, statement: Statement) -> tuple[manifest.Signed, Statement]:
    """Returns the signed file and what was said in it, which the next file is to say too.

    A stranger's manifests may be such that ours does not hold with them in it: some readers' faults lie in
    how ingredients are judged. They may also be large, or hold what cannot be redacted. The person gets the
    picture then, without them.
    """
    parent = statement.parent
    without = replace(statement, parent=parent.fallback) if parent and parent.fallback else None
    try:
        signed = manifest.sign(data, mime, statement, signing.signer(), signing.anchors())
    except SigningFailed as error:
        if without is None or error.code not in ("signing_failed", "not_trusted"):
            raise
        logger.warning("image %s: its source's manifests are left out: %s", statement.image_id, error)
    else:
        more = jumbf.parts(signed.store) - _PARTS_OF_A_MANIFEST if without else ()
        if without is None or (len(signed.store) <= MOST_STORE_BYTES and not more):
            return signed, statement
        found = ", ".join(sorted(more)) or f"{len(signed.store)} bytes"
        logger.warning("image %s: its source's manifests are left out: %s", statement.image_id, found)
    return manifest.sign(data, mime, without, signing.signer(), signing.anchors()), without


def _statement(image: RegisteredImage) -> Statement:
    return Statement(
        image_id=image.pk,
        title=f"{settings.PRODUCT_NAME} image {str(image.pk)[:8]}",
        digital_source_type=image.digital_source_type,
        generator_name=image.model_name,
        generator_version=image.model_version,
        product_version=settings.PRODUCT_VERSION,
        created_at=image.reserved_at,
        watermark_alg=watermark_alg(image.watermark_codec),
        watermark_value=watermark_value(image.payload),
        verify_url=verify_url(),
        flow=image.flow,  # type: ignore[arg-type]
        product_name=settings.PRODUCT_NAME,
    )


def _read_back(signed: manifest.Signed, image: RegisteredImage, key: MarkingKey) -> None:
    """Raises StampUnreadable unless signature, watermark and manifest are all found in the finished bytes.

    Signing has read the manifest from them already.
    """
    rgb = images.decode(signed.data).rgb
    if not signature.is_present(rgb):
        raise StampUnreadable("visible signature")
    if not _carries_mark(rgb, image, key):
        raise StampUnreadable("invisible watermark")
    if signed.reading.state != "Trusted" or signed.reading.image_id != image.pk:
        raise StampUnreadable("signed manifest")


def _carries_mark(rgb: NDArray[np.uint8], image: RegisteredImage, key: MarkingKey) -> bool:
    found = detection.detect(rgb, keys=[key.secret], codec_name=image.watermark_codec)
    return found is not None and found.payload == image.payload
