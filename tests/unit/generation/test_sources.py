"""Canvases and masks, without a database: what any picture is brought to before a generator sees it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from generation import sources
from generation.errors import EmptyMask, SourceTooNarrow
from generation.sources import Material
from provenance.credentials.definition import Parent, Region


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((512, 512), (512, 512)),
        ((768, 512), (768, 512)),
        ((1024, 1024), (1024, 1024)),
        # Larger ones shrink to the longest side, smaller ones grow to the shortest.
        ((4000, 3000), (1024, 768)),
        ((3000, 4000), (768, 1024)),
        ((100, 100), (256, 256)),
        ((64, 128), (256, 512)),
        ((1, 1), (256, 256)),
        # Sides are multiples of 16.
        ((1000, 750), (992, 752)),
        ((300, 299), (304, 304)),
        ((513, 511), (512, 512)),
        ((30_000, 30_000), (1024, 1024)),
        # Four to one is the most that keeps both limits.
        ((4096, 1024), (1024, 256)),
        ((200, 50), (1024, 256)),
        ((50, 200), (256, 1024)),
    ],
)
def test_canvas_size(given: tuple[int, int], expected: tuple[int, int]) -> None:
    assert sources.canvas_size(*given) == expected


@pytest.mark.parametrize("given", [(4097, 1024), (100, 401), (30_000, 1)])
def test_too_narrow_for_any_canvas(given: tuple[int, int]) -> None:
    with pytest.raises(SourceTooNarrow):
        sources.canvas_size(*given)


def test_every_proportion_up_to_four_to_one_stays_within_the_limits() -> None:
    for longer in range(40, 2200, 61):
        for shorter in range(-(-longer // 4), longer + 1, 37):
            for width, height in ((longer, shorter), (shorter, longer)):
                across, down = sources.canvas_size(width, height)
                assert 256 <= min(across, down) <= max(across, down) <= 1024
                assert across % 16 == down % 16 == 0
                assert abs(across / down * height / width - 1) < 0.065


def test_a_picture_of_canvas_size_is_left_alone() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (256, 512, 3), dtype=np.uint8)
    assert np.array_equal(sources.canvas(rgb), rgb)


def material(width: int = 512, height: int = 256) -> Material:
    return Material(np.zeros((height, width, 3), np.uint8), None, Parent(b"", "image/png"))


def mask(width: int, height: int, level: int = 255) -> NDArray[np.uint8]:
    """White (or `level`) in the left half."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2] = level
    return rgb


@pytest.mark.parametrize("size", [(512, 256), (1024, 512), (128, 64), (500, 500)])
def test_a_mask_is_stretched_to_the_canvas_without_grey(size: tuple[int, int]) -> None:
    found = sources.with_mask(material(), mask(*size)).mask
    assert found is not None
    assert found.shape == (256, 512)
    assert found.dtype == np.bool_
    assert found[:, :256].all()
    assert not found[:, 256:].any()


def test_a_mask_of_everything_is_one() -> None:
    found = sources.with_mask(material(), np.full((9, 9, 3), 255, np.uint8)).mask
    assert found is not None
    assert found.all()


@pytest.mark.parametrize("level", [0, 127])
def test_a_mask_that_marks_nothing_is_refused(level: int) -> None:
    with pytest.raises(EmptyMask):
        sources.with_mask(material(), mask(512, 256, level))


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        (slice(0, 1), slice(0, 1), Region(0, 0, 1, 1)),
        (slice(10, 30), slice(100, 101), Region(100, 10, 1, 20)),
        (slice(None), slice(None), Region(0, 0, 512, 256)),
        (slice(255, 256), slice(511, 512), Region(511, 255, 1, 1)),
    ],
)
def test_the_rectangle_around_a_mask(rows: slice, columns: slice, expected: Region) -> None:
    marked = np.zeros((256, 512), np.bool_)
    marked[rows, columns] = True
    assert sources.redrawn(marked) == expected


def test_the_rectangle_around_two_spots_holds_both() -> None:
    marked = np.zeros((256, 512), np.bool_)
    marked[20, 30] = marked[200, 10] = True
    assert sources.redrawn(marked) == Region(10, 20, 21, 181)


def test_a_variation_has_no_rectangle() -> None:
    assert sources.redrawn(None) is None
