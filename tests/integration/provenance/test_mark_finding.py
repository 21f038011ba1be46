"""Watermarks that were put into pictures which are not the ones they name."""

import cv2
import numpy as np
import pytest

from provenance import confirmation, detection, fingerprint, mark_finding
from provenance.fingerprint import LEAST_QUALITY
from provenance.models import RegisteredImage
from provenance.verdict import Verdict, VerdictKind
from tests.integration.provenance.conftest import Publish, file_of
from tests.integration.provenance.judging import judged, large, marked_as
from tests.suspects import Pixels, at_jpeg_quality, half_size, photograph_like, pixels, plain, saved, scene
from watermark import codec
from watermark.interface import Geometry
from watermark.tiled import detection as tiled
from watermark.tiled.lattice import TILE, area_pitch


def test_a_watermark_put_onto_the_upload_that_the_image_was_made_from_conflicts(publish: Publish) -> None:
    """The upload with the mark laid over it is nearer to the upload than any copy of the image is."""
    photograph = large(photograph_like())
    made = photograph.copy()
    made[100:350, 100:400] = large(scene(1))[100:350, 100:400]
    image = publish(made)
    brought = fingerprint.look(photograph).fingerprint
    assert image.pdq is not None
    RegisteredImage.objects.update(
        source_pdq=brought.pdq,
        source_phash=brought.phash,
        source_distance=fingerprint.distance(brought.pdq, image.pdq),
    )
    copied, copy = judged(saved(marked_as(image, photograph), "PNG"))
    assert copied.watermark.image_id == str(image.pk)
    assert copy == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))
    _, own = judged(saved(at_jpeg_quality(60)(pixels(file_of(image))), "PNG"))
    assert (own.kind, own.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))


@pytest.mark.parametrize(("seed", "different"), [(1, False), (2, True)])
def test_a_part_too_small_for_the_thumbnail_is_compared_with_the_published_file(
    publish: Publish, seed: int, different: bool
) -> None:
    image = publish(large(scene(1)))
    top, left, side = 140, 250, 104
    part = np.ascontiguousarray(large(scene(seed))[top : top + side, left : left + side])
    scale = area_pitch(image.width, image.height) / area_pitch(side, side)
    geometry = Geometry(scale=scale, offset=(left % TILE, top % TILE))
    found = mark_finding._laid_over(part, image, geometry)
    assert found is not None
    assert found.overlap == pytest.approx(side * side / (624 * 416), abs=0.01)
    assert found.overlap < confirmation.LEAST_OVERLAP
    assert found.looks_different is different


def test_a_watermark_of_a_plain_image_put_into_a_photograph_conflicts(publish: Publish) -> None:
    """The pattern of a plain image can be read off it, and put into any picture."""
    image = publish(large(plain()))
    evidence, found = judged(saved(marked_as(image, large(photograph_like())), "PNG"))
    assert (evidence.watermark.image_id, evidence.watermark.looks_different) == (str(image.pk), True)
    assert found == Verdict(VerdictKind.CONFLICTING, None, (str(image.pk),))


def test_a_copy_of_a_plain_image_is_ours(publish: Publish) -> None:
    image = publish(large(plain()))
    assert image.pdq_quality is not None
    assert image.pdq_quality < LEAST_QUALITY
    evidence, found = judged(saved(pixels(file_of(image)), "PNG"))
    assert (evidence.watermark.image_id, evidence.watermark.looks_different) == (str(image.pk), False)
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))


def test_a_mark_that_is_not_read_is_compared_with_those_of_images_too_plain_to_claim(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = publish(two_discs())
    assert image.pdq_quality is not None
    assert image.pdq_quality < LEAST_QUALITY
    monkeypatch.setattr(detection, "detect", lambda rgb, **options: None)
    monkeypatch.setattr(tiled, "decode", lambda alignment, **options: (0, 1.0))
    evidence, found = judged(saved(half_size(pixels(file_of(image))), "PNG"))
    assert evidence.watermark.image_id == str(image.pk)
    assert (found.kind, found.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk))


def test_every_question_that_is_asked_of_a_picture_is_paid_for(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = publish(two_discs())
    read = codec.Detection(image.payload, 1e-9, "tiled", 0, Geometry())
    monkeypatch.setattr(detection, "detect_quickly", lambda rgb, **options: None)
    monkeypatch.setattr(detection, "detect", lambda rgb, **options: read)
    rgb = two_discs()
    chances = [
        mark_finding.find(rgb, fingerprint.look(rgb), [], doubtful).error_probability
        for doubtful in ([], [image])
    ]
    # Two codecs; and before them the quick search, which asks after the image.
    assert chances == pytest.approx([2e-9, 3e-9])


def two_discs() -> Pixels:
    """Enough for a hash to be near that of a copy, and too little to claim anything by it."""
    rgb = np.full((416, 624, 3), 200, np.uint8)
    for centre in ((454, 84), (163, 199)):
        cv2.circle(rgb, centre, 52, (90, 120, 160), -1)
    return rgb
