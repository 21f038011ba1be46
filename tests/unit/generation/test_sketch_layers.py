"""Arithmetic on whole pictures gives the values worked out by hand."""

import numpy as np
import pytest

from generation.sketch import layers
from generation.sketch.canvas import lay

HALF = np.full((4, 5), 0.5, np.float32)


def test_between_mixes_each_channel() -> None:
    mixed = layers.between((0, 100, 200), (100, 100, 0), HALF)
    assert mixed.shape == (4, 5, 3)
    assert mixed[2, 3].tolist() == [50, 100, 100]


def test_toward_moves_in_place() -> None:
    layer = np.full((4, 5, 3), 80, np.float32)
    layers.toward(layer, (0, 80, 160), HALF)
    assert layer[0, 0].tolist() == [40, 80, 120]


def test_eight_bit_rounds_and_clips() -> None:
    assert layers.eight_bit(np.asarray([[-5, 0.6, 254.4, 300]], np.float32)).tolist() == [[0, 1, 254, 255]]


def test_shaded_scales_a_colour_and_clips() -> None:
    assert layers.shaded(np.asarray([[0.5, 2.0]], np.float32), (40, 100, 200)).tolist() == [
        [[20, 50, 100], [80, 200, 255]]
    ]


@pytest.mark.parametrize(("cover", "seen"), [(0, 10), (255, 210), (51, 50)])
def test_blend_covers_as_much_as_asked(cover: int, seen: int) -> None:
    page = np.full((4, 6, 3), 10, np.uint8)
    layers.blend(page[:, 1:4], np.full((4, 3, 3), 210, np.uint8), np.full((4, 3), cover, np.uint8))
    assert (page[:, 1:4] == seen).all()
    assert (page[:, [0, 4, 5]] == 10).all()


@pytest.mark.parametrize(("alpha", "seen"), [(1.0, [0, 100, 200]), (0.2, [80, 100, 120])])
def test_lay_covers_with_one_colour(alpha: float, seen: list[int]) -> None:
    page = np.full((4, 6, 3), 100, np.uint8)
    lay(page, np.full((4, 6), 255, np.uint8), (0, 100, 200), alpha)
    assert page[1, 1].tolist() == seen
