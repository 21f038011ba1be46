"""The look-alike search: what it finds, what it confirms, and when it names no single image."""

import numpy as np
import pytest

from provenance import fingerprint, lookalike, registry
from provenance.evidence import LookalikeFinding, Presence
from provenance.models import RegisteredImage
from tests.integration.provenance.conftest import origin
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


def register(rgb: Pixels) -> RegisteredImage:
    """Registers the look of a picture; a search asks for no file and no mark."""
    height, width = rgb.shape[:2]
    image = registry.reserve(
        origin(), width=width, height=height, watermark_codec="none", watermark_key_id="none"
    )
    registry.register(image, fingerprint.look(rgb).fingerprint, lookalike.thumbnail(rgb), [])
    return image


def found_for(rgb: Pixels) -> LookalikeFinding:
    return lookalike.find(fingerprint.look(rgb))


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flip", [False, True])
def test_finds_a_copy_in_every_orientation(turns: int, flip: bool) -> None:
    image = register(scene(1))
    register(scene(2))
    copy = np.rot90(mirrored(scene(1)) if flip else scene(1), turns)
    found = found_for(np.ascontiguousarray(copy))
    assert (found.presence, found.image_id, found.candidates) == (Presence.PRESENT, str(image.pk), 1)


def test_finds_a_turned_small_grey_copy() -> None:
    image = register(scene(1))
    copy = at_jpeg_quality(60)(quarter_turned(grey(half_size(scene(1)))))
    assert found_for(copy).image_id == str(image.pk)


def test_a_stranger_is_absent() -> None:
    register(scene(1))
    found = found_for(photograph_like())
    assert (found.presence, found.image_id, found.candidates) == (Presence.ABSENT, None, 0)


def test_the_same_picture_gives_no_distance_at_all() -> None:
    register(scene(1))
    found = found_for(scene(1))
    assert (found.pdq_distance, found.phash_distance) == (0, 0)
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


def test_a_registered_picture_with_too_little_detail_is_never_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = register(scene(1))
    RegisteredImage.objects.filter(pk=image.pk).update(pdq_quality=fingerprint.LEAST_QUALITY - 1)
    assert found_for(scene(1)).presence is Presence.ABSENT


def shifted(value: bytes, distance: int) -> bytes:
    """Returns a fingerprint whose Hamming distance from `value` is `distance`."""
    return (int.from_bytes(value) ^ ((1 << distance) - 1)).to_bytes(32)


@pytest.mark.parametrize(
    ("pdq", "phash", "presence"),
    [
        (lookalike.SURE_PDQ, 200, Presence.PRESENT),
        (lookalike.SURE_PDQ + 1, lookalike.CONFIRMING_PHASH, Presence.PRESENT),
        (lookalike.SURE_PDQ + 1, lookalike.CONFIRMING_PHASH + 1, Presence.ABSENT),
        (registry.CANDIDATE_DISTANCE, 0, Presence.PRESENT),
        (registry.CANDIDATE_DISTANCE + 1, 0, Presence.ABSENT),
    ],
)
def test_the_thresholds(pdq: int, phash: int, presence: Presence) -> None:
    image = register(scene(1))
    assert image.pk
    made = fingerprint.look(scene(1)).fingerprint
    RegisteredImage.objects.update(pdq=shifted(made.pdq, pdq), phash=shifted(made.phash, phash))
    assert found_for(scene(1)).presence is presence


def test_the_thumbnail_is_small_and_keeps_the_proportions() -> None:
    from tests.suspects import pixels

    assert pixels(lookalike.thumbnail(scene(1))).shape == (171, 256, 3)
