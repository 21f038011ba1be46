"""The credentials that a file has lost: the record that we kept, held against the bytes that were brought.

A copy that was saved again or stripped carries no manifest, or a broken one. Once watermark or look have said
which image of ours it is, the manifest store that we kept tells its history all the same. Its signature holds
and its bytes do not, which is what a recovered record is: what we said of the picture that this one comes
from, not of this file.
"""

import logging
import uuid
from dataclasses import dataclass
from typing import Any, Final

from provenance import sandbox, signing
from provenance.credentials.codes import Finding, finding
from provenance.credentials.history import History
from provenance.credentials.kept_manifests import nearest_first, withdrawn_among
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence
from provenance.models import PublishedFile
from provenance.verdict import Verdict, hangs_on_an_uncompared_mark

logger = logging.getLogger(__name__)

# What may fail in a record that is sound: the bytes were changed, which is why it was recovered, and a
# certificate expires, or its authority is no longer among our anchors.
_EXPECTED: Final = frozenset(
    {
        Finding.BYTES_CHANGED,
        Finding.SIGNER_UNKNOWN,
        Finding.EXPIRED,
        Finding.TIME_STAMP,
        Finding.INGREDIENT_BROKEN,
    }
)


@dataclass(frozen=True)
class Recovered:
    """What manifests say: for the page, and as crJSON for download (None where it is too large)."""

    history: History
    crjson: dict[str, Any] | None


def recover(data: bytes, decided: Verdict, evidence: Evidence) -> Recovered | None:
    """Returns the record that we kept of the image that a suspect comes from, or None.

    None if no single image is named, or only by a mark that nothing bears out, if that image is not on view,
    or if the file still carries its own record unbroken. What is in the way of reading a record never hides
    the verdict: it is logged.

    Args:
        data: The suspect, a file of any format.
        decided: The verdict on it.
        evidence: What the verdict was decided by.
    """
    if decided.image_id is None or evidence.manifest.intact or hangs_on_an_uncompared_mark(evidence):
        return None
    image = uuid.UUID(decided.image_id)
    on_view = PublishedFile.objects.filter(image=image, image__withdrawn_at__isnull=True)
    files = nearest_first(on_view, (evidence.exact.format or "", evidence.format))
    if not files:
        return None
    store = bytes(files[0].manifest_store)
    try:
        read = sandbox.default().history_beside(data, signing.anchors(), store)
    except ProvenanceError as error:
        logger.warning("record of image %s could not be read: %s", decided.image_id, error.code)
        return None
    if read is None or not _is_sound(read[0], files[0].manifest_urn):
        logger.error("record of image %s does not hold", decided.image_id)
        return None
    return to_show(*read)


def to_show(history: History, crjson: dict[str, Any] | None) -> Recovered | None:
    """Returns what manifests say, as far as it may be kept and shown; None if nothing.

    Nothing where the file's manifest is that of an image of ours which was taken from view, and no thumbnail
    of such an image among what went in. (crJSON holds no thumbnails.)
    """
    named = {manifest.urn for manifest in history.manifests}
    named |= {part.urn for manifest in history.manifests for part in manifest.ingredients if part.urn}
    withdrawn = withdrawn_among(named | ({history.active} if history.active else set()))
    if history.active in withdrawn:
        return None
    return Recovered(history.without_thumbnails(withdrawn) if withdrawn else history, crjson)


def _is_sound(history: History, urn: str) -> bool:
    """Whether this is the record that we kept, and its signature holds."""
    active = history.manifest(urn)
    if active is None or history.active != urn or active.trust == "broken":
        return False
    return all(finding(code) in _EXPECTED for code in active.failures)
