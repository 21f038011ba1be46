"""What is found in suspects, end to end: published for real, attacked, examined, judged."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image
from pytest_django import Settings

from provenance import (
    certificates,
    fingerprint,
    images,
    inspection,
    manifest,
    registry,
    signing,
    stamping,
    verdict,
)
from provenance.credentials import definition
from provenance.errors import SandboxFailed
from provenance.evidence import Evidence, ManifestFinding, Presence
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from provenance.sandbox import Sandbox
from provenance.verdict import Verdict, VerdictKind
from tests.integration.provenance.conftest import Publish, file_of
from tests.integration.provenance.judging import judged, large, marked_as
from tests.suspects import (
    Pixels,
    at_jpeg_quality,
    captioned,
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
    "caption below": captioned,
}


@pytest.fixture
def image(publish: Publish) -> RegisteredImage:
    return publish()


def store_of(image: RegisteredImage) -> bytes:
    return bytes(PublishedFile.objects.get(image=image, format="PNG").manifest_store)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_changed_copy_is_traced(image: RegisteredImage, attack: Callable[[Pixels], Pixels]) -> None:
    evidence, found = judged(saved(attack(pixels(file_of(image))), "PNG"))
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))
    assert evidence.manifest.presence is evidence.exact.presence is Presence.ABSENT


def test_each_stage_is_timed(image: RegisteredImage) -> None:
    evidence, _ = judged(file_of(image))
    assert set(evidence.milliseconds) == {
        "exact",
        "decode and manifest",
        "fingerprint",
        "kept manifest",
        "hash",
        "watermark",
        "conclusion",
    }


def test_parts_are_looked_for_only_where_nothing_names_an_image(image: RegisteredImage) -> None:
    evidence, _ = judged(saved(photograph_like(), "PNG"))
    assert "local features" in evidence.milliseconds


def test_it_says_that_it_is_alive_before_each_stage(image: RegisteredImage) -> None:
    signs: list[int] = []
    examined = inspection.examine(file_of(image), lambda: signs.append(1))
    assert len(signs) == len(examined.evidence.milliseconds)


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


def test_the_manifest_of_what_was_made_from_a_photograph_makes_the_photograph_not_ours(
    image: RegisteredImage,
) -> None:
    brought = fingerprint.look(scene(1)).fingerprint
    RegisteredImage.objects.update(source_pdq=brought.pdq, source_phash=brought.phash, source_distance=0)
    evidence, found = judged(with_manifest_of(saved(scene(1), "PNG"), store_of(image)))
    assert evidence.manifest.image_id == str(image.pk)
    assert evidence.lookalike.presence is Presence.ABSENT
    assert evidence.derived.image_ids == (str(image.pk),)
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


def test_a_manifest_put_on_another_picture_of_ours_conflicts(
    image: RegisteredImage, publish: Publish
) -> None:
    other = publish(scene(2))
    _, found = judged(with_manifest_of(saved(pixels(file_of(other)), "PNG"), store_of(image)))
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk), str(other.pk)))


def test_a_watermark_put_into_another_picture_conflicts(image: RegisteredImage) -> None:
    evidence, found = judged(saved(marked_as(image, photograph_like()), "PNG"))
    assert (evidence.watermark.image_id, evidence.watermark.looks_different) == (str(image.pk), True)
    assert evidence.watermark.look_distance is not None
    assert evidence.watermark.look_distance > verdict.DIFFERENT_LOOK
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


MOVED: dict[str, Callable[[Pixels], Pixels]] = {
    "half size": half_size,
    "enlarged": lambda rgb: np.asarray(cv2.resize(rgb, None, fx=1.5, fy=1.5), np.uint8),
    "cut": lambda rgb: np.ascontiguousarray(rgb[20:-24, 30:-40]),
    "mirrored": mirrored,
    "caption below": captioned,
}


@pytest.mark.parametrize("attack", MOVED.values(), ids=MOVED)
def test_a_watermark_moved_to_another_picture_that_was_then_changed_conflicts(
    publish: Publish, attack: Callable[[Pixels], Pixels]
) -> None:
    image = publish(large(scene(1)))
    evidence, found = judged(saved(attack(marked_as(image, large(photograph_like()))), "PNG"))
    assert evidence.watermark.image_id == str(image.pk), "or this test shows nothing"
    assert evidence.watermark.looks_different
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


@pytest.mark.parametrize("attack", MOVED.values(), ids=MOVED)
def test_a_marked_copy_looks_like_its_image_where_its_mark_lies(
    publish: Publish, attack: Callable[[Pixels], Pixels]
) -> None:
    image = publish(large(scene(1)))
    evidence, found = judged(saved(attack(pixels(file_of(image))), "PNG"))
    assert evidence.watermark.image_id == str(image.pk)
    assert evidence.watermark.look_distance is not None
    assert evidence.watermark.look_distance <= registry.CANDIDATE_DISTANCE
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))


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


class TestHonestCopiesThatKeepTheManifest:
    def test_a_note_on_which_way_is_up(self, image: RegisteredImage) -> None:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        noted = png(pixels(file_of(image)), exif=exif)
        evidence = self.assert_altered(image, with_manifest_of(noted, store_of(image)))
        self.assert_looks_the_same(evidence)

    @pytest.mark.parametrize("turn", [quarter_turned, mirrored])
    def test_turned_pixels(self, image: RegisteredImage, turn: Callable[[Pixels], Pixels]) -> None:
        turned = with_manifest_of(saved(turn(pixels(file_of(image))), "PNG"), store_of(image))
        self.assert_looks_the_same(self.assert_altered(image, turned))

    def test_a_strong_cut(self, publish: Publish) -> None:
        image = publish(np.concatenate([scene(1), scene(2), scene(3)]))
        cut = with_manifest_of(saved(pixels(file_of(image))[:264], "PNG"), store_of(image))
        evidence = self.assert_altered(image, cut)
        assert evidence.manifest.look_distance is not None
        assert evidence.manifest.look_distance > verdict.DIFFERENT_LOOK, "or this test shows nothing"

    @pytest.mark.parametrize("plain", ["suspect", "image", "both", "neither"])
    def test_but_not_alone(self, image: RegisteredImage, plain: str) -> None:
        """Neither watermark nor look-alike: anyone can put our manifest into a file."""
        if plain in ("image", "both"):
            RegisteredImage.objects.update(pdq_quality=49)
        flat = np.full((256, 384, 3), 200, np.uint8)
        rgb = flat if plain in ("suspect", "both") else photograph_like()
        evidence, found = judged(with_manifest_of(saved(rgb, "PNG"), store_of(image)))
        assert found.kind is VerdictKind.CONFLICTING
        assert (evidence.manifest.look_distance is None) is (plain == "both")

    def assert_looks_the_same(self, evidence: Evidence) -> None:
        assert evidence.manifest.look_distance is not None
        # About 30: PDQ of a turned picture is near, not equal, and the payload is another each time.
        assert evidence.manifest.look_distance <= registry.CANDIDATE_DISTANCE

    def assert_altered(self, image: RegisteredImage, data: bytes) -> Evidence:
        evidence, found = judged(data)
        assert evidence.manifest.image_id == str(image.pk)
        assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))
        return evidence


def png(rgb: Pixels, **options: object) -> bytes:
    return saved(rgb, "PNG", **options)


def signer_in(folder: Path) -> manifest.Signer:
    return manifest.Signer((folder / "chain.pem").read_text(), (folder / "signing-key.pem").read_text())


def claiming(urn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the next manifests carry a URN that somebody chose."""
    genuine = definition.definition
    monkeypatch.setattr(definition, "definition", lambda *said: {**genuine(*said), "label": urn})


class TestOtherSigners:
    """Whoever else the authority certifies that certifies us; and whoever writes our name."""

    @pytest.fixture
    def customer(self, tmp_path: Path, settings: Settings) -> manifest.Signer:
        for name in ("root.pem", "intermediate.pem", "intermediate-key.pem"):
            (tmp_path / name).write_bytes((Path(settings.SIGNING_DIR) / name).read_bytes())
        certificates.make_test_authority(tmp_path, common_name="Another customer")
        return signer_in(tmp_path)

    @pytest.mark.parametrize("borrows_urn", [False, True])
    def test_another_customer_of_our_authority_is_not_us(
        self,
        image: RegisteredImage,
        customer: manifest.Signer,
        monkeypatch: pytest.MonkeyPatch,
        borrows_urn: bool,
    ) -> None:
        urn = PublishedFile.objects.get(image=image, format="PNG").manifest_urn
        if borrows_urn:
            claiming(urn, monkeypatch)
        statement = stamping._statement(image)
        forged = manifest.sign(png(photograph_like()), "image/png", statement, customer, signing.anchors())
        assert (forged.urn == urn) is borrows_urn
        evidence, found = judged(forged.data)
        assert (evidence.manifest.state, evidence.manifest.signer) == ("Trusted", "Another customer")
        assert (evidence.manifest.image_id, evidence.manifest.intact) == (None, False)
        assert found == Verdict(VerdictKind.NO_EVIDENCE)

    def test_a_forger_of_our_name_with_an_expired_certificate_is_not_us(
        self, image: RegisteredImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of an expired certificate nobody checks the chain, so it may say what it likes."""
        ours = expiring(tmp_path / "ours", "Tracery test authority")
        theirs = expiring(tmp_path / "theirs", "Tracery test authority")
        kept = signed_with(ours, image, pixels(file_of(image)), tmp_path / "ours")
        keep_as_published(image, kept)
        claiming(kept.urn, monkeypatch)
        forged = signed_with(theirs, image, photograph_like(), tmp_path / "theirs")
        wait_until_expired()
        evidence, found = judged(forged.data)
        assert "signingCredential.expired" in evidence.manifest.failures
        assert evidence.manifest.image_id is None
        assert found == Verdict(VerdictKind.NO_EVIDENCE)


LIFE_SECONDS = 2.0


def expiring(folder: Path, name: str) -> manifest.Signer:
    certificates.make_test_authority(folder, common_name=name)
    certificates._write_leaf(folder, name, LIFE_SECONDS / 86_400)  # type: ignore[arg-type]
    return signer_in(folder)


def signed_with(
    signer: manifest.Signer, image: RegisteredImage, rgb: Pixels, folder: Path
) -> manifest.Signed:
    anchors = (folder / "root.pem").read_text()
    return manifest.sign(png(rgb), "image/png", stamping._statement(image), signer, anchors)


def keep_as_published(image: RegisteredImage, signed: manifest.Signed) -> None:
    """Puts another signature into the row of the PNG, whose own bytes are then not the published ones."""
    files = PublishedFile.objects.filter(image=image, format="PNG")
    files.update(manifest_urn=signed.urn, manifest_store=signed.store)


def wait_until_expired() -> None:
    # C2PA reads the clock in native code, and certificates count in whole seconds.
    time.sleep(LIFE_SECONDS + 1.1)


def test_an_expired_certificate_of_ours_leaves_our_pictures_ours(
    image: RegisteredImage, tmp_path: Path
) -> None:
    signed = signed_with(expiring(tmp_path, "Us"), image, pixels(file_of(image)), tmp_path)
    keep_as_published(image, signed)
    wait_until_expired()
    evidence, found = judged(signed.data)
    assert evidence.manifest.state == "Invalid"
    assert (evidence.exact.presence, evidence.manifest.intact) == (Presence.ABSENT, True)
    assert (found.kind, found.image_id) == (VerdictKind.OURS_INTACT, str(image.pk))
    moved, found = judged(with_manifest_of(png(photograph_like()), signed.store))
    assert (moved.manifest.image_id, moved.manifest.intact) == (str(image.pk), False)
    assert found.kind is VerdictKind.CONFLICTING


def test_a_second_reader_that_fails_leaves_the_manifest_unreadable(
    image: RegisteredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_beside(*args: object) -> None:
        raise SandboxFailed("crashed", "It ended.")

    monkeypatch.setattr(Sandbox, "read_beside", read_beside)
    evidence, found = judged(file_of(image))
    assert evidence.manifest == ManifestFinding(presence=Presence.UNREADABLE)
    assert found.kind is VerdictKind.OURS_INTACT, "the bytes are ours all the same"


def test_a_positional_codec_gets_only_the_first_rows_of_a_large_picture(
    image: RegisteredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[tuple[int, ...]] = []
    genuine = codec.detect

    def detect(rgb: Pixels, **options: Any) -> codec.Detection | None:
        if codec.CODECS[options["codec"]].first_rows_suffice:
            shapes.append(rgb.shape)
        return genuine(rgb, **options)

    monkeypatch.setattr(codec, "detect", detect)
    large = np.ascontiguousarray(np.kron(photograph_like(), np.ones((10, 10, 1), np.uint8)))
    assert inspection.inspect(saved(large, "JPEG")).width == 3840
    assert {shape[1] for shape in shapes} == {3840}
    assert max(shape[0] * shape[1] for shape in shapes) <= 3_000_000
