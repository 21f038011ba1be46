"""The registry of our images: reserve before stamping, register after reading back, find, withdraw."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from provenance import hash_search
from provenance.models import Inspection, PublishedFile, RegisteredImage, signed

if TYPE_CHECKING:
    # The web process withdraws images, and never loads the hashing libraries.
    from provenance.fingerprint import Fingerprint

# Candidates up to here are worth a closer look; see provenance.lookalike for what confirms one.
CANDIDATE_DISTANCE: Final = 64
_MOST_CANDIDATES: Final = 20


@dataclass(frozen=True)
class Origin:
    """Where an image comes from: which work made it, for whom, by which model.

    Attributes:
        origin_id: Identifies the work; reserving twice for (origin_id, index) gives the same row.
        flow: One of RegisteredImage.Flow.
        digital_source_type: The last part of the IPTC term, as in the manifest.
    """

    origin_id: uuid.UUID
    index: int
    flow: str
    model_name: str
    model_version: str
    digital_source_type: str
    owner: User | None = None


@dataclass(frozen=True)
class FileRecord:
    """One published file: its bytes' hash and size, and its manifest."""

    format: str
    sha256: str
    size_bytes: int
    manifest_urn: str
    manifest_store: bytes


@dataclass(frozen=True)
class UploadLook:
    """Fingerprints of the upload that an image was made from, at first or at second hand.

    Attributes:
        pdq, phash: 32 bytes each.
    """

    pdq: bytes
    phash: bytes

    def distance(self, pdq: bytes) -> int:
        """Returns the PDQ distance, 0 to 256, to a picture that lies the same way round."""
        return (int.from_bytes(self.pdq) ^ int.from_bytes(pdq)).bit_count()


@dataclass(frozen=True)
class LocalFeatures:
    """Keypoints that parts of an image are found by, in the form that `version` names."""

    version: str
    data: bytes


def reserve(
    origin: Origin, *, width: int, height: int, watermark_codec: str, watermark_key_id: str
) -> RegisteredImage:
    """Returns the image's row, made before any stamped pixel exists; the same row if asked again."""
    image, _ = RegisteredImage.objects.get_or_create(
        origin_id=origin.origin_id,
        origin_index=origin.index,
        defaults={
            "flow": origin.flow,
            "owner": origin.owner,
            "model_name": origin.model_name,
            "model_version": origin.model_version,
            "digital_source_type": origin.digital_source_type,
            "width": width,
            "height": height,
            # 64 random bits: two images share a payload with probability 2**-64 a pair, and the unique
            # constraint turns even that into an error before anything is stamped.
            "watermark_payload": signed(secrets.randbits(64)),
            "watermark_codec": watermark_codec,
            "watermark_key_id": watermark_key_id,
        },
    )
    return image


@transaction.atomic
def register(
    image: RegisteredImage,
    fingerprint: "Fingerprint",
    thumbnail: bytes,
    files: Sequence[FileRecord],
    *,
    features: LocalFeatures | None = None,
    upload: UploadLook | None = None,
) -> bool:
    """Publishes a reserved image with its files, all or nothing; returns False if it was published before.

    Two workers may finish the same image: the row is claimed by one conditional update, and only the one
    that changed it writes the files.
    """
    claimed = RegisteredImage.objects.filter(pk=image.pk, published_at__isnull=True).update(
        fingerprint_version=fingerprint.version,
        pdq=fingerprint.pdq,
        pdq_quality=fingerprint.quality,
        phash=fingerprint.phash,
        thumbnail=thumbnail,
        local_features=features.data if features else b"",
        local_features_version=features.version if features else "",
        source_pdq=upload.pdq if upload else None,
        source_phash=upload.phash if upload else None,
        source_distance=upload.distance(fingerprint.pdq) if upload else None,
        published_at=timezone.now(),
    )
    if not claimed:
        return False
    PublishedFile.objects.bulk_create(
        PublishedFile(
            image=image,
            format=file.format,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            manifest_urn=file.manifest_urn,
            manifest_store=file.manifest_store,
        )
        for file in files
    )
    return True


def withdraw(image: RegisteredImage) -> None:
    """Takes a published image from view. Row, fingerprints and files stay, so copies are still recognised.

    What checks have shown of its credentials goes, thumbnails and all.
    """
    RegisteredImage.objects.filter(pk=image.pk, withdrawn_at__isnull=True).update(withdrawn_at=timezone.now())
    Inspection.objects.filter(image=image).exclude(credentials={}).update(credentials={}, crjson={})


def restore(image: RegisteredImage) -> None:
    """Gives a withdrawn image back to view."""
    RegisteredImage.objects.filter(pk=image.pk).update(withdrawn_at=None)


def nearest(pdq_hashes: Sequence[bytes]) -> list[tuple[uuid.UUID, int]]:
    """Returns (id, distance) of published images within CANDIDATE_DISTANCE of any hash, nearest first."""
    return hash_search.chosen().nearest(pdq_hashes, distance=CANDIDATE_DISTANCE, most=_MOST_CANDIDATES)
