import numpy as np

from tests.unit.watermark.tiled.test_placement import KEY, bare_mark
from watermark.tiled.alignment import align
from watermark.tiled.lattice import TILE, tile_spectra
from watermark.tiled.part import marked_part
from watermark.tiled.suspect import Look


def noise(side: int) -> np.ndarray:
    return np.random.default_rng(3).standard_normal((side, side)).astype(np.float32)


def test_what_lies_around_is_left_out() -> None:
    plane = noise(512)
    plane[2 * TILE : 5 * TILE, TILE : 4 * TILE] += bare_mark(3 * TILE)

    part = marked_part(align(Look(np.eye(3), tile_spectra(plane)), KEY))

    assert part is not None
    assert part.look.spectra.shape[:2] == (3, 3)
    np.testing.assert_array_equal(part.look.matrix[:2, 2], (TILE, 2 * TILE))


def test_a_mark_everywhere_is_left_whole() -> None:
    plane = (noise(512) / 4 + bare_mark(512)).astype(np.float32)

    assert marked_part(align(Look(np.eye(3), tile_spectra(plane)), KEY)) is None


def test_a_look_of_one_tile_has_no_part() -> None:
    assert marked_part(align(Look(np.eye(3), tile_spectra(bare_mark(TILE))), KEY)) is None
