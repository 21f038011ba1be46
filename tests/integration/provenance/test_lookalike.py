"""The look-alike search: what it finds, what it confirms, and when it names no single image."""

import numpy as np
import pytest

from provenance import confirmation, fingerprint, lookalike, registry
from provenance.evidence import LookalikeFinding, Presence
from provenance.local_features import extraction
from provenance.models import RegisteredImage
from tests.integration.provenance.conftest import origin
from tests.integration.provenance.judging import looks_like
from tests.suspects import (
    Pixels,
    at_jpeg_quality,
    grey,
    half_size,
    mirrored,
    photograph_like,
    quarter_turned,
    scene,
)

pytestmark = pytest.mark.django_db


def register(rgb: Pixels, *, parts: bool = True) -> RegisteredImage:
    """Registers the look of a picture, and what its parts are found by; a search asks for no file or mark."""
    height, width = rgb.shape[:2]
    image = registry.reserve(
        origin(), width=width, height=height, watermark_codec="none", watermark_key_id="none"
    )
    features = registry.LocalFeatures(extraction.VERSION, extraction.extract(rgb)) if parts else None
    found = fingerprint.look(rgb).fingerprint
    registry.register(image, found, lookalike.thumbnail(rgb), [], features=features)
    return image


def found_for(rgb: Pixels) -> LookalikeFinding:
    return looks_like(rgb)[0]


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_finds_a_copy_in_every_orientation(turns: int, flip: bool) -> None:
    image = register(scene(1))
    register(scene(2))
    copy = np.rot90(mirrored(scene(1)) if flip else scene(1), turns)
    found = found_for(np.ascontiguousarray(copy))
    assert (found.presence, found.image_id, found.candidates) == (Presence.PRESENT, str(image.pk), 1)


def test_a_turned_copy_is_laid_the_right_way_round() -> None:
    register(scene(1))
    found = found_for(quarter_turned(mirrored(scene(1))))
    # Mirrored and then turned by a quarter: along the suspect's width lies the image's height.
    assert found.alignment == pytest.approx((0, 1, 0, 1, 0, 0), abs=0.02)


def screenshot(rgb: Pixels) -> Pixels:
    """The picture on a dark page."""
    page = np.full((700, 500, 3), 24, np.uint8)
    page[200 : 200 + rgb.shape[0], 58 : 58 + rgb.shape[1]] = rgb
    return page


def test_finds_the_picture_within_a_screenshot() -> None:
    image = register(scene(1))
    found = found_for(screenshot(scene(1)))
    assert (found.image_id, found.method) == (str(image.pk), "hash")
    across, down = 500 / 384, 700 / 256
    expected = (across, 0, -58 / 384, 0, down, -200 / 256)
    assert found.alignment == pytest.approx(expected, abs=0.03)


def test_finds_a_part_by_local_features() -> None:
    image = register(photograph_like())
    register(scene(2))
    found = found_for(photograph_like()[40:200, 60:300])
    assert (found.image_id, found.method) == (str(image.pk), "local features")
    assert found.inliers is not None
    assert found.inliers >= confirmation.LEAST_INLIERS
    assert found.overlap == pytest.approx(160 * 240 / (256 * 384), abs=0.03)
    expected = (240 / 384, 0, 60 / 384, 0, 160 / 256, 40 / 256)
    assert found.alignment == pytest.approx(expected, abs=0.02)


def test_a_part_that_two_share_names_neither() -> None:
    """Two inpaintings of one picture differ in one half, and the suspect shows the other."""
    sibling = photograph_like().copy()
    sibling[:, :192] = photograph_like(8)[:, :192]
    both = [register(photograph_like()), register(sibling)]
    found = found_for(photograph_like()[20:236, 200:])
    assert (found.image_id, found.candidates) == (None, 2)
    assert set(found.candidate_ids) == {str(image.pk) for image in both}


def test_a_part_that_only_one_has_names_it() -> None:
    sibling = photograph_like().copy()
    sibling[:, :192] = photograph_like(8)[:, :192]
    image = register(photograph_like())
    register(sibling)
    found = found_for(photograph_like()[20:236, :300])
    assert found.image_id == str(image.pk)


def test_a_relative_beyond_the_look_up_is_still_a_candidate() -> None:
    """The suspect is just within reach of one of two twins, by their hashes."""
    twins = [register(scene(1)), register(np.clip(scene(1).astype(int) + 3, 0, 255).astype(np.uint8))]
    made = fingerprint.look(scene(1)).fingerprint
    RegisteredImage.objects.filter(pk=twins[1].pk).update(
        pdq=shifted(made.pdq, registry.CANDIDATE_DISTANCE + 1)
    )
    RegisteredImage.objects.filter(pk=twins[0].pk).update(pdq=shifted(made.pdq, 2))
    found = found_for(scene(1))
    assert (found.image_id, found.candidates) == (None, 2)


def test_finds_a_turned_small_grey_copy() -> None:
    image = register(scene(1))
    copy = at_jpeg_quality(60)(quarter_turned(grey(half_size(scene(1)))))
    assert found_for(copy).image_id == str(image.pk)


def test_a_stranger_is_absent() -> None:
    register(scene(1))
    found = found_for(photograph_like())
    assert (found.presence, found.image_id, found.candidates) == (Presence.ABSENT, None, 0)


def test_the_same_picture_gives_next_to_no_distance() -> None:
    register(scene(1))
    found = found_for(scene(1))
    assert found.pdq_distance is not None
    assert found.phash_distance is not None
    # The thumbnail is a small JPEG.
    assert max(found.pdq_distance, found.phash_distance) <= 8
    assert (found.method, found.inliers, found.overlap) == ("hash", None, 1.0)
    assert found.alignment == pytest.approx((1, 0, 0, 0, 1, 0), abs=0.01)
    assert found.error_probability == confirmation.counted_chance(1, by_hash=True)
    assert found.pixel_difference is not None
    assert found.pixel_difference < 10


def test_twins_are_counted_and_none_is_named() -> None:
    twins = [register(scene(1)), register(np.clip(scene(1).astype(int) + 3, 0, 255).astype(np.uint8))]
    found = found_for(at_jpeg_quality(60)(scene(1)))
    assert (found.presence, found.image_id, found.candidates) == (Presence.PRESENT, None, 2)
    assert set(found.candidate_ids) == {str(image.pk) for image in twins}


def test_a_clearly_nearer_one_is_named() -> None:
    """A sibling with another detail looks alike by its hash, and its pixels tell the two apart."""
    sibling = scene(1).copy()
    sibling[40:150, 60:180] = 255 - sibling[40:150, 60:180]
    image = register(scene(1))
    register(sibling)
    found = found_for(scene(1))
    assert (found.image_id, found.candidates) == (str(image.pk), 1)


def test_a_picture_with_too_little_detail_is_not_compared() -> None:
    flat = np.full((200, 200, 3), 128, np.uint8)
    register(flat)
    found = found_for(flat)
    assert found == LookalikeFinding(
        presence=Presence.UNREADABLE, quality=fingerprint.look(flat).fingerprint.quality
    )


def test_a_registered_picture_with_too_little_detail_is_not_claimed_by_its_hash() -> None:
    image = register(scene(1), parts=False)
    RegisteredImage.objects.filter(pk=image.pk).update(pdq_quality=fingerprint.LEAST_QUALITY - 1)
    assert found_for(scene(1)).presence is Presence.ABSENT


def shifted(value: bytes, distance: int) -> bytes:
    """Returns a fingerprint whose Hamming distance from `value` is `distance`."""
    return (int.from_bytes(value) ^ ((1 << distance) - 1)).to_bytes(32)


@pytest.mark.parametrize(
    ("distance", "presence"),
    [
        (registry.CANDIDATE_DISTANCE, Presence.PRESENT),
        (registry.CANDIDATE_DISTANCE + 1, Presence.ABSENT),
    ],
)
def test_the_hash_proposes_and_the_thumbnail_decides(distance: int, presence: Presence) -> None:
    register(scene(1), parts=False)
    made = fingerprint.look(scene(1)).fingerprint
    RegisteredImage.objects.update(pdq=shifted(made.pdq, distance))
    assert found_for(scene(1)).presence is presence
    RegisteredImage.objects.update(thumbnail=lookalike.thumbnail(scene(2)))
    assert found_for(scene(1)).presence is Presence.ABSENT, (
        "it does not look like that, whatever the hash says"
    )


def test_the_thumbnail_is_small_and_keeps_the_proportions() -> None:
    from tests.suspects import pixels

    assert pixels(lookalike.thumbnail(scene(1))).shape == (171, 256, 3)
