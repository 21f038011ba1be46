"""Parts of pictures are found where they were, whatever became of the copy."""

import uuid
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from provenance.local_features import extraction, keypoints, matching, segment
from provenance.local_features.alignment import Alignment
from provenance.local_features.segment import Segment
from tests import suspects
from tests.suspects import Pixels

SEEDS = range(1, 9)


def name_of(seed: int) -> uuid.UUID:
    return uuid.UUID(int=seed)


def features_of(seed: int) -> extraction.Features:
    return extraction.decode(extraction.extract(suspects.scene(seed)))


@pytest.fixture(scope="module")
def registry() -> Segment:
    return segment.build([(name_of(seed), features_of(seed)) for seed in SEEDS])


def lower_right(rgb: Pixels) -> Pixels:
    height, width = rgb.shape[:2]
    return np.ascontiguousarray(rgb[height // 2 :, width // 2 :])


def turned(rgb: Pixels) -> Pixels:
    return np.ascontiguousarray(np.rot90(rgb))


def on_a_screen(rgb: Pixels) -> Pixels:
    """Half as large, a quarter of the way into a larger white page."""
    height, width = rgb.shape[:2]
    page = np.full((height, width, 3), 255, np.uint8)
    page[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2] = suspects.half_size(
        rgb
    )
    return np.asarray(cv2.resize(page, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)


def flipped_lower_right(rgb: Pixels) -> Pixels:
    return suspects.mirrored(lower_right(rgb))


WHOLE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("damage", "matrix"),
    [
        (suspects.at_jpeg_quality(30), WHOLE),
        (lower_right, (0.5, 0.0, 0.5, 0.0, 0.5, 0.5)),
        (suspects.mirrored, (-1.0, 0.0, 1.0, 0.0, 1.0, 0.0)),
        (flipped_lower_right, (-0.5, 0.0, 1.0, 0.0, 0.5, 0.5)),
        # A quarter turn to the left: the right edge of the image is the upper edge of the view.
        (turned, (0.0, -1.0, 1.0, 1.0, 0.0, 0.0)),
        (on_a_screen, (2.0, 0.0, -0.5, 0.0, 2.0, -0.5)),
        (suspects.captioned, (1.0, 0.0, 0.0, 0.0, 1.5, 0.0)),
    ],
    ids=["jpeg", "quarter", "mirrored", "mirrored quarter", "turned", "screen", "captioned"],
)
def test_a_damaged_copy_is_found_with_its_alignment(
    registry: Segment, damage: Callable[[Pixels], Pixels], matrix: tuple[float, ...]
) -> None:
    for seed in (2, 5):
        best = matching.find([registry], [damage(suspects.scene(seed))])[0]
        assert best.image_id == name_of(seed)
        assert best.inliers >= matching.LEAST_INLIERS
        assert best.alignment.is_mirrored == (matrix[0] * matrix[4] - matrix[1] * matrix[3] < 0)
        corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        expected = np.array(matrix).reshape(2, 3)
        gaps = best.alignment.of_points(corners) - (corners @ expected[:, :2].T + expected[:, 2])
        # In shares of the image; confirmation compares pixels within about as much.
        assert np.abs(gaps).max() < 0.04 * max(1.0, np.abs(expected[:, :2]).max())


def test_the_view_in_which_it_was_found_is_named(registry: Segment) -> None:
    nothing = np.full((256, 256, 3), 90, np.uint8)
    best = matching.find([registry], [nothing, suspects.scene(3)])[0]
    assert (best.image_id, best.view) == (name_of(3), 1)


def test_a_stranger_is_not_found_with_plenty(registry: Segment) -> None:
    for seed in (101, 102, 103):
        found = matching.find([registry], [suspects.scene(seed)])
        assert all(candidate.inliers < matching.PLENTY for candidate in found)


def test_nothing_to_see_finds_nothing(registry: Segment) -> None:
    assert matching.find([registry], [np.zeros((64, 64, 3), np.uint8)]) == []
    assert matching.find([registry], []) == []
    assert matching.find([], [suspects.scene(1)]) == []


def test_keypoints_of_a_mirrored_picture_follow_without_its_pixels() -> None:
    rgb = suspects.photograph_like()
    inferred = keypoints.find(rgb, side=512, most=200, enough=100).mirrored()
    seen = keypoints.find(suspects.mirrored(rgb), side=512, most=200, enough=100)
    gaps = np.linalg.norm(inferred.points[:, None] - seen.points[None], axis=2)
    turns = np.abs((inferred.angles[:, None] - seen.angles[None] + np.pi) % (2 * np.pi) - np.pi)
    sizes = np.abs(np.log(inferred.sizes[:, None] / seen.sizes[None]))
    partner = (gaps + 0.1 * turns + 0.1 * sizes).argmin(axis=1)
    own = np.arange(len(partner))
    same = (gaps[own, partner] < 0.004) & (turns[own, partner] < 0.1) & (sizes[own, partner] < 0.1)
    assert same.mean() > 0.5
    apart = np.linalg.norm(inferred.descriptors - seen.descriptors[partner], axis=1)
    assert np.median(apart[same]) < 0.2
    # Two looks at one place of an unmirrored descriptor differ by 0.7 or so.
    unmended = keypoints.find(rgb, side=512, most=200, enough=100).descriptors
    assert np.median(np.linalg.norm(unmended - seen.descriptors[partner], axis=1)[same]) > 0.4


def test_a_drawing_without_texture_has_keypoints_too() -> None:
    page = np.full((400, 400, 3), 200, np.uint8)
    cv2.circle(page, (200, 200), 90, (204, 202, 200), -1)
    cv2.rectangle(page, (60, 250), (140, 350), (196, 199, 203), -1)
    assert len(extraction.decode(extraction.extract(page)).words) >= 4


def test_extraction_gives_the_same_bytes_again_and_at_most_192_keypoints() -> None:
    data = extraction.extract(suspects.photograph_like())
    assert data == extraction.extract(suspects.photograph_like())
    assert len(extraction.decode(data).words) == extraction.MOST_KEYPOINTS
    assert len(data) < 3200


def test_alignment_contract() -> None:
    candidate = matching.find([segment.build([(name_of(1), features_of(1))])], [suspects.scene(1)])[0]
    assert isinstance(candidate.alignment, Alignment)
    assert len(candidate.alignment.matrix) == 6
