"""What is found in suspects, end to end: published for real, attacked, examined, judged."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from provenance import certificates, images, inspection, manifest, stamping, verdict
from provenance.evidence import Evidence, Presence
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from provenance.verdict import Verdict, VerdictKind
from tests.integration.provenance.conftest import Publish, file_of
from tests.suspects import (
    Pixels,
    at_jpeg_quality,
    grey,
    half_size,
    mirrored,
    photograph_like,
    pixels,
    quarter_turned,
    saved,
    scene,
    with_manifest_of,
)
from watermark import codec

ATTACKS: dict[str, Callable[[Pixels], Pixels]] = {
    "metadata removed": np.asarray,
    "JPEG quality 90": at_jpeg_quality(90),
    "JPEG quality 60": at_jpeg_quality(60),
    "half size": half_size,
    "mirrored": mirrored,
    "quarter turn": quarter_turned,
    "black and white": grey,
}


@pytest.fixture
def image(publish: Publish) -> RegisteredImage:
    return publish()


def judged(data: bytes) -> tuple[Evidence, Verdict]:
    evidence = inspection.inspect(data)
    return evidence, verdict.decide(evidence)


def marked_as(image: RegisteredImage, rgb: Pixels) -> Pixels:
    """Another picture with this image's watermark, as somebody with our key could make it."""
    return codec.embed(rgb, image.payload, key=all_keys()[0].secret)


def store_of(image: RegisteredImage) -> bytes:
    return bytes(PublishedFile.objects.get(image=image, format="PNG").manifest_store)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_changed_copy_is_traced(image: RegisteredImage, attack: Callable[[Pixels], Pixels]) -> None:
    evidence, found = judged(saved(attack(pixels(file_of(image))), "PNG"))
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))
    assert evidence.manifest.presence is evidence.exact.presence is Presence.ABSENT


def test_each_stage_is_timed(image: RegisteredImage) -> None:
    evidence, _ = judged(file_of(image))
    assert set(evidence.milliseconds) == {"exact", "decode and manifest", "watermark", "look-alike"}


@pytest.mark.parametrize("rgb", [photograph_like(), scene(2)], ids=["photograph-like", "drawing"])
def test_an_unrelated_picture_has_no_evidence(image: RegisteredImage, rgb: Pixels) -> None:
    evidence, found = judged(saved(rgb, "JPEG", quality=85))
    assert found == Verdict(VerdictKind.NO_EVIDENCE)
    findings = (evidence.manifest, evidence.watermark, evidence.exact, evidence.lookalike)
    assert {finding.presence for finding in findings} == {Presence.ABSENT}


def test_a_picture_without_detail_is_not_said_to_have_been_compared(image: RegisteredImage) -> None:
    evidence, found = judged(saved(np.full((200, 200, 3), 200, np.uint8), "PNG"))
    assert found.kind is VerdictKind.NO_EVIDENCE
    assert evidence.lookalike.presence is Presence.UNREADABLE


def test_a_changed_file_that_keeps_its_manifest_is_ours_and_altered(image: RegisteredImage) -> None:
    darker = (pixels(file_of(image)) * 0.8).astype(np.uint8)
    evidence, found = judged(with_manifest_of(saved(darker, "PNG"), store_of(image)))
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))
    assert (evidence.manifest.image_id, evidence.manifest.intact) == (str(image.pk), False)


def test_a_manifest_put_on_another_picture_conflicts(image: RegisteredImage) -> None:
    evidence, found = judged(with_manifest_of(saved(photograph_like(), "PNG"), store_of(image)))
    assert evidence.manifest.image_id == str(image.pk)
    assert not evidence.manifest.intact
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


def test_a_manifest_put_on_another_picture_of_ours_conflicts(
    image: RegisteredImage, publish: Publish
) -> None:
    other = publish(scene(2))
    _, found = judged(with_manifest_of(saved(pixels(file_of(other)), "PNG"), store_of(image)))
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk), str(other.pk)))


def test_a_watermark_put_into_another_picture_conflicts(image: RegisteredImage) -> None:
    evidence, found = judged(saved(marked_as(image, photograph_like()), "PNG"))
    assert (evidence.watermark.image_id, evidence.watermark.keeps_geometry) == (str(image.pk), True)
    assert evidence.watermark.look_distance is not None
    assert evidence.watermark.look_distance > verdict.DIFFERENT_LOOK
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


def test_a_watermark_put_into_another_picture_of_ours_conflicts(
    image: RegisteredImage, publish: Publish
) -> None:
    other = publish(scene(2))
    _, found = judged(saved(marked_as(image, scene(2)), "PNG"))
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk), str(other.pk)))


def test_a_foreign_signer_who_names_our_image_is_not_believed(image: RegisteredImage, tmp_path: Path) -> None:
    certificates.make_test_authority(tmp_path, common_name="Someone else")
    anchors = (tmp_path / "root.pem").read_text()
    signer = manifest.Signer((tmp_path / "chain.pem").read_text(), (tmp_path / "signing-key.pem").read_text())
    statement = replace(stamping._statement(image), product_name="Somebody")
    forged = manifest.sign(saved(photograph_like(), "PNG"), images.MIME["PNG"], statement, signer, anchors)
    evidence, found = judged(forged.data)
    assert evidence.manifest.presence is Presence.PRESENT
    assert (evidence.manifest.state, evidence.manifest.image_id, evidence.manifest.intact) == (
        "Valid",
        None,
        False,
    )
    assert found == Verdict(VerdictKind.NO_EVIDENCE)


def test_a_damaged_manifest_is_unreadable_and_not_absent(image: RegisteredImage) -> None:
    evidence, found = judged(
        with_manifest_of(saved(photograph_like(), "PNG"), b"\x00\x00\x00\x20jumbnonsense" * 4)
    )
    assert evidence.manifest.presence is Presence.UNREADABLE
    assert found.kind is VerdictKind.NO_EVIDENCE


def test_a_mark_that_names_no_image_of_ours_is_present_and_names_none(image: RegisteredImage) -> None:
    stranger = codec.embed(photograph_like(), image.payload ^ 1, key=all_keys()[0].secret)
    evidence, found = judged(saved(stranger, "PNG"))
    assert (evidence.watermark.presence, evidence.watermark.image_id) == (Presence.PRESENT, None)
    assert found.kind is VerdictKind.NO_EVIDENCE


def test_a_reserved_image_is_never_named(image: RegisteredImage) -> None:
    data = file_of(image)
    PublishedFile.objects.all().delete()
    RegisteredImage.objects.update(published_at=None)
    evidence, found = judged(data)
    assert found.kind is VerdictKind.NO_EVIDENCE
    assert evidence.manifest.presence is evidence.watermark.presence is Presence.PRESENT


def test_two_results_of_one_prompt_are_told_apart(image: RegisteredImage, publish: Publish) -> None:
    """Both look nearly the same; the watermark says which of them a lossless copy is."""
    twin = publish(np.clip(scene(1).astype(int) + 6, 0, 255).astype(np.uint8))
    evidence, found = judged(saved(pixels(file_of(twin)), "PNG"))
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(twin.pk))
    assert set(evidence.lookalike.candidate_ids) == {str(image.pk), str(twin.pk)}
