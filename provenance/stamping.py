"""Makes a reserved image traceable: visible signature, invisible watermark, encoding, C2PA signature, in that
order, and then reads everything back from the finished bytes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from provenance import detection, images, manifest, signing
from provenance.credentials.definition import Parent, Statement, xmp_packet
from provenance.errors import ProvenanceError
from provenance.marking_keys import MarkingKey
from provenance.models import RegisteredImage
from watermark import codec, signature

FORMATS: Final[tuple[Literal["PNG", "JPEG", "WEBP"], ...]] = ("PNG", "JPEG", "WEBP")


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
    rgb: NDArray[np.uint8], image: RegisteredImage, key: MarkingKey, parent: Parent | None = None
) -> StampedImage:
    """Returns the image's files in every format we publish.

    Args:
        rgb: uint8, shape (H, W, 3), as the generator made it.
        image: Its registry row, reserved.
        key: The present watermark key.
        parent: What it was made from, if it was made from a picture.

    Raises:
        StampUnreadable: a stamp could not be read back from a finished file.
        SigningFailed: the signature was not made, for instance because our certificate has expired.
        watermark.errors.WatermarkError: the picture is too small or does not hold a watermark.
    """
    signing.signer()  # says at once that nothing can be signed
    signed_look = signature.draw(rgb)
    marked = codec.embed(signed_look, image.payload, key=key.secret, codec=image.watermark_codec)
    return StampedImage(marked, tuple(_files(marked, image, key, parent)))


def watermark_alg(codec_name: str) -> str:
    """Returns the codec's dotted name for C2PA's soft binding."""
    return f"org.tracery.{codec_name.lower()}.{codec.CODECS[codec_name].version}"


def verify_url() -> str:
    """Returns the address that every manifest of ours names for checking a picture."""
    return f"{settings.SITE_URL}/verify"


def _files(
    marked: NDArray[np.uint8], image: RegisteredImage, key: MarkingKey, parent: Parent | None
) -> Iterator[StampedFile]:
    statement = replace(_statement(image), parent=parent)
    xmp = xmp_packet(image.digital_source_type, statement.verify_url, image.pk)
    for name in FORMATS:
        mime = images.MIME[name]
        encoded = images.encode(marked, name, xmp=xmp)
        if name == "WEBP" and not _carries_mark(encoded, image, key):
            # Lossy WebP halves the colour resolution; a few strongly coloured drawings lose the mark in it.
            encoded = images.encode(marked, name, xmp=xmp, lossless=True)
        signed = manifest.sign(encoded, mime, statement, signing.signer(), signing.anchors())
        _read_back(signed.data, mime, image, key)
        yield StampedFile(name, signed.data, signed.store, signed.urn)


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
        watermark_value=f"{image.payload:016x}",
        verify_url=verify_url(),
        flow=image.flow,  # type: ignore[arg-type]
        product_name=settings.PRODUCT_NAME,
    )


def _read_back(data: bytes, mime: str, image: RegisteredImage, key: MarkingKey) -> None:
    """Raises StampUnreadable unless signature, watermark and manifest are all found in the finished bytes."""
    rgb = images.decode(data).rgb
    if not signature.is_present(rgb):
        raise StampUnreadable("visible signature")
    if not _carries_mark(data, image, key):
        raise StampUnreadable("invisible watermark")
    reading = manifest.read(data, mime, signing.anchors())
    if reading is None or reading.state != "Trusted" or reading.image_id != image.pk:
        raise StampUnreadable("signed manifest")


def _carries_mark(data: bytes, image: RegisteredImage, key: MarkingKey) -> bool:
    rgb = images.decode(data).rgb
    found = detection.detect(rgb, keys=[key.secret], codec_name=image.watermark_codec)
    return found is not None and found.payload == image.payload
