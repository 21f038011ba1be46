"""Making what is derived from published files anew: fingerprints, thumbnails, local features, segments.

Rows and files are the truth. Each row is rebuilt from its published PNG and written in one statement, so that
a run may end at any line: what is written is whole, and the next run goes on with what is left. Whether an
image is on view is none of this module's business.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from provenance import fingerprint, images, lookalike
from provenance.errors import UnreadableImage
from provenance.local_features import batches, extraction, segment_store
from provenance.models import ImageQuerySet, PublishedFile, RegisteredImage
from provenance.published_files import open_file
from provenance.registry import UploadLook

FINGERPRINTS: Final = "fingerprints"
LOCAL_FEATURES: Final = "local-features"
SEGMENTS: Final = "segments"
PARTS: Final = (FINGERPRINTS, LOCAL_FEATURES, SEGMENTS)
# Rows without pictures are small; their files are read one at a time.
_BATCH: Final = 200


@dataclass(frozen=True)
class Step:
    """One image rebuilt, or why it could not be."""

    image_id: uuid.UUID
    error: str = ""


@dataclass
class Place:
    """How far a run over everything has come, kept in a file, so that the next one goes on there.

    A run that rebuilds only what is out of date needs none: rows say by their versions what is done.
    """

    parts: Collection[str]
    path: Path = field(default_factory=lambda: Path(settings.VAR_DIR) / "reindex.json")

    def read(self) -> uuid.UUID | None:
        """Returns the last image that is done; None if no run for the same parts and versions was cut off."""
        if not self.path.exists():
            return None
        kept = json.loads(self.path.read_text())
        done = uuid.UUID(kept.pop("done"))
        return done if kept == self._key() else None

    def keep(self, done: uuid.UUID) -> None:
        """Writes it whole or not at all."""
        temporary = self.path.with_suffix(".unfinished")
        temporary.write_text(json.dumps({**self._key(), "done": str(done)}))
        temporary.replace(self.path)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def _key(self) -> dict[str, Any]:
        return {"parts": sorted(self.parts), "versions": [fingerprint.VERSION, extraction.VERSION]}


def outdated(parts: Collection[str], *, everything: bool = False) -> ImageQuerySet:
    """Returns the published images of which one of the parts has another version than the current one."""
    published = RegisteredImage.objects.published()
    if everything:
        return published
    wanted = Q(pk__in=())
    if FINGERPRINTS in parts:
        wanted |= ~Q(fingerprint_version=fingerprint.VERSION)
    if LOCAL_FEATURES in parts:
        wanted |= ~Q(local_features_version=extraction.VERSION)
    return published.filter(wanted)


def rebuild_rows(parts: Collection[str], *, everything: bool = False) -> Iterator[Step]:
    """Rebuilds rows in the order of their ids and yields each; one that fails is left as it was.

    Args:
        parts: `FINGERPRINTS`, `LOCAL_FEATURES` or both.
        everything: Also what is current; a run that was cut off is gone on with.
    """
    place = Place(parts)
    after = place.read() if everything else None
    while batch := _after(outdated(parts, everything=everything), after):
        for image in batch:
            yield Step(image.pk, _rebuild(image, parts if everything else _outdated_parts(image, parts)))
            after = image.pk
            if everything:
                place.keep(after)
    if everything:
        place.forget()


def remaining(parts: Collection[str], *, everything: bool = False) -> int:
    """Returns how many images `rebuild_rows` will yield."""
    rows = outdated(parts, everything=everything)
    after = Place(parts).read() if everything else None
    return (rows.filter(pk__gt=after) if after else rows).count()


def rebuild_segments(*, everything: bool = False) -> int:
    """Puts every image with current features into this machine's files; returns how many were in none.

    Args:
        everything: Make all files of this machine anew. What a search has open outlives its deletion.
    """
    count = batches.seal(least=1)
    if everything:
        segment_store.rebuild()
    else:
        segment_store.maintain()
    return count


def _after(rows: ImageQuerySet, after: uuid.UUID | None) -> list[RegisteredImage]:
    rows = rows.filter(pk__gt=after) if after else rows
    return list(rows.order_by("pk").defer("thumbnail", "local_features")[:_BATCH])


def _outdated_parts(image: RegisteredImage, parts: Collection[str]) -> set[str]:
    versions = {FINGERPRINTS: fingerprint.VERSION, LOCAL_FEATURES: extraction.VERSION}
    held = {FINGERPRINTS: image.fingerprint_version, LOCAL_FEATURES: image.local_features_version}
    return {part for part in parts if part in held and held[part] != versions[part]}


def _rebuild(image: RegisteredImage, parts: Collection[str]) -> str:
    """Returns why it could not be rebuilt, or nothing."""
    try:
        file = image.files.get(format=PublishedFile.Format.PNG)
        data = open_file(file)
        if hashlib.sha256(data).hexdigest() != file.sha256:
            return "file_changed"
        changes = _changes(image, images.decode(data), parts)
    except (PublishedFile.DoesNotExist, FileNotFoundError):
        return "file_missing"
    except UnreadableImage as error:
        return error.code
    RegisteredImage.objects.filter(pk=image.pk).update(**changes)
    return ""


def _changes(image: RegisteredImage, decoded: images.Decoded, parts: Collection[str]) -> Mapping[str, Any]:
    changes: dict[str, Any] = {}
    if FINGERPRINTS in parts:
        look = fingerprint.look(decoded.rgb)
        changes |= {
            "fingerprint_version": look.fingerprint.version,
            "pdq": look.fingerprint.pdq,
            "pdq_quality": look.fingerprint.quality,
            "phash": look.fingerprint.phash,
            "thumbnail": lookalike.thumbnail(look.small),
        }
        if image.source_pdq is not None and image.source_phash is not None:
            upload = UploadLook(image.source_pdq, image.source_phash)
            changes["source_distance"] = upload.distance(look.fingerprint.pdq)
    if LOCAL_FEATURES in parts:
        found = extraction.extract(decoded.rgb)
        changes |= {"local_features": found, "local_features_version": extraction.VERSION}
        if found != bytes(image.local_features):
            # The file that it is in holds what it was; it goes into a new one.
            changes["segment"] = None
    return changes
