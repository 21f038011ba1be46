"""The manifest stores that we kept of every published file, found by image or by URN."""

from collections.abc import Collection, Iterable, Sequence

from provenance.models import PublishedFile


def nearest_first(files: Iterable[PublishedFile], formats: Sequence[str]) -> list[PublishedFile]:
    """Returns files with those in `formats` first, in that order; then PNG, JPEG and the rest."""
    order = [name for name in formats if name] + list(PublishedFile.Format.values)
    return sorted(files, key=lambda file: order.index(file.format))


def withdrawn_among(urns: Collection[str]) -> frozenset[str]:
    """Returns those of `urns` that are manifests of images of ours which were taken from view.

    What went into a picture travels in its manifest store, thumbnail and all: an image that is on view may
    bring one along that is not, and under a name of ours with a version and a reason behind it (C2PA 2.4,
    section 8.1), if two manifests in one store had the same.
    """
    ours = {urn: ":".join(urn.split(":")[:3]) for urn in urns}
    files = PublishedFile.objects.filter(
        manifest_urn__in=set(ours.values()), image__withdrawn_at__isnull=False
    )
    withdrawn = set(files.values_list("manifest_urn", flat=True))
    return frozenset(urn for urn, name in ours.items() if name in withdrawn)
