"""Reading a watermark's geometry backwards: where the suspect lies on the image that the mark names."""

import math

import cv2
import numpy as np
import pytest

from provenance import images, mark_placement
from provenance.confirmation import Confirmation
from provenance.local_features.alignment import IDENTITY
from provenance.verdict import DIFFERENT_LOOK
from tests.suspects import Pixels, photograph_like, plain
from watermark.interface import Geometry
from watermark.tiled.lattice import TILE, area_pitch

# 512 x 512 pixels in area, so that a grid pixel is a pixel.
SIZE = (624, 416)


def picture() -> Pixels:
    return np.asarray(cv2.resize(photograph_like(), SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)


def thumbnail() -> Pixels:
    return images.thumbnail(picture(), 256)


def placed(view: Pixels, geometry: Geometry) -> mark_placement.Placed:
    found = mark_placement.compare(view, thumbnail(), SIZE, geometry)
    assert found is not None
    return found


def test_the_whole() -> None:
    found = placed(picture(), Geometry())
    assert (found.overlap, found.looks_different) == (1.0, False)
    assert found.distance is not None
    assert found.distance <= 8


def test_a_cut_whose_place_is_known_up_to_the_period() -> None:
    top, left = 70, 150
    view = np.ascontiguousarray(picture()[top : top + 208, left : left + 312])
    scale = area_pitch(*SIZE) / area_pitch(312, 208)
    found = placed(view, Geometry(scale=scale, offset=(left % TILE, top % TILE)))
    assert found.overlap == pytest.approx(0.25, abs=0.02)
    assert found.distance is not None
    assert found.distance <= 30


def test_a_part_on_a_page_that_lies_where_the_image_goes_on() -> None:
    top, left, down, across = 100, 150, 60, 40
    page = np.full((420, 420, 3), 246, np.uint8)
    page[:30] = 20
    page[down : down + 160, across : across + 220] = picture()[top : top + 160, left : left + 220]
    scale = area_pitch(*SIZE) / area_pitch(420, 420)
    corner = (left - across) % TILE, (top - down) % TILE
    found = placed(page, Geometry(scale=scale, offset=corner))
    assert not found.looks_different
    assert found.overlap == pytest.approx(160 * 220 / (624 * 416), abs=0.02)


def test_a_plain_card_beside_another_picture_says_nothing_for_it() -> None:
    page = np.full((416, 624, 3), 250, np.uint8)
    page[40:370, 20:320] = np.linspace(60, 200, 330)[:, None, None].astype(np.uint8)
    page[60:260, 350:610] = cv2.resize(photograph_like(6), (260, 200))
    assert placed(page, Geometry()).looks_different


def test_mirrored_and_turned() -> None:
    """Seen at an angle of 10 degrees, mirrored before; the corner lies beside the image."""
    width, height = SIZE
    angle = math.radians(10)
    # From the marked picture to the suspect, in pixels; y runs down, so this turns counter-clockwise.
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    linear = turn @ np.diag([-1.0, 1.0])
    middle = np.array([width, height]) / 2
    shift = middle - linear @ middle
    centred = np.column_stack([linear, shift + linear @ [0.5, 0.5] - 0.5])
    view = np.asarray(cv2.warpAffine(picture(), centred, SIZE), np.uint8)
    corner = np.linalg.inv(linear) @ -shift
    geometry = Geometry(rotation=10.0, flip=True, offset=(corner[0] % TILE, corner[1] % TILE))
    found = placed(view, geometry)
    assert found.distance is not None
    assert found.distance <= 30


def test_dark_for_light() -> None:
    found = placed(255 - picture(), Geometry(negative=True))
    assert found.distance is not None
    assert found.distance <= 8


def test_another_picture_where_the_image_should_be() -> None:
    other = np.asarray(cv2.resize(photograph_like(6), SIZE), np.uint8)
    found = placed(other, Geometry())
    assert found.looks_different
    assert found.distance is not None
    assert found.distance > DIFFERENT_LOOK


def test_a_flat_picture_cannot_be_compared() -> None:
    found = placed(np.full((416, 624, 3), 90, np.uint8), Geometry())
    assert (found.distance, found.looks_different) == (None, False)


def test_a_strong_slant_is_not_compared() -> None:
    slanted = Geometry(perspective=(0.2, 0.0))
    assert mark_placement.compare(picture(), thumbnail(), SIZE, slanted) is None


PLAIN = np.asarray(cv2.resize(plain(), SIZE), np.uint8)


@pytest.mark.parametrize(
    ("view", "different"),
    [
        (picture(), True),
        (PLAIN, False),
        ((PLAIN * 0.7).astype(np.uint8), False),
        (np.asarray(cv2.putText(PLAIN.copy(), "WORDS", (20, 80), 0, 3, (0, 0, 0), 8), np.uint8), False),
    ],
    ids=["a picture with detail", "itself", "darker", "under words"],
)
def test_a_plain_image_differs_from_a_picture_with_detail(view: Pixels, different: bool) -> None:
    found = mark_placement.compare(view, images.thumbnail(PLAIN, 256), SIZE, Geometry())
    assert found is not None
    assert (found.distance, found.looks_different) == (None, different)


def fit(distance: int, quality: int = 100, tiles: int = 0, blocks: float = 1.0) -> Confirmation:
    nothing = np.zeros((1, 1, 3), np.uint8)
    return Confirmation(1.0, quality, distance, 128, 0, tiles, 50.0, blocks, IDENTITY, nothing)


@pytest.mark.parametrize(
    ("fits", "distance", "different"),
    [
        ([fit(DIFFERENT_LOOK)], DIFFERENT_LOOK, False),
        ([fit(DIFFERENT_LOOK + 1)], DIFFERENT_LOOK + 1, True),
        ([fit(DIFFERENT_LOOK + 1, tiles=1)], DIFFERENT_LOOK + 1, False),
        ([fit(130), fit(10)], 10, False),
        ([fit(130), fit(10, quality=5)], 130, True),
        ([fit(10, quality=5)], None, False),
        ([fit(10, quality=5, blocks=40.0)], None, True),
        ([fit(10, quality=5, blocks=40.0), fit(10, quality=5)], None, False),
    ],
)
def test_the_best_fit_among_the_readable_counts(
    fits: list[Confirmation], distance: int | None, different: bool
) -> None:
    found = mark_placement.judged(fits)
    assert found is not None
    assert (found.distance, found.looks_different) == (distance, different)


def test_without_a_fit_nothing_is_said() -> None:
    assert mark_placement.judged([]) is None
