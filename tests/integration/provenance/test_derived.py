"""Somebody's photograph, and what was made of it here: by look alone the photograph is never ours."""

import numpy as np
import pytest

from provenance import fingerprint, lookalike, registry
from provenance.derived import SAME_LOOK
from provenance.evidence import DerivedFinding, Presence
from provenance.local_features import extraction
from provenance.models import RegisteredImage
from provenance.registry import LocalFeatures, UploadLook
from tests.integration.provenance.conftest import origin
from tests.integration.provenance.judging import looks_like
from tests.suspects import HEIGHT, WIDTH, Pixels, at_jpeg_quality, half_size, mirrored, photograph_like, scene

pytestmark = pytest.mark.django_db
ABSENT = Presence.ABSENT

PHOTOGRAPH = np.ascontiguousarray(np.concatenate([scene(11), scene(12)], axis=1))


def look_of(rgb: Pixels) -> UploadLook:
    found = fingerprint.look(rgb).fingerprint
    return UploadLook(found.pdq, found.phash)


def made_from(upload: Pixels | None, rgb: Pixels) -> RegisteredImage:
    """Registers the look of a picture that was made from an upload."""
    height, width = rgb.shape[:2]
    image = registry.reserve(
        origin(), width=width, height=height, watermark_codec="none", watermark_key_id="none"
    )
    registry.register(
        image,
        fingerprint.look(rgb).fingerprint,
        lookalike.thumbnail(rgb),
        [],
        features=LocalFeatures(extraction.VERSION, extraction.extract(rgb)),
        upload=None if upload is None else look_of(upload),
    )
    image.refresh_from_db()
    return image


def inpainted() -> Pixels:
    """A quarter of the photograph redrawn."""
    rgb = PHOTOGRAPH.copy()
    rgb[:, : WIDTH // 2] = scene(13)[:, : WIDTH // 2]
    return rgb


def varied() -> Pixels:
    """Another take that stays near: a little darker, with other grain."""
    grain = np.random.default_rng(1).normal(0, 3, PHOTOGRAPH.shape)
    return np.clip(PHOTOGRAPH * 0.9 + grain, 0, 255).astype(np.uint8)


def redrawn() -> Pixels:
    """Another take that has little left of the photograph."""
    return np.ascontiguousarray(np.concatenate([scene(14), photograph_like(6)], axis=1))


def cut(rgb: Pixels) -> Pixels:
    """The right half, which no inpainting touched."""
    return np.ascontiguousarray(rgb[16:, WIDTH + 8 :])


COPIES = {
    "as it is": np.asarray,
    "JPEG": at_jpeg_quality(50),
    "half size": half_size,
    "mirrored": mirrored,
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("made", [inpainted, varied, redrawn])
def test_copies_of_the_photograph_are_not_ours(made, copy) -> None:  # type: ignore[no-untyped-def]
    image = made_from(PHOTOGRAPH, made())
    alike, derived = looks_like(copy(PHOTOGRAPH))
    assert (alike.presence, alike.image_id, alike.candidate_ids) == (ABSENT, None, ())
    assert (derived.presence, derived.image_ids) == (Presence.PRESENT, (str(image.pk),))
    assert derived.source_distance is not None
    assert derived.source_distance <= SAME_LOOK


@pytest.mark.parametrize("made", [inpainted, varied])
def test_nor_is_a_part_of_it(made) -> None:  # type: ignore[no-untyped-def]
    image = made_from(PHOTOGRAPH, made())
    alike, derived = looks_like(cut(PHOTOGRAPH))
    assert (alike.presence, alike.image_id) == (ABSENT, None)
    assert (derived.image_ids, derived.method) == ((str(image.pk),), "local features")
    assert derived.overlap is not None
    assert derived.overlap == pytest.approx(0.45, abs=0.1)


def test_a_copy_of_what_was_made_is_not_told_from_it_by_look_alone() -> None:
    image = made_from(PHOTOGRAPH, varied())
    alike, derived = looks_like(at_jpeg_quality(60)(varied()))
    assert alike.presence is ABSENT
    assert derived.image_ids == (str(image.pk),)
    assert derived.pdq_distance is not None


def test_unless_a_mark_says_so() -> None:
    image = made_from(PHOTOGRAPH, varied())
    alike, derived = looks_like(at_jpeg_quality(60)(varied()), {str(image.pk)})
    assert alike.image_id == str(image.pk)
    assert derived == DerivedFinding()


def test_however_much_was_redrawn() -> None:
    image = made_from(PHOTOGRAPH, redrawn())
    assert image.source_distance is not None
    assert image.source_distance > SAME_LOOK
    for copy in (at_jpeg_quality(60)(redrawn()), cut(redrawn())):
        alike, derived = looks_like(copy)
        assert alike.presence is ABSENT
        assert derived.image_ids == (str(image.pk),)


def test_a_photograph_whose_sticker_was_inpainted_away_is_not_ours() -> None:
    """What was made is nearer to the photograph than what was brought."""
    brought = PHOTOGRAPH.copy()
    brought[HEIGHT // 8 :, : WIDTH // 2] = 255
    image = made_from(brought, at_jpeg_quality(90)(PHOTOGRAPH))
    alike, derived = looks_like(PHOTOGRAPH)
    assert alike.presence is ABSENT
    assert derived.image_ids == (str(image.pk),)


def test_an_image_of_ours_that_looks_like_an_upload_is_still_ours() -> None:
    """Somebody brought a copy of an image of ours as a photograph, and had it changed."""
    ours = made_from(None, PHOTOGRAPH)
    changed = made_from(PHOTOGRAPH, varied())
    alike, derived = looks_like(at_jpeg_quality(70)(PHOTOGRAPH))
    assert alike.image_id == str(ours.pk)
    assert derived.image_ids == (str(changed.pk),)


def test_strangers_are_neither() -> None:
    made_from(PHOTOGRAPH, varied())
    alike, derived = looks_like(scene(20))
    assert (alike.presence, derived) == (ABSENT, DerivedFinding())


def test_a_flat_picture_is_not_compared_with_uploads() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    made_from(flat, scene(1))
    alike, derived = looks_like(flat)
    assert (alike.presence, derived) == (Presence.UNREADABLE, DerivedFinding())
