"""The questions of the Soft Binding Resolution API (C2PA 2.4) that the registry answers at once.

What a picture holds is asked for in `content_query`, because a worker has to look.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provenance.credentials import jumbf
from provenance.credentials.binding_values import ALGORITHMS, payload_of
from provenance.credentials.kept_manifests import nearest_first, withdrawn_among
from provenance.errors import ProvenanceError
from provenance.models import PublishedFile, RegisteredImage

# The version of the specification whose semantics these answers have.
SPECIFICATION: Final = "2.4.0"
# A mark that was read is right or it is none: its chance of error is far below a percent of a percent.
SAME_MARK: Final = 100

_WITHDRAWN: Final = "The picture of this manifest was taken from view, so the manifest is not given out."
_BRINGS_WITHDRAWN: Final = (
    "This manifest brings along that of a picture which was taken from view, so it is not given out."
)


class NoManifest(ProvenanceError):
    """There is no manifest of this name, or none that may be given out."""

    http_status = 404


@dataclass(frozen=True)
class Match:
    """A manifest of ours that answers a query.

    Attributes:
        score: 0 to 100, see docs/soft-binding-resolution.md.
    """

    urn: str
    score: int


def by_binding(alg: str, value: str, most: int) -> list[Match]:
    """Returns the manifests that list this soft binding, at most `most`; those of withdrawn images too.

    Args:
        alg: Name of the algorithm. Of one that is not ours we know no manifest.
        value: Base64; see `binding_values.payload_of` for its forms.

    Raises:
        NotBase64: it is not.
    """
    payload = payload_of(value)
    if payload is None or alg not in ALGORITHMS:
        return []
    marked = RegisteredImage.objects.with_payload(payload).filter(watermark_codec=ALGORITHMS[alg])
    return of_images(list(marked.values_list("pk", flat=True)), SAME_MARK)[:most]


def of_images(ids: Sequence[uuid.UUID | str], score: int, formats: Sequence[str] = ()) -> list[Match]:
    """Returns the manifests of all files of these images, in this order, files in `formats` first."""
    files: dict[str, list[PublishedFile]] = {str(pk): [] for pk in ids}
    found = PublishedFile.objects.filter(image__in=[uuid.UUID(pk) for pk in files])
    for file in found.only("image_id", "format", "manifest_urn"):
        files[str(file.image_id)].append(file)
    return [
        Match(file.manifest_urn, score)
        for of_one in files.values()
        for file in nearest_first(of_one, formats)
    ]


def manifest_store(urn: str, *, only_active: bool) -> bytes:
    """Returns the manifest store whose active manifest has this name, or that manifest alone in a store.

    Raises:
        NoManifest: it is not one of ours, or it shows an image that was taken from view.
    """
    # PostgreSQL takes a NUL for an error.
    named = (
        PublishedFile.objects.filter(manifest_urn=urn) if "\0" not in urn else PublishedFile.objects.none()
    )
    file = named.select_related("image").first()
    if file is None:
        raise NoManifest("not_found", "We have published no manifest of this name.")
    if not file.image.is_on_view:
        raise NoManifest("withdrawn", _WITHDRAWN)
    store = bytes(file.manifest_store)
    if withdrawn_among([manifest.urn for manifest in jumbf.manifests(store)]):
        raise NoManifest("withdrawn", _BRINGS_WITHDRAWN)
    return jumbf.only_active(store) if only_active else store
