"""What can be found in a suspected picture: signed manifest, watermark, exact bytes, look-alike."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance import detection, fingerprint, lookalike, sandbox, signing
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence, ExactFinding, ManifestFinding, Presence, WatermarkFinding
from provenance.fingerprint import LEAST_QUALITY, Look
from provenance.manifest_reading import ManifestReading
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from watermark import codec
from watermark.interface import Geometry

# Rounding a side to whole pixels changes width over height by less.
SAME_PROPORTIONS: Final = 0.02


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
    """The evidence, and the suspect's pixels for a preview, shrunk (see `fingerprint.Look.small`)."""

    evidence: Evidence
    small: NDArray[np.uint8]


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
    with watch.stage("watermark"):
        mark = _watermark(decoded.rgb, look)
    with watch.stage("look-alike"):
        alike = lookalike.find(look)
    evidence = Evidence(
        sha256=sha256,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        notes=decoded.notes,
        manifest=signed,
        watermark=mark,
        exact=exact,
        lookalike=alike,
        milliseconds=watch.milliseconds,
    )
    return Examined(evidence, look.small)


def _exact(data: bytes) -> tuple[str, ExactFinding]:
    sha256 = hashlib.sha256(data).hexdigest()
    file = PublishedFile.objects.filter(sha256=sha256).first()
    if file is None:
        return sha256, ExactFinding()
    return sha256, ExactFinding(Presence.PRESENT, str(file.image_id), file.format)


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
    return ManifestFinding(
        presence=Presence.PRESENT,
        state=reading.state,
        image_id=str(image.pk) if image else None,
        intact=image is not None and reading.bytes_unchanged and not reading.tampered_ingredient,
        signer=reading.signer,
        generator=reading.generator,
        signed_at=reading.signed_at.isoformat() if reading.signed_at else None,
        urn=reading.urn,
        failures=reading.failures,
        ingredient_failures=reading.ingredient_failures,
        look_distance=_look_distance(image, look),
    )


def _ours(data: bytes, reading: ManifestReading) -> RegisteredImage | None:
    """The image whose published file carries this manifest, or None for a statement that is not ours.

    A trusted signature is not enough: the authority that certifies us certifies others. Nor is a signer's
    name or serial number beside a known URN: the URN stands in every published file, and once a certificate
    has expired its chain is not looked at, so that anyone can write a certificate that says the same. So the
    manifest store that we kept when we signed takes the place of the one in the file, and only if it says of
    these bytes what the file's own manifest says is the reading believed. What it says of the bytes is then
    ours beyond doubt, whoever vouches for our certificate today. A borrowed manifest passes this, with broken
    bytes, as any copied one does; the look test is for that.
    """
    file = PublishedFile.objects.select_related("image").filter(manifest_urn=reading.urn).first()
    if reading.urn is None or file is None:
        return None
    kept = sandbox.default().read_beside(data, signing.anchors(), bytes(file.manifest_store))
    return file.image if kept == reading else None


def _watermark(rgb: NDArray[np.uint8], look: Look) -> WatermarkFinding:
    keys = all_keys()
    for name in detection.MARKED_WITH:
        found = detection.detect(rgb, keys=[key.secret for key in keys], codec_name=name)
        if found is None:
            continue
        image = RegisteredImage.objects.with_payload(found.payload).first()
        return WatermarkFinding(
            presence=Presence.PRESENT,
            image_id=str(image.pk) if image else None,
            payload=f"{found.payload:016x}",
            codec=f"{name} {codec.CODECS[name].version}",
            # The codecs are tried one after the other, and each try is a chance to be wrong.
            p_value=found.p_value * len(detection.MARKED_WITH),
            keeps_geometry=found.geometry == Geometry() and _shows_the_whole(rgb, image, name),
            look_distance=_look_distance(image, _look_where_marked(rgb, look, image, name)),
        )
    return WatermarkFinding()


def _look_where_marked(
    rgb: NDArray[np.uint8], look: Look, image: RegisteredImage | None, codec_name: str
) -> Look:
    """The look of the part where the mark says that the image lies.

    A positional codec reads from the upper left corner on, so what was added is on the right or below.
    """
    if image is None or not codec.CODECS[codec_name].first_rows_suffice:
        return look
    if rgb.shape[:2] == (image.height, image.width):
        return look
    return fingerprint.look(rgb[: image.height, : image.width])


def _shows_the_whole(rgb: NDArray[np.uint8], image: RegisteredImage | None, codec_name: str) -> bool:
    """Whether a picture whose mark was not moved may be more than a part of the image that it names.

    A part need not look like the whole, nor a picture with something added to it. A positional codec says
    which part of the pixels is marked; for others the proportions must be the image's.
    """
    if image is None:
        return True
    (height, width), positional = rgb.shape[:2], codec.CODECS[codec_name].first_rows_suffice
    same = abs(width * image.height / (height * image.width) - 1) < SAME_PROPORTIONS
    return height >= image.height and width >= image.width and (positional or same)


def _look_distance(image: RegisteredImage | None, look: Look) -> int | None:
    """PDQ distance in the best of the 8 orientations; None if there is nothing or too little to compare.

    A picture that was turned, by its pixels or by a note in the file, still looks like itself.
    """
    if image is None or image.pdq is None or image.pdq_quality is None:
        return None
    if min(image.pdq_quality, look.fingerprint.quality) < LEAST_QUALITY:
        return None
    return min(fingerprint.distance(image.pdq, turned) for turned in look.orientations)
