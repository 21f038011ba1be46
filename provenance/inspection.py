"""What can be found in a suspected picture: signed manifest, watermark, exact bytes, look-alike."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from django.core.exceptions import ValidationError
from numpy.typing import NDArray

from provenance import fingerprint, lookalike, sandbox, signing
from provenance.evidence import Evidence, ExactFinding, ManifestFinding, Presence, WatermarkFinding
from provenance.manifest_reading import ManifestReading
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from watermark import codec
from watermark.interface import Geometry


@dataclass
class Stopwatch:
    """Milliseconds a stage took, by name."""

    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.milliseconds[name] = round((time.perf_counter() - start) * 1000, 1)


@dataclass(frozen=True)
class Examined:
    """The evidence, and the suspect's pixels (H, W, 3) for a preview."""

    evidence: Evidence
    rgb: NDArray[np.uint8]


def inspect(data: bytes) -> Evidence:
    """Returns everything found in the bytes of a suspected picture.

    Raises:
        UnreadableImage: it is not a picture that can be decoded within our limits.
        SandboxFailed: the limited process that decodes strangers' files gave up on it.
    """
    return examine(data).evidence


def examine(data: bytes) -> Examined:
    """Like `inspect`, with the decoded pixels."""
    watch = Stopwatch()
    with watch.stage("exact"):
        sha256, exact = _exact(data)
    with watch.stage("decode and manifest"):
        examination = sandbox.default().examine(data, signing.anchors())
    if examination.image_error is not None:
        raise examination.image_error
    decoded = examination.decoded
    assert decoded is not None
    pdq = fingerprint.compute(decoded.rgb).pdq
    with watch.stage("watermark"):
        mark = _watermark(decoded.rgb, pdq)
    with watch.stage("look-alike"):
        alike = lookalike.find(decoded.rgb)
    evidence = Evidence(
        sha256=sha256,
        width=decoded.width,
        height=decoded.height,
        format=decoded.format,
        notes=decoded.notes,
        manifest=_manifest(examination, pdq),
        watermark=mark,
        exact=exact,
        lookalike=alike,
        milliseconds=watch.milliseconds,
    )
    return Examined(evidence, decoded.rgb)


def _exact(data: bytes) -> tuple[str, ExactFinding]:
    sha256 = hashlib.sha256(data).hexdigest()
    file = PublishedFile.objects.filter(sha256=sha256).first()
    if file is None:
        return sha256, ExactFinding()
    return sha256, ExactFinding(Presence.PRESENT, str(file.image_id), file.format)


def _manifest(examination: sandbox.Examination, pdq: bytes) -> ManifestFinding:
    reading = examination.manifest_reading
    if examination.manifest_error is not None:
        return ManifestFinding(presence=Presence.UNREADABLE)
    if reading is None:
        return ManifestFinding()
    image = _ours(reading)
    return ManifestFinding(
        presence=Presence.PRESENT,
        state=reading.state,
        image_id=str(image.pk) if image else None,
        intact=image is not None and reading.state == "Trusted" and not reading.tampered_ingredient,
        signer=reading.signer,
        generator=reading.generator,
        signed_at=reading.signed_at.isoformat() if reading.signed_at else None,
        urn=reading.urn,
        failures=reading.failures,
        ingredient_failures=reading.ingredient_failures,
        look_distance=_look_distance(image, pdq),
    )


def _ours(reading: ManifestReading) -> RegisteredImage | None:
    """The image that the manifest names, if the signature of that statement is ours and whole.

    Anyone can write our assertion into a manifest of their own, so the signer decides.
    """
    if reading.image_id is None or not (reading.state == "Trusted" or reading.recoverable):
        return None
    return _published(reading.image_id)


def _watermark(rgb: NDArray[np.uint8], pdq: bytes) -> WatermarkFinding:
    keys = all_keys()
    for name in codec.CODECS:
        found = codec.detect(rgb, keys=[key.secret for key in keys], codec=name)
        if found is None:
            continue
        image = RegisteredImage.objects.with_payload(found.payload).first()
        return WatermarkFinding(
            presence=Presence.PRESENT,
            image_id=str(image.pk) if image else None,
            payload=f"{found.payload:016x}",
            codec=f"{name} {codec.CODECS[name].version}",
            # The codecs are tried one after the other, and each try is a chance to be wrong.
            p_value=found.p_value * len(codec.CODECS),
            keeps_geometry=found.geometry == Geometry(),
            look_distance=_look_distance(image, pdq),
        )
    return WatermarkFinding()


def _look_distance(image: RegisteredImage | None, pdq: bytes) -> int | None:
    if image is None or image.pdq is None:
        return None
    return fingerprint.distance(image.pdq, pdq)


def _published(image_id: UUID) -> RegisteredImage | None:
    try:
        return RegisteredImage.objects.published().filter(pk=image_id).first()
    except ValidationError:
        return None
