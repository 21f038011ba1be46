import numpy as np
import pytest

from watermark.tiled import lattice
from watermark.tiled.lattice import HARMONICS, ORIENTATION, TILE, U, V


def tile_of_noise() -> np.ndarray:
    return np.random.default_rng(5).normal(size=(TILE, TILE)).astype(np.float32)


def test_spectra_are_those_of_a_fourier_transform() -> None:
    plane = np.random.default_rng(6).normal(size=(2 * TILE, 3 * TILE)).astype(np.float32)

    spectra = lattice.tile_spectra(plane)

    expected = np.fft.fft2(plane[TILE:, 2 * TILE :])[V, U % TILE] / TILE
    assert spectra.shape == (2, 3, HARMONICS)
    np.testing.assert_allclose(spectra[1, 2], expected, atol=1e-4)


def test_an_unfinished_tile_is_completed_with_zeros() -> None:
    plane = tile_of_noise()
    padded = plane.copy()
    padded[40:, :] = 0

    np.testing.assert_allclose(lattice.tile_spectra(plane[:40]), lattice.tile_spectra(padded), atol=1e-5)


def test_a_pattern_holds_its_harmonics_and_nothing_else() -> None:
    chance = np.random.default_rng(7)
    spectrum = (chance.normal(size=HARMONICS) + 1j * chance.normal(size=HARMONICS)).astype(np.complex64)

    tile = lattice.tile_pattern(spectrum)

    seen = lattice.tile_spectra(tile)[0, 0]
    assert np.square(tile).mean() == pytest.approx(1, rel=1e-4)
    np.testing.assert_allclose(seen / seen[0], spectrum / spectrum[0], rtol=1e-3, atol=1e-3)
    # Each listed harmonic stands for itself and its conjugate.
    assert 2 * np.square(np.abs(seen)).sum() == pytest.approx(np.square(tile).sum(), rel=1e-3)


@pytest.mark.parametrize("place", range(8))
def test_turning_the_spectrum_back_undoes_turning_the_tile(place: int) -> None:
    tile = tile_of_noise()
    turn = np.rint(ORIENTATION[place].matrix).astype(int)
    y, x = np.mgrid[:TILE, :TILE]
    seen = np.empty_like(tile)
    column, row = np.tensordot(turn, np.stack([x, y]), axes=1) % TILE
    seen[row, column] = tile[y, x]

    back = ORIENTATION[place].turn(lattice.tile_spectra(seen)[0, 0])

    np.testing.assert_allclose(back, lattice.tile_spectra(tile)[0, 0], atol=1e-4)


def test_pilots_are_closed_under_turns() -> None:
    for orientation in ORIENTATION:
        assert lattice.IS_PILOT[orientation.index[lattice.PILOTS]].all()


def test_smoothing_keeps_a_constant_and_the_order() -> None:
    np.testing.assert_allclose(lattice.smooth(np.full(HARMONICS, 3.0)), 3)
    smoothed = lattice.smooth(lattice.FREQUENCY)
    assert np.abs(smoothed - lattice.FREQUENCY).max() < 0.01


@pytest.mark.parametrize(
    ("width", "height", "grid"),
    [
        (512, 512, (512, 512)),
        (2048, 512, (1536, 384)),
        (300, 200, (300, 200)),
        (700, 700, (700, 700)),
        (1024, 1024, (768, 768)),
        (1024, 1536, (627, 941)),
        (4096, 1024, (1536, 384)),
    ],
)
def test_the_grid_has_an_area_of_768_at_most(width: int, height: int, grid: tuple[int, int]) -> None:
    assert lattice.grid_size(width, height) == grid
