"""Laying a suspect over a registered thumbnail: what fits, what does not, and what is never claimed."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from provenance import confirmation, images
from provenance.confirmation import Confirmation, accepts, confirm
from provenance.local_features.alignment import IDENTITY, Alignment
from tests.suspects import HEIGHT, WIDTH, Pixels, grey, mirrored, photograph_like, scene

GOOD = Confirmation(
    overlap=0.5,
    quality=100,
    pdq_distance=10,
    phash_distance=10,
    agreeing_tiles=9,
    resembling_tiles=9,
    pixel_difference=5.0,
    block_difference=1.0,
    alignment=IDENTITY,
    warped=np.zeros((1, 1, 3), np.uint8),
)

NEAR = {"agreeing_tiles": 0, "pdq_distance": confirmation.NEAR_PDQ}
FAR = {"agreeing_tiles": 0, "pdq_distance": confirmation.NEAR_PDQ + 1}


def thumbnail(seed: int = 1) -> Pixels:
    return images.thumbnail(scene(seed), 256)


def part(top: int, left: int, bottom: int, right: int) -> tuple[Pixels, Alignment]:
    """Returns a cut of the scene and where it lies."""
    across, down = (right - left) / WIDTH, (bottom - top) / HEIGHT
    alignment = Alignment((across, 0.0, left / WIDTH, 0.0, down, top / HEIGHT))
    return np.ascontiguousarray(scene(1)[top:bottom, left:right]), alignment


def fitted(view: Pixels, alignment: Alignment, seed: int = 1) -> Confirmation:
    found = confirm(view, thumbnail(seed), alignment)
    assert found is not None
    return found


class TestWhatFits:
    def test_the_same_picture(self) -> None:
        found = fitted(scene(1), IDENTITY)
        assert found.overlap == 1
        assert max(found.pdq_distance, found.phash_distance) <= 8
        assert found.agreeing_tiles >= 1, "the others are too plain to be compared"
        assert found.warped.shape == thumbnail().shape

    def test_a_part(self) -> None:
        found = fitted(*part(64, 96, 192, 288))
        assert found.overlap == pytest.approx(0.25, abs=0.02)
        assert found.pdq_distance <= 30
        assert accepts(found, confirmation.LEAST_INLIERS)

    def test_a_mirrored_part(self) -> None:
        view, alignment = part(64, 96, 192, 288)
        flip = Alignment((-1.0, 0.0, 1.0, 0.0, 1.0, 0.0))
        assert fitted(mirrored(view), alignment.after(flip)).pdq_distance <= 30

    def test_a_turned_part_is_compared_where_both_show_something(self) -> None:
        angle = math.radians(20)
        turn = cv2.getRotationMatrix2D((WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5), 20, 1.0)
        view = np.asarray(cv2.warpAffine(scene(1), turn, (WIDTH, HEIGHT)), np.uint8)
        to_pixels, to_fractions = np.diag([WIDTH, HEIGHT]), np.diag([1 / WIDTH, 1 / HEIGHT])
        back = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        linear = to_fractions @ back @ to_pixels
        alignment = Alignment.from_array(np.column_stack([linear, [0.5, 0.5] - linear @ [0.5, 0.5]]))
        found = fitted(view, alignment)
        assert 0.3 < found.overlap < 0.8
        assert found.pdq_distance <= confirmation.MOST_PDQ

    def test_a_rough_alignment_is_refined(self) -> None:
        view, alignment = part(64, 96, 192, 288)
        off = replace(
            alignment, matrix=(*alignment.matrix[:2], alignment.matrix[2] + 0.02, *alignment.matrix[3:])
        )
        rough = confirmation._compared(view, thumbnail(), off, confirmation.LEAST_OVERLAP)
        assert rough is not None
        assert fitted(view, off).pdq_distance < rough.pdq_distance

    def test_words_over_the_picture_leave_tiles_that_agree(self) -> None:
        view = photograph_like().copy()
        view[: HEIGHT // 2] = 255
        view[10:40, 10:350] = 0
        found = confirm(view, images.thumbnail(photograph_like(), 256), IDENTITY)
        assert found is not None
        assert not confirmation.agrees_as_a_whole(found)
        assert 2 <= found.agreeing_tiles <= 6
        assert accepts(found, None)

    def test_without_its_colours(self) -> None:
        found = fitted(grey(scene(1)), IDENTITY)
        assert found.pixel_difference < confirmation.MOST_DIFFERENCE
        assert accepts(found, None)
        assert accepts(found, confirmation.LEAST_INLIERS)


class TestWhatDoesNot:
    def test_the_same_drawing_in_other_colours(self) -> None:
        """Hashes see shapes alone, and a renderer draws one motif over and over."""
        found = fitted(np.ascontiguousarray(scene(1)[..., ::-1]), IDENTITY)
        assert confirmation.agrees_as_a_whole(found)
        assert not accepts(found, None)
        assert not accepts(found, 100)

    @pytest.mark.parametrize("view", [scene(2), photograph_like()], ids=["drawing", "photograph-like"])
    def test_another_picture(self, view: Pixels) -> None:
        found = fitted(view, IDENTITY)
        assert found.pdq_distance > 80
        assert not accepts(found, 100)

    def test_too_small_a_part(self) -> None:
        assert confirm(*reordered(part(0, 0, 50, 50))) is None

    def test_beside_the_image(self) -> None:
        assert confirm(scene(1), thumbnail(), Alignment((1.0, 0.0, 1.5, 0.0, 1.0, 0.0))) is None

    def test_squeezed_onto_a_line(self) -> None:
        assert confirm(scene(1), thumbnail(), Alignment((0.5, 0.5, 0.0, 0.5, 0.5, 0.0))) is None

    def test_a_flat_picture_is_compared_and_says_nothing(self) -> None:
        flat = np.full((100, 100, 3), 128, np.uint8)
        found = confirm(flat, flat, IDENTITY)
        assert found is not None
        assert found.quality < confirmation.LEAST_OVERLAP_QUALITY
        assert not accepts(found, 100)


def reordered(cut: tuple[Pixels, Alignment]) -> tuple[Pixels, Pixels, Alignment]:
    return cut[0], thumbnail(), cut[1]


@pytest.mark.parametrize(
    ("changed", "inliers", "accepted"),
    [
        ({}, None, True),
        ({}, confirmation.LEAST_INLIERS, True),
        ({}, confirmation.LEAST_INLIERS - 1, False),
        ({"overlap": confirmation.LEAST_OVERLAP}, 6, True),
        ({"overlap": confirmation.LEAST_OVERLAP - 0.001}, 6, False),
        ({"agreeing_tiles": 0, "pdq_distance": confirmation.MOST_PDQ}, 6, True),
        ({"agreeing_tiles": 0, "pdq_distance": confirmation.MOST_PDQ + 1}, 6, False),
        ({"agreeing_tiles": 0, "phash_distance": confirmation.MOST_PHASH}, 6, True),
        ({"agreeing_tiles": 0, "phash_distance": confirmation.MOST_PHASH + 1}, 6, False),
        ({"agreeing_tiles": 0, "quality": confirmation.LEAST_OVERLAP_QUALITY}, 6, True),
        ({"agreeing_tiles": 0, "quality": confirmation.LEAST_OVERLAP_QUALITY - 1}, 6, False),
        ({"agreeing_tiles": 0, "pixel_difference": confirmation.MOST_DIFFERENCE_AS_A_WHOLE}, None, True),
        ({"agreeing_tiles": 0, "pixel_difference": confirmation.MOST_DIFFERENCE_AS_A_WHOLE + 1}, None, False),
        ({**FAR, "pixel_difference": 20.0}, None, True),
        ({**FAR, "pixel_difference": 5.0, "quality": confirmation.DETAILED_QUALITY - 1}, None, False),
        ({**NEAR, "pixel_difference": 20.0, "quality": confirmation.DETAILED_QUALITY - 1}, None, True),
        ({"agreeing_tiles": 0, "pixel_difference": confirmation.MOST_DIFFERENCE_OF_NEAR}, 6, True),
        (
            {"agreeing_tiles": 0, "pixel_difference": confirmation.MOST_DIFFERENCE_OF_NEAR + 1},
            6,
            False,
        ),
        ({**FAR, "pixel_difference": confirmation.MOST_DIFFERENCE}, 6, True),
        ({**FAR, "pixel_difference": confirmation.MOST_DIFFERENCE + 1}, 6, False),
        ({"agreeing_tiles": confirmation.AGREEING_TILES, "pdq_distance": 128}, None, True),
        ({"agreeing_tiles": confirmation.AGREEING_TILES - 1, "pdq_distance": 128}, None, False),
        ({"agreeing_tiles": confirmation.AGREEING_TILES_OF_A_PART, "pdq_distance": 128}, 6, True),
        ({"agreeing_tiles": confirmation.AGREEING_TILES_OF_A_PART - 1, "pdq_distance": 128}, 6, False),
        (
            {
                "agreeing_tiles": 4,
                "pdq_distance": 128,
                "overlap": confirmation.LEAST_TILED_OVERLAP - 0.001,
            },
            6,
            False,
        ),
    ],
)
def test_the_gate(changed: dict[str, float], inliers: int | None, accepted: bool) -> None:
    assert accepts(replace(GOOD, **changed), inliers) is accepted  # type: ignore[arg-type]


def test_nothing_is_not_accepted() -> None:
    assert not accepts(None, 100)


def test_the_chance_falls_with_the_distance_and_is_a_probability() -> None:
    chances = [confirmation.chance_of(distance) for distance in range(257)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < 1e-11
    assert chances[-1] == 1
    assert confirmation.chance(GOOD) == confirmation.chance_of(GOOD.pdq_distance)
    by_tiles = replace(GOOD, pdq_distance=128)
    assert confirmation.chance_of(confirmation.MOST_PDQ) < confirmation.chance(by_tiles) < 1e-4


@pytest.mark.parametrize("by_hash", [True, False])
def test_what_was_counted_holds_for_few_images_and_grows_with_many(by_hash: bool) -> None:
    counted = confirmation.counted_chance(1, by_hash=by_hash)
    assert counted == confirmation.counted_chance(100_000, by_hash=by_hash)
    assert confirmation.counted_chance(1_010_000, by_hash=by_hash) == pytest.approx(10 * counted)
    assert confirmation.counted_chance(10**12, by_hash=by_hash) == 1
