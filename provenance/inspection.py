"""What can be found in a suspected picture: signed manifest, watermark, exact bytes, look-alike."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from provenance import (
    detection,
    fingerprint,
    lookalike,
    mark_finding,
    matches,
    sandbox,
    signing,
)
from provenance.credentials.history import History
from provenance.derived import may_be_the_upload
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence, ExactFinding, ManifestFinding, Presence
from provenance.fingerprint import LEAST_QUALITY, Look
from provenance.local_features import matching, search
from provenance.manifest_reading import ManifestReading
from provenance.matches import Match
from provenance.models import PublishedFile, RegisteredImage
from watermark import codec

# Of a SHA-256 collision, and of a forged P-256 signature: 128 bits (NIST SP 800-57 part 1, table 2).
CRYPTOGRAPHIC: Final = 2.0**-128


@dataclass
class Stopwatch:
    """Milliseconds a stage took, by name. Calls `alive` before each stage."""

    alive: Callable[[], None]
    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.alive()
        start = time.perf_counter()
        yield
        self.milliseconds[name] = round((time.perf_counter() - start) * 1000, 1)


@dataclass(frozen=True)
class Examined:
    """The evidence, and what a page shows besides.

    Attributes:
        small: The suspect's pixels for a preview, shrunk (see `fingerprint.Look.small`).
        history: What the file's own manifests say, whoever made them; None if there are none.
        crjson: The same in full, for download; None likewise, or if it is too large.
    """

    evidence: Evidence
    small: NDArray[np.uint8]
    history: History | None = None
    crjson: dict[str, Any] | None = None


def warm_up() -> None:
    """Compiles the loops of the searches and makes their tables, or takes them from the disk."""
    matching.warm_up()
    blank = np.random.default_rng(1).integers(0, 255, (256, 256, 3), np.uint8)
    detection.detect(blank, keys=[bytes(32)], codec_name=codec.DEFAULT_CODEC)


def inspect(data: bytes) -> Evidence:
    """Returns everything found in the bytes of a suspected picture.

    Raises:
        UnreadableImage: it is not a picture that can be decoded within our limits.
        SandboxFailed: the limited process that decodes strangers' files gave up on it.
    """
    return examine(data).evidence


def examine(data: bytes, alive: Callable[[], None] = lambda: None) -> Examined:
    """Like `inspect`, with pixels for a preview; calls `alive` before each stage."""
    watch = Stopwatch(alive)
    with watch.stage("exact"):
        sha256, exact = _exact(data)
    with watch.stage("decode and manifest"):
        examination = sandbox.default().examine(data, signing.anchors())
    if examination.image_error is not None:
        raise examination.image_error
    decoded = examination.decoded
    assert decoded is not None
    with watch.stage("fingerprint"):
        look = fingerprint.look(decoded.rgb)
    with watch.stage("kept manifest"):
        signed = _manifest(data, examination, look)
    with watch.stage("hash"):
        seen = matches.views(look)
        found = matches.by_hash(seen)
    alike, doubtful = found.matches, found.doubtful
    proven = _proven(exact, signed)
    unsearched = 0
    if not (proven or alike):
        with watch.stage("local features"):
            found = matches.by_local_features(seen)
        alike, doubtful = found.matches, doubtful + found.doubtful
        unsearched = search.left_out()
    with watch.stage("watermark"):
        expected = _expected(proven or signed.image_id, alike)
        mark = mark_finding.find(decoded.rgb, look, expected, doubtful)
    named = {proven, None if mark.looks_different else mark.image_id} - {None}
    with watch.stage("conclusion"):
        lookalike_finding, derived = lookalike.conclude(seen, alike, named)
    evidence = Evidence(
        sha256=sha256,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        notes=decoded.notes,
        manifest=signed,
        watermark=mark,
        exact=exact,
        lookalike=replace(lookalike_finding, unsearched=unsearched),
        derived=derived,
        milliseconds=watch.milliseconds,
    )
    return Examined(evidence, look.small, examination.history, examination.crjson)


def _exact(data: bytes) -> tuple[str, ExactFinding]:
    sha256 = hashlib.sha256(data).hexdigest()
    file = PublishedFile.objects.filter(sha256=sha256).first()
    if file is None:
        return sha256, ExactFinding()
    return sha256, ExactFinding(Presence.PRESENT, str(file.image_id), file.format, CRYPTOGRAPHIC)


def _manifest(data: bytes, examination: sandbox.Examination, look: Look) -> ManifestFinding:
    reading = examination.manifest_reading
    if examination.manifest_error is not None:
        return ManifestFinding(presence=Presence.UNREADABLE)
    if reading is None:
        return ManifestFinding()
    try:
        image = _ours(data, reading)
    except ProvenanceError:
        # A file that is read once and kills the second reader is no evidence of anything.
        return ManifestFinding(presence=Presence.UNREADABLE)
    intact = image is not None and reading.bytes_unchanged
    return ManifestFinding(
        presence=Presence.PRESENT,
        state=reading.state,
        image_id=str(image.pk) if image else None,
        intact=intact,
        tampered_ingredient=reading.tampered_ingredient,
        signer=reading.signer,
        generator=reading.generator,
        signed_at=reading.signed_at.isoformat() if reading.signed_at else None,
        urn=reading.urn,
        failures=reading.failures,
        ingredient_failures=reading.ingredient_failures,
        look_distance=_look_distance(image, look),
        error_probability=CRYPTOGRAPHIC if intact else None,
    )


def _ours(data: bytes, reading: ManifestReading) -> RegisteredImage | None:
    """The image whose published file carries this manifest, or None for a statement that is not ours.

    A trusted signature is not enough: the authority that certifies us certifies others. Nor is a signer's
    name or serial number beside a known URN: the URN stands in every published file, and once a certificate
    has expired its chain is not looked at, so that anyone can write a certificate that says the same. So the
    manifest store that we kept when we signed takes the place of the one in the file, and only if it says of
    these bytes what the file's own manifest says is the reading believed. What it says of the bytes is then
    ours beyond doubt, whoever vouches for our certificate today. A borrowed manifest passes this, with broken
    bytes, as any copied one does; rule 3 of the verdict is for that.
    """
    file = PublishedFile.objects.select_related("image").filter(manifest_urn=reading.urn).first()
    if reading.urn is None or file is None:
        return None
    kept = sandbox.default().read_beside(data, signing.anchors(), bytes(file.manifest_store))
    return file.image if kept == reading else None


def _proven(exact: ExactFinding, signed: ManifestFinding) -> str | None:
    """The image whose very bytes these are. Anyone can put our manifest into another file."""
    return exact.image_id or (signed.image_id if signed.intact else None)


def _expected(known: str | None, alike: Sequence[Match]) -> list[RegisteredImage]:
    """The images that a mark is expected to name, whatever it says then; none if only a mark can tell.

    What looks like an image that was made from an upload may be that upload: without a mark it is not ours.
    """
    if any(may_be_the_upload(match) for match in alike):
        return []
    if alike or known is None:
        return [match.image for match in alike]
    return list(RegisteredImage.objects.filter(pk=known))


def _look_distance(image: RegisteredImage | None, look: Look) -> int | None:
    """PDQ distance in the best of the 8 orientations; None if there is nothing or too little to compare.

    A picture that was turned, by its pixels or by a note in the file, still looks like itself. A plain image
    and a picture full of detail are compared: they are not the same.
    """
    if image is None or image.pdq is None or image.pdq_quality is None:
        return None
    if max(image.pdq_quality, look.fingerprint.quality) < LEAST_QUALITY:
        return None
    return min(fingerprint.distance(image.pdq, turned) for turned in look.orientations)
